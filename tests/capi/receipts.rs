//! Receipts: as received, as lines for a screen, and as bytes for a printer.

use wsy_sandbox::{Call, Fault};

use crate::codes;
use crate::shop::{Setup, Shop};
use crate::till::{NONE, Page, Reply};

/// The bytes for a printer, from an independent reading of the document.
fn for_printer(printinfo: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = printinfo;
    while let Some(first) = rest.chars().next() {
        let hex = rest.strip_prefix("\\x").and_then(|digits| digits.get(..2));
        if let Some(byte) = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &rest[4..];
        } else if rest.starts_with("\\r") || rest.starts_with("\\n") {
            bytes.push(if rest.starts_with("\\r") { 0x0d } else { 0x0a });
            rest = &rest[2..];
        } else {
            bytes.extend(Page::Gbk.encode(&first.to_string()));
            rest = &rest[first.len_utf8()..];
        }
    }
    bytes
}

#[track_caller]
fn has_good_receipt(reply: &Reply, phrases: &[&str]) {
    let printinfo = reply.text("printinfo");
    assert_eq!(reply.receipt.as_deref(), Some(for_printer(printinfo).as_slice()));
    assert!(printinfo.starts_with("\\x1b\\x40"), "{printinfo}");
    let lines = reply.text("receipt");
    assert!(!lines.contains('\\') && !lines.contains('\u{1b}'), "{lines}");
    for phrase in phrases {
        assert!(lines.contains(phrase), "no {phrase} in {lines}");
    }
}

#[test]
fn a_payment_a_query_a_find_and_a_reprint_each_bring_the_receipt_in_both_code_pages() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let paid = shop.sell("B1", 1234);
        has_good_receipt(&paid, &["付款方式: 微信", "12.34", paid.text("dm_id")]);
        let found = shop.till.find("B1").is(codes::OK);
        assert_eq!(found.receipt, paid.receipt);
        assert_eq!(found.text("printinfo"), paid.text("printinfo"));
        let asked = shop.till.query_order(paid.text("dm_id"), 1234, NONE).is(codes::OK);
        has_good_receipt(&asked, &["微信支付凭证", "￥12.34"]);
        for again in [shop.till.reprint("B1", ""), shop.till.reprint("", paid.text("dm_id"))] {
            has_good_receipt(&again.is(codes::OK), &["微信支付凭证", "￥12.34", &paid.text("dm_id")[2..]]);
        }
    }
}

#[test]
fn escapes_become_bytes_and_text_becomes_gbk_whatever_the_clients_code_page() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let body = "<dm ok=\"1\" info=\"支付成功\" dm_id=\"dm77\" total=\"1.00\" pay_type=\"4\" pay_time=\"2026-11-22 \
                    08:00:00\" pay_id=\"420\"><paylist><pay><printinfo>\\x1b\\x40\\x1D\\x21\\x11微信￥1.00\\r\\n\\xGG\\x1B\\x69\
                    </printinfo></pay></paylist></dm>";
        shop.once(Call::Micropay, Fault::Response { body: body.to_owned() });
        let reply = shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
        let bytes = b"\x1b\x40\x1d\x21\x11\xce\xa2\xd0\xc5\xa3\xa41.00\r\n\\xGG\x1b\x69";
        assert_eq!(reply.receipt.as_deref(), Some(bytes.as_slice()));
        assert!(reply.text("receipt").starts_with("微信￥1.00"), "{}", reply.text("receipt"));
    }
}

#[test]
fn a_receipt_of_1970_is_an_error_that_offers_the_receipt_of_the_ledger() {
    let shop = Shop::open_utf8();
    let paid = shop.sell("B1", 100);
    shop.once(Call::Reprint, Fault::NotFound);
    let stored = shop.till.reprint("B1", "").is(codes::ERR_NO_RECEIPT);
    assert_eq!(stored.text("printinfo"), paid.text("printinfo"));
    assert_eq!(stored.receipt, paid.receipt);
    assert!(!stored.text("receipt").is_empty());
    let none = shop.till.reprint("", "dm1").is(codes::ERR_NO_RECEIPT);
    assert_eq!(none.receipt, None);
    shop.silent(|| shop.till.reprint("B9", "").is(codes::ERR_NO_BILL));
}

#[test]
fn a_reprint_that_gets_no_response_or_a_login_page_offers_the_receipt_of_the_ledger() {
    let shop = Shop::open_utf8();
    let paid = shop.sell("B1", 100);
    for fault in [
        Fault::Html,
        Fault::Status { code: 502.try_into().unwrap(), before: true },
        Fault::Garbage { seed: 1, bytes: 64 },
    ] {
        shop.always(Call::Reprint, fault);
        assert_eq!(shop.till.reprint("B1", "").is(codes::ERR_NO_RECEIPT).receipt, paid.receipt);
        shop.control.clear_faults();
    }
}

#[test]
fn noremind_asks_for_no_receipt_and_is_signed() {
    let shop = Shop::open_utf8();
    let reply = shop.till.micropay("B1", &shop.wechat(), 100, &[("noremind", "1")]).is(codes::PAID);
    assert_eq!(shop.sent(Call::Micropay)[0].params.get("noremind"), Some("1"));
    assert_eq!((reply.text("printinfo"), reply.receipt.as_ref()), ("", None));
}
