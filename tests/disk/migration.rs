//! A ledger of an earlier schema version is brought up to this one: in one transaction, after a copy was put aside.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;
use wsy::driver::Store;
use wsy::payment::evidence::{Said, Tie};
use wsy::payment::refund::Said as RefundSaid;
use wsy::till::ledger::{ChargeState, Ledger, LedgerError, RefundState};

use crate::dice::Dice;
use crate::power_loss;
use crate::vfs::{Disk, Plan, Trouble};

/// Written by the library as it was before version 2, see the readme beside it.
const VERSION_1: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ledgers/version-1.db");

fn old_ledger() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::copy(VERSION_1, folder.path().join("ledger.db")).unwrap();
    folder
}

/// As the library opens it, which needs no shared memory.
fn connection(file: &Path) -> Connection {
    let ledger = Connection::open(file).unwrap();
    ledger.execute_batch("PRAGMA locking_mode = EXCLUSIVE").unwrap();
    ledger
}

fn version(file: &Path) -> i32 {
    let ledger = connection(file);
    ledger.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

#[test]
fn every_row_of_version_1_means_the_same_in_version_2() {
    let folder = old_ledger();
    let ledger = Ledger::open(folder.path(), false).unwrap();
    let row = |bill: &str| ledger.charges(bill).unwrap().pop().unwrap();
    for (bill, state, said, tie, dm_id) in [
        ("paid", ChargeState::Paid, Said::Paid, Tie::Own, "dm1001"),
        ("declined", ChargeState::NotPaid, Said::Nothing, Tie::None, ""),
        ("not-sent", ChargeState::NotSent, Said::Nothing, Tie::None, ""),
        ("lost", ChargeState::Open, Said::Nothing, Tie::None, ""),
        ("named", ChargeState::Open, Said::Paying, Tie::Own, "dm1005"),
        ("person", ChargeState::Open, Said::PaidOtherwise, Tie::None, ""),
        ("robbed", ChargeState::Open, Said::PaidOtherwise, Tie::None, ""),
        ("twice", ChargeState::Paid, Said::Paid, Tie::Own, "dm1009"),
    ] {
        let row = row(bill);
        assert_eq!((row.state, row.evidence.said, row.evidence.tie), (state, said, tie), "{bill}");
        assert_eq!((row.dm_id.as_str(), row.evidence.dm_id.as_str()), (dm_id, dm_id), "{bill}");
        // Nobody knows how the exchange ended.
        assert!(!row.evidence.ended && !row.to_void, "{bill}");
        assert_eq!((row.evidence.quiet, row.evidence.denials, row.server.as_str()), (0, 0, ""), "{bill}");
    }
    assert!(row("robbed").needs_person.contains("dm1001"));
    assert_eq!(row("lost").auth_code.as_deref(), Some("280000000000000004"));
    let refund = |number: &str| ledger.refund(number).unwrap().unwrap();
    let refunded = refund("refunded");
    assert_eq!(refunded.lines.to_text(), "dm10011|2026-11-27 11:00:00|-30");
    assert_eq!(refunded.known.said, RefundSaid::Accepted(String::new()));
    // Version 1 forgot acceptances: what it left open may have had one.
    assert_eq!(refund("refund-open").known.said, RefundSaid::Accepted(String::new()));
    for (number, state) in [
        ("refunded", RefundState::Refunded),
        ("not-refunded", RefundState::NotRefunded),
        ("refund-not-sent", RefundState::NotSent),
        ("conflict", RefundState::Conflict),
        ("refund-open", RefundState::Open),
    ] {
        assert_eq!(refund(number).state, state);
    }
    assert_eq!(ledger.alarms().unwrap().len(), 1);
    assert_eq!(ledger.charge_of_order("dm1001").unwrap().unwrap().out_trade_no, "paid");
    assert_eq!(ledger.other_owner(row("robbed").id, "dm1001", Tie::Asked).unwrap().as_deref(), Some("paid"));
    ledger.check_whole().unwrap();
}

#[test]
fn a_copy_of_the_old_ledger_is_put_aside_and_a_second_opening_changes_nothing() {
    let folder = old_ledger();
    drop(Ledger::open(folder.path(), false).unwrap());
    let aside = folder.path().join("ledger-v1.db");
    assert_eq!((version(&folder.path().join("ledger.db")), version(&aside)), (2, 1));
    assert!(!folder.path().join("ledger-v1.part").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&aside).unwrap().permissions().mode() & 0o077, 0, "others can read it");
    }
    let charges = |file: &Path| -> i64 {
        let ledger = connection(file);
        ledger.query_row("SELECT COUNT(*) FROM charge", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(charges(&aside), charges(&folder.path().join("ledger.db")));
    let before = fs::read(&aside).unwrap();
    drop(Ledger::open(folder.path(), false).unwrap());
    assert!(fs::read(&aside).unwrap() == before);
}

#[test]
fn what_an_interrupted_migration_left_is_no_obstacle() {
    let folder = old_ledger();
    fs::write(folder.path().join("ledger-v1.part"), "half a copy").unwrap();
    fs::write(folder.path().join("ledger-v1.db"), "a copy of an earlier try").unwrap();
    drop(Ledger::open(folder.path(), false).unwrap());
    assert_eq!(version(&folder.path().join("ledger-v1.db")), 1);
}

#[test]
fn without_a_copy_there_is_no_migration() {
    let folder = old_ledger();
    // A folder cannot be replaced by the copy.
    fs::create_dir_all(folder.path().join("ledger-v1.db/in-the-way")).unwrap();
    let error = Ledger::open(folder.path(), false).err().unwrap();
    assert!(matches!(error, LedgerError::Storage(_)), "{error}");
    assert_eq!(version(&folder.path().join("ledger.db")), 1);
    fs::remove_dir_all(folder.path().join("ledger-v1.db")).unwrap();
    drop(Ledger::open(folder.path(), false).unwrap());
}

/// Every charge and refund with its state, as any version has them.
fn states(file: &Path) -> Vec<(String, String)> {
    let ledger = connection(file);
    let sql = "SELECT out_trade_no, state FROM charge UNION ALL SELECT out_refund_no, state FROM refund ORDER BY 1, 2";
    let mut statement = ledger.prepare(sql).unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_migration_on_a_disk_with_trouble_loses_nothing() {
    let wanted = states(Path::new(VERSION_1));
    for trouble in [Trouble::InputOutput, Trouble::NoSpace, Trouble::Locked, Trouble::ReadOnly] {
        for forever in [false, true] {
            for after in 0.. {
                let folder = old_ledger();
                let disk = Disk::under(folder.path());
                disk.plan(Plan { after, trouble, forever });
                drop(Ledger::open(folder.path(), false));
                if !disk.heal() {
                    assert!(after > 0, "{trouble:?} never came");
                    break;
                }
                drop(Ledger::open(folder.path(), false).unwrap());
                let file = folder.path().join("ledger.db");
                assert_eq!((version(&file), states(&file)), (2, wanted.clone()), "{trouble:?} {after}");
            }
        }
    }
}

#[test]
fn a_power_cut_in_a_migration_loses_nothing() {
    let (wanted, old) = (states(Path::new(VERSION_1)), fs::read(VERSION_1).unwrap());
    let folder = old_ledger();
    let disk = Disk::under(folder.path());
    drop(Ledger::open(folder.path(), false).unwrap());
    let (ops, mut dice) = (disk.ops(), Dice::new(7));
    assert!(ops.len() > 20, "{}", ops.len());
    for at in 0..=ops.len() {
        let folder = TempDir::new().unwrap();
        for (name, bytes) in power_loss::images(&old, &ops[..at], &mut dice) {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        drop(Ledger::open(folder.path(), true).unwrap_or_else(|error| panic!("cut at {at}: {error}")));
        let file = folder.path().join("ledger.db");
        assert_eq!((version(&file), states(&file)), (2, wanted.clone()), "cut at {at}");
    }
}

#[test]
fn a_ledger_of_a_later_version_is_refused_and_left_alone() {
    let folder = old_ledger();
    drop(Ledger::open(folder.path(), false).unwrap());
    let file = folder.path().join("ledger.db");
    connection(&file).pragma_update(None, "user_version", 3).unwrap();
    let before = fs::read(&file).unwrap();
    assert!(matches!(Ledger::open(folder.path(), false), Err(LedgerError::Newer(3))));
    assert!(fs::read(&file).unwrap() == before);
}
