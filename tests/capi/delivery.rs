//! A request that moves money is sent once, whatever becomes of it.

use wsy_sandbox::Call;

use crate::codes;
use crate::relay::Relay;
use crate::shop::{SOON, Setup, Shop};
use crate::till::NONE;

/// A shop whose payments go through a gateway.
fn shop() -> (Shop, Relay) {
    let shop = Setup::default().option("quiet_ms", "600").open();
    let relay = Relay::to(shop.sandbox.addr());
    shop.control.set_config(&shop.device.device_id, "server", Some(&relay.base())).unwrap();
    shop.till.config(1).is(codes::OK);
    (shop, relay)
}

#[test]
fn a_charge_whose_connection_closes_after_the_request_is_sent_exactly_once() {
    let (shop, relay) = shop();
    relay.drop("micropay");
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
    assert_eq!(relay.came("micropay"), 1);
    assert!(relay.came("query") >= 3);
    relay.heal();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
    assert_eq!(relay.came("micropay"), 1);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    assert_eq!(relay.came("micropay"), 2);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_refund_whose_connection_closes_after_the_request_is_sent_exactly_once() {
    let (shop, relay) = shop();
    shop.sell("B1", 100);
    relay.drop("refund");
    shop.till.refund("R1", "B1", 40, NONE).is(codes::NOT_REFUNDED);
    assert_eq!(relay.came("refund"), 1);
    relay.heal();
    shop.till.refund("R1", "B1", 40, NONE).is(codes::NOT_REFUNDED);
    assert_eq!(relay.came("refund"), 1);
    shop.till.refund("R2", "B1", 40, NONE).is(codes::REFUNDED);
    shop.agree();
}

#[test]
fn an_idle_connection_that_the_server_closed_meanwhile_costs_no_second_charge_or_refund() {
    let (shop, relay) = shop();
    let dm_id = shop.sell("B1", 100).text("dm_id").to_owned();
    for (n, dropped) in [(1, ""), (2, "micropay"), (3, "refund")] {
        // Queries leave behind a connection that is kept for the next one.
        shop.till.query_order(&dm_id, 100, NONE).is(codes::OK);
        shop.till.read_bill("B1", "").is(codes::OK);
        relay.close_idle();
        let before = (relay.came("micropay"), relay.came("refund"));
        if !dropped.is_empty() {
            relay.drop(dropped);
        }
        if dropped == "refund" {
            shop.till.refund("R1", "B1", 10, NONE).is(codes::NOT_REFUNDED);
            assert_eq!((relay.came("micropay"), relay.came("refund")), (before.0, before.1 + 1));
        } else {
            let told = if dropped.is_empty() { codes::PAID } else { codes::NOT_PAID };
            shop.till.micropay(&format!("C{n}"), &shop.wechat(), 100, NONE).is(told);
            assert_eq!((relay.came("micropay"), relay.came("refund")), (before.0 + 1, before.1));
        }
        relay.heal();
    }
    shop.agree();
}

#[test]
fn a_question_that_meets_a_connection_that_was_closed_meanwhile_is_asked_again() {
    let (shop, relay) = shop();
    let dm_id = shop.sell("B1", 100).text("dm_id").to_owned();
    for _ in 0..3 {
        shop.till.query_order(&dm_id, 100, NONE).is(codes::OK);
        relay.close_idle();
    }
}

#[test]
fn a_charge_that_is_reset_unread_is_not_sent_again() {
    let (shop, relay) = shop();
    shop.sell("B0", 100);
    relay.reset();
    relay.close_idle();
    shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    assert_eq!(relay.came("micropay"), 2);
    relay.heal();
    shop.till.settle("B1", NONE).is(codes::NOT_PAID);
    assert_eq!(relay.came("micropay"), 2);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    shop.agree();
}

#[test]
fn a_server_that_accepts_and_says_nothing_gets_one_charge() {
    let shop = Shop::open_utf8();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", silent.local_addr().unwrap());
    shop.control.set_config(&shop.device.device_id, "server", Some(&server)).unwrap();
    shop.till.config(1).is(codes::OK);
    shop.open_again_with(&[("response_ms", "300"), ("prepare", "0")]);
    shop.till.micropay("B1", &shop.wechat(), 100, &[("deadline_ms", "1")]).is(codes::UNKNOWN);
    silent.set_nonblocking(true).unwrap();
    assert!(silent.accept().is_ok());
    assert!(silent.accept().is_err(), "the charge was sent twice");
    shop.till.recover(SOON).is(codes::OK);
    assert_eq!(shop.till.find("B1").is(codes::OK).text("state"), "open");
}
