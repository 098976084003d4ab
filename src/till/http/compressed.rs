//! Reads bodies that a server or a proxy has compressed although the request asked for none.

use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};

use crate::crc32::crc32;
use crate::protocol::xml::MAX_BYTES;

/// How the bytes of a body are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Not at all.
    Plain,
    /// As a gzip file (RFC 1952).
    Gzip,
    /// With zlib (RFC 1950), or as some servers do it, without its head and its sum.
    Deflate,
    /// In a way that is not read here, or in several.
    Other,
}

impl Coding {
    /// Adds what a `Content-Encoding` header says.
    pub fn and(self, value: &[u8]) -> Self {
        let is = |name: &str| value.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        match self {
            _ if is("identity") || is("") => self,
            Self::Plain if is("gzip") || is("x-gzip") => Self::Gzip,
            Self::Plain if is("deflate") => Self::Deflate,
            _ => Self::Other,
        }
    }

    /// Returns the body as it was before it was encoded. `None` if it is damaged, or larger than any response
    /// of the platform. One that is plain XML is returned as it is: a virus scanner may have decompressed it
    /// and left the header, and some programs write the charset into that.
    pub fn read(self, body: Vec<u8>) -> Option<Vec<u8>> {
        let decoded = match self {
            Self::Plain => return Some(body),
            Self::Gzip => gunzip(&body),
            Self::Deflate => decompress_to_vec_zlib_with_limit(&body, MAX_BYTES)
                .or_else(|_| decompress_to_vec_with_limit(&body, MAX_BYTES))
                .ok(),
            Self::Other => None,
        };
        decoded.or_else(|| is_xml(&body).then_some(body))
    }
}

fn is_xml(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).starts_with(b"<")
}

/// The flags in the head of a gzip file that say what follows it.
const HEAD_SUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

/// Decompresses a gzip file with one member. Its length and its sum have to be right, so that nothing is read
/// from one that was cut off or changed.
fn gunzip(file: &[u8]) -> Option<Vec<u8>> {
    let (head, mut rest) = file.split_at_checked(10)?;
    let [0x1f, 0x8b, 8, flags, ..] = *head else { return None };
    if flags & EXTRA != 0 {
        let (length, more) = rest.split_first_chunk()?;
        rest = more.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & HEAD_SUM != 0 {
        rest = rest.get(2..)?;
    }
    let (rest, length) = rest.split_last_chunk()?;
    let (data, sum) = rest.split_last_chunk()?;
    let body = decompress_to_vec_with_limit(data, MAX_BYTES).ok()?;
    let is_whole = u32::try_from(body.len()).ok()? == u32::from_le_bytes(*length);
    (is_whole && crc32(&body) == u32::from_le_bytes(*sum)).then_some(body)
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};

    use super::*;

    fn gzip(flags: u8, between: &[u8], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap();
        let head: &[u8] = &[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3];
        let (data, sum) = (compress_to_vec(body, 6), crc32(body).to_le_bytes());
        [head, between, &data, &sum, &length.to_le_bytes()].concat()
    }

    #[test]
    fn a_gzip_file_is_read_whatever_its_head_says_besides() {
        let body = "<dm ok=\"1\" info=\"支付成功\"/>".repeat(100).into_bytes();
        for (flags, between) in [
            (0, &b""[..]),
            (NAME, b"op.xml\0"),
            (EXTRA | NAME | COMMENT | HEAD_SUM, b"\x03\0abcop.xml\0by hand\0\x12\x34"),
        ] {
            let file = gzip(flags, between, &body);
            assert_eq!(Coding::Gzip.read(file.clone()).as_ref(), Some(&body), "{flags}");
            for cut in 0..file.len() {
                assert_eq!(Coding::Gzip.read(file[..cut].to_vec()), None, "{flags} cut at {cut}");
            }
            for at in (0..file.len()).filter(|at| *at < 3 || *at >= file.len() - 8) {
                let mut damaged = file.clone();
                damaged[at] ^= 1;
                assert_eq!(Coding::Gzip.read(damaged), None, "{flags} damaged at {at}");
            }
        }
    }

    #[test]
    fn deflate_is_read_with_its_head_and_without() {
        let body = b"<dm ok=\"1\"/>".repeat(50);
        for file in [compress_to_vec_zlib(&body, 6), compress_to_vec(&body, 6)] {
            assert_eq!(Coding::Deflate.read(file.clone()).as_ref(), Some(&body));
            assert_eq!(Coding::Deflate.read(file[..file.len() / 2].to_vec()), None);
        }
    }

    #[test]
    fn nothing_larger_than_a_response_comes_out() {
        let most = vec![b' '; MAX_BYTES];
        assert_eq!(Coding::Gzip.read(gzip(0, b"", &most)).map(|body| body.len()), Some(MAX_BYTES));
        let bomb = vec![b' '; 64 * MAX_BYTES];
        assert_eq!(Coding::Gzip.read(gzip(0, b"", &bomb)), None);
        assert_eq!(Coding::Deflate.read(compress_to_vec_zlib(&bomb, 6)), None);
    }

    #[test]
    fn what_is_encoded_twice_or_otherwise_is_not_read() {
        let said = |values: &[&str]| values.iter().fold(Coding::Plain, |all, one| all.and(one.as_bytes()));
        assert_eq!(said(&[" identity ", ""]), Coding::Plain);
        assert_eq!(said(&["X-GZip", "identity"]), Coding::Gzip);
        assert_eq!(said(&["deflate"]), Coding::Deflate);
        for values in [&["br"][..], &["gzip", "gzip"], &["gzip, gzip"], &["deflate", "br"]] {
            assert_eq!(said(values), Coding::Other, "{values:?}");
            assert_eq!(Coding::Other.read(b"abc".to_vec()), None);
        }
    }

    #[test]
    fn what_is_plain_under_a_header_that_says_otherwise_is_read_as_it_is() {
        for body in ["<dm ok=\"1\"/>", "\r\n<?xml version=\"1.0\"?><dm/>", "\u{feff}<dm/>"] {
            for coding in [Coding::Gzip, Coding::Deflate, Coding::Other] {
                assert_eq!(coding.read(body.into()), Some(body.into()), "{coding:?}: {body}");
            }
        }
    }
}
