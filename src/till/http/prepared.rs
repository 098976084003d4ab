//! A connection that is opened before a payment needs it, so that the payment does not wait for name, TCP and
//! TLS. It is as fresh as one that the payment would open: no byte of a request was ever offered to it, it
//! serves one exchange, and it is checked just before that begins.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::address::Address;
use super::connections::Connection;
use crate::sync::{Condvar, Mutex};
use crate::sys::threads;
use crate::till::clock;

/// How long nothing is prepared after an attempt has failed: a till without a network shall not keep trying.
const REST: Duration = Duration::from_secs(10);

/// How long an attempt may have taken for a payment to wait for its end. A system sends its first packet
/// again after a second, so an attempt that takes longer has lost one, and a new one may be quicker.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a connection is kept ready.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The limit for opening one.
    pub connect: Duration,
    /// For how long after the last occasion one is kept ready.
    pub ready: Duration,
    /// The age at which one is replaced. Servers close a connection without a request after some time.
    pub age: Duration,
}

/// The one connection that is prepared, if any, and the thread that opens it.
pub struct Prepared {
    /// `None` if nothing is ever prepared.
    times: Option<Times>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    place: Place,
    wanted: Option<Wanted>,
    /// When the last attempt failed, if it did.
    failed: Option<Instant>,
    thread: Option<JoinHandle<()>>,
    /// Whether the thread will look at this state again.
    is_served: bool,
    /// Whether the thread is opening one, which nothing may cut short.
    is_connecting: bool,
    is_closed: bool,
}

#[derive(Default)]
enum Place {
    #[default]
    Empty,
    /// The thread is opening one.
    Opening { address: Arc<Address>, since: Instant },
    /// No byte of a request was offered to it.
    Ready { address: Arc<Address>, connection: Connection, since: Instant, since_wall: i64 },
}

/// Where to and until when a connection is kept ready.
struct Wanted {
    address: Arc<Address>,
    until: Instant,
}

impl Prepared {
    /// Prepares nothing until it is [wanted](Self::want).
    pub fn new(times: Option<Times>) -> Self {
        Self { times, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Keeps a connection to this address ready for a while. `serve` is run on a thread of its own, unless
    /// there is one, and has to call [`Prepared::serve`]. Returns at once.
    pub fn want(&self, address: Arc<Address>, serve: impl FnOnce() + Send + 'static) {
        let Some(times) = self.times else { return };
        let mut state = self.state.lock();
        if state.is_closed || state.failed.is_some_and(|failed| failed.elapsed() < REST) {
            return;
        }
        if state.place.address().is_some_and(|other| !other.shares_connections_with(&address)) {
            state.place.clear();
        }
        state.wanted = Some(Wanted { address, until: Instant::now() + times.ready });
        // A thread that panicked has not said so.
        if state.is_served && !state.thread.as_ref().is_some_and(JoinHandle::is_finished) {
            self.changed.notify_all();
            return;
        }
        state.thread = threads::spawn("wsy-prepare", serve).ok();
        state.is_served = state.thread.is_some();
    }

    /// Opens connections as long as they are wanted: the next one when the last is too old, and none after a
    /// failure or once one was taken.
    pub fn serve(&self, open: impl Fn(&Address, Duration) -> Result<Connection, ureq::Error>) {
        let Some(times) = self.times else { return };
        let mut state = self.state.lock();
        while let Some(address) = state.next() {
            state.place = Place::Opening { address: Arc::clone(&address), since: Instant::now() };
            state.is_connecting = true;
            drop(state);
            let opened = open(&address, times.connect);
            state = self.state.lock();
            state.is_connecting = false;
            state.finish(address, opened);
            self.changed.notify_all();
            while let Some(left) = state.left(&times).filter(|left| !left.is_zero()) {
                state = self.changed.wait_timeout(state, left);
            }
            state.place.clear();
        }
        state.wanted = None;
        state.is_served = false;
    }

    /// Takes the prepared connection to this address if it can still be used, and waits a moment for one that
    /// is being opened, but not beyond `until`. Nothing else is prepared until the next occasion.
    pub fn take(&self, address: &Address, until: Instant) -> Option<Connection> {
        let times = self.times?;
        let mut state = self.state.lock();
        while let Place::Opening { address: to, since } = &state.place
            && to.shares_connections_with(address)
        {
            let left = until.min(*since + PATIENCE).saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.changed.wait_timeout(state, left);
        }
        if !state.place.address().is_some_and(|to| to.shares_connections_with(address)) {
            return None;
        }
        state.wanted = None;
        let taken = std::mem::take(&mut state.place);
        drop(state);
        self.changed.notify_all();
        let Place::Ready { mut connection, since, since_wall, .. } = taken else { return None };
        // The monotonic clock of some systems stands still while the machine sleeps.
        let slept = Duration::from_millis(clock::wall().abs_diff(since_wall));
        let is_fresh = since.elapsed().max(slept) < times.age;
        if is_fresh && connection.is_open() {
            return Some(connection);
        }
        connection.discard();
        None
    }

    /// Discards the prepared connection unless it leads to this address.
    pub fn leave_all_but(&self, address: &Address) {
        let mut state = self.state.lock();
        if state.wanted.as_ref().is_some_and(|wanted| !wanted.address.shares_connections_with(address)) {
            state.place.clear();
            state.wanted = None;
            self.changed.notify_all();
        }
        // Another server may be reachable.
        state.failed = None;
    }

    /// Discards it, prepares none any more, and ends the thread; one that is just connecting ends by itself.
    pub fn close(&self) {
        let mut state = self.state.lock();
        state.is_closed = true;
        state.place.clear();
        let thread = if state.is_connecting { None } else { state.thread.take() };
        drop(state);
        self.changed.notify_all();
        // A panic of it has nothing to tell.
        let _ = thread.map(JoinHandle::join);
    }
}

impl State {
    /// The address to open a connection to, if one is wanted.
    fn next(&self) -> Option<Arc<Address>> {
        let wanted = self.wanted.as_ref().filter(|wanted| Instant::now() < wanted.until);
        wanted.filter(|_| !self.is_closed).map(|wanted| Arc::clone(&wanted.address))
    }

    /// Ends an attempt. Meanwhile another address may be wanted, or none.
    fn finish(&mut self, address: Arc<Address>, opened: Result<Connection, ureq::Error>) {
        let is_wanted = self.next().is_some_and(|wanted| wanted.shares_connections_with(&address));
        self.place.clear();
        match opened {
            Ok(connection) if is_wanted => {
                let (since, since_wall) = (Instant::now(), clock::wall());
                let connection = connection.kept_from_children();
                self.place = Place::Ready { address, connection, since, since_wall };
                self.failed = None;
            }
            Ok(connection) => connection.discard(),
            Err(_) if is_wanted => {
                self.failed = Some(Instant::now());
                self.wanted = None;
            }
            Err(_) => {}
        }
    }

    /// How long the prepared connection is still kept; `None` if there is none.
    fn left(&self, times: &Times) -> Option<Duration> {
        let (Place::Ready { since, .. }, Some(wanted)) = (&self.place, &self.wanted) else { return None };
        Some(wanted.until.min(*since + times.age).saturating_duration_since(Instant::now()))
    }
}

impl Place {
    fn address(&self) -> Option<&Address> {
        match self {
            Self::Empty => None,
            Self::Opening { address, .. } | Self::Ready { address, .. } => Some(address),
        }
    }

    fn clear(&mut self) {
        if let Self::Ready { connection, .. } = std::mem::take(self) {
            connection.discard();
        }
    }
}
