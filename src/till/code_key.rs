//! The key of this till with which the ledger's auth codes are recognised. A code has so few digits that a
//! plain hash of it can be searched through; without the key, nobody can.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ring::hmac::{self, HMAC_SHA256};
use ring::rand::{SecureRandom, SystemRandom};

use crate::till::files;
use crate::till::secret_store::SecretStore;

/// The length of the key, in bytes.
const LENGTH: usize = 32;
/// How much of each result is kept, in bytes: two codes never share that much.
const KEPT: usize = 20;

/// The key.
#[derive(Debug)]
pub struct CodeKey(hmac::Key);

/// A till's key, and how it was come by.
#[derive(Debug)]
pub struct Loaded {
    /// The key to use.
    pub key: CodeKey,
    /// Whether the next start will have the same one.
    pub is_saved: bool,
    /// Why it is not the one that this till had before: the codes of earlier payments are not recognised.
    pub trouble: Option<io::Error>,
}

impl CodeKey {
    /// Returns what the ledger keeps of an auth code with this fingerprint.
    pub fn print(&self, fingerprint: &str) -> String {
        let tag = hmac::sign(&self.0, fingerprint.as_bytes());
        hex::encode(tag.as_ref().iter().take(KEPT).copied().collect::<Vec<_>>())
    }

    fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(HMAC_SHA256, bytes))
    }

    fn of_text(text: &str) -> io::Result<Self> {
        let bytes = hex::decode(text.trim()).ok().filter(|bytes| bytes.len() == LENGTH);
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the file is damaged");
        bytes.map(|bytes| Self::new(&bytes)).ok_or_else(damaged)
    }
}

/// Loads the key of this folder, or makes one. Never keeps a till from selling: a key that cannot be read is
/// put aside and replaced, and one that cannot be saved serves until the end of the program.
pub fn load(folder: &Path, secrets: &dyn SecretStore) -> Loaded {
    let read = |text: String| CodeKey::of_text(&secrets.unseal(text.trim())?);
    let unread = match fs::read_to_string(path(folder)).and_then(read) {
        Ok(key) => return Loaded { key, is_saved: true, trouble: None },
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(error),
    };
    let mut bytes = [0; LENGTH];
    let drawn = SystemRandom::new().fill(&mut bytes).map_err(|_| io::Error::other("no random numbers"));
    let aside = || match unread {
        Some(_) => files::rename_durably(&path(folder), &folder.join("codes-unreadable.key")),
        None => Ok(()),
    };
    let save = || files::replace(&path(folder), secrets.seal(&hex::encode(bytes))?.as_bytes());
    let saved = drawn.and_then(|()| aside()).and_then(|()| save());
    Loaded { key: CodeKey::new(&bytes), is_saved: saved.is_ok(), trouble: saved.err().or(unread) }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("codes.key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::till::secret_store::FilePermissions;

    #[test]
    fn a_key_is_made_once_and_each_till_has_its_own() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let load = |folder: &Path| {
            let Loaded { key, is_saved, trouble } = load(folder, &FilePermissions);
            assert!(is_saved && trouble.is_none());
            key.print("code")
        };
        let print = load(folder.path());
        assert_eq!(print.len(), 2 * KEPT);
        assert_eq!(load(folder.path()), print);
        assert_ne!(load(other.path()), print);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(path(folder.path())).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_print_is_an_hmac_of_the_fingerprint() {
        // RFC 4231, test case 2.
        let key = CodeKey::new(b"Jefe");
        assert_eq!(key.print("what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f08");
    }

    #[test]
    fn a_key_that_cannot_be_read_is_put_aside_and_one_that_cannot_be_saved_serves_for_now() {
        let folder = tempfile::tempdir().unwrap();
        for damaged in ["", "00ff", "dpapi:AAAA", &"zz".repeat(LENGTH)] {
            fs::write(path(folder.path()), damaged).unwrap();
            let Loaded { key, is_saved, trouble } = load(folder.path(), &FilePermissions);
            assert!(is_saved && trouble.is_some(), "{damaged}");
            assert_eq!(fs::read_to_string(folder.path().join("codes-unreadable.key")).unwrap(), damaged);
            let again = load(folder.path(), &FilePermissions);
            assert!(again.trouble.is_none());
            assert_eq!(again.key.print("code"), key.print("code"));
        }
        let nowhere = folder.path().join("missing");
        let [one, other] = [(), ()].map(|()| load(&nowhere, &FilePermissions));
        assert!(!one.is_saved && one.trouble.is_some());
        assert_ne!(one.key.print("code"), other.key.print("code"));
    }
}
