//! Reading a bill or a refund from the ledger.

use std::ffi::c_char;
use std::slice;

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::names;
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::rows::{charge_fields, left_of, listed_fields, refund_fields};
use crate::driver::{NoBill, Store};
use crate::till::code::Code;

/// Reads a bill of this till from the ledger. Sends nothing.
///
/// out_trade_no: the number of the bill.
/// reply:        NULL, or receives a reply with the fields of the last attempt; the list "charge": every
///               attempt on the bill, oldest first; and the list "decision": what people decided about the
///               bill, each with out_trade_no, attempt or out_refund_no, decision, decided_by, why and
///               decided. The fields of a charge:
///   out_trade_no, attempt (starting at 1)
///   state         "open" (undecided), "paid", "not_paid" or "not_sent"; "decided_paid" or "decided_not_paid"
///                 where a person decided it, see wsy_decide
///   total_fen, total (in yuan)
///   paytype       the paytype that was sent, a code of the config such as o2o_dm_code_wxpaysub
///   pay_type      the platform's number of that payment type, such as 4: from its response, or from the
///                 config until then
///   pay_name      its name, such as 微信: paymode of the response, or from the config
///   auth_code     masked except for its first two and last four digits
///   dm_id         the platform's order; empty while it is not known
///   pay_id        the channel's transaction
///   pay_time      the platform's time of the payment (Beijing)
///   openid        the customer's id in the wallet
///   reason        the platform's sentence, or why the charge ended this way
///   printinfo     the receipt as it came, with escapes; receipt: as plain lines; as bytes:
///                 wsy_reply_receipt_bytes
///   started, ended  this till's time of the intent and of the outcome (Beijing)
///   day           the day of the intent, such as 2026-11-22, by the platform's clock where that is known, as
///                 this till's may be wrong
///   ended_day     the day of the outcome; never a day that was closed before it, see wsy_close_day. Empty
///                 while the charge is open
///   told          this till's time at which a call reported it as paid (WSY_PAID); empty if it is not paid,
///                 or not reported yet
///   paid_late     1: found to be paid after it was reported as not paid (state stays "not_paid"), see
///                 wsy_reconcile; else 0
///   needs_person  what a person has to check; empty for nothing
///   device_id     the device that charged
///   operator_id   the parameter operator_id of the charge, which names the cashier; empty for none
///
/// A reply of wsy_micropay, wsy_settle and similar calls also has the platform's response to that call:
///   "response"      a list whose one item has all attributes of the last response under their own names (ok,
///                 info, total, pay_type, no, remark, openid and any others; wsy_reply_item_name lists them)
///   "paylist"     a list of its pay elements (id, device_id, no, tabno, company, opentime, paymode, user,
///                 total_fee, time and others)
///   canvas        the pop-up of the platform's own client as XML; as lines: wsy_reply_canvas_text; as a
///                 picture: wsy_reply_canvas_png
/// These three are empty where this call got no response. Such a reply also has:
///   first_told    when the bill was first reported as paid
///   recorded      1: it was on record before the call, which sent nothing
///   refunded_fen  how much of it was refunded, as this till knows or a person decided
///   paid_attempts 2 or more: the customer has paid more than once, after you insisted or because an earlier
///                 code was paid late; refund the other orders
///
/// Threads: any.
///
/// Returns WSY_OK (not a verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER, WSY_ERR_TEXT,
/// WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reads a bill from the ledger; sends nothing.
/// 查本机账本里的一单，不联网。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_find(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `out_trade_no` is NULL or a string, as this function asks.
    let out_trade_no = unsafe { CText::new(out_trade_no) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let out_trade_no = client.required(out_trade_no)?;
        let rows = client.till.ledger().charges(&out_trade_no)?;
        let last = rows.last().ok_or_else(|| NoBill::Bill(out_trade_no.clone()))?;
        let decisions = client.till.ledger().decisions_of_bill(&out_trade_no)?;
        Ok(Draft::new(Code::Ok)
            .left(&left_of(&rows, &[]))
            .fields(charge_fields(last))
            .field(names::DECISIONS, decisions.len())
            .list(names::LIST_CHARGE, rows.iter().map(charge_fields))
            .list(names::LIST_DECISION, decisions.iter().map(listed_fields)))
    })
}

/// Reads a refund of this till from the ledger. Sends nothing.
///
/// out_refund_no: the number of the refund.
/// reply:         NULL, or receives a reply with the fields of a refund:
///   out_refund_no
///   out_trade_no  the bill; empty if it is not of this till
///   dm_id         the platform's order
///   state         "open" (undecided), "refunded", "not_refunded", "not_sent" or "conflict" (a person has to
///                 check); "decided_refunded" or "decided_not_refunded" where a person decided it, see
///                 wsy_decide_refund
///   refund_fen, refund (in yuan)
///   paytype, pay_type, pay_name
///                 the payment type of its charge, as for a charge; for an order of another till, the
///                 platform's values
///   pay_id        the channel's transaction from the response to the refund; empty if that was lost
///   refund_id     the platform's number of the refund: pay_id of its line in the bill
///   pay_time      the platform's time of that line
///   reason        the platform's sentence, or why the refund ended this way
///   needs_person  what a person has to check: for a conflict, and for a refund that is still undecided after
///                 24 hours in which the ledger was open; empty for nothing
///   operator_id   the parameter operator_id of the refund; empty for none
///   printinfo, receipt, started, ended, day, ended_day, device_id  as for a charge
///
/// Threads: any.
///
/// Returns WSY_OK (not a verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER, WSY_ERR_TEXT,
/// WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `out_refund_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reads a refund from the ledger; sends nothing.
/// 查本机账本里的一笔退款，不联网。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_find_refund(
    client: *mut wsy_client,
    out_refund_no: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `out_refund_no` is NULL or a string, as this function asks.
    let out_refund_no = unsafe { CText::new(out_refund_no) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let out_refund_no = client.required(out_refund_no)?;
        let row = client.till.ledger().refund(&out_refund_no)?;
        let row = row.ok_or(NoBill::Refund(out_refund_no))?;
        Ok(Draft::new(Code::Ok).left(&left_of(&[], slice::from_ref(&row))).fields(refund_fields(&row)))
    })
}
