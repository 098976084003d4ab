//! Texts and comments are written in the field's words. Phrases that are never right fail here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

/// The files and folders that are checked.
const COVERED: [&str; 25] = [
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "Cargo.toml",
    "README.md",
    "README.zh-CN.md",
    "SECURITY.md",
    "bench",
    "bindings",
    "build.rs",
    "cbindgen.toml",
    "docs",
    "examples",
    "fuzz/Cargo.toml",
    "fuzz/README.md",
    "fuzz/dictionaries",
    "fuzz/src",
    "include",
    "sandbox",
    "sim",
    "src",
    "tests",
    "wsyctl",
    "xtask/interface",
    "xtask/kit",
    "xtask/src",
];

const ENDINGS: [&str; 13] =
    ["bas", "c", "cs", "dict", "dpr", "h", "hpp", "md", "pas", "py", "rs", "toml", "txt"];

/// Left out: the list of the phrases, and a file whose text is the key of an unpacked compiler: any change to
/// it would unpack the compiler again.
const LEFT_OUT: [&str; 2] = ["tests/prose.rs", "xtask/kit/src/rust_web.rs"];

/// A phrase, and what to write instead. Case does not matter.
const PHRASES: [(&str, &str); 29] = [
    ("told as", "reported as"),
    ("is no auth code", "is not a valid auth code"),
    ("from 1 on", "starting at 1"),
    ("anew", "again"),
    ("gives the folder free", "releases the folder"),
    ("gives the data folder free", "releases the data folder"),
    ("hangs on", "depends on"),
    ("to the byte", "byte for byte"),
    ("there any more", "no longer exists"),
    ("how grave", "the severity"),
    ("make the folder", "create the directory"),
    ("makes the folder", "creates the directory"),
    ("make a folder", "create a directory"),
    ("the begin of", "the start of"),
    ("is no failure", "is not a failure"),
    ("is no error", "is not an error"),
    ("is no license", "is not a licence"),
    ("stands in no", "is in no"),
    ("stand in no", "are in no"),
    ("stands there twice", "occurs twice"),
    ("what it came to", "its result"),
    ("what they came to", "their results"),
    ("hand over nothing", "do not hand over goods"),
    ("in the place of what", "replaces"),
    ("动款", "收款、退款"),
    ("一生一次", "只需激活一次"),
    ("程序不会倒", "不会崩溃"),
    ("干活的线程", "工作线程"),
    ("打码", "脱敏"),
];

/// The text files below a path, without those that a tool found or built.
fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut inside: Vec<PathBuf> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        inside.sort();
        let is_source = |path: &PathBuf| !path.ends_with("target") && !path.ends_with("__pycache__");
        inside.iter().filter(|path| is_source(path)).for_each(|path| files(path, found));
    } else if path.extension().is_some_and(|extension| ENDINGS.iter().any(|ending| extension == *ending)) {
        found.push(path.to_owned());
    }
}

/// The mark of a comment at the start of a line, and the text after it.
fn comment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let marks = ["//!", "///", "//", "/*", "*", "#", "'"];
    marks.iter().find_map(|mark| line.strip_prefix(mark).map(|text| (*mark, text.trim_start())))
}

/// Whether a phrase occurs as whole words in a text, starting before `end`.
fn occurs(text: &str, phrase: &str, end: usize) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    text.match_indices(phrase).any(|(at, _)| {
        let bytes = text.as_bytes();
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        at < end && !is_word(before) && !is_word(bytes.get(at + phrase.len()))
    })
}

/// The complaints about a file, each with its line number.
fn complaints(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let plain = |line: &str| comment(line).map_or(line.trim(), |(_, text)| text).trim_end().to_lowercase();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        // A phrase may be broken over two lines.
        let this = plain(line);
        let both = format!("{this} {}", lines.get(at + 1).map_or_else(String::new, |next| plain(next)));
        for (phrase, instead) in PHRASES.iter().filter(|(phrase, _)| occurs(&both, phrase, this.len())) {
            found.push((at + 1, format!("\"{phrase}\": write \"{instead}\"")));
        }
        let before = at.checked_sub(1).and_then(|before| comment(lines[before])).map(|(mark, _)| mark);
        if let Some((mark, text)) = comment(line)
            && text.starts_with("What ")
            && !text.contains('?')
            && before != Some(mark)
        {
            found.push((at + 1, "a comment begins with \"What\": name the thing".to_owned()));
        }
    }
    found
}

#[test]
fn no_text_has_a_phrase_that_is_never_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    COVERED.iter().for_each(|path| files(&root.join(path), &mut all));
    assert!(all.len() > 200, "only {} files are covered", all.len());
    let mut wrong = Vec::new();
    for file in all.iter().filter(|file| LEFT_OUT.iter().all(|name| **file != root.join(name))) {
        // Some vectors are GBK on purpose.
        let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
        let place = file.strip_prefix(root).unwrap().display();
        // A heading of a document is not a comment.
        let is_document = file.extension().is_some_and(|extension| extension == "md");
        let found =
            complaints(&text).into_iter().filter(|(_, what)| !(is_document && what.contains("comment")));
        wrong.extend(found.map(|(line, what)| format!("{place}:{line}: {what}")));
    }
    assert!(wrong.is_empty(), "{} texts to write in other words:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn phrases_are_found_across_lines_and_not_inside_words() {
    let lines = |text: &str| complaints(text).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(lines("/// It was told\n/// as paid.\n"), [1]);
    assert_eq!(lines("fn starts_anew() {}\n// Canew.\n"), [0; 0]);
    assert_eq!(lines("// Begins Anew.\n首次联调：动款前询问\n"), [1, 2]);
    assert_eq!(lines("/// What is kept.\n/// What else.\nx();\n/* What now? */\n"), [1]);
}
