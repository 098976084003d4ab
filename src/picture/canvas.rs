//! A canvas of grey dots that encodes as PNG.

use std::ops::Range;

use super::font::Ink;
use super::png;
use crate::protocol::receipt::Raster;

const INK: u8 = u8::MAX;

/// A rectangle of dots; 0 is paper, 255 is ink.
pub(super) struct Canvas {
    width: usize,
    ink: Vec<u8>,
}

impl Canvas {
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, ink: vec![0; width * height] }
    }

    pub fn height(&self) -> usize {
        self.ink.len() / self.width.max(1)
    }

    /// Appends another canvas of the same width below.
    pub fn append(&mut self, below: Self) {
        self.ink.extend(below.ink);
    }

    /// Appends empty dots below.
    pub fn feed(&mut self, dots: usize) {
        self.ink.resize(self.ink.len() + self.width * dots, 0);
    }

    /// Rotates it by 180 degrees within these columns.
    pub fn turn(&mut self, columns: Range<usize>) {
        let mut rows: Vec<Vec<u8>> = self
            .ink
            .chunks(self.width)
            .map(|row| row.get(columns.clone()).unwrap_or_default().to_vec())
            .collect();
        rows.reverse();
        for (row, mut turned) in self.ink.chunks_mut(self.width).zip(rows) {
            turned.reverse();
            if let Some(row) = row.get_mut(columns.clone()) {
                row.copy_from_slice(&turned);
            }
        }
    }

    /// Fills a rectangle.
    pub fn fill(&mut self, columns: Range<usize>, rows: Range<usize>) {
        for row in self.ink.chunks_mut(self.width).take(rows.end).skip(rows.start) {
            if let Some(dots) = row.get_mut(columns.start..columns.end.min(self.width)) {
                dots.fill(INK);
            }
        }
    }

    /// Draws the dots of a picture on an empty canvas, starting at column `from`, and clips them at `until`.
    pub fn stamp(&mut self, picture: &Raster, from: usize, until: usize) {
        let (wide, high) = (usize::from(picture.wide), usize::from(picture.high));
        for (row, bytes) in picture.bits.chunks(usize::from(picture.row_bytes).max(1)).enumerate() {
            let dots = (0..8 * bytes.len()).filter(|at| bytes[at / 8] & (0x80 >> (at % 8)) != 0);
            for left in dots.map(|at| from + at * wide) {
                for line in self.ink.chunks_mut(self.width).skip(row * high).take(high) {
                    let end = (left + wide).min(until);
                    if let Some(dots) = line.get_mut(left..end) {
                        dots.fill(INK);
                    }
                }
            }
        }
    }

    /// Draws a character whose cell begins at this column, in ink or left out of the ink. Clips what lies
    /// outside.
    pub fn draw(&mut self, ink: &Ink, column: usize, left_out: bool) {
        let (width, _) = ink.dots.dimensions();
        let Some(first) = column.checked_sub(usize::from(ink.overhang)) else { return };
        ink.dots.for_each_pixel(|at, coverage| {
            let (row, column) = (at / width, first + at % width);
            if column >= self.width {
                return;
            }
            if let Some(dot) = self.ink.get_mut(row * self.width + column) {
                let ink = (coverage.clamp(0.0, 1.0) * f32::from(INK)) as u8;
                *dot = if left_out { dot.saturating_sub(ink) } else { dot.saturating_add(ink) };
            }
        });
    }

    /// Encodes it as PNG, black ink on white paper.
    pub fn png(self) -> Option<Vec<u8>> {
        let grey: Vec<u8> = self.ink.iter().map(|ink| INK - ink).collect();
        png::encoded(self.width, &grey)
    }
}
