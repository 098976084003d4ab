use encoding_rs::GBK;
use proptest::prelude::*;
use wsy::protocol::receipt::{escpos, is_of_no_order, screen};
use wsy::protocol::response::{self, PayResponse};
use wsy::protocol::text::Charset;

use crate::support::{bytes, cases, text};

fn printinfo(name: &str) -> String {
    match response::pay(&bytes(name)) {
        Ok(PayResponse::Done(order)) => order.printinfo,
        other => panic!("{name}: {other:?}"),
    }
}

/// Bytes from parts: those that begin with `#` are hex, the rest is text for GBK.
fn printed(parts: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        match part.strip_prefix('#') {
            Some(digits) => out.extend(hex::decode(digits.replace(' ', "")).unwrap()),
            None => out.extend_from_slice(&GBK.encode(part).0),
        }
    }
    out
}

#[test]
fn the_receipt_of_a_payment_is_printed_to_the_byte() {
    let want = printed(&[
        "#1b40 1c26",
        "\n\n",
        "#1b7400",
        "\n",
        "#1b6101 1d2110",
        "付款回执\n",
        "#1b40",
        "商户名称: 测试读取配置文件接口\n交易时间: 2018-04-21 18:58:01\n订单号: dm2032288236\n",
        "付款方式: 微信\n设备信息: 001(215117)\n流水号: 4200000067201804213236197646\n-----\n订单总额: 0.01\n",
        "#1d2101",
        "用户实付: 0.01\n",
        "#1b40",
        "-----\n签名:\n",
        "#0d0a",
        "\n-----\n",
        "#1b6101",
        "QWX服务热线: 400-087-0987\n",
        "#1b6101",
        "Powerd by : QWX . 微收银\n",
        "#1b40",
        "\n",
        "#0d0a",
        "\n",
        "#1b69",
    ]);
    assert_eq!(escpos(&printinfo("micropay-paid.xml")), want);
}

#[test]
fn the_receipts_of_both_queries_are_printed_to_the_byte() {
    for (name, number, time) in [
        ("query-auth-code-paid.xml", "2034159025", "2018-04-22 09:43:40"),
        ("query-order-paid.xml", "2032288236", "2018-04-21 18:58:01"),
    ] {
        let want = printed(&[
            "#1b40 1d2111 1b4d02",
            "微信支付凭证\n",
            "#1d2100",
            "\n",
            "#1b40 1b4d02",
            "-----\n",
            "#1b40 1b4d02",
            "凭 证 号: ",
            number,
            "\n",
            "#1b40",
            "\n",
            "#1b40 1b4d02",
            "付款时间: ",
            time,
            "\n",
            "#1b40",
            "\n",
            "#1b40 1b4d02",
            "消费金额: ",
            "#1d2111 a3a4",
            "0.01\n",
            "#1b40 1b4d02",
            "-----\n",
            "#1b4d02",
            "客户签字:\n\n",
            "#1b69",
        ]);
        assert_eq!(escpos(&printinfo(name)), want, "{name}");
    }
}

#[test]
fn the_receipt_of_a_refund_is_printed_to_the_byte() {
    let want = printed(&[
        "#1b40 1c26",
        "\n",
        "#1b7400",
        "\n",
        "#1b6101 1d2110",
        "退款凭证\n",
        "#1b40",
        "商户名称：测试读取配置文件接口\n订单号：dm2032288236\n付款方式：微信\n设备信息：001(215117)\n",
        "流水号：4200000067201804213236197646\n-----\n付款时间：2018-04-21 18:58:01\n支付金额: 0.01\n\n",
        "退款时间: 2018-04-21 19:47:15\n退款金额: ",
        "#1d2101 a3a4",
        " -0.01\n",
        "#1b40",
        "-----\n客户签字:\n",
        "#0d0a",
        "\n",
        "#0d0a",
        "\n",
        "#1b69",
    ]);
    assert_eq!(escpos(&printinfo("refund-done.xml")), want);
}

#[test]
fn the_receipt_of_a_payment_is_readable_on_a_screen() {
    assert_eq!(
        screen(&printinfo("micropay-paid.xml")),
        "付款回执\n商户名称: 测试读取配置文件接口\n交易时间: 2018-04-21 18:58:01\n订单号: dm2032288236\n\
         付款方式: 微信\n设备信息: 001(215117)\n流水号: 4200000067201804213236197646\n-----\n\
         订单总额: 0.01\n用户实付: 0.01\n-----\n签名:\n\n\n-----\nQWX服务热线: 400-087-0987\n\
         Powerd by : QWX . 微收银"
    );
}

#[test]
fn the_receipt_of_a_query_is_readable_on_a_screen() {
    assert_eq!(
        screen(&printinfo("query-auth-code-paid.xml")),
        "微信支付凭证\n\n-----\n凭 证 号: 2034159025\n\n付款时间: 2018-04-22 09:43:40\n\n\
         消费金额: ￥0.01\n-----\n客户签字:"
    );
}

#[test]
fn the_receipt_of_a_refund_is_readable_on_a_screen() {
    assert_eq!(
        screen(&printinfo("refund-done.xml")),
        "退款凭证\n商户名称：测试读取配置文件接口\n订单号：dm2032288236\n付款方式：微信\n\
         设备信息：001(215117)\n流水号：4200000067201804213236197646\n-----\n\
         付款时间：2018-04-21 18:58:01\n支付金额: 0.01\n\n退款时间: 2018-04-21 19:47:15\n\
         退款金额: ¥ -0.01\n-----\n客户签字:"
    );
}

#[test]
fn a_reprint_of_1970_is_of_no_order() {
    let none = text("reprint-of-no-order.txt");
    assert!(is_of_no_order(&none));
    assert_eq!(
        screen(&none),
        "微信支付凭证\n\n-----\n凭 证 号: 2032288236\n\n付款时间: 1970-01-01 08:00:00\n\n\n\
         消费金额: ¥ 0.00\n-----\n客户签字:"
    );
    let reprint = text("made-up-reprint.txt");
    assert!(!is_of_no_order(&reprint));
    assert_eq!(screen(&reprint), "微信支付凭证\n\n付款时间: 2018-04-21 18:58:01\n消费金额: ¥ 0.01");
    assert!(!is_of_no_order(&printinfo("query-order-paid.xml")));
}

#[test]
fn escapes_stand_for_bytes_in_either_case() {
    assert_eq!(escpos(r"\x1b\X1B\x1B\xff\x00\r\n\t"), b"\x1b\x1b\x1b\xff\x00\r\n\t");
}

#[test]
fn a_backslash_that_begins_no_escape_is_text() {
    for plain in [r"\", r"\\", r"\x", r"\x1", r"\xg0", r"\x+1", r"a\b", r"\q", r"10\100"] {
        assert_eq!(escpos(plain), plain.as_bytes(), "{plain}");
        assert_eq!(screen(plain), plain, "{plain}");
    }
    assert_eq!(escpos(r"\x付"), [b"\\x".as_slice(), b"\xb8\xb6"].concat());
    assert_eq!(escpos(r"\\x1b"), b"\\\x1b");
}

#[test]
fn an_argument_of_0a_is_no_line_end_on_a_screen() {
    assert_eq!(screen(r"上\x1b\x33\x0a下"), "上下");
    assert_eq!(screen(r"上\x1b\x64\x09下"), "上下");
    assert_eq!(screen(r"上\x1d\x4c\x0a\x0a下"), "上下");
    assert_eq!(screen(r"上\x0a下"), "上\n下");
    assert_eq!(screen(r"上\x1b\x40\x0a下"), "上\n下");
}

#[test]
fn commands_in_plain_characters_are_left_out_of_a_screen() {
    assert_eq!(screen(r"\x1b@\x1bM1付款\x1d!0\x1ba1中"), "付款中");
    assert_eq!(screen("\u{1b}@\u{1b}a1付款\u{1d}V0"), "付款");
}

#[test]
fn a_command_cut_short_does_not_swallow_what_is_no_ascii() {
    assert_eq!(screen(r"\x1d\x21¥ 5.00"), "¥ 5.00");
    assert_eq!(screen(r"\x1b￥5.00"), "￥5.00");
    assert_eq!(screen(r"付\x1b"), "付");
    assert_eq!(screen(r"付\x1d\x21"), "付");
}

#[test]
fn a_screen_has_no_blanks_at_line_ends_and_no_empty_lines_around() {
    assert_eq!(screen("\\r\\n  \\x0d\\x0a 付 \t\n\n款　\r\n\\x1b\\x69"), " 付\n\n款");
    assert_eq!(screen(""), "");
    assert_eq!(screen("\n\\n"), "");
}

#[test]
fn the_paper_has_both_yuan_signs_and_the_triangle_and_a_question_mark_for_what_gbk_lacks() {
    assert_eq!(escpos("¥"), b"\xa3\xa4");
    assert_eq!(escpos("￥"), b"\xa3\xa4");
    assert_eq!(escpos("△"), b"\xa1\xf7");
    assert_eq!(escpos("▲"), b"\xa1\xf8");
    assert_eq!(escpos("　"), b"\xa1\xa1");
    assert_eq!(escpos("a😀b한é"), b"a?b?\xa8\xa6");
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn text_without_a_backslash_is_printed_as_gbk(plain in "[^\\\\\\p{Cc}]{0,40}") {
        prop_assert_eq!(escpos(&plain), Charset::Gbk.encode(&plain));
    }

    #[test]
    fn text_without_a_backslash_is_shown_as_it_is(plain in "[^\\\\\\p{Cc}\\s\u{2028}\u{2029}]{0,40}") {
        prop_assert_eq!(screen(&plain), plain);
    }

    #[test]
    fn every_byte_can_be_written_as_an_escape(printed in proptest::collection::vec(any::<u8>(), 0..40)) {
        let lower: String = printed.iter().map(|b| format!("\\x{b:02x}")).collect();
        let upper: String = printed.iter().map(|b| format!("\\x{b:02X}")).collect();
        prop_assert_eq!(escpos(&lower), printed.clone());
        prop_assert_eq!(escpos(&upper), printed);
    }

    #[test]
    fn neither_printer_nor_screen_panics(receipt in any::<String>()) {
        escpos(&receipt);
        screen(&receipt);
    }

    #[test]
    fn a_screen_shows_no_control_character(
        receipt in "(\\\\x[0-9a-fA-F]{2}|\\\\[rntx\\\\]|\\\\x1[bBdDcC]|[ -~]|\\PC|\\p{Cc}){0,30}",
    ) {
        escpos(&receipt);
        let shown = screen(&receipt);
        prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{:?}", shown);
        prop_assert!(!shown.starts_with('\n') && !shown.ends_with('\n'));
    }
}
