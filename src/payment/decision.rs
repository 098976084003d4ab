//! A person's decisions about rows that the platform's responses did not decide. Each decision is stored with
//! who made it and why; reconciliation keeps checking the row.

use crate::non_empty::NonEmpty;
use crate::payment::Millis;
use crate::payment::bill::{Bill, ChargeState, RefundState, is_void};
use crate::payment::evidence::{Evidence, Said};
use crate::payment::policy::Policy;
use crate::payment::refund::Known;
use crate::payment::row::{ChargeRow, Moment, RefundRow};

/// A person's verdict about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The charge was paid.
    Paid,
    /// The charge was not paid.
    NotPaid,
    /// The refund was made.
    Refunded,
    /// The refund was not made.
    NotRefunded,
    /// The row stays as it is; a bill that was to be voided no longer is.
    Keep,
}

impl Verdict {
    const ALL: [Self; 5] = [Self::Paid, Self::NotPaid, Self::Refunded, Self::NotRefunded, Self::Keep];

    /// Returns its word in the ledger and in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::NotPaid => "not_paid",
            Self::Refunded => "refunded",
            Self::NotRefunded => "not_refunded",
            Self::Keep => "keep",
        }
    }

    /// Parses the word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }
}

/// Who decides, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// Who decided.
    pub by: String,
    /// The reason.
    pub why: String,
}

/// Why a person cannot decide a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecidable {
    /// It is already decided, or the platform has decided it and the ledger could not be written yet.
    NotOpen,
    /// The library may still find out on its own. Carries how long to wait at least.
    TooEarly(Millis),
    /// The verdict is for the other kind of row.
    OtherKind,
}

impl Bill {
    /// Returns the bill after a person has decided this attempt.
    #[must_use]
    pub fn with_attempt(mut self, at: usize, state: ChargeState) -> Self {
        self.attempts.iter_mut().skip(at).take(1).for_each(|attempt| attempt.state = state);
        self
    }

    /// Returns the bill after a person has decided the refund with this number.
    #[must_use]
    pub fn with_refund(mut self, number: &str, state: RefundState) -> Self {
        let named = self.refunds.iter_mut().filter(|refund| refund.number == number);
        named.for_each(|refund| refund.state = state);
        self
    }
}

impl ChargeRow {
    /// Returns whether a person's decision about it ends the request to void its bill. `bill` is the bill
    /// after the decision. A decision that this attempt was not paid does not mean that the rest of the bill
    /// is kept.
    pub fn ends_wish(&self, bill: &Bill) -> bool {
        self.state != ChargeState::DecidedNotPaid || bill.is_void()
    }

    /// Returns the row after a decision. `evidence` is the evidence at this moment, with what could not be
    /// written to the ledger. The auth code is kept, so that reconciliation can check the decision.
    pub fn decided(
        &self,
        verdict: Verdict,
        evidence: &Evidence,
        policy: &Policy,
        now: &Moment,
    ) -> Result<Self, Undecidable> {
        let state = match (verdict, self.state) {
            (Verdict::Refunded | Verdict::NotRefunded, _) => return Err(Undecidable::OtherKind),
            (Verdict::Paid, ChargeState::Open) => ChargeState::DecidedPaid,
            (Verdict::NotPaid, ChargeState::Open) => ChargeState::DecidedNotPaid,
            (Verdict::Keep, ChargeState::Open) => ChargeState::Open,
            // The goods were handed over, or the payment is kept although it was to be voided.
            (Verdict::Paid, ChargeState::Paid) if self.is_unfinished || self.to_void => ChargeState::Paid,
            (Verdict::Keep, _) if self.is_unfinished || self.to_void => self.state,
            _ => return Err(Undecidable::NotOpen),
        };
        // A row that could be written would be paid by it, and not be open.
        if verdict == Verdict::NotPaid && evidence.said == Said::Paid && self.evidence.said != Said::Paid {
            return Err(Undecidable::NotOpen);
        }
        let mut row = self.clone();
        // A payment that was to be voided was not reported.
        row.is_unfinished |= self.to_void && state == ChargeState::Paid && !self.is_told();
        match (self.state, state) {
            (ChargeState::Open, ChargeState::Open) => {}
            (ChargeState::Open, _) => {
                let left = evidence.quiet_time(policy).saturating_sub(evidence.quiet);
                if left > 0 {
                    return Err(Undecidable::TooEarly(left));
                }
                row.state = state;
                row.ended_ms = Some(now.ms);
                row.ended_day = NonEmpty::of(&now.day);
                row.needs_person = None;
            }
            _ if verdict == Verdict::Paid => {
                row.told_ms = row.told_ms.or(Some(now.ms));
                row.is_unfinished = false;
            }
            _ => {}
        }
        Ok(row)
    }
}

/// Returns the attempts of a bill that wait for a decision. A request to void it concerns those that may be
/// paid, or the last one if there are none.
pub fn waiting(rows: &[ChargeRow]) -> Vec<&ChargeRow> {
    let waits = |row: &&ChargeRow| {
        let is_kept = row.is_unfinished || (row.to_void && row.state == ChargeState::Paid);
        row.state == ChargeState::Open || is_kept
    };
    let mut waiting: Vec<_> = rows.iter().filter(waits).collect();
    if waiting.is_empty() {
        waiting.extend(rows.last().filter(|row| row.to_void));
    }
    waiting
}

impl RefundRow {
    /// Returns whether a person's decision about it ends the request to void its bill. `bill` is the bill
    /// after the decision. A void that will not be made ends it; a decision that money was refunded does not
    /// mean that the rest of the bill is kept.
    pub fn ends_wish(&self, bill: &Bill) -> bool {
        match self.state {
            RefundState::DecidedNotRefunded => is_void(&self.out_refund_no),
            RefundState::DecidedRefunded => bill.is_void(),
            _ => false,
        }
    }

    /// Returns the row after a decision. `known` is the evidence at this moment.
    pub fn decided(
        &self,
        verdict: Verdict,
        known: &Known,
        policy: &Policy,
        now: &Moment,
    ) -> Result<Self, Undecidable> {
        let state = match (verdict, self.state) {
            (Verdict::Paid | Verdict::NotPaid, _) => return Err(Undecidable::OtherKind),
            (_, state) if !state.is_undecided() => return Err(Undecidable::NotOpen),
            (Verdict::Refunded, _) => RefundState::DecidedRefunded,
            (Verdict::NotRefunded, _) => RefundState::DecidedNotRefunded,
            (Verdict::Keep, state) => state,
        };
        let left = policy.refund_quiet_ms.saturating_sub(known.quiet);
        if self.state == RefundState::Open && state != RefundState::Open && left > 0 {
            return Err(Undecidable::TooEarly(left));
        }
        let mut row = self.clone();
        if state != self.state {
            row.state = state;
            row.ended_ms = Some(now.ms);
            row.ended_day = NonEmpty::of(&now.day);
        }
        Ok(row)
    }
}
