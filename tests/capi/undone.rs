//! A bill that is to be voided stays so until it is, or until a person decides otherwise.

use wsy_sandbox::{Behaviour, Call, Fault};

use crate::codes;
use crate::shop::{SOON, Shop, eventually};
use crate::till::{NONE, Reply};

/// A void that the platform does not carry out.
fn declined(shop: &Shop, bill: &str) -> Reply {
    shop.once(Call::Refund, Fault::RequestLost);
    shop.till.void(bill, NONE).is(codes::NOT_REFUNDED)
}

/// The number of charges and refunds that are listed as unresolved.
fn listed(shop: &Shop) -> i64 {
    shop.till.unresolved().is(codes::OK).number("open")
}

#[test]
fn a_void_that_the_platform_did_not_carry_out_stays_to_be_undone() {
    let mut shop = Shop::open_utf8();
    shop.sell("B1", 100);
    let first = declined(&shop, "B1");
    assert_eq!((first.text("money"), first.text("state")), ("not_moved", "not_refunded"));
    assert!(first.text("message_zh").contains("仍待撤销"), "{}", first.text("message_zh"));
    assert!(first.text("message_en").contains("still has to be voided"), "{}", first.text("message_en"));
    assert!(first.text("advice_zh").contains("再撤销一次"), "{}", first.text("advice_zh"));
    assert!(first.text("hint_en").contains("wsy_void"), "{}", first.text("hint_en"));
    for _ in 0..2 {
        let open = shop.till.unresolved().is(codes::OK);
        assert_eq!((open.number("open"), open.list("charge")[0].text("out_trade_no")), (1, "B1"));
        assert!(open.text("message_en").contains("1 bill is not voided yet"), "{}", open.text("message_en"));
        shop.silent(|| {
            shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
            shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_REFUND_OPEN);
            shop.till.refund("R1", "B1", 100, NONE).is(codes::ERR_REFUND_OPEN);
        });
        // A recovery sends no refund, and forgets none.
        shop.till.recover(NONE).is(codes::OK);
        assert_eq!(shop.sent(Call::Refund).len(), 1);
        shop.till.driver.kill();
        shop.start_again().is(codes::OK);
    }
    let second = declined(&shop, "B1");
    assert_ne!(second.text("out_refund_no"), first.text("out_refund_no"));
    assert_eq!(listed(&shop), 1);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(listed(&shop), 0);
    shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
    shop.agree();
}

#[test]
fn a_person_ends_the_wish_to_undo_a_bill_that_the_platform_did_not_refund() {
    for word in ["keep", "paid"] {
        let shop = Shop::open_utf8();
        shop.sell("B1", 100);
        declined(&shop, "B1");
        shop.till.decide("B1", 0, "not_paid").is(codes::ERR_NOT_OPEN);
        assert_eq!(listed(&shop), 1);
        shop.silent(|| shop.till.decide("B1", 0, word).is(codes::OK));
        assert_eq!(listed(&shop), 0, "{word}");
        shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
        // It may be undone later anyway.
        shop.till.void("B1", NONE).is(codes::REFUNDED);
    }
}

#[test]
fn a_handle_that_nobody_polled_does_not_say_paid_after_a_person_has() {
    for answered in [true, false] {
        let mut shop = Shop::open_utf8();
        shop.till.micropay_start(1, "B1", &shop.wechat(), 100, NONE).is(codes::PENDING);
        eventually("it has ended", || shop.till.cashier(1, codes::EN).starts_with("Paid"));
        if answered {
            declined(&shop, "B1");
        } else {
            shop.always(Call::Read, Fault::RequestLost);
            shop.till.void("B1", SOON).is(codes::ERR_NO_RESPONSE);
            shop.control.clear_faults();
        }
        let told = shop.till.find("B1").is(codes::OK).text("told").to_owned();
        shop.till.decide("B1", 0, "paid").is(codes::OK);
        shop.till.poll(1).is(codes::UNKNOWN);
        shop.till.wait(1).is(codes::UNKNOWN);
        for _ in 0..2 {
            let settled = shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
            assert_eq!(settled.text("first_told"), told);
            assert!(shop.till.unfinished().is_empty());
            shop.till.driver.kill();
            shop.start_again().is(codes::OK);
        }
    }
}

#[test]
fn what_a_person_has_told_is_no_unfinished_sale_after_a_power_cut_or_a_close() {
    for kills in [true, false] {
        let mut shop = Shop::open_utf8();
        shop.till.micropay_start(1, "B1", &shop.wechat(), 100, NONE).is(codes::PENDING);
        eventually("it has ended", || shop.till.cashier(1, codes::EN).starts_with("Paid"));
        declined(&shop, "B1");
        shop.till.decide("B1", 0, "paid").is(codes::OK);
        if kills {
            shop.till.driver.kill();
        } else {
            shop.till.close().is(codes::OK);
            shop.till.poll(1).is(codes::UNKNOWN);
        }
        shop.start_again().is(codes::OK);
        assert!(shop.till.unfinished().is_empty(), "killed: {kills}");
        shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    }
}

#[test]
fn a_cancel_stops_the_void_of_a_handle_and_keeps_the_wish() {
    let shop = Shop::open_utf8();
    shop.till.micropay_start(1, "B1", &shop.wechat(), 100, NONE).is(codes::PENDING);
    shop.till.wait(1).is(codes::PAID);
    shop.always(Call::Read, Fault::Held);
    shop.till.void_payment(1).is(codes::OK);
    eventually("the bill is read", || shop.sent(Call::Read).len() == 1);
    let text = shop.till.cashier(1, codes::EN);
    assert!(text.starts_with("Refunding"), "{text}");
    shop.till.cancel(1).is(codes::OK);
    shop.control.clear_faults();
    let stopped = shop.till.wait(1).is(codes::UNKNOWN);
    assert!(stopped.text("advice_en").contains("Void the bill again"), "{}", stopped.text("advice_en"));
    assert!(shop.sent(Call::Refund).is_empty());
    assert_eq!(listed(&shop), 1);
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
    // An earlier cancel does not stop the next void.
    shop.till.void_payment(1).is(codes::OK);
    shop.till.wait(1).is(codes::VOIDED);
    assert_eq!(listed(&shop), 0);
    shop.agree();
}

#[test]
fn a_cancel_after_a_void_stops_the_charge_that_goes_on_as_well() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 1);
    shop.till.void_payment(1).is(codes::OK);
    shop.till.cancel(1).is(codes::OK);
    shop.till.wait(1).is(codes::UNKNOWN);
    assert_eq!(listed(&shop), 1);
    // A cancel does not stop a later void, which finds out what there is to undo.
    shop.set_outcome(&wsy_sandbox::BillOutcome::Paid);
    shop.till.void_payment(1).is(codes::OK);
    shop.till.wait(1).is(codes::VOIDED);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    shop.agree();
}
