//! What the ledger holds, for the caller to read.

use std::ffi::c_char;

use crate::capi::client::{Running, answer, wsy_client};
use crate::capi::fields::{Fields, named, of_receipt};
use crate::capi::guard::guard;
use crate::capi::left::Left;
use crate::capi::names::{self, Name};
use crate::capi::reply::{Draft, wsy_reply};
use crate::driver;
use crate::driver::Store;
use crate::payment::day::{Sums, Totals};
use crate::payment::decision::Decision;
use crate::protocol::amount::yuan;
use crate::till::code::Code;
use crate::till::ledger::{
    ChargeRow, ChargeState, Decided, Ledger, LedgerError, Listed, RefundRow, RefundState,
};
use crate::till::{Error, clock};

/// Reads a bill of this till from the ledger; nothing is sent.
///
/// out_trade_no: the number of the bill.
/// reply:        NULL, or receives a reply with the list "charge": every attempt on the bill, the first one first; its
///               last attempt's fields are the reply's own; and the list "decision": what people decided about it, each
///               with out_trade_no, attempt or out_refund_no, decision, decided_by, why and decided. The fields of a charge:
///   out_trade_no, attempt (starting at 1)
///   state         "open" (not decided), "paid", "not_paid" or "not_sent"; "decided_paid" or "decided_not_paid" where a
///                 person decided it, see wsy_decide
///   total_fen, total (in yuan)
///   paytype       what was sent as paytype, a code of the config such as o2o_dm_code_wxpaysub
///   pay_type      the platform's number of that payment type, such as 4: of its answer, or of the config before it
///   pay_name      its name, such as 微信: paymode of the answer, or of the config
///   auth_code     with all but the first two and last four digits masked
///   dm_id         the platform's order; empty while it is not known
///   pay_id        the channel's transaction
///   pay_time      the platform's time of the payment (Beijing)
///   openid        the customer's id in the wallet
///   reason        the platform's sentence, or why it ended so
///   printinfo     the receipt as it came, with escapes; receipt: as plain lines; bytes: wsy_reply_receipt_bytes
///   started, ended  this till's time of the intent and of the outcome (Beijing)
///   day           the day of the intent, such as 2026-11-22, by the platform's clock where that is known, as this till's may be wrong
///   ended_day     the day of the outcome; never a day that was closed before it, see wsy_close_day. Empty while it is open
///   told          this till's time at which a call reported it as paid (WSY_PAID); empty if it is not paid, or if that was not
///                 reported yet
///   paid_late     1: it was found to be paid after it was reported as not paid (state stays "not_paid"), see wsy_reconcile; else 0
///   needs_person  what a person has to look at; empty for nothing
///   device_id     the device that charged
///   operator_id   the parameter operator_id of the charge, which names the cashier; empty for none
///   and from wsy_micropay, wsy_settle and the like also what the platform answered to that call: the list "answer", whose one
///   item has all attributes of the last answer under their own names (ok, info, total, pay_type, no, remark, openid and
///   whatever else came; wsy_reply_item_name lists them), the list "paylist" of its pay elements (id, device_id, no, tabno,
///   company, opentime, paymode, user, total_fee, time and others) and canvas, the pop-up of the platform's own client as XML
///   (as lines: wsy_reply_canvas_text, as a picture: wsy_reply_canvas_png); all are empty where it answered nothing to this
///   call; further first_told (when the bill was first reported as paid), recorded (1: it was on record before the call, which sent
///   nothing), refunded_fen (what was refunded of it, as this till knows or a person decided) and paid_attempts (2 or more: the customer has paid
///   more than once, after you insisted or by an earlier code that paid late; refund the other orders)
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
                    let last = rows
                        .last()
                        .ok_or_else(|| driver::Error::from(driver::NoBill::Bill(out_trade_no.clone())))?;
                    let decisions = client.till.ledger().decisions_of_bill(&out_trade_no)?;
                    Ok(Draft::new(Code::Ok)
                        .left(&left_of(&rows, &[]))
                        .fields(charge_fields(last))
                        .field(names::DECISIONS, decisions.len())
                        .list(names::LIST_CHARGE, rows.iter().map(charge_fields).collect())
                        .list(names::LIST_DECISION, decisions.iter().map(listed_fields).collect()))
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
///   state         "open" (not decided), "refunded", "not_refunded", "not_sent" or "conflict" (a person has to look);
///                 "decided_refunded" or "decided_not_refunded" where a person decided it, see wsy_decide_refund
///   refund_fen, refund (in yuan)
///   paytype, pay_type, pay_name  the payment type of its charge, as for a charge; of an order of another till, what the
///                 platform says of it
///   pay_id        the channel's transaction, as the answer to the refund named it; empty where that was lost
///   refund_id     the platform's number of the refund: pay_id of its line in the bill
///   pay_time      the platform's time of that line
///   reason        the platform's sentence, or why it ended so
///   needs_person  what a person has to look at: of a conflict, and of a refund that is not decided after 24 hours in which the
///                 ledger was open; empty for nothing
///   operator_id   the parameter operator_id of the refund; empty for none
///   printinfo, receipt, started, ended, day, ended_day, device_id  as for a charge
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
                    let row = row
                        .ok_or_else(|| driver::Error::from(driver::NoBill::Refund(out_refund_no.clone())))?;
                    Ok(Draft::new(Code::Ok)
                        .left(&left_of(&[], std::slice::from_ref(&row)))
                        .fields(refund_fields(&row)))
                });
                Ok(outcome)
            })
        }
    })
}

/// Reads all charges and refunds that were begun on a day or had their outcome on it, and the charges that were found on it to be paid
/// after they were reported as not paid, with the day's totals; nothing is sent.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// reply: NULL, or receives a reply with day and the lists "charge" and "refund", the oldest first; with open: how many of these
///        are not decided now; and with the totals of the outcomes of that day (ended_day), whenever they were begun:
///   paid_fen, refunded_fen  what was paid and refunded, also as decided by a person (decided_paid, decided_refunded)
///   "wallet"    a list: for each paytype its count, paid_fen and refunded_fen; a refund counts for that of its charge,
///               or for the empty one where its bill was not known to be of this ledger when it was refunded
///   "operator"  a list: the same for each operator_id, which is empty for outcomes without one
///   "state"     a list: the same for each state of a charge or refund, and "paid_late": found to be paid after it was reported as not
///               paid (which stays counted), see wsy_reconcile. Not counted: what was never sent, and what nobody knows the
///               outcome of ("open", "conflict")
///   closed      when the day was closed (Beijing), see wsy_close_day; empty while it is not
///   closed_by   who closed it
///   "decision"  a list: what people decided on that day; decisions: how many
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
                Ok(day_draft(client.till.ledger(), &day).map_err(Error::from))
            })
        }
    })
}

/// Closes a day: fixes its outcomes and their totals. An outcome that comes later, by wsy_settle, wsy_recover, a person's decision or
/// any other call, falls into the day after. Days before it that were never closed are closed with it. Nothing is sent; payments go
/// on as before, also on a day that is closed.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// by:    who closes it, such as a cashier's name or number; may not be empty.
/// reply: NULL, or receives a reply with the fields of wsy_day.
///
/// A day that is closed stays closed: the call then returns the same totals, with the time and the person of the first closing.
/// What is open is not waited for: see open, and call wsy_recover first to have fewer.
///
/// Threads: any. Returns WSY_OK; WSY_ERR_DAY_NOT_OVER (the day lies in the future; today can be closed); WSY_ERR_ARGUMENT (not a
/// day, or by is empty), WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let (day, by) = (day_of(client, day)?, client.required(by)?);
                if by.trim().is_empty() {
                    return Err(Code::Argument);
                }
                let closed = client.till.close_day(&day, &by);
                Ok(closed.and_then(|_| Ok(day_draft(client.till.ledger(), &day)?)))
            })
        }
    })
}

fn day_draft(ledger: &Ledger, day: &str) -> Result<Draft, LedgerError> {
    let (charges, refunds) = (ledger.charges_of_day(day)?, ledger.refunds_of_day(day)?);
    let decisions = ledger.decisions_of_day(day)?;
    let totals = Totals::of(day, &charges, &refunds);
    let closing = ledger.closing(day)?;
    let [wallets, operators] = [(names::PAYTYPE, &totals.wallets), (names::OPERATOR_ID, &totals.operators)]
        .map(|(name, totals)| totals.iter().map(|(key, sums)| sums_fields(name, key, sums)).collect());
    let states = totals.states.iter().map(|(key, sums)| sums_fields(names::STATE, key, sums)).collect();
    let (closed, closed_by) =
        closing.map_or_else(Default::default, |closing| (clock::stamp(closing.ms), closing.by));
    Ok(rows_of(&charges, &refunds)
        .field(names::DAY, day)
        .field(names::PAID_FEN, totals.all.paid_fen)
        .field(names::REFUNDED_FEN, totals.all.refunded_fen)
        .field(names::CLOSED, closed)
        .field(names::CLOSED_BY, closed_by)
        .field(names::DECISIONS, decisions.len())
        .list(names::LIST_WALLET, wallets)
        .list(names::LIST_OPERATOR, operators)
        .list(names::LIST_STATE, states)
        .list(names::LIST_DECISION, decisions.iter().map(listed_fields).collect()))
}

/// One line of a day's totals.
fn sums_fields(name: Name, key: &str, sums: &Sums) -> Fields {
    named([
        (name, key.to_owned()),
        (names::COUNT, sums.count.to_string()),
        (names::PAID_FEN, sums.paid_fen.to_string()),
        (names::REFUNDED_FEN, sums.refunded_fen.to_string()),
    ])
}

/// Reads all charges and refunds that are not decided, refunds that need a person, and the charges of bills that wsy_void
/// was called for and has not undone yet; nothing is sent.
///
/// reply: NULL, or receives a reply with the lists "charge" and "refund", the oldest first; open: how many there are. Those
///        in state "open" are what wsy_recover settles; those in "conflict" only a person can; a charge in another state is
///        of a bill that is to be undone, which wsy_void ends. Further the list "unfinished", with the number unfinished: the
///        charges of bills that are paid where nobody is known to have heard that, since wsy_recover or a void found it, the
///        handle was freed, or the program ended just after it was told. See whether the goods were handed over, and call
///        wsy_settle, which returns WSY_PAID if that was never told and WSY_PAID_EARLIER if it was; both end the entry, as
///        wsy_decide does. What is left undecided a person can decide with wsy_decide and wsy_decide_refund.
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
                let outcome = rows.map_err(Error::from).and_then(|(charges, refunds)| {
                    let unfinished = driver::unfinished(client.till.as_ref())?;
                    let left = Left { unfinished: unfinished.len(), ..left_of(&charges, &refunds) };
                    Ok(rows_of(&charges, &refunds)
                        .left(&left)
                        .field(names::UNFINISHED, unfinished.len())
                        .list(names::LIST_UNFINISHED, unfinished.iter().map(charge_fields).collect()))
                });
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
    let day = unsafe { client.optional(day) }?.unwrap_or_else(|| client.till.today());
    if clock::is_day(&day) { Ok(day) } else { Err(Code::Argument) }
}

fn rows_of(charges: &[ChargeRow], refunds: &[RefundRow]) -> Draft {
    let left = left_of(charges, refunds);
    Draft::new(Code::Ok)
        .left(&left)
        .field(names::OPEN, left.charges + left.undoing + left.refunds + left.persons)
        .list(names::LIST_CHARGE, charges.iter().map(charge_fields).collect())
        .list(names::LIST_REFUND, refunds.iter().map(refund_fields).collect())
}

/// What of these rows is left to be done.
pub(super) fn left_of(charges: &[ChargeRow], refunds: &[RefundRow]) -> Left {
    let of_state = |state| refunds.iter().filter(|row| row.state == state).count();
    Left {
        charges: charges.iter().filter(|row| row.state == ChargeState::Open).count(),
        undoing: charges.iter().filter(|row| is_to_be_undone(row)).count(),
        refunds: of_state(RefundState::Open),
        persons: of_state(RefundState::Conflict),
        ..Left::default()
    }
}

/// Whether a charge is settled and its bill is to be undone. It stays on the list until it is, also where it was not paid: the
/// wish is open all the same, and the platform may have taken the money after all.
pub(super) fn is_to_be_undone(row: &ChargeRow) -> bool {
    row.to_void && row.state != ChargeState::Open
}

/// What a person has to look at.
fn person(row: &ChargeRow) -> &str {
    match row.state {
        _ if !row.needs_person.is_empty() => &row.needs_person,
        ChargeState::Paid if row.to_void => "paid, and still to be undone",
        _ if is_to_be_undone(row) => "still to be undone",
        _ => "",
    }
}

/// The fields of a decision.
pub(super) fn decision_fields(decided: &Decided) -> Fields {
    let Decision { verdict, by, why } = &decided.decision;
    named([
        (names::DECISION, verdict.word().to_owned()),
        (names::DECIDED_BY, by.clone()),
        (names::WHY, why.clone()),
        (names::DECIDED, clock::stamp(decided.ms)),
    ])
}

/// The same with the numbers of what it is about.
fn listed_fields(listed: &Listed) -> Fields {
    let mut fields = named([
        (names::OUT_TRADE_NO, listed.out_trade_no.clone()),
        (names::ATTEMPT, listed.attempt.map(|attempt| attempt.to_string()).unwrap_or_default()),
        (names::OUT_REFUND_NO, listed.out_refund_no.clone()),
    ]);
    fields.extend(decision_fields(&listed.decided));
    fields
}

/// The fields of a charge.
pub(super) fn charge_fields(row: &ChargeRow) -> Fields {
    let mut fields = named([
        (names::OUT_TRADE_NO, row.out_trade_no.clone()),
        (names::ATTEMPT, row.attempt.to_string()),
        (names::STATE, row.state.word().to_owned()),
        (names::TOTAL_FEN, row.total_fen.to_string()),
        (names::TOTAL, yuan(i64::from(row.total_fen))),
        (names::PAYTYPE, row.wallet.paytype.clone()),
        (names::PAY_TYPE, row.wallet.pay_type.clone()),
        (names::PAY_NAME, row.wallet.pay_name.clone()),
        (names::AUTH_CODE, row.code_masked.clone()),
        (names::DM_ID, row.dm_id.clone()),
        (names::PAY_ID, row.pay_id.clone()),
        (names::PAY_TIME, row.pay_time.clone()),
        (names::OPENID, row.openid.clone()),
        (names::REASON, row.reason.clone()),
        (names::STARTED, clock::stamp(row.started_ms)),
        (names::ENDED, row.ended_ms.map(clock::stamp).unwrap_or_default()),
        (names::DAY, row.day.clone()),
        (names::ENDED_DAY, row.ended_day.clone()),
        (names::TOLD, row.told_ms.map(clock::stamp).unwrap_or_default()),
        (names::PAID_LATE, i32::from(row.is_paid_late()).to_string()),
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
        (names::PAYTYPE, row.wallet.paytype.clone()),
        (names::PAY_TYPE, row.wallet.pay_type.clone()),
        (names::PAY_NAME, row.wallet.pay_name.clone()),
        (names::PAY_ID, row.pay_id.clone()),
        (names::REFUND_ID, row.refund_id.clone()),
        (names::PAY_TIME, row.pay_time.clone()),
        (names::REASON, row.reason.clone()),
        (names::STARTED, clock::stamp(row.started_ms)),
        (names::ENDED, row.ended_ms.map(clock::stamp).unwrap_or_default()),
        (names::DAY, row.day.clone()),
        (names::ENDED_DAY, row.ended_day.clone()),
        (names::OPERATOR_ID, row.operator_id.clone()),
        (names::NEEDS_PERSON, row.needs_person().to_owned()),
        (names::DEVICE_ID, row.device_id.clone()),
    ]);
    fields.extend(of_receipt(&row.printinfo));
    fields
}
