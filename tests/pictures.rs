//! Receipts as pictures, compared dot by dot with those in `tests/vectors`, which a person has looked at.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod drawn;

use proptest::prelude::*;
use wsy::picture::{self, Font, PictureError};
use wsy::protocol::popup::{self, Popup};
use wsy::protocol::receipt::{Paper, laid_out, rows};

use drawn::{Picture, same_as_committed, vector};

fn font_file() -> Vec<u8> {
    std::fs::read(vector("receipt-font.ttf")).unwrap()
}

fn png(receipt: &str, paper: Paper) -> Result<Vec<u8>, PictureError> {
    let file = font_file();
    picture::png(&laid_out(rows(receipt), paper), paper, &Font::parse(&file).unwrap())
}

#[test]
fn every_style_is_drawn_as_on_paper() {
    let receipt = std::fs::read_to_string(vector("receipt-styles.txt")).unwrap();
    for (paper, name) in [(Paper::Mm58, "receipt-styles-58.png"), (Paper::Mm80, "receipt-styles-80.png")] {
        same_as_committed(&png(&receipt, paper).unwrap(), name);
    }
}

#[test]
fn a_picture_is_as_wide_as_its_paper_and_as_long_as_its_lines() {
    for (paper, width) in [(Paper::Mm58, 464), (Paper::Mm80, 640)] {
        for (receipt, rows_high) in
            [("", 0), ("a", 30), ("a\nb", 60), ("\\x1d\\x21\\x01a", 54), ("\\x1b\\x33\\x64a", 100)]
        {
            let picture = Picture::read(&png(receipt, paper).unwrap());
            assert_eq!((picture.width, picture.height), (width, 48 + rows_high), "{receipt}");
        }
    }
}

#[test]
fn bold_has_more_ink_reverse_has_most_and_a_blank_has_none() {
    let ink = |receipt: &str| Picture::read(&png(receipt, Paper::Mm58).unwrap()).ink();
    let plain = ink("付款");
    assert!(ink("\\x1b\\x45\\x01付款") > plain);
    // What is white on black is black on white elsewhere.
    assert_eq!(ink("\\x1d\\x42\\x01付款") + plain, 2 * 24 * 24 * 255);
    assert!(ink("\\x1b\\x2d\\x01付款") > plain);
    assert_eq!(ink("　 \\x09"), 0);
}

#[test]
fn a_line_that_is_upside_down_is_the_same_turned() {
    let dots = |receipt: &str| Picture::read(&png(receipt, Paper::Mm58).unwrap()).dots;
    let mut turned = dots("\\x1b\\x7b\\x01付 7");
    // The margins above and below are the same, and so are those at the sides.
    turned.reverse();
    assert_eq!(turned, dots("付 7"));
}

#[test]
fn a_receipt_with_a_character_that_the_font_lacks_is_not_drawn_without_it() {
    assert!(matches!(png("α", Paper::Mm58), Err(PictureError::Lacks('α'))));
    assert!(matches!(png(&"\\x1b\\x64\\xff".repeat(9), Paper::Mm58), Err(PictureError::TooLong)));
}

fn window(canvas: &str) -> Result<Vec<u8>, PictureError> {
    let file = font_file();
    picture::popup_png(&popup::parse(canvas).unwrap(), &Font::parse(&file).unwrap())
}

#[test]
fn a_window_is_drawn_in_its_colours_at_its_places() {
    let red =
        "<TextBlock Canvas.Left='100' Canvas.Top='10' FontSize='24' Foreground='#FFFF0000' Text='付款'/>";
    let canvas = |inner: &str| format!("<Canvas Width='200' Height='50'>{inner}</Canvas>");
    let drawn = Picture::colored(&window(&canvas(red)).unwrap());
    assert_eq!((drawn.width, drawn.height), (200, 50));
    let inked: Vec<_> = drawn.dots.iter().enumerate().filter(|(_, dot)| **dot != [255; 3]).collect();
    assert!(!inked.is_empty());
    for (at, dot) in inked {
        assert!((100..148).contains(&(at % 200)) && (10..41).contains(&(at / 200)), "{at}");
        assert!(dot[0] == 255 && dot[1] == dot[2], "{dot:?}");
    }
    // Half a window's text is cut from no picture: it grows.
    let wide = red.replace("'付款'", "'付款付款付款'").replace("'10'", "'40'");
    let drawn = Picture::colored(&window(&canvas(&wide)).unwrap());
    assert_eq!((drawn.width, drawn.height), (100 + 6 * 24, 40 + 3 + 24 + 3));
}

#[test]
fn a_window_that_cannot_be_right_is_not_drawn() {
    assert!(matches!(
        window("<Canvas Width='9' Height='9'><TextBlock Text='α'/></Canvas>"),
        Err(PictureError::Lacks('α'))
    ));
    for canvas in [
        "<Canvas/>".to_owned(),
        format!("<Canvas><TextBlock FontSize='99' Text='{}'/></Canvas>", "7".repeat(99)),
        format!("<Canvas><TextBlock FontSize='99' Text='{}'/></Canvas>", "7\n".repeat(99)),
    ] {
        assert!(matches!(window(&canvas), Err(PictureError::TooLong)), "{canvas}");
    }
    assert_eq!(popup::parse("<Canvas/>"), Some(Popup::default()));
}

#[test]
fn what_is_no_font_is_an_error() {
    assert!(Font::parse(b"").is_err());
    assert!(Font::parse(b"<dm/>").is_err());
    let file = font_file();
    assert!(Font::parse(&file[..100]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// A font comes from the caller's machine, and may be damaged.
    #[test]
    fn a_damaged_font_never_panics(at in 0usize..784, to in any::<u8>(), also in 0usize..784, other in any::<u8>()) {
        let mut file = font_file();
        file[at] = to;
        file[also] = other;
        if let Ok(font) = Font::parse(&file) {
            let rows = laid_out(rows("付款 Wg 12.50 \\x1d\\x21\\x11￥"), Paper::Mm58);
            let _ = picture::png(&rows, Paper::Mm58, &font);
        }
    }

    #[test]
    fn any_receipt_is_drawn_or_refused(receipt in "(\\\\x1[bd][!aEMd{-]?|[a-z付 0-9\n]|\\\\x[0-9a-f]{2}){0,60}") {
        for paper in [Paper::Mm58, Paper::Mm80] {
            match png(&receipt, paper) {
                Ok(file) => prop_assert!(Picture::read(&file).height >= 48),
                Err(error) => prop_assert!(matches!(error, PictureError::Lacks(_) | PictureError::TooLong)),
            }
        }
    }
}
