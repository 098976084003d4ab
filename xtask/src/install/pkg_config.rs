//! The file by which `pkg-config` tells how to compile and link against the library.

use std::collections::BTreeMap;
use std::path::Path;

use kit::error::Error;

/// Fills in the template `wsy.pc.in`.
pub fn file(template: &str, prefix: &Path, version: &str) -> Result<String, Error> {
    // What has a meaning of its own in a .pc file, or in the quotes around the paths.
    const SPECIAL: &[char] = &['"', '\\', '$', '#', '\n'];
    match prefix.to_str() {
        Some(prefix) if !prefix.contains(SPECIAL) => {
            Ok(template.replace("@PREFIX@", prefix).replace("@VERSION@", version))
        }
        _ => Err(Error::Usage(format!(
            "pkg-config cannot tell of the folder {}: its name has to be UTF-8 without \", \\, $ and #",
            prefix.display()
        ))),
    }
}

/// What `pkg-config --cflags --libs` would say of a file, for where there is no pkg-config.
pub fn flags(file: &str) -> Vec<String> {
    let mut variables: BTreeMap<&str, String> = BTreeMap::new();
    let mut flags = Vec::new();
    for line in file.lines() {
        if let Some((name, value)) = line.split_once('=').filter(|(name, _)| is_name(name)) {
            let value = expanded(value, &variables);
            variables.insert(name, value);
        } else if let Some(value) = line.strip_prefix("Cflags:").or_else(|| line.strip_prefix("Libs:")) {
            flags.extend(split(&expanded(value, &variables)));
        }
    }
    flags
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn expanded(value: &str, variables: &BTreeMap<&str, String>) -> String {
    let with = |text: String, (name, value): (&&str, &String)| text.replace(&format!("${{{name}}}"), value);
    variables.iter().fold(value.to_owned(), with)
}

/// Splits flags as a shell does: at blanks that are neither in quotes nor behind a backslash.
pub fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if quote != Some('\'') => word.get_or_insert_default().extend(characters.next()),
            '"' | '\'' if quote.is_none() => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            _ if quote == Some(character) => quote = None,
            _ if quote.is_none() && character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{file, flags, split};

    const TEMPLATE: &str = include_str!("../../../wsy.pc.in");

    #[test]
    fn the_flags_of_our_own_file_are_understood() {
        let text = file(TEMPLATE, Path::new("/opt/a till"), "1.2.3").unwrap_or_default();
        assert!(text.contains("\nVersion: 1.2.3\n"));
        assert!(!text.contains('@'));
        assert_eq!(flags(&text), ["-I/opt/a till/include", "-L/opt/a till/lib", "-lwsy"]);
    }

    #[test]
    fn a_prefix_that_cannot_be_written_down_is_refused() {
        for prefix in ["/opt/$HOME", "/opt/a#b", "/opt/a\"b"] {
            assert!(file(TEMPLATE, Path::new(prefix), "1.2.3").is_err(), "{prefix}");
        }
    }

    #[test]
    fn flags_are_split_as_a_shell_does() {
        assert_eq!(split(r#"-Ia\ b -L"c d" '-l e' "" -x"#), ["-Ia b", "-Lc d", "-l e", "", "-x"]);
        assert_eq!(split("  \n"), Vec::<String>::new());
    }
}
