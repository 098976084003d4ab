//! Each row keeps the number of the write that changed it last, so that who reads the ledger from elsewhere can ask what came since.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;
use wsy::driver::{RowId, Store};
use wsy::payment::charge::Record;
use wsy::protocol::answer::Order;
use wsy::till::ledger::{Decided, Ledger, LedgerError, NewDecision, Tells};

use crate::fixture::STEPS;

/// Of each row of each table: what it says, and which write changed it last.
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

fn decision(row: RowId, decided: Decided) -> NewDecision {
    NewDecision { row, decided, by: "店长".to_owned(), why: "the customer shows it".to_owned() }
}

#[test]
fn every_write_numbers_the_rows_that_it_changes_and_no_other() {
    let folder = TempDir::new().unwrap();
    drop(Ledger::open(folder.path(), false).unwrap());
    let (mut before, mut writes) = rows(folder.path());
    let more: [fn(&Ledger); 5] = [
        |ledger| ledger.decide(&decision(RowId::Charge(5), Decided::NotPaid)).unwrap(),
        |ledger| ledger.decide(&decision(RowId::Refund(5), Decided::Keep)).unwrap(),
        |ledger| ledger.wish_void("to-void", false).unwrap(),
        // An alarm that was raised before stays as it is.
        STEPS[16],
        // And so does one that nobody can acknowledge any more.
        |ledger| assert!(!ledger.acknowledge(2, "somebody else").unwrap()),
    ];
    for (at, step) in STEPS.into_iter().chain(more).enumerate() {
        step(&Ledger::open(folder.path(), false).unwrap());
        let (after, number) = rows(folder.path());
        assert!(number > writes, "step {at} was not counted");
        let changed: Vec<_> =
            after.iter().filter(|(name, row)| before.get(name).map(|old| &old.0) != Some(&row.0)).collect();
        assert_eq!(changed.len(), usize::from(at < STEPS.len() + 3), "step {at}");
        assert!(changed.iter().all(|(_, row)| row.1 == number), "step {at}: {changed:?}");
        for (name, (_, old)) in &before {
            let now = after[name].1;
            assert!(
                now == *old || changed.iter().any(|(changed, _)| *changed == name),
                "step {at}: {name:?}"
            );
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
    assert_eq!((named.evidence.failed_at, named.operator_id.as_str()), (Some(4_000), "小王"));
    assert_eq!((named.told_ms, named.ended_ms), (None, None));
    let paid = ledger.charges("paid").unwrap().pop().unwrap();
    assert!(paid.told_ms.is_some() && paid.told_ms == paid.ended_ms);
    // A bill that was to be undone when it was paid was not told as paid.
    let to_void = ledger.charges("to-void").unwrap().pop().unwrap();
    let record = Record::Paid(Order { dm_id: "dm1010".to_owned(), ..Order::default() });
    ledger.write_charge(&to_void.after(&record, Tells::Yes, 7).unwrap()).unwrap();
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
    let (charge, refund) = (RowId::Charge(5), RowId::Refund(5));
    let all = [
        decision(charge, Decided::Keep),
        decision(refund, Decided::Refunded),
        decision(charge, Decided::Paid),
        decision(charge, Decided::NotPaid),
        decision(refund, Decided::NotRefunded),
    ];
    let ledger = Ledger::open(folder.path(), false).unwrap();
    all.iter().for_each(|decision| ledger.decide(decision).unwrap());
    drop(ledger);
    let ledger = Ledger::open(folder.path(), false).unwrap();
    for row in [charge, refund, RowId::Charge(6)] {
        let wanted: Vec<_> = all.iter().filter(|decision| decision.row == row).collect();
        let found = ledger.decisions(row).unwrap();
        assert_eq!(found.iter().map(|found| &found.about).collect::<Vec<_>>(), wanted);
        assert!(found.iter().all(|found| found.decided_ms > 0));
    }
    for unfit in [decision(charge, Decided::Refunded), decision(refund, Decided::NotPaid)] {
        assert!(matches!(ledger.decide(&unfit), Err(LedgerError::Storage(_))));
    }
}
