//! Where a folder lies.

use std::path::Path;

/// The kind of file system that has a path, as the system numbers them.
#[cfg(target_os = "linux")]
fn kind(path: &Path) -> Option<u32> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;

    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    // SAFETY: a structure of numbers, for which zeros are valid.
    let mut there: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path is terminated, and `there` is ours.
    let done = unsafe { libc::statfs(path.as_ptr(), &mut there) };
    // The type's width differs between systems; its number fits 32 bits.
    (done == 0).then_some(there.f_type as u32)
}

/// Whether a folder is on another machine, or seems to be.
#[cfg(target_os = "linux")]
pub fn is_remote(folder: &Path) -> bool {
    /// NFS, SMB, CIFS, SMB 2, 9P, AFS, Ceph, Coda.
    const REMOTE: [u32; 8] =
        [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x0102_1997, 0x5346_414f, 0x00c3_6400, 0x7375_7245];
    kind(folder).is_some_and(|kind| REMOTE.contains(&kind))
}

/// Whether a file on this file system keeps its number as long as it lives, also when the machine is started
/// again: only of those where that is known.
#[cfg(target_os = "linux")]
pub fn keeps_numbers(path: &Path) -> bool {
    /// ext2 to ext4, XFS, Btrfs, F2FS, ZFS.
    const KEEP: [u32; 5] = [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x2fc1_2fc1];
    kind(path).is_some_and(|kind| KEEP.contains(&kind))
}

/// The letter of the drive that has a path; `None` for a path on another machine.
#[cfg(windows)]
fn letter(path: &Path) -> Option<u8> {
    use std::path::{Component, Prefix};

    let Some(Component::Prefix(prefix)) = path.components().next() else { return None };
    match prefix.kind() {
        Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => Some(letter),
        _ => None,
    }
}

/// The root folder of a drive, terminated.
#[cfg(windows)]
fn root(letter: u8) -> [u16; 4] {
    [u16::from(letter), u16::from(b':'), u16::from(b'\\'), 0]
}

/// Whether a folder is on another machine, or seems to be.
#[cfg(windows)]
pub fn is_remote(folder: &Path) -> bool {
    use std::path::{Component, Prefix};

    use windows_sys::Win32::Storage::FileSystem::GetDriveTypeW;

    const DRIVE_REMOTE: u32 = 4;
    let Some(letter) = letter(folder) else {
        let Some(Component::Prefix(prefix)) = folder.components().next() else { return false };
        return matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..));
    };
    // SAFETY: the text is terminated.
    unsafe { GetDriveTypeW(root(letter).as_ptr()) == DRIVE_REMOTE }
}

/// Whether a file on this file system keeps its number as long as it lives, also when the machine is started
/// again: only of those where that is known.
#[cfg(windows)]
pub fn keeps_numbers(path: &Path) -> bool {
    use std::ptr;

    use windows_sys::Win32::Storage::FileSystem::GetVolumeInformationW;

    if is_remote(path) {
        return false;
    }
    let Some(letter) = letter(path) else { return false };
    let (root, mut name) = (root(letter), [0_u16; 32]);
    let none = ptr::null_mut();
    // SAFETY: the text is terminated, and the buffer has the length that is given.
    let done = unsafe {
        GetVolumeInformationW(
            root.as_ptr(),
            ptr::null_mut(),
            0,
            none,
            none,
            none,
            name.as_mut_ptr(),
            name.len() as u32,
        )
    };
    let end = name.iter().position(|unit| *unit == 0).unwrap_or(name.len());
    let name = String::from_utf16_lossy(name.get(..end).unwrap_or_default());
    done != 0 && ["NTFS", "ReFS"].contains(&name.as_str())
}

/// Not known on this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn is_remote(_: &Path) -> bool {
    false
}

/// Not known on this system.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn keeps_numbers(_: &Path) -> bool {
    false
}
