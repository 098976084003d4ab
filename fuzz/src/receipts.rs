//! Receipts and templates: escapes as bytes for a printer, as plain lines for a screen.

use encoding_rs::GBK;
use wsy::protocol::receipt::{
    Facts, Paper, Row, built_in, escpos, filled, is_of_no_order, laid_out, plain, rows, screen,
};

use crate::planted;

/// Takes the bytes as a receipt.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let bytes = printed(&text);
    assert_eq!(bytes, reference(&text), "{text:?}");

    // Every byte written as an escape gives the same bytes.
    let escapes: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    assert_eq!(escpos(&escapes), bytes);

    is_for_a_screen(&screen(&text));
    is_for_a_screen(&screen(&escapes));
    let _ = is_of_no_order(&text);

    for paper in [Paper::Mm58, Paper::Mm80] {
        fits(&text, paper);
        fits(&escapes, paper);
    }
    is_filled(&text);
}

/// Line breaking loses nothing, and no line is wider than the paper.
fn fits(receipt: &str, paper: Paper) {
    let whole = rows(receipt);
    let laid = laid_out(whole.clone(), paper);
    assert_eq!(letters(&laid), letters(&whole), "{receipt:?}");
    for row in &laid {
        if let Row::Line(line) = row {
            assert!(line.dots() <= paper.dots(), "{line:?} of {receipt:?}");
        }
    }
    is_for_a_screen(&plain(&laid, paper));
}

fn letters(rows: &[Row]) -> String {
    let lines = rows.iter().filter_map(|row| if let Row::Line(line) = row { Some(line) } else { None });
    let text: String = lines.flat_map(|line| &line.runs).map(|run| run.text.as_str()).collect();
    text.replace([' ', '\t'], "")
}

/// A number that contains commands adds none to a receipt.
fn is_filled(text: &str) {
    let cuts = |receipt: &str| rows(receipt).iter().filter(|row| **row == Row::Cut).count();
    let facts = Facts { out_trade_no: text, fen: 1, ..Facts::default() };
    assert_eq!(cuts(&built_in(&facts)), 1, "{text:?}");
    // The text as a template, too.
    let _ = filled(text, &facts);
}

fn printed(text: &str) -> Vec<u8> {
    // Capital letters forgotten.
    escpos(&if planted() { text.replace("\\X", "\\\\X") } else { text.to_owned() })
}

/// The same, walking from left to right one letter at a time.
fn reference(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        let digit =
            |place: usize| letters.get(at + place).filter(|c| c.is_ascii()).and_then(|c| c.to_digit(16));
        let next = letters.get(at + 1).copied();
        let (byte, used) = match (letters[at], next) {
            ('\\', Some('r')) => (Some(0x0d), 2),
            ('\\', Some('n')) => (Some(0x0a), 2),
            ('\\', Some('t')) => (Some(0x09), 2),
            ('\\', Some('x' | 'X')) => match (digit(2), digit(3)) {
                (Some(high), Some(low)) => (u8::try_from(high * 16 + low).ok(), 4),
                _ => (None, 1),
            },
            _ => (None, 1),
        };
        match byte {
            Some(byte) => out.push(byte),
            None => out.extend(gbk(letters[at])),
        }
        at += used;
    }
    out
}

fn gbk(letter: char) -> Vec<u8> {
    match (letter, GBK.encode(&letter.to_string())) {
        ('¥', _) => b"\xa3\xa4".to_vec(),
        (_, (_, _, true)) => b"?".to_vec(),
        (_, (bytes, _, false)) => bytes.into_owned(),
    }
}

fn is_for_a_screen(text: &str) {
    assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{text:?}");
    assert!(text.lines().all(|line| line.trim_end() == line), "{text:?}");
    assert!(!text.starts_with('\n') && !text.ends_with('\n'), "{text:?}");
}
