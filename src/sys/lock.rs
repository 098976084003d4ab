//! Locks of files that belong to an open file, not to the process. A process loses its ordinary (POSIX) locks
//! of a file as soon as anything in it closes that file once, and a second opener in the same process is
//! never refused. Neither holds for these.

use std::fs::{File, TryLockError};
use std::io;

/// How an attempt to lock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Locked, until the file is closed.
    Locked,
    /// Something else has a lock on it.
    InUse,
    /// The system has no such locks.
    Unsupported,
}

/// Locks a file as a whole, in both ways that a system may have: neither heeds the other, and which ones
/// there are depends on the kernel and the file system.
pub fn whole(file: &File) -> io::Result<Attempt> {
    let range = range(file, 0, 0)?;
    if range == Attempt::InUse {
        return Ok(range);
    }
    match file.try_lock() {
        Ok(()) => Ok(Attempt::Locked),
        Err(TryLockError::WouldBlock) => Ok(Attempt::InUse),
        Err(TryLockError::Error(_)) if range == Attempt::Locked => Ok(range),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Unlocks a file. Closing it does not suffice on Unix: a child process may have inherited the open file.
pub fn release(file: &File) {
    #[cfg(target_os = "linux")]
    let _ = set(file, libc::F_UNLCK, 0, 0);
    let _ = file.unlock();
}

/// Locks bytes of a file, which need not exist; up to its end if the length is 0. Only Linux can, since 3.15.
#[cfg(target_os = "linux")]
pub fn range(file: &File, start: i64, length: i64) -> io::Result<Attempt> {
    set(file, libc::F_WRLCK, start, length)
}

#[cfg(target_os = "linux")]
fn set(file: &File, kind: libc::c_int, start: i64, length: i64) -> io::Result<Attempt> {
    use std::os::fd::AsRawFd;

    #[cfg(not(target_env = "gnu"))]
    use libc::flock as Flock;
    #[cfg(target_env = "gnu")]
    use libc::flock64 as Flock;

    // The system call itself: what the C library makes of this command in a 32-bit program depends on its
    // version.
    #[cfg(target_pointer_width = "32")]
    const FCNTL: libc::c_long = libc::SYS_fcntl64;
    #[cfg(not(target_pointer_width = "32"))]
    const FCNTL: libc::c_long = libc::SYS_fcntl;

    // SAFETY: a structure of numbers, for which zeros are valid.
    let mut lock: Flock = unsafe { std::mem::zeroed() };
    (lock.l_type, lock.l_whence) = (kind as _, libc::SEEK_SET as _);
    (lock.l_start, lock.l_len) = (start, length);
    // SAFETY: an open file, and a structure that lives until the call returns.
    let done = unsafe { libc::syscall(FCNTL, file.as_raw_fd(), libc::F_OFD_SETLK, &raw const lock) };
    if done == 0 {
        return Ok(Attempt::Locked);
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::EAGAIN | libc::EACCES) => Ok(Attempt::InUse),
        Some(libc::EINVAL | libc::ENOSYS | libc::EOPNOTSUPP | libc::ENOLCK) => Ok(Attempt::Unsupported),
        _ => Err(error),
    }
}

/// Not on this system.
#[cfg(not(target_os = "linux"))]
pub fn range(_: &File, _: i64, _: i64) -> io::Result<Attempt> {
    Ok(Attempt::Unsupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_opener_in_the_same_process_is_refused_until_the_first_closes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let open = || File::create(&path).unwrap();
        let first = open();
        assert_eq!(whole(&first).unwrap(), Attempt::Locked);
        drop(File::open(&path).unwrap());
        assert_eq!(whole(&open()).unwrap(), Attempt::InUse);
        drop(first);
        assert_eq!(whole(&open()).unwrap(), Attempt::Locked);
        // As a child has it: open, and not its own.
        let first = open();
        assert_eq!(whole(&first).unwrap(), Attempt::Locked);
        let inherited = first.try_clone().unwrap();
        release(&first);
        drop(first);
        assert_eq!(whole(&open()).unwrap(), Attempt::Locked);
        drop(inherited);
    }
}
