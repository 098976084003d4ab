//! Receipts: `printinfo` is text with escapes (note 9). `\x1b\x40` stands for the bytes 1B 40, `\r\n` for a
//! line end; the rest is text that an ESC/POS printer wants in GBK.

use crate::protocol::text::Charset;

const ESC: u8 = 0x1b;
const GS: u8 = 0x1d;
const FS: u8 = 0x1c;

enum Piece<'a> {
    Text(&'a str),
    Byte(u8),
}

/// Splits at escapes. A backslash that begins none is text.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((byte, used)) = escape(rest) {
            rest = &rest[used..];
            return Some(Piece::Byte(byte));
        }
        let from = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[from..].find('\\').map_or(rest.len(), |at| at + from);
        let (text, tail) = rest.split_at(end);
        rest = tail;
        Some(Piece::Text(text))
    })
}

/// The byte that an escape at the start of `text` stands for, and the escape's length.
fn escape(text: &str) -> Option<(u8, usize)> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'\\') {
        return None;
    }
    match bytes.get(1)? {
        b'r' => Some((b'\r', 2)),
        b'n' => Some((b'\n', 2)),
        b't' => Some((b'\t', 2)),
        b'x' | b'X' => {
            let digits = text.get(2..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(digits, 16).ok()?, 4))
        }
        _ => None,
    }
}

/// Bytes for an ESC/POS printer: escapes as bytes, text in GBK.
pub fn escpos(printinfo: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(printinfo.len());
    for piece in pieces(printinfo) {
        match piece {
            Piece::Text(text) => out.extend(Charset::Gbk.encode(text)),
            Piece::Byte(byte) => out.push(byte),
        }
    }
    out
}

/// Plain lines for a screen: printer commands left out, no blank at a line's end, no empty lines around.
pub fn screen(printinfo: &str) -> String {
    let mut text = String::with_capacity(printinfo.len());
    let mut command = Command::None;
    for piece in pieces(printinfo) {
        match piece {
            Piece::Byte(byte) => {
                // An argument may be 0A or 09 and is no line end then: `\x1b\x33\x0a`.
                if matches!(command, Command::None) && matches!(byte, b'\n' | b'\t') {
                    text.push(char::from(byte));
                }
                command = command.feed(byte);
            }
            Piece::Text(chars) => {
                for c in chars.chars() {
                    // A command's last bytes may be written as plain characters: `\x1bM1`. All of it may
                    // come raw where the answer is no XML.
                    match u8::try_from(c) {
                        Ok(byte @ ..=0x7f)
                            if !matches!(command, Command::None) || matches!(byte, ESC | GS | FS) =>
                        {
                            command = command.feed(byte);
                        }
                        _ => {
                            command = Command::None;
                            if !c.is_control() || c == '\n' || c == '\t' {
                                text.push(c);
                            }
                        }
                    }
                }
            }
        }
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// How much of a printer command has been seen.
#[derive(Clone, Copy)]
enum Command {
    None,
    Lead(u8),
    Arguments(u8),
}

impl Command {
    fn feed(self, byte: u8) -> Self {
        match self {
            Self::None if matches!(byte, ESC | GS | FS) => Self::Lead(byte),
            Self::None | Self::Arguments(0..=1) => Self::None,
            Self::Lead(lead) => match arguments(lead, byte) {
                0 => Self::None,
                n => Self::Arguments(n),
            },
            Self::Arguments(n) => Self::Arguments(n - 1),
        }
    }
}

/// How many argument bytes an ESC/POS command has, for those that receipts use. Commands that are not
/// known are taken to have none: what follows is then text, which a reader can judge.
fn arguments(lead: u8, command: u8) -> u8 {
    match (lead, command) {
        (
            ESC,
            b'!' | b'-' | b'3' | b'a' | b'd' | b'E' | b'G' | b'J' | b'M' | b'R' | b't' | b'{' | b' ' | b'V'
            | b'r' | b'U' | b'e' | b'=',
        ) => 1,
        (ESC, b'$' | b'\\' | b'c') => 2,
        (ESC, b'p') => 3,
        (GS, b'!' | b'B' | b'h' | b'w' | b'H' | b'f' | b'V' | b'a' | b'r' | b'I') => 1,
        (GS, b'L' | b'W' | b'P') => 2,
        (FS, b'!' | b'-' | b'W' | b'C') => 1,
        (FS, b'S') => 2,
        _ => 0,
    }
}

/// Whether a reprint is the platform's way of saying "no such order" (note 10): a receipt of 1970.
pub fn is_of_no_order(receipt: &str) -> bool {
    receipt.contains("1970-01-01")
}
