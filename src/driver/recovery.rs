//! Recovery: settles every charge and refund that an earlier run left open, with queries alone.

use std::collections::BTreeMap;

use crate::chain::chain;
use crate::driver::error::Error;
use crate::driver::group::Group;
use crate::driver::reporting::{as_reported, retract};
use crate::driver::{
    ChargeTask, Context, Level, Progress, Purpose, RefundTask, RowId, Step, Store, Task, account,
};
use crate::payment::bill::{Account, ChargeState, RefundState, Standing, Telling};
use crate::payment::policy::Policy;
use crate::payment::row::{ChargeRow, RefundRow, Tells};
use crate::payment::{Delivery, Millis};

/// The rows that were open, in their current state.
#[derive(Clone, Debug, Default)]
pub struct Recovered {
    /// The charges that were open.
    pub charges: Vec<ChargeRow>,
    /// The refunds that were open.
    pub refunds: Vec<RefundRow>,
    /// Sales that are paid and not known to be completed.
    pub unfinished: Vec<ChargeRow>,
}

/// A running recovery. It may be repeated; it leaves alone whatever another call is working on.
#[derive(Clone, Debug)]
pub struct RecoverTask<K> {
    open: Group<Settling<K>>,
    charges: Vec<i64>,
    refunds: Vec<String>,
    /// The number of tasks at the start.
    all: usize,
    deadline: Millis,
}

/// A row that is being settled.
#[derive(Clone, Debug)]
pub enum Settling<K> {
    /// A charge.
    Charge(Box<ChargeTask<K>>),
    /// A refund.
    Refund(Box<RefundTask<K>>),
}

impl<K: Clone> RecoverTask<K> {
    /// Begins. Rows that got no time in the last run come first.
    pub fn begin<C: Context<Lock = K>>(context: &C, deadline_ms: Option<Millis>) -> Result<Self, Error> {
        let mut charges = context.store().open_charges()?;
        let mut refunds = context.store().open_refunds()?;
        charges.sort_by_key(|row| context.noted(RowId::Charge(row.id)));
        refunds.sort_by_key(|row| context.noted(RowId::Refund(row.id)));
        let policy = context.policy(deadline_ms);
        let mut open = settle_charges(context, &charges, policy)?;
        open.extend(settle_refunds(context, &refunds, policy)?);
        Ok(Self {
            all: open.len(),
            deadline: context.now().saturating_add(policy.deadline_ms),
            open: Group::new(open),
            charges: charges.iter().map(|row| row.id).collect(),
            refunds: refunds.into_iter().map(|row| row.out_refund_no).collect(),
        })
    }

    /// The rows that are not settled yet.
    pub const fn open(&self) -> &Group<Settling<K>> {
        &self.open
    }

    fn end<C: Context<Lock = K>>(&self, context: &C) -> Result<Recovered, Error> {
        let store = context.store();
        let charges = self.charges.iter().map(|id| store.charge(*id)).collect::<Result<_, _>>()?;
        let refunds = self
            .refunds
            .iter()
            .filter_map(|number| store.refund(number).transpose())
            .collect::<Result<_, _>>()?;
        Ok(Recovered { charges, refunds, unfinished: unfinished(context)? })
    }
}

fn settle_charges<C: Context>(
    context: &C,
    charges: &[ChargeRow],
    policy: Policy,
) -> Result<Vec<Settling<C::Lock>>, Error> {
    let mut bills: BTreeMap<&str, Option<C::Lock>> = BTreeMap::new();
    let mut open = Vec::with_capacity(charges.len());
    for row in charges {
        // Attempts on one bill share its lock; whoever holds it at the moment settles the bill.
        let lock =
            bills.entry(&row.out_trade_no).or_insert_with(|| context.lock("bill", &row.out_trade_no).ok());
        let Some(lock) = lock.clone() else { continue };
        // The previous holder of the lock may have learnt more.
        let row = context.store().charge(row.id)?;
        if row.state != ChargeState::Open {
            continue;
        }
        let policy = limited(policy, row.needs_person.is_some());
        let name = row.out_trade_no.clone();
        let tells = Tells::of(account(context, &name)?.bill.telling(), false);
        match ChargeTask::resume(context, row, policy, tells, vec![lock]) {
            Ok(task) => open.push(Settling::Charge(Box::new(task))),
            Err(error @ (Error::NotActivated | Error::DeviceUnreadable(_))) => return Err(error),
            Err(error) => {
                context.log(Level::Error, || format!("recover out_trade_no={name} {}", chain(&error)))
            }
        }
    }
    Ok(open)
}

/// Paid bills whose report is not known to have been received: a person has to check whether the goods were
/// handed over.
pub fn unfinished<C: Context>(context: &C) -> Result<Vec<ChargeRow>, Error> {
    let store = context.store();
    let mut rows = store.unfinished()?;
    for charge in context.untold() {
        rows.push(as_reported(context, store.charge(charge)?));
    }
    let mut unfinished = Vec::new();
    for row in rows {
        let bill = account(context, &row.out_trade_no)?.bill;
        let is_paid = matches!(bill.standing(), Standing::Paid(_));
        if is_paid && (row.is_told() || bill.telling() == Telling::First) {
            unfinished.push(row);
        }
    }
    Ok(unfinished)
}

/// Whether a bill recorded as reported, whose report nobody received, may now be reported as paid.
pub fn may_be_heard<C: Context>(context: &C, out_trade_no: &str) -> Result<bool, Error> {
    Ok(account(context, out_trade_no)?.bill.may_be_heard())
}

/// Retracts the report of a bill that nobody received, so that it can be reported again, unless a person
/// reported it by deciding that it is paid.
pub fn not_heard<C: Context>(context: &C, out_trade_no: &str) -> Result<(), Error> {
    let Account { rows, bill } = account(context, out_trade_no)?;
    if bill.is_told_by_person() {
        return Ok(());
    }
    for row in rows.iter().filter(|row| row.is_told()) {
        retract(context, row.id)?;
    }
    Ok(())
}

/// A row that needs a person is queried again, but does not hold up the start of a till.
fn limited(policy: Policy, needs_person: bool) -> Policy {
    if needs_person {
        Policy { deadline_ms: policy.deadline_ms.min(2 * policy.poll_ms), ..policy }
    } else {
        policy
    }
}

fn settle_refunds<C: Context>(
    context: &C,
    refunds: &[RefundRow],
    policy: Policy,
) -> Result<Vec<Settling<C::Lock>>, Error> {
    let mut open = Vec::with_capacity(refunds.len());
    for row in refunds {
        let name = &row.out_refund_no;
        let Ok(lock) = context.lock("refund", name) else { continue };
        let Some(row) = context.store().refund(name)?.filter(|row| row.state == RefundState::Open) else {
            continue;
        };
        let policy = limited(policy, row.needs_person().is_some());
        match RefundTask::resume(context, row, policy, vec![lock]) {
            Ok(task) => open.push(Settling::Refund(Box::new(task))),
            Err(Error::Busy(_)) => {}
            Err(error @ (Error::NotActivated | Error::DeviceUnreadable(_))) => return Err(error),
            Err(error) => {
                context.log(Level::Error, || format!("recover out_refund_no={name} {}", chain(&error)))
            }
        }
    }
    Ok(open)
}

impl<C: Context> Task<C> for RecoverTask<C::Lock> {
    type End = Result<Recovered, Error>;

    fn step(&mut self, context: &C) -> Step<Self::End> {
        self.open.step(context).and_then(|ended| match ended {
            Some(()) => Step::Go,
            None => Step::Ended(self.end(context)),
        })
    }

    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>) {
        self.open.hear(context, delivery);
    }

    fn cancel(&mut self) {
        Task::<C>::cancel(&mut self.open);
    }

    fn progress(&self, _now: Millis) -> Progress {
        let done = self.all.saturating_sub(self.open.iter().count());
        let deadline = Some(self.deadline);
        Progress::Rows { purpose: Purpose::Recovering, done, all: self.all, deadline }
    }
}

impl<C: Context> Task<C> for Settling<C::Lock> {
    /// The outcome is in the ledger.
    type End = ();

    fn step(&mut self, context: &C) -> Step<()> {
        match self {
            Self::Charge(task) => task.step(context).and_then(|_| Step::Ended(())),
            Self::Refund(task) => task.step(context).and_then(|_| Step::Ended(())),
        }
    }

    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>) {
        match self {
            Self::Charge(task) => task.hear(context, delivery),
            Self::Refund(task) => task.hear(context, delivery),
        }
    }

    fn cancel(&mut self) {
        match self {
            Self::Charge(task) => Task::<C>::cancel(task.as_mut()),
            Self::Refund(task) => Task::<C>::cancel(task.as_mut()),
        }
    }

    fn progress(&self, now: Millis) -> Progress {
        match self {
            Self::Charge(task) => Task::<C>::progress(task.as_ref(), now),
            Self::Refund(task) => Task::<C>::progress(task.as_ref(), now),
        }
    }
}
