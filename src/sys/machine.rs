//! The identifier that Windows gives a machine when it is set up.

use std::ptr;

use windows_sys::Win32::Foundation::ERROR_SUCCESS;
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_LOCAL_MACHINE, KEY_QUERY_VALUE, KEY_WOW64_64KEY, REG_SZ, RegCloseKey, RegOpenKeyExW,
    RegQueryValueExW,
};

/// `MachineGuid`, which a 32-bit program finds among the values of 64-bit Windows.
pub fn guid() -> Option<String> {
    // A 32-bit Windows ignores or refuses the flag.
    [KEY_WOW64_64KEY, 0].into_iter().find_map(|view| read(KEY_QUERY_VALUE | view))
}

fn read(access: u32) -> Option<String> {
    let path = wide(r"SOFTWARE\Microsoft\Cryptography");
    let mut key: HKEY = ptr::null_mut();
    // SAFETY: the path is terminated, and `key` is ours.
    let opened = unsafe { RegOpenKeyExW(HKEY_LOCAL_MACHINE, path.as_ptr(), 0, access, &mut key) };
    if opened != ERROR_SUCCESS {
        return None;
    }
    let name = wide("MachineGuid");
    let mut units = [0_u16; 64];
    let (mut size, mut kind) = (u32::try_from(size_of_val(&units)).ok()?, 0);
    // SAFETY: an open key, a terminated name, and a buffer of `size` bytes.
    let done = unsafe {
        RegQueryValueExW(key, name.as_ptr(), ptr::null(), &mut kind, units.as_mut_ptr().cast(), &mut size)
    };
    // SAFETY: opened above, closed once.
    unsafe { RegCloseKey(key) };
    let length = units.iter().position(|unit| *unit == 0).unwrap_or(units.len());
    let text = String::from_utf16_lossy(units.get(..length)?);
    (done == ERROR_SUCCESS && kind == REG_SZ && !text.is_empty()).then_some(text)
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}
