//! The NuGet package: the same bytes for the same files.

use std::fs;
use std::path::{Path, PathBuf};

use super::sdk::{self, Sdk, Target, with};
use super::{Libraries, files, folder, sources};
use crate::bindings::zipped::{Entry, zipped};
use kit::error::Error;
use kit::process;
use kit::workspace::{self, VERSION};

/// The name of the assembly. Windows takes Wsy.dll and wsy.dll for the same file, so it is not that.
pub const ASSEMBLY: &str = "Wsy.Net";

/// The folder of the library of each framework, and what its assembly says that it was made for.
const FRAMEWORKS: [(&str, Target, &str); 2] = [
    ("net40", Target::Framework, ".NETFramework,Version=v4.0"),
    ("netstandard2.0", Target::Standard, ".NETStandard,Version=v2.0"),
];

/// The package's file name.
pub fn file_name() -> String {
    format!("Wsy.{VERSION}.nupkg")
}

/// Makes the package, into `folder`.
pub fn package(libraries: &Libraries<'_>, folder: &Path) -> Result<PathBuf, Error> {
    let sdk = sdk::ready()?;
    let mut entries = vec![
        text("[Content_Types].xml", CONTENT_TYPES),
        text("_rels/.rels", RELATIONSHIPS),
        text("Wsy.nuspec", &description()),
    ];
    for (name, target, says) in &FRAMEWORKS {
        entries.extend(assembly(&sdk, name, target, says)?);
    }
    for (name, library) in [
        ("runtimes/win-x86/native/wsy.dll", libraries.win_x86),
        ("runtimes/win-x64/native/wsy.dll", libraries.win_x64),
        ("runtimes/linux-x64/native/libwsy.so", libraries.linux_x64),
    ] {
        entries.push(copy(name, library)?);
    }
    // For the project itself, and for one that only refers to a project which uses the package.
    for name in ["build/net40/Wsy.targets", "buildTransitive/net40/Wsy.targets"] {
        entries.push(copy(name, &self::folder().join("package/Wsy.targets"))?);
    }
    entries.push(copy("README.md", &self::folder().join("README.md"))?);
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        entries.push(copy(&format!("{name}.txt"), &workspace::root().join(name))?);
    }

    let path = folder.join(file_name());
    let packed = zipped(&entries).map_err(|error| Error::Check(format!("{}: {error}", path.display())))?;
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    fs::write(&path, packed).map_err(Error::file("write", &path))?;
    Ok(path)
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
  <Default Extension="nuspec" ContentType="application/octet" />
  <Default Extension="dll" ContentType="application/octet" />
  <Default Extension="so" ContentType="application/octet" />
  <Default Extension="xml" ContentType="application/octet" />
  <Default Extension="targets" ContentType="application/octet" />
  <Default Extension="md" ContentType="application/octet" />
  <Default Extension="txt" ContentType="application/octet" />
</Types>
"#;

const RELATIONSHIPS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Id="R1" Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/Wsy.nuspec" />
</Relationships>
"#;

fn description() -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>Wsy</id>
    <version>{VERSION}</version>
    <authors>wsy</authors>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <license type="expression">MIT OR Apache-2.0</license>
    <readme>README.md</readme>
    <description>A till knows for certain whether a phone payment was taken: charge, settle, refund and recover payments of the 微收银 platform.</description>
    <dependencies>
      <group targetFramework=".NETFramework4.0" />
      <group targetFramework=".NETStandard2.0" />
    </dependencies>
  </metadata>
</package>
"#
    )
}

/// Compiles the sources for a framework: the assembly and its documentation.
fn assembly(sdk: &Sdk, name: &str, target: &Target, says: &str) -> Result<[Entry; 2], Error> {
    let scratch = workspace::scratch("assembly")?;
    let (dll, xml) =
        (scratch.path().join(format!("{ASSEMBLY}.dll")), scratch.path().join(format!("{ASSEMBLY}.xml")));
    let versions = scratch.path().join("Versions.cs");
    workspace::write(&versions, &attributes(says))?;
    let mut command = sdk.compiler(target)?;
    command.args(["-target:library", "-debug-"]).arg(with("-out:", &dll)).arg(with("-doc:", &xml));
    command.args(sources()?).args(files(&folder().join("package"), "cs")?).arg(&versions);
    process::output(&mut command)?;
    Ok([
        copy(&format!("lib/{name}/{ASSEMBLY}.dll"), &dll)?,
        copy(&format!("lib/{name}/{ASSEMBLY}.xml"), &xml)?,
    ])
}

/// What the sources cannot say of themselves.
fn attributes(framework: &str) -> String {
    format!(
        "[assembly: System.Reflection.AssemblyVersion(\"{VERSION}.0\")]\n\
         [assembly: System.Reflection.AssemblyFileVersion(\"{VERSION}.0\")]\n\
         [assembly: System.Reflection.AssemblyInformationalVersion(\"{VERSION}\")]\n\
         [assembly: System.Runtime.Versioning.TargetFramework(\"{framework}\")]\n"
    )
}

fn text(name: &str, text: &str) -> Entry {
    Entry { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn copy(name: &str, file: &Path) -> Result<Entry, Error> {
    let bytes = fs::read(file).map_err(Error::file("read", file))?;
    Ok(Entry { name: name.to_owned(), bytes })
}

#[cfg(test)]
mod tests {
    use super::{CONTENT_TYPES, attributes, description};
    use kit::workspace::VERSION;

    #[test]
    fn every_file_of_the_package_has_a_type() {
        for extension in ["rels", "nuspec", "dll", "so", "xml", "targets", "md", "txt"] {
            assert!(CONTENT_TYPES.contains(&format!("Extension=\"{extension}\"")), "{extension}");
        }
    }

    #[test]
    fn the_package_says_its_version() {
        assert!(description().contains(&format!("<version>{VERSION}</version>")));
        assert!(attributes("x").contains(&format!("AssemblyVersion(\"{VERSION}.0\")")));
    }
}
