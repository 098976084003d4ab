//! Which refund may be made: the same rules as the library's, over the same facts.

use wsy::payment::refund::{self, Amount, Before, Refund};
use wsy::protocol::amount::Fen;

use super::run::{Run, Tale, Told, Work};
use super::{Admission, Refusal, Till};
use crate::Ms;
use crate::disk::{ChargeState, RefundState};
use crate::platform::Origin;

/// A wish to refund.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RefundAsk {
    /// The caller's number of the refund.
    pub number: u16,
    /// The platform's order.
    pub dm_id: String,
    /// The amount.
    pub fen: i32,
    /// Instead of the till's deadline.
    pub deadline: Option<Ms>,
}

impl Till {
    /// The order of a bill of this till, if it is paid.
    pub fn paid_order(&self, bill: u16) -> Option<String> {
        let paid = |row: &&crate::disk::ChargeRow| row.bill == bill && row.state == ChargeState::Paid;
        self.disk.ledger.charges.iter().rev().find(paid).map(|row| row.dm_id.clone())
    }

    /// Decides whether a refund may be made; `occasion` names the wish.
    pub fn refund(&mut self, ask: RefundAsk, now: Ms, occasion: u64) -> Admission {
        if self.runs.iter().any(|run| run.refunds() && run.number() == ask.number) {
            return Admission::Refused(Refusal::Busy);
        }
        let rows = &self.disk.ledger.refunds;
        if let Some(at) = rows.iter().position(|row| row.number == ask.number) {
            let row = &rows[at];
            if row.fen != ask.fen || row.dm_id != ask.dm_id {
                return Admission::Refused(Refusal::RefundDiffers);
            }
            match row.state {
                RefundState::NotSent => {}
                RefundState::Open => return self.resume_refund(at, ask.deadline, now, occasion),
                state => return Admission::Recorded(self.recorded_refund(ask.number, ask.fen, state)),
            }
        }
        if self.is_order_claimed(&ask.dm_id) {
            return Admission::Refused(Refusal::Busy);
        }
        let open = |row: &crate::disk::RefundRow| {
            row.dm_id == ask.dm_id && matches!(row.state, RefundState::Open | RefundState::Conflict)
        };
        if self.disk.ledger.refunds.iter().any(open) {
            return Admission::Refused(Refusal::RefundOpen);
        }
        let Ok(amount) = Fen::new(ask.fen) else { return Admission::Refused(Refusal::RefundDiffers) };
        let others = self.lines_of_others(&ask.dm_id, ask.number);
        let amount = Amount::Exactly(amount);
        let (machine, action) = Refund::begin(&ask.dm_id, amount, others, self.policy(ask.deadline), now);
        let id = self.next_id();
        let occasion = (self.id, ask.number, occasion);
        let work = Work::Refund { machine, action, ask };
        Admission::Begun(self.enter(Run::new(id, None, false, work, &occasion)))
    }

    /// The lines of a bill that other refunds own.
    fn lines_of_others(&self, dm_id: &str, number: u16) -> Before {
        let others = self.disk.ledger.refunds.iter().filter(|row| row.dm_id == dm_id && row.number != number);
        others.fold(Before::default(), |lines, row| lines.and(&row.lines))
    }

    fn is_order_claimed(&self, dm_id: &str) -> bool {
        self.runs.iter().any(|run| matches!(&run.work, Work::Refund { ask, .. } if ask.dm_id == dm_id))
    }

    /// A run that settles an open row by reading alone.
    pub(super) fn resume_refund(
        &mut self,
        at: usize,
        deadline: Option<Ms>,
        now: Ms,
        occasion: u64,
    ) -> Admission {
        let row = self.disk.ledger.refunds[at].clone();
        if self.is_order_claimed(&row.dm_id) {
            return Admission::Refused(Refusal::Busy);
        }
        let Ok(amount) = Fen::new(row.fen) else { return Admission::Refused(Refusal::RefundDiffers) };
        let before = Before::from_text(&row.before).and(&self.lines_of_others(&row.dm_id, row.number));
        let policy = self.policy(deadline);
        let (machine, action) = Refund::resume(&row.dm_id, amount, before, row.known, true, policy, now);
        let ask = RefundAsk { number: row.number, dm_id: row.dm_id, fen: row.fen, deadline };
        let id = self.next_id();
        let occasion = (self.id, ask.number, occasion);
        Admission::Begun(self.enter(Run::new(
            id,
            Some(at),
            true,
            Work::Refund { machine, action, ask },
            &occasion,
        )))
    }

    fn recorded_refund(&self, number: u16, fen: i32, state: RefundState) -> Tale {
        let about = Origin { till: self.id, number, attempt: 0 };
        let told = match state {
            RefundState::Refunded => Told::Refunded,
            RefundState::NotRefunded => Told::NotRefunded,
            RefundState::NotSent => Told::NotSent,
            RefundState::Open | RefundState::Conflict => Told::Unknown,
        };
        Tale { about, fen, told, refund: true }
    }
}

/// What the end of a refund's run tells.
pub(super) fn told(action: &refund::Action) -> Told {
    use refund::{Action, Outcome};
    match action {
        Action::Reveal(Outcome::Refunded(_)) => Told::Refunded,
        Action::Reveal(Outcome::NotRefunded(_)) => Told::NotRefunded,
        Action::Reveal(Outcome::NotSent(_) | Outcome::Rejected(_)) => Told::NotSent,
        _ => Told::Unknown,
    }
}
