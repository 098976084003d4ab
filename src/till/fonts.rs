//! Fonts with Chinese characters: the caller's, or one of the system's.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::picture::{Font, FontError, PictureError};
use crate::till::files;

/// Why no font can draw a receipt.
#[derive(Debug, thiserror::Error)]
pub enum NoFont {
    /// None of the known fonts is installed.
    #[error("none of the known fonts is installed")]
    NotInstalled,
    /// A file cannot be read.
    #[error("could not read the font {}", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// A file is not a font.
    #[error("could not use the font {}", .0.display())]
    Font(PathBuf, #[source] FontError),
    /// A font lacks a character.
    #[error("could not draw all of the receipt with the font {}", .0.display())]
    Lacks(PathBuf, #[source] PictureError),
}

/// Font files with the characters of GBK, first those of Windows, then those of Linux;
/// the likeliest and the most printer-like come first.
const KNOWN: [&str; 18] = [
    "simsun.ttc",
    "simsun.ttf",
    "simhei.ttf",
    "msyh.ttc",
    "msyh.ttf",
    "deng.ttf",
    "wqy-zenhei.ttc",
    "wqy-microhei.ttc",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Regular.ttf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "NotoSerifCJK-Regular.ttc",
    "uming.ttc",
];

/// Larger than any of the known font files, in bytes.
const LARGEST: u64 = 64 << 20;

/// How deep to search font directories.
const DEPTH: usize = 5;

/// Returns the file of a font for these characters: the caller's, else the
/// first one of the system that has them all.
pub(super) fn font_for(
    characters: impl Iterator<Item = char> + Clone,
    named: Option<&Path>,
) -> Result<Vec<u8>, NoFont> {
    match named {
        Some(path) => usable(path, characters),
        None => installed(characters),
    }
}

fn installed(characters: impl Iterator<Item = char> + Clone) -> Result<Vec<u8>, NoFont> {
    let mut reason = NoFont::NotInstalled;
    for path in found() {
        match usable(&path, characters.clone()) {
            Ok(bytes) => return Ok(bytes),
            Err(error) => reason = error,
        }
    }
    Err(reason)
}

fn usable(path: &Path, characters: impl Iterator<Item = char>) -> Result<Vec<u8>, NoFont> {
    let bytes = files::read_named(path, LARGEST).map_err(|error| NoFont::File(path.to_owned(), error))?;
    let font = Font::parse(&bytes).map_err(|error| NoFont::Font(path.to_owned(), error))?;
    font.covers(characters).map_err(|error| NoFont::Lacks(path.to_owned(), error))?;
    Ok(bytes)
}

/// Returns the known fonts that are installed, in the order of [`KNOWN`].
fn found() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in folders() {
        collect(&folder, DEPTH, &mut files);
    }
    files.sort();
    files.into_iter().map(|(_, path)| path).collect()
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<(usize, PathBuf)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let known = KNOWN.iter().position(|known| name.eq_ignore_ascii_case(known));
        match (known, entry.file_type()) {
            (Some(place), _) => files.push((place, entry.path())),
            // Links are not followed: they could form a loop.
            (None, Ok(kind)) if kind.is_dir() && depth > 0 => collect(&entry.path(), depth - 1, files),
            _ => {}
        }
    }
}

#[cfg(windows)]
fn folders() -> Vec<PathBuf> {
    let below =
        |variable: &str, folder: &str| env::var_os(variable).map(|base| Path::new(&base).join(folder));
    let folders = [below("WINDIR", "Fonts"), below("LOCALAPPDATA", r"Microsoft\Windows\Fonts")];
    folders.into_iter().flatten().collect()
}

#[cfg(not(windows))]
fn folders() -> Vec<PathBuf> {
    let home = env::home_dir().unwrap_or_default();
    vec![
        "/usr/share/fonts".into(),
        "/usr/local/share/fonts".into(),
        home.join(".local/share/fonts"),
        home.join(".fonts"),
    ]
}
