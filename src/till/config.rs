//! Activation and the pay config: who this till is, where it sends, what it may do.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, RwLockWriteGuard};
use std::time::UNIX_EPOCH;

use crate::chain::chain;
use crate::driver;
use crate::payment::{Delivery, Millis};
use crate::protocol::answer::{self, Activation, AnswerError};
use crate::protocol::config::{self, Config, ConfigAnswer};
use crate::protocol::request::{self, Device};
use crate::till::device::Activated;
use crate::till::error::Error;
use crate::till::host_id::HostId;
use crate::till::{Till, clock, device, files};

/// Where a config came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigSource {
    /// From the platform, in this run.
    Platform,
    /// From the file that an earlier answer was saved in.
    File,
}

/// A config, and how old it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownConfig {
    /// The config.
    pub config: Config,
    /// Where it came from.
    pub source: ConfigSource,
    /// Wall time at which the platform gave it, ms since 1970.
    pub read_ms: i64,
}

impl KnownConfig {
    /// How old it is, in seconds.
    pub fn age_s(&self) -> i64 {
        (clock::wall() - self.read_ms).max(0) / 1000
    }
}

/// Why nothing is charged, although a config may be known. Kept over restarts, until a config is good again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The platform does not take the device or its key (section 2). With its sentence.
    Device(String),
    /// The platform has moved to a server that is not allowed. With the reason.
    Server(String),
}

impl Refusal {
    /// What a call that charges returns.
    pub fn error(&self) -> Error {
        match self {
            Self::Device(info) => Error::ActivateAgain(info.clone()),
            Self::Server(reason) => Error::ServerNotAllowed(reason.clone()),
        }
    }

    /// The word for it, and what was said.
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

/// The config in use, and what speaks against it.
#[derive(Debug, Default)]
pub(super) struct ConfigState {
    known: Option<Arc<KnownConfig>>,
    refusal: Option<Refusal>,
    /// The platform refused a payment's request for its device (remark 2): the config, read once, says whether that is so.
    is_doubted: bool,
}

impl Till {
    /// The config in use: the platform's, or the saved one where the platform could not be reached.
    pub fn config(&self) -> Option<Arc<KnownConfig>> {
        self.config.read().known.clone()
    }

    /// Reads the config from the platform (section 2), saves it and uses it.
    pub fn refresh_config(&self) -> Result<Arc<KnownConfig>, Error> {
        let device = self.device()?;
        let body = match self.http.ask(&request::config(&device, &self.options.ver), Millis::MAX) {
            Delivery::Answer(body) => body,
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) => {
                return Err(self.no_config(driver::Error::NoAnswer(reason).into()));
            }
            Delivery::NotSent(reason) => return Err(self.no_config(driver::Error::NotSent(reason).into())),
        };
        match config::parse(&body) {
            Ok(ConfigAnswer::Good(config)) if config.device_id != device.id => {
                Err(self.no_config(Error::BadAnswer(AnswerError::OfDevice(config.device_id))))
            }
            Ok(ConfigAnswer::Good(config)) => {
                if let Err(reason) = self.http.allows(&config.server) {
                    return Err(self.refused(&device, Refusal::Server(reason)));
                }
                if let Err(error) = files::update(&self.config_path(), &body) {
                    self.log.warn(&format!("config.not_saved {error}"));
                }
                let known =
                    KnownConfig { config: *config, source: ConfigSource::Platform, read_ms: clock::wall() };
                self.log.info(&format!("config.read server={}", known.config.server));
                self.forget_refusal();
                Ok(self.use_config(known))
            }
            Ok(ConfigAnswer::ActivateAgain(info)) => Err(self.refused(&device, Refusal::Device(info))),
            Ok(ConfigAnswer::Refused(info)) if self.options.taught.names_device(&info) => {
                Err(self.refused(&device, Refusal::Device(info)))
            }
            Ok(ConfigAnswer::Refused(info)) => Err(self.no_config(driver::Error::Refused(info).into())),
            Err(error) => Err(self.no_config(Error::BadAnswer(error))),
        }
    }

    /// Activates this till with a one-time code (section 1). The device is on disk when this returns.
    pub fn activate(&self, initkey: &str, host: &HostId) -> Result<Device, Error> {
        if initkey.trim().is_empty() || initkey.chars().any(char::is_control) {
            return Err(Error::ActivationInput("activation code"));
        }
        let _lock = self.in_flight.lock("activation", "")?;
        // A code is spent by one success, so nothing that can be known beforehand may fail afterwards (note 16).
        device::probe(&self.folder, self.secrets.as_ref()).map_err(Error::Folder)?;
        let activate = request::activate(host.as_str(), initkey.trim());
        let device = match self.http.send_money(&activate, Millis::MAX) {
            Delivery::NotSent(reason) => return Err(driver::Error::NotSent(reason).into()),
            Delivery::MaybeSent(reason) | Delivery::Reset(reason) => {
                return Err(self.activation_lost(driver::Error::NoAnswer(reason).into()));
            }
            Delivery::Answer(body) => match answer::activation(&body) {
                Ok(Activation::Done(device)) => device,
                Ok(Activation::Refused(info)) => {
                    self.log.warn(&format!("activation.refused {info}"));
                    return Err(Error::ActivationRefused(info));
                }
                Err(error) => return Err(self.activation_lost(error.into())),
            },
        };
        // What the code was spent on is kept, even if another till of this process has the device.
        device::save(&self.folder, &device, self.secrets.as_ref()).map_err(Error::Folder)?;
        self.set_device(device.clone())?;
        Ok(device)
    }

    /// Takes a device id and key that came from the back office (the document's remark 1), and keeps them.
    pub fn set_device(&self, device: Device) -> Result<(), Error> {
        let bad = |text: &str| text.is_empty() || text.chars().any(|c| c.is_control() || c == ' ');
        if bad(&device.id) || bad(&device.key) {
            return Err(Error::ActivationInput("device id or key"));
        }
        let mut own = self.device.write();
        let activated = Activated::take(&self.http.base(), device, own.as_ref())?;
        device::save(&self.folder, &activated.device, self.secrets.as_ref()).map_err(Error::Folder)?;
        self.log.info(&format!("device.set device_id={}", activated.device.id));
        *own = Some(activated);
        drop(own);
        *self.state() = ConfigState::default();
        self.forget_refusal();
        // The device stands whether or not its config can be read now; `config` says which it is.
        let _ = self.refresh_config();
        Ok(())
    }

    pub(super) fn configure_at_open(&self) {
        let Ok(device) = self.device() else { return };
        if self.options.refresh_config && self.refresh_config().is_ok() {
            return;
        }
        let refusal = self.saved_refusal(&device);
        let mut state = self.state();
        state.refusal = state.refusal.take().or(refusal);
        drop(state);
        if let Some(saved) = self.saved_config(&device) {
            self.log.warn(&format!("config.from_file age_s={}", saved.age_s()));
            self.use_config(saved);
        }
    }

    /// Why nothing is charged, if it is so.
    pub fn refusal(&self) -> Option<Refusal> {
        let refusal = self.state().refusal.clone();
        refusal.filter(|refusal| !self.options.keep_server || !matches!(refusal, Refusal::Server(_)))
    }

    /// The platform refused a payment's request. Where that is for the device, the next charge reads the config before it is sent.
    pub(super) fn heed_refusal(&self, info: &str) {
        if answer::names_device(info) || self.options.taught.names_device(info) {
            self.state().is_doubted = true;
        }
    }

    /// Whether a payment has to wait until the config is read from the platform.
    pub fn has_to_read_config(&self) -> bool {
        match self.refusal() {
            Some(Refusal::Device(_)) => false,
            // The platform may have come back, or whoever stood between it and the till may be gone.
            Some(Refusal::Server(_)) => true,
            None => {
                let state = self.state();
                (state.known.is_none() || state.is_doubted) && self.device_id().is_some()
            }
        }
    }

    /// The config for a payment, read now if it has to be.
    pub(super) fn config_to_charge(&self) -> Result<Arc<KnownConfig>, Error> {
        if let Some(refusal @ Refusal::Device(_)) = self.refusal() {
            return Err(refusal.error());
        }
        let known = self.config();
        match known {
            Some(known) if !self.has_to_read_config() => Ok(known),
            known => self.refresh_config().or_else(|error| match (self.refusal(), known, error) {
                (Some(refusal), ..) => Err(refusal.error()),
                (None, Some(known), _) => Ok(known),
                (None, None, error @ Error::ServerNotAllowed(_)) => Err(error),
                (None, None, error) => Err(Error::NoConfig(Some(Box::new(error)))),
            }),
        }
    }

    fn use_config(&self, known: KnownConfig) -> Arc<KnownConfig> {
        self.http.set_server(&known.config.server);
        let known = Arc::new(known);
        self.state().known = Some(known.clone());
        known
    }

    fn state(&self) -> RwLockWriteGuard<'_, ConfigState> {
        self.config.write()
    }

    /// Nothing is charged from now on.
    fn refused(&self, device: &Device, refusal: Refusal) -> Error {
        let (word, said) = refusal.parts();
        let text =
            format!("device_id={}\nrefusal={word}\nsaid={}\n", device.id, said.replace(['\r', '\n'], " "));
        if let Err(error) = files::update(&self.refusal_path(), text.as_bytes()) {
            self.log.warn(&format!("config.refusal_not_saved {error}"));
        }
        let error = refusal.error();
        let mut state = self.state();
        (state.refusal, state.is_doubted) = (Some(refusal), false);
        drop(state);
        self.no_config(error)
    }

    fn forget_refusal(&self) {
        if let Err(error) = files::remove(&self.refusal_path()) {
            self.log.warn(&format!("config.refusal_not_removed {error}"));
        }
        let mut state = self.state();
        (state.refusal, state.is_doubted) = (None, false);
    }

    fn refusal_path(&self) -> PathBuf {
        self.folder.join("config.refusal")
    }

    /// What an earlier run was told about this device.
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
            Ok(ConfigAnswer::Good(config))
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

    fn activation_lost(&self, reason: Error) -> Error {
        self.log.error(&format!("activation.lost the code may be used up: {}", chain(&reason)));
        Error::ActivationLost(Box::new(reason))
    }
}
