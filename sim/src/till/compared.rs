//! A till's ledger beside a second one, where there is one: every write goes to both, and both must return
//! the same results.

use std::fmt::Debug;
use std::rc::Rc;

use wsy::driver::{Context, Error, Exchange, Kind, Level, RowId, Store};
use wsy::non_empty::NonEmpty;
use wsy::payment::bill::LatePayment;
use wsy::payment::decision::Decision;
use wsy::payment::evidence::{Evidence, Tie};
use wsy::payment::policy::Policy;
use wsy::payment::reconciliation::NewAlarm;
use wsy::payment::refund::Known;
use wsy::payment::row::{ChargeRow, Moment as Wall, NewCharge, NewRefund, RefundRow};
use wsy::payment::{LedgerError, Millis, PersistError};
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::request::Device;
use wsy::protocol::sentences::Taught;

use super::context::StepContext;
use super::{Lock, Moment, Till};

/// The context of a task for one step.
pub struct Compared<'a> {
    /// The till's own ledger, clocks and numbers.
    pub context: StepContext<'a>,
}

impl<'a> Compared<'a> {
    /// Creates the context of a task that is not one of the till's runs.
    pub fn new<'m: 'a>(
        till: &'a mut Till,
        moment: &'a mut Moment<'m>,
        is_resumed: bool,
        occasion: u64,
    ) -> Self {
        Self { context: StepContext::new(till, moment, is_resumed, occasion) }
    }

    /// Whether a request can be made: a row's requests go to the server that the row names.
    pub fn reaches_for(&self, exchange: &Exchange) -> bool {
        match &exchange.kind {
            Kind::Question(server) | Kind::QuestionBeforeMoney(server) | Kind::Money(server) => {
                server.as_ref().is_none_or(|server| self.reaches(server))
            }
        }
    }

    /// Returns the result of the till's ledger after comparing it with the twin's. What failed here is not
    /// tried there.
    fn same<T: PartialEq + Debug, E>(
        &self,
        what: &str,
        here: Result<T, E>,
        there: impl FnOnce(&dyn Store) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: std::fmt::Display,
    {
        if let (Ok(here), Some(twin)) = (&here, &self.context.disk.borrow().twin) {
            twin.compare(what, here, |store| there(store).map_err(|error| error.to_string()));
        }
        here
    }
}

impl Store for Compared<'_> {
    fn charges(&self, out_trade_no: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.same("charges", self.context.charges(out_trade_no), |store| store.charges(out_trade_no))
    }

    fn charge(&self, id: i64) -> Result<ChargeRow, LedgerError> {
        self.same("charge", self.context.charge(id), |store| store.charge(id))
    }

    fn charges_with_code(&self, code_print: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.same("charges_with_code", self.context.charges_with_code(code_print), |store| {
            store.charges_with_code(code_print)
        })
    }

    fn open_charges(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.same("open_charges", self.context.open_charges(), |store| store.open_charges())
    }

    fn charge_of_order(&self, dm_id: &str) -> Result<Option<ChargeRow>, LedgerError> {
        self.same("charge_of_order", self.context.charge_of_order(dm_id), |store| {
            store.charge_of_order(dm_id)
        })
    }

    fn other_owner(&self, id: i64, dm_id: &str, tie: Tie) -> Result<Option<String>, LedgerError> {
        self.same("other_owner", self.context.other_owner(id, dm_id, tie), |store| {
            store.other_owner(id, dm_id, tie)
        })
    }

    fn paid_there(&self, out_trade_no: &str) -> Result<Vec<LatePayment>, LedgerError> {
        self.same("paid_there", self.context.paid_there(out_trade_no), |store| store.paid_there(out_trade_no))
    }

    fn is_decided_paid(&self, out_trade_no: &str) -> Result<bool, LedgerError> {
        self.same("is_decided_paid", self.context.is_decided_paid(out_trade_no), |store| {
            store.is_decided_paid(out_trade_no)
        })
    }

    fn bill_paid_there(&self, dm_id: &str) -> Result<Option<String>, LedgerError> {
        self.same("bill_paid_there", self.context.bill_paid_there(dm_id), |store| {
            store.bill_paid_there(dm_id)
        })
    }

    fn refund(&self, out_refund_no: &str) -> Result<Option<RefundRow>, LedgerError> {
        self.same("refund", self.context.refund(out_refund_no), |store| store.refund(out_refund_no))
    }

    fn refunds_of_order(&self, dm_id: &str) -> Result<Vec<RefundRow>, LedgerError> {
        self.same("refunds_of_order", self.context.refunds_of_order(dm_id), |store| {
            store.refunds_of_order(dm_id)
        })
    }

    fn open_refunds(&self) -> Result<Vec<RefundRow>, LedgerError> {
        self.same("open_refunds", self.context.open_refunds(), |store| store.open_refunds())
    }

    fn begin_charge(&self, new: &NewCharge<'_>) -> Result<ChargeRow, LedgerError> {
        self.same("begin_charge", self.context.begin_charge(new), |store| store.begin_charge(new))
    }

    fn write_charge(&self, row: &ChargeRow) -> Result<Option<NonEmpty>, PersistError> {
        self.same("write_charge", self.context.write_charge(row), |store| store.write_charge(row))
    }

    fn begin_refund(&self, new: &NewRefund<'_>) -> Result<RefundRow, LedgerError> {
        self.same("begin_refund", self.context.begin_refund(new), |store| store.begin_refund(new))
    }

    fn note_refund(&self, new: &NewRefund<'_>) -> Result<(), PersistError> {
        self.same("note_refund", self.context.note_refund(new), |store| store.note_refund(new))
    }

    fn write_refund(&self, row: &RefundRow) -> Result<Option<NonEmpty>, PersistError> {
        self.same("write_refund", self.context.write_refund(row), |store| store.write_refund(row))
    }

    fn charges_to_reconcile(&self, day: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        // A world is one day.
        self.context.charges_to_reconcile(day)
    }

    fn refunds_to_reconcile(&self, day: &str) -> Result<Vec<RefundRow>, LedgerError> {
        // A world is one day.
        self.context.refunds_to_reconcile(day)
    }

    fn set_reconciled(&self, rows: &[RowId]) -> Result<(), LedgerError> {
        self.same("set_reconciled", self.context.set_reconciled(rows), |store| store.set_reconciled(rows))
    }

    fn raise(&self, alarm: &NewAlarm, now: &Wall) -> Result<(), LedgerError> {
        self.same("raise", self.context.raise(alarm, now), |store| store.raise(alarm, now))
    }

    fn set_told(&self, charge: i64, told_ms: Option<i64>) -> Result<(), LedgerError> {
        self.same("set_told", self.context.set_told(charge, told_ms), |store| store.set_told(charge, told_ms))
    }

    fn unfinished(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.same("unfinished", self.context.unfinished(), |store| store.unfinished())
    }

    fn decide_charge(
        &self,
        row: &ChargeRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Wall,
    ) -> Result<Option<NonEmpty>, LedgerError> {
        self.same("decide_charge", self.context.decide_charge(row, decision, ends_wish, now), |store| {
            store.decide_charge(row, decision, ends_wish, now)
        })
    }

    fn decide_refund(
        &self,
        row: &RefundRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Wall,
    ) -> Result<Option<NonEmpty>, LedgerError> {
        self.same("decide_refund", self.context.decide_refund(row, decision, ends_wish, now), |store| {
            store.decide_refund(row, decision, ends_wish, now)
        })
    }

    fn wish_void(&self, out_trade_no: &str, to_void: bool) -> Result<(), LedgerError> {
        self.same("wish_void", self.context.wish_void(out_trade_no, to_void), |store| {
            store.wish_void(out_trade_no, to_void)
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
        self.context.now
    }

    /// A world is one day.
    fn moment(&self) -> Wall {
        Wall { ms: self.context.wall, day: String::new() }
    }

    /// This platform's responses name no time.
    fn platform_time(&self) -> String {
        String::new()
    }

    fn lock(&self, kind: &str, number: &str) -> Result<Lock, Error> {
        let lock: Lock = Rc::from(format!("{kind} {number}"));
        let mut taken = self.context.taken.borrow_mut();
        if self.context.others.iter().any(|run| run.holds(&lock)) || taken.contains(&lock) {
            return Err(Error::Busy(lock.to_string()));
        }
        taken.push(Rc::clone(&lock));
        Ok(lock)
    }

    fn noted(&self, row: RowId) -> Option<Millis> {
        self.context.memory.borrow().noted(row, self.context.now)
    }

    fn note(&self, row: RowId) {
        self.context.memory.borrow_mut().note(row, self.context.now);
    }

    fn unwritten(&self, charge: i64) -> Option<Evidence> {
        self.context.memory.borrow().unwritten.get(&charge).cloned()
    }

    fn keep_unwritten(&self, charge: i64, heard: Option<Evidence>) {
        let unwritten = &mut self.context.memory.borrow_mut().unwritten;
        match heard {
            Some(heard) => unwritten.insert(charge, heard),
            None => unwritten.remove(&charge),
        };
    }

    fn untold(&self) -> Vec<i64> {
        self.context.memory.borrow().unheard.iter().copied().collect()
    }

    fn keep_untold(&self, charge: i64, is_untold: bool) {
        let unheard = &mut self.context.memory.borrow_mut().unheard;
        if is_untold {
            unheard.insert(charge)
        } else {
            unheard.remove(&charge)
        };
    }

    fn unwritten_refund(&self, refund: i64) -> Option<Known> {
        self.context.memory.borrow().unwritten_refunds.get(&refund).cloned()
    }

    fn keep_unwritten_refund(&self, refund: i64, heard: Option<Known>) {
        let unwritten = &mut self.context.memory.borrow_mut().unwritten_refunds;
        match heard {
            Some(heard) => unwritten.insert(refund, heard),
            None => unwritten.remove(&refund),
        };
    }

    fn opened(&self) -> Millis {
        self.context.memory.borrow().opened
    }

    fn device(&self) -> Option<Device> {
        Some((*self.context.identity.device).clone())
    }

    fn server(&self) -> String {
        self.context.identity.server.to_owned()
    }

    fn reaches(&self, server: &str) -> bool {
        server == self.context.identity.server
    }

    fn policy(&self, deadline_ms: Option<Millis>) -> Policy {
        Policy { deadline_ms: deadline_ms.unwrap_or(self.context.policy.deadline_ms), ..self.context.policy }
    }

    fn seal(&self, code: &AuthCode) -> std::io::Result<String> {
        Ok(code.reveal().to_owned())
    }

    fn print(&self, code: &AuthCode) -> String {
        code.fingerprint()
    }

    fn unseal(&self, sealed: &str) -> std::io::Result<String> {
        Ok(sealed.to_owned())
    }

    fn taught(&self) -> &Taught {
        &self.context.identity.taught
    }

    fn refused(&self, _info: &str) {}

    fn log(&self, _level: Level, _line: impl FnOnce() -> String) {}
}
