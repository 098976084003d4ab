//! Receipts that the till makes itself.

use proptest::prelude::*;
use wsy::protocol::config::{self, ConfigAnswer};
use wsy::protocol::receipt::{
    Facts, Paper, as_copy, built_in, escpos, filled, laid_out, plain, rows, screen,
};

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
};

fn on_paper(printinfo: &str) -> String {
    plain(&laid_out(rows(printinfo), Paper::Mm58), Paper::Mm58)
}

fn template(name: &str) -> String {
    match config::parse(&bytes("config.xml")) {
        Ok(ConfigAnswer::Good(config)) => config.attribute(name).unwrap().to_owned(),
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
    assert_eq!(copy.lines().next().map(str::trim), Some("重印"));
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
