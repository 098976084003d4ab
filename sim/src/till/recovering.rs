//! What a till does when it starts: every row that is open is settled, by questions alone.

use std::collections::BTreeSet;

use wsy::payment::policy::Policy;

use super::{Admission, Till};
use crate::Ms;
use crate::disk::{ChargeState, RefundState};

impl Till {
    /// Begins to settle everything that is open, and gives the runs.
    pub fn recover(&mut self, now: Ms, occasion: u64) -> Vec<u32> {
        let busy: BTreeSet<u16> =
            self.runs.iter().filter(|run| !run.refunds()).map(|run| run.number()).collect();
        let mut begun = Vec::new();
        for at in 0..self.disk.ledger.charges.len() {
            let row = &self.disk.ledger.charges[at];
            if row.state != ChargeState::Open || busy.contains(&row.bill) {
                continue;
            }
            // What needs a person is asked about again, but does not hold up the start.
            let policy = self.policy(None);
            let policy = if row.person {
                Policy { deadline_ms: policy.deadline_ms.min(2 * policy.poll_ms), ..policy }
            } else {
                policy
            };
            if let Admission::Begun(id) = self.resume_charge(at, policy, now, occasion) {
                begun.push(id);
            }
        }
        for at in 0..self.disk.ledger.refunds.len() {
            let row = &self.disk.ledger.refunds[at];
            let working = self.runs.iter().any(|run| run.refunds() && run.number() == row.number);
            if row.state == RefundState::Open
                && !working
                && let Admission::Begun(id) = self.resume_refund(at, None, now, occasion)
            {
                begun.push(id);
            }
        }
        begun
    }
}
