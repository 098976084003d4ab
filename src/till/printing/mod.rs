//! Printers: sends bytes over the network, to a device file or to a queue of the system. This module knows
//! nothing about payments, and no payment waits for it.

mod device;
mod network;
mod status;
mod lock;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sys::serial::Line;
#[cfg(windows)]
use crate::sys::winspool::{self, QueueError};
use crate::till::limited::{Unfinished, left, within};
use lock::PrinterLock;

/// The port that network printers listen on.
const PORT: u16 = 9100;

/// A printer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Printer {
    /// A printer on the network that accepts raw bytes.
    Network {
        /// Its name or address.
        host: String,
        /// Usually 9100.
        port: u16,
    },
    /// A device file: `/dev/usb/lp0`, `/dev/ttyS0`; on Windows `COM3`, `LPT1`.
    Device {
        /// Its path.
        path: PathBuf,
        /// How to set up the serial port; `None` leaves it as it is.
        line: Option<Line>,
    },
    /// A queue of Windows.
    Queue(String),
}

impl Printer {
    /// Reads `tcp:HOST`, `tcp:HOST:PORT`, `device:FILE`, `device:PORT:9600,n,8,1` or `queue:NAME`.
    pub fn parse(text: &str) -> Result<Self, PrintError> {
        let bad = || PrintError::Address(text.to_owned());
        let (kind, rest) = text.split_once(':').ok_or_else(bad)?;
        if rest.trim().is_empty() {
            return Err(bad());
        }
        match kind {
            "tcp" => network::address(rest).ok_or_else(bad),
            "device" => device::named(rest).map(|(path, line)| Self::Device { path, line }).ok_or_else(bad),
            "queue" => Ok(Self::Queue(rest.to_owned())),
            _ => Err(bad()),
        }
    }

    /// The printer itself, however its port is to be set up.
    fn place(&self) -> Self {
        match self {
            Self::Device { path, .. } => Self::Device { path: path.clone(), line: None },
            other => other.clone(),
        }
    }
}

impl fmt::Display for Printer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network { host, port } => write!(f, "{host}:{port}"),
            Self::Device { path, .. } => write!(f, "{}", path.display()),
            Self::Queue(name) => write!(f, "{name}"),
        }
    }
}

/// Why nothing, or not all, was printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// Not the name of a printer.
    #[error("`{0}` is not tcp:HOST, tcp:HOST:PORT, device:FILE, device:COM3:9600,n,8,1 or queue:NAME")]
    Address(String),
    /// The printer does not exist. With the reason.
    #[error("could not find the printer: {0}")]
    NotFound(String),
    /// The printer exists, or may exist, and accepts nothing. With the reason.
    #[error("could not print: {0}")]
    Offline(String),
    /// The printer reports that it is out of paper.
    #[error("the printer reports that it is out of paper")]
    NoPaper,
    /// Sending failed; a part may have been printed. With the reason.
    #[error("could not finish printing: {0}")]
    Failed(String),
}

/// The system's printer queues.
pub trait Spooler: Send + Sync {
    /// Sends bytes to a queue unchanged.
    fn print(&self, queue: &str, bytes: &[u8]) -> Result<(), PrintError>;
}

/// The printer queues of this system.
pub struct Queues;

#[cfg(windows)]
impl Spooler for Queues {
    fn print(&self, queue: &str, bytes: &[u8]) -> Result<(), PrintError> {
        winspool::print(queue, bytes).map_err(|error| match error {
            QueueError::NotFound(reason) => PrintError::NotFound(reason),
            QueueError::Offline(reason) => PrintError::Offline(reason),
            QueueError::NoPaper => PrintError::NoPaper,
            QueueError::Failed(reason) => PrintError::Failed(reason),
        })
    }
}

#[cfg(not(windows))]
impl Spooler for Queues {
    fn print(&self, queue: &str, _: &[u8]) -> Result<(), PrintError> {
        let reason = format!(
            "{queue}: printer queues are only available on Windows; name the printer with tcp: or device:"
        );
        Err(PrintError::NotFound(reason))
    }
}

/// Sends bytes to a printer, one receipt at a time.
///
/// Waits for at most `limit`. A printer that accepts nothing for that long is offline; bytes that it had not
/// accepted by then may still be printed when it recovers.
pub fn print(
    printer: &Printer,
    bytes: Vec<u8>,
    limit: Duration,
    spooler: Arc<dyn Spooler>,
) -> Result<(), PrintError> {
    let until = Instant::now() + limit;
    let late =
        || PrintError::Offline(format!("{printer} accepted nothing more for {} ms", limit.as_millis()));
    let lock = PrinterLock::acquire(&printer.place(), until).ok_or_else(late)?;
    let to = printer.clone();
    let printing = move || {
        let result = deliver(&to, &bytes, until, spooler.as_ref());
        drop(lock);
        result
    };
    within(left(until), "wsy-print", printing).unwrap_or_else(|unfinished| match unfinished {
        Unfinished::Late => Err(late()),
        other => Err(PrintError::Failed(other.to_string())),
    })
}

fn deliver(printer: &Printer, bytes: &[u8], until: Instant, spooler: &dyn Spooler) -> Result<(), PrintError> {
    match printer {
        Printer::Network { host, port } => network::print(host, *port, bytes, until),
        Printer::Device { path, line } => device::print(path, line.as_ref(), bytes, until),
        Printer::Queue(name) => spooler.print(name, bytes),
    }
}
