//! Reads a caller's picture file as the black dots of a printer. It must be PNG, as the config's names
//! suggest.
//!
//! It reads what logos and codes are drawn with: every colour type and depth, but nothing interlaced.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use crate::protocol::receipt::{Paper, Raster};

/// The greatest width, which is that of the widest paper, and the greatest height.
const MOST: u32 = Paper::Mm80.dots() as u32;

/// The brightness below which a pixel becomes a black dot.
const DARK: u32 = 128;

/// Why a file cannot be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// The file has another format.
    #[error("not a PNG")]
    NotPng,
    /// Larger than a receipt has room for, or empty.
    #[error("the picture is empty, or wider or higher than {MOST} dots")]
    Size,
    /// The file is interlaced.
    #[error("the PNG is interlaced: save it without interlacing")]
    Interlaced,
    /// The file is cut short or damaged.
    #[error("the PNG is damaged")]
    Damaged,
}

/// Reads a PNG. Pixels become black or white by their brightness; transparent ones are paper.
pub fn scanned(file: &[u8]) -> Result<Raster, ScanError> {
    let rest = file.strip_prefix(b"\x89PNG\r\n\x1a\n").ok_or(ScanError::NotPng)?;
    let parts = Parts::read(rest)?;
    let head = &parts.head;
    let (width, height) = (head.width as usize, head.height as usize);
    let whole = (head.row_bytes() + 1) * height;
    let mut rows = decompress_to_vec_zlib_with_limit(&parts.data, whole).map_err(|_| ScanError::Damaged)?;
    if rows.len() != whole {
        return Err(ScanError::Damaged);
    }
    unfilter(&mut rows, head.row_bytes(), head.pixel_bytes())?;
    let row_bytes = width.div_ceil(8);
    let mut bits = vec![0; row_bytes * height];
    let lines = rows.chunks_exact(head.row_bytes() + 1).map(|row| &row[1..]);
    for (line, out) in lines.zip(bits.chunks_exact_mut(row_bytes)) {
        for at in 0..width {
            if parts.brightness(line, at).ok_or(ScanError::Damaged)? < DARK {
                out[at / 8] |= 0x80 >> (at % 8);
            }
        }
    }
    let row_bytes = u16::try_from(row_bytes).map_err(|_| ScanError::Size)?;
    Ok(Raster { row_bytes, bits, wide: 1, high: 1 })
}

/// The colour type of a pixel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Colour {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    Rgba,
}

impl Colour {
    const fn samples(self) -> usize {
        match self {
            Self::Grey | Self::Palette => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

struct Head {
    width: u32,
    height: u32,
    depth: u8,
    colour: Colour,
}

impl Head {
    fn read(data: &[u8]) -> Result<Self, ScanError> {
        let [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, _, _, passes] = *data else {
            return Err(ScanError::Damaged);
        };
        let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        if !(1..=MOST).contains(&width) || !(1..=MOST).contains(&height) {
            return Err(ScanError::Size);
        }
        if passes != 0 {
            return Err(ScanError::Interlaced);
        }
        let colour = match (colour, depth) {
            (0, 1 | 2 | 4 | 8 | 16) => Colour::Grey,
            (2, 8 | 16) => Colour::Rgb,
            (3, 1 | 2 | 4 | 8) => Colour::Palette,
            (4, 8 | 16) => Colour::GreyAlpha,
            (6, 8 | 16) => Colour::Rgba,
            _ => return Err(ScanError::Damaged),
        };
        Ok(Self { width, height, depth, colour })
    }

    fn pixel_bits(&self) -> usize {
        self.colour.samples() * usize::from(self.depth)
    }

    fn row_bytes(&self) -> usize {
        (self.width as usize * self.pixel_bits()).div_ceil(8)
    }

    /// Returns the distance to the pixel on the left, for filters.
    fn pixel_bytes(&self) -> usize {
        self.pixel_bits().div_ceil(8)
    }

    /// Returns a sample of a row as it is stored.
    fn sample(&self, line: &[u8], at: usize) -> Option<u16> {
        let depth = usize::from(self.depth);
        Some(match depth {
            16 => u16::from_be_bytes([*line.get(2 * at)?, *line.get(2 * at + 1)?]),
            8 => u16::from(*line.get(at)?),
            _ => {
                let bit = at * depth;
                let shift = 8 - depth - bit % 8;
                u16::from(*line.get(bit / 8)? >> shift) & ((1 << depth) - 1)
            }
        })
    }

    /// Scales a sample to 0 to 255.
    fn scaled(&self, sample: u16) -> u32 {
        u32::from(sample) * 255 / ((1 << u32::from(self.depth)) - 1)
    }
}

struct Parts {
    head: Head,
    palette: Vec<u8>,
    transparent: Vec<u8>,
    data: Vec<u8>,
}

impl Parts {
    fn read(mut rest: &[u8]) -> Result<Self, ScanError> {
        let (mut head, mut palette, mut transparent, mut data) = (None, Vec::new(), Vec::new(), Vec::new());
        loop {
            let (name, content, after) = chunk(rest).ok_or(ScanError::Damaged)?;
            match name {
                b"IHDR" => head = Some(Head::read(content)?),
                b"PLTE" => palette = content.to_vec(),
                b"tRNS" => transparent = content.to_vec(),
                b"IDAT" => data.extend_from_slice(content),
                b"IEND" => break,
                _ => {}
            }
            rest = after;
        }
        Ok(Self { head: head.ok_or(ScanError::Damaged)?, palette, transparent, data })
    }

    /// Returns the brightness of a pixel on white paper, 0 to 255.
    fn brightness(&self, line: &[u8], at: usize) -> Option<u32> {
        let head = &self.head;
        let samples = head.colour.samples();
        let mut pixel = [0; 4];
        for (place, sample) in pixel.iter_mut().zip(at * samples..(at + 1) * samples) {
            *place = head.sample(line, sample)?;
        }
        let [a, b, c, d] = pixel.map(|sample| head.scaled(sample));
        let (bright, covers) = match head.colour {
            Colour::Grey => (a, self.covers(&pixel[..1])),
            Colour::GreyAlpha => (a, b),
            Colour::Rgb => (luma(a, b, c), self.covers(&pixel[..3])),
            Colour::Rgba => (luma(a, b, c), d),
            Colour::Palette => {
                let index = usize::from(pixel[0]);
                let colour = self.palette.get(3 * index..3 * index + 3)?;
                let covers = self.transparent.get(index).map_or(255, |alpha| u32::from(*alpha));
                (luma(u32::from(colour[0]), u32::from(colour[1]), u32::from(colour[2])), covers)
            }
        };
        Some(255 - (255 - bright) * covers / 255)
    }

    /// Returns the opacity of a pixel in a picture that has one transparent colour.
    fn covers(&self, pixel: &[u16]) -> u32 {
        let none = self.transparent.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        if !self.transparent.is_empty() && none.eq(pixel.iter().copied()) { 0 } else { 255 }
    }
}

const fn luma(red: u32, green: u32, blue: u32) -> u32 {
    (299 * red + 587 * green + 114 * blue) / 1000
}

/// Returns the name of the first chunk, its content, and what follows. Skips its checksum, because the data
/// has one of its own.
fn chunk(file: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (length, rest) = file.split_first_chunk::<4>()?;
    let (name, rest) = rest.split_first_chunk::<4>()?;
    let (content, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some((name, content, rest.get(4..)?))
}

/// Removes the filters. Each row starts with the number of its filter.
fn unfilter(rows: &mut [u8], row_bytes: usize, pixel: usize) -> Result<(), ScanError> {
    let mut above = vec![0; row_bytes];
    for row in rows.chunks_exact_mut(row_bytes + 1) {
        let (filter, line) = row.split_at_mut(1);
        for at in 0..line.len() {
            let left = at.checked_sub(pixel).map_or(0, |at| line[at]);
            let corner = at.checked_sub(pixel).map_or(0, |at| above[at]);
            let guess = match filter[0] {
                0 => 0,
                1 => left,
                2 => above[at],
                3 => u8::midpoint(left, above[at]),
                4 => nearest(left, above[at], corner),
                _ => return Err(ScanError::Damaged),
            };
            line[at] = line[at].wrapping_add(guess);
        }
        above.copy_from_slice(line);
    }
    Ok(())
}

/// Returns the neighbour nearest to the value that the three predict.
fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let foretold = a + b - c;
    let [to_a, to_b, to_c] = [a, b, c].map(|value| (foretold - value).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        above
    } else {
        corner
    }
}
