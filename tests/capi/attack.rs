//! Responses and timings with which an adversary got a wrong verdict. Each of these worked once.

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, BillOutcome, Call, DmId, Fault, FaultOrder, Fen};

use crate::codes;
use crate::shop::{NEVER_QUIET, SOON, Setup, Shop, eventually};
use crate::till::{NONE, Pairs};

const PATIENT: Pairs<'static> = &[("deadline_ms", "1500")];

fn body(attributes: &str, inner: &str) -> String {
    format!("<dm {attributes}>{inner}</dm>")
}

fn says(info: &str) -> Fault {
    Fault::Response { body: body(&format!("ok=\"0\" info=\"{info}\""), "") }
}

fn paid(dm_id: &str, yuan: &str) -> Fault {
    Fault::Response { body: body(&format!("ok=\"1\" dm_id=\"{dm_id}\" total=\"{yuan}\" pay_type=\"4\""), "") }
}

/// A bill of 10 yuan without refunds.
fn unrefunded(dm_id: &str) -> Fault {
    Fault::Response {
        body: body(&format!("ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"10.00\""), ""),
    }
}

#[test]
fn a_decline_survives_a_kill_and_the_code_may_pay_elsewhere() {
    let mut shop = Shop::open_utf8();
    shop.once(Call::Micropay, says("付款码无效"));
    shop.always(Call::Query, Fault::RequestLost);
    let _lost = shop.till.micropay_aside("B1", &shop.wechat(), 100, NONE);
    eventually("it is asked about", || !shop.sent(Call::Query).is_empty());
    shop.till.driver.kill();
    // The customer has paid at another till, and the response does not say whose order it is.
    shop.control.clear_faults();
    shop.always(Call::Query, paid("dm7", "1.00"));
    shop.start_again().is(codes::OK);
    shop.till.recover(SOON).is(codes::OK);
    shop.till.settle("B1", SOON).is(codes::UNKNOWN);
}

#[test]
fn a_refund_is_not_declined_by_a_response_about_another_order() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    let other = body("ok=\"0\" info=\"超过退款期限\" dm_id=\"dm999999\"", "");
    shop.once(Call::Refund, Fault::ResponseAfter { body: other });
    // The bill lags.
    shop.control.add_fault(FaultOrder::once(Call::Read, unrefunded(&dm_id)).after(1).times(5));
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn a_charge_is_not_declined_by_a_response_about_another_device() {
    let shop = Setup::default().option("quiet_ms", NEVER_QUIET).open();
    let code = shop.wechat();
    let other = body(
        "ok=\"0\" info=\"余额不足\" dm_id=\"dm999999\"",
        "<paylist><pay><device_id>9</device_id></pay></paylist>",
    );
    shop.once(Call::Micropay, Fault::ResponseAfter { body: other });
    shop.once(Call::Query, Fault::NotFound);
    shop.verify(&shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID), &code, 100);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_void_that_is_declined_for_one_order_does_not_forget_the_other() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    let first = shop.bill().dm_id;
    shop.till.micropay("B1", &shop.wechat(), 100, &[("insist", "may_charge_twice")]).is(codes::PAID);
    shop.once(Call::Refund, says("超过退款期限"));
    shop.till.void("B1", PATIENT).is(codes::NOT_REFUNDED);
    shop.control.set_bill_outcome(first, &BillOutcome::Paid).unwrap();
    shop.till.recover(NONE).is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
    shop.agree();
}

#[test]
fn an_order_that_an_alarm_gave_to_one_bill_pays_no_other() {
    let shop = Shop::open_utf8();
    shop.till.micropay("A", &shop.customer(Behaviour::NoMoney), 1250, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.reconcile("").is(codes::OK);
    let dm_id = shop.bill().dm_id.to_string();
    shop.once(Call::Micropay, Fault::RequestLost);
    shop.always(Call::Query, paid(&dm_id, "12.50"));
    shop.till.micropay("B", &shop.wechat(), 1250, SOON).is(codes::UNKNOWN);
}

#[test]
fn the_decline_of_a_refund_survives_a_kill() {
    let mut shop = Setup::default().open();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    shop.once(Call::Refund, says("超过退款期限"));
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    let _lost = shop.till.refund_aside("R1", "B1", 300, NONE);
    eventually("the bill is read again", || shop.sent(Call::Read).len() > 1);
    shop.till.driver.kill();
    shop.control.clear_faults();
    shop.control.refund_bill(dm_id.parse::<DmId>().unwrap(), Fen(300)).unwrap();
    shop.start_again().is(codes::OK);
    shop.till.recover(NONE).is(codes::OK);
    assert_eq!(shop.till.refund("R1", "B1", 300, NONE).is(codes::UNKNOWN).text("state"), "conflict");
}

#[test]
fn a_bill_that_is_read_without_its_payment_is_not_refunded() {
    let shop = Shop::open_utf8();
    let dm_id = shop.sell("B1", 1000).text("dm_id").to_owned();
    let empty = body(&format!("ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"0.00\""), "");
    shop.once(Call::Read, Fault::Response { body: empty });
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn a_refund_by_the_order_of_an_alarm_is_no_larger_than_its_charge() {
    let shop = Shop::open_utf8();
    shop.till.micropay("A", &shop.customer(Behaviour::NoMoney), 500, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.reconcile("").is(codes::OK);
    let dm_id = shop.bill().dm_id.to_string();
    // The bill is read as one of 10 yuan.
    shop.always(Call::Read, unrefunded(&dm_id));
    shop.till.refund_order("R1", "", &dm_id, 501).is(codes::ERR_REFUND_TOO_MUCH);
    assert!(shop.sent(Call::Refund).is_empty());
}

#[test]
fn a_charge_whose_code_cannot_be_read_any_more_needs_a_person() {
    let mut shop = Shop::open_utf8();
    shop.once(Call::Micropay, Fault::RequestLost);
    shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    shop.till.close().is(codes::OK);
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    ledger.execute("UPDATE charge SET auth_code = 'sealed by another machine'", []).unwrap();
    drop(ledger);
    shop.start_again().is(codes::OK);
    shop.till.recover(SOON).is(codes::OK);
    assert_ne!(shop.till.unresolved().is(codes::OK).list("charge")[0].text("needs_person"), "");
}
