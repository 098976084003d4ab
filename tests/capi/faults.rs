//! Every fault of the platform and the network, on the request that moves money and on the queries after it.
//!
//! Everything reported meanwhile has to be true, and once the fault is gone, the till's ledger and the
//! platform's book have to agree.

use std::time::{Duration, Instant};

use wsy_sandbox::{BillStateWord, Call, Fault, FaultOrder, FaultStatus};

use crate::driver::Driver;
use crate::shop::{NOBODY, SOON, Setup, Shop, eventually};
use crate::till::{NONE, Page, Reply, Till};
use crate::{build, codes};

fn status(code: u16) -> FaultStatus {
    code.try_into().unwrap()
}

/// A shop whose times suit the fault.
fn shop(fault: &Fault) -> Shop {
    let shop = match fault {
        // Late effects have long happened when the quiet time is over.
        Fault::Late { .. } | Fault::DelayBefore { .. } => Setup::default().option("quiet_ms", "5000").open(),
        _ => Shop::open_utf8(),
    };
    // A response that is late comes after response_ms.
    let is_late = match fault {
        Fault::Delay { ms } | Fault::DelayBefore { ms } => *ms == TOO_LATE_MS,
        Fault::Trickle { ms_per_byte } => *ms_per_byte == TOO_SLOW_MS,
        _ => false,
    };
    if is_late {
        shop.open_again_with(&[("response_ms", "1000")]);
    }
    shop
}

/// Held back for longer than a response may take.
const TOO_LATE_MS: u64 = 1_500;
/// Between two bytes; a response has hundreds.
const TOO_SLOW_MS: u64 = 20;

fn charging_survives(fault: &Fault) {
    let shop = shop(fault);
    let code = shop.wechat();
    shop.once(Call::Micropay, fault.clone());
    let first = shop.till.micropay("B1", &code, 1234, SOON);
    shop.verify(&first, &code, 1234);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    if first.code == codes::UNKNOWN {
        let other = shop.wechat();
        shop.silent(|| shop.till.micropay("B1", &other, 1234, NONE).is(codes::ERR_STILL_OPEN));
    }
    shop.control.clear_faults();
    shop.till.recover(NONE).is(codes::OK);
    let told = shop.till.settle("B1", NONE);
    shop.verify(&told, &code, 1234);
    let again = if first.code == codes::PAID { codes::PAID_EARLIER } else { first.code };
    assert!(first.code == codes::UNKNOWN || again == told.code, "{} became {}", first.code, told.code);
    assert_ne!(told.code, codes::UNKNOWN, "{:#?}", told.fields);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    shop.agree_on_one_capture("B1");

    let again = shop.wechat();
    let is_paid = told.code != codes::NOT_PAID;
    let wanted = if is_paid { codes::PAID_EARLIER } else { codes::PAID };
    let second = shop.till.micropay("B1", &again, 1234, NONE).is(wanted);
    assert_eq!(second.number("recorded"), i64::from(is_paid));
    shop.agree_on_one_capture("B1");

    // Given enough time, the call decides it alone.
    let code = shop.wechat();
    shop.once(Call::Micropay, fault.clone());
    let alone = shop.till.micropay("B2", &code, 777, NONE);
    shop.verify(&alone, &code, 777);
    assert_eq!(alone.code == codes::PAID, is_paid, "{}", codes::name(alone.code));
    shop.agree();
}

#[track_caller]
fn verify_refund(shop: &Shop, reply: &Reply, fen: i64) {
    let refunds = shop.bill().refunds;
    match reply.code {
        codes::REFUNDED => {
            let [refund] = refunds.as_slice() else { panic!("reported as refunded: {refunds:#?}") };
            assert_eq!((refund.refund_fen.0, reply.text("refund_id")), (fen, refund.pay_id.as_str()));
        }
        codes::NOT_REFUNDED => assert!(refunds.is_empty(), "reported as not refunded: {refunds:#?}"),
        code => assert_eq!(codes::name(code), codes::name(codes::UNKNOWN), "{:#?}", reply.fields),
    }
}

/// A refund that is cancelled as soon as it has been sent.
fn refund_that_is_not_waited_for(shop: &Shop) -> Reply {
    shop.till.refund_start(1, "R1", "B1", 300, NONE).is(codes::PENDING);
    eventually("the refund arrives", || shop.sent(Call::Refund).len() == 1);
    shop.till.cancel(1).is(codes::OK);
    shop.till.wait(1)
}

fn refunding_survives(fault: &Fault) {
    let shop = shop(fault);
    shop.sell("B1", 1000);
    shop.once(Call::Refund, fault.clone());
    let first = refund_that_is_not_waited_for(&shop);
    verify_refund(&shop, &first, 300);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    if first.code == codes::UNKNOWN {
        shop.silent(|| shop.till.refund("R2", "B1", 300, NONE).is(codes::ERR_REFUND_OPEN));
    }
    shop.control.clear_faults();
    shop.till.recover(NONE).is(codes::OK);
    let told = shop.till.refund("R1", "B1", 300, NONE);
    verify_refund(&shop, &told, 300);
    assert!(first.code == codes::UNKNOWN || first.code == told.code, "{} became {}", first.code, told.code);
    assert_ne!(told.code, codes::UNKNOWN, "{:#?}", told.fields);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
    shop.till.refund("R2", "B1", 700, NONE).is(codes::REFUNDED);
    shop.agree();
}

/// The response is lost, and every query meets the fault until it is gone.
fn asking_survives(fault: &Fault) {
    let shop = shop(fault);
    let code = shop.wechat();
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, fault.clone());
    let first = shop.till.micropay("B1", &code, 1234, SOON);
    shop.verify(&first, &code, 1234);
    assert!(matches!(first.code, codes::PAID | codes::UNKNOWN), "{}", codes::name(first.code));
    shop.control.clear_faults();
    shop.till.recover(NONE).is(codes::OK);
    let wanted = if first.code == codes::PAID { codes::PAID_EARLIER } else { codes::PAID };
    shop.verify(&shop.till.settle("B1", NONE).is(wanted), &code, 1234);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    shop.agree_on_one_capture("B1");
}

/// The refund's response is lost, and every reading of the bill after it meets the fault until it is gone.
fn reading_survives(fault: &Fault) {
    let shop = shop(fault);
    shop.sell("B1", 1000);
    shop.once(Call::Refund, Fault::ResponseLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, fault.clone()).after(1));
    let first = refund_that_is_not_waited_for(&shop);
    verify_refund(&shop, &first, 300);
    assert!(matches!(first.code, codes::REFUNDED | codes::UNKNOWN), "{}", codes::name(first.code));
    shop.control.clear_faults();
    shop.till.recover(NONE).is(codes::OK);
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
    shop.agree();
}

macro_rules! survive {
    ($($name:ident: $fault:expr;)*) => {
        mod charging_survives_that { $(#[test] fn $name() { super::charging_survives(&super::$name()); })* }
        mod refunding_survives_that { $(#[test] fn $name() { super::refunding_survives(&super::$name()); })* }
        mod asking_survives_that { $(#[test] fn $name() { super::asking_survives(&super::$name()); })* }
        mod reading_survives_that { $(#[test] fn $name() { super::reading_survives(&super::$name()); })* }
        $(fn $name() -> Fault { $fault })*
    };
}

survive! {
    the_response_is_lost: Fault::ResponseLost;
    the_request_is_lost: Fault::RequestLost;
    the_response_takes_its_time: Fault::Delay { ms: 100 };
    the_response_comes_after_the_timeout: Fault::Delay { ms: TOO_LATE_MS };
    the_platform_acts_after_the_timeout: Fault::DelayBefore { ms: TOO_LATE_MS };
    the_request_arrives_late: Fault::Late { ms: 150 };
    the_connection_is_reset_before_the_response: Fault::ResetAfter { bytes: 0 };
    the_connection_is_reset_after_one_byte: Fault::ResetAfter { bytes: 1 };
    the_connection_is_reset_in_the_head: Fault::ResetAfter { bytes: 60 };
    the_connection_is_reset_in_the_body: Fault::ResetAfter { bytes: 300 };
    the_response_is_cut_off_before_its_body: Fault::Truncated { bytes: 0 };
    the_response_is_cut_off_in_its_body: Fault::Truncated { bytes: 90 };
    the_response_trickles: Fault::Trickle { ms_per_byte: 0 };
    the_response_trickles_for_too_long: Fault::Trickle { ms_per_byte: TOO_SLOW_MS };
    a_gateway_says_500_before_the_platform_acts: Fault::Status { code: status(500), before: true };
    a_gateway_says_500_after_the_platform_acted: Fault::Status { code: status(500), before: false };
    a_gateway_says_502_before_the_platform_acts: Fault::Status { code: status(502), before: true };
    a_gateway_says_504_after_the_platform_acted: Fault::Status { code: status(504), before: false };
    a_gateway_says_204: Fault::Status { code: status(204), before: false };
    the_response_is_garbage: Fault::Garbage { seed: 7, bytes: 300 };
    the_response_is_empty: Fault::Garbage { seed: 7, bytes: 0 };
    a_login_page_answers_instead: Fault::Html;
    a_login_page_answers_for_the_platform: Fault::HtmlAfter;
    the_response_is_in_gbk: Fault::Gbk;
    the_response_sends_elsewhere: Fault::Redirect { location: "/o2o-dm/op.php".into() };
    the_response_is_large: Fault::Huge { bytes: 100_000 };
    the_response_is_too_large: Fault::Huge { bytes: 3 << 20 };
    the_response_has_another_amount: Fault::WrongTotal { total: "99.99".into() };
    the_response_has_no_amount: Fault::WrongTotal { total: String::new() };
    the_platform_says_that_the_customer_is_still_paying: Fault::StillPaying;
    the_platform_does_not_find_it: Fault::NotFound;
    the_platform_finds_the_sign_wrong: Fault::SignError;
    the_platform_acts_and_finds_the_sign_wrong: Fault::SignErrorAfter;
    the_platform_does_not_know_the_device: Fault::DeviceError;
    the_response_is_no_xml: Fault::ResponseAfter { body: "ok".into() };
    the_response_says_nothing: Fault::ResponseAfter { body: "<dm/>".into() };
    the_response_is_cut_off_before_it_says_whose_it_is: Fault::ResponseAfter {
        body: "<dm ok=\"1\" info=\"支付成功\" dm_id=\"dm999\" total=\"12.34\"><paylist><pay>".into(),
    };
    the_platform_is_in_maintenance: Fault::Response { body: "<dm ok=\"0\" info=\"系统维护中\"/>".into() };
    the_platform_acts_and_speaks_of_maintenance: Fault::ResponseAfter {
        body: "<dm ok=\"0\" info=\"系统维护中\"/>".into(),
    };
    the_response_has_an_unknown_word: Fault::ResponseAfter { body: "<dm ok=\"2\" info=\"支付成功\"/>".into() };
}

#[test]
fn a_charge_that_is_delivered_twice_is_told_as_paid_once() {
    for first in [true, false] {
        charging_survives(&Fault::DeliveredTwice { first, ms: 0 });
    }
}

#[test]
fn a_refund_that_is_delivered_twice_needs_a_person() {
    for first in [true, false] {
        let shop = Shop::open_utf8();
        shop.sell("B1", 1000);
        shop.once(Call::Refund, Fault::DeliveredTwice { first, ms: 0 });
        let reply = shop.till.refund("R1", "B1", 300, NONE).is(codes::UNKNOWN);
        assert_eq!(reply.text("state"), "conflict");
        assert_eq!(shop.till.unresolved().is(codes::OK).list("refund")[0].text("state"), "conflict");
        shop.silent(|| shop.till.refund("R1", "B1", 300, NONE).is(codes::UNKNOWN));
        assert_eq!(shop.sent(Call::Refund).len(), 1);
        assert_eq!(shop.bill().refunds.len(), 2);
    }
}

#[test]
fn a_refund_that_is_delivered_twice_but_fits_only_once_is_told_as_refunded() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 1000);
    shop.once(Call::Refund, Fault::DeliveredTwice { first: true, ms: 0 });
    shop.till.refund("R1", "B1", 600, NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn a_response_about_another_order_than_the_one_that_was_named_is_not_believed() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    shop.once(Call::Micropay, Fault::StillPaying);
    shop.always(Call::Query, Fault::WrongOrder { dm_id: "dm1234".into() });
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    // The response to the first query has been evaluated before the second is sent.
    eventually("it asks again", || shop.sent(Call::Query).len() > 1);
    shop.till.cancel(1).is(codes::OK);
    let reply = shop.till.wait(1).is(codes::UNKNOWN);
    assert!(!reply.text("needs_person").is_empty());
    shop.control.clear_faults();
    shop.verify(&shop.till.settle("B1", NONE).is(codes::PAID), &code, 100);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_refunds_response_about_another_order_is_not_believed() {
    refunding_survives(&Fault::WrongOrder { dm_id: "dm1234".into() });
    reading_survives(&Fault::WrongOrder { dm_id: "dm1234".into() });
}

#[test]
fn a_platform_that_is_gone_for_a_while_costs_time_and_no_money() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.control
        .add_fault(FaultOrder::once(Call::Query, Fault::Status { code: status(503), before: true }).times(8));
    shop.verify(&shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID), &code, 100);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_platform_that_cannot_be_reached_is_not_sent_and_the_numbers_can_be_used_again() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    let move_to = |server: &str| {
        shop.control.set_config(&shop.device.device_id, "server", Some(server)).unwrap();
        shop.till.config(1).is(codes::OK);
    };
    shop.sell("B0", 500);
    move_to(NOBODY);
    let reply = shop.till.micropay("B1", &code, 100, SOON).is(codes::ERR_NOT_SENT);
    assert_eq!(reply.text("money"), "not_moved");
    // An order of another till; an order of this till is sent to the server that charged it.
    shop.till.refund_order("R1", "", "dm1", 100).is(codes::ERR_NO_RESPONSE);
    assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 0);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    move_to(&shop.sandbox.base());
    let reply = shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    assert_eq!(reply.number("attempt"), 2);
    shop.till.refund("R1", "B0", 100, NONE).is(codes::REFUNDED);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_name_server_that_is_gone_holds_a_call_no_longer_than_connecting_may_take() {
    const LIMIT: (&str, &str) = ("connect_ms", "300");
    let mut shop = Setup::default().option("allowed_hosts", "silent.example").open();
    shop.sell("B0", 500);
    shop.till = Till::new(Driver::preloaded(build::lookups()), 0, Page::Utf8);
    shop.open(&shop.till).is(codes::OK);
    let code = shop.wechat();
    let move_to = |server: &str| {
        shop.control.set_config(&shop.device.device_id, "server", Some(server)).unwrap();
        shop.till.config(1).is(codes::OK);
    };
    move_to("http://silent.example:1");
    shop.open_again_with(&[LIMIT]);
    let begun = Instant::now();
    let reply = shop.till.micropay("B1", &code, 100, &[("deadline_ms", "1")]).is(codes::ERR_NOT_SENT);
    assert_eq!(reply.text("money"), "not_moved");
    shop.till.time().is(codes::ERR_NOT_SENT);
    // An order of another till; an order of this till is sent to the server that charged it.
    shop.till.refund_order("R1", "", "dm1", 100).is(codes::ERR_NO_RESPONSE);
    // The name of a proxy is looked up too.
    shop.open_again_with(&[LIMIT, ("proxy", "http://silent.example:1")]);
    shop.till.config(1).is(codes::ERR_NOT_SENT);
    // Without the limit, the first one would never end.
    assert!(begun.elapsed() < Duration::from_secs(60), "it took {:?}", begun.elapsed());
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    move_to(&shop.sandbox.base());
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    shop.till.refund("R1", "B0", 100, NONE).is(codes::REFUNDED);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_tls_handshake_that_fails_is_not_sent() {
    let shop = Shop::open_utf8();
    let server = shop.sandbox.base().replace("http:", "https:");
    shop.control.set_config(&shop.device.device_id, "server", Some(&server)).unwrap();
    shop.till.config(1).is(codes::OK);
    shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::ERR_NOT_SENT);
    shop.till.query_order("dm1", 100, NONE).is(codes::ERR_NOT_SENT);
    assert!(shop.sent(Call::Micropay).is_empty() && shop.sent(Call::Query).is_empty());
    shop.agree();
}

#[test]
fn bills_that_are_open_together_are_all_settled_by_one_recovery() {
    // The late ones have long arrived when the quiet time is over.
    let mut shop = Setup::default().option("quiet_ms", "2000").open();
    let codes_of: Vec<_> = (0..6).map(|_| shop.wechat()).collect();
    let faults = [Fault::ResponseLost, Fault::RequestLost, Fault::Late { ms: 150 }];
    for (n, code) in codes_of.iter().enumerate() {
        shop.once(Call::Micropay, faults[n % 3].clone());
        shop.always(Call::Query, Fault::RequestLost);
        shop.till.micropay(&format!("B{n}"), code, 100 + i32::try_from(n).unwrap(), SOON).is(codes::UNKNOWN);
        shop.control.clear_faults();
    }
    shop.till.close().is(codes::OK);
    assert_eq!(shop.start_again().is(codes::OK).number("open_charges"), 6);
    let before = shop.sent(Call::Micropay).len();
    let done = shop.till.recover(NONE).is(codes::OK);
    assert_eq!((done.number("settled"), done.number("open")), (6, 0));
    assert_eq!(shop.sent(Call::Micropay).len(), before);
    let paid = shop.bills().iter().filter(|bill| bill.state == BillStateWord::Paid).count();
    assert_eq!(paid, 4);
    shop.agree();
}
