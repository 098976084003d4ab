//! Payments and refunds that go on while the program does something else.

use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::capi::client::{Running, client, wsy_client};
use crate::capi::guard::{guard, guard_money};
use crate::capi::handle::Registry;
use crate::capi::money::{charge_request, charged, refund_request, refunded, undone, which};
use crate::capi::names;
use crate::capi::numbers::{WSY_EN, WSY_ZH};
use crate::capi::params::{self, wsy_params};
use crate::capi::reply::{Draft, wsy_reply};
use crate::capi::text::{give_handle, give_text};
use crate::chain::chain;
use crate::driver;
use crate::driver::{Progress, Purpose};
use crate::payment::{Millis, Stage};
use crate::protocol::text::Charset;
use crate::till::cancellation::CancellationToken;
use crate::till::code::{Code, Language};
use crate::till::ledger::Pending;
use crate::till::{Admission, Error, RefundAdmission, Till, clock};

/// Something that was started with one of the wsy_..._start calls: a payment, a refund, a recovery, a print and so on. Any
/// thread may use it, several at once. Freed by wsy_payment_free, which does not undo it.
pub struct wsy_payment {
    _private: (),
}

/// What is behind a `wsy_payment`.
struct Payment {
    charset: Charset,
    /// The bill that wsy_payment_void undoes; `None` where there is nothing to undo.
    out_trade_no: Option<String>,
    /// The text for the cashier, where it does not depend on how far the work is: in Chinese and in English.
    text: Option<[&'static str; 2]>,
    /// What a cancel makes of it at once; `None` where the work sees the cancel and ends by itself.
    on_cancel: Option<Draft>,
    client: *const wsy_client,
    /// Gone once the client is closed.
    till: Weak<Till>,
    token: Arc<CancellationToken>,
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
    /// A void was asked for, and has not begun.
    void: bool,
    /// That of the last void that was asked for, which a cancel stops.
    void_token: Option<Arc<CancellationToken>>,
    /// While the end may be on record as told and the caller has not got it.
    telling: Option<Pending>,
    /// Whether the caller has heard the end.
    is_delivered: bool,
    is_freed: bool,
    /// How many threads wait for the end. They get it also where it is freed meanwhile.
    waiting: usize,
}

impl State {
    /// Whether it has ended and nobody will hear that.
    const fn is_left(&self) -> bool {
        self.is_freed && self.waiting == 0 && self.ended.is_some() && !self.is_delivered
    }
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
        self.conclude(&mut state, draft.clone());
        true
    }

    fn end(&self, draft: Draft) {
        self.conclude(&mut self.lock(), draft);
    }

    fn conclude(&self, state: &mut State, draft: Draft) {
        // What a cancel has ended stays as it was reported.
        state.ended.get_or_insert(draft);
        if state.is_left() {
            self.withdraw(state);
        }
        self.changed.notify_all();
    }

    /// "Paid" that nobody has heard from this payment is not told by it any more: another call may tell it.
    fn withdraw(&self, state: &mut State) {
        if let Some(draft) = state.ended.take() {
            self.not_heard(&draft);
            state.ended = Some(unheard(draft));
        }
        state.telling = None;
    }

    /// Whether the end is still true that nobody has heard. What is told once is not told after the money went back, nor after
    /// somebody else has told it.
    fn may_be_heard(&self, state: &State) -> bool {
        match (state.ended.as_ref().map(|draft| draft.code), &self.out_trade_no) {
            (Some(Code::Paid), Some(bill)) => {
                let till = self.till.upgrade();
                till.is_some_and(|till| driver::may_be_heard(till.as_ref(), bill).unwrap_or(false))
            }
            _ => true,
        }
    }

    /// "Paid" is on record as told, and nobody will hear it from this payment any more.
    fn not_heard(&self, draft: &Draft) {
        if let (Code::Paid, Some(bill), Some(till)) = (draft.code, &self.out_trade_no, self.till.upgrade())
            && let Err(error) = driver::not_heard(till.as_ref(), bill)
        {
            till.log().error(&format!("charge.not_heard out_trade_no={bill} not written: {}", chain(&error)));
        }
    }

    /// The caller comes back, and has heard what it was told before.
    fn hear(&self) {
        if let Some(till) = self.till.upgrade() {
            till.ledger().telling().hear();
            if let Err(error) = till.ledger().note_heard() {
                till.log().warn(&format!("ledger.heard not written: {}", chain(&error)));
            }
        }
    }

    /// The token of what goes on.
    fn current_token(&self) -> Arc<CancellationToken> {
        self.lock().void_token.as_ref().unwrap_or(&self.token).clone()
    }

    fn cancel(&self) {
        self.token.cancel();
        self.current_token().cancel();
        if let Some(draft) = &self.on_cancel {
            self.lock().ended.get_or_insert_with(|| draft.clone());
            self.changed.notify_all();
        }
    }
}

/// What is said in place of "paid" that was not heard in time.
fn unheard(draft: Draft) -> Draft {
    if draft.code != Code::Paid {
        return draft;
    }
    let is_of_telling = |name: &str| [names::TOLD, names::FIRST_TOLD].iter().any(|of| of.as_str() == name);
    let fields = draft.fields.into_iter().map(|(name, value)| {
        let value = if is_of_telling(&name) { "".into() } else { value };
        (name, value)
    });
    Draft { code: Code::Unknown, fields: fields.collect(), ..draft }.detail(
        "it was paid, and nobody asked before the client was closed or the bill was changed; wsy_settle tells how it stands",
    )
}

/// A client is closed: whoever opens its folder next may tell what its payments have ended with and nobody has heard.
pub(super) fn withdraw_unheard(till: &Arc<Till>) {
    for payment in PAYMENTS.all().into_iter().filter(|payment| payment.till.as_ptr() == Arc::as_ptr(till)) {
        let mut state = payment.lock();
        if !state.is_delivered {
            payment.withdraw(&mut state);
        }
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
        payment.not_heard(&draft);
        if let Some(bill) = &payment.out_trade_no {
            draft = void_now(&running, bill, &payment.current_token());
        }
        payment.end(draft);
    };
    std::thread::Builder::new()
        .name("wsy".to_owned())
        .spawn(body)
        .map(drop)
        .map_err(|error| driver::Error::NotSent(format!("could not start a thread: {error}")).into())
}

fn void_now(running: &Running, out_trade_no: &str, token: &Arc<CancellationToken>) -> Draft {
    let till = &running.till;
    let job = || undone(till, till.void(out_trade_no, None, token));
    let draft = catch_unwind(AssertUnwindSafe(job));
    draft.unwrap_or_else(|_| Draft::new(Code::Unknown).detail("an internal error"))
}

/// Starts what wsy_micropay does and returns at once. Poll or wait for the verdict; show wsy_payment_text meanwhile.
///
/// payment: receives the payment; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The rest is as for wsy_micropay.
///
/// Threads: any. Checks everything that wsy_micropay checks before it sends (on the library's thread where no config is known
/// yet), and then goes on on a thread of the library, which ends with the payment. Returns WSY_PENDING (started, or on record
/// already: the verdict comes from wsy_payment_poll), or an error of wsy_micropay, after which nothing was sent.
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
            start(client, payment, reply, |running, token| {
                let out_trade_no = running.required(out_trade_no)?;
                let texts = (out_trade_no.clone(), running.required(auth_code)?);
                let pairs = params::pairs(params)?;
                let till = running.till.clone();
                Ok(charge_request(texts, total_fen, &pairs).and_then(|request| {
                    let out_trade_no = Some(out_trade_no);
                    if till.has_to_read_config() {
                        let token = token.clone();
                        let job = move || till.charge(request, &token).map(|report| charged(&till, &report));
                        return Ok(Started { out_trade_no, ..Started::job(Code::Unknown, job) });
                    }
                    let work = match till.admit(request, token)? {
                        Admission::Recorded(report) => Work::Done(charged(&till, &report)),
                        Admission::Run(run) => {
                            Work::Job(Box::new(move || run.finish().map(|report| charged(&till, &report))))
                        }
                    };
                    Ok(Started { out_trade_no, ..Started::new(Code::Unknown, work) })
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
            start(client, payment, reply, |running, token| {
                let out_refund_no = running.required(out_refund_no)?;
                let bill = which(running, out_trade_no, dm_id)?;
                let pairs = params::pairs(params)?;
                Ok(refund_request(out_refund_no, bill, refund_fen, &pairs).and_then(|request| {
                    let till = running.till.clone();
                    let work = match till.admit_refund(request, token)? {
                        RefundAdmission::Recorded(report) => Work::Done(refunded(&till, &report)),
                        RefundAdmission::Run(run) => {
                            Work::Job(Box::new(move || run.finish().map(|report| refunded(&till, &report))))
                        }
                    };
                    Ok(Started::new(Code::Unknown, work))
                }))
            })
        }
    })
}

/// Something that was begun.
pub(super) struct Started {
    /// The bill, if it can be voided.
    pub(super) out_trade_no: Option<String>,
    /// The text for the cashier, where it does not depend on how far the work is: in Chinese and in English.
    pub(super) text: Option<[&'static str; 2]>,
    /// What a cancel makes of it at once; `None` where the work sees the cancel and ends by itself.
    pub(super) on_cancel: Option<Draft>,
    /// What it comes to if it fails in a way that nobody foresaw: for money, that it may have moved.
    pub(super) on_panic: Code,
    /// What is left to do.
    pub(super) work: Work,
}

impl Started {
    /// Work whose text says how far it is, which sees a cancel, and cannot be voided.
    pub(super) fn new(on_panic: Code, work: Work) -> Self {
        Self { out_trade_no: None, text: None, on_cancel: None, on_panic, work }
    }

    /// The same, where all of it is left to do.
    pub(super) fn job(on_panic: Code, job: impl FnOnce() -> Result<Draft, Error> + Send + 'static) -> Self {
        Self::new(on_panic, Work::Job(Box::new(job)))
    }
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
    begin: impl FnOnce(&Running, &Arc<CancellationToken>) -> Result<Result<Started, Error>, Code>,
) -> Result<Code, Code> {
    // SAFETY: the contract is the same.
    unsafe { give_handle(std::ptr::null_mut(), reply) };
    if payment.is_null() {
        return Err(Code::Argument);
    }
    let running = client(handle)?;
    let token = running.till.cancellation_token();
    let telling = running.till.ledger().telling().begin();
    let begun = begin(&running, &token);
    running.note_heard();
    let outcome = begun?.and_then(|started| {
        // Nothing else says that a bill is paid.
        let telling = started.out_trade_no.is_some().then_some(telling);
        let new = Arc::new(Payment {
            charset: running.charset,
            out_trade_no: started.out_trade_no,
            text: started.text,
            on_cancel: started.on_cancel,
            client: handle,
            till: Arc::downgrade(&running.till),
            token,
            state: Mutex::new(State { telling, ..State::default() }),
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

/// Asks whether what was started has ended, without waiting. May be repeated; the answer stays the same once there is one. A
/// charge or settling that ended as WSY_PAID says WSY_UNKNOWN instead where the first poll comes after its client was closed, or
/// after the bill was voided or refunded, or is about to be, or was decided by a person: then wsy_settle tells how it stands.
///
/// reply: NULL, or receives the reply of the call that was started (of wsy_micropay for wsy_micropay_start; of wsy_void
///        after wsy_payment_void) once it has ended, and NULL before.
///
/// Threads: any. Returns WSY_PENDING while it goes on, then what that call would have returned; or WSY_ERR_HANDLE.
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

/// Waits until what was started has ended, but not longer than timeout_ms; a program with one thread calls it with a short
/// time between two looks at its screen.
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
    let mut state = payment.lock();
    if state.is_freed {
        return Err(Code::Handle);
    }
    // Counted under the lock, so that whoever frees it or ends it knows whether somebody will hear the end.
    state.waiting += 1;
    let waited = payment.changed.wait_timeout_while(state, timeout, |state| state.ended.is_none());
    state = waited.unwrap_or_else(PoisonError::into_inner).0;
    state.waiting -= 1;
    if state.ended.is_none() {
        return Ok(Code::Pending);
    }
    let was_delivered = std::mem::replace(&mut state.is_delivered, true);
    if !was_delivered && !payment.may_be_heard(&state) {
        payment.withdraw(&mut state);
    }
    let telling = state.telling.take();
    let Some(draft) = state.ended.clone() else { return Ok(Code::Pending) };
    drop(state);
    if was_delivered {
        payment.hear();
    }
    // SAFETY: the contract is the same.
    let code = unsafe { draft.give(payment.charset, reply) };
    drop(telling);
    code
}

/// A short text for the cashier, such as "等待顾客输入密码（平台：用户支付中），还剩 25 秒", with what the platform said last, cut
/// to 40 characters, or "正在查清上次未完成的单，3/30，还剩 25 秒". Changes while the work goes on.
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
        let ended = payment.lock().ended.as_ref().map(|draft| draft.sentence(language).to_owned());
        let text = match (ended, payment.text) {
            (Some(sentence), _) => sentence,
            (None, Some([zh, _])) if language == Language::Zh => zh.to_owned(),
            (None, Some([_, en])) => en.to_owned(),
            (None, None) => cashier_text(payment.current_token().progress(), language),
        };
        // SAFETY: the contract is the same.
        unsafe { give_text(&text, payment.charset, buffer, size, needed) }
    })
}

fn cashier_text(progress: Progress, language: Language) -> String {
    let with_time = |what: &str, deadline: Millis| {
        let left = deadline.saturating_sub(clock::monotonic()).div_ceil(1000);
        match language {
            Language::Zh => format!("{what}，还剩 {left} 秒"),
            Language::En => format!("{what}, {left} s left"),
        }
    };
    match progress {
        Progress::Payment { stage: Stage::Ended, .. } => doing(Stage::Ended, None, language),
        Progress::Payment { stage, deadline, said } => {
            with_time(&doing(stage, said.as_deref(), language), deadline)
        }
        Progress::Rows { purpose, done, all, deadline } => {
            let what = match (purpose, language) {
                (Purpose::Recovering, Language::Zh) => format!("正在查清上次未完成的单，{done}/{all}"),
                (Purpose::Recovering, Language::En) => {
                    format!("Checking what was left open, {done} of {all}")
                }
                (Purpose::Reconciling, Language::Zh) => format!("正在对账，{done}/{all}"),
                (Purpose::Reconciling, Language::En) => format!("Reconciling, {done} of {all}"),
            };
            match deadline {
                Some(deadline) => with_time(&what, deadline),
                None => what,
            }
        }
    }
}

/// What goes on, with what the platform said last.
pub fn doing(stage: Stage, said: Option<&str>, language: Language) -> String {
    let [zh, en] = match stage {
        Stage::Sending => ["正在收款", "Charging"],
        Stage::CustomerPaying => ["等待顾客输入密码", "Waiting for the customer's password"],
        Stage::Asking => ["正在查询支付结果", "Checking whether the payment went through"],
        Stage::Refunding => ["正在退款", "Refunding"],
        Stage::Ended => ["正在结束", "Finishing"],
    };
    match (said, language) {
        (Some(said), Language::Zh) if stage != Stage::Ended => format!("{zh}（平台：{said}）"),
        (Some(said), Language::En) if stage != Stage::Ended => format!("{en} (platform: {said})"),
        (_, Language::Zh) => zh.to_owned(),
        (_, Language::En) => en.to_owned(),
    }
}

/// Stops waiting for what was started. It does not undo anything: what was not sent is not sent any more
/// (WSY_ERR_CANCELLED), what may have been taken comes back as WSY_UNKNOWN and stays open in the ledger. To undo, use
/// wsy_payment_void. A recovery ends with what it has settled by then. A void, also one that wsy_payment_void began, stops as
/// well; that the bill is to be undone stays on record, wsy_unresolved lists it, and wsy_void or wsy_payment_void goes on with it.
/// A cancelled print ends at once as WSY_ERR_PRINTER_OFFLINE, and the receipt may still come out.
///
/// Threads: any. Returns at once: WSY_OK (also when it has ended already) or WSY_ERR_HANDLE. Then poll or wait on: it ends
/// after the exchange that is on its way.
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

/// Undoes a bill whose charge or settling was started (wsy_micropay_start, wsy_settle_start), whether that goes on or has
/// ended: the bill is settled, and refunded if it turns out to be paid. The payment is then pending again, and ends like
/// wsy_void, but with WSY_VOIDED in the place of WSY_REFUNDED: of a charge, nothing but WSY_PAID is positive. wsy_payment_cancel
/// after this stops the waiting for it: it ends as WSY_UNKNOWN where it has not undone the bill by then, which stays to be undone. That the bill is to be undone is on record when this returns, or nothing of it
/// is charged: a charge that was not sent yet is not sent any more.
///
/// Threads: any. Returns at once: WSY_OK, WSY_ERR_ARGUMENT (anything else that was started), WSY_ERR_LEDGER (the bill is not
/// undone), WSY_ERR_HANDLE (also when the client is closed).
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
        running.till.wish_void(&bill, &payment.token).map_err(|error| error.code())?;
        let token = running.till.cancellation_token();
        let mut state = payment.lock();
        // A cancel from now on is about the void, and one before was not.
        state.void_token = Some(token.clone());
        let Some(ended) = state.ended.take() else {
            // It goes on, and sees this when it ends.
            state.void = true;
            return Ok(Code::Ok);
        };
        state.void = false;
        let was_delivered = state.is_delivered;
        drop(state);
        let till = running.till.clone();
        let job = move || Ok(undone(&till, till.void(&bill, None, &token)));
        let begun = work(payment.clone(), running, Box::new(job), Code::Unknown);
        if let Err(error) = begun {
            payment.end(ended);
            return Err(error.code());
        }
        if !was_delivered {
            payment.not_heard(&ended);
        }
        Ok(Code::Ok)
    })
}

/// Frees what was started. If it has not ended, it goes on by itself and its outcome is written down; it is not undone. A thread
/// that waits for it waits on, and gets its end.
///
/// Threads: any. Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed payment.
///
/// # Stdcall
/// Frees a started payment; this does not undo it.
/// 释放句柄；不影响收款本身。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_payment_free(payment: *mut wsy_payment) -> i32 {
    guard(|| {
        let payment = PAYMENTS.remove(payment)?;
        let mut state = payment.lock();
        state.is_freed = true;
        if state.is_left() {
            payment.withdraw(&mut state);
        }
        drop(state);
        payment.hear();
        Ok(Code::Ok)
    })
}
