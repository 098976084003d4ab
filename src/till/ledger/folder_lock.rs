//! The lock of a data folder: one till at a time, whatever else happens in the process.
//!
//! The lock is on `ledger.lock`, a file of its own that nothing else has a reason to open. SQLite's locks on
//! `ledger.db` do not suffice on Unix: they belong to the process, which loses them as soon as anything in it
//! closes that file, be it a copy, a backup or another SQLite. They also do not keep out a second copy of
//! this library in the same process, nor does a child inherit them. So SQLite does not lock the ledger where
//! the system has better locks. Its bytes are then locked here, since another SQLite (`sqlite3`, Python)
//! heeds them: it would take the ledger for one that nobody uses, and delete the journal when it closes.

use std::ffi::CStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use super::{LedgerError, of_file};
use crate::payment::Cause;
#[cfg(unix)]
use crate::sys::file_id;
use crate::sys::lock::{self, Attempt};
use crate::sys::process::Home;
#[cfg(unix)]
use crate::sys::process::LetGo;
use crate::sys::stdio;
use crate::till::files;

const NAME: &str = "ledger.lock";

/// The first byte that SQLite locks, and how many there are: pending, reserved, and 510 shared ones.
const LOCKED: (i64, i64) = (0x4000_0000, 2 + 510);

/// SQLite's file system without locks.
const WITHOUT_LOCKS: &CStr = c"unix-none";

/// A locked data folder. It is released when this is dropped, or when the process ends.
pub struct FolderLock {
    #[cfg_attr(
        not(unix),
        expect(dead_code, reason = "held, and asked about only where folders can be moved")
    )]
    folder: Held,
    ledger: Option<Held>,
}

/// An open file whose lock belongs to this process, and not to its children. It is made and dropped inside
/// ([`enter`]), so that no fork happens in between, and is [owned].
///
/// [`enter`]: crate::sys::process::enter
/// [owned]: crate::sys::process::Owned
pub(super) struct Held {
    #[cfg(unix)]
    _in_children: LetGo,
    file: File,
    home: Home,
}

impl FolderLock {
    /// Locks the folder, and its ledger if there is one.
    pub fn take(folder: &Path) -> Result<Self, LedgerError> {
        let path = folder.join(NAME);
        let options = &mut OpenOptions::new();
        let opened = files::open_private(&path, options.write(true).create(true).truncate(false));
        let attempt = |file: File| Ok((lock::whole(&file)?, file));
        match opened.and_then(attempt).map_err(|error| of_file(&path, error))? {
            (Attempt::Locked, file) => Ok(Self { folder: Held::new(file), ledger: None }),
            (Attempt::InUse | Attempt::Unsupported, _) => Err(LedgerError::InUse),
        }
    }

    /// Whether the folder at this path is the one that is locked. Windows lets nobody move a folder of which
    /// SQLite has a file open.
    #[cfg(unix)]
    pub fn is_of(&self, folder: &Path) -> bool {
        file_id::of(&folder.join(NAME)) == file_id::of_open(&self.folder.file)
    }

    /// Whether the folder at this path is the one that is locked. Windows lets nobody move a folder of which
    /// SQLite has a file open.
    #[cfg(not(unix))]
    pub const fn is_of(&self, _: &Path) -> bool {
        true
    }

    /// Locks the ledger. Returns the file system that SQLite has to use; `None` for its own.
    pub fn take_ledger(&mut self, path: &Path) -> Result<Option<&'static CStr>, LedgerError> {
        let (held, file_system) = Held::of_database(path)?;
        self.ledger = held;
        Ok(file_system)
    }
}

impl Held {
    /// Locks a database as SQLite would, and returns the file system that SQLite then has to use. Where the
    /// system has no such locks, there is none, and SQLite locks it.
    pub(super) fn of_database(path: &Path) -> Result<(Option<Self>, Option<&'static CStr>), LedgerError> {
        let attempt = |file: File| Ok((lock::range(&file, LOCKED.0, LOCKED.1)?, file));
        let opened = OpenOptions::new().read(true).write(true).open(path);
        let opened = opened.and_then(stdio::keep_out).and_then(attempt);
        match opened.map_err(|error: io::Error| LedgerError::CannotOpen(Cause::new(error)))? {
            (Attempt::Locked, file) => Ok((Some(Self::new(file)), Some(WITHOUT_LOCKS))),
            (Attempt::InUse, _) => Err(LedgerError::InUse),
            (Attempt::Unsupported, _) => Ok((None, None)),
        }
    }

    fn new(file: File) -> Self {
        Self {
            #[cfg(unix)]
            _in_children: LetGo::in_children(&file),
            file,
            home: Home::here(),
        }
    }
}

impl Drop for Held {
    /// Unlocks expressly: a child that was made without the library's knowledge still has the file open.
    fn drop(&mut self) {
        if self.home.is_here() {
            lock::release(&self.file);
        }
    }
}
