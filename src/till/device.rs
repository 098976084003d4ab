//! The till's identity at the platform: device id and key, stored in `device.key`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha1::{Digest, Sha1};

use crate::protocol::request::Device;
use crate::sys::process::PerProcess;
use crate::till::error::Error;
use crate::till::files;
use crate::till::in_flight::{InFlight, InFlightLock};
use crate::till::secret_store::SecretStore;

/// The devices that the tills of this process are activated as.
static ACTIVATED: PerProcess<InFlight> = PerProcess::new(InFlight::default);

/// A device that exactly one till of this process is activated as. Two tills would not know each other's auth
/// codes, and each would take the other's payments for its own.
pub struct Activated {
    /// The device.
    pub device: Device,
    /// Its number at the platform's address.
    number: Arc<InFlightLock>,
    /// Its number and key, which are one device however the address of the platform was written.
    key: Arc<InFlightLock>,
}

impl Activated {
    /// Claims a device of the platform at this address, unless it is already the till's `own`.
    pub fn take(base: &str, device: Device, own: Option<&Self>) -> Result<Self, Error> {
        let same_number = own.filter(|own| own.device.id == device.id);
        let same_key = same_number.filter(|own| own.device.key == device.key);
        let claim = |kind, name: &str, held: Option<&Arc<InFlightLock>>| match held {
            Some(held) => Ok(Arc::clone(held)),
            None => {
                let taken = ACTIVATED.get().lock(kind, name);
                taken.map(Arc::new).map_err(|_| Error::DeviceInUse(device.id.clone()))
            }
        };
        let number = claim(base, &device.id, same_number.map(|own| &own.number))?;
        let key = claim("", &print(&device), same_key.map(|own| &own.key))?;
        Ok(Self { device, number, key })
    }
}

/// A digest of a device's number and key: no list of names holds a key.
fn print(device: &Device) -> String {
    hex::encode(Sha1::digest(format!("{} {}", device.id, device.key)))
}

/// The devices that a till was before.
#[derive(Default)]
pub struct Earlier {
    devices: Vec<Device>,
    /// Whether the platform has refused a request because of its device.
    is_refused: bool,
    /// Since when queries have been made as the till's own device instead.
    as_own: Option<Instant>,
}

impl Earlier {
    /// The devices that a data folder has kept.
    pub const fn of(devices: Vec<Device>) -> Self {
        Self { devices, is_refused: false, as_own: None }
    }

    /// All of them.
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// Adds one.
    pub fn add(&mut self, device: Device) {
        if !self.devices.contains(&device) {
            self.devices.push(device);
        }
    }

    /// Forgets those that no row needs.
    pub fn forget(&mut self, is_needed: impl Fn(&str) -> bool) {
        self.devices.retain(|device| is_needed(&device.id));
    }

    /// Notes that the platform refused a request because of its device.
    pub fn refuse(&mut self) {
        self.is_refused = true;
    }

    /// The device with this number. For this long after a refusal there is none: the platform may have
    /// removed it, and as the till's own device a query can at least find that something was paid. Then it is
    /// tried again, for the refusal may have passed.
    pub fn find(&mut self, id: &str, pause: Duration) -> Option<&Device> {
        let device = self.devices.iter().find(|device| device.id == id)?;
        if self.is_refused {
            if self.as_own.get_or_insert_with(Instant::now).elapsed() < pause {
                return None;
            }
            (self.is_refused, self.as_own) = (false, None);
        }
        Some(device)
    }
}

/// How the names of the files of earlier devices begin.
const EARLIER: &str = "device-";

fn path(folder: &Path) -> PathBuf {
    folder.join("device.key")
}

/// The device that a data folder has saved.
#[derive(Debug)]
pub enum Saved {
    /// No device.
    None,
    /// The device.
    Device(Device),
    /// A device whose key cannot be read: sealed by another user or on another machine, or damaged.
    Unreadable(io::Error),
}

/// Loads the device of this folder.
pub fn load(folder: &Path, secrets: &dyn SecretStore) -> Saved {
    read(&path(folder), secrets)
}

fn read(path: &Path, secrets: &dyn SecretStore) -> Saved {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Saved::None,
        Err(error) => return Saved::Unreadable(error),
    };
    match (field(&text, "device_id"), field(&text, "key")) {
        (Some(id), Some(key)) => match secrets.unseal(&key) {
            Ok(key) => Saved::Device(Device::new(id, key)),
            Err(error) => Saved::Unreadable(error),
        },
        _ => {
            let damaged = "the file lacks device_id or key";
            Saved::Unreadable(io::Error::new(io::ErrorKind::InvalidData, damaged))
        }
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

/// The devices that this till was before: queries about a row are made as the device that sent it.
pub fn load_earlier(folder: &Path, secrets: &dyn SecretStore) -> Vec<Device> {
    earlier(folder, secrets).map(|(_, device)| device).collect()
}

/// Removes the keys of earlier devices that no row needs. Files that cannot be read now stay.
pub fn forget_earlier(folder: &Path, secrets: &dyn SecretStore, is_needed: impl Fn(&str) -> bool) {
    for (path, _) in earlier(folder, secrets).filter(|(_, device)| !is_needed(&device.id)) {
        // It is tried again with the next day that is closed.
        let _ = files::remove(&path);
    }
}

/// The earlier devices whose keys can be read, with their files.
fn earlier(folder: &Path, secrets: &dyn SecretStore) -> impl Iterator<Item = (PathBuf, Device)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_earlier = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(EARLIER) && name.ends_with(".key")
    };
    entries.map(|entry| entry.path()).filter(is_earlier).filter_map(|path| match read(&path, secrets) {
        Saved::Device(device) => Some((path, device)),
        Saved::None | Saved::Unreadable(_) => None,
    })
}

/// How to write a file: [`files::replace`] or [`files::replace_at_once`].
pub type Write = fn(&Path, &[u8]) -> io::Result<()>;

/// Keeps the key of an earlier device in a file of its own, unless one has it.
pub fn keep(folder: &Path, device: &Device, secrets: &dyn SecretStore, write: Write) -> io::Result<()> {
    let has_it = |path: &PathBuf| matches!(read(path, secrets), Saved::Device(kept) if kept == *device);
    let place = names(folder, &device.id).find(|path| !path.exists() || has_it(path));
    match place.filter(|path| !path.exists()) {
        Some(path) => write(&path, text(device, secrets)?.as_bytes()),
        None => Ok(()),
    }
}

/// Keeps what is saved and cannot be read now, which may be readable again later, under a name of its own.
pub fn keep_unreadable(folder: &Path, write: Write) -> io::Result<()> {
    let from = path(folder);
    let bytes = match fs::read(&from) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        // It cannot be copied; it can still be given another name.
        Err(_) => {
            let is_free = |path: &PathBuf| !path.exists();
            let free = names(folder, "").find(is_free);
            return free.map_or(Ok(()), |free| files::rename_durably(&from, &free));
        }
    };
    let id = field(&String::from_utf8_lossy(&bytes), "device_id").unwrap_or_default();
    let is_free_or_same = |path: &PathBuf| !path.exists() || fs::read(path).is_ok_and(|kept| kept == bytes);
    let kept = names(folder, &id).find(is_free_or_same);
    kept.filter(|path| !path.exists()).map_or(Ok(()), |path| write(&path, &bytes))
}

/// `device-215117.key`, `device-215117-2.key` and so on; `device-unreadable.key` where no number is known.
fn names(folder: &Path, id: &str) -> impl Iterator<Item = PathBuf> {
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    let id = if id.is_empty() { "unreadable".to_owned() } else { id };
    let numbered = (2_u32..).map(move |number| format!("-{number}"));
    let ends = std::iter::once(String::new()).chain(numbered);
    ends.map(move |end| folder.join(format!("{EARLIER}{id}{end}.key")))
}

/// Saves a device durably, readable by this user only.
pub fn save(folder: &Path, device: &Device, secrets: &dyn SecretStore, write: Write) -> io::Result<()> {
    write(&path(folder), text(device, secrets)?.as_bytes())
}

fn text(device: &Device, secrets: &dyn SecretStore) -> io::Result<String> {
    Ok(format!("device_id={}\nkey={}\n", device.id, secrets.seal(&device.key)?))
}

/// Checks that a device could be saved, before a one-time code is used up.
pub fn probe(folder: &Path, secrets: &dyn SecretStore) -> io::Result<()> {
    files::probe(&path(folder), secrets.seal("probe")?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::till::secret_store::FilePermissions;

    #[test]
    fn a_device_is_kept_and_readable_by_its_user_only() {
        let folder = tempfile::tempdir().unwrap();
        let load = || load(folder.path(), &FilePermissions);
        assert!(matches!(load(), Saved::None));
        let device = Device::new("215117", "k=e=y");
        save(folder.path(), &device, &FilePermissions, files::replace).unwrap();
        assert!(matches!(load(), Saved::Device(saved) if saved == device));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(path(folder.path())).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        for damaged in ["", "device_id=1\n", "device_id=1\nkey=dpapi:AAAA\n", "\u{fffd}"] {
            fs::write(path(folder.path()), damaged).unwrap();
            assert!(matches!(load(), Saved::Unreadable(_)), "{damaged}");
        }
    }

    #[test]
    fn an_earlier_device_is_kept_while_a_row_needs_it_and_an_unreadable_one_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let keep_readable = |key: &str| {
            let device = Device::new("1", key);
            super::keep(folder.path(), &device, &FilePermissions, files::replace).unwrap();
        };
        let keep = |text: &str| {
            fs::write(path(folder.path()), text).unwrap();
            keep_unreadable(folder.path(), files::replace).unwrap();
        };
        keep_unreadable(folder.path(), files::replace).unwrap();
        keep_readable("k");
        keep_readable("l");
        keep_readable("l");
        keep("device_id=../2\nkey=dpapi:AAAA\n");
        keep("device_id=../2\nkey=dpapi:AAAA\n");
        keep("nothing");
        let load = |needed: &str| {
            forget_earlier(folder.path(), &FilePermissions, |id| id == needed);
            let mut all = load_earlier(folder.path(), &FilePermissions);
            all.sort_by(|one, other| one.key.cmp(&other.key));
            all
        };
        let there = || {
            let entries = fs::read_dir(folder.path()).unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        assert_eq!(load("1"), [Device::new("1", "k"), Device::new("1", "l")]);
        let stay = ["device-2.key", "device-unreadable.key", "device.key"];
        assert_eq!(there(), [&["device-1-2.key", "device-1.key"], &stay[..]].concat());
        assert_eq!(load("3"), []);
        assert_eq!(there(), stay);
    }
}
