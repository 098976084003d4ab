//! The rooms of `src`, and which of them may know which: ARCHITECTURE.md. An arrow runs down only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may know. A file of `src` itself is the ground: it knows no room, and each room
/// may know it, a pure one if it is pure.
const ROOMS: [(&str, &[&str]); 7] = [
    ("protocol", &[]),
    ("payment", &["protocol"]),
    ("picture", &["protocol"]),
    ("driver", &["payment", "protocol"]),
    ("sys", &[]),
    ("till", &["driver", "payment", "picture", "protocol", "sys"]),
    ("capi", &["till", "driver", "payment", "protocol", "sys"]),
];

/// Rooms without effects of their own: the simulator runs the same code a million times.
const PURE: [&str; 3] = ["protocol", "payment", "picture"];

/// What only a room with effects may do.
const EFFECTS: [&str; 8] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::sync::Mutex",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The code of a file, without comments.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules at the top of the crate that a text names, alone or in braces: `crate::till::Till`, `crate::{driver, payment::Fen}`.
fn named(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut begins = true;
            let mut name = String::new();
            for letter in list.chars() {
                match letter {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.insert(std::mem::take(&mut name));
                        begins = true;
                        continue;
                    }
                    _ if depth == 0 && begins && (letter.is_alphanumeric() || letter == '_') => {
                        name.push(letter);
                        continue;
                    }
                    _ => {}
                }
                begins &= letter.is_whitespace();
            }
            found.insert(name);
        } else {
            found.insert(
                rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect(),
            );
        }
    }
    found.remove("");
    found
}

/// The effects that a text names.
fn effects(code: &str) -> Vec<&'static str> {
    EFFECTS.into_iter().filter(|effect| code.contains(effect)).collect()
}

#[test]
fn names_are_found_in_every_form_of_an_import() {
    let names = |code| named(code).into_iter().collect::<Vec<_>>();
    assert_eq!(names("use crate::till::{Till, code};"), ["till"]);
    assert_eq!(names("use crate::{\n    driver::{self, Store},\n    payment,\n};"), ["driver", "payment"]);
    assert_eq!(names("pub(in crate::capi) fn x(y: crate::sys::Lock) {}"), ["capi", "sys"]);
    assert!(names("pub(crate) fn x() {}").is_empty());
}

#[test]
fn arrows_between_the_rooms_run_down() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(source()).unwrap() {
        let path = entry.unwrap().path();
        let room = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_file() {
            if room != "lib" {
                let known = named(&code(&path));
                wrong.extend(
                    known.iter().filter(|name| **name != room).map(|name| format!("{room} -> {name}")),
                );
            }
            continue;
        }
        let (_, allowed) = ROOMS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| {
            panic!("src/{room} is a room that ARCHITECTURE.md and this test do not know");
        });
        for file in files(&path) {
            for name in named(&code(&file)) {
                let ground = source().join(format!("{name}.rs"));
                let is_ground = ground.is_file()
                    && (!PURE.contains(&room.as_str()) || effects(&code(&ground)).is_empty());
                let is_room = ROOMS.iter().any(|(other, _)| *other == name);
                if name != room && (is_room || !is_ground) && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{} -> {name}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that run up:\n{}", wrong.join("\n"));
}

#[test]
fn pure_rooms_have_no_effects() {
    let mut wrong = Vec::new();
    for room in PURE {
        for file in files(&source().join(room)) {
            let found = effects(&code(&file));
            wrong.extend(found.iter().map(|effect| format!("{}: {effect}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "effects in a pure room:\n{}", wrong.join("\n"));
}
