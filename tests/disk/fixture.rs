//! A ledger with a row of every kind, written by the library itself.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;
use wsy::driver::Store;
use wsy::non_empty::NonEmpty;
use wsy::payment::charge::{NotPaid, Record};
use wsy::payment::evidence::{Evidence, FirstFailure, Said, Tie};
use wsy::payment::refund::{Before, Known, Record as RefundRecord, Said as RefundSaid};
use wsy::payment::row::Moment;
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::bill::Line;
use wsy::protocol::receipt::Placeholders;
use wsy::protocol::response::Order;
use wsy::till::clock;
use wsy::till::ledger::{AlarmKind, Ledger, NewAlarm, NewCharge, NewRefund, Tells, Wallet};

/// 2026-11-28 10:00 in Beijing.
const MORNING: i64 = 1_795_831_200_000;

/// Charges and refunds in every state, a bill that was charged twice, one that is to be voided, and alarms.
pub fn every_kind(ledger: &Ledger) {
    for step in STEPS {
        step(ledger);
    }
}

/// One after the other. The last write of each is to one row, and no other writes to that row.
pub const STEPS: [fn(&Ledger); 20] = [
    |ledger| charge(ledger, 1, "paid", &[Record::Paid(order("dm1001"))]),
    |ledger| charge(ledger, 2, "declined", &[Record::NotPaid(NotPaid::Declined("余额不足".to_owned()))]),
    |ledger| charge(ledger, 3, "not-found", &[Record::NotPaid(NotPaid::NotFound)]),
    |ledger| charge(ledger, 4, "not-sent", &[Record::NotSent("no route".to_owned())]),
    |ledger| charge(ledger, 5, "lost", &[]),
    |ledger| charge(ledger, 6, "named", &[Record::Known(named("dm1006"))]),
    |ledger| {
        let other = "asked for 100 fen, answered 90".to_owned();
        charge(ledger, 7, "person", &[Record::NeedsPerson(named("dm1007"), other)]);
    },
    |ledger| charge(ledger, 8, "twice", &[Record::Paid(order("dm1008"))]),
    |ledger| charge(ledger, 9, "twice", &[Record::Known(named("dm1009")), Record::Paid(order("dm1009"))]),
    |ledger| charge(ledger, 10, "to-void", &[Record::Known(named("dm1010"))]),
    |ledger| ledger.wish_void("to-void", true).unwrap(),
    |ledger| {
        let made = RefundRecord::Refunded(vec![line("dm10011", -30)]);
        refund(ledger, "refunded", "paid", "dm1001", 30, &made);
    },
    |ledger| {
        let declined = RefundRecord::NotRefunded("余额不足".to_owned());
        refund(ledger, "not-refunded", "paid", "dm1001", 20, &declined);
    },
    |ledger| {
        let not_sent = RefundRecord::NotSent("no route".to_owned());
        refund(ledger, "refund-not-sent", "twice", "dm1008", 10, &not_sent);
    },
    |ledger| {
        let conflict = RefundRecord::Conflict("-3.00 and -1.00 for 4.00".to_owned());
        refund(ledger, "conflict", "twice", "dm1008", 40, &conflict);
    },
    |ledger| {
        let said = RefundSaid::Accepted("2026-11-28 10:00:05".to_owned());
        let accepted = RefundRecord::Known(Known { said, quiet: 7_000, unseen: 1, ..Known::default() });
        refund(ledger, "refund-open", "twice", "dm1009", 50, &accepted);
    },
    |ledger| ledger.raise(&paid_there("not-found", "dm2001"), &at(MORNING)).unwrap(),
    |ledger| ledger.raise(&paid_there("declined", "dm2002"), &at(MORNING)).unwrap(),
    |ledger| {
        let seen = ledger.alarms().unwrap().pop().unwrap();
        assert!(ledger.acknowledge(seen.id, "manager").unwrap());
    },
    |ledger| charge_found(ledger, 11, "recovered", &[Record::Paid(order("dm1011"))], Tells::Nothing),
];

/// A moment, with its day in Beijing.
pub fn at(ms: i64) -> Moment {
    Moment { ms, day: clock::day(ms) }
}

fn paid_there(bill: &str, dm_id: &str) -> NewAlarm {
    NewAlarm {
        kind: AlarmKind::PaidThere,
        out_trade_no: NonEmpty::of(bill),
        charge: None,
        dm_id: NonEmpty::of(dm_id),
        here_fen: 0,
        there_fen: 100,
    }
}

fn charge(ledger: &Ledger, n: u64, bill: &str, records: &[Record]) {
    charge_found(ledger, n, bill, records, Tells::Paid);
}

fn charge_found(ledger: &Ledger, n: u64, bill: &str, records: &[Record], tells: Tells) {
    let code = AuthCode::parse(&format!("28{n:016}")).unwrap();
    let new = NewCharge {
        out_trade_no: bill,
        device_id: "57206",
        server: "https://pay.example/",
        total_fen: 100,
        wallet: &Wallet { paytype: "weixin".to_owned(), ..Wallet::default() },
        auth_code: &code,
        sealed_code: code.reveal(),
        operator_id: "小王",
        placeholders: &Placeholders::of_text("tableno=A7\nstaff=小李\n"),
        started: &at(MORNING),
    };
    let mut row = ledger.begin_charge(&new).unwrap();
    for record in records {
        row = row.after(record, tells, &at(MORNING + 2_000)).unwrap();
        ledger.write_charge(&row).unwrap();
    }
}

fn refund(ledger: &Ledger, number: &str, bill: &str, dm_id: &str, fen: i32, record: &RefundRecord) {
    let new = NewRefund {
        out_refund_no: number,
        out_trade_no: Some(bill),
        dm_id,
        wallet: &Wallet { paytype: "weixin".to_owned(), ..Wallet::default() },
        device_id: "57206",
        server: Some("https://pay.example/"),
        refund_fen: fen,
        before: &Before::marks(&[line("dm9001", -10)]),
        sent_time: "2026-11-28 10:00:03",
        operator_id: "",
        started: &at(MORNING + 3_000),
    };
    let row = ledger.begin_refund(&new).unwrap();
    ledger.write_refund(&row.after(record, Some(&accepted()), &at(MORNING + 4_000)).unwrap()).unwrap();
}

/// The response to a refund.
fn accepted() -> Order {
    Order { printinfo: "退款小票".to_owned(), ..Order::default() }
}

fn order(dm_id: &str) -> Order {
    Order {
        dm_id: dm_id.to_owned(),
        pay_id: format!("4200{dm_id}"),
        pay_type: "4".to_owned(),
        pay_name: "微信".to_owned(),
        pay_time: "2026-11-28 10:00:02".to_owned(),
        openid: "oPen1".to_owned(),
        total_fen: Some(100),
        info: "支付成功".to_owned(),
        printinfo: "小票".to_owned(),
        ..Order::default()
    }
}

fn named(dm_id: &str) -> Evidence {
    Evidence {
        said: Said::Paying,
        dm_id: NonEmpty::of(dm_id),
        tie: Tie::Own,
        ended: true,
        quiet: 5_000,
        denials: 1,
        first_failure: Some(FirstFailure { dm_id: NonEmpty::of("dm9"), at: 4_000 }),
        ..Evidence::default()
    }
}

fn line(pay_id: &str, fen: i64) -> Line {
    Line {
        pay_type: "1".to_owned(),
        pay_name: "微信".to_owned(),
        total_fen: fen,
        pay_time: "2026-11-28 10:00:04".to_owned(),
        pay_id: pay_id.to_owned(),
        ..Line::default()
    }
}

/// Keeps such a ledger as `version-N.db`, for the library that will have version N + 1. It is bound to no
/// machine and no folder.
#[test]
#[ignore = "writes a file of the repository: run it once, before the schema changes"]
fn keep_a_ledger_of_this_version() {
    let folder = TempDir::new().unwrap();
    every_kind(&Ledger::open(folder.path(), false).unwrap());
    let ledger = Connection::open(folder.path().join("ledger.db")).unwrap();
    ledger.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE;").unwrap();
    ledger.execute_batch("UPDATE ledger SET host = '', folder = ''; VACUUM;").unwrap();
    let version: i32 = ledger.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    drop(ledger);
    let ledgers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledgers");
    fs::copy(folder.path().join("ledger.db"), ledgers.join(format!("version-{version}.db"))).unwrap();
}
