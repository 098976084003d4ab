//! What an answer of a later day says against what was reported.

use wsy::payment::bill::{ChargeState, RefundState};
use wsy::payment::evidence::{Evidence, Tie};
use wsy::payment::reconciliation::{
    AlarmKind, Difference, Kind, Silence, order_differences, paid_by_code, paid_by_order, undecided,
};
use wsy::payment::refund::Before;
use wsy::payment::row::{ChargeRow, RefundRow};
use wsy::protocol::answer::{Order, PayAnswer};
use wsy::protocol::bill::{self, Bill, BillAnswer};
use wsy::protocol::sentences;

use crate::rows::{charge, refund};

fn not_paid() -> ChargeRow {
    ChargeRow { state: ChargeState::NotPaid, ..charge() }
}

fn order(dm_id: &str, device_id: &str) -> Order {
    let (dm_id, device_id) = (dm_id.to_owned(), device_id.to_owned());
    Order { dm_id, device_id, total_fen: Some(100), ..Order::default() }
}

fn failed(info: &str) -> PayAnswer {
    PayAnswer::Failed(Order { info: info.to_owned(), class: sentences::class(info), ..Order::default() })
}

fn by_code(charge: &ChargeRow, answer: PayAnswer) -> Result<Option<Difference>, Silence> {
    paid_by_code(charge, answer, |dm_id| Ok::<_, Silence>(dm_id == "others"))
}

fn kind(found: Result<Option<Difference>, Silence>) -> Option<Kind> {
    found.unwrap().map(|difference| difference.kind)
}

#[test]
fn a_payment_that_turns_up_is_an_alarm() {
    let late = by_code(&not_paid(), PayAnswer::Done(order("dm1", "D1"))).unwrap().unwrap();
    assert_eq!((late.kind, late.here_fen, late.there_fen), (Kind::Alarm(AlarmKind::PaidThere), 0, 100));
    // Neither another device's, nor another bill's, nor of another amount.
    assert_eq!(kind(by_code(&not_paid(), PayAnswer::Done(order("dm1", "D2")))), None);
    assert_eq!(kind(by_code(&not_paid(), PayAnswer::Done(order("others", "D1")))), None);
    let other = Order { total_fen: Some(99), ..order("dm1", "D1") };
    assert_eq!(kind(by_code(&not_paid(), PayAnswer::Done(other))), None);
}

#[test]
fn a_declined_code_that_has_paid_an_order_of_nobody_may_have_paid_elsewhere() {
    let declined = Evidence { declined: true, ..Evidence::default() };
    let declined = ChargeRow { evidence: declined, ..not_paid() };
    let maybe = Some(Kind::Alarm(AlarmKind::MaybePaidThere));
    assert_eq!(kind(by_code(&declined, PayAnswer::Done(order("dm1", "")))), maybe);
    let certain = Some(Kind::Alarm(AlarmKind::PaidThere));
    assert_eq!(kind(by_code(&declined, PayAnswer::Done(order("dm1", "D1")))), certain);
    let named = ChargeRow { dm_id: "dm1".to_owned(), ..declined };
    assert_eq!(kind(by_code(&named, PayAnswer::Done(order("dm1", "")))), certain);
}

#[test]
fn the_order_that_failed_is_asked_about_by_its_number() {
    let evidence = Evidence { tie: Tie::Own, dm_id: "dm1".to_owned(), ..Evidence::default() };
    let charge = ChargeRow { evidence, dm_id: "dm1".to_owned(), ..not_paid() };
    let by_order = |answer| paid_by_order(&charge, "dm1", answer);
    let unnumbered = Order { total_fen: None, ..order("", "D1") };
    let late = by_order(PayAnswer::Done(unnumbered)).unwrap().unwrap();
    assert_eq!((late.dm_id.as_str(), late.there_fen), ("dm1", 100));
    assert_eq!(by_order(failed("支付失败")), Ok(None));
    assert!(matches!(by_order(PayAnswer::Done(order("dm2", "D1"))), Err(Silence::NoAnswer(_))));
}

#[test]
fn what_neither_says_paid_nor_denies_it_says_nothing() {
    for denies in ["支付失败", "订单不存在", "老板不在", "支付失败:银行系统异常"] {
        assert_eq!(kind(by_code(&not_paid(), failed(denies))), None, "{denies}");
    }
    let paying = PayAnswer::Paying(order("dm1", "D1"));
    let refunded =
        Order {
            info: "转入退款".to_owned(), class: sentences::Class::PaidOtherwise, ..order("dm1", "D1")
        };
    for silent in [paying, failed("系统繁忙"), failed("授权码已使用"), PayAnswer::Done(refunded)] {
        assert!(matches!(by_code(&not_paid(), silent.clone()), Err(Silence::NoAnswer(_))), "{silent:?}");
    }
    let unnumbered = PayAnswer::Done(order("", "D1"));
    assert!(matches!(by_code(&not_paid(), unnumbered), Err(Silence::NoAnswer(_))));
    let refused = PayAnswer::Refused("签名错误".to_owned());
    assert_eq!(by_code(&not_paid(), refused), Err(Silence::Refused("签名错误".to_owned())));
}

#[test]
fn an_ok_with_a_reservation_is_read_as_that() {
    for (info, class) in [
        ("用户支付中", Some(sentences::Class::Paying)),
        ("转入退款", Some(sentences::Class::PaidOtherwise)),
        ("支付成功", None),
    ] {
        assert_eq!(sentences::reservation(info), class, "{info}");
    }
}

fn bill(total: &str, refunds: &[&str]) -> Bill {
    let lines: String = refunds
        .iter()
        .enumerate()
        .map(|(n, yuan)| {
            format!("<pay pay_type=\"4\" pay_total=\"-{yuan}\" pay_time=\"t\" pay_id=\"r{n}\" />")
        })
        .collect();
    let sum = refunds.iter().fold(0.0, |sum, yuan| sum + yuan.parse::<f64>().unwrap());
    let body = format!(
        "<dm ok=\"1\" dm_id=\"dm1\" pay_total=\"{total}\" refund_total=\"-{sum:.2}\">\
         <pay pay_type=\"4\" pay_total=\"{total}\" pay_time=\"t\" pay_id=\"p\" />{lines}</dm>"
    );
    match bill::read(body.as_bytes()) {
        Ok(BillAnswer::Found(bill)) => bill,
        other => panic!("{body}: {other:?}"),
    }
}

fn made() -> RefundRow {
    let lines = Before::of(&bill("1.00", &["0.40"]));
    RefundRow { state: RefundState::Refunded, lines, ..refund() }
}

fn kinds(charge: Option<&ChargeRow>, refunds: &[RefundRow], bill: Option<&Bill>) -> Vec<&'static str> {
    order_differences("dm1", charge, refunds, bill).iter().map(|difference| difference.kind.word()).collect()
}

#[test]
fn a_bill_is_compared_with_what_was_charged_and_refunded() {
    let paid = ChargeRow { state: ChargeState::Paid, ..charge() };
    let paid = Some(&paid);
    let none: [&str; 0] = [];
    assert_eq!(kinds(paid, &[], Some(&bill("1.00", &[]))), none);
    assert_eq!(kinds(paid, &[], Some(&bill("2.00", &[]))), ["amount_differs"]);
    assert_eq!(kinds(paid, &[], None), ["paid_not_there"]);
    assert_eq!(kinds(paid, &[made()], Some(&bill("1.00", &["0.40"]))), none);
    assert_eq!(kinds(paid, &[made()], Some(&bill("1.00", &[]))), ["refund_not_there"]);
    // A larger one from elsewhere does not hide that ours is missing.
    assert_eq!(kinds(paid, &[made()], Some(&bill("1.00", &["0.50"]))), ["refund_not_there"]);
    assert_eq!(kinds(paid, &[made()], Some(&bill("1.00", &["0.40", "0.30"]))), ["refunded_elsewhere"]);
    // What is not decided here may or may not be in the bill.
    assert_eq!(kinds(paid, &[refund()], Some(&bill("1.00", &["0.40"]))), none);
}

#[test]
fn what_is_open_is_reported_as_undecided() {
    let conflict = RefundRow { state: RefundState::Conflict, ..refund() };
    let found = undecided(&[charge(), not_paid()], &[refund(), conflict, made()]);
    let kinds: Vec<_> = found.iter().map(|difference| difference.kind.word()).collect();
    assert_eq!(kinds, ["undecided", "undecided", "undecided"]);
}

#[test]
fn the_ledgers_word_for_an_alarm_is_read_back() {
    for word in ["paid_there", "paid_not_there", "amount_differs", "refund_not_there", "maybe_paid_there"] {
        assert_eq!(AlarmKind::read(word).unwrap().word(), word);
    }
    assert_eq!(AlarmKind::read("other"), None);
}
