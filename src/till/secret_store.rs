//! How the data folder stores its secrets: the device's key and the auth codes of open charges.

use std::io;
use std::path::Path;

#[cfg(windows)]
use base64::{Engine, engine::general_purpose::STANDARD};

#[cfg(windows)]
use crate::sys::{acl, dpapi};

/// Who may unseal a secret on Windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The Windows user who runs the till.
    #[default]
    User,
    /// Every user of this machine who may read the data folder: for a service, or for several users.
    Machine,
}

/// Seals secrets so that their files are useless to another user or on another machine.
pub trait SecretStore: Send + Sync {
    /// Returns the secret in a form that may be stored.
    fn seal(&self, secret: &str) -> io::Result<String>;

    /// Returns the secret that was sealed. A secret that was stored unsealed is returned unchanged.
    fn unseal(&self, sealed: &str) -> io::Result<String>;

    /// Prepares a data folder that has just been created, before there are secrets in it.
    fn prepare(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// The prefix of a secret that Windows has sealed. Keys and auth codes contain no colon.
const MARK: &str = "dpapi:";

/// A store that relies on file permissions alone, as on Linux.
pub struct FilePermissions;

impl SecretStore for FilePermissions {
    fn seal(&self, secret: &str) -> io::Result<String> {
        Ok(secret.to_owned())
    }

    fn unseal(&self, sealed: &str) -> io::Result<String> {
        if sealed.starts_with(MARK) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "sealed by a Windows user"));
        }
        Ok(sealed.to_owned())
    }
}

/// Returns the secret store of this system. A Rust program needs the same one to
/// open a data folder that was created through the C ABI.
#[cfg(windows)]
pub fn of_this_system(scope: Scope) -> Box<dyn SecretStore> {
    Box::new(Dpapi(scope))
}

/// Returns the secret store of this system. A Rust program needs the same one to
/// open a data folder that was created through the C ABI.
#[cfg(not(windows))]
pub fn of_this_system(_: Scope) -> Box<dyn SecretStore> {
    Box::new(FilePermissions)
}

/// A store that Windows seals. Either kind of secret can be unsealed with either scope.
#[cfg(windows)]
struct Dpapi(Scope);

#[cfg(windows)]
impl SecretStore for Dpapi {
    fn seal(&self, secret: &str) -> io::Result<String> {
        let sealed = dpapi::protect(secret.as_bytes(), self.0 == Scope::Machine)?;
        Ok(format!("{MARK}{}", STANDARD.encode(sealed)))
    }

    fn prepare(&self, folder: &Path) -> io::Result<()> {
        // Secrets that anybody on the machine can unseal must not be readable by everybody.
        match self.0 {
            Scope::User => Ok(()),
            Scope::Machine => acl::close_to_others(folder),
        }
    }

    fn unseal(&self, sealed: &str) -> io::Result<String> {
        let Some(text) = sealed.strip_prefix(MARK) else {
            return Ok(sealed.to_owned());
        };
        let bytes = STANDARD.decode(text).map_err(invalid)?;
        let secret = dpapi::unprotect(&bytes).map_err(|error| {
            io::Error::new(error.kind(), format!("sealed by another Windows user or machine: {error}"))
        })?;
        String::from_utf8(secret).map_err(invalid)
    }
}

#[cfg(windows)]
fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
