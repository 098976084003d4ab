//! Renaming a file on Windows.

use std::io;
use std::os::windows::ffi::OsStrExt;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{
    MOVEFILE_REPLACE_EXISTING, MOVEFILE_WRITE_THROUGH, MoveFileExW,
};

/// Gives a file a new name, replacing what has it. The new name is on disk when this returns, as after a
/// flush of the directory on other systems.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let wide = |path: &Path| path.as_os_str().encode_wide().chain([0]).collect::<Vec<u16>>();
    let (from, to) = (wide(from), wide(to));
    let flags = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
    // SAFETY: both texts are terminated and outlive the call.
    let done = unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), flags) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
