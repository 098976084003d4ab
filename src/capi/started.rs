//! What is behind a `wsy_payment`: work that goes on while the program does something else.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
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
use crate::till::cancellation::CancellationToken;
use crate::till::code::{Code, Language};
use crate::till::ledger::Pending;
use crate::till::{Error, Locks, Till, sentences};

/// Something that was started with one of the wsy_..._start calls: a payment, a refund, a recovery, a print
/// and so on. Any thread may use it, several at once. Freed by wsy_payment_free, which does not undo it.
pub struct wsy_payment {
    _private: (),
}

/// What is behind a `wsy_payment`.
pub(super) struct Payment {
    pub(super) charset: Charset,
    /// The bill that wsy_payment_void undoes; `None` where there is nothing to undo.
    pub(super) out_trade_no: Option<String>,
    /// The text for the cashier, where it does not depend on how far the work is: in Chinese and in English.
    text: Option<[&'static str; 2]>,
    /// What a cancel makes of it at once; `None` where the work sees the cancel and ends by itself.
    on_cancel: Option<Draft>,
    pub(super) client: Handle<wsy_client>,
    /// Gone once the client is closed.
    till: Weak<Till>,
    token: Arc<CancellationToken>,
    state: Mutex<State>,
    changed: Condvar,
}

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

pub(super) static PAYMENTS: Registry<wsy_payment, Payment> = Registry::new();

/// Something that was begun.
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
    /// Held until it is known whether anybody hears the end.
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

/// What is left to do on a thread of its own.
struct Job {
    run: Box<dyn FnOnce() -> Result<Ended, Error> + Send>,
    /// What it comes to if it fails in a way that nobody foresaw: for money, that it may have moved.
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

    /// What has ended already.
    pub(super) const fn ended(draft: Draft) -> Self {
        Self::new(Work::Ended(draft))
    }

    /// What goes on on a thread of its own. Its text says how far it is, it sees a cancel, and it cannot be
    /// voided.
    pub(super) fn job<R: Send + 'static, E: Into<Ended> + 'static>(
        on_panic: Code,
        till: &Arc<Till>,
        run: R,
        finish: fn(&Arc<Till>, R) -> Result<E, Error>,
    ) -> Self {
        Self::new(Work::Job(Job::new(on_panic, till, run, finish)))
    }

    /// With the bill that can be voided.
    pub(super) fn of_bill(self, out_trade_no: String) -> Self {
        Self { out_trade_no: Some(out_trade_no), ..self }
    }

    /// With the text for the cashier, and with what a cancel makes of it at once, since its work sees none.
    pub(super) fn unseen(self, text: [&'static str; 2], cancelled: Code) -> Self {
        let on_cancel = Draft::new(cancelled).detail("the waiting was cancelled");
        Self { text: Some(text), on_cancel: Some(on_cancel), ..self }
    }
}

/// Begins something on a client and hands the caller the payment.
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
        call.note_heard();
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

    /// Works on a thread of its own, which ends with the work. `call` keeps the client open meanwhile.
    fn work(self: Arc<Self>, call: Call, job: Job) -> Result<(), Error> {
        let thread = thread::Builder::new().name("wsy".to_owned());
        let spawned = thread.spawn(move || self.run(&call, job));
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
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends it, or gives the end back where a void was asked for: both under one lock, so that no void is
    /// missed.
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
        // What a cancel has ended stays as it was reported.
        state.ended.get_or_insert(draft);
        if state.is_left() {
            self.withdraw(state);
        }
        // Another call finds the bill as reported only if somebody hears that from this payment.
        drop(locks);
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

    /// Whether the end is still true that nobody has heard. What is told once is not told after the money
    /// went back, nor after somebody else has told it.
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

    /// Waits for the end: what it is, and what keeps other calls from saying that it was heard. `None` while
    /// it goes on.
    pub(super) fn wait(&self, timeout: Duration) -> Result<Option<(Draft, Option<Pending>)>, Code> {
        let mut state = self.lock();
        if state.is_freed {
            return Err(Code::Handle);
        }
        // Counted under the lock, so that whoever frees it or ends it knows whether somebody will hear the
        // end.
        state.waiting += 1;
        let waited = self.changed.wait_timeout_while(state, timeout, |state| state.ended.is_none());
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
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

    /// The token of what goes on.
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

    /// Undoes its bill: at once where it has ended, else once it does.
    pub(super) fn void(self: Arc<Self>, call: Call, bill: String) -> Result<(), Error> {
        // The power may fail right after the caller hears that the bill will be undone.
        call.till.wish_void(&bill, &self.token)?;
        let token = call.till.cancellation_token();
        let mut state = self.lock();
        // A cancel from now on is about the void, and one before was not.
        state.void_token = Some(token.clone());
        let Some(ended) = state.ended.take() else {
            // It goes on, and sees this when it ends.
            state.void = true;
            return Ok(());
        };
        state.void = false;
        let was_delivered = state.is_delivered;
        drop(state);
        let job = Job::new(Code::Unknown, &call.till, (bill, token), void);
        if let Err(error) = self.clone().work(call, job) {
            self.end(ended.into());
            return Err(error);
        }
        if !was_delivered {
            self.not_heard(&ended);
        }
        Ok(())
    }

    /// Nobody asks about it any more.
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

/// What is said in place of "paid" that was not heard in time.
fn unheard(mut draft: Draft) -> Draft {
    if draft.code != Code::Paid {
        return draft;
    }
    draft.code = Code::Unknown;
    draft.fields = draft.fields.emptied(names::TOLD).emptied(names::FIRST_TOLD);
    draft.detail(
        "it was paid, and nobody asked before the client was closed or the bill was changed; wsy_settle tells how it stands",
    )
}

/// A client is closed: whoever opens its folder next may tell what its payments have ended with and nobody
/// has heard.
pub(super) fn withdraw_unheard(till: &Arc<Till>) {
    for payment in PAYMENTS.all().into_iter().filter(|payment| payment.till.as_ptr() == Arc::as_ptr(till)) {
        let mut state = payment.lock();
        if !state.is_delivered {
            payment.withdraw(&mut state);
        }
    }
}
