//! The identity of a file, however its path is written.

use std::fmt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::drive;

/// The volume of a file and its number there. While something has the file open, no other file has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    volume: u64,
    number: u64,
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}:{:x}", self.volume, self.number)
    }
}

/// The file at a path; `None` if there is none, or if the system does not number its files. Does not open the
/// file, which would end this process's locks on it.
#[cfg(unix)]
pub fn of(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|there| FileId { volume: there.dev(), number: there.ino() })
}

/// An open file.
#[cfg(unix)]
pub fn of_open(file: &std::fs::File) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().ok().map(|there| FileId { volume: there.dev(), number: there.ino() })
}

/// The file at a path; `None` if there is none, or if the system does not number its files.
#[cfg(windows)]
pub fn of(path: &Path) -> Option<FileId> {
    use std::os::windows::io::AsRawHandle;

    use windows_sys::Win32::Storage::FileSystem::{BY_HANDLE_FILE_INFORMATION, GetFileInformationByHandle};

    let file = std::fs::File::open(path).ok()?;
    // SAFETY: a structure of numbers, for which zeros are valid.
    let mut there: BY_HANDLE_FILE_INFORMATION = unsafe { std::mem::zeroed() };
    // SAFETY: an open file, and `there` is ours.
    let done = unsafe { GetFileInformationByHandle(file.as_raw_handle(), &mut there) };
    let number = u64::from(there.nFileIndexHigh) << 32 | u64::from(there.nFileIndexLow);
    (done != 0 && number != 0).then(|| FileId { volume: there.dwVolumeSerialNumber.into(), number })
}

/// The identity of a file for as long as it lives, on a file system that never renumbers its files: its
/// number there, and when it was made, in ns since 1970. A number is given again once its file is deleted.
/// The volume is no part of it where the system may number its disks differently at the next start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasting {
    number: u128,
    made: Option<u128>,
}

impl Lasting {
    /// Reads such a text.
    pub fn read(text: &str) -> Option<Self> {
        let (number, made) = text.split_once(' ')?;
        Some(Self { number: u128::from_str_radix(number, 16).ok()?, made: made.parse().ok() })
    }

    /// Whether both are the same file. Not each system says when a file was made.
    pub fn is_same(self, other: Self) -> bool {
        let is_made_then = self.made.zip(other.made).is_none_or(|(one, other)| one == other);
        self.number == other.number && is_made_then
    }
}

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.made {
            Some(made) => write!(f, "{:x} {made}", self.number),
            None => write!(f, "{:x} -", self.number),
        }
    }
}

/// The file at a path; `None` on a file system that may renumber its files.
pub fn lasting(path: &Path) -> Option<Lasting> {
    let FileId { volume, number } = of(path).filter(|_| drive::keeps_numbers(path))?;
    // Windows numbers its volumes for good.
    let number = if cfg!(windows) { u128::from(volume) << 64 | u128::from(number) } else { number.into() };
    // Windows gives a file the time of one with this name that was deleted shortly before; its numbers are
    // not given again.
    let made = if cfg!(windows) { None } else { std::fs::metadata(path).ok()?.created().ok() };
    let made = made.and_then(|made| made.duration_since(UNIX_EPOCH).ok());
    Some(Lasting { number, made: made.map(|made| made.as_nanos()) })
}
