//! TCP below ureq's proxies and TLS. Unlike ureq's own, its socket can be told to close with a reset.

use crate::sync::Mutex;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use socket2::SockRef;
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, LazyBuffers, NextTimeout, ShutdownHandle, Transport,
};

/// Zero would be no limit.
const SHORTEST: Duration = Duration::from_millis(1);

/// On Windows, shutting a socket down ends no wait that has begun, only
/// those that begin after it. So none is longer.
const LONGEST_WAIT: Duration = if cfg!(windows) { Duration::from_millis(200) } else { Duration::MAX };

/// A connected socket, closed with the last that has it.
pub struct Socket {
    stream: TcpStream,
    until: Mutex<Instant>,
}

impl Socket {
    fn new(stream: TcpStream, until: Instant) -> Self {
        Self { stream, until: Mutex::new(until) }
    }

    /// Nothing waits on it for longer than this. Layers above begin each wait with a limit of its own, so
    /// that what comes byte by byte could take for ever.
    pub fn end_by(&self, until: Instant) {
        *self.until.lock() = until;
    }

    /// Windows may lose what arrives just when a wait ends; a look that takes nothing has nothing to lose.
    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        if cfg!(windows) && self.stream.peek(&mut [0])? == 0 {
            return Ok(0);
        }
        (&self.stream).read(buffer)
    }

    fn within(&self, timeout: &NextTimeout) -> NextTimeout {
        let left = in_tenths(*self.until.lock());
        NextTimeout { after: (*timeout.after).min(left).into(), ..*timeout }
    }

    /// However it is closed from now on, the end of the process included, it is closed with a reset: the
    /// system forgets what has not left, and sends nothing again. Should a child of the process keep it open,
    /// the system gives up what nobody acknowledges for `limit`; only
    /// Linux can be told that, and not every one.
    pub fn reset_when_closed(&self, limit: Duration) -> io::Result<()> {
        let socket = SockRef::from(&self.stream);
        #[cfg(target_os = "linux")]
        let _ = socket.set_tcp_user_timeout(Some(limit));
        #[cfg(not(target_os = "linux"))]
        let _ = limit;
        socket.set_linger(Some(Duration::ZERO))
    }

    /// It is closed in the ordinary way after all. Where the system refuses, the other end sees a reset,
    /// which is no harm once all is said.
    pub fn end_when_closed(&self) {
        let _ = SockRef::from(&self.stream).set_linger(None);
    }
}

impl ShutdownHandle for Socket {
    fn shutdown(&self) {
        // It may be shut down or closed already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// A socket as ureq's layers use it.
pub struct Tcp {
    socket: Arc<Socket>,
    buffers: LazyBuffers,
    /// The limits that the system knows.
    read: Option<Duration>,
    write: Option<Duration>,
}

impl Tcp {
    /// Connects to the first address that can be reached. Until it is told
    /// another moment, nothing waits on it after `until`.
    pub fn open(details: &ConnectionDetails<'_>, until: Instant) -> Result<Self, Error> {
        let stream = connect(&details.addrs, &details.timeout)?;
        stream.set_nodelay(true)?;
        let socket = Arc::new(Socket::new(stream, until));
        let handle: Weak<Socket> = Arc::downgrade(&socket);
        (details.register_shutdown)(handle)?;
        let (input, output) = (details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Self { socket, buffers: LazyBuffers::new(input, output), read: None, write: None })
    }

    /// The socket, which stays open as long as it is held.
    pub fn socket(&self) -> Arc<Socket> {
        Arc::clone(&self.socket)
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
        let (begun, timeout) = (Instant::now(), self.socket.within(&timeout));
        loop {
            let socket = &self.socket;
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

    /// Whether nothing is waiting on it: neither bytes nor its end.
    fn is_open(&mut self) -> bool {
        let socket = &self.socket.stream;
        let is_silent = || match socket.peek(&mut [0]) {
            Err(error) => error.kind() == ErrorKind::WouldBlock,
            Ok(_) => false,
        };
        let is_open = self.buffers.input().is_empty() && socket.set_nonblocking(true).is_ok() && is_silent();
        socket.set_nonblocking(false).is_ok() && is_open
    }
}

/// ureq wants it. The buffers hold what is secret.
impl fmt::Debug for Tcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tcp").finish_non_exhaustive()
    }
}

/// What is left until that moment, in tenths of a second, rounded up: the system has to be told only when it
/// changes, which spares a call of it for each request.
pub fn in_tenths(until: Instant) -> Duration {
    const TENTH: u128 = 100;
    let left = until.saturating_duration_since(Instant::now()).as_millis().div_ceil(TENTH) * TENTH;
    Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX))
}

/// Gives each address half of the time that is left, and the last one all of it.
fn connect(addresses: &[SocketAddr], timeout: &NextTimeout) -> Result<TcpStream, Error> {
    let begun = Instant::now();
    let mut failure = Error::ConnectionFailed;
    for (at, address) in addresses.iter().enumerate() {
        let left = timeout.after.saturating_sub(begun.elapsed());
        let share = if at + 1 < addresses.len() { left / 2 } else { left };
        match TcpStream::connect_timeout(address, share.max(SHORTEST)) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = failed(error, timeout),
        }
    }
    Err(failure)
}

/// Tells the system what is left of the time, if it knows another limit.
fn limit(
    known: &mut Option<Duration>,
    timeout: &NextTimeout,
    begun: Instant,
    tell: impl FnOnce(Option<Duration>) -> io::Result<()>,
) -> Result<(), Error> {
    let passed = begun.elapsed();
    if passed >= *timeout.after {
        return Err(Error::Timeout(timeout.reason));
    }
    // In whole ms, so that the first limit of a wait is the one that was asked for.
    let passed = Duration::from_millis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX));
    let left = Some(timeout.after.saturating_sub(passed).min(LONGEST_WAIT));
    if left != *known {
        tell(left)?;
        *known = left;
    }
    Ok(())
}

/// A signal of the program is no failure, nor is the end of a wait:
/// how much time is left is seen before the next.
fn unless_over(error: io::Error) -> Result<(), Error> {
    match error.kind() {
        // The first on Unix, the second on Windows.
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(()),
        _ => Err(error.into()),
    }
}

fn failed(error: io::Error, timeout: &NextTimeout) -> Error {
    match error.kind() {
        // The one on Unix, the other on Windows.
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
        assert!(matches!(connect(&[], &within(LONG)), Err(Error::ConnectionFailed)));
    }

    #[test]
    fn the_system_is_told_what_is_left_and_nothing_once_that_is_over() {
        let (mut known, mut told) = (None, None);
        limit(&mut known, &within(LONG), Instant::now(), |left| {
            told = left;
            Ok(())
        })
        .unwrap();
        assert!(told.is_some_and(|left| left <= LONG) && told == known, "{told:?}");
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
