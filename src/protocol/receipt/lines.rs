//! Interprets a receipt as an ESC/POS printer does: lines of styled text, before they are fitted to a paper.

use encoding_rs::GBK;

use super::command::{Command, ESC, FS, GS, Token, tokens};
use super::raster::Raster;
use crate::protocol::text::Charset;

/// The alignment of a line on the paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// Centred.
    Centre,
    /// At the right edge.
    Right,
}

/// The font of ASCII characters; Chinese characters have only one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Font {
    /// 12 dots wide, 24 high.
    #[default]
    A,
    /// 9 dots wide, 17 high.
    B,
}

/// The look of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// A multiple of the normal width, 1 to 8.
    pub width: u8,
    /// A multiple of the normal height, 1 to 8.
    pub height: u8,
    /// The font of ASCII characters.
    pub font: Font,
    /// Emphasised.
    pub bold: bool,
    /// Underlined.
    pub underline: bool,
    /// White on black.
    pub reverse: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 1, height: 1, font: Font::A, bold: false, underline: false, reverse: false }
    }
}

/// Characters of the same style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The characters as a printer has them: `?` for what GBK lacks. The only control character is the tab,
    /// and a line that is laid out has none.
    pub text: String,
    /// Their style.
    pub style: Style,
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its alignment.
    pub align: Align,
    /// Its height in dots, if the receipt sets one.
    pub spacing: Option<u8>,
    /// Whether it is rotated by 180 degrees.
    pub upside_down: bool,
    /// Its text; empty for an empty line.
    pub runs: Vec<Run>,
}

/// A row of a printer's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A line.
    Line(Line),
    /// This many empty lines.
    Lines(u8),
    /// This many empty dots.
    Dots(u8),
    /// A picture.
    Picture(Align, Raster),
    /// A cut of the paper.
    Cut,
}

/// Returns what a printer prints for a receipt. Leaves out unknown commands, barcodes, and pictures other
/// than those of `GS v 0`.
pub fn rows(printinfo: &str) -> Vec<Row> {
    let mut printer = Printer::default();
    for token in tokens(printinfo) {
        match token {
            Token::Char(c) => printer.character(c),
            Token::Byte(byte) => printer.byte(byte),
            Token::Command(command) => printer.obey(command),
            Token::Data(byte) => printer.data(byte),
        }
    }
    printer.finish_line();
    printer.rows
}

/// The state that commands set.
#[derive(Clone, Copy, Default)]
struct Mode {
    align: Align,
    spacing: Option<u8>,
    upside_down: bool,
    style: Style,
    /// The size of Chinese characters, if it differs from the others.
    chinese: Option<(u8, u8)>,
}

#[derive(Default)]
struct Printer {
    mode: Mode,
    /// The first byte of a Chinese character whose second byte is still missing.
    half: Option<u8>,
    runs: Vec<Run>,
    /// Whether the last command is a picture, so that its dots follow.
    is_in_picture: bool,
    rows: Vec<Row>,
}

impl Printer {
    fn character(&mut self, c: char) {
        self.half = None;
        match c {
            '\n' => self.feed(),
            '\t' => self.put(c),
            _ if c.is_control() => {}
            _ => Charset::Gbk
                .decode(&Charset::Gbk.encode(c.encode_utf8(&mut [0; 4])))
                .unwrap_or_default()
                .chars()
                .for_each(|c| self.put(c)),
        }
    }

    /// Prints a byte of text: ASCII, or half of a character in GBK.
    fn byte(&mut self, byte: u8) {
        if let Some(lead) = self.half.take() {
            let pair = [lead, byte];
            match GBK.decode_without_bom_handling_and_without_replacement(&pair) {
                Some(text) => return text.chars().filter(|c| !c.is_control()).for_each(|c| self.put(c)),
                None => self.put('?'),
            }
        }
        match byte {
            0x81..=0xfe => self.half = Some(byte),
            ..=0x7f => self.character(char::from(byte)),
            _ => self.put('?'),
        }
    }

    fn put(&mut self, c: char) {
        let mut style = self.mode.style;
        if let (Some((width, height)), false) = (self.mode.chinese, c.is_ascii()) {
            (style.width, style.height) = (width, height);
        }
        match self.runs.last_mut() {
            Some(run) if run.style == style => run.text.push(c),
            _ => self.runs.push(Run { text: c.to_string(), style }),
        }
    }

    fn data(&mut self, byte: u8) {
        if let (true, Some(Row::Picture(_, picture))) = (self.is_in_picture, self.rows.last_mut()) {
            picture.bits.push(byte);
        }
    }

    fn obey(&mut self, command: Command) {
        self.half = None;
        self.is_in_picture = false;
        let n = command.argument(0);
        let style = &mut self.mode.style;
        match (command.lead, command.code) {
            (ESC, b'@') => {
                // Some printers discard the line here, but the platform's templates rely on those that print
                // it.
                self.finish_line();
                self.mode = Mode::default();
            }
            (ESC, b'!') => {
                style.font = if n & 0x01 == 0 { Font::A } else { Font::B };
                style.bold = n & 0x08 != 0;
                style.underline = n & 0x80 != 0;
                self.size(1 + (n >> 5 & 1), 1 + (n >> 4 & 1));
            }
            (GS, b'!') => self.size(1 + (n >> 4 & 7), 1 + (n & 7)),
            (FS, b'!') => self.mode.chinese = Some((1 + (n >> 2 & 1), 1 + (n >> 3 & 1))),
            (FS, b'W') => self.mode.chinese = Some((1 + (n & 1), 1 + (n & 1))),
            (ESC, b'M') => match n {
                0 | b'0' => style.font = Font::A,
                1 | b'1' => style.font = Font::B,
                // Most printers have only these two fonts.
                _ => {}
            },
            (ESC, b'E' | b'G') => style.bold = n & 1 != 0,
            (ESC | FS, b'-') => style.underline = matches!(n, 1 | 2 | b'1' | b'2'),
            (GS, b'B') => style.reverse = n & 1 != 0,
            (ESC, b'a') => match n {
                0 | b'0' => self.mode.align = Align::Left,
                1 | b'1' => self.mode.align = Align::Centre,
                2 | b'2' => self.mode.align = Align::Right,
                _ => {}
            },
            (ESC, b'{') => self.mode.upside_down = n & 1 != 0,
            (ESC, b'2') => self.mode.spacing = None,
            (ESC, b'3') => self.mode.spacing = Some(n),
            (ESC, b'd') => self.feed_lines(n),
            (ESC, b'J') => {
                self.finish_line();
                self.rows.push(Row::Dots(n));
            }
            (GS, b'v') if n == b'0' && command.pair(2) > 0 => {
                self.finish_line();
                let (row_bytes, scale) = (command.pair(2), command.argument(1));
                let picture = Raster {
                    row_bytes: u16::try_from(row_bytes).unwrap_or(u16::MAX),
                    bits: Vec::new(),
                    wide: 1 + (scale & 1),
                    high: 1 + (scale >> 1 & 1),
                };
                self.rows.push(Row::Picture(self.mode.align, picture));
                self.is_in_picture = true;
            }
            (ESC, b'i' | b'm') | (GS, b'V') => {
                self.finish_line();
                self.rows.push(Row::Cut);
            }
            _ => {}
        }
    }

    fn size(&mut self, width: u8, height: u8) {
        (self.mode.style.width, self.mode.style.height) = (width, height);
        self.mode.chinese = None;
    }

    fn feed_lines(&mut self, lines: u8) {
        let Some(more) = lines.checked_sub(1) else { return self.finish_line() };
        self.feed();
        if more > 0 {
            self.rows.push(Row::Lines(more));
        }
    }

    fn finish_line(&mut self) {
        if !self.runs.is_empty() {
            self.feed();
        }
    }

    fn feed(&mut self) {
        let Mode { align, spacing, upside_down, .. } = self.mode;
        let runs = std::mem::take(&mut self.runs);
        self.rows.push(Row::Line(Line { align, spacing, upside_down, runs }));
    }
}
