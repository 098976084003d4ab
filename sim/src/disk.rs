//! The ledger of a till on a disk that may fail: a write lasts only once it is synced, a sync may fail or lie, and a crash
//! leaves of what was not synced what it likes. The rows are the library's; the judge sees its own view of them.

use std::cell::RefCell;
use std::fmt::Debug;
use std::rc::Rc;

use wsy::driver::Store;
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
    /// Where it stands.
    pub state: ChargeState,
    /// The platform's order, if it is known.
    pub dm_id: String,
    /// What is known of it.
    pub evidence: Evidence,
    /// Whether a person has to look.
    pub person: bool,
    /// Whether "paid" was told.
    pub told: bool,
    /// Whether its bill is listed as one to see about, though it is decided.
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
    /// Where it stands.
    pub state: RefundState,
    /// The bill's refunds before, as the library's text.
    pub before: String,
    /// What is known of it.
    pub known: Known,
    /// The lines of the bill that are its own.
    pub lines: Before,
}

/// Both tables as the judge sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ledger {
    /// The charges in the order of their intents.
    pub charges: Vec<ChargeRow>,
    /// The refunds in the order of their intents.
    pub refunds: Vec<RefundRow>,
}

/// Both tables as the library keeps them.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// The charges, by number, starting at 1.
    pub charges: Vec<Rc<row::ChargeRow>>,
    /// The refunds, by number.
    pub refunds: Vec<Rc<row::RefundRow>>,
    /// The alarms in the order in which they were raised.
    pub alarms: Vec<NewAlarm>,
}

impl Tables {
    /// Bills that turned out to be paid after they were reported as not paid.
    pub fn late_payments(&self) -> impl Iterator<Item = &NewAlarm> {
        self.alarms.iter().filter(|alarm| alarm.kind == AlarmKind::PaidThere)
    }
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

/// A write.
#[derive(Clone, Debug)]
pub enum Write {
    /// A new charge, or one in the place of that with its number.
    Charge(row::ChargeRow),
    /// A new refund, or one in the place of that with its number.
    Refund(row::RefundRow),
    /// A new refund in the place of one that was never sent.
    Again(row::RefundRow),
    /// A bill is to be undone, or not any more.
    Wish(String, bool),
    /// An alarm.
    Alarm(NewAlarm),
    /// All of these or none.
    All(Vec<Write>),
}

/// What is on a disk at a moment.
#[derive(Clone, Debug, Default)]
struct Content {
    ledger: Ledger,
    tables: Tables,
}

/// The disk of a till.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// What the process reads, as the judge sees it.
    pub ledger: Ledger,
    /// What the process reads.
    pub tables: Tables,
    /// Whether it is full.
    pub full: bool,
    /// Whether another program has locked the ledger.
    pub locked: bool,
    /// Before each write that is synced as far as the process knows, and yet not on disk; the oldest first.
    lies: Vec<Content>,
    /// With a write that is not synced: gone for the process, perhaps there after a crash.
    ghost: Option<Box<Write>>,
    /// The last writes, until they are looked at.
    changes: Vec<Change>,
    /// Another ledger that everything is written to as well, and that has to say the same.
    pub twin: Option<Twin>,
}

/// A ledger of another make beside that of a till.
#[derive(Clone)]
pub struct Twin {
    /// The ledger.
    pub store: Rc<RefCell<dyn Reopen>>,
    /// Where the two differ.
    differs: Rc<RefCell<Option<String>>>,
}

/// A ledger that survives its process.
pub trait Reopen {
    /// What it has.
    fn store(&self) -> &dyn Store;
    /// Its process has ended, and a new one opens it.
    fn reopen(&mut self);
}

impl Twin {
    /// Of this ledger.
    pub fn new(store: Rc<RefCell<dyn Reopen>>) -> Self {
        Self { store, differs: Rc::default() }
    }

    /// Whether both say the same; if not, that is kept for the judge.
    pub fn compare<T: PartialEq + Debug>(
        &self,
        what: &str,
        here: &T,
        there: impl FnOnce(&dyn Store) -> Result<T, String>,
    ) {
        let there = there(self.store.borrow().store());
        if there.as_ref() != Ok(here) {
            self.differs.borrow_mut().get_or_insert(format!("{what}: {here:?}, and the other {there:?}"));
        }
    }

    /// Where the two differ, once.
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
    /// The last writes, once.
    pub fn changed(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Writes and syncs it.
    pub fn write(
        &mut self,
        write: Write,
        injector: &mut FaultInjector,
        point: FailPoint,
        occasion: u64,
    ) -> Written {
        if self.full || self.locked {
            injector.marks.hit(if self.full { Fault::DiskFull } else { Fault::DiskLocked }, point);
            return Written::Failed("the disk is full or locked");
        }
        if injector.fires(Fault::WriteFails, point, occasion) {
            return Written::Failed("cannot write");
        }
        // What a failed sync left behind is overwritten by the next write.
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
            // Writes are in one order: what follows a lie is on disk no earlier than that.
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
            Write::Wish(bill, wish) => {
                for row in self.tables.charges.iter_mut().filter(|row| row.out_trade_no == bill) {
                    let row = Rc::make_mut(row);
                    let ends = row.to_void && !wish;
                    row.to_void = wish;
                    if ends && row.state == ChargeState::Paid && row.told_ms.is_none() {
                        row.is_unfinished = true;
                    }
                }
            }
        }
    }

    /// Another charge that has the same order by a weaker tie loses it.
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
        let at = place(row.id);
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

    /// The process ends. What it wrote stays in the system's memory, unless the `power` fails as well.
    pub fn crash(&mut self, power: bool, throw: u64) -> Vec<Lost> {
        if let Some(twin) = &self.twin {
            twin.store.borrow_mut().reopen();
        }
        let ghost = self.ghost.take();
        if !power {
            return Vec::new();
        }
        let kept = usize::try_from(throw).unwrap_or(0) % (self.lies.len() + 1);
        let lost = match self.lies.drain(..).nth(kept) {
            None => Vec::new(),
            Some(Content { ledger, tables }) => {
                self.tables = tables;
                let newer = std::mem::replace(&mut self.ledger, ledger);
                lost(&newer, &self.ledger)
            }
        };
        if let Some(write) = ghost.filter(|_| lost.is_empty() && throw.is_multiple_of(2)) {
            self.put(*write);
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

/// What one content has, and an older one has not, or has otherwise.
fn lost(newer: &Ledger, older: &Ledger) -> Vec<Lost> {
    let charges = newer.charges.iter().enumerate().filter(|(at, row)| older.charges.get(*at) != Some(row));
    let refunds = newer.refunds.iter().filter(|row| !older.refunds.contains(row));
    charges
        .map(|(_, row)| Lost::Charge(row.bill, row.code))
        .chain(refunds.map(|row| Lost::Refund(row.number)))
        .collect()
}

/// The place of a charge.
fn place(id: i64) -> usize {
    usize::try_from(id - 1).unwrap_or_default()
}

fn set<T>(rows: &mut Vec<T>, at: usize, row: T) {
    match rows.get_mut(at) {
        Some(old) => *old = row,
        None => rows.push(row),
    }
}

fn charge_view(row: &row::ChargeRow, old: Option<&ChargeRow>) -> ChargeRow {
    // A row that has ended keeps no code.
    let code = row.auth_code.as_ref().and_then(|code| code.parse().ok());
    ChargeRow {
        bill: row.out_trade_no.parse().unwrap_or_default(),
        attempt: u8::try_from(row.attempt).unwrap_or(u8::MAX),
        device: row.device_id.parse().unwrap_or_default(),
        fen: row.total_fen,
        code: code.or(old.map(|old| old.code)).unwrap_or_default(),
        state: row.state,
        dm_id: row.dm_id.clone(),
        evidence: row.evidence.clone(),
        person: !row.needs_person.is_empty(),
        told: row.told_ms.is_some(),
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

/// What reconciling has found to be refunded elsewhere has numbers from here on.
const ELSEWHERE: u16 = 40_000;

/// The refunds of voids have numbers from here on.
pub const VOIDS: u16 = 50_000;

/// The number of a refund as the judge knows it. The library makes its own out of the charge's and how many there were.
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
        for throw in 0..8 {
            let (mut disk, mut injector) = (Disk::default(), FaultInjector::calm());
            for state in [ChargeState::Open, ChargeState::Paid] {
                assert_eq!(
                    disk.write(charge(state), &mut injector, FailPoint::ChargeIntent, 1),
                    Written::Done
                );
            }
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
