//! Pictures, read by an independent decoder.

use std::path::{Path, PathBuf};

pub fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name)
}

/// Dots, row by row; 255 is white.
#[derive(Debug, PartialEq, Eq)]
pub struct Picture<Dot = u8> {
    pub width: u32,
    pub height: u32,
    pub dots: Vec<Dot>,
}

fn decoded(file: &[u8], color: png::ColorType) -> Picture {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut dots = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut dots).unwrap();
    assert_eq!((frame.color_type, frame.bit_depth), (color, png::BitDepth::Eight));
    Picture { width: frame.width, height: frame.height, dots }
}

impl Picture<[u8; 3]> {
    /// One of red, green and blue.
    #[allow(dead_code)]
    pub fn colored(file: &[u8]) -> Self {
        let Picture { width, height, dots } = decoded(file, png::ColorType::Rgb);
        Self { width, height, dots: dots.as_chunks().0.to_vec() }
    }
}

impl Picture {
    /// A grey one.
    pub fn read(file: &[u8]) -> Self {
        decoded(file, png::ColorType::Grayscale)
    }

    /// How much of it is black, in dots times 255.
    #[allow(dead_code)]
    pub fn ink(&self) -> u64 {
        self.dots.iter().map(|dot| u64::from(255 - dot)).sum()
    }
}

/// Compares a picture with a committed one: processors round differently, so a dot may differ by a trace of
/// grey.
#[track_caller]
pub fn same_as_committed(file: &[u8], name: &str) {
    const TRACE: u8 = 4;
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&kept, file).unwrap();
    let (drawn, committed) = (Picture::read(file), Picture::read(&std::fs::read(vector(name)).unwrap()));
    let told = format!("{} differs from tests/vectors/{name}", kept.display());
    assert_eq!((drawn.width, drawn.height), (committed.width, committed.height), "{told}");
    let other = drawn.dots.iter().zip(&committed.dots).filter(|(a, b)| a.abs_diff(**b) > TRACE).count();
    assert_eq!(other, 0, "{told}: {other} dots differ");
}
