//! The till's identity at the platform: device id and key, stored in `device.key`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use crate::protocol::request::Device;
use crate::till::error::Error;
use crate::till::files;
use crate::till::in_flight::{InFlight, InFlightLock};
use crate::till::secret_store::SecretStore;

/// The devices that the tills of this process are activated as, by platform.
static ACTIVATED: LazyLock<InFlight> = LazyLock::new(InFlight::default);

/// A device that exactly one till of this process is activated as. Two tills would not know each other's auth
/// codes, and each would take the other's payments for its own.
pub struct Activated {
    /// The device.
    pub device: Device,
    lock: Arc<InFlightLock>,
}

impl Activated {
    /// Claims a device of the platform at this address, unless it is already the till's `own`.
    pub fn take(base: &str, device: Device, own: Option<&Self>) -> Result<Self, Error> {
        let lock = match own {
            Some(own) if own.device.id == device.id => Arc::clone(&own.lock),
            _ => {
                let taken = ACTIVATED.lock(base, &device.id);
                Arc::new(taken.map_err(|_| Error::DeviceInUse(device.id.clone()))?)
            }
        };
        Ok(Self { device, lock })
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("device.key")
}

/// Loads the device of this folder, if it is activated.
pub fn load(folder: &Path, secrets: &dyn SecretStore) -> io::Result<Option<Device>> {
    let text = match fs::read_to_string(path(folder)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    match (field("device_id"), field("key")) {
        (Some(id), Some(key)) => {
            let unreadable =
                |e: io::Error| io::Error::new(e.kind(), format!("could not use device.key: {e}"));
            Ok(Some(Device::new(id, secrets.unseal(&key).map_err(unreadable)?)))
        }
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "device.key lacks device_id or key")),
    }
}

/// Saves a device durably, readable by this user only.
pub fn save(folder: &Path, device: &Device, secrets: &dyn SecretStore) -> io::Result<()> {
    let text = format!("device_id={}\nkey={}\n", device.id, secrets.seal(&device.key)?);
    files::replace(&path(folder), text.as_bytes())
}

/// Checks that a device could be saved, before a one-time code is used up.
pub fn probe(folder: &Path, secrets: &dyn SecretStore) -> io::Result<()> {
    let probe = folder.join("device.probe");
    files::replace(&probe, secrets.seal("probe")?.as_bytes())?;
    fs::remove_file(&probe)
}

/// An identifier of this machine, if it has one.
pub fn machine() -> Option<String> {
    let id = fs::read_to_string("/etc/machine-id").ok().map(|id| id.trim().to_owned());
    id.filter(|id| !id.is_empty()).or_else(|| std::env::var("COMPUTERNAME").ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::till::secret_store::FilePermissions;

    #[test]
    fn a_device_is_kept_and_readable_by_its_user_only() {
        let folder = tempfile::tempdir().unwrap();
        let load = || load(folder.path(), &FilePermissions).unwrap();
        assert_eq!(load(), None);
        let device = Device::new("215117", "k=e=y");
        save(folder.path(), &device, &FilePermissions).unwrap();
        assert_eq!(load(), Some(device));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(path(folder.path())).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
