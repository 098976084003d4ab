//! Refunding a bill, and voiding one: the drive of the refund's machine.

use std::sync::Arc;

use crate::payment::bill::{Bill, VOID};
use crate::payment::policy::Policy;
use crate::payment::refund::{Action, Amount, Before, Doubt, Event, Outcome, Record, Refund, Rejection};
use crate::payment::{Delivery, PersistError, Stage};
use crate::protocol::amount::Fen;
use crate::protocol::answer::{self, AnswerError, PayAnswer};
use crate::protocol::bill::{self, BillAnswer};
use crate::protocol::request::{self, Device, Extra};
use crate::till::bills::Account;
use crate::till::charging::{self, ChargeReport, describe};
use crate::till::claims::Claim;
use crate::till::error::Error;
use crate::till::ledger::{ChargeRow, ChargeState, LedgerError, NewRefund, RefundRow, RefundState};
use crate::till::ticket::{Progress, Ticket};
use crate::till::{Step, Till, clock, is_number};

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
    /// What this ledger charged on it; nothing for a bill that is not of this ledger.
    pub charged_fen: Option<i64>,
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
    extra: Extra,
    row: Option<RefundRow>,
    is_resumed: bool,
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
        let found = self.find(&request.bill)?;
        if !found.out_trade_no.is_empty()
            && self.ledger.charges(&found.out_trade_no)?.iter().any(|row| row.to_void)
        {
            return Err(Error::VoidOpen(found.out_trade_no));
        }
        let amount = Amount::Exactly(request.refund);
        self.admit_numbered(request, found, amount, ticket)
    }

    fn admit_numbered(
        self: &Arc<Self>,
        request: RefundRequest,
        found: Found,
        amount: Amount,
        ticket: &Arc<Ticket>,
    ) -> Result<RefundAdmission, Error> {
        let claim = self.claims.take("refund", &request.out_refund_no)?;
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
        let undecided = |row: &&RefundRow| matches!(row.state, RefundState::Open | RefundState::Conflict);
        if let Some(open) = refunds.iter().find(undecided) {
            return Err(Error::RefundOpen(open.out_refund_no.clone()));
        }
        self.is_within_what_was_charged(&found, request.refund)?;
        let others = refunds.iter().fold(Before::default(), |lines, row| lines.and(&row.lines));
        let device = self.device()?;
        let (machine, action) = Refund::begin(&found.dm_id, amount, others, policy, clock::monotonic());
        let run = RefundRun {
            till: self.clone(),
            device,
            machine,
            action: Some(action),
            out_refund_no: request.out_refund_no,
            found,
            extra: request.extra,
            row: None,
            is_resumed: false,
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
        let (device, now) = (self.device()?, clock::monotonic());
        let known = self.quiet.brought_up_refund(&row, now);
        let at_its_server = row.server.is_empty() || self.http.allows(&row.server).is_ok();
        let is_witness = at_its_server && row.device_id == device.id;
        let others = self
            .ledger
            .refunds_of_order(&row.dm_id)?
            .iter()
            .filter(|other| other.id != row.id)
            .fold(row.before.clone(), |lines, other| lines.and(&other.lines));
        let (machine, action) = Refund::resume(&row.dm_id, amount, others, known, is_witness, policy, now);
        self.log.info(&format!("refund.resume out_refund_no={}", row.out_refund_no));
        let run = RefundRun {
            till: self.clone(),
            device,
            machine,
            action: Some(action),
            out_refund_no: row.out_refund_no.clone(),
            found: Found {
                out_trade_no: row.out_trade_no.clone(),
                dm_id: row.dm_id.clone(),
                pay_type: String::new(),
                charged_fen: None,
            },
            extra: Extra::default(),
            row: Some(row),
            is_resumed: true,
            printinfo: String::new(),
            ticket: ticket.clone(),
            _claims: claims,
        };
        run.publish();
        Ok(run)
    }

    /// A refund of an order of this ledger is never larger than what this ledger charged on it, whatever the bill says.
    fn is_within_what_was_charged(&self, found: &Found, refund: Fen) -> Result<(), Error> {
        let Some(charged_fen) = found.charged_fen else { return Ok(()) };
        let refundable_fen = charged_fen - self.ledger.refunded_fen(&found.dm_id)?;
        if i64::from(refund.get()) > refundable_fen {
            return Err(Error::RefundTooMuch { refundable_fen: refundable_fen.max(0) });
        }
        Ok(())
    }

    /// Undoes a bill: settles it, and refunds what is left of every order that turns out to be paid. That it is to be undone
    /// is on record until it is, so that a power cut cannot forget it.
    pub fn void(
        self: &Arc<Self>,
        out_trade_no: &str,
        deadline_ms: Option<u64>,
        ticket: &Arc<Ticket>,
    ) -> Result<VoidReport, Error> {
        let claim = Arc::new(self.claims.take("bill", out_trade_no)?);
        let account = self.account(out_trade_no)?;
        if !account.bill.is_void() && !account.bill.to_void {
            self.ledger.wish_void(out_trade_no, true)?;
        }
        let runs = self.settle_charges(out_trade_no, deadline_ms, &claim, ticket)?;
        let account = self.account(out_trade_no)?;
        let mut told = Undone::default();
        for row in account.rows.iter().filter(|row| row.state == ChargeState::Paid) {
            told.add(self.void_order(&account.bill, row, deadline_ms, ticket)?);
        }
        let account = self.account(out_trade_no)?;
        let open = account.rows.iter().rfind(|row| row.state == ChargeState::Open);
        let report = match (told.worst, open) {
            (Some(report), _) if report.verdict != RefundVerdict::Refunded => VoidReport::Refund(report),
            (_, Some(row)) => {
                let ran = runs.into_iter().find(|ran| ran.row.id == row.id);
                return Ok(VoidReport::Unknown(ran.unwrap_or_else(|| charging::report(row.clone(), true))));
            }
            (Some(report), None) => VoidReport::Refund(report),
            (None, None) if told.orders > 0 => {
                self.end_void(&account)?;
                return Err(Error::AlreadyRefunded(out_trade_no.to_owned()));
            }
            (None, None) => match account.rows.last() {
                Some(row) => VoidReport::NotPaid(charging::report(row.clone(), true)),
                None => return Err(Error::NoBill(out_trade_no.to_owned())),
            },
        };
        // Who was told that the money was not refunded knows that the bill is still paid; but an open attempt may yet be paid too.
        let is_unknown =
            matches!(&report, VoidReport::Refund(refund) if refund.verdict == RefundVerdict::Unknown);
        if !is_unknown && open.is_none() {
            self.end_void(&account)?;
        }
        Ok(report)
    }

    fn end_void(&self, account: &Account) -> Result<(), Error> {
        match account.rows.first() {
            Some(row) if account.bill.to_void => Ok(self.ledger.wish_void(&row.out_trade_no, false)?),
            _ => Ok(()),
        }
    }

    /// Refunds what is left of one paid order; nothing where nothing is. The refund's number is made of the charge's, so that
    /// a void that is repeated refunds once.
    fn void_order(
        self: &Arc<Self>,
        bill: &Bill,
        row: &ChargeRow,
        deadline_ms: Option<u64>,
        ticket: &Arc<Ticket>,
    ) -> Result<Option<RefundReport>, Error> {
        let refunds = self.ledger.refunds_of_order(&row.dm_id)?;
        let voids: Vec<_> = refunds.iter().filter(|refund| refund.out_refund_no.starts_with(VOID)).collect();
        // One that was never sent says nothing about what is left to refund now.
        let counts =
            |row: &&&RefundRow| !matches!(row.state, RefundState::NotRefunded | RefundState::NotSent);
        let (out_refund_no, refund_fen) = match voids.last().filter(counts) {
            Some(last) if last.state == RefundState::Refunded && last.lines == Before::default() => {
                return Ok(None);
            }
            Some(last) => (last.out_refund_no.clone(), i64::from(last.refund_fen)),
            None => (format!("{VOID}{}-{}", row.id, voids.len() + 1), bill.captured_fen(&row.dm_id)),
        };
        let Some(refund) = i32::try_from(refund_fen).ok().and_then(|fen| Fen::new(fen).ok()) else {
            return Ok(None);
        };
        let found = Found {
            out_trade_no: row.out_trade_no.clone(),
            dm_id: row.dm_id.clone(),
            pay_type: row.pay_type.clone(),
            charged_fen: Some(i64::from(row.total_fen)),
        };
        let bill = Which { out_trade_no: None, dm_id: Some(row.dm_id.clone()) };
        let number = out_refund_no.clone();
        let request = RefundRequest { out_refund_no, bill, refund, extra: Extra::default(), deadline_ms };
        let run = match self.admit_numbered(request, found, Amount::Left(refund), ticket)? {
            RefundAdmission::Recorded(report) => return Ok(Some(report)),
            RefundAdmission::Run(run) => run,
        };
        match run.finish() {
            Ok(report) => Ok(Some(report)),
            Err(Error::RefundTooMuch { refundable_fen: ..=0 }) => {
                self.note_refunded_elsewhere(&number, row, refund)?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The back office has refunded all that was left of an order. It is kept as a void without a line of its own, so that the
    /// bill is not told as paid afterwards.
    fn note_refunded_elsewhere(&self, number: &str, row: &ChargeRow, left: Fen) -> Result<(), Error> {
        let new = NewRefund {
            out_refund_no: number,
            out_trade_no: &row.out_trade_no,
            dm_id: &row.dm_id,
            device_id: &row.device_id,
            server: &self.http.server(),
            refund_fen: left.get(),
        };
        let open = self.ledger.begin_refund(&new, &Before::default())?;
        Ok(self.ledger.note_refund(open.id, &Record::Refunded(Vec::new()), "")?)
    }

    /// The charge of an order that was found to be paid after it was reported as not paid.
    fn late_charge_of_order(&self, dm_id: &str) -> Result<Option<ChargeRow>, Error> {
        let Some(out_trade_no) = self.ledger.bill_paid_there(dm_id)? else { return Ok(None) };
        let is_of = |row: &ChargeRow| row.state == ChargeState::Paid && row.dm_id == dm_id;
        Ok(self.account(&out_trade_no)?.rows.into_iter().find(is_of))
    }

    /// Finds the bill that a call is about.
    pub(super) fn find(&self, which: &Which) -> Result<Found, Error> {
        let by_order = |dm_id: &str| -> Result<Found, Error> {
            let row = match self.ledger.charge_of_order(dm_id)? {
                None => self.late_charge_of_order(dm_id)?,
                row => row,
            };
            Ok(Found {
                out_trade_no: row.as_ref().map(|r| r.out_trade_no.clone()).unwrap_or_default(),
                dm_id: dm_id.to_owned(),
                charged_fen: row.as_ref().map(|r| i64::from(r.total_fen)),
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
        let attempts = self.account(out_trade_no)?.rows;
        if attempts.is_empty() {
            return Err(Error::NoBill(out_trade_no.to_owned()));
        }
        let fits = |dm_id: &str| which.dm_id.as_deref().is_none_or(|wanted| wanted == dm_id);
        let mut paid = attempts.into_iter().rev().filter(|row| row.state == ChargeState::Paid).peekable();
        if paid.peek().is_none() {
            return Err(Error::BillNotPaid(out_trade_no.to_owned()));
        }
        match paid.find(|row| fits(&row.dm_id)) {
            Some(row) => Ok(Found {
                out_trade_no: row.out_trade_no,
                dm_id: row.dm_id,
                pay_type: row.pay_type,
                charged_fen: Some(i64::from(row.total_fen)),
            }),
            None => Err(Error::NoBill(format!("{out_trade_no} is not the order named"))),
        }
    }
}

/// What the refunds of the orders of a void have come to.
#[derive(Default)]
struct Undone {
    orders: usize,
    worst: Option<RefundReport>,
}

impl Undone {
    fn add(&mut self, report: Option<RefundReport>) {
        self.orders += 1;
        let weight = |verdict: RefundVerdict| match verdict {
            RefundVerdict::Unknown => 2,
            RefundVerdict::NotRefunded => 1,
            RefundVerdict::Refunded => 0,
        };
        let Some(report) = report else { return };
        if self.worst.as_ref().is_none_or(|worst| weight(report.verdict) >= weight(worst.verdict)) {
            self.worst = Some(report);
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
            (Record::Intent(before, amount), _) => self.begin(before, *amount),
            (record, Some(row)) => {
                let done = self.till.ledger.note_refund(row.id, record, &self.printinfo);
                if done.is_ok() {
                    self.till.quiet.noted_refund(row.id, clock::monotonic());
                }
                done
            }
            (_, None) => Err(PersistError::Storage("there is no intent".to_owned())),
        };
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
        let who = format!("out_refund_no={} dm_id={}", self.out_refund_no, self.found.dm_id);
        match &done {
            Ok(()) => self.till.log.info(&format!("{what} {who}")),
            Err(error) => self.till.log.error(&format!("{what} {who} not written: {error}")),
        }
        done
    }

    fn begin(&mut self, before: &Before, amount: Fen) -> Result<(), PersistError> {
        let new = NewRefund {
            out_refund_no: &self.out_refund_no,
            out_trade_no: &self.found.out_trade_no,
            dm_id: &self.found.dm_id,
            device_id: &self.device.id,
            server: &self.till.http.server(),
            refund_fen: amount.get(),
        };
        let row = self.till.ledger.begin_refund(&new, before);
        let row = row.map_err(|error| PersistError::Storage(error.to_string()))?;
        self.till.quiet.noted_refund(row.id, clock::monotonic());
        self.row = Some(row);
        Ok(())
    }

    fn read_bill(&self) -> Delivery<Result<BillAnswer, AnswerError>> {
        let read = request::read(&self.device, &self.found.dm_id, &Extra::default());
        let left = self.machine.left(clock::monotonic());
        if self.is_resumed && left == 0 {
            // Others that are settled at the same time have used it up.
            return Delivery::NotSent("no time is left".to_owned());
        }
        let delivery = match &self.row {
            Some(row) => self.till.http.ask_there(&row.server, &read, left),
            None => self.till.http.ask(&read, left),
        };
        let delivery = delivery.map(|body| bill::read(&body));
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
        let refund = request::refund(&self.device, dm_id, self.machine.amount(), pay_type, &self.extra);
        let left = self.machine.left(clock::monotonic());
        let delivery = self.till.http.send_money(&refund, left).map(|body| answer::refund(&body));
        if let Some(row) = &self.row {
            self.till.quiet.noted_refund(row.id, clock::monotonic());
        }
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
