//! Decides when the ledger may let go of something: bills that are done with move to an archive, and auth
//! codes by which nothing will be asked are forgotten.

use crate::payment::bill::{ChargeState, RefundState};
use crate::payment::row::{ChargeRow, RefundRow};
use crate::protocol::moment;

/// How long ago a day has to be before its bills may move to the archive. Captures that arrive late, refunds
/// of the back office and forgotten reconciliations show within weeks; most refunds are asked for by then.
pub const DAYS_BEFORE_ARCHIVE: i64 = 90;

/// How long the auth code of a bill that was not paid is kept after its outcome, and the key of the device
/// that sent it. Codes live for a minute, and no capture is known to arrive a month late.
pub const DAYS_OF_CODES: i64 = 30;

/// Returns whether a day is at least this many days before another. Both are such as `2026-11-22`; anything
/// else is not.
pub fn is_before(day: &str, today: &str, days: i64) -> bool {
    let number = |day: &str| moment::day_number(day);
    number(day).zip(number(today)).is_some_and(|(day, today)| today - day >= days)
}

/// Returns whether the ledger may forget the auth code of a charge: it has an outcome, of a day that is
/// closed and long ago, and was compared with the platform since.
pub fn may_forget_code(outcome: &Outcome<'_>, closed_until: &str, today: &str) -> bool {
    let Outcome { state, ended_day, is_compared } = *outcome;
    state != ChargeState::Open
        && is_compared
        && !ended_day.is_empty()
        && ended_day <= closed_until
        && is_before(ended_day, today, DAYS_OF_CODES)
}

/// The outcome of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// Its state.
    pub state: ChargeState,
    /// The day of the outcome; empty while there is none.
    pub ended_day: &'a str,
    /// Whether the platform was asked about it since.
    pub is_compared: bool,
}

/// A bill with everything that belongs to it.
#[derive(Clone, Debug)]
pub struct WholeBill {
    /// Its attempts.
    pub charges: Vec<ChargeRow>,
    /// The refunds of the bill and of its orders.
    pub refunds: Vec<RefundRow>,
    /// The last day on which anything happened to it.
    pub last_day: String,
    /// Whether a reconciliation had a response about each charge and refund that was sent.
    pub is_compared: bool,
    /// Whether the program is known to have received each report that it is paid.
    pub is_heard: bool,
    /// Whether an alarm about it waits for a person.
    pub has_alarm: bool,
    /// Whether another bill has a part in one of its orders, so that neither can be judged without the other.
    pub is_entangled: bool,
}

/// Why a bill stays in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// Something of it is undecided, or waits for a person.
    Open,
    /// It is to be voided.
    ToVoid,
    /// Nobody is known to have received the report that it is paid.
    Unfinished,
    /// Something happened to it after the last day to archive.
    Recent,
    /// A part of it was never compared with the platform.
    NotCompared,
    /// Another bill has a part in one of its orders.
    Entangled,
}

impl WholeBill {
    /// Returns why it has to stay when days up to this one move to the archive; `None` if it may go.
    pub fn stays(&self, until: &str) -> Option<Stay> {
        // A list of what is safe: a state that is added later stays.
        let is_over = |row: &ChargeRow| match row.state {
            ChargeState::Paid
            | ChargeState::NotPaid
            | ChargeState::NotSent
            | ChargeState::DecidedPaid
            | ChargeState::DecidedNotPaid => true,
            ChargeState::Open => false,
        };
        let is_settled = |row: &RefundRow| match row.state {
            RefundState::Refunded
            | RefundState::NotRefunded
            | RefundState::NotSent
            | RefundState::DecidedRefunded
            | RefundState::DecidedNotRefunded => true,
            RefundState::Open | RefundState::Conflict => false,
        };
        let is_over = self.charges.iter().all(is_over) && self.refunds.iter().all(is_settled);
        if self.charges.is_empty() || !is_over || self.has_alarm {
            return Some(Stay::Open);
        }
        if self.charges.iter().any(|row| row.to_void) {
            return Some(Stay::ToVoid);
        }
        if !self.is_heard || self.charges.iter().any(|row| row.is_unfinished) {
            return Some(Stay::Unfinished);
        }
        if self.last_day.is_empty() || *self.last_day > *until {
            return Some(Stay::Recent);
        }
        if !self.is_compared {
            return Some(Stay::NotCompared);
        }
        self.is_entangled.then_some(Stay::Entangled)
    }
}
