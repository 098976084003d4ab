//! The release build of the shared library, and what can be read from it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::artifacts;
use crate::error::Error;
use crate::process;
use crate::tools;
use crate::workspace;

/// The option for optimising a crate together with its dependencies when it is linked. It is not in the
/// profile: cargo would then build the dependencies for this crate alone, and once more for each kind of
/// program.
pub const OPTIMISED_AS_A_WHOLE: &str = "-Clto=fat";

/// Lets a release build share all its crates with the others: with and without [`OPTIMISED_AS_A_WHOLE`], for
/// the C library and the Rust library.
pub fn shares_crates(command: &mut Command) -> &mut Command {
    command.env("CARGO_ENCODED_RUSTFLAGS", "-Cembed-bitcode=yes");
    // Otherwise cargo treats the two builds of the library as one and rebuilds each in turn.
    command.env("__CARGO_DEFAULT_LIB_METADATA", "wsy")
}

/// Builds the shared library as it is shipped, and returns its path.
pub fn build() -> Result<PathBuf, Error> {
    let mut command = workspace::cargo();
    // As the only crate type: next to an rlib the linker optimises less, and the file is half as large again.
    command.args(["rustc", "--release", "--lib", "--package", "wsy", "--crate-type", "cdylib"]);
    artifacts::rustc(shares_crates(&mut command), &[OPTIMISED_AS_A_WHOLE])?.file("libwsy.so")
}

/// Builds a program as it is shipped for Linux, and returns its path.
pub fn program(name: &str) -> Result<PathBuf, Error> {
    let mut command = workspace::cargo();
    command.args(["build", "--release", "--package", name, "--bin", name]);
    artifacts::build(shares_crates(&mut command))?.program(name)
}

/// The names that the library exports, sorted.
pub fn exported(library: &Path) -> Result<Vec<String>, Error> {
    let nm = tools::need("nm", "binutils")?;
    let mut command = nm.command();
    let table =
        process::output(command.args(["--dynamic", "--defined-only", "--format=posix"]).arg(library))?;
    Ok(names(&table))
}

/// The first column of the table of `nm --format=posix`, sorted.
fn names(table: &str) -> Vec<String> {
    let mut names: Vec<String> =
        table.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    names.sort();
    names
}

/// The dynamic section of a library.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Dynamic {
    /// The name under which programs linked against it load it.
    pub soname: Option<String>,
    /// The libraries that it loads.
    pub needed: Vec<String>,
}

/// Reads the dynamic section of a library or program.
pub fn dynamic(file: &Path) -> Result<Dynamic, Error> {
    let readelf = tools::need("readelf", "binutils")?;
    let section = process::output(readelf.command().args(["--dynamic", "--wide"]).arg(file))?;
    Ok(entries(&section))
}

/// Reads lines such as ` 0x0000000000000001 (NEEDED)  Shared library: [libc.so.6]`.
fn entries(section: &str) -> Dynamic {
    let mut dynamic = Dynamic::default();
    for line in section.lines() {
        let value = line
            .split_once('[')
            .and_then(|(_, rest)| rest.split_once(']'))
            .map(|(value, _)| value.to_owned());
        if line.contains("(NEEDED)") {
            dynamic.needed.extend(value);
        } else if line.contains("(SONAME)") {
            dynamic.soname = value;
        }
    }
    dynamic
}

#[cfg(test)]
mod tests {
    use super::{Dynamic, entries, names};

    #[test]
    fn names_are_the_first_column_sorted() {
        assert_eq!(names("wsy_open T 1000 20\n\nwsy_close T 2000 20\n"), ["wsy_close", "wsy_open"]);
    }

    #[test]
    fn the_dynamic_section_is_read() {
        let section = "\nDynamic section at offset 0x1 contains 3 entries:\n  Tag  Type  Name/Value\n \
                       0x01 (NEEDED)  Shared library: [libc.so.6]\n 0x0e (SONAME)  Library soname: [libwsy.so.0]\n \
                       0x0c (INIT)  0x1000\n";
        let expected =
            Dynamic { soname: Some("libwsy.so.0".to_owned()), needed: vec!["libc.so.6".to_owned()] };
        assert_eq!(entries(section), expected);
    }
}
