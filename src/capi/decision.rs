//! A person's word about what nobody else has decided.

use std::ffi::c_char;

use crate::capi::client::{Running, answer, wsy_client};
use crate::capi::guard::guard;
use crate::capi::ledger::{charge_fields, refund_fields};
use crate::capi::reply::{Draft, wsy_reply};
use crate::driver;
use crate::payment::decision::{Decision, Verdict};
use crate::till::Error;
use crate::till::code::Code;

/// Writes down what a person decided about a charge that is not decided, or about a payment that is to be undone or that
/// nobody is known to have heard of; nothing is sent. The library decides by the platform's answers alone; where they do not
/// decide, somebody looks in the back office and says what became of the payment.
///
/// out_trade_no: the number of the bill.
/// attempt:      which attempt on it, as wsy_find and wsy_unresolved list them; 0 for the only one that waits.
/// decision:     "paid": the money was taken, and the goods are handed over or will be. The bill is closed: it is never
///                 reported as WSY_PAID after that, and cannot be charged again. To refund it later, give
///                 wsy_refund its dm_id in place of out_trade_no: by number it is WSY_ERR_BILL_NOT_PAID.
///               "not_paid": the money was not taken. The attempt is closed, and the bill can be charged with a new code.
///               "keep": the row stays as it is and is asked about on; a bill that was to be undone is not any more.
/// by:           who decides, such as a name or a number; may not be empty.
/// why:          the reason, such as what the back office shows; may not be empty.
/// reply:        NULL, or receives a reply with the fields of the charge (wsy_find).
///
/// The wish to undo the bill (wsy_void) ends; with "not_paid" only where nothing else of the bill is paid or open. wsy_micropay
/// and wsy_settle return WSY_DECIDED from then on where the decision answers them. wsy_reconcile goes on asking the platform
/// and raises an alarm where it says otherwise. The decision is kept for ever: wsy_find and wsy_day list it.
///
/// Threads: any. Returns WSY_OK; WSY_ERR_TOO_EARLY while the library may still find out (a charge is decided after its quiet
/// time: quiet_ms, twice that after a crash); WSY_ERR_NOT_OPEN (it is decided already, or the decision does not fit it, such as
/// "not_paid" where the platform has said that it was paid and only the ledger could not take that: call wsy_settle);
/// WSY_ERR_STILL_OPEN (several attempts wait: name one); WSY_ERR_NO_BILL, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT,
/// WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// A person's decision about a bill that nobody else can decide.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let out_trade_no = client.required(out_trade_no)?;
                let attempt = u16::try_from(attempt).map_err(|_| Code::Argument)?;
                let attempt = Some(i64::from(attempt)).filter(|attempt| *attempt > 0);
                let decision = decision_of(client, decision, by, why)?;
                let decided = driver::decide_charge(client.till.as_ref(), &out_trade_no, attempt, &decision);
                Ok(decided.map_err(Error::from).map(|row| Draft::new(Code::Ok).fields(charge_fields(&row))))
            })
        }
    })
}

/// Writes down what a person decided about a refund that is not decided, or in conflict; nothing is sent. Otherwise as
/// wsy_decide.
///
/// out_refund_no: the number of the refund; that of a void is in the list of wsy_unresolved.
/// decision:      "refunded": the money went back. The wish to undo the bill ends where nothing else of it is paid or open.
///                "not_refunded": it did not, and will not; it can be refunded again under a new number. The wish to undo
///                  the bill ends if the refund was that of a void.
///                "keep": the refund stays as it is.
/// reply:         NULL, or receives a reply with the fields of the refund (wsy_find_refund).
///
/// Threads: any. Returns WSY_OK; WSY_ERR_TOO_EARLY while the library may still find out (refund_quiet_ms); WSY_ERR_NOT_OPEN,
/// WSY_ERR_NO_BILL, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// A person's decision about a refund that nobody else can decide.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let out_refund_no = client.required(out_refund_no)?;
                let decision = decision_of(client, decision, by, why)?;
                let decided = driver::decide_refund(client.till.as_ref(), &out_refund_no, &decision);
                Ok(decided.map_err(Error::from).map(|row| Draft::new(Code::Ok).fields(refund_fields(&row))))
            })
        }
    })
}

/// # Safety
/// The texts are NULL or NUL-terminated strings.
unsafe fn decision_of(
    client: &Running,
    verdict: *const c_char,
    by: *const c_char,
    why: *const c_char,
) -> Result<Decision, Code> {
    // SAFETY: the contract is the same.
    let [verdict, by, why] =
        unsafe { [client.required(verdict)?, client.required(by)?, client.required(why)?] };
    let verdict = Verdict::read(verdict.trim()).ok_or(Code::Argument)?;
    if by.trim().is_empty() || why.trim().is_empty() {
        return Err(Code::Argument);
    }
    Ok(Decision { verdict, by, why })
}
