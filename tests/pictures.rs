//! Receipts as pictures, compared dot by dot with those in `tests/vectors`, which a person has looked at.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod drawn;

use proptest::prelude::*;
use wsy::picture::{self, Font, PictureError, ScanError, scanned};
use wsy::protocol::popup::{self, Popup};
use wsy::protocol::receipt::{Paper, Raster, laid_out, rows};

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

/// Written by an encoder that is not ours.
fn file(width: u32, height: u32, colour: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
    encoded(width, height, colour, depth, data, None, None)
}

fn encoded(
    width: u32,
    height: u32,
    colour: png::ColorType,
    depth: png::BitDepth,
    data: &[u8],
    palette: Option<&[u8]>,
    transparent: Option<&[u8]>,
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if let Some(palette) = palette {
        encoder.set_palette(palette.to_vec());
    }
    if let Some(transparent) = transparent {
        encoder.set_trns(transparent.to_vec());
    }
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    file
}

fn bits(file: &[u8]) -> Vec<u8> {
    scanned(file).unwrap().bits
}

#[test]
fn a_picture_of_every_kind_of_colour_becomes_black_dots() {
    use png::BitDepth::{Eight, Four, One, Sixteen, Two};
    use png::ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
    // Three dots: black, white, black.
    let wanted = [0b1010_0000];
    assert_eq!(bits(&file(3, 1, Grayscale, One, &[0b0100_0000])), wanted);
    assert_eq!(bits(&file(3, 1, Grayscale, Two, &[0b0111_0100])), wanted);
    assert_eq!(bits(&file(3, 1, Grayscale, Four, &[0x0f, 0x70])), wanted);
    assert_eq!(bits(&file(3, 1, Grayscale, Eight, &[127, 128, 0])), wanted);
    assert_eq!(bits(&file(3, 1, Grayscale, Sixteen, &[0x7f, 0xff, 0x80, 0xff, 0, 0])), wanted);
    // Black, black that cannot be seen, half of black over paper.
    assert_eq!(bits(&file(3, 1, GrayscaleAlpha, Eight, &[0, 255, 0, 0, 0, 128])), wanted);
    // Blue is dark, yellow is bright.
    assert_eq!(bits(&file(3, 1, Rgb, Eight, &[0, 0, 255, 255, 255, 0, 200, 0, 0])), wanted);
    assert_eq!(bits(&file(3, 1, Rgba, Eight, &[0, 0, 0, 255, 0, 0, 0, 9, 0, 0, 99, 255])), wanted);
    let palette = [255, 255, 255, 0, 0, 0, 10, 10, 10];
    let indexed =
        |depth, data: &[u8], clear| bits(&encoded(3, 1, Indexed, depth, data, Some(&palette), clear));
    assert_eq!(indexed(Eight, &[1, 0, 2], None), wanted);
    assert_eq!(indexed(Two, &[0b0100_1000], None), wanted);
    assert_eq!(indexed(Eight, &[1, 2, 1], Some(&[255, 255, 0])), wanted);
    // The one colour that is transparent.
    let clear =
        |colour, data: &[u8], clear: &[u8]| bits(&encoded(3, 1, colour, Eight, data, None, Some(clear)));
    assert_eq!(clear(Grayscale, &[1, 7, 2], &[0, 7]), wanted);
    assert_eq!(clear(Rgb, &[1, 1, 1, 7, 0, 0, 2, 2, 2], &[0, 7, 0, 0, 0, 0]), wanted);
}

#[test]
fn a_picture_is_read_through_every_filter() {
    let (width, height) = (40_u32, 12_u32);
    let dots: Vec<u8> = (0..width * height).map(|at| (at * at % 251) as u8).collect();
    let black = |at: usize| dots[at] < 128;
    let wanted: Vec<u8> = (0..height as usize)
        .flat_map(|row| (0..5).map(move |byte| (row, byte)))
        .map(|(row, byte)| {
            (0..8).fold(0, |bits, bit| bits << 1 | u8::from(black(row * width as usize + byte * 8 + bit)))
        })
        .collect();
    for filter in [
        png::Filter::NoFilter,
        png::Filter::Sub,
        png::Filter::Up,
        png::Filter::Avg,
        png::Filter::Paeth,
        png::Filter::Adaptive,
    ] {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_filter(filter);
        encoder.write_header().unwrap().write_image_data(&dots).unwrap();
        assert_eq!(bits(&file), wanted, "{filter:?}");
    }
}

#[test]
fn what_is_no_picture_for_a_receipt_is_an_error() {
    use png::{BitDepth::One, ColorType::Grayscale};
    let good = file(8, 2, Grayscale, One, &[0x0f, 0xf0]);
    assert_eq!(scanned(&good).unwrap(), Raster { row_bytes: 1, bits: vec![0xf0, 0x0f], wide: 1, high: 1 });
    for bad in [&b""[..], b"<dm/>", b"\xff\xd8\xff\xe0JFIF", b"BM"] {
        assert_eq!(scanned(bad), Err(ScanError::NotPng));
    }
    assert_eq!(scanned(&file(577, 1, Grayscale, One, &[0; 73])), Err(ScanError::Size));
    assert_eq!(scanned(&file(1, 577, Grayscale, One, &[0; 577])), Err(ScanError::Size));
    assert_eq!(scanned(&file(576, 576, Grayscale, One, &[0; 72 * 576])).unwrap().bits.len(), 72 * 576);
    for cut in 8..good.len() {
        assert_eq!(scanned(&good[..cut]), Err(ScanError::Damaged), "{cut}");
    }
    // The last field of the first chunk, and the two that say what a pixel is.
    let changed = |at: usize, to: u8| {
        let mut file = good.clone();
        file[at] = to;
        scanned(&file)
    };
    assert_eq!(changed(8 + 8 + 12, 1), Err(ScanError::Interlaced));
    assert_eq!(changed(8 + 8 + 8, 3), Err(ScanError::Damaged));
    assert_eq!(changed(8 + 8 + 9, 5), Err(ScanError::Damaged));
    assert_eq!(changed(8 + 8 + 7, 3), Err(ScanError::Damaged));
    assert_eq!(changed(8 + 7, b'S'), Err(ScanError::Damaged));
    assert_eq!(changed(8 + 3, 12), Err(ScanError::Damaged));
    let beyond = encoded(1, 1, png::ColorType::Indexed, png::BitDepth::Eight, &[9], Some(&[0; 3]), None);
    assert_eq!(scanned(&beyond), Err(ScanError::Damaged));
}

#[test]
fn a_picture_in_a_receipt_is_drawn_where_it_is_printed() {
    let square = |wide, high| Raster { row_bytes: 1, bits: vec![0xff; 8], wide, high };
    for paper in [Paper::Mm58, Paper::Mm80] {
        for (wide, high) in [(1, 1), (2, 2), (1, 2)] {
            let picture = Picture::read(&png(&square(wide, high).to_text(), paper).unwrap());
            assert_eq!(picture.ink(), 64 * u64::from(wide) * u64::from(high) * 255);
            assert_eq!(picture.height, 48 + 8 * u32::from(high));
        }
    }
    let first = |command: &str| {
        let picture =
            Picture::read(&png(&(command.to_owned() + &square(1, 1).to_text()), Paper::Mm58).unwrap());
        picture.dots.iter().position(|dot| *dot == 0).unwrap() as u32 % picture.width
    };
    assert_eq!(first(""), 40);
    assert_eq!(first("\\x1b\\x61\\x01"), 40 + (384 - 8) / 2);
    assert_eq!(first("\\x1b\\x61\\x02"), 40 + 384 - 8);
    // Wider than the paper, and longer than any.
    let wide = Raster { row_bytes: 72, bits: vec![0xff; 72], wide: 1, high: 1 };
    assert_eq!(Picture::read(&png(&wide.to_text(), Paper::Mm58).unwrap()).ink(), 384 * 255);
    let long = Raster { row_bytes: 1, bits: vec![0; 20_001], wide: 1, high: 1 };
    assert!(matches!(png(&long.to_text(), Paper::Mm58), Err(PictureError::TooLong)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// A font comes from the caller's machine, and may be damaged.
    #[test]
    fn a_damaged_font_never_panics(
        at in 0usize..784,
        to in any::<u8>(),
        also in 0usize..784,
        other in any::<u8>(),
    ) {
        let mut file = font_file();
        file[at] = to;
        file[also] = other;
        if let Ok(font) = Font::parse(&file) {
            let rows = laid_out(rows("付款 Wg 12.50 \\x1d\\x21\\x11￥"), Paper::Mm58);
            let _ = picture::png(&rows, Paper::Mm58, &font);
        }
    }

    /// A picture comes from the caller's machine as well.
    #[test]
    fn a_damaged_picture_never_panics(
        at in 0usize..90,
        to in any::<u8>(),
        also in 8usize..90,
        other in any::<u8>(),
    ) {
        let mut file = file(24, 3, png::ColorType::Rgb, png::BitDepth::Eight, &[77; 216]);
        let length = file.len();
        file[at % length] = to;
        file[also % length] = other;
        let _ = scanned(&file);
    }

    #[test]
    fn any_receipt_is_drawn_or_refused(receipt in "(\\\\x1dv0|\\\\x1[bd][!aEMd{-]?|[a-z付 0-9\n]|\\\\x[0-9a-f]{2}){0,60}") {
        for paper in [Paper::Mm58, Paper::Mm80] {
            match png(&receipt, paper) {
                Ok(file) => prop_assert!(Picture::read(&file).height >= 48),
                Err(error) => prop_assert!(matches!(error, PictureError::Lacks(_) | PictureError::TooLong)),
            }
        }
    }
}
