//! Refunds, voids and bills, while the network works.

use wsy::driver::Store;
use wsy::payment::refund::{Before, Record};
use wsy::payment::row::{Moment, Wallet};
use wsy::till::ledger::{Ledger, NewRefund};
use wsy_sandbox::{Behaviour, BillOutcome, Call, DmId, Fen};

use crate::codes;
use crate::driver::Driver;
use crate::shop::{SOON, Setup, Shop};
use crate::till::{NONE, Page, Till};

#[test]
fn a_part_and_then_the_rest_of_a_bill_are_refunded_and_no_more() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
        let reply = shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
        assert_eq!(reply.text("state"), "refunded");
        assert_eq!(reply.text("money"), "moved");
        assert_eq!((reply.text("out_trade_no"), reply.text("dm_id")), ("B1", dm_id.as_str()));
        assert_eq!((reply.number("refund_fen"), reply.text("refund")), (300, "3.00"));
        assert_eq!(reply.text("refund_id"), shop.bill().refunds[0].pay_id);
        assert_eq!(reply.text("pay_time"), shop.bill().refunds[0].time);
        let much = shop.till.refund("R2", "B1", 701, NONE).is(codes::ERR_REFUND_TOO_MUCH);
        assert_eq!(much.number("refundable_fen"), 700);
        assert_eq!(shop.sent(Call::Refund).len(), 1);
        shop.till.refund("R2", "B1", 700, NONE).is(codes::REFUNDED);
        shop.till.refund("R3", "B1", 1, NONE).is(codes::ERR_REFUND_TOO_MUCH);
        assert_eq!(shop.sent(Call::Refund).len(), 2);
        assert_eq!(shop.till.find_refund("R2").is(codes::OK).number("refund_fen"), 700);
        shop.till.find_refund("R3").is(codes::ERR_NO_BILL);
        shop.agree();
    }
}

#[test]
fn a_bill_of_another_till_is_refunded_by_its_order_alone() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 500).text("dm_id").to_owned();
    let other = Till::new(Driver::spawn(), 0, Page::Utf8);
    other.open(&shop.home().join("other"), &[("base", &shop.sandbox.base())]).is(codes::OK);
    other.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    let reply = other.refund_order("R1", "", &dm_id, 200).is(codes::REFUNDED);
    assert_eq!((reply.text("out_trade_no"), reply.text("dm_id")), ("", dm_id.as_str()));
    // The first till sees the remainder.
    let left = shop.till.refund("R1", "B1", 301, NONE).is(codes::ERR_REFUND_TOO_MUCH);
    assert_eq!(left.number("refundable_fen"), 300);
    let bill = shop.till.read_bill("B1", "").is(codes::OK);
    assert_eq!((bill.number("refunded_fen"), bill.number("refundable_fen")), (200, 300));
}

#[test]
fn a_refund_of_a_bill_that_is_not_there_or_not_paid_is_an_error_and_sends_no_refund() {
    let shop = Shop::open_utf8();
    shop.silent(|| shop.till.refund("R1", "B1", 100, NONE).is(codes::ERR_NO_BILL));
    shop.till.refund_order("R1", "", "dm1", 100).is(codes::ERR_NO_BILL);
    shop.silent(|| shop.till.refund_order("R1", "", "", 100).is(codes::ERR_NO_BILL));
    shop.till.micropay("B2", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    shop.silent(|| shop.till.refund("R1", "B2", 100, NONE).is(codes::ERR_BILL_NOT_PAID));
    shop.till.micropay("B3", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.silent(|| shop.till.refund("R1", "B3", 100, NONE).is(codes::ERR_BILL_NOT_PAID));
    shop.sell("B4", 100);
    let other = shop.sell("B5", 100).text("dm_id").to_owned();
    shop.silent(|| shop.till.refund_order("R1", "B4", &other, 100).is(codes::ERR_NO_BILL));
    assert!(shop.sent(Call::Refund).is_empty());
}

#[test]
fn a_bill_is_read_with_all_its_lines() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
        shop.till.refund("R1", "B1", 250, NONE).is(codes::REFUNDED);
        shop.control.refund_bill(dm_id.parse::<DmId>().unwrap(), Fen(100)).unwrap();
        let booked = shop.bill();
        for reply in [shop.till.read_bill("B1", ""), shop.till.read_bill("", &dm_id)] {
            let bill = reply.is(codes::OK);
            assert_eq!(bill.text("dm_id"), dm_id);
            assert_eq!(bill.number("pay_total_fen"), 1000);
            assert_eq!((bill.number("refunded_fen"), bill.number("refundable_fen")), (350, 650));
            assert_eq!((bill.text("pay_total"), bill.text("refund_total")), ("10.00", "-3.50"));
            assert_eq!(bill.text("pay_name"), "微信");
            assert_eq!(Some(bill.text("pay_time")), booked.pay_time.as_deref());
            let lines = bill.list("pay");
            let totals: Vec<_> = lines.iter().map(|line| line.number("pay_total_fen")).collect();
            assert_eq!(totals, [1000, -250, -100]);
            for (line, refund) in lines[1..].iter().zip(&booked.refunds) {
                assert_eq!(line.text("pay_id"), refund.pay_id);
                assert_eq!(line.text("pay_time"), refund.time);
                assert_eq!(line.text("pay_name"), "微信");
            }
        }
        shop.till.read_bill("B9", "").is(codes::ERR_NO_BILL);
        shop.till.read_bill("", "dm1").is(codes::ERR_NO_BILL);
        shop.agree();
    }
}

#[test]
fn a_void_gives_back_what_is_left_of_a_paid_bill_and_only_once() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 1000);
    shop.till.refund("R1", "B1", 400, NONE).is(codes::REFUNDED);
    let reply = shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(reply.number("refund_fen"), 600);
    shop.silent(|| shop.till.void("B1", NONE).is(codes::REFUNDED));
    assert_eq!(shop.sent(Call::Refund).len(), 2);
    shop.agree();
}

#[test]
fn a_void_of_an_open_bill_settles_it_and_refunds_it_only_if_it_was_paid() {
    let shop = Shop::open_utf8();
    let cancelled = BillOutcome::Failed { info: "支付失败:用户取消支付".into() };
    for (bill, outcome, told) in [
        ("B1", &BillOutcome::Paid, codes::REFUNDED),
        ("B2", &cancelled, codes::NOT_PAID),
        ("B3", &BillOutcome::Paid, codes::REFUNDED),
    ] {
        let code = shop.customer(Behaviour::NeverAnswers);
        shop.till.micropay(bill, &code, 100, SOON).is(codes::UNKNOWN);
        shop.till.void(bill, SOON).is(codes::UNKNOWN);
        let booked = shop.bills().into_iter().find(|booked| booked.auth_code == code).unwrap();
        shop.control.set_bill_outcome(booked.dm_id, outcome).unwrap();
        shop.till.void(bill, NONE).is(told);
    }
    shop.till.void("B9", NONE).is(codes::ERR_NO_BILL);
    assert_eq!(shop.sent(Call::Refund).len(), 2);
    shop.agree();
}

#[test]
fn a_void_after_a_part_was_refunded_elsewhere_refunds_what_is_left() {
    for (by_this_till, elsewhere, left) in [(0, 300, 700), (200, 300, 500), (0, 999, 1)] {
        let shop = Shop::open_utf8();
        let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
        if by_this_till > 0 {
            shop.till.refund("R1", "B1", by_this_till, NONE).is(codes::REFUNDED);
        }
        shop.control.refund_bill(dm_id.parse::<DmId>().unwrap(), Fen(elsewhere)).unwrap();
        assert_eq!(shop.till.void("B1", NONE).is(codes::REFUNDED).number("refund_fen"), left);
        let refunded: i64 = shop.bill().refunds.iter().map(|refund| refund.refund_fen.0).sum();
        assert_eq!(refunded, 1000);
        shop.silent(|| {
            assert_eq!(shop.till.void("B1", NONE).is(codes::REFUNDED).number("refund_fen"), left);
            shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
        });
        assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 0);
    }
}

#[test]
fn a_void_is_done_only_when_nothing_of_the_bill_is_captured_or_open() {
    let cancelled = || BillOutcome::Failed { info: "支付失败:用户取消支付".into() };
    for (outcome, refunds) in [(BillOutcome::Paid, 2), (cancelled(), 1)] {
        let mut shop = Shop::open_utf8();
        shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
        let first = shop.bill().dm_id;
        let insist = [("insist", "may_charge_twice")];
        shop.till.micropay("B1", &shop.wechat(), 100, &insist).is(codes::PAID);
        // A paid order is refunded immediately; an open one may still be paid.
        for _ in 0..2 {
            shop.till.void("B1", SOON).is(codes::UNKNOWN);
            assert_eq!(shop.sent(Call::Refund).len(), 1);
            shop.till.settle("B1", SOON).is(codes::ERR_REFUND_OPEN);
            shop.till.micropay("B1", &shop.wechat(), 100, &insist).is(codes::ERR_REFUND_OPEN);
            shop.till.driver.kill();
            shop.start_again().is(codes::OK);
            assert_eq!(shop.till.unresolved().is(codes::OK).list("charge").len(), 2);
        }
        shop.control.set_bill_outcome(first, &outcome).unwrap();
        shop.till.recover(NONE).is(codes::OK);
        assert!(!shop.till.unresolved().is(codes::OK).list("charge").is_empty());
        assert!(shop.till.unfinished().is_empty());
        shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
        shop.till.void("B1", NONE).is(codes::REFUNDED);
        assert_eq!(shop.sent(Call::Refund).len(), refunds);
        assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 0);
        shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
        shop.agree();
    }
}

#[test]
fn a_void_after_a_full_refund_says_that_nothing_is_left() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.refund("R1", "B1", 100, NONE).is(codes::REFUNDED);
    shop.silent(|| shop.till.void("B1", NONE).is(codes::ERR_ALREADY_REFUNDED));
    shop.agree();
}

#[test]
fn a_refund_made_in_the_back_office_meanwhile_is_not_taken_for_ours() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    shop.once(Call::Refund, wsy_sandbox::Fault::RequestLost);
    let call = shop.till.refund_aside("R1", "B1", 100, NONE);
    crate::shop::eventually("the refund was sent", || shop.sent(Call::Refund).len() == 1);
    // For another amount, so that the bill can tell them apart.
    shop.control.refund_bill(dm_id.parse::<DmId>().unwrap(), Fen(70)).unwrap();
    call.end().is(codes::NOT_REFUNDED);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
}

#[test]
fn a_void_that_was_never_sent_does_not_fix_the_amount_of_the_next() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 100).text("dm_id").to_owned();
    shop.till.close().is(codes::OK);
    let ledger = Ledger::open(&shop.folder(), false).unwrap();
    let at = Moment { ms: 0, day: "1970-01-01".to_owned() };
    let number = format!("void-{}-1", ledger.charges("B1").unwrap()[0].id);
    let new = NewRefund {
        out_refund_no: &number,
        out_trade_no: Some("B1"),
        dm_id: &dm_id,
        wallet: &Wallet::default(),
        device_id: &shop.device.device_id,
        server: Some(&shop.sandbox.base()),
        refund_fen: 100,
        before: &Before::default(),
        sent_time: "",
        operator_id: "",
        started: &at,
    };
    let row = ledger.begin_refund(&new).unwrap();
    let not_sent = row.after(&Record::NotSent("refused".to_owned()), None, &at).unwrap();
    ledger.write_refund(&not_sent).unwrap();
    drop(ledger);

    shop.open(&shop.till).is(codes::OK);
    shop.till.refund("R1", "B1", 40, NONE).is(codes::REFUNDED);
    assert_eq!(shop.till.void("B1", NONE).is(codes::REFUNDED).number("refund_fen"), 60);
    shop.agree();
}

#[test]
fn a_refund_names_a_payment_type_only_where_the_caller_does() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 300);
    shop.till.refund("R1", "B1", 100, NONE).is(codes::REFUNDED);
    let known = [("paytype", "o2o_dm_code_wxpaysub")];
    shop.till.refund("R2", "B1", 100, &known).is(codes::REFUNDED);
    shop.silent(|| shop.till.refund("R3", "B1", 100, &[("paytype", "cash")]).is(codes::ERR_PAY_TYPE));
    let sent = shop.sent(Call::Refund);
    assert_eq!(
        sent.iter().map(|refund| refund.params.get("paytype")).collect::<Vec<_>>(),
        [None, Some("o2o_dm_code_wxpaysub")]
    );
    shop.agree();
}
