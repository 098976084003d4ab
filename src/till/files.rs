//! Small files of the data folder: private to this user and written atomically.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::time::SystemTime;

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
    options.open(path)
}

/// Replaces the content of a file. After a power cut the file has the old content or the new.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = open_private(&fresh, OpenOptions::new().write(true).create(true).truncate(true))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&fresh, path)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Replaces a file if its content differs. Otherwise only its
/// modification time is updated, which saves the flushes.
pub fn update(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let is_there = fs::read(path).is_ok_and(|there| there == bytes);
    if is_there && OpenOptions::new().write(true).open(path)?.set_modified(SystemTime::now()).is_ok() {
        return Ok(());
    }
    replace(path, bytes)
}

/// Removes a file, if it exists.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes a new name durable by flushing its directory. Windows has no such call and needs none.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
