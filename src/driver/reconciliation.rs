//! Reconciling a day: queries the platform about each row of the ledger that belongs to the day, and about
//! rows of other days that were never reconciled.

use std::collections::{HashSet, VecDeque};

use crate::chain::chain;
use crate::driver::refund::{charge_of_order, note_made_elsewhere};
use crate::driver::{
    Context, Error, Exchange, Kind as How, Level, Progress, Purpose, RowId, Step, Store, Task, account,
    is_witness,
};
use crate::non_empty::{NonEmpty, or_empty};
use crate::payment::bill::ChargeState;
use crate::payment::evidence::Tie;
use crate::payment::policy::Policy;
use crate::payment::reconciliation::{
    self, Difference, Kind, MadeElsewhere, NewAlarm, Silence, order_differences, sums_of_day, undecided,
};
use crate::payment::row::{ChargeRow, RefundRow};
use crate::payment::{Delivery, Millis};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::bill::{self, BillResponse};
use crate::protocol::request::{self, Device, Extra, Request};
use crate::protocol::response::{self, PayResponse, ResponseError};
use crate::protocol::sentences::{self, Class};

/// After this many unanswered queries the walk ends, if none was answered before: the platform is silent, not
/// one bill.
const SILENT_FIRST: usize = 3;
/// The same limit for queries in a row, once others were answered.
const SILENT_LATER: usize = 10;
/// The rows of this many responses are recorded together; a walk that ends sooner asks about them again.
const NOTED_TOGETHER: usize = 50;

/// The findings of a reconciliation.
#[derive(Clone, Debug, Default)]
pub struct Reconciled {
    /// The number of bills and orders that the platform answered about.
    pub asked: usize,
    /// Those without a usable response, with the reason.
    pub unanswered: Vec<(String, String)>,
    /// Those whose customer is still paying, with the platform's message.
    pub paying: Vec<(String, String)>,
    /// Where the ledger and the platform differ.
    pub differences: Vec<Difference>,
    /// The total of the ledger's payments of the day by the platform's times, in fen.
    pub paid_fen: i64,
    /// The same for its refunds.
    pub refunded_fen: i64,
    /// Why the platform did not answer the last queries; `None` if it did.
    pub silence: Option<Silence>,
    /// Whether the platform has answered at least one query.
    pub has_responses: bool,
    /// Whether the walk was cut short because query after query went unanswered. The rest is listed as
    /// unanswered.
    pub ended_early: bool,
}

/// A walk over the charges and refunds that began or ended on a day, by the till's clock or by the
/// platform's, and over those of other days that no walk has had a response about. It sends only queries. A
/// row that cannot be queried now is reported, and another walk may try again; cancelling ends the walk
/// between two queries.
#[derive(Clone, Debug)]
pub struct ReconcileTask {
    device: Device,
    policy: Policy,
    left: VecDeque<Subject>,
    all: usize,
    asking: Option<Asking>,
    found: Reconciled,
    /// How many queries in a row went unanswered, each of which may concern its bill alone.
    silent: usize,
    /// Rows that the platform has answered about, or that cannot be queried; yet to be recorded.
    answered: Vec<RowId>,
    /// Charges answered about as attempts, and still to be queried as orders.
    half_answered: HashSet<i64>,
    end: Option<Error>,
    cancelled: bool,
}

/// One row of the walk.
#[derive(Clone, Debug)]
enum Subject {
    /// A bill that was paid (also late, or by a person's decision) or refunded: compared with the platform's
    /// bill of this order.
    Order { dm_id: String, charge: Option<Box<ChargeRow>>, refunds: Vec<RefundRow> },
    /// A charge that was reported as not paid, or that a person decided: checked for whether that still
    /// holds.
    Attempt(Box<ChargeRow>),
}

/// A row that the platform is being queried about.
#[derive(Clone, Debug)]
struct Asking {
    subject: Subject,
    /// The device that sent the row, if its key is still here; or else this till's. The same for all queries
    /// about it: only an absence that the sender was told of counts.
    device: Device,
    question: Question,
    /// How many responses have agreed so far.
    agreeing: u32,
    /// The differences that all of them show.
    differences: Vec<Difference>,
    /// The moment before which nothing is sent.
    due: Millis,
}

/// The query sent about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Question {
    Bill,
    /// By the order that failed.
    ByOrder(String),
    /// By the code, which may have created another order: a second delivery of the charge does.
    ByCode,
}

/// Why there is no answer about a row.
enum Unanswered {
    /// The walk ends with this error.
    Fatal(Error),
    /// The platform refused the query.
    Refused(String),
    /// The customer is still paying.
    Paying(String),
    /// No valid response arrived.
    Silent(String),
    /// The platform responded, but not to what was asked.
    Other(String),
    /// The row cannot be queried from here.
    NotAsked(String),
}

impl From<Silence> for Unanswered {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Paying(said) => Self::Paying(said),
            Silence::NoResponse(reason) => Self::Other(reason),
            Silence::Refused(info) => Self::Refused(info),
        }
    }
}

impl From<ResponseError> for Unanswered {
    fn from(error: ResponseError) -> Self {
        match error {
            ResponseError::Trouble(said) if sentences::class(&said) == Class::Paying => Self::Paying(said),
            ResponseError::Trouble(_)
            | ResponseError::Several
            | ResponseError::OfDevice(_)
            | ResponseError::Incomplete(_) => Self::Other(chain(&error)),
            _ => Self::Silent(chain(&error)),
        }
    }
}

impl ReconcileTask {
    /// Begins. Nothing has been sent when this returns.
    pub fn begin<C: Context>(context: &C, day: &str) -> Result<Self, Error> {
        let device = context.device().ok_or_else(|| context.no_device())?;
        let charges = context.store().charges_to_reconcile(day)?;
        let refunds = context.store().refunds_to_reconcile(day)?;
        let (paid_fen, refunded_fen) = sums_of_day(day, &charges, &refunds);
        let differences = undecided(&charges, &refunds);
        let found = Reconciled { differences, paid_fen, refunded_fen, ..Reconciled::default() };
        let (left, answered) = subjects(context, charges, &refunds)?;
        context.log(Level::Info, || format!("reconcile day={day} questions={}", left.len()));
        Ok(Self {
            device,
            policy: context.policy(None),
            all: left.len(),
            left,
            asking: None,
            found,
            silent: 0,
            answered,
            half_answered: HashSet::new(),
            end: None,
            cancelled: false,
        })
    }

    /// The charge being queried, for observers.
    pub fn charge(&self) -> Option<&ChargeRow> {
        match &self.asking.as_ref()?.subject {
            Subject::Attempt(charge) => Some(charge),
            Subject::Order { charge, .. } => charge.as_deref(),
        }
    }

    fn asking<C: Context>(&self, context: &C, subject: Subject) -> Asking {
        let (device_id, _) = subject.sender();
        let device = context.device_of_row(device_id).unwrap_or_else(|| self.device.clone());
        let question = subject.question();
        Asking { device, question, subject, agreeing: 0, differences: Vec::new(), due: 0 }
    }

    fn request<C: Context>(&self, context: &C, asking: &Asking) -> Result<Request, Unanswered> {
        let none = Extra::default();
        let device = &asking.device;
        Ok(match (&asking.question, &asking.subject) {
            (Question::ByOrder(dm_id), Subject::Attempt(charge)) => {
                request::query_by_order(device, dm_id, &charge.wallet.paytype, false, &none)
            }
            (_, Subject::Attempt(charge)) => {
                let code = code_of(context, charge)?;
                request::query_by_auth_code(device, &code, &charge.wallet.paytype, false, &none)
            }
            (_, Subject::Order { dm_id, .. }) => request::read(device, dm_id, &none),
        })
    }

    /// Evaluates a response; `None` if another query has to be sent.
    fn judge<C: Context>(
        &self,
        context: &C,
        asking: &Asking,
        delivery: Delivery<Vec<u8>>,
    ) -> Result<Option<Vec<Difference>>, Unanswered> {
        let body = match delivery {
            Delivery::Response(body) => body,
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) | Delivery::NotSent(reason) => {
                return Err(Unanswered::Silent(reason));
            }
        };
        match (&asking.question, &asking.subject) {
            (Question::ByOrder(dm_id), Subject::Attempt(charge)) => {
                let response = response::pay(&body)?;
                let absence = absence(&response);
                match reconciliation::paid_by_order(charge, dm_id, response)? {
                    None if charge.auth_code.is_some() => Ok(None),
                    found => self.believed(context, asking, against(charge, found), absence),
                }
            }
            (_, Subject::Attempt(charge)) => {
                let response = response::pay_about(&code_of(context, charge)?, &body)?;
                let is_others = |dm_id: &str| {
                    let owner = context.store().other_owner(charge.id, dm_id, Tie::Asked);
                    owner.map(|owner| owner.is_some()).map_err(|error| Unanswered::Fatal(error.into()))
                };
                let absence = absence(&response);
                let found = reconciliation::paid_by_code(charge, response, is_others)?;
                self.believed(context, asking, against(charge, found), absence)
            }
            (_, Subject::Order { dm_id, charge, refunds }) => {
                let bill = match bill::read(&body)? {
                    BillResponse::Found(bill) if !bill.adds_up() => {
                        return Err(Unanswered::Other(
                            "the lines of its bill do not add up to refund_total".to_owned(),
                        ));
                    }
                    BillResponse::Found(bill) if bill.dm_id.is_empty() || bill.dm_id == *dm_id => Some(bill),
                    BillResponse::Found(bill) => {
                        return Err(Unanswered::Other(format!("answered about the order {}", bill.dm_id)));
                    }
                    BillResponse::NotFound(info) => {
                        self.believed(context, asking, None, Some(info))?;
                        None
                    }
                    BillResponse::Refused(info) => return Err(Unanswered::Refused(info)),
                };
                Ok(Some(order_differences(dm_id, charge.as_deref(), refunds, bill.as_ref())))
            }
        }
    }

    /// Accepts a difference, or none. An absence counts only if the device that sent the row asks the server
    /// that it was sent to.
    fn believed<C: Context>(
        &self,
        context: &C,
        asking: &Asking,
        difference: Option<Difference>,
        absence: Option<String>,
    ) -> Result<Option<Vec<Difference>>, Unanswered> {
        let (device_id, server) = asking.subject.sender();
        match absence {
            Some(info) if !is_witness(context, &asking.device, device_id, server) => {
                Err(Unanswered::Other(format!("asked as another device or at another server: {info}")))
            }
            _ => Ok(Some(difference.into_iter().collect())),
        }
    }

    /// Responses spaced in time must agree, as many as for a payment: one may be out of date, while an alarm
    /// calls a person in and a recorded refund stays forever.
    fn heard<C: Context>(&mut self, context: &C, mut asking: Asking, said: Vec<Difference>) {
        let is_first = asking.agreeing == 0;
        // An absence does not retract a payment: the next walk asks again.
        if !is_first && matches!(asking.subject, Subject::Attempt(_)) && asking.differences != said {
            let why = Unanswered::Other("its responses contradict each other".to_owned());
            self.unanswered(&asking.subject, why);
            return;
        }
        asking.differences.retain(|difference| said.contains(difference));
        if is_first {
            asking.differences = said;
        }
        asking.agreeing += 1;
        if asking.agreeing < self.policy.agreeing && !asking.differences.is_empty() {
            asking.due = context.now().saturating_add(self.policy.poll_ms);
            asking.question = asking.subject.question();
            self.asking = Some(asking);
            return;
        }
        self.found.asked += 1;
        self.note_subject(&asking.subject);
        // The alarms and refunds are in the ledger before the caller gets them.
        let taken = take_down(context, &asking.differences);
        if let Err(error) = taken.and_then(|()| keep_refunds(context, &asking.subject, &asking.differences)) {
            self.end = Some(error);
        } else if self.answered.len() >= NOTED_TOGETHER {
            self.note_answered(context);
        }
        self.found.differences.append(&mut asking.differences);
    }

    /// Notes which rows were answered about. A charge that a person decided as paid counts once it was
    /// answered about both as an attempt and as an order.
    fn note_subject(&mut self, subject: &Subject) {
        match subject {
            Subject::Attempt(charge) if charge.paid_order().is_some() => {
                self.half_answered.insert(charge.id);
            }
            Subject::Order { charge: Some(charge), .. } if self.half_answered.remove(&charge.id) => {
                self.answered.push(RowId::Charge(charge.id));
            }
            _ => {}
        }
        self.answered.extend(subject.rows());
    }

    /// Records which rows were answered about. A failure ends the walk.
    fn note_answered<C: Context>(&mut self, context: &C) {
        let rows = std::mem::take(&mut self.answered);
        if rows.is_empty() {
            return;
        }
        if let Err(error) = context.store().set_reconciled(&rows) {
            self.end = Some(error.into());
        }
    }

    fn unanswered(&mut self, subject: &Subject, why: Unanswered) {
        let (reason, silence) = match why {
            Unanswered::Fatal(error) => {
                self.end = Some(error);
                return;
            }
            Unanswered::Paying(said) => {
                self.spoken();
                self.found.paying.push((subject.name(), said));
                return;
            }
            Unanswered::NotAsked(reason) => (reason, None),
            Unanswered::Other(reason) => {
                self.spoken();
                (reason, None)
            }
            Unanswered::Silent(reason) => (reason.clone(), Some(Silence::NoResponse(reason))),
            Unanswered::Refused(info) => (info.clone(), Some(Silence::Refused(info))),
        };
        self.found.unanswered.push((subject.name(), reason));
        let Some(silence) = silence else { return };
        self.silent += 1;
        self.found.silence = Some(silence);
        let most = if self.found.has_responses { SILENT_LATER } else { SILENT_FIRST };
        if self.silent >= most && !self.left.is_empty() {
            self.found.ended_early = true;
            let why = "not asked: the platform did not answer the earlier queries";
            let left = std::mem::take(&mut self.left);
            self.found.unanswered.extend(left.iter().map(|subject| (subject.name(), why.to_owned())));
        }
    }

    /// Notes that the platform has answered: a later silence then concerns one bill.
    fn spoken(&mut self) {
        self.silent = 0;
        self.found.has_responses = true;
        self.found.silence = None;
    }

    fn end<C: Context>(&mut self, context: &C) -> Reconciled {
        let mut found = std::mem::take(&mut self.found);
        // A bill that was paid late is queried both as an attempt and as an order.
        let mut listed = HashSet::new();
        found.paying.retain(|(name, _)| listed.insert(name.clone()));
        found.unanswered.retain(|(name, _)| listed.insert(name.clone()));
        context.log(Level::Info, || {
            format!(
                "reconcile.done asked={} paying={} unanswered={} differences={} ended_early={}",
                found.asked,
                found.paying.len(),
                found.unanswered.len(),
                found.differences.len(),
                found.ended_early
            )
        });
        found
    }
}

impl<C: Context> Task<C> for ReconcileTask {
    type End = Result<Reconciled, Error>;

    fn step(&mut self, context: &C) -> Step<Self::End> {
        if self.cancelled && self.end.is_none() {
            self.end = Some(Error::Cancelled);
        }
        if let Some(error) = self.end.take() {
            self.note_answered(context);
            return Step::Ended(Err(error));
        }
        let next = self.asking.take().or_else(|| {
            let subject = self.left.pop_front()?;
            Some(self.asking(context, subject))
        });
        let Some(asking) = next else {
            self.note_answered(context);
            return Step::Ended(self.end.take().map_or_else(|| Ok(self.end(context)), Err));
        };
        if asking.due > context.now() {
            let due = asking.due;
            self.asking = Some(asking);
            return Step::Wait(due);
        }
        match self.request(context, &asking) {
            Ok(request) => {
                let kind = How::Question(asking.subject.sender().1.cloned());
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
            Ok(Some(said)) => {
                self.spoken();
                self.heard(context, asking, said);
            }
            Ok(None) => {
                self.spoken();
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
        let done = self.all.saturating_sub(left);
        Progress::Rows { purpose: Purpose::Reconciling, done, all: self.all, deadline: None }
    }
}

impl Subject {
    /// The first query.
    fn question(&self) -> Question {
        match self {
            Self::Order { .. } => Question::Bill,
            Self::Attempt(charge) => {
                charge.order().map_or(Question::ByCode, |dm_id| Question::ByOrder(dm_id.to_owned()))
            }
        }
    }

    /// The device that sent the row and the server that it was sent to.
    fn sender(&self) -> (&str, Option<&NonEmpty>) {
        match self {
            Self::Order { charge: Some(row), .. } | Self::Attempt(row) => {
                (&row.device_id, row.server.as_ref())
            }
            Self::Order { refunds, .. } => {
                refunds.first().map_or(("", None), |row| (&*row.device_id, row.server.as_ref()))
            }
        }
    }

    /// The rows that it compares. A refund that was undecided when the walk began may be decided by its end,
    /// and has not been compared with that decision.
    fn rows(&self) -> Vec<RowId> {
        match self {
            Self::Attempt(charge) if charge.paid_order().is_some() => Vec::new(),
            Self::Attempt(charge) => vec![RowId::Charge(charge.id)],
            Self::Order { charge, refunds, .. } => {
                // A charge that a person decided is compared as an attempt as well.
                let paid = charge.iter().filter(|row| row.state == ChargeState::Paid);
                let charge = paid.map(|row| RowId::Charge(row.id));
                let decided = refunds.iter().filter(|row| !row.state.is_undecided());
                charge.chain(decided.map(|row| RowId::Refund(row.id))).collect()
            }
        }
    }

    /// The name for the list of unanswered rows.
    fn name(&self) -> String {
        match self {
            Self::Order { charge: Some(charge), .. } | Self::Attempt(charge) => charge.out_trade_no.clone(),
            Self::Order { dm_id, .. } => dm_id.clone(),
        }
    }
}

/// Returns the subjects to query, and the rows that cannot be queried: nothing was sent, or nothing is left
/// to query by.
fn subjects<C: Context>(
    context: &C,
    charges: Vec<ChargeRow>,
    refunds: &[RefundRow],
) -> Result<(VecDeque<Subject>, Vec<RowId>), Error> {
    let (mut subjects, mut rest) = (VecDeque::new(), Vec::new());
    let mut orders: Vec<String> = refunds.iter().map(|refund| refund.dm_id.clone()).collect();
    for charge in charges {
        match charge.state {
            ChargeState::Paid => orders.extend(charge.dm_id.map(String::from)),
            // An open charge is reported as undecided.
            ChargeState::Open => {}
            ChargeState::NotPaid | ChargeState::DecidedNotPaid | ChargeState::DecidedPaid
                if charge.auth_code.is_some() || charge.order().is_some() =>
            {
                // The person who decided that it was paid does not know what was refunded since.
                orders.extend(charge.paid_order().map(str::to_owned));
                orders.extend(paid_late_by(context, &charge)?);
                subjects.push_back(Subject::Attempt(Box::new(charge)));
            }
            _ => rest.push(RowId::Charge(charge.id)),
        }
    }
    orders.sort();
    orders.dedup();
    for dm_id in orders {
        let charge = charge_of_order(context, &dm_id)?.map(Box::new);
        let refunds = context.store().refunds_of_order(&dm_id)?;
        subjects.push_back(Subject::Order { dm_id, charge, refunds });
    }
    Ok((subjects, rest))
}

/// The order by which a charge turned out to be paid after it was reported as not paid. Its refunds count
/// like those of any other order.
fn paid_late_by<C: Context>(context: &C, charge: &ChargeRow) -> Result<Option<String>, Error> {
    if !charge.state.is_not_paid() {
        return Ok(None);
    }
    let rows = account(context, &charge.out_trade_no)?.rows;
    let late = rows.into_iter().find(|row| row.id == charge.id && row.state == ChargeState::Paid);
    Ok(late.and_then(|row| row.dm_id).map(String::from))
}

/// The difference that a response shows for a charge.
fn against(charge: &ChargeRow, found: Option<Difference>) -> Option<Difference> {
    match charge.state {
        ChargeState::DecidedPaid => reconciliation::against_paid(charge, found),
        _ => found,
    }
}

/// The message of a response that knows no order.
fn absence(response: &PayResponse) -> Option<String> {
    match response {
        PayResponse::Failed(order) if order.dm_id.is_empty() => Some(order.info.clone()),
        _ => None,
    }
}

fn code_of<C: Context>(context: &C, charge: &ChargeRow) -> Result<AuthCode, Unanswered> {
    let not_kept = || Unanswered::NotAsked("the auth code is no longer stored".to_owned());
    let sealed = charge.auth_code.as_deref().ok_or_else(not_kept)?;
    let code = context.unseal(sealed).map_err(|error| Unanswered::NotAsked(chain(&error)))?;
    AuthCode::parse(&code).map_err(|error| Unanswered::NotAsked(chain(&error)))
}

/// Records what was refunded elsewhere. While a refund of the order is running, that is left to the next
/// walk.
fn keep_refunds<C: Context>(context: &C, subject: &Subject, differences: &[Difference]) -> Result<(), Error> {
    let Subject::Order { dm_id, charge: Some(charge), .. } = subject else { return Ok(()) };
    if differences.is_empty() {
        return Ok(());
    }
    let _lock = match context.lock("order", dm_id) {
        Err(Error::Busy(_)) => return Ok(()),
        lock => lock?,
    };
    let refunds = context.store().refunds_of_order(dm_id)?;
    match reconciliation::made_elsewhere(charge, &refunds, differences) {
        Some(MadeElsewhere { number, fen }) => note_made_elsewhere(context, charge, dm_id, &number, fen),
        None => Ok(()),
    }
}

fn take_down<C: Context>(context: &C, differences: &[Difference]) -> Result<(), Error> {
    for difference in differences {
        let Kind::Alarm(kind) = difference.kind else { continue };
        let Difference { out_trade_no, charge, dm_id, here_fen, there_fen, .. } = difference.clone();
        context.log(Level::Error, || {
            let word = kind.word();
            let [out_trade_no, dm_id] = [&out_trade_no, &dm_id].map(or_empty);
            format!(
                "alarm {word} out_trade_no={out_trade_no} dm_id={dm_id} here_fen={here_fen} \
                 there_fen={there_fen}"
            )
        });
        let alarm = NewAlarm { kind, out_trade_no, charge, dm_id, here_fen, there_fen };
        context.store().raise(&alarm, &context.moment())?;
    }
    Ok(())
}
