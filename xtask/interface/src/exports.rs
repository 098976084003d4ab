//! `cargo xtask exports`: the names that the shared library gives to others are a committed list.
//!
//! One name less breaks programs that are out there. One more is a promise that nobody meant to make, or a function of a
//! dependency such as SQLite, which could take the place of the host's own.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::header;
use kit::error::Error;
use kit::library;
use kit::say;
use kit::workspace;

/// Writes the list anew, if the library and the header agree.
pub fn write() -> Result<(), Error> {
    let exported = library::exported(&library::build()?)?;
    agree("the header include/wsy.h", &header::committed()?.functions, &exported)?;
    workspace::write(&path(), &(exported.join("\n") + "\n"))?;
    say::line(format_args!("include/exports.txt: {} names", exported.len()));
    Ok(())
}

/// Checks that the library exports the names of the list, which are those of the header, and no other.
pub fn check() -> Result<(), Error> {
    let committed = workspace::read(&path())?;
    let listed: Vec<String> = committed.lines().map(str::to_owned).collect();
    if !listed.is_sorted_by(|one, next| one < next) {
        return Err(Error::Check("include/exports.txt is not sorted, or has a name twice".to_owned()));
    }
    let exported = library::exported(&library::build()?)?;
    agree("the header include/wsy.h", &header::committed()?.functions, &exported)?;
    agree("the list include/exports.txt", &listed, &exported)
}

fn path() -> PathBuf {
    workspace::root().join("include").join("exports.txt")
}

/// Compares the names that the library exports with those that it should.
fn agree(expected_by: &str, expected: &[String], exported: &[String]) -> Result<(), Error> {
    let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    let exported: BTreeSet<&str> = exported.iter().map(String::as_str).collect();
    if expected == exported {
        return Ok(());
    }
    let mut text = format!("the exports of the library are not those of {expected_by}:");
    for name in exported.difference(&expected) {
        text += &format!("\n  exported, but not there: {name}");
    }
    for name in expected.difference(&exported) {
        text += &format!("\n  there, but not exported: {name}");
    }
    text += "\nIf that is meant, run `cargo xtask header` and `cargo xtask exports` and commit both files.";
    Err(Error::Check(text))
}

#[cfg(test)]
mod tests {
    use super::agree;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_order_does_not_matter() {
        assert!(agree("the list", &names(&["wsy_b", "wsy_a"]), &names(&["wsy_a", "wsy_b"])).is_ok());
    }

    #[test]
    fn one_more_and_one_less_are_named() {
        let text = agree("the list", &names(&["wsy_a", "wsy_b"]), &names(&["wsy_a", "sqlite3_open"]))
            .map_or_else(|error| error.to_string(), |()| String::new());
        assert!(text.contains("exported, but not there: sqlite3_open"));
        assert!(text.contains("there, but not exported: wsy_b"));
        assert!(!text.contains("wsy_a"));
    }
}
