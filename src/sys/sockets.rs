//! How much of its data a TCP connection has delivered.

use std::io;
use std::net::TcpStream;

/// Returns how many sent bytes the other side has not acknowledged; `None` where the system does not say.
#[cfg(target_os = "linux")]
pub fn unacknowledged(stream: &TcpStream) -> io::Result<Option<usize>> {
    use std::os::fd::AsRawFd;
    let mut bytes: libc::c_int = 0;
    // SAFETY: the socket is open, and the request writes one number, to `bytes`.
    let done = unsafe { libc::ioctl(stream.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(usize::try_from(bytes).ok()) }
}

/// Returns how many sent bytes the other side has not acknowledged; `None` where the system does not say.
#[cfg(not(target_os = "linux"))]
pub fn unacknowledged(_: &TcpStream) -> io::Result<Option<usize>> {
    Ok(None)
}
