//! A data folder without a ledger. It may be new; or its ledger was deleted, moved away or emptied, and what
//! is left says so. A new ledger would know none of the payments, and SQLite would delete a journal that the
//! missing file needs. So this is asked before anything is created.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{LedgerError, connection, identity, of_file};
use crate::till::files;

/// Files that only a till with a ledger makes.
const LEFT: [&str; 4] = ["device.key", "codes.key", "archive.db", "wsy.log"];

/// Whether a folder has lost its ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The ledger is there, or the folder is new.
    No,
    /// A till used the folder, and had a ledger.
    Yes,
}

/// Looks for what a missing or empty ledger has left. A mark or a journal is refused, unless a person has
/// decided to `accept` the loss: the journal is then put aside.
pub fn look(folder: &Path, accept: bool) -> Result<Missing, LedgerError> {
    let ledger = folder.join("ledger.db");
    let is_missing = match fs::metadata(&ledger) {
        Ok(there) => there.is_file() && there.len() == 0,
        Err(error) => error.kind() == ErrorKind::NotFound,
    };
    if !is_missing {
        return Ok(Missing::No);
    }
    let journal = connection::journal_of(&ledger);
    let has_journal = fs::metadata(&journal).is_ok_and(|there| there.len() > 0);
    if !accept && (has_journal || identity::has_mark(folder)) {
        return Err(LedgerError::Missing);
    }
    if has_journal {
        files::rename_durably(&journal, &free_name(folder)).map_err(|error| of_file(&journal, error))?;
    }
    let is_left = has_journal || LEFT.iter().any(|name| folder.join(name).exists());
    Ok(if is_left { Missing::Yes } else { Missing::No })
}

/// `ledger-lost.wal`, `ledger-lost-2.wal` and so on.
fn free_name(folder: &Path) -> PathBuf {
    let first = folder.join("ledger-lost.wal");
    let numbered = (2_u32..).map(|number| folder.join(format!("ledger-lost-{number}.wal")));
    std::iter::once(first.clone()).chain(numbered).find(|path| !path.exists()).unwrap_or(first)
}
