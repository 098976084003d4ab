using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Wsy.Tests
{
    public static class HeaderTests
    {
        [Test]
        public static void EveryFunctionIsDeclaredWithItsParameters()
        {
            string header = Header();
            int functions = 0;
            foreach (Match match in Regex.Matches(header, @"^int32_t (wsy_\w+)\(([^)]*)\);", RegexOptions.Multiline))
            {
                functions++;
                string name = match.Groups[1].Value;
                MethodInfo method = typeof(Native).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic);
                Expect.True(method != null, name + " is declared");
                DllImportAttribute import =
                    (DllImportAttribute)Attribute.GetCustomAttribute(method, typeof(DllImportAttribute));
                Expect.Equal(CallingConvention.Cdecl, import.CallingConvention);
                Expect.Equal(typeof(int), method.ReturnType);
                string[] parameters = match.Groups[2].Value.Split(',');
                Expect.Equal(name + " " + parameters.Length, name + " " + method.GetParameters().Length);
                for (int index = 0; index < parameters.Length; index++)
                    Parameter(name, parameters[index].Trim(), method.GetParameters()[index].ParameterType);
            }
            Expect.True(functions >= 55, functions + " functions");
        }

        [Test]
        public static void NothingIsDeclaredThatIsNotInTheHeader()
        {
            string header = Header();
            foreach (MethodInfo method in typeof(Native).GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
                Expect.True(header.Contains("int32_t " + method.Name + "("), method.Name + " is in wsy.h");
        }

        [Test]
        public static void EveryNumberIsTheSame()
        {
            int numbers = 0;
            foreach (Match match in Regex.Matches(Header(), @"^#define WSY_(\w+) \(?(-?\d+)\)?", RegexOptions.Multiline))
            {
                string name = match.Groups[1].Value;
                int value = int.Parse(match.Groups[2].Value);
                numbers++;
                Expect.Equal(name + " " + value, name + " " + Number(name));
            }
            Expect.True(numbers >= 65, numbers + " numbers");
        }

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
            // Windows knows no difference between Wsy.dll and wsy.dll.
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

        private static string Header()
        {
            string text = File.ReadAllText(Sandbox.Given("WSY_HEADER"), Encoding.UTF8).Replace("\r", "");
            return Regex.Replace(text, @"/\*.*?\*/", "", RegexOptions.Singleline);
        }

        private static void Parameter(string function, string declared, Type type)
        {
            bool number = Regex.IsMatch(declared, @"^int32_t \w+$");
            Expect.True(number == (type == typeof(int)), function + ": " + declared + " is " + type);
            bool result = Regex.IsMatch(declared, @"^(int32_t \*|wsy_\w+ \*\*)");
            Expect.True(result == type.IsByRef, function + ": " + declared + " is " + type);
            bool text = Regex.IsMatch(declared, @"^(const )?char \*");
            Expect.True(text == (type == typeof(byte[])), function + ": " + declared + " is " + type);
        }

        private static int Number(string name)
        {
            switch (name)
            {
                case "UTF8": return Native.CodePageUtf8;
                // The binding has no use for it: its texts are Unicode.
                case "GBK": return 936;
                case "ZH": return (int)WsyLanguage.Zh;
                case "EN": return (int)WsyLanguage.En;
            }
            StringBuilder pascal = new StringBuilder();
            foreach (string word in name.Split('_'))
                pascal.Append(word[0]).Append(word.Substring(1).ToLowerInvariant());
            FieldInfo field = typeof(WsyCode).GetField(pascal.ToString());
            Expect.True(field != null, "WsyCode." + pascal);
            return (int)field.GetRawConstantValue();
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
