//! A printer behind a device file: serial, parallel or USB.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::PrintError;
use crate::sys::serial::{self, Line};
use crate::till::limited::left;

/// Reads a device's name, which may be followed by the settings of a serial line: `COM3:9600,n,8,1`.
pub(super) fn named(text: &str) -> Option<(PathBuf, Option<Line>)> {
    match text.rsplit_once(':') {
        // The name of a device may itself contain colons.
        Some((name, line)) if line.matches(',').count() == 3 => Some((file(name)?, Some(Line::parse(line)?))),
        _ => Some((file(text)?, None)),
    }
}

/// Reads a device's name. On Windows that is a port, never a file that a typo would overwrite.
#[cfg(windows)]
fn file(text: &str) -> Option<PathBuf> {
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
fn file(text: &str) -> Option<PathBuf> {
    let path = PathBuf::from(text);
    path.is_absolute().then_some(path)
}

pub(super) fn print(
    path: &Path,
    line: Option<&Line>,
    bytes: &[u8],
    until: Instant,
) -> Result<(), PrintError> {
    let name = path.display();
    let mut device = open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::IsADirectory | ErrorKind::InvalidInput => {
            PrintError::NotFound(format!("{name}: {error}"))
        }
        _ => PrintError::Offline(format!("{name} cannot be opened: {error}")),
    })?;
    if let Some(line) = line {
        serial::configure(&device, line)
            .map_err(|error| PrintError::NotFound(format!("{name} is not such a serial port: {error}")))?;
    }
    serial::limit(&device, left(until));
    device.write_all(bytes).and_then(|()| serial::drain(&device)).map_err(|error| match error.kind() {
        // The error that drivers of parallel and USB printers report in that case.
        ErrorKind::StorageFull => PrintError::NoPaper,
        // The port's time limit.
        ErrorKind::WriteZero | ErrorKind::TimedOut => {
            PrintError::Offline(format!("{name} accepted nothing more"))
        }
        _ => PrintError::Failed(format!("{name}: {error}")),
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
