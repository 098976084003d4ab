//! The ledger of a till on a disk that may fail: a write lasts only once it is synced, a sync may fail or lie, and a crash
//! leaves of what was not synced what it likes.

pub use wsy::payment::bill::{ChargeState, RefundState};
use wsy::payment::evidence::Evidence;
use wsy::payment::refund::{Before, Known};

use crate::faults::{Fate, Fault, Spot};

/// One attempt to charge a bill.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChargeRow {
    /// The caller's number of the bill.
    pub bill: u16,
    /// 1 for the first attempt.
    pub attempt: u8,
    /// The amount.
    pub fen: i32,
    /// The auth code.
    pub code: u64,
    /// Where it stands.
    pub state: ChargeState,
    /// The platform's order, if it is known.
    pub dm_id: String,
    /// What is known of it.
    pub evidence: Evidence,
    /// Whether a person has to look.
    pub person: bool,
    /// Wall time of the intent. Nothing may depend on it.
    pub wall: i64,
}

/// One refund.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RefundRow {
    /// The caller's number of the refund.
    pub number: u16,
    /// The platform's order.
    pub dm_id: String,
    /// The amount.
    pub fen: i32,
    /// Where it stands.
    pub state: RefundState,
    /// The bill's refunds before, as the library's text.
    pub before: String,
    /// What is known of it.
    pub known: Known,
    /// The lines of the bill that are its own.
    pub lines: Before,
}

/// A row of either table, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// A charge.
    Charge(usize, ChargeRow),
    /// A refund.
    Refund(usize, RefundRow),
}

/// Both tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ledger {
    /// The charges in the order of their intents.
    pub charges: Vec<ChargeRow>,
    /// The refunds in the order of their intents.
    pub refunds: Vec<RefundRow>,
}

impl Ledger {
    /// Puts a row in its place, and gives what was there.
    fn put(&mut self, row: Row) -> Undo {
        match row {
            Row::Charge(at, row) => Undo::Charge(at, place(&mut self.charges, at, row)),
            Row::Refund(at, row) => Undo::Refund(at, place(&mut self.refunds, at, row)),
        }
    }

    fn take_back(&mut self, undo: Undo) -> Option<Lost> {
        match undo {
            Undo::Charge(at, Some(old)) => {
                let lost = Lost::Charge(old.bill, old.code);
                self.charges[at] = old;
                Some(lost)
            }
            Undo::Refund(at, Some(old)) => {
                let lost = Lost::Refund(old.number);
                self.refunds[at] = old;
                Some(lost)
            }
            Undo::Charge(_, None) => self.charges.pop().map(|row| Lost::Charge(row.bill, row.code)),
            Undo::Refund(_, None) => self.refunds.pop().map(|row| Lost::Refund(row.number)),
        }
    }

    /// Whether a row could follow on what is here.
    fn fits(&self, row: &Row) -> bool {
        match row {
            Row::Charge(at, _) => {
                *at == self.charges.len()
                    || self.charges.get(*at).is_some_and(|r| r.state == ChargeState::Open)
            }
            Row::Refund(at, _) => {
                *at == self.refunds.len()
                    || self.refunds.get(*at).is_some_and(|r| r.state == RefundState::Open)
            }
        }
    }
}

fn place<T>(rows: &mut Vec<T>, at: usize, row: T) -> Option<T> {
    match rows.get_mut(at) {
        Some(old) => Some(std::mem::replace(old, row)),
        None => {
            rows.push(row);
            None
        }
    }
}

/// How to take a write back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Undo {
    Charge(usize, Option<ChargeRow>),
    Refund(usize, Option<RefundRow>),
}

/// What a lying disk has lost something of. No software can make that good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// This bill, charged with this code.
    Charge(u16, u64),
    /// This refund.
    Refund(u16),
}

/// A write that was done: what was there before, and what is there now.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Of a charge.
    Charge(Option<ChargeRow>, ChargeRow),
    /// Of a refund.
    Refund(Option<RefundRow>, RefundRow),
}

/// How a write ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It lasts.
    Done,
    /// It does not, as far as the process knows.
    Failed(&'static str),
    /// The power failed.
    Torn,
}

/// The disk of a till.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// What the process reads.
    pub ledger: Ledger,
    /// Whether it is full.
    pub full: bool,
    /// Whether another program has locked the ledger.
    pub locked: bool,
    /// Synced as far as the process knows, and yet not on disk; the oldest first.
    lies: Vec<Undo>,
    /// Written, but not synced: gone for the process, perhaps there after a crash.
    ghost: Option<Row>,
    /// The last write, until it is looked at.
    changed: Option<Change>,
}

impl Disk {
    /// The last write, once.
    pub const fn changed(&mut self) -> Option<Change> {
        self.changed.take()
    }

    /// Writes a row and syncs it.
    pub fn write(&mut self, row: Row, fate: &mut Fate, spot: Spot, occasion: u64) -> Written {
        if self.full || self.locked {
            fate.marks.hit(if self.full { Fault::DiskFull } else { Fault::DiskLocked }, spot);
            return Written::Failed("the disk is full or locked");
        }
        if fate.fires(Fault::WriteFails, spot, occasion) {
            return Written::Failed("cannot write");
        }
        // What a failed sync left behind is overwritten by the next write.
        self.ghost = None;
        if fate.fires(Fault::SyncFails, spot, occasion) {
            self.ghost = Some(row);
            return Written::Failed("cannot sync");
        }
        if fate.fires(Fault::TornWrite, spot, occasion) {
            self.ghost = Some(row);
            return Written::Torn;
        }
        let undo = self.put(row);
        if fate.fires(Fault::SyncLies, spot, occasion) || !self.lies.is_empty() {
            // Writes are in one order: what follows a lie is on disk no earlier than that.
            self.lies.push(undo);
            if self.lies.len() > 6 {
                self.lies.clear();
            }
        }
        Written::Done
    }

    fn put(&mut self, row: Row) -> Undo {
        let undo = self.ledger.put(row.clone());
        self.changed = match (&undo, row) {
            (Undo::Charge(_, old), Row::Charge(_, row)) => Some(Change::Charge(old.clone(), row)),
            (Undo::Refund(_, old), Row::Refund(_, row)) => Some(Change::Refund(old.clone(), row)),
            // A row stays in its table.
            (Undo::Charge(..), Row::Refund(..)) | (Undo::Refund(..), Row::Charge(..)) => None,
        };
        undo
    }

    /// The process ends. What it wrote stays in the system's memory, unless the `power` fails as well.
    pub fn crash(&mut self, power: bool, throw: u64) -> Vec<Lost> {
        let ghost = self.ghost.take();
        if !power {
            return Vec::new();
        }
        let kept = usize::try_from(throw).unwrap_or(0) % (self.lies.len() + 1);
        let undone: Vec<_> = self.lies.drain(..).skip(kept).collect();
        let intact = undone.is_empty();
        let lost = undone.into_iter().rev().filter_map(|undo| self.ledger.take_back(undo)).collect();
        if let Some(row) = ghost.filter(|row| intact && throw.is_multiple_of(2) && self.ledger.fits(row)) {
            self.put(row);
        }
        lost
    }

    /// Everything that was written is on disk now.
    pub fn heal(&mut self) {
        self.lies.clear();
        self.full = false;
        self.locked = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::Rates;
    use std::collections::BTreeSet;

    fn row(at: usize, state: ChargeState) -> Row {
        let row = ChargeRow {
            bill: 1,
            attempt: 1,
            fen: 100,
            code: 280_000_000_000_000_001,
            state,
            dm_id: String::new(),
            evidence: Evidence::default(),
            person: false,
            wall: 0,
        };
        Row::Charge(at, row)
    }

    #[test]
    fn what_is_synced_survives_every_crash() {
        for throw in 0..20 {
            let (mut disk, mut fate) = (Disk::default(), Fate::calm());
            let spot = Spot::ChargeIntent;
            assert_eq!(disk.write(row(0, ChargeState::Open), &mut fate, spot, 1), Written::Done);
            assert_eq!(disk.write(row(0, ChargeState::Paid), &mut fate, spot, 2), Written::Done);
            disk.crash(throw % 2 == 0, throw);
            assert_eq!(disk.ledger.charges[0].state, ChargeState::Paid);
        }
    }

    #[test]
    fn what_could_not_be_synced_may_be_there_after_a_power_cut_and_never_before() {
        let mut seen = [0; 2];
        for seed in 0..400 {
            let rates = Rates::of(seed);
            if rates.get(Fault::SyncFails) == 0 || rates.get(Fault::WriteFails) > 0 {
                continue;
            }
            let mut fate = Fate::new(seed, rates, BTreeSet::new());
            let mut disk = Disk::default();
            if disk.write(row(0, ChargeState::Open), &mut fate, Spot::ChargeIntent, 1)
                == Written::Failed("cannot sync")
            {
                assert!(disk.ledger.charges.is_empty());
                disk.crash(true, seed);
                seen[disk.ledger.charges.len()] += 1;
            }
        }
        assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    }
}
