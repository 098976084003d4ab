//! Wheels of the binding for Python: a zip of the package, the library and what pip wants to know, the same bytes for the
//! same files.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::package;
use crate::bindings::zipped::{Entry, zipped};
use kit::error::Error;
use kit::library;
use kit::process;
use kit::tools;
use kit::workspace::{self, VERSION};

/// What pip takes for "every Linux with such a C library": no other library may be asked for.
const OF_EVERY_LINUX: [&str; 8] = [
    "libc.so.6",
    "libm.so.6",
    "libgcc_s.so.1",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// Makes the wheel of a platform with `library` inside, into `folder`. The platform is pip's tag, `win32` or `win_amd64`,
/// or `linux` for the tag that this very library keeps.
pub fn wheel(library: &Path, platform: &str, folder: &Path) -> Result<PathBuf, Error> {
    let tag = if platform.starts_with("linux") { linux_tag(library)? } else { platform.to_owned() };
    let bytes = fs::read(library).map_err(Error::file("read", library))?;
    if !fits(&tag, machine(&bytes)) {
        let file = library.display();
        return Err(Error::Check(format!("{file} is no library for a Python of the platform {tag}")));
    }

    let mut entries = sources()?;
    let name = if tag.starts_with("win") { "wsy/wsy.dll" } else { "wsy/libwsy.so" };
    entries.push(Entry { name: name.to_owned(), bytes });
    entries.extend(information(&tag)?);
    entries.push(record(&entries));

    let path = folder.join(format!("wsy-{VERSION}-py3-none-{tag}.whl"));
    let packed =
        zipped(&entries).map_err(|error| Error::Check(format!("the wheel was not made: {error}")))?;
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    fs::write(&path, packed).map_err(Error::file("write", &path))?;
    Ok(path)
}

/// The package's own files, in an order that no file system decides.
fn sources() -> Result<Vec<Entry>, Error> {
    let folder = package().join("wsy");
    let mut entries = Vec::new();
    for file in fs::read_dir(&folder).map_err(Error::file("read", &folder))? {
        let file = file.map_err(Error::file("read", &folder))?;
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".py") || name == "py.typed" {
            let bytes = fs::read(file.path()).map_err(Error::file("read", &file.path()))?;
            entries.push(Entry { name: format!("wsy/{name}"), bytes });
        }
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let says = format!("\n__version__ = \"{VERSION}\"\n");
    let of = |entry: &&Entry| entry.name == "wsy/__init__.py";
    if entries.iter().find(of).is_none_or(|init| !String::from_utf8_lossy(&init.bytes).contains(&says)) {
        return Err(Error::Check(format!("wsy/__init__.py of the binding for Python is not of {VERSION}")));
    }
    Ok(entries)
}

/// What pip wants to know.
fn information(tag: &str) -> Result<Vec<Entry>, Error> {
    let root = workspace::root();
    let readme = workspace::read(&package().join("README.md"))?;
    let metadata = format!(
        "Metadata-Version: 2.1\nName: wsy\nVersion: {VERSION}\n\
         Summary: A till knows for certain whether a phone payment was taken\nLicense: MIT OR Apache-2.0\n\
         License-File: LICENSE-APACHE\nLicense-File: LICENSE-MIT\nClassifier: Programming Language :: Python :: 3\n\
         Classifier: Typing :: Typed\nRequires-Python: >=3.8\nDescription-Content-Type: text/markdown\n\n{readme}"
    );
    let wheel = format!(
        "Wheel-Version: 1.0\nGenerator: wsy-xtask ({VERSION})\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n"
    );
    let entry = |name: &str, text: String| Entry { name: dist_info(name), bytes: text.into_bytes() };
    Ok(vec![
        entry("LICENSE-APACHE", workspace::read(&root.join("LICENSE-APACHE"))?),
        entry("LICENSE-MIT", workspace::read(&root.join("LICENSE-MIT"))?),
        entry("METADATA", metadata),
        entry("WHEEL", wheel),
    ])
}

/// The list of all files with their hashes, and of itself without one.
fn record(entries: &[Entry]) -> Entry {
    let name = dist_info("RECORD");
    let mut lines: Vec<String> = entries
        .iter()
        .map(|Entry { name, bytes }| {
            let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
            format!("{name},sha256={hash},{}\n", bytes.len())
        })
        .collect();
    lines.push(format!("{name},,\n"));
    Entry { name, bytes: lines.concat().into_bytes() }
}

fn dist_info(name: &str) -> String {
    format!("wsy-{VERSION}.dist-info/{name}")
}

/// What a library is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Machine {
    WindowsX86,
    WindowsX64,
    LinuxX64,
    LinuxArm64,
}

/// Reads it from the head of a PE or ELF file.
fn machine(bytes: &[u8]) -> Option<Machine> {
    let u16_at = |at: usize| Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    if bytes.starts_with(b"\x7fELF\x02\x01") {
        return match u16_at(18)? {
            62 => Some(Machine::LinuxX64),
            183 => Some(Machine::LinuxArm64),
            _ => None,
        };
    }
    let head = usize::from(u16_at(0x3c)?);
    match (bytes.get(..2)?, bytes.get(head..head + 4)?, u16_at(head + 4)?) {
        (b"MZ", b"PE\0\0", 0x14c) => Some(Machine::WindowsX86),
        (b"MZ", b"PE\0\0", 0x8664) => Some(Machine::WindowsX64),
        _ => None,
    }
}

fn fits(tag: &str, machine: Option<Machine>) -> bool {
    match machine {
        Some(Machine::WindowsX86) => tag == "win32",
        Some(Machine::WindowsX64) => tag == "win_amd64",
        Some(Machine::LinuxX64) => tag.starts_with("manylinux_") && tag.ends_with("_x86_64"),
        Some(Machine::LinuxArm64) => tag.starts_with("manylinux_") && tag.ends_with("_aarch64"),
        None => false,
    }
}

/// The oldest C library that has every symbol that this library asks for, as pip's tag.
fn linux_tag(library: &Path) -> Result<String, Error> {
    let needed = library::dynamic(library)?.needed;
    if let Some(other) = needed.iter().find(|name| !OF_EVERY_LINUX.contains(&name.as_str())) {
        return Err(Error::Check(format!(
            "{} asks for {other}, which not every Linux has",
            library.display()
        )));
    }
    let readelf = tools::need("readelf", "binutils")?;
    let table = process::output(readelf.command().args(["--version-info", "--wide"]).arg(library))?;
    let bytes = fs::read(library).map_err(Error::file("read", library))?;
    let processor = match machine(&bytes) {
        Some(Machine::LinuxX64) => "x86_64",
        Some(Machine::LinuxArm64) => "aarch64",
        _ => return Err(Error::Check(format!("{} is no library for Linux", library.display()))),
    };
    let newest = newest_glibc(&table);
    let (major, minor) =
        newest.ok_or_else(|| Error::Check(format!("{} names no C library", library.display())))?;
    Ok(format!("manylinux_{major}_{minor}_{processor}"))
}

/// The highest `GLIBC_2.34` that the table of `readelf --version-info` says is needed.
fn newest_glibc(table: &str) -> Option<(u32, u32)> {
    table
        .split_whitespace()
        .filter_map(|word| {
            let mut numbers = word.strip_prefix("GLIBC_")?.split('.');
            Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
        })
        .max()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::{Machine, fits, machine, newest_glibc, wheel};
    use kit::workspace::{self, VERSION};

    fn pe(kind: u16) -> Vec<u8> {
        let mut bytes = vec![0; 0x90];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x80;
        bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
        bytes[0x84..0x86].copy_from_slice(&kind.to_le_bytes());
        bytes
    }

    #[test]
    fn machines_are_told_apart() {
        assert_eq!(machine(&pe(0x14c)), Some(Machine::WindowsX86));
        assert_eq!(machine(&pe(0x8664)), Some(Machine::WindowsX64));
        assert_eq!(machine(&pe(0xaa64)), None);
        let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
        elf.resize(64, 0);
        elf[18] = 62;
        assert_eq!(machine(&elf), Some(Machine::LinuxX64));
        assert_eq!(machine(b""), None);
        assert_eq!(machine(&pe(0x14c)[..0x82]), None);
    }

    #[test]
    fn a_library_of_another_machine_does_not_fit() {
        assert!(fits("win32", Some(Machine::WindowsX86)));
        assert!(fits("win_amd64", Some(Machine::WindowsX64)));
        assert!(fits("manylinux_2_34_x86_64", Some(Machine::LinuxX64)));
        assert!(!fits("win_amd64", Some(Machine::WindowsX86)));
        assert!(!fits("win32", Some(Machine::LinuxX64)));
        assert!(!fits("manylinux_2_34_aarch64", Some(Machine::LinuxX64)));
        assert!(!fits("win32", None));
    }

    #[test]
    fn the_newest_symbol_of_the_c_library_counts() {
        let table = "  0x0010:   Name: GLIBC_2.2.5  Flags: none\n  000:  0 (*local*)  2 (GLIBC_2.34)\n \
                     0x0020:   Name: GLIBC_2.9  Flags: none\n  Name: GCC_4.2.0\n";
        assert_eq!(newest_glibc(table), Some((2, 9)));
        assert_eq!(newest_glibc("Name: GLIBC_2.9 Name: GLIBC_2.34"), Some((2, 34)));
        assert_eq!(newest_glibc("Name: GLIBC_PRIVATE"), None);
    }

    #[test]
    fn a_wheel_has_everything_and_the_same_bytes_again() {
        let scratch = workspace::scratch("wheel").unwrap();
        let library = scratch.path().join("wsy.dll");
        fs::write(&library, pe(0x14c)).unwrap();
        let wheels = ["1", "2"].map(|folder| wheel(&library, "win32", &scratch.path().join(folder)).unwrap());
        assert_eq!(fs::read(&wheels[0]).unwrap(), fs::read(&wheels[1]).unwrap());
        assert!(wheels[0].ends_with(format!("wsy-{VERSION}-py3-none-win32.whl")));
        let mut zip = zip::ZipArchive::new(fs::File::open(&wheels[0]).unwrap()).unwrap();
        for name in ["wsy/__init__.py", "wsy/py.typed", "wsy/wsy.dll"] {
            assert!(zip.by_name(name).is_ok(), "{name}");
        }
        assert!(wheel(&library, "win_amd64", scratch.path()).is_err());
        assert!(wheel(&library, "linux", scratch.path()).is_err());
    }
}
