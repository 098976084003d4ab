//! A person's decision about what the library cannot settle.

use std::ffi::c_char;

use crate::capi::call::{Call, answer};
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::failure::Failure;
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::rows::{charge_fields, refund_fields};
use crate::driver;
use crate::payment::decision::{Decision, Verdict};
use crate::till::code::Code;

/// Records a person's decision about a charge that the library cannot settle. Sends nothing.
///
/// The library decides by the platform's responses alone. Where they do not decide, a person looks in the
/// back office and says what became of the payment. The charge may be undecided, a payment that is to be
/// voided, or one whose verdict may not have reached anybody.
///
/// out_trade_no: the number of the bill.
/// attempt:      which attempt on it, as wsy_find and wsy_unresolved list them; 0 for the only one that
///               awaits a decision.
/// decision:     "paid": the money was taken, and the goods are handed over or will be. The bill is closed:
///               it is never reported as WSY_PAID after that and cannot be charged again. To refund it later,
///               give wsy_refund its dm_id instead of out_trade_no, which would return WSY_ERR_BILL_NOT_PAID.
///               "not_paid": the money was not taken. The attempt is closed, and the bill can be charged with
///               a new code.
///               "keep": the charge stays as it is, and the library continues to query it. A bill that was to
///               be voided no longer is.
/// by:           who decides, such as a name or a number; must not be empty.
/// why:          the reason, such as what the back office shows; must not be empty.
/// reply:        NULL, or receives a reply with the fields of the charge (wsy_find).
///
/// A decision ends the wish to void the bill (wsy_void); "not_paid" ends it only where nothing else of the
/// bill is paid or open. From then on wsy_micropay and wsy_settle return WSY_DECIDED where the decision
/// answers them. wsy_reconcile still asks the platform, and raises an alarm if it disagrees. The decision is
/// kept forever; wsy_find and wsy_day list it.
///
/// Threads: any.
///
/// Returns WSY_OK; WSY_ERR_TOO_EARLY while the library may still find out (until the charge's quiet time is
/// over: quiet_ms, or twice that after a crash); WSY_ERR_NOT_OPEN (already decided, or the decision does not
/// fit, such as "not_paid" where the platform has reported it as paid and only the ledger could not record
/// that: call wsy_settle); WSY_ERR_STILL_OPEN (several attempts await a decision: name one); WSY_ERR_NO_BILL,
/// WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Records a person's decision about a bill that the library cannot settle.
/// 人工认定一笔查不清的收款：paid、not_paid 或 keep。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_decide(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    attempt: i32,
    decision: *const c_char,
    by: *const c_char,
    why: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [out_trade_no, decision, by, why] = unsafe { CText::each([out_trade_no, decision, by, why]) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let out_trade_no = client.required(out_trade_no)?;
        let attempt = i64::from(u16::try_from(attempt).map_err(|_| Code::Argument)?);
        let decision = decision_of(client, decision, by, why)?;
        let attempt = (attempt > 0).then_some(attempt);
        let row = driver::decide_charge(client.till.as_ref(), &out_trade_no, attempt, &decision)?;
        Ok(Draft::new(Code::Ok).fields(charge_fields(&row)))
    })
}

/// Records a person's decision about a refund that is undecided or in conflict. Sends nothing.
///
/// Otherwise as wsy_decide.
///
/// out_refund_no: the number of the refund; wsy_unresolved lists that of a void.
/// decision:      "refunded": the money went back. This ends the wish to void the bill where nothing else of
///                the bill is paid or open.
///                "not_refunded": the money did not go back, and will not. It can be refunded again under a
///                new number. If the refund was that of a void, this ends the wish to void the bill.
///                "keep": the refund stays as it is.
/// by, why:       who decides, and the reason; must not be empty.
/// reply:         NULL, or receives a reply with the fields of the refund (wsy_find_refund).
///
/// Threads: any.
///
/// Returns WSY_OK; WSY_ERR_TOO_EARLY while the library may still find out (refund_quiet_ms);
/// WSY_ERR_NOT_OPEN, WSY_ERR_NO_BILL, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Records a person's decision about a refund that the library cannot settle.
/// 人工认定一笔查不清的退款：refunded、not_refunded 或 keep。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_decide_refund(
    client: *mut wsy_client,
    out_refund_no: *const c_char,
    decision: *const c_char,
    by: *const c_char,
    why: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [out_refund_no, decision, by, why] = unsafe { CText::each([out_refund_no, decision, by, why]) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let out_refund_no = client.required(out_refund_no)?;
        let decision = decision_of(client, decision, by, why)?;
        let row = driver::decide_refund(client.till.as_ref(), &out_refund_no, &decision)?;
        Ok(Draft::new(Code::Ok).fields(refund_fields(&row)))
    })
}

fn decision_of(
    client: &Call,
    verdict: CText<'_>,
    by: CText<'_>,
    why: CText<'_>,
) -> Result<Decision, Failure> {
    let (verdict, by, why) = (client.required(verdict)?, client.required(by)?, client.required(why)?);
    let verdict = Verdict::read(verdict.trim()).ok_or(Code::Argument)?;
    if by.trim().is_empty() || why.trim().is_empty() {
        return Err(Code::Argument.into());
    }
    Ok(Decision { verdict, by, why })
}
