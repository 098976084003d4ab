//! The pay config: the server that a till sends to, and what it may do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use crate::chain::chain;
use crate::driver;
use crate::payment::{Delivery, Millis};
use crate::protocol::config::{self, Config, ConfigResponse};
use crate::protocol::request::{self, Device};
use crate::protocol::response::{self, ResponseError};
use crate::till::error::Error;
use crate::till::{Till, clock, files};

/// Where a config came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigSource {
    /// From the platform, in this run.
    Platform,
    /// From the file that holds an earlier response.
    File,
}

/// A config, its source and its age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownConfig {
    /// The config.
    pub config: Config,
    /// Where it came from.
    pub source: ConfigSource,
    /// When the platform sent it, in ms since 1970.
    pub read_ms: i64,
}

impl KnownConfig {
    /// The config's age in seconds.
    pub fn age_s(&self) -> i64 {
        (clock::wall() - self.read_ms).max(0) / 1000
    }
}

/// Why charging is blocked, even with a known config. Survives restarts until a good config is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The platform does not accept the device or its key (section 2). With its message.
    Device(String),
    /// The platform has moved to a server that is not allowed. With the reason.
    Server(String),
}

impl Refusal {
    /// The error that a call that charges returns.
    pub fn error(&self) -> Error {
        match self {
            Self::Device(info) => Error::ActivateAgain(info.clone()),
            Self::Server(reason) => Error::ServerNotAllowed(reason.clone()),
        }
    }

    /// The word for this refusal, and the message or reason.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Device(info) => ("device", info),
            Self::Server(reason) => ("server", reason),
        }
    }

    fn read(word: &str, said: String) -> Option<Self> {
        match word {
            "device" => Some(Self::Device(said)),
            "server" => Some(Self::Server(said)),
            _ => None,
        }
    }
}

/// The config in use, and any reason not to use it.
#[derive(Debug, Default)]
pub(super) struct ConfigState {
    known: Option<Arc<KnownConfig>>,
    refusal: Option<Refusal>,
    /// The platform refused a payment because of its device (remark 2);
    /// reading the config once confirms or disproves that.
    is_doubted: bool,
}

impl ConfigState {
    /// Why charging is blocked. With `keeps_server`, a server that is not allowed does not block it.
    fn refusal(&self, keeps_server: bool) -> Option<&Refusal> {
        self.refusal.as_ref().filter(|refusal| !keeps_server || !matches!(refusal, Refusal::Server(_)))
    }

    /// Returns whether a config is known and not in doubt.
    const fn is_current(&self) -> bool {
        self.known.is_some() && !self.is_doubted
    }
}

impl Till {
    /// The config in use: the platform's, or the saved one if the platform could not be reached.
    pub fn config(&self) -> Option<Arc<KnownConfig>> {
        self.config.read().known.clone()
    }

    /// Reads the config from the platform (section 2), saves it and uses it.
    pub fn refresh_config(&self) -> Result<Arc<KnownConfig>, Error> {
        let device = self.device()?;
        let body = match self.http.ask(&request::config(&device, &self.options.ver), Millis::MAX) {
            Delivery::Response(body) => body,
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) => {
                return Err(self.no_config(driver::Error::NoResponse(reason).into()));
            }
            Delivery::NotSent(reason) => return Err(self.no_config(driver::Error::NotSent(reason).into())),
        };
        match config::parse(&body) {
            Ok(ConfigResponse::Good(config)) if config.device_id != device.id => {
                Err(self.no_config(Error::BadResponse(ResponseError::OfDevice(config.device_id))))
            }
            Ok(ConfigResponse::Good(config)) => {
                if let Err(reason) = self.http.allows(&config.server) {
                    return Err(self.refused(&device, Refusal::Server(reason)));
                }
                if let Err(error) = self.keep(&self.config_path(), &body) {
                    self.log.warn(&format!("config.not_saved {error}"));
                }
                let known =
                    KnownConfig { config: *config, source: ConfigSource::Platform, read_ms: clock::wall() };
                self.log.info(&format!("config.read server={}", known.config.server));
                self.forget_refusal();
                Ok(self.use_config(known))
            }
            Ok(ConfigResponse::ActivateAgain(info)) => Err(self.refused(&device, Refusal::Device(info))),
            Ok(ConfigResponse::Refused(info)) if self.options.taught.names_device(&info) => {
                Err(self.refused(&device, Refusal::Device(info)))
            }
            Ok(ConfigResponse::Refused(info)) => Err(self.no_config(driver::Error::Refused(info).into())),
            Err(error) => Err(self.no_config(Error::BadResponse(error))),
        }
    }

    pub(super) fn configure_at_open(&self) {
        let Ok(device) = self.device() else { return };
        if self.options.refresh_config && self.refresh_config().is_ok() {
            return;
        }
        let refusal = self.saved_refusal(&device);
        let mut state = self.config.write();
        state.refusal = state.refusal.take().or(refusal);
        drop(state);
        if let Some(saved) = self.saved_config(&device) {
            self.log.warn(&format!("config.from_file age_s={}", saved.age_s()));
            self.use_config(saved);
        }
    }

    /// Why charging is blocked, if it is.
    pub fn refusal(&self) -> Option<Refusal> {
        self.config.read().refusal(self.options.keep_server).cloned()
    }

    /// Records that the platform refused a payment. If the device was the reason,
    /// the next charge reads the config before it sends anything.
    pub(super) fn heed_refusal(&self, info: &str) {
        if response::names_device(info) || self.options.taught.names_device(info) {
            self.config.write().is_doubted = true;
            // It may have been an earlier device.
            self.earlier.write().refuse();
        }
    }

    /// Returns whether a payment has to wait until the config is read from the platform.
    pub fn has_to_read_config(&self) -> bool {
        let state = self.config.read();
        match state.refusal(self.options.keep_server) {
            Some(Refusal::Device(_)) => false,
            // The platform may have moved back, or an intercepted connection may be fixed.
            Some(Refusal::Server(_)) => true,
            None => !state.is_current() && self.device_id().is_some(),
        }
    }

    /// Returns whether a payment would be sent without reading the config first.
    pub(super) fn is_ready_to_charge(&self) -> bool {
        let state = self.config.read();
        state.refusal(self.options.keep_server).is_none() && state.is_current()
    }

    /// Returns the config for a payment, and reads it from the platform if necessary.
    pub(super) fn config_to_charge(&self) -> Result<Arc<KnownConfig>, Error> {
        let state = self.config.read();
        let known = match (state.refusal(self.options.keep_server), &state.known) {
            (Some(refusal @ Refusal::Device(_)), _) => return Err(refusal.error()),
            (None, Some(known)) if state.is_current() => return Ok(known.clone()),
            (_, known) => known.clone(),
        };
        // `refresh_config` takes the lock.
        drop(state);
        self.refresh_config().or_else(|error| match (self.refusal(), known, error) {
            (Some(refusal), ..) => Err(refusal.error()),
            (None, Some(known), _) => Ok(known),
            (None, None, error @ Error::ServerNotAllowed(_)) => Err(error),
            (None, None, error) => Err(Error::NoConfig(Some(Box::new(error)))),
        })
    }

    fn use_config(&self, known: KnownConfig) -> Arc<KnownConfig> {
        self.http.set_server(&known.config.server);
        for (name, pattern) in known.config.unread_patterns() {
            self.log.error(&format!("config.pattern_not_read name={name} pattern={pattern}"));
        }
        let known = Arc::new(known);
        self.config.write().known = Some(known.clone());
        known
    }

    /// Blocks charging from now on.
    fn refused(&self, device: &Device, refusal: Refusal) -> Error {
        let (word, said) = refusal.parts();
        let text =
            format!("device_id={}\nrefusal={word}\nsaid={}\n", device.id, said.replace(['\r', '\n'], " "));
        if let Err(error) = self.keep(&self.refusal_path(), text.as_bytes()) {
            self.log.warn(&format!("config.refusal_not_saved {error}"));
        }
        let error = refusal.error();
        let mut state = self.config.write();
        (state.refusal, state.is_doubted) = (Some(refusal), false);
        drop(state);
        self.no_config(error)
    }

    pub(super) fn forget_refusal(&self) {
        let removed = self.check_folder().map_err(io::Error::other);
        if let Err(error) = removed.and_then(|()| files::remove(&self.refusal_path())) {
            self.log.warn(&format!("config.refusal_not_removed {error}"));
        }
        let mut state = self.config.write();
        (state.refusal, state.is_doubted) = (None, false);
    }

    /// Replaces a file of the folder, if the folder is still this till's own.
    fn keep(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.check_folder().map_err(io::Error::other)?;
        files::update(path, bytes)
    }

    fn refusal_path(&self) -> PathBuf {
        self.folder.join("config.refusal")
    }

    /// Reads the refusal that an earlier run saved for this device.
    fn saved_refusal(&self, device: &Device) -> Option<Refusal> {
        let text = fs::read_to_string(self.refusal_path()).ok()?;
        let mut lines = text.lines();
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        let (of, word, said) = (field("device_id")?, field("refusal")?, field("said")?);
        if of == device.id { Refusal::read(&word, said) } else { None }
    }

    fn config_path(&self) -> PathBuf {
        self.folder.join("config.xml")
    }

    fn saved_config(&self, device: &Device) -> Option<KnownConfig> {
        let path = self.config_path();
        let body = fs::read(&path).ok()?;
        let saved = fs::metadata(&path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        match config::parse(&body) {
            Ok(ConfigResponse::Good(config))
                if config.device_id == device.id && self.http.allows(&config.server).is_ok() =>
            {
                Some(KnownConfig {
                    config: *config,
                    source: ConfigSource::File,
                    read_ms: i64::try_from(saved.as_millis()).unwrap_or(i64::MAX),
                })
            }
            _ => None,
        }
    }

    fn no_config(&self, error: Error) -> Error {
        self.log.warn(&format!("config.not_read {}", chain(&error)));
        error
    }
}
