//! The pop-up window that the platform's own client would show: XAML inside the response.

use super::xml::Tag;

const NAMESPACE: &str = "http://schemas.microsoft.com/winfx/2006/xaml/presentation";
const GREY: &str = "#FF6D6D6D";
const RED: &str = "#FFC90202";

/// A line of text in the window.
pub(super) struct Line {
    left: u16,
    top: u16,
    size: u16,
    color: &'static str,
    text: String,
}

impl Line {
    pub(super) fn title(text: &str) -> Self {
        Self { left: 83, top: 23, size: 21, color: GREY, text: text.to_owned() }
    }

    pub(super) fn detail(left: u16, top: u16, size: u16, text: String) -> Self {
        Self { left, top, size, color: GREY, text }
    }

    pub(super) fn amount(left: u16, top: u16, text: String) -> Self {
        Self { left, top, size: 22, color: RED, text }
    }

    fn xml(&self) -> String {
        Tag::new("TextBlock")
            .attr("Canvas.Left", &self.left.to_string())
            .attr("TextWrapping", "Wrap")
            .attr("Foreground", self.color)
            .attr("FontSize", &self.size.to_string())
            .attr("Canvas.Top", &self.top.to_string())
            .attr("Text", &self.text)
            .empty()
    }
}

pub(super) fn canvas(height: u16, lines: &[Line]) -> String {
    let open = Tag::new("Canvas")
        .attr("Height", &height.to_string())
        .attr("Width", "246")
        .attr("Margin", "10,16,10,64")
        .attr("VerticalAlignment", "Top")
        .attr("xmlns", NAMESPACE)
        .open();
    let lines: String = lines.iter().map(|line| format!("    {}\n", line.xml())).collect();
    format!("{open}\n    {}\n{lines}</Canvas>", logo())
}

fn logo() -> String {
    Tag::new("Image")
        .attr("HorizontalAlignment", "Left")
        .attr("Height", "48")
        .attr("VerticalAlignment", "Top")
        .attr("Width", "48")
        .attr("Source", "Resources/popup_wxpay.png")
        .attr("Canvas.Left", "28")
        .attr("Canvas.Top", "6")
        .attr("Stretch", "None")
        .empty()
}
