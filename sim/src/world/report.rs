//! The result of a world.

use wsy::payment::Delivery;

use crate::Ms;
use crate::disk::{ChargeState, Ledger, RefundRow, RefundState};
use crate::faults::{Coverage, Fired};
use crate::oracle::Violation;
use crate::platform::Origin;
use crate::till::{Outcome, Report};

/// How much happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Worlds.
    pub worlds: u64,
    /// Charges that were begun.
    pub payments: u64,
    /// Reported as paid.
    pub paid: u64,
    /// Reported as not paid, or as not sent.
    pub not_paid: u64,
    /// Reported as unknown.
    pub unknown: u64,
    /// Refunds that were reported as made.
    pub refunds: u64,
    /// Requests that were refused.
    pub refused: u64,
    /// Processes that died.
    pub crashes: u64,
    /// Requests that reached a socket.
    pub requests: u64,
    /// Charges that need a person in the end.
    pub needs_person: u64,
    /// Verdicts that are wrong because a world broke the premises.
    pub wrong: u64,
    /// Wrong verdicts that a reconciliation found.
    pub alarms: u64,
    /// Wrong verdicts that no reconciliation can find, because the till has become another device or moved to
    /// another address.
    pub unseen: u64,
    /// Refunds reported as made because of another refund's line of the same amount; nobody can tell the two
    /// apart.
    pub excused: u64,
    /// Worlds that break the premises.
    pub breaking: u64,
    /// Time that passed in the world.
    pub simulated_ms: u64,
}

impl Counts {
    /// Adds the counts of another world.
    pub const fn add(&mut self, others: &Self) {
        self.worlds += others.worlds;
        self.payments += others.payments;
        self.paid += others.paid;
        self.not_paid += others.not_paid;
        self.unknown += others.unknown;
        self.refunds += others.refunds;
        self.refused += others.refused;
        self.crashes += others.crashes;
        self.requests += others.requests;
        self.needs_person += others.needs_person;
        self.wrong += others.wrong;
        self.alarms += others.alarms;
        self.unseen += others.unseen;
        self.excused += others.excused;
        self.breaking += others.breaking;
        self.simulated_ms += others.simulated_ms;
    }

    pub(super) const fn count(&mut self, report: &Report) {
        match report.outcome {
            Outcome::Paid { .. } => self.paid += 1,
            Outcome::NotPaid | Outcome::NotSent if !report.refund => self.not_paid += 1,
            Outcome::Unknown if !report.refund => self.unknown += 1,
            Outcome::Refunded => self.refunds += 1,
            _ => {}
        }
    }
}

/// A call that a cashier waited for.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    /// The attempt or refund that it is about.
    pub about: Origin,
    /// Whether it is a refund.
    pub refund: bool,
    /// For how long.
    pub ms: Ms,
}

/// Returns the charges and refunds that need a person.
pub fn persons(ledgers: &[&Ledger]) -> Vec<(Origin, bool)> {
    let mut all = Vec::new();
    for (till, ledger) in (0u8..).zip(ledgers) {
        let open = ledger.charges.iter().filter(|row| row.person || row.state == ChargeState::Open);
        all.extend(open.map(|row| (Origin { till, number: row.bill, attempt: row.attempt }, false)));
        let undecided = |row: &&RefundRow| matches!(row.state, RefundState::Open | RefundState::Conflict);
        let refunds = ledger.refunds.iter().filter(undecided);
        all.extend(refunds.map(|row| (Origin { till, number: row.number, attempt: 0 }, true)));
    }
    all
}

/// A world that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// How much happened.
    pub counts: Counts,
    /// The hash of everything that happened.
    pub hash: u64,
    /// The rule that was broken, if any.
    pub violation: Option<Violation>,
    /// The faults that fired.
    pub fired: Vec<Fired>,
    /// Which faults were seen at which points.
    pub coverage: Coverage,
    /// How long the cashiers waited, if measured.
    pub waits: Vec<Wait>,
    /// The charges and refunds that need a person in the end, if waits are measured.
    pub persons: Vec<(Origin, bool)>,
    /// The events in words; empty unless requested.
    pub trace: Vec<String>,
}

/// Describes what a run receives.
pub fn heard(delivery: &Delivery<Vec<u8>>) -> String {
    match delivery {
        Delivery::NotSent(reason) => format!("that nothing was sent: {reason}"),
        Delivery::MaybeSent(reason) | Delivery::Reset(reason) => format!("nothing: {reason}"),
        Delivery::Response(body) => {
            let text = String::from_utf8_lossy(body);
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }
    }
}
