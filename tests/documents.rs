//! The documents say what the code says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use wsy::till::code::{Code, Language};

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// The names of the numbers in the header.
fn names() -> HashMap<i32, String> {
    let header = read("include/wsy.h");
    header
        .lines()
        .filter_map(|line| {
            let (name, number) = line.strip_prefix("#define ")?.split_once(' ')?;
            let number = number.trim_matches(['(', ')']).parse().ok()?;
            let is_code = name.starts_with("WSY_ERR_") || (-4..=2).contains(&number);
            (is_code && !matches!(name, "WSY_ZH" | "WSY_EN")).then(|| (number, name.to_owned()))
        })
        .collect()
}

fn every_code_has_its_row(file: &str, language: Language) {
    let (text, names) = (read(file), names());
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `WSY_")).collect();
    for code in Code::ALL {
        let number = code.number();
        let row = format!(
            "| `{}` | {number} | {} | {} | {} |",
            names[&number],
            code.money().word(),
            code.sentence(language),
            code.advice(language)
        );
        assert!(rows.contains(&row.as_str()), "{file} lacks the row\n{row}");
    }
    assert_eq!(rows.len(), Code::ALL.len(), "{file} has rows of codes that are not there");
}

#[test]
fn the_table_of_codes_is_current_in_english() {
    every_code_has_its_row("docs/errors.md", Language::En);
}

#[test]
fn the_table_of_codes_is_current_in_chinese() {
    every_code_has_its_row("docs/errors.zh-CN.md", Language::Zh);
}

#[test]
fn the_readmes_show_the_example_that_is_compiled() {
    let example = read("examples/c/hello.c");
    for readme in ["README.md", "README.zh-CN.md"] {
        assert!(read(readme).contains(&format!("```c\n{example}```")), "{readme} shows another hello.c");
    }
}
