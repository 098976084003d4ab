//! A bill or a refund of the ledger.

use std::ffi::c_char;
use std::slice;

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::names;
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::rows::{charge_fields, left_of, listed_fields, refund_fields};
use crate::driver::{self, Store};
use crate::till::code::Code;

/// Reads a bill of this till from the ledger; nothing is sent.
///
/// out_trade_no: the number of the bill.
/// reply:        NULL, or receives a reply with the list "charge": every attempt on the bill, the first one
///               first; its last attempt's fields are the reply's own; and the list "decision": what people
///               decided about it, each with out_trade_no, attempt or out_refund_no, decision, decided_by,
///               why and decided. The fields of a charge:
///   out_trade_no, attempt (starting at 1)
///   state         "open" (not decided), "paid", "not_paid" or "not_sent"; "decided_paid" or
///                 "decided_not_paid" where a person decided it, see wsy_decide
///   total_fen, total (in yuan)
///   paytype       what was sent as paytype, a code of the config such as o2o_dm_code_wxpaysub
///   pay_type      the platform's number of that payment type, such as 4: of its answer, or of the config
///                 before it
///   pay_name      its name, such as 微信: paymode of the answer, or of the config
///   auth_code     with all but the first two and last four digits masked
///   dm_id         the platform's order; empty while it is not known
///   pay_id        the channel's transaction
///   pay_time      the platform's time of the payment (Beijing)
///   openid        the customer's id in the wallet
///   reason        the platform's sentence, or why it ended so
///   printinfo     the receipt as it came, with escapes; receipt: as plain lines; bytes:
///                 wsy_reply_receipt_bytes
///   started, ended  this till's time of the intent and of the outcome (Beijing)
///   day           the day of the intent, such as 2026-11-22, by the platform's clock where that is known, as
///                 this till's may be wrong
///   ended_day     the day of the outcome; never a day that was closed before it, see wsy_close_day. Empty
///                 while it is open
///   told          this till's time at which a call reported it as paid (WSY_PAID); empty if it is not paid,
///                 or if that was not reported yet
///   paid_late     1: it was found to be paid after it was reported as not paid (state stays "not_paid"), see
///                 wsy_reconcile; else 0
///   needs_person  what a person has to look at; empty for nothing
///   device_id     the device that charged
///   operator_id   the parameter operator_id of the charge, which names the cashier; empty for none
///   and from wsy_micropay, wsy_settle and the like also what the platform answered to that call: the list
///   "answer", whose one item has all attributes of the last answer under their own names (ok, info, total,
///   pay_type, no, remark, openid and whatever else came; wsy_reply_item_name lists them), the list "paylist"
///   of its pay elements (id, device_id, no, tabno, company, opentime, paymode, user, total_fee, time and
///   others) and canvas, the pop-up of the platform's own client as XML (as lines: wsy_reply_canvas_text, as
///   a picture: wsy_reply_canvas_png); all are empty where it answered nothing to this call; further
///   first_told (when the bill was first reported as paid), recorded (1: it was on record before the call,
///   which sent nothing), refunded_fen (what was refunded of it, as this till knows or a person decided) and
///   paid_attempts (2 or more: the customer has paid more than once, after you insisted or by an earlier code
///   that paid late; refund the other orders)
///
/// Threads: any. Returns WSY_OK (this is no verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER,
/// WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
    // SAFETY: `out_trade_no` is NULL or a string, as this function asks.
    let out_trade_no = unsafe { CText::new(out_trade_no) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let out_trade_no = client.required(out_trade_no)?;
        let rows = client.till.ledger().charges(&out_trade_no)?;
        let last =
            rows.last().ok_or_else(|| driver::Error::from(driver::NoBill::Bill(out_trade_no.clone())))?;
        let decisions = client.till.ledger().decisions_of_bill(&out_trade_no)?;
        Ok(Draft::new(Code::Ok)
            .left(&left_of(&rows, &[]))
            .fields(charge_fields(last))
            .field(names::DECISIONS, decisions.len())
            .list(names::LIST_CHARGE, rows.iter().map(charge_fields))
            .list(names::LIST_DECISION, decisions.iter().map(listed_fields)))
    })
}

/// Reads a refund of this till from the ledger; nothing is sent.
///
/// out_refund_no: the number of the refund.
/// reply:         NULL, or receives a reply with the fields of a refund:
///   out_refund_no
///   out_trade_no  the bill; empty if it is not of this till
///   dm_id         the platform's order
///   state         "open" (not decided), "refunded", "not_refunded", "not_sent" or "conflict" (a person has
///                 to look); "decided_refunded" or "decided_not_refunded" where a person decided it, see
///                 wsy_decide_refund
///   refund_fen, refund (in yuan)
///   paytype, pay_type, pay_name  the payment type of its charge, as for a charge; of an order of another
///                 till, what the platform says of it
///   pay_id        the channel's transaction, as the answer to the refund named it; empty where that was lost
///   refund_id     the platform's number of the refund: pay_id of its line in the bill
///   pay_time      the platform's time of that line
///   reason        the platform's sentence, or why it ended so
///   needs_person  what a person has to look at: of a conflict, and of a refund that is not decided after 24
///                 hours in which the ledger was open; empty for nothing
///   operator_id   the parameter operator_id of the refund; empty for none
///   printinfo, receipt, started, ended, day, ended_day, device_id  as for a charge
///
/// Threads: any. Returns WSY_OK (this is no verdict: read state), WSY_ERR_NO_BILL, WSY_ERR_LEDGER,
/// WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
    // SAFETY: `out_refund_no` is NULL or a string, as this function asks.
    let out_refund_no = unsafe { CText::new(out_refund_no) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let out_refund_no = client.required(out_refund_no)?;
        let row = client.till.ledger().refund(&out_refund_no)?;
        let row = row.ok_or_else(|| driver::Error::from(driver::NoBill::Refund(out_refund_no)))?;
        Ok(Draft::new(Code::Ok).left(&left_of(&[], slice::from_ref(&row))).fields(refund_fields(&row)))
    })
}
