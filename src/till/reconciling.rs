//! Reconciliation: a day of the ledger against the platform, which is asked about each row. Nothing that was told is
//! changed; where the platform says otherwise, that is a difference, and an alarm if money is at stake.

use std::sync::Arc;

use crate::payment::{Delivery, Millis};
use crate::protocol::answer::{self, Order, PayAnswer};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::bill::{self, Bill, BillAnswer};
use crate::protocol::request::{self, Device, Extra, Request};
use crate::till::Till;
use crate::till::driver::Store;
use crate::till::error::Error;
use crate::till::ledger::{AlarmKind, ChargeRow, ChargeState, NewAlarm, RefundRow, RefundState};
use crate::till::ticket::{Progress, Ticket};

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
        for (done, subject) in subjects.into_iter().enumerate() {
            ticket.publish(Progress::Reconciling { done, all });
            if ticket.is_cancelled() {
                return Err(Error::Cancelled);
            }
            match self.confirmed(&device, &subject) {
                Ok(differences) => {
                    found.asked += 1;
                    self.take_down(&differences)?;
                    found.differences.extend(differences);
                }
                Err(error @ (Error::Ledger(_) | Error::Refused(_))) => return Err(error),
                Err(error) => found.unanswered.push((subject.name(), error.to_string())),
            }
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

    /// What two answers in a row say: one alone may be out of date, and an alarm calls a person.
    fn confirmed(&self, device: &Device, subject: &Subject) -> Result<Vec<Difference>, Error> {
        let first = self.compare(device, subject)?;
        if !first.iter().any(|difference| matches!(difference.kind, Kind::Alarm(_))) {
            return Ok(first);
        }
        let second = self.compare(device, subject)?;
        Ok(second.into_iter().filter(|difference| first.contains(difference)).collect())
    }

    fn compare(&self, device: &Device, subject: &Subject) -> Result<Vec<Difference>, Error> {
        match subject {
            Subject::Order { dm_id, charge, refunds } => {
                let bill = self.bill_there(device, dm_id)?;
                Ok(order_differences(dm_id, charge.as_ref(), refunds, bill.as_ref()))
            }
            Subject::NotPaid(charge) => {
                let paid = self.paid_there(device, charge)?;
                let late = paid.map(|order| Difference {
                    kind: Kind::Alarm(AlarmKind::PaidThere),
                    out_trade_no: charge.out_trade_no.clone(),
                    out_refund_no: String::new(),
                    here_fen: 0,
                    there_fen: order.total_fen.unwrap_or_default(),
                    dm_id: order.dm_id,
                });
                Ok(late.into_iter().collect())
            }
        }
    }

    fn bill_there(&self, device: &Device, dm_id: &str) -> Result<Option<Bill>, Error> {
        let body = self.reply_to(&request::read(device, dm_id, &Extra::default()))?;
        match bill::read(&body)? {
            BillAnswer::Found(bill) if bill.dm_id.is_empty() || bill.dm_id == dm_id => Ok(Some(bill)),
            BillAnswer::Found(bill) => {
                Err(Error::NoAnswer(format!("answered about the order {}", bill.dm_id)))
            }
            BillAnswer::NotFound(_) => Ok(None),
            BillAnswer::Refused(info) => Err(Error::Refused(info)),
        }
    }

    /// The order by which a charge that was reported as not paid turns out to be paid.
    fn paid_there(&self, device: &Device, charge: &ChargeRow) -> Result<Option<Order>, Error> {
        let none = Extra::default();
        let answer = if charge.evidence.order().is_none() {
            let Some(sealed) = charge.auth_code.as_deref() else { return Ok(None) };
            let code = AuthCode::parse(&self.vault.unseal(sealed).map_err(Error::Folder)?)?;
            let query = request::query_by_auth_code(device, &code, &charge.pay_type, false, &none);
            answer::pay_about(&code, &self.reply_to(&query)?)?
        } else {
            let query = request::query_by_order(device, &charge.dm_id, &charge.pay_type, false, &none);
            answer::pay(&self.reply_to(&query)?)?
        };
        match answer {
            PayAnswer::Done(order) if self.is_of(charge, &order)? => Ok(Some(order)),
            PayAnswer::Done(_) | PayAnswer::Failed(_) => Ok(None),
            PayAnswer::Paying(_) => Err(Error::NoAnswer("the customer is still paying".to_owned())),
            PayAnswer::Refused(info) => Err(Error::Refused(info)),
        }
    }

    /// A code that was declined here may have been charged elsewhere, or here for another bill.
    fn is_of(&self, charge: &ChargeRow, order: &Order) -> Result<bool, Error> {
        let same = !order.dm_id.is_empty()
            && order.total_fen == Some(i64::from(charge.total_fen))
            && charge.evidence.order().is_none_or(|known| known == order.dm_id)
            && (order.device_id.is_empty() || order.device_id == charge.device_id);
        Ok(same && self.ledger.other_owner(charge.id, &order.dm_id)?.is_none())
    }

    fn reply_to(&self, request: &Request) -> Result<Vec<u8>, Error> {
        match self.http.ask(request, Millis::MAX) {
            Delivery::Answer(body) => Ok(body),
            Delivery::MaybeSent(reason) | Delivery::NotSent(reason) => Err(Error::NoAnswer(reason)),
        }
    }
}

impl Subject {
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
    if refunded_there < refunded {
        let kind = Kind::Alarm(AlarmKind::RefundNotThere);
        differences.push(difference(kind, refunded, refunded_there));
    } else if refunded_there > refunded + in_doubt {
        differences.push(difference(Kind::RefundedElsewhere, refunded, refunded_there));
    }
    differences
}
