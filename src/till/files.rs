//! Small files of the data folder: private to this user, and written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::time::SystemTime;

/// Reads a file that the caller named, if it is no larger than so many bytes. A name from outside may be that
/// of a device that never ends, or of a pipe that never begins.
pub fn read_named(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let refused = || io::Error::new(ErrorKind::InvalidInput, "it is no file of this kind");
    if !fs::metadata(path)?.is_file() {
        return Err(refused());
    }
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read <= most) { Ok(bytes) } else { Err(refused()) }
}

/// Makes the folder, private to this user where the system can.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file that only this user can read.
pub fn open_private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

/// Replaces a file by `bytes`; after a power cut there is the old content or the new.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = open_private(&fresh, OpenOptions::new().write(true).create(true).truncate(true))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&fresh, path)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Replaces a file that has other content. One that has this content
/// already only becomes as new, which spares the flushes.
pub fn update(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let is_there = fs::read(path).is_ok_and(|there| there == bytes);
    if is_there && OpenOptions::new().write(true).open(path)?.set_modified(SystemTime::now()).is_ok() {
        return Ok(());
    }
    replace(path, bytes)
}

/// Removes a file, if it is there.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A new name is durable once its folder is; Windows has no such call and needs none.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
