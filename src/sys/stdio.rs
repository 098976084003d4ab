//! The numbers of standard input, output and error. A host that has closed them writes what it prints into
//! whichever file gets them next.

use std::fs::File;
use std::io;

/// Opens the null device under each of the three numbers that is closed, as the runtimes of languages do.
#[cfg(unix)]
pub fn fill() {
    for number in 0..3 {
        // SAFETY: asks for the flags of a number that need not be open.
        if unsafe { libc::fcntl(number, libc::F_GETFD) } != -1 {
            continue;
        }
        // SAFETY: a constant path. It gets the smallest number that is free.
        let null = unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) };
        if null > 2 {
            // SAFETY: opened above, and not used elsewhere: another thread was quicker.
            unsafe { libc::close(null) };
        }
    }
}

/// Windows has no such numbers.
#[cfg(not(unix))]
pub const fn fill() {}

/// Gives a file another number if it has one of the three, also where there is no null device.
#[cfg(unix)]
pub fn keep_out(file: File) -> io::Result<File> {
    use std::os::fd::{AsRawFd, FromRawFd};

    if file.as_raw_fd() > 2 {
        return Ok(file);
    }
    // SAFETY: an open file.
    let number = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 3) };
    if number < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: opened above, and owned by nobody else.
    Ok(unsafe { File::from_raw_fd(number) })
}

/// Windows has no such numbers.
#[cfg(not(unix))]
pub fn keep_out(file: File) -> io::Result<File> {
    Ok(file)
}
