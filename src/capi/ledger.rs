//! What the ledger holds, for the caller to read.

use std::ffi::c_char;

use crate::capi::client::{Running, answer, wsy_client};
use crate::capi::fields::{Fields, named, of_receipt};
use crate::capi::guard::guard;
use crate::capi::names;
use crate::capi::reply::{Draft, wsy_reply};
use crate::driver;
use crate::driver::Store;
use crate::protocol::amount::yuan;
use crate::till::code::Code;
use crate::till::ledger::{ChargeRow, ChargeState, RefundRow, RefundState};
use crate::till::{Error, clock};

/// Reads a bill of this till from the ledger; nothing is sent.
///
/// out_trade_no: the number of the bill.
/// reply:        NULL, or receives a reply with the list "charge": every attempt on the bill, the first one first; its
///               last attempt's fields are the reply's own. The fields of a charge:
///   out_trade_no, attempt (starting at 1)
///   state         "open" (not decided), "paid", "not_paid" or "not_sent"
///   total_fen, total (in yuan)
///   pay_type      the paytype that was sent
///   auth_code     with all but the first two and last four digits masked
///   dm_id         the platform's order; empty while it is not known
///   pay_id        the channel's transaction
///   pay_time      the platform's time of the payment (Beijing)
///   openid        the customer's id in the wallet
///   reason        the platform's sentence, or why it ended so
///   printinfo     the receipt as it came, with escapes; receipt: as plain lines; bytes: wsy_reply_receipt_bytes
///   started, ended  this till's time of the intent and of the outcome (Beijing)
///   told          this till's time at which a call first told it as paid; empty if it is not paid, or if wsy_recover or a
///                 void found that it is
///   needs_person  what a person has to look at; empty for nothing
///   device_id     the device that charged
///   operator_id   the parameter operator_id of the charge, which names the cashier; empty for none
///   and from wsy_micropay, wsy_settle and the like also recorded (1: it was on record before the call, which sent
///   nothing), refunded_fen (what this till has refunded of it) and paid_attempts (2 or more: the customer has paid
///   more than once, after you insisted; refund the other orders)
///
/// Threads: any. Returns WSY_OK (this is no verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER, WSY_ERR_TEXT,
/// WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// What the ledger knows of a bill; nothing is sent.
/// 查本机账本里的一单，不联网。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_find(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let out_trade_no = client.required(out_trade_no)?;
                let rows = client.till.ledger().charges(&out_trade_no).map_err(Error::from);
                let outcome = rows.and_then(|rows| {
                    let last = rows.last().ok_or_else(|| driver::Error::NoBill(out_trade_no.clone()))?;
                    Ok(Draft::new(Code::Ok)
                        .fields(charge_fields(last))
                        .list(names::LIST_CHARGE, rows.iter().map(charge_fields).collect()))
                });
                Ok(outcome)
            })
        }
    })
}

/// Reads a refund of this till from the ledger; nothing is sent.
///
/// out_refund_no: the number of the refund.
/// reply:         NULL, or receives a reply with the fields of a refund:
///   out_refund_no
///   out_trade_no  the bill; empty if it is not of this till
///   dm_id         the platform's order
///   state         "open" (not decided), "refunded", "not_refunded", "not_sent" or "conflict" (a person has to look)
///   refund_fen, refund (in yuan)
///   pay_id, pay_time  the platform's number and time of the refund line
///   reason        the platform's sentence, or why it ended so
///   needs_person  what a person has to look at: of a conflict, and of a refund that is not decided after 24 hours in which the
///                 ledger was open; empty for nothing
///   printinfo, receipt, started, ended, device_id  as for a charge
///
/// Threads: any. Returns WSY_OK (this is no verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER, WSY_ERR_TEXT,
/// WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `out_refund_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// What the ledger knows of a refund; nothing is sent.
/// 查本机账本里的一笔退款，不联网。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_find_refund(
    client: *mut wsy_client,
    out_refund_no: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let out_refund_no = client.required(out_refund_no)?;
                let row = client.till.ledger().refund(&out_refund_no).map_err(Error::from);
                let outcome = row.and_then(|row| {
                    let row = row.ok_or_else(|| driver::Error::NoBill(out_refund_no.clone()))?;
                    Ok(Draft::new(Code::Ok).fields(refund_fields(&row)))
                });
                Ok(outcome)
            })
        }
    })
}

/// Reads all charges and refunds that were begun on a day; nothing is sent.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// reply: NULL, or receives a reply with the lists "charge" and "refund", the oldest first; paid_fen and refunded_fen:
///        their sums; open: how many are not decided; day.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_ARGUMENT (not a day), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let day = day_of(client, day)?;
                let ledger = client.till.ledger();
                let rows = ledger.charges_of_day(&day).and_then(|c| Ok((c, ledger.refunds_of_day(&day)?)));
                let outcome = rows
                    .map_err(Error::from)
                    .map(|(charges, refunds)| rows_of(&charges, &refunds).field(names::DAY, &day));
                Ok(outcome)
            })
        }
    })
}

/// Reads all charges and refunds that are not decided, refunds that need a person, and the charges of bills that wsy_void
/// was called for and has not undone yet; nothing is sent.
///
/// reply: NULL, or receives a reply with the lists "charge" and "refund", the oldest first; open: how many there are. Those
///        in state "open" are what wsy_recover settles; those in "conflict" only a person can; a charge in another state is
///        of a bill that is to be undone, which wsy_void ends.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_LEDGER or WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// All charges and refunds that are not decided; nothing is sent.
/// 所有尚未查清的收款和退款，不联网。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_unresolved(client: *mut wsy_client, reply: *mut *mut wsy_reply) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let ledger = client.till.ledger();
                let rows = ledger.open_charges().and_then(|mut charges| {
                    charges.extend(ledger.to_void()?.into_iter().filter(is_to_be_undone));
                    let mut refunds = ledger.open_refunds()?;
                    refunds.extend(ledger.conflicts()?);
                    Ok((charges, refunds))
                });
                let outcome = rows.map_err(Error::from).map(|(charges, refunds)| rows_of(&charges, &refunds));
                Ok(outcome)
            })
        }
    })
}

/// The day that a caller names, or today.
///
/// # Safety
/// `day` is NULL or a NUL-terminated string.
pub(super) unsafe fn day_of(client: &Running, day: *const c_char) -> Result<String, Code> {
    // SAFETY: the contract is the same.
    let day = unsafe { client.optional(day) }?.unwrap_or_else(|| clock::day(clock::wall()));
    if clock::is_day(&day) { Ok(day) } else { Err(Code::Argument) }
}

fn rows_of(charges: &[ChargeRow], refunds: &[RefundRow]) -> Draft {
    let paid = charges.iter().filter(|row| row.state == ChargeState::Paid);
    let refunded = refunds.iter().filter(|row| row.state == RefundState::Refunded);
    let is_open = |row: &&ChargeRow| row.state == ChargeState::Open || is_to_be_undone(row);
    let open_charges = charges.iter().filter(is_open).count();
    let undecided = |row: &&RefundRow| matches!(row.state, RefundState::Open | RefundState::Conflict);
    let open_refunds = refunds.iter().filter(undecided).count();
    Draft::new(Code::Ok)
        .field(names::PAID_FEN, paid.map(|row| i64::from(row.total_fen)).sum::<i64>())
        .field(names::REFUNDED_FEN, refunded.map(|row| i64::from(row.refund_fen)).sum::<i64>())
        .field(names::OPEN, open_charges + open_refunds)
        .list(names::LIST_CHARGE, charges.iter().map(charge_fields).collect())
        .list(names::LIST_REFUND, refunds.iter().map(refund_fields).collect())
}

/// Whether a charge is settled and its bill is to be undone. It stays on the list until it is, also where it was not paid: the
/// wish is open all the same, and the platform may have taken the money after all.
fn is_to_be_undone(row: &ChargeRow) -> bool {
    row.to_void && row.state != ChargeState::Open
}

/// What a person has to look at.
fn person(row: &ChargeRow) -> &str {
    match row.state {
        _ if !row.needs_person.is_empty() => &row.needs_person,
        ChargeState::Paid if row.to_void => "paid, and to be undone: call wsy_void",
        _ if is_to_be_undone(row) => "to be undone: call wsy_void",
        _ => "",
    }
}

/// The fields of a charge.
pub(super) fn charge_fields(row: &ChargeRow) -> Fields {
    let mut fields = named([
        (names::OUT_TRADE_NO, row.out_trade_no.clone()),
        (names::ATTEMPT, row.attempt.to_string()),
        (names::STATE, row.state.word().to_owned()),
        (names::TOTAL_FEN, row.total_fen.to_string()),
        (names::TOTAL, yuan(i64::from(row.total_fen))),
        (names::PAY_TYPE, row.pay_type.clone()),
        (names::AUTH_CODE, row.code_masked.clone()),
        (names::DM_ID, row.dm_id.clone()),
        (names::PAY_ID, row.pay_id.clone()),
        (names::PAY_TIME, row.pay_time.clone()),
        (names::OPENID, row.openid.clone()),
        (names::REASON, row.reason.clone()),
        (names::STARTED, clock::stamp(row.started_ms)),
        (names::ENDED, row.ended_ms.map(clock::stamp).unwrap_or_default()),
        (names::TOLD, row.told_ms.map(clock::stamp).unwrap_or_default()),
        (names::OPERATOR_ID, row.operator_id.clone()),
        (names::NEEDS_PERSON, person(row).to_owned()),
        (names::DEVICE_ID, row.device_id.clone()),
    ]);
    fields.extend(of_receipt(&row.printinfo));
    fields
}

/// The fields of a refund.
pub(super) fn refund_fields(row: &RefundRow) -> Fields {
    let mut fields = named([
        (names::OUT_REFUND_NO, row.out_refund_no.clone()),
        (names::OUT_TRADE_NO, row.out_trade_no.clone()),
        (names::DM_ID, row.dm_id.clone()),
        (names::STATE, row.state.word().to_owned()),
        (names::REFUND_FEN, row.refund_fen.to_string()),
        (names::REFUND, yuan(i64::from(row.refund_fen))),
        (names::PAY_ID, row.pay_id.clone()),
        (names::PAY_TIME, row.pay_time.clone()),
        (names::REASON, row.reason.clone()),
        (names::STARTED, clock::stamp(row.started_ms)),
        (names::ENDED, row.ended_ms.map(clock::stamp).unwrap_or_default()),
        (names::NEEDS_PERSON, row.needs_person().to_owned()),
        (names::DEVICE_ID, row.device_id.clone()),
    ]);
    fields.extend(of_receipt(&row.printinfo));
    fields
}
