//! TCP below ureq's proxies and TLS. Unlike ureq's own, its socket can be made to close with a reset.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
#[cfg(unix)]
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use socket2::SockRef;
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, LazyBuffers, NextTimeout, ShutdownHandle, Transport, time,
};

use crate::sync::{Condvar, Mutex};
use crate::sys::process::Home;
#[cfg(unix)]
use crate::sys::process::LetGo;
use crate::till::limited::apart;

/// The shortest timeout; zero would mean no limit.
const SHORTEST: Duration = Duration::from_millis(1);

/// On Windows, shutting a socket down does not end a wait that has already begun, so waits are kept short.
const LONGEST_WAIT: Duration = if cfg!(windows) { Duration::from_millis(200) } else { Duration::MAX };

/// How long an address may take before the next one is tried as well (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// The time limit for reading only what is there already.
pub const AT_ONCE: NextTimeout = NextTimeout {
    after: time::Duration::Exact(Duration::ZERO),
    reason: ureq::Timeout::RecvResponse,
    per_read: None,
    per_write: None,
};

/// A connected socket, closed when its last owner is dropped.
pub struct Socket {
    stream: TcpStream,
    until: Mutex<Instant>,
    home: Home,
}

impl Socket {
    fn new(stream: TcpStream, until: Instant) -> Self {
        Self { stream, until: Mutex::new(until), home: Home::here() }
    }

    /// Refuses to go on in a child of the process that connected: what the child sends would arrive as a
    /// second request, and what it receives would be missing from the parent's response.
    fn check_home(&self) -> io::Result<()> {
        if self.home.is_here() { Ok(()) } else { Err(forked()) }
    }

    /// Sets the moment after which nothing waits on it. Layers above start each wait with a fresh limit, so a
    /// response that arrives byte by byte could take forever.
    pub fn end_by(&self, until: Instant) {
        *self.until.lock() = until;
    }

    /// Receives bytes. Windows may lose bytes that arrive just as a wait ends; peeking first leaves them in
    /// place.
    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        if cfg!(windows) && self.stream.peek(&mut [0])? == 0 {
            return Ok(0);
        }
        (&self.stream).read(buffer)
    }

    /// Receives what is there, without waiting for it.
    #[cfg(unix)]
    fn receive_at_once(&self, buffer: &mut [u8]) -> io::Result<usize> {
        // Mostly nothing is there, which takes one system call to see.
        let look = libc::MSG_PEEK | libc::MSG_DONTWAIT;
        SockRef::from(&self.stream).recv_with_flags(&mut [MaybeUninit::uninit()], look)?;
        (&self.stream).read(buffer)
    }

    /// Receives what is there, without waiting for it.
    #[cfg(windows)]
    fn receive_at_once(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_nonblocking(true)?;
        let received = (&self.stream).read(buffer);
        self.stream.set_nonblocking(false)?;
        received
    }

    fn within(&self, timeout: &NextTimeout) -> NextTimeout {
        let left = in_tenths(*self.until.lock());
        NextTimeout { after: (*timeout.after).min(left).into(), ..*timeout }
    }

    /// Makes every later close a reset, including the end of the process: the system discards unsent bytes
    /// and retransmits nothing. If a child process keeps the socket open, the system gives up after `limit`
    /// without an acknowledgement; only Linux supports that, and not every version.
    pub fn reset_when_closed(&self, limit: Duration) -> io::Result<()> {
        let socket = SockRef::from(&self.stream);
        #[cfg(target_os = "linux")]
        let _ = socket.set_tcp_user_timeout(Some(limit));
        #[cfg(not(target_os = "linux"))]
        let _ = limit;
        socket.set_linger(Some(Duration::ZERO))
    }

    /// Has the children of this process let it go, as long as the result lives.
    #[cfg(unix)]
    pub fn let_go_in_children(&self) -> LetGo {
        LetGo::in_children(&self.stream)
    }

    /// Makes the close an ordinary one after all. If the system refuses, the peer sees a reset, which is
    /// harmless once the exchange is complete.
    pub fn end_when_closed(&self) {
        let _ = SockRef::from(&self.stream).set_linger(None);
    }
}

impl ShutdownHandle for Socket {
    fn shutdown(&self) {
        // It may already be shut down or closed.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// A socket as ureq's layers use it.
pub struct Tcp {
    socket: Arc<Socket>,
    buffers: LazyBuffers,
    /// The timeouts currently set on the socket.
    read: Option<Duration>,
    write: Option<Duration>,
}

impl Tcp {
    /// Connects to the address that is reached first. Nothing waits on the socket after `until`, unless
    /// another moment is set.
    pub fn open(details: &ConnectionDetails<'_>, until: Instant) -> Result<Self, Error> {
        let stream = connect(&details.addrs, &details.timeout)?;
        stream.set_nodelay(true)?;
        let socket = Arc::new(Socket::new(stream, until));
        let handle: Weak<Socket> = Arc::downgrade(&socket);
        (details.register_shutdown)(handle)?;
        let (input, output) = (details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Self { socket, buffers: LazyBuffers::new(input, output), read: None, write: None })
    }

    /// The socket, which stays open as long as a clone is held.
    pub fn socket(&self) -> Arc<Socket> {
        Arc::clone(&self.socket)
    }

    /// The address that it is connected to.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.socket.stream.peer_addr().ok()
    }
}

impl Transport for Tcp {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let Self { socket, buffers, write, .. } = self;
        let mut rest = &buffers.output()[..amount];
        let (begun, timeout) = (Instant::now(), socket.within(&timeout));
        while !rest.is_empty() {
            socket.check_home()?;
            limit(write, &timeout, begun, |limit| socket.stream.set_write_timeout(limit))?;
            match (&socket.stream).write(rest) {
                Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero).into()),
                Ok(written) => rest = &rest[written..],
                Err(error) => unless_over(error)?,
            }
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        if timeout.after.is_zero() {
            let received = self.socket.receive_at_once(self.buffers.input_append_buf());
            let length = received.map_err(|error| failed(error, &timeout))?;
            self.buffers.input_appended(length);
            return Ok(length > 0);
        }
        let (begun, timeout) = (Instant::now(), self.socket.within(&timeout));
        loop {
            let socket = &self.socket;
            socket.check_home()?;
            limit(&mut self.read, &timeout, begun, |limit| socket.stream.set_read_timeout(limit))?;
            match socket.receive(self.buffers.input_append_buf()) {
                Ok(length) => {
                    self.buffers.input_appended(length);
                    return Ok(length > 0);
                }
                Err(error) => unless_over(error)?,
            }
        }
    }

    /// Whether neither bytes nor the end of the stream are waiting to be read.
    fn is_open(&mut self) -> bool {
        self.buffers.input().is_empty() && matches!(self.await_input(AT_ONCE), Err(Error::Timeout(_)))
    }
}

/// ureq requires it. The buffers hold secrets.
impl fmt::Debug for Tcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tcp").finish_non_exhaustive()
    }
}

/// The error of a child that goes on with a call of its parent.
pub fn forked() -> io::Error {
    io::Error::other("this process was forked from the one that began the call")
}

/// The time left until that moment, rounded up to tenths of a second: the socket's timeout is only set when
/// it changes, which saves a system call for each request.
pub fn in_tenths(until: Instant) -> Duration {
    const TENTH: u128 = 100;
    let left = until.saturating_duration_since(Instant::now()).as_millis().div_ceil(TENTH) * TENTH;
    Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))
}

/// Connects to one of the addresses, which are tried in this order, each a little after the one before it:
/// one that is dead costs a moment, and not its share of the time. All of them end with the time.
fn connect(addresses: &[SocketAddr], timeout: &NextTimeout) -> Result<TcpStream, Error> {
    if let [address] = addresses {
        let stream = TcpStream::connect_timeout(address, (*timeout.after).max(SHORTEST));
        return stream.map_err(|error| failed(error, timeout));
    }
    let begun = Instant::now();
    // Short enough to get to the last one in time.
    let share = timeout.after.checked_div(u32::try_from(addresses.len()).unwrap_or(u32::MAX));
    let head_start = share.unwrap_or_default().min(HEAD_START);
    let mut race = Race::new(timeout);
    let mut addresses = addresses.iter();
    loop {
        let is_last = match addresses.next() {
            Some(address) => {
                race.enter(*address, timeout.after.saturating_sub(begun.elapsed()));
                addresses.len() == 0
            }
            None => true,
        };
        let left = timeout.after.saturating_sub(begun.elapsed());
        if let Some(stream) = race.await_one(if is_last { left } else { left.min(head_start) }) {
            return Ok(stream);
        }
        let is_over = begun.elapsed() >= *timeout.after;
        if is_over || (is_last && race.running == 0) {
            return Err(std::mem::replace(&mut race.failure, Error::ConnectionFailed));
        }
    }
}

/// Attempts to connect, each on a thread of its own. One that arrives after another has won is closed:
/// nothing was sent over it.
struct Race<'a> {
    timeout: &'a NextTimeout,
    finish: Arc<Finish>,
    running: usize,
    failure: Error,
}

/// The attempts that have ended and were not seen yet; `None` once nobody waits for them.
struct Finish {
    ended: Mutex<Option<Vec<io::Result<TcpStream>>>>,
    changed: Condvar,
}

impl<'a> Race<'a> {
    fn new(timeout: &'a NextTimeout) -> Self {
        let finish = Finish { ended: Mutex::new(Some(Vec::new())), changed: Condvar::new() };
        Self { timeout, finish: Arc::new(finish), running: 0, failure: Error::ConnectionFailed }
    }

    fn enter(&mut self, address: SocketAddr, limit: Duration) {
        let finish = Arc::clone(&self.finish);
        let attempt = move || {
            let ended = TcpStream::connect_timeout(&address, limit.max(SHORTEST));
            if let Some(waiting) = &mut *finish.ended.lock() {
                waiting.push(ended);
            }
            finish.changed.notify_all();
        };
        match apart("wsy-connect", attempt) {
            Ok(()) => self.running += 1,
            Err(error) => self.failure = error.into(),
        }
    }

    /// Waits until one has arrived, one has failed, or the time is over.
    fn await_one(&mut self, limit: Duration) -> Option<TcpStream> {
        if self.running == 0 {
            return None;
        }
        let Finish { ended, changed } = &*self.finish;
        let none = |ended: &mut Option<Vec<_>>| ended.as_ref().is_some_and(Vec::is_empty);
        let mut ended = changed.wait_timeout_while(ended.lock(), limit, none);
        match ended.as_mut().and_then(Vec::pop) {
            Some(ended) => {
                self.running -= 1;
                ended.map_err(|error| self.failure = failed(error, self.timeout)).ok()
            }
            None => {
                self.failure = Error::Timeout(self.timeout.reason);
                None
            }
        }
    }
}

impl Drop for Race<'_> {
    fn drop(&mut self) {
        *self.finish.ended.lock() = None;
    }
}

/// Sets the socket's timeout to the time left, if it differs from the current one.
fn limit(
    known: &mut Option<Duration>,
    timeout: &NextTimeout,
    begun: Instant,
    set: impl FnOnce(Option<Duration>) -> io::Result<()>,
) -> Result<(), Error> {
    let passed = begun.elapsed();
    if passed >= *timeout.after {
        return Err(Error::Timeout(timeout.reason));
    }
    // In whole ms, so that the first timeout of a wait is the requested one.
    let passed = Duration::from_millis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX));
    let left = Some(timeout.after.saturating_sub(passed).min(LONGEST_WAIT));
    if left != *known {
        set(left)?;
        *known = left;
    }
    Ok(())
}

/// Ignores a signal and the end of a wait, which are not failures: the time left is checked before the next
/// wait.
fn unless_over(error: io::Error) -> Result<(), Error> {
    match error.kind() {
        // `WouldBlock` on Unix, `TimedOut` on Windows.
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(()),
        _ => Err(error.into()),
    }
}

fn failed(error: io::Error, timeout: &NextTimeout) -> Error {
    match error.kind() {
        // `WouldBlock` on Unix, `TimedOut` on Windows.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Error::Timeout(timeout.reason),
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    fn within(limit: Duration) -> NextTimeout {
        NextTimeout { after: limit.into(), reason: ureq::Timeout::Connect, ..NextTimeout::default() }
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn an_address_where_nobody_listens_is_passed_over() {
        let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let somebody = listener.local_addr().unwrap();
        for addresses in [vec![somebody], vec![nobody, somebody], vec![nobody, nobody, somebody, nobody]] {
            let stream = connect(&addresses, &within(LONG)).unwrap();
            assert_eq!(stream.peer_addr().unwrap(), somebody);
        }
        assert!(matches!(connect(&[nobody, nobody], &within(LONG)), Err(Error::Io(_))));
        assert!(matches!(connect(&[nobody], &within(LONG)), Err(Error::Io(_))));
        assert!(matches!(connect(&[], &within(LONG)), Err(Error::ConnectionFailed)));
    }

    #[test]
    fn the_timeout_is_the_time_left_and_is_not_set_once_that_is_over() {
        let (mut known, mut set) = (None, None);
        limit(&mut known, &within(LONG), Instant::now(), |left| {
            set = left;
            Ok(())
        })
        .unwrap();
        assert!(set.is_some_and(|left| left <= LONG) && set == known, "{set:?}");
        let over =
            limit(&mut known, &within(Duration::ZERO), Instant::now(), |_| panic!("there is nothing left"));
        assert!(matches!(over, Err(Error::Timeout(ureq::Timeout::Connect))));
    }

    #[test]
    fn waiting_goes_on_after_a_signal_and_ends_with_the_time_or_the_connection() {
        for kind in [ErrorKind::Interrupted, ErrorKind::WouldBlock, ErrorKind::TimedOut] {
            assert!(unless_over(kind.into()).is_ok());
        }
        assert!(matches!(unless_over(ErrorKind::ConnectionReset.into()), Err(Error::Io(_))));
        for kind in [ErrorKind::WouldBlock, ErrorKind::TimedOut] {
            assert!(matches!(failed(kind.into(), &within(LONG)), Error::Timeout(_)));
        }
    }
}
