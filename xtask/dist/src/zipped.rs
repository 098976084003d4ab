//! Zips of package managers: the same bytes for the same files.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use kit::error::Error;

/// A file of a zip: its path there, with `/`, and what is in it.
pub type Entry = (String, Vec<u8>);

/// Files, each under its name in the zip.
pub fn copied(files: impl IntoIterator<Item = (String, PathBuf)>) -> Result<Vec<Entry>, Error> {
    let copied = |(name, file): (String, PathBuf)| match fs::read(&file) {
        Ok(bytes) => Ok((name, bytes)),
        Err(error) => Err(Error::file("read", &file)(error)),
    };
    files.into_iter().map(copied).collect()
}

/// Writes a zip of these files in this order, without times and users of this machine.
pub fn write(path: &Path, entries: &[Entry]) -> Result<PathBuf, Error> {
    write_to(path, entries).map_err(Error::file("write", path))?;
    Ok(path.to_owned())
}

/// The file of this name in a zip, in whichever folder.
pub fn find(zip: &[u8], name: &str) -> Result<Option<Vec<u8>>, Error> {
    fn wrong(error: impl std::fmt::Display) -> Error {
        Error::Check(format!("the zip cannot be read: {error}"))
    }
    let mut zip = ZipArchive::new(Cursor::new(zip)).map_err(wrong)?;
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).map_err(wrong)?;
        if file.name().map_err(wrong)?.rsplit('/').next() == Some(name) {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(wrong)?;
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

fn write_to(path: &Path, entries: &[Entry]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    let mut zip = ZipWriter::new(File::create(path)?);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (name, bytes) in entries {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish().map(drop)?)
}
