use proptest::prelude::*;
use wsy::protocol::bill::{self, BillResponse};
use wsy::protocol::config::{self, ConfigResponse};
use wsy::protocol::response::{self, PayResponse};
use wsy::protocol::{receipt, text, xml};

use crate::support::{bytes, cases, responses};

/// Every reader of a response, and what a till does with the result next.
fn read_in_every_way(body: &[u8]) {
    if let Some(text) = text::decode_response(body) {
        let _ = xml::parse(&text);
        receipt::screen(&text);
        receipt::escpos(&text);
    }
    let _ = response::pay(body);
    let _ = response::activation(body);
    let _ = response::time(body);
    if let Ok(BillResponse::Found(bill)) = bill::read(body) {
        assert!(bill.refundable_fen() >= 0);
    }
    if let Ok(ConfigResponse::Good(config)) = config::parse(body) {
        let code = wsy::protocol::auth_code::AuthCode::parse("134604005619969099").unwrap();
        let _ = config.pay_type_for(&code);
        let _ = config.allows(wsy::protocol::amount::Fen::new(1).unwrap());
        let _ = config.may_charge();
    }
}

#[test]
fn a_paid_response_cut_short_at_any_byte_is_no_response_or_the_same_one() {
    for name in [
        "micropay-paid-noremind.xml",
        "micropay-paid.xml",
        "query-auth-code-paid-noremind.xml",
        "query-auth-code-paid.xml",
        "query-order-paid-noremind.xml",
        "query-order-paid.xml",
        "refund-done.xml",
        "made-up-micropay-paid-gbk.xml",
    ] {
        let whole = bytes(name);
        let response = response::pay(&whole);
        assert!(matches!(response, Ok(PayResponse::Done(_))), "{name}");
        for cut in 0..whole.len() {
            // Without its end tag, the name of the order may be missing. Text after the tag means nothing.
            let part = response::pay(&whole[..cut]);
            assert!(part.is_err() || part == response, "{name} at {cut}: {part:?}");
        }
    }
}

#[test]
fn a_config_cut_short_at_any_byte_has_every_payment_type_or_is_none() {
    for name in ["config.xml", "made-up-config-restricted.xml"] {
        let whole = bytes(name);
        let response = config::parse(&whole);
        assert!(matches!(response, Ok(ConfigResponse::Good(_))), "{name}");
        for cut in 0..whole.len() {
            let part = config::parse(&whole[..cut]);
            assert!(part.is_err() || part == response, "{name} at {cut}: {part:?}");
        }
    }
}

#[test]
fn a_failure_cut_short_at_any_byte_is_never_paid() {
    for (name, body) in responses() {
        if !matches!(response::pay(&body), Ok(PayResponse::Done(_))) {
            for cut in 0..body.len() {
                let part = response::pay(&body[..cut]);
                assert!(!matches!(part, Ok(PayResponse::Done(_))), "{name} at {cut}");
            }
        }
    }
}

#[test]
fn a_refusal_cut_short_at_any_byte_is_never_a_failed_payment() {
    for name in [
        "made-up-micropay-sign-error.xml",
        "made-up-micropay-sign-error-gbk.xml",
        "made-up-micropay-device-error.xml",
        "made-up-query-key-error.xml",
    ] {
        let whole = bytes(name);
        for cut in 0..whole.len() {
            let part = response::pay(&whole[..cut]);
            assert!(matches!(part, Err(_) | Ok(PayResponse::Refused(_))), "{name} at {cut}: {part:?}");
        }
    }
}

#[test]
fn a_bill_cut_short_at_any_byte_shows_the_same_refunds_or_does_not_add_up() {
    for name in ["bill-paid.xml", "bill-refunded-once.xml", "bill-refunded-twice.xml"] {
        let whole = bytes(name);
        let Ok(BillResponse::Found(bill)) = bill::read(&whole) else { panic!("{name}") };
        for cut in 0..whole.len() {
            match bill::read(&whole[..cut]) {
                Ok(BillResponse::Found(part)) => {
                    assert_eq!(part.refundable_fen(), bill.refundable_fen(), "{name} at {cut}");
                    assert!(!part.adds_up() || part.refunds().eq(bill.refunds()), "{name} at {cut}");
                }
                Ok(other) => panic!("{name} at {cut}: {other:?}"),
                Err(_) => {}
            }
        }
    }
}

#[test]
fn every_response_cut_short_at_any_byte_is_read_without_panic() {
    for (_, body) in responses() {
        for cut in 0..body.len() {
            read_in_every_way(&body[..cut]);
        }
    }
}

#[derive(Clone, Debug)]
enum Change {
    Set(prop::sample::Index, u8),
    Flip(prop::sample::Index, u8),
    Repeat(prop::sample::Index, prop::sample::Index),
    Remove(prop::sample::Index, prop::sample::Index),
    Truncate(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    use prop::sample::Index;
    prop_oneof![
        (any::<Index>(), prop::sample::select(b"<>&\"'/!?[]=- \n\\x\0\x80\xff".to_vec()))
            .prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<Index>(), 0..8u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        any::<(Index, Index)>().prop_map(|(a, b)| Change::Repeat(a, b)),
        any::<(Index, Index)>().prop_map(|(a, b)| Change::Remove(a, b)),
        any::<Index>().prop_map(Change::Truncate),
    ]
}

fn apply(body: &mut Vec<u8>, change: &Change) {
    if body.is_empty() {
        return;
    }
    let span = |a: &prop::sample::Index, b: &prop::sample::Index| {
        let (a, b) = (a.index(body.len()), b.index(body.len()));
        a.min(b)..a.max(b)
    };
    match change {
        Change::Set(at, byte) => {
            let at = at.index(body.len());
            body[at] = *byte;
        }
        Change::Flip(at, bit) => {
            let at = at.index(body.len());
            body[at] ^= 1 << bit;
        }
        Change::Repeat(a, b) => {
            let span = span(a, b);
            let slice = body[span.clone()].to_vec();
            body.splice(span.end..span.end, slice);
        }
        Change::Remove(a, b) => {
            let span = span(a, b);
            body.drain(span);
        }
        Change::Truncate(at) => body.truncate(at.index(body.len())),
    }
}

fn changed_response() -> impl Strategy<Value = Vec<u8>> {
    let all: Vec<Vec<u8>> = responses().into_iter().map(|(_, body)| body).collect();
    (prop::sample::select(all), proptest::collection::vec(change(), 1..4)).prop_map(|(mut body, changes)| {
        for change in &changes {
            apply(&mut body, change);
        }
        body
    })
}

proptest! {
    #![proptest_config(cases(6_000))]

    #[test]
    fn changed_responses_are_read_without_panic(body in changed_response()) {
        read_in_every_way(&body);
    }

    #[test]
    fn arbitrary_bytes_are_read_without_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_in_every_way(&body);
    }

    #[test]
    fn arbitrary_markup_is_read_without_panic(
        body in "(<dm ok=\"-?[01]\" ?|</?[a-z]{0,3}|/?>|[a-z_]{1,5}=\"|[\"'&;!]|\
            <!\\[CDATA\\[|\\]\\]>|<!--|&#x?[0-9a-f]{0,6};|\\PC){0,24}",
    ) {
        read_in_every_way(body.as_bytes());
    }
}
