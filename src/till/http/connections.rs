//! Connections, opened by ureq: names, TCP, proxies and TLS. Questions share the few that are kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::unversioned::resolver::Resolver;
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, DefaultConnector, NextTimeout, ShutdownHandle, Transport, time,
};

use super::address::Address;
use super::names::Names;
use crate::till::limited::left;

/// A connection.
pub type Connection = Box<dyn Transport>;

/// So many idle connections are kept; a till seldom asks two things at once.
const KEPT: usize = 2;
/// An idle connection is not used after this. Servers close theirs after some seconds, often without a word that gets
/// through.
const IDLE: Duration = Duration::from_secs(15);

/// All connections of a till.
pub struct Connections {
    config: Config,
    connector: Arc<DefaultConnector>,
    live: Arc<Mutex<Live>>,
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

impl Connections {
    /// Opens none yet.
    pub fn new(config: Config) -> Self {
        Self { config, connector: Arc::new(DefaultConnector::new()), live: Arc::default() }
    }

    /// Opens a connection: looks the name up, connects, and where the address says so encrypts, all within the limit.
    /// Nothing of a request is sent.
    pub fn open(&self, address: &Address, limit: Duration) -> Result<Connection, ureq::Error> {
        let uri = &address.uri;
        let connector = Arc::clone(&self.connector);
        let live = Arc::clone(&self.live);
        let by_proxy =
            self.config.proxy().is_some_and(|proxy| !proxy.resolve_target() && !proxy.is_no_proxy(uri));
        let until = Instant::now() + limit;
        let addrs = if by_proxy { Names.empty() } else { Names.resolve(uri, &self.config, rest(until))? };
        let details = ConnectionDetails {
            uri,
            addrs,
            config: &self.config,
            request_level: false,
            resolver: &Names,
            now: time::Instant::now(),
            timeout: rest(until),
            current_time: Arc::new(time::Instant::now),
            run_connector: Arc::new(move |details| connect(&connector, details)),
            register_shutdown: Arc::new(move |handle| lock(&live).register(handle)),
        };
        let connection = connect(&self.connector, &details)?;
        if address.is_encrypted() && !connection.is_tls() {
            Err(ureq::Error::TlsRequired)
        } else {
            Ok(connection)
        }
    }

    /// A connection to this address that was kept, if there is one. The other end may have closed it meanwhile. One on which
    /// bytes are waiting is not used: they would be taken for the answer to what is asked next.
    pub fn kept(&self, address: &Address) -> Option<Connection> {
        let mut live = lock(&self.live);
        live.idle.retain_mut(|idle| idle.since.elapsed() < IDLE && idle.connection.is_open());
        let at = live.idle.iter().rposition(|idle| idle.address.shares_connections_with(address))?;
        Some(live.idle.swap_remove(at).connection)
    }

    /// Keeps a connection for the next question.
    pub fn keep(&self, address: &Address, connection: Connection) {
        let mut live = lock(&self.live);
        if !live.closed && live.idle.len() < KEPT {
            live.idle.push(Idle { address: address.clone(), connection, since: Instant::now() });
        }
    }

    /// Cuts every connection; none can be opened any more.
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
    }
}

impl Live {
    fn register(&mut self, handle: Weak<dyn ShutdownHandle>) -> Result<(), ureq::Error> {
        if self.closed {
            return Err(std::io::Error::new(std::io::ErrorKind::NotConnected, "the till is closed").into());
        }
        self.handles.retain(|known| known.strong_count() > 0);
        self.handles.push(handle);
        Ok(())
    }
}

/// The limit for what opening a connection still has to do.
fn rest(until: Instant) -> NextTimeout {
    NextTimeout {
        after: time::Duration::Exact(left(until)),
        reason: ureq::Timeout::Connect,
        ..NextTimeout::default()
    }
}

fn connect(connector: &DefaultConnector, details: &ConnectionDetails<'_>) -> Result<Connection, ureq::Error> {
    connector.connect(details, None)?.ok_or(ureq::Error::ConnectionFailed)
}

fn lock(live: &Mutex<Live>) -> MutexGuard<'_, Live> {
    live.lock().unwrap_or_else(PoisonError::into_inner)
}
