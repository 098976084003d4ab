//! Receipts and pop-up windows as PNG pictures, drawn with the caller's font. Pure: it reads no file.

mod canvas;
mod drawing;
mod font;
mod png;
mod scan;
mod window;

use crate::protocol::popup::Popup;
use crate::protocol::receipt::{Paper, Row};

pub use font::{Font, FontError};
pub use scan::{ScanError, scanned};

/// Why no picture was drawn.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// A picture without this character would be a wrong receipt.
    #[error("the font has no `{0}`")]
    Lacks(char),
    /// No receipt is longer than a till's roll of paper, and no window larger than a screen.
    #[error("the picture would be larger than any receipt or window")]
    TooLong,
}

/// 2.5 m of paper.
const MOST_DOTS: usize = 20_000;

/// Draws rows that are laid out for this paper as a grey PNG, with 8 dots per mm of paper.
pub fn png(rows: &[Row], paper: Paper, font: &Font<'_>) -> Result<Vec<u8>, PictureError> {
    drawing::draw(rows, paper, font)?.png().ok_or(PictureError::TooLong)
}

/// Returns all characters of these rows.
pub fn characters(rows: &[Row]) -> impl Iterator<Item = char> + Clone {
    let lines = rows.iter().filter_map(|row| if let Row::Line(line) = row { Some(line) } else { None });
    lines.flat_map(|line| &line.runs).flat_map(|run| run.text.chars())
}

/// Draws a pop-up window as a colour PNG, with one dot per unit.
pub fn popup_png(popup: &Popup, font: &Font<'_>) -> Result<Vec<u8>, PictureError> {
    window::draw(popup, font)
}

/// Returns all characters of a window.
pub fn popup_characters(popup: &Popup) -> impl Iterator<Item = char> + Clone {
    window::characters(popup)
}
