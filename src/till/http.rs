//! HTTP to the platform, with the one distinction that money needs: was a byte of the request offered to a socket?

use std::cell::Cell;
use std::fmt;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::typestate::RequestScope;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};

use crate::payment::{Delivery, Millis};
use crate::protocol::request::{Host, Method, Request};
use crate::protocol::xml::MAX_BYTES;

const MAX_HEADER_BYTES: usize = 32 * 1024;
/// A caller who has no time left still gives an answer that is about to come this long, in ms.
const LEAST_MS: Millis = 1_000;

/// How to reach the platform.
#[derive(Clone)]
pub struct HttpOptions {
    /// Where activation and config go.
    pub base: String,
    /// For name lookup's connection and TLS, in ms.
    pub connect_ms: u64,
    /// For the answer to begin, and again for it to end, in ms.
    pub answer_ms: u64,
    /// Certificates in PEM that are trusted instead of the built-in roots.
    pub ca_pem: Option<Vec<u8>>,
    /// A proxy, `http://host:port`. The environment's is never used.
    pub proxy: Option<String>,
    /// Refuses addresses that are not `https://`.
    pub https_only: bool,
    /// Hosts that the config's `server` may name besides the base's own and those below it.
    pub allowed_hosts: Vec<String>,
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("base", &without_user(&self.base))
            .field("connect_ms", &self.connect_ms)
            .field("answer_ms", &self.answer_ms)
            .field("ca_pem", &self.ca_pem.is_some())
            .field("proxy", &self.proxy.as_deref().map(without_user))
            .field("https_only", &self.https_only)
            .field("allowed_hosts", &self.allowed_hosts)
            .finish()
    }
}

/// Why the options cannot be used. Names and passwords are not repeated.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Not `http://host` or `https://host`.
    #[error("`{0}` is not an address such as http://host or https://host:port")]
    Base(String),
    /// No certificate in the CA file.
    #[error("the CA file holds no certificate in PEM: {0}")]
    Ca(String),
    /// Not a proxy's address.
    #[error("`{0}` is not a proxy's address")]
    Proxy(String),
}

/// The way to the platform. Calls that move money go over a connection of their own that is never used again, so
/// that no idle connection can die under them; questions share kept connections.
pub struct Http {
    base: String,
    https_only: bool,
    allowed_hosts: Vec<String>,
    server: RwLock<Option<String>>,
    money: Agent,
    questions: Agent,
    connect_ms: Millis,
    answer_ms: Millis,
}

impl Http {
    /// Prepares the way; opens no connection.
    pub fn new(options: &HttpOptions) -> Result<Self, HttpError> {
        Ok(Self {
            base: address(&options.base, options.https_only)?,
            https_only: options.https_only,
            allowed_hosts: allowed_hosts(options),
            server: RwLock::new(None),
            money: agent(options, 0)?,
            questions: agent(options, 2)?,
            connect_ms: options.connect_ms,
            answer_ms: options.answer_ms,
        })
    }

    /// Whether the config's `server` may be used. It arrives over a connection that may not be encrypted, and every
    /// payment would go where it says.
    pub fn allows(&self, server: &str) -> Result<(), String> {
        let server = address(server, self.https_only).map_err(|error| error.to_string())?;
        let host = host_of(&server).unwrap_or_default();
        let below = |allowed: &String| {
            let is_name = allowed.parse::<IpAddr>().is_err();
            is_name && host.strip_suffix(allowed.as_str()).is_some_and(|name| name.ends_with('.'))
        };
        let fits = |allowed: &String| host == *allowed || below(allowed);
        if self.allowed_hosts.iter().any(fits) {
            Ok(())
        } else {
            Err(format!("the host {host} is not allowed"))
        }
    }

    /// From now on, calls that the config's `server` answers go there.
    pub fn set_server(&self, server: &str) {
        *self.server.write().unwrap_or_else(PoisonError::into_inner) = Some(server.to_owned());
    }

    /// Sends a request that may be sent only once, on a fresh connection. `left` is how long the caller still waits,
    /// in ms.
    pub fn send_money(&self, request: &Request, left: Millis) -> Delivery<Vec<u8>> {
        self.send(&self.money, request, left)
    }

    /// Sends a question.
    pub fn ask(&self, request: &Request, left: Millis) -> Delivery<Vec<u8>> {
        self.send(&self.questions, request, left)
    }

    /// Cuts every connection; what is on its way ends as "may be sent".
    pub fn shutdown(&self) {
        self.money.clone().shutdown();
        self.questions.clone().shutdown();
    }

    fn send(&self, agent: &Agent, request: &Request, left: Millis) -> Delivery<Vec<u8>> {
        let host = match request.host {
            Host::Base => self.base.clone(),
            Host::Server => {
                let server = self.server.read().unwrap_or_else(PoisonError::into_inner).clone();
                server.unwrap_or_else(|| self.base.clone())
            }
        };
        OFFERED.set(false);
        match exchange(agent, &host, request, self.limits(left)) {
            Ok(body) => Delivery::Answer(body),
            Err(reason) if OFFERED.get() => Delivery::MaybeSent(reason),
            Err(reason) => Delivery::NotSent(reason),
        }
    }

    fn limits(&self, left: Millis) -> Limits {
        let left = left.max(LEAST_MS);
        Limits {
            connect: Duration::from_millis(self.connect_ms.min(left)),
            answer: Duration::from_millis(self.answer_ms.min(left)),
        }
    }
}

/// How long the parts of one exchange may take.
#[derive(Clone, Copy)]
struct Limits {
    connect: Duration,
    answer: Duration,
}

impl Limits {
    /// No global limit: with one, the library's resolver starts a thread for each request.
    fn set<Any>(self, config: ConfigBuilder<RequestScope<Any>>) -> ConfigBuilder<RequestScope<Any>> {
        config
            .timeout_connect(Some(self.connect))
            .timeout_send_request(Some(self.answer))
            .timeout_send_body(Some(self.answer))
            .timeout_recv_response(Some(self.answer))
            .timeout_recv_body(Some(self.answer))
    }
}

fn exchange(agent: &Agent, host: &str, request: &Request, limits: Limits) -> Result<Vec<u8>, String> {
    let path = request.path;
    let encoded = request.encoded();
    let response = match request.method {
        Method::Get => {
            let get = agent.get(format!("{host}{path}?{encoded}"));
            limits.set(get.config()).build().call()
        }
        Method::Post => {
            let post = agent.post(format!("{host}{path}"));
            let post = limits.set(post.config()).build();
            post.content_type("application/x-www-form-urlencoded").send(encoded.as_str())
        }
    };
    let mut response = response.map_err(|error| reason(&error))?;
    if response.status() != 200 {
        return Err(format!("HTTP {}", response.status().as_u16()));
    }
    response.body_mut().with_config().limit(MAX_BYTES as u64).read_to_vec().map_err(|error| reason(&error))
}

/// The error without the address: that of a GET holds parameters, among them the activation code.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) => "the address is not valid".to_owned(),
        other => other.to_string(),
    }
}

/// What a path is put behind. One with a name and password before its host, or with a `#` (behind which the path
/// would not be sent), is refused: whoever writes such an address means something else than what would happen.
fn address(base: &str, https_only: bool) -> Result<String, HttpError> {
    let bad = || HttpError::Base(without_user(base).to_owned());
    let trimmed = base.trim().trim_end_matches('/');
    if trimmed.contains(['@', '#']) {
        return Err(bad());
    }
    let uri: Uri = trimmed.parse().map_err(|_| bad())?;
    let scheme_is_http = match uri.scheme_str() {
        Some("http") => !https_only,
        scheme => scheme == Some("https"),
    };
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    // A port that is no port would silently be the usual one.
    let port_is_good = uri.authority().is_some_and(|at| at.as_str() == at.host() || at.port_u16().is_some());
    if scheme_is_http && has_host && port_is_good && uri.query().is_none() {
        Ok(trimmed.to_owned())
    } else {
        Err(bad())
    }
}

/// An address without the name and password that may stand before its host.
fn without_user(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or_default()
}

/// The host of an address, in small letters.
fn host_of(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    Some(uri.host()?.trim_end_matches('.').to_ascii_lowercase())
}

fn allowed_hosts(options: &HttpOptions) -> Vec<String> {
    let named = options.allowed_hosts.iter().map(|host| host.to_ascii_lowercase());
    host_of(&options.base).into_iter().chain(named).collect()
}

fn agent(options: &HttpOptions, idle: usize) -> Result<Agent, HttpError> {
    let proxy = match &options.proxy {
        Some(address) => {
            Some(ureq::Proxy::new(address).map_err(|_| HttpError::Proxy(without_user(address).to_owned()))?)
        }
        None => None,
    };
    let mut tls = TlsConfig::builder();
    if let Some(pem) = &options.ca_pem {
        tls = tls.root_certs(RootCerts::new_with_certs(&certificates(pem)?));
    }
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_response_header_size(MAX_HEADER_BYTES)
        .max_idle_connections(idle)
        .max_idle_connections_per_host(idle)
        .proxy(proxy)
        .tls_config(tls.build())
        .user_agent(concat!("wsy/", env!("CARGO_PKG_VERSION")))
        .build();
    let connector = DefaultConnector::new().chain(MarkOffered { proxied: options.proxy.is_some() });
    Ok(Agent::with_parts(config, connector, DefaultResolver::default()))
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, HttpError> {
    let certificates: Vec<_> = ureq::tls::parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
            Ok(_) => None,
            Err(error) => Some(Err(HttpError::Ca(error.to_string()))),
        })
        .collect::<Result<_, _>>()?;
    if certificates.is_empty() { Err(HttpError::Ca("it is empty".to_owned())) } else { Ok(certificates) }
}

thread_local! {
    /// Whether a byte of this thread's request was offered to a socket. A request is sent and answered on the
    /// caller's thread, so this is exact.
    static OFFERED: Cell<bool> = const { Cell::new(false) };
}

/// Puts a [`Marking`] around every connection, outside TLS: the handshake is over when it begins to count. The
/// connection to a proxy, which is made by the same connectors, carries no request before it leads to the platform.
#[derive(Debug)]
struct MarkOffered {
    proxied: bool,
}

impl<In: Transport> Connector<In> for MarkOffered {
    type Out = Marking<In>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let to_the_proxy = self.proxied && details.config.proxy().is_none();
        Ok(chained.map(|transport| Marking { transport, counts: !to_the_proxy }))
    }
}

/// A connection that notes when bytes of a request are handed to it.
struct Marking<In> {
    transport: In,
    counts: bool,
}

impl<In: Transport> Transport for Marking<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if amount > 0 && self.counts {
            OFFERED.set(true);
        }
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.transport.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

impl<In: fmt::Debug> fmt::Debug for Marking<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.transport.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> HttpOptions {
        HttpOptions {
            base: "http://dct.semoor.cn".to_owned(),
            connect_ms: 1,
            answer_ms: 1,
            ca_pem: None,
            proxy: None,
            https_only: false,
            allowed_hosts: Vec::new(),
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
    fn a_limit_shorter_than_what_a_late_answer_is_given_is_kept() {
        let http = Http::new(&HttpOptions { connect_ms: 300, answer_ms: 400, ..options() }).unwrap();
        for left in [0, 350, 5_000, Millis::MAX] {
            let limits = http.limits(left);
            assert_eq!((limits.connect.as_millis(), limits.answer.as_millis()), (300, 400));
        }
        let http = Http::new(&HttpOptions { answer_ms: 30_000, ..options() }).unwrap();
        assert_eq!(http.limits(5_000).answer.as_millis(), 5_000);
        assert_eq!(http.limits(1).answer.as_millis(), u128::from(LEAST_MS));
    }

    #[test]
    fn where_plain_http_is_refused_so_is_a_server_without_encryption() {
        let http = http("https://dct.semoor.cn", true, &[]);
        assert_eq!(http.allows("https://dct.semoor.cn"), Ok(()));
        assert!(http.allows("http://dct.semoor.cn").is_err());
    }

    #[test]
    fn only_addresses_of_a_host_are_taken() {
        for (given, taken) in [
            ("http://dct.semoor.cn", "http://dct.semoor.cn"),
            (" https://till.example:8443/ ", "https://till.example:8443"),
            ("http://127.0.0.1:8080/sub", "http://127.0.0.1:8080/sub"),
        ] {
            assert_eq!(address(given, false).unwrap(), taken);
        }
        for bad in [
            "",
            "dct.semoor.cn",
            "ftp://host",
            "http://",
            "http://host?x=1",
            "http://a b",
            "http://host#x",
            "http://host:99999",
        ] {
            assert!(address(bad, false).is_err(), "{bad}");
        }
        assert!(address("http://dct.semoor.cn", true).is_err());
        assert!(address("https://dct.semoor.cn", true).is_ok());
    }
}
