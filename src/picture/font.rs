//! The caller's font: fits the ink of a character to the cell that a printer has for it.

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use super::PictureError;

/// The file is not a font file.
#[derive(Debug, thiserror::Error)]
#[error("the file is not a TrueType or OpenType font")]
pub struct FontError;

/// A TrueType or OpenType font.
pub struct Font<'a> {
    face: Face<'a>,
    em: f32,
}

/// The cell that a printer has for a character, in dots.
pub(super) struct Cell {
    pub width: u16,
    pub height: u16,
    /// The bottom of the cell, from the top of the line.
    pub bottom: u16,
}

/// The ink of a character, twice as wide as the cell in its middle, because letters may hang over.
pub(super) struct Ink {
    pub dots: Rasterizer,
    /// How far the ink starts to the left of the cell.
    pub overhang: u16,
}

/// The part of a cell below the baseline.
const BELOW: f32 = 1.0 / 8.0;

impl<'a> Font<'a> {
    /// Parses a font file; for a collection (`.ttc`), its first font.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FontError> {
        let face = Face::parse(bytes, 0).map_err(|_| FontError)?;
        let em = f32::from(face.units_per_em());
        if em > 0.0 { Ok(Self { face, em }) } else { Err(FontError) }
    }

    /// Checks that it has all of these characters.
    pub fn covers(&self, mut characters: impl Iterator<Item = char>) -> Result<(), PictureError> {
        match characters.find(|c| !c.is_whitespace() && self.face.glyph_index(*c).is_none()) {
            Some(c) => Err(PictureError::Lacks(c)),
            None => Ok(()),
        }
    }

    /// Draws a character in the middle of its cell, squeezed if it is wider.
    pub(super) fn drawn(&self, c: char, cell: &Cell) -> Option<Ink> {
        let glyph = self.face.glyph_index(c)?;
        let (width, height) = (f32::from(cell.width), f32::from(cell.height));
        // A Chinese character fills its em, which is square; the cell of an ASCII character is half as wide.
        let square = if c.is_ascii() { 2.0 * width } else { width };
        let advance = self.advance(glyph) * square;
        let squeeze = if advance > width { width / advance } else { 1.0 };
        let overhang = cell.width / 2;
        let mut pen = Pen {
            onto: Rasterizer::new(2 * usize::from(cell.width), usize::from(cell.bottom + cell.height)),
            x: f32::from(overhang) + (width - advance * squeeze) / 2.0,
            y: f32::from(cell.bottom) - height * BELOW,
            per_unit: (square * squeeze / self.em, height / self.em),
            start: point(0.0, 0.0),
            at: point(0.0, 0.0),
        };
        // A blank has no outline.
        self.face.outline_glyph(glyph, &mut pen)?;
        Some(Ink { dots: pen.onto, overhang })
    }

    fn advance(&self, glyph: GlyphId) -> f32 {
        self.face.glyph_hor_advance(glyph).map_or(1.0, |units| f32::from(units) / self.em)
    }
}

/// Follows an outline and converts the font's units to dots.
struct Pen {
    onto: Rasterizer,
    x: f32,
    y: f32,
    per_unit: (f32, f32),
    start: Point,
    at: Point,
}

impl Pen {
    /// Fonts count upwards, pictures downwards. Points outside are moved to the edge.
    fn to_dots(&self, x: f32, y: f32) -> Point {
        let (width, height) = self.onto.dimensions();
        let x = (self.x + x * self.per_unit.0).clamp(0.0, width as f32);
        let y = (self.y - y * self.per_unit.1).clamp(0.0, height as f32);
        point(x, y)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.start = self.to_dots(x, y);
        self.at = self.start;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.to_dots(x, y);
        self.onto.draw_line(self.at, to);
        self.at = to;
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (by, to) = (self.to_dots(x1, y1), self.to_dots(x, y));
        self.onto.draw_quad(self.at, by, to);
        self.at = to;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (by, then, to) = (self.to_dots(x1, y1), self.to_dots(x2, y2), self.to_dots(x, y));
        self.onto.draw_cubic(self.at, by, then, to);
        self.at = to;
    }

    fn close(&mut self) {
        self.onto.draw_line(self.at, self.start);
        self.at = self.start;
    }
}
