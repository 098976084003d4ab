using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Wsy
{
    /// <summary>
    /// Finds the native library of this process's bitness: beside the program, in its folder x86 or x64, or
    /// in runtimes/win-x86/native and the like. If it is in none of them, the system searches its own places.
    /// </summary>
    internal static class Loader
    {
        private const uint LoadWithAlteredSearchPath = 8;

        private static Func<string, IntPtr> load;

        [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
        private static extern IntPtr LoadLibraryExW(string path, IntPtr reserved, uint flags);

        internal static void Prepare()
        {
            if (IsWindows)
                LoadFirst();
            else
                SetResolver();
        }

        private static bool IsWindows
        {
            get { return Path.DirectorySeparatorChar == '\\'; }
        }

        /// <summary>The places where the library may be, best first.</summary>
        internal static List<string> Candidates(List<string> folders, bool windows, bool wide)
        {
            string file = windows ? "wsy.dll" : "libwsy.so";
            string bits = wide ? "x64" : "x86";
            string runtime = Path.Combine("runtimes", (windows ? "win-" : "linux-") + bits);
            // Lists, not iterators: the code generated for iterators requires .NET 4.5.
            List<string> places = new List<string>();
            foreach (string folder in folders)
            {
                places.Add(Path.Combine(folder, file));
                places.Add(Path.Combine(folder, Path.Combine(bits, file)));
                places.Add(Path.Combine(folder, Path.Combine(runtime, Path.Combine("native", file))));
            }
            return places;
        }

        private static List<string> Present()
        {
            return Candidates(Folders(), IsWindows, IntPtr.Size == 8).FindAll(File.Exists);
        }

        /// <summary>
        /// The directory of this assembly, which a host may have copied elsewhere, and that of the program.
        /// </summary>
        private static List<string> Folders()
        {
            List<string> folders = new List<string>();
            // Empty for an assembly that was loaded from memory.
            string here = typeof(Loader).Assembly.Location;
            if (!string.IsNullOrEmpty(here))
                folders.Add(Path.GetDirectoryName(here));
            folders.Add(AppDomain.CurrentDomain.BaseDirectory);
            return folders;
        }

        /// <summary>
        /// Windows resolves the name to a library that is already loaded. One of the wrong bitness does not
        /// load, and the next place is tried.
        /// </summary>
        private static void LoadFirst()
        {
            foreach (string path in Present())
            {
                if (LoadLibraryExW(path, IntPtr.Zero, LoadWithAlteredSearchPath) != IntPtr.Zero)
                    return;
            }
        }

        /// <summary>
        /// .NET Core 3.0 and later call our resolver for the library. It is set by reflection, because .NET
        /// Framework, .NET Standard and Mono have no resolvers; there the system looks for the library,
        /// including beside the program.
        /// </summary>
        private static void SetResolver()
        {
            Type loader = Type.GetType("System.Runtime.InteropServices.NativeLibrary", false);
            Type resolver = Type.GetType("System.Runtime.InteropServices.DllImportResolver", false);
            if (loader == null || resolver == null)
                return;
            load = (Func<string, IntPtr>)Delegate.CreateDelegate(
                typeof(Func<string, IntPtr>), loader.GetMethod("Load", new[] { typeof(string) }));
            // Its last parameter is of a type that .NET 4.0 lacks.
            Type search = resolver.GetMethod("Invoke").GetParameters()[2].ParameterType;
            MethodInfo resolve = typeof(Loader).GetMethod("Resolve", BindingFlags.NonPublic | BindingFlags.Static)
                .MakeGenericMethod(search);
            MethodInfo set = loader.GetMethod("SetDllImportResolver", new[] { typeof(Assembly), resolver });
            try
            {
                set.Invoke(null, new object[] { typeof(Loader).Assembly, Delegate.CreateDelegate(resolver, resolve) });
            }
            catch (TargetInvocationException)
            {
                // The program that includes these sources has its own resolver, which takes precedence.
            }
        }

        private static IntPtr Resolve<TSearch>(string name, Assembly assembly, TSearch search)
        {
            if (name != Native.Dll)
                return IntPtr.Zero;
            foreach (string path in Present())
                return load(path);
            return IntPtr.Zero;
        }
    }
}
