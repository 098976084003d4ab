//! How a record changes a row, and how a bill follows from its rows.

use wsy::non_empty::{NonEmpty, or_empty};
use wsy::payment::PersistError;
use wsy::payment::admission::{NotFound, paid_attempt};
use wsy::payment::bill::{
    Account, ChargeState, LatePayment, RefundState, Standing, Telling, Undecided, pay_late,
};
use wsy::payment::charge::{NotPaid, Record as ChargeRecord};
use wsy::payment::evidence::{Evidence, Said, Tie};
use wsy::payment::refund::{Before, Record as RefundRecord};
use wsy::payment::row::{ChargeRow, RefundRow, Tells, Wallet};
use wsy::protocol::amount::Fen;
use wsy::protocol::response::Order;

use crate::rows::{DAY, at, charge, refund, wallet};

fn paid(dm_id: &str) -> ChargeRecord {
    ChargeRecord::Paid(Order { dm_id: dm_id.to_owned(), ..Order::default() })
}

fn bound(dm_id: &str, tie: Tie) -> ChargeRow {
    let evidence = Evidence { said: Said::Paying, dm_id: NonEmpty::of(dm_id), tie, ..Evidence::default() };
    charge().after(&ChargeRecord::Known(evidence), Tells::Nothing, &at(2)).unwrap()
}

#[test]
fn a_charge_that_is_decided_never_changes() {
    let records = [
        ChargeRecord::Intent,
        ChargeRecord::Known(Evidence::default()),
        ChargeRecord::NeedsPerson(Evidence::default(), "look".to_owned()),
        paid("dm1"),
        ChargeRecord::NotPaid(NotPaid::NotFound),
        ChargeRecord::NotPaid(NotPaid::Declined("余额不足".to_owned())),
        ChargeRecord::NotSent("refused".to_owned()),
    ];
    for record in &records {
        let row = charge().after(record, Tells::Paid, &at(5)).unwrap();
        let is_open = row.state == ChargeState::Open;
        assert_eq!(row.ended_ms.is_none(), is_open, "{record:?}");
        for next in &records {
            let again = row.after(next, Tells::Paid, &at(6));
            assert_eq!(again.is_ok(), is_open, "{record:?} {next:?}");
            if !is_open {
                assert_eq!(again, Err(PersistError::Closed));
            }
        }
    }
}

#[test]
fn paid_is_told_only_by_whoever_tells_and_what_nobody_heard_is_unfinished() {
    for (tells, told_ms, is_unfinished) in
        [(Tells::Paid, Some(5), false), (Tells::PaidEarlier, None, false), (Tells::Nothing, None, true)]
    {
        let found = charge().after(&paid("dm1"), tells, &at(5)).unwrap();
        assert_eq!((found.told_ms, found.told_at(), found.is_told()), (told_ms, told_ms, told_ms.is_some()));
        assert_eq!(
            (found.is_unfinished, found.ended_day.as_deref()),
            (is_unfinished, Some(DAY)),
            "{tells:?}"
        );
        assert_eq!((found.order(), &found.auth_code), (Some("dm1"), &None));
    }
    for (telling, hears, tells) in [
        (Telling::First, true, Tells::Paid),
        (Telling::First, false, Tells::Nothing),
        (Telling::Earlier, true, Tells::PaidEarlier),
        (Telling::Earlier, false, Tells::PaidEarlier),
    ] {
        assert_eq!(Tells::of(telling, hears), tells);
    }
}

#[test]
fn an_order_that_a_response_to_another_charge_names_leaves_its_row() {
    let open = bound("dm1", Tie::Asked).without_order("B2");
    assert_eq!((open.order(), &open.dm_id), (None, &None));
    assert!(open.needs_person.unwrap().contains("B2"));
    // An earlier report stays, and a decided row needs nobody.
    assert_eq!(open.evidence.said, Said::Paying);
    let declined =
        bound("dm1", Tie::Asked).after(&ChargeRecord::NotPaid(NotPaid::NotFound), Tells::Paid, &at(5));
    let declined = declined.unwrap().without_order("B2");
    assert_eq!((declined.state, declined.needs_person), (ChargeState::NotPaid, None));
}

#[test]
fn a_refund_that_is_decided_never_changes() {
    let intent = || RefundRecord::Intent(Before::default(), Fen::new(40).unwrap());
    let records = [
        intent(),
        RefundRecord::Refunded(Vec::new()),
        RefundRecord::NotRefunded("declined".to_owned()),
        RefundRecord::NotSent("refused".to_owned()),
        RefundRecord::Conflict("two lines".to_owned()),
    ];
    for record in &records {
        let response = Order {
            printinfo: "receipt".to_owned(),
            pay_id: "4200".to_owned(),
            pay_type: "4".to_owned(),
            ..Order::default()
        };
        let row = refund().after(record, Some(&response), &at(5)).unwrap();
        assert_eq!((row.printinfo.as_deref(), row.pay_id.as_str()), (Some("receipt"), "4200"));
        assert_eq!(row.wallet, Wallet { pay_type: NonEmpty::of("4"), ..wallet() });
        let is_open = row.state == RefundState::Open;
        assert_eq!(row.after(&intent(), None, &at(6)).is_ok(), is_open, "{record:?}");
        let person = (row.state == RefundState::Conflict).then_some("two lines");
        assert_eq!(row.needs_person(), person, "{record:?}");
    }
}

fn account(rows: Vec<ChargeRow>, late: &[(Option<i64>, &str, i64)]) -> Account {
    let payment = |(charge, dm_id, fen): &(Option<i64>, &str, i64)| LatePayment {
        charge: *charge,
        dm_id: (*dm_id).to_owned(),
        fen: *fen,
    };
    let late: Vec<_> = late.iter().map(payment).collect();
    Account::of::<()>(rows, &late, false, |_| Ok(Vec::<RefundRow>::new())).unwrap()
}

#[test]
fn a_bill_that_was_found_paid_later_is_paid_by_the_attempt_it_fits() {
    let not_paid =
        |row: ChargeRow| row.after(&ChargeRecord::NotPaid(NotPaid::NotFound), Tells::Paid, &at(5)).unwrap();
    let (first, second) = (not_paid(bound("dm1", Tie::Own)), not_paid(charge()));
    let rows = || vec![first.clone(), ChargeRow { id: 2, attempt: 2, ..second.clone() }];
    // By the one that was asked about, whatever the order and the amount. If that was not kept: by its own
    // order, whatever the amount; else by the amount; else by none.
    for (late, paid) in [
        ((Some(1), "dm2", 7), Some(0)),
        ((Some(2), "dm2", 100), Some(1)),
        ((Some(3), "dm2", 100), None),
        ((None, "dm1", 7), Some(0)),
        ((None, "dm2", 100), Some(1)),
        ((None, "dm2", 7), None),
    ] {
        let standing = account(rows(), &[late]).bill.standing();
        assert_eq!(standing, paid.map_or(Standing::NotPaid, Standing::Paid), "{late:?}");
    }
    // One order pays once.
    let paid_row = charge().after(&paid("dm3"), Tells::Paid, &at(5)).unwrap();
    let found = account(vec![not_paid(charge()), paid_row], &[(None, "dm3", 100)]);
    assert_eq!(found.rows[0].state, ChargeState::NotPaid);
}

#[test]
fn each_late_payment_makes_one_attempt_paid() {
    let not_paid = charge().after(&ChargeRecord::NotPaid(NotPaid::NotFound), Tells::Paid, &at(5)).unwrap();
    let mut rows = vec![not_paid.clone(), ChargeRow { id: 2, attempt: 2, ..not_paid }];
    let late = |dm_id: &str| LatePayment { charge: None, dm_id: dm_id.to_owned(), fen: 100 };
    assert_eq!(pay_late(&mut rows, &late("dm7")), Some(1));
    // One order pays once, and each order another attempt.
    assert_eq!(pay_late(&mut rows, &late("dm7")), None);
    assert_eq!(pay_late(&mut rows, &late("dm8")), Some(0));
    assert_eq!(pay_late(&mut rows, &late("dm9")), None);
    assert_eq!(rows.iter().map(|row| or_empty(&row.dm_id)).collect::<Vec<_>>(), ["dm8", "dm7"]);
}

#[test]
fn a_charge_with_a_day_on_which_it_was_found_paid_was_paid_late() {
    assert!(!charge().is_paid_late());
    assert!(ChargeRow { late_day: NonEmpty::of("2026-11-22"), ..charge() }.is_paid_late());
}

#[test]
fn a_call_about_a_bill_means_its_last_paid_order_or_the_one_it_names() {
    let paid_row = |id: i64, dm_id: &str| ChargeRow {
        id,
        ..charge().after(&paid(dm_id), Tells::Nothing, &at(5)).unwrap()
    };
    let rows = [paid_row(1, "dm1"), paid_row(2, "dm2"), ChargeRow { id: 3, ..charge() }];
    assert_eq!(paid_attempt(&rows, None).unwrap(), (&rows[1], "dm2"));
    assert_eq!(paid_attempt(&rows, Some("dm1")).unwrap(), (&rows[0], "dm1"));
    assert_eq!(paid_attempt(&rows, Some("dm3")).unwrap_err(), NotFound::OtherOrder);
    assert_eq!(paid_attempt(&rows[2..], None).unwrap_err(), NotFound::NotPaid);
    assert_eq!(paid_attempt(&[], None).unwrap_err(), NotFound::NoBill);
}

#[test]
fn a_bill_was_first_told_as_paid_by_its_earliest_call_or_decision() {
    let told = |told_ms| ChargeRow { told_ms, ..charge() };
    let decided = ChargeRow { state: ChargeState::DecidedPaid, ended_ms: Some(7), ..charge() };
    for (rows, first) in [
        (vec![told(None)], None),
        (vec![told(None), told(Some(9))], Some(9)),
        (vec![told(Some(9)), told(Some(8))], Some(8)),
        (vec![told(Some(9)), decided.clone()], Some(7)),
        (vec![decided], Some(7)),
    ] {
        assert_eq!(account(rows, &[]).first_told_ms(), first);
    }
}

#[test]
fn what_keeps_a_bill_from_being_paid_is_a_refund_or_the_wish_to_undo_it() {
    let rows = || vec![charge().after(&paid("dm1"), Tells::Paid, &at(5)).unwrap()];
    assert_eq!(account(rows(), &[]).undecided(), Undecided::Void);
    let open = Account::of::<()>(rows(), &[], false, |_| Ok(vec![refund()])).unwrap();
    assert_eq!(open.undecided(), Undecided::Refund("R1"));
}

#[test]
fn a_paid_charge_learns_what_the_platform_calls_its_payment_type() {
    let sent = ChargeRow { wallet: Wallet { pay_name: NonEmpty::of("微信"), ..wallet() }, ..charge() };
    let paid = |pay_type: &str, pay_name: &str| {
        let order = Order {
            dm_id: "dm1".to_owned(),
            pay_type: pay_type.to_owned(),
            pay_name: pay_name.to_owned(),
            ..Order::default()
        };
        sent.after(&ChargeRecord::Paid(order), Tells::Paid, &at(5)).unwrap().wallet
    };
    assert_eq!(paid("", " "), sent.wallet);
    let Wallet { paytype, pay_type, pay_name } = paid(" 4 ", "微信立减");
    assert_eq!([&*paytype, or_empty(&pay_type), or_empty(&pay_name)], ["weixin", "4", "微信立减"]);
}
