//! "GET或POST": each call that may use either method uses the one in its option, for platforms that accept
//! only one.

use std::fs;

use wsy_sandbox::{Behaviour, Call, Fault, Methods, Settings, Taken};

use crate::codes;
use crate::relay::Relay;
use crate::shop::{SOON, Setup, Shop};
use crate::till::{NONE, Pairs, beijing_day};

const CALLS: [(&str, Call); 5] = [
    ("micropay_method", Call::Micropay),
    ("query_method", Call::Query),
    ("refund_method", Call::Refund),
    ("read_method", Call::Read),
    ("time_method", Call::Time),
];

const ALL_GET: Pairs<'static> = &[
    ("micropay_method", "GET"),
    ("query_method", "GET"),
    ("refund_method", "GET"),
    ("read_method", "GET"),
    ("time_method", "GET"),
];

fn setup(options: Pairs) -> Setup {
    options.iter().fold(Setup::default(), |setup, (name, value)| setup.option(name, value))
}

/// A till whose calls all use GET, with a platform that accepts nothing else.
fn get_only() -> Shop {
    let shop = setup(ALL_GET).open();
    takes(&shop, Methods::all(Taken::Get));
    shop
}

fn takes(shop: &Shop, methods: Methods) {
    shop.control.set_settings(Settings { methods, ..Settings::default() });
}

/// Makes each of the five calls at least once.
fn make_them_all(shop: &Shop) {
    let code = shop.customer(Behaviour::AsksPassword { ms: 100 });
    let goods = [("infoaddo", "苹果 1 & 梨=3%+4\r\n"), ("operator_id", "小王")];
    let sold = shop.till.micropay("B1", &code, 100, &goods).is(codes::PAID);
    shop.till.query_auth_code(&code, 100, NONE).is(codes::OK);
    shop.till.query_order(sold.text("dm_id"), 100, NONE).is(codes::OK);
    shop.till.refund("R1", "B1", 40, NONE).is(codes::REFUNDED);
    assert_eq!(shop.till.read_bill("B1", "").is(codes::OK).number("refunded_fen"), 40);
    shop.till.time().is(codes::OK);
    shop.till.reconcile(&beijing_day(0)).is(codes::OK);
    shop.agree();
}

#[track_caller]
fn went(shop: &Shop, call: Call, method: &str) {
    let sent = shop.sent(call);
    assert!(!sent.is_empty(), "there was no {call:?}");
    assert!(sent.iter().all(|request| request.method == method), "{sent:#?}");
}

#[test]
fn a_platform_that_takes_one_method_only_is_served_with_it() {
    for (taken, method) in [(Taken::Get, "GET"), (Taken::Post, "POST")] {
        let options = CALLS.map(|(name, _)| (name, method));
        let shop = setup(&options).open();
        takes(&shop, Methods::all(taken));
        make_them_all(&shop);
        CALLS.iter().for_each(|(_, call)| went(&shop, *call, method));
    }
}

#[test]
fn each_call_goes_as_its_own_option_says_and_the_others_as_ever() {
    for (name, chosen) in CALLS {
        let usual = |call| if call == Call::Time { "GET" } else { "POST" };
        let other = |call| if call == Call::Time { "post" } else { "Get" };
        let shop = setup(&[(name, other(chosen))]).open();
        make_them_all(&shop);
        for (_, call) in CALLS {
            let method = if call == chosen { other(call) } else { usual(call) };
            went(&shop, call, &method.to_uppercase());
        }
    }
}

#[test]
fn a_method_is_get_or_post() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    for wrong in [("micropay_method", "PUT"), ("query_method", ""), ("config_method", "POST")] {
        shop.open_with(&shop.till, &[wrong]).is(codes::ERR_OPTIONS);
    }
}

#[test]
fn a_charge_whose_method_is_not_taken_is_unknown_with_the_reason_until_it_is_found_not_to_have_been_made() {
    let shop = Shop::open_utf8();
    takes(&shop, Methods { micropay: Taken::Get, ..Methods::default() });
    let code = shop.wechat();
    let reply = shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    assert!(reply.text("detail").contains("405"), "{}", reply.text("detail"));
    shop.till.settle("B1", NONE).is(codes::NOT_PAID);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, ALL_GET).is(codes::OK);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_charge_and_a_refund_that_get_lost_are_sent_once_with_get_too() {
    let shop = get_only();
    let relay = Relay::to(shop.sandbox.addr());
    shop.control.set_config(&shop.device.device_id, "server", Some(&relay.base())).unwrap();
    shop.till.config(1).is(codes::OK);
    relay.drop("micropay");
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
    assert_eq!(relay.came("micropay"), 1);
    relay.heal();
    // Queries leave a connection behind, which is closed by the time of the next call.
    relay.close_idle();
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    assert_eq!(relay.came("micropay"), 2);
    relay.drop("refund");
    shop.till.refund("R1", "B1", 40, NONE).is(codes::NOT_REFUNDED);
    assert_eq!(relay.came("refund"), 1);
    relay.heal();
    shop.till.refund("R2", "B1", 40, NONE).is(codes::REFUNDED);
    assert_eq!(relay.came("refund"), 2);
    shop.agree_on_one_capture("B1");
}

/// An address contains the auth code, and error messages tend to repeat addresses.
#[test]
fn no_address_gets_into_log_replies_or_files() {
    let shop = get_only();
    shop.till.on_log("on").is(codes::OK);
    let relay = Relay::to(shop.sandbox.addr());
    shop.control.set_config(&shop.device.device_id, "server", Some(&relay.base())).unwrap();
    shop.till.config(1).is(codes::OK);
    let mut said = Vec::new();
    let mut codes_of = Vec::new();
    for (n, fault) in [
        Fault::ResponseLost,
        Fault::Html,
        Fault::SignError,
        Fault::Redirect { location: "/x".into() },
        Fault::Status { code: 405.try_into().unwrap(), before: true },
        Fault::Status { code: 414.try_into().unwrap(), before: true },
        Fault::Truncated { bytes: 40 },
    ]
    .into_iter()
    .enumerate()
    {
        let (bill, code) = (format!("B{n}"), shop.wechat());
        shop.once(Call::Micropay, fault.clone());
        shop.always(Call::Query, fault.clone());
        shop.always(Call::Refund, fault.clone());
        shop.always(Call::Read, fault);
        said.push(shop.till.micropay(&bill, &code, 100, SOON));
        said.push(shop.till.query_auth_code(&code, 100, NONE));
        said.push(shop.till.read_bill("", "dm1"));
        said.push(shop.till.find(&bill));
        shop.control.clear_faults();
        codes_of.push(code);
    }
    relay.reset();
    let code = shop.wechat();
    said.push(shop.till.micropay("B90", &code, 100, SOON));
    said.push(shop.till.query_auth_code(&code, 100, NONE));
    codes_of.push(code);
    relay.heal();
    let heard = shop.till.log().join("\n");
    let log = fs::read_to_string(shop.folder().join("wsy.log")).unwrap();
    let spoken = format!("{said:?}");
    for secret in codes_of.iter().map(String::as_str).chain([shop.device.key.as_str(), "authcode=", "sign="])
    {
        for text in [&heard, &log, &spoken] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} was revealed");
        }
    }
}
