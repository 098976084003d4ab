//! Payments that go on while the program does something else.

use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault, FaultOrder};

use crate::codes;
use crate::shop::{Shop, eventually};
use crate::till::{NONE, Page};

#[test]
fn a_started_payment_is_pending_until_it_ends_and_then_says_the_same_for_ever() {
    for page in Page::BOTH {
        let shop = Shop::setup().page(page).open();
        let code = shop.customer(Behaviour::NeverAnswers);
        let started = shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
        assert!(!started.given);
        let early = shop.till.poll(1);
        assert!(early.code == codes::PENDING && !early.given);
        eventually("the customer is asked", || {
            shop.till.cashier(1, codes::ZH).starts_with("等待顾客输入密码，还剩 ")
        });
        let english = shop.till.cashier(1, codes::EN);
        assert!(english.starts_with("Waiting for the customer's password, ") && english.ends_with(" s left"));
        assert_eq!(shop.till.raw(&["payment_wait", "1", "1"]).code, codes::PENDING);
        shop.set_outcome(&BillOutcome::Paid);
        let reply = shop.till.wait(1).is(codes::PAID);
        shop.verify(&reply, &code, 100);
        assert_eq!(shop.till.poll(1), reply);
        assert_eq!(shop.till.wait(1), reply);
        assert_eq!(shop.till.cashier(1, codes::ZH), "支付成功，款已收到。");
        shop.till.cancel(1).is(codes::OK);
        assert_eq!(shop.till.poll(1), reply);
        shop.till.free_payment(1).is(codes::OK);
        shop.till.poll(1).is(codes::ERR_HANDLE);
        shop.agree();
    }
}

#[test]
fn a_bill_on_record_ends_at_once_when_it_is_started_again() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    let code = shop.wechat();
    shop.silent(|| {
        shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
        assert_eq!(shop.till.poll(1).is(codes::PAID).number("recorded"), 1);
    });
}

#[test]
fn a_started_refund_ends_like_a_refund_and_cannot_be_voided() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.once(Call::Refund, Fault::Held);
    shop.till.refund_start(1, "R1", "B1", 40, NONE).is(codes::PENDING);
    assert!(shop.till.cashier(1, codes::ZH).starts_with("正在退款"));
    shop.till.void_payment(1).is(codes::ERR_ARGUMENT);
    eventually("the refund arrives", || shop.sent(Call::Refund).len() == 1);
    shop.control.clear_faults();
    shop.till.wait(1).is(codes::REFUNDED);
    shop.till.void_payment(1).is(codes::ERR_ARGUMENT);
    shop.till.refund_start(2, "R1", "B1", 40, NONE).is(codes::PENDING);
    shop.till.wait(2).is(codes::REFUNDED);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
}

#[test]
fn a_cancel_stops_the_waiting_and_undoes_nothing() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.sent(Call::Micropay).len() == 1);
    shop.till.cancel(1).is(codes::OK);
    let reply = shop.till.wait(1).is(codes::UNKNOWN);
    assert_eq!((reply.text("state"), reply.text("money")), ("open", "may_have_moved"));
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.settle("B1", NONE).is(codes::PAID);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_cancel_before_anything_was_sent_is_an_error_that_guarantees_it() {
    let shop = Shop::open_utf8();
    shop.sell("B0", 100);
    // The reading of the bill before a refund is what can be cancelled in time.
    shop.always(Call::Read, Fault::Held);
    shop.till.refund_start(1, "R1", "B0", 40, NONE).is(codes::PENDING);
    eventually("the bill is read", || shop.sent(Call::Read).len() == 1);
    shop.till.cancel(1).is(codes::OK);
    shop.control.clear_faults();
    shop.till.wait(1).is(codes::ERR_CANCELLED);
    assert!(shop.sent(Call::Refund).is_empty());
    let found = shop.till.find_refund("R1");
    assert!(found.code == codes::ERR_NO_BILL || found.text("state") == "not_sent", "{found:#?}");
    shop.till.refund("R1", "B0", 40, NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn a_void_of_a_running_payment_refunds_it_if_it_turns_out_to_be_paid() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::AsksPassword { ms: 300 });
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.sent(Call::Micropay).len() == 1);
    shop.till.void_payment(1).is(codes::OK);
    let reply = shop.till.wait(1).is(codes::REFUNDED);
    assert_eq!(reply.number("refund_fen"), 100);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();

    let code = shop.customer(Behaviour::CancelsPassword { ms: 300 });
    shop.till.micropay_start(2, "B2", &code, 100, NONE).is(codes::PENDING);
    shop.till.void_payment(2).is(codes::OK);
    shop.till.wait(2).is(codes::NOT_PAID);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
}

#[test]
fn a_void_of_a_payment_that_has_ended_refunds_it_once() {
    let shop = Shop::open_utf8();
    shop.till.micropay_start(1, "B1", &shop.wechat(), 100, NONE).is(codes::PENDING);
    shop.till.wait(1).is(codes::PAID);
    for _ in 0..2 {
        shop.till.void_payment(1).is(codes::OK);
        shop.till.wait(1).is(codes::REFUNDED);
    }
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
}

#[test]
fn a_payment_that_is_freed_goes_on_and_is_written_down() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::AsksPassword { ms: 300 });
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    shop.till.free_payment(1).is(codes::OK);
    shop.till.free_payment(1).is(codes::ERR_HANDLE);
    eventually("it is paid", || {
        let found = shop.till.find("B1");
        found.code == codes::OK && found.text("state") == "paid"
    });
    shop.agree();
}

#[test]
fn closing_ends_calls_and_payments_that_go_on_as_unknown() {
    let mut shop = Shop::open_utf8();
    let codes_of: Vec<_> = (0..3).map(|_| shop.customer(Behaviour::NeverAnswers)).collect();
    let blocking = shop.till.micropay_aside("B1", &codes_of[0], 100, NONE);
    shop.till.micropay_start(1, "B2", &codes_of[1], 100, NONE).is(codes::PENDING);
    eventually("both arrive", || shop.sent(Call::Micropay).len() == 2);
    shop.once(Call::Micropay, Fault::Held);
    shop.till.micropay_start(2, "B3", &codes_of[2], 100, NONE).is(codes::PENDING);
    eventually("all three are in the book", || shop.bills().len() == 3);
    shop.till.close().is(codes::OK);
    blocking.end().is(codes::UNKNOWN);
    for slot in [1, 2] {
        shop.till.poll(slot).is(codes::UNKNOWN);
        shop.till.void_payment(slot).is(codes::ERR_HANDLE);
        shop.till.free_payment(slot).is(codes::OK);
    }
    shop.till.close().is(codes::ERR_HANDLE);
    assert_eq!(shop.start_again().is(codes::OK).number("open_charges"), 3);
    for bill in shop.bills() {
        shop.control.set_bill_outcome(bill.dm_id, &BillOutcome::Paid).unwrap();
    }
    assert_eq!(shop.till.recover(NONE).is(codes::OK).number("settled"), 3);
    shop.agree();
}

#[test]
fn closing_during_a_recovery_and_a_refund_ends_both() {
    let mut shop = Shop::open_utf8();
    shop.sell("B0", 500);
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B1", &code, 100, crate::shop::SOON).is(codes::UNKNOWN);
    let asked = shop.sent(Call::Query).len();
    let recovery = shop.till.recover_aside(NONE);
    eventually("the recovery asks", || shop.sent(Call::Query).len() > asked);
    // It is sent, and then it can only ask on.
    shop.once(Call::Refund, Fault::RequestLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    let refund = shop.till.refund_aside("R1", "B0", 200, NONE);
    eventually("the refund arrives", || shop.sent(Call::Refund).len() == 1);
    let close = shop.till.start_close();
    refund.end().is(codes::UNKNOWN);
    assert_eq!(recovery.end().is(codes::OK).number("open"), 1);
    close.end().is(codes::OK);
    let opened = shop.start_again().is(codes::OK);
    assert_eq!((opened.number("open_charges"), opened.number("open_refunds")), (1, 1));
}
