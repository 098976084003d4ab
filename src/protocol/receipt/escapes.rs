//! Escapes: `\x1b\x40` stands for the bytes 1B 40, `\r\n` for a line end.

/// Returns the byte of an escape at the start of `text`, and the length of the escape.
pub(super) fn escape(text: &str) -> Option<(u8, usize)> {
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

/// A piece of a receipt's source text.
pub(super) enum Piece<'a> {
    Text(&'a str),
    Byte(u8),
}

/// Splits a text at escapes. A backslash that starts none is text.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
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
