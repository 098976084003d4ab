//! Refunding a bill, and voiding one: the drive of the refund's machine.

use std::sync::Arc;

use crate::payment::policy::Policy;
use crate::payment::refund::{Action, Before, Doubt, Event, Outcome, Record, Refund, Rejection};
use crate::payment::{Delivery, PersistError, Stage};
use crate::protocol::amount::Fen;
use crate::protocol::answer::{self, AnswerError, PayAnswer};
use crate::protocol::bill::{self, BillAnswer};
use crate::protocol::request::{self, Device, Extra};
use crate::till::charging::{ChargeReport, ChargeVerdict, describe};
use crate::till::claims::Claim;
use crate::till::error::Error;
use crate::till::ledger::{ChargeState, LedgerError, NewRefund, RefundRow, RefundState};
use crate::till::ticket::{Progress, Ticket};
use crate::till::{Step, Till, clock, is_number};

/// How the refund numbers of voids begin; callers' numbers may not.
const VOID: &str = "void-";

/// Which bill: by the caller's number, by the platform's, or by both, which then have to belong together.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// A bill of this ledger.
    pub out_trade_no: Option<String>,
    /// Any bill of the platform.
    pub dm_id: Option<String>,
}

/// A bill that was found.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub out_trade_no: String,
    pub dm_id: String,
    pub pay_type: String,
}

/// What to refund.
#[derive(Clone, Debug)]
pub struct RefundRequest {
    /// The caller's number of the refund; the key under which it is sent at most once.
    pub out_refund_no: String,
    /// The bill.
    pub bill: Which,
    /// The amount.
    pub refund: Fen,
    /// Further parameters.
    pub extra: Extra,
    /// Instead of the till's deadline, in ms.
    pub deadline_ms: Option<u64>,
}

/// The three verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundVerdict {
    /// The refund was made.
    Refunded,
    /// It was not.
    NotRefunded,
    /// It may have been.
    Unknown,
}

/// What became of a refund.
#[derive(Clone, Debug)]
pub struct RefundReport {
    /// The verdict.
    pub verdict: RefundVerdict,
    /// The ledger's row.
    pub row: RefundRow,
    /// Why it is unknown.
    pub doubt: Option<Doubt>,
    /// Whether it was on record before this call, which then sent nothing.
    pub recorded: bool,
}

/// What became of a void.
#[derive(Clone, Debug)]
pub enum VoidReport {
    /// There was nothing to undo.
    NotPaid(ChargeReport),
    /// Whether there is anything to undo is not known.
    Unknown(ChargeReport),
    /// The bill was paid; this is its refund.
    Refund(RefundReport),
}

/// The answer to a wish to refund.
pub enum RefundAdmission {
    /// The ledger knows the verdict.
    Recorded(RefundReport),
    /// There is something to do.
    Run(Box<RefundRun>),
}

/// A refund that is being made or settled.
pub struct RefundRun {
    till: Arc<Till>,
    device: Device,
    machine: Refund,
    action: Option<Action>,
    out_refund_no: String,
    found: Found,
    amount: Fen,
    extra: Extra,
    row: Option<RefundRow>,
    printinfo: String,
    ticket: Arc<Ticket>,
    _claims: Vec<Claim>,
}

impl Till {
    /// Refunds a part or all of a bill and waits for the verdict.
    pub fn refund(
        self: &Arc<Self>,
        request: RefundRequest,
        ticket: &Arc<Ticket>,
    ) -> Result<RefundReport, Error> {
        match self.admit_refund(request, ticket)? {
            RefundAdmission::Recorded(report) => Ok(report),
            RefundAdmission::Run(run) => run.finish(),
        }
    }

    /// Decides whether a refund may be made. Nothing has been sent when this returns.
    pub fn admit_refund(
        self: &Arc<Self>,
        request: RefundRequest,
        ticket: &Arc<Ticket>,
    ) -> Result<RefundAdmission, Error> {
        if !is_number(&request.out_refund_no) || request.out_refund_no.starts_with(VOID) {
            return Err(Error::OutRefundNo(request.out_refund_no));
        }
        self.admit_numbered(request, ticket)
    }

    fn admit_numbered(
        self: &Arc<Self>,
        request: RefundRequest,
        ticket: &Arc<Ticket>,
    ) -> Result<RefundAdmission, Error> {
        let claim = self.claims.take("refund", &request.out_refund_no)?;
        let found = self.find(&request.bill)?;
        let policy = self.policy(request.deadline_ms);
        if let Some(row) = self.ledger.refund(&request.out_refund_no)? {
            if row.refund_fen != request.refund.get() || row.dm_id != found.dm_id {
                return Err(Error::RefundDiffers {
                    out_refund_no: row.out_refund_no,
                    recorded_fen: row.refund_fen,
                    dm_id: row.dm_id,
                });
            }
            match row.state {
                RefundState::NotSent => {}
                RefundState::Open => {
                    let run = self.resume_refund(row, policy, vec![claim], ticket)?;
                    return Ok(RefundAdmission::Run(Box::new(run)));
                }
                _ => return Ok(RefundAdmission::Recorded(report(row, true))),
            }
        }
        let order_claim = self.claims.take("order", &found.dm_id)?;
        let refunds = self.ledger.refunds_of_order(&found.dm_id)?;
        if let Some(open) = refunds.iter().find(|row| row.state == RefundState::Open) {
            return Err(Error::RefundOpen(open.out_refund_no.clone()));
        }
        let device = self.device()?;
        let (machine, action) = Refund::begin(&found.dm_id, request.refund, policy, clock::monotonic());
        let run = RefundRun {
            till: self.clone(),
            device,
            machine,
            action: Some(action),
            out_refund_no: request.out_refund_no,
            found,
            amount: request.refund,
            extra: request.extra,
            row: None,
            printinfo: String::new(),
            ticket: ticket.clone(),
            _claims: vec![claim, order_claim],
        };
        run.publish();
        Ok(RefundAdmission::Run(Box::new(run)))
    }

    /// A run that settles an open row by reading alone.
    pub(super) fn resume_refund(
        self: &Arc<Self>,
        row: RefundRow,
        policy: Policy,
        mut claims: Vec<Claim>,
        ticket: &Arc<Ticket>,
    ) -> Result<RefundRun, Error> {
        claims.push(self.claims.take("order", &row.dm_id)?);
        let amount = Fen::new(row.refund_fen).map_err(|_| {
            let what = format!("the refund {} has no valid amount", row.out_refund_no);
            Error::Ledger(LedgerError::Damaged(what))
        })?;
        let now = clock::monotonic();
        let (machine, action) = Refund::resume(&row.dm_id, amount, row.before.clone(), policy, now);
        self.log.info(&format!("refund.resume out_refund_no={}", row.out_refund_no));
        let run = RefundRun {
            till: self.clone(),
            device: self.device()?,
            machine,
            action: Some(action),
            out_refund_no: row.out_refund_no.clone(),
            found: Found {
                out_trade_no: row.out_trade_no.clone(),
                dm_id: row.dm_id.clone(),
                pay_type: String::new(),
            },
            amount,
            extra: Extra::default(),
            row: Some(row),
            printinfo: String::new(),
            ticket: ticket.clone(),
            _claims: claims,
        };
        run.publish();
        Ok(run)
    }

    /// Undoes a bill: settles it, and refunds what is left of it if it turns out to be paid. The refund's number
    /// is made of the bill's, so that a void that is repeated refunds once.
    pub fn void(
        self: &Arc<Self>,
        out_trade_no: &str,
        deadline_ms: Option<u64>,
        ticket: &Arc<Ticket>,
    ) -> Result<VoidReport, Error> {
        let charge = self.settle_charges(out_trade_no, deadline_ms, ticket)?;
        match charge.verdict {
            ChargeVerdict::NotPaid => return Ok(VoidReport::NotPaid(charge)),
            ChargeVerdict::Unknown => return Ok(VoidReport::Unknown(charge)),
            ChargeVerdict::Paid => {}
        }
        let refunds = self.ledger.refunds_of_order(&charge.row.dm_id)?;
        let voids: Vec<_> = refunds.iter().filter(|row| row.out_refund_no.starts_with(VOID)).collect();
        // One that was never sent says nothing about what is left to refund now.
        let counts =
            |row: &&&RefundRow| !matches!(row.state, RefundState::NotRefunded | RefundState::NotSent);
        let last = voids.last().filter(counts);
        let (out_refund_no, refund_fen) = match last {
            Some(row) => (row.out_refund_no.clone(), i64::from(row.refund_fen)),
            None => {
                let left = i64::from(charge.row.total_fen) - self.refunded_fen(&charge.row)?;
                (format!("{VOID}{}-{}", charge.row.id, voids.len() + 1), left)
            }
        };
        let refund = i32::try_from(refund_fen)
            .ok()
            .and_then(|fen| Fen::new(fen).ok())
            .ok_or_else(|| Error::AlreadyRefunded(out_trade_no.to_owned()))?;
        let bill = Which { out_trade_no: None, dm_id: Some(charge.row.dm_id) };
        let extra = Extra::default();
        let request = RefundRequest { out_refund_no, bill, refund, extra, deadline_ms };
        let report = match self.admit_numbered(request, ticket)? {
            RefundAdmission::Recorded(report) => report,
            RefundAdmission::Run(run) => run.finish()?,
        };
        Ok(VoidReport::Refund(report))
    }

    /// Finds the bill that a call is about.
    pub(super) fn find(&self, which: &Which) -> Result<Found, Error> {
        let by_order = |dm_id: &str| -> Result<Found, Error> {
            let row = self.ledger.charge_of_order(dm_id)?;
            Ok(Found {
                out_trade_no: row.as_ref().map(|r| r.out_trade_no.clone()).unwrap_or_default(),
                dm_id: dm_id.to_owned(),
                pay_type: row.map(|r| r.pay_type).unwrap_or_default(),
            })
        };
        let Some(out_trade_no) = which.out_trade_no.as_deref() else {
            return match which.dm_id.as_deref() {
                Some(dm_id) if is_number(dm_id) => by_order(dm_id),
                Some(dm_id) => Err(Error::NoBill(format!("`{dm_id}` is no order number"))),
                None => Err(Error::NoBill("neither out_trade_no nor dm_id is given".to_owned())),
            };
        };
        let attempts = self.ledger.charges(out_trade_no)?;
        if attempts.is_empty() {
            return Err(Error::NoBill(out_trade_no.to_owned()));
        }
        let fits = |dm_id: &str| which.dm_id.as_deref().is_none_or(|wanted| wanted == dm_id);
        let mut paid = attempts.iter().rev().filter(|row| row.state == ChargeState::Paid).peekable();
        if paid.peek().is_none() {
            return Err(Error::BillNotPaid(out_trade_no.to_owned()));
        }
        match paid.find(|row| fits(&row.dm_id)) {
            Some(row) => by_order(&row.dm_id),
            None => Err(Error::NoBill(format!("{out_trade_no} is not the order named"))),
        }
    }
}

impl RefundRun {
    /// Runs to the verdict on this thread.
    pub fn finish(mut self) -> Result<RefundReport, Error> {
        let ticket = self.ticket.clone();
        ticket.follow(|| self.step())
    }

    /// Does what can be done now.
    pub fn step(&mut self) -> Step<Result<RefundReport, Error>> {
        loop {
            let now = clock::monotonic();
            if self.ticket.is_cancelled() {
                self.machine.cancel();
            }
            let event = match self.action.take() {
                Some(Action::Persist(record)) => Event::Persisted(self.persist(&record)),
                Some(Action::ReadBill) => Event::Bill(self.read_bill()),
                Some(Action::SendRefund) => Event::Refund(self.send_refund()),
                Some(Action::Wait { until }) if now < until && !self.ticket.is_cancelled() => {
                    self.action = Some(Action::Wait { until });
                    return Step::Wait(until);
                }
                Some(Action::Wait { .. }) => Event::Woke,
                Some(Action::Reveal(outcome)) => return Step::Ended(self.end(outcome)),
                None => return Step::Ended(Err(Error::Busy("the refund has ended".to_owned()))),
            };
            self.action = Some(self.machine.on(clock::monotonic(), event));
        }
    }

    /// Tells watchers how long it may still take; once, as nothing else about it changes.
    fn publish(&self) {
        let now = clock::monotonic();
        let deadline = now.saturating_add(self.machine.left(now));
        self.ticket.publish(Progress::Payment { stage: Stage::Refunding, deadline });
    }

    fn persist(&mut self, record: &Record) -> Result<(), PersistError> {
        let done = match (record, &self.row) {
            (Record::Intent(before), _) => self.begin(before),
            (record, Some(row)) => self.till.ledger.note_refund(row.id, record, &self.printinfo),
            (_, None) => Err(PersistError::Storage("there is no intent".to_owned())),
        };
        let what = match record {
            Record::Intent(_) => format!("refund.intent refund_fen={}", self.amount.get()),
            Record::Refunded(line) => format!("refund.refunded pay_id={}", line.pay_id),
            Record::NotRefunded(reason) => format!("refund.not_refunded {reason}"),
            Record::NotSent(reason) => format!("refund.not_sent {reason}"),
            Record::Conflict(shown) => format!("refund.conflict {shown}"),
        };
        let who = format!("out_refund_no={} dm_id={}", self.out_refund_no, self.found.dm_id);
        match &done {
            Ok(()) => self.till.log.info(&format!("{what} {who}")),
            Err(error) => self.till.log.error(&format!("{what} {who} not written: {error}")),
        }
        done
    }

    fn begin(&mut self, before: &Before) -> Result<(), PersistError> {
        let new = NewRefund {
            out_refund_no: &self.out_refund_no,
            out_trade_no: &self.found.out_trade_no,
            dm_id: &self.found.dm_id,
            device_id: &self.device.id,
            refund_fen: self.amount.get(),
        };
        let row = self.till.ledger.begin_refund(&new, before);
        self.row = Some(row.map_err(|error| PersistError::Storage(error.to_string()))?);
        Ok(())
    }

    fn read_bill(&self) -> Delivery<Result<BillAnswer, AnswerError>> {
        let read = request::read(&self.device, &self.found.dm_id, &Extra::default());
        let left = self.machine.left(clock::monotonic());
        let delivery = self.till.http.ask(&read, left).map(|body| bill::read(&body));
        let came = match &delivery {
            Delivery::Answer(Ok(BillAnswer::Found(bill))) => {
                format!("pay_total_fen={} refunded_fen={}", bill.pay_total_fen, bill.refunded_fen)
            }
            Delivery::Answer(Ok(BillAnswer::NotFound(info) | BillAnswer::Refused(info))) => info.clone(),
            Delivery::Answer(Err(error)) => error.to_string(),
            Delivery::MaybeSent(reason) | Delivery::NotSent(reason) => reason.clone(),
        };
        self.till.log.info(&format!("read dm_id={} {came}", self.found.dm_id));
        delivery
    }

    fn send_refund(&mut self) -> Delivery<Result<PayAnswer, AnswerError>> {
        let Found { dm_id, pay_type, .. } = &self.found;
        let refund = request::refund(&self.device, dm_id, self.amount, pay_type, &self.extra);
        let left = self.machine.left(clock::monotonic());
        let delivery = self.till.http.send_money(&refund, left).map(|body| answer::pay(&body));
        if let Delivery::Answer(Ok(PayAnswer::Done(order))) = &delivery {
            self.printinfo.clone_from(&order.printinfo);
        }
        let (_, came) = describe(&delivery);
        self.till.log.info(&format!("refund out_refund_no={} {came}", self.out_refund_no));
        delivery
    }

    fn end(&self, outcome: Outcome) -> Result<RefundReport, Error> {
        let (row, outcome) = match (&self.row, outcome) {
            (_, Outcome::Rejected(rejection)) => return Err(rejected(rejection)),
            (_, Outcome::NotSent(_)) if self.ticket.is_cancelled() => return Err(Error::Cancelled),
            (_, Outcome::NotSent(reason)) => return Err(Error::NotSent(reason)),
            (None, _) => return Err(Error::Busy("there is no intent".to_owned())),
            (Some(row), outcome) => (row, outcome),
        };
        // Once something may have been sent there are verdicts and no errors: a row that cannot be read back now is
        // told as this run knows it.
        let read = self.till.ledger.refund(&self.out_refund_no).ok().flatten();
        let mut row = read.unwrap_or_else(|| row.clone());
        Ok(match outcome {
            Outcome::Refunded(line) => {
                row.state = RefundState::Refunded;
                row.pay_id = line.pay_id;
                report(row, false)
            }
            Outcome::NotRefunded(_) => {
                row.state = RefundState::NotRefunded;
                report(row, false)
            }
            Outcome::Unknown(doubt) => {
                RefundReport { verdict: RefundVerdict::Unknown, row, doubt: Some(doubt), recorded: false }
            }
            Outcome::NotSent(_) | Outcome::Rejected(_) => report(row, false),
        })
    }
}

fn rejected(rejection: Rejection) -> Error {
    match rejection {
        Rejection::TooMuch { refundable_fen } => Error::RefundTooMuch { refundable_fen },
        Rejection::NoBill(info) => Error::NoBill(info),
        Rejection::Refused(info) => Error::Refused(info),
        Rejection::BillUnread(reason) => Error::NoAnswer(reason),
        Rejection::Cancelled => Error::Cancelled,
        Rejection::NotRecorded(error) => Error::from(error),
    }
}

fn report(row: RefundRow, recorded: bool) -> RefundReport {
    let verdict = match row.state {
        RefundState::Refunded => RefundVerdict::Refunded,
        RefundState::NotRefunded | RefundState::NotSent => RefundVerdict::NotRefunded,
        RefundState::Open | RefundState::Conflict => RefundVerdict::Unknown,
    };
    RefundReport { verdict, row, doubt: None, recorded }
}
