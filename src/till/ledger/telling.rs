//! Up to which write of the ledger the program has heard that bills are paid. It has heard what it was told
//! once it calls again, and that is written down by that call at the latest.

use crate::sync::Mutex;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, MutexGuard};

use rusqlite::Connection;

/// Numbers of writes.
pub struct Telling {
    /// The last one that told something.
    told: AtomicI64,
    /// The last one that was heard of.
    heard: AtomicI64,
    /// The same as the ledger knows it.
    written: AtomicI64,
    /// For the calls and handles that may have told something in the ledger and not yet to their caller: the
    /// last write that had told something when they began, with how many of them began then.
    pending: Mutex<BTreeMap<i64, usize>>,
    /// Something is on record as told that nobody will hear, and that could not be taken back.
    held: AtomicBool,
}

/// A call or a handle that may tell a caller that a bill is paid; dropped
/// once the caller has that answer, or never will.
pub struct Pending {
    telling: Arc<Telling>,
    before: i64,
}

impl Telling {
    /// As the ledger knows it.
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

    /// "Paid" was told in this write.
    pub fn told(&self, write: i64) {
        self.told.fetch_max(write, Ordering::Relaxed);
    }

    /// Something begins that may tell a caller that a bill is paid.
    pub fn begin(self: &Arc<Self>) -> Pending {
        let mut pending = self.pending();
        let before = self.told.load(Ordering::Relaxed);
        *pending.entry(before).or_default() += 1;
        Pending { telling: self.clone(), before }
    }

    /// The program calls again: what was told has been heard, up to where something may be on record as told
    /// that is still on its way to its caller.
    pub fn hear(&self) {
        if self.held.load(Ordering::Relaxed) {
            return;
        }
        let pending = self.pending();
        let oldest = pending.keys().next().copied();
        let up_to = oldest.unwrap_or_else(|| self.told.load(Ordering::Relaxed));
        self.heard.fetch_max(up_to, Ordering::Relaxed);
    }

    /// While something is on record as told that nobody will hear, nothing more
    /// counts as heard: the next process takes it back.
    pub fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// What is to be written down.
    pub fn heard(&self) -> i64 {
        let heard = self.heard.load(Ordering::Relaxed);
        self.written.store(heard, Ordering::Relaxed);
        heard
    }

    /// Whether the ledger knows it.
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
