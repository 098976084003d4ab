//! DPAPI: Windows seals secrets with the login of the user who runs the till, or with the machine.

use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Cryptography::{
    CRYPT_INTEGER_BLOB, CRYPTPROTECT_LOCAL_MACHINE, CRYPTPROTECT_UI_FORBIDDEN, CryptProtectData,
    CryptUnprotectData,
};

/// Seals bytes for this Windows user on this machine, or for everybody on this machine.
pub fn protect(bytes: &[u8], for_the_machine: bool) -> io::Result<Vec<u8>> {
    let scope = if for_the_machine { CRYPTPROTECT_LOCAL_MACHINE } else { 0 };
    let flags = CRYPTPROTECT_UI_FORBIDDEN | scope;
    let (input, mut output) = (blob(bytes)?, empty());
    let (label, entropy, reserved, prompt) = (ptr::null(), ptr::null(), ptr::null(), ptr::null());
    // SAFETY: `input` points to `bytes`, which outlives the call and is only read; the other pointers may be
    // null, and `output` is ours.
    let done = unsafe { CryptProtectData(&input, label, entropy, reserved, prompt, flags, &mut output) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(taken(output)) }
}

/// Unseals bytes, for whom and on the machine that sealed them.
pub fn unprotect(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let (input, mut output) = (blob(bytes)?, empty());
    let (label, entropy, reserved, prompt) = (ptr::null_mut(), ptr::null(), ptr::null(), ptr::null());
    // SAFETY: Windows only reads `input`, which points to `bytes`; no label is asked for, the other pointers
    // may be null, and `output` is ours.
    let done = unsafe {
        CryptUnprotectData(&input, label, entropy, reserved, prompt, CRYPTPROTECT_UI_FORBIDDEN, &mut output)
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(taken(output)) }
}

fn blob(bytes: &[u8]) -> io::Result<CRYPT_INTEGER_BLOB> {
    let length =
        u32::try_from(bytes.len()).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(CRYPT_INTEGER_BLOB { cbData: length, pbData: bytes.as_ptr().cast_mut() })
}

const fn empty() -> CRYPT_INTEGER_BLOB {
    CRYPT_INTEGER_BLOB { cbData: 0, pbData: ptr::null_mut() }
}

/// Copies a buffer that Windows allocated, wipes it and frees it.
fn taken(blob: CRYPT_INTEGER_BLOB) -> Vec<u8> {
    if blob.pbData.is_null() {
        return Vec::new();
    }
    let length = blob.cbData as usize;
    // SAFETY: Windows filled the blob: its pointer is valid for its length, and nothing else refers to it.
    let secret = unsafe { std::slice::from_raw_parts_mut(blob.pbData, length) };
    let bytes = secret.to_vec();
    secret.fill(0);
    std::hint::black_box(secret);
    // SAFETY: Windows allocated the blob for its caller to free; it is freed once, here, and not used
    // afterwards.
    unsafe { LocalFree(blob.pbData.cast()) };
    bytes
}
