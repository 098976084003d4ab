//! Rows of characters on a paper roll, drawn as SVG: one unit is one printer dot.

use serde::Deserialize;

use super::{
    command::Align,
    printer::{Glyph, Row},
};

/// The two paper widths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(in crate::console) enum Paper {
    /// 58 mm, 32 columns.
    #[default]
    #[serde(rename = "58")]
    Narrow,
    /// 80 mm, 48 columns.
    #[serde(rename = "80")]
    Wide,
}

/// A half-width character: 12 dots wide, 24 high.
const COLUMN: usize = 12;
const CHARACTER: usize = 24;
/// The line height, unless the receipt sets another.
const SPACING: usize = 30;
const MARGIN: usize = 32;
/// The baseline of a letter within its 24 dots.
const BASELINE: usize = 20;
const INK: &str = "#1c1c1e";
const FONTS: &str = "'NSimSun','SimSun','Noto Sans Mono CJK SC','WenQuanYi Zen Hei Mono',monospace";

impl Paper {
    pub(super) const fn columns(self) -> usize {
        match self {
            Self::Narrow => 32,
            Self::Wide => 48,
        }
    }

    pub(super) fn draw(self, rows: &[Row]) -> String {
        let width = self.columns() * COLUMN + 2 * MARGIN;
        let mut drawn = String::new();
        let mut top = MARGIN;
        for row in rows {
            match row {
                Row::Line { align, spacing, upside_down, glyphs } => {
                    drawn += &self.line(*align, *upside_down, glyphs, top);
                    top += line_height(*spacing, glyphs);
                }
                Row::Cut => {
                    top += MARGIN / 2;
                    drawn += &cut(width, top);
                    top += MARGIN / 2;
                }
            }
        }
        let height = top + MARGIN;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\
             <g fill=\"{INK}\" font-size=\"{CHARACTER}\" font-family=\"{FONTS}\">{drawn}</g></svg>"
        )
    }

    fn line(self, align: Align, upside_down: bool, glyphs: &[Glyph], top: usize) -> String {
        let taken: usize = glyphs.iter().map(|glyph| glyph.columns).sum();
        let free = self.columns().saturating_sub(taken) * COLUMN;
        let left = MARGIN
            + match align {
                Align::Left => 0,
                Align::Center => free / 2,
                Align::Right => free,
            };
        let highest = highest(glyphs);
        let mut at = left;
        let drawn: String = glyphs
            .iter()
            .map(|glyph| {
                let lowered = top + (highest - usize::from(glyph.height)) * CHARACTER;
                let drawn = character(glyph, at, lowered);
                at += glyph.columns * COLUMN;
                drawn
            })
            .collect();
        if !upside_down || drawn.is_empty() {
            return drawn;
        }
        let (x, y) = (left + taken * COLUMN / 2, top + highest * CHARACTER / 2);
        format!("<g transform=\"rotate(180 {x} {y})\">{drawn}</g>")
    }
}

/// Places each character separately, so that columns align in any font.
fn character(glyph: &Glyph, left: usize, top: usize) -> String {
    let Glyph { character, width, height, bold, underline, columns } = *glyph;
    let weight = if bold { " font-weight=\"bold\"" } else { "" };
    let mut drawn = String::new();
    if !character.is_whitespace() {
        // The baseline is stretched with the character.
        let place = if width == 1 && height == 1 {
            format!("x=\"{left}\" y=\"{}\"", top + BASELINE)
        } else {
            format!("transform=\"translate({left} {top}) scale({width} {height})\" y=\"{BASELINE}\"")
        };
        drawn += &format!("<text {place}{weight}>{}</text>", escaped(character));
    }
    if underline {
        let y = top + usize::from(height) * CHARACTER;
        drawn += &format!("<rect x=\"{left}\" y=\"{y}\" width=\"{}\" height=\"2\"/>", columns * COLUMN);
    }
    drawn
}

fn line_height(spacing: Option<u8>, glyphs: &[Glyph]) -> usize {
    let tall = highest(glyphs) * CHARACTER;
    // Lines never overlap, however small their spacing.
    let spacing = spacing.map_or(SPACING, usize::from);
    if glyphs.is_empty() { spacing } else { spacing.max(tall + SPACING - CHARACTER).max(tall) }
}

fn highest(glyphs: &[Glyph]) -> usize {
    glyphs.iter().map(|glyph| usize::from(glyph.height)).max().unwrap_or(1)
}

fn cut(width: usize, y: usize) -> String {
    format!(
        "<path d=\"M0 {y}H{width}\" stroke=\"#9a9aa0\" stroke-width=\"2\" stroke-dasharray=\"10 8\"/>\
         <text x=\"8\" y=\"{}\" font-size=\"20\" fill=\"#9a9aa0\">✂</text>",
        y + 7
    )
}

fn escaped(character: char) -> String {
    match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        // XML cannot hold these characters.
        character if character.is_control() => "\u{fffd}".to_owned(),
        character => character.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::receipt::picture;

    #[test]
    fn paper_has_its_width() {
        assert!(picture("a", Paper::Narrow).contains("width=\"448\""));
        assert!(picture("a", Paper::Wide).contains("width=\"640\""));
    }

    #[test]
    fn text_stands_where_it_is_aligned() {
        let x_of = |text: &str| {
            let svg = picture(text, Paper::Narrow);
            let (_, rest) = svg.split_once("<text x=\"").unwrap();
            rest.split_once('"').unwrap().0.parse::<usize>().unwrap()
        };
        assert_eq!(x_of("ab"), 32);
        assert_eq!(x_of(r"\x1b\x61\x01ab"), 32 + 15 * 12);
        assert_eq!(x_of(r"\x1b\x61\x02ab"), 32 + 30 * 12);
    }

    #[test]
    fn doubled_text_is_scaled_and_takes_its_room() {
        let svg = picture(r"\x1d\x21\x11ab", Paper::Narrow);
        assert!(svg.contains("translate(32 32) scale(2 2)"), "{svg}");
        assert!(svg.contains("translate(56 32) scale(2 2)"), "{svg}");
    }

    #[test]
    fn markup_is_text() {
        let svg = picture("<script>&", Paper::Narrow);
        assert!(
            !svg.contains("<script") && svg.contains("&lt;</text>") && svg.contains("&amp;</text>"),
            "{svg}"
        );
    }
}
