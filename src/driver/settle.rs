//! Settling a bill: queries every open attempt concurrently, within one time limit.

use crate::driver::charge::standing_in;
use crate::driver::error::{Error, NoBill};
use crate::driver::group::Group;
use crate::driver::{ChargeReport, ChargeTask, Context, Progress, Step, Task, account};
use crate::payment::bill::{Account, ChargeState};
use crate::payment::row::{ChargeRow, Tells};
use crate::payment::{Delivery, Millis};

/// Settles a bill with queries alone; decided attempts are reported from the record. It is an error if the
/// money went back in full, or may have: whoever gets "paid" may hand over the goods.
#[derive(Clone, Debug)]
pub struct SettleTask<K> {
    out_trade_no: String,
    attempts: Attempts<K>,
}

impl<K: Clone> SettleTask<K> {
    /// Begins. Nothing has been sent when this returns.
    pub fn begin<C: Context<Lock = K>>(
        context: &C,
        out_trade_no: &str,
        deadline_ms: Option<Millis>,
    ) -> Result<Self, Error> {
        let lock = context.lock("bill", out_trade_no)?;
        let attempts = Attempts::begin(context, out_trade_no, deadline_ms, true, lock)?;
        Ok(Self { out_trade_no: out_trade_no.to_owned(), attempts })
    }

    /// The charges that are being settled, for observers.
    pub const fn attempts(&self) -> &Attempts<K> {
        &self.attempts
    }
}

impl<C: Context> Task<C> for SettleTask<C::Lock> {
    type End = Result<ChargeReport, Error>;

    fn step(&mut self, context: &C) -> Step<Self::End> {
        let Self { out_trade_no, attempts } = self;
        attempts.step(context).and_then(|settled| {
            Step::Ended(settled.and_then(|()| {
                let account = account(context, out_trade_no)?;
                standing_in(context, &account, out_trade_no, None, &attempts.reports)
            }))
        })
    }

    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>) {
        self.attempts.hear(context, delivery);
    }

    fn cancel(&mut self) {
        Task::<C>::cancel(&mut self.attempts);
    }

    fn progress(&self, now: Millis) -> Progress {
        Task::<C>::progress(&self.attempts, now)
    }
}

/// The open attempts on a bill, being settled.
#[derive(Clone, Debug)]
pub struct Attempts<K> {
    lock: K,
    open: Group<ChargeTask<K>>,
    reports: Vec<ChargeReport>,
}

impl<K: Clone> Attempts<K> {
    /// Begins; `hears` says whether the caller receives the outcomes.
    pub(super) fn begin<C: Context<Lock = K>>(
        context: &C,
        out_trade_no: &str,
        deadline_ms: Option<Millis>,
        hears: bool,
        lock: K,
    ) -> Result<Self, Error> {
        let Account { rows, bill } = account(context, out_trade_no)?;
        if rows.is_empty() {
            return Err(NoBill::Bill(out_trade_no.to_owned()).into());
        }
        let policy = context.policy(deadline_ms);
        let tells = Tells::of(bill.telling(), hears);
        let open = rows.into_iter().filter(|row| row.state == ChargeState::Open);
        let tasks = open
            .map(|row| ChargeTask::resume(context, row, policy, tells, vec![lock.clone()]))
            .collect::<Result<_, Error>>()?;
        Ok(Self { lock, open: Group::new(tasks), reports: Vec::new() })
    }

    /// The attempts that are not settled yet.
    pub const fn open(&self) -> &Group<ChargeTask<K>> {
        &self.open
    }

    /// The lock of the bill.
    pub const fn lock(&self) -> &K {
        &self.lock
    }

    /// The outcome of an attempt.
    pub(super) fn report(&self, row: &ChargeRow) -> ChargeReport {
        ChargeReport::learnt(row, &self.reports)
    }
}

impl<C: Context> Task<C> for Attempts<C::Lock> {
    type End = Result<(), Error>;

    fn step(&mut self, context: &C) -> Step<Self::End> {
        self.open.step(context).and_then(|ended| match ended {
            None => Step::Ended(Ok(())),
            Some(Err(error)) => Step::Ended(Err(error)),
            Some(Ok(report)) => {
                self.reports.push(report);
                Step::Go
            }
        })
    }

    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>) {
        self.open.hear(context, delivery);
    }

    fn cancel(&mut self) {
        Task::<C>::cancel(&mut self.open);
    }

    fn progress(&self, now: Millis) -> Progress {
        Task::<C>::progress(&self.open, now)
    }
}
