//! The ledger of a till on a disk that may fail: a write is durable only once it is synced, a sync may fail
//! or lie, and a crash keeps an arbitrary part of what was not synced. The rows are the library's; the oracle
//! has its own view of them.

use std::cell::RefCell;
use std::fmt::Debug;
use std::rc::Rc;

use wsy::driver::Store;
use wsy::non_empty::or_empty;
pub use wsy::payment::bill::{ChargeState, RefundState};
use wsy::payment::evidence::Evidence;
use wsy::payment::reconciliation::{AlarmKind, NewAlarm};
use wsy::payment::refund::{Before, Known};
use wsy::payment::row;

use crate::faults::{FailPoint, Fault, FaultInjector};

/// One attempt to charge a bill.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChargeRow {
    /// The caller's number of the bill.
    pub bill: u16,
    /// 1 for the first attempt.
    pub attempt: u8,
    /// The device that charges.
    pub device: u32,
    /// The amount.
    pub fen: i32,
    /// The auth code.
    pub code: u64,
    /// Its state.
    pub state: ChargeState,
    /// The platform's order; empty while it is unknown.
    pub dm_id: String,
    /// The evidence about it.
    pub evidence: Evidence,
    /// Whether a person has to look at it.
    pub person: bool,
    /// Whether it was reported as paid.
    pub reported: bool,
    /// Whether its bill is still listed as needing attention although it is decided.
    pub listed: bool,
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
    /// Its state.
    pub state: RefundState,
    /// The bill's earlier refunds, in the library's text form.
    pub before: String,
    /// The evidence about it.
    pub known: Known,
    /// The lines of the bill that belong to it.
    pub lines: Before,
}

/// Both tables as the oracle sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ledger {
    /// The charges, in the order of their intents.
    pub charges: Vec<ChargeRow>,
    /// The refunds, in the order of their intents.
    pub refunds: Vec<RefundRow>,
}

/// Both tables as the library keeps them.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// The charges, by number, starting at 1.
    pub charges: Vec<Rc<row::ChargeRow>>,
    /// The refunds, by number.
    pub refunds: Vec<Rc<row::RefundRow>>,
    /// The alarms, in the order in which they were raised.
    pub alarms: Vec<NewAlarm>,
}

impl Tables {
    /// Returns the bills that turned out to be paid after they were reported as not paid.
    pub fn late_payments(&self) -> impl Iterator<Item = &NewAlarm> {
        self.alarms.iter().filter(|alarm| alarm.kind == AlarmKind::PaidThere)
    }
}

/// A row that a lying disk has lost part of. No software can make up for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// This bill, charged with this code.
    Charge(u16, u64),
    /// This refund.
    Refund(u16),
}

/// A completed write: the row before it, and the row after it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// A write to a charge.
    Charge(Option<ChargeRow>, ChargeRow),
    /// A write to a refund.
    Refund(Option<RefundRow>, RefundRow),
}

/// How a write ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is durable.
    Done,
    /// It failed, as far as the process knows.
    Failed(&'static str),
    /// The power failed.
    Torn,
}

/// A write.
#[derive(Clone, Debug)]
pub enum Write {
    /// A new charge, or a replacement for the one with its number.
    Charge(row::ChargeRow),
    /// A new refund, or a replacement for the one with its number.
    Refund(row::RefundRow),
    /// A new refund that replaces one that was never sent.
    Again(row::RefundRow),
    /// Sets or clears the mark that a bill is to be voided.
    ToVoid(String, bool),
    /// An alarm.
    Alarm(NewAlarm),
    /// All of these or none of them.
    All(Vec<Write>),
}

/// The content of a disk at a moment.
#[derive(Clone, Debug, Default)]
struct Content {
    ledger: Ledger,
    tables: Tables,
}

/// The disk of a till.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// The content that the process reads, as the oracle sees it.
    pub ledger: Ledger,
    /// The content that the process reads.
    pub tables: Tables,
    /// Whether it is full.
    pub full: bool,
    /// Whether another program has locked the ledger.
    pub locked: bool,
    /// The content before each write that the process believes synced but that is not on disk, oldest first.
    lies: Vec<Content>,
    /// The content with a write that was not synced: gone for the process, but perhaps on disk after a crash.
    ghost: Option<Box<Write>>,
    /// The latest writes, until the oracle looks at them.
    changes: Vec<Change>,
    /// A second ledger that receives the same writes and has to return the same results.
    pub twin: Option<Twin>,
}

/// Another implementation of the ledger beside that of a till.
#[derive(Clone)]
pub struct Twin {
    /// The ledger.
    pub store: Rc<RefCell<dyn Reopen>>,
    /// The first difference between the two.
    differs: Rc<RefCell<Option<String>>>,
}

/// A ledger that survives its process.
pub trait Reopen {
    /// Returns the ledger.
    fn store(&self) -> &dyn Store;
    /// Reopens it in a new process after the old one has ended.
    fn reopen(&mut self);
}

impl Twin {
    /// Wraps a ledger.
    pub fn new(store: Rc<RefCell<dyn Reopen>>) -> Self {
        Self { store, differs: Rc::default() }
    }

    /// Returns whether both results are equal, and keeps the first difference for the oracle.
    pub fn compare<T: PartialEq + Debug>(
        &self,
        what: &str,
        here: &T,
        there: impl FnOnce(&dyn Store) -> Result<T, String>,
    ) {
        let there = there(self.store.borrow().store());
        if there.as_ref() != Ok(here) {
            self.differs.borrow_mut().get_or_insert(format!("{what}: {here:?}, but the other has {there:?}"));
        }
    }

    /// Takes the difference between the two, if there is one.
    pub fn differs(&self) -> Option<String> {
        self.differs.borrow_mut().take()
    }
}

impl Debug for Twin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Twin").finish_non_exhaustive()
    }
}

impl Disk {
    /// Takes the latest writes.
    pub fn changed(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Writes and syncs.
    pub fn write(
        &mut self,
        write: Write,
        injector: &mut FaultInjector,
        point: FailPoint,
        occasion: u64,
    ) -> Written {
        if self.full || self.locked {
            injector.coverage.hit(if self.full { Fault::DiskFull } else { Fault::DiskLocked }, point);
            return Written::Failed("the disk is full or locked");
        }
        if injector.fires(Fault::WriteFails, point, occasion) {
            return Written::Failed("cannot write");
        }
        // The next write overwrites what a failed sync left behind.
        self.ghost = None;
        if injector.fires(Fault::SyncFails, point, occasion) {
            self.ghost = Some(Box::new(write));
            return Written::Failed("cannot sync");
        }
        if injector.fires(Fault::TornWrite, point, occasion) {
            self.ghost = Some(Box::new(write));
            return Written::Torn;
        }
        if injector.fires(Fault::SyncLies, point, occasion) || !self.lies.is_empty() {
            // Writes are ordered: what follows a lie reaches the disk no earlier than the lie itself.
            self.lies.push(Content { ledger: self.ledger.clone(), tables: self.tables.clone() });
            if self.lies.len() > 6 {
                self.lies.clear();
            }
        }
        self.put(write);
        Written::Done
    }

    fn put(&mut self, write: Write) {
        match write {
            Write::Charge(row) => self.put_charge(row),
            Write::Refund(row) => self.put_refund(row),
            Write::Again(row) => {
                let old = self.tables.refunds.iter().position(|old| old.out_refund_no == row.out_refund_no);
                let old = old.map(|at| {
                    self.tables.refunds.remove(at);
                    self.ledger.refunds.remove(at)
                });
                let view = refund_view(&row);
                self.changes.push(Change::Refund(old, view.clone()));
                self.ledger.refunds.push(view);
                self.tables.refunds.push(Rc::new(row));
            }
            Write::Alarm(alarm) => self.tables.alarms.push(alarm),
            Write::All(writes) => writes.into_iter().for_each(|write| self.put(write)),
            Write::ToVoid(bill, to_void) => {
                for row in self.tables.charges.iter_mut().filter(|row| row.out_trade_no == bill) {
                    let row = Rc::make_mut(row);
                    let ends = row.to_void && !to_void;
                    row.to_void = to_void;
                    if ends && row.state == ChargeState::Paid && row.told_ms.is_none() {
                        row.is_unfinished = true;
                    }
                }
            }
        }
    }

    /// Stores a charge. Another charge tied to the same order by a weaker tie loses it.
    fn put_charge(&mut self, row: row::ChargeRow) {
        let has_it = |other: &&Rc<row::ChargeRow>| {
            other.id != row.id && row.order().is_some() && other.order() == row.order()
        };
        let other = self.tables.charges.iter().find(has_it);
        if let Some(other) = other.map(|other| other.without_order(&row.out_trade_no)) {
            self.put_one_charge(other);
        }
        self.put_one_charge(row);
    }

    fn put_one_charge(&mut self, row: row::ChargeRow) {
        let at = index(row.id);
        let old = self.ledger.charges.get(at).cloned();
        let view = charge_view(&row, old.as_ref());
        self.changes.push(Change::Charge(old, view.clone()));
        set(&mut self.ledger.charges, at, view);
        set(&mut self.tables.charges, at, Rc::new(row));
    }

    fn put_refund(&mut self, row: row::RefundRow) {
        let there = self.tables.refunds.iter().position(|old| old.id == row.id);
        let at = there.unwrap_or(self.tables.refunds.len());
        let (old, view) = (self.ledger.refunds.get(at).cloned(), refund_view(&row));
        self.changes.push(Change::Refund(old, view.clone()));
        set(&mut self.ledger.refunds, at, view);
        set(&mut self.tables.refunds, at, Rc::new(row));
    }

    /// Ends the process. What it wrote stays in the system's memory unless the `power` fails as well.
    pub fn crash(&mut self, power: bool, draw: u64) -> Vec<Lost> {
        if let Some(twin) = &self.twin {
            twin.store.borrow_mut().reopen();
        }
        let ghost = self.ghost.take();
        if !power {
            return Vec::new();
        }
        let kept = usize::try_from(draw).unwrap_or(0) % (self.lies.len() + 1);
        let lost = match self.lies.drain(..).nth(kept) {
            None => Vec::new(),
            Some(Content { ledger, tables }) => {
                self.tables = tables;
                let newer = std::mem::replace(&mut self.ledger, ledger);
                lost(&newer, &self.ledger)
            }
        };
        if let Some(write) = ghost.filter(|_| lost.is_empty() && draw.is_multiple_of(2)) {
            self.put(*write);
        }
        lost
    }

    /// Makes everything that was written durable.
    pub fn heal(&mut self) {
        self.lies.clear();
        self.full = false;
        self.locked = false;
    }
}

/// Returns what the newer content has and the older one lacks or has otherwise.
fn lost(newer: &Ledger, older: &Ledger) -> Vec<Lost> {
    let charges = newer.charges.iter().enumerate().filter(|(at, row)| older.charges.get(*at) != Some(row));
    let refunds = newer.refunds.iter().filter(|row| !older.refunds.contains(row));
    charges
        .map(|(_, row)| Lost::Charge(row.bill, row.code))
        .chain(refunds.map(|row| Lost::Refund(row.number)))
        .collect()
}

/// Returns the index of a charge.
fn index(id: i64) -> usize {
    usize::try_from(id - 1).unwrap_or_default()
}

fn set<T>(rows: &mut Vec<T>, at: usize, row: T) {
    match rows.get_mut(at) {
        Some(old) => *old = row,
        None => rows.push(row),
    }
}

fn charge_view(row: &row::ChargeRow, old: Option<&ChargeRow>) -> ChargeRow {
    // A row that has ended keeps no auth code.
    let code = row.auth_code.as_ref().and_then(|code| code.parse().ok());
    ChargeRow {
        bill: row.out_trade_no.parse().unwrap_or_default(),
        attempt: u8::try_from(row.attempt).unwrap_or(u8::MAX),
        device: row.device_id.parse().unwrap_or_default(),
        fen: row.total_fen,
        code: code.or(old.map(|old| old.code)).unwrap_or_default(),
        state: row.state,
        dm_id: or_empty(&row.dm_id).to_owned(),
        evidence: row.evidence.clone(),
        person: row.needs_person.is_some(),
        reported: row.told_ms.is_some(),
        listed: row.is_unfinished || row.to_void,
        wall: row.started_ms,
    }
}

fn refund_view(row: &row::RefundRow) -> RefundRow {
    RefundRow {
        number: refund_number(&row.out_refund_no),
        dm_id: row.dm_id.clone(),
        fen: row.refund_fen,
        state: row.state,
        before: row.before.to_text(),
        known: row.known.clone(),
        lines: row.lines.clone(),
    }
}

/// The numbers of refunds that reconciliation found to be made elsewhere start here.
const ELSEWHERE: u16 = 40_000;

/// The numbers of the refunds of voids start here.
const VOIDS: u16 = 50_000;

/// Returns a refund's number as the oracle knows it. The library derives its own from the charge's number and
/// a counter.
pub fn refund_number(out_refund_no: &str) -> u16 {
    let from = |first: u16, number: &str| {
        let (charge, time) = number.split_once('-').unwrap_or_default();
        let (charge, time): (u16, u16) = (charge.parse().unwrap_or(0), time.parse().unwrap_or(0));
        first + charge * 16 + time
    };
    if let Some(number) = out_refund_no.strip_prefix("void-elsewhere-") {
        from(ELSEWHERE, number)
    } else if let Some(number) = out_refund_no.strip_prefix("void-") {
        from(VOIDS, number)
    } else {
        out_refund_no.parse().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wsy::protocol::auth_code::AuthCode;
    use wsy::protocol::receipt::Placeholders;

    use crate::faults::Rates;
    use std::collections::BTreeSet;

    fn charge(state: ChargeState) -> Write {
        let new = row::NewCharge {
            out_trade_no: "1",
            device_id: "",
            server: "",
            total_fen: 100,
            wallet: &row::Wallet::default(),
            auth_code: &AuthCode::parse("280000000000000001").unwrap(),
            sealed_code: "280000000000000001",
            operator_id: "",
            placeholders: &Placeholders::default(),
            started: &row::Moment { ms: 0, day: String::new() },
        };
        Write::Charge(row::ChargeRow { state, ..row::ChargeRow::begun(&new, 1, 1) })
    }

    #[test]
    fn what_was_synced_survives_every_crash() {
        for draw in 0..8 {
            let (mut disk, mut injector) = (Disk::default(), FaultInjector::calm());
            for state in [ChargeState::Open, ChargeState::Paid] {
                assert_eq!(
                    disk.write(charge(state), &mut injector, FailPoint::ChargeIntent, 1),
                    Written::Done
                );
            }
            disk.crash(draw % 2 == 0, draw);
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
            let mut injector = FaultInjector::new(seed, rates, BTreeSet::new());
            let mut disk = Disk::default();
            if disk.write(charge(ChargeState::Open), &mut injector, FailPoint::ChargeIntent, 1)
                == Written::Failed("cannot sync")
            {
                assert!(disk.ledger.charges.is_empty());
                disk.crash(true, seed);
                seen[disk.ledger.charges.len()] += 1;
            }
        }
        assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    }

    #[test]
    fn what_a_lying_disk_loses_is_named() {
        let rates = |seed| (Rates::of(seed), seed);
        let lies = |(rates, _): &(Rates, u64)| {
            rates.get(Fault::SyncLies) > 0
                && [Fault::WriteFails, Fault::SyncFails, Fault::TornWrite].iter().all(|f| rates.get(*f) == 0)
        };
        let mut losses = 0;
        for (rates, seed) in (0..4_000).map(rates).filter(lies) {
            let (mut disk, mut injector) =
                (Disk::default(), FaultInjector::new(seed, rates, BTreeSet::new()));
            disk.write(charge(ChargeState::Open), &mut injector, FailPoint::ChargeIntent, 1);
            if disk.crash(true, 0) == [Lost::Charge(1, 280_000_000_000_000_001)] {
                assert!(disk.ledger.charges.is_empty() && disk.tables.charges.is_empty());
                losses += 1;
            }
        }
        assert!(losses > 0);
    }
}
