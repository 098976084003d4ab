//! Zip and tarball. The same contents make the same bytes, whenever and wherever.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::contents::{Content, Entry, Package};
use super::folder;
use kit::error::Error;

/// 1980, the first year that a zip knows; no file is older for it.
const LONG_AGO: u64 = 315_532_800;

/// Makes the zip, and gives the folder that it was unpacked to.
pub fn zip(package: &Package, entries: &[Entry]) -> Result<PathBuf, Error> {
    current(package, entries, write_zip, |file, to| {
        let mut archive = ZipArchive::new(BufReader::new(file)).map_err(wrong)?;
        archive.extract(to).map_err(wrong)
    })
}

/// Makes the tarball, and gives the folder that it was unpacked to.
pub fn tarball(package: &Package, entries: &[Entry]) -> Result<PathBuf, Error> {
    current(package, entries, write_tarball, |file, to| {
        tar::Archive::new(GzDecoder::new(BufReader::new(file))).unpack(to).map_err(wrong)
    })
}

fn wrong(error: impl std::fmt::Display) -> Error {
    Error::Check(format!("the package cannot be written or read: {error}"))
}

/// Writes and unpacks a package, unless it has been done with these very contents.
fn current(
    package: &Package,
    entries: &[Entry],
    write: fn(&str, &[Entry], File) -> Result<(), Error>,
    unpack: fn(File, &Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let (file, all) = (folder().join(package.file()), folder().join("unpacked"));
    let (unpacked, stamp) = (all.join(package.name()), all.join(format!("{}.sha256", package.name())));
    let wanted = fingerprint(entries);
    if file.exists() && unpacked.is_dir() && fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(unpacked);
    }
    for old in [&stamp, &unpacked] {
        remove(old)?;
    }
    fs::create_dir_all(&all).map_err(Error::file("make the folder", &all))?;
    let fresh = file.with_extension("new");
    write(&package.name(), entries, File::create(&fresh).map_err(Error::file("write", &fresh))?)?;
    fs::rename(&fresh, &file).map_err(Error::file("write", &file))?;
    unpack(File::open(&file).map_err(Error::file("read", &file))?, &all)?;
    fs::write(&stamp, wanted).map_err(Error::file("write", &stamp))?;
    Ok(unpacked)
}

fn remove(path: &Path) -> Result<(), Error> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("remove", path)(error)),
        _ => Ok(()),
    }
}

fn fingerprint(entries: &[Entry]) -> String {
    let mut hash = Sha256::new();
    for Entry { path, content } in entries {
        let (kind, bytes) = match content {
            Content::File(bytes) => (0_u8, bytes.as_slice()),
            Content::Program(bytes) => (1, bytes.as_slice()),
            Content::Link(to) => (2, to.as_bytes()),
        };
        hash.update([kind]);
        for part in [path.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write_zip(name: &str, entries: &[Entry], file: File) -> Result<(), Error> {
    let mut zip = ZipWriter::new(BufWriter::new(file));
    for Entry { path, content } in entries {
        let mode = if matches!(content, Content::Program(_)) { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        let bytes = match content {
            Content::File(bytes) | Content::Program(bytes) => bytes,
            Content::Link(_) => return Err(wrong("Windows has no links")),
        };
        zip.start_file(format!("{name}/{path}"), options).map_err(wrong)?;
        zip.write_all(bytes).map_err(wrong)?;
    }
    zip.finish().map_err(wrong)?.flush().map_err(wrong)
}

fn write_tarball(name: &str, entries: &[Entry], file: File) -> Result<(), Error> {
    let zipped = GzBuilder::new().mtime(0).write(BufWriter::new(file), Compression::best());
    let mut tarball = tar::Builder::new(zipped);
    for Entry { path, content } in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mtime(LONG_AGO);
        header.set_mode(if matches!(content, Content::Program(_)) { 0o755 } else { 0o644 });
        let path = format!("{name}/{path}");
        match content {
            Content::File(bytes) | Content::Program(bytes) => {
                header.set_size(bytes.len() as u64);
                tarball.append_data(&mut header, path, bytes.as_slice())
            }
            Content::Link(to) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                tarball.append_link(&mut header, path, to)
            }
        }
        .map_err(wrong)?;
    }
    let zipped = tarball.into_inner().map_err(wrong)?;
    zipped.finish().map_err(wrong)?.flush().map_err(wrong)
}
