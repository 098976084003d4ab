//! Receipts as pictures: laid out rows drawn with a font that the caller has, as PNG. Pure: it reads no file.

mod canvas;
mod drawing;
mod font;
mod png;
mod scan;

use crate::protocol::receipt::{Paper, Row};

pub use font::{Font, FontError};
pub use scan::{ScanError, scanned};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// A picture without it would be a wrong receipt.
    #[error("the font has no {0:?}")]
    Lacks(char),
    /// No receipt is longer than a till's roll of paper.
    #[error("longer than {MOST_DOTS} dots")]
    TooLong,
}

/// 2.5 m of paper.
const MOST_DOTS: usize = 20_000;

/// Draws rows that are laid out for this paper, as a grey PNG with 8 dots for each mm of the paper.
pub fn png(rows: &[Row], paper: Paper, font: &Font<'_>) -> Result<Vec<u8>, PictureError> {
    drawing::draw(rows, paper, font)?.png().ok_or(PictureError::TooLong)
}
