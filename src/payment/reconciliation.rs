//! What the platform's answers of a later day say against the ledger. Nothing that was told is changed by it: where the
//! platform says otherwise, that is a difference, and an alarm if money is at stake.

use crate::payment::bill::{ChargeState, RefundState};
use crate::payment::row::{ChargeRow, RefundRow};
use crate::protocol::answer::{Order, PayAnswer};
use crate::protocol::bill::Bill;
use crate::protocol::sentences::Class;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// Reported as not paid, yet the platform has the money.
    PaidThere,
    /// Reported as paid, but not paid at the platform.
    PaidNotThere,
    /// Paid, but not the amount that was told.
    AmountDiffers,
    /// Reported as refunded, but not refunded at the platform.
    RefundNotThere,
    /// Declined here, and the auth code has paid an order of which the platform does not say whose it is.
    MaybePaidThere,
}

impl AlarmKind {
    const ALL: [Self; 5] = [
        Self::PaidThere,
        Self::PaidNotThere,
        Self::AmountDiffers,
        Self::RefundNotThere,
        Self::MaybePaidThere,
    ];

    /// The word for it, in the ledger and in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PaidThere => "paid_there",
            Self::PaidNotThere => "paid_not_there",
            Self::AmountDiffers => "amount_differs",
            Self::RefundNotThere => "refund_not_there",
            Self::MaybePaidThere => "maybe_paid_there",
        }
    }

    /// From the ledger's word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// An alarm to raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlarm {
    /// What is wrong.
    pub kind: AlarmKind,
    /// The caller's number of the bill; empty for one that is not of this ledger.
    pub out_trade_no: String,
    /// The platform's order.
    pub dm_id: String,
    /// The amount on record, in fen.
    pub here_fen: i64,
    /// The amount that the platform names, in fen.
    pub there_fen: i64,
}

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

/// Why an answer says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The answer does not fit the question. With the reason.
    NoAnswer(String),
    /// The platform refuses our requests. With its sentence.
    Refused(String),
}

/// The order of an answer that says paid; `None` if the answer denies the payment.
pub fn paid_order(charge: &ChargeRow, answer: PayAnswer) -> Result<Option<Order>, Silence> {
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
            Err(Silence::NoAnswer("the customer is still paying".to_owned()))
        }
        PayAnswer::Done(order) | PayAnswer::Paying(order) | PayAnswer::Failed(order) => {
            Err(Silence::NoAnswer(order.info))
        }
        PayAnswer::Refused(info) => Err(Silence::Refused(info)),
    }
}

/// The answer to a question by the charge's own order is about that order, even without its number or amount.
pub fn paid_by_order(
    charge: &ChargeRow,
    dm_id: &str,
    answer: PayAnswer,
) -> Result<Option<Difference>, Silence> {
    let Some(mut order) = paid_order(charge, answer)? else { return Ok(None) };
    if order.dm_id.is_empty() {
        dm_id.clone_into(&mut order.dm_id);
    }
    if order.dm_id == dm_id {
        Ok(Some(paid_there(charge, order, AlarmKind::PaidThere)))
    } else {
        Err(Silence::NoAnswer(format!("answered about the order {}", order.dm_id)))
    }
}

/// What an answer about the charge's auth code says. A code that was declined here may have been charged elsewhere, or here for
/// another bill: `is_others` says whether an order belongs to one.
pub fn paid_by_code<E: From<Silence>>(
    charge: &ChargeRow,
    answer: PayAnswer,
    is_others: impl FnOnce(&str) -> Result<bool, E>,
) -> Result<Option<Difference>, E> {
    let Some(order) = paid_order(charge, answer)? else { return Ok(None) };
    if order.dm_id.is_empty() {
        return Err(Silence::NoAnswer("paid, but the answer names no order".to_owned()).into());
    }
    let fits = order.total_fen.is_none_or(|total| total == i64::from(charge.total_fen));
    if !fits || is_others(&order.dm_id)? {
        return Ok(None);
    }
    let is_whose = charge.evidence.declined && order.device_id.is_empty() && charge.dm_id != order.dm_id;
    let kind = if is_whose { AlarmKind::MaybePaidThere } else { AlarmKind::PaidThere };
    Ok(Some(paid_there(charge, order, kind)))
}

fn paid_there(charge: &ChargeRow, order: Order, kind: AlarmKind) -> Difference {
    Difference {
        kind: Kind::Alarm(kind),
        out_trade_no: charge.out_trade_no.clone(),
        out_refund_no: String::new(),
        here_fen: 0,
        there_fen: order.total_fen.unwrap_or(i64::from(charge.total_fen)),
        dm_id: order.dm_id,
    }
}

/// What is not decided here.
pub fn undecided(charges: &[ChargeRow], refunds: &[RefundRow]) -> Vec<Difference> {
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

/// What the platform's bill of an order says against the ledger's rows of it; `None` where it has no such bill.
pub fn order_differences(
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
