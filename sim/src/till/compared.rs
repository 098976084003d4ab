//! A till's ledger beside another one, where there is one: whatever is written goes to both, and both have to say the same.

use std::fmt::Debug;
use std::rc::Rc;

use wsy::driver::{Context, Error, Exchange, Kind, LedgerError, Level, RowId, Store};
use wsy::payment::bill::LatePayment;
use wsy::payment::decision::Decision;
use wsy::payment::evidence::{Evidence, Tie};
use wsy::payment::policy::Policy;
use wsy::payment::reconciliation::NewAlarm;
use wsy::payment::refund::Known;
use wsy::payment::row::{ChargeRow, Moment as Wall, NewCharge, NewRefund, RefundRow};
use wsy::payment::{Millis, PersistError};
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::request::Device;
use wsy::protocol::sentences::Taught;

use super::desk::Desk;
use super::{Lock, Moment, Till};

/// What a task runs in, for one step.
pub struct Compared<'a> {
    /// Its own ledger and the rest.
    pub desk: Desk<'a>,
}

impl<'a> Compared<'a> {
    /// For a task that is none of the till's runs.
    pub fn new<'m: 'a>(
        till: &'a mut Till,
        moment: &'a mut Moment<'m>,
        is_resumed: bool,
        occasion: u64,
    ) -> Self {
        Self { desk: Desk::new(till, moment, is_resumed, occasion) }
    }

    /// Whether a request can be made: a row's requests go to the row's own server.
    pub fn reaches_for(&self, exchange: &Exchange) -> bool {
        match &exchange.kind {
            Kind::Question(server) | Kind::Money(server) => server.is_empty() || self.reaches(server),
        }
    }

    /// What is here, after it was compared with what is there. What failed here is not tried there.
    fn same<T: PartialEq + Debug, E>(
        &self,
        what: &str,
        here: Result<T, E>,
        there: impl FnOnce(&dyn Store) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: std::fmt::Display,
    {
        if let (Ok(here), Some(twin)) = (&here, &self.desk.disk.borrow().twin) {
            twin.compare(what, here, |store| there(store).map_err(|error| error.to_string()));
        }
        here
    }
}

impl Store for Compared<'_> {
    fn charges(&self, out_trade_no: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.same("charges", self.desk.charges(out_trade_no), |store| store.charges(out_trade_no))
    }

    fn charge(&self, id: i64) -> Result<ChargeRow, LedgerError> {
        self.same("charge", self.desk.charge(id), |store| store.charge(id))
    }

    fn charges_with_code(&self, code_print: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.same("charges_with_code", self.desk.charges_with_code(code_print), |store| {
            store.charges_with_code(code_print)
        })
    }

    fn open_charges(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.same("open_charges", self.desk.open_charges(), |store| store.open_charges())
    }

    fn charge_of_order(&self, dm_id: &str) -> Result<Option<ChargeRow>, LedgerError> {
        self.same("charge_of_order", self.desk.charge_of_order(dm_id), |store| store.charge_of_order(dm_id))
    }

    fn other_owner(&self, id: i64, dm_id: &str, tie: Tie) -> Result<Option<String>, LedgerError> {
        self.same("other_owner", self.desk.other_owner(id, dm_id, tie), |store| {
            store.other_owner(id, dm_id, tie)
        })
    }

    fn paid_there(&self, out_trade_no: &str) -> Result<Vec<LatePayment>, LedgerError> {
        self.same("paid_there", self.desk.paid_there(out_trade_no), |store| store.paid_there(out_trade_no))
    }

    fn bill_paid_there(&self, dm_id: &str) -> Result<Option<String>, LedgerError> {
        self.same("bill_paid_there", self.desk.bill_paid_there(dm_id), |store| store.bill_paid_there(dm_id))
    }

    fn refund(&self, out_refund_no: &str) -> Result<Option<RefundRow>, LedgerError> {
        self.same("refund", self.desk.refund(out_refund_no), |store| store.refund(out_refund_no))
    }

    fn refunds_of_order(&self, dm_id: &str) -> Result<Vec<RefundRow>, LedgerError> {
        self.same("refunds_of_order", self.desk.refunds_of_order(dm_id), |store| {
            store.refunds_of_order(dm_id)
        })
    }

    fn open_refunds(&self) -> Result<Vec<RefundRow>, LedgerError> {
        self.same("open_refunds", self.desk.open_refunds(), |store| store.open_refunds())
    }

    fn begin_charge(&self, new: &NewCharge<'_>) -> Result<ChargeRow, LedgerError> {
        self.same("begin_charge", self.desk.begin_charge(new), |store| store.begin_charge(new))
    }

    fn write_charge(&self, row: &ChargeRow) -> Result<String, PersistError> {
        self.same("write_charge", self.desk.write_charge(row), |store| store.write_charge(row))
    }

    fn begin_refund(&self, new: &NewRefund<'_>) -> Result<RefundRow, LedgerError> {
        self.same("begin_refund", self.desk.begin_refund(new), |store| store.begin_refund(new))
    }

    fn note_refund(&self, new: &NewRefund<'_>) -> Result<(), PersistError> {
        self.same("note_refund", self.desk.note_refund(new), |store| store.note_refund(new))
    }

    fn write_refund(&self, row: &RefundRow) -> Result<String, PersistError> {
        self.same("write_refund", self.desk.write_refund(row), |store| store.write_refund(row))
    }

    fn charges_to_reconcile(&self, day: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        // A world is one day.
        self.desk.charges_to_reconcile(day)
    }

    fn refunds_to_reconcile(&self, day: &str) -> Result<Vec<RefundRow>, LedgerError> {
        // A world is one day.
        self.desk.refunds_to_reconcile(day)
    }

    fn set_reconciled(&self, rows: &[RowId]) -> Result<(), LedgerError> {
        self.same("set_reconciled", self.desk.set_reconciled(rows), |store| store.set_reconciled(rows))
    }

    fn raise(&self, alarm: &NewAlarm, now: &Wall) -> Result<(), LedgerError> {
        self.same("raise", self.desk.raise(alarm, now), |store| store.raise(alarm, now))
    }

    fn set_told(&self, charge: i64, told_ms: Option<i64>) -> Result<(), LedgerError> {
        self.same("set_told", self.desk.set_told(charge, told_ms), |store| store.set_told(charge, told_ms))
    }

    fn unfinished(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.same("unfinished", self.desk.unfinished(), |store| store.unfinished())
    }

    fn decide_charge(
        &self,
        row: &ChargeRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Wall,
    ) -> Result<String, LedgerError> {
        self.same("decide_charge", self.desk.decide_charge(row, decision, ends_wish, now), |store| {
            store.decide_charge(row, decision, ends_wish, now)
        })
    }

    fn decide_refund(
        &self,
        row: &RefundRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Wall,
    ) -> Result<String, LedgerError> {
        self.same("decide_refund", self.desk.decide_refund(row, decision, ends_wish, now), |store| {
            store.decide_refund(row, decision, ends_wish, now)
        })
    }

    fn wish_void(&self, out_trade_no: &str, wish: bool) -> Result<(), LedgerError> {
        self.same("wish_void", self.desk.wish_void(out_trade_no, wish), |store| {
            store.wish_void(out_trade_no, wish)
        })
    }
}

impl Context for Compared<'_> {
    type Store = Self;
    type Lock = Lock;

    fn store(&self) -> &Self {
        self
    }

    fn now(&self) -> Millis {
        self.desk.now
    }

    /// A world is one day.
    fn moment(&self) -> Wall {
        Wall { ms: self.desk.wall, day: String::new() }
    }

    /// This platform's answers name no time.
    fn platform_time(&self) -> String {
        String::new()
    }

    fn lock(&self, kind: &str, number: &str) -> Result<Lock, Error> {
        let lock: Lock = Rc::from(format!("{kind} {number}"));
        let mut taken = self.desk.taken.borrow_mut();
        if self.desk.others.iter().any(|run| run.holds(&lock)) || taken.contains(&lock) {
            return Err(Error::Busy(lock.to_string()));
        }
        taken.push(Rc::clone(&lock));
        Ok(lock)
    }

    fn noted(&self, row: RowId) -> Option<Millis> {
        self.desk.memory.borrow().noted(row, self.desk.now)
    }

    fn note(&self, row: RowId) {
        self.desk.memory.borrow_mut().note(row, self.desk.now);
    }

    fn unwritten(&self, charge: i64) -> Option<Evidence> {
        self.desk.memory.borrow().unwritten.get(&charge).cloned()
    }

    fn keep_unwritten(&self, charge: i64, heard: Option<Evidence>) {
        let unwritten = &mut self.desk.memory.borrow_mut().unwritten;
        match heard {
            Some(heard) => unwritten.insert(charge, heard),
            None => unwritten.remove(&charge),
        };
    }

    fn untold(&self) -> Vec<i64> {
        self.desk.memory.borrow().untold.iter().copied().collect()
    }

    fn keep_untold(&self, charge: i64, is_untold: bool) {
        let untold = &mut self.desk.memory.borrow_mut().untold;
        if is_untold {
            untold.insert(charge)
        } else {
            untold.remove(&charge)
        };
    }

    fn unwritten_refund(&self, refund: i64) -> Option<Known> {
        self.desk.memory.borrow().unwritten_refunds.get(&refund).cloned()
    }

    fn keep_unwritten_refund(&self, refund: i64, heard: Option<Known>) {
        let unwritten = &mut self.desk.memory.borrow_mut().unwritten_refunds;
        match heard {
            Some(heard) => unwritten.insert(refund, heard),
            None => unwritten.remove(&refund),
        };
    }

    fn opened(&self) -> Millis {
        self.desk.memory.borrow().opened
    }

    fn device(&self) -> Option<Device> {
        Some((*self.desk.place.device).clone())
    }

    fn server(&self) -> String {
        self.desk.place.server.to_owned()
    }

    fn reaches(&self, server: &str) -> bool {
        server == self.desk.place.server
    }

    fn policy(&self, deadline_ms: Option<Millis>) -> Policy {
        Policy { deadline_ms: deadline_ms.unwrap_or(self.desk.policy.deadline_ms), ..self.desk.policy }
    }

    fn seal(&self, code: &AuthCode) -> std::io::Result<String> {
        Ok(code.reveal().to_owned())
    }

    fn unseal(&self, sealed: &str) -> std::io::Result<String> {
        Ok(sealed.to_owned())
    }

    fn taught(&self) -> &Taught {
        &self.desk.place.taught
    }

    fn refused(&self, _info: &str) {}

    fn log(&self, _level: Level, _line: impl FnOnce() -> String) {}
}
