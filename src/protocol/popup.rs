//! The pop-up window of the platform's own client: the XAML `Canvas` that follows `paylist` (note 8). Parses
//! its texts with their positions and styles; its images are stored in that client, and are left out.

use crate::protocol::xml::{self, Element};

/// The greatest length in a window, in units of 1/96 inch.
const MOST: f32 = 2_048.0;

/// The size of a text that names none: the default of XAML.
const SIZE: u16 = 12;

/// The content of the window. Lengths are in units of 1/96 inch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Popup {
    /// The width; 0 if the window has none.
    pub width: u16,
    /// The height; 0 if the window has none.
    pub height: u16,
    /// The texts, from top to bottom and from left to right.
    pub texts: Vec<TextBlock>,
}

/// A text in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBlock {
    /// The distance from the left of the window.
    pub left: u16,
    /// The distance from its top.
    pub top: u16,
    /// The height of a character.
    pub size: u16,
    /// Red, green and blue, as seen on white.
    pub color: [u8; 3],
    /// The text, which may have several lines.
    pub text: String,
}

/// Parses the window. `None` if it is not a valid window.
pub fn parse(canvas: &str) -> Option<Popup> {
    let root = xml::parse(canvas).ok().filter(|root| root.name == "Canvas")?;
    let mut texts: Vec<_> = root.children("TextBlock").filter_map(block).collect();
    texts.sort_by_key(|block| (block.top, block.left));
    let [width, height] = ["Width", "Height"].map(|name| length(&root, name).unwrap_or_default());
    Some(Popup { width, height, texts })
}

impl Popup {
    /// Returns its texts as lines; texts at the same height share one.
    pub fn lines(&self) -> String {
        let mut lines = String::new();
        let mut last = None;
        for TextBlock { top, text, .. } in &self.texts {
            match last {
                None => {}
                Some(last) if last == top => lines.push(' '),
                Some(_) => lines.push('\n'),
            }
            lines.push_str(text);
            last = Some(top);
        }
        lines
    }
}

fn block(element: &Element<'_>) -> Option<TextBlock> {
    let text = element.attribute("Text").unwrap_or(&element.text);
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    let text = lines.join("\n");
    if text.trim().is_empty() {
        return None;
    }
    let [left, top] = ["Canvas.Left", "Canvas.Top"].map(|name| length(element, name).unwrap_or_default());
    let size = length(element, "FontSize").filter(|size| *size > 0).unwrap_or(SIZE);
    let color = element.attribute("Foreground").and_then(color).unwrap_or_default();
    Some(TextBlock { left, top, size, color, text })
}

/// Parses a length in units, limited to the greatest one.
fn length(element: &Element<'_>, name: &str) -> Option<u16> {
    let units = element.attribute(name)?.trim().parse::<f32>().ok().filter(|units| units.is_finite())?;
    Some(units.round().clamp(0.0, MOST) as u16)
}

/// Parses `#RRGGBB`, or `#AARRGGBB` with the opacity first.
fn color(text: &str) -> Option<[u8; 3]> {
    let digits = text.trim().strip_prefix('#')?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [cover, color @ ..] = match digits.len() {
        6 => number | 0xff00_0000,
        8 => number,
        _ => return None,
    }
    .to_be_bytes();
    let cover = u16::from(cover);
    Some(color.map(|part| {
        let part = (u16::from(part) * cover + 255 * (255 - cover)) / 255;
        u8::try_from(part).unwrap_or(u8::MAX)
    }))
}
