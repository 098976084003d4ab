//! A till: the side effects around the money rules. It owns a data folder with the ledger, the device's key,
//! the saved config and the log; it drives the state machines of [`crate::payment`] and speaks HTTP.

mod activation;
mod calls;
pub mod cancellation;
pub mod clock;
pub mod code;
mod code_key;
mod config;
mod device;
mod error;
mod files;
mod folder;
mod fonts;
mod gate;
pub mod host_id;
mod http;
mod in_flight;
pub mod ledger;
mod limited;
pub mod log;
mod machine;
mod options;
mod pictures;
pub mod printing;
mod quiet;
mod receipts;
mod running;
pub mod secret_store;
pub mod sentences;
pub mod unlisted;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

pub use crate::driver::{
    ChargeReport, ChargeRequest, ChargeVerdict, Insist, PayTypeChoice, Reconciled, Recovered, RefundReport,
    RefundRequest, RefundVerdict, VoidReport, Which,
};
pub use crate::payment::reconciliation::{Difference, Kind as DifferenceKind};
use crate::sync::{Mutex, RwLock};
pub use calls::{Asked, PlatformTime};
pub use config::{ConfigSource, KnownConfig, Refusal};
pub use error::Error;
pub use folder::Doubt as FolderDoubt;
pub use fonts::NoFont;
pub use gate::Inside;
pub use http::{HttpError, HttpOptions, Watcher};
pub use options::{Options, custom_series, deadline, flag};
pub use pictures::{Pictures, popup_png, receipt_png};
pub use receipts::{Given, Slip};
pub use running::{
    Admission, Archived, ChargeRun, Locks, RecoverRun, RefundAdmission, RefundRun, SettleRun, VoidRun,
};

use crate::chain::chain;
use crate::driver;
use crate::protocol::request::Device;
use crate::sys::process::PerProcess;
use crate::sys::stdio;
use cancellation::CancellationToken;
use code_key::CodeKey;
use device::{Activated, Earlier, Saved};
use gate::Gate;
use http::Http;
use in_flight::{InFlight, InFlightLock};
use ledger::Ledger;
use limited::apart;
use log::Log;
use quiet::Quiet;
use secret_store::SecretStore;

/// How long the ledger's journal may keep a spent auth code while the program makes calls.
const CODES_STAY: Duration = Duration::from_secs(5);

/// A till with its data folder.
pub struct Till {
    folder: PathBuf,
    options: Options,
    secrets: Box<dyn SecretStore>,
    code_key: CodeKey,
    log: Log,
    http: Http,
    ledger: Ledger,
    device: RwLock<Option<Activated>>,
    /// Why the saved device cannot be read, if it cannot.
    unreadable: RwLock<Option<String>>,
    /// The devices that this till was before, for queries about what they sent.
    earlier: RwLock<Earlier>,
    /// A device that could not be saved yet, and when that was last tried.
    unsaved: Mutex<Option<(Device, Instant)>>,
    /// When spent auth codes were last removed from the ledger's journal.
    codes_removed: Mutex<Instant>,
    /// Whether the log says that the ledger was moved or replaced.
    is_move_logged: AtomicBool,
    config: RwLock<config::ConfigState>,
    in_flight: InFlight,
    gate: Arc<Gate>,
    quiet: Quiet,
    cancellation_tokens: Mutex<Vec<Weak<CancellationToken>>>,
    /// Declared last, so that it is released when the ledger is closed.
    is_open_here: Mutex<Option<InFlightLock>>,
}

/// The data folders that this process has open, however they were written: it is told so, and not that
/// another program has them.
static OPEN: PerProcess<InFlight> = PerProcess::new(InFlight::default);

impl Till {
    /// Opens the data folder, and creates it if it does not exist. Reads the config from the platform, unless
    /// the options say not to; a failure to read it is not an error, see [`Till::config`]. `secrets` seals
    /// what is secret.
    pub fn open(folder: &Path, options: Options, secrets: Box<dyn SecretStore>) -> Result<Arc<Self>, Error> {
        stdio::fill();
        let http = Http::new(&options.http)?;
        // Once and for all: the program may change its current directory.
        let folder = &std::path::absolute(folder).map_err(Error::Folder)?;
        let is_new = !folder.exists();
        files::make_folder(folder).map_err(Error::Folder)?;
        if is_new {
            secrets.prepare(folder).map_err(Error::Folder)?;
        }
        // Nor does it matter where a link that leads to the folder leads later.
        let folder = &folder::resolved(folder);
        let own = OPEN.get().lock("folder", &folder::exact(folder));
        let is_open_here = own.map_err(|_| Error::AlreadyOpen)?;
        let ledger = Ledger::open(folder, options.accept_ledger)?;
        files::remove_unfinished(folder);
        let codes = code_key::load(folder, secrets.as_ref());
        if codes.is_saved {
            ledger.key_codes(|fingerprint| codes.key.print(fingerprint))?;
        }
        let (device, unreadable) = match device::load(folder, secrets.as_ref()) {
            Saved::Device(device) => (Some(Activated::take(&http.base(), device, None)?), None),
            Saved::Unreadable(error) => (None, Some(chain(&error))),
            Saved::None => (None, None),
        };
        let earlier = device::load_earlier(folder, secrets.as_ref());
        let till = Arc::new(Self {
            log: Log::open(folder),
            device: RwLock::new(device),
            unreadable: RwLock::new(unreadable),
            earlier: RwLock::new(Earlier::of(earlier)),
            unsaved: Mutex::default(),
            codes_removed: Mutex::new(Instant::now()),
            is_move_logged: AtomicBool::new(false),
            config: RwLock::default(),
            folder: folder.to_owned(),
            is_open_here: Mutex::new(Some(is_open_here)),
            options,
            secrets,
            code_key: codes.key,
            http,
            ledger,
            in_flight: InFlight::default(),
            gate: Arc::default(),
            quiet: Quiet::new(),
            cancellation_tokens: Mutex::default(),
        });
        till.log.info(&format!("till.open version={}", env!("CARGO_PKG_VERSION")));
        if let Some(trouble) = till.ledger.archive_trouble() {
            till.log.error(&format!("archive.unreadable {}", chain(&trouble)));
        }
        for doubt in till.folder_doubts() {
            till.log.warn(&format!("folder.doubt {}", doubt.word()));
        }
        if let Some(reason) = till.unreadable() {
            till.log.error(&format!("device.unreadable {reason}"));
        }
        if let Some(trouble) = codes.trouble {
            till.log.warn(&format!("codes.unreadable earlier auth codes are not recognised: {trouble}"));
        }
        till.configure_at_open();
        till.prepare();
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

    /// Whether this process opened the till, and is no child that was forked since.
    pub fn is_home(&self) -> bool {
        self.ledger.home().is_here()
    }

    /// Begins a call, which is in progress until the result is dropped: meanwhile no bill moves to the
    /// archive.
    pub fn begin_call(&self) -> Inside {
        self.gate.enter()
    }

    /// The ledger, for reading.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Notes that the program calls again: it has received what earlier calls reported.
    pub fn hear(&self) {
        self.ledger.telling().hear();
    }

    /// Does what is left to do at the end of a call: records what the program has received, tries again to
    /// save the device, and removes spent auth codes.
    pub fn end_call(self: &Arc<Self>) {
        if !self.is_home() {
            return;
        }
        self.save_device_later();
        self.log_move();
        self.note_heard();
        self.remove_spent_codes();
    }

    /// Records what the program has received, unless the call has done so. If that fails, the next start
    /// lists one sale too many.
    pub fn note_heard(&self) {
        if let Err(error) = self.ledger.note_heard() {
            self.log.warn(&format!("ledger.heard not written: {}", chain(&error)));
        }
    }

    /// Removes spent auth codes from the ledger's journal, once in a while: it takes several flushes, which
    /// no verdict has to wait for. `wsy_close` waits for the thread, which keeps the till alive.
    fn remove_spent_codes(self: &Arc<Self>) {
        let mut last = self.codes_removed.lock();
        if last.elapsed() < CODES_STAY || !self.ledger.has_spent_code() {
            return;
        }
        *last = Instant::now();
        let till = self.clone();
        let removed = apart("wsy-journal", move || {
            if let Err(error) = till.ledger.remove_spent_codes() {
                till.log.warn(&format!("ledger.journal not emptied: {}", chain(&error)));
            }
        });
        if let Err(error) = removed {
            self.log.warn(&format!("ledger.journal not emptied: no thread: {error}"));
        }
    }

    /// Checks that the folder is still this till's own, before a file in it is replaced.
    fn check_folder(&self) -> Result<(), Error> {
        if self.ledger.is_in(&self.folder) { Ok(()) } else { Err(Error::FolderMoved) }
    }

    /// Says in the log, once, that the ledger was moved or replaced: what this till still writes is in the
    /// files that it has open, and closing it leaves all files as they are.
    fn log_move(&self) {
        if self.ledger.is_moved() && !self.is_move_logged.swap(true, Ordering::Relaxed) {
            self.log.error(&format!(
                "ledger.moved folder={} other files took the place of the open ledger: nothing new is begun, \
                 what was sent is still written to the open files, and no file is removed",
                self.folder.display()
            ));
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

    /// Lists what may be wrong with the data folder. Nothing is refused for it.
    pub fn folder_doubts(&self) -> Vec<FolderDoubt> {
        let mut doubts = folder::doubts(&self.folder);
        doubts.extend(self.ledger.was_missing().then_some(FolderDoubt::NoLedger));
        doubts.extend(self.ledger.is_mark_missed().then_some(FolderDoubt::NoMark));
        doubts.extend(self.ledger.archive_trouble().map(|_| FolderDoubt::Archive));
        doubts
    }

    /// Why the saved device cannot be read, if it cannot: the till then counts as not activated.
    pub fn unreadable(&self) -> Option<String> {
        self.unreadable.read().clone()
    }

    /// Ends all running calls as soon as possible: cuts waits short and closes connections. Payments without
    /// a verdict stay open in the ledger.
    pub fn close(&self) {
        let listed = self.cancellation_tokens.lock_patiently();
        let cancellation_tokens = listed.map(|mut listed| std::mem::take(&mut *listed)).unwrap_or_default();
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
        let own = self.device.read().as_ref().map(|own| self.in_dialect(&own.device));
        own.ok_or_else(|| driver::Context::no_device(self).into())
    }

    fn in_dialect(&self, device: &Device) -> Device {
        Device { dialect: self.options.dialect, ..device.clone() }
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        self.save_device_at_last();
        self.log_move();
        self.log.info("till.closed");
    }
}
