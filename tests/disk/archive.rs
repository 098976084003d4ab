//! Bills that move to the archive: what is asked about them gets the same answer as before, whatever happens
//! to the power, the disk or the file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use tempfile::TempDir;
use wsy::driver::{RowId, Store};
use wsy::non_empty::NonEmpty;
use wsy::payment::charge::Record;
use wsy::payment::decision::{Decision, Verdict};
use wsy::payment::evidence::{Evidence, Tie};
use wsy::payment::policy::Policy;
use wsy::payment::refund::Known;
use wsy::payment::row::NewCharge;
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::receipt::Placeholders;
use wsy::till::ledger::{ChargeRow, Ledger, LedgerError, RefundRow, Tells, Wallet};

use crate::fixture::{at, every_kind};
use crate::power_loss;
use crate::vfs::{Disk, Plan, Trouble};

/// Later than anything that happens.
const UNTIL: &str = "2999-12-31";
const DAY: &str = "2026-11-28";
/// The bills of the fixture that are done with once everything is compared and acknowledged. The newest
/// charge, and the newest refund with its bill, stay.
const DONE: [&str; 5] = ["paid", "declined", "not-found", "not-sent", "decided"];
const STAY: [&str; 6] = ["lost", "named", "person", "twice", "to-void", "recovered"];
const REFUNDS: [&str; 5] = ["refunded", "not-refunded", "refund-not-sent", "conflict", "refund-open"];

/// A ledger with every kind of bill, of which those of [`DONE`] may go.
fn ledger(folder: &Path) -> Ledger {
    let ledger = Ledger::open(folder, false).unwrap();
    let decided = begin(&ledger, "decided", 40);
    every_kind(&ledger);
    let quiet = Evidence { quiet: u64::MAX, ..decided.evidence.clone() };
    let verdict = Verdict::NotPaid;
    let row = decided.decided(verdict, &quiet, &Policy::default(), &at(0)).unwrap();
    let decision = Decision { verdict, by: "店长".to_owned(), why: "后台没有".to_owned() };
    ledger.decide_charge(&row, &decision, true, &at(0)).unwrap();
    // The newest decision stays in the ledger: it is about a refund that stays.
    let conflict = ledger.refund("conflict").unwrap().unwrap();
    let verdict = Verdict::Refunded;
    let known = Known { quiet: u64::MAX, ..conflict.known.clone() };
    let row = conflict.decided(verdict, &known, &Policy::default(), &at(0)).unwrap();
    ledger.decide_refund(&row, &Decision { verdict, ..decision }, false, &at(0)).unwrap();
    let mut rows: Vec<_> = all_charges(&ledger).iter().map(|row| RowId::Charge(row.id)).collect();
    rows.extend(all_refunds(&ledger).iter().map(|row| RowId::Refund(row.id)));
    ledger.set_reconciled(&rows).unwrap();
    for alarm in ledger.alarms().unwrap() {
        ledger.acknowledge(alarm.id, "店长").unwrap();
    }
    // The newest alarm stays too.
    let newest = wsy::till::ledger::NewAlarm {
        kind: wsy::till::ledger::AlarmKind::RefundThere,
        out_trade_no: NonEmpty::of("twice"),
        charge: None,
        dm_id: NonEmpty::of("dm1008"),
        here_fen: 0,
        there_fen: 1,
    };
    ledger.raise(&newest, &at(0)).unwrap();
    ledger.telling().hear();
    ledger.note_heard().unwrap();
    ledger
}

fn begin(ledger: &Ledger, bill: &str, n: u64) -> ChargeRow {
    let code = AuthCode::parse(&format!("13{n:016}")).unwrap();
    let new = NewCharge {
        out_trade_no: bill,
        device_id: "57206",
        server: "",
        total_fen: 100,
        wallet: &Wallet::default(),
        auth_code: &code,
        sealed_code: code.reveal(),
        code_print: &code.fingerprint(),
        operator_id: "",
        placeholders: &Placeholders::default(),
        started: &at(1_795_831_200_000),
    };
    ledger.begin_charge(&new).unwrap()
}

fn all_bills() -> impl Iterator<Item = &'static str> {
    DONE.into_iter().chain(STAY)
}

fn all_charges(ledger: &Ledger) -> Vec<ChargeRow> {
    all_bills().flat_map(|bill| ledger.charges(bill).unwrap()).collect()
}

fn all_refunds(ledger: &Ledger) -> Vec<RefundRow> {
    REFUNDS.into_iter().filter_map(|number| ledger.refund(number).unwrap()).collect()
}

/// Moves whatever may go.
fn archive(ledger: &Ledger) -> Result<usize, LedgerError> {
    let bills = ledger.bills_until(UNTIL, 0, 1_000)?.into_iter().map(|(_, bill)| bill).collect::<Vec<_>>();
    ledger.archive(&bills, UNTIL)
}

/// A ledger's rows and decisions by number, without the auth codes, which archived bills no longer have.
fn content(ledger: &Ledger) -> BTreeMap<String, String> {
    let mut content = BTreeMap::new();
    for bill in all_bills() {
        let rows = ledger.charges(bill).unwrap();
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let without_code = ChargeRow { auth_code: None, ..row.clone() };
                (without_code.id, without_code.total_fen, format!("{without_code:?}"), without_code.pay_id)
            })
            .collect();
        let decisions = ledger.decisions_of_bill(bill).unwrap();
        let late = ledger.paid_there(bill).unwrap();
        let decided = ledger.is_decided_paid(bill).unwrap();
        content.insert(bill.to_owned(), format!("{rows:?} {decisions:?} {late:?} {decided}"));
    }
    for number in REFUNDS {
        content.insert(format!("refund {number}"), format!("{:?}", ledger.refund(number).unwrap()));
    }
    content
}

fn raw(folder: &Path, file: &str) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(folder.join(file)).unwrap();
    db.execute_batch("PRAGMA locking_mode = EXCLUSIVE").unwrap();
    db
}

fn count(db: &rusqlite::Connection, table: &str) -> i64 {
    db.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_done_with_moves_and_whatever_is_not_stays() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    let wanted = content(&open);
    assert_eq!(archive(&open).unwrap(), DONE.len());
    drop(open);
    let (here, there) = (raw(folder.path(), "ledger.db"), raw(folder.path(), "archive.db"));
    let bills = |db: &rusqlite::Connection| {
        let mut statement = db.prepare("SELECT DISTINCT out_trade_no FROM charge ORDER BY 1").unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>()
    };
    let sorted = |bills: &[&str]| {
        let mut bills: Vec<_> = bills.iter().map(|bill| (*bill).to_owned()).collect();
        bills.sort();
        bills
    };
    assert_eq!((bills(&here), bills(&there)), (sorted(&STAY), sorted(&DONE)));
    assert_eq!((count(&there, "refund"), count(&there, "alarm"), count(&there, "decision")), (2, 2, 1));
    let codes: i64 = there
        .query_row("SELECT COUNT(*) FROM charge WHERE auth_code IS NOT NULL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(codes, 0);
    drop((here, there));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join("archive.db")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others can read it");
    }
    let open = Ledger::open(folder.path(), false).unwrap();
    assert_eq!(content(&open), wanted);
    // It was all brought back, and goes again.
    assert_eq!(archive(&open).unwrap(), DONE.len());
    assert_eq!(content(&open), wanted);
    open.check_whole().unwrap();
}

/// Each question in a ledger of its own, so that no other has brought the bill back.
#[test]
fn every_look_up_finds_an_archived_bill_as_before() {
    type Question = (&'static str, fn(&Ledger) -> String);
    let questions: [Question; 13] = [
        ("charges", |ledger| format!("{:?}", ledger.charges("paid").unwrap())),
        ("refund", |ledger| format!("{:?}", ledger.refund("refunded").unwrap())),
        ("code", |ledger| {
            let code = AuthCode::parse("280000000000000001").unwrap();
            format!("{:?}", ledger.charges_with_code(&code.fingerprint()).unwrap())
        }),
        ("order", |ledger| format!("{:?}", ledger.charge_of_order("dm1001").unwrap())),
        ("refunds of the order", |ledger| format!("{:?}", ledger.refunds_of_order("dm1001").unwrap())),
        ("known order", |ledger| ledger.knows_order("dm1001").unwrap().to_string()),
        ("channel", |ledger| format!("{:?}", ledger.order_of_channel("4200dm1001").unwrap())),
        ("owner", |ledger| {
            let other = ledger.charges("lost").unwrap().pop().unwrap();
            format!("{:?}", ledger.other_owner(other.id, "dm1001", Tie::Asked).unwrap())
        }),
        ("late payment", |ledger| format!("{:?}", ledger.bill_paid_there("dm2001").unwrap())),
        ("row", |ledger| ledger.charge(2).unwrap().out_trade_no),
        ("decisions", |ledger| format!("{:?}", ledger.decisions_of_bill("decided").unwrap())),
        ("day", |ledger| {
            let (charges, refunds) =
                (ledger.charges_of_day(DAY).unwrap(), ledger.refunds_of_day(DAY).unwrap());
            let totals = wsy::payment::day::Totals::of(DAY, &charges, &refunds);
            let decisions = ledger.decisions_of_day(&at(0).day).unwrap();
            format!("{charges:?} {refunds:?} {totals:?} {decisions:?}")
        }),
        ("walk", |ledger| {
            let (charges, refunds) = (ledger.charges_to_reconcile(DAY), ledger.refunds_to_reconcile(DAY));
            format!("{:?} {:?}", charges.unwrap(), refunds.unwrap())
        }),
    ];
    for (name, ask) in questions {
        let folder = TempDir::new().unwrap();
        let open = ledger(folder.path());
        let wanted = ask(&open);
        assert!(wanted.len() > 3 && wanted != "None" && wanted != "false" && wanted != "[]", "{name}");
        archive(&open).unwrap();
        assert_eq!(ask(&open), wanted, "{name}");
        drop(open);
        let open = Ledger::open(folder.path(), false).unwrap();
        assert_eq!(ask(&open), wanted, "{name}, opened again");
    }
}

/// An order of an archived bill cannot be bound to another one.
#[test]
fn an_archived_order_still_belongs_to_its_bill() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    archive(&open).unwrap();
    let thief = begin(&open, "thief", 41);
    let order = wsy::protocol::response::Order {
        dm_id: "dm1001".to_owned(),
        total_fen: Some(100),
        ..wsy::protocol::response::Order::default()
    };
    let paid = thief.after(&Record::Paid(order), Tells::Paid, &at(1_795_831_200_000)).unwrap();
    let refused = open.write_charge(&paid).unwrap_err();
    assert_eq!(refused, wsy::payment::PersistError::OrderTaken("paid".to_owned()));
}

#[test]
fn a_number_of_a_row_is_never_given_again() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    let ids = |ledger: &Ledger| all_charges(ledger).iter().map(|row| row.id).collect::<Vec<_>>();
    let taken = ids(&open);
    archive(&open).unwrap();
    let new = begin(&open, "new", 42);
    assert!(!taken.contains(&new.id), "{}", new.id);
    assert_eq!(ids(&open), taken);
}

/// Otherwise a crash now would forget that a person has to look whether the goods were handed over.
#[test]
fn a_bill_whose_report_may_not_have_been_received_stays() {
    let folder = TempDir::new().unwrap();
    let open = Ledger::open(folder.path(), false).unwrap();
    every_kind(&open);
    let ids: Vec<_> = open.charges("paid").unwrap().iter().map(|row| RowId::Charge(row.id)).collect();
    let refunds = ["refunded", "not-refunded"].map(|number| open.refund(number).unwrap().unwrap());
    let refunds = refunds.iter().map(|row| RowId::Refund(row.id));
    open.set_reconciled(&ids.into_iter().chain(refunds).collect::<Vec<_>>()).unwrap();
    let paid = ["paid".to_owned()];
    assert_eq!(open.archive(&paid, UNTIL).unwrap(), 0);
    open.telling().hear();
    open.note_heard().unwrap();
    assert_eq!(open.archive(&paid, UNTIL).unwrap(), 1);
}

/// The changes of rows can still be followed: a bill that came back has changed.
#[test]
fn what_comes_back_is_stamped_with_its_write() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    archive(&open).unwrap();
    open.charges("paid").unwrap();
    drop(open);
    let here = raw(folder.path(), "ledger.db");
    let sql = "SELECT changed = (SELECT writes FROM ledger) FROM charge WHERE out_trade_no = 'paid'";
    assert!(here.query_row(sql, [], |row| row.get::<_, bool>(0)).unwrap());
}

#[test]
fn a_power_cut_while_bills_move_and_come_back_loses_nothing() {
    let folder = TempDir::new().unwrap();
    drop(ledger(folder.path()));
    let before = fs::read(folder.path().join("ledger.db")).unwrap();
    let wanted = content(&Ledger::open(folder.path(), false).unwrap());
    let disk = Disk::under(folder.path());
    let open = Ledger::open(folder.path(), false).unwrap();
    archive(&open).unwrap();
    open.charges("paid").unwrap();
    archive(&open).unwrap();
    open.shrink().unwrap();
    drop(open);
    let (ops, mut rng) = (disk.ops(), Rng::with_seed(11));
    assert!(ops.len() > 60, "{}", ops.len());
    for at in 0..=ops.len() {
        let folder = TempDir::new().unwrap();
        for (name, bytes) in power_loss::images(&before, &ops[..at], &mut rng) {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let place = |what: &dyn std::fmt::Display| format!("cut at {at} of {}: {what}", ops.len());
        let open = Ledger::open(folder.path(), true).unwrap_or_else(|error| panic!("{}", place(&error)));
        assert!(open.archive_trouble().is_none(), "{}", place(&"the archive"));
        assert_eq!(content(&open), wanted, "{}", place(&"content"));
        assert_eq!(archive(&open).unwrap(), DONE.len(), "{}", place(&"again"));
        assert_eq!(content(&open), wanted, "{}", place(&"content after"));
        open.check_whole().unwrap();
    }
}

#[test]
fn a_disk_with_trouble_while_bills_move_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    let wanted = content(&open);
    drop(open);
    let before = fs::read(folder.path().join("ledger.db")).unwrap();
    for trouble in [Trouble::InputOutput, Trouble::NoSpace, Trouble::Locked, Trouble::ReadOnly] {
        for forever in [false, true] {
            // Power cuts come at every operation; trouble comes at some of each kind, to save time.
            for after in (0..).step_by(if forever { 4 } else { 2 }) {
                let folder = TempDir::new().unwrap();
                fs::write(folder.path().join("ledger.db"), &before).unwrap();
                drop(Ledger::open(folder.path(), true).unwrap());
                let disk = Disk::under(folder.path());
                let open = Ledger::open(folder.path(), false).unwrap();
                disk.plan(Plan { after, trouble, forever });
                let _ =
                    archive(&open).and_then(|_| open.charges("paid").map(drop)).and_then(|()| open.shrink());
                drop(open);
                if !disk.heal() {
                    assert!(after > 0, "{trouble:?} never came");
                    break;
                }
                let open = Ledger::open(folder.path(), false).unwrap();
                assert_eq!(content(&open), wanted, "{trouble:?} {after}");
                archive(&open).unwrap();
                assert_eq!(content(&open), wanted, "{trouble:?} {after}");
            }
        }
    }
}

/// The numbers of archived bills and refunds are refused, everything else goes on, and the file can be put
/// back.
#[test]
fn a_lost_archive_keeps_no_till_from_selling_and_no_number_is_new() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    let wanted = content(&open);
    archive(&open).unwrap();
    drop(open);
    let (file, kept) = (folder.path().join("archive.db"), folder.path().join("kept"));
    let other = TempDir::new().unwrap();
    let foreign = ledger(other.path());
    archive(&foreign).unwrap();
    drop(foreign);
    fs::copy(&file, &kept).unwrap();
    let older = {
        let folder = TempDir::new().unwrap();
        fs::copy(&file, folder.path().join("archive.db")).unwrap();
        raw(folder.path(), "archive.db").execute("UPDATE ledger SET writes = writes - 1", []).unwrap();
        fs::read(folder.path().join("archive.db")).unwrap()
    };
    let mut torn = fs::read(&file).unwrap();
    torn[..16].fill(7);
    let foreign = fs::read(other.path().join("archive.db")).unwrap();
    let empty = Vec::new();
    for (name, bytes) in [
        ("missing", None),
        ("foreign", Some(&foreign)),
        ("older", Some(&older)),
        ("torn", Some(&torn)),
        ("empty", Some(&empty)),
    ] {
        fs::remove_file(&file).unwrap();
        if let Some(bytes) = bytes {
            fs::write(&file, bytes).unwrap();
        }
        let open = Ledger::open(folder.path(), false).unwrap();
        assert!(open.archive_trouble().is_some(), "{name}");
        let refused =
            |error: LedgerError| assert!(matches!(error, LedgerError::Archive(_)), "{name}: {error}");
        refused(open.charges("paid").unwrap_err());
        refused(open.refund("refunded").unwrap_err());
        refused(open.charges_of_day(DAY).unwrap_err());
        refused(open.charges_to_reconcile(DAY).unwrap_err());
        refused(archive(&open).unwrap_err());
        let number = format!("new-{name}");
        assert!(open.charges(&number).unwrap().is_empty());
        begin(&open, &number, 50);
        assert_eq!(open.charges(&number).unwrap().len(), 1);
        assert_eq!(open.charges("lost").unwrap().len(), 1);
        // Put back while the till is open.
        fs::copy(&kept, &file).unwrap();
        assert_eq!(open.charges("paid").unwrap().len(), 1, "{name}");
        assert!(open.archive_trouble().is_none(), "{name}");
        assert_eq!(content(&open), wanted, "{name}");
        archive(&open).unwrap();
        drop(open);
        fs::copy(&file, &kept).unwrap();
    }
}

#[test]
fn an_archive_that_was_replaced_while_it_was_open_takes_nothing() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    let wanted = content(&open);
    assert_eq!(open.archive(&[], UNTIL).unwrap(), 0);
    let (file, copy) = (folder.path().join("archive.db"), folder.path().join("copy"));
    fs::copy(&file, &copy).unwrap();
    fs::rename(&copy, &file).unwrap();
    let refused = archive(&open).unwrap_err();
    assert!(matches!(refused, LedgerError::Archive(_)), "{refused}");
    assert_eq!(content(&open), wanted);
    drop(open);
    let open = Ledger::open(folder.path(), false).unwrap();
    assert_eq!(content(&open), wanted);
    assert!(archive(&open).unwrap() > 0);
    assert_eq!(content(&open), wanted);
}

/// Damage inside: what is found in it is refused, whatever asks for it.
#[test]
fn a_bill_that_comes_back_in_part_is_refused() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    archive(&open).unwrap();
    drop(open);
    raw(folder.path(), "archive.db")
        .execute("DELETE FROM refund WHERE out_refund_no = 'refunded'", [])
        .unwrap();
    let open = Ledger::open(folder.path(), false).unwrap();
    assert!(matches!(open.charges("paid"), Err(LedgerError::Archive(_))));
    assert!(open.archive_trouble().is_some());
    assert_eq!(open.charges("declined").unwrap().len(), 1);
}

#[test]
fn a_lost_archive_can_be_given_up_by_a_person() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    archive(&open).unwrap();
    drop(open);
    fs::remove_file(folder.path().join("archive.db")).unwrap();
    let open = Ledger::open(folder.path(), true).unwrap();
    assert!(open.archive_trouble().is_none());
    // Its numbers stay refused, and a new one can be begun.
    assert!(matches!(open.charges("paid"), Err(LedgerError::Archive(_))));
    assert!(open.charges_of_day(DAY).unwrap().iter().all(|row| row.out_trade_no != "paid"));
    let row = begin(&open, "new", 60);
    let row = row.after(&Record::NotSent("no route".to_owned()), Tells::Nothing, &at(0)).unwrap();
    open.write_charge(&row).unwrap();
    begin(&open, "newest", 61);
    assert_eq!(archive(&open).unwrap(), 1);
    assert_eq!(open.charges("new").unwrap().len(), 1);
    assert!(matches!(open.charges("paid"), Err(LedgerError::Archive(_))));
}

/// A bill that moved again after a backup of the archive: the backup has an earlier state of it, in which a
/// refund may not have been made yet.
#[test]
fn what_an_old_archive_lacks_stays_refused_when_a_person_accepts_it() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    archive(&open).unwrap();
    drop(open);
    let file = folder.path().join("archive.db");
    let old = fs::read(&file).unwrap();
    let open = Ledger::open(folder.path(), false).unwrap();
    open.charges("paid").unwrap();
    archive(&open).unwrap();
    drop(open);
    let newer = fs::read(&file).unwrap();
    fs::write(&file, old).unwrap();
    assert!(Ledger::open(folder.path(), false).unwrap().archive_trouble().is_some());
    let open = Ledger::open(folder.path(), true).unwrap();
    assert!(open.archive_trouble().is_none());
    assert!(matches!(open.charges("paid"), Err(LedgerError::Archive(_))));
    assert_eq!(open.charges("declined").unwrap().len(), 1);
    drop(open);
    // Put back after all, the newer one is readable; what was given up stays so.
    fs::write(&file, newer).unwrap();
    let open = Ledger::open(folder.path(), false).unwrap();
    assert!(open.archive_trouble().is_none());
    assert!(matches!(open.charges("paid"), Err(LedgerError::Archive(_))));
    assert_eq!(open.charges("declined").unwrap().len(), 1);
}

/// Its order paid another bill while the archive was not there: neither bill hides the other.
#[test]
fn a_bill_whose_order_paid_another_one_does_not_come_back() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    archive(&open).unwrap();
    drop(open);
    let (file, kept) = (folder.path().join("archive.db"), folder.path().join("kept"));
    fs::rename(&file, &kept).unwrap();
    let open = Ledger::open(folder.path(), false).unwrap();
    let order = wsy::protocol::response::Order {
        dm_id: "dm1001".to_owned(),
        total_fen: Some(100),
        ..wsy::protocol::response::Order::default()
    };
    let other = begin(&open, "other", 62);
    let paid = other.after(&Record::Paid(order), Tells::Paid, &at(0)).unwrap();
    open.write_charge(&paid).unwrap();
    fs::rename(&kept, &file).unwrap();
    assert!(matches!(open.charges("paid"), Err(LedgerError::Archive(_))));
    assert_eq!(open.charges("other").unwrap().len(), 1);
    assert_eq!(open.charge_of_order("dm1001").unwrap().unwrap().out_trade_no, "other");
    assert_eq!(open.refunds_of_order("dm1001").unwrap().len(), 0);
    assert_eq!(open.charges("declined").unwrap().len(), 1);
}

#[test]
fn an_archive_is_not_a_ledger() {
    let folder = TempDir::new().unwrap();
    let open = ledger(folder.path());
    archive(&open).unwrap();
    drop(open);
    let other = TempDir::new().unwrap();
    fs::copy(folder.path().join("archive.db"), other.path().join("ledger.db")).unwrap();
    assert!(matches!(Ledger::open(other.path(), false), Err(LedgerError::Damaged(_))));
}
