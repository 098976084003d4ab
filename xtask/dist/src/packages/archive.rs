//! Zip and tarball. The same contents make the same bytes, whenever and wherever.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::contents::{Content, Contents};
use kit::error::Error;

/// 1980, the first year that a zip knows; no file is older for it.
const LONG_AGO: u64 = 315_532_800;

fn wrong(error: impl std::fmt::Display) -> Error {
    Error::Check(format!("the package cannot be written or read: {error}"))
}

impl Content {
    fn mode(&self) -> u32 {
        if matches!(self, Self::Program(_)) { 0o755 } else { 0o644 }
    }
}

/// Writes a zip.
pub fn zip(folder: &str, contents: &Contents, file: File) -> Result<(), Error> {
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (path, content) in contents {
        let (Content::File(bytes) | Content::Program(bytes)) = content else {
            return Err(wrong("Windows has no links"));
        };
        zip.start_file(format!("{folder}/{path}"), options.unix_permissions(content.mode()))
            .map_err(wrong)?;
        zip.write_all(bytes).map_err(wrong)?;
    }
    zip.finish().map_err(wrong)?.flush().map_err(wrong)
}

/// Unpacks a zip.
pub fn unzip(file: File, to: &Path) -> Result<(), Error> {
    ZipArchive::new(BufReader::new(file)).and_then(|mut zip| zip.extract(to)).map_err(wrong)
}

/// Writes a tarball.
pub fn tarball(folder: &str, contents: &Contents, file: File) -> Result<(), Error> {
    let zipped = GzBuilder::new().mtime(0).write(BufWriter::new(file), Compression::best());
    let mut tarball = tar::Builder::new(zipped);
    for (path, content) in contents {
        let mut header = tar::Header::new_gnu();
        header.set_mtime(LONG_AGO);
        header.set_mode(content.mode());
        header.set_size(0);
        let path = format!("{folder}/{path}");
        match content {
            Content::File(bytes) | Content::Program(bytes) => {
                header.set_size(bytes.len() as u64);
                tarball.append_data(&mut header, path, bytes.as_slice())
            }
            Content::Link(to) => {
                header.set_entry_type(tar::EntryType::Symlink);
                tarball.append_link(&mut header, path, to)
            }
        }
        .map_err(wrong)?;
    }
    let zipped = tarball.into_inner().map_err(wrong)?;
    zipped.finish().map_err(wrong)?.flush().map_err(wrong)
}

/// Unpacks a tarball.
pub fn untar(file: File, to: &Path) -> Result<(), Error> {
    tar::Archive::new(GzDecoder::new(BufReader::new(file))).unpack(to).map_err(wrong)
}
