//! Compares the ledger with the platform's responses of a later day. Nothing that was reported changes: where
//! the platform says otherwise, that is a difference, and an alarm if money is at stake.

use crate::non_empty::NonEmpty;
use crate::payment::bill::{ChargeState, ELSEWHERE, RefundState};
use crate::payment::charge::Amount;
use crate::payment::day::of_time;
use crate::payment::refund::may_add_up;
use crate::payment::row::{ChargeRow, RefundRow};
use crate::protocol::bill::Bill;
use crate::protocol::response::{Order, PayResponse};
use crate::protocol::sentences::Class;

/// The kind of an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// Reported as not paid, but the platform has the money.
    PaidThere,
    /// Reported as paid, but not paid at the platform.
    PaidNotThere,
    /// Paid, but with another amount than was reported.
    AmountDiffers,
    /// Reported as refunded, but not refunded at the platform.
    RefundNotThere,
    /// Reported as not refunded, but the platform shows a refund of that amount which no other refund here
    /// accounts for.
    RefundThere,
    /// Reported as not paid, but the auth code has paid an order that the platform does not attribute to a
    /// device, or one with another amount.
    MaybePaidThere,
}

impl AlarmKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::PaidThere,
        Self::PaidNotThere,
        Self::AmountDiffers,
        Self::RefundNotThere,
        Self::RefundThere,
        Self::MaybePaidThere,
    ];

    /// Returns its word in the ledger and in replies.
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

    /// Parses the ledger's word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// An alarm to raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlarm {
    /// Its kind.
    pub kind: AlarmKind,
    /// The caller's number of the bill, if the bill is in this ledger.
    pub out_trade_no: Option<NonEmpty>,
    /// The row number of the charge that it is about, if there is one.
    pub charge: Option<i64>,
    /// The platform's order, if it is known.
    pub dm_id: Option<NonEmpty>,
    /// The amount on record, in fen.
    pub here_fen: i64,
    /// The amount that the platform names, in fen.
    pub there_fen: i64,
}

/// How the platform differs from the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The reported outcome is wrong, and money is at stake.
    Alarm(AlarmKind),
    /// More was refunded than by this till: in the back office, or at another till.
    RefundedElsewhere,
    /// Undecided here; recovery settles it, or a person has to.
    Undecided,
}

impl Kind {
    /// Returns its word in replies.
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
    /// Its kind.
    pub kind: Kind,
    /// The caller's number of the bill, if the bill is in this ledger.
    pub out_trade_no: Option<NonEmpty>,
    /// The row number of the charge that it is about, if there is one.
    pub charge: Option<i64>,
    /// The caller's number of the refund that it is about, if there is one.
    pub out_refund_no: Option<NonEmpty>,
    /// The platform's order, if it is known.
    pub dm_id: Option<NonEmpty>,
    /// The amount on record, in fen.
    pub here_fen: i64,
    /// The amount that the platform names, in fen.
    pub there_fen: i64,
}

/// Why a response decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The customer is still paying. Carries the platform's sentence, or the library's own words.
    Paying(String),
    /// The response does not fit the query. Carries the reason.
    NoResponse(String),
    /// The platform rejects our requests. Carries the platform's sentence.
    Refused(String),
}

/// Returns the order of a response that says paid; `None` if the response denies the payment.
pub fn paid_order(charge: &ChargeRow, response: PayResponse) -> Result<Option<Order>, Silence> {
    let is_elsewhere = |order: &Order| !order.device_id.is_empty() && order.device_id != charge.device_id;
    match response {
        PayResponse::Done(order) | PayResponse::Paying(order) | PayResponse::Failed(order)
            if is_elsewhere(&order) =>
        {
            Ok(None)
        }
        PayResponse::Done(order) if order.class == Class::default() => match Amount::of(&order) {
            Amount::Contradicted(difference) => Err(Silence::NoResponse(difference)),
            Amount::Said(_) | Amount::Missing => Ok(Some(order)),
        },
        PayResponse::Failed(order) if order.class.denies() || order.class == Class::Unlisted => Ok(None),
        PayResponse::Failed(order) if order.class == Class::TroubledFailure => Ok(None),
        // A response that names no order and says nothing may be cut short.
        PayResponse::Paying(Order { info, dm_id, .. }) if info.is_empty() && dm_id.is_empty() => {
            Err(Silence::NoResponse("the response does not say what became of it".to_owned()))
        }
        PayResponse::Paying(order) if order.info.is_empty() => {
            Err(Silence::Paying("the customer is still paying".to_owned()))
        }
        PayResponse::Paying(Order { class: Class::Paying | Class::Unlisted, info, .. })
        | PayResponse::Failed(Order { class: Class::Paying, info, .. }) => Err(Silence::Paying(info)),
        PayResponse::Done(order) | PayResponse::Paying(order) | PayResponse::Failed(order) => {
            Err(Silence::NoResponse(order.info))
        }
        PayResponse::Refused(info) => Err(Silence::Refused(info)),
    }
}

/// Reads the response to a query by the charge's own order, which is about that order even without its number
/// or amount.
pub fn paid_by_order(
    charge: &ChargeRow,
    dm_id: &str,
    response: PayResponse,
) -> Result<Option<Difference>, Silence> {
    let Some(mut order) = paid_order(charge, response)? else { return Ok(None) };
    if order.dm_id.is_empty() {
        dm_id.clone_into(&mut order.dm_id);
    }
    if order.dm_id == dm_id {
        Ok(Some(paid_there(charge, order, AlarmKind::PaidThere)))
    } else {
        Err(Silence::NoResponse(format!("answered about the order {}", order.dm_id)))
    }
}

/// Reads the response to a query by the charge's auth code. A code that was declined here may have been
/// charged elsewhere, or here for another bill: `is_others` returns whether an order belongs to one. An order
/// with another amount that is not known to be the charge's does not make its bill paid; but money was taken
/// with this code, and a person has to look.
pub fn paid_by_code<E: From<Silence>>(
    charge: &ChargeRow,
    response: PayResponse,
    is_others: impl FnOnce(&str) -> Result<bool, E>,
) -> Result<Option<Difference>, E> {
    let Some(order) = paid_order(charge, response)? else { return Ok(None) };
    if order.dm_id.is_empty() {
        return Err(Silence::NoResponse("paid, but the response names no order".to_owned()).into());
    }
    if is_others(&order.dm_id)? {
        return Ok(None);
    }
    let fits = order.total_fen.is_none_or(|total| total == i64::from(charge.total_fen));
    let is_anyones = !fits || (charge.evidence.declined && order.device_id.is_empty());
    let is_maybe = is_anyones && charge.dm_id.as_deref() != Some(&order.dm_id);
    let kind = if is_maybe { AlarmKind::MaybePaidThere } else { AlarmKind::PaidThere };
    Ok(Some(paid_there(charge, order, kind)))
}

fn paid_there(charge: &ChargeRow, order: Order, kind: AlarmKind) -> Difference {
    Difference {
        kind: Kind::Alarm(kind),
        out_trade_no: NonEmpty::of(&charge.out_trade_no),
        charge: Some(charge.id),
        out_refund_no: None,
        here_fen: 0,
        there_fen: order.total_fen.unwrap_or(i64::from(charge.total_fen)),
        dm_id: NonEmpty::of(order.dm_id),
    }
}

/// Compares a charge that a person decided as paid with `found`, the result of [`paid_by_order`] or
/// [`paid_by_code`]. A payment agrees with the person; its absence is an alarm.
pub fn against_paid(charge: &ChargeRow, found: Option<Difference>) -> Option<Difference> {
    let here_fen = i64::from(charge.total_fen);
    match found {
        Some(paid) if paid.there_fen == here_fen => None,
        Some(paid) => Some(Difference { kind: Kind::Alarm(AlarmKind::AmountDiffers), here_fen, ..paid }),
        None => Some(Difference {
            kind: Kind::Alarm(AlarmKind::PaidNotThere),
            out_trade_no: NonEmpty::of(&charge.out_trade_no),
            charge: Some(charge.id),
            out_refund_no: None,
            dm_id: charge.dm_id.clone(),
            here_fen,
            there_fen: 0,
        }),
    }
}

/// Returns the sums of the ledger's payments and refunds of a day by the platform's times, in fen, as in the
/// platform's own books. A row without such a time counts for the day of its outcome, and a late payment for
/// the day on which it was found.
pub fn sums_of_day(day: &str, charges: &[ChargeRow], refunds: &[RefundRow]) -> (i64, i64) {
    let is_of_day = |time: &Option<NonEmpty>, ended_day: &Option<NonEmpty>| {
        time.as_deref().and_then(of_time).or(ended_day.as_deref()) == Some(day)
    };
    let is_paid = |row: &&ChargeRow| match row.state.is_paid() {
        true => is_of_day(&row.pay_time, &row.ended_day),
        false => row.late_day.as_deref() == Some(day),
    };
    let paid = charges.iter().filter(is_paid);
    let made = refunds.iter().filter(|row| row.state.is_made() && is_of_day(&row.pay_time, &row.ended_day));
    (paid.map(|row| i64::from(row.total_fen)).sum(), made.map(|row| i64::from(row.refund_fen)).sum())
}

/// Returns the differences for everything that is undecided here.
pub fn undecided(charges: &[ChargeRow], refunds: &[RefundRow]) -> Vec<Difference> {
    let charges = charges.iter().filter(|row| row.state == ChargeState::Open).map(|row| Difference {
        kind: Kind::Undecided,
        out_trade_no: NonEmpty::of(&row.out_trade_no),
        charge: Some(row.id),
        out_refund_no: None,
        dm_id: row.dm_id.clone(),
        here_fen: i64::from(row.total_fen),
        there_fen: 0,
    });
    let refunds = refunds.iter().filter(|row| row.state.is_undecided()).map(|row| Difference {
        kind: Kind::Undecided,
        out_trade_no: row.out_trade_no.clone(),
        charge: None,
        out_refund_no: NonEmpty::of(&row.out_refund_no),
        dm_id: NonEmpty::of(&row.dm_id),
        here_fen: i64::from(row.refund_fen),
        there_fen: 0,
    });
    charges.chain(refunds).collect()
}

/// Compares the platform's bill of an order with the ledger's rows of it; `None` if the platform has no such
/// bill.
pub fn order_differences(
    dm_id: &str,
    charge: Option<&ChargeRow>,
    refunds: &[RefundRow],
    bill: Option<&Bill>,
) -> Vec<Difference> {
    let out_trade_no = charge.and_then(|row| NonEmpty::of(&row.out_trade_no));
    let difference = |kind, here_fen, there_fen| Difference {
        kind,
        out_trade_no: out_trade_no.clone(),
        charge: charge.map(|row| row.id),
        out_refund_no: None,
        dm_id: NonEmpty::of(dm_id),
        here_fen,
        there_fen,
    };
    let reported: i64 = sum_of(refunds, |state| state == RefundState::Refunded);
    // The bill may or may not include a refund that is undecided here.
    let in_doubt: i64 = sum_of(refunds, RefundState::is_undecided);
    let (paid_there, refunded_there) = bill.map_or((0, 0), |bill| (bill.pay_total_fen, bill.refunded_fen));
    let mut differences = Vec::new();
    // If a person decided it as paid, that is checked by its auth code as well.
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
            [row] if shown == reported => NonEmpty::of(&row.out_refund_no),
            _ => None,
        };
        differences.push(Difference { out_refund_no, ..alarm });
    }
    if shown == reported && refunded_there > refunded + in_doubt {
        differences.push(difference(Kind::RefundedElsewhere, refunded, refunded_there));
    }
    // A refund recorded as made elsewhere may not explain the line: whoever got "not refunded" may have
    // refunded it again.
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
        let out_refund_no = NonEmpty::of(&row.out_refund_no);
        differences.push(Difference { out_refund_no, ..difference(kind, refunded - kept, refunded_there) });
    }
    differences
}

fn sum_of(refunds: &[RefundRow], is_wanted: impl Fn(RefundState) -> bool) -> i64 {
    refunds.iter().filter(|row| is_wanted(row.state)).map(|row| i64::from(row.refund_fen)).sum()
}

/// A part of an order of this ledger that was refunded elsewhere: recorded as a refund without a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeElsewhere {
    /// Its number.
    pub number: String,
    /// Its amount, in fen.
    pub fen: i64,
}

/// Returns what has to be recorded of the differences that the responses about a paid order agree on, so that
/// later calls count that much of the bill as refunded. `refunds` are those of the order as they are now,
/// which may be more than the responses were compared with.
pub fn made_elsewhere(
    charge: &ChargeRow,
    refunds: &[RefundRow],
    differences: &[Difference],
) -> Option<MadeElsewhere> {
    let found = differences.iter().find(|difference| difference.kind == Kind::RefundedElsewhere)?;
    // A bill that lacks a payment or a refund does not show how much was refunded.
    let is_of_a_refund = |difference: &Difference| {
        matches!(difference.kind, Kind::RefundedElsewhere | Kind::Alarm(AlarmKind::RefundThere))
    };
    if !differences.iter().all(is_of_a_refund) {
        return None;
    }
    // An undecided refund may be among what the bill shows.
    if refunds.iter().any(|row| row.state.is_undecided()) {
        return None;
    }
    let fen = found.there_fen - sum_of(refunds, RefundState::is_made);
    let kept = refunds.iter().filter(|row| row.out_refund_no.starts_with(ELSEWHERE)).count();
    (fen > 0).then(|| MadeElsewhere { number: format!("{ELSEWHERE}{}-{}", charge.id, kept + 1), fen })
}

/// The refund lines of a bill that are not known to belong to a refund of this ledger.
struct Others {
    /// The amount of each line, in fen, negative.
    lines: Vec<i64>,
    /// How much of them is unexplained, in fen.
    unexplained: i64,
}

impl Others {
    /// Removes a refund of this amount, which may be split. Returns false if they do not contain it.
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

/// Returns the sum that the bill lacks of the lines of made refunds, in fen, and its other refund lines.
/// Refunds recorded without a line explain part of those. Lines are compared by amount alone, because the
/// platform may fill in their numbers and times later; sums would hide a missing line behind one of another
/// till.
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
