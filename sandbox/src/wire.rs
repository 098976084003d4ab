//! Connections on which a fault controls how much of a response gets through.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::Sleep,
};

/// How a response is sent to the till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// The connection is closed without a byte.
    Nothing,
    Cut(Cut),
    /// Byte by byte, with this pause after each.
    Trickle(Duration),
    /// The whole response, whose body has this many bytes, followed by these bytes.
    Followed {
        body: u64,
        by: Vec<u8>,
    },
}

/// Where the connection breaks. A response that ends before that arrives whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// After this many bytes of the response, headers included, with a reset.
    ResetAfter(u64),
    /// After this many bytes of the response's body, with an orderly close.
    CloseInBody(u64),
}

/// The totals of the tills' connections. Connections of the control API do not count.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    next_id: AtomicU64,
    pub connections: AtomicU64,
    pub received: AtomicU64,
    pub sent: AtomicU64,
}

/// A connection, as seen by the handlers that respond on it.
#[derive(Debug)]
pub(crate) struct Line {
    pub id: u64,
    traffic: Arc<Traffic>,
    received: AtomicU64,
    sent: AtomicU64,
    is_control: AtomicBool,
    ordered: Mutex<Option<Delivery>>,
}

impl Line {
    fn new(traffic: &Arc<Traffic>) -> Self {
        traffic.connections.fetch_add(1, Ordering::Relaxed);
        Self {
            id: traffic.next_id.fetch_add(1, Ordering::Relaxed) + 1,
            traffic: Arc::clone(traffic),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            is_control: AtomicBool::new(false),
            ordered: Mutex::new(None),
        }
    }

    /// Sets how the next response on this connection is sent.
    pub(crate) fn order(&self, delivery: Delivery) {
        *self.ordered() = Some(delivery);
    }

    /// Marks the connection as not a till's: its traffic does not count, past or future.
    pub(crate) fn mark_control(&self) {
        if !self.is_control.swap(true, Ordering::Relaxed) {
            self.traffic.connections.fetch_sub(1, Ordering::Relaxed);
            self.traffic.received.fetch_sub(self.received.load(Ordering::Relaxed), Ordering::Relaxed);
            self.traffic.sent.fetch_sub(self.sent.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    fn ordered(&self) -> MutexGuard<'_, Option<Delivery>> {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, mine: &AtomicU64, everybodys: &AtomicU64, bytes: usize) {
        if !self.is_control.load(Ordering::Relaxed) {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            mine.fetch_add(bytes, Ordering::Relaxed);
            everybodys.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    fn count_received(&self, bytes: usize) {
        self.count(&self.received, &self.traffic.received, bytes);
    }

    fn count_sent(&self, bytes: usize) {
        self.count(&self.sent, &self.traffic.sent, bytes);
    }
}

/// A handler's access to the connection on which it responds.
#[derive(Debug, Clone)]
pub(crate) struct LineHandle(pub Arc<Line>);

impl Connected<IncomingStream<'_, WireListener>> for LineHandle {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        Self(Arc::clone(&stream.io().line))
    }
}

/// Accepts the tills' connections.
#[derive(Debug)]
pub(crate) struct WireListener {
    listener: TcpListener,
    traffic: Arc<Traffic>,
}

/// The pause before accepting again, when the machine has no sockets left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

impl WireListener {
    pub(crate) fn new(listener: TcpListener, traffic: Arc<Traffic>) -> Self {
        Self { listener, traffic }
    }
}

impl Listener for WireListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => return (Wire::new(stream, &self.traffic), peer),
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// How much of the current response may still be written.
#[derive(Debug)]
enum Gate {
    Open,
    Shut,
    Counting { left: u64, then: Then },
    InHead { head: HeadEnd, body: u64, then: Then },
    Trickling { pause: Duration, until: Option<Pin<Box<Sleep>>> },
}

/// What follows the last byte of a response that may be written.
#[derive(Debug)]
enum Then {
    Reset,
    Close,
    More(Vec<u8>),
}

impl From<Delivery> for Gate {
    fn from(delivery: Delivery) -> Self {
        match delivery {
            Delivery::Whole => Self::Open,
            Delivery::Nothing => Self::Shut,
            Delivery::Cut(Cut::ResetAfter(left)) => Self::Counting { left, then: Then::Reset },
            Delivery::Cut(Cut::CloseInBody(body)) => Self::in_head(body, Then::Close),
            Delivery::Followed { body, by } => Self::in_head(body, Then::More(by)),
            Delivery::Trickle(pause) => Self::Trickling { pause, until: None },
        }
    }
}

impl Gate {
    fn in_head(body: u64, then: Then) -> Self {
        Self::InHead { head: HeadEnd::default(), body, then }
    }
}

/// Finds the blank line that ends a response's headers.
#[derive(Debug, Default)]
struct HeadEnd {
    matched: usize,
}

impl HeadEnd {
    const MARK: &[u8] = b"\r\n\r\n";

    /// How many of these bytes belong to the headers, and whether the headers end with them.
    fn scan(&self, bytes: &[u8]) -> (usize, bool) {
        let mut matched = self.matched;
        for (index, byte) in bytes.iter().enumerate() {
            matched = Self::step(matched, *byte);
            if matched == Self::MARK.len() {
                return (index + 1, true);
            }
        }
        (bytes.len(), false)
    }

    fn advance(&mut self, bytes: &[u8]) {
        self.matched = bytes.iter().fold(self.matched, |matched, byte| Self::step(matched, *byte));
    }

    fn step(matched: usize, byte: u8) -> usize {
        match Self::MARK.get(matched) {
            Some(wanted) if *wanted == byte => matched + 1,
            _ => usize::from(byte == b'\r'),
        }
    }
}

/// A till's connection.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    line: Arc<Line>,
    gate: Gate,
}

impl Wire {
    fn new(stream: TcpStream, traffic: &Arc<Traffic>) -> Self {
        // Without it only the timing of single bytes suffers.
        let _ = stream.set_nodelay(true);
        Self { stream, line: Arc::new(Line::new(traffic)), gate: Gate::Open }
    }

    fn take_order(&mut self) {
        if let Some(delivery) = self.line.ordered().take() {
            self.gate = delivery.into();
        }
    }

    /// How many of these bytes may be written now.
    fn poll_allowance(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let allowed = match &mut self.gate {
            Gate::Open => bytes.len(),
            Gate::Shut => return Poll::Ready(Err(broken())),
            Gate::Counting { left: 0, then } => {
                let reset = matches!(then, Then::Reset);
                return Poll::Ready(Err(self.break_off(reset)));
            }
            Gate::Counting { left, .. } => bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX)),
            Gate::InHead { head, .. } => head.scan(bytes).0,
            Gate::Trickling { until, .. } => {
                if let Some(sleep) = until {
                    ready!(sleep.as_mut().poll(cx));
                }
                *until = None;
                bytes.len().min(1)
            }
        };
        Poll::Ready(Ok(allowed))
    }

    fn note_written(&mut self, written: &[u8]) {
        match &mut self.gate {
            Gate::Open | Gate::Shut => {}
            Gate::Counting { left, .. } => *left = left.saturating_sub(written.len() as u64),
            Gate::InHead { head, body, then } => match head.scan(written) {
                (_, true) => {
                    let then = std::mem::replace(then, Then::Close);
                    self.gate = Gate::Counting { left: *body, then };
                }
                (_, false) => head.advance(written),
            },
            Gate::Trickling { pause, until } => *until = Some(Box::pin(tokio::time::sleep(*pause))),
        }
        self.line.count_sent(written.len());
    }

    fn break_off(&mut self, reset: bool) -> io::Error {
        if reset && self.stream.set_zero_linger().is_err() {
            return io::Error::other("cannot reset the connection");
        }
        broken()
    }

    /// A response that ends exactly where the connection is to break has nothing more to write, and must
    /// break anyway; whatever is to follow a response follows it.
    fn poll_spent(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.gate {
            Gate::Counting { left: 0, then: Then::More(rest) } => {
                while !rest.is_empty() {
                    let written = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
                    rest.drain(..written);
                    self.line.count_sent(written);
                }
                self.gate = Gate::Open;
                Poll::Ready(Ok(()))
            }
            Gate::Counting { left: 0, then } => {
                let reset = matches!(then, Then::Reset);
                Poll::Ready(Err(self.break_off(reset)))
            }
            Gate::Shut => Poll::Ready(Err(broken())),
            _ => Poll::Ready(Ok(())),
        }
    }
}

fn broken() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        self.line.count_received(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

/// Not vectored, so that every byte passes the gate in order.
impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.take_order();
        let allowed = ready!(self.poll_allowance(cx, bytes))?;
        let bytes = bytes.get(..allowed).unwrap_or(bytes);
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.note_written(bytes.get(..written).unwrap_or(bytes));
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_spent(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_spent(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_end_of_the_head_across_writes() {
        let mut head = HeadEnd::default();
        assert_eq!(head.scan(b"A: b\r\n\r"), (7, false));
        head.advance(b"A: b\r\n\r");
        assert_eq!(head.scan(b"\nbody"), (1, true));
        assert_eq!(HeadEnd::default().scan(b"\r\r\n\r\nx"), (5, true));
    }

    #[test]
    fn traffic_of_control_connections_does_not_count() {
        let traffic = Arc::new(Traffic::default());
        let (till, control) = (Line::new(&traffic), Line::new(&traffic));
        till.count_received(10);
        control.count_received(5);
        control.mark_control();
        control.count_sent(7);
        assert_eq!(traffic.connections.load(Ordering::Relaxed), 1);
        assert_eq!(traffic.received.load(Ordering::Relaxed), 10);
        assert_eq!(traffic.sent.load(Ordering::Relaxed), 0);
    }
}
