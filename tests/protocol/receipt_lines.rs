//! The lines of a receipt, and their layout on paper.

use proptest::prelude::*;
use wsy::protocol::receipt::{Align, Font, Line, Paper, Row, Style, laid_out, plain, rows};
use wsy::protocol::response::{self, PayResponse};

use crate::support::{bytes, cases, text};

fn paper(printinfo: &str, paper: Paper) -> Vec<Row> {
    laid_out(rows(printinfo), paper)
}

/// The rows in short: text of a line, `+n` for empty lines, `~n` for dots, `8<` for a cut.
fn short(rows: &[Row]) -> Vec<String> {
    rows.iter()
        .map(|row| match row {
            Row::Line(line) => line.runs.iter().map(|run| run.text.as_str()).collect(),
            Row::Lines(lines) => format!("+{lines}"),
            Row::Dots(dots) => format!("~{dots}"),
            Row::Picture(_, picture) => format!("[{}]", picture.bits.len()),
            Row::Cut => "8<".to_owned(),
        })
        .collect()
}

fn lines(printinfo: &str) -> Vec<Line> {
    let line = |row| match row {
        Row::Line(line) => Some(line),
        Row::Lines(_) | Row::Dots(_) | Row::Picture(..) | Row::Cut => None,
    };
    rows(printinfo).into_iter().filter_map(line).collect()
}

/// The look of the last run.
fn style(printinfo: &str) -> Style {
    lines(printinfo).last().unwrap().runs.last().unwrap().style
}

fn double(width: u8, height: u8) -> Style {
    Style { width, height, ..Style::default() }
}

#[test]
fn the_receipt_of_a_payment_stands_on_both_papers() {
    let Ok(PayResponse::Done(order)) = response::pay(&bytes("micropay-paid.xml")) else { panic!() };
    let rows = paper(&order.printinfo, Paper::Mm58);
    let title = rows.iter().find_map(|row| match row {
        Row::Line(line) if !line.runs.is_empty() => Some(line),
        _ => None,
    });
    let title = title.unwrap();
    assert_eq!((title.align, title.runs[0].style, title.dots()), (Align::Centre, double(2, 1), 192));
    assert_eq!(rows.last(), Some(&Row::Cut));
    assert_eq!(
        plain(&rows, Paper::Mm58),
        "            付款回执\n商户名称: 测试读取配置文件接口\n交易时间: 2018-04-21 18:58:01\n订单号: dm2032288236\n\
         付款方式: 微信\n设备信息: 001(215117)\n流水号: 420000006720180421323619\n7646\n-----\n\
         订单总额: 0.01\n用户实付: 0.01\n-----\n签名:\n\n\n-----\n   QWX服务热线: 400-087-0987\n\
         \x20   Powerd by : QWX . 微收银"
    );
    let wide = plain(&paper(&order.printinfo, Paper::Mm80), Paper::Mm80);
    assert!(wide.contains("\n流水号: 4200000067201804213236197646\n"), "{wide}");
    assert!(wide.starts_with("                    付款回执\n"), "{wide}");
}

/// Text, look and place of each line that has text.
fn looks(rows: &[Row]) -> Vec<(String, Style, Align)> {
    let line = |row: &Row| match row {
        Row::Line(Line { runs, align, .. }) => runs.first().map(|run| (run.text.clone(), run.style, *align)),
        Row::Lines(_) | Row::Dots(_) | Row::Picture(..) | Row::Cut => None,
    };
    rows.iter().filter_map(line).collect()
}

#[test]
fn a_receipt_of_another_program_is_read_as_it_was_meant() {
    let hex = text("receipt-by-python-escpos.hex");
    let escapes: String =
        hex.trim().as_bytes().chunks(2).map(|two| format!("\\x{}", two.escape_ascii())).collect();
    let rows = rows(&escapes);
    let plain = Style::default();
    let want = [
        ("付款回执", Style { bold: true, ..double(2, 2) }, Align::Centre),
        ("商户名称: 示例小店", plain, Align::Left),
        ("No. B-17", Style { underline: true, ..plain }, Align::Left),
        ("small", Style { font: Font::B, ..plain }, Align::Left),
        ("12.34", double(3, 2), Align::Left),
        ("black", Style { reverse: true, ..plain }, Align::Left),
        ("apart", plain, Align::Left),
        ("right", plain, Align::Right),
        // Python-escpos centres a barcode and leaves the alignment so.
        ("after", plain, Align::Centre),
    ];
    assert_eq!(looks(&rows), want.map(|(text, style, align)| (text.to_owned(), style, align)));
    let apart = |row: &&Row| matches!(row, Row::Line(line) if line.spacing == Some(40));
    assert_eq!(short(&[rows.iter().find(apart).unwrap().clone()]), ["apart"]);
    assert_eq!(short(&rows).iter().filter(|row| *row == "8<").count(), 2);
    assert_eq!(rows.last(), Some(&Row::Cut));
}

#[test]
fn sizes_fonts_and_emphasis_are_those_of_the_commands() {
    assert_eq!(style(r"\x1d\x21\x11a"), double(2, 2));
    assert_eq!(style(r"\x1d\x21\x70a"), double(8, 1));
    assert_eq!(style(r"\x1d\x21\x11\x1d\x21\x00a"), Style::default());
    assert_eq!(style(r"\x1b\x21\x30a"), double(2, 2));
    assert_eq!(style(r"\x1b\x21\x10a"), double(1, 2));
    assert_eq!(style(r"\x1b\x21\x89a"), Style { font: Font::B, bold: true, underline: true, ..double(1, 1) });
    assert_eq!(style(r"\x1b\x4d\x01a").font, Font::B);
    assert_eq!(style(r"\x1bM1\x1bM0a").font, Font::A);
    assert_eq!(style(r"\x1b\x4d\x02a"), Style::default());
    assert!(style(r"\x1b\x45\x01a").bold && style(r"\x1b\x47\x01a").bold);
    assert!(!style(r"\x1b\x45\x01\x1b\x45\x00a").bold);
    assert!(style(r"\x1b\x2d\x02a").underline && style(r"\x1d\x42\x01a").reverse);
    assert_eq!(style(r"\x1d\x21\x11\x1b\x45\x01\x1b\x40a"), Style::default());
}

#[test]
fn chinese_characters_have_a_size_of_their_own() {
    let both = lines(r"\x1c\x21\x0c付a").remove(0);
    assert_eq!(both.runs.iter().map(|run| run.style).collect::<Vec<_>>(), [double(2, 2), double(1, 1)]);
    assert_eq!(style(r"\x1c\x57\x01付"), double(2, 2));
    assert_eq!(style(r"\x1c\x57\x01\x1d\x21\x00付"), double(1, 1));
}

#[test]
fn lines_are_placed_spaced_and_turned() {
    let of = |printinfo: &str| lines(printinfo).remove(0);
    assert_eq!(of(r"\x1b\x61\x01a").align, Align::Centre);
    assert_eq!(of(r"\x1ba2a").align, Align::Right);
    assert_eq!(of(r"\x1b\x61\x02\x1b\x61\x00a").align, Align::Left);
    assert_eq!(of(r"\x1b\x33\x0aa").spacing, Some(10));
    assert_eq!(of(r"\x1b\x33\x0a\x1b\x32a").spacing, None);
    assert!(of(r"\x1b\x7b\x01a").upside_down && !of(r"\x1b\x7b\x01\x1b\x7b\x00a").upside_down);
}

#[test]
fn feeds_cuts_and_starts_end_the_line() {
    assert_eq!(
        short(&rows(r"a\x1b\x64\x03b\x1b\x4a\x10c\x1b\x40d\x1b\x69")),
        ["a", "+2", "b", "~16", "c", "d", "8<"]
    );
    assert_eq!(short(&rows(r"a\x1b\x64\x00\x1b\x64\x01b")), ["a", "", "b"]);
    assert_eq!(short(&rows(r"a\x1d\x56\x42\x0ab\x1dV0c\x1b\x6d")), ["a", "8<", "b", "8<", "c", "8<"]);
    assert_eq!(short(&rows("a\\x0d\\x0a\\r\\nb\r\nc")), ["a", "", "b", "c"]);
    assert_eq!(short(&rows("")), [""; 0]);
}

#[test]
fn barcodes_pictures_without_rows_and_what_is_not_known_are_left_out() {
    for skipped in [
        r"\x1b\x2a\x00\x03\x00abc",
        r"\x1b\x2a\x21\x01\x00abc",
        r"\x1d\x28\x6b\x03\x00\x31\x51\x30",
        r"\x1d\x6b\x49\x05{B123",
        r"\x1d\x6b\x04*123*\x00",
        r"\x1b\x44\x08\x10\x00",
        r"\x1b\x70\x00\x19\xfa",
        r"\x1b\x52\x0f\x1c\x26\x1b\x74\x00",
        r"\x1c\x53\x0f\x10",
        r"\x10",
    ] {
        assert_eq!(short(&rows(&format!("a{skipped}b"))), ["ab"], "{skipped}");
    }
    let picture = r"\x1d\x76\x30\x00\x02\x00\x02\x00\x0a\x0a\x0a\x0a";
    assert_eq!(short(&rows(&format!("a{picture}b"))), ["a", "[4]", "b"]);
}

#[test]
fn text_in_escapes_is_text_and_what_gbk_lacks_is_a_question_mark() {
    assert_eq!(short(&rows(r"\xb8\xb6\xbf\xee\x41")), ["付款A"]);
    assert_eq!(short(&rows(r"\xb8付\xff")), ["付?"]);
    assert_eq!(short(&rows("¥1 ￥2 😀 한 é")), ["￥1 ￥2 ? ? é"]);
}

#[test]
fn long_lines_go_on_below_at_whole_characters() {
    let on = |text: &str| short(&paper(text, Paper::Mm58));
    assert_eq!(on(&"8".repeat(33)), ["8".repeat(32), "8".to_owned()]);
    assert_eq!(on(&format!("1{}", "付".repeat(16))), [format!("1{}", "付".repeat(15)), "付".to_owned()]);
    assert_eq!(on(&format!("\\x1d\\x21\\x11{}", "付".repeat(9))), ["付".repeat(8), "付".to_owned()]);
    assert_eq!(on(&format!("\\x1bM1{}", "8".repeat(43))), ["8".repeat(42), "8".to_owned()]);
    assert_eq!(short(&paper(&"8".repeat(49), Paper::Mm80)), ["8".repeat(48), "8".to_owned()]);
    assert_eq!(on(&"8".repeat(32)), ["8".repeat(32)]);
}

#[test]
fn tabulators_go_to_the_next_stop() {
    let on = |text: &str| short(&paper(text, Paper::Mm58));
    assert_eq!(on("a\tb"), ["a       b"]);
    assert_eq!(on("付款\\tb"), ["付款    b"]);
    assert_eq!(on("12345678\tb"), ["12345678        b"]);
    assert_eq!(on(&format!("{}\tb", "8".repeat(25))), [format!("{}b", "8".repeat(25))]);
}

#[test]
fn plain_text_is_placed_by_blanks() {
    let on = |text: &str| plain(&paper(text, Paper::Mm58), Paper::Mm58);
    assert_eq!(on(r"\x1b\x61\x02ab\n"), format!("{}ab", " ".repeat(30)));
    assert_eq!(on(r"a\x1b\x64\x03b \x1b\x69"), "a\n\n\nb");
}

#[test]
fn there_are_two_papers() {
    assert_eq!([58, 80].map(|mm| Paper::of_mm(mm).map(Paper::dots)), [Some(384), Some(576)]);
    assert_eq!([0, -1, 57, 76].map(Paper::of_mm), [None; 4]);
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn every_line_fits_on_the_paper_and_nothing_is_lost(
        receipt in "(\\\\x[0-9a-fA-F]{2}|\\\\[rntx\\\\]|\\\\x1[bBdDcC][!MaE@dJi*(kvV3]|[ -~]|\\PC|\\p{Cc}){0,60}",
    ) {
        let raw = rows(&receipt);
        let letters = |rows: &[Row]| short(rows).concat().replace([' ', '\t'], "");
        for paper in [Paper::Mm58, Paper::Mm80] {
            let laid = laid_out(raw.clone(), paper);
            prop_assert_eq!(letters(&laid), letters(&raw));
            for row in &laid {
                if let Row::Line(line) = row {
                    prop_assert!(line.dots() <= paper.dots(), "{:?}", line);
                    prop_assert!(line.runs.iter().all(|run| !run.text.chars().any(char::is_control)));
                }
            }
            let shown = plain(&laid, paper);
            prop_assert!(shown.lines().all(|line| line.trim_end() == line));
        }
    }

    #[test]
    fn no_input_panics(receipt in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let escapes: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        for printinfo in [receipt, escapes] {
            plain(&paper(&printinfo, Paper::Mm58), Paper::Mm58);
        }
    }
}
