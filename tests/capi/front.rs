//! A gateway that makes the line to the platform bad in several ways.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::relay::read_message;
use crate::shop::Shop;
use crate::till::Pairs;

/// How the other end behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Like the platform.
    Honest,
    /// It accepts everything and never responses.
    Silent,
    /// Each response takes its time.
    Slow,
    /// Responses come byte by byte and never end.
    Trickling,
    /// No connection can be made, and no error is reported.
    Deaf,
    /// The first TLS record comes byte by byte and never ends.
    TricklingTls,
    /// A proxy's response comes byte by byte and never ends.
    TricklingProxy,
}

/// The pause between two bytes of a trickle.
const DRIP: Duration = Duration::from_millis(20);
/// The duration of a slow response.
pub const SLOW: Duration = Duration::from_millis(250);

pub struct Front {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
    /// Keeps others from connecting.
    crowd: Mutex<Vec<TcpStream>>,
}

struct Shared {
    platform: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    mood: Mood,
    responses: usize,
    closed: bool,
}

impl Front {
    fn to(platform: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        // So few connections may wait that a crowd fills the queue.
        socket.listen(16).unwrap();
        let listener = TcpListener::from(socket);
        let state = Mutex::new(State { mood: Mood::Honest, responses: 0, closed: false });
        let shared = Arc::new(Shared { platform, state, changed: Condvar::new() });
        let (addr, acceptor) = (listener.local_addr().unwrap(), shared.clone());
        let accepting = Some(std::thread::spawn(move || acceptor.accept(&listener)));
        Self { addr, shared, accepting, crowd: Mutex::default() }
    }

    /// Places itself between a shop's till, which it opens again with these options, and everything that the
    /// till sends to.
    pub fn before(shop: &Shop, options: Pairs) -> Self {
        let front = Self::to(shop.sandbox.addr());
        shop.control.set_config(&shop.device.device_id, "server", Some(&front.base())).unwrap();
        shop.till.close();
        let base = front.base();
        let mut all = vec![("base", base.as_str())];
        all.extend_from_slice(options);
        let opened = shop.open_with(&shop.till, &all);
        assert!(opened.text("device_id").is_empty() || opened.text("server") == base);
        front
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Behaves so from the next request on.
    pub fn behave(&self, mood: Mood) {
        self.shared.state.lock().unwrap().mood = mood;
        self.shared.changed.notify_all();
        let mut crowd = self.crowd.lock().unwrap();
        crowd.clear();
        if mood == Mood::Deaf {
            // The last ones found no room in the queue.
            while let Ok(stream) = TcpStream::connect_timeout(&self.addr, Duration::from_millis(100)) {
                crowd.push(stream);
            }
        }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.shared.state.lock().unwrap().closed = true;
        self.behave(Mood::Honest);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.addr));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        loop {
            let state = self.state.lock().unwrap();
            let state = self.changed.wait_while(state, |state| state.mood == Mood::Deaf).unwrap();
            if state.closed {
                return;
            }
            drop(state);
            let Ok((stream, _)) = listener.accept() else { return };
            let serving = self.clone();
            std::thread::spawn(move || serving.serve(stream));
        }
    }

    fn serve(&self, mut till: TcpStream) {
        let _ = self.talk(&mut till);
        let _ = till.shutdown(Shutdown::Both);
    }

    fn talk(&self, till: &mut TcpStream) -> io::Result<()> {
        till.set_nodelay(true)?;
        match self.mood() {
            Mood::TricklingTls => return drip(till, &[0x16, 3, 3, 0x3f, 0xff]),
            Mood::TricklingProxy => return drip(till, b"HTTP/1.1 200 OK\r\nX: "),
            _ => {}
        }
        while let Some(request) = read_message(till) {
            match self.mood() {
                Mood::Silent | Mood::Deaf => return io::copy(till, &mut io::sink()).map(drop),
                Mood::Trickling => {
                    let response = self.ask(&request)?;
                    let responses = {
                        let mut state = self.state.lock().unwrap();
                        state.responses += 1;
                        state.responses
                    };
                    // First the head never ends, then the body.
                    let begin = match responses % 2 {
                        0 => "HTTP/1.1 200 OK\r\nX: ".to_owned(),
                        _ => longer(&String::from_utf8_lossy(&response)),
                    };
                    return drip(till, begin.as_bytes());
                }
                Mood::Slow => {
                    let state = self.state.lock().unwrap();
                    drop(self.changed.wait_timeout_while(state, SLOW, |state| state.mood == Mood::Slow));
                }
                _ => {}
            }
            let response = self.ask(&request)?;
            till.write_all(&response)?;
        }
        Ok(())
    }

    fn mood(&self) -> Mood {
        self.state.lock().unwrap().mood
    }

    fn ask(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut platform = TcpStream::connect(self.platform)?;
        platform.write_all(request)?;
        read_message(&mut platform).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// A response that claims to be longer than it is.
fn longer(response: &str) -> String {
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len() + 100_000)
}

/// Writes this immediately, and then a byte from time to time until the till hangs up.
fn drip(till: &mut TcpStream, begin: &[u8]) -> io::Result<()> {
    till.write_all(begin)?;
    till.set_read_timeout(Some(DRIP))?;
    let mut heard = [0; 4096];
    loop {
        match till.read(&mut heard) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => till.write_all(b" ")?,
            Err(error) => return Err(error),
        }
    }
}
