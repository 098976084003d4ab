//! Undoing a bill.

use std::ffi::c_char;
use std::sync::Arc;

use crate::capi::call::response_money;
use crate::capi::charge::charged;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::params::{self, deadline_of, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::refund::{refund_reply, refunded};
use crate::capi::reply::wsy_reply;
use crate::capi::started::{Started, start, wsy_payment};
use crate::chain::chain;
use crate::driver;
use crate::till::code::Code;
use crate::till::sentences::own;
use crate::till::{Error, Till, VoidReport, VoidRun};

/// Undoes a bill of this till: settles it, and refunds what is left of each of its orders that was paid.
///
/// May be repeated until it is decided; it refunds once. The wish to void the bill stays on record, even
/// across a power cut and after WSY_NOT_REFUNDED, until the bill is voided or a person decides otherwise
/// (wsy_decide, wsy_decide_refund). Until then wsy_micropay and wsy_settle return WSY_ERR_REFUND_OPEN for the
/// bill, and wsy_unresolved lists it.
///
/// out_trade_no: the number of the bill.
/// params:       NULL, or a list with deadline_ms: the time for settling, and again for refunding.
/// reply:        NULL, or receives a reply with the fields of the refund (wsy_find_refund), or of the charge
///               (wsy_find) if there was nothing to refund.
///
/// Threads: any. Blocks until the verdict, at most 5 s longer than twice deadline_ms.
///
/// Returns
///   WSY_REFUNDED      the bill was paid, and the money of all its orders went back.
///   WSY_NOT_PAID      the bill was not paid; there is nothing to void.
///   WSY_NOT_REFUNDED  the bill was paid, and the platform did not refund it: the money is still taken. The
///                     bill is still to be voided, and wsy_unresolved lists it. Call again to try another
///                     refund, or call wsy_decide with "keep" or "paid" to leave it as it is.
///   WSY_UNKNOWN       undecided; call again later.
///   WSY_DECIDED       a person decided the outcome of the bill; nothing is voided.
/// or an error of wsy_settle or wsy_refund, after which no refund was sent. If one of several orders was
/// refunded and another could not be, the code is WSY_UNKNOWN, with the refund that was made.
/// WSY_ERR_ALREADY_REFUNDED: nothing is left to refund.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Settles a bill, and refunds it if it turns out to be paid.
/// 撤销：查清这一单，若已收款则全额退款。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_void(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `out_trade_no` is NULL or a string, as this function asks.
    let out_trade_no = unsafe { CText::new(out_trade_no) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    response_money(client, &reply, |client| {
        let out_trade_no = client.required(out_trade_no)?;
        let limit = deadline_of(&params::pairs(params)?)?;
        Ok(ended(&client.till, client.till.void(&out_trade_no, limit, &client.till.cancellation_token())))
    })
}

/// Starts what wsy_void does, and returns at once.
///
/// Poll or wait for the verdict, and show wsy_payment_text meanwhile. The wish to void the bill is on record
/// when this returns; a cancel only stops the waiting.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The other parameters are as for wsy_void.
///
/// Threads: any.
///
/// Returns WSY_PENDING (started) or an error of wsy_void, after which nothing was sent.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Starts undoing a bill; polled like a charge.
/// 开始撤销一单，不等待；用 WsyPaymentPoll 取结果。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_void_start(
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
        let run = client.till.begin_void(&out_trade_no, limit, token)?;
        Ok(Started::job(Code::Unknown, &client.till, run, finish))
    })
}

fn finish(till: &Arc<Till>, run: VoidRun) -> Result<Draft, Error> {
    Ok(ended(till, run.finish()))
}

/// The reply to a void.
fn ended(till: &Till, end: Result<VoidReport, Error>) -> Draft {
    match end {
        Ok(report) => voided(till, &report),
        Err(error) => Draft::from(&error).says_if(own::of_void_error(&error)),
    }
}

fn voided(till: &Till, report: &VoidReport) -> Draft {
    let draft = match report {
        VoidReport::Nothing(report) | VoidReport::Unknown(report) => charged(till, report),
        VoidReport::Refund(report) => refunded(till, report),
        VoidReport::Partly(report, error) => {
            let detail = format!("not all of the bill is voided yet: {}", chain(error));
            refund_reply(Code::Unknown, report).detail(detail)
        }
    };
    draft.says_if(own::of_void(report))
}

/// The end of a charge's handle after a void. A positive code would be mistaken for a payment, and an error
/// of a charge would mean that nothing was sent.
pub(super) fn undone(till: &Till, end: Result<VoidReport, Error>) -> Draft {
    if let Err(Error::Driver(driver::Error::Cancelled)) = end {
        return Draft::new(Code::Unknown)
            .says(&own::VOID_CANCELLED)
            .detail("the waiting was cancelled before the refund was sent; the bill is still to be voided");
    }
    let mut draft = ended(till, end);
    if draft.code == Code::Refunded {
        draft.code = Code::Voided;
    }
    draft
}
