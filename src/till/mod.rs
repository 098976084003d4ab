//! A till: the effects around the money rules. It owns a data folder with the ledger, the device's key, the saved
//! config and the log; it drives the machines of [`crate::payment`] and speaks HTTP.

mod calls;
mod claims;
pub mod clock;
pub mod code;
mod configuring;
mod device;
mod error;
mod files;
mod fonts;
pub mod host_id;
mod http;
pub mod ledger;
mod limited;
pub mod log;
mod options;
pub mod printing;
mod quiet;
mod receipts;
mod running;
pub mod ticket;
pub mod unlisted;
pub mod vault;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

pub use crate::driver::{
    ChargeReport, ChargeRequest, ChargeVerdict, Insist, PayTypeChoice, Reconciled, Recovered, RefundReport,
    RefundRequest, RefundVerdict, VoidReport, Which,
};
pub use crate::payment::reconciliation::{Difference, Kind as DifferenceKind};
pub use calls::{Asked, PlatformTime};
pub use configuring::{ConfigSource, KnownConfig, Refusal};
pub use error::Error;
pub use http::{HttpError, HttpOptions, Watcher};
pub use options::{Options, custom_series, deadline, flag};
pub use receipts::{Given, Pictures, Slip, popup_png, receipt_png};
pub use running::{Admission, ChargeRun, RecoverRun, RefundAdmission, RefundRun, SettleRun, VoidRun};

use crate::driver;
use crate::protocol::request::Device;
use claims::Claims;
use device::Activated;
use http::Http;
use ledger::Ledger;
use log::Log;
use quiet::Quiet;
use ticket::Ticket;
use vault::Vault;

/// A till on its data folder.
pub struct Till {
    folder: PathBuf,
    options: Options,
    vault: Box<dyn Vault>,
    log: Log,
    http: Http,
    ledger: Ledger,
    device: RwLock<Option<Activated>>,
    config: RwLock<configuring::ConfigState>,
    claims: Claims,
    quiet: Quiet,
    tickets: Mutex<Vec<Weak<Ticket>>>,
}

impl Till {
    /// Opens the data folder, making it where it is not there. Reads the config from the platform unless told not
    /// to; that this fails is no error, see [`Till::config`]. What is secret is kept sealed by `vault`.
    pub fn open(folder: &Path, options: Options, vault: Box<dyn Vault>) -> Result<Arc<Self>, Error> {
        let http = Http::new(&options.http)?;
        files::make_folder(folder).map_err(Error::Folder)?;
        device::probe(folder, vault.as_ref()).map_err(Error::Folder)?;
        let ledger = Ledger::open(folder, options.accept_ledger)?;
        let device = device::load(folder, vault.as_ref()).map_err(Error::Folder)?;
        let device = device.map(|device| Activated::take(&http.base(), device, None)).transpose()?;
        let till = Arc::new(Self {
            log: Log::open(folder),
            device: RwLock::new(device),
            config: RwLock::default(),
            folder: folder.to_owned(),
            options,
            vault,
            http,
            ledger,
            claims: Claims::default(),
            quiet: Quiet::new(),
            tickets: Mutex::default(),
        });
        till.log.info(&format!("till.open version={}", env!("CARGO_PKG_VERSION")));
        till.configure_at_open();
        Ok(till)
    }

    /// The ledger, to read.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Where the till is activated and its config is read.
    pub fn base(&self) -> String {
        self.http.base()
    }

    /// Where charges are sent: to the server of the config, or to the base while no config is known.
    pub fn server(&self) -> String {
        self.http.server()
    }

    /// The id of the device, if it is activated.
    pub fn device_id(&self) -> Option<String> {
        self.device.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|own| own.device.id.clone())
    }

    /// Ends what is going on as soon as it can: waits are cut short and connections closed. Payments that are not
    /// decided stay open in the ledger.
    pub fn close(&self) {
        let tickets = std::mem::take(&mut *self.tickets.lock().unwrap_or_else(PoisonError::into_inner));
        for ticket in tickets.iter().filter_map(Weak::upgrade) {
            ticket.cancel();
        }
        self.http.shutdown();
    }

    /// Records that a bill is to be undone, unless nothing of it is paid or open: then the call of this ticket, where it has sent
    /// nothing yet, sends nothing any more. Durable when this returns.
    pub fn wish_void(&self, out_trade_no: &str, ticket: &Ticket) -> Result<(), Error> {
        if !driver::wish_void(self, out_trade_no)? {
            ticket.cancel();
            // An intent that was written before the call could see that is on record by now.
            driver::wish_void(self, out_trade_no)?;
        }
        Ok(())
    }

    /// A ticket that [`Till::close`] cancels.
    pub fn ticket(&self) -> Arc<Ticket> {
        let ticket = Arc::new(Ticket::default());
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|known| known.strong_count() > 0);
        tickets.push(Arc::downgrade(&ticket));
        ticket
    }

    fn device(&self) -> Result<Device, Error> {
        self.device
            .read()
            .unwrap_or_else(PoisonError::into_inner)
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
