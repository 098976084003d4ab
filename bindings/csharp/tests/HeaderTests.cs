using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Wsy.Tests
{
    public static class HeaderTests
    {
        [Test]
        public static void EveryCodeHasItsSentences()
        {
            foreach (FieldInfo field in typeof(WsyCode).GetFields())
            {
                int code = (int)field.GetRawConstantValue();
                Expect.True(Regex.IsMatch(WsyLibrary.CodeText(code, WsyLanguage.Zh), "[\u4e00-\u9fff]{3}"), field.Name);
                Expect.True(Regex.IsMatch(WsyLibrary.CodeText(code, WsyLanguage.En), "^[ -~]{5,}$"), field.Name);
            }
            Expect.Error(WsyCode.ErrArgument, delegate { WsyLibrary.CodeText(12345, WsyLanguage.En); });
            Expect.Error(WsyCode.ErrArgument, delegate { WsyLibrary.CodeText(0, (WsyLanguage)7); });
        }

        [Test]
        public static void TheVersionIsThatOfTheLibrary()
        {
            Expect.True(Regex.IsMatch(WsyLibrary.Version, @"^\d+\.\d+\.\d+$"), WsyLibrary.Version);
        }

        [Test]
        public static void TheAssemblyHasAnotherNameThanTheLibrary()
        {
            // Windows does not distinguish Wsy.dll from wsy.dll.
            string name = typeof(WsyClient).Assembly.GetName().Name;
            Expect.True(!string.Equals(name, Native.Dll, StringComparison.OrdinalIgnoreCase), name);
        }

        [Test]
        public static void TheLibraryIsLookedForWhereItCanBe()
        {
            List<string> folder = new List<string> { Path.Combine("opt", "till") };
            Expect.Equal(
                Joined("opt/till/wsy.dll", "opt/till/x86/wsy.dll", "opt/till/runtimes/win-x86/native/wsy.dll"),
                Joined(Loader.Candidates(folder, true, false)));
            Expect.Equal(
                Joined("opt/till/wsy.dll", "opt/till/x64/wsy.dll", "opt/till/runtimes/win-x64/native/wsy.dll"),
                Joined(Loader.Candidates(folder, true, true)));
            Expect.Equal(
                Joined("a/libwsy.so", "a/x64/libwsy.so", "a/runtimes/linux-x64/native/libwsy.so", "b/libwsy.so",
                    "b/x64/libwsy.so", "b/runtimes/linux-x64/native/libwsy.so"),
                Joined(Loader.Candidates(new List<string> { "a", "b" }, false, true)));
        }

        private static string Joined(params string[] paths)
        {
            return Joined((IEnumerable<string>)paths);
        }

        private static string Joined(IEnumerable<string> paths)
        {
            return string.Join(" ", paths).Replace('\\', '/');
        }
    }
}
