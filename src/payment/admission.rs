//! Decides which refund may be sent and what a void has to refund. [`bill`](crate::payment::bill) decides
//! about charges.

use crate::payment::bill::{Bill, ChargeState, RefundState, VOID, is_void};
use crate::payment::refund::Before;
use crate::payment::row::{ChargeRow, RefundRow};

/// The ledger's knowledge of a refund number that is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing was sent under it: it may be used.
    Unused,
    /// It was used for another order or amount.
    Differs,
    /// Its refund is undecided and has to be settled.
    Resume,
    /// Its refund is decided and is returned as recorded.
    Recorded,
}

/// Looks up what a refund number means for a new request, whatever has become of its bill since. `row` is the
/// ledger's row under that number; `names_its_bill` says whether the request is about the same bill.
pub fn known_refund(row: Option<&RefundRow>, names_its_bill: bool, fen: i32) -> Known {
    match row {
        None => Known::Unused,
        Some(row) if row.refund_fen != fen || !names_its_bill => Known::Differs,
        Some(row) => match row.state {
            RefundState::NotSent => Known::Unused,
            RefundState::Open => Known::Resume,
            _ => Known::Recorded,
        },
    }
}

/// Why a refund may not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle<'a> {
    /// The refund with this number is undecided.
    Undecided(&'a str),
    /// More than this ledger charged on the order and has not refunded. Carries what is left, in fen.
    TooMuch(i64),
}

/// Decides whether a new refund of an order may be sent. `refunds` are those of the order. `charged_fen` is
/// what this ledger charged on it, whatever the platform's bill says; `None` for an order that is not in this
/// ledger.
pub fn new_refund(refunds: &[RefundRow], charged_fen: Option<i64>, fen: i32) -> Result<(), Obstacle<'_>> {
    if let Some(open) = refunds.iter().find(|row| row.state.is_undecided()) {
        return Err(Obstacle::Undecided(&open.out_refund_no));
    }
    match charged_fen.map(|charged| charged - refunded_fen(refunds)) {
        Some(left) if i64::from(fen) > left => Err(Obstacle::TooMuch(left.max(0))),
        _ => Ok(()),
    }
}

/// Returns how much these refunds gave back, as the platform's bill shows or a person decided, in fen.
pub fn refunded_fen(refunds: &[RefundRow]) -> i64 {
    refunds.iter().filter(|row| row.state.is_made()).map(|row| i64::from(row.refund_fen)).sum()
}

/// Returns the lines of the platform's bill that are known from refunds other than this row, so without its
/// own. The lines that a refund found on the bill and those that it added are different lines even if they
/// look alike; what two refunds found may be the same lines.
pub fn lines_of_others(refunds: &[RefundRow], id: Option<i64>) -> Before {
    let others = refunds.iter().filter(|row| Some(row.id) != id);
    others.fold(Before::default(), |lines, row| lines.and(&row.before.plus(&row.lines)))
}

/// Returns the server that has an order: where it was charged, or else where this ledger has refunded it
/// before; `None` if neither is known. Another platform may have a stranger's order with the same number.
pub fn server_of<'a>(charged_at: Option<&'a str>, refunds: &'a [RefundRow]) -> Option<&'a str> {
    // A refund that was not sent has not reached any server.
    let mut sent = refunds.iter().filter(|row| row.state != RefundState::NotSent);
    charged_at.or_else(|| sent.find_map(|row| row.server.as_deref()))
}

/// A refund with which a void undoes an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidRefund {
    /// Its number, derived from the charge's, so that a repeated void refunds once.
    pub number: String,
    /// The most that it refunds of the order, in fen.
    pub fen: i64,
}

/// Returns what a void has to refund of a paid charge; `None` if nothing is left. `refunds` are those of its
/// order.
pub fn void_refund(bill: &Bill, row: &ChargeRow, refunds: &[RefundRow]) -> Option<VoidRefund> {
    let voids: Vec<_> = refunds.iter().filter(|refund| is_void(&refund.out_refund_no)).collect();
    // A refund that was never sent says nothing about what is left to refund now.
    let counts = |row: &&&RefundRow| row.state.is_made() || row.state.is_undecided();
    let refund = match voids.last().filter(counts) {
        // The back office had already refunded all that was left.
        Some(last) if last.is_elsewhere() => return None,
        Some(last) => VoidRefund { number: last.out_refund_no.clone(), fen: i64::from(last.refund_fen) },
        None => VoidRefund {
            number: format!("{VOID}{}-{}", row.id, voids.len() + 1),
            fen: row.paid_order().map_or(0, |order| bill.captured_fen(order)),
        },
    };
    (refund.fen > 0).then_some(refund)
}

/// Returns the paid attempt that a call about a bill refers to, with its order: the one with this order, or
/// else the last one.
pub fn paid_attempt<'a>(
    rows: &'a [ChargeRow],
    dm_id: Option<&str>,
) -> Result<(&'a ChargeRow, &'a str), NotFound> {
    let paid = rows.iter().rev().filter(|row| row.state == ChargeState::Paid);
    let mut paid = paid.filter_map(|row| Some((row, row.paid_order()?))).peekable();
    match (rows, paid.peek()) {
        ([], _) => Err(NotFound::NoBill),
        (_, None) => Err(NotFound::NotPaid),
        _ => paid.find(|(_, order)| dm_id.is_none_or(|wanted| wanted == *order)).ok_or(NotFound::OtherOrder),
    }
}

/// Why no paid attempt matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// No attempt was made under the number.
    NoBill,
    /// No attempt is paid.
    NotPaid,
    /// No attempt is paid by that order.
    OtherOrder,
}
