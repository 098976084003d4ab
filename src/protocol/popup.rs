//! The pop-up window of the platform's own client: the `Canvas` of XAML that follows `paylist` (note 8). Its texts are read,
//! with where and how they stand; its images lie in that client, and are left out.

use crate::protocol::xml::{self, Element};

/// No length of a window is longer, in its units of 1/96 inch.
const MOST: f32 = 2_048.0;

/// Of a text that names no size: the one of XAML.
const SIZE: u16 = 12;

/// What the window shows. Lengths are in units of 1/96 inch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Popup {
    /// 0 where the window has none of its own.
    pub width: u16,
    /// 0 where the window has none of its own.
    pub height: u16,
    /// The texts, from the top to the bottom, and from the left to the right.
    pub texts: Vec<TextBlock>,
}

/// A text of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBlock {
    /// From the left of the window.
    pub left: u16,
    /// From its top.
    pub top: u16,
    /// The height of a character.
    pub size: u16,
    /// Red, green and blue, as it stands on white.
    pub color: [u8; 3],
    /// The text, which may have several lines.
    pub text: String,
}

/// Reads the window. `None` for what is none.
pub fn parse(canvas: &str) -> Option<Popup> {
    let root = xml::parse(canvas).ok().filter(|root| root.name == "Canvas")?;
    let mut texts: Vec<_> = root.children("TextBlock").filter_map(block).collect();
    texts.sort_by_key(|block| (block.top, block.left));
    let [width, height] = ["Width", "Height"].map(|name| length(&root, name).unwrap_or_default());
    Some(Popup { width, height, texts })
}

impl Popup {
    /// Its texts as lines; those that stand beside each other share one.
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

/// A length in units; what is outside of every window is moved to its edge.
fn length(element: &Element<'_>, name: &str) -> Option<u16> {
    let units = element.attribute(name)?.trim().parse::<f32>().ok().filter(|units| units.is_finite())?;
    Some(units.round().clamp(0.0, MOST) as u16)
}

/// `#RRGGBB`, or with what covers the white first, `#AARRGGBB`.
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
