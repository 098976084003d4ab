//! HTTP to the platform, with the one distinction that matters for money: was a byte of the request offered
//! to a socket?

mod address;
mod compressed;
mod connections;
mod exchange;
mod prepared;
mod resolver;
mod tcp;

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use ureq::config::Config;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::{Agent, Proxy, ProxyProtocol};

use crate::payment::{Delivery, Millis};
use crate::protocol::request::{Host, Methods, Request};
use crate::protocol::xml;
use crate::sync::{Mutex, RwLock};
use crate::sys::process::Home;
use crate::till::clock;
use crate::till::limited::left;
use address::Address;
use connections::{Connection, Connections};
use exchange::{Afterwards, Failure, Response, exchange, message};
use prepared::Times;
use tcp::forked;

/// How long a caller with no time left still waits for a response that is about to arrive, in ms.
const LEAST_MS: Millis = 1_000;
/// How the reason begins if a certificate is refused because of the date alone.
pub const CLOCK: &str = "check this computer's clock";
/// Most requests and responses of the platform fit into this many bytes.
const BUFFER: usize = 8 * 1024;

/// How to reach the platform.
#[derive(Clone)]
pub struct HttpOptions {
    /// The server for activation and config.
    pub base: String,
    /// The limit for resolving the name, connecting and TLS together, in ms.
    pub connect_ms: u64,
    /// The limit for the start of the response, and again for its end, in ms.
    pub response_ms: u64,
    /// PEM certificates that are trusted instead of the built-in roots.
    pub ca_pem: Option<Vec<u8>>,
    /// A proxy, `http://host:port`. The proxy set in the environment is never used.
    pub proxy: Option<String>,
    /// Refuses addresses that are not `https://`.
    pub https_only: bool,
    /// Follows the config from a base with encryption to a server without.
    pub plain_server: bool,
    /// Hosts that the config's `server` may name, besides the base's own host and those below it.
    pub allowed_hosts: Vec<String>,
    /// Accepts responses without `</dm>` as complete, whatever the call.
    pub missing_end_tags: bool,
    /// The HTTP method of the calls that allow either one.
    pub methods: Methods,
    /// Keeps a connection ready for the next payment.
    pub prepare: bool,
    /// For how long after the last occasion to expect a payment, in ms.
    pub prepare_ms: u64,
    /// The age at which that connection is replaced, in ms.
    pub prepare_age_ms: u64,
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("base", &without_user(&self.base))
            .field("connect_ms", &self.connect_ms)
            .field("response_ms", &self.response_ms)
            .field("ca_pem", &self.ca_pem.is_some())
            .field("proxy", &self.proxy.as_deref().map(without_user))
            .field("https_only", &self.https_only)
            .field("plain_server", &self.plain_server)
            .field("allowed_hosts", &self.allowed_hosts)
            .field("missing_end_tags", &self.missing_end_tags)
            .field("methods", &self.methods)
            .field("prepare", &self.prepare)
            .field("prepare_ms", &self.prepare_ms)
            .field("prepare_age_ms", &self.prepare_age_ms)
            .finish()
    }
}

/// Why the options cannot be used. Names and passwords are not repeated.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Not `http://host` or `https://host`.
    #[error("`{0}` is not an address such as http://host or https://host:port")]
    Base(String),
    /// The CA file cannot be read.
    #[error("could not read the CA file {}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        error: io::Error,
    },
    /// The CA file is not valid PEM.
    #[error("could not read the certificates in the CA file")]
    CaPem(#[source] ureq::Error),
    /// The CA file has no usable certificate.
    #[error("the CA file holds no readable PEM certificate")]
    NoCa,
    /// Not a valid proxy address.
    #[error("`{0}` is not a proxy address")]
    Proxy(String),
}

/// The connection to the platform. A call that moves money uses a connection of its own that is never reused,
/// so that nothing of an earlier exchange can fail under it; it may have been opened a little before. Queries
/// share kept connections.
pub struct Http {
    base: Arc<Address>,
    server: RwLock<Arc<Address>>,
    https_only: bool,
    /// Whether the base is encrypted and the server has to be.
    is_held_to_https: bool,
    allowed_hosts: Vec<String>,
    methods: Methods,
    connections: Arc<Connections>,
    connect_ms: Millis,
    response_ms: Millis,
    /// The platform's time from its last response to a query, and when that arrived.
    date: Mutex<Option<(String, Millis)>>,
    watcher: OnceLock<Watcher>,
    missing_end_tags: bool,
    /// The only process that sends anything.
    home: Home,
}

/// Sees every exchange with the platform once it is over, including all secrets.
pub type Watcher = Box<dyn Fn(&Request, &Delivery<Vec<u8>>) + Send + Sync>;

impl Http {
    /// Prepares the connection; opens none.
    pub fn new(options: &HttpOptions) -> Result<Self, HttpError> {
        let base = Arc::new(address(&options.base, options.https_only)?);
        let times = options.prepare.then_some(Times {
            connect: Duration::from_millis(options.connect_ms),
            ready: Duration::from_millis(options.prepare_ms),
            age: Duration::from_millis(options.prepare_age_ms),
        });
        let (config, without_proxy) = (config(options, proxy_of(options)?)?, config(options, None)?);
        let named = options.allowed_hosts.iter().map(|host| host.to_ascii_lowercase());
        Ok(Self {
            https_only: options.https_only,
            is_held_to_https: base.is_encrypted() && !options.plain_server,
            allowed_hosts: std::iter::once(base.host()).chain(named).collect(),
            methods: options.methods,
            connections: Arc::new(Connections::new(config, without_proxy, times)),
            server: RwLock::new(Arc::clone(&base)),
            base,
            connect_ms: options.connect_ms,
            response_ms: options.response_ms,
            date: Mutex::new(None),
            watcher: OnceLock::new(),
            missing_end_tags: options.missing_end_tags,
            home: Home::here(),
        })
    }

    /// Sets the watcher of every exchange from now on; the first one set stays.
    pub fn watch(&self, watcher: Watcher) {
        // A second watcher is ignored.
        let _ = self.watcher.set(watcher);
    }

    fn seen(&self, request: &Request, delivery: Delivery<Vec<u8>>) -> Delivery<Vec<u8>> {
        if let Some(watcher) = self.watcher.get() {
            watcher(request, &delivery);
        }
        if self.missing_end_tags { delivery.map(xml::with_end_tag) } else { delivery }
    }

    /// The server for activation and config.
    pub fn base(&self) -> String {
        self.base.text.clone()
    }

    /// Whether the config's `server` may be used. It arrives over a connection that may not be encrypted, and
    /// every payment would go where it says.
    pub fn allows(&self, server: &str) -> Result<(), String> {
        self.server_at(server).map(drop)
    }

    /// From now on, sends calls meant for the config's `server` there; has no effect if the server is not
    /// allowed.
    pub fn set_server(&self, server: &str) {
        if let Ok(address) = self.server_at(server) {
            self.connections.prepared().leave_all_but(&address);
            *self.server.write() = address;
        }
    }

    /// Opens a connection for a payment that is about to come, and keeps one ready for a while. Returns at
    /// once. Nothing is reported: a payment that finds none opens one.
    pub fn prepare(&self) {
        self.connections.prepare(self.address_in_use());
    }

    /// The same for a request that moves money at this server.
    pub fn prepare_there(&self, server: &str) {
        if let Ok(address) = self.server_at(server) {
            self.connections.prepare(address);
        }
    }

    /// The platform's time now, in ms since 1970: the time in its last response to a query plus the time
    /// passed since.
    pub fn platform_ms(&self) -> Option<i64> {
        let date = self.date.lock();
        let (date, heard) = date.as_ref()?;
        let since = clock::monotonic().saturating_sub(*heard);
        Some(clock::of_http(date)?.saturating_add_unsigned(since))
    }

    /// The server for calls meant for the config's `server`.
    pub fn server(&self) -> String {
        self.server.read().text.clone()
    }

    /// Returns the address of a server if it is allowed. Most rows name the current one, which is.
    fn server_at(&self, server: &str) -> Result<Arc<Address>, String> {
        let in_use = self.address_in_use();
        if in_use.text == server {
            return Ok(in_use);
        }
        let address = address(server, self.https_only).map_err(|error| error.to_string())?;
        if self.is_held_to_https && !address.is_encrypted() {
            let base = &self.base.text;
            return Err(format!("{} is not encrypted, while the base {base} is", address.text));
        }
        let host = address.host();
        let below = |allowed: &String| {
            let is_name = allowed.parse::<IpAddr>().is_err();
            is_name && host.strip_suffix(allowed.as_str()).is_some_and(|name| name.ends_with('.'))
        };
        let fits = |allowed: &String| host == *allowed || below(allowed);
        if self.allowed_hosts.iter().any(fits) {
            Ok(Arc::new(address))
        } else {
            Err(format!("the host {host} is not allowed"))
        }
    }

    /// Sends a request that may be sent only once, on a connection over which nothing was ever sent, which is
    /// reset unless a complete response arrives. `left` is how long the caller still waits, in ms.
    pub fn send_money(&self, request: &Request, left: Millis) -> Delivery<Vec<u8>> {
        self.seen(request, self.send_money_at(&self.address_of(request), request, left))
    }

    /// Sends such a request to the server that its intent names, and to no other: only that one is queried
    /// later about the outcome.
    pub fn send_money_there(&self, server: &str, request: &Request, left: Millis) -> Delivery<Vec<u8>> {
        match self.server_at(server) {
            Ok(address) => self.seen(request, self.send_money_at(&address, request, left)),
            Err(reason) => Delivery::NotSent(format!("the server {server} cannot be used: {reason}")),
        }
    }

    fn send_money_at(&self, address: &Address, request: &Request, left_ms: Millis) -> Delivery<Vec<u8>> {
        let message = self.message(request, address, Afterwards::Close);
        let limits = self.limits(left_ms);
        let connect_until = Instant::now() + limits.connect();
        let held =
            |connection: Connection| connection.reset_unless_ended(limits.response.min(left(limits.until)));
        let prepared =
            self.home.is_here().then(|| self.connections.prepared().take(address, connect_until)).flatten();
        // One that cannot be held any more has ended just now, and nothing was sent over it.
        let opened = match prepared.and_then(|connection| held(connection).ok()) {
            Some(connection) => Ok(connection),
            None => self.open(address, left(connect_until)).and_then(|connection| Ok(held(connection)?)),
        };
        let mut connection = match opened {
            Ok(connection) => connection,
            Err(error) => return Delivery::NotSent(unopened(&error)),
        };
        connection.end_by(limits.until);
        match exchange(connection.transport(), &message, limits.response, limits.until) {
            Ok(response) => {
                connection.end();
                Delivery::Response(response.body)
            }
            Err(Failure { reason, .. }) => {
                if connection.reset() {
                    Delivery::Reset(reason)
                } else {
                    Delivery::MaybeSent(reason)
                }
            }
        }
    }

    /// Sends a query, which may safely be sent twice.
    pub fn ask(&self, request: &Request, left: Millis) -> Delivery<Vec<u8>> {
        self.seen(request, self.ask_at(self.address_of(request), request, left))
    }

    /// Queries the server that an earlier request went to, and no other: another platform may have an order
    /// with the same number.
    pub fn ask_there(&self, server: &str, request: &Request, left: Millis) -> Delivery<Vec<u8>> {
        match self.server_at(server) {
            Ok(address) => self.seen(request, self.ask_at(address, request, left)),
            Err(reason) => {
                Delivery::NotSent(format!("the server {server} of the order cannot be queried: {reason}"))
            }
        }
    }

    fn ask_at(&self, address: Arc<Address>, request: &Request, left: Millis) -> Delivery<Vec<u8>> {
        let message = self.message(request, &address, Afterwards::Keep);
        let limits = self.limits(left);
        // In a child, even to look at one would disturb the parent's.
        if let Some(connection) = self.home.is_here().then(|| self.connections.kept(&address)).flatten() {
            let response = self.ask_on(connection, &address, &message, &limits);
            // The server had closed it, as it may at any time.
            if !matches!(response, Err(Failure { silent: true, .. })) {
                return delivery(response);
            }
        }
        match self.open(&address, limits.connect()) {
            Ok(connection) => delivery(self.ask_on(connection, &address, &message, &limits)),
            Err(error) => Delivery::NotSent(unopened(&error)),
        }
    }

    fn open(&self, address: &Address, limit: Duration) -> Result<Connection, ureq::Error> {
        if !self.home.is_here() {
            return Err(forked().into());
        }
        self.connections.open(address, limit)
    }

    fn message(&self, request: &Request, address: &Address, afterwards: Afterwards) -> Vec<u8> {
        let proxy = self.connections.proxy_that_reads(address).map(proxy_headers);
        message(request, self.methods.of(request.call), address, afterwards, proxy.as_deref())
    }

    fn ask_on(
        &self,
        mut connection: Connection,
        address: &Address,
        message: &[u8],
        limits: &Limits,
    ) -> Result<Response, Failure> {
        connection.end_by(limits.until);
        let mut response = exchange(connection.transport(), message, limits.response, limits.until)?;
        if let Some(date) = response.date.take() {
            *self.date.lock() = Some((date, clock::monotonic()));
        }
        if response.afterwards == Afterwards::Keep {
            self.connections.keep(address, connection);
        }
        Ok(response)
    }

    /// Closes every connection; requests in flight end without a response.
    pub fn shutdown(&self) {
        self.connections.shutdown();
    }

    fn address_in_use(&self) -> Arc<Address> {
        Arc::clone(&self.server.read())
    }

    fn address_of(&self, request: &Request) -> Arc<Address> {
        match request.host {
            Host::Base => Arc::clone(&self.base),
            Host::Server => self.address_in_use(),
        }
    }

    fn limits(&self, left: Millis) -> Limits {
        let most = self.connect_ms.saturating_add(self.response_ms.saturating_mul(2));
        let until = Instant::now() + Duration::from_millis(most.min(left.max(LEAST_MS)));
        Limits {
            connect: Duration::from_millis(self.connect_ms),
            response: Duration::from_millis(self.response_ms),
            until,
        }
    }
}

/// The thread that prepares connections has its own reference to them.
impl Drop for Http {
    fn drop(&mut self) {
        self.connections.shutdown();
    }
}

/// The time limits of one exchange, including its retries.
#[derive(Clone, Copy)]
struct Limits {
    /// The limit for opening a connection.
    connect: Duration,
    /// The limit for the start of the response, and again for its end.
    response: Duration,
    /// The end of the whole exchange.
    until: Instant,
}

impl Limits {
    fn connect(&self) -> Duration {
        self.connect.min(left(self.until))
    }
}

/// Describes why a connection could not be opened. A system error is shown without the name of its layer.
fn unopened(error: &ureq::Error) -> String {
    let text = match error {
        ureq::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    };
    if is_about_the_time(error) {
        let now = clock::stamp(clock::wall());
        format!("{CLOCK}, which says {now} in Beijing: by it the server's certificate is not valid ({text})")
    } else {
        text
    }
}

/// Whether a certificate is refused because of the date alone.
fn is_about_the_time(error: &ureq::Error) -> bool {
    use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    let of_tls = match error {
        ureq::Error::Rustls(error) => Some(error),
        ureq::Error::Io(error) => error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()),
        _ => None,
    };
    let Some(rustls::Error::InvalidCertificate(reason)) = of_tls else { return false };
    matches!(reason, Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. })
}

/// The headers of a request for a proxy that reads it: the name and the password, if it has any.
fn proxy_headers(proxy: &Proxy) -> String {
    if proxy.username().is_none() && proxy.password().is_none() {
        return String::new();
    }
    let (name, password) = (proxy.username().unwrap_or_default(), proxy.password().unwrap_or_default());
    format!("Proxy-Authorization: Basic {}\r\n", BASE64_STANDARD.encode(format!("{name}:{password}")))
}

fn delivery(response: Result<Response, Failure>) -> Delivery<Vec<u8>> {
    match response {
        Ok(response) => Delivery::Response(response.body),
        Err(failure) => Delivery::MaybeSent(failure.reason),
    }
}

fn address(text: &str, https_only: bool) -> Result<Address, HttpError> {
    Address::parse(text)
        .filter(|address| address.is_encrypted() || !https_only)
        .ok_or_else(|| HttpError::Base(without_user(text).to_owned()))
}

/// An address without the name and password that may precede its host.
fn without_user(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or_default()
}

fn proxy_of(options: &HttpOptions) -> Result<Option<Proxy>, HttpError> {
    let found =
        |address: &String| proxy(address).ok_or_else(|| HttpError::Proxy(without_user(address).to_owned()));
    options.proxy.as_ref().map(found).transpose()
}

/// The settings of connections: TLS, proxy, buffers.
fn config(options: &HttpOptions, proxy: Option<Proxy>) -> Result<Config, HttpError> {
    let mut tls = TlsConfig::builder();
    if let Some(pem) = &options.ca_pem {
        tls = tls.root_certs(RootCerts::new_with_certs(&certificates(pem)?));
    }
    Ok(Agent::config_builder()
        .proxy(proxy)
        .tls_config(tls.build())
        .input_buffer_size(BUFFER)
        .output_buffer_size(BUFFER)
        .user_agent(concat!("wsy/", env!("CARGO_PKG_VERSION")))
        .build())
}

/// Parses an HTTP proxy; ureq is built without SOCKS, and would bypass such a proxy.
fn proxy(address: &str) -> Option<Proxy> {
    let is_http = |proxy: &Proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    Proxy::new(address).ok().filter(is_http)
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, HttpError> {
    let certificates: Vec<_> = ureq::tls::parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
            Ok(_) => None,
            Err(error) => Some(Err(HttpError::CaPem(error))),
        })
        .collect::<Result<_, _>>()?;
    // A system's bundle may hold certificates that this TLS library does not understand; those are skipped.
    let is_of_use =
        |one: &Certificate<'_>| RootCertStore::empty().add(CertificateDer::from(one.der())).is_ok();
    if certificates.iter().any(is_of_use) { Ok(certificates) } else { Err(HttpError::NoCa) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> HttpOptions {
        HttpOptions {
            base: "http://dct.semoor.cn".to_owned(),
            connect_ms: 1,
            response_ms: 1,
            ca_pem: None,
            proxy: None,
            https_only: false,
            plain_server: false,
            allowed_hosts: Vec::new(),
            missing_end_tags: false,
            methods: Methods::default(),
            prepare: false,
            prepare_ms: 1,
            prepare_age_ms: 1,
        }
    }

    fn http(base: &str, https_only: bool, allowed: &[&str]) -> Http {
        let allowed_hosts = allowed.iter().map(|&host| host.to_owned()).collect();
        Http::new(&HttpOptions { base: base.to_owned(), https_only, allowed_hosts, ..options() }).unwrap()
    }

    #[test]
    fn a_server_may_be_the_host_of_the_base_one_below_it_or_one_that_is_allowed() {
        let http = http("http://Dct.semoor.cn", false, &["pay.example"]);
        for server in [
            "http://dct.semoor.cn:81",
            "https://a.DCT.semoor.cn",
            "http://pay.example",
            "http://b.pay.example",
        ] {
            assert_eq!(http.allows(server), Ok(()), "{server}");
        }
        for server in [
            "http://semoor.cn",
            "http://evildct.semoor.cn",
            "http://dct.semoor.cn.evil.example",
            "http://127.0.0.1",
            "",
        ] {
            assert!(http.allows(server).is_err(), "{server}");
        }
    }

    #[test]
    fn nothing_is_below_an_ip_address() {
        let http = http("http://127.0.0.1", false, &[]);
        assert_eq!(http.allows("http://127.0.0.1:81"), Ok(()));
        assert!(http.allows("http://evil.127.0.0.1").is_err());
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        for bad in ["http://till:s3cret@host", "till:s3cret@a b"] {
            let error = address(bad, false).unwrap_err();
            assert!(!error.to_string().contains("s3cret"), "{error}");
            let options = HttpOptions { base: bad.to_owned(), proxy: Some(bad.to_owned()), ..options() };
            assert!(!format!("{options:?}").contains("s3cret"), "{options:?}");
        }
        let proxied = HttpOptions { proxy: Some("ftp://till:s3cret@host".to_owned()), ..options() };
        assert!(!Http::new(&proxied).err().unwrap().to_string().contains("s3cret"));
    }

    #[test]
    fn a_limit_shorter_than_what_a_late_response_is_given_is_kept() {
        let http = Http::new(&HttpOptions { connect_ms: 100, response_ms: 200, ..options() }).unwrap();
        for ms in [0, 350, 5_000, Millis::MAX] {
            let limits = http.limits(ms);
            assert_eq!((limits.connect().as_millis(), limits.response.as_millis()), (100, 200));
            assert!(left(limits.until) <= Duration::from_millis(500));
        }
    }

    #[test]
    fn an_exchange_takes_no_longer_than_the_caller_waits() {
        let http = Http::new(&HttpOptions { connect_ms: 10_000, response_ms: 30_000, ..options() }).unwrap();
        for (ms, most_ms) in [(1, LEAST_MS), (5_000, 5_000), (Millis::MAX, 70_000)] {
            let (most, limits) = (Duration::from_millis(most_ms), http.limits(ms));
            let whole = left(limits.until);
            assert!(whole <= most && whole > most / 2, "{whole:?}");
            assert!(limits.connect() <= most);
        }
    }

    #[test]
    fn a_base_with_encryption_leads_to_none_without_unless_that_is_allowed() {
        let with = |base: &str, plain_server| {
            let http = Http::new(&HttpOptions { base: base.to_owned(), plain_server, ..options() }).unwrap();
            ["http://dct.semoor.cn", "https://dct.semoor.cn:81"].map(|server| http.allows(server).is_ok())
        };
        assert_eq!(with("https://dct.semoor.cn", false), [false, true]);
        assert_eq!(with("https://dct.semoor.cn", true), [true, true]);
        assert_eq!(with("http://dct.semoor.cn", false), [true, true]);
    }

    #[test]
    fn a_proxy_is_told_its_name_and_password_and_nothing_else() {
        let headers = |text: &str| proxy_headers(&proxy(text).unwrap());
        assert_eq!(headers("http://10.0.0.1:8080"), "");
        assert_eq!(headers("http://till:a%3Ab@10.0.0.1"), "Proxy-Authorization: Basic dGlsbDphOmI=\r\n");
        assert_eq!(headers("http://till@10.0.0.1"), "Proxy-Authorization: Basic dGlsbDo=\r\n");
    }

    #[test]
    fn where_plain_http_is_refused_so_is_a_server_without_encryption() {
        let http = http("https://dct.semoor.cn", true, &[]);
        assert_eq!(http.allows("https://dct.semoor.cn"), Ok(()));
        assert!(http.allows("http://dct.semoor.cn").is_err());
    }
}
