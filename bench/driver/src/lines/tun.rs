//! TUN devices: network interfaces whose packets a program reads and writes. Only Linux has them in this
//! form.

use std::fs::File;
use std::io;

/// A TUN device. It is removed with the network namespace that holds it, or once its file is closed.
pub struct Tun {
    /// Each read returns a packet that the system sends; each write is a packet that it receives.
    pub file: File,
    /// Its name.
    pub name: String,
}

impl Tun {
    /// Creates a device, in the network namespace of this process, with a name that the system chooses.
    #[cfg(target_os = "linux")]
    pub fn create() -> io::Result<Self> {
        let file = File::options().read(true).write(true).open("/dev/net/tun")?;
        let name = request::named(&file)?;
        Ok(Self { file, name })
    }

    /// Always fails.
    #[cfg(not(target_os = "linux"))]
    pub fn create() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(target_os = "linux")]
mod request {
    #![allow(unsafe_code)]

    use std::ffi::CStr;
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;

    /// `struct ifreq` with the part of its union that is used here. Every byte of it is initialised.
    #[repr(C)]
    struct Request {
        name: [u8; libc::IFNAMSIZ],
        flags: libc::c_short,
        rest: [u8; size_of::<libc::ifreq>() - libc::IFNAMSIZ - size_of::<libc::c_short>()],
    }

    /// Makes the open file a TUN device, and returns its name.
    pub fn named(file: &File) -> io::Result<String> {
        let mut name = [0; libc::IFNAMSIZ];
        let pattern = b"wsy%d";
        name[..pattern.len()].copy_from_slice(pattern);
        // Packets without a header of the device's own.
        let flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
        let mut request = Request { name, flags, rest: [0; _] };
        // SAFETY: `file` is open, and `request` is as large as the `struct ifreq` that this call reads and
        // writes; the system keeps no pointer to it.
        let failed = unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF, &mut request) } != 0;
        if failed {
            return Err(io::Error::last_os_error());
        }
        let name = CStr::from_bytes_until_nul(&request.name).map_err(io::Error::other)?;
        Ok(name.to_string_lossy().into_owned())
    }
}
