//! Receipts that the till makes itself.

use proptest::prelude::*;
use wsy::protocol::config::{self, ConfigResponse};
use wsy::protocol::receipt::{
    Facts, Paper, Placeholders, Raster, Row, as_copy, built_in, escpos, filled, has_placeholder, laid_out,
    plain, rows, screen,
};
use wsy::protocol::request::ParamError;

use crate::support::{bytes, cases};

const FACTS: Facts<'_> = Facts {
    refund: false,
    shop: "示例小店 - 001",
    out_trade_no: "B-17",
    out_refund_no: "",
    dm_id: "dm2032288236",
    pay_id: "4200000067201804213236197646",
    pay_name: "微信",
    time: "2018-04-21 18:58:01",
    device_id: "215117",
    fen: 1234,
    tableno: "",
    table: "",
    staff: "",
    qrcode: "",
    qrcode_logo: "",
    qrcode_image: "",
};

fn on_paper(printinfo: &str) -> String {
    plain(&laid_out(rows(printinfo), Paper::Mm58), Paper::Mm58)
}

fn template(name: &str) -> String {
    match config::parse(&bytes("config.xml")) {
        Ok(ConfigResponse::Good(config)) => config.attribute(name).unwrap().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_documents_receipt_is_filled_and_what_a_till_does_not_know_is_left_out() {
    let receipt = on_paper(&filled(&template("payremind_template"), &FACTS).unwrap());
    let lines: Vec<&str> = receipt.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines,
        [
            "微信支付凭证",
            "-----",
            "凭 证 号: 2032288236",
            "账 单 号: B-17",
            "付款时间:",
            "2018-04-21 18:58:01",
            "消费金额: ￥",
            "12.34",
            "-----客户签字:",
        ]
    );
}

#[test]
fn the_documents_window_and_invitation_are_filled() {
    assert_eq!(
        filled(&template("payremind_template_popup"), &FACTS).as_deref().map(screen).as_deref(),
        Some("时间:2018-04-21 18:58:01单号:B-17桌号:金额:\n12.34")
    );
    let invitation = screen(&filled(&template("qrcode_template"), &FACTS).unwrap());
    assert!(invitation.contains("¥ 12.34") && invitation.contains("账单编号:B-17"), "{invitation}");
    assert!(!invitation.contains('{'), "{invitation}");
}

#[test]
fn an_empty_template_is_none() {
    assert_eq!(filled("", &FACTS), None);
    assert_eq!(filled(" \r\n", &FACTS), None);
}

#[test]
fn a_section_goes_only_where_all_of_its_placeholders_are_empty() {
    let fill = |template: &str| screen(&filled(template, &FACTS).unwrap());
    assert_eq!(fill(r"\x1b\x40桌:{tableno}\x1B\x40单:{no} 桌:{tableno}\x1b@谢谢"), "单:B-17 桌:\n谢谢");
    assert_eq!(fill("{} {no {a-b} {付}}"), "{} {no {a-b} {付}}");
    assert_eq!(fill("{{no}}"), "{B-17}");
}

#[test]
fn each_section_ends_its_line_before_the_printer_starts_anew() {
    assert_eq!(filled(r"a\x1b\x40b\r\n\x1b\x40c", &FACTS).unwrap(), "a\n\\x1b\\x40b\\r\\n\\x1b\\x40c");
}

#[test]
fn a_number_cannot_become_a_printer_command() {
    let facts = Facts { out_trade_no: r"B\x1b\x69\n7\", shop: "\u{1b}i店", ..FACTS };
    for receipt in [filled("单号:{no}", &facts).unwrap(), built_in(&facts)] {
        let printed = escpos(&receipt);
        assert!(printed.windows(12).any(|part| part == br"B\x1b\x69\n7"), "{receipt}");
        assert!(on_paper(&receipt).contains(r"B\x1b\x69\n7\"), "{receipt}");
    }
    assert!(on_paper(&built_in(&facts)).contains("商户名称: i店"));
}

#[test]
fn neither_a_control_character_nor_the_text_that_follows_completes_a_command() {
    let facts = Facts { out_trade_no: "B\\\u{1}x1b", ..FACTS };
    assert_eq!(on_paper(&filled("{no}", &facts).unwrap()), r"B\x1b");
    let facts = Facts { out_trade_no: r"B\", ..FACTS };
    assert_eq!(on_paper(&filled("{no}n\\n7", &facts).unwrap()), "B\\n\n7");
}

#[test]
fn without_a_template_a_receipt_is_plain_and_whole() {
    assert_eq!(
        on_paper(&built_in(&FACTS)),
        "            支付凭证\n\n商户名称: 示例小店 - 001\n设备编号: 215117\n账单号: B-17\n订单号: dm2032288236\n\
         流水号: 420000006720180421323619\n7646\n付款方式: 微信\n付款时间: 2018-04-21 18:58:01\n\
         付款金额: ￥12.34\n--------------------------------\n客户签字:"
    );
    let refund = Facts { refund: true, out_refund_no: "R-1", pay_name: "", ..FACTS };
    let refund = on_paper(&built_in(&refund));
    for part in ["退款凭证", "退款单号: R-1", "退款时间: 2018", "退款金额: ￥12.34"] {
        assert!(refund.contains(part), "no {part} in {refund}");
    }
    assert!(!refund.contains("付款"), "{refund}");
}

#[test]
fn a_copy_says_so_at_its_top() {
    let copy = on_paper(&as_copy(&built_in(&FACTS)));
    assert_eq!(copy.lines().next().map(str::trim), Some("补打"));
    assert_eq!(copy.split_once('\n').map(|(_, rest)| rest), Some(on_paper(&built_in(&FACTS)).as_str()));
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn no_template_panics(
        template in "(\\{[a-z]{0,4}\\}|\\{(id|no|total|time)\\}|\\\\x1b\\\\x40|\\\\[xn]|\\PC|\\p{Cc}){0,40}",
        no in any::<String>(),
    ) {
        let facts = Facts { out_trade_no: &no, ..FACTS };
        filled(&template, &facts);
        on_paper(&as_copy(&built_in(&facts)));
    }
}

#[test]
fn the_documents_templates_have_the_table_and_the_waiter_where_they_are_known() {
    let facts = Facts { tableno: "A 12", table: "A 12", staff: "小王", ..FACTS };
    let receipt = on_paper(&filled(&template("payremind_template"), &facts).unwrap());
    for line in ["就餐桌台: A 12", "操 作 员: 小王"] {
        assert!(receipt.contains(line), "no {line} in {receipt}");
    }
    let popup = screen(&filled(&template("payremind_template_popup"), &facts).unwrap());
    assert!(popup.contains("桌号:A 12金额"), "{popup}");
    let invitation = screen(&filled(&template("qrcode_template"), &facts).unwrap());
    assert!(invitation.contains("就餐桌号:A 12 "), "{invitation}");
}

#[test]
fn what_a_caller_gives_for_a_placeholder_stays_text() {
    let facts = Facts { tableno: "A\\x1bi", staff: "\u{1b}i{total}", ..FACTS };
    let receipt = filled("{tableno} {staff}", &facts).unwrap();
    assert_eq!(rows(&receipt).iter().filter(|row| **row == Row::Cut).count(), 0);
    assert_eq!(on_paper(&receipt), "A\\x1bi i{total}");
}

#[test]
fn either_name_of_the_table_stands_in_for_the_other() {
    let mut one = Placeholders::default();
    assert_eq!((one.tableno(), one.table(), one.staff()), ("", "", ""));
    assert_eq!(one.set("tableno", "5"), Ok(true));
    assert_eq!((one.tableno(), one.table()), ("5", "5"));
    assert_eq!(one.set("table", "大厅 5"), Ok(true));
    assert_eq!((one.tableno(), one.table()), ("5", "大厅 5"));
    let mut other = Placeholders::NONE;
    assert_eq!(other.set("table", "6"), Ok(true));
    assert_eq!((other.tableno(), other.table()), ("6", "6"));
    assert_eq!(other.set("operator_id", "7"), Ok(false));
    assert_eq!(other.set("staff", "小\n王"), Err(ParamError::Control("staff".to_owned())));
    assert_eq!(other.staff(), "");
}

#[test]
fn what_is_given_later_comes_before_what_was_kept() {
    let read = Placeholders::of_text;
    let kept = read("tableno=5\nstaff=小王=1\nelse=1\nno value\n");
    assert_eq!(kept.to_text(), "tableno=5\nstaff=小王=1\n");
    assert_eq!(read(&kept.to_text()), kept);
    assert_eq!(read("").to_text(), "");
    assert_eq!(read("staff=小李\n").or(&kept).to_text(), "tableno=5\nstaff=小李\n");
    assert_eq!(kept.or(&read("table=9\nstaff=小李\n")).to_text(), "tableno=5\ntable=9\nstaff=小王=1\n");
}

/// Two rows of sixteen dots.
fn logo() -> Raster {
    Raster { row_bytes: 2, bits: vec![0x80, 0x01, b'\n', 0x5c], wide: 1, high: 1 }
}

#[test]
fn a_picture_is_a_command_of_the_printer_and_read_back_as_one() {
    assert_eq!(logo().to_text(), r"\x1d\x76\x30\x00\x02\x00\x02\x00\x80\x01\x0a\x5c");
    for (wide, high) in [(1, 1), (2, 1), (1, 2), (2, 2)] {
        let picture = Raster { wide, high, ..logo() };
        let read = rows(&format!(r"\x1b\x61\x01{}后", picture.to_text()));
        let [Row::Picture(align, found), Row::Line(line)] = read.as_slice() else { panic!("{read:?}") };
        assert_eq!((found, *align), (&picture, wsy::protocol::receipt::Align::Centre));
        assert_eq!(line.runs[0].text, "后");
    }
    let none = Raster { bits: Vec::new(), ..logo() };
    assert_eq!(rows(&none.to_text()), [Row::Picture(wsy::protocol::receipt::Align::Left, none)]);
    // An incomplete row is not sent: the printer would take the bytes after it for its rest.
    assert!(Raster { bits: vec![1, 2, 3], ..logo() }.to_text().ends_with(r"\x01\x00\x01\x02"));
}

#[test]
fn a_picture_that_is_cut_short_or_of_another_command_draws_nothing_of_what_follows() {
    let short = rows(r"\x1d\x76\x30\x00\x02\x00\x02\x00\x80\x01微信");
    let [Row::Picture(_, picture), Row::Line(line)] = short.as_slice() else { panic!("{short:?}") };
    assert_eq!((picture.bits.as_slice(), line.runs[0].text.as_str()), ([0x80, 0x01].as_slice(), "微信"));
    // A picture without width, and a bit image and a bar code right after a picture.
    assert_eq!(rows(r"\x1d\x76\x30\x00\x00\x00\x02\x00"), []);
    let other = format!(r"{}\x1b\x2a\x00\x01\x00\x41\x1d\x6b\x41\x01\x42", logo().to_text());
    assert_eq!(rows(&other), [Row::Picture(wsy::protocol::receipt::Align::Left, logo())]);
}

#[test]
fn a_picture_stands_on_a_line_of_its_own_and_is_no_text() {
    let text = logo().to_text();
    let facts = Facts { qrcode: &text, qrcode_logo: &text, qrcode_image: &text, ..FACTS };
    let kinds = |template: &str| -> String {
        let row = |row: &Row| match row {
            Row::Picture(..) => 'P',
            Row::Line(line) if line.runs.is_empty() => '_',
            _ => 'l',
        };
        rows(&filled(template, &facts).unwrap()).iter().map(row).collect()
    };
    assert_eq!(kinds("{qrcode}"), "P");
    assert_eq!(kinds("{qrcode_logo}{qrcode_image}"), "PP");
    assert_eq!(kinds("店\n{qrcode}店"), "lPl");
    assert_eq!(kinds(r"\x1b\x40{qrcode}\x1b\x40店\x1b\x40{qrcode}"), "PlP");
    assert_eq!(kinds(r"店\n\x1b\x33\x10{qrcode}"), "lP");
    assert_eq!(kinds("店{qrcode}"), "lP");
    assert_eq!(kinds(r"\x41{qrcode}"), "lP");
    assert_eq!(kinds(r"\x0d{qrcode}\r\n店"), "P_l");
    let receipt = filled("店{qrcode}\n{no}", &facts).unwrap();
    assert_eq!((screen(&receipt), on_paper(&receipt)), ("店\n\nB-17".to_owned(), "店\n\nB-17".to_owned()));
    let bytes = escpos(&receipt);
    let command = b"\x1dv0\x00\x02\x00\x02\x00\x80\x01\n\\";
    assert!(bytes.windows(command.len()).any(|window| window == command), "{bytes:?}");
    // A value that is not given leaves nothing behind, nor does its section.
    let none = Facts { qrcode_logo: "", ..facts };
    assert_eq!(filled(r"店\x1b\x40扫 {qrcode_logo}", &none).as_deref(), Some("店"));
    assert_eq!(filled("店{qrcode_logo}{no}", &none).as_deref(), Some("店B-17"));
}

#[test]
fn a_template_has_the_placeholders_that_are_in_it() {
    for (template, has) in [
        ("{qrcode}", true),
        ("{no}{qrcode}", true),
        ("qrcode}", false),
        ("{qrcode", false),
        ("{qrcode_logo}", false),
        ("", false),
    ] {
        assert_eq!(has_placeholder(template, "qrcode"), has, "{template}");
    }
}
