//! Encodes PNG, in grey or colour. A codec crate would bring its decoder along, which is most of it.

use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::crc32::crc32;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The compression level, of 0 to 10: higher levels take longer and save nothing.
const LEVEL: u8 = 6;

/// The colour types in the header.
const GREY: u8 = 0;
const COLORED: u8 = 2;

/// Encodes grey dots, row by row, without an incomplete last row. `None` if there is no whole row.
pub(super) fn encoded(width: usize, dots: &[u8]) -> Option<Vec<u8>> {
    file(width, width, dots, GREY)
}

/// Encodes red, green and blue dots in the same way.
pub(super) fn colored(width: usize, dots: &[[u8; 3]]) -> Option<Vec<u8>> {
    file(width, 3 * width, dots.as_flattened(), COLORED)
}

/// Writes the file; `row` is the number of bytes per row of dots.
fn file(width: usize, row: usize, dots: &[u8], kind: u8) -> Option<Vec<u8>> {
    let rows = dots.len().checked_div(row).filter(|rows| *rows > 0)?;
    let mut head = Vec::with_capacity(13);
    head.extend(u32::try_from(width).ok()?.to_be_bytes());
    head.extend(u32::try_from(rows).ok()?.to_be_bytes());
    // 8 bits per sample; compression, filter and interlacing have only one usable value.
    head.extend([8, kind, 0, 0, 0]);

    // Each row starts with its filter. Flat rows of text are smallest without one.
    let unfiltered: Vec<u8> =
        dots.chunks_exact(row).flat_map(|row| std::iter::once(0).chain(row.iter().copied())).collect();

    let mut file = SIGNATURE.to_vec();
    chunk(&mut file, b"IHDR", &head)?;
    chunk(&mut file, b"IDAT", &compress_to_vec_zlib(&unfiltered, LEVEL))?;
    chunk(&mut file, b"IEND", &[])?;
    Some(file)
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) -> Option<()> {
    file.extend(u32::try_from(data.len()).ok()?.to_be_bytes());
    let from = file.len();
    file.extend(kind);
    file.extend(data);
    let sum = crc32(file.get(from..)?);
    file.extend(sum.to_be_bytes());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_dots_are_no_picture() {
        assert_eq!(encoded(0, &[]), None);
        assert_eq!(encoded(8, &[0; 7]), None);
        assert_eq!(colored(0, &[]), None);
    }
}
