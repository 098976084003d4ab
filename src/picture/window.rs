//! Draws a pop-up window: its texts in their colours on white.

use super::font::{Cell, Font, Ink};
use super::{PictureError, png};
use crate::protocol::popup::{Popup, TextBlock};

/// The greatest size of a window in dots, in either direction.
const MOST_DOTS: usize = 2_048;

/// Draws the window with one dot per unit, or larger if its texts need more room.
pub(super) fn draw(popup: &Popup, font: &Font<'_>) -> Result<Vec<u8>, PictureError> {
    font.covers(characters(popup))?;
    let lines = || popup.texts.iter().flat_map(lines_of);
    let width = lines().map(|line| line.end()).max().unwrap_or_default().max(usize::from(popup.width));
    let height = lines().map(|line| line.bottom()).max().unwrap_or_default().max(usize::from(popup.height));
    if width > MOST_DOTS || height > MOST_DOTS {
        return Err(PictureError::TooLong);
    }
    let mut window = Window { width, dots: vec![[u8::MAX; 3]; width * height] };
    for line in lines() {
        let mut halves = 0;
        for c in line.text.chars() {
            let (left, next) = (line.at(halves), line.at(halves + half_widths(c)));
            let width = u16::try_from(next - left).unwrap_or(line.size);
            let cell = Cell { width, height: line.size, bottom: line.size };
            if let Some(ink) = font.drawn(c, &cell) {
                window.draw(&ink, left, line.top, line.color);
            }
            halves += half_widths(c);
        }
    }
    png::colored(width, &window.dots).ok_or(PictureError::TooLong)
}

/// Returns all characters of a window.
pub(super) fn characters(popup: &Popup) -> impl Iterator<Item = char> + Clone {
    popup.texts.iter().flat_map(|block| block.text.chars())
}

/// A line of a text block.
struct Line<'a> {
    left: usize,
    top: usize,
    size: u16,
    color: [u8; 3],
    text: &'a str,
}

/// Splits a text into lines. They are a quarter of their height apart, half of that above each.
fn lines_of(block: &TextBlock) -> impl Iterator<Item = Line<'_>> {
    let size = usize::from(block.size);
    block.text.lines().enumerate().map(move |(row, text)| Line {
        left: usize::from(block.left),
        top: usize::from(block.top) + size / 8 + row * (size + size / 4),
        size: block.size,
        color: block.color,
        text,
    })
}

impl Line<'_> {
    /// Returns where the character begins that has this many half widths before it.
    fn at(&self, halves: usize) -> usize {
        self.left + halves * usize::from(self.size) / 2
    }

    fn end(&self) -> usize {
        self.at(self.text.chars().map(half_widths).sum())
    }

    /// Returns its bottom, including the tails of letters.
    fn bottom(&self) -> usize {
        self.top + usize::from(self.size) + usize::from(self.size) / 8
    }
}

const fn half_widths(c: char) -> usize {
    if c.is_ascii() { 1 } else { 2 }
}

struct Window {
    width: usize,
    dots: Vec<[u8; 3]>,
}

impl Window {
    /// Draws a character and clips what lies outside.
    fn draw(&mut self, ink: &Ink, left: usize, top: usize, color: [u8; 3]) {
        let (width, _) = ink.dots.dimensions();
        ink.dots.for_each_pixel(|at, coverage| {
            let column = (left + at % width).checked_sub(usize::from(ink.overhang));
            let Some(column) = column.filter(|column| *column < self.width) else { return };
            if let Some(dot) = self.dots.get_mut((top + at / width) * self.width + column) {
                let coverage = coverage.clamp(0.0, 1.0);
                for (part, ink) in dot.iter_mut().zip(color) {
                    *part = (f32::from(*part) * (1.0 - coverage) + f32::from(ink) * coverage).round() as u8;
                }
            }
        });
    }
}
