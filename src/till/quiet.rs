//! When what is known of a charge or refund was last noted in this process, on the monotonic clock: with the time since, the
//! quiet time goes on while the ledger is open, and is summed over processes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::payment::Millis;
use crate::till::clock;
use crate::till::driver::RowId;

/// When rows were last noted in this process.
pub struct Quiet {
    opened: Millis,
    noted: Mutex<HashMap<RowId, Millis>>,
}

impl Quiet {
    /// Begins with the opening of the ledger.
    pub fn new() -> Self {
        Self { opened: clock::monotonic(), noted: Mutex::default() }
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
}
