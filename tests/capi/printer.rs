//! A printer on the network that keeps what it prints.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

/// The queries a till first sends to a printer: why it would be offline, and whether it has paper.
pub const QUESTIONS: [u8; 6] = [0x10, 0x04, 0x02, 0x10, 0x04, 0x04];

pub struct Printer {
    addr: SocketAddr,
    paper: JoinHandle<Vec<u8>>,
}

impl Printer {
    /// A printer that gives this response to a query, and prints what comes on one connection.
    pub fn saying(responses: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let paper = std::thread::spawn(move || {
            let (mut line, _) = listener.accept().unwrap();
            let mut asked = [0; QUESTIONS.len()];
            line.read_exact(&mut asked).unwrap();
            assert_eq!(asked, QUESTIONS);
            line.write_all(responses).unwrap();
            let mut paper = Vec::new();
            line.read_to_end(&mut paper).unwrap();
            paper
        });
        Self { addr, paper }
    }

    /// A printer that is ready.
    pub fn ready() -> Self {
        Self::saying(&[0x12, 0x12])
    }

    pub fn name(&self) -> String {
        format!("tcp:{}", self.addr)
    }

    /// Its output.
    pub fn paper(self) -> Vec<u8> {
        self.paper.join().unwrap()
    }
}
