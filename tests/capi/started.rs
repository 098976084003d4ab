//! Payments that go on while the program does something else.

use wsy_sandbox::{Behaviour, BillOutcome, BillStateWord, Call, Fault, FaultOrder};

use crate::codes;
use crate::printer::Printer;
use crate::printing::{much, stuck};
use crate::shop::{NOBODY, SOON, Shop, eventually};
use crate::till::{NONE, Page, Reply};

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
            shop.till
                .cashier(1, codes::ZH)
                .starts_with("等待顾客输入密码（平台：用户支付中，等待用户输入密码），还剩 ")
        });
        let english = shop.till.cashier(1, codes::EN);
        assert!(
            english.starts_with("Waiting for the customer's password (platform: ")
                && english.ends_with(" s left")
        );
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
        assert_eq!(shop.till.poll(1).is(codes::PAID_EARLIER).number("recorded"), 1);
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
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 1);
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
    // Only the reading of the bill before a refund can be cancelled in time.
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
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 1);
    shop.till.void_payment(1).is(codes::OK);
    let reply = shop.till.wait(1).is(codes::VOIDED);
    assert_eq!((reply.number("refund_fen"), reply.text("state")), (100, "refunded"));
    assert_eq!(shop.till.poll(1), reply);
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
        shop.till.wait(1).is(codes::VOIDED);
    }
    // No later poll or query reports it as paid.
    shop.till.poll(1).is(codes::VOIDED);
    shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
}

/// Undoes the bill of a handle and returns its report: the same however often it is asked, and never paid.
fn undone(shop: &Shop, code: i32) -> Reply {
    shop.till.void_payment(1).is(codes::OK);
    let reply = shop.till.wait(1).is(code);
    assert!(reply.code < 0);
    assert_eq!(shop.till.poll(1), reply);
    assert_eq!(shop.till.wait(1), reply);
    reply
}

#[test]
fn a_handle_never_says_anything_positive_after_an_undo_whatever_comes_of_it() {
    let shop = Shop::open_utf8();
    let start = |bill: &str, settles: bool, code: &str| {
        shop.till.free_payment(1);
        match settles {
            true => shop.till.settle_start(1, bill, NONE),
            false => shop.till.micropay_start(1, bill, code, 100, NONE),
        }
        .is(codes::PENDING);
    };
    for settles in [false, true] {
        let bill = |name: &str| format!("{name}-{settles}");
        let sold = |name: &str| {
            start(&bill(name), false, &shop.wechat());
            shop.till.wait(1).is(codes::PAID);
            if settles {
                start(&bill(name), true, "");
                shop.till.wait(1).is(codes::PAID_EARLIER);
            }
        };
        sold("paid");
        assert_eq!(undone(&shop, codes::VOIDED).text("money"), "moved");
        sold("refunded");
        shop.till.refund(&bill("R"), &bill("refunded"), 100, NONE).is(codes::REFUNDED);
        undone(&shop, codes::ERR_ALREADY_REFUNDED);
        sold("not-refunded");
        shop.once(Call::Refund, Fault::RequestLost);
        undone(&shop, codes::NOT_REFUNDED);
        // Nor does it say so again, though the bill is still paid.
        shop.till.settle(&bill("not-refunded"), NONE).is(codes::ERR_REFUND_OPEN);
        shop.till.poll(1).is(codes::NOT_REFUNDED);
        undone(&shop, codes::VOIDED);
        sold("unreachable");
        shop.always(Call::Read, Fault::NotFound);
        undone(&shop, codes::ERR_NO_BILL);
        shop.control.clear_faults();
        undone(&shop, codes::VOIDED);

        let declined = shop.customer(Behaviour::NoMoney);
        start(&bill("declined"), false, &declined);
        shop.till.wait(1).is(codes::NOT_PAID);
        undone(&shop, codes::NOT_PAID);
    }
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
    eventually("both arrive", || shop.acted(Call::Micropay) == 2);
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
    // It is sent, and then it can only keep asking.
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

/// Leaves one bill open for each customer, about whom the platform says nothing.
fn leave_open(shop: &Shop, bills: &[&str]) -> Vec<String> {
    let codes_of: Vec<_> = bills.iter().map(|_| shop.customer(Behaviour::NeverAnswers)).collect();
    for (bill, code) in bills.iter().zip(&codes_of) {
        shop.till.micropay(bill, code, 100, SOON).is(codes::UNKNOWN);
    }
    codes_of
}

fn all_paid(shop: &Shop) {
    for bill in shop.bills().into_iter().filter(|bill| bill.state != BillStateWord::Paid) {
        shop.control.set_bill_outcome(bill.dm_id, &BillOutcome::Paid).unwrap();
    }
}

#[test]
fn a_started_recovery_says_how_far_it_is_and_ends_like_a_recovery() {
    for page in Page::BOTH {
        let shop = Shop::setup().page(page).open();
        leave_open(&shop, &["B1", "B2"]);
        shop.till.recover_start(1, NONE).is(codes::PENDING);
        let chinese = shop.till.cashier(1, codes::ZH);
        assert!(
            chinese.starts_with("正在查清上次未完成的单，0/2，还剩 ") && chinese.ends_with(" 秒"),
            "{chinese}"
        );
        let english = shop.till.cashier(1, codes::EN);
        assert!(english.starts_with("Checking what was left open, 0 of 2, ") && english.ends_with(" s left"));
        shop.till.void_payment(1).is(codes::ERR_ARGUMENT);
        let first = shop.bills().remove(0);
        shop.control.set_bill_outcome(first.dm_id, &BillOutcome::Paid).unwrap();
        eventually("one is settled", || shop.till.cashier(1, codes::EN).contains(", 1 of 2, "));
        all_paid(&shop);
        let reply = shop.till.wait(1).is(codes::OK);
        assert_eq!((reply.number("settled"), reply.number("open")), (2, 0));
        assert_eq!(reply.list("charge").len(), 2);
        assert_eq!(shop.till.poll(1), reply);
        shop.till.void_payment(1).is(codes::ERR_ARGUMENT);
        shop.till.free_payment(1).is(codes::OK);
        shop.agree();
    }
}

#[test]
fn a_bill_that_is_being_recovered_is_busy_and_all_others_are_sold() {
    let shop = Shop::open_utf8();
    let code = leave_open(&shop, &["B1"]).remove(0);
    shop.till.recover_start(1, NONE).is(codes::PENDING);
    shop.sell("B2", 200);
    shop.till.refund("R2", "B2", 50, NONE).is(codes::REFUNDED);
    shop.till.micropay("B1", &code, 100, NONE).is(codes::ERR_BUSY);
    shop.till.micropay_start(2, "B1", &code, 100, NONE).is(codes::ERR_BUSY);
    shop.till.settle("B1", NONE).is(codes::ERR_BUSY);
    shop.till.void("B1", NONE).is(codes::ERR_BUSY);
    // A second one skips the bills that the first is working on.
    let second = shop.till.recover(NONE).is(codes::OK);
    assert_eq!((second.number("settled"), second.number("open")), (0, 1));
    assert_eq!(shop.till.poll(1).code, codes::PENDING);
    shop.till.cancel(1).is(codes::OK);
    let reply = shop.till.wait(1).is(codes::OK);
    assert_eq!((reply.number("settled"), reply.number("open")), (0, 1));
    all_paid(&shop);
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_recovery_with_nothing_to_do_or_no_device_ends_at_once() {
    let shop = Shop::open_utf8();
    shop.silent(|| {
        shop.till.recover_start(1, NONE).is(codes::PENDING);
        assert_eq!(shop.till.wait(1).is(codes::OK).number("open"), 0);
    });
    shop.till.recover_start(2, &[("deadline", "1")]).is(codes::ERR_OPTIONS);
    shop.till.poll(2).is(codes::ERR_HANDLE);
}

#[test]
fn a_started_settling_ends_like_a_settling() {
    let shop = Shop::open_utf8();
    shop.till.settle_start(1, "B1", NONE).is(codes::ERR_NO_BILL);
    let code = leave_open(&shop, &["B1"]).remove(0);
    shop.till.settle_start(1, "B1", NONE).is(codes::PENDING);
    assert!(shop.till.cashier(1, codes::ZH).contains("，还剩 "), "{}", shop.till.cashier(1, codes::ZH));
    shop.till.settle_start(2, "B1", NONE).is(codes::ERR_BUSY);
    shop.till.cancel(1).is(codes::OK);
    shop.till.wait(1).is(codes::UNKNOWN);
    all_paid(&shop);
    shop.till.settle_start(2, "B1", NONE).is(codes::PENDING);
    shop.verify(&shop.till.wait(2).is(codes::PAID), &code, 100);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_settling_that_was_started_can_be_voided() {
    let shop = Shop::open_utf8();
    leave_open(&shop, &["B1"]);
    shop.till.settle_start(1, "B1", NONE).is(codes::PENDING);
    shop.till.void_payment(1).is(codes::OK);
    all_paid(&shop);
    shop.till.wait(1).is(codes::VOIDED);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
}

#[test]
fn a_started_void_ends_like_a_void_and_its_wish_outlives_a_cancel() {
    let shop = Shop::open_utf8();
    leave_open(&shop, &["B1"]);
    shop.till.void_start(1, "B1", NONE).is(codes::PENDING);
    shop.till.void_payment(1).is(codes::ERR_ARGUMENT);
    shop.till.cancel(1).is(codes::OK);
    shop.till.wait(1).is(codes::UNKNOWN);
    assert!(shop.sent(Call::Refund).is_empty());
    shop.till.settle("B1", SOON).is(codes::ERR_REFUND_OPEN);
    all_paid(&shop);
    shop.till.void_start(1, "B1", NONE).is(codes::PENDING);
    assert_eq!(shop.till.wait(1).is(codes::REFUNDED).number("refund_fen"), 100);
    shop.till.void_start(2, "B9", NONE).is(codes::ERR_NO_BILL);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
}

#[test]
fn a_started_reprint_ends_like_a_reprint_or_at_once_when_it_is_cancelled() {
    let shop = Shop::open_utf8();
    let sold = shop.sell("B1", 100);
    shop.till.reprint_start(1, "B1").is(codes::PENDING);
    assert_eq!(shop.till.wait(1).is(codes::OK).receipt, shop.till.reprint("B1", "").receipt);
    shop.till.reprint_start(1, "B9").is(codes::PENDING);
    shop.till.wait(1).is(codes::ERR_NO_BILL);
    shop.always(Call::Reprint, Fault::Held);
    shop.till.reprint_start(1, "B1").is(codes::PENDING);
    assert_eq!(shop.till.cashier(1, codes::ZH), "正在向平台取小票");
    assert_eq!(shop.till.cashier(1, codes::EN), "Fetching the receipt");
    shop.till.void_payment(1).is(codes::ERR_ARGUMENT);
    shop.till.cancel(1).is(codes::OK);
    shop.till.poll(1).is(codes::ERR_CANCELLED);
    shop.control.clear_faults();
    shop.always(Call::Reprint, Fault::RequestLost);
    shop.till.reprint_start(2, "B1").is(codes::PENDING);
    assert_eq!(shop.till.wait(2).is(codes::ERR_NO_RECEIPT).receipt, sold.receipt);
}

#[test]
fn a_started_print_ends_like_a_print_or_at_once_when_it_is_cancelled() {
    let shop = Shop::open_utf8();
    let sold = shop.sell("B1", 1234).receipt.unwrap();
    shop.till.find_receipt("B1", NONE, 0).is(codes::OK);
    let printer = Printer::ready();
    shop.till.print_receipt_start(1, 0, &printer.name(), 0).is(codes::PENDING);
    shop.till.free_receipt(0).is(codes::OK);
    assert_eq!(shop.till.wait(1).is(codes::OK).text("money"), "not_moved");
    assert_eq!(printer.paper(), sold);
    let printer = Printer::ready();
    shop.till.print_bytes_start(1, b"bytes", &printer.name(), 0).is(codes::PENDING);
    shop.till.wait(1).is(codes::OK);
    assert_eq!(printer.paper(), b"bytes");

    shop.till.print_receipt_start(2, 0, &NOBODY.replace("http://", "tcp:"), 0).is(codes::ERR_HANDLE);
    shop.till.print_bytes_start(2, b"bytes", "打印机", 0).is(codes::ERR_NO_PRINTER);
    shop.till.print_bytes_start(2, b"", "tcp:127.0.0.1:1", 0).is(codes::ERR_ARGUMENT);
    shop.till.poll(2).is(codes::ERR_HANDLE);

    let (stuck, name) = stuck();
    shop.till.print_bytes_start(2, &much(), &name, 120_000).is(codes::PENDING);
    assert_eq!(shop.till.cashier(2, codes::ZH), "正在打印");
    assert_eq!(shop.till.cashier(2, codes::EN), "Printing");
    shop.sell("B2", 100);
    assert_eq!(shop.till.poll(2).code, codes::PENDING);
    shop.till.cancel(2).is(codes::OK);
    let cancelled = shop.till.poll(2).is(codes::ERR_PRINTER_OFFLINE);
    assert_eq!(cancelled.text("detail"), "the waiting was cancelled");
    drop(stuck);
    shop.agree();
}
