//! When what is known of a charge or refund was last noted in this process, on the monotonic clock: with the time since, the
//! quiet time goes on while the ledger is open, and is summed over processes. And what was heard of a charge that the ledger
//! could not take.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::driver::RowId;
use crate::payment::Millis;
use crate::payment::evidence::Evidence;
use crate::till::clock;

/// When rows were last noted in this process, and what of them could not be written down.
pub struct Quiet {
    opened: Millis,
    noted: Mutex<HashMap<RowId, Millis>>,
    unwritten: Mutex<HashMap<i64, Evidence>>,
}

impl Quiet {
    /// Begins with the opening of the ledger.
    pub fn new() -> Self {
        Self { opened: clock::monotonic(), noted: Mutex::default(), unwritten: Mutex::default() }
    }

    /// When the ledger was opened.
    pub const fn opened(&self) -> Millis {
        self.opened
    }

    /// What is known of a row is of this moment.
    pub fn note(&self, row: RowId, now: Millis) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).insert(row, now);
    }

    /// When a row was noted in this process; `None` where it was not.
    pub fn noted(&self, row: RowId) -> Option<Millis> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).get(&row).copied()
    }

    /// What was heard of a charge and could not be written down.
    pub fn unwritten(&self, charge: i64) -> Option<Evidence> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner).get(&charge).cloned()
    }

    /// Keeps that, or nothing where all is written down.
    pub fn keep_unwritten(&self, charge: i64, heard: Option<Evidence>) {
        let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
        match heard {
            Some(heard) => drop(unwritten.insert(charge, heard)),
            None => drop(unwritten.remove(&charge)),
        }
    }
}
