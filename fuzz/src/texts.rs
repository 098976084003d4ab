//! Text: UTF-8 and GBK, in and out, and never cut inside a character.

use encoding_rs::GBK;
use wsy::protocol::text::{Charset, decode_response};

use crate::planted;

/// The first byte is the size of the buffer; the rest is text, or is not.
pub fn run(data: &[u8]) {
    let Some((&room, bytes)) = data.split_first() else { return };
    let room = usize::from(room);
    utf8(bytes, room);
    gbk(bytes, room);
    response(bytes);
}

fn utf8(bytes: &[u8], room: usize) {
    let decoded = Charset::Utf8.decode(bytes);
    assert_eq!(decoded.as_deref().ok(), std::str::from_utf8(bytes).ok());
    if let Ok(text) = decoded {
        assert_eq!(Charset::Utf8.encode(&text), bytes);
        is_cut_well(Charset::Utf8, &text, room);
        is_cut_well(Charset::Gbk, &text, room);
    }
}

fn gbk(bytes: &[u8], room: usize) {
    let decoded = Charset::Gbk.decode(bytes).ok();
    let (reference, _, bad) = GBK.decode(bytes);
    // The reference sniffs a byte order mark of another encoding, which is text here.
    if !bytes.starts_with(b"\xef\xbb\xbf")
        && !bytes.starts_with(b"\xfe\xff")
        && !bytes.starts_with(b"\xff\xfe")
    {
        assert_eq!(decoded.as_deref(), (!bad).then_some(&*reference));
    }
    if let Some(text) = decoded {
        assert!(
            !text.contains(char::REPLACEMENT_CHARACTER) || bytes.len() >= 4,
            "bytes that are not text were accepted"
        );
        is_cut_well(Charset::Gbk, &text, room);
    }
}

/// Written char by char: each by itself is the same as in the whole.
fn is_cut_well(charset: Charset, text: &str, room: usize) {
    let whole = charset.encode(text);
    let mut letters: Vec<Vec<u8>> = Vec::new();
    for letter in text.chars() {
        letters.push(one(charset, letter));
    }
    assert_eq!(whole, letters.concat());

    let mut fits = Vec::new();
    for letter in &letters {
        if fits.len() + letter.len() > room {
            break;
        }
        fits.extend_from_slice(letter);
    }
    assert_eq!(cut(charset, &whole, room), fits, "{charset:?} in {room} bytes: {text:?}");
    assert!(charset.decode(&fits).is_ok());
}

/// A letter as bytes, without the library.
fn one(charset: Charset, letter: char) -> Vec<u8> {
    let mut buffer = [0; 4];
    let text = &*letter.encode_utf8(&mut buffer);
    match (charset, letter) {
        (Charset::Utf8, _) => text.as_bytes().to_vec(),
        (Charset::Gbk, '¥') => b"\xa3\xa4".to_vec(),
        (Charset::Gbk, _) => match GBK.encode(text) {
            (bytes, _, false) => bytes.into_owned(),
            (_, _, true) => b"?".to_vec(),
        },
    }
}

fn cut(charset: Charset, bytes: &[u8], room: usize) -> &[u8] {
    // By bytes, not by characters.
    if planted() { &bytes[..room.min(bytes.len())] } else { charset.cut(bytes, room) }
}

fn response(bytes: &[u8]) {
    let text = decode_response(bytes);
    let mut bare = bytes;
    while let Some(rest) = bare.strip_prefix(b"\xef\xbb\xbf") {
        bare = rest;
    }
    if let Ok(valid) = std::str::from_utf8(bare) {
        assert_eq!(text.as_deref(), Some(valid), "UTF-8 is what it is");
    }
    if bare.is_ascii() {
        assert!(text.is_some());
    }
}
