//! The connection to a ledger, and whether its files are still those at their paths.
//!
//! A program that synchronises files, a restored backup or a renamed folder may put other files there while a
//! till is open. What the till then writes goes where nobody will look for it, and closing it in the usual
//! way would delete the journal of whichever ledger is there now. Windows lets nobody move files that SQLite
//! has open, nor a folder above them.

use std::ffi::CStr;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};

use super::LedgerError;
use crate::sys::file_id::{self, FileId};

/// How many pages of the journal are collected before they are written into the file: SQLite's own default.
const COLLECTED: i64 = 1000;

/// The two files of an open ledger.
#[derive(Debug)]
pub struct Files {
    ledger: Known,
    journal: Known,
}

#[derive(Debug)]
struct Known {
    path: PathBuf,
    id: Option<FileId>,
}

impl Known {
    fn at(path: PathBuf) -> Self {
        Self { id: file_id::of(&path), path }
    }

    /// Whether this is still the file at its path.
    fn is_there(&self) -> bool {
        cfg!(windows) || file_id::of(&self.path) == self.id
    }
}

impl Files {
    /// The files of the ledger at this path, which SQLite has open.
    pub fn of(ledger: &Path) -> Self {
        Self { ledger: Known::at(ledger.to_owned()), journal: Known::at(journal_of(ledger)) }
    }

    /// Whether the file of the ledger is still the one at its path, whatever its journal is.
    pub fn has_ledger(&self) -> bool {
        self.ledger.is_there()
    }

    /// Whether both files are still those at their paths.
    pub fn are_there(&self) -> bool {
        self.has_ledger() && self.journal.is_there()
    }

    /// Refuses to begin something that nobody would find again.
    pub fn check(&self) -> Result<(), LedgerError> {
        if self.are_there() { Ok(()) } else { Err(LedgerError::Moved) }
    }
}

/// A connection. When it is dropped, SQLite writes the journal into the file and deletes it, but only if both
/// are this ledger's own.
pub struct LedgerConnection {
    connection: Connection,
    files: Option<Arc<Files>>,
}

impl LedgerConnection {
    /// A connection that [leaves its journal as it is](keep_journal), to these files.
    pub const fn to(files: Arc<Files>, connection: Connection) -> Self {
        Self { connection, files: Some(files) }
    }

    /// A connection without files.
    pub const fn to_nothing(connection: Connection) -> Self {
        Self { connection, files: None }
    }
}

impl Deref for LedgerConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for LedgerConnection {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Drop for LedgerConnection {
    fn drop(&mut self) {
        let Some(files) = &self.files else { return };
        if files.are_there() {
            let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
        } else if files.has_ledger() {
            // The journal was deleted or replaced: whatever is in it is saved by writing it into the ledger.
            let _ = collect_all(&self.connection);
        }
    }
}

/// The journal that SQLite keeps beside a file.
pub fn journal_of(file: &Path) -> PathBuf {
    let mut journal = file.as_os_str().to_owned();
    journal.push("-wal");
    journal.into()
}

/// Opens a file with this file system of SQLite's; `None` for its own.
pub fn open(
    path: impl AsRef<Path>,
    flags: OpenFlags,
    file_system: Option<&'static CStr>,
) -> rusqlite::Result<Connection> {
    match file_system {
        Some(file_system) => Connection::open_with_flags_and_vfs(path, flags, file_system),
        None => Connection::open_with_flags(path, flags),
    }
}

/// A path as a value of a statement: its bytes, for it need not be Unicode.
pub fn path_value(path: &Path) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(path.as_os_str().as_encoded_bytes()))
}

/// Has a connection leave its journal as it is when it is closed, and when it has grown.
pub fn keep_journal(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch("PRAGMA wal_autocheckpoint = 0")
}

/// Writes the journal into the file once it has grown, unless others would be looking for it in another file.
/// Returns whether the file has all of it.
pub fn collect(connection: &Connection, files: &Files) -> rusqlite::Result<bool> {
    let journal = checkpoint(connection, "NOOP")?;
    if journal.pages < COLLECTED || journal.is_written() || !files.are_there() {
        return Ok(journal.is_written());
    }
    Ok(checkpoint(connection, "PASSIVE")?.is_written())
}

/// Whether the file has all of its journal.
pub fn is_collected(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(checkpoint(connection, "NOOP")?.is_written())
}

/// Writes the whole journal into the file and empties it. Returns whether that is done.
pub fn collect_all(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(checkpoint(connection, "TRUNCATE")?.is_written())
}

/// The pages in a journal, and how many of them the file has too.
struct Journal {
    pages: i64,
    written: i64,
}

impl Journal {
    const fn is_written(&self) -> bool {
        self.pages == self.written
    }
}

fn checkpoint(connection: &Connection, how: &str) -> rusqlite::Result<Journal> {
    let read = |row: &rusqlite::Row<'_>| Ok(Journal { pages: row.get(1)?, written: row.get(2)? });
    connection.prepare_cached(&format!("PRAGMA main.wal_checkpoint({how})"))?.query_row([], read)
}
