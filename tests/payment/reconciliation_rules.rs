//! How a later response compares with what was reported.

use wsy::non_empty::NonEmpty;
use wsy::payment::bill::{ChargeState, RefundState};
use wsy::payment::evidence::{Evidence, Tie};
use wsy::payment::reconciliation::{
    AlarmKind, Difference, Kind, Silence, made_elsewhere, order_differences, paid_by_code, paid_by_order,
    undecided,
};
use wsy::payment::refund::Before;
use wsy::payment::row::{ChargeRow, RefundRow};
use wsy::protocol::bill::{self, Bill, BillResponse};
use wsy::protocol::response::{Order, PayResponse, TotalFee};
use wsy::protocol::sentences;

use crate::rows::{charge, refund};

fn not_paid() -> ChargeRow {
    ChargeRow { state: ChargeState::NotPaid, ..charge() }
}

fn order(dm_id: &str, device_id: &str) -> Order {
    let (dm_id, device_id) = (dm_id.to_owned(), device_id.to_owned());
    Order { dm_id, device_id, total_fen: Some(100), ..Order::default() }
}

fn failed(info: &str) -> PayResponse {
    PayResponse::Failed(Order { info: info.to_owned(), class: sentences::class(info), ..Order::default() })
}

fn by_code(charge: &ChargeRow, response: PayResponse) -> Result<Option<Difference>, Silence> {
    paid_by_code(charge, response, |dm_id| Ok::<_, Silence>(dm_id == "others"))
}

fn kind(found: Result<Option<Difference>, Silence>) -> Option<Kind> {
    found.unwrap().map(|difference| difference.kind)
}

#[test]
fn a_payment_that_turns_up_is_an_alarm() {
    let late = by_code(&not_paid(), PayResponse::Done(order("dm1", "D1"))).unwrap().unwrap();
    assert_eq!((late.kind, late.here_fen, late.there_fen), (Kind::Alarm(AlarmKind::PaidThere), 0, 100));
    // Neither another device's nor another bill's.
    assert_eq!(kind(by_code(&not_paid(), PayResponse::Done(order("dm1", "D2")))), None);
    assert_eq!(kind(by_code(&not_paid(), PayResponse::Done(order("others", "D1")))), None);
}

#[test]
fn an_order_of_another_amount_by_this_code_calls_a_person() {
    let other = |dm_id, device| PayResponse::Done(Order { total_fen: Some(99), ..order(dm_id, device) });
    for device in ["", "D1"] {
        let found = by_code(&not_paid(), other("dm1", device)).unwrap().unwrap();
        assert_eq!((found.kind, found.there_fen), (Kind::Alarm(AlarmKind::MaybePaidThere), 99));
    }
    let named = ChargeRow { dm_id: NonEmpty::of("dm1"), ..not_paid() };
    let certain = Some(Kind::Alarm(AlarmKind::PaidThere));
    assert_eq!(kind(by_code(&named, other("dm1", ""))), certain);
    assert_eq!(kind(by_code(&not_paid(), other("dm1", "D2"))), None);
    assert_eq!(kind(by_code(&not_paid(), other("others", "D1"))), None);
}

#[test]
fn a_declined_code_that_has_paid_an_order_of_nobody_may_have_paid_elsewhere() {
    let declined = Evidence { declined: true, ..Evidence::default() };
    let declined = ChargeRow { evidence: declined, ..not_paid() };
    let maybe = Some(Kind::Alarm(AlarmKind::MaybePaidThere));
    assert_eq!(kind(by_code(&declined, PayResponse::Done(order("dm1", "")))), maybe);
    let certain = Some(Kind::Alarm(AlarmKind::PaidThere));
    assert_eq!(kind(by_code(&declined, PayResponse::Done(order("dm1", "D1")))), certain);
    let named = ChargeRow { dm_id: NonEmpty::of("dm1"), ..declined };
    assert_eq!(kind(by_code(&named, PayResponse::Done(order("dm1", "")))), certain);
}

#[test]
fn the_order_that_failed_is_asked_about_by_its_number() {
    let evidence = Evidence { tie: Tie::Own, dm_id: NonEmpty::of("dm1"), ..Evidence::default() };
    let charge = ChargeRow { evidence, dm_id: NonEmpty::of("dm1"), ..not_paid() };
    let by_order = |response| paid_by_order(&charge, "dm1", response);
    let unnumbered = Order { total_fen: None, ..order("", "D1") };
    let late = by_order(PayResponse::Done(unnumbered)).unwrap().unwrap();
    assert_eq!((late.dm_id.as_deref(), late.there_fen), (Some("dm1"), 100));
    assert_eq!(by_order(failed("支付失败")), Ok(None));
    assert!(matches!(by_order(PayResponse::Done(order("dm2", "D1"))), Err(Silence::NoResponse(_))));
}

#[test]
fn what_neither_says_paid_nor_denies_it_says_nothing() {
    for denies in ["支付失败", "订单不存在", "老板不在", "支付失败:银行系统异常"] {
        assert_eq!(kind(by_code(&not_paid(), failed(denies))), None, "{denies}");
    }
    let refunded =
        Order {
            info: "转入退款".to_owned(), class: sentences::Class::PaidOtherwise, ..order("dm1", "D1")
        };
    let garbled = PayResponse::Paying(Order { class: sentences::Class::Paying, ..Order::default() });
    for silent in [garbled, failed("系统繁忙"), failed("授权码已使用"), PayResponse::Done(refunded)]
    {
        assert!(matches!(by_code(&not_paid(), silent.clone()), Err(Silence::NoResponse(_))), "{silent:?}");
    }
    let unnumbered = PayResponse::Done(order("", "D1"));
    assert!(matches!(by_code(&not_paid(), unnumbered), Err(Silence::NoResponse(_))));
    let two_amounts = PayResponse::Done(Order { total_fee: TotalFee::Fen(1), ..order("dm1", "D1") });
    assert!(
        matches!(by_code(&not_paid(), two_amounts), Err(Silence::NoResponse(why)) if why.contains("total_fee"))
    );
    let refused = PayResponse::Refused("签名错误".to_owned());
    assert_eq!(by_code(&not_paid(), refused), Err(Silence::Refused("签名错误".to_owned())));
}

#[test]
fn a_customer_who_is_still_paying_is_told_apart_from_silence() {
    let unnamed = |info: &str| PayResponse::Paying(Order { info: info.to_owned(), ..Order::default() });
    let nothing = Order { info: String::new(), ..order("dm1", "D1") };
    for (response, said) in [
        (unnamed("用户支付中"), "用户支付中"),
        (failed("用户支付中"), "用户支付中"),
        (PayResponse::Paying(nothing), "the customer is still paying"),
    ] {
        assert_eq!(by_code(&not_paid(), response), Err(Silence::Paying(said.to_owned())));
    }
    let troubled =
        Order { class: sentences::Class::Trouble, info: "系统繁忙".to_owned(), ..order("dm1", "D1") };
    assert!(matches!(by_code(&not_paid(), PayResponse::Paying(troubled)), Err(Silence::NoResponse(_))));
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
        Ok(BillResponse::Found(bill)) => bill,
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
    // A refund that is not decided here may or may not be in the bill.
    assert_eq!(kinds(paid, &[refund()], Some(&bill("1.00", &["0.40"]))), none);
}

#[test]
fn what_was_refunded_elsewhere_is_kept_once_and_only_where_nothing_else_differs() {
    let paid = ChargeRow { state: ChargeState::Paid, ..charge() };
    let found = |refunds: &[RefundRow], lines| {
        order_differences("dm1", Some(&paid), refunds, Some(&bill("1.00", lines)))
    };
    let both = found(&[made()], &["0.40", "0.30"]);
    let kept = made_elsewhere(&paid, &[made()], &both).unwrap();
    assert_eq!((kept.number.as_str(), kept.fen), ("void-elsewhere-1-1", 30));
    let noted = |number: &str, fen| RefundRow {
        out_refund_no: number.to_owned(),
        refund_fen: fen,
        lines: Before::default(),
        ..made()
    };
    let refunds = [made(), noted(&kept.number, 30)];
    assert_eq!(found(&refunds, &["0.40", "0.30"]), []);
    let more = found(&refunds, &["0.40", "0.30", "0.30"]);
    let kept = made_elsewhere(&paid, &refunds, &more).unwrap();
    assert_eq!((kept.number.as_str(), kept.fen), ("void-elsewhere-1-2", 30));
    // Refunded here since the responses came, or not decided.
    assert_eq!(made_elsewhere(&paid, &[made(), noted("R2", 30)], &both), None);
    assert_eq!(made_elsewhere(&paid, &[made(), refund()], &both), None);
    // A bill of another amount does not show how much was refunded.
    let other = order_differences("dm1", Some(&paid), &[], Some(&bill("2.00", &["1.00"])));
    assert_eq!(made_elsewhere(&paid, &[], &other), None);
    assert_eq!(made_elsewhere(&paid, &[], &[]), None);
}

#[test]
fn a_refund_that_was_reported_as_not_made_and_turns_up_is_an_alarm() {
    let paid = ChargeRow { state: ChargeState::Paid, ..charge() };
    let not_made = RefundRow { out_refund_no: "R2".to_owned(), state: RefundState::NotRefunded, ..refund() };
    let rows = [made(), not_made.clone()];
    let found = |refunds: &[RefundRow], lines| kinds(Some(&paid), refunds, Some(&bill("1.00", lines)));
    let none: [&str; 0] = [];
    assert_eq!(found(&rows, &["0.40"]), none);
    assert_eq!(found(&rows, &["0.40", "0.30"]), ["refunded_elsewhere"]);
    assert_eq!(found(&rows, &["0.40", "0.50"]), ["refunded_elsewhere"]);
    let turned_up = &["0.40", "0.40"][..];
    assert_eq!(found(&rows, turned_up), ["refunded_elsewhere", "refund_there"]);
    assert_eq!(found(&rows, &["0.40", "0.10", "0.30"]), ["refunded_elsewhere", "refund_there"]);
    // An undecided refund may be the one that the bill shows.
    let open = RefundRow { out_refund_no: "R3".to_owned(), ..refund() };
    assert_eq!(found(&[made(), not_made.clone(), open], turned_up), none);
    // The money is recorded as refunded, and the alarm stays.
    let differences = order_differences("dm1", Some(&paid), &rows, Some(&bill("1.00", turned_up)));
    assert_eq!((differences[1].out_refund_no.as_deref(), differences[1].there_fen), (Some("R2"), 80));
    let kept = made_elsewhere(&paid, &rows, &differences).unwrap();
    let kept = RefundRow { out_refund_no: kept.number, lines: Before::default(), ..made() };
    assert_eq!(found(&[made(), not_made, kept], turned_up), ["refund_there"]);
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
    for word in [
        "paid_there",
        "paid_not_there",
        "amount_differs",
        "refund_not_there",
        "refund_there",
        "maybe_paid_there",
    ] {
        assert_eq!(AlarmKind::read(word).unwrap().word(), word);
    }
    assert_eq!(AlarmKind::read("other"), None);
}
