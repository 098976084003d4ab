//! Voiding a bill: settles it, then refunds what is left of every order found to be paid. The request to void
//! stays on record until that is done, so a power cut cannot lose it.

use std::collections::VecDeque;

use crate::driver::error::{Error, NoBill};
use crate::driver::refund::admit_numbered;
use crate::driver::settle::Attempts;
use crate::driver::{
    ChargeReport, Context, Found, Progress, RefundAdmission, RefundReport, RefundRequest, RefundTask,
    RefundVerdict, Step, Store, Task, Which, account,
};
use crate::non_empty::NonEmpty;
use crate::payment::admission;
use crate::payment::bill::{Account, ChargeState, Standing};
use crate::payment::refund::Amount;
use crate::payment::row::ChargeRow;
use crate::payment::{Delivery, Millis};
use crate::protocol::amount::Fen;
use crate::protocol::request::Extra;

/// The outcome of a void.
#[derive(Clone, Debug)]
pub enum VoidReport {
    /// There was nothing to void: the bill is not paid, or a person decided its outcome.
    Nothing(ChargeReport),
    /// It is unknown whether there is anything to void.
    Unknown(ChargeReport),
    /// The bill was paid; this is its refund.
    Refund(RefundReport),
    /// One order has this refund, but not everything was done, for the given reason. The request to void
    /// stands.
    Partly(RefundReport, Error),
}

/// A running void.
#[derive(Clone, Debug)]
pub struct VoidTask<K> {
    out_trade_no: String,
    deadline_ms: Option<Millis>,
    /// The deadline that all refunds share, once they have begun.
    deadline: Millis,
    attempts: Attempts<K>,
    phase: Phase<K>,
    cancelled: bool,
    /// Whether the refund of an order has begun.
    is_begun: bool,
    /// The paid orders handled so far.
    orders: Vec<NonEmpty>,
    /// The refund report that matters most to what is still to be voided.
    worst: Option<RefundReport>,
    /// Why an order was not refunded; the first such error.
    failed: Option<Error>,
}

#[derive(Clone, Debug)]
enum Phase<K> {
    Settling,
    Refunding { left: VecDeque<ChargeRow>, refund: Option<Box<RefundTask<K>>> },
}

impl<K: Clone> VoidTask<K> {
    /// Begins: the request to void is on record when this returns, and nothing has been sent.
    pub fn begin<C: Context<Lock = K>>(
        context: &C,
        out_trade_no: &str,
        deadline_ms: Option<Millis>,
    ) -> Result<Self, Error> {
        let lock = context.lock("bill", out_trade_no)?;
        wish_void(context, out_trade_no)?;
        Ok(Self {
            out_trade_no: out_trade_no.to_owned(),
            deadline_ms,
            deadline: 0,
            attempts: Attempts::begin(context, out_trade_no, deadline_ms, false, lock)?,
            phase: Phase::Settling,
            cancelled: false,
            is_begun: false,
            orders: Vec::new(),
            worst: None,
            failed: None,
        })
    }

    /// The caller's number of the bill.
    pub fn number(&self) -> &str {
        &self.out_trade_no
    }

    /// The charges that are settled first, for observers.
    pub const fn attempts(&self) -> &Attempts<K> {
        &self.attempts
    }

    /// Whether the charges are still being settled.
    pub const fn is_settling(&self) -> bool {
        matches!(self.phase, Phase::Settling)
    }

    /// The running refund, for observers.
    pub fn refund(&self) -> Option<&RefundTask<K>> {
        match &self.phase {
            Phase::Refunding { refund: Some(task), .. } => Some(task),
            _ => None,
        }
    }

    /// How many orders are left to refund.
    pub fn left(&self) -> usize {
        match &self.phase {
            Phase::Refunding { left, .. } => left.len(),
            Phase::Settling => 0,
        }
    }

    /// The refund report that matters most to what is still to be voided.
    pub const fn worst(&self) -> Option<&RefundReport> {
        self.worst.as_ref()
    }

    fn settled<C: Context<Lock = K>>(&mut self, context: &C) -> Result<(), Error> {
        self.deadline = context.now().saturating_add(context.policy(self.deadline_ms).deadline_ms);
        self.phase = Phase::Refunding { left: self.new_orders(context)?, refund: None };
        Ok(())
    }

    /// Adds the paid orders not handled so far: a late payment may be found while the void runs.
    fn new_orders<C: Context>(&mut self, context: &C) -> Result<VecDeque<ChargeRow>, Error> {
        let rows = account(context, &self.out_trade_no)?.rows;
        let paid = rows.into_iter().filter(|row| row.state == ChargeState::Paid);
        let new = paid.filter(|row| row.dm_id.as_ref().is_some_and(|order| !self.orders.contains(order)));
        let new: VecDeque<_> = new.collect();
        self.orders.extend(new.iter().filter_map(|row| row.dm_id.clone()));
        Ok(new)
    }

    /// Begins to refund what is left of one paid order.
    fn refund_order<C: Context<Lock = K>>(
        &mut self,
        context: &C,
        row: &ChargeRow,
    ) -> Result<Option<RefundTask<K>>, Error> {
        let Some(order) = row.paid_order() else { return Ok(None) };
        let bill = account(context, &self.out_trade_no)?.bill;
        let refunds = context.store().refunds_of_order(order)?;
        let Some(wanted) = admission::void_refund(&bill, row, &refunds) else { return Ok(None) };
        let Some(refund) = i32::try_from(wanted.fen).ok().and_then(|fen| Fen::new(fen).ok()) else {
            return Ok(None);
        };
        let request = RefundRequest {
            out_refund_no: wanted.number,
            bill: Which { dm_id: Some(order.to_owned()), ..Which::default() },
            refund,
            paytype: None,
            extra: Extra::default(),
            deadline_ms: Some(self.deadline.saturating_sub(context.now())),
        };
        let amount = Amount::Left { most: refund, charged_fen: i64::from(row.total_fen) };
        match admit_numbered(context, request, amount, |_| Ok(Found::of(row, order)))? {
            RefundAdmission::Recorded(report) => {
                self.take(*report);
                Ok(None)
            }
            RefundAdmission::Run(_) if self.is_begun && context.now() >= self.deadline => Err(Error::NoTime),
            RefundAdmission::Run(mut task) => {
                self.is_begun = true;
                if self.cancelled {
                    Task::<C>::cancel(task.as_mut());
                }
                Ok(Some(*task))
            }
        }
    }

    fn take(&mut self, report: RefundReport) {
        let weight = |verdict: RefundVerdict| match verdict {
            RefundVerdict::Unknown => 3,
            RefundVerdict::NotRefunded => 2,
            RefundVerdict::Decided => 1,
            RefundVerdict::Refunded => 0,
        };
        if self.worst.as_ref().is_none_or(|worst| weight(report.verdict) >= weight(worst.verdict)) {
            self.worst = Some(report);
        }
    }

    fn refunded<C: Context<Lock = K>>(
        &mut self,
        context: &C,
        order: &str,
        end: Result<RefundReport, Error>,
    ) -> Result<(), Error> {
        match end {
            Ok(report) => self.take(report),
            // The back office has refunded it, and that is on record.
            Err(Error::RefundTooMuch { .. })
                if account(context, &self.out_trade_no)?.bill.captured_fen(order) == 0 => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Builds the report. An error promises that nothing was sent, so once one order has a refund, a failure
    /// leaves the void partly done instead.
    fn end<C: Context<Lock = K>>(&mut self, context: &C) -> Result<VoidReport, Error> {
        let worst = self.worst.take();
        let end = match self.failed.take() {
            Some(error) => Err(error),
            None => self.conclude(context, worst.clone()),
        };
        match (end, worst) {
            (Err(error), Some(report)) => Ok(VoidReport::Partly(report, error)),
            (end, _) => end,
        }
    }

    fn conclude<C: Context<Lock = K>>(
        &self,
        context: &C,
        worst: Option<RefundReport>,
    ) -> Result<VoidReport, Error> {
        let account = account(context, &self.out_trade_no)?;
        let open = account.rows.iter().rfind(|row| row.state == ChargeState::Open);
        let report = match (worst, open) {
            (Some(report), _) if report.verdict != RefundVerdict::Refunded => VoidReport::Refund(report),
            (_, Some(row)) => return Ok(VoidReport::Unknown(self.attempts.report(row))),
            (Some(report), None) => VoidReport::Refund(report),
            (None, None) if !self.orders.is_empty() && account.bill.is_void() => {
                end_wish(context, &account)?;
                return Err(Error::AlreadyRefunded(self.out_trade_no.clone()));
            }
            (None, None) => {
                let row = match account.bill.standing() {
                    Standing::Refunded(_) => return Err(Error::AlreadyRefunded(self.out_trade_no.clone())),
                    Standing::Decided(at) => account.rows.get(at),
                    _ => account.rows.last(),
                };
                let row = row.ok_or_else(|| NoBill::Bill(self.out_trade_no.clone()))?;
                VoidReport::Nothing(ChargeReport::recorded(row.clone()))
            }
        };
        match &report {
            // The money is still taken, or may be: the request stands until the bill is voided or a person
            // decides otherwise.
            VoidReport::Refund(RefundReport {
                verdict: RefundVerdict::Unknown | RefundVerdict::NotRefunded,
                ..
            }) => {}
            _ if account.bill.is_void() => end_wish(context, &account)?,
            // Never report a full refund while some money is known to be taken.
            _ => return Err(Error::VoidOpen(self.out_trade_no.clone())),
        }
        Ok(report)
    }
}

impl<C: Context> Task<C> for VoidTask<C::Lock> {
    type End = Result<VoidReport, Error>;

    fn step(&mut self, context: &C) -> Step<Self::End> {
        let (left, refund) = match &mut self.phase {
            Phase::Settling => {
                return self.attempts.step(context).and_then(|settled| {
                    match settled.and_then(|()| self.settled(context)) {
                        Ok(()) => Step::Go,
                        Err(error) => Step::Ended(Err(error)),
                    }
                });
            }
            Phase::Refunding { left, refund } => (left, refund),
        };
        let done = if let Some(mut task) = refund.take() {
            let end = match task.step(context) {
                Step::Ended(end) => end,
                other => {
                    *refund = Some(task);
                    return other.and_then(|_| Step::Go);
                }
            };
            self.refunded(context, task.order(), end)
        } else if let Some(row) = left.pop_front() {
            self.refund_order(context, &row).map(|task| {
                if let (Some(task), Phase::Refunding { refund, .. }) = (task, &mut self.phase) {
                    *refund = Some(Box::new(task));
                }
            })
        } else {
            match self.new_orders(context) {
                Ok(new) if new.is_empty() => return Step::Ended(self.end(context)),
                Ok(new) => self.phase = Phase::Refunding { left: new, refund: None },
                Err(error) => {
                    self.failed.get_or_insert(error);
                    return Step::Ended(self.end(context));
                }
            }
            Ok(())
        };
        if let Err(error) = done {
            self.failed.get_or_insert(error);
        }
        Step::Go
    }

    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>) {
        match &mut self.phase {
            Phase::Settling => self.attempts.hear(context, delivery),
            Phase::Refunding { refund: Some(task), .. } => task.hear(context, delivery),
            Phase::Refunding { refund: None, .. } => {}
        }
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        Task::<C>::cancel(&mut self.attempts);
        if let Phase::Refunding { refund: Some(task), .. } = &mut self.phase {
            Task::<C>::cancel(task.as_mut());
        }
    }

    fn progress(&self, now: Millis) -> Progress {
        match &self.phase {
            Phase::Refunding { refund: Some(task), .. } => Task::<C>::progress(task.as_ref(), now),
            _ => Task::<C>::progress(&self.attempts, now),
        }
    }
}

/// Records the request to void a bill, unless nothing of it is paid or open. Returns whether it is on record;
/// durable when this returns.
pub fn wish_void<C: Context>(context: &C, out_trade_no: &str) -> Result<bool, Error> {
    let bill = account(context, out_trade_no)?.bill;
    if bill.is_void() {
        return Ok(false);
    }
    if !bill.to_void {
        context.store().wish_void(out_trade_no, true)?;
    }
    Ok(true)
}

fn end_wish<C: Context>(context: &C, account: &Account) -> Result<(), Error> {
    match account.rows.first() {
        Some(row) if account.bill.to_void => Ok(context.store().wish_void(&row.out_trade_no, false)?),
        _ => Ok(()),
    }
}
