//! Reconciling a day: the platform is asked about each row of the ledger that was begun on it.

use std::collections::VecDeque;

use crate::driver::{Context, Error, Exchange, Kind as How, Level, Progress, Step, Store, Task, is_witness};
use crate::payment::bill::ChargeState;
use crate::payment::evidence::Tie;
use crate::payment::policy::Policy;
use crate::payment::reconciliation::{
    self, Difference, Kind, NewAlarm, Silence, order_differences, undecided,
};
use crate::payment::row::{ChargeRow, RefundRow};
use crate::payment::{Delivery, Millis};
use crate::protocol::answer::{self, AnswerError, PayAnswer};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::bill::{self, BillAnswer};
use crate::protocol::request::{self, Device, Extra, Request};

/// After this many refusals in a row the platform refuses the till, not one question.
const REFUSALS: usize = 3;

/// What a reconciliation found.
#[derive(Clone, Debug, Default)]
pub struct Reconciled {
    /// Bills and orders that the platform was asked about, and answered.
    pub asked: usize,
    /// Those that it gave no usable answer about, with the reason.
    pub unanswered: Vec<(String, String)>,
    /// Where the two differ.
    pub differences: Vec<Difference>,
}

/// A walk over the charges and refunds that were begun on a day. It sends questions only. What cannot be asked about now is told,
/// and may be asked about by another walk; cancelling ends the walk between two questions.
#[derive(Clone, Debug)]
pub struct ReconcileTask {
    device: Device,
    policy: Policy,
    left: VecDeque<Subject>,
    all: usize,
    asking: Option<Asking>,
    found: Reconciled,
    /// The refusals in a row, each of which may be about its question alone.
    refusals: Vec<String>,
    end: Option<Error>,
    cancelled: bool,
}

/// One row of the walk.
#[derive(Clone, Debug)]
enum Subject {
    /// A bill that was paid or refunded: what the platform has of this order.
    Order { dm_id: String, charge: Option<Box<ChargeRow>>, refunds: Vec<RefundRow> },
    /// A charge that was reported as not paid: whether it stayed so.
    NotPaid(Box<ChargeRow>),
}

/// A row that the platform is asked about.
#[derive(Clone, Debug)]
struct Asking {
    subject: Subject,
    question: Question,
    /// How many answers have said the same.
    agreeing: u32,
    /// What all of them say.
    differences: Vec<Difference>,
    /// Not before this moment.
    due: Millis,
}

/// What is asked about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Question {
    Bill,
    /// By the order that failed.
    ByOrder(String),
    /// By the code, which may have made another order: a second delivery of the charge does.
    ByCode,
}

/// Why a row is not answered.
enum Unanswered {
    /// The walk ends with this.
    Fatal(Error),
    /// The platform refuses the question.
    Refused(String),
    /// No usable answer.
    Other(String),
}

impl From<Silence> for Unanswered {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::NoAnswer(reason) => Self::Other(reason),
            Silence::Refused(info) => Self::Refused(info),
        }
    }
}

impl From<AnswerError> for Unanswered {
    fn from(error: AnswerError) -> Self {
        Self::Other(error.to_string())
    }
}

impl ReconcileTask {
    /// Begins. Nothing has been sent when this returns.
    pub fn begin<C: Context>(context: &C, day: &str) -> Result<Self, Error> {
        let device = context.device().ok_or(Error::NotActivated)?;
        let charges = context.store().charges_of_day(day)?;
        let refunds = context.store().refunds_of_day(day)?;
        let found = Reconciled { differences: undecided(&charges, &refunds), ..Reconciled::default() };
        let left = subjects(context, charges, &refunds)?;
        context.log(Level::Info, || format!("reconcile day={day} questions={}", left.len()));
        Ok(Self {
            device,
            policy: context.policy(None),
            all: left.len(),
            left,
            asking: None,
            found,
            refusals: Vec::new(),
            end: None,
            cancelled: false,
        })
    }

    /// The charge that is asked about, for whoever watches.
    pub fn charge(&self) -> Option<&ChargeRow> {
        match &self.asking.as_ref()?.subject {
            Subject::NotPaid(charge) => Some(charge),
            Subject::Order { charge, .. } => charge.as_deref(),
        }
    }

    fn request<C: Context>(&self, context: &C, asking: &Asking) -> Result<Request, Unanswered> {
        let none = Extra::default();
        Ok(match (&asking.question, &asking.subject) {
            (Question::ByOrder(dm_id), Subject::NotPaid(charge)) => {
                request::query_by_order(&self.device, dm_id, &charge.pay_type, false, &none)
            }
            (_, Subject::NotPaid(charge)) => {
                let code = code_of(context, charge)?;
                request::query_by_auth_code(&self.device, &code, &charge.pay_type, false, &none)
            }
            (_, Subject::Order { dm_id, .. }) => request::read(&self.device, dm_id, &none),
        })
    }

    /// What an answer says; `None` where another question has to be asked.
    fn judge<C: Context>(
        &self,
        context: &C,
        asking: &Asking,
        delivery: Delivery<Vec<u8>>,
    ) -> Result<Option<Vec<Difference>>, Unanswered> {
        let body = match delivery {
            Delivery::Answer(body) => body,
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) | Delivery::NotSent(reason) => {
                return Err(Unanswered::Other(reason));
            }
        };
        match (&asking.question, &asking.subject) {
            (Question::ByOrder(dm_id), Subject::NotPaid(charge)) => {
                let answer = answer::pay(&body)?;
                let absence = absence(&answer);
                match reconciliation::paid_by_order(charge, dm_id, answer)? {
                    None if charge.auth_code.is_some() => Ok(None),
                    late => self.believed(context, asking, late, absence),
                }
            }
            (_, Subject::NotPaid(charge)) => {
                let answer = answer::pay_about(&code_of(context, charge)?, &body)?;
                let is_others = |dm_id: &str| {
                    let owner = context.store().other_owner(charge.id, dm_id, Tie::Asked);
                    owner.map(|owner| owner.is_some()).map_err(|error| Unanswered::Fatal(error.into()))
                };
                let absence = absence(&answer);
                let late = reconciliation::paid_by_code(charge, answer, is_others)?;
                self.believed(context, asking, late, absence)
            }
            (_, Subject::Order { dm_id, charge, refunds }) => {
                let bill = match bill::read(&body)? {
                    BillAnswer::Found(bill) if bill.dm_id.is_empty() || bill.dm_id == *dm_id => Some(bill),
                    BillAnswer::Found(bill) => {
                        return Err(Unanswered::Other(format!("answered about the order {}", bill.dm_id)));
                    }
                    BillAnswer::NotFound(info) => {
                        self.believed(context, asking, None, Some(info))?;
                        None
                    }
                    BillAnswer::Refused(info) => return Err(Unanswered::Refused(info)),
                };
                Ok(Some(order_differences(dm_id, charge.as_deref(), refunds, bill.as_ref())))
            }
        }
    }

    /// A late payment, or none. That nothing is there is believed as the device that sent it, at the server that it was sent to.
    fn believed<C: Context>(
        &self,
        context: &C,
        asking: &Asking,
        late: Option<Difference>,
        absence: Option<String>,
    ) -> Result<Option<Vec<Difference>>, Unanswered> {
        let (device_id, server) = asking.subject.sender();
        match absence {
            Some(info) if !is_witness(context, &self.device, device_id, server) => {
                Err(Unanswered::Other(format!("asked as another device or at another server: {info}")))
            }
            _ => Ok(Some(late.into_iter().collect())),
        }
    }

    /// Answers that are apart from each other have to agree, as many as of a payment: one may be out of date, and an alarm calls
    /// a person.
    fn heard<C: Context>(&mut self, context: &C, mut asking: Asking, said: Vec<Difference>) {
        let is_first = asking.agreeing == 0;
        // That it was paid is not taken back by an absence: the next walk asks again.
        if !is_first && matches!(asking.subject, Subject::NotPaid(_)) && asking.differences != said {
            let why = Unanswered::Other("its answers contradict each other".to_owned());
            self.unanswered(&asking.subject, why);
            return;
        }
        asking.differences.retain(|difference| said.contains(difference));
        if is_first {
            asking.differences = said;
        }
        asking.agreeing += 1;
        let is_alarm = |difference: &Difference| matches!(difference.kind, Kind::Alarm(_));
        if asking.agreeing < self.policy.agreeing && asking.differences.iter().any(is_alarm) {
            asking.due = context.now().saturating_add(self.policy.poll_ms);
            asking.question = asking.subject.question();
            self.asking = Some(asking);
            return;
        }
        self.found.asked += 1;
        self.refusals.clear();
        // The alarms are in the ledger before the caller hears of them.
        if let Err(error) = take_down(context, &asking.differences) {
            self.end = Some(error);
        }
        self.found.differences.append(&mut asking.differences);
    }

    fn unanswered(&mut self, subject: &Subject, why: Unanswered) {
        let reason = match why {
            Unanswered::Fatal(error) => {
                self.end = Some(error);
                return;
            }
            Unanswered::Other(reason) => reason,
            Unanswered::Refused(info) => {
                self.refusals.push(info.clone());
                info
            }
        };
        self.found.unanswered.push((subject.name(), reason));
        if self.refusals.len() == REFUSALS {
            self.end = self.refusals.pop().map(Error::Refused);
        }
    }

    fn end<C: Context>(&mut self, context: &C) -> Result<Reconciled, Error> {
        if let Some(refusal) = self.refusals.pop().filter(|_| self.found.asked == 0) {
            return Err(Error::Refused(refusal));
        }
        let found = std::mem::take(&mut self.found);
        context.log(Level::Info, || {
            format!(
                "reconcile.done asked={} unanswered={} differences={}",
                found.asked,
                found.unanswered.len(),
                found.differences.len()
            )
        });
        Ok(found)
    }
}

impl<C: Context> Task<C> for ReconcileTask {
    type End = Result<Reconciled, Error>;

    fn step(&mut self, context: &C) -> Step<Self::End> {
        if self.cancelled {
            return Step::Ended(Err(Error::Cancelled));
        }
        if let Some(error) = self.end.take() {
            return Step::Ended(Err(error));
        }
        let Some(asking) = self.asking.take().or_else(|| self.left.pop_front().map(Asking::begin)) else {
            return Step::Ended(self.end(context));
        };
        if asking.due > context.now() {
            let due = asking.due;
            self.asking = Some(asking);
            return Step::Wait(due);
        }
        match self.request(context, &asking) {
            Ok(request) => {
                let kind = How::Question(Some(asking.subject.sender().1.to_owned()));
                self.asking = Some(asking);
                Step::Send(Box::new(Exchange { request, kind, left: Millis::MAX }))
            }
            Err(why) => {
                self.unanswered(&asking.subject, why);
                Step::Go
            }
        }
    }

    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>) {
        let Some(mut asking) = self.asking.take() else { return };
        match self.judge(context, &asking, delivery) {
            Ok(Some(said)) => self.heard(context, asking, said),
            Ok(None) => {
                asking.question = Question::ByCode;
                self.asking = Some(asking);
            }
            Err(why) => self.unanswered(&asking.subject, why),
        }
    }

    fn cancel(&mut self) {
        self.cancelled = true;
    }

    fn progress(&self, _now: Millis) -> Progress {
        let left = self.left.len() + usize::from(self.asking.is_some());
        Progress::Reconciling { done: self.all.saturating_sub(left), all: self.all }
    }
}

impl Asking {
    fn begin(subject: Subject) -> Self {
        Self { question: subject.question(), subject, agreeing: 0, differences: Vec::new(), due: 0 }
    }
}

impl Subject {
    /// What is asked first.
    fn question(&self) -> Question {
        match self {
            Self::Order { .. } => Question::Bill,
            Self::NotPaid(charge) => {
                charge.order().map_or(Question::ByCode, |dm_id| Question::ByOrder(dm_id.to_owned()))
            }
        }
    }

    /// The device and the server that it was sent by and to.
    fn sender(&self) -> (&str, &str) {
        match self {
            Self::Order { charge: Some(row), .. } | Self::NotPaid(row) => (&row.device_id, &row.server),
            Self::Order { refunds, .. } => {
                refunds.first().map_or(("", ""), |row| (row.device_id.as_str(), row.server.as_str()))
            }
        }
    }

    /// For the list of those without an answer.
    fn name(&self) -> String {
        match self {
            Self::Order { charge: Some(charge), .. } | Self::NotPaid(charge) => charge.out_trade_no.clone(),
            Self::Order { dm_id, .. } => dm_id.clone(),
        }
    }
}

fn subjects<C: Context>(
    context: &C,
    charges: Vec<ChargeRow>,
    refunds: &[RefundRow],
) -> Result<VecDeque<Subject>, Error> {
    let mut subjects = VecDeque::new();
    let mut orders: Vec<String> = refunds.iter().map(|refund| refund.dm_id.clone()).collect();
    for charge in charges {
        match charge.state {
            ChargeState::Paid => orders.push(charge.dm_id),
            ChargeState::NotPaid if charge.auth_code.is_some() || charge.order().is_some() => {
                subjects.push_back(Subject::NotPaid(Box::new(charge)));
            }
            // Nothing was sent, or nothing is left to ask by; what is open is reported as undecided.
            ChargeState::NotPaid | ChargeState::NotSent | ChargeState::Open => {}
        }
    }
    orders.sort();
    orders.dedup();
    for dm_id in orders {
        let charge = context.store().charge_of_order(&dm_id)?.map(Box::new);
        let refunds = context.store().refunds_of_order(&dm_id)?;
        subjects.push_back(Subject::Order { dm_id, charge, refunds });
    }
    Ok(subjects)
}

/// The sentence of an answer that knows no order.
fn absence(answer: &PayAnswer) -> Option<String> {
    match answer {
        PayAnswer::Failed(order) if order.dm_id.is_empty() => Some(order.info.clone()),
        _ => None,
    }
}

fn code_of<C: Context>(context: &C, charge: &ChargeRow) -> Result<AuthCode, Unanswered> {
    let other = |error: &dyn std::fmt::Display| Unanswered::Other(error.to_string());
    let sealed = charge.auth_code.as_deref().ok_or_else(|| other(&"the auth code is not kept"))?;
    let code = context.unseal(sealed).map_err(|error| other(&error))?;
    AuthCode::parse(&code).map_err(|error| other(&error))
}

fn take_down<C: Context>(context: &C, differences: &[Difference]) -> Result<(), Error> {
    for difference in differences {
        let Kind::Alarm(kind) = difference.kind else { continue };
        let Difference { out_trade_no, dm_id, here_fen, there_fen, .. } = difference.clone();
        context.log(Level::Error, || {
            let word = kind.word();
            format!("alarm {word} out_trade_no={out_trade_no} dm_id={dm_id} here_fen={here_fen} there_fen={there_fen}")
        });
        context.store().raise(&NewAlarm { kind, out_trade_no, dm_id, here_fen, there_fen })?;
    }
    Ok(())
}
