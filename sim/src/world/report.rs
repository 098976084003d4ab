//! What came of a world.

use wsy::payment::Delivery;

use crate::Ms;
use crate::disk::{ChargeState, Ledger, RefundRow, RefundState};
use crate::faults::{Fired, Marks};
use crate::oracle::Violation;
use crate::platform::Origin;
use crate::till::{Report, Told};

/// How much happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Worlds.
    pub worlds: u64,
    /// Charges that were begun.
    pub payments: u64,
    /// Told as paid.
    pub paid: u64,
    /// Told as not paid, or as not sent.
    pub not_paid: u64,
    /// Told as unknown.
    pub unknown: u64,
    /// Refunds that were reported as made.
    pub refunds: u64,
    /// Wishes that were refused.
    pub refused: u64,
    /// Processes that died.
    pub crashes: u64,
    /// Requests that reached a socket.
    pub requests: u64,
    /// Charges that need a person in the end.
    pub needs_person: u64,
    /// Verdicts that a world made wrong by breaking the premises.
    pub wrong: u64,
    /// Wrong verdicts that a reconciliation found.
    pub alarms: u64,
    /// Those that none can find, as the till is another device now, or at another address.
    pub unseen: u64,
    /// Refunds that were reported as made by the line of another one of the same amount, which nobody can tell apart.
    pub excused: u64,
    /// Worlds that break the premises.
    pub breaking: u64,
    /// Time that passed in the world.
    pub simulated_ms: u64,
}

impl Counts {
    /// Takes the counts of others in.
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

    pub(super) const fn told(&mut self, report: &Report) {
        match report.told {
            Told::Paid { .. } => self.paid += 1,
            Told::NotPaid | Told::NotSent if !report.refund => self.not_paid += 1,
            Told::Unknown if !report.refund => self.unknown += 1,
            Told::Refunded => self.refunds += 1,
            _ => {}
        }
    }
}

/// A call that a cashier waited for.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    /// About which attempt or refund.
    pub about: Origin,
    /// Whether it is a refund.
    pub refund: bool,
    /// For how long.
    pub ms: Ms,
}

/// The charges and refunds that need a person.
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
    /// The hash of all that happened.
    pub hash: u64,
    /// The rule that was broken, if one was.
    pub violation: Option<Violation>,
    /// The faults that fired.
    pub fired: Vec<Fired>,
    /// The faults that were seen, and where.
    pub marks: Marks,
    /// How long the cashiers waited, if that is measured.
    pub waits: Vec<Wait>,
    /// The charges and refunds that need a person in the end, if waits are measured.
    pub persons: Vec<(Origin, bool)>,
    /// What happened, for people; empty if it was not asked for.
    pub trace: Vec<String>,
}

/// What a run hears, for people.
pub fn heard(delivery: &Delivery<Vec<u8>>) -> String {
    match delivery {
        Delivery::NotSent(reason) => format!("that nothing was sent: {reason}"),
        Delivery::MaybeSent(reason) | Delivery::Reset(reason) => format!("nothing: {reason}"),
        Delivery::Answer(body) => {
            let text = String::from_utf8_lossy(body);
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }
    }
}
