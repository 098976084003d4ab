//! Verifies that a ledger is the one that this till wrote last, in this place and on this machine. One that
//! was copied to a second till or restored from a backup lacks the newest payments and would charge them
//! again.
//!
//! The ledger records its machine, its folder and its number on the disk, and counts its writes; the file
//! `ledger.mark` beside it holds its id and that count. The mark is written without a flush: after a power
//! cut it may be behind the ledger, never ahead of it.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::{LedgerError, of_file};
use crate::payment::Cause;
use crate::sync::Mutex;
use crate::sys::{file_id, stdio};
use crate::till::machine::{Machine, Other};
use crate::till::{files, folder};

/// The mark beside an open ledger.
pub struct Identity {
    id: String,
    file: Mutex<File>,
    is_mark_missed: bool,
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
        let (machine, here) = (Machine::this(), Place::of(folder)?);
        let is_new = recorded.host.is_empty();
        if !is_new && !accept {
            not_copied(&recorded, &machine, &here)?;
        }
        // Also what has changed since: an identifier that was replaced, a folder that was moved on its disk.
        let host =
            if machine.is_unknown() && !is_new && !accept { recorded.host.clone() } else { machine.text() };
        let place = here.text();
        if (&recorded.host, &recorded.folder) != (&host, &place) {
            connection.execute("UPDATE ledger SET host = ?1, folder = ?2", params![host, place])?;
        }
        let mark = read(folder);
        if !accept && let Some((id, writes)) = &mark {
            not_restored(&recorded, id, *writes)?;
        }
        let is_missed = mark.is_none() && !is_new && !accept;
        let is_current = mark.is_some_and(|mark| mark == (recorded.id.clone(), recorded.writes));
        Self::open(folder, recorded, is_current, is_missed).map_err(|error| of_file(&path(folder), error))
    }

    /// Whether there was no mark although the ledger is not new.
    pub const fn is_mark_missed(&self) -> bool {
        self.is_mark_missed
    }

    /// Opens the mark. Rewrites it first unless it is current, which saves a flush at each start.
    fn open(
        folder: &Path,
        recorded: Recorded,
        is_current: bool,
        is_mark_missed: bool,
    ) -> std::io::Result<Self> {
        if !is_current {
            files::replace(&path(folder), text(&recorded.id, recorded.writes).as_bytes())?;
        }
        let file = OpenOptions::new().write(true).open(path(folder)).and_then(stdio::keep_out)?;
        Ok(Self { id: recorded.id, file: Mutex::new(file), is_mark_missed })
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

fn not_copied(recorded: &Recorded, machine: &Machine, here: &Place) -> Result<(), LedgerError> {
    if !machine.is_unknown() {
        machine.compare(&recorded.host).map_err(|other| match other {
            Other::Machine => LedgerError::OtherMachine,
            Other::Hardware => LedgerError::OtherHardware,
        })?;
    }
    let (path, number) = Place::parts(&recorded.folder);
    // A path may be written in several ways, and Windows XP does not say which is the right one; a file has
    // one number, wherever it is moved on its disk.
    let is_moved = number.is_some() && number == here.number.as_deref();
    if path != here.path && !is_moved {
        return Err(LedgerError::OtherFolder(path.to_owned()));
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

/// Where a ledger is.
struct Place {
    /// The folder's canonical path, however it was written.
    path: String,
    /// The number of `ledger.db` on its disk.
    number: Option<String>,
}

impl Place {
    fn of(folder: &Path) -> Result<Self, LedgerError> {
        let ledger = folder.join("ledger.db");
        let path = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        if cfg!(windows)
            && let Ok(ledger) = fs::canonicalize(&ledger)
            && folder::is_virtual_store(&ledger)
        {
            let why = format!(
                "Windows redirects it to {}: choose a folder that the program may write to",
                ledger.display()
            );
            return Err(LedgerError::CannotOpen(Cause::new(why)));
        }
        Ok(Self {
            path: path.to_string_lossy().into_owned(),
            number: file_id::of(&ledger).map(|id| id.to_string()),
        })
    }

    fn text(&self) -> String {
        format!("{}\n{}", self.path, self.number.as_deref().unwrap_or_default())
    }

    /// The parts of such a text; earlier versions recorded the path alone.
    fn parts(text: &str) -> (&str, Option<&str>) {
        let (path, number) = text.rsplit_once('\n').unwrap_or((text, ""));
        (path, Some(number).filter(|number| !number.is_empty()))
    }
}
