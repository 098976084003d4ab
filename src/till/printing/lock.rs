//! One receipt at a time: two at once would be mixed on the paper, and a stuck printer then blocks one
//! thread, not many.

use crate::sync::{Condvar, Mutex};
use std::collections::BTreeSet;
use std::sync::MutexGuard;
use std::time::Instant;

use super::Printer;

static PRINTING: Mutex<BTreeSet<Printer>> = Mutex::new(BTreeSet::new());
static CHANGED: Condvar = Condvar::new();

/// A printer's lock, released when dropped.
pub(super) struct PrinterLock(Printer);

impl PrinterLock {
    /// Waits for earlier receipts; `None` if that takes too long.
    pub fn acquire(printer: &Printer, until: Instant) -> Option<Self> {
        let mut printing = printing();
        while printing.contains(printer) {
            let left = until.checked_duration_since(Instant::now())?;
            printing = CHANGED.wait_timeout(printing, left);
        }
        printing.insert(printer.clone());
        Some(Self(printer.clone()))
    }
}

impl Drop for PrinterLock {
    fn drop(&mut self) {
        printing().remove(&self.0);
        CHANGED.notify_all();
    }
}

fn printing() -> MutexGuard<'static, BTreeSet<Printer>> {
    PRINTING.lock()
}
