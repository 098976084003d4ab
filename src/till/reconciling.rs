//! Reconciliation: a day of the ledger against the platform, which is asked about each row. Nothing that was told is
//! changed; where the platform says otherwise, that is a difference, and an alarm if money is at stake.

use std::sync::Arc;

use crate::driver;
use crate::driver::Store;
use crate::payment::evidence::Tie;
use crate::payment::{Delivery, Millis};
use crate::protocol::answer::{self, Order, PayAnswer};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::bill::{self, Bill, BillAnswer};
use crate::protocol::request::{self, Device, Extra, Request};
use crate::protocol::sentences::Class;
use crate::till::error::Error;
use crate::till::ledger::{AlarmKind, ChargeRow, ChargeState, NewAlarm, RefundRow, RefundState};
use crate::till::ticket::{Progress, Ticket};
use crate::till::{Till, clock};

/// After this many refusals in a row the platform refuses the till, not one question.
const REFUSALS: usize = 3;

/// How the platform differs from the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was told is wrong, and money is at stake.
    Alarm(AlarmKind),
    /// More was refunded than from this till: in the back office, or at another till.
    RefundedElsewhere,
    /// Not decided here; recovery settles it, or a person has to.
    Undecided,
}

impl Kind {
    /// The word for it in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alarm(kind) => kind.word(),
            Self::RefundedElsewhere => "refunded_elsewhere",
            Self::Undecided => "undecided",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// How the two differ.
    pub kind: Kind,
    /// The caller's number of the bill; empty for one that is not of this ledger.
    pub out_trade_no: String,
    /// The caller's number of the refund, where it is about one.
    pub out_refund_no: String,
    /// The platform's order, where it is known.
    pub dm_id: String,
    /// The amount on record, in fen.
    pub here_fen: i64,
    /// The amount that the platform names, in fen.
    pub there_fen: i64,
}

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

/// One question of the walk.
enum Subject {
    /// A bill that was paid or refunded: what the platform has of this order.
    Order { dm_id: String, charge: Option<ChargeRow>, refunds: Vec<RefundRow> },
    /// A charge that was reported as not paid: whether it stayed so.
    NotPaid(ChargeRow),
}

impl Till {
    /// Walks the charges and refunds that were begun on a day, `2026-11-22` in Beijing. Sends questions only. What cannot be
    /// asked about now is told, and may be asked about by another walk; cancelling ends the walk between two questions.
    pub fn reconcile(self: &Arc<Self>, day: &str, ticket: &Ticket) -> Result<Reconciled, Error> {
        let device = self.device()?;
        let charges = self.ledger.charges_of_day(day)?;
        let refunds = self.ledger.refunds_of_day(day)?;
        let mut found = Reconciled { differences: undecided(&charges, &refunds), ..Reconciled::default() };
        let subjects = self.subjects(charges, &refunds)?;
        let all = subjects.len();
        self.log.info(&format!("reconcile day={day} questions={all}"));
        let mut refusals = Vec::new();
        for (done, subject) in subjects.into_iter().enumerate() {
            ticket.publish(Progress::Reconciling { done, all });
            if ticket.is_cancelled() {
                return Err(driver::Error::Cancelled.into());
            }
            match self.confirmed(&device, &subject, ticket) {
                Ok(differences) => {
                    found.asked += 1;
                    refusals.clear();
                    self.take_down(&differences)?;
                    found.differences.extend(differences);
                }
                Err(error @ Error::Driver(driver::Error::Ledger(_) | driver::Error::Cancelled)) => {
                    return Err(error);
                }
                Err(error) => {
                    found.unanswered.push((subject.name(), error.to_string()));
                    // One refusal may be about this question alone.
                    if matches!(error, Error::Driver(driver::Error::Refused(_))) {
                        refusals.push(error);
                    }
                    if refusals.len() == REFUSALS {
                        break;
                    }
                }
            }
        }
        let is_refused = refusals.len() == REFUSALS || found.asked == 0;
        if let Some(refusal) = refusals.pop().filter(|_| is_refused) {
            return Err(refusal);
        }
        self.log.info(&format!(
            "reconcile.done day={day} asked={} unanswered={} differences={}",
            found.asked,
            found.unanswered.len(),
            found.differences.len()
        ));
        Ok(found)
    }

    /// A person has seen an alarm.
    pub fn acknowledge(&self, alarm_id: i64, by: &str) -> Result<(), Error> {
        if !self.ledger.acknowledge(alarm_id, by)? {
            return Err(Error::NoAlarm(alarm_id));
        }
        self.log.info(&format!("alarm.acknowledged id={alarm_id} by={by}"));
        Ok(())
    }

    /// The alarms are in the ledger before the caller hears of them.
    fn take_down(&self, differences: &[Difference]) -> Result<(), Error> {
        for difference in differences {
            let Kind::Alarm(kind) = difference.kind else { continue };
            let Difference { out_trade_no, dm_id, here_fen, there_fen, .. } = difference.clone();
            self.log.error(&format!(
                "alarm {} out_trade_no={out_trade_no} dm_id={dm_id} here_fen={here_fen} there_fen={there_fen}",
                kind.word()
            ));
            self.ledger.raise(&NewAlarm { kind, out_trade_no, dm_id, here_fen, there_fen })?;
        }
        Ok(())
    }

    fn subjects(&self, charges: Vec<ChargeRow>, refunds: &[RefundRow]) -> Result<Vec<Subject>, Error> {
        let mut subjects = Vec::new();
        let mut orders: Vec<String> = Vec::new();
        for charge in charges {
            match charge.state {
                ChargeState::Paid => orders.push(charge.dm_id),
                ChargeState::NotPaid => subjects.push(Subject::NotPaid(charge)),
                // Nothing was sent, so there is nothing to ask about; what is open is told as undecided.
                ChargeState::NotSent | ChargeState::Open => {}
            }
        }
        orders.extend(refunds.iter().map(|refund| refund.dm_id.clone()));
        orders.sort();
        orders.dedup();
        for dm_id in orders {
            let charge = self.ledger.charge_of_order(&dm_id)?;
            let refunds = self.ledger.refunds_of_order(&dm_id)?;
            subjects.push(Subject::Order { dm_id, charge, refunds });
        }
        Ok(subjects)
    }

    /// What answers in a row say that are apart from each other, as many as have to agree: one may be out of date, and an alarm
    /// calls a person.
    fn confirmed(
        &self,
        device: &Device,
        subject: &Subject,
        ticket: &Ticket,
    ) -> Result<Vec<Difference>, Error> {
        let policy = self.options.policy;
        let mut found = self.compare(device, subject)?;
        for _ in 1..policy.agreeing {
            if !found.iter().any(|difference| matches!(difference.kind, Kind::Alarm(_))) {
                break;
            }
            ticket.sleep_until(clock::monotonic().saturating_add(policy.poll_ms));
            if ticket.is_cancelled() {
                return Err(driver::Error::Cancelled.into());
            }
            let again = self.compare(device, subject)?;
            found = again.into_iter().filter(|difference| found.contains(difference)).collect();
        }
        Ok(found)
    }

    fn compare(&self, device: &Device, subject: &Subject) -> Result<Vec<Difference>, Error> {
        match subject {
            Subject::Order { dm_id, charge, refunds } => {
                let bill = self.bill_there(device, dm_id, &subject.sender())?;
                Ok(order_differences(dm_id, charge.as_ref(), refunds, bill.as_ref()))
            }
            Subject::NotPaid(charge) => {
                let paid = self.paid_there(device, charge)?;
                let late = paid.map(|order| Difference {
                    kind: Kind::Alarm(AlarmKind::PaidThere),
                    out_trade_no: charge.out_trade_no.clone(),
                    out_refund_no: String::new(),
                    here_fen: 0,
                    there_fen: order.total_fen.unwrap_or(i64::from(charge.total_fen)),
                    dm_id: order.dm_id,
                });
                Ok(late.into_iter().collect())
            }
        }
    }

    /// The platform's bill of an order; `None` where it has none. That is only believed when asked as the device that sent it,
    /// at the server that it was sent to.
    fn bill_there(&self, device: &Device, dm_id: &str, sender: &Sender<'_>) -> Result<Option<Bill>, Error> {
        let body = self.reply_from(sender.server, &request::read(device, dm_id, &Extra::default()))?;
        match bill::read(&body)? {
            BillAnswer::Found(bill) if bill.dm_id.is_empty() || bill.dm_id == dm_id => Ok(Some(bill)),
            BillAnswer::Found(bill) => {
                Err(driver::Error::NoAnswer(format!("answered about the order {}", bill.dm_id)).into())
            }
            BillAnswer::NotFound(info) if !self.is_witness(device, sender) => {
                Err(driver::Error::NoAnswer(format!("asked as another device or at another server: {info}"))
                    .into())
            }
            BillAnswer::NotFound(_) => Ok(None),
            BillAnswer::Refused(info) => Err(driver::Error::Refused(info).into()),
        }
    }

    fn is_witness(&self, device: &Device, sender: &Sender<'_>) -> bool {
        let at_its_server = sender.server.is_empty() || self.http.allows(sender.server).is_ok();
        at_its_server && sender.device_id == device.id
    }

    /// Finds the order by which a charge that was reported as not paid is paid after all: the one that failed, or another order
    /// of its auth code, which a second delivery of the charge creates.
    fn paid_there(&self, device: &Device, charge: &ChargeRow) -> Result<Option<Order>, Error> {
        let by_order = match charge.evidence.order() {
            Some(dm_id) => self.paid_by_order(device, charge, dm_id)?,
            None => None,
        };
        match by_order {
            Some(order) => Ok(Some(order)),
            None => self.paid_by_code(device, charge),
        }
    }

    /// The answer to a question by the charge's own order is about that order, even without its number or amount.
    fn paid_by_order(
        &self,
        device: &Device,
        charge: &ChargeRow,
        dm_id: &str,
    ) -> Result<Option<Order>, Error> {
        let query = request::query_by_order(device, dm_id, &charge.pay_type, false, &Extra::default());
        let answer = answer::pay(&self.reply_from(&charge.server, &query)?)?;
        let Some(mut order) = done(charge, answer)? else { return Ok(None) };
        if order.dm_id.is_empty() {
            dm_id.clone_into(&mut order.dm_id);
        }
        if order.dm_id == dm_id {
            Ok(Some(order))
        } else {
            Err(driver::Error::NoAnswer(format!("answered about the order {}", order.dm_id)).into())
        }
    }

    fn paid_by_code(&self, device: &Device, charge: &ChargeRow) -> Result<Option<Order>, Error> {
        let Some(sealed) = charge.auth_code.as_deref() else { return Ok(None) };
        let code = AuthCode::parse(&self.vault.unseal(sealed).map_err(Error::Folder)?)?;
        let query = request::query_by_auth_code(device, &code, &charge.pay_type, false, &Extra::default());
        let answer = answer::pay_about(&code, &self.reply_from(&charge.server, &query)?)?;
        let Some(order) = done(charge, answer)? else { return Ok(None) };
        if order.dm_id.is_empty() {
            return Err(driver::Error::NoAnswer("paid, but the answer names no order".to_owned()).into());
        }
        Ok(self.is_of(charge, &order)?.then_some(order))
    }

    /// A code that was declined here may have been charged elsewhere, or here for another bill.
    fn is_of(&self, charge: &ChargeRow, order: &Order) -> Result<bool, Error> {
        let fits = order.total_fen.is_none_or(|total| total == i64::from(charge.total_fen));
        Ok(fits && self.ledger.other_owner(charge.id, &order.dm_id, Tie::Asked)?.is_none())
    }

    fn reply_from(&self, server: &str, request: &Request) -> Result<Vec<u8>, Error> {
        match self.http.ask_there(server, request, Millis::MAX) {
            Delivery::Answer(body) => Ok(body),
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) | Delivery::NotSent(reason) => {
                Err(driver::Error::NoAnswer(reason).into())
            }
        }
    }
}

/// The order of an answer that says paid; `None` if the answer denies the payment. Any other answer leaves it open.
fn done(charge: &ChargeRow, answer: PayAnswer) -> Result<Option<Order>, Error> {
    let is_elsewhere = |order: &Order| !order.device_id.is_empty() && order.device_id != charge.device_id;
    match answer {
        PayAnswer::Done(order) | PayAnswer::Paying(order) | PayAnswer::Failed(order)
            if is_elsewhere(&order) =>
        {
            Ok(None)
        }
        PayAnswer::Done(order) if order.class == Class::default() => Ok(Some(order)),
        PayAnswer::Failed(order) if order.class.denies() || order.class == Class::Unlisted => Ok(None),
        PayAnswer::Failed(order) if order.class == Class::TroubledFailure => Ok(None),
        PayAnswer::Paying(order) if order.info.is_empty() => {
            Err(driver::Error::NoAnswer("the customer is still paying".to_owned()).into())
        }
        PayAnswer::Done(order) | PayAnswer::Paying(order) | PayAnswer::Failed(order) => {
            Err(driver::Error::NoAnswer(order.info).into())
        }
        PayAnswer::Refused(info) => Err(driver::Error::Refused(info).into()),
    }
}

/// Who sent what a subject is about, and where to.
#[derive(Default)]
struct Sender<'a> {
    device_id: &'a str,
    server: &'a str,
}

impl Subject {
    fn sender(&self) -> Sender<'_> {
        match self {
            Self::Order { charge: Some(row), .. } | Self::NotPaid(row) => {
                Sender { device_id: &row.device_id, server: &row.server }
            }
            Self::Order { refunds, .. } => refunds.first().map_or_else(Sender::default, |row| Sender {
                device_id: &row.device_id,
                server: &row.server,
            }),
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

fn undecided(charges: &[ChargeRow], refunds: &[RefundRow]) -> Vec<Difference> {
    let charges = charges.iter().filter(|row| row.state == ChargeState::Open).map(|row| Difference {
        kind: Kind::Undecided,
        out_trade_no: row.out_trade_no.clone(),
        out_refund_no: String::new(),
        dm_id: row.dm_id.clone(),
        here_fen: i64::from(row.total_fen),
        there_fen: 0,
    });
    let is_undecided = |row: &&RefundRow| matches!(row.state, RefundState::Open | RefundState::Conflict);
    let refunds = refunds.iter().filter(is_undecided).map(|row| Difference {
        kind: Kind::Undecided,
        out_trade_no: row.out_trade_no.clone(),
        out_refund_no: row.out_refund_no.clone(),
        dm_id: row.dm_id.clone(),
        here_fen: i64::from(row.refund_fen),
        there_fen: 0,
    });
    charges.chain(refunds).collect()
}

/// What the platform's bill of an order says against the ledger's rows of it.
fn order_differences(
    dm_id: &str,
    charge: Option<&ChargeRow>,
    refunds: &[RefundRow],
    bill: Option<&Bill>,
) -> Vec<Difference> {
    let out_trade_no = charge.map(|row| row.out_trade_no.clone()).unwrap_or_default();
    let difference = |kind, here_fen, there_fen| Difference {
        kind,
        out_trade_no: out_trade_no.clone(),
        out_refund_no: String::new(),
        dm_id: dm_id.to_owned(),
        here_fen,
        there_fen,
    };
    let of_state =
        |state| refunds.iter().filter(move |row| row.state == state).map(|row| i64::from(row.refund_fen));
    let refunded: i64 = of_state(RefundState::Refunded).sum();
    // A refund that is not decided here may or may not be in the bill.
    let in_doubt: i64 = of_state(RefundState::Open).chain(of_state(RefundState::Conflict)).sum();
    let (paid_there, refunded_there) = bill.map_or((0, 0), |bill| (bill.pay_total_fen, bill.refunded_fen));
    let mut differences = Vec::new();
    if let Some(total) = charge.map(|row| i64::from(row.total_fen)).filter(|total| *total != paid_there) {
        let kind = if paid_there == 0 { AlarmKind::PaidNotThere } else { AlarmKind::AmountDiffers };
        differences.push(difference(Kind::Alarm(kind), total, paid_there));
    }
    let there = refunded_there.min(refunded - missing_fen(refunds, bill));
    if there < refunded {
        differences.push(difference(Kind::Alarm(AlarmKind::RefundNotThere), refunded, there));
    } else if refunded_there > refunded + in_doubt {
        differences.push(difference(Kind::RefundedElsewhere, refunded, refunded_there));
    }
    differences
}

/// What the bill lacks of the lines by which refunds were made, in fen. They are compared by their amounts alone, as the
/// platform may fill in their numbers and times later; the sums would hide one behind another that is not of this till.
fn missing_fen(refunds: &[RefundRow], bill: Option<&Bill>) -> i64 {
    let mut there: Vec<i64> =
        bill.iter().flat_map(|bill| bill.refunds()).map(|line| -line.total_fen).collect();
    let is_missing = |fen: &i64| match there.iter().position(|other| other == fen) {
        Some(at) => {
            there.swap_remove(at);
            false
        }
        None => true,
    };
    refunds.iter().flat_map(|row| row.lines.amounts()).filter(is_missing).sum()
}
