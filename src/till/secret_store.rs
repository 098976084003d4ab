//! How secrets are kept in the data folder: the device's key and the auth codes of open charges.

use std::io;

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
