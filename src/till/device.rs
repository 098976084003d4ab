//! The till's identity with the platform: device id and key, kept in `device.key`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::protocol::request::Device;
use crate::till::claims::{Claim, Claims};
use crate::till::error::Error;
use crate::till::files;
use crate::till::vault::Vault;

/// The devices that the tills of this process are activated as, each at its platform.
static ACTIVATED: LazyLock<Claims> = LazyLock::new(Claims::default);

/// A device that a till is activated as, and no other till of this process: two would not know of each other's auth codes, and
/// each would take the other's payments for its own.
pub struct Activated {
    /// The device.
    pub device: Device,
    claim: Arc<Claim>,
}

impl Activated {
    /// Takes a device of the platform at this address, unless it is the till's `own` already.
    pub fn take(base: &str, device: Device, own: Option<&Self>) -> Result<Self, Error> {
        let claim = match own {
            Some(own) if own.device.id == device.id => Arc::clone(&own.claim),
            _ => {
                let taken = ACTIVATED.take(base, &device.id);
                Arc::new(taken.map_err(|_| Error::DeviceInUse(device.id.clone()))?)
            }
        };
        Ok(Self { device, claim })
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("device.key")
}

/// The device of this folder, if it was activated.
pub fn load(folder: &Path, vault: &dyn Vault) -> io::Result<Option<Device>> {
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
                |e: io::Error| io::Error::new(e.kind(), format!("device.key cannot be used: {e}"));
            Ok(Some(Device::new(id, vault.unseal(&key).map_err(unreadable)?)))
        }
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "device.key has no device_id or no key")),
    }
}

/// Keeps a device, durably and readable by this user only.
pub fn save(folder: &Path, device: &Device, vault: &dyn Vault) -> io::Result<()> {
    let text = format!("device_id={}\nkey={}\n", device.id, vault.seal(&device.key)?);
    files::replace(&path(folder), text.as_bytes())
}

/// Finds out whether a device could be kept, before a one-time code is spent on it.
pub fn probe(folder: &Path, vault: &dyn Vault) -> io::Result<()> {
    let probe = folder.join("device.probe");
    files::replace(&probe, vault.seal("probe")?.as_bytes())?;
    fs::remove_file(&probe)
}

/// A host id of this machine in the form that the document suggests (section 1), in Base64 (note 15).
pub fn host_id() -> String {
    let clean =
        |text: &str| text.chars().filter(|c| !c.is_control() && !"<>&\"'".contains(*c)).collect::<String>();
    let host = format!("<host cpu=\"{}\" mac=\"{}\" />", clean(&cpu()), clean(&mac()));
    STANDARD.encode(host)
}

/// A caller's host id: taken as it is if it is Base64 already, else encoded.
pub fn encode_host_id(host: &str) -> String {
    let is_base64 = host.len() >= 4 && STANDARD.decode(host).is_ok();
    if is_base64 { host.to_owned() } else { STANDARD.encode(host) }
}

fn cpu() -> String {
    let from_proc = || {
        let info = fs::read_to_string("/proc/cpuinfo").ok()?;
        let line = info.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split(':').nth(1)?.trim().to_owned())
    };
    std::env::var("PROCESSOR_IDENTIFIER").ok().or_else(from_proc).unwrap_or_default()
}

fn mac() -> String {
    let from_sys = || {
        let mut addresses: Vec<String> = fs::read_dir("/sys/class/net")
            .ok()?
            .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("address")).ok())
            .map(|address| address.trim().to_owned())
            .filter(|address| !address.is_empty() && address != "00:00:00:00:00:00")
            .collect();
        addresses.sort();
        addresses.into_iter().next()
    };
    from_sys().or_else(machine).unwrap_or_default()
}

/// What tells this machine from others, if there is anything.
pub fn machine() -> Option<String> {
    let id = fs::read_to_string("/etc/machine-id").ok().map(|id| id.trim().to_owned());
    id.filter(|id| !id.is_empty()).or_else(|| std::env::var("COMPUTERNAME").ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::till::vault::FilePermissions;

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

    #[test]
    fn a_host_id_is_base64_of_the_form_that_the_document_suggests() {
        let decoded = String::from_utf8(STANDARD.decode(host_id()).unwrap()).unwrap();
        assert!(decoded.starts_with("<host cpu=\"") && decoded.ends_with("\" />"), "{decoded}");
        assert_eq!(encode_host_id(&host_id()), host_id());
        assert_eq!(STANDARD.decode(encode_host_id("<host />")).unwrap(), b"<host />");
    }
}
