//! A printer on the network: sends bytes over a TCP connection, port 9100.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use super::status::{QUESTIONS, RESPONSES, trouble};
use super::{PORT, PrintError, Printer};
use crate::till::limited::left;

/// A printer that reports its status does so within a few ms.
const STATUS: Duration = Duration::from_millis(300);

/// How long the printer has to close the connection after the last byte. Closing it under a late response
/// would discard the last bytes.
const CLOSING: Duration = Duration::from_millis(500);

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
    let mut printer = connect(host, port, until)?;
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            PrintError::Offline("the printer accepted nothing more".to_owned())
        }
        _ => PrintError::Failed(format!("the printer closed the connection: {error}")),
    };
    trouble(&state(&mut printer, until).map_err(failed)?)?;
    printer.set_write_timeout(Some(left(until))).map_err(failed)?;
    printer.write_all(bytes).map_err(failed)?;
    // Everything is sent. A failure from here on says nothing about the paper.
    let _ = close(printer, until);
    Ok(())
}

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
fn state(printer: &mut TcpStream, until: Instant) -> std::io::Result<Vec<u8>> {
    let end = until.min(Instant::now() + STATUS);
    printer.set_write_timeout(Some(left(until)))?;
    printer.write_all(&QUESTIONS)?;
    let mut responses = Vec::with_capacity(RESPONSES);
    while responses.len() < RESPONSES && Instant::now() < end {
        let mut byte = [0];
        printer.set_read_timeout(Some(left(end)))?;
        match printer.read(&mut byte) {
            Ok(1..) => responses.extend(byte),
            Ok(0) => break,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(responses)
}

fn close(mut printer: TcpStream, until: Instant) -> std::io::Result<()> {
    printer.shutdown(Shutdown::Write)?;
    let end = until.min(Instant::now() + CLOSING);
    let mut rest = [0; 64];
    while Instant::now() < end {
        printer.set_read_timeout(Some(left(end)))?;
        if printer.read(&mut rest)? == 0 {
            break;
        }
    }
    Ok(())
}
