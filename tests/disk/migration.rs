//! A ledger with an earlier schema version is migrated to this one: in one transaction, after a copy was put
//! aside.

use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use rusqlite::Connection;
use tempfile::TempDir;
use wsy::driver::{RowId, Store};
use wsy::payment::evidence::{FirstFailure, Said, Tie};
use wsy::payment::refund::Said as RefundSaid;
use wsy::till::clock;
use wsy::till::ledger::{ChargeState, Ledger, LedgerError, RefundState, Wallet};

use crate::power_loss;
use crate::vfs::{Disk, Plan, Trouble};

/// The schema version that this library writes.
const CURRENT: i32 = 6;
/// The earlier versions of which a ledger is kept. See the README next to them.
const EARLIER: [i32; 5] = [1, 2, 3, 4, 5];

fn kept(version: i32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/ledgers/version-{version}.db"))
}

fn old_ledger(version: i32) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::copy(kept(version), folder.path().join("ledger.db")).unwrap();
    folder
}

/// Opens it as the library does, without shared memory.
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
fn every_row_of_version_1_means_the_same_in_this_version() {
    let folder = old_ledger(1);
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
    // Version 1 did not record acceptances: a refund that it left open may have had one.
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
fn every_row_of_version_2_means_the_same_in_this_version() {
    let folder = old_ledger(2);
    let ledger = Ledger::open(folder.path(), false).unwrap();
    let rows = |bill: &str| ledger.charges(bill).unwrap();
    for (bill, state, said, quiet, to_void) in [
        ("paid", ChargeState::Paid, Said::Paid, 0, false),
        ("declined", ChargeState::NotPaid, Said::Nothing, 0, false),
        ("not-found", ChargeState::NotPaid, Said::Nothing, 0, false),
        ("not-sent", ChargeState::NotSent, Said::Nothing, 0, false),
        ("lost", ChargeState::Open, Said::Nothing, 0, false),
        ("named", ChargeState::Open, Said::Paying, 5_000, false),
        ("person", ChargeState::Open, Said::Paying, 5_000, false),
        ("twice", ChargeState::Paid, Said::Paid, 5_000, false),
        ("to-void", ChargeState::Open, Said::Paying, 5_000, true),
    ] {
        let row = rows(bill).pop().unwrap();
        assert_eq!((row.state, row.evidence.said), (state, said), "{bill}");
        assert_eq!((row.evidence.quiet, row.to_void), (quiet, to_void), "{bill}");
        assert_eq!((row.evidence.first_failure.as_ref(), row.operator_id.as_str()), (None, ""), "{bill}");
        // A bill that was paid before this version was reported; the alarm is about one that was not paid.
        let is_told = state == ChargeState::Paid || !ledger.paid_there(bill).unwrap().is_empty();
        assert_eq!(row.is_told(), is_told, "{bill}");
        if state == ChargeState::Paid {
            assert_eq!(row.told_ms, row.ended_ms, "{bill}");
        }
        assert!(!row.is_unfinished, "{bill}");
    }
    assert_eq!(rows("twice").len(), 2);
    assert_eq!(rows("person")[0].needs_person, "asked for 100 fen, answered 90");
    let open = ledger.refund("refund-open").unwrap().unwrap();
    assert_eq!(open.known.said, RefundSaid::Accepted("2026-11-28 10:00:05".to_owned()));
    assert_eq!((open.known.quiet, open.known.unseen), (7_000, 1));
    assert_eq!(
        ledger.refund("refunded").unwrap().unwrap().lines.to_text(),
        "dm10011|2026-11-28 10:00:04|-30"
    );
    assert_eq!(ledger.alarms().unwrap().len(), 1);
    ledger.check_whole().unwrap();
}

/// Version 3 reported a bill that a recovery had found paid as often as it was asked, and a bill of an alarm
/// too, and did not record it: nobody is told again to hand over the goods, and no old sale is listed.
#[test]
fn what_was_told_before_version_4_is_not_told_again() {
    let folder = old_ledger(3);
    let before = connection(&folder.path().join("ledger.db"));
    let sql = "SELECT out_trade_no, told_ms FROM charge WHERE state = 'paid' AND told_ms IS NULL";
    let untold: Vec<String> =
        before.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(untold, ["recovered"]);
    drop(before);
    let ledger = Ledger::open(folder.path(), false).unwrap();
    let rows = |bill: &str| ledger.charges(bill).unwrap();
    for bill in ["paid", "twice", "recovered"] {
        assert!(rows(bill).iter().all(|row| row.is_told() && row.told_ms == row.ended_ms), "{bill}");
    }
    let alarms = ["not-found", "declined"];
    assert!(
        alarms.iter().all(|bill| rows(bill)[0].is_told() && !ledger.paid_there(bill).unwrap().is_empty())
    );
    for bill in ["not-sent", "lost", "named", "person", "to-void"] {
        assert!(!rows(bill)[0].is_told(), "{bill}");
    }
    assert!(rows("to-void")[0].to_void);
    assert!(ledger.unfinished().unwrap().is_empty());
    assert!(ledger.decisions(RowId::Charge(1)).unwrap().is_empty());
    // The number of a refund's line has its own name; the platform's name of a payment type was not kept.
    let refunded = ledger.refund("refunded").unwrap().unwrap();
    assert_eq!((refunded.refund_id.as_str(), refunded.pay_id.as_str()), ("dm10011", ""));
    assert_eq!(refunded.wallet, Wallet { paytype: "weixin".to_owned(), ..Wallet::default() });
    // A refund counts for the wallet of its charge.
    assert_eq!(ledger.refund("refunded").unwrap().unwrap().wallet, rows("paid")[0].wallet);
    assert_eq!(ledger.refund("refund-open").unwrap().unwrap().known.sent_time, "2026-11-28 10:00:03");
    ledger.check_whole().unwrap();
}

/// Version 4 did not record which order had failed, so the next failure of any is the first.
#[test]
fn a_failure_that_version_4_heard_is_of_no_order() {
    let folder = old_ledger(4);
    let ledger = Ledger::open(folder.path(), false).unwrap();
    let named = ledger.charges("named").unwrap().pop().unwrap();
    assert_eq!(named.evidence.first_failure, Some(FirstFailure { dm_id: String::new(), at: 4_000 }));
    ledger.check_whole().unwrap();
}

/// Before version 6, the print of a code could be searched through. It is keyed once, and finds the same
/// bills.
#[test]
fn the_codes_of_an_earlier_version_are_keyed_once() {
    let fresh = TempDir::new().unwrap();
    drop(Ledger::open(fresh.path(), false).unwrap());
    for old in EARLIER {
        let folder = old_ledger(old);
        let ledger = Ledger::open(folder.path(), false).unwrap();
        let plain: Vec<_> = ["paid", "lost", "declined"]
            .into_iter()
            .map(|bill| (bill, ledger.charges(bill).unwrap()[0].code_print.clone()))
            .collect();
        let keyed = |print: &str| format!("keyed {print}");
        ledger.key_codes(keyed).unwrap();
        ledger.key_codes(|_| panic!("keyed again")).unwrap();
        for (bill, plain) in &plain {
            assert!(ledger.charges_with_code(plain).unwrap().is_empty(), "{bill} of version {old}");
            let found = ledger.charges_with_code(&keyed(plain)).unwrap();
            assert_eq!(found.iter().map(|row| &*row.out_trade_no).collect::<Vec<_>>(), [*bill]);
        }
        ledger.check_whole().unwrap();
        drop(ledger);
        Ledger::open(folder.path(), false).unwrap().key_codes(|_| panic!("keyed again")).unwrap();
        let files = [&folder, &fresh].map(|folder| schema(&folder.path().join("ledger.db")));
        assert_eq!(files[0], files[1], "from version {old}");
    }
    // A ledger of this version has never had others.
    Ledger::open(fresh.path(), false).unwrap().key_codes(|_| panic!("keyed again")).unwrap();
}

/// Money that an earlier version found to be taken counts on the day of its alarm, as in this version.
#[test]
fn what_was_found_paid_before_version_4_counts_on_the_day_of_its_alarm() {
    for old in EARLIER.into_iter().filter(|old| *old < 4) {
        let folder = old_ledger(old);
        let before = connection(&folder.path().join("ledger.db"));
        let sql = "SELECT out_trade_no, raised_ms FROM alarm WHERE kind = 'paid_there'";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
        let alarms: Vec<_> =
            before.prepare(sql).unwrap().query_map([], row).unwrap().map(Result::unwrap).collect();
        assert!(!alarms.is_empty(), "version {old}");
        drop(before);
        let ledger = Ledger::open(folder.path(), false).unwrap();
        for (bill, raised_ms) in &alarms {
            let rows = ledger.charges(bill).unwrap();
            let late: Vec<_> = rows.iter().filter(|row| row.is_paid_late()).collect();
            assert_eq!(late.len(), 1, "{bill} of version {old}");
            assert_eq!(late[0].late_day, clock::day(*raised_ms));
            let counted = ledger.charges_of_day(&late[0].late_day).unwrap();
            assert!(counted.iter().any(|row| row.id == late[0].id), "{bill} of version {old}");
        }
        drop(ledger);
        let ledger = connection(&folder.path().join("ledger.db"));
        let count = |sql: &str| ledger.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let late = count("SELECT COUNT(*) FROM charge WHERE late_day <> ''");
        assert_eq!(usize::try_from(late).unwrap(), alarms.len());
    }
}

/// A program that is killed in or after its first opening by this version has heard what earlier versions
/// reported.
#[test]
fn a_migration_makes_no_sale_unfinished_when_it_is_opened_again() {
    for old in EARLIER.into_iter().filter(|old| *old < 4) {
        let folder = old_ledger(old);
        for _ in 0..2 {
            let ledger = Ledger::open(folder.path(), false).unwrap();
            assert!(ledger.unfinished().unwrap().is_empty(), "from version {old}");
        }
    }
}

#[test]
fn the_days_and_numbers_of_old_rows_are_filled_in() {
    for old in EARLIER {
        let folder = old_ledger(old);
        drop(Ledger::open(folder.path(), false).unwrap());
        let ledger = connection(&folder.path().join("ledger.db"));
        let mut ended = 0;
        for table in ["charge", "refund"] {
            let sql = format!("SELECT ended_ms, ended_day FROM {table}");
            let mut statement = ledger.prepare(&sql).unwrap();
            let days = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            for (at, day) in days.map(Result::<(Option<i64>, String), _>::unwrap) {
                assert_eq!(day, at.map(clock::day).unwrap_or_default());
                ended += usize::from(at.is_some());
            }
        }
        assert!(ended > 5, "{ended}");
        for table in ["charge", "refund", "alarm"] {
            // Asking for everything since zero returns every row, those before version 3 with the number of
            // the last write.
            let numbered = if old < 3 { "changed = (SELECT writes FROM ledger)" } else { "TRUE" };
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE {numbered} AND changed > 0");
            let all = format!("SELECT COUNT(*) FROM {table}");
            let count = |sql: &str| ledger.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(count(&sql), count(&all), "{table} of version {old}");
        }
    }
}

/// Every table with its columns, and every index, regardless of the order in which they were created.
fn schema(file: &Path) -> Vec<String> {
    let ledger = connection(file);
    let sql = "SELECT m.name || ' ' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || COALESCE(c.dflt_value, '-') \
               FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' \
               UNION ALL SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1";
    let mut statement = ledger.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn an_old_ledger_is_brought_to_the_tables_of_a_new_one() {
    let fresh = TempDir::new().unwrap();
    drop(Ledger::open(fresh.path(), false).unwrap());
    let wanted = schema(&fresh.path().join("ledger.db"));
    assert!(wanted.len() > 80, "{}", wanted.len());
    for old in EARLIER {
        let folder = old_ledger(old);
        drop(Ledger::open(folder.path(), false).unwrap());
        assert_eq!(schema(&folder.path().join("ledger.db")), wanted, "from version {old}");
    }
}

#[test]
fn a_copy_of_the_old_ledger_is_put_aside_and_a_second_opening_changes_nothing() {
    for old in EARLIER {
        let folder = old_ledger(old);
        drop(Ledger::open(folder.path(), false).unwrap());
        let aside = folder.path().join(format!("ledger-v{old}.db"));
        assert_eq!((version(&folder.path().join("ledger.db")), version(&aside)), (CURRENT, old));
        assert!(!folder.path().join(format!("ledger-v{old}.part")).exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&aside).unwrap().permissions().mode() & 0o077, 0, "others can read it");
        }
        assert_eq!(states(&aside), states(&kept(old)));
        let before = fs::read(&aside).unwrap();
        drop(Ledger::open(folder.path(), false).unwrap());
        assert!(fs::read(&aside).unwrap() == before);
    }
}

#[test]
fn what_an_interrupted_migration_left_is_no_obstacle() {
    for old in EARLIER {
        let folder = old_ledger(old);
        let aside = folder.path().join(format!("ledger-v{old}.db"));
        fs::write(aside.with_extension("part"), "half a copy").unwrap();
        fs::write(&aside, "a copy of an earlier try").unwrap();
        drop(Ledger::open(folder.path(), false).unwrap());
        assert_eq!(version(&aside), old);
    }
}

#[test]
fn without_a_copy_there_is_no_migration() {
    for old in EARLIER {
        let folder = old_ledger(old);
        // The copy cannot replace a folder.
        let in_the_way = folder.path().join(format!("ledger-v{old}.db"));
        fs::create_dir_all(in_the_way.join("in-the-way")).unwrap();
        let error = Ledger::open(folder.path(), false).err().unwrap();
        assert!(matches!(error, LedgerError::Disk(_)), "{error}");
        assert_eq!(version(&folder.path().join("ledger.db")), old);
        fs::remove_dir_all(in_the_way).unwrap();
        drop(Ledger::open(folder.path(), false).unwrap());
    }
}

/// Every charge and refund with its state, in any version.
fn states(file: &Path) -> Vec<(String, String)> {
    let ledger = connection(file);
    let sql = "SELECT out_trade_no, state FROM charge UNION ALL SELECT out_refund_no, state FROM refund ORDER BY 1, 2";
    let mut statement = ledger.prepare(sql).unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_migration_on_a_disk_with_trouble_loses_nothing() {
    for old in EARLIER {
        let wanted = states(&kept(old));
        for trouble in [Trouble::InputOutput, Trouble::NoSpace, Trouble::Locked, Trouble::ReadOnly] {
            for forever in [false, true] {
                survives_trouble(old, &wanted, trouble, forever);
            }
        }
    }
}

/// The trouble occurs at each disk operation in turn.
fn survives_trouble(old: i32, wanted: &[(String, String)], trouble: Trouble, forever: bool) {
    for after in 0.. {
        let folder = old_ledger(old);
        let disk = Disk::under(folder.path());
        disk.plan(Plan { after, trouble, forever });
        drop(Ledger::open(folder.path(), false));
        if !disk.heal() {
            assert!(after > 0, "{trouble:?} never came");
            break;
        }
        drop(Ledger::open(folder.path(), false).unwrap());
        let file = folder.path().join("ledger.db");
        assert_eq!(version(&file), CURRENT, "from {old}, {trouble:?} {after}");
        assert_eq!(states(&file), wanted, "from {old}, {trouble:?} {after}");
    }
}

#[test]
fn a_power_cut_in_a_migration_loses_nothing() {
    for old in EARLIER {
        let (wanted, bytes) = (states(&kept(old)), fs::read(kept(old)).unwrap());
        let folder = old_ledger(old);
        let disk = Disk::under(folder.path());
        drop(Ledger::open(folder.path(), false).unwrap());
        let (ops, mut rng) = (disk.ops(), Rng::with_seed(7));
        assert!(ops.len() > 20, "{}", ops.len());
        for at in 0..=ops.len() {
            let folder = TempDir::new().unwrap();
            for (name, bytes) in power_loss::images(&bytes, &ops[..at], &mut rng) {
                fs::write(folder.path().join(name), bytes).unwrap();
            }
            let opened = Ledger::open(folder.path(), true);
            drop(opened.unwrap_or_else(|error| panic!("from {old}, cut at {at}: {error}")));
            let file = folder.path().join("ledger.db");
            assert_eq!((version(&file), states(&file)), (CURRENT, wanted.clone()), "from {old}, cut at {at}");
        }
    }
}

/// An older library with this version: it goes by the number alone, which has not changed since version 1.
#[test]
fn a_ledger_of_a_later_version_is_refused_and_left_alone() {
    let folder = old_ledger(2);
    drop(Ledger::open(folder.path(), false).unwrap());
    let file = folder.path().join("ledger.db");
    connection(&file).pragma_update(None, "user_version", CURRENT + 1).unwrap();
    let before = fs::read(&file).unwrap();
    assert!(
        matches!(Ledger::open(folder.path(), false), Err(LedgerError::Newer(later)) if later == CURRENT + 1)
    );
    assert!(fs::read(&file).unwrap() == before);
}
