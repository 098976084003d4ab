//! An HTTP client that shows exactly what came over the wire.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Long enough for a busy machine; tests reach it only when they fail.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Everything that the server sent until it closed the connection, and how the connection ended.
#[derive(Debug)]
pub struct Received {
    pub bytes: Vec<u8>,
    pub end: io::Result<()>,
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Response {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Received {
    pub fn response(&self) -> Response {
        let end = self.bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8(self.bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Response { status, body: self.bytes[end + 4..].to_vec(), head }
    }

    pub fn was_reset(&self) -> bool {
        matches!(&self.end, Err(error) if error.kind() == io::ErrorKind::ConnectionReset)
    }
}

pub fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}

pub fn receive(mut stream: TcpStream) -> Received {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(drop);
    Received { bytes, end }
}

pub fn send(addr: SocketAddr, request: &str) -> TcpStream {
    let mut stream = connect(addr);
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

pub fn request(method: &str, target: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {target} HTTP/1.1\r\nHost: till.test\r\nConnection: close\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

pub fn get(addr: SocketAddr, target: &str) -> Received {
    receive(send(addr, &request("GET", target, "text/plain", "")))
}

pub fn form(addr: SocketAddr, target: &str, body: &str) -> Received {
    receive(send(addr, &request("POST", target, "application/x-www-form-urlencoded", body)))
}

/// A call of the control API, which responds only under its own host name.
pub fn json(addr: SocketAddr, method: &str, target: &str, body: &str) -> Response {
    let request = request(method, target, "application/json", body);
    receive(send(addr, &request.replace("Host: till.test", &format!("Host: {addr}")))).response()
}

/// A request with chosen headers, including the host.
pub fn with_headers(addr: SocketAddr, method: &str, target: &str, headers: &[&str], body: &str) -> Response {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    receive(send(addr, &(head + body))).response()
}

pub fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encoded = |byte: u8| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(encoded).collect()
}
