//! What is kept of a charge beside its verdict: who took it, and when its caller was told that it is paid.

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault};

use crate::codes;
use crate::shop::{SOON, Shop, eventually};
use crate::till::NONE;

/// What the ledger has of the only bill: when it was told, and whether there is a day of its outcome.
fn kept(shop: &Shop) -> (Option<i64>, i64, String) {
    shop.till.close().is(codes::OK);
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    ledger.execute_batch("PRAGMA locking_mode = EXCLUSIVE").unwrap();
    let sql = "SELECT told_ms, ended_ms, ended_day FROM charge";
    ledger.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
}

#[test]
fn the_call_that_has_the_verdict_tells_it_and_the_moment_is_that_of_the_outcome() {
    let shop = Shop::open_utf8();
    let told = shop.sell("B1", 100).text("told").to_owned();
    assert!(!told.is_empty());
    assert_eq!(shop.till.find("B1").is(codes::OK).text("told"), told);
    // It was told once, whoever is told again.
    let again = shop.till.settle("B1", NONE).is(codes::PAID);
    assert_eq!((again.text("told"), again.text("ended")), (told.as_str(), told.as_str()));
    let (told_ms, ended_ms, day) = kept(&shop);
    assert_eq!(told_ms, Some(ended_ms));
    assert_eq!(day, told.split(' ').next().unwrap());
}

#[test]
fn a_settling_tells_what_it_finds() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    assert_eq!(shop.till.find("B1").is(codes::OK).text("told"), "");
    shop.set_outcome(&BillOutcome::Paid);
    let settled = shop.till.settle("B1", NONE).is(codes::PAID);
    assert_eq!(settled.text("told"), settled.text("ended"));
    let (told_ms, ended_ms, _) = kept(&shop);
    assert_eq!(told_ms, Some(ended_ms));
}

#[test]
fn what_a_recovery_finds_is_told_to_nobody() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.set_outcome(&BillOutcome::Paid);
    let recovered = shop.till.recover(NONE).is(codes::OK);
    let charge = &recovered.list("charge")[0];
    assert_eq!((charge.text("state"), charge.text("told")), ("paid", ""));
    assert_eq!(kept(&shop).0, None);
}

#[test]
fn what_is_undone_was_never_told_as_paid() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(kept(&shop).0, None);

    // The charge goes on when the wish comes, and is told as refunded when it ends.
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::AsksPassword { ms: 300 });
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.sent(Call::Micropay).len() == 1);
    shop.till.void_payment(1).is(codes::OK);
    shop.till.wait(1).is(codes::REFUNDED);
    assert_eq!(kept(&shop).0, None);
}

#[test]
fn what_was_not_paid_has_a_day_and_was_not_told_as_paid() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    let (told_ms, _, day) = kept(&shop);
    assert_eq!((told_ms, day.len()), (None, "2026-11-22".len()));
}

#[test]
fn the_cashier_of_a_charge_is_kept_whatever_becomes_of_it() {
    let mut shop = Shop::open_utf8();
    let cashier = [("operator_id", "小王 7")];
    shop.till.micropay("B1", &shop.wechat(), 100, &cashier).is(codes::PAID);
    shop.once(Call::Micropay, Fault::AnswerLost);
    shop.till
        .micropay("B2", &shop.customer(Behaviour::NeverAnswers), 100, &[cashier[0], SOON[0]])
        .is(codes::UNKNOWN);
    shop.sell("B3", 100);
    shop.till.driver.kill();
    shop.start_again().is(codes::OK);
    for (bill, name) in [("B1", "小王 7"), ("B2", "小王 7"), ("B3", "")] {
        assert_eq!(shop.till.find(bill).is(codes::OK).text("operator_id"), name, "{bill}");
    }
    // Who asks again is not who took it.
    let asked = shop.till.micropay("B1", &shop.wechat(), 100, &[("operator_id", "8")]).is(codes::PAID);
    assert_eq!(asked.text("operator_id"), "小王 7");
}
