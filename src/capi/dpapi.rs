//! DPAPI: Windows seals secrets with the login of the user who runs the till.

use std::io;
use std::ptr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Cryptography::{
    CRYPT_INTEGER_BLOB, CRYPTPROTECT_UI_FORBIDDEN, CryptProtectData, CryptUnprotectData,
};

use crate::till::secret_store::SecretStore;

/// What a sealed secret begins with. No key and no auth code has a colon.
const MARK: &str = "dpapi:";

/// Seals for this Windows user on this machine.
pub struct Dpapi;

impl SecretStore for Dpapi {
    fn seal(&self, secret: &str) -> io::Result<String> {
        Ok(format!("{MARK}{}", STANDARD.encode(protect(secret.as_bytes())?)))
    }

    fn unseal(&self, sealed: &str) -> io::Result<String> {
        let Some(text) = sealed.strip_prefix(MARK) else {
            return Ok(sealed.to_owned());
        };
        let bytes = STANDARD.decode(text).map_err(invalid)?;
        let secret = unprotect(&bytes).map_err(|error| {
            io::Error::new(error.kind(), format!("it was sealed by another Windows user or machine: {error}"))
        })?;
        String::from_utf8(secret).map_err(invalid)
    }
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn protect(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let (input, mut output) = (blob(bytes)?, empty());
    // SAFETY: `input` points to `bytes`, which outlives the call and is only read; the other pointers may be null, and
    // `output` is ours.
    let done = unsafe {
        let (label, entropy, reserved, prompt) = (ptr::null(), ptr::null(), ptr::null(), ptr::null());
        CryptProtectData(&input, label, entropy, reserved, prompt, CRYPTPROTECT_UI_FORBIDDEN, &mut output)
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(taken(output)) }
}

fn unprotect(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let (input, mut output) = (blob(bytes)?, empty());
    // SAFETY: as for `protect`.
    let done = unsafe {
        let (none, no_text) = (ptr::null(), ptr::null_mut());
        CryptUnprotectData(
            &input,
            no_text,
            none,
            none.cast(),
            none.cast(),
            CRYPTPROTECT_UI_FORBIDDEN,
            &mut output,
        )
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(taken(output)) }
}

fn blob(bytes: &[u8]) -> io::Result<CRYPT_INTEGER_BLOB> {
    let length = u32::try_from(bytes.len()).map_err(invalid)?;
    Ok(CRYPT_INTEGER_BLOB { cbData: length, pbData: bytes.as_ptr().cast_mut() })
}

const fn empty() -> CRYPT_INTEGER_BLOB {
    CRYPT_INTEGER_BLOB { cbData: 0, pbData: ptr::null_mut() }
}

/// Copies what Windows allocated, wipes it and gives it back.
fn taken(blob: CRYPT_INTEGER_BLOB) -> Vec<u8> {
    if blob.pbData.is_null() {
        return Vec::new();
    }
    // SAFETY: Windows filled the blob: its pointer is valid for its length, is used by nobody else and is freed here, once.
    unsafe {
        let length = blob.cbData as usize;
        let bytes = std::slice::from_raw_parts(blob.pbData, length).to_vec();
        ptr::write_bytes(blob.pbData, 0, length);
        LocalFree(blob.pbData.cast());
        bytes
    }
}
