//! A picture of black dots in the form that printers accept: `GS v 0`.

use std::fmt::Write;

/// A picture. A set bit is a black dot, the highest bit of a byte its leftmost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    /// The number of bytes per row, with one bit per dot.
    pub row_bytes: u16,
    /// The dots, row by row. The last row may be cut short; the missing part is white.
    pub bits: Vec<u8>,
    /// The width of a printed dot, 1 or 2.
    pub wide: u8,
    /// The height of a printed dot, 1 or 2.
    pub high: u8,
}

impl Raster {
    /// Formats the picture as a printer command in a receipt, as text with escapes.
    pub fn to_text(&self) -> String {
        let mode = (self.wide.saturating_sub(1) & 1) | (self.high.saturating_sub(1) & 1) << 1;
        let rows = self.bits.len() / usize::from(self.row_bytes.max(1));
        let rows = u16::try_from(rows).unwrap_or(u16::MAX);
        let dots = usize::from(self.row_bytes) * usize::from(rows);
        let mut out = String::with_capacity(32 + 4 * dots);
        let head = [0x1d, b'v', b'0', mode].into_iter();
        let size = self.row_bytes.to_le_bytes().into_iter().chain(rows.to_le_bytes());
        for byte in head.chain(size).chain(self.bits.iter().copied().take(dots)) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
        out
    }
}
