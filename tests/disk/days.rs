//! A closed day: which rows are still added to it, and which never again.

use tempfile::TempDir;
use wsy::driver::{RowId, Store};
use wsy::non_empty::NonEmpty;
use wsy::payment::charge::Record;
use wsy::payment::decision::{Decision, Verdict};
use wsy::payment::evidence::Evidence;
use wsy::payment::policy::Policy;
use wsy::payment::refund::{Before, Known, Record as RefundRecord};
use wsy::payment::row::{Moment, NewRefund, Wallet};
use wsy::protocol::response::Order;
use wsy::till::ledger::{ChargeRow, Ledger, RefundRow, Tells};

use crate::fixture::every_kind;

const DAY: &str = "2026-11-28";
const NEXT: &str = "2026-11-29";

/// A moment later on that day.
fn later() -> Moment {
    Moment { ms: 1_795_900_000_000, day: DAY.to_owned() }
}

fn decision(verdict: Verdict) -> Decision {
    Decision { verdict, by: "店长".to_owned(), why: "the back office shows it".to_owned() }
}

fn charge(ledger: &Ledger, bill: &str) -> ChargeRow {
    ledger.charges(bill).unwrap().pop().unwrap()
}

fn refund(ledger: &Ledger, number: &str) -> RefundRow {
    ledger.refund(number).unwrap().unwrap()
}

fn decide(ledger: &Ledger, bill: &str, verdict: Verdict) -> (Option<NonEmpty>, Option<NonEmpty>) {
    let row = charge(ledger, bill);
    let quiet = Evidence { quiet: u64::MAX, ..row.evidence.clone() };
    let decided = row.decided(verdict, &quiet, &Policy::default(), &later()).unwrap();
    let written = ledger.decide_charge(&decided, &decision(verdict), true, &later()).unwrap();
    (written, charge(ledger, bill).ended_day)
}

fn decide_refund(ledger: &Ledger, number: &str, verdict: Verdict) -> (Option<NonEmpty>, Option<NonEmpty>) {
    let row = refund(ledger, number);
    let quiet = Known { quiet: u64::MAX, ..row.known.clone() };
    let decided = row.decided(verdict, &quiet, &Policy::default(), &later()).unwrap();
    let written = ledger.decide_refund(&decided, &decision(verdict), false, &later()).unwrap();
    (written, refund(ledger, number).ended_day)
}

fn both(day: &str) -> (Option<NonEmpty>, Option<NonEmpty>) {
    (NonEmpty::of(day), NonEmpty::of(day))
}

#[test]
fn no_outcome_falls_into_a_day_that_is_closed() {
    let folder = TempDir::new().unwrap();
    let ledger = Ledger::open(folder.path(), false).unwrap();
    every_kind(&ledger);
    assert_eq!(charge(&ledger, "paid").ended_day.as_deref(), Some(DAY));
    assert_eq!(ledger.closing(DAY).unwrap(), None);
    let first = ledger.close_day(DAY, "甲", 7).unwrap();
    assert_eq!(ledger.close_day(DAY, "乙", 8).unwrap(), first);
    drop(ledger);

    let ledger = Ledger::open(folder.path(), false).unwrap();
    assert_eq!(ledger.closing("2020-01-01").unwrap(), Some(first));
    assert_eq!(ledger.closing(NEXT).unwrap(), None);
    // News about a row that stays open is not an outcome.
    let named = charge(&ledger, "named");
    assert_eq!(ledger.write_charge(&named), Ok(None));
    let order = Order { dm_id: "dm1006".to_owned(), ..Order::default() };
    let paid = named.after(&Record::Paid(order), Tells::Paid, &later()).unwrap();
    assert_eq!(ledger.write_charge(&paid), Ok(NonEmpty::of(NEXT)));
    assert_eq!(charge(&ledger, "named").ended_day.as_deref(), Some(NEXT));
    assert_eq!(decide(&ledger, "lost", Verdict::Keep), both(""));
    assert_eq!(decide(&ledger, "lost", Verdict::NotPaid), both(NEXT));
    assert_eq!(decide_refund(&ledger, "conflict", Verdict::Keep), both(DAY));
    assert_eq!(decide_refund(&ledger, "conflict", Verdict::NotRefunded), both(NEXT));
    let open = refund(&ledger, "refund-open");
    let made = open.after(&RefundRecord::Refunded(Vec::new()), None, &later()).unwrap();
    assert_eq!(ledger.write_refund(&made), Ok(NonEmpty::of(NEXT)));
    let elsewhere = NewRefund {
        out_refund_no: "void-elsewhere-1-1",
        out_trade_no: Some("paid"),
        dm_id: "dm1001",
        wallet: &Wallet { paytype: "weixin".to_owned(), ..Wallet::default() },
        device_id: "57206",
        server: Some("https://pay.example/"),
        refund_fen: 5,
        before: &Before::default(),
        sent_time: "",
        operator_id: "小李",
        started: &later(),
    };
    ledger.note_refund(&elsewhere).unwrap();
    let elsewhere = refund(&ledger, "void-elsewhere-1-1");
    assert_eq!((elsewhere.day.as_str(), elsewhere.ended_day.as_deref()), (DAY, Some(NEXT)));
    assert_eq!(elsewhere.operator_id, "小李");
    // A row with its outcome on the day keeps it, even if a person has handled it since.
    assert_eq!(decide(&ledger, "recovered", Verdict::Paid), both(DAY));
    // A decision is listed on the day that was open.
    assert_eq!(ledger.decisions_of_day(DAY).unwrap(), []);
    assert_eq!(ledger.decisions_of_day(NEXT).unwrap().len(), 5);
    assert_eq!(elsewhere.wallet.paytype, "weixin");

    // The clock goes back: nothing is added to an earlier day either.
    ledger.close_day("2026-12-31", "丙", 9).unwrap();
    assert_eq!(decide(&ledger, "person", Verdict::Paid), both("2027-01-01"));
}

#[test]
fn a_row_is_to_be_reconciled_on_its_days_and_until_it_was() {
    let folder = TempDir::new().unwrap();
    let ledger = Ledger::open(folder.path(), false).unwrap();
    every_kind(&ledger);
    let charges = |day: &str| -> Vec<i64> {
        ledger.charges_to_reconcile(day).unwrap().iter().map(|row| row.id).collect()
    };
    let refunds = |day: &str| -> Vec<String> {
        ledger.refunds_to_reconcile(day).unwrap().into_iter().map(|row| row.out_refund_no).collect()
    };
    let all = charges(DAY);
    assert_eq!(all.len(), 11);
    // Of another day: everything that is decided.
    assert_eq!(charges(NEXT).len(), 7);
    assert_eq!(refunds(NEXT), ["refunded", "not-refunded", "refund-not-sent"]);
    let rows: Vec<_> = all.iter().map(|id| RowId::Charge(*id)).collect();
    ledger.set_reconciled(&rows).unwrap();
    let made = refund(&ledger, "refunded");
    ledger.set_reconciled(&[RowId::Refund(made.id)]).unwrap();
    assert_eq!((charges(NEXT), charges(DAY).len()), (vec![], 11));
    assert_eq!(refunds(NEXT), ["not-refunded", "refund-not-sent"]);
    // An open row is asked about once it is decided.
    decide(&ledger, "lost", Verdict::NotPaid);
    assert_eq!(charges(NEXT), [charge(&ledger, "lost").id]);
}
