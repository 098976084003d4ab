//! What the platform's answers of a later day say against the ledger. Nothing that was told is changed by it: where the
//! platform says otherwise, that is a difference, and an alarm if money is at stake.

use crate::payment::bill::{ChargeState, ELSEWHERE, RefundState};
use crate::payment::charge::Amount;
use crate::payment::day::of_time;
use crate::payment::refund::may_add_up;
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
    /// Reported as not refunded, yet the platform shows a refund of that amount which no other refund here accounts for.
    RefundThere,
    /// Reported as not paid, and the auth code has paid an order of which the platform does not say whose it is, or one of
    /// another amount.
    MaybePaidThere,
}

impl AlarmKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::PaidThere,
        Self::PaidNotThere,
        Self::AmountDiffers,
        Self::RefundNotThere,
        Self::RefundThere,
        Self::MaybePaidThere,
    ];

    /// The word for it, in the ledger and in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PaidThere => "paid_there",
            Self::PaidNotThere => "paid_not_there",
            Self::AmountDiffers => "amount_differs",
            Self::RefundNotThere => "refund_not_there",
            Self::RefundThere => "refund_there",
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
    /// The charge that it is about, by its row's number, where it is about one.
    pub charge: Option<i64>,
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
    /// The charge that it is about, by its row's number, where it is about one.
    pub charge: Option<i64>,
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
    /// The customer is still paying. With the platform's sentence, or the library's own words.
    Paying(String),
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
        PayAnswer::Done(order) if order.class == Class::default() => match Amount::of(&order) {
            Amount::Contradicted(difference) => Err(Silence::NoAnswer(difference)),
            Amount::Said(_) | Amount::Missing => Ok(Some(order)),
        },
        PayAnswer::Failed(order) if order.class.denies() || order.class == Class::Unlisted => Ok(None),
        PayAnswer::Failed(order) if order.class == Class::TroubledFailure => Ok(None),
        // What names no order and says nothing may be half an answer.
        PayAnswer::Paying(Order { info, dm_id, .. }) if info.is_empty() && dm_id.is_empty() => {
            Err(Silence::NoAnswer("the answer does not say what became of it".to_owned()))
        }
        PayAnswer::Paying(order) if order.info.is_empty() => {
            Err(Silence::Paying("the customer is still paying".to_owned()))
        }
        PayAnswer::Paying(Order { class: Class::Paying | Class::Unlisted, info, .. })
        | PayAnswer::Failed(Order { class: Class::Paying, info, .. }) => Err(Silence::Paying(info)),
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
/// another bill: `is_others` says whether an order belongs to one. An order of another amount that is not known to be the charge's
/// does not make its bill a paid one; but money was taken by this code, and a person has to look.
pub fn paid_by_code<E: From<Silence>>(
    charge: &ChargeRow,
    answer: PayAnswer,
    is_others: impl FnOnce(&str) -> Result<bool, E>,
) -> Result<Option<Difference>, E> {
    let Some(order) = paid_order(charge, answer)? else { return Ok(None) };
    if order.dm_id.is_empty() {
        return Err(Silence::NoAnswer("paid, but the answer names no order".to_owned()).into());
    }
    if is_others(&order.dm_id)? {
        return Ok(None);
    }
    let fits = order.total_fen.is_none_or(|total| total == i64::from(charge.total_fen));
    let is_anyones = !fits || (charge.evidence.declined && order.device_id.is_empty());
    let is_maybe = is_anyones && charge.dm_id != order.dm_id;
    let kind = if is_maybe { AlarmKind::MaybePaidThere } else { AlarmKind::PaidThere };
    Ok(Some(paid_there(charge, order, kind)))
}

fn paid_there(charge: &ChargeRow, order: Order, kind: AlarmKind) -> Difference {
    Difference {
        kind: Kind::Alarm(kind),
        out_trade_no: charge.out_trade_no.clone(),
        charge: Some(charge.id),
        out_refund_no: String::new(),
        here_fen: 0,
        there_fen: order.total_fen.unwrap_or(i64::from(charge.total_fen)),
        dm_id: order.dm_id,
    }
}

/// What an answer says against a charge that a person decided as paid. `found`: what [`paid_by_order`] or [`paid_by_code`] makes of
/// the answer. A payment is what the person said; that there is none is an alarm.
pub fn against_paid(charge: &ChargeRow, found: Option<Difference>) -> Option<Difference> {
    let here_fen = i64::from(charge.total_fen);
    match found {
        Some(paid) if paid.there_fen == here_fen => None,
        Some(paid) => Some(Difference { kind: Kind::Alarm(AlarmKind::AmountDiffers), here_fen, ..paid }),
        None => Some(Difference {
            kind: Kind::Alarm(AlarmKind::PaidNotThere),
            out_trade_no: charge.out_trade_no.clone(),
            charge: Some(charge.id),
            out_refund_no: String::new(),
            dm_id: charge.dm_id.clone(),
            here_fen,
            there_fen: 0,
        }),
    }
}

/// What the ledger's payments and refunds of a day come to by the platform's times, in fen, as the platform's own books have them.
/// A row without such a time counts for the day of its outcome, and one that was paid late for the day on which that was found.
pub fn sums_of_day(day: &str, charges: &[ChargeRow], refunds: &[RefundRow]) -> (i64, i64) {
    let is_of_day = |time: &str, ended_day: &str| of_time(time).unwrap_or(ended_day) == day;
    let is_paid = |row: &&ChargeRow| match row.state.is_paid() {
        true => is_of_day(&row.pay_time, &row.ended_day),
        false => row.late_day == day,
    };
    let paid = charges.iter().filter(is_paid);
    let made = refunds.iter().filter(|row| row.state.is_made() && is_of_day(&row.pay_time, &row.ended_day));
    (paid.map(|row| i64::from(row.total_fen)).sum(), made.map(|row| i64::from(row.refund_fen)).sum())
}

/// What is not decided here.
pub fn undecided(charges: &[ChargeRow], refunds: &[RefundRow]) -> Vec<Difference> {
    let charges = charges.iter().filter(|row| row.state == ChargeState::Open).map(|row| Difference {
        kind: Kind::Undecided,
        out_trade_no: row.out_trade_no.clone(),
        charge: Some(row.id),
        out_refund_no: String::new(),
        dm_id: row.dm_id.clone(),
        here_fen: i64::from(row.total_fen),
        there_fen: 0,
    });
    let refunds = refunds.iter().filter(|row| row.state.is_undecided()).map(|row| Difference {
        kind: Kind::Undecided,
        out_trade_no: row.out_trade_no.clone(),
        charge: None,
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
        charge: charge.map(|row| row.id),
        out_refund_no: String::new(),
        dm_id: dm_id.to_owned(),
        here_fen,
        there_fen,
    };
    let reported: i64 = sum_of(refunds, |state| state == RefundState::Refunded);
    // A refund that is not decided here may or may not be in the bill.
    let in_doubt: i64 = sum_of(refunds, RefundState::is_undecided);
    let (paid_there, refunded_there) = bill.map_or((0, 0), |bill| (bill.pay_total_fen, bill.refunded_fen));
    let mut differences = Vec::new();
    // Whether a person was right that it is paid is asked by its code as well.
    let reported_paid = charge.filter(|row| row.state != ChargeState::DecidedPaid);
    if let Some(total) =
        reported_paid.map(|row| i64::from(row.total_fen)).filter(|total| *total != paid_there)
    {
        let kind = if paid_there == 0 { AlarmKind::PaidNotThere } else { AlarmKind::AmountDiffers };
        differences.push(difference(Kind::Alarm(kind), total, paid_there));
    }
    let (missing, mut others) = unpaired_lines(refunds, bill);
    let shown = refunded_there.min(reported - missing);
    let decided_fen = |rows: &[&RefundRow]| rows.iter().map(|row| i64::from(row.refund_fen)).sum::<i64>();
    let (made, unmade): (Vec<_>, Vec<_>) = refunds
        .iter()
        .filter(|row| row.state == RefundState::DecidedRefunded)
        .partition(|row| others.take(i64::from(row.refund_fen)));
    let refunded = reported + decided_fen(&made) + decided_fen(&unmade);
    if shown < reported || !unmade.is_empty() {
        let alarm = difference(Kind::Alarm(AlarmKind::RefundNotThere), refunded, shown + decided_fen(&made));
        let out_refund_no = match unmade[..] {
            [row] if shown == reported => row.out_refund_no.clone(),
            _ => String::new(),
        };
        differences.push(Difference { out_refund_no, ..alarm });
    }
    if shown == reported && refunded_there > refunded + in_doubt {
        differences.push(difference(Kind::RefundedElsewhere, refunded, refunded_there));
    }
    // That it was kept as made elsewhere does not say that it was: whoever was told "not refunded" may have refunded it again.
    let kept: i64 =
        refunds.iter().filter(|row| row.is_elsewhere()).map(|row| i64::from(row.refund_fen)).sum();
    let is_made = |row: &&RefundRow| {
        let fen = i64::from(row.refund_fen);
        let unaccounted = refunded_there - (refunded - kept) - in_doubt;
        let is_unmade = matches!(row.state, RefundState::NotRefunded | RefundState::DecidedNotRefunded);
        is_unmade && fen <= unaccounted && may_add_up(others.lines.clone(), -fen)
    };
    if let Some(row) = refunds.iter().find(is_made) {
        let kind = Kind::Alarm(AlarmKind::RefundThere);
        let out_refund_no = row.out_refund_no.clone();
        differences.push(Difference { out_refund_no, ..difference(kind, refunded - kept, refunded_there) });
    }
    differences
}

fn sum_of(refunds: &[RefundRow], is_wanted: impl Fn(RefundState) -> bool) -> i64 {
    refunds.iter().filter(|row| is_wanted(row.state)).map(|row| i64::from(row.refund_fen)).sum()
}

/// What was refunded elsewhere of an order of this ledger, as it is kept: a refund without a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeElsewhere {
    /// Its number.
    pub number: String,
    /// How much, in fen.
    pub fen: i64,
}

/// What has to be kept of the differences that the answers about a paid order agree on, so that the bill counts as refunded by so
/// much in later calls. `refunds`: those of the order as they are now, which may be more than the answers were compared with.
pub fn made_elsewhere(
    charge: &ChargeRow,
    refunds: &[RefundRow],
    differences: &[Difference],
) -> Option<MadeElsewhere> {
    let found = differences.iter().find(|difference| difference.kind == Kind::RefundedElsewhere)?;
    // A bill of which a payment or a refund is missing does not tell what went back.
    let is_of_a_refund = |difference: &Difference| {
        matches!(difference.kind, Kind::RefundedElsewhere | Kind::Alarm(AlarmKind::RefundThere))
    };
    if !differences.iter().all(is_of_a_refund) {
        return None;
    }
    // One that is not decided may be among what the bill shows.
    if refunds.iter().any(|row| row.state.is_undecided()) {
        return None;
    }
    let fen = found.there_fen - sum_of(refunds, RefundState::is_made);
    let kept = refunds.iter().filter(|row| row.out_refund_no.starts_with(ELSEWHERE)).count();
    (fen > 0).then(|| MadeElsewhere { number: format!("{ELSEWHERE}{}-{}", charge.id, kept + 1), fen })
}

/// The refund lines of a bill by which no refund of this ledger is known to have been made.
struct Others {
    /// What each of them is of, in fen, negative.
    lines: Vec<i64>,
    /// How much of them is not explained, in fen.
    unexplained: i64,
}

impl Others {
    /// Takes a refund of this amount out of them, which may be split. False where they have none.
    fn take(&mut self, fen: i64) -> bool {
        if fen > self.unexplained || !may_add_up(self.lines.clone(), -fen) {
            return false;
        }
        self.unexplained -= fen;
        if let Some(at) = self.lines.iter().position(|line| *line == -fen) {
            self.lines.swap_remove(at);
        }
        true
    }
}

/// What the bill lacks of the lines by which refunds were made, in fen; and its other refund lines, of which so much is explained
/// as was kept without a line of its own. They are compared by their amounts alone, as the platform may fill in their numbers and
/// times later; the sums would hide one behind another that is not of this till.
fn unpaired_lines(refunds: &[RefundRow], bill: Option<&Bill>) -> (i64, Others) {
    let mut there: Vec<i64> =
        bill.iter().flat_map(|bill| bill.refunds()).map(|line| line.total_fen).collect();
    let is_missing = |fen: &i64| match there.iter().position(|other| *other == -fen) {
        Some(at) => {
            there.swap_remove(at);
            false
        }
        None => true,
    };
    let missing = refunds.iter().flat_map(|row| row.lines.amounts()).filter(is_missing).sum();
    let elsewhere = refunds.iter().filter(|row| row.is_elsewhere());
    let explained: i64 = elsewhere.map(|row| i64::from(row.refund_fen)).sum();
    let unexplained = -there.iter().sum::<i64>() - explained;
    (missing, Others { lines: there, unexplained })
}
