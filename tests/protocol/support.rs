use std::fs;
use std::path::PathBuf;

use proptest::test_runner::Config as Cases;

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

pub fn bytes(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

pub fn text(name: &str) -> String {
    String::from_utf8(bytes(name)).unwrap()
}

/// Name and content of every vector that is a response.
pub fn responses() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".xml"))
        .map(|name| (name.clone(), bytes(&name)))
        .collect();
    all.sort();
    all
}

/// This many cases, and no failure file in the source tree.
pub fn cases(number: u32) -> Cases {
    Cases { cases: number, failure_persistence: None, ..Cases::default() }
}

/// Decodes a form independently of the library.
pub fn decode_form(form: &str) -> Vec<(String, String)> {
    form.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_percent(name), decode_percent(value))
        })
        .collect()
}

fn decode_percent(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next().unwrap()).to_digit(16).unwrap();
                let value = digit() * 16 + digit();
                out.push(u8::try_from(value).unwrap());
            }
            b'+' => out.push(b' '),
            other => out.push(other),
        }
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn the_readme_names_every_vector_and_no_other() {
    let readme = text("README.md");
    let mut named: Vec<String> = readme
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| {
            [".xml", ".txt", ".html", ".hex", ".py", ".ttf", ".png"].iter().any(|end| word.ends_with(end))
        })
        .map(str::to_owned)
        .collect();
    named.sort();
    let mut there: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md" && name != ".gitattributes")
        .collect();
    there.sort();
    assert_eq!(named, there);
}
