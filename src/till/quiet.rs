//! For how long a charge or refund has been quiet: summed over processes, on the monotonic clock, while the ledger is open.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::payment::Millis;
use crate::payment::evidence::Evidence;
use crate::payment::refund::Known;
use crate::till::clock;
use crate::till::ledger::{ChargeRow, RefundRow};

/// When rows were last noted in this process.
pub struct Quiet {
    opened: Millis,
    charges: Mutex<HashMap<i64, Millis>>,
    refunds: Mutex<HashMap<i64, Millis>>,
}

impl Quiet {
    /// Begins with the opening of the ledger.
    pub fn new() -> Self {
        Self { opened: clock::monotonic(), charges: Mutex::default(), refunds: Mutex::default() }
    }

    /// What is known of a charge was written down.
    pub fn noted(&self, id: i64, now: Millis) {
        self.charges.lock().unwrap_or_else(PoisonError::into_inner).insert(id, now);
    }

    /// The same of a refund.
    pub fn noted_refund(&self, id: i64, now: Millis) {
        self.refunds.lock().unwrap_or_else(PoisonError::into_inner).insert(id, now);
    }

    /// What is known of a charge, with the time that has passed since it was written down.
    pub fn brought_up(&self, row: &ChargeRow, now: Millis) -> Evidence {
        let mut evidence = row.evidence.clone();
        evidence.quiet = evidence.quiet.saturating_add(self.since(&self.charges, row.id, now));
        evidence
    }

    /// The same of a refund.
    pub fn brought_up_refund(&self, row: &RefundRow, now: Millis) -> Known {
        let mut known = row.known.clone();
        known.quiet = known.quiet.saturating_add(self.since(&self.refunds, row.id, now));
        known
    }

    /// When a charge was noted in this process; nothing where it was not.
    pub fn noted_at(&self, id: i64) -> Option<Millis> {
        self.charges.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }

    /// The same of a refund.
    pub fn noted_refund_at(&self, id: i64) -> Option<Millis> {
        self.refunds.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }

    fn since(&self, noted: &Mutex<HashMap<i64, Millis>>, id: i64, now: Millis) -> Millis {
        let noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
        now.saturating_sub(noted.get(&id).copied().unwrap_or(self.opened))
    }
}
