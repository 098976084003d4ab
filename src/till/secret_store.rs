//! How secrets are kept in the data folder: the device's key and the auth codes of open charges.

use std::io;

#[cfg(windows)]
use base64::{Engine, engine::general_purpose::STANDARD};

#[cfg(windows)]
use crate::sys::dpapi;

/// Seals a secret so that its file is of no use to another user or on another machine.
pub trait SecretStore: Send + Sync {
    /// The secret as it may be written down.
    fn seal(&self, secret: &str) -> io::Result<String>;

    /// The secret that was sealed. One that was written down unsealed is given back as it is.
    fn unseal(&self, sealed: &str) -> io::Result<String>;
}

/// Where the permissions of the files are all the protection that there is, as on Linux.
pub struct FilePermissions;

impl SecretStore for FilePermissions {
    fn seal(&self, secret: &str) -> io::Result<String> {
        Ok(secret.to_owned())
    }

    fn unseal(&self, sealed: &str) -> io::Result<String> {
        Ok(sealed.to_owned())
    }
}

/// How this system keeps secrets. A Rust program on the data folder of a
/// till that was made through the C ABI needs the same.
pub fn of_this_system() -> Box<dyn SecretStore> {
    #[cfg(windows)]
    return Box::new(Dpapi);
    #[cfg(not(windows))]
    Box::new(FilePermissions)
}

/// Where Windows seals with the login of the user who runs the till.
#[cfg(windows)]
struct Dpapi;

/// What a sealed secret begins with. No key and no auth code has a colon.
#[cfg(windows)]
const MARK: &str = "dpapi:";

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
            io::Error::new(error.kind(), format!("it was sealed by another Windows user or machine: {error}"))
        })?;
        String::from_utf8(secret).map_err(invalid)
    }
}

#[cfg(windows)]
fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
