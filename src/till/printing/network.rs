//! A printer on the network: sends bytes over a TCP connection, port 9100.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use super::status::{QUESTIONS, RESPONSES, trouble};
use super::{PORT, PrintError, Printer};
use crate::sync::Mutex;
use crate::sys::process::PerProcess;
use crate::sys::sockets::unacknowledged;
use crate::till::limited::left;

/// A printer that reports its status does so within a few ms.
const STATUS: Duration = Duration::from_millis(300);

/// How long the printer has to close the connection, once it has every byte. One that gives up meanwhile
/// resets it.
const CLOSING: Duration = Duration::from_millis(500);

/// The same for a printer that is known to leave the connection open.
const BRIEF: Duration = Duration::from_millis(20);

/// How often the connection is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// The habits of a printer, learnt from earlier prints: waiting for an answer that never comes would cost
/// each receipt most of a second.
#[derive(Clone, Copy, Debug, Default)]
struct Habits {
    /// It does not report its status.
    is_silent: bool,
    /// It leaves the connection open after the last byte.
    stays_open: bool,
}

/// Of each printer since this process has started: host and port.
static HABITS: PerProcess<Mutex<BTreeMap<(String, u16), Habits>>> = PerProcess::new(Mutex::default);

/// Reads `HOST` or `HOST:PORT`; an IPv6 address with a port is in brackets.
pub(super) fn address(text: &str) -> Option<Printer> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (host, port) = match (bracketed, text.split_once(':')) {
        (Some((host, "")), _) => (host, None),
        (Some((host, port)), _) => (host, Some(port.strip_prefix(':')?)),
        // More than one colon and no brackets: a bare IPv6 address.
        (None, Some((host, port))) if !port.contains(':') => (host, Some(port)),
        (None, _) => (text, None),
    };
    let port = port.map_or(Some(PORT), |port| port.parse().ok().filter(|port| *port != 0))?;
    let good = !host.is_empty() && !host.chars().any(|c| c.is_whitespace() || c.is_control());
    good.then(|| Printer::Network { host: host.to_owned(), port })
}

pub(super) fn print(host: &str, port: u16, bytes: &[u8], until: Instant) -> Result<(), PrintError> {
    let place = (host.to_owned(), port);
    let mut habits = HABITS.get().lock().get(&place).copied().unwrap_or_default();
    let mut printer = connect(host, port, until)?;
    let responses = state(&mut printer, habits, until).map_err(failed)?;
    trouble(&responses)?;
    all_at_the_printer(&printer);
    printer.set_nonblocking(false).map_err(failed)?;
    printer.set_write_timeout(Some(left(until))).map_err(failed)?;
    printer.write_all(bytes).map_err(failed)?;
    let (late, stays_open) = finish(printer, habits, until)?;
    habits = Habits { is_silent: responses.is_empty() && late.is_empty(), stays_open };
    HABITS.get().lock().insert(place, habits);
    if responses.is_empty() { trouble(&late) } else { Ok(()) }
}

fn failed(error: std::io::Error) -> PrintError {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => too_slow(),
        _ => PrintError::Failed(format!("the printer closed the connection: {error}")),
    }
}

fn too_slow() -> PrintError {
    PrintError::Offline("the printer accepted nothing more".to_owned())
}

/// Lets a write end only when the printer has acknowledged its bytes, where that cannot be asked afterwards.
#[cfg(windows)]
fn all_at_the_printer(printer: &TcpStream) {
    // Without it, the bytes are on their way for a while after they were written.
    let _ = socket2::SockRef::from(printer).set_send_buffer_size(0);
}

#[cfg(not(windows))]
const fn all_at_the_printer(_: &TcpStream) {}

fn connect(host: &str, port: u16, until: Instant) -> Result<TcpStream, PrintError> {
    let addresses =
        (host, port).to_socket_addrs().map_err(|error| PrintError::NotFound(format!("{host}: {error}")))?;
    let mut last = PrintError::NotFound(format!("{host} has no address"));
    for address in addresses {
        match TcpStream::connect_timeout(&address, left(until)) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = unreachable(address, &error),
        }
    }
    Err(last)
}

fn unreachable(address: SocketAddr, error: &std::io::Error) -> PrintError {
    match error.kind() {
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable => {
            PrintError::NotFound(format!("{address}: {error}"))
        }
        // Also a printer that is printing for another computer.
        ErrorKind::ConnectionRefused => {
            PrintError::Offline(format!("{address} accepts no connection: {error}"))
        }
        _ => PrintError::Offline(format!("{address} does not respond: {error}")),
    }
}

/// Returns the printer's response to a status query; empty from one that does not respond.
fn state(printer: &mut TcpStream, habits: Habits, until: Instant) -> std::io::Result<Vec<u8>> {
    printer.set_write_timeout(Some(left(until)))?;
    printer.write_all(&QUESTIONS)?;
    // Not by a time limit of the socket, to which Windows adds half a second.
    printer.set_nonblocking(true)?;
    let end = until.min(Instant::now() + if habits.is_silent { Duration::ZERO } else { STATUS });
    let mut responses = Vec::with_capacity(RESPONSES);
    loop {
        let mut byte = [0];
        match printer.read(&mut byte) {
            Ok(1..) => responses.extend(byte),
            Ok(0) => break,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if Instant::now() >= end {
                    break;
                }
                thread::sleep(LOOK);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if responses.len() == RESPONSES {
            break;
        }
    }
    Ok(responses)
}

/// Waits until the printer has every byte and closes the connection, or leaves it open. Returns what it said
/// meanwhile, and whether it leaves the connection open. Closing it under a late response would discard the
/// last bytes.
fn finish(mut printer: TcpStream, habits: Habits, until: Instant) -> Result<(Vec<u8>, bool), PrintError> {
    printer.set_nonblocking(true).map_err(failed)?;
    printer.shutdown(Shutdown::Write).map_err(failed)?;
    let (mut said, mut is_closed, mut end) = (Vec::new(), false, None);
    loop {
        if let Some(error) = printer.take_error().map_err(failed)? {
            return Err(failed(error));
        }
        let now = Instant::now();
        // Where it is not known, all bytes have arrived: see `all_at_the_printer`.
        let has_all = unacknowledged(&printer).map_err(failed)?.is_none_or(|bytes| bytes == 0);
        match end {
            _ if has_all && is_closed => return Ok((said, false)),
            Some(end) if now >= end => return Ok((said, true)),
            None if has_all => {
                end = Some(until.min(now + if habits.stays_open { BRIEF } else { CLOSING }));
            }
            None if now >= until => return Err(too_slow()),
            _ => {}
        }
        if is_closed {
            thread::sleep(LOOK);
            continue;
        }
        let mut rest = [0; 64];
        match printer.read(&mut rest) {
            Ok(0) => is_closed = true,
            Ok(length) => said.extend(rest.iter().take(length).take(64_usize.saturating_sub(said.len()))),
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(LOOK),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
}
