//! Tills that are killed: at every named point of a day, again in the recovery, and at any moment. After each
//! death, the platform's book, what was reported to the cashier and the ledger are compared.
//!
//! `WSY_KILLS` is the number of tills killed at any moment, `WSY_SEED` the seed of their chances.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use wsy_sandbox::{
    Behaviour, BillStateWord, Call, Control, DeviceKey, Fault, FaultOrder, NewAuthCode, NewDevice, Options,
    RefundedBy, Sandbox,
};

use crate::{build, codes};

/// Bills of the day; each has a code for a first and one for a second attempt.
const BEHAVIOURS: [Behaviour; 3] = [Behaviour::Pays, Behaviour::AsksPassword { ms: 60 }, Behaviour::NoMoney];
/// The number of SIGKILL on Linux.
const SIGKILL: i32 = 9;
/// Longer than a day takes on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// When a till is killed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Death {
    /// At a point that `tests/c/points.c` knows, such as `send 3 half`.
    At(String),
    /// After this many microseconds.
    After(u64),
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(point) => f.write_str(point),
            Self::After(us) => write!(f, "after {us} us"),
        }
    }
}

/// A report to a cashier about a bill or refund.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    attempt: usize,
    code: i32,
    dm_id: String,
    fen: i64,
}

/// A till with its platform, over all its lives.
struct World {
    sandbox: Sandbox,
    control: Control,
    device: DeviceKey,
    home: TempDir,
    codes: Vec<String>,
    told: BTreeMap<String, Vec<Told>>,
    /// The bills that a recovery has listed as unfinished sales.
    unfinished: BTreeSet<String>,
    /// The bills that a cashier has heard of before a later call: no start may list them again.
    finished: BTreeSet<String>,
    /// The ones that were listed anyway.
    listed_in_vain: Vec<String>,
}

/// How a life ended.
struct Life {
    killed: bool,
    lines: Vec<String>,
}

impl World {
    fn new(faults: &[(Call, Fault)]) -> Self {
        let sandbox = Sandbox::start(Options::default()).unwrap();
        let control = sandbox.control();
        let device = control.add_device(NewDevice::default()).unwrap();
        let code = |behaviour| control.new_auth_code(&NewAuthCode::wechat(behaviour)).unwrap().auth_code;
        let codes =
            BEHAVIOURS.iter().flat_map(|first| [code(first.clone()), code(Behaviour::Pays)]).collect();
        for (call, fault) in faults {
            control.add_fault(FaultOrder::once(*call, fault.clone()));
        }
        let home = tempfile::Builder::new().prefix("wsy kills ").tempdir().unwrap();
        Self {
            control,
            device,
            home,
            codes,
            told: BTreeMap::new(),
            unfinished: BTreeSet::new(),
            finished: BTreeSet::new(),
            listed_in_vain: Vec::new(),
            sandbox,
        }
    }

    fn folder(&self) -> std::path::PathBuf {
        self.home.path().join("till")
    }

    /// One life of the till, which may be killed in it.
    fn live(&mut self, death: Option<&Death>) -> Life {
        let mut till = self.till(death);
        let mut child = till.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if let Some(Death::After(us)) = death {
            thread::sleep(Duration::from_micros(*us));
            let _ = child.kill();
        }
        let life = end_of(child);
        self.hear_all(&life.lines);
        life
    }

    fn till(&self, death: Option<&Death>) -> Command {
        let mut command = Command::new(build::day());
        command.arg(self.folder()).arg(self.sandbox.base());
        command.args([&self.device.device_id, &self.device.key]).args(&self.codes);
        if !matches!(death, Some(Death::After(_))) {
            command.env("LD_PRELOAD", build::points());
        }
        if let Some(Death::At(point)) = death {
            command.env("WSY_POINT", point);
        }
        command
    }

    fn hear_all(&mut self, lines: &[String]) {
        let mut heard = None;
        for line in lines {
            // Another call has returned since, or the till was closed.
            self.finished.extend(heard.take());
            self.hear(line);
            let words: Vec<&str> = line.split(' ').collect();
            if let ["told", bill, _, code, ..] = words[..]
                && [codes::PAID, codes::PAID_EARLIER].contains(&code.parse().unwrap())
            {
                heard = Some(bill.to_owned());
            }
        }
    }

    fn hear(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        if let ["unfinished", bill] = words[..] {
            self.unfinished.insert(bill.to_owned());
            if self.finished.contains(bill) {
                self.listed_in_vain.push(bill.to_owned());
            }
        }
        if let ["told", name, attempt, code, dm_id, fen] = words[..] {
            self.told.entry(name.to_owned()).or_default().push(Told {
                attempt: attempt.parse().unwrap(),
                code: code.parse().unwrap(),
                dm_id: dm_id.to_owned(),
                fen: fen.parse().unwrap(),
            });
        }
    }

    /// Lives it to its end, and compares.
    fn end(mut self) -> Result<(), String> {
        let before = self.arrived(Call::Micropay) + self.arrived(Call::Refund);
        let recovery = self.live(None);
        if recovery.killed || recovery.lines.last().map(String::as_str) != Some("end") {
            return Err(format!("the last life did not end cleanly: {:?}", recovery.lines));
        }
        let recovered: Vec<&String> =
            recovery.lines.iter().filter(|line| line.starts_with("recovered")).collect();
        let [_, again] = recovered[..] else { return Err(format!("two recoveries: {recovered:?}")) };
        if again != "recovered 0 0" {
            return Err(format!("the recovery left something open: {recovered:?}"));
        }
        let silent = self.arrived(Call::Micropay) + self.arrived(Call::Refund);
        self.live(None);
        let after = self.arrived(Call::Micropay) + self.arrived(Call::Refund);
        if silent != after {
            return Err(format!("a day that had ended moved money: {before}, {silent}, {after}"));
        }
        self.judge()
    }

    fn arrived(&self, call: Call) -> usize {
        self.control.requests().requests.iter().filter(|request| request.action == call).count()
    }

    /// Compares the book, the reports and the ledger.
    fn judge(&self) -> Result<(), String> {
        let book = self.control.book().unwrap().bills;
        let ledger = Ledger::read(&self.folder());
        let wrong = |what: &str| {
            let told = &self.told;
            Err(format!("{what}\nreported: {told:#?}\nledger: {ledger:#?}\nbook: {book:#?}"))
        };
        if !ledger.open.is_empty() {
            return wrong("something is still open");
        }
        if !self.listed_in_vain.is_empty() {
            return wrong("a sale that was reported is listed as unfinished");
        }
        for code in &self.codes {
            let sent = self.control.requests().requests;
            let carried = |request: &&wsy_sandbox::RequestEntry| {
                request.action == Call::Micropay && request.params.iter().any(|(_, value)| value == code)
            };
            if sent.iter().filter(carried).count() > 1 {
                return wrong("a code was sent twice");
            }
        }
        if self.arrived(Call::Refund) > 1 {
            return wrong("a refund was sent twice");
        }
        for (at, pair) in self.codes.chunks(2).enumerate() {
            let name = format!("B{}", at + 1);
            let captured: Vec<_> = book
                .iter()
                .filter(|bill| bill.state == BillStateWord::Paid && pair.contains(&bill.auth_code))
                .collect();
            let paid: Vec<_> = ledger.charges.iter().filter(|row| row.0 == name && row.1 == "paid").collect();
            if captured.len() > 1 {
                return wrong("two captures of one bill");
            }
            let booked: Vec<_> =
                captured.iter().map(|bill| (bill.dm_id.to_string(), bill.total_fen.0)).collect();
            let written: Vec<_> = paid.iter().map(|row| (row.2.clone(), row.3)).collect();
            if booked != written {
                return wrong("the ledger and the book differ");
            }
            for told in self.told.get(&name).into_iter().flatten() {
                let code = pair.get(told.attempt.wrapping_sub(1));
                let took = captured.iter().find(|bill| Some(&bill.auth_code) == code);
                let is_right = match told.code {
                    codes::PAID => took.is_some_and(|bill| {
                        bill.dm_id.to_string() == told.dm_id && bill.total_fen.0 == told.fen
                    }),
                    codes::NOT_PAID => took.is_none(),
                    codes::PAID_EARLIER => took.is_some(),
                    codes::UNKNOWN => true,
                    error => error < -100 && took.is_none(),
                };
                if !is_right {
                    return wrong("a cashier got a false report");
                }
            }
        }
        for (at, pair) in self.codes.chunks(2).enumerate() {
            let name = format!("B{}", at + 1);
            let told = self.told.get(&name).into_iter().flatten();
            let firsts = told.filter(|told| told.code == codes::PAID).count();
            let is_paid = ledger.charges.iter().any(|row| row.0 == name && row.1 == "paid");
            if firsts > 1 {
                return wrong("a bill was reported as paid twice");
            }
            if is_paid && firsts == 0 && !self.unfinished.contains(&name) {
                return wrong(&format!(
                    "it was never reported that {name} is paid, nor was it listed: {pair:?}"
                ));
            }
        }
        let ours = |bill: &&wsy_sandbox::BillView| {
            bill.auth_code == self.codes[0] || bill.auth_code == self.codes[1]
        };
        let given: Vec<i64> = book
            .iter()
            .filter(ours)
            .flat_map(|bill| bill.refunds.iter().filter(|refund| refund.by == RefundedBy::Till))
            .map(|refund| refund.refund_fen.0)
            .collect();
        if given != ledger.refunded {
            return wrong("the refunds of the ledger and the book differ");
        }
        for told in self.told.get("R1").into_iter().flatten() {
            let is_right = match told.code {
                codes::REFUNDED => given == [50],
                codes::NOT_REFUNDED => given.is_empty(),
                codes::UNKNOWN => true,
                error => error < -100,
            };
            if !is_right {
                return wrong("a cashier got a false report about a refund");
            }
        }
        Ok(())
    }
}

/// The rows of the ledger, read without the library.
#[derive(Debug)]
struct Ledger {
    charges: Vec<(String, String, String, i64)>,
    refunded: Vec<i64>,
    open: Vec<String>,
}

impl Ledger {
    fn read(folder: &Path) -> Self {
        let ledger = folder.join("ledger.db");
        let db = Connection::open_with_flags(ledger, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let texts = |sql: &str| -> Vec<String> {
            let mut rows = db.prepare(sql).unwrap();
            rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let open = texts(
            "SELECT out_trade_no FROM charge WHERE state = 'open' \
             UNION ALL SELECT out_refund_no FROM refund WHERE state = 'open'",
        );
        let mut rows =
            db.prepare("SELECT out_trade_no, state, dm_id, total_fen FROM charge ORDER BY id").unwrap();
        let charge = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        let charges = rows.query_map([], charge).unwrap().collect::<Result<_, _>>().unwrap();
        let mut rows = db.prepare("SELECT refund_fen FROM refund WHERE state = 'refunded'").unwrap();
        let refunded = rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        Self { charges, refunded, open }
    }
}

/// Reads its output until it ends.
fn end_of(mut child: Child) -> Life {
    let (mut out, mut errors) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let until = Instant::now() + PATIENCE;
    let watch = thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    while !watch.is_finished() {
        if Instant::now() > until {
            let _ = child.kill();
            let _ = child.wait();
            panic!("a till that hangs");
        }
        thread::sleep(Duration::from_millis(1));
    }
    let said = watch.join().unwrap().unwrap();
    let status = child.wait().unwrap();
    let mut error = String::new();
    errors.read_to_string(&mut error).unwrap();
    // Nothing else may end it: a fault of its own would be mistaken for the planned death.
    let killed = status.signal() == Some(SIGKILL);
    assert!(status.success() || killed, "the till gave up, {status}: {error}");
    // A line that was cut off was not reported to anybody.
    let whole = said.rsplit_once('\n').map_or("", |(whole, _)| whole);
    Life { killed, lines: whole.lines().map(str::to_owned).collect() }
}

fn faults(rng: &mut Rng) -> Vec<(Call, Fault)> {
    let mut faults = Vec::new();
    for call in [Call::Micropay, Call::Query, Call::Refund, Call::Read] {
        let fault = match rng.u64(..10) {
            0 => Fault::ResponseLost,
            1 => Fault::RequestLost,
            2 => Fault::Delay { ms: 120 },
            3 => Fault::DelayBefore { ms: 120 },
            4 => Fault::ResetAfter { bytes: 60 },
            5 => Fault::Truncated { bytes: 90 },
            _ => continue,
        };
        faults.push((call, fault));
    }
    faults
}

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

/// Runs all of them, several at a time, and reports the failures.
fn all<T: Sync>(of: &[T], play: impl Fn(&T) -> Result<(), String> + Sync) {
    let next = AtomicUsize::new(0);
    let failed: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut failed = Vec::new();
                    while let Some(one) = of.get(next.fetch_add(1, Ordering::Relaxed)) {
                        failed.extend(play(one).err());
                    }
                    failed
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(failed.is_empty(), "{} of {} went wrong, the first: {}", failed.len(), of.len(), failed[0]);
}

/// The number of points of each kind in a day without trouble.
fn points() -> Vec<(String, u64)> {
    let mut world = World::new(&[]);
    let counted = world.home.path().join("points");
    let mut till = world.till(None);
    let child = till.env("WSY_POINTS_FILE", &counted).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    world.hear_all(&end_of(child.unwrap()).lines);
    world.judge().unwrap();
    let text = std::fs::read_to_string(counted).unwrap();
    let pair = |line: &str| {
        let (kind, count) = line.split_once(' ').unwrap();
        (kind.to_owned(), count.parse().unwrap())
    };
    text.lines().map(pair).collect()
}

#[test]
fn a_till_that_is_killed_at_any_named_point_settles_everything() {
    let mut deaths = Vec::new();
    for (kind, count) in points() {
        assert!(count > 0, "a day without {kind}");
        let moments: &[&str] = match kind.as_str() {
            "write" | "send" | "tell" => &["before", "half", "after"],
            _ => &["before", "after"],
        };
        for number in 1..=count {
            deaths.extend(moments.iter().map(|when| format!("{kind} {number} {when}")));
        }
    }
    let deaths: Vec<Death> = deaths.into_iter().map(Death::At).collect();
    all(&deaths, |death| {
        let mut world = World::new(&[]);
        world.live(Some(death));
        world.end().map_err(|wrong| format!("killed at {death}: {wrong}"))
    });
    eprintln!("killed at {} named points", deaths.len());
}

#[test]
fn a_till_that_is_killed_at_any_moment_and_again_in_its_recovery_settles_everything() {
    let (kills, seed) = (number("WSY_KILLS", 100), number("WSY_SEED", 1));
    // Three deaths each, with faults of the platform in between.
    let worlds: Vec<u64> = (0..kills.div_ceil(3)).map(|n| seed.wrapping_add(n)).collect();
    all(&worlds, |seed| {
        let mut rng = Rng::with_seed(*seed);
        let mut world = World::new(&faults(&mut rng));
        let deaths: Vec<Death> = (0..3)
            .map(|_| match rng.u64(..4) {
                0 => Death::At(format!("sync {} after", 1 + rng.u64(..6))),
                1 => Death::At(format!("send {} after", 1 + rng.u64(..4))),
                _ => Death::After(1_000 + rng.u64(..500_000)),
            })
            .collect();
        for death in &deaths {
            world.live(Some(death));
        }
        let deaths: Vec<String> = deaths.iter().map(Death::to_string).collect();
        world.end().map_err(|wrong| format!("WSY_SEED={seed} WSY_KILLS=1, killed {deaths:?}: {wrong}"))
    });
    eprintln!("killed {} times", 3 * worlds.len());
}

#[test]
fn a_ledger_that_is_lost_between_two_lives_does_not_go_unnoticed() {
    let mut world = World::new(&[(Call::Micropay, Fault::ResponseLost)]);
    world.live(Some(&Death::At("tell 3 after".to_owned())));
    for file in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.mark"] {
        let _ = std::fs::remove_file(world.folder().join(file));
    }
    assert!(world.end().is_err(), "the comparison found nothing");
}

#[test]
fn a_cashier_who_was_told_something_else_does_not_go_unnoticed() {
    let mut world = World::new(&[]);
    world.hear("told B1 1 -1 - 0");
    let wrong = world.end().unwrap_err();
    assert!(wrong.starts_with("a cashier got a false report"), "{wrong}");
}

#[test]
fn a_bill_that_is_told_as_paid_twice_or_to_nobody_does_not_go_unnoticed() {
    let day = || {
        let mut world = World::new(&[]);
        world.live(None);
        world
    };
    let mut world = day();
    let twice = world.told["B1"][0].clone();
    assert_eq!(twice.code, codes::PAID);
    world.told.get_mut("B1").unwrap().push(twice);
    let wrong = world.end().unwrap_err();
    assert!(wrong.starts_with("a bill was reported as paid twice"), "{wrong}");

    let mut world = day();
    world.told.remove("B1");
    let wrong = world.end().unwrap_err();
    assert!(wrong.starts_with("it was never reported that B1 is paid"), "{wrong}");

    let mut world = day();
    world.hear("unfinished B1");
    let wrong = world.end().unwrap_err();
    assert!(wrong.starts_with("a sale that was reported is listed"), "{wrong}");
}
