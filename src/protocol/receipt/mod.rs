//! Receipts: `printinfo` is text with escapes (note 9). `\x1b\x40` stands for the bytes 1B 40, `\r\n` for a
//! line end; the rest is text that an ESC/POS printer expects in GBK.

mod command;
mod escapes;
mod lines;
mod paper;
mod placeholders;
mod raster;
mod template;

pub use lines::{Align, Font, Line, Row, Run, Style, rows};
pub use paper::{Paper, laid_out, plain};
pub use placeholders::Placeholders;
pub use raster::Raster;
pub use template::{Facts, as_copy, built_in, filled, has_placeholder};

use command::{Token, tokens};
use escapes::{Piece, pieces};

use crate::protocol::text::Charset;

/// Converts a receipt to bytes for an ESC/POS printer: escapes to bytes, text to GBK.
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

/// Converts a receipt to plain lines for a screen, without printer commands, trailing blanks or surrounding
/// empty lines.
pub fn screen(printinfo: &str) -> String {
    let mut text = String::with_capacity(printinfo.len());
    for token in tokens(printinfo) {
        match token {
            Token::Char(c) if !c.is_control() || matches!(c, '\n' | '\t') => text.push(c),
            Token::Byte(byte @ (b'\n' | b'\t')) => text.push(char::from(byte)),
            Token::Char(_) | Token::Byte(_) | Token::Command(_) | Token::Data(_) => {}
        }
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Returns whether a reprint is the platform's way of saying "no such order" (note 10): a receipt of 1970.
pub fn is_of_no_order(receipt: &str) -> bool {
    receipt.contains("1970-01-01")
}
