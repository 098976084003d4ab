//! Recovery: every charge and refund that an earlier run left open is settled, by questions alone.

use std::collections::HashMap;
use std::sync::Arc;

use crate::payment::Millis;
use crate::payment::policy::Policy;
use crate::till::charging::ChargeRun;
use crate::till::claims::Claim;
use crate::till::error::Error;
use crate::till::ledger::{ChargeRow, ChargeState, RefundRow, RefundState};
use crate::till::refunding::RefundRun;
use crate::till::ticket::Ticket;
use crate::till::{Step, Till, clock};

/// What was open, as it stands now.
#[derive(Clone, Debug, Default)]
pub struct Recovered {
    /// The charges that were open.
    pub charges: Vec<ChargeRow>,
    /// The refunds that were open.
    pub refunds: Vec<RefundRow>,
}

enum Run {
    Charge(Box<ChargeRun>),
    Refund(Box<RefundRun>),
}

impl Run {
    /// When it wants to go on; `None` when it has ended.
    fn step(&mut self) -> Option<Millis> {
        match self {
            Self::Charge(run) => wait(run.step()),
            Self::Refund(run) => wait(run.step()),
        }
    }
}

fn wait<T>(step: Step<T>) -> Option<Millis> {
    match step {
        Step::Wait(until) => Some(until),
        Step::Ended(_) => None,
    }
}

impl Till {
    /// Settles what is open: all at once on this thread, so that one that has to be waited for does not hold up the
    /// others. Sends questions only, and may be repeated. What is being worked on elsewhere is left alone.
    pub fn recover(
        self: &Arc<Self>,
        deadline_ms: Option<u64>,
        ticket: &Arc<Ticket>,
    ) -> Result<Recovered, Error> {
        let mut charges = self.ledger.open_charges()?;
        let mut refunds = self.ledger.open_refunds()?;
        // Whoever found no time the last time comes first.
        charges.sort_by_key(|row| self.quiet.noted_at(row.id));
        refunds.sort_by_key(|row| self.quiet.noted_refund_at(row.id));
        let mut runs = self.runs(&charges, &refunds, deadline_ms, ticket)?;
        while let Some(at) = runs.iter().enumerate().min_by_key(|(_, (due, _))| *due).map(|(at, _)| at) {
            let (due, run) = &mut runs[at];
            if *due > clock::monotonic() {
                ticket.sleep_until(*due);
            }
            match run.step() {
                Some(until) => *due = until,
                None => drop(runs.swap_remove(at)),
            }
        }
        let charges = charges.iter().map(|row| self.ledger.charge(row.id)).collect::<Result<_, _>>()?;
        let refunds = refunds
            .iter()
            .filter_map(|row| self.ledger.refund(&row.out_refund_no).transpose())
            .collect::<Result<_, _>>()?;
        Ok(Recovered { charges, refunds })
    }

    fn runs(
        self: &Arc<Self>,
        charges: &[ChargeRow],
        refunds: &[RefundRow],
        deadline_ms: Option<u64>,
        ticket: &Arc<Ticket>,
    ) -> Result<Vec<(Millis, Run)>, Error> {
        let policy = self.policy(deadline_ms);
        let now = clock::monotonic();
        let mut runs = Vec::with_capacity(charges.len() + refunds.len());
        let mut bills: HashMap<&str, Option<Arc<Claim>>> = HashMap::new();
        for row in charges {
            // Attempts on one bill share its claim; whoever holds it now settles the bill.
            let claim = bills
                .entry(&row.out_trade_no)
                .or_insert_with(|| self.claims.take("bill", &row.out_trade_no).ok().map(Arc::new));
            let Some(claim) = claim.clone() else { continue };
            // Whoever held the claim until now may have learnt more.
            let row = &self.ledger.charge(row.id)?;
            if row.state != ChargeState::Open {
                continue;
            }
            // What needs a person is asked about again, but does not hold up the start of a till.
            let policy = if row.needs_person.is_empty() {
                policy
            } else {
                Policy { deadline_ms: policy.deadline_ms.min(2 * policy.poll_ms), ..policy }
            };
            match self.resume(row.clone(), policy, vec![claim], ticket) {
                Ok(run) => runs.push((now, Run::Charge(Box::new(run)))),
                Err(Error::NotActivated) => return Err(Error::NotActivated),
                Err(error) => self.log.error(&format!("recover out_trade_no={} {error}", row.out_trade_no)),
            }
        }
        for row in refunds {
            let Ok(claim) = self.claims.take("refund", &row.out_refund_no) else { continue };
            let Some(row) =
                self.ledger.refund(&row.out_refund_no)?.filter(|row| row.state == RefundState::Open)
            else {
                continue;
            };
            let name = row.out_refund_no.clone();
            match self.resume_refund(row, policy, vec![claim], ticket) {
                Ok(run) => runs.push((now, Run::Refund(Box::new(run)))),
                Err(Error::Busy(_)) => {}
                Err(Error::NotActivated) => return Err(Error::NotActivated),
                Err(error) => self.log.error(&format!("recover out_refund_no={name} {error}")),
            }
        }
        Ok(runs)
    }
}
