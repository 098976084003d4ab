//! Connections: name resolution and TCP are ours, proxies and TLS are ureq's. Queries share the few
//! connections that are kept.

use std::io;
use std::sync::{Arc, MutexGuard, OnceLock, Weak};
use std::time::{Duration, Instant};

use ureq::Proxy;
use ureq::config::Config;
use ureq::unversioned::resolver::Resolver;
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector, ShutdownHandle,
    Transport, time,
};

use super::address::Address;
use super::prepared::{Prepared, Times};
use super::resolver::SystemResolver;
use super::tcp::{AT_ONCE, Socket, Tcp};
use crate::sync::Mutex;
#[cfg(unix)]
use crate::sys::process::LetGo;
use crate::sys::stdio;
use crate::till::limited::left;

/// The number of idle connections to keep; a till seldom sends two queries at once.
const KEPT: usize = 2;
/// The age at which an idle connection is no longer used. Servers close theirs after some seconds, often
/// without the client noticing.
const IDLE: Duration = Duration::from_secs(15);

/// All connections of a till.
pub struct Connections {
    config: Config,
    /// The same without its proxy, for the connection to the proxy itself.
    without_proxy: Config,
    resolver: Arc<SystemResolver>,
    tls: Arc<RustlsConnector>,
    live: Arc<Mutex<Live>>,
    prepared: Prepared,
}

#[derive(Default)]
struct Live {
    closed: bool,
    idle: Vec<Idle>,
    handles: Vec<Weak<dyn ShutdownHandle>>,
}

struct Idle {
    address: Address,
    connection: Connection,
    since: Instant,
}

/// A connection.
pub struct Connection {
    /// Declared first: the system may give the socket's number to another file as soon as it is closed.
    #[cfg(unix)]
    _in_children: Option<LetGo>,
    transport: Box<dyn Transport>,
    socket: Arc<Socket>,
    /// Whether no proxy is known to be on the path.
    direct: bool,
}

impl Connection {
    /// The bytes sent and received over it.
    pub fn transport(&mut self) -> &mut dyn Transport {
        self.transport.as_mut()
    }

    /// Whether nothing is waiting to be read: neither bytes nor the end of the stream. What TLS says for
    /// itself, such as the tickets for later sessions, is processed and does not count.
    pub fn is_open(&mut self) -> bool {
        let is_silent = self.transport.buffers().input().is_empty();
        is_silent && matches!(self.transport.await_input(AT_ONCE), Err(ureq::Error::Timeout(_)))
    }

    /// Keeps it from the children of this process: they would keep it open when it is closed here.
    pub fn kept_from_children(self) -> Self {
        Self {
            #[cfg(unix)]
            _in_children: Some(self.socket.let_go_in_children()),
            ..self
        }
    }

    /// Closes it although nothing was sent over it. Takes the tickets that it has for later sessions first.
    pub fn discard(mut self) {
        self.is_open();
        self.socket.shutdown();
    }

    /// Sets the moment after which nothing waits on it.
    pub fn end_by(&self, until: Instant) {
        self.socket.end_by(until);
    }

    /// For requests that move money: unless the exchange [succeeds](Self::end), the connection is closed with
    /// a reset. Must be called before anything of the request is sent.
    pub fn reset_unless_ended(self, limit: Duration) -> io::Result<Self> {
        self.socket.reset_when_closed(limit)?;
        Ok(self)
    }

    /// Closes it after a complete response.
    pub fn end(self) {
        self.socket.end_when_closed();
    }

    /// Closes it. Returns whether nothing more of the request can be delivered: a proxy forwards whatever it
    /// already has.
    pub fn reset(self) -> bool {
        self.direct
    }
}

/// Opens one connection.
#[derive(Clone)]
struct Opener {
    resolver: Arc<SystemResolver>,
    tls: Arc<RustlsConnector>,
    socket: Arc<OnceLock<Arc<Socket>>>,
    until: Instant,
}

impl Opener {
    /// Takes the steps that ureq takes by default. For a proxy, ureq uses this to open the tunnel before it
    /// continues.
    fn open(&self, details: &ConnectionDetails<'_>) -> Result<Box<dyn Transport>, ureq::Error> {
        let tunnel = ConnectProxyConnector::default().connect(details, None::<()>)?;
        let transport: Box<dyn Transport> = match tunnel {
            Some(tunnel) => Box::new(tunnel),
            None => {
                let tcp = Tcp::open(details, self.until)?;
                if details.addrs.len() > 1 {
                    tcp.peer().into_iter().for_each(|address| self.resolver.reached(address));
                }
                self.socket.get_or_init(|| tcp.socket());
                Box::new(tcp)
            }
        };
        let transport = self.tls.connect(details, Some(transport))?;
        Ok(Box::new(transport.ok_or(ureq::Error::ConnectionFailed)?))
    }
}

impl Connections {
    /// Creates the set without opening a connection. The second configuration is the first without its proxy.
    /// Without times, none is prepared.
    pub fn new(config: Config, without_proxy: Config, times: Option<Times>) -> Self {
        Self {
            config,
            without_proxy,
            resolver: Arc::default(),
            tls: Arc::default(),
            live: Arc::default(),
            prepared: Prepared::new(times),
        }
    }

    /// Has a connection to this address opened for a payment that is about to come, unless one is ready.
    /// Returns at once.
    pub fn prepare(self: &Arc<Self>, address: Arc<Address>) {
        let connections = Arc::clone(self);
        let open = move |address: &Address, limit| connections.open(address, limit);
        let connections = Arc::clone(self);
        self.prepared.want(address, move || connections.prepared.serve(open));
    }

    /// The connection that was prepared, or is being prepared.
    pub const fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// The proxy that reads requests to this address, rather than passing on what it cannot read: many open
    /// no tunnel to anything but TLS.
    pub fn proxy_that_reads(&self, address: &Address) -> Option<&Proxy> {
        self.config.proxy().filter(|_| !address.is_encrypted())
    }

    /// Opens a connection: resolves the name, connects, and encrypts if the address says so, all within the
    /// limit. Nothing of a request is sent. Nothing waits on the connection beyond that limit until
    /// [`Connection::end_by`] sets another moment.
    pub fn open(&self, address: &Address, limit: Duration) -> Result<Connection, ureq::Error> {
        let (uri, config) = match self.proxy_that_reads(address) {
            Some(proxy) => (proxy.uri(), &self.without_proxy),
            None => (&address.uri, &self.config),
        };
        let live = Arc::clone(&self.live);
        let resolver = &*self.resolver;
        if lock(&live).closed {
            return Err(closed());
        }
        // The host may have closed them since the till was opened.
        stdio::fill();
        let until = Instant::now() + limit;
        let is_tunnel = config.proxy().is_some();
        let addrs = if is_tunnel { resolver.empty() } else { resolver.resolve(uri, config, rest(until))? };
        let opener = Opener {
            resolver: Arc::clone(&self.resolver),
            tls: Arc::clone(&self.tls),
            socket: Arc::default(),
            until,
        };
        let again = opener.clone();
        let details = ConnectionDetails {
            uri,
            addrs,
            config,
            request_level: false,
            resolver,
            now: time::Instant::now(),
            timeout: rest(until),
            current_time: Arc::new(time::Instant::now),
            run_connector: Arc::new(move |details| again.open(details)),
            register_shutdown: Arc::new(move |handle| lock(&live).register(handle)),
        };
        let transport = opener.open(&details)?;
        if address.is_encrypted() && !transport.is_tls() {
            return Err(ureq::Error::TlsRequired);
        }
        let socket = opener.socket.get().cloned().ok_or(ureq::Error::ConnectionFailed)?;
        Ok(Connection {
            #[cfg(unix)]
            _in_children: None,
            transport,
            socket,
            direct: self.config.proxy().is_none(),
        })
    }

    /// Takes a kept connection to this address, if there is one. The server may close it at any moment. A
    /// connection with unread bytes is discarded: they would be taken for the response to the next query.
    pub fn kept(&self, address: &Address) -> Option<Connection> {
        let mut live = lock(&self.live);
        live.idle.retain_mut(|idle| idle.since.elapsed() < IDLE && idle.connection.is_open());
        let at = live.idle.iter().rposition(|idle| idle.address.shares_connections_with(address))?;
        Some(live.idle.swap_remove(at).connection)
    }

    /// Keeps a connection for the next query.
    pub fn keep(&self, address: &Address, connection: Connection) {
        let mut live = lock(&self.live);
        if !live.closed && live.idle.len() < KEPT {
            live.idle.push(Idle { address: address.clone(), connection, since: Instant::now() });
        }
    }

    /// Closes every connection; none can be opened afterwards.
    pub fn shutdown(&self) {
        let (idle, handles) = {
            let mut live = lock(&self.live);
            live.closed = true;
            (std::mem::take(&mut live.idle), std::mem::take(&mut live.handles))
        };
        drop(idle);
        for handle in handles.iter().filter_map(Weak::upgrade) {
            handle.shutdown();
        }
        self.prepared.close();
    }
}

impl Live {
    fn register(&mut self, handle: Weak<dyn ShutdownHandle>) -> Result<(), ureq::Error> {
        if self.closed {
            return Err(closed());
        }
        self.handles.retain(|known| known.strong_count() > 0);
        self.handles.push(handle);
        Ok(())
    }
}

fn closed() -> ureq::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the till is closed").into()
}

/// The time limit for the remaining steps of opening a connection.
fn rest(until: Instant) -> NextTimeout {
    NextTimeout {
        after: time::Duration::Exact(left(until)),
        reason: ureq::Timeout::Connect,
        ..NextTimeout::default()
    }
}

fn lock(live: &Mutex<Live>) -> MutexGuard<'_, Live> {
    live.lock()
}
