//! Converts the platform's text with escapes to the bytes for a printer.

use encoding_rs::{EncoderResult, GBK};

/// `\x1b` is one byte, `\r` and `\n` are line ends, everything else is encoded in GBK. Characters that GBK
/// lacks become a question mark, except the yuan sign, which becomes its full-width form.
pub(in crate::console) fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some((byte, after)) = escape(rest) {
            bytes.push(byte);
            rest = after;
        } else {
            push(&mut bytes, next);
            rest = &rest[next.len_utf8()..];
        }
    }
    bytes
}

fn escape(text: &str) -> Option<(u8, &str)> {
    let after = text.strip_prefix('\\')?;
    match after.chars().next()? {
        'r' => Some((b'\r', &after[1..])),
        'n' => Some((b'\n', &after[1..])),
        'x' | 'X' => {
            let digits =
                after.get(1..3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(digits, 16).ok()?, &after[3..]))
        }
        _ => None,
    }
}

fn push(bytes: &mut Vec<u8>, character: char) {
    let character = if character == '¥' { '￥' } else { character };
    let mut utf8 = [0; 4];
    let mut gbk = [0; 4];
    let (result, _, written) = GBK.new_encoder().encode_from_utf8_without_replacement(
        character.encode_utf8(&mut utf8),
        &mut gbk,
        true,
    );
    match result {
        EncoderResult::InputEmpty => bytes.extend(gbk.iter().take(written)),
        EncoderResult::OutputFull | EncoderResult::Unmappable(_) => bytes.push(b'?'),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn escapes_become_bytes() {
        assert_eq!(bytes(r"\x1b\x40\x1D\x21\x11a\r\n"), b"\x1b@\x1d!\x11a\r\n");
    }

    #[test]
    fn text_becomes_gbk() {
        assert_eq!(bytes("微1￥¥"), b"\xce\xa21\xa3\xa4\xa3\xa4");
        assert_eq!(bytes("a😀b"), b"a?b");
    }

    #[test]
    fn what_only_looks_like_an_escape_is_text() {
        for text in [r"\", r"\x", r"\x4", r"\xzz", r"\t", r"\\"] {
            assert_eq!(bytes(text), text.as_bytes());
        }
        assert_eq!(bytes(r"\x微"), b"\\x\xce\xa2");
    }
}
