//! The NuGet package, the same bytes for the same files: `dotnet pack` makes other ones every time.

use std::path::{Path, PathBuf};

use crate::sdk::{self, Sdk, Target};
use crate::third_party::{self, For, NOTICES, SBOM};
use crate::zipped::{Entry, copied, write};
use kit::error::Error;
use kit::process::{self, with};
use kit::workspace::{self, VERSION};

/// The name of the assembly. Windows takes Wsy.dll and wsy.dll for the same file, so it is not that.
pub const ASSEMBLY: &str = "Wsy.Net";

/// The folder of the library of each framework, and what its assembly says that it was made for.
const FRAMEWORKS: [(&str, Target, &str); 2] = [
    ("net40", Target::Framework, ".NETFramework,Version=v4.0"),
    ("netstandard2.0", Target::Standard, ".NETStandard,Version=v2.0"),
];

/// The libraries that the package holds.
pub struct Libraries<'a> {
    /// For 32-bit Windows.
    pub win_x86: &'a Path,
    /// For 64-bit Windows.
    pub win_x64: &'a Path,
    /// For 64-bit Linux.
    pub linux_x64: &'a Path,
}

/// The folder of the binding.
fn folder() -> PathBuf {
    workspace::root().join("bindings/csharp")
}

/// The package's file name.
pub fn file_name() -> String {
    format!("Wsy.{VERSION}.nupkg")
}

/// Makes the package, into `to`.
pub fn package(libraries: &Libraries<'_>, to: &Path) -> Result<PathBuf, Error> {
    let (sdk, scratch) = (sdk::ready()?, workspace::scratch("assemblies")?);
    let mut files = Vec::new();
    for (name, target, says) in &FRAMEWORKS {
        let compiled = scratch.path().join(name);
        assembly(&sdk, target, says, &compiled)?;
        let extensions = ["dll", "xml"].map(|extension| format!("{ASSEMBLY}.{extension}"));
        files.extend(extensions.map(|file| (format!("lib/{name}/{file}"), compiled.join(file))));
    }
    let (binding, root) = (folder(), workspace::root());
    let others = [
        ("runtimes/win-x86/native/wsy.dll", libraries.win_x86.to_owned()),
        ("runtimes/win-x64/native/wsy.dll", libraries.win_x64.to_owned()),
        ("runtimes/linux-x64/native/libwsy.so", libraries.linux_x64.to_owned()),
        // For the project itself, and for one that only refers to a project which uses the package.
        ("build/net40/Wsy.targets", binding.join("package/Wsy.targets")),
        ("buildTransitive/net40/Wsy.targets", binding.join("package/Wsy.targets")),
        ("README.md", binding.join("README.md")),
        ("LICENSE-APACHE.txt", root.join("LICENSE-APACHE")),
        ("LICENSE-MIT.txt", root.join("LICENSE-MIT")),
    ];
    files.extend(others.map(|(name, file)| (name.to_owned(), file)));
    let mut entries: Vec<Entry> = [
        ("[Content_Types].xml", include_str!("nuget/content-types.xml")),
        ("_rels/.rels", include_str!("nuget/relationships.xml")),
        ("Wsy.nuspec", &include_str!("nuget/Wsy.nuspec.in").replace("@VERSION@", VERSION)),
    ]
    .map(|(name, text)| (name.to_owned(), text.into()))
    .into();
    let documents = third_party::documents(&["wsy"], For::Both)?;
    entries.push((NOTICES.to_owned(), documents.notices.into()));
    entries.push((SBOM.to_owned(), documents.sbom.into()));
    entries.extend(copied(files)?);
    write(&to.join(file_name()), &entries)
}

/// Compiles the sources for a framework: the assembly and its documentation.
fn assembly(sdk: &Sdk, target: &Target, framework: &str, to: &Path) -> Result<(), Error> {
    let file = |extension: &str| to.join(format!("{ASSEMBLY}.{extension}"));
    let versions = to.join("Versions.cs");
    // What the sources cannot say of themselves.
    let says = format!(
        "[assembly: System.Reflection.AssemblyVersion(\"{VERSION}.0\")]\n\
         [assembly: System.Reflection.AssemblyFileVersion(\"{VERSION}.0\")]\n\
         [assembly: System.Reflection.AssemblyInformationalVersion(\"{VERSION}\")]\n\
         [assembly: System.Runtime.Versioning.TargetFramework(\"{framework}\")]\n"
    );
    workspace::write(&versions, &says)?;
    let mut command = sdk.compiler(target)?;
    command.args(["-target:library", "-debug-"]);
    command.arg(with("-out:", &file("dll"))).arg(with("-doc:", &file("xml")));
    for part in ["Wsy", "package"] {
        command.args(workspace::files(&folder().join(part), "cs")?);
    }
    process::output(command.arg(&versions)).map(drop)
}
