//! Why the ledger cannot be used. The kind decides what a cashier is
//! told, so that it is kept from the disk up to there.

use std::error::Error;
use std::sync::Arc;

/// Why the ledger cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Another process, or another client of this one, holds it.
    #[error("the ledger is held by another program or client")]
    InUse,
    /// It belongs to the parent of this process.
    #[error("the ledger belongs to the process that this one was forked from")]
    Forked,
    /// Not a ledger, or a damaged one.
    #[error("the ledger is damaged")]
    Damaged(#[source] Cause),
    /// Written by a newer version of the library.
    #[error("the ledger has schema version {0}, which is newer than this library")]
    Newer(i32),
    /// A copy: made on another machine.
    #[error("the ledger was made on another machine")]
    OtherMachine,
    /// Perhaps a copy: the same system on other hardware.
    #[error(
        "the ledger was made with other network cards and disks: the disk was cloned or put into another \
         machine, or all of them were replaced"
    )]
    OtherHardware,
    /// A copy: made in another folder. With that folder.
    #[error("the ledger was made in the folder {0}")]
    OtherFolder(String),
    /// A copy: its file is not the one that was in this folder.
    #[error("the ledger is a copy of the file that was in this folder before")]
    OtherFile,
    /// Another ledger was in its place.
    #[error("another ledger was in this folder before")]
    OtherLedger,
    /// It no longer exists.
    #[error("the ledger is missing or empty, although its mark or its journal is there")]
    Missing,
    /// An older one was put in its place.
    #[error("the ledger lacks the last {missing} of {writes} writes")]
    Behind {
        /// How many writes it lacks.
        missing: i64,
        /// How many there were.
        writes: i64,
    },
    /// Other files took the place of an open ledger.
    #[error("the ledger was moved or replaced while the till was open")]
    Moved,
    /// The bill is in the archive, which cannot be read.
    #[error("the archive of the ledger cannot be read")]
    Archive(#[source] Cause),
    /// The disk is full.
    #[error("no space is left for the ledger")]
    Full(#[source] Cause),
    /// The file, its folder or the disk may only be read.
    #[error("the ledger can only be read")]
    ReadOnly(#[source] Cause),
    /// The file cannot be opened.
    #[error("could not open the ledger")]
    CannotOpen(#[source] Cause),
    /// The disk failed.
    #[error("could not read or write the ledger")]
    Disk(#[source] Cause),
    /// Anything else that SQLite or the library refuses.
    #[error("could not use the ledger")]
    Storage(#[source] Cause),
}

/// The text of an error below. Two causes are equal if their texts are.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    /// An error, or a text that says what is wrong.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(cause.into()))
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_string() == other.0.to_string()
    }
}

impl Eq for Cause {}
