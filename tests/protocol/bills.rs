use wsy::protocol::amount::yuan;
use wsy::protocol::bill::{self, Bill, BillResponse, Line};
use wsy::protocol::response::{Named, ResponseError};

use crate::support::{bytes, cases};
use proptest::prelude::*;

fn found(body: &[u8]) -> Bill {
    match bill::read(body) {
        Ok(BillResponse::Found(bill)) => bill,
        other => panic!("{other:?}"),
    }
}

fn line(total_fen: i64, pay_time: &str, pay_id: &str) -> Line {
    Line {
        pay_type: "4".to_owned(),
        pay_name: "微信".to_owned(),
        total_fen,
        pay_time: pay_time.to_owned(),
        pay_id: pay_id.to_owned(),
        attributes: named([
            ("pay_type", "4"),
            ("pay_name", "微信"),
            ("pay_total", &yuan(total_fen)),
            ("pay_time", pay_time),
            ("pay_id", pay_id),
        ]),
    }
}

fn named<const N: usize>(named: [(&str, &str); N]) -> Named {
    named.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn sample(refunded_fen: i64, lines: Vec<Line>) -> Bill {
    let mut attributes = named([
        ("ok", "1"),
        ("dm_id", "dm2032972220"),
        ("pay_type", "微信"),
        ("pay_total", "0.02"),
        ("pay_time", "2018-04-21 20:29:21"),
        ("no", ""),
    ]);
    if refunded_fen > 0 {
        attributes.extend(named([("refund_total", &yuan(-refunded_fen))]));
    }
    Bill {
        attributes,
        pay_id: lines[0].pay_id.clone(),
        no: String::new(),
        dm_id: "dm2032972220".to_owned(),
        pay_total_fen: 2,
        refunded_fen,
        pay_type: "4".to_owned(),
        pay_name: "微信".to_owned(),
        pay_time: "2018-04-21 20:29:21".to_owned(),
        lines,
    }
}

#[test]
fn a_bill_without_refunds_is_read_whole() {
    let bill = found(&bytes("bill-paid.xml"));
    let paid = line(2, "2018-04-21 20:29:21", "4200000067201804213014837189");
    assert_eq!(bill, sample(0, vec![paid]));
    assert_eq!(bill.refundable_fen(), 2);
    assert_eq!(bill.refunds().count(), 0);
}

#[test]
fn a_bill_refunded_once_is_read_without_its_end_tag() {
    let bill = found(&bytes("bill-refunded-once.xml"));
    let lines = vec![
        line(2, "2018-04-21 20:29:21", "4200000060201804213014837189"),
        line(-1, "2018-04-21 20:38:55", "dm20329722201524314334"),
    ];
    assert_eq!(bill, sample(1, lines));
    assert_eq!(bill.refundable_fen(), 1);
}

#[test]
fn a_bill_refunded_twice_has_nothing_left() {
    let bill = found(&bytes("bill-refunded-twice.xml"));
    let refunds = [
        line(-1, "2018-04-21 20:38:55", "dm20329722201524314334"),
        line(-1, "2018-04-21 20:46:01", "dm20329722201524314760"),
    ];
    assert_eq!(bill.refunds().cloned().collect::<Vec<_>>(), refunds);
    let mut lines = vec![line(2, "2018-04-21 20:29:21", "4200000060201804213014837189")];
    lines.extend(refunds);
    assert_eq!(bill, sample(2, lines));
    assert_eq!(bill.refundable_fen(), 0);
}

#[test]
fn a_bill_that_does_not_add_up_can_be_read_and_says_so() {
    assert!(found(&bytes("bill-refunded-twice.xml")).adds_up());
    assert!(!found(&bytes("made-up-bill-that-does-not-add-up.xml")).adds_up());
    let refund_line_without_total =
        found(br#"<dm ok="1" dm_id="dm1" pay_total="0.02"><pay pay_total="-0.01"/></dm>"#);
    assert!(!refund_line_without_total.adds_up());
    assert_eq!(refund_line_without_total.refundable_fen(), 1);
    let discounted = found(
        br#"<dm ok="1" dm_id="dm1" pay_total="10.00" refund_total="-4.00"><pay pay_total="-3.60"/></dm>"#,
    );
    assert_eq!((discounted.adds_up(), discounted.refundable_fen()), (false, 600));
}

#[test]
fn amounts_that_cannot_be_read_are_named() {
    for (body, lacks) in [
        (r#"<dm ok="1" dm_id="dm1"/>"#, "pay_total"),
        (r#"<dm ok="1" dm_id="dm1" pay_total="2分"/>"#, "pay_total"),
        (r#"<dm ok="1" dm_id="dm1" pay_total="2"><pay/></dm>"#, "pay_total"),
        (r#"<dm ok="1" dm_id="dm1" pay_total="2" refund_total="x"/>"#, "refund_total"),
    ] {
        assert_eq!(bill::read(body.as_bytes()), Err(ResponseError::Incomplete(lacks)), "{body}");
    }
}

#[test]
fn an_empty_refund_total_is_none() {
    let bill = found(br#"<dm ok="1" dm_id="dm1" pay_total="0.02" refund_total=""/>"#);
    assert_eq!((bill.refunded_fen, bill.refundable_fen()), (0, 2));
}

#[test]
fn a_bill_that_is_refunded_beyond_its_amount_leaves_nothing() {
    let bill = found(
        br#"<dm ok="1" dm_id="dm1" pay_total="0.02" refund_total="-0.05"><pay pay_total="-0.05"/></dm>"#,
    );
    assert_eq!(bill.refundable_fen(), 0);
}

#[test]
fn no_bill_and_a_refused_request_are_two_responses() {
    assert_eq!(
        bill::read(&bytes("made-up-bill-not-found.xml")),
        Ok(BillResponse::NotFound("账单不存在".to_owned()))
    );
    assert_eq!(
        bill::read(&bytes("made-up-bill-sign-error.xml")),
        Ok(BillResponse::Refused("签名错误".to_owned()))
    );
}

#[test]
fn an_unknown_ok_does_not_mean_that_there_is_no_bill() {
    for ok in ["", "2", "true"] {
        let body = format!(r#"<dm ok="{ok}" info="账单" dm_id="dm1" pay_total="0.02"/>"#);
        assert_eq!(bill::read(body.as_bytes()), Err(ResponseError::Incomplete("ok")), "{ok:?}");
    }
    assert_eq!(bill::read(b"<dm pay_total=\"1\"/>"), Err(ResponseError::NotThePlatform));
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn what_was_paid_is_what_was_refunded_and_what_is_left(
        refunds in proptest::collection::vec(1i64..5_000, 0..12),
        left in 0i64..5_000,
    ) {
        let refunded: i64 = refunds.iter().sum();
        let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
        let mut body = format!("<dm ok=\"1\" dm_id=\"dm1\" pay_total=\"{}\"", yuan(refunded + left));
        if refunded > 0 {
            body.push_str(&format!(" refund_total=\"-{}\"", yuan(refunded)));
        }
        body.push_str(&format!("><pay pay_total=\"{}\"/>", yuan(refunded + left)));
        for refund in &refunds {
            body.push_str(&format!("<pay pay_total=\"-{}\"/>", yuan(*refund)));
        }
        let bill = found(body.as_bytes());
        prop_assert_eq!(bill.refunded_fen, refunded);
        prop_assert_eq!(bill.refundable_fen(), left);
        prop_assert_eq!(bill.refunds().map(|l| -l.total_fen).collect::<Vec<_>>(), refunds);
    }
}

#[test]
fn both_forms_of_a_bill_name_its_payment_in_the_same_way() {
    let line = "<pay pay_type=\"4\" pay_name=\"微信\" pay_total=\"0.02\" pay_id=\"42\" bank=\"x\"/>";
    for (top, lines, expected) in [
        ("pay_type=\"微信\"", line, ["4", "微信", "42"]),
        ("pay_type=\"微信\" pay_id=\"43\"", line, ["4", "微信", "43"]),
        ("pay_type=\"4\" pay_id=\"43\"", line, ["4", "微信", "43"]),
        ("pay_type=\"4\" pay_id=\"43\"", "", ["4", "", "43"]),
        ("pay_type=\"微信\"", "", ["", "微信", ""]),
        ("", line, ["4", "微信", "42"]),
    ] {
        let body = format!("<dm ok=\"1\" {top} pay_total=\"0.02\" no=\"T7\" shop=\"3\">{lines}</dm>");
        let bill = found(body.as_bytes());
        assert_eq!([&*bill.pay_type, &*bill.pay_name, &*bill.pay_id], expected, "{body}");
        assert_eq!(bill.no, "T7");
        let kept = |named: &Named, name: &str| named.iter().any(|(known, _)| known == name);
        assert!(
            kept(&bill.attributes, "shop") && bill.lines.iter().all(|line| kept(&line.attributes, "bank"))
        );
    }
}
