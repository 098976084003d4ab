//! Where a folder lies.

use std::path::Path;

/// Whether a folder is on another machine, or seems to be.
#[cfg(target_os = "linux")]
pub fn is_remote(folder: &Path) -> bool {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;

    /// NFS, SMB, CIFS, SMB 2, 9P, AFS, Ceph, Coda.
    const REMOTE: [u32; 8] =
        [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x0102_1997, 0x5346_414f, 0x00c3_6400, 0x7375_7245];
    let Ok(path) = CString::new(folder.as_os_str().as_bytes()) else { return false };
    // SAFETY: a structure of numbers, for which zeros are valid.
    let mut there: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path is terminated, and `there` is ours.
    let done = unsafe { libc::statfs(path.as_ptr(), &mut there) };
    // The type's width differs between systems; its number fits 32 bits.
    done == 0 && REMOTE.contains(&(there.f_type as u32))
}

/// Whether a folder is on another machine, or seems to be.
#[cfg(windows)]
pub fn is_remote(folder: &Path) -> bool {
    use std::path::{Component, Prefix};

    use windows_sys::Win32::Storage::FileSystem::GetDriveTypeW;

    const DRIVE_REMOTE: u32 = 4;
    let Some(Component::Prefix(prefix)) = folder.components().next() else { return false };
    let letter = match prefix.kind() {
        Prefix::UNC(..) | Prefix::VerbatimUNC(..) => return true,
        Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => letter,
        _ => return false,
    };
    let root: Vec<u16> = [u16::from(letter), u16::from(b':'), u16::from(b'\\'), 0].into();
    // SAFETY: the text is terminated.
    unsafe { GetDriveTypeW(root.as_ptr()) == DRIVE_REMOTE }
}

/// Not known on this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn is_remote(_: &Path) -> bool {
    false
}
