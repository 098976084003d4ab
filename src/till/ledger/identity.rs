//! Whether a ledger is the one that this till wrote last, here and on this machine. One that was copied to a
//! second till, or put back from a backup, does not know the newest payments and would charge them again.
//!
//! The ledger names its machine and folder and counts its writes; the file `ledger.mark` beside it has its id
//! and that count. The count is written there without a flush: after a power
//! cut the file may be behind the ledger, never ahead.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use sha1::{Digest, Sha1};

use super::{LedgerError, of_file};
use crate::sync::Mutex;
use crate::till::{device, files};

/// The mark beside an open ledger.
pub struct Identity {
    id: String,
    file: Mutex<File>,
}

/// What a ledger says of itself.
struct Said {
    id: String,
    host: String,
    folder: String,
    writes: i64,
}

impl Identity {
    /// Compares the ledger with its mark and with where it is; with
    /// `accept`, what differs is made right instead.
    pub fn verify(connection: &Connection, folder: &Path, accept: bool) -> Result<Self, LedgerError> {
        let said = said(connection)?;
        let (host, here) = (host(), place(folder));
        if said.host.is_empty() || accept {
            let stamp = params![host, here];
            connection.execute("UPDATE ledger SET host = ?1, folder = ?2", stamp)?;
        } else {
            not_copied(&said, &host, &here)?;
        }
        let mark = read(folder);
        if !accept && let Some((id, writes)) = &mark {
            not_restored(&said, id, *writes)?;
        }
        let is_current = mark.is_some_and(|mark| mark == (said.id.clone(), said.writes));
        Self::open(folder, said, is_current).map_err(|error| of_file(&path(folder), error))
    }

    /// Opens the mark, after writing it again unless it says already what
    /// it should, which spares a flush at each start.
    fn open(folder: &Path, said: Said, is_current: bool) -> std::io::Result<Self> {
        if !is_current {
            files::replace(&path(folder), text(&said.id, said.writes).as_bytes())?;
        }
        let file = OpenOptions::new().write(true).open(path(folder))?;
        Ok(Self { id: said.id, file: Mutex::new(file) })
    }

    /// Notes how many writes there were. That it fails is no reason to fail
    /// the write, which is done: the mark is then behind.
    pub fn mark(&self, writes: i64) {
        let mut file = self.file.lock();
        let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(text(&self.id, writes).as_bytes()));
    }
}

/// Counts a write, in its transaction, and notes up to which write "paid" was heard wherever it was told. In
/// two statements: `RETURNING` makes a table of its own in memory each time. By its key: an update that might
/// change several rows first keeps what it could have to take back.
pub fn count(connection: &Connection, heard: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("UPDATE ledger SET writes = writes + 1, heard = ?1 WHERE one = 1")?
        .execute([heard])?;
    connection.prepare_cached("SELECT writes FROM ledger")?.query_row([], |row| row.get(0))
}

fn not_copied(said: &Said, host: &str, here: &str) -> Result<(), LedgerError> {
    if !host.is_empty() && said.host != host {
        return Err(LedgerError::OtherMachine);
    }
    if said.folder != here {
        return Err(LedgerError::OtherFolder(said.folder.clone()));
    }
    Ok(())
}

fn not_restored(said: &Said, id: &str, writes: i64) -> Result<(), LedgerError> {
    if said.id != id {
        return Err(LedgerError::OtherLedger);
    }
    if said.writes < writes {
        return Err(LedgerError::Behind { missing: writes - said.writes, writes });
    }
    Ok(())
}

fn said(connection: &Connection) -> Result<Said, LedgerError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Said {
            id: row.get("id")?,
            host: row.get("host")?,
            folder: row.get("folder")?,
            writes: row.get("writes")?,
        })
    };
    Ok(connection.query_row("SELECT id, host, folder, writes FROM ledger", [], read)?)
}

fn path(folder: &Path) -> PathBuf {
    folder.join("ledger.mark")
}

/// Of one length whatever the count, so that it can be written over in place.
fn text(id: &str, writes: i64) -> String {
    format!("{id} {writes:020}\n")
}

/// What the mark says; nothing where there is none or it cannot be read, which proves nothing.
fn read(folder: &Path) -> Option<(String, i64)> {
    let text = fs::read_to_string(path(folder)).ok()?;
    let (id, writes) = text.trim_end().split_once(' ')?;
    Some((id.to_owned(), writes.parse().ok()?))
}

/// A fingerprint of this machine; empty where it has nothing to tell it by.
fn host() -> String {
    device::machine().map(|machine| hex::encode(Sha1::digest(machine))).unwrap_or_default()
}

/// The folder as the system knows it, however it was written.
fn place(folder: &Path) -> String {
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()).to_string_lossy().into_owned()
}
