//! When each charge or refund was last noted in this process, by the monotonic clock. The time since then
//! counts towards the quiet time, which runs while the ledger is open and adds up over processes. Also keeps
//! what the platform said about a charge or refund and the ledger could not store.

use std::collections::{BTreeSet, HashMap};

use crate::driver::RowId;
use crate::payment::Millis;
use crate::payment::evidence::Evidence;
use crate::payment::refund::Known;
use crate::sync::Mutex;
use crate::till::clock;

/// When rows were last noted in this process, and what could not be stored about them.
pub struct Quiet {
    opened: Millis,
    noted: Mutex<HashMap<RowId, Millis>>,
    unwritten: Unwritten<Evidence>,
    unwritten_refunds: Unwritten<Known>,
    untold: Mutex<BTreeSet<i64>>,
}

/// The platform's statements about rows, by row number.
type Unwritten<T> = Mutex<HashMap<i64, T>>;

impl Quiet {
    /// Starts when the ledger is opened.
    pub fn new() -> Self {
        Self {
            opened: clock::monotonic(),
            noted: Mutex::default(),
            unwritten: Mutex::default(),
            unwritten_refunds: Mutex::default(),
            untold: Mutex::default(),
        }
    }

    /// When the ledger was opened.
    pub const fn opened(&self) -> Millis {
        self.opened
    }

    /// Notes a row at this moment.
    pub fn note(&self, row: RowId, now: Millis) {
        self.noted.lock().insert(row, now);
    }

    /// When a row was noted in this process; `None` if it was not.
    pub fn noted(&self, row: RowId) -> Option<Millis> {
        self.noted.lock().get(&row).copied()
    }

    /// Returns the platform's statements about a charge that the ledger could not store.
    pub fn unwritten(&self, charge: i64) -> Option<Evidence> {
        get(&self.unwritten, charge)
    }

    /// Keeps what could not be stored about a charge; `None` if everything is stored.
    pub fn keep_unwritten(&self, charge: i64, heard: Option<Evidence>) {
        keep(&self.unwritten, charge, heard);
    }

    /// Returns the platform's statements about a refund that the ledger could not store.
    pub fn unwritten_refund(&self, refund: i64) -> Option<Known> {
        get(&self.unwritten_refunds, refund)
    }

    /// Keeps what could not be stored about a refund; `None` if everything is stored.
    pub fn keep_unwritten_refund(&self, refund: i64, heard: Option<Known>) {
        keep(&self.unwritten_refunds, refund, heard);
    }

    /// Charges that the ledger has as reported but that were not reported to anybody.
    pub fn untold(&self) -> Vec<i64> {
        self.untold.lock().iter().copied().collect()
    }

    /// Keeps whether a charge is one of these; returns whether there are any.
    pub fn keep_untold(&self, charge: i64, is_untold: bool) -> bool {
        let mut untold = self.untold.lock();
        if is_untold {
            untold.insert(charge)
        } else {
            untold.remove(&charge)
        };
        !untold.is_empty()
    }
}

fn get<T: Clone>(unwritten: &Unwritten<T>, row: i64) -> Option<T> {
    unwritten.lock().get(&row).cloned()
}

fn keep<T>(unwritten: &Unwritten<T>, row: i64, heard: Option<T>) {
    let mut unwritten = unwritten.lock();
    match heard {
        Some(heard) => drop(unwritten.insert(row, heard)),
        None => drop(unwritten.remove(&row)),
    }
}
