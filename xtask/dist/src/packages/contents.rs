//! What is in the packages.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Bits, build, folder, import_library};
use crate::bindings::{csharp, python};
use kit::error::Error;
use kit::library;
use kit::process;
use kit::workspace::{self, ABI, VERSION};

/// A package.
pub struct Package {
    platform: &'static str,
    ending: &'static str,
}

/// The zip for Windows.
pub const WINDOWS: Package = Package { platform: "windows", ending: "zip" };
/// The tarball for Linux.
pub const LINUX: Package = Package { platform: "linux-x64", ending: "tar.gz" };

impl Package {
    /// The folder that it unpacks to.
    pub fn name(&self) -> String {
        format!("wsy-{VERSION}-{}", self.platform)
    }

    /// The package itself.
    pub fn file(&self) -> String {
        format!("{}.{}", self.name(), self.ending)
    }
}

/// A file of a package.
pub struct Entry {
    /// Its path in the package, with `/`.
    pub path: String,
    /// What it is.
    pub content: Content,
}

/// What a file of a package is.
pub enum Content {
    /// A file.
    File(Vec<u8>),
    /// A program or library.
    Program(Vec<u8>),
    /// A link to a file of the same folder.
    Link(String),
}

/// What is in the zip, sorted.
pub fn windows() -> Result<Vec<Entry>, Error> {
    let mut entries = common()?;
    let mut wheels = Vec::new();
    let mut libraries = Vec::new();
    for bits in Bits::BOTH {
        let dll = build::checked_dll(bits)?;
        entries.push(program(&format!("{}/wsy.dll", bits.folder()), &dll)?);
        for (name, bytes) in import_library::files(bits)? {
            entries.push(Entry { path: format!("{}/{name}", bits.folder()), content: Content::File(bytes) });
        }
        let platform = if bits == Bits::X86 { "win32" } else { "win_amd64" };
        wheels.push(python::wheel(&dll, platform, &made()?)?);
        libraries.push(dll);
    }
    for name in build::PROGRAMS {
        let place = format!("{}/{name}.exe", folder_of(name));
        entries.push(program(&place, &build::checked_program(name)?)?);
    }
    for language in ["vb6", "powerbuilder", "epl", "foxpro"] {
        entries.extend(tree(&format!("bindings/{language}"))?);
        entries.extend(tree(&format!("examples/{language}"))?);
    }
    for wheel in wheels {
        entries.push(file(&format!("bindings/python/{}", name(&wheel)), &wheel)?);
    }
    let [win_x86, win_x64] = &libraries[..] else {
        return Err(Error::Check("there should be two DLLs".to_owned()));
    };
    let package =
        csharp::package(&csharp::Libraries { win_x86, win_x64, linux_x64: &library::build()? }, &made()?)?;
    entries.push(file(&format!("bindings/csharp/{}", name(&package)), &package)?);
    entries.iter_mut().for_each(end_lines_as_windows_does);
    Ok(sorted(entries))
}

/// Notepad shows a text without carriage returns as one line, and Delphi 7 miscounts its lines.
fn end_lines_as_windows_does(entry: &mut Entry) {
    if let Content::File(bytes) = &mut entry.content
        && !bytes.iter().any(|byte| matches!(byte, 0 | b'\r'))
    {
        *bytes = bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    }
}

/// What is in the tarball, sorted.
pub fn linux() -> Result<Vec<Entry>, Error> {
    let mut entries = common()?;
    let library = library::build()?;
    let (whole, asked_for) = (format!("libwsy.so.{VERSION}"), format!("libwsy.so.{ABI}"));
    entries.push(program(&format!("lib/{whole}"), &library)?);
    let link = |path: String, to: &str| Entry { path, content: Content::Link(to.to_owned()) };
    entries.push(link(format!("lib/{asked_for}"), &whole));
    entries.push(link("lib/libwsy.so".to_owned(), &asked_for));
    for name in build::PROGRAMS {
        entries.push(program(&format!("{}/{name}", folder_of(name)), &for_linux(name)?)?);
    }
    let wheel = python::wheel(&library, "linux", &made()?)?;
    entries.push(file(&format!("bindings/python/{}", name(&wheel)), &wheel)?);
    Ok(sorted(entries))
}

/// What both have.
fn common() -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let root = workspace::root();
    for document in ["README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        entries.push(file(document, &root.join(document))?);
    }
    entries.push(file("快速开始.md", &root.join("docs").join("快速开始.md"))?);
    entries.push(file("include/wsy.h", &root.join("include").join("wsy.h"))?);
    entries.push(file("include/wsy.hpp", &root.join("bindings/cpp/include/wsy.hpp"))?);
    entries.extend(tree("docs")?);
    for language in ["c", "cpp", "python", "csharp", "delphi"] {
        entries.extend(tree(&format!("examples/{language}"))?);
    }
    for binding in ["cpp/README.md", "cpp/README.zh-CN.md", "python/README.md", "python/README.zh-CN.md"] {
        entries.extend(optional(&format!("bindings/{binding}"))?);
    }
    for binding in ["csharp", "delphi"] {
        let all = tree(&format!("bindings/{binding}"))?;
        entries.extend(all.into_iter().filter(|entry| !is_for_us(&entry.path)));
    }
    Ok(entries)
}

/// Tests, and what packages are made of, are no use to those who have the package.
fn is_for_us(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "package"))
}

/// Where a program is in the packages.
fn folder_of(name: &str) -> &'static str {
    if name == "wsy-sandbox" { "sandbox" } else { "tools" }
}

/// A program for Linux.
fn for_linux(name: &str) -> Result<PathBuf, Error> {
    let mut command = workspace::cargo();
    let target = folder().join("build");
    command.args(["build", "--release", "--package", name, "--bin", name]);
    process::run(command.arg("--target-dir").arg(&target))?;
    Ok(target.join("release").join(name))
}

/// Where what is made for the packages alone is put.
fn made() -> Result<PathBuf, Error> {
    let made = folder().join("made");
    fs::create_dir_all(&made).map_err(Error::file("make the folder", &made))?;
    Ok(made)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::file("read", path))
}

fn file(path: &str, from: &Path) -> Result<Entry, Error> {
    Ok(Entry { path: path.to_owned(), content: Content::File(bytes(from)?) })
}

fn program(path: &str, from: &Path) -> Result<Entry, Error> {
    Ok(Entry { path: path.to_owned(), content: Content::Program(bytes(from)?) })
}

fn optional(path: &str) -> Result<Option<Entry>, Error> {
    let from = workspace::root().join(path);
    from.exists().then(|| file(path, &from)).transpose()
}

/// The committed files below a folder of the project, under the same paths.
fn tree(path: &str) -> Result<Vec<Entry>, Error> {
    let mut command = std::process::Command::new("git");
    command.current_dir(workspace::root());
    // Of files that are not committed yet, those that would be: this is also used before a commit.
    command.args([
        "-c",
        "core.quotePath=false",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        path,
    ]);
    let listed = process::output(&mut command)?;
    let mut entries = Vec::new();
    for path in listed.lines() {
        entries.extend(optional(path)?);
    }
    if entries.is_empty() {
        return Err(Error::Check(format!("there is nothing in {path}")));
    }
    Ok(entries)
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|one, next| one.path.cmp(&next.path));
    entries.dedup_by(|one, next| one.path == next.path);
    entries
}

#[cfg(test)]
mod tests {
    use super::{Content, Entry, end_lines_as_windows_does};

    fn ended(bytes: &[u8]) -> Vec<u8> {
        let mut entry = Entry { path: "a".to_owned(), content: Content::File(bytes.to_vec()) };
        end_lines_as_windows_does(&mut entry);
        match entry.content {
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
