//! Payments and refunds that go on while the program does something else.

use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::capi::client::{Running, client, wsy_client};
use crate::capi::guard::{guard, guard_money};
use crate::capi::handle::Registry;
use crate::capi::money::{charge_request, charged, refund_request, refunded, voided, which};
use crate::capi::numbers::{WSY_EN, WSY_ZH};
use crate::capi::params::{self, wsy_params};
use crate::capi::reply::{Draft, wsy_reply};
use crate::capi::text::{give_handle, give_text};
use crate::driver;
use crate::driver::Progress;
use crate::payment::Stage;
use crate::protocol::text::Charset;
use crate::till::code::{Code, Language};
use crate::till::ticket::Ticket;
use crate::till::{Admission, Error, RefundAdmission, clock};

/// A payment, refund or reconciliation that was started. Any thread may use it, several at once. Freed by wsy_payment_free, which does not
/// undo it.
pub struct wsy_payment {
    _private: (),
}

/// What is behind a `wsy_payment`.
struct Payment {
    charset: Charset,
    /// The bill of a charge, for a void; a refund has none.
    out_trade_no: Option<String>,
    client: *const wsy_client,
    ticket: Arc<Ticket>,
    state: Mutex<State>,
    changed: Condvar,
}

// SAFETY: the client's handle is a number that is looked up, never followed.
unsafe impl Send for Payment {}
// SAFETY: as above.
unsafe impl Sync for Payment {}

#[derive(Default)]
struct State {
    ended: Option<Draft>,
    void: bool,
}

static PAYMENTS: Registry<Payment> = Registry::new();

impl Payment {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends it, unless a void was asked for: both under one lock, so that no void is missed.
    fn end_unless_void(&self, draft: &Draft) -> bool {
        let mut state = self.lock();
        if state.void {
            return false;
        }
        state.ended = Some(draft.clone());
        self.changed.notify_all();
        true
    }

    fn end(&self, draft: Draft) {
        self.lock().ended = Some(draft);
        self.changed.notify_all();
    }
}

/// Works on a thread of its own, which ends with the work. `running` keeps the client open meanwhile.
fn work(payment: Arc<Payment>, running: Running, job: Job, on_panic: Code) -> Result<(), Error> {
    let body = move || {
        let outcome = catch_unwind(AssertUnwindSafe(job));
        let mut draft = match outcome {
            Ok(outcome) => outcome.unwrap_or_else(|error| Draft::from(&error)),
            Err(_) => Draft::new(on_panic).detail("an internal error"),
        };
        if payment.end_unless_void(&draft) {
            return;
        }
        if let Some(bill) = &payment.out_trade_no {
            draft = void_now(&running, bill);
        }
        payment.end(draft);
    };
    std::thread::Builder::new()
        .name("wsy".to_owned())
        .spawn(body)
        .map(drop)
        .map_err(|error| driver::Error::NotSent(format!("no thread could be started: {error}")).into())
}

fn void_now(running: &Running, out_trade_no: &str) -> Draft {
    let till = &running.till;
    let job = || till.void(out_trade_no, None, &till.ticket());
    match catch_unwind(AssertUnwindSafe(job)) {
        Ok(Ok(report)) => voided(till, &report),
        Ok(Err(error)) => Draft::from(&error),
        Err(_) => Draft::new(Code::Unknown).detail("an internal error"),
    }
}

/// Starts what wsy_micropay does and returns at once. Poll or wait for the verdict; show wsy_payment_text meanwhile.
///
/// payment: receives the payment; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The rest is as for wsy_micropay.
///
/// Threads: any. Checks everything that wsy_micropay checks before it sends, and then goes on on a thread of the library,
/// which ends with the payment. Returns WSY_PENDING (started, or on record already: the verdict comes from
/// wsy_payment_poll), or an error of wsy_micropay, after which nothing was sent.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            start(client, payment, reply, |running, ticket| {
                let out_trade_no = running.required(out_trade_no)?;
                let texts = (out_trade_no.clone(), running.required(auth_code)?);
                let pairs = params::pairs(params)?;
                let till = running.till.clone();
                Ok(charge_request(texts, total_fen, &pairs).and_then(|request| {
                    let work = match till.admit(request, ticket)? {
                        Admission::Recorded(report) => Work::Done(charged(&till, &report)),
                        Admission::Run(run) => {
                            Work::Job(Box::new(move || run.finish().map(|report| charged(&till, &report))))
                        }
                    };
                    Ok(Started { out_trade_no: Some(out_trade_no), on_panic: Code::Unknown, work })
                }))
            })
        }
    })
}

/// Starts what wsy_refund does and returns at once; otherwise as wsy_micropay_start. Such a payment cannot be voided.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            start(client, payment, reply, |running, ticket| {
                let out_refund_no = running.required(out_refund_no)?;
                let bill = which(running, out_trade_no, dm_id)?;
                let pairs = params::pairs(params)?;
                Ok(refund_request(out_refund_no, bill, refund_fen, &pairs).and_then(|request| {
                    let work = match running.till.admit_refund(request, ticket)? {
                        RefundAdmission::Recorded(report) => Work::Done(refunded(&report)),
                        RefundAdmission::Run(run) => {
                            Work::Job(Box::new(move || run.finish().map(|report| refunded(&report))))
                        }
                    };
                    Ok(Started { out_trade_no: None, on_panic: Code::Unknown, work })
                }))
            })
        }
    })
}

/// Something that was begun.
pub(super) struct Started {
    /// The bill, if it can be voided.
    pub(super) out_trade_no: Option<String>,
    /// What it comes to if it fails in a way that nobody foresaw: for money, that it may have moved.
    pub(super) on_panic: Code,
    /// What is left to do.
    pub(super) work: Work,
}

/// What is left to do of something that was begun.
pub(super) enum Work {
    Done(Draft),
    Job(Job),
}

/// It runs on a thread of its own.
pub(super) type Job = Box<dyn FnOnce() -> Result<Draft, Error> + Send>;

/// Begins something on a client and hands the caller the payment.
///
/// # Safety
/// `payment` and `reply` are NULL or point to a pointer.
pub(super) unsafe fn start(
    handle: *mut wsy_client,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
    begin: impl FnOnce(&Running, &Arc<Ticket>) -> Result<Result<Started, Error>, Code>,
) -> Result<Code, Code> {
    // SAFETY: the contract is the same.
    unsafe { give_handle(std::ptr::null_mut(), reply) };
    if payment.is_null() {
        return Err(Code::Argument);
    }
    let running = client(handle)?;
    let ticket = running.till.ticket();
    let outcome = begin(&running, &ticket)?.and_then(|started| {
        let new = Arc::new(Payment {
            charset: running.charset,
            out_trade_no: started.out_trade_no,
            client: handle,
            ticket,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        match started.work {
            Work::Done(draft) => new.end(draft),
            Work::Job(job) => work(new.clone(), running.again(), job, started.on_panic)?,
        }
        Ok(new)
    });
    match outcome {
        Ok(new) => {
            let handle = PAYMENTS.add(new)?;
            // SAFETY: not null.
            unsafe { give_handle(handle, payment) };
            Ok(Code::Pending)
        }
        // SAFETY: the contract is the same.
        Err(error) => unsafe { running.give(Err(error), reply) },
    }
}

/// Asks whether a started payment or refund has ended, without waiting. May be repeated; the answer stays the same once
/// there is one.
///
/// reply: NULL, or receives the reply of wsy_micropay, wsy_refund or wsy_void once it has ended, and NULL before.
///
/// Threads: any. Returns WSY_PENDING while it goes on, then what wsy_micropay, wsy_refund or (after wsy_payment_void)
/// wsy_void would have returned; or WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Whether a started payment has ended; -4 while it has not.
/// 收款是否已有结果；还没有时返回 -4。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_payment_poll(payment: *mut wsy_payment, reply: *mut *mut wsy_reply) -> i32 {
    // SAFETY: the contract is the same.
    guard_money(|| unsafe { verdict_within(payment, 0, reply) })
}

/// Waits until a started payment or refund has ended, but not longer than timeout_ms; a program with one thread calls it
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
    // SAFETY: the contract is the same.
    guard_money(|| unsafe { verdict_within(payment, timeout_ms, reply) })
}

const LONGEST_WAIT_MS: u64 = 3_600_000;

/// # Safety
/// `reply` is NULL or points to a pointer.
unsafe fn verdict_within(
    payment: *const wsy_payment,
    timeout_ms: i32,
    reply: *mut *mut wsy_reply,
) -> Result<Code, Code> {
    // SAFETY: the contract is the same.
    unsafe { give_handle(std::ptr::null_mut(), reply) };
    let timeout_ms = u64::try_from(timeout_ms).ok().filter(|ms| *ms <= LONGEST_WAIT_MS);
    let timeout = timeout_ms.map(Duration::from_millis).ok_or(Code::Argument)?;
    let payment = PAYMENTS.get(payment)?;
    let until = Instant::now() + timeout;
    let mut state = payment.lock();
    loop {
        if let Some(draft) = state.ended.clone() {
            drop(state);
            // SAFETY: the contract is the same.
            return unsafe { draft.give(payment.charset, reply) };
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Code::Pending);
        }
        let waited = payment.changed.wait_timeout(state, left);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// A short text for the cashier, such as "等待顾客输入密码，还剩 25 秒". Changes while the payment goes on.
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
    guard(|| {
        let payment = PAYMENTS.get(payment)?;
        let language = match language {
            WSY_ZH => Language::Zh,
            WSY_EN => Language::En,
            _ => return Err(Code::Argument),
        };
        let ended = payment.lock().ended.as_ref().map(|draft| draft.code);
        let text = match ended {
            Some(code) => code.sentence(language).to_owned(),
            None => cashier_text(&payment.ticket, language),
        };
        // SAFETY: the contract is the same.
        unsafe { give_text(&text, payment.charset, buffer, size, needed) }
    })
}

fn cashier_text(ticket: &Ticket, language: Language) -> String {
    let (stage, deadline) = match (ticket.progress(), language) {
        (Progress::Payment { stage, deadline }, _) => (stage, deadline),
        (Progress::Reconciling { done, all }, Language::Zh) => return format!("正在对账，{done}/{all}"),
        (Progress::Reconciling { done, all }, Language::En) => {
            return format!("Reconciling, {done} of {all}");
        }
    };
    let left = deadline.saturating_sub(clock::monotonic()).div_ceil(1000);
    let what = match (stage, language) {
        (Stage::Sending, Language::Zh) => "正在收款",
        (Stage::Sending, Language::En) => "Charging",
        (Stage::CustomerPaying, Language::Zh) => "等待顾客输入密码",
        (Stage::CustomerPaying, Language::En) => "Waiting for the customer's password",
        (Stage::Asking, Language::Zh) => "正在查询支付结果",
        (Stage::Asking, Language::En) => "Asking what became of the payment",
        (Stage::Refunding, Language::Zh) => "正在退款",
        (Stage::Refunding, Language::En) => "Refunding",
        (Stage::Ended, Language::Zh) => return "正在结束".to_owned(),
        (Stage::Ended, Language::En) => return "Finishing".to_owned(),
    };
    match language {
        Language::Zh => format!("{what}，还剩 {left} 秒"),
        Language::En => format!("{what}, {left} s left"),
    }
}

/// Stops waiting for a started payment or refund. It does not undo anything: what was not sent is not sent any more
/// (WSY_ERR_CANCELLED), what may have been taken comes back as WSY_UNKNOWN and stays open in the ledger. To undo, use
/// wsy_payment_void.
///
/// Threads: any. Returns at once: WSY_OK (also when it has ended already) or WSY_ERR_HANDLE. Then poll or wait on.
///
/// # Stdcall
/// Stops waiting; this cannot undo a payment.
/// 不再等待；不能撤销已经发生的收款。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_cancel(payment: *mut wsy_payment) -> i32 {
    guard(|| {
        let payment = PAYMENTS.get(payment)?;
        payment.ticket.cancel();
        Ok(Code::Ok)
    })
}

/// Undoes a started charge, whether it goes on or has ended: it is settled, and refunded if it turns out to be paid. The
/// payment is then pending again, and ends like wsy_void. That it is to be undone is on record when this returns.
///
/// Threads: any. Returns at once: WSY_OK, WSY_ERR_ARGUMENT (a refund), WSY_ERR_LEDGER (nothing is changed), WSY_ERR_HANDLE (also
/// when the client is closed).
///
/// # Stdcall
/// Stops waiting, and gives the money back if it was taken.
/// 不再等待，若已收款则退回。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_void(payment: *mut wsy_payment) -> i32 {
    guard(|| {
        let payment = PAYMENTS.get(payment)?;
        let bill = payment.out_trade_no.clone().ok_or(Code::Argument)?;
        let running = client(payment.client)?;
        // The power may fail right after the caller hears that the bill will be undone.
        running.till.wish_void(&bill).map_err(|error| error.code())?;
        let mut state = payment.lock();
        let Some(ended) = state.ended.take() else {
            // It goes on, and sees this when it ends.
            state.void = true;
            return Ok(Code::Ok);
        };
        state.void = false;
        drop(state);
        let till = running.till.clone();
        let job = move || till.void(&bill, None, &till.ticket()).map(|report| voided(&till, &report));
        work(payment.clone(), running, Box::new(job), Code::Unknown).map_err(|error| {
            payment.end(ended);
            error.code()
        })?;
        Ok(Code::Ok)
    })
}

/// Frees a started payment. One that has not ended goes on on its own and is written down; it is not undone.
///
/// Threads: any. Returns WSY_OK, or WSY_ERR_HANDLE for a payment that is not there (any more).
///
/// # Stdcall
/// Frees a started payment; this does not undo it.
/// 释放句柄；不影响收款本身。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_free(payment: *mut wsy_payment) -> i32 {
    guard(|| PAYMENTS.remove(payment).map(|_| Code::Ok))
}
