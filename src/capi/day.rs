//! A day of the ledger.

use std::ffi::c_char;

use crate::capi::call::{Call, answer};
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::fields::Fields;
use crate::capi::names::{self, Name};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::rows::{listed_fields, rows_of};
use crate::payment::day::{Sums, Totals};
use crate::till::clock;
use crate::till::code::Code;
use crate::till::ledger::{Ledger, LedgerError};

/// Reads all charges and refunds that were begun on a day or had their outcome on it, and the charges that
/// were found on it to be paid after they were reported as not paid, with the day's totals; nothing is sent.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// reply: NULL, or receives a reply with day and the lists "charge" and "refund", the oldest first; with
///        open: how many of these are not decided now; and with the totals of the outcomes of that day
///        (ended_day), whenever they were begun:
///   paid_fen, refunded_fen  what was paid and refunded, also as decided by a person (decided_paid,
///                           decided_refunded)
///   "wallet"    a list: for each paytype its count, paid_fen and refunded_fen; a refund counts for that of
///               its charge, or for the empty one where its bill was not known to be of this ledger when it
///               was refunded
///   "operator"  a list: the same for each operator_id, which is empty for outcomes without one
///   "state"     a list: the same for each state of a charge or refund, and "paid_late": found to be paid
///               after it was reported as not paid (which stays counted), see wsy_reconcile. Not counted:
///               what was never sent, and what nobody knows the outcome of ("open", "conflict")
///   closed      when the day was closed (Beijing), see wsy_close_day; empty while it is not
///   closed_by   who closed it
///   "decision"  a list: what people decided on that day; decisions: how many
///
/// Threads: any. Returns WSY_OK, WSY_ERR_ARGUMENT (not a day), WSY_ERR_LEDGER, WSY_ERR_TEXT or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// All charges and refunds of a day, such as 2026-11-22; nothing is sent.
/// 某一天的全部收款和退款，不联网。
/// Empty for none: day
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_day(
    client: *mut wsy_client,
    day: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `day` is NULL or a string, as this function asks.
    let day = unsafe { CText::new(day) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let day = day_of(client, day)?;
        Ok(day_draft(client.till.ledger(), &day)?)
    })
}

/// Closes a day: fixes its outcomes and their totals. An outcome that comes later, by wsy_settle,
/// wsy_recover, a person's decision or any other call, falls into the day after. Days before it that were
/// never closed are closed with it. Nothing is sent; payments go on as before, also on a day that is closed.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// by:    who closes it, such as a cashier's name or number; may not be empty.
/// reply: NULL, or receives a reply with the fields of wsy_day.
///
/// A day that is closed stays closed: the call then returns the same totals, with the time and the person of
/// the first closing. What is open is not waited for: see open, and call wsy_recover first to have fewer.
///
/// Threads: any. Returns WSY_OK; WSY_ERR_DAY_NOT_OVER (the day lies in the future; today can be closed);
/// WSY_ERR_ARGUMENT (not a day, or by is empty), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// `day` and `by` are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Closes a day: no later outcome falls into it, and its totals stay the same.
/// 日结：之后查清的收款和退款计入第二天，当天的合计不再变化。不联网。
/// Empty for none: day
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_close_day(
    client: *mut wsy_client,
    day: *const c_char,
    by: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [day, by] = unsafe { CText::each([day, by]) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let (day, by) = (day_of(client, day)?, client.filled(by)?);
        client.till.close_day(&day, &by)?;
        Ok(day_draft(client.till.ledger(), &day)?)
    })
}

/// The day that a caller names, or today.
pub(super) fn day_of(client: &Call, day: CText<'_>) -> Result<String, Code> {
    let day = client.optional(day)?.unwrap_or_else(|| client.till.today());
    if clock::is_day(&day) { Ok(day) } else { Err(Code::Argument) }
}

fn day_draft(ledger: &Ledger, day: &str) -> Result<Draft, LedgerError> {
    let (charges, refunds) = (ledger.charges_of_day(day)?, ledger.refunds_of_day(day)?);
    let decisions = ledger.decisions_of_day(day)?;
    let totals = Totals::of(day, &charges, &refunds);
    let (closed, by) = ledger.closing(day)?.map(|closing| (clock::stamp(closing.ms), closing.by)).unzip();
    Ok(rows_of(&charges, &refunds)
        .field(names::DAY, day.to_owned())
        .field(names::PAID_FEN, totals.all.paid_fen)
        .field(names::REFUNDED_FEN, totals.all.refunded_fen)
        .field(names::CLOSED, closed)
        .field(names::CLOSED_BY, by)
        .field(names::DECISIONS, decisions.len())
        .list(names::LIST_WALLET, totals.wallets.iter().map(|sums| sums_fields(names::PAYTYPE, sums)))
        .list(names::LIST_OPERATOR, totals.operators.iter().map(|sums| sums_fields(names::OPERATOR_ID, sums)))
        .list(names::LIST_STATE, totals.states.iter().map(|sums| sums_fields(names::STATE, sums)))
        .list(names::LIST_DECISION, decisions.iter().map(listed_fields)))
}

/// One line of a day's totals.
fn sums_fields(name: Name, (key, sums): (&(impl ToString + ?Sized), &Sums)) -> Fields {
    Fields::default()
        .with(name, key.to_string())
        .with(names::COUNT, sums.count)
        .with(names::PAID_FEN, sums.paid_fen)
        .with(names::REFUNDED_FEN, sums.refunded_fen)
}
