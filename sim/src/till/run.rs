//! A call in progress: does what the library's driver wants, one step at a time.

use std::hash::Hash;
use std::rc::Rc;

use wsy::driver::{
    self, Asking, ChargeReport, ChargeTask, ChargeVerdict, Error, Group, ReconcileTask, RecoverTask,
    RefundReport, RefundTask, SettleTask, Settling, Task, VoidReport, VoidTask,
};
use wsy::payment::bill::{ChargeState, RefundState};
use wsy::payment::charge::{self, Question};
use wsy::payment::refund;
use wsy::payment::row;
use wsy::payment::{Delivery, Millis};
use wsy::protocol::request::Request;

use super::compared::Compared;
use super::{Lock, Moment, Till};
use crate::Ms;
use crate::disk::refund_number;
use crate::faults::FailPoint;
use crate::hash;
use crate::platform::{Origin, order_named};

/// The work of a run.
#[derive(Clone)]
pub enum Work {
    /// A charge.
    Charge(Box<ChargeTask<Lock>>),
    /// A refund.
    Refund(Box<RefundTask<Lock>>),
    /// A bill is settled.
    Settle(Box<SettleTask<Lock>>),
    /// A bill is voided.
    Void(Box<VoidTask<Lock>>),
    /// Everything that is open is settled.
    Recover(Box<RecoverTask<Lock>>),
    /// Everything that is decided is asked about.
    Reconcile(Box<ReconcileTask>),
}

/// A call in progress.
#[derive(Clone)]
pub struct Run {
    /// Its number in this till.
    pub id: u32,
    /// Whether the caller has cancelled.
    pub cancelled: bool,
    /// The number of its request in flight; `None` if there is none.
    pub exchange: Option<u32>,
    /// Its work.
    pub work: Work,
    /// How many steps it has taken.
    pub steps: u32,
    /// Whether the last request left no byte.
    not_sent: bool,
    key: u64,
}

/// The next request of a run to the world.
#[derive(Clone, Debug)]
pub enum Step {
    /// Continue at once.
    Go,
    /// Send this, and wait at most this long.
    Send(Request, Ms),
    /// Continue when the monotonic clock shows this.
    Wait(Ms),
    /// The run has ended with these results.
    Ended(Vec<CallResult>),
    /// The power failed while it wrote.
    Torn,
}

/// The result of a call.
#[derive(Clone, Debug, Default)]
pub struct CallResult {
    /// The report, if there is one.
    pub report: Option<Report>,
    /// Whether it is reported from the record.
    pub recorded: bool,
    /// The bill that is reported as voided as a whole.
    pub undone: Option<u16>,
    /// Whether it is one row of a list rather than the response about a bill.
    pub listed: bool,
    /// The bill whose void has ended with this.
    pub void: Option<u16>,
    /// The bill whose void was refused as too much, although that amount is left.
    pub refused: Option<(u16, i64)>,
}

/// The outcome that a caller receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Paid: this order, this amount.
    Paid {
        /// The order.
        order: Option<usize>,
        /// The amount.
        fen: i64,
    },
    /// Not paid.
    NotPaid,
    /// The refund was made.
    Refunded,
    /// The refund was not made.
    NotRefunded,
    /// An error: nothing was sent.
    NotSent,
    /// Not known.
    Unknown,
}

/// A report to the caller.
#[derive(Clone, Debug)]
pub struct Report {
    /// The attempt or refund that it is about.
    pub about: Origin,
    /// The amount that the caller asked for.
    pub fen: i32,
    /// The outcome.
    pub outcome: Outcome,
    /// Whether it is about a refund.
    pub refund: bool,
    /// Whether it reports a payment as paid for the first time, so that the goods may be handed over.
    pub is_first: bool,
}

/// The task of a run that acts next, or whose request is in flight.
enum Current<'a> {
    Charge(&'a ChargeTask<Lock>),
    Refund(&'a RefundTask<Lock>),
    Nothing,
}

impl Report {
    /// Converts the library's report of a charge.
    pub(super) fn of_charge(till: u8, report: &ChargeReport, fen: i32) -> Self {
        let row = &report.row;
        let outcome = match report.verdict {
            ChargeVerdict::Paid | ChargeVerdict::PaidEarlier => Outcome::Paid {
                order: row.dm_id.as_deref().and_then(order_named),
                fen: i64::from(row.total_fen),
            },
            ChargeVerdict::NotPaid if row.state == ChargeState::NotSent => Outcome::NotSent,
            ChargeVerdict::NotPaid => Outcome::NotPaid,
            ChargeVerdict::Unknown | ChargeVerdict::Decided => Outcome::Unknown,
        };
        let is_first = report.verdict == ChargeVerdict::Paid;
        Self { about: about_charge(till, row), fen, outcome, refund: false, is_first }
    }

    /// Converts the library's report of a refund.
    pub(super) fn of_refund(till: u8, report: &RefundReport) -> Self {
        let row = &report.row;
        let outcome = match row.state {
            RefundState::Refunded => Outcome::Refunded,
            RefundState::NotRefunded => Outcome::NotRefunded,
            RefundState::NotSent => Outcome::NotSent,
            RefundState::Open
            | RefundState::Conflict
            | RefundState::DecidedRefunded
            | RefundState::DecidedNotRefunded => Outcome::Unknown,
        };
        let about = about_refund(till, &row.out_refund_no);
        Self { about, fen: row.refund_fen, outcome, refund: true, is_first: false }
    }
}

impl CallResult {
    fn of(report: Report) -> Self {
        Self { report: Some(report), ..Self::default() }
    }

    fn of_void(till: u8, bill: &str, end: Result<VoidReport, Error>) -> Option<Self> {
        let void = bill.parse().ok();
        let (report, is_undone) = match end {
            Ok(VoidReport::Nothing(report) | VoidReport::Unknown(report)) => {
                (Some(Report::of_charge(till, &report, report.row.total_fen)), false)
            }
            Ok(VoidReport::Refund(report)) => {
                let report = Report::of_refund(till, &report);
                let is_undone = report.outcome == Outcome::Refunded;
                (Some(report), is_undone)
            }
            Ok(VoidReport::Partly(report, _)) => (Some(Report::of_refund(till, &report)), false),
            Err(Error::AlreadyRefunded(_)) => (None, true),
            Err(Error::RefundTooMuch { refundable_fen }) if refundable_fen > 0 => {
                return Some(Self { refused: void.map(|bill| (bill, refundable_fen)), ..Self::default() });
            }
            Err(_) => return None,
        };
        let ends = |report: &Report| matches!(report.outcome, Outcome::NotPaid | Outcome::NotSent);
        let is_ended = is_undone || report.as_ref().is_some_and(ends);
        Some(Self {
            report,
            recorded: false,
            listed: false,
            undone: void.filter(|_| is_undone),
            void: void.filter(|_| is_ended),
            refused: None,
        })
    }
}

fn about_charge(till: u8, row: &row::ChargeRow) -> Origin {
    let attempt = u8::try_from(row.attempt).unwrap_or(u8::MAX);
    Origin { till, number: row.out_trade_no.parse().unwrap_or_default(), attempt }
}

fn about_refund(till: u8, out_refund_no: &str) -> Origin {
    Origin { till, number: refund_number(out_refund_no), attempt: 0 }
}

impl Run {
    /// Creates a run that is about to take its first action.
    pub fn new(id: u32, work: Work, occasion: u64) -> Self {
        Self {
            id,
            cancelled: false,
            exchange: None,
            work,
            steps: 0,
            not_sent: false,
            key: hash::mix(occasion),
        }
    }

    /// Identifies what happens to this run now; the same in every replay.
    pub fn occasion(&self) -> u64 {
        hash::mix(self.key.wrapping_add(u64::from(self.steps)))
    }

    fn current(&self) -> (Current<'_>, Millis) {
        match &self.work {
            Work::Charge(task) => (Current::Charge(task), 0),
            Work::Refund(task) => (Current::Refund(task), 0),
            Work::Settle(task) => of_charges(task.attempts().open()),
            Work::Void(task) if task.is_settling() => of_charges(task.attempts().open()),
            Work::Void(task) => (task.refund().map_or(Current::Nothing, Current::Refund), 0),
            Work::Recover(task) => match task.open().current() {
                Some((Settling::Charge(task), due)) => (Current::Charge(task), due),
                Some((Settling::Refund(task), due)) => (Current::Refund(task), due),
                None => (Current::Nothing, 0),
            },
            Work::Reconcile(_) => (Current::Nothing, 0),
        }
    }

    /// Whether it settles what an earlier run left open.
    pub fn is_resumed(&self) -> bool {
        match self.current().0 {
            Current::Charge(task) => task.is_resumed(),
            Current::Refund(task) => task.is_resumed(),
            Current::Nothing => true,
        }
    }

    /// Returns the point at which it is.
    pub fn point(&self) -> FailPoint {
        match (self.current().0, &self.work) {
            (Current::Charge(task), _) => charge_point(task, self.not_sent),
            (Current::Refund(task), _) => refund_point(task, self.not_sent),
            (Current::Nothing, Work::Void(_)) => FailPoint::VoidNext,
            (Current::Nothing, Work::Reconcile(_)) => FailPoint::Reconcile,
            (Current::Nothing, _) => FailPoint::SettleTell,
        }
    }

    /// Whether it can take a step: it waits neither for a response nor for a later moment.
    pub fn is_ready(&self, now: Ms) -> bool {
        let (current, due) = self.current();
        let until = match current {
            Current::Charge(task) => match task.action() {
                Some(charge::Action::Wait { until }) => *until,
                _ => 0,
            },
            Current::Refund(task) => match task.action() {
                Some(refund::Action::Wait { until }) => *until,
                _ => 0,
            },
            Current::Nothing => 0,
        };
        // A group does not know yet that its task has begun to wait.
        let until = if due > 0 || !self.is_group() { until.max(due) } else { 0 };
        self.exchange.is_none() && (until <= now || self.cancelled)
    }

    /// Whether it works on several charges at once.
    pub const fn is_group(&self) -> bool {
        match &self.work {
            Work::Charge(_) | Work::Refund(_) | Work::Reconcile(_) => false,
            Work::Void(task) => task.is_settling(),
            Work::Settle(_) | Work::Recover(_) => true,
        }
    }

    /// Returns the bill of a charge, or the number of a refund.
    pub fn number(&self) -> u16 {
        match self.current().0 {
            Current::Charge(task) => task.number().parse().unwrap_or_default(),
            Current::Refund(task) => refund_number(task.number()),
            Current::Nothing => 0,
        }
    }

    /// Returns the bill, the amount and the code of the charge that it works on.
    pub fn charging(&self) -> Option<(u16, i32, u64)> {
        match self.current().0 {
            Current::Charge(task) => {
                let code = task.auth_code()?.reveal().parse().unwrap_or_default();
                Some((self.number(), task.machine().total().get(), code))
            }
            _ => None,
        }
    }

    /// Returns the order and the amount of the refund that it works on.
    pub fn refunding(&self) -> Option<(&str, i64)> {
        match self.current().0 {
            Current::Refund(task) => Some((task.order(), i64::from(task.machine().amount().get()))),
            _ => None,
        }
    }

    /// Returns what a request of it is about.
    pub fn origin(&self, till: u8) -> Origin {
        match self.current().0 {
            Current::Charge(task) => match task.row() {
                Some(row) => about_charge(till, row),
                None => Origin { till, number: self.number(), attempt: 0 },
            },
            Current::Refund(task) => about_refund(till, task.number()),
            Current::Nothing => match &self.work {
                Work::Reconcile(task) => task
                    .charge()
                    .map_or(Origin { till, number: 0, attempt: 0 }, |row| about_charge(till, row)),
                _ => Origin { till, number: 0, attempt: 0 },
            },
        }
    }

    /// Whether it is a call that only settles what is open.
    pub const fn settles(&self) -> bool {
        matches!(self.work, Work::Settle(_) | Work::Recover(_))
    }

    /// Whether it works on a refund.
    pub fn refunds(&self) -> bool {
        matches!(self.current().0, Current::Refund(_))
    }

    /// Whether it holds a lock.
    pub(super) fn holds(&self, lock: &Lock) -> bool {
        let refund = |task: &RefundTask<Lock>| task.locks().contains(lock);
        match &self.work {
            Work::Charge(task) => task.locks().contains(lock),
            Work::Refund(task) => refund(task),
            Work::Settle(task) => task.attempts().lock() == lock,
            Work::Void(task) => task.attempts().lock() == lock || task.refund().is_some_and(refund),
            Work::Recover(task) => task.open().iter().any(|open| match open {
                Settling::Charge(task) => task.locks().contains(lock),
                Settling::Refund(task) => refund(task),
            }),
            Work::Reconcile(_) => false,
        }
    }

    /// Returns a hash of everything that decides what it does next.
    pub fn state(&self) -> u64 {
        let mut parts =
            vec![self.exchange.map_or(0, |_| 1), u64::from(self.cancelled), u64::from(self.is_group())];
        let charges = |group: &Group<ChargeTask<Lock>>, parts: &mut Vec<u64>| {
            parts.extend(group.timed().flat_map(|(due, task)| [due, charge_state(task)]));
        };
        match &self.work {
            Work::Charge(task) => parts.push(charge_state(task)),
            Work::Refund(task) => parts.push(refund_state(task)),
            Work::Settle(task) => charges(task.attempts().open(), &mut parts),
            Work::Void(task) => {
                charges(task.attempts().open(), &mut parts);
                let worst = task.worst().map_or(0, |report| 1 + report.verdict as u64);
                parts.extend([task.left() as u64, worst]);
                parts.extend(task.refund().map(refund_state));
            }
            Work::Recover(task) => parts.extend(task.open().timed().flat_map(|(due, open)| match open {
                Settling::Charge(task) => [due, charge_state(task)],
                Settling::Refund(task) => [due, refund_state(task)],
            })),
            Work::Reconcile(task) => parts.push(hash::of_text(task)),
        }
        hash::of(&parts)
    }

    fn step(&mut self, context: &Compared<'_>) -> driver::Step<Vec<CallResult>> {
        let till = context.context.till;
        match &mut self.work {
            Work::Charge(task) => {
                let (about, fen) = (charge_about(till, task), task.machine().total().get());
                ended(task.step(context), |end| {
                    charge_report(end, till, about, fen).into_iter().map(CallResult::of).collect()
                })
            }
            Work::Refund(task) => {
                let (about, fen) = (about_refund(till, task.number()), task.machine().amount().get());
                ended(task.step(context), |end| {
                    let not_sent =
                        Report { about, fen, outcome: Outcome::NotSent, refund: true, is_first: false };
                    vec![CallResult::of(end.map_or(not_sent, |report| Report::of_refund(till, &report)))]
                })
            }
            Work::Settle(task) => ended(task.step(context), |end| match end {
                Ok(report) => vec![CallResult {
                    report: Some(Report::of_charge(till, &report, report.row.total_fen)),
                    recorded: report.recorded,
                    ..CallResult::default()
                }],
                Err(Error::AlreadyRefunded(bill)) => {
                    vec![CallResult { undone: bill.parse().ok(), ..CallResult::default() }]
                }
                Err(_) => Vec::new(),
            }),
            Work::Void(task) => {
                let bill = task.number().to_owned();
                ended(task.step(context), |end| CallResult::of_void(till, &bill, end).into_iter().collect())
            }
            Work::Recover(task) => ended(task.step(context), |end| {
                let Ok(found) = end else { return Vec::new() };
                let charges = found.charges.into_iter().map(|row| {
                    let fen = row.total_fen;
                    Report::of_charge(till, &ChargeReport::recorded(row), fen)
                });
                let refunds = found
                    .refunds
                    .into_iter()
                    .map(|row| Report::of_refund(till, &RefundReport::recorded(row)));
                let listed = |report| CallResult { listed: true, ..CallResult::of(report) };
                charges.chain(refunds).map(listed).collect()
            }),
            Work::Reconcile(task) => ended(task.step(context), |_| Vec::new()),
        }
    }

    fn take(&mut self, context: &Compared<'_>, delivery: Delivery<Vec<u8>>) {
        match &mut self.work {
            Work::Charge(task) => task.hear(context, delivery),
            Work::Refund(task) => task.hear(context, delivery),
            Work::Settle(task) => task.hear(context, delivery),
            Work::Void(task) => task.hear(context, delivery),
            Work::Recover(task) => task.hear(context, delivery),
            Work::Reconcile(task) => task.hear(context, delivery),
        }
    }

    fn cancel(&mut self) {
        match &mut self.work {
            Work::Charge(task) => Task::<Compared<'_>>::cancel(task.as_mut()),
            Work::Refund(task) => Task::<Compared<'_>>::cancel(task.as_mut()),
            Work::Settle(task) => Task::<Compared<'_>>::cancel(task.as_mut()),
            Work::Void(task) => Task::<Compared<'_>>::cancel(task.as_mut()),
            Work::Recover(task) => Task::<Compared<'_>>::cancel(task.as_mut()),
            Work::Reconcile(task) => Task::<Compared<'_>>::cancel(task.as_mut()),
        }
    }
}

fn of_charges(group: &Group<ChargeTask<Lock>>) -> (Current<'_>, Millis) {
    group.current().map_or((Current::Nothing, 0), |(task, due)| (Current::Charge(task), due))
}

fn charge_state(task: &ChargeTask<Lock>) -> u64 {
    let row = task.row().map(|row| row.id);
    hash::of(&(
        hash::of_text(&(task.machine(), task.action(), task.asking())),
        row,
        task.is_resumed(),
        task.number(),
    ))
}

fn refund_state(task: &RefundTask<Lock>) -> u64 {
    let row = task.row().map(|row| row.id);
    hash::of(&(
        hash::of_text(&(task.machine(), task.action(), task.asking())),
        row,
        task.is_resumed(),
        task.number(),
    ))
}

fn charge_about(till: u8, task: &ChargeTask<Lock>) -> Origin {
    let number = task.number().parse().unwrap_or_default();
    task.row().map_or(Origin { till, number, attempt: 0 }, |row| about_charge(till, row))
}

fn charge_report(end: Result<ChargeReport, Error>, till: u8, about: Origin, fen: i32) -> Option<Report> {
    match end {
        Ok(report) => Some(Report::of_charge(till, &report, fen)),
        // A bill that was charged before, and that was or may have been refunded.
        Err(Error::AlreadyRefunded(_) | Error::RefundOpen(_) | Error::VoidOpen(_)) => None,
        // Any other error of a call that has begun means that nothing was sent.
        Err(_) => Some(Report { about, fen, outcome: Outcome::NotSent, refund: false, is_first: false }),
    }
}

fn ended<T>(
    step: driver::Step<T>,
    results: impl FnOnce(T) -> Vec<CallResult>,
) -> driver::Step<Vec<CallResult>> {
    match step {
        driver::Step::Go => driver::Step::Go,
        driver::Step::Send(exchange) => driver::Step::Send(exchange),
        driver::Step::Wait(until) => driver::Step::Wait(until),
        driver::Step::Ended(end) => driver::Step::Ended(results(end)),
    }
}

impl Till {
    /// Returns what a request or a report of a run is about.
    pub fn origin(&self, run: &Run) -> Origin {
        run.origin(self.id)
    }

    /// Delivers to a run what became of its request.
    pub fn hear(&mut self, id: u32, delivery: Delivery<Vec<u8>>, moment: &mut Moment<'_>) {
        let Some(at) = self.runs.iter().position(|run| run.id == id) else { return };
        let mut run = self.runs.remove(at);
        let hearing = Rc::make_mut(&mut run);
        hearing.exchange = None;
        hearing.steps += 1;
        hearing.not_sent = matches!(delivery, Delivery::NotSent(_));
        if hearing.cancelled {
            hearing.cancel();
        }
        let context = Compared::new(self, moment, hearing.is_resumed(), hearing.occasion());
        hearing.take(&context, delivery);
        self.runs.insert(at, run);
    }

    /// Takes the next step of a run.
    pub fn step(&mut self, id: u32, moment: &mut Moment<'_>) -> Step {
        let Some(at) = self.runs.iter().position(|run| run.id == id) else { return Step::Torn };
        let mut run = self.runs.remove(at);
        let stepping = Rc::make_mut(&mut run);
        if stepping.cancelled {
            stepping.cancel();
        }
        let context = Compared::new(self, moment, stepping.is_resumed(), stepping.occasion());
        let step = stepping.step(&context);
        if context.context.is_torn() {
            self.runs.insert(at, run);
            return Step::Torn;
        }
        let step = match step {
            driver::Step::Go => {
                stepping.steps += 1;
                Step::Go
            }
            driver::Step::Send(exchange) if !context.reaches_for(&exchange) => {
                stepping.steps += 1;
                stepping.not_sent = true;
                stepping.take(&context, Delivery::NotSent("the till has moved to another server".to_owned()));
                Step::Go
            }
            driver::Step::Send(exchange) => {
                stepping.exchange = Some(stepping.steps);
                Step::Send(exchange.request, exchange.left)
            }
            driver::Step::Wait(until) => Step::Wait(until),
            driver::Step::Ended(results) => return Step::Ended(results),
        };
        self.runs.insert(at, run);
        step
    }
}

fn charge_point(task: &ChargeTask<Lock>, not_sent: bool) -> FailPoint {
    use charge::{Action, Record};
    let resumed = task.is_resumed();
    if let Some(question) = task.asking() {
        return question_point(question, resumed);
    }
    match (task.action(), resumed) {
        (Some(Action::Send(question)), _) => question_point(question, resumed),
        (Some(Action::Persist(Record::Intent)), _) => FailPoint::ChargeIntent,
        (Some(Action::Persist(Record::NotSent(_))), _) => FailPoint::ChargeNotSent,
        (Some(Action::Persist(Record::Known(_))), false) => FailPoint::ChargeKnown,
        (Some(Action::Persist(Record::Known(_))), true) => FailPoint::SettleKnown,
        (Some(Action::Persist(Record::Paid(_))), false) => FailPoint::ChargePaid,
        (Some(Action::Persist(Record::Paid(_))), true) => FailPoint::SettlePaid,
        (Some(Action::Persist(Record::NotPaid(_))), false) => FailPoint::ChargeNotPaid,
        (Some(Action::Persist(Record::NotPaid(_))), true) => FailPoint::SettleNotPaid,
        (Some(Action::Persist(Record::NeedsPerson(..))), false) => FailPoint::ChargePerson,
        (Some(Action::Persist(Record::NeedsPerson(..))), true) => FailPoint::SettlePerson,
        (Some(Action::Wait { .. }), true) => FailPoint::SettlePause,
        (Some(Action::Wait { .. }), false) if not_sent => FailPoint::ChargeRetry,
        (Some(Action::Wait { .. }), false) => FailPoint::ChargePause,
        (Some(Action::Reveal(_)) | None, false) => FailPoint::ChargeTell,
        (Some(Action::Reveal(_)) | None, true) => FailPoint::SettleTell,
    }
}

const fn question_point(question: &Question, resumed: bool) -> FailPoint {
    match (question, resumed) {
        (Question::Micropay, _) => FailPoint::ChargeSend,
        (Question::ByAuthCode, false) => FailPoint::ChargeAskCode,
        (Question::ByAuthCode, true) => FailPoint::SettleAskCode,
        (Question::ByOrder { .. }, false) => FailPoint::ChargeAskOrder,
        (Question::ByOrder { .. }, true) => FailPoint::SettleAskOrder,
    }
}

fn refund_point(task: &RefundTask<Lock>, not_sent: bool) -> FailPoint {
    use refund::{Action, Record};
    let resumed = task.is_resumed();
    // Before the intent there is nothing to send, and so there is no row.
    let before = task.row().is_none() && !resumed;
    let reading = match (resumed, before) {
        (true, _) => FailPoint::ResumeReadAfter,
        (false, true) => FailPoint::RefundReadBefore,
        (false, false) => FailPoint::RefundReadAfter,
    };
    match task.asking() {
        Some(Asking::Bill) => return reading,
        Some(Asking::Refund) => return FailPoint::RefundSend,
        None => {}
    }
    match (task.action(), resumed) {
        (Some(Action::Persist(Record::Intent(..))), _) => FailPoint::RefundIntent,
        (Some(Action::Persist(Record::NotSent(_))), _) => FailPoint::RefundNotSent,
        (Some(Action::Persist(Record::Known(_))), false) => FailPoint::RefundKnown,
        (Some(Action::Persist(Record::Known(_))), true) => FailPoint::ResumeKnown,
        (Some(Action::Persist(Record::Refunded(_))), false) => FailPoint::RefundDone,
        (Some(Action::Persist(Record::Refunded(_))), true) => FailPoint::ResumeDone,
        (Some(Action::Persist(Record::NotRefunded(_))), false) => FailPoint::RefundNotDone,
        (Some(Action::Persist(Record::NotRefunded(_))), true) => FailPoint::ResumeNotDone,
        (Some(Action::Persist(Record::Conflict(_))), false) => FailPoint::RefundConflict,
        (Some(Action::Persist(Record::Conflict(_))), true) => FailPoint::ResumeConflict,
        (Some(Action::SendRefund), _) => FailPoint::RefundSend,
        (Some(Action::ReadBill), _) => reading,
        (Some(Action::Wait { .. }), true) => FailPoint::ResumePause,
        (Some(Action::Wait { .. }), false) if before => FailPoint::RefundPauseBefore,
        (Some(Action::Wait { .. }), false) if not_sent => FailPoint::RefundRetry,
        (Some(Action::Wait { .. }), false) => FailPoint::RefundPause,
        (Some(Action::Reveal(_)) | None, false) => FailPoint::RefundTell,
        (Some(Action::Reveal(_)) | None, true) => FailPoint::ResumeTell,
    }
}
