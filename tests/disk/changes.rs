//! Each row has the number of the write that last changed it, so that a reader elsewhere can ask for
//! everything since.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;
use wsy::driver::{RowId, Store};
use wsy::payment::PersistError;
use wsy::payment::charge::Record;
use wsy::payment::decision::{Decision, Verdict};
use wsy::payment::evidence::Evidence;
use wsy::payment::policy::Policy;
use wsy::payment::refund::{Known, Record as RefundRecord};
use wsy::protocol::response::Order;
use wsy::till::ledger::{Ledger, LedgerError, Tells};

use crate::fixture::{STEPS, at};

/// For each row of each table: its content, and the write that last changed it.
type Rows = BTreeMap<(String, i64), (Vec<Value>, i64)>;

fn rows(folder: &Path) -> (Rows, i64) {
    let ledger = Connection::open(folder.join("ledger.db")).unwrap();
    ledger.execute_batch("PRAGMA locking_mode = EXCLUSIVE").unwrap();
    let mut rows = Rows::new();
    for table in ["charge", "refund", "alarm", "decision"] {
        let mut statement = ledger.prepare(&format!("SELECT changed, * FROM {table}")).unwrap();
        let changed = statement.column_index("changed").unwrap();
        let columns = statement.column_count();
        let mut found = statement.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let says = (1..columns).filter(|at| *at != changed).map(|at| row.get(at).unwrap()).collect();
            rows.insert((table.to_owned(), row.get("id").unwrap()), (says, row.get(0).unwrap()));
        }
    }
    (rows, ledger.query_row("SELECT writes FROM ledger", [], |row| row.get(0)).unwrap())
}

fn decision(verdict: Verdict) -> Decision {
    Decision { verdict, by: "店长".to_owned(), why: "the customer shows it".to_owned() }
}

/// Decides the last attempt on a bill, whose quiet time is over.
fn decide(ledger: &Ledger, bill: &str, verdict: Verdict) -> Result<(), LedgerError> {
    let row = ledger.charges(bill).unwrap().pop().unwrap();
    let quiet = Evidence { quiet: u64::MAX, ..row.evidence.clone() };
    let decided = row.decided(verdict, &quiet, &Policy::default(), &at(9)).unwrap();
    ledger.decide_charge(&decided, &decision(verdict), true, &at(9)).map(drop)
}

/// The same for a refund.
fn decide_refund(ledger: &Ledger, number: &str, verdict: Verdict) -> Result<(), LedgerError> {
    let row = ledger.refund(number).unwrap().unwrap();
    let quiet = Known { quiet: u64::MAX, ..row.known.clone() };
    let decided = row.decided(verdict, &quiet, &Policy::default(), &at(9)).unwrap();
    ledger.decide_refund(&decided, &decision(verdict), false, &at(9)).map(drop)
}

/// A program that does this and hears the outcome.
fn once(folder: &Path, step: impl FnOnce(&Ledger)) {
    let ledger = Ledger::open(folder, false).unwrap();
    step(&ledger);
    ledger.telling().hear();
    ledger.note_heard().unwrap();
}

#[test]
fn every_write_numbers_the_rows_that_it_changes_and_no_other() {
    let folder = TempDir::new().unwrap();
    drop(Ledger::open(folder.path(), false).unwrap());
    let (mut before, mut writes) = rows(folder.path());
    let more: [fn(&Ledger); 5] = [
        |ledger| decide(ledger, "lost", Verdict::NotPaid).unwrap(),
        |ledger| decide_refund(ledger, "refund-open", Verdict::Keep).unwrap(),
        |ledger| ledger.wish_void("to-void", false).unwrap(),
        // An alarm that was raised before stays as it is.
        STEPS[16],
        // And so does one that nobody can acknowledge any longer.
        |ledger| assert!(!ledger.acknowledge(2, "somebody else").unwrap()),
    ];
    for (at, step) in STEPS.into_iter().chain(more).enumerate() {
        once(folder.path(), step);
        let (after, number) = rows(folder.path());
        assert!(number > writes, "step {at} was not counted");
        let changed: Vec<_> =
            after.iter().filter(|(name, row)| before.get(name).map(|old| &old.0) != Some(&row.0)).collect();
        // A decision is a row itself, and implies that somebody has looked at it.
        let wanted = match at.checked_sub(STEPS.len()) {
            None | Some(2) => 1,
            Some(0 | 1) => 2,
            Some(_) => 0,
        };
        assert_eq!(changed.len(), wanted, "step {at}: {changed:?}");
        let numbers: BTreeSet<_> = changed.iter().map(|(_, row)| row.1).collect();
        assert!(
            numbers.len() <= 1 && numbers.iter().all(|number| *number > writes),
            "step {at}: {changed:?}"
        );
        for (name, (_, old)) in &before {
            let now = after[name].1;
            assert!(now >= *old, "step {at}: {name:?}");
        }
        (before, writes) = (after, number);
    }
}

#[test]
fn what_is_kept_of_a_row_is_read_back() {
    let folder = TempDir::new().unwrap();
    STEPS.iter().for_each(|step| step(&Ledger::open(folder.path(), false).unwrap()));
    let ledger = Ledger::open(folder.path(), false).unwrap();
    let named = ledger.charges("named").unwrap().pop().unwrap();
    assert_eq!(
        (named.evidence.first_failure.map(|first| first.at), named.operator_id.as_str()),
        (Some(4_000), "小王")
    );
    assert_eq!((named.placeholders.tableno(), named.placeholders.staff()), ("A7", "小李"));
    assert_eq!((named.told_ms, named.ended_ms), (None, None));
    let paid = ledger.charges("paid").unwrap().pop().unwrap();
    assert!(paid.told_ms.is_some() && paid.told_ms == paid.ended_ms);
    // A bill that was to be voided when it was paid was not reported as paid.
    let to_void = ledger.charges("to-void").unwrap().pop().unwrap();
    let record = Record::Paid(Order { dm_id: "dm1010".to_owned(), ..Order::default() });
    ledger.write_charge(&to_void.after(&record, Tells::Paid, &at(7)).unwrap()).unwrap();
    let undone = ledger.charges("to-void").unwrap().pop().unwrap();
    assert_eq!((undone.told_ms, undone.ended_ms, undone.to_void), (None, Some(7), true));
    let open = ledger.refund("refund-open").unwrap().unwrap();
    assert_eq!(open.known.sent_time, "2026-11-28 10:00:03");
}

#[test]
fn an_index_finds_what_came_since() {
    let folder = TempDir::new().unwrap();
    drop(Ledger::open(folder.path(), false).unwrap());
    let ledger = Connection::open(folder.path().join("ledger.db")).unwrap();
    ledger.execute_batch("PRAGMA locking_mode = EXCLUSIVE").unwrap();
    for table in ["charge", "refund", "alarm", "decision"] {
        let sql = format!("EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE changed > 7 ORDER BY changed");
        let plan: String = ledger.query_row(&sql, [], |row| row.get("detail")).unwrap();
        assert!(plan.contains(&format!("USING INDEX {table}_changed")), "{plan}");
    }
}

#[test]
fn a_decision_stays_as_it_was_made_and_another_one_comes_after_it() {
    let folder = TempDir::new().unwrap();
    let open = || Ledger::open(folder.path(), false).unwrap();
    STEPS.iter().for_each(|step| step(&open()));
    let verdicts = [Verdict::Keep, Verdict::Keep, Verdict::NotPaid];
    verdicts.iter().for_each(|verdict| decide(&open(), "lost", *verdict).unwrap());
    decide(&open(), "named", Verdict::Paid).unwrap();
    let refunds = [Verdict::Keep, Verdict::Refunded];
    refunds.iter().for_each(|verdict| decide_refund(&open(), "refund-open", *verdict).unwrap());
    let ledger = open();
    let (lost, refund) =
        (ledger.charges("lost").unwrap().pop().unwrap(), ledger.refund("refund-open").unwrap().unwrap());
    for (row, wanted) in [
        (RowId::Charge(lost.id), &verdicts[..]),
        (RowId::Refund(refund.id), &refunds[..]),
        (RowId::Charge(1), &[]),
    ] {
        let found = ledger.decisions(row).unwrap();
        let decisions: Vec<_> = found.iter().map(|found| &found.decision).collect();
        assert!(
            decisions.into_iter().eq(&wanted.iter().map(|verdict| decision(*verdict)).collect::<Vec<_>>())
        );
        assert!(found.iter().all(|found| found.ms == 9));
    }
    assert_eq!((lost.state.word(), lost.ended_ms), ("decided_not_paid", Some(9)));
    assert!(lost.auth_code.is_some(), "reconciling queries by it");
    let unfit = decision(Verdict::Refunded);
    assert!(matches!(ledger.decide_charge(&lost, &unfit, true, &at(9)), Err(LedgerError::Storage(_))));
    let unfit = decision(Verdict::NotPaid);
    assert!(matches!(ledger.decide_refund(&refund, &unfit, false, &at(9)), Err(LedgerError::Storage(_))));
    let of_bill = ledger.decisions_of_bill("twice").unwrap();
    assert_eq!(of_bill.len(), refunds.len());
    assert!(of_bill.iter().all(|listed| listed.out_refund_no == "refund-open" && listed.attempt.is_none()));
    assert_eq!(ledger.decisions_of_day("1970-01-01").unwrap().len(), 6);
    assert!(ledger.decisions_of_day("1970-01-02").unwrap().is_empty());
}

#[test]
fn a_row_that_was_decided_is_never_written_over() {
    let folder = TempDir::new().unwrap();
    STEPS.iter().for_each(|step| step(&Ledger::open(folder.path(), false).unwrap()));
    let ledger = Ledger::open(folder.path(), false).unwrap();
    let record = Record::Paid(Order { dm_id: "dm1005".to_owned(), ..Order::default() });
    let begun = ledger.charges("lost").unwrap().pop().unwrap();
    decide(&ledger, "lost", Verdict::NotPaid).unwrap();
    let late = begun.after(&record, Tells::Paid, &at(10)).unwrap();
    assert_eq!(ledger.write_charge(&late), Err(PersistError::Closed));
    let begun = ledger.refund("refund-open").unwrap().unwrap();
    decide_refund(&ledger, "refund-open", Verdict::NotRefunded).unwrap();
    let late = begun.after(&RefundRecord::Refunded(Vec::new()), None, &at(10)).unwrap();
    assert_eq!(ledger.write_refund(&late), Err(PersistError::Closed));
    let states =
        (ledger.charges("lost").unwrap()[0].state, ledger.refund("refund-open").unwrap().unwrap().state);
    assert_eq!((states.0.word(), states.1.word()), ("decided_not_paid", "decided_not_refunded"));
}

#[test]
fn what_is_not_to_be_undone_any_more_and_was_told_to_nobody_is_unfinished() {
    let folder = TempDir::new().unwrap();
    let open = || Ledger::open(folder.path(), false).unwrap();
    for by_decision in [false, true] {
        if !by_decision {
            STEPS.iter().for_each(|step| once(folder.path(), step));
        }
        let ledger = open();
        ledger.wish_void("paid", true).unwrap();
        ledger.wish_void("recovered", true).unwrap();
        for bill in ["paid", "recovered"] {
            match by_decision {
                true => decide(&ledger, bill, Verdict::Keep).unwrap(),
                false => ledger.wish_void(bill, false).unwrap(),
            }
        }
        let unfinished: Vec<_> =
            ledger.unfinished().unwrap().into_iter().map(|row| row.out_trade_no).collect();
        assert_eq!(unfinished, ["recovered"]);
        assert!(ledger.to_void().unwrap().iter().all(|row| row.out_trade_no == "to-void"));
    }
}

#[test]
fn what_was_told_and_not_heard_is_unfinished_in_the_next_program() {
    let folder = TempDir::new().unwrap();
    let open = || Ledger::open(folder.path(), false).unwrap();
    let unfinished = |ledger: &Ledger| -> Vec<_> {
        ledger.unfinished().unwrap().into_iter().map(|row| row.out_trade_no).collect()
    };
    STEPS[0](&open());
    // The program ended with the write. A sale that was listed stays listed until it is handled.
    for _ in 0..2 {
        assert_eq!(unfinished(&open()), ["paid"]);
    }
    let ledger = open();
    let row = ledger.charges("paid").unwrap().pop().unwrap();
    ledger.set_told(row.id, row.told_ms).unwrap();
    ledger.telling().hear();
    ledger.note_heard().unwrap();
    drop(ledger);
    let ledger = open();
    assert!(unfinished(&ledger).is_empty());
    // Its next write shows that every report was heard, whatever it is about.
    STEPS[7](&ledger);
    ledger.telling().hear();
    STEPS[1](&ledger);
    drop(ledger);
    let ledger = open();
    assert!(unfinished(&ledger).is_empty());
    // But not while something is in progress.
    let pending = ledger.telling().begin();
    ledger.set_told(row.id, None).unwrap();
    ledger.set_told(row.id, Some(11)).unwrap();
    ledger.telling().hear();
    ledger.note_heard().unwrap();
    drop((pending, ledger));
    assert_eq!(unfinished(&open()), ["paid"]);
    assert_eq!(open().charges("paid").unwrap()[0].told_ms, Some(11));
}
