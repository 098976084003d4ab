//! Verifies that a ledger is the one that this till wrote last, in this place and on this machine. One that
//! was copied to a second till or restored from a backup lacks the newest payments and would charge them
//! again.
//!
//! The ledger records its machine and folder and counts its writes; the file `ledger.mark` beside it holds
//! its id and that count. The mark is written without a flush: after a power cut it may be behind the ledger,
//! never ahead of it.

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

/// The identity that a ledger records.
struct Recorded {
    id: String,
    host: String,
    folder: String,
    writes: i64,
}

impl Identity {
    /// Compares the ledger with its mark and with its place; with `accept`, records the present state
    /// instead.
    pub fn verify(connection: &Connection, folder: &Path, accept: bool) -> Result<Self, LedgerError> {
        let recorded = recorded(connection)?;
        let (host, here) = (host(), place(folder));
        if recorded.host.is_empty() || accept {
            let stamp = params![host, here];
            connection.execute("UPDATE ledger SET host = ?1, folder = ?2", stamp)?;
        } else {
            not_copied(&recorded, &host, &here)?;
        }
        let mark = read(folder);
        if !accept && let Some((id, writes)) = &mark {
            not_restored(&recorded, id, *writes)?;
        }
        let is_current = mark.is_some_and(|mark| mark == (recorded.id.clone(), recorded.writes));
        Self::open(folder, recorded, is_current).map_err(|error| of_file(&path(folder), error))
    }

    /// Opens the mark. Rewrites it first unless it is current, which saves a flush at each start.
    fn open(folder: &Path, recorded: Recorded, is_current: bool) -> std::io::Result<Self> {
        if !is_current {
            files::replace(&path(folder), text(&recorded.id, recorded.writes).as_bytes())?;
        }
        let file = OpenOptions::new().write(true).open(path(folder))?;
        Ok(Self { id: recorded.id, file: Mutex::new(file) })
    }

    /// Notes the number of writes. A failure must not fail the write, which is done: the mark is then behind.
    pub fn mark(&self, writes: i64) {
        let mut file = self.file.lock();
        let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(text(&self.id, writes).as_bytes()));
    }
}

/// Counts a write, in its transaction, and notes up to which write reports of "paid" were received. Uses two
/// statements because `RETURNING` builds a table in memory each time, and updates by key because an update
/// that might change several rows first saves what it might have to undo.
pub fn count(connection: &Connection, heard: i64) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("UPDATE ledger SET writes = writes + 1, heard = ?1 WHERE one = 1")?
        .execute([heard])?;
    connection.prepare_cached("SELECT writes FROM ledger")?.query_row([], |row| row.get(0))
}

fn not_copied(recorded: &Recorded, host: &str, here: &str) -> Result<(), LedgerError> {
    if !host.is_empty() && recorded.host != host {
        return Err(LedgerError::OtherMachine);
    }
    if recorded.folder != here {
        return Err(LedgerError::OtherFolder(recorded.folder.clone()));
    }
    Ok(())
}

fn not_restored(recorded: &Recorded, id: &str, writes: i64) -> Result<(), LedgerError> {
    if recorded.id != id {
        return Err(LedgerError::OtherLedger);
    }
    if recorded.writes < writes {
        return Err(LedgerError::Behind { missing: writes - recorded.writes, writes });
    }
    Ok(())
}

fn recorded(connection: &Connection) -> Result<Recorded, LedgerError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Recorded {
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

/// The text of the mark, of constant length, so that it can be overwritten in place.
fn text(id: &str, writes: i64) -> String {
    format!("{id} {writes:020}\n")
}

/// Reads the mark; `None` if it is missing or unreadable, which proves nothing.
fn read(folder: &Path) -> Option<(String, i64)> {
    let text = fs::read_to_string(path(folder)).ok()?;
    let (id, writes) = text.trim_end().split_once(' ')?;
    Some((id.to_owned(), writes.parse().ok()?))
}

/// A fingerprint of this machine; empty if it has nothing to identify it.
fn host() -> String {
    device::machine().map(|machine| hex::encode(Sha1::digest(machine))).unwrap_or_default()
}

/// The folder's canonical path, however it was written.
fn place(folder: &Path) -> String {
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()).to_string_lossy().into_owned()
}
