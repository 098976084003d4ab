//! Opening a ledger.

use std::ffi::CStr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::archive::Archive;
use super::connection::{self, Files, LedgerConnection};
use super::folder_lock::FolderLock;
use super::identity::{Identity, WithoutJournal};
use super::{Ledger, LedgerError, Telling, missing, schema};
use crate::payment::Cause;
use crate::sync::Mutex;
use crate::sys::process::{self, Owned};
use crate::sys::sqlite;
use crate::till::files;

/// The number of compiled statements to keep; there are fewer than this.
const STATEMENTS: usize = 96;

impl Ledger {
    /// Opens `ledger.db` in the data folder, creating it if there is none. A copy or a restored backup is
    /// refused unless a person has decided to `accept` it.
    pub fn open(folder: &Path, accept: bool) -> Result<Self, LedgerError> {
        let ledger = Self::open_inside(folder, accept)?;
        ledger.attach_archive(accept);
        ledger.note_unheard()?;
        Ok(ledger)
    }

    fn open_inside(folder: &Path, accept: bool) -> Result<Self, LedgerError> {
        let _inside = process::enter();
        let mut lock = FolderLock::take(folder)?;
        sqlite::reseed();
        let missing = missing::look(folder, accept)?;
        let path = folder.join("ledger.db");
        // SQLite gives its other files the permissions of this one.
        files::create_private(&path).map_err(|error| LedgerError::CannotOpen(Cause::new(error)))?;
        let file_system = lock.take_ledger(&path)?;
        let without_journal = WithoutJournal::of(&path, file_system);
        let mut connection = connect(&path, file_system)?;
        // Before anything is changed: the file may belong to another program.
        let version = schema::version(&connection)?;
        schema::settle_pragmas(&connection)?;
        if let Some(file) = without_journal.filter(|_| version == Some(schema::VERSION) && !accept) {
            file.verify(&connection)?;
        }
        if version.is_none_or(|version| version == schema::VERSION) {
            schema::check(&connection)?;
        } else {
            schema::check_whole(&connection)?;
        }
        schema::make(&mut connection, folder)?;
        let identity = Identity::verify(&connection, folder, accept)?;
        let telling = Arc::new(Telling::of(&connection)?);
        // SQLite has opened both by now.
        let files = Arc::new(Files::of(&path));
        let connection = Owned::new(Mutex::new(LedgerConnection::to(files.clone(), connection)));
        Ok(Self {
            connection,
            files,
            identity,
            telling,
            missing,
            archive: Owned::new(Mutex::new(Archive::of(folder.to_owned()))),
            has_spent_code: AtomicBool::new(false),
            folder_lock: Owned::new(Mutex::new(Some(lock))),
        })
    }

    /// Marks reports to an earlier process that it may not have received as unfinished sales.
    fn note_unheard(&self) -> Result<(), LedgerError> {
        const UNHEARD: &str = "SELECT heard, EXISTS (SELECT 1 FROM charge \
             WHERE changed > ledger.heard AND told_in > ledger.heard) AS is_unheard FROM ledger";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>("heard")?, row.get("is_unheard")?));
        let (heard, is_unheard) = self.lock()?.query_row(UNHEARD, [], read)?;
        if is_unheard {
            self.telling.hear();
            self.write(|tx, number| {
                let sql =
                    "UPDATE charge SET unfinished = 1, changed = ?2 WHERE changed > ?1 AND told_in > ?1";
                Ok::<_, LedgerError>(tx.execute(sql, [heard, number])?)
            })?;
        }
        Ok(())
    }
}

/// Opens the file; SQLite locks it with the first query where nothing else does.
fn connect(path: &Path, file_system: Option<&'static CStr>) -> Result<Connection, LedgerError> {
    let connection = connection::open(path, OpenFlags::default(), file_system)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without this, a kept statement is recompiled for each value that a partial index might match.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
    // A ledger that is refused is left as it is.
    connection::keep_journal(&connection)?;
    Ok(connection)
}
