//! Splits a receipt into characters, bytes and whole ESC/POS commands.

use super::escapes::{Piece, pieces};

pub(super) const ESC: u8 = 0x1b;
pub(super) const GS: u8 = 0x1d;
pub(super) const FS: u8 = 0x1c;

/// The length of the longest known command head: `GS v 0 m xL xH yL yH`.
const LONGEST: usize = 6;

/// A printer command with its arguments; the data of a picture or a barcode follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub lead: u8,
    pub code: u8,
    arguments: [u8; LONGEST],
    count: usize,
}

impl Command {
    /// Returns an argument, or 0 if it is missing.
    pub fn argument(&self, at: usize) -> u8 {
        self.arguments.get(at).copied().unwrap_or_default()
    }

    /// Returns two arguments as one number.
    pub fn pair(&self, at: usize) -> u32 {
        u32::from(self.argument(at)) | u32::from(self.argument(at + 1)) << 8
    }

    /// Returns whether the command's head needs another byte.
    fn wants(&self) -> bool {
        self.count < heads(self.lead, self.code, self.argument(0)).min(LONGEST)
    }

    /// Returns the state after the head.
    fn data(&self) -> State {
        let bytes = match (self.lead, self.code) {
            (ESC, b'*') if matches!(self.argument(0), 32 | 33) => self.pair(1) * 3,
            (ESC, b'*') => self.pair(1),
            (GS, b'(') => self.pair(1),
            (GS, b'v') => self.pair(2).saturating_mul(self.pair(4)),
            (GS, b'k') if self.argument(0) >= b'A' => u32::from(self.argument(1)),
            (GS, b'k') | (ESC, b'D') => return State::ToZero,
            _ => 0,
        };
        if bytes == 0 { State::Text } else { State::Data(bytes) }
    }
}

/// Returns how many argument bytes a command has, for commands that receipts use. Unknown commands are
/// assumed to have none: what follows is then text, which a reader can judge.
fn heads(lead: u8, code: u8, first: u8) -> usize {
    match (lead, code) {
        (
            ESC,
            b'!' | b'-' | b'3' | b'a' | b'd' | b'E' | b'G' | b'J' | b'M' | b'R' | b't' | b'{' | b' ' | b'V'
            | b'r' | b'U' | b'e' | b'=',
        ) => 1,
        (ESC, b'$' | b'\\' | b'c') => 2,
        (ESC, b'p' | b'*') => 3,
        // These have a distance to feed before the cut.
        (GS, b'V') if matches!(first, b'A' | b'B' | b'a' | b'b' | b'g' | b'h') => 2,
        (GS, b'!' | b'B' | b'h' | b'w' | b'H' | b'f' | b'V' | b'a' | b'r' | b'I') => 1,
        (GS, b'k') if first >= b'A' => 2,
        (GS, b'k') => 1,
        (GS, b'L' | b'W' | b'P') => 2,
        (GS, b'(') => 3,
        (GS, b'v') => 6,
        (FS, b'!' | b'-' | b'W' | b'C') => 1,
        (FS, b'S') => 2,
        _ => 0,
    }
}

/// A part of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A character of the text.
    Char(char),
    /// A byte from an escape that belongs to no command.
    Byte(u8),
    Command(Command),
    /// A byte of the data of the last command.
    Data(u8),
}

/// How much of a printer command has been read.
#[derive(Clone, Copy)]
enum State {
    Text,
    Lead(u8),
    Head(Command),
    Data(u32),
    ToZero,
}

impl State {
    /// Consumes a byte of a command; returns the command once its head is complete, and then its data.
    fn feed(self, byte: u8) -> (Self, Option<Token>) {
        match self {
            Self::Text => (Self::Lead(byte), None),
            Self::Lead(lead) => Self::head(Command { lead, code: byte, arguments: [0; LONGEST], count: 0 }),
            Self::Head(mut command) => {
                if let Some(place) = command.arguments.get_mut(command.count) {
                    *place = byte;
                }
                command.count += 1;
                Self::head(command)
            }
            Self::Data(left) if left > 1 => (Self::Data(left - 1), Some(Token::Data(byte))),
            Self::Data(_) => (Self::Text, Some(Token::Data(byte))),
            Self::ToZero if byte != 0 => (self, None),
            Self::ToZero => (Self::Text, None),
        }
    }

    fn head(command: Command) -> (Self, Option<Token>) {
        if command.wants() {
            (Self::Head(command), None)
        } else {
            (command.data(), Some(Token::Command(command)))
        }
    }
}

/// Returns the tokens of a receipt. The text is UTF-8 although the printer uses GBK, so a non-ASCII character
/// is never part of a command, and ends one that was cut short.
pub(super) fn tokens(printinfo: &str) -> Tokens<'_, impl Iterator<Item = Piece<'_>>> {
    Tokens { pieces: pieces(printinfo), text: "".chars(), state: State::Text }
}

pub(super) struct Tokens<'a, P> {
    pieces: P,
    text: std::str::Chars<'a>,
    state: State,
}

impl<'a, P: Iterator<Item = Piece<'a>>> Iterator for Tokens<'a, P> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let token = match self.text.next() {
                Some(c) => self.character(c),
                None => match self.pieces.next()? {
                    Piece::Byte(byte) => self.byte(byte),
                    Piece::Text(text) => {
                        self.text = text.chars();
                        None
                    }
                },
            };
            if token.is_some() {
                return token;
            }
        }
    }
}

impl<P> Tokens<'_, P> {
    fn byte(&mut self, byte: u8) -> Option<Token> {
        if matches!(self.state, State::Text) && !matches!(byte, ESC | GS | FS) {
            return Some(Token::Byte(byte));
        }
        self.feed(byte)
    }

    /// Consumes a character. A command's last bytes may be written as plain characters: `\x1bM1`. The whole
    /// command may be raw if the response is not XML.
    fn character(&mut self, c: char) -> Option<Token> {
        match u8::try_from(c) {
            Ok(byte @ ..=0x7f) if !matches!(self.state, State::Text) || matches!(byte, ESC | GS | FS) => {
                self.feed(byte)
            }
            _ => {
                self.state = State::Text;
                Some(Token::Char(c))
            }
        }
    }

    fn feed(&mut self, byte: u8) -> Option<Token> {
        let (state, token) = self.state.feed(byte);
        self.state = state;
        token
    }
}
