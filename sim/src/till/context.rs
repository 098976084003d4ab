//! The context in which the library's driver runs here: a ledger on a disk that may fail, and the clocks and
//! numbers of a till.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wsy::driver::{RowId, Store};
use wsy::non_empty::{NonEmpty, or_empty};
use wsy::payment::bill::{ChargeState, LatePayment, RefundState};
use wsy::payment::decision::Decision;
use wsy::payment::evidence::Tie;
use wsy::payment::policy::Policy;
use wsy::payment::reconciliation::NewAlarm;
use wsy::payment::row::{ChargeRow, Moment as Wall, NewCharge, NewRefund, RefundRow};
use wsy::payment::{Cause, LedgerError, Millis, PersistError};

use super::{Identity, Lock, Memory, Moment, Run, Till};
use crate::disk::{Disk, Write, Written};
use crate::faults::{FailPoint, FaultInjector};

/// The context of a task for one step.
pub struct StepContext<'a> {
    pub(super) identity: &'a Identity,
    pub(super) disk: RefCell<&'a mut Disk>,
    pub(super) memory: RefCell<&'a mut Memory>,
    injector: RefCell<&'a mut FaultInjector>,
    pub(super) now: Millis,
    pub(super) wall: i64,
    /// The till.
    pub till: u8,
    pub(super) policy: Policy,
    /// The other runs of the till.
    pub(super) others: &'a [Rc<Run>],
    /// The locks that the task has taken in this step.
    pub(super) taken: RefCell<Vec<Lock>>,
    /// Whether the task settles what an earlier run left.
    is_resumed: bool,
    /// Identifies what happens now.
    occasion: u64,
    /// Whether the power failed while it wrote.
    torn: Cell<bool>,
}

impl<'a> StepContext<'a> {
    /// Creates the context of a task that is not one of the till's runs.
    pub fn new<'m: 'a>(
        till: &'a mut Till,
        moment: &'a mut Moment<'m>,
        is_resumed: bool,
        occasion: u64,
    ) -> Self {
        Self {
            identity: &till.identity,
            disk: RefCell::new(&mut till.disk),
            memory: RefCell::new(&mut till.memory),
            injector: RefCell::new(moment.injector),
            now: moment.now,
            wall: moment.wall,
            till: till.id,
            policy: till.policy,
            others: &till.runs,
            taken: RefCell::default(),
            is_resumed,
            occasion,
            torn: Cell::new(false),
        }
    }

    /// Whether the power failed while it wrote.
    pub const fn is_torn(&self) -> bool {
        self.torn.get()
    }

    fn write(&self, write: Write, point: FailPoint) -> Result<(), &'static str> {
        if self.torn.get() {
            return Err("the power is off");
        }
        let written =
            self.disk.borrow_mut().write(write, &mut self.injector.borrow_mut(), point, self.occasion);
        match written {
            Written::Done => Ok(()),
            Written::Failed(why) => Err(why),
            Written::Torn => {
                self.torn.set(true);
                Err("the power failed")
            }
        }
    }

    fn charges_where(&self, is_wanted: impl Fn(&ChargeRow) -> bool) -> Vec<ChargeRow> {
        let disk = self.disk.borrow();
        disk.tables.charges.iter().filter(|row| is_wanted(row)).map(|row| (**row).clone()).collect()
    }

    fn refunds_where(&self, is_wanted: impl Fn(&RefundRow) -> bool) -> Vec<RefundRow> {
        let disk = self.disk.borrow();
        disk.tables.refunds.iter().filter(|row| is_wanted(row)).map(|row| (**row).clone()).collect()
    }

    fn charge_point(&self, row: &ChargeRow) -> FailPoint {
        match (row.state, self.is_resumed) {
            (ChargeState::Paid, false) => FailPoint::ChargePaid,
            (ChargeState::Paid, true) => FailPoint::SettlePaid,
            (ChargeState::NotPaid, false) => FailPoint::ChargeNotPaid,
            (ChargeState::NotPaid, true) => FailPoint::SettleNotPaid,
            (ChargeState::NotSent, _) => FailPoint::ChargeNotSent,
            (ChargeState::Open, false) if row.needs_person.is_none() => FailPoint::ChargeKnown,
            (ChargeState::Open, true) if row.needs_person.is_none() => FailPoint::SettleKnown,
            (ChargeState::Open, false) => FailPoint::ChargePerson,
            (ChargeState::Open, true) => FailPoint::SettlePerson,
            (ChargeState::DecidedPaid | ChargeState::DecidedNotPaid, _) => FailPoint::Decision,
        }
    }

    fn refund_point(&self, row: &RefundRow) -> FailPoint {
        match (row.state, self.is_resumed) {
            (RefundState::Refunded, false) => FailPoint::RefundDone,
            (RefundState::Refunded, true) => FailPoint::ResumeDone,
            (RefundState::NotRefunded, false) => FailPoint::RefundNotDone,
            (RefundState::NotRefunded, true) => FailPoint::ResumeNotDone,
            (RefundState::NotSent, _) => FailPoint::RefundNotSent,
            (RefundState::Conflict, false) => FailPoint::RefundConflict,
            (RefundState::Conflict, true) => FailPoint::ResumeConflict,
            (RefundState::Open, false) => FailPoint::RefundKnown,
            (RefundState::Open, true) => FailPoint::ResumeKnown,
            (RefundState::DecidedRefunded | RefundState::DecidedNotRefunded, _) => FailPoint::Decision,
        }
    }

    /// Builds the row of a refund that was not written yet.
    fn new_refund(&self, new: &NewRefund<'_>) -> Result<RefundRow, LedgerError> {
        let known = self.refund(new.out_refund_no)?;
        if known.as_ref().is_some_and(|row| row.state != RefundState::NotSent) {
            return Err(storage("the number is already in use"));
        }
        let others = self.refunds_where(|row| row.out_refund_no != new.out_refund_no);
        Ok(RefundRow::begun(new, others.iter().map(|row| row.id).max().unwrap_or_default() + 1))
    }

    fn put_new(&self, row: &RefundRow) -> Result<(), &'static str> {
        let is_known = !self.refunds_where(|old| old.out_refund_no == row.out_refund_no).is_empty();
        let write = if is_known { Write::Again(row.clone()) } else { Write::Refund(row.clone()) };
        self.write(write, FailPoint::RefundIntent)
    }
}

impl Store for StepContext<'_> {
    fn charges(&self, out_trade_no: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        Ok(self.charges_where(|row| row.out_trade_no == out_trade_no))
    }

    fn charge(&self, id: i64) -> Result<ChargeRow, LedgerError> {
        let found = self.charges_where(|row| row.id == id).pop();
        found.ok_or_else(|| storage(&format!("no charge {id}")))
    }

    fn charges_with_code(&self, code_print: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        Ok(self.charges_where(|row| row.code_print == code_print))
    }

    fn open_charges(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        Ok(self.charges_where(|row| row.state == ChargeState::Open))
    }

    fn charge_of_order(&self, dm_id: &str) -> Result<Option<ChargeRow>, LedgerError> {
        Ok(self.charges_where(|row| row.state.is_paid() && row.order() == Some(dm_id)).pop())
    }

    fn other_owner(&self, id: i64, dm_id: &str, tie: Tie) -> Result<Option<String>, LedgerError> {
        let own = self.charge(id)?.out_trade_no;
        let tables = &self.disk.borrow().tables;
        let owns =
            |row: &&Rc<ChargeRow>| row.id != id && row.order() == Some(dm_id) && row.evidence.tie >= tie;
        let owner = tables.charges.iter().find(owns).map(|row| row.out_trade_no.clone());
        let late = tables
            .late_payments()
            .find(|late| late.dm_id.as_deref() == Some(dm_id) && late.out_trade_no.as_deref() != Some(&own));
        Ok(owner.or_else(|| late?.out_trade_no.clone().map(String::from)))
    }

    fn paid_there(&self, out_trade_no: &str) -> Result<Vec<LatePayment>, LedgerError> {
        let tables = &self.disk.borrow().tables;
        let late = tables.late_payments().filter(|late| late.out_trade_no.as_deref() == Some(out_trade_no));
        let payment = |late: &NewAlarm| LatePayment {
            charge: late.charge,
            dm_id: or_empty(&late.dm_id).to_owned(),
            fen: late.there_fen,
        };
        Ok(late.map(payment).collect())
    }

    fn is_decided_paid(&self, out_trade_no: &str) -> Result<bool, LedgerError> {
        // No person decides anything in a world.
        Ok(!self
            .charges_where(|row| row.out_trade_no == out_trade_no && row.state == ChargeState::DecidedPaid)
            .is_empty())
    }

    fn bill_paid_there(&self, dm_id: &str) -> Result<Option<String>, LedgerError> {
        let tables = &self.disk.borrow().tables;
        let late = tables.late_payments().find(|late| late.dm_id.as_deref() == Some(dm_id));
        Ok(late.and_then(|late| late.out_trade_no.clone()).map(String::from))
    }

    fn charges_to_reconcile(&self, _day: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        Ok(self.charges_where(|_| true))
    }

    fn refunds_to_reconcile(&self, _day: &str) -> Result<Vec<RefundRow>, LedgerError> {
        Ok(self.refunds_where(|_| true))
    }

    fn set_reconciled(&self, _rows: &[RowId]) -> Result<(), LedgerError> {
        // A world is one day, and every walk covers all of it.
        Ok(())
    }

    fn raise(&self, alarm: &NewAlarm, _: &Wall) -> Result<(), LedgerError> {
        if self.disk.borrow().tables.alarms.contains(alarm) {
            return Ok(());
        }
        self.write(Write::Alarm(alarm.clone()), FailPoint::Alarm).map_err(storage)
    }

    fn refund(&self, out_refund_no: &str) -> Result<Option<RefundRow>, LedgerError> {
        Ok(self.refunds_where(|row| row.out_refund_no == out_refund_no).pop())
    }

    fn refunds_of_order(&self, dm_id: &str) -> Result<Vec<RefundRow>, LedgerError> {
        Ok(self.refunds_where(|row| row.dm_id == dm_id))
    }

    fn open_refunds(&self) -> Result<Vec<RefundRow>, LedgerError> {
        Ok(self.refunds_where(|row| row.state == RefundState::Open))
    }

    fn begin_charge(&self, new: &NewCharge<'_>) -> Result<ChargeRow, LedgerError> {
        let (id, attempts) = {
            let charges = &self.disk.borrow().tables.charges;
            (charges.len() + 1, charges.iter().filter(|row| row.out_trade_no == new.out_trade_no).count())
        };
        let number = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        let row = ChargeRow::begun(new, number(id), number(attempts + 1));
        self.write(Write::Charge(row.clone()), FailPoint::ChargeIntent).map_err(storage)?;
        Ok(row)
    }

    fn write_charge(&self, row: &ChargeRow) -> Result<Option<NonEmpty>, PersistError> {
        if let Some(dm_id) = row.order()
            && let Ok(Some(owner)) = self.other_owner(row.id, dm_id, row.evidence.tie)
        {
            return Err(PersistError::OrderTaken(owner));
        }
        let old = self.charge(row.id)?;
        if old.state != ChargeState::Open {
            return Err(PersistError::Closed);
        }
        // A task never sets the request to void, which may have been written since the task read the row.
        let told_ms = row.told_ms.filter(|_| !old.to_void);
        let is_unfinished = row.is_unfinished && !old.to_void;
        let row = ChargeRow { to_void: old.to_void, told_ms, is_unfinished, ..row.clone() };
        let (point, day) = (self.charge_point(&row), row.ended_day.clone());
        self.write(Write::Charge(row), point).map_err(storage)?;
        Ok(day)
    }

    fn begin_refund(&self, new: &NewRefund<'_>) -> Result<RefundRow, LedgerError> {
        let row = self.new_refund(new)?;
        self.put_new(&row).map_err(storage)?;
        Ok(row)
    }

    fn note_refund(&self, new: &NewRefund<'_>) -> Result<(), PersistError> {
        let row = self.new_refund(new)?;
        Ok(self.put_new(&row.made_elsewhere(new.started)?).map_err(storage)?)
    }

    fn write_refund(&self, row: &RefundRow) -> Result<Option<NonEmpty>, PersistError> {
        let is_open = |old: RefundRow| old.id == row.id && old.state == RefundState::Open;
        if !self.refund(&row.out_refund_no).ok().flatten().is_some_and(is_open) {
            return Err(PersistError::Closed);
        }
        let point = self.refund_point(row);
        self.write(Write::Refund(row.clone()), point).map_err(storage)?;
        Ok(row.ended_day.clone())
    }

    fn set_told(&self, charge: i64, told_ms: Option<i64>) -> Result<(), LedgerError> {
        let row = ChargeRow { told_ms, is_unfinished: told_ms.is_none(), ..self.charge(charge)? };
        self.write(Write::Charge(row), FailPoint::ChargeTold).map_err(storage)
    }

    fn unfinished(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        Ok(self.charges_where(|row| row.is_unfinished))
    }

    fn decide_charge(
        &self,
        row: &ChargeRow,
        _: &Decision,
        ends_wish: bool,
        _: &Wall,
    ) -> Result<Option<NonEmpty>, LedgerError> {
        let clear = ends_wish.then(|| Write::ToVoid(row.out_trade_no.clone(), false));
        let all = std::iter::once(Write::Charge(row.clone())).chain(clear).collect();
        self.write(Write::All(all), FailPoint::Decision).map_err(storage)?;
        Ok(row.ended_day.clone())
    }

    fn decide_refund(
        &self,
        row: &RefundRow,
        _: &Decision,
        ends_wish: bool,
        _: &Wall,
    ) -> Result<Option<NonEmpty>, LedgerError> {
        let bill = row.out_trade_no.clone().filter(|_| ends_wish);
        let clear = bill.map(|bill| Write::ToVoid(bill.into(), false));
        let all = std::iter::once(Write::Refund(row.clone())).chain(clear).collect();
        self.write(Write::All(all), FailPoint::Decision).map_err(storage)?;
        Ok(row.ended_day.clone())
    }

    fn wish_void(&self, out_trade_no: &str, to_void: bool) -> Result<(), LedgerError> {
        let point = if to_void { FailPoint::VoidIntent } else { FailPoint::VoidDone };
        self.write(Write::ToVoid(out_trade_no.to_owned(), to_void), point).map_err(storage)
    }
}

fn storage(why: &str) -> LedgerError {
    LedgerError::Storage(Cause::new(why))
}
