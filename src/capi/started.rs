//! The work behind a `wsy_payment`, which continues while the program does something else.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{Arc, MutexGuard, Weak};
use std::time::Duration;

use crate::capi::call::Call;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::failure::Failure;
use crate::capi::guard::guard;
use crate::capi::handle::{Handle, Registry};
use crate::capi::names;
use crate::capi::pointers::Out;
use crate::capi::reply::wsy_reply;
use crate::capi::void::undone;
use crate::chain::chain;
use crate::driver;
use crate::protocol::text::Charset;
use crate::sync::{Condvar, Mutex};
use crate::sys::threads;
use crate::till::cancellation::CancellationToken;
use crate::till::code::{Code, Language};
use crate::till::ledger::Pending;
use crate::till::{Error, Locks, Till, sentences};

/// Something that one of the wsy_..._start calls has started: a payment, a refund, a recovery, a print and so
/// on. Any thread may use it, several at once. wsy_payment_free frees it, which does not undo it.
pub struct wsy_payment {
    _private: (),
}

/// The state behind a `wsy_payment`.
pub(super) struct Payment {
    pub(super) charset: Charset,
    /// The bill that wsy_payment_void voids; `None` if there is nothing to void.
    pub(super) out_trade_no: Option<String>,
    /// The text for the cashier, if it does not depend on the progress: in Chinese and in English.
    text: Option<[&'static str; 2]>,
    /// The end that a cancel sets at once; `None` if the work sees the cancel and ends by itself.
    on_cancel: Option<Draft>,
    pub(super) client: Handle<wsy_client>,
    /// Dropped once the client is closed.
    till: Weak<Till>,
    token: Arc<CancellationToken>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    ended: Option<Draft>,
    /// A void was requested and has not started.
    void: bool,
    /// The token of the last requested void, which a cancel stops.
    void_token: Option<Arc<CancellationToken>>,
    /// Held while the end may be on record as reported but the caller does not have it yet.
    telling: Option<Pending>,
    /// Whether the caller has received the end.
    is_delivered: bool,
    is_freed: bool,
    /// The number of threads that wait for the end. They get it even if the payment is freed meanwhile.
    waiting: usize,
}

impl State {
    /// Returns whether it has ended and nobody will receive that end.
    const fn is_left(&self) -> bool {
        self.is_freed && self.waiting == 0 && self.ended.is_some() && !self.is_delivered
    }
}

pub(super) static PAYMENTS: Registry<wsy_payment, Payment> = Registry::new();

/// Something that was started.
pub(super) struct Started {
    out_trade_no: Option<String>,
    text: Option<[&'static str; 2]>,
    on_cancel: Option<Draft>,
    work: Work,
}

enum Work {
    Ended(Draft),
    Job(Job),
}

/// How a job has ended.
pub(super) struct Ended {
    draft: Draft,
    /// Held until it is known whether anybody receives the end.
    locks: Locks,
}

impl From<Draft> for Ended {
    fn from(draft: Draft) -> Self {
        Self { draft, locks: Locks::default() }
    }
}

impl From<(Draft, Locks)> for Ended {
    fn from((draft, locks): (Draft, Locks)) -> Self {
        Self { draft, locks }
    }
}

/// The work left for a separate thread.
struct Job {
    run: Box<dyn FnOnce() -> Result<Ended, Error> + Send>,
    /// The code after a panic: for money, that it may have moved.
    on_panic: Code,
}

impl Job {
    fn new<R: Send + 'static, E: Into<Ended> + 'static>(
        on_panic: Code,
        till: &Arc<Till>,
        run: R,
        finish: fn(&Arc<Till>, R) -> Result<E, Error>,
    ) -> Self {
        let till = till.clone();
        Self { run: Box::new(move || finish(&till, run).map(Into::into)), on_panic }
    }

    fn finish(self) -> Ended {
        match catch_unwind(AssertUnwindSafe(self.run)) {
            Ok(outcome) => outcome.unwrap_or_else(|error| Draft::from(&error).into()),
            Err(_) => Draft::new(self.on_panic).detail("an internal error").into(),
        }
    }
}

impl Started {
    const fn new(work: Work) -> Self {
        Self { out_trade_no: None, text: None, on_cancel: None, work }
    }

    /// Something that has already ended.
    pub(super) const fn ended(draft: Draft) -> Self {
        Self::new(Work::Ended(draft))
    }

    /// Work for a separate thread. Its text reports the progress, it sees a cancel, and it cannot be voided.
    pub(super) fn job<R: Send + 'static, E: Into<Ended> + 'static>(
        on_panic: Code,
        till: &Arc<Till>,
        run: R,
        finish: fn(&Arc<Till>, R) -> Result<E, Error>,
    ) -> Self {
        Self::new(Work::Job(Job::new(on_panic, till, run, finish)))
    }

    /// Adds the bill that can be voided.
    pub(super) fn of_bill(self, out_trade_no: String) -> Self {
        Self { out_trade_no: Some(out_trade_no), ..self }
    }

    /// Adds the text for the cashier, and the end that a cancel sets at once, since the work does not see it.
    pub(super) fn unseen(self, text: [&'static str; 2], cancelled: Code) -> Self {
        let on_cancel = Draft::new(cancelled).detail("the waiting was cancelled");
        Self { text: Some(text), on_cancel: Some(on_cancel), ..self }
    }
}

/// Starts something on a client and hands the payment to the caller.
pub(super) fn start(
    client: *const wsy_client,
    payment: &Out<*mut wsy_payment>,
    reply: &Out<*mut wsy_reply>,
    begin: impl FnOnce(&Call, &Arc<CancellationToken>) -> Result<Started, Failure>,
) -> i32 {
    guard(|| {
        reply.write(ptr::null_mut());
        if payment.is_null() {
            return Err(Code::Argument.into());
        }
        let call = Call::on(client)?;
        let token = call.till.cancellation_token();
        let telling = call.till.ledger().telling().begin();
        let begun = begin(&call, &token);
        call.till.end_call();
        if !call.till.is_home() {
            return Err(Code::Forked.into());
        }
        match begun.and_then(|started| Payment::of(started, &call, client.into(), token, telling)) {
            Ok(begun) => {
                payment.write(PAYMENTS.add(begun));
                Ok(Code::Pending)
            }
            Err(failure) => call.give(Err(failure), reply),
        }
    })
}

impl Payment {
    fn of(
        started: Started,
        call: &Call,
        client: Handle<wsy_client>,
        token: Arc<CancellationToken>,
        telling: Pending,
    ) -> Result<Arc<Self>, Failure> {
        let Started { out_trade_no, text, on_cancel, work } = started;
        // Nothing else says that a bill is paid.
        let telling = out_trade_no.is_some().then_some(telling);
        let new = Arc::new(Self {
            charset: call.charset,
            out_trade_no,
            text,
            on_cancel,
            client,
            till: Arc::downgrade(&call.till),
            token,
            state: Mutex::new(State { telling, ..State::default() }),
            changed: Condvar::new(),
        });
        match work {
            Work::Ended(draft) => new.end(draft.into()),
            Work::Job(job) => new.clone().work(call.again(), job)?,
        }
        Ok(new)
    }

    /// Runs the job on a separate thread, which ends with it. `call` keeps the client open meanwhile.
    fn work(self: Arc<Self>, call: Call, job: Job) -> Result<(), Error> {
        let spawned = threads::spawn("wsy", move || {
            call.is_here();
            self.run(&call, job);
        });
        spawned
            .map(drop)
            .map_err(|error| driver::Error::NotSent(format!("could not start a thread: {error}")).into())
    }

    fn run(&self, call: &Call, job: Job) {
        let Some(Ended { draft, locks }) = self.end_unless_void(job.finish()) else { return };
        self.not_heard(&draft);
        drop(locks);
        let end = match &self.out_trade_no {
            Some(bill) => {
                Job::new(Code::Unknown, &call.till, (bill.clone(), self.current_token()), void).finish()
            }
            None => draft.into(),
        };
        self.end(end);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Ends it, or returns the end if a void was requested: both under one lock, so that no void is missed.
    fn end_unless_void(&self, end: Ended) -> Option<Ended> {
        let mut state = self.lock();
        if state.void {
            return Some(end);
        }
        self.conclude(&mut state, end);
        None
    }

    fn end(&self, end: Ended) {
        self.conclude(&mut self.lock(), end);
    }

    fn conclude(&self, state: &mut State, Ended { draft, locks }: Ended) {
        // An end that a cancel has set stays as it was reported.
        state.ended.get_or_insert(draft);
        if state.is_left() {
            self.withdraw(state);
        }
        // Other calls see the bill as reported only if somebody receives that from this payment.
        drop(locks);
        self.changed.notify_all();
    }

    /// Withdraws a "paid" that nobody has received from this payment, so that another call may report it.
    fn withdraw(&self, state: &mut State) {
        if let Some(draft) = state.ended.take() {
            self.not_heard(&draft);
            state.ended = Some(unheard(draft));
        }
        state.telling = None;
    }

    /// Returns whether an end that nobody has received is still true. "Paid", which is reported once, is not
    /// reported after the money went back, nor after another call has reported it.
    fn may_be_heard(&self, state: &State) -> bool {
        match (state.ended.as_ref().map(|draft| draft.code), &self.out_trade_no) {
            (Some(Code::Paid), Some(bill)) => {
                let till = self.till.upgrade();
                till.is_some_and(|till| driver::may_be_heard(till.as_ref(), bill).unwrap_or(false))
            }
            _ => true,
        }
    }

    /// Records that nobody will receive "paid" from this payment, although it is on record as reported.
    fn not_heard(&self, draft: &Draft) {
        let (Code::Paid, Some(bill), Some(till)) = (draft.code, &self.out_trade_no, self.till.upgrade())
        else {
            return;
        };
        let _inside = till.begin_call();
        if let Err(error) = driver::not_heard(till.as_ref(), bill) {
            till.log().error(&format!("charge.not_heard out_trade_no={bill} not written: {}", chain(&error)));
        }
    }

    /// Records that a caller that comes back has received the earlier verdicts.
    fn hear(&self) {
        if let Some(till) = self.till.upgrade() {
            till.hear();
            till.end_call();
        }
    }

    /// Waits for the end, and returns it with the guard that keeps other calls from recording that it was
    /// received. `None` if it has not ended.
    pub(super) fn wait(&self, timeout: Duration) -> Result<Option<(Draft, Option<Pending>)>, Code> {
        let mut state = self.lock();
        if state.is_freed {
            return Err(Code::Handle);
        }
        // Counted under the lock, so that whoever frees or ends it knows whether somebody will receive the
        // end.
        state.waiting += 1;
        state = self.changed.wait_timeout_while(state, timeout, |state| state.ended.is_none());
        state.waiting -= 1;
        if state.ended.is_none() {
            return Ok(None);
        }
        let was_delivered = std::mem::replace(&mut state.is_delivered, true);
        if !was_delivered && !self.may_be_heard(&state) {
            self.withdraw(&mut state);
        }
        let (end, telling) = (state.ended.clone(), state.telling.take());
        drop(state);
        if was_delivered {
            self.hear();
        }
        Ok(end.map(|draft| (draft, telling)))
    }

    /// A short text for the cashier.
    pub(super) fn text(&self, language: Language) -> Cow<'static, str> {
        let ended = self.lock().ended.as_ref().map(|draft| draft.sentence(language));
        match (ended, self.text) {
            (Some(sentence), _) => sentence,
            (None, Some(text)) => language.of(text).into(),
            (None, None) => sentences::progress(self.current_token().progress(), language).into(),
        }
    }

    /// The token of the work in progress.
    fn current_token(&self) -> Arc<CancellationToken> {
        self.lock().void_token.as_ref().unwrap_or(&self.token).clone()
    }

    pub(super) fn cancel(&self) {
        self.token.cancel();
        self.current_token().cancel();
        if let Some(draft) = &self.on_cancel {
            self.lock().ended.get_or_insert_with(|| draft.clone());
            self.changed.notify_all();
        }
    }

    /// Undoes its bill: at once if it has ended, otherwise once it does.
    pub(super) fn void(self: Arc<Self>, call: &Call, bill: String) -> Result<(), Error> {
        // The power may fail right after the caller learns that the bill will be voided.
        call.till.wish_void(&bill, &self.token)?;
        let token = call.till.cancellation_token();
        let mut state = self.lock();
        // A cancel from now on stops the void; an earlier one did not.
        state.void_token = Some(token.clone());
        let Some(ended) = state.ended.take() else {
            // It is in progress, and sees this when it ends.
            state.void = true;
            return Ok(());
        };
        state.void = false;
        let was_delivered = state.is_delivered;
        drop(state);
        let job = Job::new(Code::Unknown, &call.till, (bill, token), void);
        if let Err(error) = self.clone().work(call.again(), job) {
            self.end(ended.into());
            return Err(error);
        }
        if !was_delivered {
            self.not_heard(&ended);
        }
        Ok(())
    }

    /// Marks it as freed: nobody will ask about it again.
    pub(super) fn free(&self) {
        let mut state = self.lock();
        state.is_freed = true;
        if state.is_left() {
            self.withdraw(&mut state);
        }
        drop(state);
        self.hear();
    }
}

fn void(till: &Arc<Till>, (bill, token): (String, Arc<CancellationToken>)) -> Result<Draft, Error> {
    Ok(undone(till, till.void(&bill, None, &token)))
}

/// Replaces a "paid" that was not received in time.
fn unheard(mut draft: Draft) -> Draft {
    if draft.code != Code::Paid {
        return draft;
    }
    draft.code = Code::Unknown;
    draft.fields = draft.fields.emptied(names::TOLD).emptied(names::FIRST_TOLD);
    draft.detail(
        "it was paid, and nobody asked before the client was closed or the bill was changed; \
         wsy_settle reports where it stands",
    )
}

/// Withdraws the ends that nobody has received from the payments of a closed client: whoever opens its folder
/// next may report them.
pub(super) fn withdraw_unheard(till: &Arc<Till>) {
    for payment in PAYMENTS.all().into_iter().filter(|payment| payment.till.as_ptr() == Arc::as_ptr(till)) {
        let Some(mut state) = payment.state.lock_patiently() else { continue };
        if !state.is_delivered {
            payment.withdraw(&mut state);
        }
    }
}
