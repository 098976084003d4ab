//! `THIRD-PARTY.txt`: who wrote what is linked, and the texts of their licences.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kit::error::Error;
use kit::workspace::VERSION;

use super::linked::{Crate, Linked};

const LINE: &str = "================================================================================";

/// How the names of such files begin.
const NAMES: [&str; 6] = ["license", "licence", "copying", "copyright", "notice", "unlicense"];
/// What is code although its name begins so.
const CODE: [&str; 5] = ["rs", "c", "h", "py", "toml"];

/// All of it.
pub fn text(linked: &Linked, windows: bool) -> Result<String, Error> {
    let mut text = format!(
        "wsy {VERSION}: software by others that is linked into this package\n\n\
         Each entry has a name, a version and the licence that its authors offer. The texts follow, each once, with the\n\
         names of those that come under it.\n\n"
    );
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for crate_ in linked.others() {
        text += &format!("  {} {} ({})\n", crate_.name, crate_.version, crate_.license);
        for file in files(crate_)? {
            let name = file.strip_prefix(&crate_.folder).unwrap_or(&file).display();
            let bytes = fs::read(&file).map_err(Error::file("read", &file))?;
            let of = format!("{} {} ({name})", crate_.name, crate_.version);
            texts.entry(tidy(&String::from_utf8_lossy(&bytes))).or_default().push(of);
        }
    }
    text += "  the Rust standard library (MIT OR Apache-2.0)\n";
    if let Some(version) = linked.sqlite()? {
        text += &format!(
            "  SQLite {version} (public domain)\n\nSQLite is in the public domain. Its authors disclaim copyright to it; \
             no licence is needed.\n"
        );
    }
    let mut section = |of: &str, words: &str| text += &format!("\n{LINE}\n{of}\n{LINE}\n\n{words}\n");
    section("the Rust standard library", &tidy(include_str!("rust.txt")));
    if windows {
        section("MinGW-w64", &tidy(include_str!("mingw-w64.txt")));
    }
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by(|(_, one), (_, other)| one.cmp(other));
    for (words, of) in texts {
        section(&of.join("\n"), &words);
    }
    Ok(text)
}

/// The files of a crate that its licence asks to be passed on.
fn files(crate_: &Crate) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    // Ring keeps those of others a few folders down.
    below(&crate_.folder, 4, &mut found)?;
    found.sort();
    if found.is_empty() {
        let (name, version) = (&crate_.name, &crate_.version);
        return Err(Error::Check(format!("{name} {version} comes without the text of its licence")));
    }
    Ok(found)
}

fn below(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = entry.map_err(Error::file("read", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_dir() {
            if depth > 0 {
                below(&path, depth - 1, found)?;
            }
        } else if NAMES.iter().any(|begins| name.starts_with(begins))
            && !path.extension().is_some_and(|ends| CODE.iter().any(|code| ends == *code))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// Without what differs and means nothing: ends of lines, blanks before them, empty lines around.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn texts_that_differ_in_nothing_are_the_same() {
        assert_eq!(tidy("\u{feff}\r\n  MIT \r\n\r\nas is\r\n\r\n"), "  MIT\n\nas is");
    }
}
