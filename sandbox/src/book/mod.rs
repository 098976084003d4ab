//! The platform's storage: devices, activation codes, wallets, bills and refunds, in one SQLite file.

mod bills;
mod devices;
mod refunds;
mod wallets;

use std::{path::PathBuf, time::Duration};

use rusqlite::{Connection, types::Type};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) use bills::{Bill, BillState, Channel, Due, DueOutcome, NewBill, Payment};
pub(crate) use devices::Device;
pub use devices::{ActivationCode, DmCode, Overrides};
pub(crate) use refunds::Refund;
pub use refunds::RefundedBy;
pub(crate) use wallets::{AuthCode, PLENTY};
pub use wallets::{Behaviour, Wallet, WalletKind};

/// Where the book is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Storage {
    /// In memory: lost when the sandbox stops.
    #[default]
    Memory,
    /// In this file, which is created if it is missing and survives a restart.
    File(PathBuf),
}

/// The book could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// SQLite failed.
    #[error("the book cannot be read or written: {0}")]
    Storage(#[from] rusqlite::Error),
    /// A value could not be converted to its stored form.
    #[error("the book cannot store a value: {0}")]
    Encoding(#[from] serde_json::Error),
}

type Result<T, E = BookError> = std::result::Result<T, E>;

/// Two sandboxes may briefly share a file while one of them is stopping.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const TOKEN_BYTES: u32 = 16;

#[derive(Debug)]
pub(crate) struct Book {
    connection: Connection,
}

impl Book {
    pub(crate) fn open(storage: &Storage) -> Result<Self> {
        let connection = match storage {
            Storage::Memory => Connection::open_in_memory()?,
            Storage::File(path) => Connection::open(path)?,
        };
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // Enough to survive a killed sandbox; a test platform need not survive power cuts.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.execute_batch(include_str!("schema.sql"))?;
        Ok(Self { connection })
    }

    /// Runs all of `work` in a transaction, which is rolled back if the storage fails in the middle.
    pub(crate) fn atomically<T, E: From<BookError>>(
        &self,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.connection.unchecked_transaction().map_err(BookError::from)?;
        let done = work()?;
        transaction.commit().map_err(BookError::from)?;
        Ok(done)
    }

    /// A token for those who read the book over the network.
    pub(crate) fn new_token(&self) -> Result<String> {
        self.random_hex(TOKEN_BYTES)
    }

    fn random_hex(&self, bytes: u32) -> Result<String> {
        let hex =
            self.connection.query_row("SELECT lower(hex(randomblob(?1)))", [bytes], |row| row.get(0))?;
        Ok(hex)
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

fn from_json<T: DeserializeOwned>(row: &rusqlite::Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}
