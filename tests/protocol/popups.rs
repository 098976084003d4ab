//! The pop-up window of the platform's own client.

use proptest::prelude::*;
use wsy::protocol::popup::{self, TextBlock};

fn canvas(inner: &str) -> String {
    format!("<Canvas Width=\"246\" Height=\"170.4\" xmlns=\"urn:x\">{inner}</Canvas>")
}

fn only(inner: &str) -> TextBlock {
    let popup = popup::parse(&canvas(inner)).unwrap();
    let [block] = <[TextBlock; 1]>::try_from(popup.texts).unwrap();
    block
}

#[test]
fn a_text_has_its_place_its_size_and_its_colour() {
    let block = only(
        "<Image Source=\"a.png\"/><TextBlock Canvas.Left=\"36\" Canvas.Top=\"99.6\" FontSize=\"16\" \
         Foreground=\"#FFC90202\" Text=\"金额: 1\"/>",
    );
    let text = "金额: 1".to_owned();
    assert_eq!(block, TextBlock { left: 36, top: 100, size: 16, color: [0xc9, 2, 2], text });
    let popup = popup::parse(&canvas("")).unwrap();
    assert_eq!((popup.width, popup.height, popup.lines().as_str()), (246, 170, ""));
}

#[test]
fn what_a_text_lacks_is_as_in_xaml() {
    let block = only("<TextBlock>款 </TextBlock><TextBlock Text=\" \"/><TextBlock/>");
    assert_eq!(block, TextBlock { left: 0, top: 0, size: 12, color: [0, 0, 0], text: "款".to_owned() });
    for (said, color) in [
        ("#6D6D6D", [0x6d; 3]),
        ("#006D6D6D", [0xff; 3]),
        ("#80000000", [0x7f; 3]),
        ("Red", [0; 3]),
        ("#12345", [0; 3]),
        ("#xyzxyz", [0; 3]),
    ] {
        assert_eq!(only(&format!("<TextBlock Foreground=\"{said}\" Text=\"a\"/>")).color, color, "{said}");
    }
    for (said, left) in [("-3", 0), ("1e9", 2048), ("NaN", 0), ("inf", 0), ("Auto", 0)] {
        assert_eq!(only(&format!("<TextBlock Canvas.Left=\"{said}\" Text=\"a\"/>")).left, left, "{said}");
    }
}

#[test]
fn texts_are_read_from_the_top_to_the_bottom_and_beside_each_other_on_one_line() {
    let block = |left: u16, top: u16, text: &str| {
        format!("<TextBlock Canvas.Left=\"{left}\" Canvas.Top=\"{top}\" Text=\"{text}\"/>")
    };
    let inner = [block(0, 20, "c\nd "), block(9, 0, "b"), block(0, 0, "a")].concat();
    assert_eq!(popup::parse(&canvas(&inner)).unwrap().lines(), "a b\nc\nd");
}

#[test]
fn what_is_no_window_is_none() {
    for text in ["", "x", "<Grid/>", "<Canvas", "<!DOCTYPE a><Canvas/>"] {
        assert_eq!(popup::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn any_window_is_read_or_none(inner in "(<TextBlock|/>|>| Text=\"|\"| Canvas.Top=\"|[0-9.#e-]|[a款&;\n]){0,40}") {
        if let Some(popup) = popup::parse(&canvas(&inner)) {
            prop_assert!(popup.texts.iter().all(|block| block.size > 0 && !block.text.trim().is_empty()));
        }
    }
}
