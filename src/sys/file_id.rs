//! The identity of a file, however its path is written.

use std::fmt;
use std::path::Path;

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
