//! The documents say what the code says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

#[test]
fn the_readmes_show_the_example_that_is_compiled() {
    let example = read("examples/c/hello.c");
    for readme in ["README.md", "README.zh-CN.md"] {
        assert!(
            read(readme).contains(&format!("```c\n{example}```")),
            "{readme} does not show examples/c/hello.c"
        );
    }
}

/// The documents for maintainers, which name files and functions.
const MAPS: [&str; 4] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "docs/releasing.md"];

/// The texts of a line that are in backticks.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Whether a text names a file or folder of the repository: a path, or a name with a file extension.
fn is_path(text: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-".contains(letter);
    let endings = [".md", ".toml", ".rs", ".h", ".yml", ".sql", ".txt", ".tsv", ".lock"];
    text.chars().all(plain)
        && !text.starts_with('-')
        && (text.contains('/') || endings.iter().any(|ending| text.ends_with(ending)))
}

#[test]
fn every_path_that_the_maps_name_exists() {
    // Part of the packages, not of the repository.
    let made = ["THIRD-PARTY.txt", "target/dist"];
    let mut missing = Vec::new();
    for map in MAPS {
        let text = read(map);
        let named = text.lines().flat_map(quoted).filter(|text| is_path(text) && !made.contains(text));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        missing.extend(named.filter(|path| !root.join(path).exists()).map(|path| format!("{map}: {path}")));
        // The targets of links, too.
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        let from = root.join(map).parent().unwrap().to_path_buf();
        let gone = links.filter(|(link, _)| !link.contains("://") && !from.join(link).exists());
        missing.extend(gone.map(|(link, _)| format!("{map}: {link}")));
    }
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
}

#[test]
fn every_function_of_the_walk_is_in_the_file_before_it() {
    let text = read("ARCHITECTURE.md");
    let (mut file, mut functions, mut missing) = (String::new(), 0, Vec::new());
    for named in text.lines().flat_map(quoted) {
        if named.ends_with(".rs") {
            file = read(named);
        } else if let Some(function) = named.strip_suffix("()") {
            functions += 1;
            let name = function.rsplit("::").next().unwrap();
            if !file.contains(&format!("fn {name}(")) && !file.contains(&format!("fn {name}<")) {
                missing.push(function.to_owned());
            }
        }
    }
    assert!(functions > 10, "ARCHITECTURE.md names {functions} functions");
    assert!(missing.is_empty(), "in another file by now: {}", missing.join(", "));
}

/// Nobody here can follow the script for a real Windows, so at least its words have to exist.
#[test]
fn the_script_for_a_real_windows_names_what_there_is() {
    let script = read("docs/real-windows.zh-CN.md");
    let (demo, commands) = (read("sandbox/src/demo.rs"), read("docs/wsyctl.zh-CN.md"));
    let numbers = script.split(|letter: char| !letter.is_ascii_digit()).filter(|number| number.len() >= 14);
    let unknown: Vec<_> = numbers.filter(|number| !demo.contains(number)).collect();
    assert!(unknown.is_empty(), "the sandbox does not know {unknown:?}");
    for command in ["activate", "pay", "refund", "doctor", "settle", "receipt"] {
        assert!(
            script.contains(&format!("{command} ")) || script.contains(&format!("`{command}`")),
            "{command}"
        );
        assert!(commands.contains(&format!("\n  {command} ")), "there is no command {command}");
    }
    for printer in ["queue:", "tcp:", "device:COM3:9600,n,8,1", "device:LPT1"] {
        assert!(script.contains(printer) && read("include/wsy.h").contains(printer), "{printer}");
    }
}
