//! Where a ledger is: its folder, and the number of its file on the disk.
//!
//! A path may be written in several ways, and Windows XP does not say which is the right one; a file has one
//! number, wherever it is moved on its disk. So one of the two has to be the same. Neither shows a copy that
//! was put in the old place, or lies at the same path in another container. Where the file system keeps the
//! numbers of its files for good, the file has to be the same one besides.

use std::fs;
use std::path::Path;

use super::LedgerError;
use crate::payment::Cause;
use crate::sys::file_id::{self, Lasting};
use crate::till::folder;

/// How the text of a place begins; earlier versions recorded the path and the number alone.
const MARK: &str = "2\n";

/// Where a ledger is.
pub struct Place {
    /// The folder's canonical path, however it was written.
    path: String,
    /// The same as earlier versions recorded it.
    inexact_path: String,
    /// The number of `ledger.db` on its disk, as the disk is numbered now.
    number: String,
    /// The file's identity for as long as it lives, if its file system has such.
    file: Option<Lasting>,
}

impl Place {
    /// The place of the ledger in this folder.
    pub fn of(folder: &Path) -> Result<Self, LedgerError> {
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
            inexact_path: path.to_string_lossy().into_owned(),
            path: folder::exact(&path),
            number: file_id::of(&ledger).map(|id| id.to_string()).unwrap_or_default(),
            file: file_id::lasting(&ledger),
        })
    }

    /// The text that a ledger records.
    pub fn text(&self) -> String {
        let file = self.file.map(|file| file.to_string()).unwrap_or_default();
        format!("{MARK}{}\n{}\n{file}", self.path, self.number)
    }

    /// Refuses a ledger that was recorded elsewhere.
    pub fn verify(&self, recorded: &str) -> Result<(), LedgerError> {
        let is_number = |number: &str| !number.is_empty() && number == self.number;
        let Some(parts) = recorded.strip_prefix(MARK) else {
            let (path, number) = recorded.rsplit_once('\n').unwrap_or((recorded, ""));
            let is_here = path == self.inexact_path || is_number(number);
            return if is_here { Ok(()) } else { Err(LedgerError::OtherFolder(path.to_owned())) };
        };
        let mut parts = parts.split('\n');
        let mut part = || parts.next().unwrap_or_default();
        let (path, number, file) = (part(), part(), part());
        if path != self.path && !is_number(number) {
            return Err(LedgerError::OtherFolder(path.to_owned()));
        }
        let is_file = match (Lasting::read(file), self.file) {
            (Some(recorded), Some(here)) => recorded.is_same(here),
            (Some(_), None) => false,
            (None, _) => true,
        };
        if is_file { Ok(()) } else { Err(LedgerError::OtherFile) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str, number: &str, file: &str) -> Place {
        Place {
            path: path.to_owned(),
            inexact_path: path.to_owned(),
            number: number.to_owned(),
            file: Lasting::read(file),
        }
    }

    #[test]
    fn a_ledger_may_be_moved_and_its_disk_numbered_anew_but_its_file_stays() {
        let here = place("/a", "1:2", "2 5");
        let verify = |path: &str, number: &str, file: &str| here.verify(&place(path, number, file).text());
        let (folder, file) = (Err(LedgerError::OtherFolder("/b".to_owned())), Err(LedgerError::OtherFile));
        assert_eq!(verify("/a", "1:2", "2 5"), Ok(()));
        assert_eq!(verify("/a", "9:2", "2 5"), Ok(()));
        assert_eq!(verify("/b", "1:2", "2 5"), Ok(()));
        assert_eq!(verify("/b", "9:2", "2 5"), folder);
        // A copy at the same path, also one that got the number of a file that was deleted.
        assert_eq!(verify("/a", "1:3", "3 6"), file);
        assert_eq!(verify("/a", "1:2", "2 6"), file);
        // A system that does not say when a file was made; a file system that renumbers its files.
        assert_eq!(verify("/a", "1:2", "2 -"), Ok(()));
        assert_eq!(verify("/a", "1:2", ""), Ok(()));
        assert_eq!(verify("/b", "", ""), folder);
        let unstable = place("/a", "1:2", "");
        assert_eq!(unstable.verify(&place("/a", "1:3", "").text()), Ok(()));
        assert_eq!(unstable.verify(&here.text()), file);
    }

    #[test]
    fn what_an_earlier_version_recorded_is_understood() {
        let here = place("/a", "1:2", "2 5");
        for recorded in ["/a", "/a\n", "/a\n1:3", "/b\n1:2"] {
            assert_eq!(here.verify(recorded), Ok(()), "{recorded}");
        }
        for recorded in ["/b", "/b\n1:3"] {
            assert!(matches!(here.verify(recorded), Err(LedgerError::OtherFolder(_))), "{recorded}");
        }
    }
}
