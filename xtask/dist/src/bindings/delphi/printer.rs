//! A printer on the network, for those who have no listener of their own.

use std::fs;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use kit::error::Error;

/// It says nothing when it is asked. What it printed last is in a file.
pub struct Printer {
    addr: SocketAddr,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Printer {
    /// Listens, and keeps what it prints in this file.
    pub fn start(paper: &Path) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::Check(format!("no printer to print on: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let ends = Arc::new(AtomicBool::new(false));
        let (paper, told) = (paper.to_owned(), ends.clone());
        let thread = thread::spawn(move || {
            for line in listener.incoming().flatten() {
                if told.load(Ordering::Relaxed) {
                    break;
                }
                // What cannot be kept is missed by the test.
                let _ = keep(line, &paper);
            }
        });
        Ok(Self { addr, ends, thread: Some(thread) })
    }

    /// Its name for the library.
    pub fn name(&self) -> String {
        format!("tcp:{}", self.addr)
    }
}

/// Whole or not at all.
fn keep(mut line: TcpStream, paper: &Path) -> io::Result<()> {
    let mut bytes = Vec::new();
    line.read_to_end(&mut bytes)?;
    let fresh: PathBuf = paper.with_extension("new");
    fs::write(&fresh, bytes)?;
    fs::rename(fresh, paper)
}

impl Drop for Printer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // Wakes the thread; if that fails it has ended.
        let _ = TcpStream::connect(self.addr);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
