//! Zips of package managers: the same bytes for the same files.

use std::io::{Cursor, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A file of a zip.
pub struct Entry {
    /// Its path in the zip, with `/`.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A zip of these files in this order, without times and users of this machine.
pub fn zipped(entries: &[Entry]) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for Entry { name, bytes } in entries {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
