//! The identifier that Windows gave itself when it was installed. The computer's name is none: a support
//! engineer changes it, and the tills of a shop that were set up from one image share it.

use std::ptr;

use windows_sys::Win32::Foundation::ERROR_SUCCESS;
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_LOCAL_MACHINE, KEY_QUERY_VALUE, KEY_WOW64_64KEY, REG_SZ, RegCloseKey, RegOpenKeyExW,
    RegQueryValueExW,
};

/// A GUID has 36 characters.
const MOST: usize = 64;

/// Returns the machine's GUID. The same for 32-bit and 64-bit programs.
pub fn guid() -> Option<String> {
    let (path, name) = (wide(r"SOFTWARE\Microsoft\Cryptography"), wide("MachineGuid"));
    let mut key = HKEY::default();
    let access = KEY_QUERY_VALUE | KEY_WOW64_64KEY;
    // SAFETY: the path is terminated and outlives the call, and `key` is ours.
    if unsafe { RegOpenKeyExW(HKEY_LOCAL_MACHINE, path.as_ptr(), 0, access, &mut key) } != ERROR_SUCCESS {
        return None;
    }
    let (mut kind, mut units) = (0, [0_u16; MOST]);
    let mut size = u32::try_from(size_of_val(&units)).ok()?;
    // SAFETY: the key is open; the name is terminated and outlives the call; the buffer has `size` bytes.
    let read = unsafe {
        RegQueryValueExW(key, name.as_ptr(), ptr::null(), &mut kind, units.as_mut_ptr().cast(), &mut size)
    };
    // SAFETY: the key is open, and is not used afterwards.
    unsafe { RegCloseKey(key) };
    let units = units.get(..usize::try_from(size).ok()? / 2)?;
    let text = String::from_utf16(units).ok()?;
    let text = text.trim_end_matches('\0').trim();
    (read == ERROR_SUCCESS && kind == REG_SZ && !text.is_empty()).then(|| text.to_owned())
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}
