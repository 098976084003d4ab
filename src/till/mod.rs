//! A till: the side effects around the money rules. It owns a data folder with the ledger, the device's key,
//! the saved config and the log; it drives the state machines of [`crate::payment`] and speaks HTTP.

mod activation;
mod calls;
pub mod cancellation;
pub mod clock;
pub mod code;
mod config;
mod device;
mod error;
mod files;
mod fonts;
pub mod host_id;
mod http;
mod in_flight;
pub mod ledger;
mod limited;
pub mod log;
mod options;
mod pictures;
pub mod printing;
mod quiet;
mod receipts;
mod running;
pub mod secret_store;
pub mod sentences;
pub mod unlisted;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Weak};

pub use crate::driver::{
    ChargeReport, ChargeRequest, ChargeVerdict, Insist, PayTypeChoice, Reconciled, Recovered, RefundReport,
    RefundRequest, RefundVerdict, VoidReport, Which,
};
pub use crate::payment::reconciliation::{Difference, Kind as DifferenceKind};
use crate::sync::{Mutex, RwLock};
pub use calls::{Asked, PlatformTime};
pub use config::{ConfigSource, KnownConfig, Refusal};
pub use error::Error;
pub use fonts::NoFont;
pub use http::{HttpError, HttpOptions, Watcher};
pub use options::{Options, custom_series, deadline, flag};
pub use pictures::{Pictures, popup_png, receipt_png};
pub use receipts::{Given, Slip};
pub use running::{Admission, ChargeRun, Locks, RecoverRun, RefundAdmission, RefundRun, SettleRun, VoidRun};

use crate::chain::chain;
use crate::driver;
use crate::protocol::request::Device;
use cancellation::CancellationToken;
use device::Activated;
use http::Http;
use in_flight::{InFlight, InFlightLock};
use ledger::Ledger;
use log::Log;
use quiet::Quiet;
use secret_store::SecretStore;

/// A till with its data folder.
pub struct Till {
    folder: PathBuf,
    options: Options,
    secrets: Box<dyn SecretStore>,
    log: Log,
    http: Http,
    ledger: Ledger,
    device: RwLock<Option<Activated>>,
    config: RwLock<config::ConfigState>,
    in_flight: InFlight,
    quiet: Quiet,
    cancellation_tokens: Mutex<Vec<Weak<CancellationToken>>>,
    /// Declared last, so that it is released when the ledger is closed.
    is_open_here: Mutex<Option<InFlightLock>>,
}

/// The data folders that this process has open, however they were written: it is told so, and not that another
/// program has them.
static OPEN: LazyLock<InFlight> = LazyLock::new(InFlight::default);

impl Till {
    /// Opens the data folder, and creates it if it does not exist. Reads the config from the platform, unless
    /// the options say not to; a failure to read it is not an error, see [`Till::config`]. `secrets` seals
    /// what is secret.
    pub fn open(folder: &Path, options: Options, secrets: Box<dyn SecretStore>) -> Result<Arc<Self>, Error> {
        let http = Http::new(&options.http)?;
        let is_new = !folder.exists();
        files::make_folder(folder).map_err(Error::Folder)?;
        if is_new {
            secrets.prepare(folder).map_err(Error::Folder)?;
        }
        let place = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let is_open_here = OPEN.lock("folder", &place.to_string_lossy()).map_err(|_| Error::AlreadyOpen)?;
        device::probe(folder, secrets.as_ref()).map_err(Error::Folder)?;
        let ledger = Ledger::open(folder, options.accept_ledger)?;
        let device = device::load(folder, secrets.as_ref()).map_err(Error::Folder)?;
        let device = device.map(|device| Activated::take(&http.base(), device, None)).transpose()?;
        let till = Arc::new(Self {
            log: Log::open(folder),
            device: RwLock::new(device),
            config: RwLock::default(),
            folder: folder.to_owned(),
            is_open_here: Mutex::new(Some(is_open_here)),
            options,
            secrets,
            http,
            ledger,
            in_flight: InFlight::default(),
            quiet: Quiet::new(),
            cancellation_tokens: Mutex::default(),
        });
        till.log.info(&format!("till.open version={}", env!("CARGO_PKG_VERSION")));
        till.configure_at_open();
        Ok(till)
    }

    /// Releases the data folder and the device although something that will never run again still refers to
    /// this till. Returns whether both are released. No other call may be in progress or follow.
    pub fn abandon(&self) -> bool {
        let is_released =
            self.ledger.release() && self.is_open_here.try_lock().is_some_and(|mut own| own.take().is_some());
        let device = self.device.try_write().map(|mut device| *device = None);
        is_released && device.is_some()
    }

    /// The ledger, for reading.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Notes that the program calls again: it has received what earlier calls reported.
    pub fn hear(&self) {
        self.ledger.telling().hear();
    }

    /// Records what the program has received, unless the call has done so. If that fails, the next start
    /// lists one sale too many.
    pub fn note_heard(&self) {
        if let Err(error) = self.ledger.note_heard() {
            self.log.warn(&format!("ledger.heard not written: {}", chain(&error)));
        }
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The address for activation and for reading the config.
    pub fn base(&self) -> String {
        self.http.base()
    }

    /// The address that charges are sent to: the config's server, or the base while no config is known.
    pub fn server(&self) -> String {
        self.http.server()
    }

    /// The device id, if the till is activated.
    pub fn device_id(&self) -> Option<String> {
        self.device.read().as_ref().map(|own| own.device.id.clone())
    }

    /// Ends all running calls as soon as possible: cuts waits short and closes connections. Payments without
    /// a verdict stay open in the ledger.
    pub fn close(&self) {
        let cancellation_tokens = std::mem::take(&mut *self.cancellation_tokens.lock());
        for token in cancellation_tokens.iter().filter_map(Weak::upgrade) {
            token.cancel();
        }
        self.http.shutdown();
    }

    /// Records that a bill is to be voided. If nothing of it is paid or open, cancels the call of this token
    /// instead, so that a call that has sent nothing yet sends nothing. Durable when this returns.
    pub fn wish_void(&self, out_trade_no: &str, token: &CancellationToken) -> Result<(), Error> {
        if !driver::wish_void(self, out_trade_no)? {
            token.cancel();
            // The call may have written its intent before it saw the cancellation.
            driver::wish_void(self, out_trade_no)?;
        }
        Ok(())
    }

    /// A token that [`Till::close`] cancels.
    pub fn cancellation_token(&self) -> Arc<CancellationToken> {
        let token = Arc::new(CancellationToken::default());
        let mut cancellation_tokens = self.cancellation_tokens.lock();
        cancellation_tokens.retain(|known| known.strong_count() > 0);
        cancellation_tokens.push(Arc::downgrade(&token));
        token
    }

    fn device(&self) -> Result<Device, Error> {
        self.device
            .read()
            .as_ref()
            .map(|own| Device { dialect: self.options.dialect, ..own.device.clone() })
            .ok_or_else(|| driver::Error::NotActivated.into())
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        self.log.info("till.closed");
    }
}
