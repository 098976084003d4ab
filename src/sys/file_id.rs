//! The identity of a file, however its path is written.

use std::path::Path;

/// A text for the volume and the file's number on it, if the system has such. Does not open the file, which
/// would end this process's locks on it.
#[cfg(unix)]
pub fn of(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|there| format!("{:x}:{:x}", there.dev(), there.ino()))
}

/// A text for the volume and the file's number on it, if the system has such.
#[cfg(windows)]
pub fn of(path: &Path) -> Option<String> {
    use std::os::windows::io::AsRawHandle;

    use windows_sys::Win32::Storage::FileSystem::{BY_HANDLE_FILE_INFORMATION, GetFileInformationByHandle};

    let file = std::fs::File::open(path).ok()?;
    // SAFETY: a structure of numbers, for which zeros are valid.
    let mut there: BY_HANDLE_FILE_INFORMATION = unsafe { std::mem::zeroed() };
    // SAFETY: an open file, and `there` is ours.
    let done = unsafe { GetFileInformationByHandle(file.as_raw_handle(), &mut there) };
    let (volume, high, low) = (there.dwVolumeSerialNumber, there.nFileIndexHigh, there.nFileIndexLow);
    (done != 0 && (high, low) != (0, 0)).then(|| format!("{volume:x}:{high:x}{low:08x}"))
}
