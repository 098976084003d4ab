//! Charging a bill.

use std::convert::Infallible;
use std::slice;
use std::sync::Arc;

use crate::chain::chain;
use crate::driver::error::{Error, NoBill};
use crate::driver::reporting::{as_reported, report_paid, retract};
use crate::driver::{
    Context, Exchange, Kind, Level, Progress, RowId, Step, Store, Task, account, brought_up,
    device_to_ask_as, is_number, is_witness, keep_said,
};
use crate::non_empty::or_empty;
use crate::payment::bill::{Account, ChargeState, Charging, Standing, Telling, Undecided};
use crate::payment::charge::{Action, Charge, Doubt, Event, NotPaid, Outcome, Question, Record};
use crate::payment::evidence::{Evidence, Said, Tie};
use crate::payment::policy::Policy;
use crate::payment::row::{ChargeRow, NewCharge, Tells, Wallet};
use crate::payment::{Cause, Delivery, LedgerError, Millis, PersistError};
use crate::protocol::amount::Fen;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::receipt::Placeholders;
use crate::protocol::request::{self, Device, Extra, Goods, Micropay, Request};
use crate::protocol::response::{self, Content, PayResponse, ResponseError};
use crate::protocol::sentences::Class;

/// Whether a second code may be charged while an earlier charge of the bill is undecided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Insist {
    /// It may not.
    #[default]
    No,
    /// It may: the caller accepts that the customer may pay twice.
    MayChargeTwice,
}

/// A request to charge a bill.
#[derive(Clone, Debug)]
pub struct ChargeRequest {
    /// The caller's number of the bill: the key under which it is charged at most once.
    pub out_trade_no: String,
    /// The code on the customer's phone.
    pub auth_code: AuthCode,
    /// The amount.
    pub total: Fen,
    /// The payment type.
    pub paytype: PayTypeChoice,
    /// The goods detail.
    pub goods: Goods,
    /// Asks the platform not to send a receipt.
    pub noremind: bool,
    /// Further parameters.
    pub extra: Extra,
    /// Values for the placeholders of receipts; stored with the charge, not sent.
    pub placeholders: Placeholders,
    /// Whether a second code may be charged while the bill is open.
    pub insist: Insist,
    /// Replaces the till's deadline, in ms.
    pub deadline_ms: Option<u64>,
}

/// How the payment type of a charge is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayTypeChoice {
    /// The one in the config whose `coderegex` matches the auth code.
    ByCode,
    /// One in the config, whose `coderegex` must match the auth code (section 2).
    Named(String),
    /// One in the config, whatever its `coderegex` says.
    ForAnyCode(String),
}

/// How a bill is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeVerdict {
    /// The money was taken, and this is the first report of it.
    Paid,
    /// The money was taken, and the goods were handed over or are to be by the call that received the first
    /// report.
    PaidEarlier,
    /// A person decided the outcome.
    Decided,
    /// The money was not taken.
    NotPaid,
    /// The money may have been taken.
    Unknown,
}

/// The outcome of a charge.
#[derive(Clone, Debug)]
pub struct ChargeReport {
    /// The verdict.
    pub verdict: ChargeVerdict,
    /// The ledger's row.
    pub row: ChargeRow,
    /// Why it is unknown.
    pub doubt: Option<Doubt>,
    /// Whether the outcome was on record before this call, which then sent nothing.
    pub recorded: bool,
    /// Wall time at which the bill was first reported as paid, if it was.
    pub first_told_ms: Option<i64>,
    /// How many attempts on its bill are paid, if the bill was read for this report.
    pub paid_attempts: Option<usize>,
    /// How much of its order was refunded, in fen, if the order is paid and the bill was read for this
    /// report.
    pub refunded_fen: Option<i64>,
    /// The whole of the last response about it that this call got; `None` if it got none.
    pub content: Option<Arc<Content>>,
}

/// The result of admitting a charge.
#[derive(Clone, Debug)]
pub enum Admission<K> {
    /// The ledger knows the verdict.
    Recorded(Box<ChargeReport>),
    /// The charge has to be made or settled.
    Run(Box<ChargeTask<K>>),
}

/// A charge that is being made or settled.
#[derive(Clone, Debug)]
pub struct ChargeTask<K> {
    device: Device,
    machine: Charge,
    action: Option<Action>,
    subject: Subject,
    /// The query in flight, and when it began.
    asking: Option<(Question, Millis)>,
    /// The platform's last message, for [`Progress`].
    said: Option<Arc<str>>,
    /// The whole of the last response about it.
    content: Option<Arc<Content>>,
    cancelled: bool,
    /// Whether its driver gets the report that the bill is paid.
    tells: Tells,
    locks: Vec<K>,
    /// Whether its caller asked about the bill, and so gets the bill's state rather than this attempt's
    /// outcome.
    reports_bill: bool,
}

/// The subject of a task: a request without a row, or a row.
#[derive(Clone, Debug)]
enum Subject {
    New(ChargeRequest, Wallet),
    /// A row; without a code if that can no longer be read, so that only its order can be queried.
    Known {
        row: Box<ChargeRow>,
        code: Option<AuthCode>,
        request: Option<ChargeRequest>,
    },
}

/// Decides whether a charge may be made. Nothing has been sent when this returns. `wallet` chooses how a new
/// charge is sent, or returns why it may not be.
pub fn admit_charge<C: Context, E: From<Error>>(
    context: &C,
    request: ChargeRequest,
    wallet: impl FnOnce(&ChargeRequest) -> Result<Wallet, E>,
) -> Result<Admission<C::Lock>, E> {
    let lock = lock_bill(context, &request)?;
    match admit_known(context, &request, &lock)? {
        Known::Admission(admission) => Ok(admission),
        Known::New(tells) => {
            let code_lock = lock_code(context, &request)?;
            let device = context.device().ok_or_else(|| context.no_device())?;
            let wallet = wallet(&request)?;
            Ok(ChargeTask::begin(context, request, wallet, device, tells, vec![lock, code_lock]))
        }
    }
}

fn lock_bill<C: Context>(context: &C, request: &ChargeRequest) -> Result<C::Lock, Error> {
    if is_number(&request.out_trade_no) {
        context.lock("bill", &request.out_trade_no)
    } else {
        Err(Error::OutTradeNo(request.out_trade_no.clone()))
    }
}

/// The record's verdict on a charge request.
enum Known<K> {
    /// The record answers the request.
    Admission(Admission<K>),
    /// A new charge may be made, to be reported like this once it is paid.
    New(Tells),
}

fn admit_known<C: Context>(
    context: &C,
    request: &ChargeRequest,
    lock: &C::Lock,
) -> Result<Known<C::Lock>, Error> {
    let print = request.auth_code.fingerprint();
    let account = account(context, &request.out_trade_no)?;
    let insists = request.insist == Insist::MayChargeTwice;
    let row = |at: usize| account.rows[at].clone();
    let out_trade_no = || request.out_trade_no.clone();
    let tells = Tells::of(account.bill.telling(), true);
    Ok(Known::Admission(match account.bill.admit_charge(i64::from(request.total.get()), &print, insists) {
        Charging::New => return Ok(Known::New(tells)),
        Charging::Resume(at) => {
            let policy = context.policy(request.deadline_ms);
            let task = ChargeTask::resume(context, row(at), policy, tells, vec![lock.clone()])?;
            Admission::Run(Box::new(ChargeTask { reports_bill: true, ..task }))
        }
        Charging::Paid(at) => {
            let report = paid(context, &account, row(at), Some(&print))?;
            Admission::Recorded(Box::new(report.in_bill(&account)))
        }
        Charging::Recorded(at) => {
            Admission::Recorded(Box::new(ChargeReport::recorded(row(at)).in_bill(&account)))
        }
        Charging::AmountDiffers(_) => {
            let recorded_fen = account.rows.first().map_or(0, |row| row.total_fen);
            return Err(Error::AmountDiffers { out_trade_no: out_trade_no(), recorded_fen });
        }
        Charging::StillOpen(at) => {
            return Err(Error::StillOpen { out_trade_no: out_trade_no(), attempt: row(at).attempt });
        }
        Charging::RefundOpen => return Err(refund_open(&account, out_trade_no())),
        Charging::AlreadyRefunded => return Err(Error::AlreadyRefunded(out_trade_no())),
    }))
}

/// Locks the auth code; refuses one that was ever sent for another bill.
fn lock_code<C: Context>(context: &C, request: &ChargeRequest) -> Result<C::Lock, Error> {
    let print = request.auth_code.fingerprint();
    let lock = context.lock("auth code", &print)?;
    let uses = context.store().charges_with_code(&print)?;
    let taken =
        |row: &&ChargeRow| row.out_trade_no != request.out_trade_no && row.state != ChargeState::NotSent;
    match uses.iter().find(taken) {
        Some(other) => Err(Error::AuthCodeUsed { out_trade_no: other.out_trade_no.clone() }),
        None => Ok(lock),
    }
}

/// Reports the state of a bill to anyone who asks, by its number or by a code as well. `learnt` holds what
/// this call learnt about its attempts. It is an error if the bill's money went back in full, or may have:
/// whoever gets "paid" may hand over the goods.
pub(super) fn standing_in<C: Context>(
    context: &C,
    account: &Account,
    out_trade_no: &str,
    code: Option<&str>,
    learnt: &[ChargeReport],
) -> Result<ChargeReport, Error> {
    let reported = standing(context, account, out_trade_no, code, learnt);
    if !matches!(&reported, Ok(report) if report.verdict == ChargeVerdict::Paid) {
        // A refund or a void has begun since this call recorded the report, and nobody receives it.
        for report in learnt.iter().filter(|report| report.verdict == ChargeVerdict::Paid) {
            retract(context, report.row.id)?;
        }
    }
    reported.map(|report| report.in_bill(account))
}

fn standing<C: Context>(
    context: &C,
    account: &Account,
    out_trade_no: &str,
    code: Option<&str>,
    learnt: &[ChargeReport],
) -> Result<ChargeReport, Error> {
    let standing = account.bill.standing();
    let row = match standing {
        Standing::RefundOpen => return Err(refund_open(account, out_trade_no.to_owned())),
        Standing::Refunded(_) => return Err(Error::AlreadyRefunded(out_trade_no.to_owned())),
        Standing::Paid(at) | Standing::Decided(at) | Standing::Open(at) => account.rows.get(at),
        Standing::NotPaid => account.rows.last(),
    };
    let row = row.ok_or_else(|| NoBill::Bill(out_trade_no.to_owned()))?;
    if !matches!(standing, Standing::Paid(_)) {
        return Ok(ChargeReport::learnt(row, learnt));
    }
    // The outcome that this call recorded includes the report.
    match learnt.iter().find(|report| report.verdict == ChargeVerdict::Paid) {
        Some(report) => Ok(report.clone()),
        None => {
            let report = paid(context, account, row.clone(), code)?;
            let known = learnt.iter().find(|known| known.row.id == report.row.id);
            let recorded = known.is_none_or(|known| known.recorded);
            let content = known.and_then(|known| known.content.clone());
            Ok(ChargeReport { recorded, content, ..report })
        }
    }
}

/// Reports a paid bill. The report is recorded first.
fn paid<C: Context>(
    context: &C,
    account: &Account,
    mut row: ChargeRow,
    code: Option<&str>,
) -> Result<ChargeReport, Error> {
    let verdict = match account.bill.telling_to(code) {
        Telling::First => {
            let now = context.moment().ms;
            // Another attempt found paid is not a separate sale.
            for other in account.rows.iter().filter(|other| other.is_unfinished && other.id != row.id) {
                report_paid(context, other.id, now)?;
            }
            report_paid(context, row.id, now)?;
            context.log(Level::Info, || format!("charge.told out_trade_no={}", row.out_trade_no));
            row.told_ms = Some(now);
            row.is_unfinished = false;
            ChargeVerdict::Paid
        }
        Telling::Earlier => {
            // Whoever asks by the number alone was already asked to check the sale.
            for other in account.rows.iter().filter(|row| row.is_unfinished && code.is_none()) {
                report_paid(context, other.id, other.told_ms.unwrap_or(context.moment().ms))?;
            }
            ChargeVerdict::PaidEarlier
        }
    };
    let first_told_ms = account.first_told_ms().or(row.told_ms);
    Ok(ChargeReport { verdict, first_told_ms, ..ChargeReport::recorded(row) })
}

/// Names the undecided refund or void of a bill.
fn refund_open(account: &Account, out_trade_no: String) -> Error {
    match account.undecided() {
        Undecided::Refund(number) => Error::RefundOpen(number.to_owned()),
        Undecided::Void => Error::VoidOpen(out_trade_no),
    }
}

impl ChargeReport {
    /// Reports a charge from the ledger.
    pub fn recorded(row: ChargeRow) -> Self {
        Self { recorded: true, ..Self::of(row) }
    }

    /// Reports an attempt: as this call learnt it if it did, otherwise from the record.
    pub(super) fn learnt(row: &ChargeRow, learnt: &[Self]) -> Self {
        let known = learnt.iter().find(|report| report.row.id == row.id && report.row.state == row.state);
        known.cloned().unwrap_or_else(|| Self::recorded(row.clone()))
    }

    fn unknown(row: ChargeRow) -> Self {
        Self { verdict: ChargeVerdict::Unknown, ..Self::of(row) }
    }

    /// Adds the platform's response.
    fn with(self, content: &Option<Arc<Content>>) -> Self {
        Self { content: content.clone(), ..self }
    }

    fn of(row: ChargeRow) -> Self {
        let verdict = match row.state {
            // Reading the record is not a first report.
            ChargeState::Paid => ChargeVerdict::PaidEarlier,
            ChargeState::DecidedPaid | ChargeState::DecidedNotPaid => ChargeVerdict::Decided,
            ChargeState::NotPaid | ChargeState::NotSent => ChargeVerdict::NotPaid,
            ChargeState::Open => ChargeVerdict::Unknown,
        };
        Self {
            verdict,
            first_told_ms: row.told_at(),
            row,
            doubt: None,
            recorded: false,
            content: None,
            paid_attempts: None,
            refunded_fen: None,
        }
    }

    fn in_bill(self, account: &Account) -> Self {
        let bill = &account.bill;
        let refunded_fen = self.row.paid_order().map(|order| bill.refunded_fen(order));
        Self { paid_attempts: Some(bill.paid_attempts()), refunded_fen, ..self }
    }
}

impl<K> ChargeTask<K> {
    fn begin<C: Context<Lock = K>>(
        context: &C,
        request: ChargeRequest,
        wallet: Wallet,
        device: Device,
        tells: Tells,
        locks: Vec<K>,
    ) -> Admission<K> {
        let policy = context.policy(request.deadline_ms);
        let (machine, action) = Charge::begin(request.total, &device.id, policy, context.now());
        Admission::Run(Box::new(Self {
            device,
            machine,
            action: Some(action),
            subject: Subject::New(request, wallet),
            asking: None,
            said: None,
            content: None,
            cancelled: false,
            tells,
            locks,
            reports_bill: true,
        }))
    }

    /// Creates a task that settles an open row with queries alone.
    pub fn resume<C: Context<Lock = K>>(
        context: &C,
        row: ChargeRow,
        policy: Policy,
        tells: Tells,
        locks: Vec<K>,
    ) -> Result<Self, Error> {
        let damaged =
            |what: &str| LedgerError::Damaged(Cause::new(format!("the open charge {} has {what}", row.id)));
        let total = Fen::new(row.total_fen).map_err(|_| damaged("an invalid amount"))?;
        let (row, code) = match code_of(context, &row) {
            Ok(code) => (row, Some(code)),
            Err(why) => (needs_person(context, &row, format!("it has {why}"))?, None),
        };
        // Nothing is left to query it by.
        let is_lost = code.is_none() && row.order().is_none();
        let policy = if is_lost { Policy { deadline_ms: 0, ..policy } } else { policy };
        let (device, now) = (device_to_ask_as(context, &row.device_id)?, context.now());
        let evidence = brought_up(context, &row);
        let is_witness = is_witness(context, &device, &row.device_id, row.server.as_ref());
        let (machine, action) =
            Charge::resume(total, &row.device_id, evidence, &row.evidence, is_witness, policy, now);
        context.log(Level::Info, || {
            format!("charge.resume out_trade_no={} attempt={}", row.out_trade_no, row.attempt)
        });
        Ok(Self {
            device,
            machine,
            action: Some(action),
            subject: Subject::Known { row: Box::new(row), code, request: None },
            asking: None,
            said: None,
            content: None,
            cancelled: false,
            tells,
            locks,
            reports_bill: false,
        })
    }

    /// The row, once there is one.
    pub fn row(&self) -> Option<&ChargeRow> {
        match &self.subject {
            Subject::Known { row, .. } => Some(row),
            Subject::New(..) => None,
        }
    }

    /// The caller's number of the bill.
    pub fn number(&self) -> &str {
        match &self.subject {
            Subject::Known { row, .. } => &row.out_trade_no,
            Subject::New(request, _) => &request.out_trade_no,
        }
    }

    /// The auth code, where it can be read.
    pub const fn auth_code(&self) -> Option<&AuthCode> {
        match &self.subject {
            Subject::Known { code, .. } => code.as_ref(),
            Subject::New(request, _) => Some(&request.auth_code),
        }
    }

    /// Whether the task settles a charge that an earlier run left open.
    pub const fn is_resumed(&self) -> bool {
        matches!(self.subject, Subject::Known { request: None, .. })
    }

    /// The action that it wants next, for observers.
    pub const fn action(&self) -> Option<&Action> {
        self.action.as_ref()
    }

    /// The query in flight, for observers.
    pub fn asking(&self) -> Option<&Question> {
        self.asking.as_ref().map(|(question, _)| question)
    }

    /// The state machine, for observers.
    pub const fn machine(&self) -> &Charge {
        &self.machine
    }

    /// The locks that it holds.
    pub fn locks(&self) -> &[K] {
        &self.locks
    }

    fn go_on<C: Context>(&mut self, context: &C, event: Event) {
        self.action = Some(self.machine.on(context.now(), event));
    }

    fn persist<C: Context>(&mut self, context: &C, record: &Record) -> Result<(), PersistError> {
        let done = match (&mut self.subject, record) {
            (Subject::New(request, wallet), Record::Intent) => {
                match begin(context, request, wallet, &self.device.id) {
                    Ok(row) => {
                        let (code, request) = (Some(request.auth_code.clone()), Some(request.clone()));
                        self.subject = Subject::Known { row: Box::new(row), code, request };
                        Ok(())
                    }
                    Err(error) => Err(error),
                }
            }
            (Subject::Known { row, .. }, record) => {
                row.after(record, self.tells, &context.moment()).and_then(|after| {
                    let ended_day = context.store().write_charge(&after)?;
                    **row = ChargeRow { ended_day, ..after };
                    Ok(())
                })
            }
            (Subject::New(..), _) => Err(no_intent()),
        };
        match (&done, self.row()) {
            (Ok(()), Some(row)) => {
                context.note(RowId::Charge(row.id));
                context.keep_unwritten(row.id, None);
            }
            (Err(PersistError::Storage(_)), Some(row)) => {
                context.keep_unwritten(row.id, Some(self.machine.evidence().clone()));
            }
            _ => {}
        }
        self.log_record(context, record, &done);
        done
    }

    fn exchange<C: Context>(
        &mut self,
        context: &C,
        question: Question,
    ) -> Result<Exchange, Delivery<Infallible>> {
        let Subject::Known { row, code, request } = &self.subject else {
            return Err(Delivery::NotSent("no intent is on record".to_owned()));
        };
        let now = context.now();
        let left = self.machine.left(now);
        if request.is_none() && (left == 0 || self.cancelled) {
            // Rows settled at the same time have used it up, or the caller no longer waits.
            return Err(Delivery::NotSent("no time was left".to_owned()));
        }
        if question == Question::Micropay && self.cancelled {
            // Cancelled while the intent was being written. A caller that finds no intent after cancelling
            // knows that nothing is sent.
            return Err(Delivery::NotSent("the caller cancelled before anything was sent".to_owned()));
        }
        let (paytype, none) = (&row.wallet.paytype, Extra::default());
        let question_to = |request| Exchange { request, kind: Kind::Question(row.server.clone()), left };
        let exchange = match (&question, request, code) {
            (Question::Micropay, Some(request), _) => {
                let kind = Kind::Money(row.server.clone());
                Exchange { request: micropay(&self.device, row, request), kind, left }
            }
            // A settling machine never asks for this. If it did, an earlier run might have sent the charge.
            (Question::Micropay, None, _) => {
                return Err(Delivery::MaybeSent("the charge is only being settled".to_owned()));
            }
            // Queries never carry `noremind`: without a receipt the response does not say whose device's
            // order it is.
            (Question::ByAuthCode, _, Some(code)) => {
                question_to(request::query_by_auth_code(&self.device, code, paytype, false, &none))
            }
            (Question::ByAuthCode, _, None) => {
                return Err(Delivery::NotSent("the auth code cannot be read".to_owned()));
            }
            (Question::ByOrder { dm_id }, ..) => {
                question_to(request::query_by_order(&self.device, dm_id, paytype, false, &none))
            }
        };
        self.asking = Some((question, now));
        Ok(exchange)
    }

    /// Turns a response into an event; the owner of its order decides whether it concerns this charge.
    fn event<C: Context>(
        &self,
        context: &C,
        question: &Question,
        delivery: Delivery<Result<PayResponse, ResponseError>>,
    ) -> Event {
        let Delivery::Response(Ok(
            PayResponse::Done(order) | PayResponse::Paying(order) | PayResponse::Failed(order),
        )) = &delivery
        else {
            return Event::Delivered(delivery);
        };
        let Some(row) = self.row().filter(|_| !order.dm_id.is_empty()) else {
            return Event::Delivered(delivery);
        };
        // A successful response to the charge itself outranks ties made by queries; a decline ties nothing.
        let tie = match (question, &delivery) {
            (_, Delivery::Response(Ok(PayResponse::Failed(_)))) => Tie::Asked,
            (Question::Micropay, _) => Tie::Own,
            _ => Tie::Asked,
        };
        match context.store().other_owner(row.id, &order.dm_id, tie) {
            Ok(Some(bill)) => Event::Elsewhere(bill),
            Ok(None) => Event::Delivered(delivery),
            Err(error) => match &delivery {
                Delivery::Response(Ok(PayResponse::Done(_))) => Event::Ownerless(Said::PaidOtherwise),
                Delivery::Response(Ok(PayResponse::Paying(_))) => Event::Ownerless(Said::Paying),
                // A response that is not evidence of a payment counts as none.
                _ => Event::Delivered(Delivery::MaybeSent(chain(&error))),
            },
        }
    }

    fn end(&self, outcome: Outcome) -> Result<ChargeReport, Error> {
        let row = match &self.subject {
            Subject::Known { row, .. } => (**row).clone(),
            Subject::New(..) => {
                return Err(match outcome {
                    Outcome::NotRecorded(error) => Error::from(error),
                    _ => Error::Cancelled,
                });
            }
        };
        let report = match outcome {
            Outcome::NotSent(_) if self.cancelled => Err(Error::Cancelled),
            Outcome::NotSent(reason) => Err(Error::NotSent(reason)),
            Outcome::NotRecorded(error) => Err(Error::from(error)),
            Outcome::Unknown(doubt) => Ok(ChargeReport { doubt: Some(doubt), ..ChargeReport::unknown(row) }),
            Outcome::Paid(_) if self.tells == Tells::Paid => {
                Ok(ChargeReport { verdict: ChargeVerdict::Paid, ..ChargeReport::of(row) })
            }
            Outcome::Paid(_) | Outcome::NotPaid(_) => Ok(ChargeReport::of(row)),
        };
        report.map(|report| report.with(&self.content))
    }

    /// The report that the caller gets at the end.
    fn reported<C: Context>(&self, context: &C, report: ChargeReport) -> Result<ChargeReport, Error> {
        if !self.reports_bill {
            return Ok(report);
        }
        let code = Some(report.row.code_print.as_str());
        let reported = self.account(context, &report.row).and_then(|account| {
            standing_in(context, &account, self.number(), code, slice::from_ref(&report))
        });
        match reported {
            // A charge of an earlier call whose money has gone back since, or may have.
            Err(Error::AlreadyRefunded(_) | Error::RefundOpen(_) | Error::VoidOpen(_))
                if self.is_resumed() =>
            {
                reported
            }
            // Any other error would promise that nothing was sent.
            Err(_) => Ok(ChargeReport::unknown(report.row).with(&self.content)),
            reported => reported,
        }
    }

    /// Loads the bill at the end of a charge. If this call made the first attempt, nobody else can have
    /// charged the bill, an open charge raises no alarm, and no person decides a charge in progress: its row
    /// and the refunds of its order are everything there is.
    fn account<C: Context>(&self, context: &C, row: &ChargeRow) -> Result<Account, Error> {
        if self.is_resumed() || row.attempt > 1 {
            return account(context, &row.out_trade_no);
        }
        let store = context.store();
        let row = as_reported(context, store.charge(row.id)?);
        Ok(Account::of(vec![row], &[], false, |dm_id| store.refunds_of_order(dm_id))?)
    }

    fn log_record<C: Context>(&self, context: &C, record: &Record, done: &Result<(), PersistError>) {
        let Some(row) = self.row() else {
            if let Err(error) = done {
                context.log(Level::Error, || format!("charge.intent not written: {}", chain(error)));
            }
            return;
        };
        let line = || {
            let what = match record {
                Record::Intent => {
                    format!("charge.intent total_fen={} code={}", row.total_fen, row.code_masked)
                }
                Record::Known(Evidence { said, dm_id, .. }) => {
                    format!("charge.known said={} dm_id={}", said.word(), or_empty(dm_id))
                }
                Record::Paid(order) => format!("charge.paid dm_id={}", order.dm_id),
                Record::NotPaid(NotPaid::Declined(info)) => format!("charge.not_paid declined {info}"),
                Record::NotPaid(NotPaid::NotFound) => "charge.not_paid not_found".to_owned(),
                Record::NotSent(reason) => format!("charge.not_sent {reason}"),
                Record::NeedsPerson(_, what) => format!("charge.needs_person {what}"),
            };
            format!("{what} out_trade_no={} attempt={}", row.out_trade_no, row.attempt)
        };
        match done {
            Ok(()) => context.log(Level::Info, line),
            Err(error) => context.log(Level::Error, || format!("{} not written: {}", line(), chain(error))),
        }
    }

    fn log_delivery<C: Context>(
        &self,
        context: &C,
        question: &Question,
        begun: Millis,
        delivery: &Delivery<Result<PayResponse, ResponseError>>,
    ) {
        let what = match question {
            Question::Micropay => "micropay",
            Question::ByAuthCode => "query_by_auth_code",
            Question::ByOrder { .. } => "query_by_order",
        };
        let number = self.number();
        let (level, ms) = (level_of(delivery), context.now().saturating_sub(begun));
        context.log(level, || format!("{what} out_trade_no={number} ms={ms} {}", describe(delivery)));
    }
}

impl<C: Context> Task<C> for ChargeTask<C::Lock> {
    type End = Result<ChargeReport, Error>;

    fn step(&mut self, context: &C) -> Step<Self::End> {
        match self.action.take() {
            Some(Action::Persist(record)) => {
                let event = Event::Persisted(self.persist(context, &record));
                self.go_on(context, event);
            }
            Some(Action::Send(question)) => match self.exchange(context, question) {
                Ok(exchange) => return Step::Send(Box::new(exchange)),
                Err(delivery) => {
                    self.go_on(context, Event::Delivered(delivery.map(|never| match never {})));
                }
            },
            Some(Action::Wait { until }) if context.now() < until && !self.cancelled => {
                self.action = Some(Action::Wait { until });
                return Step::Wait(until);
            }
            Some(Action::Wait { .. }) => self.go_on(context, Event::Woke),
            Some(Action::Reveal(outcome)) => {
                return Step::Ended(self.end(outcome).and_then(|report| self.reported(context, report)));
            }
            None => return Step::Ended(Err(Error::Ended)),
        }
        Step::Go
    }

    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>) {
        let (Some((question, begun)), Subject::Known { row, code, .. }) = (self.asking.take(), &self.subject)
        else {
            return;
        };
        if question == Question::Micropay {
            context.note(RowId::Charge(row.id));
        }
        let taught = context.taught();
        let read = |body: Vec<u8>| match code {
            Some(code) => response::pay_about(code, &body),
            None => response::pay(&body),
        };
        let delivery = delivery.map(|body| read(body).map(|response| response.taught(taught)));
        self.log_delivery(context, &question, begun, &delivery);
        keep_said(context, &mut self.said, &delivery);
        let event = self.event(context, &question, delivery);
        if let Event::Delivered(Delivery::Response(Ok(response))) = &event {
            self.content = response.content();
        }
        self.go_on(context, event);
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        self.machine.cancel();
    }

    fn progress(&self, now: Millis) -> Progress {
        let deadline = now.saturating_add(self.machine.left(now));
        Progress::Payment { stage: self.machine.stage(), deadline, said: self.said.clone() }
    }
}

/// The error of a task that has lost its intent.
pub(super) fn no_intent() -> PersistError {
    PersistError::Storage(LedgerError::Storage(Cause::new("no intent is on record")))
}

fn begin<C: Context>(
    context: &C,
    request: &ChargeRequest,
    wallet: &Wallet,
    device_id: &str,
) -> Result<ChargeRow, PersistError> {
    let unsealed = |error| LedgerError::Storage(Cause::new(error));
    let sealed = context.seal(&request.auth_code).map_err(unsealed)?;
    let new = NewCharge {
        out_trade_no: &request.out_trade_no,
        device_id,
        server: &context.server(),
        total_fen: request.total.get(),
        wallet,
        auth_code: &request.auth_code,
        sealed_code: &sealed,
        operator_id: request.extra.get("operator_id").unwrap_or_default(),
        placeholders: &request.placeholders,
        started: &context.moment(),
    };
    Ok(context.store().begin_charge(&new)?)
}

fn micropay(device: &Device, row: &ChargeRow, request: &ChargeRequest) -> Request {
    let pay = Micropay {
        auth_code: request.auth_code.clone(),
        paytype: row.wallet.paytype.clone(),
        total: request.total,
        goods: request.goods.clone(),
        noremind: request.noremind,
        extra: request.extra.clone(),
    };
    request::micropay(device, &pay)
}

/// Records why a person has to look at an open row, once.
fn needs_person<C: Context>(context: &C, row: &ChargeRow, why: String) -> Result<ChargeRow, Error> {
    if row.needs_person.as_deref() == Some(&why) {
        return Ok(row.clone());
    }
    context.log(Level::Error, || format!("charge.needs_person {why} out_trade_no={}", row.out_trade_no));
    let row =
        row.after(&Record::NeedsPerson(row.evidence.clone(), why), Tells::Nothing, &context.moment())?;
    context.store().write_charge(&row)?;
    Ok(row)
}

/// The auth code of an open row, or why there is none.
fn code_of<C: Context>(context: &C, row: &ChargeRow) -> Result<AuthCode, String> {
    let sealed = row.auth_code.as_deref().ok_or("no auth code")?;
    let code =
        context.unseal(sealed).map_err(|error| format!("an auth code that cannot be unsealed: {error}"))?;
    AuthCode::parse(&code).map_err(|_| "an invalid auth code".to_owned())
}

/// Describes a delivery for the log.
pub(super) fn describe(delivery: &Delivery<Result<PayResponse, ResponseError>>) -> String {
    match delivery {
        Delivery::Response(Ok(PayResponse::Done(order))) => format!("ok=1 dm_id={}", order.dm_id),
        Delivery::Response(Ok(PayResponse::Paying(order))) => format!("ok=-1 dm_id={}", order.dm_id),
        Delivery::Response(Ok(PayResponse::Failed(order))) if order.class == Class::Unlisted => {
            format!("ok=0 unlisted {}", order.info)
        }
        Delivery::Response(Ok(PayResponse::Failed(order))) => format!("ok=0 {}", order.info),
        Delivery::Response(Ok(PayResponse::Refused(info))) => format!("refused {info}"),
        Delivery::Response(Err(error)) => format!("unreadable {}", chain(error)),
        Delivery::MaybeSent(reason) | Delivery::Reset(reason) => format!("lost {reason}"),
        Delivery::NotSent(reason) => format!("not sent {reason}"),
    }
}

/// The log level of a delivery.
pub(super) const fn level_of(delivery: &Delivery<Result<PayResponse, ResponseError>>) -> Level {
    match delivery {
        Delivery::Response(Ok(PayResponse::Done(_) | PayResponse::Paying(_) | PayResponse::Failed(_))) => {
            Level::Info
        }
        _ => Level::Warn,
    }
}
