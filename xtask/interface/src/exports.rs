//! `cargo xtask exports --check`: the library exports exactly the names of the header, which are those of a
//! committed list.
//!
//! A missing name breaks existing programs. An extra one is a promise that nobody meant to make, or a
//! function of a dependency such as SQLite, which could replace the host's own.

use std::collections::BTreeSet;
use std::path::Path;

use kit::error::Error;
use kit::library;
use kit::workspace;

/// Checks that a build of the library exports the names of the list and no others.
pub fn check(library: &Path) -> Result<(), Error> {
    let listed = workspace::read(&workspace::root().join("include").join("exports.txt"))?;
    agree(&listed.lines().collect(), &library::exported(library)?)
}

/// Compares the names that the library exports with the expected ones.
fn agree(listed: &BTreeSet<&str>, exported: &[String]) -> Result<(), Error> {
    let exported: BTreeSet<&str> = exported.iter().map(String::as_str).collect();
    if *listed == exported {
        return Ok(());
    }
    let mut text = "the exports of the library differ from include/exports.txt:".to_owned();
    for name in exported.difference(listed) {
        text += &format!("\n  exported, but not listed: {name}");
    }
    for name in listed.difference(&exported) {
        text += &format!("\n  listed, but not exported: {name}");
    }
    Err(Error::Check(text))
}

#[cfg(test)]
mod tests {
    use super::agree;

    #[test]
    fn one_more_and_one_less_are_named() {
        let exported = ["wsy_a".to_owned(), "sqlite3_open".to_owned()];
        assert!(agree(&["sqlite3_open", "wsy_a"].into(), &exported).is_ok());
        let text = agree(&["wsy_b", "wsy_a"].into(), &exported).unwrap_err().to_string();
        assert!(text.contains("exported, but not listed: sqlite3_open"));
        assert!(text.contains("listed, but not exported: wsy_b"));
        assert!(!text.contains("wsy_a"));
    }
}
