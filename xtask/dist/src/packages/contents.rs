//! What is in the packages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{build, declared, folder, import_library};
use crate::third_party::{self, Documents, For, NOTICES, SBOM};
use crate::{nuget, wheel, zipped};
use kit::bits::Bits;
use kit::error::Error;
use kit::library;
use kit::say;
use kit::workspace::{self, ABI, VERSION};

/// The crates of ours whose library or program is in the zip and in the tarball.
const PACKAGES: [&str; 3] = ["wsy", "wsyctl", "wsy-sandbox"];

/// What a package has at which path, with `/`.
pub type Contents = BTreeMap<String, Content>;

/// What a file of a package is.
pub enum Content {
    /// A file.
    File(Vec<u8>),
    /// A program or library.
    Program(Vec<u8>),
    /// A link to a file of the same folder.
    Link(String),
}

/// What is in the zip for Windows.
pub fn windows() -> Result<Contents, Error> {
    declared::check()?;
    let mut contents = common(For::Windows)?;
    let (win_x86, programs) = (build::checked_dll(Bits::X86)?, build::PROGRAMS);
    for (name, folder) in programs {
        contents.extend([program(&format!("{folder}/{name}.exe"), &build::checked_program(name)?)?]);
    }
    let win_x64 = build::checked_dll(Bits::X64)?;
    for (bits, dll, platform) in [(Bits::X86, &win_x86, "win32"), (Bits::X64, &win_x64, "win_amd64")] {
        contents.extend([program(&format!("{}/wsy.dll", bits.folder()), dll)?]);
        for (name, bytes) in import_library::files(bits)? {
            contents.insert(format!("{}/{name}", bits.folder()), Content::File(bytes));
        }
        contents.extend([made("bindings/python", &wheel::wheel(dll, platform, &scratch())?)?]);
    }
    for language in ["vb6", "powerbuilder", "epl", "foxpro"] {
        contents.extend(tree(&format!("bindings/{language}"))?);
        contents.extend(tree(&format!("examples/{language}"))?);
    }
    let libraries = nuget::Libraries { win_x86: &win_x86, win_x64: &win_x64, linux_x64: &library::build()? };
    let package = say::timed("NuGet package", || nuget::package(&libraries, &scratch()))?;
    contents.extend([made("bindings/csharp", &package)?]);
    contents.values_mut().for_each(end_lines_as_windows_does);
    says_what_is_in_it(&contents, For::Windows)?;
    Ok(contents)
}

/// Notepad shows a text without carriage returns as one line, and Delphi 7 miscounts its lines.
fn end_lines_as_windows_does(content: &mut Content) {
    if let Content::File(bytes) = content
        && !bytes.iter().any(|byte| matches!(byte, 0 | b'\r'))
    {
        *bytes = bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    }
}

/// What is in the tarball for Linux.
pub fn linux() -> Result<Contents, Error> {
    let mut contents = common(For::Linux)?;
    let library = say::timed("wsy for Linux", library::build)?;
    let (whole, asked_for) = (format!("libwsy.so.{VERSION}"), format!("libwsy.so.{ABI}"));
    contents.extend([
        program(&format!("lib/{whole}"), &library)?,
        ("lib/libwsy.so".to_owned(), Content::Link(asked_for.clone())),
        (format!("lib/{asked_for}"), Content::Link(whole)),
    ]);
    for (name, folder) in build::PROGRAMS {
        let built = say::timed(format_args!("{name} for Linux"), || library::program(name))?;
        contents.extend([program(&format!("{folder}/{name}"), &built)?]);
    }
    contents.extend([made("bindings/python", &wheel::wheel(&library, "linux", &scratch())?)?]);
    says_what_is_in_it(&contents, For::Linux)?;
    Ok(contents)
}

/// What both have.
fn common(platform: For) -> Result<Contents, Error> {
    let mut contents = tree("docs")?;
    contents.remove("docs/releasing.md");
    let documents = third_party::documents(&PACKAGES, platform)?;
    contents.insert(NOTICES.to_owned(), Content::File(documents.notices.into()));
    contents.insert(SBOM.to_owned(), Content::File(documents.sbom.into()));
    for (path, from) in [
        ("README.md", "README.md"),
        ("README.zh-CN.md", "README.zh-CN.md"),
        ("CHANGELOG.md", "CHANGELOG.md"),
        ("SECURITY.md", "SECURITY.md"),
        ("LICENSE-APACHE", "LICENSE-APACHE"),
        ("LICENSE-MIT", "LICENSE-MIT"),
        ("快速开始.md", "docs/快速开始.md"),
        ("include/wsy.h", "include/wsy.h"),
        ("include/wsy.hpp", "bindings/cpp/include/wsy.hpp"),
    ] {
        contents.extend([file(path, &workspace::root().join(from))?]);
    }
    for language in ["c", "cpp", "python", "csharp", "delphi"] {
        contents.extend(tree(&format!("examples/{language}"))?);
    }
    for readmes in ["bindings/cpp/README*", "bindings/python/README*"] {
        contents.extend(tree(readmes)?);
    }
    for binding in ["bindings/csharp", "bindings/delphi"] {
        contents.extend(tree(binding)?.into_iter().filter(|(path, _)| !is_for_us(path)));
    }
    Ok(contents)
}

/// Tests, and what packages are made of, are no use to those who have the package.
fn is_for_us(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "package"))
}

/// Holds the notices and the bill of materials to what is linked: those of
/// the package and those of each package inside it.
fn says_what_is_in_it(contents: &Contents, platform: For) -> Result<(), Error> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\r', "");
    let of = |path: &str| match contents.get(path) {
        Some(Content::File(bytes)) => Ok(text(bytes)),
        _ => Err(Error::Check(format!("the package has no {path}"))),
    };
    let documents = Documents { notices: of(NOTICES)?, sbom: of(SBOM)? };
    third_party::check("the package", &documents, &PACKAGES, platform)?;
    for (path, content) in contents {
        let Content::File(bytes) = content else { continue };
        let platform = if path.ends_with(".nupkg") { For::Both } else { platform };
        if path.ends_with(".whl") || path.ends_with(".nupkg") {
            let of = |name: &str| -> Result<String, Error> {
                let found = zipped::find(bytes, name)?;
                found.map(|bytes| text(&bytes)).ok_or_else(|| Error::Check(format!("{path} has no {name}")))
            };
            let documents = Documents { notices: of(NOTICES)?, sbom: of(SBOM)? };
            third_party::check(path, &documents, &["wsy"], platform)?;
        }
    }
    Ok(())
}

/// Where what is made for the packages alone is put.
fn scratch() -> PathBuf {
    folder().join("made")
}

fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::file("read", path))
}

fn file(path: &str, from: &Path) -> Result<(String, Content), Error> {
    Ok((path.to_owned(), Content::File(bytes(from)?)))
}

fn program(path: &str, from: &Path) -> Result<(String, Content), Error> {
    Ok((path.to_owned(), Content::Program(bytes(from)?)))
}

/// A file under its own name in a folder of the package.
fn made(folder: &str, from: &Path) -> Result<(String, Content), Error> {
    file(&format!("{folder}/{}", from.file_name().unwrap_or_default().display()), from)
}

/// The files below a folder of the project, under the same paths.
fn tree(path: &str) -> Result<Contents, Error> {
    let files = workspace::tracked(path)?;
    if files.is_empty() {
        return Err(Error::Check(format!("there is nothing in {path}")));
    }
    files.iter().map(|path| file(path, &workspace::root().join(path))).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Content, Contents, PACKAGES, end_lines_as_windows_does, made, says_what_is_in_it};
    use crate::third_party::{self, For, NOTICES, SBOM};
    use crate::{wheel, zipped};
    use kit::workspace;

    /// The documents of a package, and in it the zip of a package manager.
    fn package(inner: (String, Content)) -> Contents {
        let documents = third_party::documents(&PACKAGES, For::Windows).unwrap();
        let notices = (NOTICES.to_owned(), Content::File(documents.notices.into()));
        Contents::from([notices, (SBOM.to_owned(), Content::File(documents.sbom.into())), inner])
    }

    #[test]
    fn a_package_has_the_notices_and_the_bill_of_materials_and_so_has_what_is_in_it() {
        let scratch = workspace::scratch("package").unwrap();
        let library = scratch.path().join("wsy.dll");
        fs::write(&library, "MZ").unwrap();
        let wheel = wheel::wheel(&library, "win32", scratch.path()).unwrap();
        let mut whole = package(made("bindings/python", &wheel).unwrap());
        whole.values_mut().for_each(end_lines_as_windows_does);
        says_what_is_in_it(&whole, For::Windows).unwrap();
        for document in [NOTICES, SBOM] {
            let kept = whole.remove(document).unwrap();
            assert!(says_what_is_in_it(&whole, For::Windows).is_err(), "{document}");
            whole.insert(document.to_owned(), kept);
        }
        let empty = zipped::write(&scratch.path().join("Wsy.nupkg"), &[]).unwrap();
        let without = package(made("bindings/csharp", &empty).unwrap());
        assert!(says_what_is_in_it(&without, For::Windows).is_err());
    }

    fn ended(bytes: &[u8]) -> Vec<u8> {
        let mut content = Content::File(bytes.to_vec());
        end_lines_as_windows_does(&mut content);
        match content {
            Content::File(bytes) => bytes,
            Content::Program(_) | Content::Link(_) => Vec::new(),
        }
    }

    #[test]
    fn texts_get_carriage_returns_once_and_other_files_none() {
        assert_eq!(ended(b"a\n\nb\n"), b"a\r\n\r\nb\r\n");
        assert_eq!(ended(b"a\r\nb\r\n"), b"a\r\nb\r\n");
        assert_eq!(ended(b"PK\n\0\n"), b"PK\n\0\n");
    }
}
