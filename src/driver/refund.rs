//! Refunding an order.

use std::convert::Infallible;
use std::sync::Arc;

use crate::chain::chain;
use crate::driver::charge::{describe, level_of, no_intent};
use crate::driver::error::{Error, NoBill};
use crate::driver::{
    Context, Exchange, Kind, Level, Progress, RowId, Step, Store, Task, account, brought_up_refund,
    device_to_ask_as, is_number, is_witness, keep_said,
};
use crate::non_empty::NonEmpty;
use crate::payment::admission::{self, Known, NotFound, Obstacle, VoidRefund};
use crate::payment::bill::{Account, RefundState, VOID};
use crate::payment::policy::Policy;
use crate::payment::refund::{Action, Amount, Before, Doubt, Event, Outcome, Record, Refund, Rejection};
use crate::payment::row::{ChargeRow, NewRefund, RefundRow, Wallet};
use crate::payment::{Cause, Delivery, LedgerError, Millis, PersistError, Stage};
use crate::protocol::amount::Fen;
use crate::protocol::bill::{self, BillResponse};
use crate::protocol::request::{self, Device, Extra};
use crate::protocol::response::{self, Content, Order, PayResponse, ResponseError};

/// Names a bill: by the caller's number, by the platform's, or by both, which must then belong together.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// The number of a bill in this ledger.
    pub out_trade_no: Option<String>,
    /// The platform's number of any bill.
    pub dm_id: Option<String>,
    /// Accepts `dm_id` as it is, whatever the config's `cancelregex` says. The till checks this, not the
    /// driver.
    pub any_number: bool,
}

/// A bill that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The caller's number; `None` for a bill that is not in this ledger.
    pub out_trade_no: Option<NonEmpty>,
    /// The platform's order.
    pub dm_id: String,
    /// The amount that this ledger charged on it, in fen; `None` for a bill that is not in this ledger.
    pub charged_fen: Option<i64>,
    /// The server at which this ledger charged it, if it is known.
    pub charged_at: Option<NonEmpty>,
    /// The payment type, as far as that is known.
    pub wallet: Wallet,
}

/// A request to refund a bill.
#[derive(Clone, Debug)]
pub struct RefundRequest {
    /// The caller's number of the refund: the key under which it is sent at most once.
    pub out_refund_no: String,
    /// The bill.
    pub bill: Which,
    /// The amount.
    pub refund: Fen,
    /// The request's `paytype`; `None` if the caller gives none, as in the document's sample (section 3.3).
    pub paytype: Option<String>,
    /// Further parameters.
    pub extra: Extra,
    /// Replaces the till's deadline, in ms.
    pub deadline_ms: Option<u64>,
}

/// How a refund is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundVerdict {
    /// A person decided the outcome.
    Decided,
    /// The refund was made.
    Refunded,
    /// The refund was not made.
    NotRefunded,
    /// The refund may have been made.
    Unknown,
}

/// The outcome of a refund.
#[derive(Clone, Debug)]
pub struct RefundReport {
    /// The verdict.
    pub verdict: RefundVerdict,
    /// The ledger's row.
    pub row: RefundRow,
    /// Why it is unknown.
    pub doubt: Option<Doubt>,
    /// Whether the outcome was on record before this call, which then sent nothing.
    pub recorded: bool,
    /// The platform's whole response to the refund; `None` if this call got none.
    pub content: Option<Arc<Content>>,
}

/// The result of admitting a refund.
#[derive(Clone, Debug)]
pub enum RefundAdmission<K> {
    /// The ledger knows the verdict.
    Recorded(Box<RefundReport>),
    /// The refund has to be made or settled.
    Run(Box<RefundTask<K>>),
}

/// A refund that is being made or settled.
#[derive(Clone, Debug)]
pub struct RefundTask<K> {
    device: Device,
    machine: Refund,
    action: Option<Action>,
    out_refund_no: String,
    found: Found,
    /// The server that holds the order and its bill; empty in an open row of schema version 1.
    server: Option<NonEmpty>,
    paytype: Option<String>,
    extra: Extra,
    row: Option<RefundRow>,
    is_resumed: bool,
    asking: Option<Asking>,
    /// The platform's last message, for [`Progress`].
    said: Option<Arc<str>>,
    /// The whole response to the refund.
    content: Option<Arc<Content>>,
    /// The order in that response, if the refund was accepted.
    accepted: Option<Order>,
    cancelled: bool,
    locks: Vec<K>,
}

/// A request in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// A query for the bill.
    Bill,
    /// The refund itself.
    Refund,
}

/// Decides whether a refund may be made. Nothing has been sent when this returns.
pub fn admit_refund<C: Context>(
    context: &C,
    request: RefundRequest,
) -> Result<RefundAdmission<C::Lock>, Error> {
    if !is_number(&request.out_refund_no) || request.out_refund_no.starts_with(VOID) {
        return Err(Error::OutRefundNo(request.out_refund_no));
    }
    let amount = Amount::Exactly(request.refund);
    admit_numbered(context, request, amount, |which| find_refundable(context, which))
}

/// Finds the bill of a new refund. Rejects one that is being voided or is not known to be paid, where a
/// refund would conflict.
fn find_refundable<C: Context>(context: &C, which: &Which) -> Result<Found, Error> {
    let found = find(context, which)?;
    let Some(out_trade_no) = &found.out_trade_no else {
        let open = context.store().open_charges()?;
        return match open.into_iter().find(|row| row.order() == Some(&found.dm_id)) {
            Some(row) => Err(Error::BillNotPaid(row.out_trade_no)),
            None => Ok(found),
        };
    };
    if account(context, out_trade_no)?.bill.to_void {
        return Err(Error::VoidOpen(out_trade_no.to_string()));
    }
    Ok(found)
}

/// The same for numbers that a void may also use. `find` is called only for the bill of a new refund: a
/// recorded refund is reported or settled even where nothing more may be refunded.
pub(super) fn admit_numbered<C: Context>(
    context: &C,
    request: RefundRequest,
    amount: Amount,
    find: impl FnOnce(&Which) -> Result<Found, Error>,
) -> Result<RefundAdmission<C::Lock>, Error> {
    let lock = context.lock("refund", &request.out_refund_no)?;
    let policy = context.policy(request.deadline_ms);
    let row = context.store().refund(&request.out_refund_no)?;
    let names_its_bill = match &row {
        Some(row) => names_bill_of(context, &request.bill, row)?,
        None => false,
    };
    match (admission::known_refund(row.as_ref(), names_its_bill, request.refund.get()), row) {
        (Known::Differs, Some(row)) => Err(Error::RefundDiffers {
            out_refund_no: row.out_refund_no,
            recorded_fen: row.refund_fen,
            dm_id: row.dm_id,
        }),
        (Known::Resume, Some(row)) => {
            let task = RefundTask::resume(context, row, policy, vec![lock])?;
            Ok(RefundAdmission::Run(Box::new(task)))
        }
        (Known::Recorded, Some(row)) => Ok(RefundAdmission::Recorded(Box::new(RefundReport::recorded(row)))),
        _ => {
            let found = find(&request.bill)?;
            let task = RefundTask::begin(context, request, found, amount, policy, lock)?;
            Ok(RefundAdmission::Run(Box::new(task)))
        }
    }
}

/// Whether `which` names the bill of a refund, by both of its numbers if it has both.
fn names_bill_of<C: Context>(context: &C, which: &Which, row: &RefundRow) -> Result<bool, Error> {
    Ok(match (which.out_trade_no.as_deref(), which.dm_id.as_deref()) {
        (None, dm_id) => dm_id == Some(row.dm_id.as_str()),
        (Some(_), Some(dm_id)) if dm_id != row.dm_id => false,
        (out_trade_no, _) => out_trade_no == out_trade_no_of(context, row)?.as_deref(),
    })
}

/// The caller's number of a refund's bill, which may have entered this ledger since.
fn out_trade_no_of<C: Context>(context: &C, row: &RefundRow) -> Result<Option<String>, Error> {
    match &row.out_trade_no {
        Some(out_trade_no) => Ok(Some(out_trade_no.to_string())),
        None => Ok(charge_of_order(context, &row.dm_id)?.map(|charge| charge.out_trade_no)),
    }
}

/// Finds the bill that a call names.
pub fn find<C: Context>(context: &C, which: &Which) -> Result<Found, Error> {
    let Some(out_trade_no) = which.out_trade_no.as_deref() else {
        return match which.dm_id.as_deref() {
            Some(dm_id) if is_number(dm_id) => find_order(context, dm_id),
            Some(dm_id) => Err(NoBill::NotANumber(dm_id.to_owned()).into()),
            None => Err(NoBill::NotNamed.into()),
        };
    };
    let rows = account(context, out_trade_no)?.rows;
    match admission::paid_attempt(&rows, which.dm_id.as_deref()) {
        Ok((row, order)) => Ok(Found::of(row, order)),
        Err(NotFound::NoBill) => Err(NoBill::Bill(out_trade_no.to_owned()).into()),
        Err(NotFound::NotPaid) => Err(Error::BillNotPaid(out_trade_no.to_owned())),
        Err(NotFound::OtherOrder) => {
            let dm_id = which.dm_id.clone().unwrap_or_default();
            Err(NoBill::OtherOrder { out_trade_no: out_trade_no.to_owned(), dm_id }.into())
        }
    }
}

fn find_order<C: Context>(context: &C, dm_id: &str) -> Result<Found, Error> {
    let of_elsewhere = || Found {
        out_trade_no: None,
        dm_id: dm_id.to_owned(),
        charged_fen: None,
        charged_at: None,
        wallet: Wallet::default(),
    };
    Ok(charge_of_order(context, dm_id)?.map_or_else(of_elsewhere, |row| Found::of(&row, dm_id)))
}

/// The paid charge of an order, including one found to be paid after it was reported as not paid, or that a
/// person decided as paid.
pub(super) fn charge_of_order<C: Context>(context: &C, dm_id: &str) -> Result<Option<ChargeRow>, Error> {
    if let Some(row) = context.store().charge_of_order(dm_id)? {
        return Ok(Some(row));
    }
    let Some(out_trade_no) = context.store().bill_paid_there(dm_id)? else { return Ok(None) };
    let rows = account(context, &out_trade_no)?.rows;
    Ok(admission::paid_attempt(&rows, Some(dm_id)).ok().map(|(row, _)| row.clone()))
}

impl Found {
    /// The bill of a charge that this order has paid.
    pub(super) fn of(row: &ChargeRow, dm_id: &str) -> Self {
        Self {
            out_trade_no: NonEmpty::of(&row.out_trade_no),
            dm_id: dm_id.to_owned(),
            charged_fen: Some(i64::from(row.total_fen)),
            charged_at: row.server.clone(),
            wallet: row.wallet.clone(),
        }
    }
}

/// The server at which an order is queried and refunded.
pub fn server_of_order<C: Context>(context: &C, found: &Found) -> Result<String, Error> {
    let refunds = context.store().refunds_of_order(&found.dm_id)?;
    allowed_server(context, admission::server_of(found.charged_at.as_deref(), &refunds))
}

fn allowed_server<C: Context>(context: &C, server: Option<&str>) -> Result<String, Error> {
    match server {
        Some(server) if context.reaches(server) => Ok(server.to_owned()),
        Some(server) => Err(Error::ServerNotAllowed(server.to_owned())),
        None => Ok(context.server()),
    }
}

impl RefundReport {
    /// Reports a refund from the ledger.
    pub fn recorded(row: RefundRow) -> Self {
        Self { recorded: true, ..Self::of(row) }
    }

    fn of(row: RefundRow) -> Self {
        let verdict = match row.state {
            RefundState::Refunded => RefundVerdict::Refunded,
            RefundState::NotRefunded | RefundState::NotSent => RefundVerdict::NotRefunded,
            RefundState::Open | RefundState::Conflict => RefundVerdict::Unknown,
            RefundState::DecidedRefunded | RefundState::DecidedNotRefunded => RefundVerdict::Decided,
        };
        Self { verdict, row, doubt: None, recorded: false, content: None }
    }
}

impl<K> RefundTask<K> {
    fn begin<C: Context<Lock = K>>(
        context: &C,
        request: RefundRequest,
        found: Found,
        amount: Amount,
        policy: Policy,
        lock: K,
    ) -> Result<Self, Error> {
        let order_lock = context.lock("order", &found.dm_id)?;
        let refunds = context.store().refunds_of_order(&found.dm_id)?;
        match admission::new_refund(&refunds, found.charged_fen, request.refund.get()) {
            Err(Obstacle::Undecided(number)) => return Err(Error::RefundOpen(number.to_owned())),
            Err(Obstacle::TooMuch(refundable_fen)) => return Err(Error::RefundTooMuch { refundable_fen }),
            Ok(()) => {}
        }
        let others = admission::lines_of_others(&refunds, None);
        let server = NonEmpty::of(allowed_server(
            context,
            admission::server_of(found.charged_at.as_deref(), &refunds),
        )?);
        let device = context.device().ok_or_else(|| context.no_device())?;
        let (machine, action) = Refund::begin(&found.dm_id, amount, others, policy, context.now());
        Ok(Self {
            device,
            machine,
            action: Some(action),
            out_refund_no: request.out_refund_no,
            found,
            server,
            paytype: request.paytype,
            extra: request.extra,
            row: None,
            is_resumed: false,
            asking: None,
            said: None,
            content: None,
            accepted: None,
            cancelled: false,
            locks: vec![lock, order_lock],
        })
    }

    /// Creates a task that settles an open row by reading alone.
    pub fn resume<C: Context<Lock = K>>(
        context: &C,
        row: RefundRow,
        policy: Policy,
        mut locks: Vec<K>,
    ) -> Result<Self, Error> {
        locks.push(context.lock("order", &row.dm_id)?);
        let amount = Fen::new(row.refund_fen).map_err(|_| {
            let what = format!("the refund {} has an invalid amount", row.out_refund_no);
            LedgerError::Damaged(Cause::new(what))
        })?;
        let device = device_to_ask_as(context, &row.device_id)?;
        let known = brought_up_refund(context, &row);
        let is_witness = is_witness(context, &device, &row.device_id, row.server.as_ref());
        let refunds = context.store().refunds_of_order(&row.dm_id)?;
        let others = admission::lines_of_others(&refunds, Some(row.id)).and(&row.before);
        let (machine, action) =
            Refund::resume(&row.dm_id, amount, others, known, is_witness, policy, context.now());
        context.log(Level::Info, || format!("refund.resume out_refund_no={}", row.out_refund_no));
        Ok(Self {
            device,
            machine,
            action: Some(action),
            out_refund_no: row.out_refund_no.clone(),
            found: Found {
                out_trade_no: row.out_trade_no.clone(),
                dm_id: row.dm_id.clone(),
                charged_fen: None,
                charged_at: None,
                wallet: row.wallet.clone(),
            },
            server: row.server.clone(),
            paytype: None,
            extra: Extra::default(),
            row: Some(row),
            is_resumed: true,
            asking: None,
            said: None,
            content: None,
            accepted: None,
            cancelled: false,
            locks,
        })
    }

    /// The caller's number.
    pub fn number(&self) -> &str {
        &self.out_refund_no
    }

    /// The platform's order.
    pub fn order(&self) -> &str {
        &self.found.dm_id
    }

    /// The row, once there is one.
    pub const fn row(&self) -> Option<&RefundRow> {
        self.row.as_ref()
    }

    /// Whether the task settles a refund that an earlier run left open.
    pub const fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    /// The action that it wants next, for observers.
    pub const fn action(&self) -> Option<&Action> {
        self.action.as_ref()
    }

    /// The request in flight, for observers.
    pub const fn asking(&self) -> Option<Asking> {
        self.asking
    }

    /// The state machine, for observers.
    pub const fn machine(&self) -> &Refund {
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
        let written = match (record, &self.row) {
            (Record::Intent(before, amount), _) => self.write_intent(context, before, *amount),
            (record, Some(row)) => {
                row.after(record, self.accepted.as_ref(), &context.moment()).and_then(|after| {
                    let ended_day = context.store().write_refund(&after)?;
                    Ok(RefundRow { ended_day, ..after })
                })
            }
            (_, None) => Err(no_intent()),
        };
        if let (Err(PersistError::Storage(_)), Some(row)) = (&written, &self.row) {
            context.keep_unwritten_refund(row.id, Some(self.machine.known().clone()));
        }
        let done = written.map(|row| {
            context.note(RowId::Refund(row.id));
            context.keep_unwritten_refund(row.id, None);
            self.row = Some(row);
        });
        self.log_record(context, record, &done);
        done
    }

    fn write_intent<C: Context>(
        &mut self,
        context: &C,
        before: &Before,
        amount: Fen,
    ) -> Result<RefundRow, PersistError> {
        let sent_time = context.platform_time();
        self.machine.sent_at(&sent_time);
        let new = NewRefund {
            out_refund_no: &self.out_refund_no,
            out_trade_no: self.found.out_trade_no.as_deref(),
            dm_id: &self.found.dm_id,
            wallet: &self.found.wallet,
            device_id: &self.device.id,
            server: self.server.as_deref(),
            refund_fen: amount.get(),
            before,
            sent_time: &sent_time,
            operator_id: self.extra.get("operator_id").unwrap_or_default(),
            started: &context.moment(),
        };
        Ok(context.store().begin_refund(&new)?)
    }

    /// Records that the back office refunded all that was left of an order in this ledger. It is stored as a
    /// void without a line of its own, so that the bill is not reported as paid afterwards.
    fn note_nothing_left<C: Context>(&self, context: &C, outcome: &Outcome) -> Result<(), Error> {
        let Outcome::Rejected(Rejection::NothingLeft { paid_fen }) = outcome else { return Ok(()) };
        let Found { out_trade_no: Some(out_trade_no), dm_id, charged_fen: Some(charged), .. } = &self.found
        else {
            return Ok(());
        };
        // A bill that does not show the whole payment does not prove that all of it was refunded.
        if paid_fen < charged {
            return Ok(());
        }
        let Account { rows, bill } = account(context, out_trade_no)?;
        let refunds = context.store().refunds_of_order(dm_id)?;
        let Ok((charge, _)) = admission::paid_attempt(&rows, Some(dm_id)) else { return Ok(()) };
        let left = admission::void_refund(&bill, charge, &refunds).filter(|_| bill.captured_fen(dm_id) > 0);
        let Some(VoidRefund { number, fen }) = left else { return Ok(()) };
        note_made_elsewhere(context, charge, dm_id, &number, fen)
    }

    fn read_bill<C: Context>(&self, context: &C) -> Result<Exchange, Delivery<Infallible>> {
        let left = self.machine.left(context.now());
        if self.is_resumed && (left == 0 || self.cancelled) {
            // Rows settled at the same time have used it up, or the caller no longer waits.
            return Err(Delivery::NotSent("no time was left".to_owned()));
        }
        let request = request::read(&self.device, &self.found.dm_id, &Extra::default());
        // The refund is sent only once its intent is a row.
        let kind = if self.row.is_none() { Kind::QuestionBeforeMoney } else { Kind::Question };
        Ok(Exchange { request, kind: kind(self.server.clone()), left })
    }

    fn refund<C: Context>(&self, context: &C) -> Exchange {
        let paytype = self.paytype.as_deref().unwrap_or_default();
        let dm_id = &self.found.dm_id;
        let request = request::refund(&self.device, dm_id, self.machine.amount(), paytype, &self.extra);
        Exchange { request, kind: Kind::Money(self.server.clone()), left: self.machine.left(context.now()) }
    }

    fn hear_bill<C: Context>(&mut self, context: &C, delivery: Delivery<Vec<u8>>) -> Event {
        let delivery = delivery.map(|body| bill::read(&body));
        if let (Delivery::Response(Ok(BillResponse::Found(bill))), None) = (&delivery, &self.row) {
            // The response to the refund comes later, and may be lost.
            self.found.wallet.learn(&bill.pay_type, &bill.pay_name);
        }
        context.log(Level::Info, || {
            let came = match &delivery {
                Delivery::Response(Ok(BillResponse::Found(bill))) => {
                    format!("pay_total_fen={} refunded_fen={}", bill.pay_total_fen, bill.refunded_fen)
                }
                Delivery::Response(Ok(BillResponse::NotFound(info) | BillResponse::Refused(info))) => {
                    info.clone()
                }
                Delivery::Response(Err(error)) => chain(error),
                Delivery::MaybeSent(reason) | Delivery::Reset(reason) | Delivery::NotSent(reason) => {
                    reason.clone()
                }
            };
            format!("read dm_id={} {came}", self.found.dm_id)
        });
        Event::Bill(delivery)
    }

    fn hear_refund<C: Context>(&mut self, context: &C, delivery: Delivery<Vec<u8>>) -> Event {
        if let Some(row) = &self.row {
            context.note(RowId::Refund(row.id));
        }
        let delivery: Delivery<Result<PayResponse, ResponseError>> =
            delivery.map(|body| response::refund(&body));
        if let Delivery::Response(Ok(response)) = &delivery {
            self.content = response.content();
            let is_ours = |order: &&Order| order.dm_id.is_empty() || order.dm_id == self.found.dm_id;
            self.accepted = match response {
                PayResponse::Done(order) => Some(order).filter(is_ours).cloned(),
                _ => None,
            };
        }
        keep_said(context, &mut self.said, &delivery);
        context.log(level_of(&delivery), || {
            format!("refund out_refund_no={} {}", self.out_refund_no, describe(&delivery))
        });
        Event::Refund(delivery)
    }

    fn end(&self, outcome: Outcome) -> Result<RefundReport, Error> {
        let row = match (&self.row, &outcome) {
            (_, Outcome::Rejected(rejection)) => return Err(rejected(rejection.clone())),
            (_, Outcome::NotSent(_)) if self.cancelled => return Err(Error::Cancelled),
            (_, Outcome::NotSent(reason)) => return Err(Error::NotSent(reason.clone())),
            (None, _) => return Err(Error::Ended),
            (Some(row), _) => row.clone(),
        };
        let report = |row| RefundReport { content: self.content.clone(), ..RefundReport::of(row) };
        Ok(match outcome {
            Outcome::Unknown(doubt) => {
                RefundReport { verdict: RefundVerdict::Unknown, doubt: Some(doubt), ..report(row) }
            }
            _ => report(row),
        })
    }

    fn log_record<C: Context>(&self, context: &C, record: &Record, done: &Result<(), PersistError>) {
        let line = || {
            let what = match record {
                Record::Intent(_, amount) => format!("refund.intent refund_fen={}", amount.get()),
                Record::Known(known) => format!("refund.known said={}", known.said.word()),
                Record::Refunded(lines) => {
                    let ids: Vec<_> = lines.iter().map(|line| line.pay_id.as_str()).collect();
                    format!("refund.refunded pay_id={}", ids.join(","))
                }
                Record::NotRefunded(reason) => format!("refund.not_refunded {reason}"),
                Record::NotSent(reason) => format!("refund.not_sent {reason}"),
                Record::Conflict(shown) => format!("refund.conflict {shown}"),
            };
            format!("{what} out_refund_no={} dm_id={}", self.out_refund_no, self.found.dm_id)
        };
        match done {
            Ok(()) => context.log(Level::Info, line),
            Err(error) => context.log(Level::Error, || format!("{} not written: {}", line(), chain(error))),
        }
    }
}

impl<C: Context> Task<C> for RefundTask<C::Lock> {
    type End = Result<RefundReport, Error>;

    fn step(&mut self, context: &C) -> Step<Self::End> {
        match self.action.take() {
            Some(Action::Persist(record)) => {
                let event = Event::Persisted(self.persist(context, &record));
                self.go_on(context, event);
            }
            Some(Action::ReadBill) => match self.read_bill(context) {
                Ok(exchange) => {
                    self.asking = Some(Asking::Bill);
                    return Step::Send(Box::new(exchange));
                }
                Err(delivery) => self.go_on(context, Event::Bill(delivery.map(|never| match never {}))),
            },
            Some(Action::SendRefund) => {
                self.asking = Some(Asking::Refund);
                return Step::Send(Box::new(self.refund(context)));
            }
            Some(Action::Wait { until }) if context.now() < until && !self.cancelled => {
                self.action = Some(Action::Wait { until });
                return Step::Wait(until);
            }
            Some(Action::Wait { .. }) => self.go_on(context, Event::Woke),
            Some(Action::Reveal(outcome)) => {
                let noted = self.note_nothing_left(context, &outcome);
                return Step::Ended(noted.and_then(|()| self.end(outcome)));
            }
            None => return Step::Ended(Err(Error::Ended)),
        }
        Step::Go
    }

    fn hear(&mut self, context: &C, delivery: Delivery<Vec<u8>>) {
        let event = match self.asking.take() {
            Some(Asking::Bill) => self.hear_bill(context, delivery),
            Some(Asking::Refund) => self.hear_refund(context, delivery),
            None => return,
        };
        self.go_on(context, event);
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        self.machine.cancel();
    }

    fn progress(&self, now: Millis) -> Progress {
        let deadline = now.saturating_add(self.machine.left(now));
        Progress::Payment { stage: Stage::Refunding, deadline, said: self.said.clone() }
    }
}

/// Records that this much of a charge that this order has paid was refunded elsewhere.
pub(super) fn note_made_elsewhere<C: Context>(
    context: &C,
    charge: &ChargeRow,
    dm_id: &str,
    number: &str,
    fen: i64,
) -> Result<(), Error> {
    let new = NewRefund {
        out_refund_no: number,
        out_trade_no: Some(&charge.out_trade_no),
        dm_id,
        wallet: &charge.wallet,
        device_id: &charge.device_id,
        server: charge.server.as_deref(),
        refund_fen: i32::try_from(fen).unwrap_or(charge.total_fen),
        before: &Before::default(),
        sent_time: "",
        operator_id: "",
        started: &context.moment(),
    };
    context.log(Level::Warn, || format!("refund.made_elsewhere refund_fen={fen} dm_id={dm_id}"));
    Ok(context.store().note_refund(&new)?)
}

fn rejected(rejection: Rejection) -> Error {
    match rejection {
        Rejection::TooMuch { refundable_fen } => Error::RefundTooMuch { refundable_fen },
        Rejection::NothingLeft { .. } => Error::RefundTooMuch { refundable_fen: 0 },
        Rejection::NoBill(info) => NoBill::NotThere(info).into(),
        Rejection::Refused(info) => Error::Refused(info),
        Rejection::BillUnread(reason) => Error::NoResponse(reason),
        Rejection::BillLacks => Error::BillLacksRefund,
        Rejection::Cancelled => Error::Cancelled,
        Rejection::NotRecorded(error) => Error::from(error),
    }
}
