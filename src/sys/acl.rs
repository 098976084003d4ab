//! Who may use a folder on Windows.

use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::{HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetTokenInformation, PSECURITY_DESCRIPTOR, SetFileSecurityW, TOKEN_QUERY,
    TOKEN_USER, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// Lets only administrators, the system and this user into a folder, and into what will be made in it.
pub fn close_to_others(folder: &Path) -> io::Result<()> {
    // Protected from what the folder above allows.
    let text = format!("D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;{})", this_user()?);
    let text: Vec<u16> = text.encode_utf16().chain([0]).collect();
    let path: Vec<u16> = folder.as_os_str().encode_wide().chain([0]).collect();
    let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
    // SAFETY: the text is terminated and outlives the call; `descriptor` is ours; no size is asked for.
    done(unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.as_ptr(),
            SDDL_REVISION_1,
            &mut descriptor,
            ptr::null_mut(),
        )
    })?;
    // SAFETY: the path is terminated and outlives the call, and Windows has made the descriptor.
    let result = done(unsafe { SetFileSecurityW(path.as_ptr(), DACL_SECURITY_INFORMATION, descriptor) });
    // SAFETY: Windows allocated the descriptor for its caller to free; it is not used afterwards.
    unsafe { LocalFree(descriptor) };
    result
}

/// The identifier of the user that this process runs as, `S-1-5-21-...`.
fn this_user() -> io::Result<String> {
    let mut handle = HANDLE::default();
    // SAFETY: it has no arguments, and returns a constant that stands for this process.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the first stands for this process, and `handle` is ours.
    done(unsafe { OpenProcessToken(process, TOKEN_QUERY, &mut handle) })?;
    // SAFETY: the handle is a new one, which nobody else closes.
    let token = unsafe { OwnedHandle::from_raw_handle(handle) };
    // Larger than the structure with the longest identifier, and aligned for it.
    let mut buffer = [0_u64; 32];
    let (size, mut needed) = (u32::try_from(size_of_val(&buffer)).unwrap_or_default(), 0);
    let at = buffer.as_mut_ptr().cast();
    // SAFETY: the token is open, and the buffer has `size` bytes.
    done(unsafe { GetTokenInformation(token.as_raw_handle(), TokenUser, at, size, &mut needed) })?;
    // SAFETY: Windows has filled the buffer, which is aligned for the structure and large enough.
    let user = unsafe { &*buffer.as_ptr().cast::<TOKEN_USER>() };
    let mut text = ptr::null_mut();
    // SAFETY: the identifier lies in the buffer, and `text` is ours.
    done(unsafe { ConvertSidToStringSidW(user.User.Sid, &mut text) })?;
    let length = (0..)
        .take_while(|at| {
            // SAFETY: Windows has terminated the text; no unit after its end is read.
            let unit = unsafe { text.add(*at).read() };
            unit != 0
        })
        .count();
    // SAFETY: the text has this many units, and nothing changes it.
    let identifier = String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(text, length) });
    // SAFETY: Windows allocated the text for its caller to free; it is not used afterwards.
    unsafe { LocalFree(text.cast()) };
    Ok(identifier)
}

fn done(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
