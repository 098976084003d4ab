//! Zips of package managers: the same bytes for the same files.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use kit::error::Error;

/// A file of a zip.
pub struct Entry {
    /// Its path in the zip, with `/`.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Entry {
    /// A text, or other bytes.
    pub fn of(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), bytes: bytes.into() }
    }
}

/// Files, each under its name in the zip.
pub fn copied(files: impl IntoIterator<Item = (String, PathBuf)>) -> Result<Vec<Entry>, Error> {
    let copied = |(name, file): (String, PathBuf)| {
        let bytes = fs::read(&file).map_err(Error::file("read", &file))?;
        Ok(Entry { name, bytes })
    };
    files.into_iter().map(copied).collect()
}

/// Writes a zip of these files in this order, without times and users of this machine.
pub fn write(path: &Path, entries: &[Entry]) -> Result<PathBuf, Error> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    let file = File::create(path).map_err(Error::file("write", path))?;
    let written = zipped(entries, file);
    written.map_err(|error| Error::Check(format!("cannot write {}: {error}", path.display())))?;
    Ok(path.to_owned())
}

fn zipped(entries: &[Entry], file: File) -> Result<(), ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(file);
    for Entry { name, bytes } in entries {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    zip.finish().map(drop)
}
