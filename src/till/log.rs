//! The log: one line per event, to a rotating file and to a callback. The writer
//! of a line masks auth codes and never passes keys.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::sync::Mutex;
use crate::till::clock;
use crate::till::files;

const NAME: &str = "wsy.log";
const MAX_BYTES: u64 = 1024 * 1024;
const KEPT: u32 = 4;

/// The severity of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Normal operation.
    Info = 1,
    /// Something went wrong and was handled.
    Warn = 2,
    /// Someone should look into it.
    Error = 3,
}

/// Receives each line as it is written.
pub type Listener = Arc<dyn Fn(Level, &str) + Send + Sync>;

/// The log of a till. Failing to write a line never fails a payment.
pub struct Log {
    path: PathBuf,
    file: Mutex<Option<(File, u64)>>,
    listener: Mutex<Option<Listener>>,
}

impl Log {
    /// Opens `wsy.log` in the data folder.
    pub fn open(folder: &Path) -> Self {
        let path = folder.join(NAME);
        let file = append(&path);
        Self { path, file: Mutex::new(file), listener: Mutex::new(None) }
    }

    /// Sets or removes the callback.
    pub fn listen(&self, listener: Option<Listener>) {
        *self.listener.lock() = listener;
    }

    /// Writes a line about normal operation.
    pub fn info(&self, event: &str) {
        self.write(Level::Info, event);
    }

    /// Writes a line about something that went wrong.
    pub fn warn(&self, event: &str) {
        self.write(Level::Warn, event);
    }

    /// Writes a line that someone should look into.
    pub fn error(&self, event: &str) {
        self.write(Level::Error, event);
    }

    fn write(&self, level: Level, event: &str) {
        let name = match level {
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        let now = clock::wall();
        // Events contain texts of the platform, which must not start a new line.
        let event = event.replace(char::is_control, " ");
        let mut line = format!("{}.{:03} {name} {event}\n", clock::stamp(now), now.rem_euclid(1000));
        self.append(line.as_bytes());
        line.pop();
        let listener = self.listener.lock().clone();
        if let Some(listener) = listener {
            listener(level, &line);
        }
    }

    fn append(&self, line: &[u8]) {
        let mut file = self.file.lock();
        if file.as_ref().is_some_and(|(_, size)| *size > MAX_BYTES) {
            *file = None;
            rotate(&self.path);
        }
        if file.is_none() {
            *file = append(&self.path);
        }
        if let Some((file, size)) = file.as_mut()
            && file.write_all(line).is_ok()
        {
            *size += line.len() as u64;
        }
    }
}

fn append(path: &Path) -> Option<(File, u64)> {
    let file = files::open_private(path, OpenOptions::new().append(true).create(true)).ok()?;
    let size = file.metadata().map_or(0, |m| m.len());
    Some((file, size))
}

/// Renames `wsy.log` to `wsy.1.log`, that to `wsy.2.log`, and so on; the oldest is removed.
fn rotate(path: &Path) {
    for n in (1..KEPT).rev() {
        let _ = fs::rename(numbered(path, n), numbered(path, n + 1));
    }
    let _ = fs::rename(path, numbered(path, 1));
}

fn numbered(path: &Path, n: u32) -> PathBuf {
    path.with_extension(format!("{n}.log"))
}

/// The possible log files of a data folder, the oldest first.
pub(super) fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let newest = folder.join(NAME);
    let older: Vec<_> = (1..=KEPT).rev().map(|n| numbered(&newest, n)).collect();
    older.into_iter().chain([newest])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_makes_room_and_keeps_the_last_ones() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::open(folder.path());
        let line = "x".repeat(100_000);
        for n in 0..60 {
            log.info(&format!("n={n} {line}"));
        }
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["wsy.1.log", "wsy.2.log", "wsy.3.log", "wsy.4.log", "wsy.log"]);
        assert!(fs::read_to_string(folder.path().join("wsy.log")).unwrap().contains("n=59 "));
    }

    #[test]
    fn what_the_platform_says_begins_no_line_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::open(folder.path());
        log.info("info=bad\r\n2026-11-22 00:00:00 ERROR forged");
        let text = fs::read_to_string(folder.path().join("wsy.log")).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}
