//! Draws rows on a canvas as a printer prints them on paper.

use super::canvas::Canvas;
use super::font::{Cell, Font};
use super::{MOST_DOTS, PictureError, characters};
use crate::protocol::receipt::{Align, Line, Paper, Raster, Row, Style};

/// The line spacing unless the receipt sets another: a sixth of an inch is 34 dots, and printers for 58 mm
/// use 30.
const SPACING: u16 = 30;

/// The empty dots above the first row, below the last, and around a cut.
const MARGIN: usize = 24;

/// The length of a cut's dashes and of the gaps between them.
const DASH: usize = 8;

pub(super) fn draw(rows: &[Row], paper: Paper, font: &Font<'_>) -> Result<Canvas, PictureError> {
    font.covers(characters(rows))?;
    let side = side(paper);
    let width = usize::from(paper.dots()) + 2 * side;
    let mut roll = Canvas::new(width, MARGIN);
    for row in rows {
        match row {
            Row::Line(line) => roll.append(drawn(line, paper, font)),
            Row::Lines(lines) => roll.feed(usize::from(*lines) * usize::from(SPACING)),
            Row::Dots(dots) => roll.feed(usize::from(*dots)),
            Row::Picture(align, picture) => {
                let height = height_of(picture);
                if height > MOST_DOTS {
                    return Err(PictureError::TooLong);
                }
                let mut canvas = Canvas::new(width, height);
                let dots = 8 * usize::from(picture.row_bytes) * usize::from(picture.wide);
                let printable = usize::from(paper.dots());
                let left = side + before(*align, printable.saturating_sub(dots));
                canvas.stamp(picture, left, side + printable);
                roll.append(canvas);
            }
            Row::Cut => roll.append(cut(width)),
        }
        if roll.height() > MOST_DOTS {
            return Err(PictureError::TooLong);
        }
    }
    roll.feed(MARGIN);
    Ok(roll)
}

fn height_of(picture: &Raster) -> usize {
    picture.bits.len().div_ceil(usize::from(picture.row_bytes).max(1)) * usize::from(picture.high)
}

/// Returns where a line begins that leaves this many dots free.
const fn before(align: Align, free: usize) -> usize {
    match align {
        Align::Left => 0,
        Align::Centre => free / 2,
        Align::Right => free,
    }
}

/// Returns the unprintable margin on each side.
const fn side(paper: Paper) -> usize {
    match paper {
        Paper::Mm58 => 40,
        Paper::Mm80 => 32,
    }
}

fn cut(width: usize) -> Canvas {
    let mut canvas = Canvas::new(width, 2 * MARGIN);
    for left in (0..width).step_by(2 * DASH) {
        canvas.fill(left..left + DASH, MARGIN..MARGIN + 1);
    }
    canvas
}

fn drawn(line: &Line, paper: Paper, font: &Font<'_>) -> Canvas {
    let side = side(paper);
    let tallest = line.runs.iter().map(|run| height(run.style)).max().unwrap_or_default();
    let spacing = line.spacing.map_or(SPACING, u16::from);
    let printable = side..side + usize::from(paper.dots());
    // The tails of letters and an underline need a little more than the cells.
    let room = tallest + tallest / 8;
    let mut canvas = Canvas::new(printable.end + side, usize::from(room.max(spacing)));

    let free = paper.dots().saturating_sub(line.dots());
    let mut left = side + before(line.align, usize::from(free));
    for run in &line.runs {
        for c in run.text.chars() {
            let cell = Cell { bottom: tallest, width: run.style.dots(c), height: height(run.style) };
            put(&mut canvas, c, run.style, left, &cell, font);
            left += usize::from(cell.width);
        }
    }
    if line.upside_down {
        canvas.turn(printable);
    }
    canvas
}

/// Returns the height of a character in dots. Font B is lower for ASCII only, and Chinese characters
/// determine the height of a line.
fn height(style: Style) -> u16 {
    24 * u16::from(style.height)
}

fn put(canvas: &mut Canvas, c: char, style: Style, left: usize, cell: &Cell, font: &Font<'_>) {
    let columns = left..left + usize::from(cell.width);
    let bottom = usize::from(cell.bottom);
    if style.reverse {
        canvas.fill(columns.clone(), bottom - usize::from(cell.height)..bottom);
    }
    if let Some(ink) = font.drawn(c, cell) {
        canvas.draw(&ink, left, style.reverse);
        if style.bold {
            canvas.draw(&ink, left + 1, style.reverse);
        }
    }
    if style.underline && !style.reverse {
        canvas.fill(columns, bottom..bottom + 2);
    }
}
