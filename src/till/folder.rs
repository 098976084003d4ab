//! Where a data folder lies, and what may be wrong with that.

use std::path::Path;

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
    fn a_redirected_folder_is_known_by_its_final_path() {
        let redirected = r"\\?\C:\Users\a\AppData\Local\VirtualStore\Program Files (x86)\till\ledger.db";
        assert!(is_virtual_store(Path::new(redirected)));
        assert!(!is_virtual_store(Path::new(r"C:\Program Files (x86)\till\ledger.db")));
    }
}
