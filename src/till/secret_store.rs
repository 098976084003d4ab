//! How the data folder stores its secrets: the device's key and the auth codes of open charges.

use std::io;

#[cfg(windows)]
use base64::{Engine, engine::general_purpose::STANDARD};

#[cfg(windows)]
use crate::sys::dpapi;

/// Seals secrets so that their files are useless to another user or on another machine.
pub trait SecretStore: Send + Sync {
    /// Returns the secret in a form that may be stored.
    fn seal(&self, secret: &str) -> io::Result<String>;

    /// Returns the secret that was sealed. A secret that was stored unsealed is returned unchanged.
    fn unseal(&self, sealed: &str) -> io::Result<String>;
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
pub fn of_this_system() -> Box<dyn SecretStore> {
    #[cfg(windows)]
    return Box::new(Dpapi);
    #[cfg(not(windows))]
    Box::new(FilePermissions)
}

/// A store that Windows seals with the login of the user who runs the till.
#[cfg(windows)]
struct Dpapi;

#[cfg(windows)]
impl SecretStore for Dpapi {
    fn seal(&self, secret: &str) -> io::Result<String> {
        Ok(format!("{MARK}{}", STANDARD.encode(dpapi::protect(secret.as_bytes())?)))
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
