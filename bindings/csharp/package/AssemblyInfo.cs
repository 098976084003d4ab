using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: AssemblyTitle("Wsy")]
[assembly: AssemblyProduct("wsy")]
[assembly: AssemblyDescription("A till knows for certain whether a phone payment was taken.")]
[assembly: ComVisible(false)]
[assembly: InternalsVisibleTo("Wsy.Tests")]
