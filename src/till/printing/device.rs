//! A printer behind a device file: serial, parallel or USB.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::PrintError;

/// Reads a device's name. On Windows that is a port, never a file that a typo would overwrite.
#[cfg(windows)]
pub(super) fn file(text: &str) -> Option<PathBuf> {
    let name = text.trim().trim_end_matches(':');
    let bare = name.strip_prefix(r"\\.\").unwrap_or(name);
    let named = |kind: &str| {
        let number = bare.get(..kind.len()).filter(|start| start.eq_ignore_ascii_case(kind));
        number.is_some() && bare.get(kind.len()..).is_some_and(|n| n.parse::<u16>().is_ok())
    };
    (named("COM") || named("LPT") || name != bare && !bare.is_empty())
        .then(|| PathBuf::from(format!(r"\\.\{bare}")))
}

/// Reads a device's name.
#[cfg(not(windows))]
pub(super) fn file(text: &str) -> Option<PathBuf> {
    let path = PathBuf::from(text);
    path.is_absolute().then_some(path)
}

pub(super) fn print(path: &Path, bytes: &[u8]) -> Result<(), PrintError> {
    let mut device = open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::IsADirectory | ErrorKind::InvalidInput => {
            PrintError::NotFound(format!("{}: {error}", path.display()))
        }
        _ => PrintError::Offline(format!("{} cannot be opened: {error}", path.display())),
    })?;
    device.write_all(bytes).and_then(|()| device.flush()).map_err(|error| match error.kind() {
        // The error that drivers of parallel and USB printers report in that case.
        ErrorKind::StorageFull => PrintError::NoPaper,
        _ => PrintError::Failed(format!("{}: {error}", path.display())),
    })
}

#[cfg(windows)]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// A regular file would be overwritten; and a serial line must not become the program's terminal.
#[cfg(not(windows))]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let kind = std::fs::metadata(path)?.file_type();
    if kind.is_file() || kind.is_dir() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a device"));
    }
    OpenOptions::new().write(true).custom_flags(libc::O_NOCTTY).open(path)
}
