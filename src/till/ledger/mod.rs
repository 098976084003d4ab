//! The ledger: every charge and refund that this till ever began, in one SQLite file that only this process
//! holds open.
//!
//! WAL with `synchronous=FULL` makes a commit durable with one flush. The lock of the folder makes a second
//! till on it an error at open rather than a surprise later; with `locking_mode=EXCLUSIVE`, the index of the
//! journal is in memory, and no file is shared with another process.

#[macro_use]
mod columns;
mod alarms;
mod archive;
mod codes;
mod compared;
mod connection;
mod days;
mod decisions;
mod folder_lock;
mod identity;
mod missing;
mod open;
mod orders;
mod place;
mod rows;
mod schema;
mod store;
mod telling;
mod writes;

use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard};

use rusqlite::{Connection, Error, ErrorCode, Params};

use crate::payment::Cause;
pub use crate::payment::LedgerError;
use crate::sync::Mutex;
use crate::sys::process::{self, Home, Inside, Owned};

pub use crate::payment::bill::{ChargeState, RefundState};
pub use crate::payment::row::{ChargeRow, Moment, NewCharge, NewRefund, RefundRow, Tells, Wallet};
pub use alarms::{Alarm, AlarmKind, NewAlarm};
use archive::Archive;
use connection::{Files, LedgerConnection};
pub use days::Closing;
pub use decisions::{Decided, Listed};
use folder_lock::FolderLock;
use identity::Identity;
use missing::Missing;
pub use telling::{Pending, Telling};

/// The ledger of a data folder.
pub struct Ledger {
    connection: Owned<Mutex<LedgerConnection>>,
    files: Arc<Files>,
    identity: Identity,
    telling: Arc<Telling>,
    missing: Missing,
    /// Locked after the connection, if both are.
    archive: Owned<Mutex<Archive>>,
    /// Whether the journal may still hold an auth code that the ledger no longer has.
    has_spent_code: AtomicBool,
    /// Declared last, so that the folder is released when the connection is closed.
    folder_lock: Owned<Mutex<Option<FolderLock>>>,
}

/// The locked connection. A fork waits until it is dropped.
struct Locked<'a> {
    connection: MutexGuard<'a, LedgerConnection>,
    _inside: Inside,
}

impl Deref for Locked<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Ledger {
    /// Locks the connection. A panic under the lock has rolled its transaction back. In a child of the
    /// process that opened it, it is an error: the file is the parent's.
    fn lock(&self) -> Result<Locked<'_>, LedgerError> {
        self.check_home()?;
        let connection = self.connection.lock();
        Ok(Locked { connection, _inside: process::enter() })
    }

    /// The process that opened it.
    pub const fn home(&self) -> Home {
        self.connection.home()
    }

    fn check_home(&self) -> Result<(), LedgerError> {
        if self.home().is_here() { Ok(()) } else { Err(LedgerError::Forked) }
    }

    /// Writes in one counted transaction; durable when this returns. Each row that it changes is stamped with
    /// the write's number. Refused if the ledger is no longer at its path.
    fn write<T, E>(&self, work: impl FnOnce(&Connection, i64) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error> + From<LedgerError>,
    {
        let mut connection = self.lock()?;
        self.files.check()?;
        self.write_wherever(&mut connection, work)
    }

    /// The same for what came of a request that was sent: it is written wherever the ledger is.
    fn write_outcome<T, E>(&self, work: impl FnOnce(&Connection, i64) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error> + From<LedgerError>,
    {
        self.write_wherever(&mut *self.lock()?, work)
    }

    fn write_wherever<T, E>(
        &self,
        connection: &mut Connection,
        work: impl FnOnce(&Connection, i64) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Error> + From<LedgerError>,
    {
        let tx = connection.transaction()?;
        let writes = self.identity.count(&tx, self.telling.heard())?;
        let done = work(&tx, writes)?;
        // A signal handler may have forked meanwhile.
        self.check_home()?;
        tx.commit()?;
        self.identity.mark(writes);
        // A failure must not fail the write, which is done: the journal then stays longer.
        if matches!(connection::collect(connection, &self.files), Ok(true)) {
            self.identity.note_collected();
        }
        Ok(done)
    }

    /// Charges of bills that are still to be voided.
    pub fn to_void(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.charges_where("WHERE to_void = 1 ORDER BY id", [])
    }

    /// Whether the mark beside the ledger was missing when it was opened.
    pub const fn is_mark_missed(&self) -> bool {
        self.identity.is_mark_missed()
    }

    /// Whether this ledger is new although a till used the folder before.
    pub fn was_missing(&self) -> bool {
        self.missing == Missing::Yes
    }

    /// Tracks which reports of "paid" have been received.
    pub const fn telling(&self) -> &Arc<Telling> {
        &self.telling
    }

    /// Records that the program, which is calling again, has received earlier reports, unless a write of this
    /// call did so.
    pub fn note_heard(&self) -> Result<(), LedgerError> {
        if self.telling.is_written() { Ok(()) } else { self.write(|_, _| Ok(())) }
    }

    /// Whether the journal may still hold an auth code that the ledger no longer has.
    pub fn has_spent_code(&self) -> bool {
        self.has_spent_code.load(Ordering::Relaxed)
    }

    /// Removes auth codes that the ledger no longer has from its journal, which keeps what pages held before.
    pub fn remove_spent_codes(&self) -> Result<(), LedgerError> {
        if self.has_spent_code.swap(false, Ordering::Relaxed) {
            let collected = self.lock().and_then(|connection| self.collect_all(&connection));
            self.has_spent_code.fetch_or(collected.is_err(), Ordering::Relaxed);
            collected?;
            // The next journal begins here: its first write takes a flush more, and might be an intent.
            self.write(|_, _| Ok::<_, LedgerError>(()))?;
        }
        Ok(())
    }

    /// Writes the whole journal into the file and empties it. The connection is locked until that is noted:
    /// a write that the journal has by then would count as one of the file's.
    fn collect_all(&self, connection: &Connection) -> Result<(), LedgerError> {
        if connection::collect_all(connection)? {
            self.identity.note_collected();
        }
        Ok(())
    }

    /// Whether its files are no longer those at their paths: others took their places, or the folder was
    /// moved. Nothing new is written then, and its files are left as they are.
    pub fn is_moved(&self) -> bool {
        !self.files.are_there()
    }

    /// Whether the folder at this path is still the one that this ledger has locked: by its lock, or by the
    /// ledger itself should somebody have removed the lock.
    pub fn is_in(&self, folder: &Path) -> bool {
        let is_locked = self.folder_lock.lock().as_ref().is_some_and(|lock| lock.is_of(folder));
        is_locked || self.files.has_ledger()
    }

    /// Returns whether a thread is reading or writing now.
    pub fn is_locked(&self) -> bool {
        self.connection.try_lock().is_none()
    }

    /// Closes the file although something that will never run again still refers to this ledger. Returns
    /// whether it is closed: not if a thread was ended while it was reading or writing.
    pub fn release(&self) -> bool {
        let _inside = process::enter();
        let Some(mut connection) = self.connection.try_lock() else { return false };
        // Whatever would still call finds no table, which is an error.
        let Ok(empty) = Connection::open_in_memory() else { return false };
        *connection = LedgerConnection::to_nothing(empty);
        if let Some(mut archive) = self.archive.try_lock() {
            archive.release();
        }
        self.folder_lock.try_lock().is_some_and(|mut lock| lock.take().is_some())
    }

    /// Checks the whole file, which takes seconds for a million rows.
    pub fn check_whole(&self) -> Result<(), LedgerError> {
        schema::check_whole(&*self.lock()?)
    }

    /// Refunds that need a person.
    pub fn conflicts(&self) -> Result<Vec<RefundRow>, LedgerError> {
        self.refunds_where("WHERE state = 'conflict' ORDER BY id", [])
    }

    fn charges_where(&self, condition: &str, values: impl Params) -> Result<Vec<ChargeRow>, LedgerError> {
        rows::charges(&*self.lock()?, condition, values)
    }

    fn refunds_where(&self, condition: &str, values: impl Params) -> Result<Vec<RefundRow>, LedgerError> {
        rows::refunds(&*self.lock()?, condition, values)
    }
}

impl From<Error> for LedgerError {
    /// Maps SQLite's error by its kind; a value that no version of this library wrote counts as damage too.
    fn from(error: Error) -> Self {
        let kind: fn(Cause) -> Self = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => return Self::InUse,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::CannotOpen) => Self::CannotOpen,
            Some(ErrorCode::SystemIoFailure) => Self::Disk,
            Some(_) => Self::Storage,
            None => match error {
                Error::FromSqlConversionFailure(..)
                | Error::IntegralValueOutOfRange(..)
                | Error::InvalidColumnType(..)
                | Error::Utf8Error(..) => Self::Damaged,
                _ => Self::Storage,
            },
        };
        kind(said(&error))
    }
}

/// SQLite's message with its extended error code.
fn said(error: &Error) -> Cause {
    match error.sqlite_error() {
        Some(of_sqlite) => Cause::new(format!("{error} ({})", of_sqlite.extended_code)),
        None => Cause::new(error.to_string()),
    }
}

/// Maps an error of a file beside the ledger by its kind.
fn of_file(path: &Path, error: io::Error) -> LedgerError {
    let kind: fn(Cause) -> LedgerError = match error.kind() {
        io::ErrorKind::StorageFull => LedgerError::Full,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => LedgerError::ReadOnly,
        _ => LedgerError::Disk,
    };
    kind(Cause::new(format!("{}: {error}", path.display())))
}
