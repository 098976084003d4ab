//! How an adversary got a wrong verdict about refunds, voids and bills. Each of these worked once.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, BillOutcome, Call, DmId, Fault, FaultOrder, Fen, NewDevice, Settings};

use crate::codes;
use crate::shop::{SOON, Setup, Shop};
use crate::till::{NONE, Pairs};

const INSIST: Pairs<'static> = &[("insist", "may_charge_twice")];

fn says(info: &str) -> Fault {
    Fault::Response { body: format!("<dm ok=\"0\" info=\"{info}\"/>") }
}

/// A refund line of a bill: its number, yuan and time.
type Line<'a> = (&'a str, &'a str, &'a str);

/// A bill of this many yuan with these refunds.
fn bill_of(dm_id: &str, total: &str, refunds: &[Line]) -> Fault {
    let fen = |yuan: &str| yuan.replace('.', "").parse::<i64>().unwrap();
    let all: i64 = refunds.iter().map(|(_, yuan, _)| fen(yuan)).sum();
    let refunded =
        if all > 0 { format!(" refund_total=\"-{}.{:02}\"", all / 100, all % 100) } else { String::new() };
    let mut body = format!(
        "<dm ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"{total}\" pay_time=\"2026-11-22 10:00:00\" no=\"\"{refunded}>"
    );
    for (id, yuan, time) in refunds {
        body += &format!(
            "<pay pay_type=\"4\" pay_name=\"微信\" pay_total=\"-{yuan}\" pay_time=\"{time}\" pay_id=\"{id}\"/>"
        );
    }
    Fault::Response { body: body + "</dm>" }
}

fn sold(shop: &Shop, bill: &str, fen: i32) -> String {
    shop.sell(bill, fen).text("dm_id").to_owned()
}

fn order(dm_id: &str) -> DmId {
    dm_id.parse().unwrap()
}

#[test]
fn no_refund_is_sent_on_a_reading_that_is_older_than_a_refund_of_this_till() {
    let shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    shop.till.refund("R1", "B1", 200, NONE).is(codes::REFUNDED);
    shop.control.refund_bill(order(&dm_id), Fen(300)).unwrap();
    // It also lacks the refund of the back office, which would be taken for ours.
    shop.once(Call::Read, bill_of(&dm_id, "10.00", &[]));
    shop.once(Call::Refund, Fault::RequestLost);
    shop.till.refund("R2", "B1", 300, NONE).is(codes::NOT_REFUNDED);
    shop.agree();
}

#[test]
fn a_refund_that_was_delivered_twice_is_not_declined_for_what_it_did_itself() {
    for (sentence, fen) in [("商户余额不足", 300), ("订单未支付", 1000)] {
        let shop = Shop::open_utf8();
        let dm_id = sold(&shop, "B1", 1000);
        // The first delivery has refunded, and the response is that of the second; the bill lags.
        let body = format!("<dm ok=\"0\" info=\"{sentence}\"/>");
        shop.once(Call::Refund, Fault::ResponseAfter { body });
        shop.control.add_fault(FaultOrder::once(Call::Read, bill_of(&dm_id, "10.00", &[])).after(1).times(5));
        shop.till.refund("R1", "B1", fen, NONE).is(codes::REFUNDED);
        shop.agree();
    }
}

/// Checks that the only listed charge has to be voided.
fn is_listed_to_be_undone(shop: &Shop, state: &str) {
    let listed = shop.till.unresolved().is(codes::OK);
    assert_eq!(listed.number("open"), 1);
    let charge = &listed.list("charge")[0];
    assert_eq!((charge.text("out_trade_no"), charge.text("state")), ("B1", state));
    assert!(charge.text("needs_person").contains("to be voided"), "{charge:?}");
}

#[test]
fn the_void_of_a_bill_that_turned_out_to_be_paid_is_listed_until_it_is_done() {
    let mut shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 1250, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.reconcile("").is(codes::OK);
    shop.always(Call::Read, Fault::RequestLost);
    shop.till.void("B1", NONE).is(codes::ERR_NO_RESPONSE);
    drop(shop.start_again());
    shop.control.clear_faults();
    shop.till.recover(NONE).is(codes::OK);
    is_listed_to_be_undone(&shop, "not_paid");
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 0);
}

#[test]
fn the_void_of_a_bill_that_recovery_finds_unpaid_is_listed_until_it_is_ended() {
    let mut shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.till.void("B1", SOON).is(codes::UNKNOWN);
    drop(shop.start_again());
    shop.set_outcome(&BillOutcome::Failed { info: "支付失败:用户取消支付".into() });
    shop.till.recover(NONE).is(codes::OK);
    // Meanwhile nothing can be charged on it.
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_REFUND_OPEN);
    is_listed_to_be_undone(&shop, "not_paid");
    shop.till.void("B1", NONE).is(codes::NOT_PAID);
    assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 0);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
}

#[test]
fn an_accepted_refund_does_not_take_the_line_of_one_that_was_made_before_it() {
    let shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    let body = "<dm ok=\"1\" info=\"退款成功\" total=\"-3.00\" pay_time=\"2026-11-22 12:00:00\"></dm>";
    shop.once(Call::Refund, Fault::Response { body: body.to_owned() });
    let (theirs, ours) = (("x", "3.00", "2026-11-22 11:58:59"), ("y", "3.00", "2026-11-22 12:00:01"));
    shop.control.add_fault(FaultOrder::always(Call::Read, bill_of(&dm_id, "10.00", &[theirs])).after(1));
    shop.till.refund("R1", "B1", 300, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    shop.always(Call::Read, bill_of(&dm_id, "10.00", &[theirs, ours]));
    assert_eq!(shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED).text("refund_id"), "y");
    // So the line that was shown late does not prove the next refund.
    shop.once(Call::Refund, Fault::RequestLost);
    shop.till.refund("R2", "B1", 300, NONE).is(codes::NOT_REFUNDED);
}

/// Changes the ledger between two runs of the till.
fn meanwhile(shop: &mut Shop, sql: &str) {
    shop.till.close().is(codes::OK);
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    ledger.execute_batch(sql).unwrap();
    drop(ledger);
    shop.start_again().is(codes::OK);
}

/// Moves the ledger a day on, with the till open, and starts it again.
fn a_day_later(shop: &mut Shop) {
    meanwhile(shop, "UPDATE refund SET quiet_ms = 86400000");
}

#[test]
fn a_refund_that_nothing_decides_needs_a_person_after_a_day() {
    let accepted = says("退款申请已提交");
    for (response, another_device) in
        [(accepted.clone(), false), (accepted, true), (Fault::RequestLost, true)]
    {
        let mut shop = Shop::open_utf8();
        let dm_id = sold(&shop, "B1", 1000);
        shop.once(Call::Refund, response);
        shop.control.add_fault(FaultOrder::always(Call::Read, bill_of(&dm_id, "10.00", &[])).after(1));
        shop.till.refund("R1", "B1", 300, SOON).is(codes::UNKNOWN);
        if another_device {
            let second = shop.control.add_device(NewDevice::default()).unwrap();
            shop.till.set_device(&second.device_id, &second.key).is(codes::OK);
        }
        assert_eq!(shop.till.unresolved().is(codes::OK).list("refund")[0].text("needs_person"), "");
        a_day_later(&mut shop);
        // It does not block the till for the minute that it may wait.
        let begun = Instant::now();
        shop.till.recover(NONE).is(codes::OK);
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        assert_ne!(shop.till.unresolved().is(codes::OK).list("refund")[0].text("needs_person"), "");
        assert_ne!(shop.till.refund("R1", "B1", 300, SOON).is(codes::UNKNOWN).text("needs_person"), "");
        // It is asked about anyway.
        shop.control.clear_faults();
        shop.once(Call::Read, bill_of(&dm_id, "10.00", &[("r1", "3.00", "2099-11-22 12:00:00")]));
        let told = shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
        assert_eq!(told.text("needs_person"), "");
    }
}

#[test]
fn a_refund_of_the_back_office_that_the_bill_was_slow_to_show_is_no_proof_of_ours() {
    let shop = Setup::default().option("refund_quiet_ms", "200").open();
    let dm_id = sold(&shop, "B1", 1000);
    shop.control.refund_bill(order(&dm_id), Fen(300)).unwrap();
    // It is hours old by the platform's clock when our refund is sent, and lost.
    let settings = shop.control.settings();
    shop.control.set_settings(Settings { clock_skew_s: 4 * 3600, ..settings });
    shop.once(Call::Read, bill_of(&dm_id, "10.00", &[]));
    shop.once(Call::Refund, Fault::RequestLost);
    let told = shop.till.refund("R1", "B1", 300, NONE).is(codes::UNKNOWN);
    assert_eq!(told.text("state"), "conflict");
    assert_ne!(told.text("needs_person"), "");
    assert_eq!(told.text("message_zh"), "无法确定这笔退款是否成功，需要人工核对。");
}

#[test]
fn reconciling_as_another_device_does_not_believe_that_orders_are_gone() {
    let shop = Shop::open_utf8();
    sold(&shop, "B1", 1000);
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    let second = shop.control.add_device(NewDevice::default()).unwrap();
    shop.till.set_device(&second.device_id, &second.key).is(codes::OK);
    // A platform that shows orders only to their own device.
    shop.always(Call::Read, Fault::NotFound);
    let found = shop.till.reconcile("").is(codes::ERR_NO_RESPONSE);
    assert_eq!((found.number("differences"), found.number("unanswered")), (0, 1));
    shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    let found = shop.till.reconcile("").is(codes::OK);
    assert_eq!((found.number("alarms"), found.number("unanswered")), (2, 0));
}

#[test]
fn a_refund_that_is_gone_is_not_hidden_by_a_larger_one_of_the_back_office() {
    let shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.always(Call::Read, bill_of(&dm_id, "10.00", &[("x", "5.00", "2026-11-22 12:00:00")]));
    let found = shop.till.reconcile("").is(codes::OK);
    let difference = &found.list("difference")[0];
    assert_eq!(difference.text("kind"), "refund_not_there");
    assert_eq!((difference.number("here_fen"), difference.number("there_fen")), (300, 0));
    assert_eq!(shop.till.alarms().is(codes::OK).number("alarms"), 1);
}

#[test]
fn a_bill_that_lags_behind_a_refund_raises_no_alarm() {
    let shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.control.add_fault(FaultOrder::once(Call::Read, bill_of(&dm_id, "10.00", &[])).times(2));
    assert_eq!(shop.till.reconcile("").is(codes::OK).number("differences"), 0);
    assert_eq!(shop.till.alarms().is(codes::OK).number("alarms"), 0);
}

/// A bill that is open here, and that its customer has paid by an order unknown here. Returns code and order.
fn open_and_paid(shop: &Shop, fen: i32) -> (String, String) {
    let code = shop.wechat();
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, Fault::RequestLost);
    shop.till.micropay("B1", &code, fen, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    (code, shop.bill().dm_id.to_string())
}

#[test]
fn a_bill_that_was_refunded_by_its_order_while_open_is_not_told_as_paid() {
    let shop = Shop::open_utf8();
    let (code, dm_id) = open_and_paid(&shop, 1000);
    shop.till.refund_order("R1", "", &dm_id, 1000).is(codes::REFUNDED);
    shop.till.micropay("B1", &code, 1000, NONE).is(codes::ERR_ALREADY_REFUNDED);
}

#[test]
fn a_bill_whose_order_has_an_open_refund_is_not_told_as_paid() {
    let shop = Setup::default().option("deadline_ms", "300").open();
    let (code, dm_id) = open_and_paid(&shop, 1000);
    shop.once(Call::Refund, Fault::ResponseLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    shop.till.refund_order("R1", "", &dm_id, 1000).is(codes::UNKNOWN);
    shop.till.micropay("B1", &code, 1000, NONE).is(codes::ERR_REFUND_OPEN);
}

#[test]
fn a_line_that_an_earlier_refund_found_on_the_bill_is_no_proof_of_a_later_one() {
    let shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    shop.control.refund_bill(order(&dm_id), Fen(300)).unwrap();
    shop.once(Call::Refund, says("超过退款期限"));
    shop.till.refund("R1", "B1", 200, NONE).is(codes::NOT_REFUNDED);
    // An old reading, and then the refund of the back office again.
    shop.once(Call::Read, bill_of(&dm_id, "10.00", &[]));
    shop.once(Call::Refund, Fault::RequestLost);
    shop.till.refund("R2", "B1", 300, NONE).is(codes::NOT_REFUNDED);
    shop.agree();
}

#[test]
fn of_two_refunds_in_one_second_neither_is_the_proof_of_a_third() {
    let shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    // The platform's number of a refund consists of the bill's number and the second.
    let bill = |refunds: usize| {
        bill_of(&dm_id, "10.00", &vec![("dm1524314334", "1.00", "2099-11-22 12:00:00"); refunds])
    };
    for (number, before) in [("R1", 0), ("R2", 1)] {
        shop.once(Call::Refund, says("退款申请已提交"));
        shop.once(Call::Read, bill(before));
        shop.control.add_fault(FaultOrder::always(Call::Read, bill(before + 1)).after(1));
        shop.till.refund(number, "B1", 100, NONE).is(codes::REFUNDED);
        shop.control.clear_faults();
    }
    shop.once(Call::Refund, Fault::RequestLost);
    shop.once(Call::Read, bill(1));
    shop.control.add_fault(FaultOrder::always(Call::Read, bill(2)).after(1));
    shop.till.refund("R3", "B1", 100, NONE).is(codes::NOT_REFUNDED);
}

#[test]
fn a_void_takes_nothing_from_a_bill_that_shows_less_than_was_charged() {
    let shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    let part = shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    let part = (part.text("refund_id"), "3.00", part.text("pay_time"));
    shop.once(Call::Read, bill_of(&dm_id, "7.00", &[part]));
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    let refunded: i64 = shop.bill().refunds.iter().map(|refund| refund.refund_fen.0).sum();
    assert_eq!(refunded, 1000);
}

/// Two open charges of one bill. Returns their orders.
fn open_twice(shop: &Shop) -> [DmId; 2] {
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    let first = shop.bill().dm_id;
    let insist = [SOON[0], INSIST[0]];
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, &insist).is(codes::UNKNOWN);
    let second = shop.bills().into_iter().map(|bill| bill.dm_id).find(|dm_id| *dm_id != first);
    [first, second.unwrap()]
}

#[test]
fn a_refund_has_the_same_response_after_another_attempt_on_its_bill_was_paid() {
    let shop = Shop::open_utf8();
    let [first, second] = open_twice(&shop);
    shop.control.set_bill_outcome(first, &BillOutcome::Paid).unwrap();
    shop.till.recover(SOON).is(codes::OK);
    shop.till.refund("R1", "B1", 60, NONE).is(codes::REFUNDED);
    shop.control.set_bill_outcome(second, &BillOutcome::Paid).unwrap();
    shop.till.recover(SOON).is(codes::OK);
    shop.till.refund("R1", "B1", 60, NONE).is(codes::REFUNDED);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
}

#[test]
fn a_refund_has_the_same_response_while_a_void_is_open() {
    let shop = Shop::open_utf8();
    sold(&shop, "B1", 1000);
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.once(Call::Refund, Fault::ResponseLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    shop.till.void("B1", SOON).is(codes::UNKNOWN);
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
}

#[test]
fn an_open_refund_and_a_void_do_not_wait_for_each_other() {
    let shop = Shop::open_utf8();
    sold(&shop, "B1", 1000);
    shop.once(Call::Refund, Fault::ResponseLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    shop.till.refund("R1", "B1", 300, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    shop.till.void("B1", SOON).is(codes::ERR_REFUND_OPEN);
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn a_void_that_has_refunded_one_order_ends_in_no_error() {
    let shop = Shop::open_utf8();
    let [first, second] = open_twice(&shop);
    for dm_id in [first, second] {
        shop.control.set_bill_outcome(dm_id, &BillOutcome::Paid).unwrap();
    }
    shop.till.recover(NONE).is(codes::OK);
    // An error says that no refund was sent.
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(2));
    shop.till.void("B1", NONE).is(codes::UNKNOWN);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
}

#[test]
fn what_the_back_office_has_refunded_is_kept_whole_or_not_at_all() {
    let mut shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    shop.control.refund_bill(order(&dm_id), Fen(1000)).unwrap();
    let fails = "CREATE TRIGGER half BEFORE UPDATE ON refund BEGIN SELECT RAISE(ABORT, 'cut'); END";
    meanwhile(&mut shop, fails);
    shop.till.void("B1", NONE).is(codes::ERR_LEDGER);
    meanwhile(&mut shop, "DROP TRIGGER half");
    assert!(shop.till.unresolved().is(codes::OK).list("refund").is_empty());
    shop.till.void("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
    shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
}

#[test]
fn a_refund_line_that_the_platform_rewrites_does_not_block_the_next_refund() {
    let shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    let first = shop.till.refund("R1", "B1", 200, NONE).is(codes::REFUNDED);
    let rewritten = |number: &str| bill_of(&dm_id, "10.00", &[(number, "2.00", "2018-11-22 12:00:00")]);
    // From another time; for the refund the bill shows it unchanged.
    shop.once(Call::Read, rewritten(first.text("refund_id")));
    shop.till.refund("R2", "B1", 200, NONE).is(codes::REFUNDED);
    shop.till.refund("R3", "B1", 200, NONE).is(codes::REFUNDED);
    shop.agree();
    // A line that could be another's: nothing is sent, and the reply tells a person what to do.
    shop.always(Call::Read, rewritten("x"));
    shop.control.clear_requests();
    let refused = shop.till.refund("R4", "B1", 200, NONE).is(codes::ERR_BILL_LACKS_REFUND);
    assert!(refused.text("detail").contains("lacks a known refund"), "{refused:?}");
    shop.till.void("B1", NONE).is(codes::ERR_BILL_LACKS_REFUND);
    assert!(shop.sent(Call::Refund).is_empty());
    // The person refunds the rest in the back office.
    let whole = bill_of(
        &dm_id,
        "10.00",
        &[("x", "2.00", "2018-11-22 12:00:00"), ("y", "8.00", "2018-11-22 13:00:00")],
    );
    shop.control.clear_faults();
    shop.always(Call::Read, whole);
    shop.till.void("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
    shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
}

#[test]
fn an_order_of_a_bill_that_is_not_known_to_be_paid_is_not_refunded() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 1000, SOON).is(codes::UNKNOWN);
    let dm_id = shop.bill().dm_id.to_string();
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.refund_order("R1", "", &dm_id, 1000).is(codes::ERR_BILL_NOT_PAID);
    assert!(shop.sent(Call::Refund).is_empty());
    shop.till.settle("B1", NONE).is(codes::PAID);
    shop.till.refund_order("R1", "", &dm_id, 1000).is(codes::REFUNDED);
    shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
}

#[test]
fn a_bill_whose_money_the_back_office_gave_back_is_not_told_as_paid_after_a_refund() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    let dm_id = shop.till.micropay("B1", &code, 1000, NONE).is(codes::PAID).text("dm_id").to_owned();
    shop.till.refund("R1", "B1", 200, NONE).is(codes::REFUNDED);
    shop.control.refund_bill(order(&dm_id), Fen(800)).unwrap();
    shop.till.refund("R2", "B1", 100, NONE).is(codes::ERR_REFUND_TOO_MUCH);
    shop.silent(|| shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED));
    shop.silent(|| shop.till.micropay("B1", &code, 1000, NONE).is(codes::ERR_ALREADY_REFUNDED));
    shop.silent(|| shop.till.refund("R2", "B1", 100, NONE).is(codes::ERR_REFUND_TOO_MUCH));
    shop.till.void("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
}

#[test]
fn a_bill_is_told_as_refunded_elsewhere_by_no_reading_that_is_alone_or_shows_too_little() {
    let shop = Shop::open_utf8();
    let dm_id = sold(&shop, "B1", 1000);
    shop.once(Call::Read, bill_of(&dm_id, "10.00", &[("x", "10.00", "2026-11-22 12:00:00")]));
    shop.till.refund("R1", "B1", 300, NONE).is(codes::ERR_BILL_LACKS_REFUND);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    shop.always(Call::Read, bill_of(&dm_id, "3.00", &[("x", "3.00", "2026-11-22 12:00:00")]));
    shop.till.refund("R1", "B1", 300, NONE).is(codes::ERR_REFUND_TOO_MUCH);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    assert!(shop.sent(Call::Refund).is_empty());
}
