//! Small files of the data folder: private to this user and written atomically.
//!
//! A virus scanner or a synchronising program may have a file open just when it is to be replaced or removed,
//! and a disk may be full for a moment. Both pass, so what they refuse is tried again for a while.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::sys::stdio;

/// How long to try again: as long as SQLite does on Windows.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// The last part of the name of a file that is being written, and the first parts.
const FRESH: &str = ".new";
const WRITTEN: [&str; 4] = ["device.", "config.", "ledger.", "codes."];

/// Reads a file that the caller named, of at most `most` bytes. Only regular files are read: a device may
/// never end, and a pipe may never begin.
pub fn read_named(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let refused = || io::Error::new(ErrorKind::InvalidInput, "not a regular file, or too large");
    if !fs::metadata(path)?.is_file() {
        return Err(refused());
    }
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read <= most) { Ok(bytes) } else { Err(refused()) }
}

/// Creates the directory, private to this user where the system supports that.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file so that only this user can read it.
pub fn open_private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path).and_then(stdio::keep_out)
}

/// Creates a file that only its owner can read, unless there is one.
pub fn create_private(path: &Path) -> io::Result<()> {
    match open_private(path, OpenOptions::new().write(true).create_new(true)) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Replaces the content of a file. After a power cut the file has the old content or the new.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_within(path, bytes, PATIENCE)
}

/// The same, but tries only once, for a caller that will call again.
pub fn replace_at_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_within(path, bytes, Duration::ZERO)
}

fn replace_within(path: &Path, bytes: &[u8], limit: Duration) -> io::Result<()> {
    let until = Instant::now() + limit;
    let fresh = fresh_name(path);
    let done =
        persist(until, || write_new(&fresh, bytes)).and_then(|()| persist(until, || rename(&fresh, path)));
    if done.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    done.and_then(|()| sync_folder(path.parent().unwrap_or(Path::new("."))))
}

/// Checks that a file could be replaced, by writing one beside it.
pub fn probe(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = fresh_name(path);
    let done = persist(Instant::now() + PATIENCE, || write_new(&fresh, bytes));
    // Whatever keeps it from being removed, the next start removes it.
    let _ = fs::remove_file(&fresh);
    done
}

/// Gives a file a new name, replacing what has it. Durable when this returns.
pub fn rename_durably(from: &Path, to: &Path) -> io::Result<()> {
    persist(Instant::now() + PATIENCE, || rename(from, to))?;
    sync_folder(to.parent().unwrap_or(Path::new(".")))
}

/// Removes what earlier processes were writing when they ended. Only for the owner of the folder.
pub fn remove_unfinished(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_fresh =
            |name: &str| name.ends_with(FRESH) && WRITTEN.iter().any(|part| name.starts_with(part));
        if name.to_str().is_some_and(is_fresh) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A name that no other file has: `device.1f4-3.new` for `device.key`.
fn fresh_name(path: &Path) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    path.with_extension(format!("{:x}-{number:x}{FRESH}", process::id()))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = open_private(path, OpenOptions::new().write(true).create(true).truncate(true))?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(not(windows))]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

#[cfg(windows)]
use crate::sys::rename::rename;

/// Tries again until the moment, as long as what refused it may pass.
fn persist(until: Instant, mut attempt: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    let mut pause = Duration::from_millis(10);
    loop {
        match attempt() {
            Err(error) if is_passing(&error) && Instant::now() + pause < until => {
                thread::sleep(pause);
                pause = (pause * 2).min(PAUSE);
            }
            done => return done,
        }
    }
}

/// Whether what refused a file may pass by itself. Windows reports a file that another program has open as
/// any of three errors, one of which also means that this user may not.
fn is_passing(error: &io::Error) -> bool {
    /// ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_USER_MAPPED_FILE
    const OPEN_ELSEWHERE: [i32; 4] = [5, 32, 33, 1224];
    if cfg!(windows) && error.raw_os_error().is_some_and(|code| OPEN_ELSEWHERE.contains(&code)) {
        return true;
    }
    matches!(
        error.kind(),
        ErrorKind::ResourceBusy
            | ErrorKind::ExecutableFileBusy
            | ErrorKind::Interrupted
            | ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
    )
}

/// Replaces a file if its content differs. Otherwise only its
/// modification time is updated, which saves the flushes.
pub fn update(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let is_there = fs::read(path).is_ok_and(|there| there == bytes);
    let touch = || OpenOptions::new().write(true).open(path)?.set_modified(SystemTime::now());
    if is_there && touch().is_ok() { Ok(()) } else { replace(path, bytes) }
}

/// Removes a file, if it exists.
pub fn remove(path: &Path) -> io::Result<()> {
    persist(Instant::now() + PATIENCE, || match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    })
}

/// Makes a new name durable by flushing its directory. Windows has no such call and needs none.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_tried_again_and_what_stays_is_not() {
        let tries = |kind: ErrorKind, refusals: u32, limit: Duration| {
            let mut count = 0;
            let done = persist(Instant::now() + limit, || {
                count += 1;
                if count > refusals { Ok(()) } else { Err(kind.into()) }
            });
            (done.is_ok(), count)
        };
        let long = Duration::from_secs(600);
        assert_eq!(tries(ErrorKind::ResourceBusy, 3, long), (true, 4));
        assert_eq!(tries(ErrorKind::StorageFull, 3, long), (true, 4));
        assert_eq!(tries(ErrorKind::NotFound, 3, long), (false, 1));
        assert_eq!(tries(ErrorKind::ResourceBusy, 3, Duration::ZERO), (false, 1));
    }

    #[test]
    fn a_file_is_written_under_a_name_of_its_own_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let names = || {
            let entries = fs::read_dir(folder.path()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let key = folder.path().join("device.key");
        assert_ne!(fresh_name(&key), fresh_name(&key));
        replace(&key, b"1").unwrap();
        probe(&key, b"2").unwrap();
        assert_eq!((fs::read(&key).unwrap(), names()), (b"1".to_vec(), vec!["device.key".into()]));
        for left in ["device.new", "config.1-0.new", "ledger.2-a.new", "mine.new", "device.newer"] {
            fs::write(folder.path().join(left), "").unwrap();
        }
        remove_unfinished(folder.path());
        assert_eq!(names(), ["device.key", "device.newer", "mine.new"]);
        fs::create_dir(folder.path().join("config.xml")).unwrap();
        replace(&folder.path().join("config.xml"), b"3").unwrap_err();
        assert_eq!(names().len(), 4);
    }
}
