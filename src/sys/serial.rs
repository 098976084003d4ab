//! Serial ports: their settings, and waiting until they have sent everything.

use std::fs::File;
use std::io;
use std::time::Duration;

/// The settings of a serial line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Bits per second.
    pub baud: u32,
    /// Parity: none, even, odd, mark or space, by its first letter.
    pub parity: char,
    /// Data bits, 5 to 8.
    pub data: u8,
    /// Stop bits, in halves: 2, 3 or 4.
    pub half_stops: u8,
}

/// The speeds that a port may be set to.
const BAUDS: [u32; 11] = [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400];

impl Line {
    /// Reads `9600,n,8,1`, as the command `mode` of Windows does.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.split(',').map(str::trim).collect();
        let [baud, parity, data, stop] = parts.as_slice() else { return None };
        let baud = baud.parse().ok().filter(|baud| BAUDS.contains(baud))?;
        let parity = ["n", "e", "o", "m", "s"].into_iter().find(|letter| letter.eq_ignore_ascii_case(parity));
        let data = data.parse().ok().filter(|bits| (5..=8).contains(bits))?;
        let half_stops = match *stop {
            "1" => 2,
            "1.5" => 3,
            "2" => 4,
            _ => return None,
        };
        Some(Self { baud, parity: parity?.chars().next()?, data, half_stops })
    }
}

#[cfg(unix)]
mod system {
    use std::mem::MaybeUninit;
    use std::os::fd::AsRawFd;

    use super::{Duration, File, Line, io};

    /// Sets up a port: raw bytes, without flow control.
    pub fn configure(port: &File, line: &Line) -> io::Result<()> {
        let mut state = MaybeUninit::uninit();
        // SAFETY: the file is open, and the call fills `state`.
        done(unsafe { libc::tcgetattr(port.as_raw_fd(), state.as_mut_ptr()) })?;
        // SAFETY: the call above has filled it.
        let mut state: libc::termios = unsafe { state.assume_init() };
        // SAFETY: it changes a structure of ours.
        unsafe { libc::cfmakeraw(&mut state) };
        // SAFETY: it changes a structure of ours.
        done(unsafe { libc::cfsetspeed(&mut state, speed(line.baud)?) })?;
        state.c_iflag &= !(libc::IXON | libc::IXOFF | libc::IXANY);
        state.c_cflag &= !(libc::CSIZE | libc::PARENB | libc::PARODD | libc::CSTOPB | libc::CRTSCTS);
        state.c_cflag |= libc::CLOCAL | libc::CREAD | size(line.data);
        state.c_cflag |= match line.parity {
            'n' => 0,
            'e' => libc::PARENB,
            'o' => libc::PARENB | libc::PARODD,
            _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "this parity is not available")),
        };
        if line.half_stops > 2 {
            state.c_cflag |= libc::CSTOPB;
        }
        // SAFETY: the file is open, and the structure is only read.
        done(unsafe { libc::tcsetattr(port.as_raw_fd(), libc::TCSANOW, &state) })
    }

    /// Limits how long the port may take to accept bytes. Here a thread of its own waits instead.
    pub fn limit(_: &File, _: Duration) {}

    /// Waits until a port has sent everything. A device that is not a port has nothing to wait for.
    pub fn drain(port: &File) -> io::Result<()> {
        loop {
            // SAFETY: the file is open.
            match done(unsafe { libc::tcdrain(port.as_raw_fd()) }) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if matches!(error.raw_os_error(), Some(libc::ENOTTY | libc::EINVAL)) => {
                    return Ok(());
                }
                other => return other,
            }
        }
    }

    fn done(result: libc::c_int) -> io::Result<()> {
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    const fn size(bits: u8) -> libc::tcflag_t {
        match bits {
            5 => libc::CS5,
            6 => libc::CS6,
            7 => libc::CS7,
            _ => libc::CS8,
        }
    }

    fn speed(baud: u32) -> io::Result<libc::speed_t> {
        Ok(match baud {
            300 => libc::B300,
            600 => libc::B600,
            1_200 => libc::B1200,
            2_400 => libc::B2400,
            4_800 => libc::B4800,
            9_600 => libc::B9600,
            19_200 => libc::B19200,
            38_400 => libc::B38400,
            57_600 => libc::B57600,
            115_200 => libc::B115200,
            230_400 => libc::B230400,
            _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "this speed is not available")),
        })
    }
}

#[cfg(windows)]
mod system {
    use std::os::windows::io::AsRawHandle;

    use windows_sys::Win32::Devices::Communication::{
        COMMTIMEOUTS, DCB, GetCommState, SetCommState, SetCommTimeouts,
    };

    use super::{Duration, File, Line, io};

    /// fBinary, which Windows demands; DTR and RTS on, as printers wait for them; no flow control.
    const FLAGS: u32 = 1 | 1 << 4 | 1 << 12;

    /// Sets up a port: raw bytes, without flow control.
    pub fn configure(port: &File, line: &Line) -> io::Result<()> {
        let mut state =
            DCB { DCBlength: u32::try_from(size_of::<DCB>()).unwrap_or_default(), ..DCB::default() };
        // SAFETY: the file is open, and the structure is ours and knows its length.
        done(unsafe { GetCommState(port.as_raw_handle(), &mut state) })?;
        state.BaudRate = line.baud;
        state._bitfield = FLAGS;
        state.ByteSize = line.data;
        state.Parity = match line.parity {
            'o' => 1,
            'e' => 2,
            'm' => 3,
            's' => 4,
            _ => 0,
        };
        state.StopBits = line.half_stops - 2;
        // SAFETY: the file is open, and the structure is only read.
        done(unsafe { SetCommState(port.as_raw_handle(), &state) })
    }

    /// Limits how long the port may take to accept bytes: by default it takes as long as it likes. Fails for
    /// what is not a serial port, which keeps the limits of its driver.
    pub fn limit(port: &File, limit: Duration) {
        let limits = COMMTIMEOUTS {
            WriteTotalTimeoutConstant: u32::try_from(limit.as_millis()).unwrap_or(u32::MAX).max(1),
            ..COMMTIMEOUTS::default()
        };
        // SAFETY: the file is open, and the structure is only read.
        unsafe { SetCommTimeouts(port.as_raw_handle(), &limits) };
    }

    /// Waits until a port has sent everything. A device that is not a port has nothing to wait for.
    pub fn drain(port: &File) -> io::Result<()> {
        const INVALID_FUNCTION: i32 = 1;
        const NOT_SUPPORTED: i32 = 50;
        match port.sync_all() {
            Err(error) if matches!(error.raw_os_error(), Some(INVALID_FUNCTION | NOT_SUPPORTED)) => Ok(()),
            other => other,
        }
    }

    fn done(result: i32) -> io::Result<()> {
        if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

pub use system::{configure, drain, limit};

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn a_line_is_read_as_mode_reads_it() {
        let line = Line { baud: 9_600, parity: 'n', data: 8, half_stops: 2 };
        assert_eq!(Line::parse("9600,n,8,1"), Some(line.clone()));
        assert_eq!(Line::parse("9600, N, 8, 1"), Some(line));
        let seven = Line { baud: 115_200, parity: 'e', data: 7, half_stops: 4 };
        assert_eq!(Line::parse("115200,e,7,2"), Some(seven));
        assert_eq!(Line::parse("19200,o,5,1.5").map(|line| line.half_stops), Some(3));
        for bad in
            ["", "9600", "9600,n,8", "9600,n,8,1,x", "9601,n,8,1", "9600,x,8,1", "9600,n,9,1", "9600,n,8,3"]
        {
            assert_eq!(Line::parse(bad), None, "{bad}");
        }
    }
}
