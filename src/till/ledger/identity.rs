//! Verifies that a ledger is the one that this till wrote last, in this place and on this machine. One that
//! was copied to a second till or restored from a backup lacks the newest payments and would charge them
//! again.
//!
//! The ledger records its machine and its [place](super::place), and counts its writes; the file
//! `ledger.mark` beside it holds its id and that count. The mark is written without a flush: after a power
//! cut it may be behind the ledger, never ahead of it.
//!
//! An older file under a newer journal would pass: the journal brings the count along, and some of the pages.
//! So each write also records how many writes the file had when the journal was last written into it as a
//! whole, and the file is asked for its own count before the journal is read.

use std::ffi::CStr;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags, params};

use super::place::Place;
use super::{LedgerError, connection, of_file};
use crate::crc32::crc32;
use crate::sync::Mutex;
use crate::sys::stdio;
use crate::till::files;
use crate::till::machine::{Machine, Other};

/// The identity of an open ledger, and the mark beside it.
pub struct Identity {
    id: String,
    file: Mutex<File>,
    is_mark_missed: bool,
    /// The number of the last write.
    writes: AtomicI64,
    /// How many writes the file has without its journal, at least.
    collected: AtomicI64,
}

/// The identity that a ledger records.
struct Recorded {
    id: String,
    host: String,
    folder: String,
    writes: i64,
    collected: i64,
}

/// The content of a ledger's file by itself, while a journal lies beside it.
pub struct WithoutJournal {
    id: String,
    writes: i64,
}

impl WithoutJournal {
    /// Reads the file. `None` if there is no journal, or if the file cannot be read for certain: a power cut
    /// while the journal was being written into it may have left a part of a page, and an earlier version
    /// recorded no check sum.
    pub fn of(ledger: &Path, file_system: Option<&'static CStr>) -> Option<Self> {
        if fs::metadata(connection::journal_of(ledger)).map_or(0, |there| there.len()) == 0 {
            return None;
        }
        let path = percent_encode(ledger.as_os_str().as_encoded_bytes(), NON_ALPHANUMERIC);
        let uri = format!("file:{path}?immutable=1");
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = connection::open(uri, flags, file_system);
        let read =
            |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, i64>(2)?));
        let row = |file: Connection| file.query_row("SELECT id, writes, writes_sum FROM ledger", [], read);
        let (id, writes, sum) = opened.and_then(row).ok()?;
        (sum == check_sum(&id, writes)).then_some(Self { id, writes })
    }

    /// Refuses a journal that is not this file's, through a connection that has read both. Without that, what
    /// they say together looks like damage, or like a ledger.
    pub fn verify(&self, connection: &Connection) -> Result<(), LedgerError> {
        let recorded = recorded(connection)?;
        not_restored(&self.id, self.writes, &recorded.id, recorded.collected)
    }
}

impl Identity {
    /// Compares the ledger with its mark and with its place; with `accept`, records the present state
    /// instead. Nothing is written before all of it has been found right.
    pub fn verify(connection: &Connection, folder: &Path, accept: bool) -> Result<Self, LedgerError> {
        let recorded = recorded(connection)?;
        let (machine, here) = (Machine::this(), Place::of(folder)?);
        let (mark, is_new) = (read(folder), recorded.host.is_empty());
        if !accept {
            if let Some((id, writes)) = &mark {
                not_restored(&recorded.id, recorded.writes, id, *writes)?;
            }
            if !is_new {
                of_this_machine(&recorded.host, &machine)?;
                here.verify(&recorded.folder)?;
            }
        }
        let collected = match connection::is_collected(connection)? {
            true => recorded.writes,
            // The file of an accepted ledger may be any.
            false if accept => 0,
            false => recorded.collected,
        };
        // Also what has changed since: an identifier that was replaced, a folder that was moved on its disk.
        let host =
            if machine.is_unknown() && !is_new && !accept { recorded.host.clone() } else { machine.text() };
        let place = here.text();
        if (&recorded.host, &recorded.folder) != (&host, &place) {
            connection.execute("UPDATE ledger SET host = ?1, folder = ?2", params![host, place])?;
        }
        let is_mark_missed = mark.is_none() && !is_new && !accept;
        let is_current = mark.is_some_and(|mark| mark == (recorded.id.clone(), recorded.writes));
        let file = mark_file(folder, &recorded, is_current).map_err(|error| of_file(&path(folder), error))?;
        Ok(Self {
            file: Mutex::new(file),
            is_mark_missed,
            writes: AtomicI64::new(recorded.writes),
            collected: AtomicI64::new(collected),
            id: recorded.id,
        })
    }

    /// Whether there was no mark although the ledger is not new.
    pub const fn is_mark_missed(&self) -> bool {
        self.is_mark_missed
    }

    /// Counts a write, in its transaction, and notes up to which write reports of "paid" were received. Uses
    /// two statements because `RETURNING` builds a table in memory each time, and updates by key because an
    /// update that might change several rows first saves what it might have to undo.
    pub fn count(&self, connection: &Connection, heard: i64) -> rusqlite::Result<i64> {
        let written: i64 =
            connection.prepare_cached("SELECT writes FROM ledger")?.query_row([], |row| row.get(0))?;
        let (writes, collected) = (written + 1, self.collected.load(Ordering::Relaxed));
        let sql = "UPDATE ledger SET writes = ?1, heard = ?2, collected = ?3, writes_sum = ?4 WHERE one = 1";
        let sum = check_sum(&self.id, writes);
        connection.prepare_cached(sql)?.execute([writes, heard, collected, sum])?;
        Ok(writes)
    }

    /// Notes the number of writes. A failure must not fail the write, which is done: the mark is then behind.
    pub fn mark(&self, writes: i64) {
        self.writes.store(writes, Ordering::Relaxed);
        let mut file = self.file.lock();
        let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(text(&self.id, writes).as_bytes()));
    }

    /// Notes that the file has all writes, durably. The connection has to be locked, as for a
    /// [mark](Identity::mark).
    pub fn note_collected(&self) {
        self.collected.store(self.writes.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// The check sum by which a count of writes is known to have been read whole.
fn check_sum(id: &str, writes: i64) -> i64 {
    crc32(format!("{id} {writes}").as_bytes()).into()
}

fn of_this_machine(recorded: &str, machine: &Machine) -> Result<(), LedgerError> {
    if machine.is_unknown() {
        return Ok(());
    }
    machine.compare(recorded).map_err(|other| match other {
        Other::Machine => LedgerError::OtherMachine,
        Other::Hardware => LedgerError::OtherHardware,
    })
}

/// Refuses a ledger that is not the one that was here, or has fewer writes than were made.
fn not_restored(id: &str, writes: i64, was: &str, made: i64) -> Result<(), LedgerError> {
    if id != was {
        return Err(LedgerError::OtherLedger);
    }
    if writes < made {
        return Err(LedgerError::Behind { missing: made - writes, writes: made });
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
            collected: row.get("collected")?,
        })
    };
    Ok(connection.query_row("SELECT id, host, folder, writes, collected FROM ledger", [], read)?)
}

fn path(folder: &Path) -> PathBuf {
    folder.join("ledger.mark")
}

/// Whether there is a mark, whatever is in it.
pub fn has_mark(folder: &Path) -> bool {
    fs::symlink_metadata(path(folder)).is_ok()
}

/// Opens the mark. Rewrites it first unless it is current, which saves a flush at each start.
fn mark_file(folder: &Path, recorded: &Recorded, is_current: bool) -> std::io::Result<File> {
    if !is_current {
        files::replace(&path(folder), text(&recorded.id, recorded.writes).as_bytes())?;
    }
    OpenOptions::new().write(true).open(path(folder)).and_then(stdio::keep_out)
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
