//! Charging a bill: who may be charged, and the drive of the machine.

use std::sync::Arc;

use crate::payment::bill::{Charging, Standing};
use crate::payment::charge::{Action, Charge, Doubt, Event, Outcome, Question, Record};
use crate::payment::evidence::Evidence;
use crate::payment::policy::Policy;
use crate::payment::{Delivery, Millis, PersistError};
use crate::protocol::amount::Fen;
use crate::protocol::answer::{self, AnswerError, PayAnswer};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::request::{self, Device, Extra, Goods, Micropay, Request};
use crate::protocol::sentences::Class;
use crate::till::bills::Account;
use crate::till::claims::Claim;
use crate::till::error::Error;
use crate::till::ledger::{ChargeRow, ChargeState, LedgerError, NewCharge};
use crate::till::ticket::{Progress, Ticket};
use crate::till::{Step, Till, clock, is_number};

/// Whether a second code may be charged while an earlier charge of the bill is not decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Insist {
    /// It may not.
    #[default]
    No,
    /// It may: the caller accepts that the customer may pay twice.
    MayChargeTwice,
}

/// What to charge.
#[derive(Clone, Debug)]
pub struct ChargeRequest {
    /// The caller's number of the bill; the key under which it is charged at most once.
    pub out_trade_no: String,
    /// The code on the customer's phone.
    pub auth_code: AuthCode,
    /// The amount.
    pub total: Fen,
    /// A payment type of the config; `None` to choose by the code.
    pub pay_type: Option<String>,
    /// The goods detail.
    pub goods: Goods,
    /// Asks the platform for no receipt.
    pub noremind: bool,
    /// Further parameters.
    pub extra: Extra,
    /// Whether a second code may be charged while the bill is open.
    pub insist: Insist,
    /// Instead of the till's deadline, in ms.
    pub deadline_ms: Option<u64>,
}

/// The three verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeVerdict {
    /// The money was taken.
    Paid,
    /// It was not.
    NotPaid,
    /// It may have been.
    Unknown,
}

/// What became of a charge.
#[derive(Clone, Debug)]
pub struct ChargeReport {
    /// The verdict.
    pub verdict: ChargeVerdict,
    /// The ledger's row.
    pub row: ChargeRow,
    /// Why it is unknown.
    pub doubt: Option<Doubt>,
    /// Whether it was on record before this call, which then sent nothing.
    pub recorded: bool,
}

/// The answer to a wish to charge.
pub enum Admission {
    /// The ledger knows the verdict.
    Recorded(ChargeReport),
    /// There is something to do.
    Run(Box<ChargeRun>),
}

/// A charge that is being made or settled.
pub struct ChargeRun {
    till: Arc<Till>,
    device: Device,
    machine: Charge,
    action: Option<Action>,
    subject: Subject,
    ticket: Arc<Ticket>,
    _claims: Vec<Arc<Claim>>,
}

/// What a run is about: a request without row, or a row.
enum Subject {
    New(ChargeRequest, String),
    Known { row: Box<ChargeRow>, code: AuthCode, request: Option<ChargeRequest> },
}

impl Till {
    /// Charges a bill and waits for the verdict.
    pub fn charge(
        self: &Arc<Self>,
        request: ChargeRequest,
        ticket: &Arc<Ticket>,
    ) -> Result<ChargeReport, Error> {
        match self.admit(request, ticket)? {
            Admission::Recorded(report) => Ok(report),
            Admission::Run(run) => run.finish(),
        }
    }

    /// Decides whether a charge may be made. Nothing has been sent when this returns.
    pub fn admit(self: &Arc<Self>, request: ChargeRequest, ticket: &Arc<Ticket>) -> Result<Admission, Error> {
        if !is_number(&request.out_trade_no) {
            return Err(Error::OutTradeNo(request.out_trade_no));
        }
        let claim = self.claims.take("bill", &request.out_trade_no)?;
        let print = request.auth_code.fingerprint();
        let account = self.account(&request.out_trade_no)?;
        let insists = request.insist == Insist::MayChargeTwice;
        let row = |at: usize| account.rows[at].clone();
        match account.bill.admit_charge(i64::from(request.total.get()), &print, insists) {
            Charging::New => self.admit_new(request, claim, ticket),
            Charging::Resume(at) => {
                let policy = self.policy(request.deadline_ms);
                let run = self.resume(row(at), policy, vec![Arc::new(claim)], ticket)?;
                Ok(Admission::Run(Box::new(run)))
            }
            Charging::Recorded(at) => Ok(Admission::Recorded(report(row(at), true))),
            Charging::AmountDiffers(_) => Err(Error::AmountDiffers {
                out_trade_no: request.out_trade_no,
                recorded_fen: account.rows.first().map_or(0, |row| row.total_fen),
            }),
            Charging::StillOpen(at) => {
                Err(Error::StillOpen { out_trade_no: request.out_trade_no, attempt: row(at).attempt })
            }
            Charging::RefundOpen => Err(refund_open(&account)),
            Charging::AlreadyRefunded => Err(Error::AlreadyRefunded(request.out_trade_no)),
        }
    }

    fn admit_new(
        self: &Arc<Self>,
        request: ChargeRequest,
        claim: Claim,
        ticket: &Arc<Ticket>,
    ) -> Result<Admission, Error> {
        let print = request.auth_code.fingerprint();
        let code_claim = self.claims.take("auth code", &print)?;
        let uses = self.ledger.charges_with_code(&print)?;
        let taken =
            |row: &&ChargeRow| row.out_trade_no != request.out_trade_no && row.state != ChargeState::NotSent;
        if let Some(other) = uses.iter().find(taken) {
            return Err(Error::AuthCodeUsed { out_trade_no: other.out_trade_no.clone() });
        }
        let device = self.device()?;
        let pay_type = self.pay_type(&request)?;
        let policy = self.policy(request.deadline_ms);
        let (machine, action) = Charge::begin(request.total, &device.id, policy, clock::monotonic());
        let run = ChargeRun {
            till: self.clone(),
            device,
            machine,
            action: Some(action),
            subject: Subject::New(request, pay_type),
            ticket: ticket.clone(),
            _claims: vec![Arc::new(claim), Arc::new(code_claim)],
        };
        run.publish();
        Ok(Admission::Run(Box::new(run)))
    }

    /// Settles a bill of the ledger by questions alone; what is decided is told from the record. A bill whose money
    /// went back in full, or may have, is an error: whoever is told "paid" may hand over the goods.
    pub fn settle(
        self: &Arc<Self>,
        out_trade_no: &str,
        deadline_ms: Option<u64>,
        ticket: &Arc<Ticket>,
    ) -> Result<ChargeReport, Error> {
        let claim = Arc::new(self.claims.take("bill", out_trade_no)?);
        let runs = self.settle_charges(out_trade_no, deadline_ms, &claim, ticket)?;
        let account = self.account(out_trade_no)?;
        let at = match account.bill.standing() {
            Standing::RefundOpen => return Err(refund_open(&account)),
            Standing::Refunded(_) => return Err(Error::AlreadyRefunded(out_trade_no.to_owned())),
            Standing::Paid(at) | Standing::Open(at) => at,
            Standing::NotPaid => account.rows.len() - 1,
        };
        let row = account.rows[at].clone();
        let ran = runs.into_iter().find(|ran| ran.row.id == row.id);
        Ok(ran.filter(|ran| ran.row.state == row.state).unwrap_or_else(|| report(row, true)))
    }

    /// Settles the open attempts on a bill, all at once and within one limit; tells what became of them.
    pub(super) fn settle_charges(
        self: &Arc<Self>,
        out_trade_no: &str,
        deadline_ms: Option<u64>,
        claim: &Arc<Claim>,
        ticket: &Arc<Ticket>,
    ) -> Result<Vec<ChargeReport>, Error> {
        let attempts = self.ledger.charges(out_trade_no)?;
        if attempts.is_empty() {
            return Err(Error::NoBill(out_trade_no.to_owned()));
        }
        let policy = self.policy(deadline_ms);
        let open = attempts.into_iter().filter(|row| row.state == ChargeState::Open);
        let mut runs = open
            .map(|row| Ok((0, self.resume(row, policy, vec![claim.clone()], ticket)?)))
            .collect::<Result<Vec<(Millis, ChargeRun)>, Error>>()?;
        let mut reports = Vec::with_capacity(runs.len());
        while let Some(at) = runs.iter().enumerate().min_by_key(|(_, (due, _))| *due).map(|(at, _)| at) {
            let (due, run) = &mut runs[at];
            ticket.sleep_until(*due);
            match run.step() {
                Step::Wait(until) => *due = until,
                Step::Ended(report) => {
                    runs.remove(at);
                    reports.push(report?);
                }
            }
        }
        Ok(reports)
    }

    /// A run that settles an open row.
    pub(super) fn resume(
        self: &Arc<Self>,
        row: ChargeRow,
        policy: Policy,
        claims: Vec<Arc<Claim>>,
        ticket: &Arc<Ticket>,
    ) -> Result<ChargeRun, Error> {
        let damaged = |what: &str| {
            Error::Ledger(LedgerError::Damaged(format!("the open charge {} has {what}", row.id)))
        };
        let total = Fen::new(row.total_fen).map_err(|_| damaged("no valid amount"))?;
        let code = match self.code_of(&row) {
            Ok(code) => code,
            Err(why) => {
                let record = Record::NeedsPerson(row.evidence.clone(), format!("it has {why}"));
                self.ledger.note_charge(row.id, &record)?;
                return Err(damaged(&why));
            }
        };
        let (device, now) = (self.device()?, clock::monotonic());
        let evidence = self.quiet.brought_up(&row, now);
        let at_its_server = row.server.is_empty() || self.http.allows(&row.server).is_ok();
        let is_witness = at_its_server && row.device_id == device.id;
        let (machine, action) = Charge::resume(total, &row.device_id, evidence, is_witness, policy, now);
        self.log.info(&format!("charge.resume out_trade_no={} attempt={}", row.out_trade_no, row.attempt));
        let run = ChargeRun {
            till: self.clone(),
            device,
            machine,
            action: Some(action),
            subject: Subject::Known { row: Box::new(row), code, request: None },
            ticket: ticket.clone(),
            _claims: claims,
        };
        run.publish();
        Ok(run)
    }

    /// The auth code of an open row, or what it has instead.
    fn code_of(&self, row: &ChargeRow) -> Result<AuthCode, String> {
        let sealed = row.auth_code.as_deref().ok_or("no auth code")?;
        let code = self.vault.unseal(sealed);
        let code = code.map_err(|error| format!("an auth code that is sealed: {error}"))?;
        AuthCode::parse(&code).map_err(|_| "no valid auth code".to_owned())
    }

    pub(super) fn policy(&self, deadline_ms: Option<u64>) -> Policy {
        let policy = self.options.policy;
        Policy { deadline_ms: deadline_ms.unwrap_or(policy.deadline_ms), ..policy }
    }

    /// What this till has refunded of a paid charge, in fen.
    pub fn refunded_fen(&self, row: &ChargeRow) -> Result<i64, Error> {
        Ok(self.ledger.refunded_fen(&row.dm_id)?)
    }

    /// How many attempts on a bill were paid; more than one only where the caller insisted.
    pub fn paid_attempts(&self, out_trade_no: &str) -> i64 {
        self.ledger.paid_attempts(out_trade_no).unwrap_or_default()
    }

    fn pay_type(&self, request: &ChargeRequest) -> Result<String, Error> {
        let config = self.config_to_charge()?;
        if !config.may_charge() {
            return Err(Error::NotLicensed);
        }
        if !config.allows(request.total) {
            return Err(Error::AmountNotAllowed {
                rule: config.attribute("micropay_total_regex").unwrap_or_default().to_owned(),
                yuan: request.total.to_yuan(),
            });
        }
        let found = match &request.pay_type {
            Some(code) => config
                .pay_type_named(code)
                .ok_or_else(|| Error::PayType(format!("the config has no payment type `{code}`"))),
            None => config
                .pay_type_for(&request.auth_code)
                .ok_or_else(|| Error::PayType("no payment type takes this auth code".to_owned())),
        };
        found.map(|pay_type| pay_type.code.clone())
    }
}

impl ChargeRun {
    /// Runs to the verdict on this thread.
    pub fn finish(mut self) -> Result<ChargeReport, Error> {
        let ticket = self.ticket.clone();
        ticket.follow(|| self.step())
    }

    /// Does what can be done now.
    pub fn step(&mut self) -> Step<Result<ChargeReport, Error>> {
        loop {
            let now = clock::monotonic();
            if self.ticket.is_cancelled() {
                self.machine.cancel();
            }
            let event = match self.action.take() {
                Some(Action::Persist(record)) => Event::Persisted(self.persist(&record)),
                Some(Action::Send(question)) => self.ask(&question),
                Some(Action::Wait { until }) if now < until && !self.ticket.is_cancelled() => {
                    self.action = Some(Action::Wait { until });
                    return Step::Wait(until);
                }
                Some(Action::Wait { .. }) => Event::Woke,
                Some(Action::Reveal(outcome)) => return Step::Ended(self.end(&outcome)),
                None => return Step::Ended(Err(Error::Busy("the charge has ended".to_owned()))),
            };
            self.action = Some(self.machine.on(clock::monotonic(), event));
            self.publish();
        }
    }

    fn publish(&self) {
        let now = clock::monotonic();
        let deadline = now.saturating_add(self.machine.left(now));
        self.ticket.publish(Progress::Payment { stage: self.machine.stage(), deadline });
    }

    fn persist(&mut self, record: &Record) -> Result<(), PersistError> {
        let done = match (&self.subject, record) {
            (Subject::New(request, pay_type), Record::Intent) => {
                let sealed = self.till.vault.seal(request.auth_code.reveal());
                let sealed = sealed.map_err(|error| PersistError::Storage(error.to_string()))?;
                let new = NewCharge {
                    out_trade_no: &request.out_trade_no,
                    device_id: &self.device.id,
                    server: &self.till.http.server(),
                    total_fen: request.total.get(),
                    pay_type,
                    auth_code: &request.auth_code,
                    sealed_code: &sealed,
                };
                match self.till.ledger.begin_charge(&new) {
                    Ok(row) => {
                        self.till.quiet.noted(row.id, clock::monotonic());
                        self.subject = Subject::Known {
                            row: Box::new(row),
                            code: request.auth_code.clone(),
                            request: Some(request.clone()),
                        };
                        Ok(())
                    }
                    Err(error) => Err(PersistError::Storage(error.to_string())),
                }
            }
            (Subject::Known { row, .. }, record) => {
                let done = self.till.ledger.note_charge(row.id, record);
                if done.is_ok() {
                    self.till.quiet.noted(row.id, clock::monotonic());
                }
                done
            }
            (Subject::New(..), _) => Err(PersistError::Storage("there is no intent".to_owned())),
        };
        self.log_record(record, &done);
        done
    }

    fn ask(&self, question: &Question) -> Event {
        let delivery = self.send(question);
        match self.other_owner(&delivery) {
            Ok(Some(bill)) => Event::Elsewhere(bill),
            Ok(None) => Event::Delivered(delivery),
            // Whose order it is cannot be told, so the answer is as good as none.
            Err(error) => Event::Delivered(Delivery::MaybeSent(error.to_string())),
        }
    }

    /// The other bill that the order of an answer belongs to.
    fn other_owner(
        &self,
        delivery: &Delivery<Result<PayAnswer, AnswerError>>,
    ) -> Result<Option<String>, LedgerError> {
        let Delivery::Answer(Ok(
            PayAnswer::Done(order) | PayAnswer::Paying(order) | PayAnswer::Failed(order),
        )) = delivery
        else {
            return Ok(None);
        };
        match &self.subject {
            Subject::Known { row, .. } if !order.dm_id.is_empty() => {
                self.till.ledger.other_owner(row.id, &order.dm_id)
            }
            _ => Ok(None),
        }
    }

    fn send(&self, question: &Question) -> Delivery<Result<PayAnswer, AnswerError>> {
        let Subject::Known { row, code, request } = &self.subject else {
            return Delivery::NotSent("there is no intent".to_owned());
        };
        let begun = clock::monotonic();
        let (http, left) = (&self.till.http, self.machine.left(begun));
        if request.is_none() && left == 0 {
            // Others that are settled at the same time have used it up.
            return Delivery::NotSent("no time is left".to_owned());
        }
        let (pay_type, none) = (&row.pay_type, Extra::default());
        let delivery = match (question, request) {
            (Question::Micropay, Some(request)) => http.send_money(&self.micropay(row, code, request), left),
            // A machine that settles never asks for this. If it did, an earlier run may have sent the charge.
            (Question::Micropay, None) => Delivery::MaybeSent("a charge is only settled".to_owned()),
            // Questions never carry `noremind`: without a receipt the answer does not say whose device's order it is.
            (Question::ByAuthCode, _) => {
                let query = request::query_by_auth_code(&self.device, code, pay_type, false, &none);
                http.ask_there(&row.server, &query, left)
            }
            (Question::ByOrder { dm_id }, _) => {
                let query = request::query_by_order(&self.device, dm_id, pay_type, false, &none);
                http.ask_there(&row.server, &query, left)
            }
        };
        if *question == Question::Micropay {
            self.till.quiet.noted(row.id, clock::monotonic());
        }
        let taught = &self.till.options.taught;
        let delivery =
            delivery.map(|body| answer::pay_about(code, &body).map(|answer| answer.taught(taught)));
        self.log_delivery(row, question, &delivery, clock::monotonic() - begun);
        delivery
    }

    fn micropay(&self, row: &ChargeRow, code: &AuthCode, request: &ChargeRequest) -> Request {
        let pay = Micropay {
            auth_code: code.clone(),
            pay_type: row.pay_type.clone(),
            total: request.total,
            goods: request.goods.clone(),
            noremind: request.noremind,
            extra: request.extra.clone(),
        };
        request::micropay(&self.device, &pay)
    }

    fn end(&self, outcome: &Outcome) -> Result<ChargeReport, Error> {
        let known = match &self.subject {
            Subject::Known { row, .. } => row,
            Subject::New(..) => {
                return Err(match outcome {
                    Outcome::NotRecorded(error) => Error::from(error.clone()),
                    _ => Error::Cancelled,
                });
            }
        };
        // Once something may have been sent there are verdicts and no errors: a row that cannot be read back now
        // is told as this run knows it.
        let row = self.till.ledger.charge(known.id).unwrap_or_else(|_| told(known, outcome));
        match outcome {
            Outcome::NotSent(_) if self.ticket.is_cancelled() => Err(Error::Cancelled),
            Outcome::NotSent(reason) => Err(Error::NotSent(reason.clone())),
            Outcome::NotRecorded(error) => Err(Error::from(error.clone())),
            Outcome::Unknown(doubt) => Ok(ChargeReport {
                verdict: ChargeVerdict::Unknown,
                row,
                doubt: Some(doubt.clone()),
                recorded: false,
            }),
            Outcome::Paid(_) | Outcome::NotPaid(_) => Ok(report(row, false)),
        }
    }

    fn log_record(&self, record: &Record, done: &Result<(), PersistError>) {
        let Subject::Known { row, .. } = &self.subject else {
            if let Err(error) = done {
                self.till.log.error(&format!("charge.intent not written: {error}"));
            }
            return;
        };
        let what = match record {
            Record::Intent => format!("charge.intent total_fen={} code={}", row.total_fen, row.code_masked),
            Record::Known(Evidence { said, dm_id, .. }) => {
                format!("charge.known said={} dm_id={dm_id}", said.word())
            }
            Record::Paid(order) => format!("charge.paid dm_id={}", order.dm_id),
            Record::NotPaid(why) => format!("charge.not_paid {why:?}"),
            Record::NotSent(reason) => format!("charge.not_sent {reason}"),
            Record::NeedsPerson(_, what) => format!("charge.needs_person {what}"),
        };
        let who = format!("out_trade_no={} attempt={}", row.out_trade_no, row.attempt);
        if matches!(record, Record::Paid(_)) && self.till.paid_attempts(&row.out_trade_no) > 1 {
            self.till.log.error(&format!("charge.paid_twice {who}: refund one of the orders"));
        }
        match done {
            Ok(()) => self.till.log.info(&format!("{what} {who}")),
            Err(error) => self.till.log.error(&format!("{what} {who} not written: {error}")),
        }
    }

    fn log_delivery(
        &self,
        row: &ChargeRow,
        question: &Question,
        delivery: &Delivery<Result<PayAnswer, AnswerError>>,
        ms: u64,
    ) {
        let what = match question {
            Question::Micropay => "micropay",
            Question::ByAuthCode => "query_by_auth_code",
            Question::ByOrder { .. } => "query_by_order",
        };
        let (level_is_info, came) = describe(delivery);
        let line = format!("{what} out_trade_no={} ms={ms} {came}", row.out_trade_no);
        if level_is_info { self.till.log.info(&line) } else { self.till.log.warn(&line) }
    }
}

/// A row with an outcome that was written, without reading it back.
fn told(row: &ChargeRow, outcome: &Outcome) -> ChargeRow {
    let mut row = row.clone();
    match outcome {
        Outcome::Paid(order) => {
            row.state = ChargeState::Paid;
            row.dm_id.clone_from(&order.dm_id);
            row.pay_id.clone_from(&order.pay_id);
            row.pay_time.clone_from(&order.pay_time);
            row.reason.clone_from(&order.info);
            row.printinfo.clone_from(&order.printinfo);
        }
        Outcome::NotPaid(_) => row.state = ChargeState::NotPaid,
        Outcome::NotSent(_) => row.state = ChargeState::NotSent,
        Outcome::Unknown(_) | Outcome::NotRecorded(_) => {}
    }
    row
}

/// What came back, for the log; and whether that is the ordinary course.
pub(super) fn describe(delivery: &Delivery<Result<PayAnswer, AnswerError>>) -> (bool, String) {
    match delivery {
        Delivery::Answer(Ok(PayAnswer::Done(order))) => (true, format!("ok=1 dm_id={}", order.dm_id)),
        Delivery::Answer(Ok(PayAnswer::Paying(order))) => (true, format!("ok=-1 dm_id={}", order.dm_id)),
        Delivery::Answer(Ok(PayAnswer::Failed(order))) if order.class == Class::Unlisted => {
            (true, format!("ok=0 unlisted {}", order.info))
        }
        Delivery::Answer(Ok(PayAnswer::Failed(order))) => (true, format!("ok=0 {}", order.info)),
        Delivery::Answer(Ok(PayAnswer::Refused(info))) => (false, format!("refused {info}")),
        Delivery::Answer(Err(error)) => (false, format!("unreadable {error}")),
        Delivery::MaybeSent(reason) | Delivery::Reset(reason) => (false, format!("lost {reason}")),
        Delivery::NotSent(reason) => (false, format!("not sent {reason}")),
    }
}

/// Which refund or void of a bill is not decided.
fn refund_open(account: &Account) -> Error {
    match account.bill.undecided_refund() {
        Some(refund) => Error::RefundOpen(refund.number.clone()),
        None => Error::VoidOpen(account.rows.first().map(|row| row.out_trade_no.clone()).unwrap_or_default()),
    }
}

pub(super) fn report(row: ChargeRow, recorded: bool) -> ChargeReport {
    let verdict = match row.state {
        ChargeState::Paid => ChargeVerdict::Paid,
        ChargeState::NotPaid | ChargeState::NotSent => ChargeVerdict::NotPaid,
        ChargeState::Open => ChargeVerdict::Unknown,
    };
    ChargeReport { verdict, row, doubt: None, recorded }
}
