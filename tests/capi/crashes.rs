//! Programs that are killed in mid-payment, and how the next start recovers.

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault};

use crate::codes;
use crate::shop::{Setup, Shop, eventually};
use crate::till::NONE;

/// The requests that move money so far.
fn moving(shop: &Shop) -> usize {
    shop.sent(Call::Micropay).len() + shop.sent(Call::Refund).len()
}

fn shop() -> Shop {
    Setup::default().option("quiet_ms", "600").open()
}

#[test]
fn a_charge_that_was_in_flight_when_the_program_was_killed_is_settled_by_the_next_start() {
    for (fault, told) in [
        (Fault::Delay { ms: 800 }, codes::PAID),
        (Fault::DelayBefore { ms: 300 }, codes::PAID),
        (Fault::RequestLost, codes::NOT_PAID),
        (Fault::ResponseLost, codes::PAID),
    ] {
        let mut shop = shop();
        let code = shop.wechat();
        shop.once(Call::Micropay, fault.clone());
        shop.always(Call::Query, Fault::RequestLost);
        let _lost = shop.till.micropay_aside("B1", &code, 100, NONE);
        eventually("the charge arrives", || moving(&shop) == 1);
        shop.till.driver.kill();
        shop.control.clear_faults();

        let opened = shop.start_again().is(codes::OK);
        assert_eq!((opened.number("open_charges"), opened.number("open_refunds")), (1, 0), "{fault:?}");
        let other = shop.wechat();
        shop.silent(|| shop.till.micropay("B1", &other, 100, NONE).is(codes::ERR_STILL_OPEN));
        let done = shop.till.recover(NONE).is(codes::OK);
        assert_eq!((done.number("settled"), done.number("open")), (1, 0));
        assert_eq!(done.list("charge")[0].text("out_trade_no"), "B1");
        let again = shop.silent(|| shop.till.recover(NONE).is(codes::OK));
        assert_eq!((again.number("settled"), again.number("open")), (0, 0));
        let reply = shop.silent(|| shop.till.settle("B1", NONE).is(told));
        shop.verify(&reply, &code, 100);
        assert_eq!(moving(&shop), 1);
        shop.agree_on_one_capture("B1");
    }
}

#[test]
fn a_refund_that_was_in_flight_when_the_program_was_killed_is_settled_by_the_next_start() {
    for (fault, told) in [
        (Fault::Delay { ms: 800 }, codes::REFUNDED),
        (Fault::DelayBefore { ms: 300 }, codes::REFUNDED),
        (Fault::RequestLost, codes::NOT_REFUNDED),
    ] {
        let mut shop = shop();
        shop.sell("B1", 500);
        shop.once(Call::Refund, fault.clone());
        let _lost = shop.till.refund_aside("R1", "B1", 200, NONE);
        eventually("the refund arrives", || shop.sent(Call::Refund).len() == 1);
        shop.till.driver.kill();

        let opened = shop.start_again().is(codes::OK);
        assert_eq!((opened.number("open_charges"), opened.number("open_refunds")), (0, 1), "{fault:?}");
        shop.silent(|| shop.till.refund("R2", "B1", 200, NONE).is(codes::ERR_REFUND_OPEN));
        let done = shop.till.recover(NONE).is(codes::OK);
        assert_eq!((done.number("settled"), done.number("open")), (1, 0));
        shop.silent(|| shop.till.recover(NONE).is(codes::OK));
        shop.silent(|| shop.till.refund("R1", "B1", 200, NONE).is(told));
        assert_eq!(shop.sent(Call::Refund).len(), 1);
        shop.agree();
    }
}

#[test]
fn the_intent_is_in_the_ledger_when_the_first_byte_arrives() {
    let mut shop = shop();
    shop.sell("B0", 500);
    shop.once(Call::Micropay, Fault::Delay { ms: 60_000 });
    shop.once(Call::Refund, Fault::Delay { ms: 60_000 });
    let code = shop.wechat();
    let _charge = shop.till.micropay_aside("B1", &code, 100, NONE);
    let _refund = shop.till.refund_aside("R1", "B0", 200, NONE);
    eventually("both arrive", || moving(&shop) == 3);
    shop.till.driver.kill();
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    let charge: (String, i64, String) = ledger
        .query_row("SELECT out_trade_no, total_fen, auth_code FROM charge WHERE state = 'open'", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(charge, ("B1".into(), 100, code));
    let refund: (String, i64) = ledger
        .query_row("SELECT out_refund_no, refund_fen FROM refund WHERE state = 'open'", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(refund, ("R1".into(), 200));
    drop(ledger);
    shop.start_again().is(codes::OK);
    shop.till.recover(NONE).is(codes::OK);
    shop.agree();
}

#[test]
fn a_recovery_that_is_killed_is_begun_again_and_moves_no_money() {
    let mut shop = shop();
    let code = shop.customer(Behaviour::NeverAnswers);
    let _lost = shop.till.micropay_aside("B1", &code, 100, NONE);
    eventually("the platform has the bill", || shop.bills().len() == 1);
    for _ in 0..3 {
        shop.till.driver.kill();
        assert_eq!(shop.start_again().is(codes::OK).number("open_charges"), 1);
        let asked = shop.sent(Call::Query).len();
        let _recovery = shop.till.recover_aside(NONE);
        eventually("the recovery asks", || shop.sent(Call::Query).len() > asked);
    }
    shop.till.driver.kill();
    shop.set_outcome(&BillOutcome::Paid);
    shop.start_again().is(codes::OK);
    shop.till.recover(NONE).is(codes::OK);
    shop.verify(&shop.till.settle("B1", NONE).is(codes::PAID), &code, 100);
    assert_eq!(moving(&shop), 1);
    shop.agree_on_one_capture("B1");
}

#[test]
fn what_was_told_before_the_program_was_killed_is_told_after_it() {
    let mut shop = shop();
    let paid = shop.sell("B1", 100);
    shop.till.micropay("B2", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    shop.till.refund("R1", "B1", 30, NONE).is(codes::REFUNDED);
    shop.till.driver.kill();
    assert_eq!(shop.start_again().is(codes::OK).number("open_charges"), 0);
    shop.silent(|| {
        assert_eq!(shop.till.settle("B1", NONE).is(codes::PAID_EARLIER).text("dm_id"), paid.text("dm_id"));
        shop.till.settle("B2", NONE).is(codes::NOT_PAID);
        shop.till.refund("R1", "B1", 30, NONE).is(codes::REFUNDED);
    });
    assert_eq!(shop.till.find("B1").is(codes::OK).text("printinfo"), paid.text("printinfo"));
    shop.agree();
}

#[test]
fn a_program_that_ends_without_closing_leaves_a_folder_that_opens_again() {
    let mut shop = shop();
    shop.sell("B1", 100);
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay_start(1, "B2", &code, 100, NONE).is(codes::PENDING);
    eventually("the platform has the bill", || shop.bills().len() == 2);
    shop.till.driver.leave();
    assert_eq!(shop.start_again().is(codes::OK).number("open_charges"), 1);
    let bill = shop.bills().into_iter().find(|bill| bill.auth_code == code).unwrap();
    shop.control.set_bill_outcome(bill.dm_id, &BillOutcome::Paid).unwrap();
    shop.till.recover(NONE).is(codes::OK);
    shop.till.settle("B2", NONE).is(codes::PAID);
    shop.agree();
}
