//! Power cuts: payments are made once with every write on record. The files are then put together as a power
//! cut at any moment may legally leave them (everything synced, and of the rest any part in any order, torn
//! at sectors), and the real library opens each image.
//!
//! `WSY_IMAGES=100000 cargo test -p wsy --test disk power -- --nocapture` tries more of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use tempfile::TempDir;
use wsy::driver::Store;
use wsy::non_empty::NonEmpty;
use wsy::payment::charge::{NotPaid, Record};
use wsy::payment::evidence::{Evidence, Said, Tie};
use wsy::payment::refund::{Before, Record as RefundRecord};
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::bill::Line;
use wsy::protocol::receipt::Placeholders;
use wsy::protocol::response::Order;
use wsy::till::ledger::{Ledger, LedgerError, NewCharge, NewRefund, Tells, Wallet};

use crate::fixture::{self, at};
use crate::vfs::{Disk, Op};

const SECTORS: [u64; 2] = [512, 4096];

/// The ledger's state for every number when a call on it had returned.
type Told = BTreeMap<String, String>;

/// A run of payments and refunds: the journal of the disk, and what was reported at each point of it.
struct Run {
    ops: Vec<Op>,
    told: Vec<Told>,
}

fn order(dm_id: &str) -> Order {
    Order {
        dm_id: dm_id.to_owned(),
        total_fen: Some(100),
        printinfo: "小票 ".repeat(200),
        ..Order::default()
    }
}

/// Makes payments with every outcome, refunds with every outcome, and now and then reopens the ledger.
fn run(seed: u64) -> Run {
    let mut rng = Rng::with_seed(seed);
    let folder = TempDir::new_in(fast()).unwrap();
    let disk = Disk::under(folder.path());
    let mut told = vec![Told::new()];
    let mut now = Told::new();
    let mut ledger = Ledger::open(folder.path(), false).unwrap();
    for n in 0..6 + rng.u64(..20) {
        let mut tell = |number: &str, state: &str| {
            now.insert(number.to_owned(), state.to_owned());
            told.push(now.clone());
            disk.told(told.len() - 1);
        };
        if rng.u64(..100) < 15 {
            drop(ledger);
            ledger = Ledger::open(folder.path(), false).unwrap();
        }
        let (bill, dm_id) = (format!("B{n}"), format!("dm{n}"));
        let code = AuthCode::parse(&format!("13{n:016}")).unwrap();
        let new = NewCharge {
            out_trade_no: &bill,
            device_id: "1",
            server: "",
            total_fen: 100,
            wallet: &Wallet { paytype: "weixin".to_owned(), ..Wallet::default() },
            auth_code: &code,
            sealed_code: code.reveal(),
            code_print: &code.fingerprint(),
            operator_id: "",
            placeholders: &Placeholders::default(),
            started: &at(0),
        };
        let mut row = ledger.begin_charge(&new).unwrap();
        let mut note = |record: &Record| {
            row = row.after(record, Tells::Paid, &at(0)).unwrap();
            ledger.write_charge(&row).unwrap();
        };
        tell(&bill, "open");
        if rng.u64(..100) < 30 {
            note(&Record::Known(named(&dm_id)));
            tell(&bill, "open");
        }
        match rng.u64(..4) {
            0 => {}
            1 => {
                note(&Record::NotPaid(NotPaid::NotFound));
                tell(&bill, "not_paid");
            }
            _ => {
                note(&Record::Paid(order(&dm_id)));
                tell(&bill, "paid");
                refund(&mut rng, &ledger, n, &dm_id, &mut tell);
            }
        }
    }
    drop(ledger);
    Run { ops: disk.ops(), told }
}

/// The knowledge about a charge whose order was named.
fn named(dm_id: &str) -> Evidence {
    Evidence { said: Said::Paying, dm_id: NonEmpty::of(dm_id), tie: Tie::Own, ..Evidence::default() }
}

fn refund(rng: &mut Rng, ledger: &Ledger, n: u64, dm_id: &str, tell: &mut impl FnMut(&str, &str)) {
    if rng.u64(..100) < 50 {
        return;
    }
    let number = format!("R{n}");
    let new = NewRefund {
        out_refund_no: &number,
        out_trade_no: None,
        dm_id,
        wallet: &Wallet::default(),
        device_id: "1",
        server: None,
        refund_fen: 50,
        before: &Before::default(),
        sent_time: "",
        operator_id: "",
        started: &at(0),
    };
    let row = ledger.begin_refund(&new).unwrap();
    tell(&number, "open");
    let line = Line {
        pay_type: "4".to_owned(),
        pay_name: "微信".to_owned(),
        total_fen: -50,
        pay_time: String::new(),
        pay_id: format!("p{n}"),
        ..Line::default()
    };
    let (record, state) = match rng.u64(..4) {
        0 => return,
        1 => (RefundRecord::NotRefunded("no".to_owned()), "not_refunded"),
        2 => (RefundRecord::Conflict("two lines".to_owned()), "conflict"),
        _ => (RefundRecord::Refunded(vec![line]), "refunded"),
    };
    ledger.write_refund(&row.after(&record, None, &at(0)).unwrap()).unwrap();
    tell(&number, state);
}

/// In memory if there is such a folder: thousands of images are written.
fn fast() -> &'static Path {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory } else { Path::new("/tmp") }
}

/// A file on the disk: the synced content, and the writes since.
#[derive(Clone, Default)]
struct Image {
    durable: Option<Vec<u8>>,
    pending: Vec<Op>,
}

impl Image {
    fn settle(&mut self) {
        for op in std::mem::take(&mut self.pending) {
            apply(self.durable.get_or_insert_default(), &op);
        }
        self.durable.get_or_insert_default();
    }

    /// One of the states in which a power cut may leave the file.
    fn cut(&self, rng: &mut Rng) -> Option<Vec<u8>> {
        let mut pending: Vec<&Op> = self.pending.iter().collect();
        // Everything that was written, nothing of it, or some of it in any order.
        match rng.u64(..6) {
            0 => {}
            1 => pending.clear(),
            _ => {
                let keep = rng.u64(..101);
                pending.retain(|_| rng.u64(..100) < keep);
                for at in (1..pending.len()).rev() {
                    pending.swap(at, rng.usize(..=at));
                }
            }
        }
        let mut bytes = self.durable.clone();
        for op in pending {
            let torn = rng.u64(..100) < 40;
            let target = bytes.get_or_insert_default();
            if torn { tear(rng, target, op) } else { apply(target, op) }
        }
        bytes
    }
}

fn apply(bytes: &mut Vec<u8>, op: &Op) {
    match op {
        Op::Write { offset, data, .. } => {
            let offset = usize::try_from(*offset).unwrap();
            if bytes.len() < offset + data.len() {
                bytes.resize(offset + data.len(), 0);
            }
            bytes[offset..offset + data.len()].copy_from_slice(data);
        }
        Op::Truncate { size, .. } => bytes.resize(usize::try_from(*size).unwrap(), 0),
        Op::Sync { .. } | Op::Delete { .. } | Op::Told(_) => {}
    }
}

/// The files that a power cut may leave at a point of the journal, for a disk that had this ledger before.
pub fn images(ledger: &[u8], ops: &[Op], rng: &mut Rng) -> Vec<(String, Vec<u8>)> {
    let before = Image { durable: Some(ledger.to_vec()), pending: Vec::new() };
    let (files, _) = disk_after(BTreeMap::from([("ledger.db".to_owned(), before)]), ops);
    files.into_iter().filter_map(|(name, image)| Some((name, image.cut(rng)?))).collect()
}

/// A write of which only some sectors arrived.
fn tear(rng: &mut Rng, bytes: &mut Vec<u8>, op: &Op) {
    let Op::Write { file, offset, data } = op else { return apply(bytes, op) };
    let sector = SECTORS[rng.usize(..2)];
    let end = offset + data.len() as u64;
    let mut from = *offset;
    while from < end {
        let to = ((from / sector + 1) * sector).min(end);
        if rng.u64(..100) < 50 {
            let part = |at: u64| usize::try_from(at - offset).unwrap();
            let data = data[part(from)..part(to)].to_vec();
            apply(bytes, &Op::Write { file: file.clone(), offset: from, data });
        }
        from = to;
    }
}

/// The files at a point of the journal, and the last report by then.
fn disk_at(ops: &[Op]) -> (BTreeMap<String, Image>, usize) {
    disk_after(BTreeMap::new(), ops)
}

/// The same for a disk that had these files before.
fn disk_after(mut files: BTreeMap<String, Image>, ops: &[Op]) -> (BTreeMap<String, Image>, usize) {
    let mut last = 0;
    for op in ops {
        match op {
            Op::Write { file, .. } | Op::Truncate { file, .. } => {
                files.entry(file.clone()).or_default().pending.push(op.clone());
            }
            Op::Sync { file } => files.entry(file.clone()).or_default().settle(),
            // SQLite deletes a log only when nothing in it is needed any longer.
            Op::Delete { file } => drop(files.remove(file)),
            Op::Told(number) => last = *number,
        }
    }
    (files, last)
}

/// The content of a ledger, as [`Told`].
fn said(ledger: &Ledger, numbers: impl Iterator<Item = String>) -> Told {
    let mut said = Told::new();
    for number in numbers {
        let state = if number.starts_with('B') {
            ledger.charges(&number).unwrap().first().map(|row| row.state.word())
        } else {
            ledger.refund(&number).unwrap().map(|row| row.state.word())
        };
        if let Some(state) = state {
            said.insert(number, state.to_owned());
        }
    }
    said
}

/// Cuts the power at one moment and checks what is left.
fn cut(run: &Run, seed: u64, at: usize, rng: &mut Rng) {
    let (files, last) = disk_at(&run.ops[..at]);
    let folder = TempDir::new_in(fast()).unwrap();
    for (name, image) in &files {
        if let Some(bytes) = image.cut(rng) {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
    }
    let whole = run.told.last().unwrap();
    let place = || format!("seed {seed}, power cut after operation {at}");
    // It is not taken for an old backup. The place is another one, unlike in a real power cut, so that a
    // person has to accept it, after an attempt that changed nothing.
    match Ledger::open(folder.path(), false) {
        Ok(_) | Err(LedgerError::OtherFolder(_)) => {}
        Err(error) => panic!("{}: {error}", place()),
    }
    let ledger = Ledger::open(folder.path(), true).unwrap_or_else(|error| panic!("{}: {error}", place()));
    let said = said(&ledger, whole.keys().cloned());
    // A write in progress may have arrived or not, and nothing else differs.
    let next = run.told.get(last + 1).unwrap_or(whole);
    assert!(said == run.told[last] || said == *next, "{}: {said:?}\ntold {:?}", place(), run.told[last]);
    // The ledger still works: the next payment is recorded.
    let code = AuthCode::parse("139999999999999999").unwrap();
    let new = NewCharge {
        out_trade_no: "next",
        device_id: "1",
        server: "",
        total_fen: 1,
        wallet: &Wallet::default(),
        auth_code: &code,
        sealed_code: "",
        code_print: "",
        operator_id: "",
        placeholders: &Placeholders::default(),
        started: &fixture::at(0),
    };
    ledger.begin_charge(&new).unwrap_or_else(|error| panic!("{}: {error}", place()));
}

#[test]
fn what_was_told_survives_every_power_cut() {
    const SHARES: u64 = 4;
    let wanted = usize::try_from(how_many("WSY_IMAGES", 1_500)).unwrap();
    std::thread::scope(|scope| {
        for share in 0..SHARES {
            scope.spawn(move || {
                let mut seed = how_many("WSY_SEED", 0).wrapping_add(share);
                let mut left = wanted.div_ceil(usize::try_from(SHARES).unwrap());
                while left > 0 {
                    let run = run(seed);
                    let mut rng = Rng::with_seed(seed ^ 0x5eed);
                    // Twelve moments and several cuts in each make some ninety images of a run.
                    for _ in 0..12 {
                        let at = rng.usize(..=run.ops.len());
                        for _ in 0..8.min(left) {
                            cut(&run, seed, at, &mut rng);
                        }
                        left -= 8.min(left);
                    }
                    seed += SHARES;
                }
            });
        }
    });
    println!("{wanted} power-loss images: no report was lost");
}

/// The method itself: with a sync left out, it has to find power cuts that lose a report.
#[test]
fn a_ledger_that_does_not_sync_is_found_out() {
    let mut run = run(7);
    run.ops.retain(|op| !matches!(op, Op::Sync { .. }));
    let loses =
        |at: usize| std::panic::catch_unwind(|| cut(&run, 7, at, &mut Rng::with_seed(at as u64))).is_err();
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let found = (run.ops.len() / 2..run.ops.len()).any(loses);
    std::panic::set_hook(quiet);
    assert!(found);
}

/// How many to play: the default, or the value of the environment variable for a longer search.
fn how_many(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}
