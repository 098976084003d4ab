//! A ledger that was damaged on its disk: it opens unchanged, or not at all.

use std::fs;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use tempfile::TempDir;
use wsy::driver::Store;
use wsy::non_empty::{NonEmpty, or_empty};
use wsy::payment::charge::{NotPaid, Record};
use wsy::payment::refund::{Before, Record as RefundRecord};
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::bill::Line;
use wsy::protocol::receipt::Placeholders;
use wsy::protocol::response::Order;
use wsy::till::ledger::{
    AlarmKind, ChargeRow, Ledger, LedgerError, Moment, NewAlarm, NewCharge, NewRefund, RefundRow, Tells,
    Wallet,
};

use crate::bodies::{DEVICE, ORDERS};
use crate::planted;

const BILLS: [&str; 5] = ["B-paid", "B-declined", "B-open", "B-never-sent", "B-elsewhere"];
const REFUNDS: [&str; 4] = ["R-made", "R-open", "R-conflict", "R-elsewhere"];
const CODES: [&str; 4] =
    ["134567890123456781", "134567890123456782", "134567890123456783", "134567890123456784"];
const FILES: [&str; 3] = ["ledger.db", "ledger.db-wal", "ledger.mark"];
const SECTOR: usize = 512;
const PAGE: usize = 4096;

/// The content of the ledger, in the fields that decide about money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Money {
    charges: Vec<(String, i64, i32, &'static str, String, String)>,
    refunds: Vec<(String, String, i32, &'static str)>,
    open: Vec<i64>,
    open_refunds: Vec<i64>,
    conflicts: usize,
    alarms: usize,
    of_day: usize,
}

/// The files of a ledger.
struct Image {
    files: [Option<Vec<u8>>; 3],
    /// The places of the first file that are not empty space.
    live: Vec<usize>,
}

struct Template {
    folder: TempDir,
    /// Closed cleanly, and as a power cut leaves it: with the last writes in the second file.
    images: [Image; 2],
    money: Money,
    day: String,
}

/// Reads the bytes as damage, and opens the result.
pub fn run(data: &[u8]) {
    let _ = damage_and_open(&mut Unstructured::new(data));
}

fn damage_and_open(u: &mut Unstructured<'_>) -> Result<()> {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    let template = TEMPLATE.get_or_init(Template::make);
    let image = u.choose(&template.images)?;
    let mut files = image.files.clone();
    // The mark distinguishes an old ledger from a new one, so one of the two is undamaged.
    let which = if u.ratio(1, 16)? { 2 } else { usize::from(image.files[1].is_some() && u.arbitrary()?) };
    if u.ratio(1, 32)? && which > 0 {
        files[which] = None;
    }
    if let Some(bytes) = &mut files[which] {
        for _ in 0..u.int_in_range(1..=3u8)? {
            damage(u, bytes, if which == 0 { &image.live } else { &[] })?;
        }
    }
    template.lay(&files);
    template.open();
    Ok(())
}

fn damage(u: &mut Unstructured<'_>, bytes: &mut Vec<u8>, live: &[usize]) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let anywhere = u.int_in_range(0..=bytes.len() - 1)?;
    let at = if live.is_empty() { anywhere } else { live[anywhere % live.len()].min(bytes.len() - 1) };
    let block = |size: usize| (at / size * size, (at / size * size + size).min(bytes.len()));
    match u.int_in_range(0..=7u8)? {
        0 | 1 => bytes[at] ^= 1 << u.int_in_range(0..=7u8)?,
        2 => bytes[at] = u.arbitrary()?,
        3 => {
            let (from, to) = block(SECTOR);
            bytes[from..to].fill(u.arbitrary()?);
        }
        4 => {
            let (from, to) = block(PAGE);
            bytes[from..to].fill(0);
        }
        5 => bytes.truncate(at),
        6 => {
            // A sector that was written to the wrong place.
            let (from, to) = block(SECTOR);
            let target = u.int_in_range(0..=bytes.len() - 1)? / SECTOR * SECTOR;
            let length = (to - from).min(bytes.len() - target);
            bytes.copy_within(from..from + length, target);
        }
        _ => {
            let text = u.bytes(u.len().min(8))?.to_vec();
            let end = (at + text.len()).min(bytes.len());
            bytes[at..end].copy_from_slice(&text[..end - at]);
        }
    }
    Ok(())
}

impl Template {
    fn make() -> Self {
        let folder = tempfile::Builder::new().prefix("wsy ledger ").tempdir().expect("a folder");
        let ledger = Ledger::open(folder.path(), false).expect("a new ledger");
        write_down(&ledger);
        let after_power_cut = Image::read(folder.path());
        drop(ledger);
        let closed = Image::read(folder.path());
        let images = [closed, after_power_cut];
        let ledger = Ledger::open(folder.path(), false).expect("a good ledger");
        let day = now().day;
        let money = Money::read(&ledger, &day).expect("a good ledger can be read");
        Self { folder, images, money, day }
    }

    fn lay(&self, files: &[Option<Vec<u8>>; 3]) {
        for (name, bytes) in FILES.iter().zip(files) {
            let path = self.folder.path().join(name);
            match bytes {
                Some(bytes) => fs::write(path, bytes).expect("written"),
                None => drop(fs::remove_file(path)),
            }
        }
        drop(fs::remove_file(self.folder.path().join("ledger.db-shm")));
    }

    fn open(&self) {
        let ledger = match Ledger::open(self.folder.path(), false) {
            Ok(ledger) => ledger,
            Err(LedgerError::InUse) => panic!("nobody else holds it"),
            Err(_) => return,
        };
        let Ok(mut money) = Money::read(&ledger, &self.day) else { return };
        if planted() {
            // Read after something else was written in its place.
            money.charges.iter_mut().for_each(|row| row.2 = -row.2);
        }
        money.is_legal();
        assert!(money == self.money, "a damaged ledger was used as if it were whole: {money:?}");
        use_on(&ledger);
    }
}

impl Image {
    fn read(folder: &Path) -> Self {
        let files = FILES.map(|name| fs::read(folder.join(name)).ok());
        let live =
            files[0].iter().flatten().enumerate().filter(|(_, byte)| **byte != 0).map(|(at, _)| at).collect();
        Self { files, live }
    }
}

impl Money {
    fn read(ledger: &Ledger, day: &str) -> std::result::Result<Self, LedgerError> {
        let mut money = Self::default();
        for bill in BILLS {
            money.charges.extend(ledger.charges(bill)?.into_iter().map(charge));
        }
        for number in REFUNDS {
            money.refunds.extend(ledger.refund(number)?.into_iter().map(refund));
        }
        for code in CODES {
            let code = AuthCode::parse(code).expect("18 digits");
            money.charges.extend(ledger.charges_with_code(&code.fingerprint())?.into_iter().map(charge));
        }
        for order in ORDERS {
            money.charges.extend(ledger.charge_of_order(order)?.into_iter().map(charge));
            money.refunds.extend(ledger.refunds_of_order(order)?.into_iter().map(refund));
        }
        money.open = ledger.open_charges()?.iter().map(|row| row.id).collect();
        money.open_refunds = ledger.open_refunds()?.iter().map(|row| row.id).collect();
        money.conflicts = ledger.conflicts()?.len();
        money.alarms = ledger.alarms()?.len();
        money.of_day = ledger.charges_of_day(day)?.len() + ledger.refunds_of_day(day)?.len();
        Ok(money)
    }

    /// Rows that could never have been written are not reported either.
    fn is_legal(&self) {
        for (_, _, total_fen, state, _, code) in &self.charges {
            assert!(*total_fen > 0, "a charge of {total_fen}");
            assert!(
                ["open", "not_paid"].contains(state) || code.is_empty(),
                "the code of an ended charge was kept"
            );
        }
        assert!(self.refunds.iter().all(|(_, _, refund_fen, _)| *refund_fen > 0));
    }
}

fn charge(row: ChargeRow) -> (String, i64, i32, &'static str, String, String) {
    (
        row.out_trade_no,
        row.attempt,
        row.total_fen,
        row.state.word(),
        or_empty(&row.dm_id).to_owned(),
        row.auth_code.unwrap_or_default(),
    )
}

fn refund(row: RefundRow) -> (String, String, i32, &'static str) {
    (row.out_refund_no, row.dm_id, row.refund_fen, row.state.word())
}

/// A ledger that was accepted can be written on without a panic.
fn use_on(ledger: &Ledger) {
    let now = now();
    let code = AuthCode::parse("134567890123456789").expect("18 digits");
    if let Ok(row) = ledger.begin_charge(&new_charge("B-next", 1, &code, &now)) {
        assert_eq!((row.out_trade_no.as_str(), row.total_fen), ("B-next", 1));
        if let Ok(row) = row.after(&Record::NotPaid(NotPaid::NotFound), Tells::Paid, &now) {
            let _ = ledger.write_charge(&row);
        }
    }
}

static NOTHING_TO_FILL: Placeholders = Placeholders::NONE;
static WECHAT: LazyLock<Wallet> =
    LazyLock::new(|| Wallet { paytype: "o2o_dm_code_wxpaysub".to_owned(), ..Wallet::default() });

fn new_charge<'a>(bill: &'a str, total_fen: i32, code: &'a AuthCode, started: &'a Moment) -> NewCharge<'a> {
    NewCharge {
        out_trade_no: bill,
        device_id: DEVICE,
        server: "",
        total_fen,
        wallet: &WECHAT,
        auth_code: code,
        sealed_code: code.reveal(),
        operator_id: "",
        placeholders: &NOTHING_TO_FILL,
        started,
    }
}

/// A charge of each state, a refund of each, and an alarm.
fn write_down(ledger: &Ledger) {
    let now = now();
    let outcomes = [
        Some(Record::Paid(paid())),
        Some(Record::NotPaid(NotPaid::Declined("支付失败".to_owned()))),
        None,
        Some(Record::NotSent("refused".to_owned())),
    ];
    for (at, outcome) in outcomes.into_iter().enumerate() {
        let code = AuthCode::parse(CODES[at]).expect("18 digits");
        let row = ledger.begin_charge(&new_charge(BILLS[at], 1250, &code, &now)).expect("written");
        if let Some(outcome) = outcome {
            ledger.write_charge(&row.after(&outcome, Tells::Paid, &now).expect("open")).expect("written");
        }
    }
    let line = Line {
        pay_type: "4".to_owned(),
        pay_name: "微信".to_owned(),
        total_fen: -250,
        pay_time: "2026-11-22 18:59:01".to_owned(),
        pay_id: "r1".to_owned(),
        ..Line::default()
    };
    let outcomes =
        [Some(RefundRecord::Refunded(vec![line])), None, Some(RefundRecord::Conflict("two".to_owned()))];
    for (at, outcome) in outcomes.into_iter().enumerate() {
        let new = NewRefund {
            out_refund_no: REFUNDS[at],
            out_trade_no: Some(BILLS[0]),
            dm_id: ORDERS[at],
            wallet: &Wallet::default(),
            device_id: DEVICE,
            server: None,
            refund_fen: 250,
            before: &Before::default(),
            sent_time: "",
            operator_id: "",
            started: &now,
        };
        let row = ledger.begin_refund(&new).expect("written");
        if let Some(outcome) = outcome {
            ledger.write_refund(&row.after(&outcome, None, &now).expect("open")).expect("written");
        }
    }
    let alarm = NewAlarm {
        kind: AlarmKind::PaidThere,
        out_trade_no: NonEmpty::of(BILLS[1]),
        charge: None,
        dm_id: NonEmpty::of(ORDERS[3]),
        here_fen: 0,
        there_fen: 1250,
    };
    ledger.raise(&alarm, &now).expect("written");
}

fn paid() -> Order {
    Order {
        dm_id: ORDERS[0].to_owned(),
        total_fen: Some(1250),
        pay_id: "42000".to_owned(),
        ..Order::default()
    }
}

fn now() -> Moment {
    Moment { ms: 1_795_343_939_000, day: "2026-11-22".to_owned() }
}
