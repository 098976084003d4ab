//! Who may be charged: the same rules as the library's, over the same facts.

use wsy::payment::bill::{Attempt, Bill, Charging, Refunded, Standing};
use wsy::payment::charge::{self, Charge};
use wsy::payment::policy::Policy;
use wsy::protocol::amount::Fen;

use super::run::{Run, Tale, Told, Work};
use super::{Admission, Refusal, Till};
use crate::Ms;
use crate::disk::{ChargeRow, ChargeState, RefundRow};
use crate::platform::{Origin, order_named};

/// A wish to charge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChargeAsk {
    /// The caller's number of the bill.
    pub bill: u16,
    /// The amount.
    pub fen: i32,
    /// The auth code.
    pub code: u64,
    /// Whether a second code may be charged while the bill is open.
    pub insist: bool,
    /// Without receipt.
    pub plain: bool,
    /// Instead of the till's deadline.
    pub deadline: Option<Ms>,
}

impl Till {
    /// Decides whether a charge may be made; `occasion` names the wish.
    pub fn charge(&mut self, ask: ChargeAsk, now: Ms, occasion: u64) -> Admission {
        if self.is_busy(ask.bill) {
            return Admission::Refused(Refusal::Busy);
        }
        let rows = &self.disk.ledger.charges;
        let own: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].bill == ask.bill).collect();
        let bill = self.bill(&own);
        match bill.admit_charge(i64::from(ask.fen), &ask.code.to_string(), ask.insist) {
            Charging::New => {}
            Charging::Resume(at) => {
                return self.resume_charge(own[at], self.policy(ask.deadline), now, occasion);
            }
            Charging::Recorded(at) => return self.recorded(&rows[own[at]], ask.fen),
            Charging::AmountDiffers(_) => return Admission::Refused(Refusal::AmountDiffers),
            Charging::StillOpen(_) => return Admission::Refused(Refusal::StillOpen),
            Charging::RefundOpen => return Admission::Refused(Refusal::RefundOpen),
            Charging::AlreadyRefunded => return Admission::Refused(Refusal::AlreadyRefunded),
        }
        if self.is_code_taken(&ask) {
            return Admission::Refused(Refusal::CodeUsed);
        }
        let Ok(total) = Fen::new(ask.fen) else { return Admission::Refused(Refusal::AmountDiffers) };
        let policy = self.policy(ask.deadline);
        let (machine, action) = Charge::begin(total, &self.device.id, policy, now);
        let id = self.next_id();
        let occasion = (self.id, ask.bill, occasion);
        let work = Work::Charge { machine, action, ask };
        Admission::Begun(self.enter(Run::new(id, None, false, work, &occasion)))
    }

    /// What the attempts on a bill and the refunds of its orders come to.
    fn bill(&self, own: &[usize]) -> Bill {
        let rows = || own.iter().map(|at| &self.disk.ledger.charges[*at]);
        let attempts = rows().map(|row| Attempt {
            state: row.state,
            fen: i64::from(row.fen),
            order: row.dm_id.clone(),
            code: row.code.to_string(),
        });
        let is_of_bill = |refund: &&RefundRow| {
            rows().any(|row| row.state == ChargeState::Paid && row.dm_id == refund.dm_id)
        };
        let refunds = self.disk.ledger.refunds.iter().filter(is_of_bill).map(|refund| Refunded {
            number: refund.number.to_string(),
            state: refund.state,
            fen: i64::from(refund.fen),
            order: refund.dm_id.clone(),
        });
        Bill { attempts: attempts.collect(), refunds: refunds.collect(), to_void: false }
    }

    /// Whether somebody works on a bill.
    pub(super) fn is_busy(&self, bill: u16) -> bool {
        self.runs.iter().any(|run| !run.refunds() && run.number() == bill)
    }

    /// Whether the code is being charged, or was, for another bill.
    fn is_code_taken(&self, ask: &ChargeAsk) -> bool {
        let claimed =
            |run: &Run| matches!(&run.work, Work::Charge { ask: other, .. } if other.code == ask.code);
        let taken = |row: &ChargeRow| {
            row.code == ask.code && row.bill != ask.bill && row.state != ChargeState::NotSent
        };
        self.runs.iter().any(|run| !run.resumed && claimed(run)) || self.disk.ledger.charges.iter().any(taken)
    }

    /// A run that settles an open row by questions alone.
    pub(super) fn resume_charge(&mut self, at: usize, policy: Policy, now: Ms, occasion: u64) -> Admission {
        let row = self.disk.ledger.charges[at].clone();
        let Ok(total) = Fen::new(row.fen) else { return Admission::Refused(Refusal::AmountDiffers) };
        let ask = ChargeAsk {
            bill: row.bill,
            fen: row.fen,
            code: row.code,
            insist: false,
            plain: false,
            deadline: Some(policy.deadline_ms),
        };
        let (machine, action) = Charge::resume(total, &self.device.id, row.evidence, true, policy, now);
        let id = self.next_id();
        let occasion = (self.id, ask.bill, occasion);
        Admission::Begun(self.enter(Run::new(
            id,
            Some(at),
            true,
            Work::Charge { machine, action, ask },
            &occasion,
        )))
    }

    /// Settles a bill: what is decided is told from the record.
    pub fn settle(&mut self, bill: u16, deadline: Option<Ms>, now: Ms, occasion: u64) -> Vec<Admission> {
        if self.is_busy(bill) {
            return vec![Admission::Refused(Refusal::Busy)];
        }
        let attempts: Vec<usize> = (0..self.disk.ledger.charges.len())
            .filter(|at| self.disk.ledger.charges[*at].bill == bill)
            .collect();
        let bill = self.bill(&attempts);
        let open = |at: &&usize| self.disk.ledger.charges[**at].state == ChargeState::Open;
        let open: Vec<usize> = attempts.iter().filter(open).copied().collect();
        if !open.is_empty() {
            let policy = self.policy(deadline);
            return open.into_iter().map(|at| self.resume_charge(at, policy, now, occasion)).collect();
        }
        let last = attempts.last().copied();
        match bill.standing() {
            Standing::RefundOpen => vec![Admission::Refused(Refusal::RefundOpen)],
            Standing::Refunded(_) => vec![Admission::Refused(Refusal::AlreadyRefunded)],
            Standing::Paid(at) | Standing::Open(at) => {
                let row = &self.disk.ledger.charges[attempts[at]];
                vec![self.recorded(row, row.fen)]
            }
            Standing::NotPaid => {
                let row = last.map(|at| &self.disk.ledger.charges[at]);
                row.map(|row| self.recorded(row, row.fen)).into_iter().collect()
            }
        }
    }

    fn recorded(&self, row: &ChargeRow, asked_fen: i32) -> Admission {
        let about = Origin { till: self.id, number: row.bill, attempt: row.attempt };
        let told = match row.state {
            ChargeState::Paid => Told::Paid { order: order_named(&row.dm_id), fen: i64::from(row.fen) },
            ChargeState::NotPaid => Told::NotPaid,
            ChargeState::NotSent => Told::NotSent,
            ChargeState::Open => Told::Unknown,
        };
        Admission::Recorded(Tale { about, fen: asked_fen, told, refund: false })
    }

    /// What the end of a run tells.
    pub(super) fn tale(&self, at: usize) -> Tale {
        let run = &self.runs[at];
        let (told, fen) = match &run.work {
            Work::Charge { action: charge::Action::Reveal(outcome), ask, .. } => (told(outcome), ask.fen),
            Work::Refund { action, ask, .. } => (super::refunding::told(action), ask.fen),
            Work::Charge { ask, .. } => (Told::Unknown, ask.fen),
        };
        Tale { about: self.origin(run), fen, told, refund: run.refunds() }
    }
}

fn told(outcome: &charge::Outcome) -> Told {
    use charge::Outcome;
    match outcome {
        Outcome::Paid(order) => {
            Told::Paid { order: order_named(&order.dm_id), fen: order.total_fen.unwrap_or_default() }
        }
        Outcome::NotPaid(_) => Told::NotPaid,
        Outcome::Unknown(_) => Told::Unknown,
        Outcome::NotSent(_) | Outcome::NotRecorded(_) => Told::NotSent,
    }
}
