//! Finding out what became of a bill.

use std::ffi::c_char;
use std::sync::Arc;

use crate::capi::call::answer_telling;
use crate::capi::charge::charged;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::params::{self, deadline_of, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::started::{Started, start, wsy_payment};
use crate::till::code::Code;
use crate::till::{Error, Locks, SettleRun, Till};

/// Finds out the outcome of a bill of this till. Only queries the platform; never charges.
///
/// A bill that is already decided is reported from the ledger, with nothing sent.
///
/// out_trade_no: the number of the bill.
/// params:       NULL, or a list with deadline_ms.
/// reply:        NULL, or receives a reply with the fields of a charge, see wsy_find.
///
/// Threads: any. Blocks until the verdict, at most 3 s longer than deadline_ms.
///
/// Returns WSY_PAID, WSY_PAID_EARLIER, WSY_NOT_PAID, WSY_UNKNOWN or WSY_DECIDED as wsy_micropay does (see
/// there about paid_late); or WSY_ERR_NO_BILL, WSY_ERR_ALREADY_REFUNDED (paid, and then refunded in full by
/// this till, or elsewhere, as wsy_refund or wsy_void found), WSY_ERR_REFUND_OPEN (a refund or a void of it
/// is undecided), WSY_ERR_NOT_ACTIVATED, WSY_ERR_OPTIONS, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT,
/// WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Finds out the outcome of a bill that is unknown.
/// 查清一单“结果未知”的收款。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_settle(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `out_trade_no` is NULL or a string, as this function asks.
    let out_trade_no = unsafe { CText::new(out_trade_no) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer_telling(client, &reply, |client| {
        let out_trade_no = client.required(out_trade_no)?;
        let limit = deadline_of(&params::pairs(params)?)?;
        let report = client.till.settle(&out_trade_no, limit, &client.till.cancellation_token())?;
        Ok(charged(&client.till, &report))
    })
}

/// Starts what wsy_settle does, and returns at once.
///
/// Poll or wait for the verdict, and show wsy_payment_text meanwhile. A cancel only stops the waiting.
/// wsy_payment_void undoes the bill, as it does for a charge.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The other parameters are as for wsy_settle.
///
/// Threads: any.
///
/// Returns WSY_PENDING (started, or already on record: wsy_payment_poll returns the verdict) or an error of
/// wsy_settle.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Starts finding out the outcome of a bill; polled like a charge.
/// 开始查清一单，不等待；用 WsyPaymentPoll 取结果。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_settle_start(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    params: *const wsy_params,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `out_trade_no` is NULL or a string, as this function asks.
    let out_trade_no = unsafe { CText::new(out_trade_no) };
    // SAFETY: `payment` is NULL or points to a pointer, as this function asks.
    let payment = unsafe { Out::new(payment) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    start(client, &payment, &reply, |client, token| {
        let out_trade_no = client.required(out_trade_no)?;
        let limit = deadline_of(&params::pairs(params)?)?;
        let run = client.till.begin_settle(&out_trade_no, limit, token)?;
        Ok(Started::job(Code::Unknown, &client.till, run, finish).of_bill(out_trade_no))
    })
}

fn finish(till: &Arc<Till>, run: SettleRun) -> Result<(Draft, Locks), Error> {
    let locks = run.locks();
    Ok((charged(till, &run.finish()?), locks))
}
