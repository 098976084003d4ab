//! Wheels of the binding for Python: a zip of the package, the library and what pip wants to know, the same
//! bytes for the same files. By hand, since PyPI's `wheel` would do no more here
//! than write RECORD, and would need pip and a network.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::third_party::{self, For, NOTICES, SBOM};
use crate::zipped::{Entry, copied, write};
use kit::error::Error;
use kit::workspace::{self, VERSION};
use kit::{library, process, tools};

/// What pip takes for "every Linux with such a C library": no other library may be asked for.
const OF_EVERY_LINUX: &str = "libc.so.6 libm.so.6 libgcc_s.so.1 libpthread.so.0 libdl.so.2 librt.so.1 \
    ld-linux-x86-64.so.2 ld-linux-aarch64.so.1";

/// Makes the wheel of a platform with `library` inside, into `folder`. The platform is pip's tag, `win32` or
/// `win_amd64`, or `linux` for the tag that this very library keeps.
pub fn wheel(library: &Path, platform: &str, folder: &Path) -> Result<PathBuf, Error> {
    let tag = if platform == "linux" { linux_tag(library)? } else { platform.to_owned() };
    let name = if tag.starts_with("win") { "wsy/wsy.dll" } else { "wsy/libwsy.so" };
    let mut files: Vec<(String, PathBuf)> =
        workspace::files(&workspace::root().join("bindings/python").join("wsy"), "py")?
            .into_iter()
            .chain([workspace::root().join("bindings/python").join("wsy/py.typed")])
            .map(|file| (format!("wsy/{}", file.file_name().unwrap_or_default().display()), file))
            .collect();
    files.push((name.to_owned(), library.to_owned()));
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        files.push((in_information(license), workspace::root().join(license)));
    }
    let mut entries = copied(files)?;
    let documents =
        third_party::documents(&["wsy"], if tag.starts_with("win") { For::Windows } else { For::Linux })?;
    entries.push((in_information(NOTICES), documents.notices.into()));
    entries.push((in_information(&format!("sboms/{SBOM}")), documents.sbom.into()));
    entries.extend(information(&tag)?);
    entries.push(record(&entries));
    write(&folder.join(format!("wsy-{VERSION}-py3-none-{tag}.whl")), &entries)
}

/// What pip wants to know.
fn information(tag: &str) -> Result<[Entry; 2], Error> {
    let says = format!("\n__version__ = \"{VERSION}\"\n");
    if !workspace::read(&workspace::root().join("bindings/python").join("wsy/__init__.py"))?.contains(&says) {
        return Err(Error::Check(format!("wsy/__init__.py of the binding for Python is not of {VERSION}")));
    }
    let readme = workspace::read(&workspace::root().join("bindings/python").join("README.md"))?;
    let metadata = format!(
        "Metadata-Version: 2.1\nName: wsy\nVersion: {VERSION}\n\
         Summary: A till knows for certain whether a phone payment was taken\nLicense: MIT OR Apache-2.0\n\
         License-File: LICENSE-APACHE\nLicense-File: LICENSE-MIT\n\
         License-File: {NOTICES}\nClassifier: Programming Language :: Python :: 3\n\
         Classifier: Typing :: Typed\nRequires-Python: >=3.8\nDescription-Content-Type: text/markdown\n\n{readme}"
    );
    let wheel = format!(
        "Wheel-Version: 1.0\nGenerator: wsy-xtask ({VERSION})\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n"
    );
    Ok([(in_information("METADATA"), metadata.into()), (in_information("WHEEL"), wheel.into())])
}

/// The list of all files with their hashes, and of itself without one.
fn record(entries: &[Entry]) -> Entry {
    let name = in_information("RECORD");
    let mut lines = String::new();
    for (name, bytes) in entries {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
        lines += &format!("{name},sha256={hash},{}\n", bytes.len());
    }
    lines += &format!("{name},,\n");
    (name, lines.into())
}

fn in_information(name: &str) -> String {
    format!("wsy-{VERSION}.dist-info/{name}")
}

/// The oldest C library that has every symbol that this library of this machine asks for, as pip's tag.
fn linux_tag(library: &Path) -> Result<String, Error> {
    let file = library.display();
    let needed = library::dynamic(library)?.needed;
    let other = needed.iter().find(|name| !OF_EVERY_LINUX.split(' ').any(|known| known == *name));
    if let Some(other) = other {
        return Err(Error::Check(format!("{file} asks for {other}, which not every Linux has")));
    }
    let readelf = tools::need("readelf", "binutils")?;
    let table = process::output(readelf.command().args(["--version-info", "--wide"]).arg(library))?;
    let newest = newest_glibc(&table);
    let (major, minor) = newest.ok_or_else(|| Error::Check(format!("{file} names no C library")))?;
    Ok(format!("manylinux_{major}_{minor}_{}", std::env::consts::ARCH))
}

/// The highest `GLIBC_2.34` that the table of `readelf --version-info` says is needed.
fn newest_glibc(table: &str) -> Option<(u32, u32)> {
    let version = |word: &str| {
        let mut numbers = word.strip_prefix("GLIBC_")?.split('.');
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    };
    table.split_whitespace().filter_map(version).max()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{newest_glibc, wheel};
    use crate::third_party::{self, Documents, For, NOTICES, SBOM};
    use kit::workspace::{self, VERSION};

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
        fs::write(&library, "MZ").unwrap();
        let wheels = ["1", "2"].map(|folder| wheel(&library, "win32", &scratch.path().join(folder)).unwrap());
        assert_eq!(fs::read(&wheels[0]).unwrap(), fs::read(&wheels[1]).unwrap());
        assert!(wheels[0].ends_with(format!("wsy-{VERSION}-py3-none-win32.whl")));
        let mut zip = zip::ZipArchive::new(fs::File::open(&wheels[0]).unwrap()).unwrap();
        for name in ["wsy/__init__.py", "wsy/py.typed", "wsy/wsy.dll"] {
            assert!(zip.by_name(name).is_ok(), "{name}");
        }
        let mut text = |name: &str| {
            std::io::read_to_string(zip.by_name(&format!("wsy-{VERSION}.dist-info/{name}")).unwrap()).unwrap()
        };
        let documents = Documents { notices: text(NOTICES), sbom: text(&format!("sboms/{SBOM}")) };
        third_party::check("the wheel", &documents, &["wsy"], For::Windows).unwrap();
        assert!(wheel(&library, "linux", scratch.path()).is_err());
    }
}
