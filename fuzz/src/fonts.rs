//! Font files: they come from the till's own machine, and may be damaged.

use std::io::Cursor;

use ttf_parser::Face;
use wsy::picture::{Font, PictureError, png};
use wsy::protocol::receipt::{Paper, laid_out, rows};

use crate::planted;

/// Every style that changes how a character is drawn.
const RECEIPT: &str = "付款 Wg 12.5\\n\\x1b\\x45\\x01\\x1d\\x21\\x11￥8\\x1d\\x42\\x01六g\\x1d\\x42\\x00\\x1b\\x2d\\x01 W\\n\
                       \\x1d\\x21\\x00\\x1b\\x7b\\x01付7";
/// Between the edge of the paper and the first cell, less the overhang of a character: never any ink.
const BLANK: usize = 8;

/// Takes the bytes as a font file.
pub fn run(data: &[u8]) {
    let Ok(font) = Font::parse(data) else { return };
    for (paper, width) in [(Paper::Mm58, 464), (Paper::Mm80, 640)] {
        let laid = laid_out(rows(RECEIPT), paper);
        let drawn = match png(&laid, paper, &font) {
            // Drawn without the characters that the font lacks.
            Err(PictureError::Lacks(_)) if planted() => Ok(Vec::new()),
            other => other,
        };
        match drawn {
            Ok(file) => {
                assert_eq!(lacking(data), None);
                is_a_receipt(&file, width);
            }
            Err(PictureError::Lacks(letter)) => assert_eq!(lacking(data), Some(letter)),
            Err(PictureError::TooLong) => panic!("three lines are not a long receipt"),
        }
    }
}

/// The first character of the receipt that the font lacks, according to another reader.
fn lacking(font: &[u8]) -> Option<char> {
    let face = Face::parse(font, 0).expect("a font that was read before");
    let rows = rows(RECEIPT);
    let text: String = wsy::protocol::receipt::plain(&rows, Paper::Mm80);
    text.chars().find(|c| !c.is_whitespace() && face.glyph_index(*c).is_none())
}

/// A picture that another decoder reads, of this width and as high as its lines, with white edges.
fn is_a_receipt(file: &[u8], width: usize) {
    let mut reader = ::png::Decoder::new(Cursor::new(file)).read_info().expect("a PNG");
    let mut dots = vec![0; reader.output_buffer_size().expect("a size")];
    let frame = reader.next_frame(&mut dots).expect("a whole PNG");
    assert_eq!((frame.width as usize, frame.height), (width, 48 + 30 + 54 + 30));
    for row in dots.chunks(width) {
        let edges = row.iter().take(BLANK).chain(row.iter().rev().take(BLANK));
        assert!(edges.into_iter().all(|dot| *dot == u8::MAX), "ink beyond what a printer reaches");
    }
}
