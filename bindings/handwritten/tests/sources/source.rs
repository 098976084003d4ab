//! The files as the languages see them: code, without comments and the insides of quotes.

use std::fs;
use std::path::PathBuf;

use encoding_rs::GBK;

use kit::workspace;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Vb6,
    PowerBuilder,
    Epl,
    FoxPro,
}

use Language::{Epl, FoxPro, PowerBuilder, Vb6};

/// The generated declarations.
const DECLARATIONS: [(Language, &str); 10] = [
    (Vb6, "bindings/vb6/Wsy.bas"),
    (Vb6, "bindings/vb6/WsyVba.bas"),
    (PowerBuilder, "bindings/powerbuilder/n_wsy.sru"),
    (PowerBuilder, "bindings/powerbuilder/pb9/n_wsy.sru"),
    (PowerBuilder, "bindings/powerbuilder/external_functions.txt"),
    (PowerBuilder, "bindings/powerbuilder/instance_variables.txt"),
    (Epl, "bindings/epl/wsy_dll.txt"),
    (Epl, "bindings/epl/wsy_const.txt"),
    (FoxPro, "bindings/foxpro/wsy.prg"),
    (FoxPro, "bindings/foxpro/wsycodes.h"),
];
/// The helpers and tills that are written by hand.
pub const HANDWRITTEN: [(Language, &str); 9] = [
    (Vb6, "bindings/vb6/WsyText.bas"),
    (Vb6, "examples/vb6/frmTill.frm"),
    (PowerBuilder, "bindings/powerbuilder/n_till.sru"),
    (PowerBuilder, "examples/powerbuilder/w_till.srw"),
    (PowerBuilder, "examples/powerbuilder/w_ask.srw"),
    (Epl, "bindings/epl/wsy_text.txt"),
    (Epl, "examples/epl/till.txt"),
    (FoxPro, "bindings/foxpro/wsytext.prg"),
    (FoxPro, "examples/foxpro/till.prg"),
];

pub fn every_file() -> impl Iterator<Item = (Language, &'static str)> {
    DECLARATIONS.into_iter().chain(HANDWRITTEN)
}

pub fn handwritten(language: Language) -> impl Iterator<Item = &'static str> {
    HANDWRITTEN.into_iter().filter(move |(of, _)| *of == language).map(|(_, place)| place)
}

pub fn path(place: &str) -> PathBuf {
    workspace::root().join(place)
}

pub fn bytes(place: &str) -> Vec<u8> {
    fs::read(path(place)).unwrap_or_else(|reason| panic!("{place}: {reason}"))
}

/// The text of a file, with lines that end in `\n`.
pub fn text(place: &str) -> String {
    let bytes = bytes(place);
    let text = GBK.decode_without_bom_handling_and_without_replacement(&bytes);
    text.unwrap_or_else(|| panic!("{place} is not GBK")).replace("\r\n", "\n")
}

/// A source text twice, character by character: unchanged, and with blanks for comments and for the insides
/// of quotes. A continued line is one line in both.
pub struct Code {
    pub written: Vec<char>,
    pub masked: Vec<char>,
}

impl Code {
    pub fn new(language: Language, text: &str) -> Self {
        let mut code = Self { written: Vec::new(), masked: Vec::new() };
        let joined = join(language, text);
        for line in joined.lines() {
            code.add(language, line);
        }
        code
    }

    /// The masked lines, trimmed and without declarations.
    pub fn lines(&self) -> Vec<String> {
        let masked: String = self.masked.iter().collect();
        masked.lines().map(|line| line.trim().to_owned()).collect()
    }

    fn add(&mut self, language: Language, line: &str) {
        let letters: Vec<char> = line.chars().collect();
        let mut open: Option<char> = None;
        let mut comment = is_remark(language, line);
        for (index, &letter) in letters.iter().enumerate() {
            let rest = &letters[index..];
            comment = comment || (open.is_none() && begins_comment(language, rest));
            let inside = comment || open.is_some();
            match open {
                Some(close) if letter == close && !comment => open = None,
                None if !comment => open = closing(language, letter),
                _ => {}
            }
            let quote = !comment && (open.is_none() && inside);
            self.masked.push(if inside && !quote { ' ' } else { letter });
            self.written.push(letter);
        }
        self.masked.push('\n');
        self.written.push('\n');
    }
}

fn join(language: Language, text: &str) -> String {
    match language {
        Vb6 => text.replace(" _\n", " "),
        PowerBuilder => text.replace("&\n", " "),
        FoxPro => text.replace(";\n", " "),
        Epl => text.to_owned(),
    }
}

fn is_remark(language: Language, line: &str) -> bool {
    match language {
        FoxPro => line.trim_start().starts_with('*'),
        // The declarations of a routine: their last part is a remark without quotes.
        Epl => [".子程序", ".参数", ".局部变量", ".程序集"].iter().any(|word| line.starts_with(word)),
        PowerBuilder => line.starts_with('$'),
        Vb6 => false,
    }
}

fn begins_comment(language: Language, rest: &[char]) -> bool {
    match language {
        Vb6 | Epl => rest.starts_with(&['\'']),
        PowerBuilder => rest.starts_with(&['/', '/']),
        FoxPro => rest.starts_with(&['&', '&']),
    }
}

fn closing(language: Language, letter: char) -> Option<char> {
    match (language, letter) {
        (Epl, '“') => Some('”'),
        (Vb6 | PowerBuilder | FoxPro, '"') => Some('"'),
        (PowerBuilder | FoxPro, '\'') => Some('\''),
        _ => None,
    }
}
