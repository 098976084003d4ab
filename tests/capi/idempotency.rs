//! One charge for one bill number; one refund for one refund number.

use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault};

use crate::codes;
use crate::shop::{SOON, Shop, eventually};
use crate::till::NONE;

#[test]
fn a_paid_bill_is_told_again_from_the_record_with_any_code_and_nothing_is_sent() {
    let mut shop = Shop::open_utf8();
    let code = shop.wechat();
    let first = shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    let other = shop.wechat();
    for code in [&code, &other] {
        let again = shop.silent(|| shop.till.micropay("B1", code, 100, NONE).is(codes::PAID_EARLIER));
        assert_eq!((again.number("recorded"), again.text("first_told")), (1, first.text("told")));
        for field in ["dm_id", "pay_id", "pay_time", "printinfo", "total_fen", "attempt"] {
            assert_eq!(again.text(field), first.text(field), "{field}");
        }
    }
    shop.silent(|| shop.till.settle("B1", NONE).is(codes::PAID_EARLIER));
    shop.till.close().is(codes::OK);
    shop.start_again().is(codes::OK);
    shop.silent(|| shop.till.micropay("B1", &other, 100, NONE).is(codes::PAID_EARLIER));
    shop.agree_on_one_capture("B1");
}

#[test]
fn another_amount_under_a_number_is_an_error_in_every_state_and_nothing_is_sent() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.micropay("B2", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.till.micropay("B3", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    for bill in ["B1", "B2", "B3"] {
        let code = shop.wechat();
        let reply = shop.silent(|| shop.till.micropay(bill, &code, 101, NONE).is(codes::ERR_AMOUNT_DIFFERS));
        assert_eq!(reply.number("recorded_fen"), 100);
        shop.silent(|| shop.till.micropay_start(1, bill, &code, 101, NONE).is(codes::ERR_AMOUNT_DIFFERS));
    }
}

#[test]
fn a_second_code_for_an_open_bill_is_refused_unless_the_caller_insists() {
    let shop = Shop::open_utf8();
    let (first, second) = (shop.customer(Behaviour::NeverAnswers), shop.wechat());
    shop.till.micropay("B1", &first, 100, SOON).is(codes::UNKNOWN);
    let first = shop.bill();
    let reply = shop.silent(|| shop.till.micropay("B1", &second, 100, NONE).is(codes::ERR_STILL_OPEN));
    assert_eq!(reply.text("out_trade_no"), "B1");
    let wrong = [("insist", "yes")];
    shop.silent(|| shop.till.micropay("B1", &second, 100, &wrong).is(codes::ERR_OPTIONS));
    let insist = [("insist", "may_charge_twice")];
    shop.till.micropay("B1", &second, 100, &insist).is(codes::PAID);
    // In the end the first one is paid too: that is the risk of insisting, and it is found.
    shop.control.set_bill_outcome(first.dm_id, &BillOutcome::Paid).unwrap();
    let done = shop.till.recover(NONE).is(codes::OK);
    assert_eq!(done.number("settled"), 1);
    let found = shop.till.find("B1").is(codes::OK);
    let states: Vec<_> = found.list("charge").iter().map(|charge| charge.text("state")).collect();
    assert_eq!(states, ["paid", "paid"]);
    shop.agree();
}

#[test]
fn the_same_code_for_an_open_bill_goes_on_asking_and_charges_nothing() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    let asked = shop.sent(Call::Query).len();
    let again = shop.till.micropay_aside("B1", &code, 100, NONE);
    eventually("it goes on asking", || shop.sent(Call::Query).len() > asked);
    shop.set_outcome(&BillOutcome::Paid);
    let reply = again.end().is(codes::PAID);
    assert_eq!((reply.number("attempt"), reply.number("recorded")), (1, 0));
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_bill_that_was_not_paid_is_charged_again_with_a_new_code_and_not_with_the_old_one() {
    let shop = Shop::open_utf8();
    let poor = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &poor, 100, NONE).is(codes::NOT_PAID);
    let again = shop.silent(|| shop.till.micropay("B1", &poor, 100, NONE).is(codes::NOT_PAID));
    assert_eq!(again.number("recorded"), 1);
    let reply = shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    assert_eq!(reply.number("attempt"), 2);
    assert_eq!(shop.till.find("B1").is(codes::OK).list("charge").len(), 2);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_code_that_was_used_for_one_bill_is_refused_for_another() {
    let shop = Shop::open_utf8();
    let paid = shop.wechat();
    shop.till.micropay("B1", &paid, 100, NONE).is(codes::PAID);
    let open = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B2", &open, 100, SOON).is(codes::UNKNOWN);
    for (code, bill) in [(paid, "B1"), (open, "B2")] {
        let reply = shop.silent(|| shop.till.micropay("B3", &code, 100, NONE).is(codes::ERR_AUTH_CODE_USED));
        assert_eq!(reply.text("out_trade_no"), bill);
    }
}

#[test]
fn a_bill_that_was_refunded_in_full_is_neither_paid_nor_charged_again() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    shop.till.refund("R1", "B1", 60, NONE).is(codes::REFUNDED);
    let part = shop.silent(|| shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID_EARLIER));
    assert_eq!(part.number("refunded_fen"), 60);
    shop.till.refund("R2", "B1", 40, NONE).is(codes::REFUNDED);
    for code in [code, shop.wechat()] {
        shop.silent(|| shop.till.micropay("B1", &code, 100, NONE).is(codes::ERR_ALREADY_REFUNDED));
    }
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_refund_number_refunds_once_and_belongs_to_one_bill_and_amount() {
    let mut shop = Shop::open_utf8();
    shop.sell("B1", 500);
    shop.sell("B2", 500);
    let first = shop.till.refund("R1", "B1", 100, NONE).is(codes::REFUNDED);
    let again = shop.silent(|| shop.till.refund("R1", "B1", 100, NONE).is(codes::REFUNDED));
    assert_eq!(again.text("pay_id"), first.text("pay_id"));
    let other = shop.silent(|| shop.till.refund("R1", "B1", 101, NONE).is(codes::ERR_REFUND_DIFFERS));
    assert_eq!(other.number("recorded_fen"), 100);
    shop.silent(|| shop.till.refund("R1", "B2", 100, NONE).is(codes::ERR_REFUND_DIFFERS));
    shop.till.close().is(codes::OK);
    shop.start_again().is(codes::OK);
    shop.control.clear_requests();
    shop.silent(|| shop.till.refund("R1", "B1", 100, NONE).is(codes::REFUNDED));
    shop.till.refund("R2", "B1", 100, NONE).is(codes::REFUNDED);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
}

#[test]
fn a_refund_that_is_not_decided_keeps_other_refunds_of_the_bill_waiting() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 500);
    shop.sell("B2", 500);
    shop.once(Call::Refund, Fault::Late { ms: 150 });
    shop.till.refund("R1", "B1", 100, &[("deadline_ms", "1")]).is(codes::UNKNOWN);
    let reply = shop.silent(|| shop.till.refund("R2", "B1", 100, NONE).is(codes::ERR_REFUND_OPEN));
    assert_eq!(reply.text("out_refund_no"), "R1");
    shop.till.refund("R3", "B2", 100, NONE).is(codes::REFUNDED);
    shop.till.refund("R1", "B1", 100, NONE).is(codes::REFUNDED);
    assert_eq!(shop.sent(Call::Refund).len(), 2);
    shop.agree();
}

#[test]
fn the_same_number_from_two_threads_at_once_is_charged_once_and_the_other_is_told_busy() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NeverAnswers);
    let first = shop.till.micropay_aside("B1", &code, 100, NONE);
    eventually("the first is on its way", || shop.bills().len() == 1);
    for reply in [
        shop.till.micropay("B1", &code, 100, NONE),
        shop.till.micropay("B1", &shop.wechat(), 100, &[("insist", "may_charge_twice")]),
        shop.till.micropay_start(1, "B1", &code, 100, NONE),
        shop.till.settle("B1", NONE),
        shop.till.void("B1", NONE),
    ] {
        reply.is(codes::ERR_BUSY);
    }
    // The code is as busy as the number.
    assert!(matches!(
        shop.till.micropay("B2", &code, 100, NONE).code,
        codes::ERR_BUSY | codes::ERR_AUTH_CODE_USED
    ));
    shop.set_outcome(&BillOutcome::Paid);
    shop.verify(&first.end().is(codes::PAID), &code, 100);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_number_that_many_threads_begin_at_once_is_charged_once() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::AsksPassword { ms: 200 });
    let calls: Vec<_> = (0..8).map(|_| shop.till.micropay_aside("B1", &code, 100, NONE)).collect();
    let told: Vec<_> = calls.into_iter().map(|call| call.end().code).collect();
    assert_eq!(told.iter().filter(|code| **code == codes::PAID).count(), 1, "{told:?}");
    let others = [codes::PAID, codes::PAID_EARLIER, codes::ERR_BUSY];
    assert!(told.iter().all(|code| others.contains(code)), "{told:?}");
    assert_eq!(shop.sent(Call::Micropay).len(), 1);

    let calls: Vec<_> = (0..8).map(|_| shop.till.refund_aside("R1", "B1", 30, NONE)).collect();
    let told: Vec<_> = calls.into_iter().map(|call| call.end().code).collect();
    assert!(told.contains(&codes::REFUNDED), "{told:?}");
    assert!(told.iter().all(|code| [codes::REFUNDED, codes::ERR_BUSY].contains(code)), "{told:?}");
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree_on_one_capture("B1");
}
