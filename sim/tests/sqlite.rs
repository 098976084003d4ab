//! Worlds whose tills also keep their ledgers in SQLite: everything read and written there must equal the
//! simulator's own ledger.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use wsy::driver::Store;
use wsy::till::ledger::Ledger;
use wsy_sim::disk::{Reopen, Twin};
use wsy_sim::faults::{Fault, Rates};
use wsy_sim::plan::Plan;
use wsy_sim::world::play_beside;

/// How many payments are made unless `WSY_SQLITE_PAYMENTS` is set, starting at the world `WSY_SEED`.
const PAYMENTS: u64 = 2_000;
/// Faults that only the simulator's own disk can inject.
const OF_THE_DISK: [Fault; 3] = [Fault::SyncFails, Fault::SyncLies, Fault::TornWrite];

/// A ledger in a directory that is removed with it.
struct Real {
    folder: PathBuf,
    ledger: Option<Ledger>,
    opened: Rc<Cell<u32>>,
}

impl Real {
    fn new(opened: &Rc<Cell<u32>>) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let name = format!("wsy-sim-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = parent.join(name);
        fs::create_dir(&folder).unwrap();
        let mut real = Self { folder, ledger: None, opened: opened.clone() };
        real.reopen();
        real
    }
}

impl Reopen for Real {
    fn store(&self) -> &dyn Store {
        self.ledger.as_ref().unwrap()
    }

    fn reopen(&mut self) {
        // Which reports reached the caller matters only to the ledger itself.
        if let Some(ledger) = self.ledger.take() {
            ledger.telling().hear();
            ledger.note_heard().unwrap();
        }
        self.ledger = Some(Ledger::open(&self.folder, false).unwrap());
        self.opened.set(self.opened.get() + 1);
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        drop(self.ledger.take());
        fs::remove_dir_all(&self.folder).unwrap();
    }
}

#[test]
fn sqlite_says_what_the_simulated_ledger_says() {
    let wanted = std::env::var("WSY_SQLITE_PAYMENTS").ok();
    let wanted = wanted.map_or(PAYMENTS, |wanted| wanted.parse().unwrap());
    let first = std::env::var("WSY_SEED").ok().map_or(0, |seed| seed.parse().unwrap());
    let next = AtomicU64::new(first);
    let (payments, worlds, opened) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while payments.load(Ordering::Relaxed) < wanted {
                    let mut plan = Plan::of(next.fetch_add(1, Ordering::Relaxed));
                    plan.rates = without(&plan.rates);
                    let opens = Rc::new(Cell::new(0));
                    let twin = |_| Some(Twin::new(Rc::new(RefCell::new(Real::new(&opens)))));
                    let played = play_beside(&plan, false, twin);
                    assert!(played.violation.is_none(), "seed {:#x}: {:?}", plan.seed, played.violation);
                    payments.fetch_add(played.counts.payments, Ordering::Relaxed);
                    opened.fetch_add(u64::from(opens.get()), Ordering::Relaxed);
                    worlds.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let [payments, worlds, opened] = [payments, worlds, opened].map(AtomicU64::into_inner);
    println!("{payments} payments in {worlds} worlds over SQLite, whose ledgers were opened {opened} times");
    assert!(opened > worlds);
}

fn without(rates: &Rates) -> Rates {
    rates.without(&BTreeSet::from(OF_THE_DISK))
}
