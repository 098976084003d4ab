//! The options of `open`.

use std::fs;

use crate::payment::Millis;
use crate::payment::policy::Policy;
use crate::protocol::dialect::Dialect;
use crate::protocol::request::{Method, Methods};
use crate::protocol::sentences::Taught;
use crate::till::error::Error;
use crate::till::http::{HttpError, HttpOptions};
use crate::till::pictures::Pictures;
use crate::till::secret_store::Scope;

/// The platform's default address (section 1).
pub const DEFAULT_BASE: &str = "http://dct.semoor.cn";

/// The options of a till.
#[derive(Clone, Debug)]
pub struct Options {
    /// How to reach the platform.
    pub http: HttpOptions,
    /// The times and counts that the rules use.
    pub policy: Policy,
    /// The value of `ver` that is sent to the platform.
    pub ver: String,
    /// Whether to read the config from the platform at open.
    pub refresh_config: bool,
    /// Keeps charging at the last config's server when the platform names one that is not allowed.
    pub keep_server: bool,
    /// Accepts a ledger that is a copy or a backup as the till's own, because a person decided so.
    pub accept_ledger: bool,
    /// Who may unseal the secrets of the data folder.
    pub secret_scope: Scope,
    /// Sentences of the platform that the integrator has classified.
    pub taught: Taught,
    /// How the platform behaves where the document is unclear.
    pub dialect: Dialect,
    /// The quiet time of a refund, if the caller sets one.
    pub refund_quiet_ms: Option<Millis>,
    /// Pictures for the templates of receipts.
    pub pictures: Pictures,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            http: HttpOptions {
                base: DEFAULT_BASE.to_owned(),
                connect_ms: 10_000,
                response_ms: 30_000,
                ca_pem: None,
                proxy: None,
                https_only: false,
                plain_server: false,
                allowed_hosts: Vec::new(),
                missing_end_tags: false,
                methods: Methods::default(),
                prepare: true,
                prepare_ms: 60_000,
                prepare_age_ms: 15_000,
            },
            policy: Policy::default(),
            ver: concat!("wsy", env!("CARGO_PKG_VERSION")).to_owned(),
            refresh_config: true,
            keep_server: false,
            accept_ledger: false,
            secret_scope: Scope::User,
            taught: Taught::default(),
            dialect: Dialect::default(),
            refund_quiet_ms: None,
            pictures: Pictures::default(),
        }
    }
}

impl Options {
    /// Sets one option by name.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            "base" => self.http.base = value.to_owned(),
            "proxy" => self.http.proxy = (!value.is_empty()).then(|| value.to_owned()),
            "ca_file" => {
                let pem = fs::read(value).map_err(|error| HttpError::CaFile { path: value.into(), error })?;
                self.http.ca_pem = Some(pem);
            }
            "https_only" => self.http.https_only = flag(name, value)?,
            "plain_server" => self.http.plain_server = flag(name, value)?,
            "allowed_hosts" => self.http.allowed_hosts = words(value),
            "time_method" => self.http.methods.time = method(name, value)?,
            "micropay_method" => self.http.methods.micropay = method(name, value)?,
            "query_method" => self.http.methods.query = method(name, value)?,
            "refund_method" => self.http.methods.refund = method(name, value)?,
            "read_method" => self.http.methods.read = method(name, value)?,
            "ver" if value.is_empty() || value.contains(char::is_control) => {
                return Err(bad(name, "is empty, or contains line breaks or other control characters"));
            }
            "ver" => self.ver = value.to_owned(),
            "refresh_config" => self.refresh_config = flag(name, value)?,
            "keep_server" => self.keep_server = flag(name, value)?,
            "accept_ledger" => self.accept_ledger = flag(name, value)?,
            "secret_scope" => {
                self.secret_scope = match value {
                    "user" => Scope::User,
                    "machine" => Scope::Machine,
                    _ => return Err(bad(name, "has to be user or machine")),
                };
            }
            "connect_ms" => self.http.connect_ms = number(name, value, 100..=120_000)?,
            "response_ms" => self.http.response_ms = number(name, value, 100..=300_000)?,
            "prepare" => self.http.prepare = flag(name, value)?,
            "prepare_ms" => self.http.prepare_ms = number(name, value, 1_000..=3_600_000)?,
            "prepare_age_ms" => self.http.prepare_age_ms = number(name, value, 100..=60_000)?,
            "poll_ms" => self.policy.poll_ms = number(name, value, 50..=60_000)?,
            "first_query_ms" => self.policy.first_query_ms = number(name, value, 10..=60_000)?,
            "deadline_ms" => self.policy.deadline_ms = deadline(value)?,
            "quiet_ms" => {
                self.policy.quiet_ms = number(name, value, 100..=3_600_000)?;
                self.policy.crashed_quiet_ms = 2 * self.policy.quiet_ms;
                self.policy.refund_quiet_ms = self.refund_quiet_ms();
            }
            "refund_quiet_ms" => {
                self.refund_quiet_ms = Some(number(name, value, 100..=86_400_000)?);
                self.policy.refund_quiet_ms = self.refund_quiet_ms();
            }
            "final_sentences" => self.taught.final_ones = sentences(value),
            "absent_sentences" => self.taught.absent_ones = sentences(value),
            "device_sentences" => self.taught.device_ones = sentences(value),
            "missing_end_tags" => self.http.missing_end_tags = flag(name, value)?,
            _ if self.pictures.set(name, value) => {}
            _ => match self.dialect.set(name, value) {
                Some(done) => done.map_err(|ways| bad(name, &format!("has to be {ways}")))?,
                None => return Err(bad(name, "is not known")),
            },
        }
        Ok(())
    }
}

impl Options {
    /// The default is long: a bill may lag behind a refund for longer than a request can be in transit.
    fn refund_quiet_ms(&self) -> Millis {
        self.refund_quiet_ms.unwrap_or(self.policy.quiet_ms.saturating_mul(15))
    }
}

/// Parses comma-separated words.
fn words(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Parses sentences, one per line: a sentence may contain commas.
fn sentences(value: &str) -> Vec<String> {
    value.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Parses a deadline in ms.
pub fn deadline(value: &str) -> Result<u64, Error> {
    number("deadline_ms", value, 1..=3_600_000)
}

/// Parses the series of a reprint (section 3.5, an Int).
pub fn custom_series(value: &str) -> Result<u32, Error> {
    let series = number("custom_series", value, 0..=2_147_483_647)?;
    u32::try_from(series).map_err(|error| bad("custom_series", &error.to_string()))
}

/// Parses `0` or `1`.
pub fn flag(name: &str, value: &str) -> Result<bool, Error> {
    match value {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(bad(name, "has to be 0 or 1")),
    }
}

/// Parses `GET` or `POST`, in upper or lower case.
fn method(name: &str, value: &str) -> Result<Method, Error> {
    match value.to_ascii_uppercase().as_str() {
        "GET" => Ok(Method::Get),
        "POST" => Ok(Method::Post),
        _ => Err(bad(name, "has to be GET or POST")),
    }
}

fn number(name: &str, value: &str, range: std::ops::RangeInclusive<u64>) -> Result<u64, Error> {
    value
        .trim()
        .parse()
        .ok()
        .filter(|n| range.contains(n))
        .ok_or_else(|| bad(name, &format!("has to be a number from {} to {}", range.start(), range.end())))
}

fn bad(name: &str, reason: &str) -> Error {
    Error::Option { name: name.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_within_their_range_only() {
        let mut options = Options::default();
        options.set("poll_ms", "50").unwrap();
        assert_eq!(options.policy.poll_ms, 50);
        for bad in ["49", "60001", "-1", "5s", "", "99999999999999999999"] {
            assert!(matches!(options.set("poll_ms", bad), Err(Error::Option { .. })), "{bad}");
        }
        assert_eq!(options.policy.poll_ms, 50);
    }

    #[test]
    fn the_quiet_times_keep_their_proportions_unless_they_are_named() {
        let mut options = Options::default();
        assert_eq!(options.policy.refund_quiet_ms, 15 * options.policy.quiet_ms);
        assert_eq!(options.policy.crashed_quiet_ms, 2 * options.policy.quiet_ms);
        options.set("quiet_ms", "100").unwrap();
        assert_eq!((options.policy.refund_quiet_ms, options.policy.crashed_quiet_ms), (1_500, 200));
        options.set("refund_quiet_ms", "300").unwrap();
        options.set("quiet_ms", "200").unwrap();
        assert_eq!(options.policy.refund_quiet_ms, 300);
        options.set("final_sentences", "此卡停用\n\n 余额,不足 ").unwrap();
        assert_eq!(options.taught.final_ones, ["此卡停用", "余额,不足"]);
    }

    #[test]
    fn each_call_has_a_method_of_its_own() {
        let mut options = Options::default();
        let before = options.http.methods;
        options.set("query_method", "get").unwrap();
        assert_eq!(options.http.methods, Methods { query: Method::Get, ..before });
        options.set("query_method", "POST").unwrap();
        assert_eq!(options.http.methods, before);
        for bad in ["", "PUT", "GET ", "1"] {
            assert!(matches!(options.set("time_method", bad), Err(Error::Option { .. })), "{bad}");
        }
        options.set("config_method", "POST").unwrap_err();
    }

    #[test]
    fn an_option_that_is_not_known_is_an_error() {
        let error = Options::default().set("pol_ms", "50").unwrap_err();
        assert!(error.to_string().contains("pol_ms"), "{error}");
    }
}
