//! One receipt at a time: two at once would be mixed on the paper, and a stuck printer then blocks one
//! thread, not many.

use crate::sync::{Condvar, Mutex};
use crate::sys::process::PerProcess;
use std::collections::BTreeSet;
use std::time::Instant;

use super::Printer;

static PRINTERS: PerProcess<Printers> = PerProcess::new(Printers::default);

#[derive(Default)]
struct Printers {
    printing: Mutex<BTreeSet<Printer>>,
    changed: Condvar,
}

/// A printer's lock, released when dropped.
pub(super) struct PrinterLock(Printer);

impl PrinterLock {
    /// Waits for earlier receipts; `None` if that takes too long.
    pub fn acquire(printer: &Printer, until: Instant) -> Option<Self> {
        let printers = PRINTERS.get();
        let mut printing = printers.printing.lock();
        while printing.contains(printer) {
            let left = until.checked_duration_since(Instant::now())?;
            printing = printers.changed.wait_timeout(printing, left);
        }
        printing.insert(printer.clone());
        Some(Self(printer.clone()))
    }
}

impl Drop for PrinterLock {
    fn drop(&mut self) {
        let printers = PRINTERS.get();
        printers.printing.lock().remove(&self.0);
        printers.changed.notify_all();
    }
}
