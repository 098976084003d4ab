//! The tests of the C ABI, `tests/capi`, with their C programs as Windows programs.

use super::bench::Bench;
use crate::wine;
use kit::capi;
use kit::counts::{self, Counts};
use kit::error::Error;
use kit::process;
use kit::say;
use kit::workspace;

/// A test that makes no sense on Windows.
#[derive(Debug, PartialEq, Eq)]
pub struct Excluded {
    name: String,
    reason: String,
}

/// Runs all but the excluded ones.
pub fn suite(bench: &Bench, excluded: &[Excluded]) -> Result<Counts, Error> {
    for name in ["driver", "abi"] {
        let program = bench.compile_as(name, &[format!("tests/c/{name}.c")], &["-std=c99"])?;
        wine::script(bench.bits, &program, &bench.place(name))?;
    }
    let mut command = capi::suite(bench.folder());
    command.arg("--exact").args(excluded.iter().flat_map(|test| ["--skip", &test.name]));
    let counts = counts::of_rust_tests(&mut command)?;
    say::line(format_args!("tests/capi with {} programs: {counts}", bench.bits.folder()));
    Ok(counts)
}

/// The list of the excluded tests, which are printed with their reasons. Every name has to be that of a test.
pub fn excluded() -> Result<Vec<Excluded>, Error> {
    let path = workspace::root().join("tests/windows/excluded.txt");
    let (excluded, tests) = (read(&workspace::read(&path)?)?, names()?);
    for Excluded { name, reason } in &excluded {
        if !tests.contains(name) {
            return Err(Error::Check(format!("tests/windows/excluded.txt: there is no test {name}")));
        }
        say::line(format_args!("not on Windows: {name}: {reason}"));
    }
    Ok(excluded)
}

/// Reads lines such as `secrets::modes: files have no modes there`. Those that begin with `#` are notes.
fn read(text: &str) -> Result<Vec<Excluded>, Error> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let tests = lines.map(|line| match line.split_once(": ") {
        Some((name, reason)) if !reason.trim().is_empty() => {
            Ok(Excluded { name: name.to_owned(), reason: reason.to_owned() })
        }
        _ => Err(Error::Check(format!("tests/windows/excluded.txt gives no reason: {line}"))),
    });
    tests.collect()
}

/// The names of all the tests.
fn names() -> Result<Vec<String>, Error> {
    let mut command = workspace::cargo();
    command.args(["test", "--quiet", "--package", "wsy", "--test", "capi", "--", "--list"]);
    let list = process::output(&mut command)?;
    Ok(list.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::{Excluded, read};

    #[test]
    fn a_line_is_a_name_and_a_reason() {
        let of = |name: &str, reason: &str| Excluded { name: name.to_owned(), reason: reason.to_owned() };
        let list = read("# A note.\n\na::b: files: none\nc: d\n").ok();
        assert_eq!(list, Some(vec![of("a::b", "files: none"), of("c", "d")]));
    }

    #[test]
    fn a_reason_is_required() {
        assert!(read("a::b\n").is_err());
        assert!(read("a::b: \n").is_err());
    }
}
