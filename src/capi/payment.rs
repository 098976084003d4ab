//! Charges and refunds that are started, and what can be done with anything that was started.

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
use crate::till::{Admission, ChargeRequest, ChargeRun, Error, Locks, RefundAdmission, RefundRun, Till};

/// Starts what wsy_micropay does and returns at once. Poll or wait for the verdict; show wsy_payment_text
/// meanwhile.
///
/// payment: receives the payment; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The rest is as for wsy_micropay.
///
/// Threads: any. Checks everything that wsy_micropay checks before it sends (on the library's thread where no
/// config is known yet), and then goes on on a thread of the library, which ends with the payment. Returns
/// WSY_PENDING (started, or on record already: the verdict comes from wsy_payment_poll), or an error of
/// wsy_micropay, after which nothing was sent.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Begins a charge that is polled, so that the screen stays alive.
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

/// Starts what wsy_refund does and returns at once; otherwise as wsy_micropay_start. Such a payment cannot be
/// voided.
///
/// # Safety
/// As for wsy_micropay_start.
///
/// # Stdcall
/// Begins a refund that is polled.
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
        Ok(match client.till.admit_refund(request, token)? {
            RefundAdmission::Recorded(report) => Started::ended(refunded(&client.till, &report)),
            RefundAdmission::Run(run) => Started::job(Code::Unknown, &client.till, run, finish_refund),
        })
    })
}

fn finish_refund(till: &Arc<Till>, run: RefundRun) -> Result<Draft, Error> {
    Ok(refunded(till, &run.finish()?))
}

/// Asks whether what was started has ended, without waiting. May be repeated; the answer stays the same once
/// there is one. A charge or settling that ended as WSY_PAID says WSY_UNKNOWN instead where the first poll
/// comes after its client was closed, or after the bill was voided or refunded, or is about to be, or was
/// decided by a person: then wsy_settle tells how it stands.
///
/// reply: NULL, or receives the reply of the call that was started (of wsy_micropay for wsy_micropay_start;
///        of wsy_void after wsy_payment_void) once it has ended, and NULL before.
///
/// Threads: any. Returns WSY_PENDING while it goes on, then what that call would have returned; or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Whether a started payment has ended; -4 while it has not.
/// 收款是否已有结果；还没有时返回 -4。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_payment_poll(payment: *mut wsy_payment, reply: *mut *mut wsy_reply) -> i32 {
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    guard_money(|| verdict_within(payment, 0, &reply))
}

/// Waits until what was started has ended, but not longer than timeout_ms; a program with one thread calls it
/// with a short time between two looks at its screen.
///
/// timeout_ms: 0 to 3600000.
/// The rest is as for wsy_payment_poll; besides WSY_ERR_ARGUMENT.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Waits for a started payment, at most timeout_ms.
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
    // Until the caller has the reply, no other call says that all was heard.
    let Some((draft, _telling)) = payment.wait(timeout)? else { return Ok(Code::Pending) };
    Ok(draft.give(payment.charset, reply))
}

/// A short text for the cashier, such as "等待顾客输入密码（平台：用户支付中），还剩 25 秒", with what the
/// platform said last, cut to 40 characters, or "正在查清上次未完成的单，3/30，还剩 25 秒". Changes while the
/// work goes on.
///
/// language: WSY_ZH or WSY_EN.
/// buffer, size, needed: see wsy_reply_text.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE. The text is no verdict.
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// A short text for the cashier while it goes on.
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

/// Stops waiting for what was started. It does not undo anything: what was not sent is not sent any more
/// (WSY_ERR_CANCELLED), what may have been taken comes back as WSY_UNKNOWN and stays open in the ledger. To
/// undo, use wsy_payment_void. A recovery ends with what it has settled by then. A void, also one that
/// wsy_payment_void began, stops as well; that the bill is to be undone stays on record, wsy_unresolved lists
/// it, and wsy_void or wsy_payment_void goes on with it. A cancelled print ends at once as
/// WSY_ERR_PRINTER_OFFLINE, and the receipt may still come out.
///
/// Threads: any. Returns at once: WSY_OK (also when it has ended already) or WSY_ERR_HANDLE. Then poll or
/// wait on: it ends after the exchange that is on its way.
///
/// # Stdcall
/// Stops waiting; this cannot undo a payment.
/// 不再等待；不能撤销已经发生的收款。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_cancel(payment: *mut wsy_payment) -> i32 {
    guard(|| {
        PAYMENTS.get(payment)?.cancel();
        Ok(Code::Ok)
    })
}

/// Undoes a bill whose charge or settling was started (wsy_micropay_start, wsy_settle_start), whether that
/// goes on or has ended: the bill is settled, and refunded if it turns out to be paid. The payment is then
/// pending again, and ends like wsy_void, but with WSY_VOIDED in the place of WSY_REFUNDED: of a charge,
/// nothing but WSY_PAID is positive. wsy_payment_cancel after this stops the waiting for it: it ends as
/// WSY_UNKNOWN where it has not undone the bill by then, which stays to be undone. That the bill is to be
/// undone is on record when this returns, or nothing of it is charged: a charge that was not sent yet is not
/// sent any more.
///
/// Threads: any. Returns at once: WSY_OK, WSY_ERR_ARGUMENT (anything else that was started), WSY_ERR_LEDGER
/// (the bill is not undone), WSY_ERR_HANDLE (also when the client is closed).
///
/// # Stdcall
/// Stops waiting, and gives the money back if it was taken.
/// 不再等待，若已收款则退回。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_void(payment: *mut wsy_payment) -> i32 {
    guard(|| {
        let payment = PAYMENTS.get(payment)?;
        let bill = payment.out_trade_no.clone().ok_or(Code::Argument)?;
        let call = Call::on(&payment.client)?;
        payment.void(call, bill)?;
        Ok(Code::Ok)
    })
}

/// Frees what was started. If it has not ended, it goes on by itself and its outcome is written down; it is
/// not undone. A thread that waits for it waits on, and gets its end.
///
/// Threads: any. Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed payment.
///
/// # Stdcall
/// Frees a started payment; this does not undo it.
/// 释放句柄；不影响收款本身。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_free(payment: *mut wsy_payment) -> i32 {
    guard(|| {
        PAYMENTS.remove(payment)?.free();
        Ok(Code::Ok)
    })
}
