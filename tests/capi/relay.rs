//! A gateway between the till and the platform, which counts the requests and drops those it is told to drop.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

pub struct Relay {
    addr: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    platform: SocketAddr,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The actions of the requests that came, in order.
    came: Vec<String>,
    kept: Vec<TcpStream>,
    /// Requests for this action are read completely, and then their connection is closed.
    drop: Option<&'static str>,
    /// New connections are closed with their request unread: a reset.
    reset: bool,
}

impl Relay {
    pub fn to(platform: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Shared { platform, state: Mutex::default() });
        let relay = Self { addr: listener.local_addr().unwrap(), shared: shared.clone() };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = shared.clone();
                thread::spawn(move || shared.serve(stream));
            }
        });
        relay
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Reads requests for this action completely and closes their connections.
    pub fn drop(&self, action: &'static str) {
        self.shared.state.lock().unwrap().drop = Some(action);
    }

    /// Resets every new connection with its request unread.
    pub fn reset(&self) {
        self.shared.state.lock().unwrap().reset = true;
    }

    pub fn heal(&self) {
        let mut state = self.shared.state.lock().unwrap();
        state.drop = None;
        state.reset = false;
    }

    /// How many requests came for an action.
    pub fn came(&self, action: &str) -> usize {
        self.shared.state.lock().unwrap().came.iter().filter(|came| *came == action).count()
    }

    /// Closes every connection, as a server does with those that were idle for too long.
    pub fn close_idle(&self) {
        for stream in &self.shared.state.lock().unwrap().kept {
            // Some may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn serve(&self, mut till: TcpStream) {
        let reset = {
            let mut state = self.state.lock().unwrap();
            if !state.reset {
                state.kept.push(till.try_clone().unwrap());
            }
            state.reset
        };
        if reset {
            // Closing with unread bytes causes the reset.
            let action = peek_action(&till);
            self.state.lock().unwrap().came.push(action);
            return;
        }
        while let Some(request) = read_message(&mut till) {
            let action = action(&request);
            let drop = {
                let mut state = self.state.lock().unwrap();
                state.came.push(action.clone());
                state.drop == Some(action.as_str())
            };
            let response = if drop { None } else { self.forward(&request) };
            let sent = response.map(|response| till.write_all(&response).is_ok());
            if sent != Some(true) {
                let _ = till.shutdown(Shutdown::Both);
                return;
            }
        }
    }

    fn forward(&self, request: &[u8]) -> Option<Vec<u8>> {
        let mut platform = TcpStream::connect(self.platform).ok()?;
        platform.write_all(request).ok()?;
        read_message(&mut platform)
    }
}

/// A whole request or response; `None` if the connection was closed before.
pub fn read_message(stream: &mut impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some(bytes);
            }
        }
        match stream.read(&mut part) {
            Ok(read @ 1..) => bytes.extend_from_slice(&part[..read]),
            _ => return None,
        }
    }
}

/// The action of a request that is not to be read.
pub fn peek_action(stream: &TcpStream) -> String {
    let mut bytes = [0; 4096];
    loop {
        let length = stream.peek(&mut bytes).unwrap();
        let action = action(&bytes[..length]);
        if length == 0 || action != "other" {
            return action;
        }
        thread::yield_now();
    }
}

/// The action of a request.
pub fn action(request: &[u8]) -> String {
    let text = String::from_utf8_lossy(request);
    let found = text.split_once("action=").map(|(_, rest)| rest);
    let name = found.map(|rest| rest.split(['&', ' ', '\r']).next().unwrap_or_default());
    name.unwrap_or("other").to_owned()
}
