//! The two charsets of tills and the platform: UTF-8 and GBK (code page 936).

use std::borrow::Cow;

use encoding_rs::{EncoderResult, GBK};

/// The encoding of a client's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Code page 65001.
    Utf8,
    /// Code page 936.
    Gbk,
}

/// The bytes are not valid text in this charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not valid in code page {}", .0.code_page())]
pub struct TextError(pub Charset);

impl Charset {
    /// Returns the charset of a Windows code page number, if it is one of the two.
    pub const fn from_code_page(code_page: i32) -> Option<Self> {
        match code_page {
            65001 => Some(Self::Utf8),
            936 => Some(Self::Gbk),
            _ => None,
        }
    }

    /// Returns the Windows code page number.
    pub const fn code_page(self) -> i32 {
        match self {
            Self::Utf8 => 65001,
            Self::Gbk => 936,
        }
    }

    /// Decodes a caller's bytes. Invalid bytes are an error, never mojibake.
    pub fn decode(self, bytes: &[u8]) -> Result<String, TextError> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Gbk => GBK.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into),
        }
        .ok_or(TextError(self))
    }

    /// Encodes text for a caller. What GBK cannot represent becomes `?`, but `¥` becomes the full-width `￥`
    /// that Chinese printers have.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Gbk => encode_gbk(text),
        }
    }

    /// Returns the longest prefix of `bytes` (valid in this charset) that fits into `room` bytes and does not
    /// end inside a character.
    pub fn cut(self, bytes: &[u8], room: usize) -> &[u8] {
        if bytes.len() <= room {
            return bytes;
        }
        let mut end = 0;
        while let Some(width) = bytes.get(end).map(|lead| self.width(*lead)) {
            if end + width > room {
                break;
            }
            end += width;
        }
        &bytes[..end]
    }

    const fn width(self, lead: u8) -> usize {
        match (self, lead) {
            (_, ..=0x7f) => 1,
            (Self::Gbk, 0x81..=0xfe) => 2,
            (Self::Utf8, 0xc0..=0xdf) => 2,
            (Self::Utf8, 0xe0..=0xef) => 3,
            (Self::Utf8, 0xf0..) => 4,
            _ => 1,
        }
    }
}

fn encode_gbk(text: &str) -> Vec<u8> {
    let mut encoder = GBK.new_encoder();
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        out.reserve(
            encoder.max_buffer_length_from_utf8_without_replacement(rest.len()).unwrap_or(rest.len() * 2 + 8),
        );
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut out, true);
        rest = &rest[read..];
        match result {
            // There is room for everything before the unmappable character.
            EncoderResult::InputEmpty | EncoderResult::OutputFull => return out,
            EncoderResult::Unmappable('¥') => out.extend_from_slice(b"\xa3\xa4"),
            EncoderResult::Unmappable(_) => out.push(b'?'),
        }
    }
}

/// Decodes the platform's response: UTF-8 as it should be, or GBK under a UTF-8 label as it sometimes is.
/// UTF-8 with a character cut in two, as PHP cuts names by bytes, stays readable: GBK read as UTF-8 has
/// hardly any whole characters.
pub fn decode_response(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let mut bytes = bytes;
    // Each file of a PHP program that was saved with a byte order mark sends its own.
    while let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        bytes = rest;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    let lossy = String::from_utf8_lossy(bytes);
    let broken = lossy.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    // Two bytes of GBK sometimes look like a whole character of UTF-8 by chance; three hardly ever do.
    let whole = lossy.chars().filter(|c| c.len_utf8() >= 3 && *c != char::REPLACEMENT_CHARACTER).count();
    if broken * 8 <= whole { Some(lossy) } else { Charset::Gbk.decode(bytes).ok().map(Cow::Owned) }
}
