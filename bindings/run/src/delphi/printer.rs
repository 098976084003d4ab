//! A network printer, for tests that have no listener of their own.

use std::fs;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

use kit::error::Error;

/// Listens as long as this process runs, and gives the printer's name for the library. It does not answer
/// status requests; the file has what it printed last.
pub fn start(paper: PathBuf) -> Result<String, Error> {
    let failed = |error| Error::Check(format!("no printer to print on: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    let name = format!("tcp:{}", listener.local_addr().map_err(failed)?);
    thread::spawn(move || {
        for line in listener.incoming().flatten() {
            // If it cannot be written, the test will miss it.
            let _ = keep(line, &paper);
        }
    });
    Ok(name)
}

/// Atomically.
fn keep(mut line: TcpStream, paper: &Path) -> io::Result<()> {
    let mut bytes = Vec::new();
    line.read_to_end(&mut bytes)?;
    let fresh = paper.with_extension("new");
    fs::write(&fresh, bytes)?;
    fs::rename(fresh, paper)
}
