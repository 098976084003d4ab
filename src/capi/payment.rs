//! Starting charges and refunds, and the calls on anything that was started.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use crate::capi::bill::which;
use crate::capi::call::Call;
use crate::capi::charge::{charge_request, charged};
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::failure::Failure;
use crate::capi::guard::{guard, guard_money};
use crate::capi::numbers::language_of;
use crate::capi::params::{self, wsy_params};
use crate::capi::pointers::{Buffer, CText, Out};
use crate::capi::refund::{refund_request, refunded};
use crate::capi::reply::wsy_reply;
use crate::capi::started::{PAYMENTS, Started, start, wsy_payment};
use crate::till::cancellation::CancellationToken;
use crate::till::code::Code;
use crate::till::{
    Admission, ChargeRequest, ChargeRun, Error, Locks, RefundAdmission, RefundRequest, RefundRun, Till,
};

/// Starts a charge as wsy_micropay does, and returns at once.
///
/// Poll or wait for the verdict, and show wsy_payment_text meanwhile. The call checks everything that
/// wsy_micropay checks before it sends. Then a thread of the library takes over, and ends with the payment.
/// If no config is known yet, that thread also does the checks.
///
/// payment: receives the payment; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The other parameters are as for wsy_micropay.
///
/// Threads: any.
///
/// Returns WSY_PENDING (started, or already on record: wsy_payment_poll returns the verdict), or an error of
/// wsy_micropay, after which nothing was sent.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Starts a charge that is polled, so that the screen stays responsive.
/// 开始收款，不等待；随后用 WsyPaymentPoll 轮询，界面不会卡住。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_micropay_start(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    auth_code: *const c_char,
    total_fen: i32,
    params: *const wsy_params,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [out_trade_no, auth_code] = unsafe { CText::each([out_trade_no, auth_code]) };
    // SAFETY: `payment` is NULL or points to a pointer, as this function asks.
    let payment = unsafe { Out::new(payment) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    start(client, &payment, &reply, |client, token| {
        let (out_trade_no, auth_code) = (client.required(out_trade_no)?, client.required(auth_code)?);
        let pairs = params::pairs(params)?;
        let request = charge_request(out_trade_no.clone(), &auth_code, total_fen, &pairs)?;
        let started = if client.till.has_to_read_config() {
            Started::job(Code::Unknown, &client.till, (request, token.clone()), charge)
        } else {
            match client.till.admit(request, token)? {
                Admission::Recorded(report) => Started::ended(charged(&client.till, &report)),
                Admission::Run(run) => Started::job(Code::Unknown, &client.till, run, finish_charge),
            }
        };
        Ok(started.of_bill(out_trade_no))
    })
}

type Charge = (ChargeRequest, Arc<CancellationToken>);

fn charge(till: &Arc<Till>, (request, token): Charge) -> Result<(Draft, Locks), Error> {
    match till.admit(request, &token)? {
        Admission::Recorded(report) => Ok((charged(till, &report), Locks::default())),
        Admission::Run(run) => finish_charge(till, run),
    }
}

fn finish_charge(till: &Arc<Till>, run: ChargeRun) -> Result<(Draft, Locks), Error> {
    let locks = run.locks();
    Ok((charged(till, &run.finish()?), locks))
}

/// Starts a refund as wsy_refund does, and returns at once.
///
/// It cannot be voided with wsy_payment_void. If the parameter paytype is given and no config is known yet,
/// the thread that takes over reads one and does the checks. Otherwise as
/// wsy_micropay_start, with the errors of wsy_refund.
///
/// # Safety
/// As for wsy_micropay_start.
///
/// # Stdcall
/// Starts a refund that is polled.
/// 开始退款，不等待。
/// Empty for none: out_trade_no, dm_id
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_refund_start(
    client: *mut wsy_client,
    out_refund_no: *const c_char,
    out_trade_no: *const c_char,
    dm_id: *const c_char,
    refund_fen: i32,
    params: *const wsy_params,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [out_refund_no, out_trade_no, dm_id] = unsafe { CText::each([out_refund_no, out_trade_no, dm_id]) };
    // SAFETY: `payment` is NULL or points to a pointer, as this function asks.
    let payment = unsafe { Out::new(payment) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    start(client, &payment, &reply, |client, token| {
        let out_refund_no = client.required(out_refund_no)?;
        let bill = which(client, out_trade_no, dm_id)?;
        let request = refund_request(out_refund_no, bill, refund_fen, &params::pairs(params)?)?;
        // A payment type is looked up in the config.
        if request.paytype.is_some() && client.till.has_to_read_config() {
            let refund: Refund = (request, token.clone());
            return Ok(Started::job(Code::Unknown, &client.till, refund, admit_and_finish_refund));
        }
        Ok(match client.till.admit_refund(request, token)? {
            RefundAdmission::Recorded(report) => Started::ended(refunded(&client.till, &report)),
            RefundAdmission::Run(run) => Started::job(Code::Unknown, &client.till, run, finish_refund),
        })
    })
}

type Refund = (RefundRequest, Arc<CancellationToken>);

fn admit_and_finish_refund(till: &Arc<Till>, (request, token): Refund) -> Result<Draft, Error> {
    match till.admit_refund(request, &token)? {
        RefundAdmission::Recorded(report) => Ok(refunded(till, &report)),
        RefundAdmission::Run(run) => finish_refund(till, run),
    }
}

fn finish_refund(till: &Arc<Till>, run: RefundRun) -> Result<Draft, Error> {
    Ok(refunded(till, &run.finish()?))
}

/// Reports whether a started payment has ended, without waiting.
///
/// May be repeated; once there is an outcome, it stays the same. A charge or settling that ended as WSY_PAID
/// reports WSY_UNKNOWN instead if the first poll comes after its client was closed, after a person decided
/// the bill, or after the bill was voided or refunded or is about to be. wsy_settle then reports where it
/// stands.
///
/// reply: NULL, or receives the reply of the call that was started (of wsy_micropay for wsy_micropay_start;
///        of wsy_void after wsy_payment_void) once it has ended, and NULL before.
///
/// Threads: any.
///
/// Returns WSY_PENDING until it has ended, then the code that the call would have returned; or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reports whether a started payment has ended; -4 until then.
/// 收款是否已有结果；还没有时返回 -4。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_payment_poll(payment: *mut wsy_payment, reply: *mut *mut wsy_reply) -> i32 {
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    guard_money(|| verdict_within(payment, 0, &reply))
}

/// Waits until a started payment has ended, for at most timeout_ms.
///
/// A program with one thread can call it with a short time between two updates of its screen.
///
/// timeout_ms: 0 to 3600000.
/// reply:      as for wsy_payment_poll.
///
/// Threads: any. Blocks for at most timeout_ms.
///
/// Returns as wsy_payment_poll, or WSY_ERR_ARGUMENT.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Waits for a started payment for at most timeout_ms.
/// 等待结果，最多 timeout_ms 毫秒。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_payment_wait(
    payment: *mut wsy_payment,
    timeout_ms: i32,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    guard_money(|| verdict_within(payment, timeout_ms, &reply))
}

const LONGEST_WAIT_MS: u64 = 3_600_000;

fn verdict_within(
    payment: *const wsy_payment,
    timeout_ms: i32,
    reply: &Out<*mut wsy_reply>,
) -> Result<Code, Failure> {
    reply.write(ptr::null_mut());
    let timeout_ms = u64::try_from(timeout_ms).ok().filter(|ms| *ms <= LONGEST_WAIT_MS);
    let timeout = timeout_ms.map(Duration::from_millis).ok_or(Code::Argument)?;
    let payment = PAYMENTS.get(payment)?;
    // Until the caller has the reply, no other call records that every verdict was received.
    let Some((draft, _telling)) = payment.wait(timeout)? else { return Ok(Code::Pending) };
    Ok(draft.give(payment.charset, reply))
}

/// Reads a short text for the cashier about the progress of a started payment.
///
/// Such as "等待顾客输入密码（平台：用户支付中），还剩 25 秒", with the platform's last sentence, cut to
/// 40 characters, or "正在查清上次未完成的单，3/30，还剩 25 秒". It changes as the work progresses, and is
/// not a verdict.
///
/// language:             WSY_ZH or WSY_EN.
/// buffer, size, needed: see wsy_reply_text.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads a short text for the cashier about the progress.
/// 给收银员看的提示，例如“等待顾客输入密码”。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_payment_text(
    payment: *const wsy_payment,
    language: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| {
        let payment = PAYMENTS.get(payment)?;
        buffer.give_text(&payment.text(language_of(language)?), payment.charset)
    })
}

/// Stops waiting for a started payment; does not undo it.
///
/// What was not sent is never sent (WSY_ERR_CANCELLED). What may have been taken is reported as WSY_UNKNOWN
/// and stays open in the ledger. To void a payment, use wsy_payment_void.
///
/// A recovery ends with what it has settled by then. A void stops too, also one that wsy_payment_void
/// started: the bill stays on record as to be voided, wsy_unresolved lists it, and wsy_void or
/// wsy_payment_void continues. A print ends at once as WSY_ERR_PRINTER_OFFLINE, and the receipt may still
/// come out.
///
/// Threads: any. Returns at once; the payment ends after the exchange in progress, so keep polling or
/// waiting.
///
/// Returns WSY_OK (also if it has already ended) or WSY_ERR_HANDLE.
///
/// # Stdcall
/// Stops waiting; does not undo a payment.
/// 不再等待；不能撤销已经发生的收款。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_cancel(payment: *mut wsy_payment) -> i32 {
    guard(|| {
        PAYMENTS.get(payment)?.cancel();
        Ok(Code::Ok)
    })
}

/// Undoes the bill of a started charge or settling, whether that is in progress or has ended.
///
/// Settles the bill, and refunds it if it turns out to be paid. The payment (from wsy_micropay_start or
/// wsy_settle_start) is then pending again. It ends as wsy_void would, but with WSY_VOIDED instead of
/// WSY_REFUNDED: WSY_PAID is the only positive code of a charge.
///
/// When this returns WSY_OK, the wish to void the bill is on record, or nothing of it is charged: a charge
/// that was not yet sent is never sent. A later wsy_payment_cancel stops the waiting: if the bill is not
/// voided by then, the payment ends as WSY_UNKNOWN, and the bill remains to be voided.
///
/// Threads: any. Returns at once.
///
/// Returns WSY_OK, WSY_ERR_ARGUMENT (something else was started), WSY_ERR_LEDGER (the bill is not voided) or
/// WSY_ERR_HANDLE (also if the client is closed).
///
/// # Stdcall
/// Undoes the bill: gives the money back if it was taken.
/// 撤销这一单，若已收款则退回。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_void(payment: *mut wsy_payment) -> i32 {
    guard(|| {
        let payment = PAYMENTS.get(payment)?;
        let bill = payment.out_trade_no.clone().ok_or(Code::Argument)?;
        let call = Call::on(&payment.client)?;
        payment.void(&call, bill)?;
        Ok(Code::Ok)
    })
}

/// Frees a started payment; does not undo or stop it.
///
/// If it has not ended, it continues by itself, and its outcome is recorded. A thread that is waiting for it
/// keeps waiting and gets the outcome.
///
/// Threads: any.
///
/// Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed payment.
///
/// # Stdcall
/// Frees a started payment; does not undo it.
/// 释放句柄；不影响收款本身。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_free(payment: *mut wsy_payment) -> i32 {
    guard(|| {
        PAYMENTS.remove(payment)?.free();
        Ok(Code::Ok)
    })
}
