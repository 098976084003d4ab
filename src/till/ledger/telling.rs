//! Tracks up to which write of the ledger the program has received its reports of paid bills. A report counts
//! as received once the program calls again; that call records this at the latest.

use crate::sync::Mutex;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, MutexGuard};

use rusqlite::Connection;

/// Numbers of writes, and the calls still in progress.
pub struct Telling {
    /// The last write that recorded a report.
    told: AtomicI64,
    /// The last write whose report was received.
    heard: AtomicI64,
    /// The value of `heard` that the ledger has.
    written: AtomicI64,
    /// For calls and handles that may have recorded a report not yet delivered to their caller: the last
    /// write with a report when they began, with the number of them that began then.
    pending: Mutex<BTreeMap<i64, usize>>,
    /// Whether a report is on record that nobody will receive and that could not be retracted.
    held: AtomicBool,
}

/// A call or a handle that may report a bill as paid; dropped once the caller has the report, or never will.
pub struct Pending {
    telling: Arc<Telling>,
    before: i64,
}

impl Telling {
    /// Reads the state from the ledger.
    pub fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>("writes")?, row.get::<_, i64>("heard")?));
        let (writes, heard) = connection.query_row("SELECT writes, heard FROM ledger", [], read)?;
        Ok(Self {
            told: AtomicI64::new(writes),
            heard: AtomicI64::new(heard),
            written: AtomicI64::new(heard),
            pending: Mutex::default(),
            held: AtomicBool::new(false),
        })
    }

    fn pending(&self) -> MutexGuard<'_, BTreeMap<i64, usize>> {
        self.pending.lock()
    }

    /// Notes that this write recorded a report of "paid".
    pub fn told(&self, write: i64) {
        self.told.fetch_max(write, Ordering::Relaxed);
    }

    /// Begins an operation that may report a bill as paid.
    pub fn begin(self: &Arc<Self>) -> Pending {
        let mut pending = self.pending();
        let before = self.told.load(Ordering::Relaxed);
        *pending.entry(before).or_default() += 1;
        Pending { telling: self.clone(), before }
    }

    /// Notes that the program is calling again: it has received all reports up to the oldest that may still
    /// be on its way to a caller.
    pub fn hear(&self) {
        if self.held.load(Ordering::Relaxed) {
            return;
        }
        // Who was ended while it held this received nothing.
        let Some(pending) = self.pending.lock_patiently() else { return };
        let oldest = pending.keys().next().copied();
        let up_to = oldest.unwrap_or_else(|| self.told.load(Ordering::Relaxed));
        self.heard.fetch_max(up_to, Ordering::Relaxed);
    }

    /// Holds back: while a report is on record that nobody will receive, no further report counts as
    /// received, and the next process retracts it.
    pub fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// Returns the write up to which reports were received, to be recorded now.
    pub fn heard(&self) -> i64 {
        let heard = self.heard.load(Ordering::Relaxed);
        self.written.store(heard, Ordering::Relaxed);
        heard
    }

    /// Whether the ledger has that number.
    pub fn is_written(&self) -> bool {
        self.written.load(Ordering::Relaxed) >= self.heard.load(Ordering::Relaxed)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let mut pending = self.telling.pending();
        if let Some(count) = pending.get_mut(&self.before) {
            *count -= 1;
            if *count == 0 {
                pending.remove(&self.before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telling() -> Arc<Telling> {
        let at = || AtomicI64::new(0);
        Arc::new(Telling {
            told: at(),
            heard: at(),
            written: at(),
            pending: Mutex::default(),
            held: AtomicBool::new(false),
        })
    }

    #[test]
    fn a_call_hears_what_was_told_before_whatever_is_still_on_its_way_began() {
        let telling = telling();
        telling.told(3);
        telling.hear();
        assert_eq!((telling.is_written(), telling.heard()), (false, 3));
        assert!(telling.is_written());
        telling.told(5);
        let (first, second) = (telling.begin(), telling.begin());
        telling.told(7);
        let third = telling.begin();
        telling.told(9);
        telling.hear();
        assert_eq!(telling.heard(), 5);
        drop(first);
        telling.hear();
        assert_eq!(telling.heard(), 5);
        drop(second);
        telling.hear();
        assert_eq!(telling.heard(), 7);
        drop(third);
        telling.hear();
        assert_eq!(telling.heard(), 9);
        telling.hold(true);
        telling.told(11);
        telling.hear();
        assert_eq!(telling.heard(), 9);
        telling.hold(false);
        telling.hear();
        assert_eq!(telling.heard(), 11);
    }
}
