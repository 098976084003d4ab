//! When what is known of a charge or refund was last noted in this process, on the monotonic clock: with the
//! time since, the quiet time goes on while the ledger is open, and is summed over processes. And what was
//! heard of a charge that the ledger could not take.

use std::collections::{BTreeSet, HashMap};

use crate::driver::RowId;
use crate::payment::Millis;
use crate::payment::evidence::Evidence;
use crate::payment::refund::Known;
use crate::sync::Mutex;
use crate::till::clock;

/// When rows were last noted in this process, and what of them could not be written down.
pub struct Quiet {
    opened: Millis,
    noted: Mutex<HashMap<RowId, Millis>>,
    unwritten: Unwritten<Evidence>,
    unwritten_refunds: Unwritten<Known>,
    untold: Mutex<BTreeSet<i64>>,
}

/// What was heard of a row, by its number.
type Unwritten<T> = Mutex<HashMap<i64, T>>;

impl Quiet {
    /// Begins with the opening of the ledger.
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

    /// What is known of a row is of this moment.
    pub fn note(&self, row: RowId, now: Millis) {
        self.noted.lock().insert(row, now);
    }

    /// When a row was noted in this process; `None` where it was not.
    pub fn noted(&self, row: RowId) -> Option<Millis> {
        self.noted.lock().get(&row).copied()
    }

    /// What was heard of a charge and could not be written down.
    pub fn unwritten(&self, charge: i64) -> Option<Evidence> {
        get(&self.unwritten, charge)
    }

    /// Keeps that, or nothing where all is written down.
    pub fn keep_unwritten(&self, charge: i64, heard: Option<Evidence>) {
        keep(&self.unwritten, charge, heard);
    }

    /// What was heard of a refund and could not be written down.
    pub fn unwritten_refund(&self, refund: i64) -> Option<Known> {
        get(&self.unwritten_refunds, refund)
    }

    /// Keeps that, or nothing where all is written down.
    pub fn keep_unwritten_refund(&self, refund: i64, heard: Option<Known>) {
        keep(&self.unwritten_refunds, refund, heard);
    }

    /// Charges that are on record as told, and that nobody has heard of.
    pub fn untold(&self) -> Vec<i64> {
        self.untold.lock().iter().copied().collect()
    }

    /// Keeps whether a charge is one of them; gives whether there are any.
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
