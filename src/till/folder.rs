//! Where a data folder lies, and what may be wrong with that.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sys::drive;

/// Programs that keep a folder the same on several machines, as their folders are named, in lower case.
const SYNCED: [&str; 14] = [
    "onedrive",
    "dropbox",
    "google drive",
    "googledrive",
    "icloud drive",
    "iclouddrive",
    "nextcloud",
    "owncloud",
    "syncthing",
    "synologydrive",
    "nutstore",
    "坚果云",
    "baidusyncdisk",
    "wps云盘",
];

/// Something that may be wrong with a data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It is on another machine: locks and flushes may not be what they promise.
    Network,
    /// It is in a folder that a program keeps the same on several machines.
    Synced,
    /// A till used it before, and its ledger is gone: its payments are not known.
    NoLedger,
    /// The mark beside the ledger was missing, so that an old backup could not be noticed.
    NoMark,
    /// Bills were moved to an archive that cannot be read: their numbers are refused.
    Archive,
}

impl Doubt {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Synced => "synced",
            Self::NoLedger => "no_ledger",
            Self::NoMark => "no_mark",
            Self::Archive => "archive",
        }
    }
}

/// Lists what may be wrong with the place of a folder.
pub fn doubts(folder: &Path) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if drive::is_remote(folder) {
        doubts.push(Doubt::Network);
    }
    if is_synced(folder) {
        doubts.push(Doubt::Synced);
    }
    doubts
}

/// Whether a part of the path is named as such programs name theirs, also `OneDrive - Shop`.
fn is_synced(folder: &Path) -> bool {
    let is_named = |part: &str| {
        let part = part.to_lowercase();
        let rest = SYNCED.iter().find_map(|name| part.strip_prefix(name));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '(', '-', '（']))
    };
    folder.iter().any(|part| is_named(&part.to_string_lossy()))
}

/// The folder itself, whatever links lead to it: they may lead elsewhere later.
pub fn resolved(folder: &Path) -> PathBuf {
    let Ok(place) = fs::canonicalize(folder) else { return folder.to_owned() };
    if cfg!(windows) { plain(&place).unwrap_or_else(|| folder.to_owned()) } else { place }
}

/// The form of a path that all calls of Windows understand, if it has one.
fn plain(path: &Path) -> Option<PathBuf> {
    /// Shorter than the longest path of such calls, with the name of a file.
    const LONGEST: usize = 200;
    let plain = path.to_str()?.strip_prefix(r"\\?\")?;
    let is_of_drive = plain.get(1..3) == Some(r":\");
    (is_of_drive && plain.len() <= LONGEST).then(|| plain.into())
}

/// A text for a path that no other path has: what is not Unicode, control characters and `%` are escaped.
pub fn exact(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '%' || c.is_control() {
                text.extend(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")));
            } else {
                text.push(c);
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("%{byte:02X}")));
    }
    text
}

/// Whether Windows shows an old program this folder in place of one that the program may not write to.
/// Programs of the same user that are newer, and other users, see another one.
pub fn is_virtual_store(path: &Path) -> bool {
    let path = path.to_string_lossy().to_lowercase();
    path.contains(r"\appdata\local\virtualstore\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_a_synchronising_program_is_known_by_its_name() {
        for synced in
            ["/home/a/OneDrive - Shop/wsy", "/mnt/坚果云/wsy", "/home/a/Dropbox (2)", "/x/Nutstore/1"]
        {
            assert_eq!(doubts(Path::new(synced)), [Doubt::Synced], "{synced}");
        }
        for good in ["/home/a/wsy", "/opt/onedriver/wsy", "/var/lib/my dropbox"] {
            assert_eq!(doubts(Path::new(good)), [], "{good}");
        }
    }

    #[test]
    fn a_path_of_windows_is_written_as_its_calls_understand_it() {
        let plain = |path: &str| plain(Path::new(path));
        assert_eq!(plain(r"\\?\C:\till\数据"), Some(PathBuf::from(r"C:\till\数据")));
        assert_eq!(plain(r"\\?\UNC\server\till"), None);
        assert_eq!(plain(&format!(r"\\?\C:\{}", "x".repeat(250))), None);
    }

    #[cfg(unix)]
    #[test]
    fn two_paths_never_have_the_same_text() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let text = |path: &[u8]| exact(Path::new(OsStr::from_bytes(path)));
        assert_eq!(text("/数据/wsy 1".as_bytes()), "/数据/wsy 1");
        // 甲 and 乙 in GBK.
        assert_eq!((text(b"/\xbc\xd7"), text(b"/\xd2\xd2")), ("/%BC%D7".to_owned(), "/%D2%D2".to_owned()));
        assert_eq!(
            (text(b"/%BC"), text(b"/\xbc"), text(b"/a\nb")),
            ("/%25BC".into(), "/%BC".into(), "/a%0Ab".into())
        );
    }

    #[test]
    fn a_redirected_folder_is_known_by_its_final_path() {
        let redirected = r"\\?\C:\Users\a\AppData\Local\VirtualStore\Program Files (x86)\till\ledger.db";
        assert!(is_virtual_store(Path::new(redirected)));
        assert!(!is_virtual_store(Path::new(r"C:\Program Files (x86)\till\ledger.db")));
    }
}
