//! One exchange of HTTP/1.1 over a connection: the request is sent in one piece, the response is read whole.
//!
//! Supports the small part of HTTP that the platform needs: no redirects, no response larger than any of the
//! platform's. Compression is not asked for, and read all the same: proxies and virus scanners add it.
//!
//! ureq's own engine, `ureq-proto`, would keep the same guarantees with 90 lines less. It was measured and
//! not taken: 13 % more instructions for a query, 5 % more for a payment, 37 KB more to download, as many
//! system calls, and a second crate without a stable API.

use std::time::{Duration, Instant};

use ureq::Timeout;
use ureq::unversioned::transport::{NextTimeout, Transport, time};

use super::address::Address;
use super::compressed::Coding;
use super::tcp::in_tenths;
use crate::protocol::request::{Method, Request};
use crate::protocol::xml::MAX_BYTES;

const MAX_HEADER_BYTES: usize = 32 * 1024;
const MAX_HEADERS: usize = 128;
/// The longest chunk-size line.
const MAX_CHUNK_LINE: usize = 256;
/// The amount of consumed input after which its memory is released.
const READ_AHEAD: usize = 64 * 1024;

/// Whether the connection is kept after the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// The connection is closed.
    Close,
    /// The connection may be reused.
    Keep,
}

/// A complete response with status 200.
#[derive(Debug)]
pub struct Response {
    /// Its body.
    pub body: Vec<u8>,
    /// Whether the connection may be reused.
    pub afterwards: Afterwards,
    /// The server's `Date` header, if it sent one.
    pub date: Option<String>,
}

/// Why there is no response, though a part of the request was offered to a socket.
#[derive(Debug)]
pub struct Failure {
    /// For the log and the reply.
    pub reason: String,
    /// Whether the connection ended before the first byte of a response.
    pub silent: bool,
}

impl Failure {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), silent: false }
    }

    fn too_large() -> Self {
        Self::new("the response is too large")
    }
}

/// The bytes of a request. For a proxy that reads them, its headers are given, which may be none, and the
/// first line names the whole address.
pub fn message(
    request: &Request,
    method: Method,
    address: &Address,
    afterwards: Afterwards,
    proxy: Option<&str>,
) -> Vec<u8> {
    let form = request.encoded();
    let (method, query, body) = match method {
        Method::Get => ("GET", form.as_str(), None),
        Method::Post => ("POST", "", Some(form.as_str())),
    };
    let mut message = String::with_capacity(form.len() + 256);
    let mut add = |parts: &[&str]| parts.iter().for_each(|part| message.push_str(part));
    let begin = if proxy.is_some() { &address.text } else { &address.prefix };
    add(&[method, " ", begin, request.path]);
    if !query.is_empty() {
        add(&["?", query]);
    }
    add(&[" HTTP/1.1\r\nHost: ", &address.host_and_port]);
    add(&["\r\nUser-Agent: wsy/", env!("CARGO_PKG_VERSION"), "\r\nAccept: */*\r\n"]);
    add(&["Accept-Encoding: identity\r\n", proxy.unwrap_or_default()]);
    if afterwards == Afterwards::Close {
        add(&["Connection: close\r\n"]);
    }
    if let Some(body) = body {
        add(&["Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "]);
        add(&[&body.len().to_string(), "\r\n\r\n", body]);
    } else {
        // A response from an hour ago is worthless, and no cache may store a URL that may contain an auth
        // code.
        add(&["Cache-Control: no-cache, no-store\r\nPragma: no-cache\r\n\r\n"]);
    }
    message.into_bytes()
}

/// Sends a request and reads its response. The head of the response may take `limit` from now, and its body
/// as long again; neither extends past `until`.
pub fn exchange(
    connection: &mut dyn Transport,
    message: &[u8],
    limit: Duration,
    until: Instant,
) -> Result<Response, Failure> {
    let deadline = |reason| Deadline { at: (Instant::now() + limit).min(until), reason };
    let head = deadline(Timeout::RecvResponse);
    send(connection, message, &Deadline { at: head.at, reason: Timeout::SendRequest })?;
    let mut input = Input { connection, received: Vec::new(), at: 0, silent: true };
    let head = input.head(&head)?;
    match head.status {
        200 => {}
        405 => {
            return Err(Failure::new("HTTP 405, method not allowed: see the options for the HTTP method"));
        }
        407 => {
            return Err(Failure::new(
                "HTTP 407, the proxy needs a name and a password: see the option proxy",
            ));
        }
        status => return Err(Failure::new(format!("HTTP {status}"))),
    }
    let deadline = deadline(Timeout::RecvBody);
    let body = match head.length {
        Length::Known(length) => input.known(length, &deadline)?,
        Length::Chunked => input.chunked(&deadline)?,
        Length::ToTheEnd => input.until_the_end(&deadline)?,
    };
    // Bytes beyond the response belong to nothing.
    let may_keep = head.keeps && head.length != Length::ToTheEnd && input.rest().is_empty();
    let afterwards = if may_keep { Afterwards::Keep } else { Afterwards::Close };
    let unreadable = "the response is compressed, which was not requested, and cannot be read";
    let body = head.coding.read(body).ok_or_else(|| Failure::new(unreadable))?;
    Ok(Response { body, afterwards, date: head.date })
}

fn send(connection: &mut dyn Transport, message: &[u8], deadline: &Deadline) -> Result<(), Failure> {
    let mut rest = message;
    while !rest.is_empty() {
        let output = connection.buffers().output();
        let (piece, later) = rest.split_at(rest.len().min(output.len()));
        output[..piece.len()].copy_from_slice(piece);
        let sent = connection.transmit_output(piece.len(), deadline.left());
        sent.map_err(|error| Failure { reason: error.to_string(), silent: ended(&error) })?;
        rest = later;
    }
    Ok(())
}

/// Whether the connection has ended, rather than just the time.
fn ended(error: &ureq::Error) -> bool {
    !matches!(error, ureq::Error::Timeout(_))
}

/// A moment by which an operation has to be done.
struct Deadline {
    at: Instant,
    reason: Timeout,
}

impl Deadline {
    fn left(&self) -> NextTimeout {
        NextTimeout {
            after: time::Duration::Exact(in_tenths(self.at)),
            reason: self.reason,
            ..NextTimeout::default()
        }
    }
}

/// The parsed head of a response.
#[derive(Clone)]
struct Head {
    status: u16,
    length: Length,
    coding: Coding,
    keeps: bool,
    date: Option<String>,
}

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Known(usize),
    Chunked,
    ToTheEnd,
}

/// The part of the response read so far.
struct Input<'a> {
    connection: &'a mut dyn Transport,
    received: Vec<u8>,
    /// How much of `received` is consumed.
    at: usize,
    silent: bool,
}

impl Input<'_> {
    fn rest(&self) -> &[u8] {
        &self.received[self.at..]
    }

    /// Waits for more input; returns false at the end of the stream.
    fn more(&mut self, deadline: &Deadline) -> Result<bool, Failure> {
        if self.at >= READ_AHEAD {
            self.received.drain(..self.at);
            self.at = 0;
        }
        let waited = self.connection.await_input(deadline.left());
        waited
            .map_err(|error| Failure { reason: error.to_string(), silent: self.silent && ended(&error) })?;
        let buffers = self.connection.buffers();
        let input = buffers.input();
        let length = input.len();
        self.received.extend_from_slice(input);
        buffers.input_consume(length);
        self.silent &= length == 0;
        Ok(length > 0)
    }

    /// Waits for more of a response that cannot be complete yet.
    fn need_more(&mut self, deadline: &Deadline) -> Result<(), Failure> {
        if self.more(deadline)? {
            return Ok(());
        }
        Err(Failure {
            reason: "the connection was closed during the response".to_owned(),
            silent: self.silent,
        })
    }

    fn head(&mut self, deadline: &Deadline) -> Result<Head, Failure> {
        let mut passed = 0;
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
            let mut response = httparse::Response::new(&mut headers);
            let parsed = response.parse(self.rest());
            let parsed =
                parsed.map_err(|error| Failure::new(format!("not a valid HTTP response: {error}")))?;
            match parsed {
                httparse::Status::Partial => {
                    if passed + self.rest().len() > MAX_HEADER_BYTES {
                        return Err(Failure::too_large());
                    }
                    self.need_more(deadline)?;
                }
                httparse::Status::Complete(length) => {
                    let head = head(&response)?;
                    self.at += length;
                    passed += length;
                    if passed > MAX_HEADER_BYTES {
                        return Err(Failure::too_large());
                    }
                    // Interim heads (1xx) come before the response; 101 would switch to another protocol.
                    if !(100..200).contains(&head.status) || head.status == 101 {
                        return Ok(head);
                    }
                }
            }
        }
    }

    /// Takes the next `length` bytes.
    fn take(&mut self, length: usize, deadline: &Deadline) -> Result<&[u8], Failure> {
        while self.rest().len() < length {
            self.need_more(deadline)?;
        }
        let from = self.at;
        self.at += length;
        Ok(&self.received[from..self.at])
    }

    fn known(&mut self, length: usize, deadline: &Deadline) -> Result<Vec<u8>, Failure> {
        if length > MAX_BYTES {
            return Err(Failure::too_large());
        }
        self.take(length, deadline).map(<[u8]>::to_vec)
    }

    fn chunked(&mut self, deadline: &Deadline) -> Result<Vec<u8>, Failure> {
        let bad = || Failure::new("not a valid HTTP response: a bad chunk");
        let mut body = Vec::new();
        loop {
            let size = self.chunk_size(deadline)?;
            if size == 0 {
                return self.trailers(deadline).map(|()| body);
            }
            let size = usize::try_from(size).ok().filter(|size| *size <= MAX_BYTES - body.len());
            let size = size.ok_or_else(Failure::too_large)?;
            let chunk = self.take(size + 2, deadline)?;
            body.extend_from_slice(chunk.strip_suffix(b"\r\n").ok_or_else(bad)?);
        }
    }

    /// Skips the lines that may follow the last chunk, up to the empty one.
    fn trailers(&mut self, deadline: &Deadline) -> Result<(), Failure> {
        let mut passed = 0;
        loop {
            let Some(line) = self.rest().iter().position(|byte| *byte == b'\n').map(|at| at + 1) else {
                if passed + self.rest().len() > MAX_HEADER_BYTES {
                    return Err(Failure::too_large());
                }
                self.need_more(deadline)?;
                continue;
            };
            let is_empty = self.rest()[..line].trim_ascii().is_empty();
            self.at += line;
            passed += line;
            if is_empty {
                return Ok(());
            }
            if passed > MAX_HEADER_BYTES {
                return Err(Failure::too_large());
            }
        }
    }

    fn chunk_size(&mut self, deadline: &Deadline) -> Result<u64, Failure> {
        loop {
            match httparse::parse_chunk_size(self.rest()) {
                Ok(httparse::Status::Complete((line, size))) => {
                    self.at += line;
                    return Ok(size);
                }
                Ok(httparse::Status::Partial) if self.rest().len() < MAX_CHUNK_LINE => {
                    self.need_more(deadline)?;
                }
                _ => return Err(Failure::new("not a valid HTTP response: a bad chunk")),
            }
        }
    }

    fn until_the_end(&mut self, deadline: &Deadline) -> Result<Vec<u8>, Failure> {
        while self.more(deadline)? {
            if self.rest().len() > MAX_BYTES {
                return Err(Failure::too_large());
            }
        }
        Ok(self.rest().to_vec())
    }
}

/// Reads the relevant parts of a head.
fn head(response: &httparse::Response<'_, '_>) -> Result<Head, Failure> {
    let mut head = Head {
        status: response.code.unwrap_or_default(),
        length: Length::ToTheEnd,
        coding: Coding::Plain,
        keeps: response.version == Some(1),
        date: None,
    };
    for header in response.headers.iter() {
        let is = |value: &str| header.value.trim_ascii().eq_ignore_ascii_case(value.as_bytes());
        match header.name {
            name if name.eq_ignore_ascii_case("content-length") => {
                head.length = and_length(head.length, header.value)?;
            }
            name if name.eq_ignore_ascii_case("date") => {
                head.date = std::str::from_utf8(header.value).ok().map(str::to_owned);
            }
            name if name.eq_ignore_ascii_case("transfer-encoding") => {
                if !is("chunked") {
                    return Err(Failure::new("the response has a transfer encoding that was not requested"));
                }
                head.length = Length::Chunked;
            }
            name if name.eq_ignore_ascii_case("content-encoding") => {
                head.coding = head.coding.and(header.value);
            }
            name if name.eq_ignore_ascii_case("connection") => head.keeps &= !is("close"),
            _ => {}
        }
    }
    Ok(head)
}

/// Parses a length. One that occurs twice must be the same; it is ignored if the body is chunked.
fn and_length(known: Length, value: &[u8]) -> Result<Length, Failure> {
    let bad = || Failure::new("not a valid HTTP response: a bad length");
    let digits = value.trim_ascii();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(bad());
    }
    let length = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    match (known, length.ok_or_else(bad)?) {
        (Length::Chunked, _) => Ok(Length::Chunked),
        (Length::Known(known), length) if known != length => Err(bad()),
        (_, length) => Ok(Length::Known(length)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use ureq::unversioned::transport::{Buffers, LazyBuffers};

    use super::*;
    use crate::protocol::request;
    use crate::till::clock;

    /// A connection that delivers these pieces and then ends.
    struct Script {
        buffers: LazyBuffers,
        sent: Vec<u8>,
        pieces: VecDeque<Vec<u8>>,
    }

    impl std::fmt::Debug for Script {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Script")
        }
    }

    impl Script {
        fn new(pieces: impl IntoIterator<Item = Vec<u8>>) -> Self {
            Self { buffers: LazyBuffers::new(64, 64), sent: Vec::new(), pieces: pieces.into_iter().collect() }
        }
    }

    impl Transport for Script {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.buffers
        }

        fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
            self.sent.extend_from_slice(&self.buffers.output()[..amount]);
            Ok(())
        }

        fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
            let Some(mut piece) = self.pieces.pop_front() else { return Ok(false) };
            let free = self.buffers.input_append_buf();
            let length = piece.len().min(free.len());
            free[..length].copy_from_slice(&piece[..length]);
            self.buffers.input_appended(length);
            if length < piece.len() {
                self.pieces.push_front(piece.split_off(length));
            }
            Ok(true)
        }

        fn is_open(&mut self) -> bool {
            true
        }
    }

    const LIMIT: Duration = Duration::from_secs(60);

    fn late() -> Instant {
        Instant::now() + 3 * LIMIT
    }

    fn read(response: &[u8]) -> Result<Response, Failure> {
        exchange(&mut Script::new([response.to_vec()]), b"?", LIMIT, late())
    }

    fn body(response: &[u8]) -> String {
        String::from_utf8(read(response).unwrap().body).unwrap()
    }

    const GOOD: [(&str, &str, Afterwards); 8] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", Afterwards::Keep),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\ncontent-length: 3\r\n\r\nabc", "abc", Afterwards::Keep),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd", "abc", Afterwards::Close),
        ("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", "", Afterwards::Close),
        ("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", Afterwards::Close),
        ("HTTP/1.1 200 OK\r\n\r\nto the end", "to the end", Afterwards::Close),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n",
            "abcd",
            Afterwards::Keep,
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\
             Content-Length: 9\r\n\r\n0\r\nTrailer: x\r\n\r\n",
            "",
            Afterwards::Keep,
        ),
    ];

    #[test]
    fn a_response_is_the_same_however_it_is_cut_into_pieces() {
        for (text, wanted, afterwards) in GOOD {
            for size in 1..text.len() {
                let pieces = text.as_bytes().chunks(size).map(<[u8]>::to_vec);
                let response = exchange(&mut Script::new(pieces), b"?", LIMIT, late()).unwrap();
                assert_eq!(response.body, wanted.as_bytes(), "{text} by {size}");
                let kept = response.afterwards;
                // A close that has not arrived yet is not waited for.
                assert!(
                    kept == afterwards || kept == Afterwards::Close || text.ends_with("abcd"),
                    "{text} by {size}"
                );
            }
            assert_eq!(read(text.as_bytes()).unwrap().afterwards, afterwards, "{text}");
        }
    }

    #[test]
    fn a_response_may_name_the_time() {
        let dated = |date| format!("HTTP/1.1 200 OK\r\n{date}Content-Length: 0\r\n\r\n");
        let date_ms = |date| read(dated(date).as_bytes()).unwrap().date.as_deref().and_then(clock::of_http);
        assert_eq!(date_ms("Date: Tue, 10 Jul 2018 08:42:45 GMT\r\n"), Some(1_531_212_165_000));
        assert_eq!(date_ms("date: yesterday\r\n"), None);
        assert_eq!(date_ms(""), None);
    }

    #[test]
    fn a_response_that_ends_too_early_is_rejected() {
        for (text, ..) in
            GOOD.iter().filter(|(text, ..)| !text.contains("to the end") && !text.ends_with("abcd"))
        {
            for cut in 0..text.len() {
                let failure = read(&text.as_bytes()[..cut]).unwrap_err();
                assert_eq!(failure.silent, cut == 0, "{text} at {cut}: {}", failure.reason);
            }
        }
    }

    #[test]
    fn what_is_not_a_response_or_was_not_requested_is_refused() {
        let large = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", MAX_BYTES + 1);
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(MAX_HEADERS + 1));
        let long = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "b".repeat(MAX_HEADER_BYTES));
        let flood = "HTTP/1.1 100 Continue\r\n\r\n".repeat(2_000);
        for bad in [
            "<html>",
            "HTTP/0.9 200 OK\r\n\r\n",
            "HTTP/1.1 302 Found\r\nLocation: http://elsewhere\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc",
            &large,
            &many,
            &long,
            &flood,
        ] {
            let failure = read(bad.as_bytes()).unwrap_err();
            assert!(!failure.silent, "{}: {}", &bad[..bad.len().min(80)], failure.reason);
        }
        let endless = (0..2_000).map(|_| vec![b'a'; 1024]);
        let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        let failure = exchange(&mut Script::new(std::iter::once(head).chain(endless)), b"?", LIMIT, late())
            .unwrap_err();
        assert_eq!(failure.reason, "the response is too large");
    }

    #[test]
    fn many_small_chunks_make_one_body() {
        let mut response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for _ in 0..100_000 {
            response.extend_from_slice(b"1\r\nx\r\n");
        }
        response.extend_from_slice(b"0\r\n\r\n");
        assert_eq!(body(&response), "x".repeat(100_000));
    }

    #[test]
    fn a_request_leaves_as_it_was_written() {
        let device = request::Device::new("1", "k");
        let address = Address::parse("http://till.example:81/below/").unwrap();
        let request = request::config(&device, "V1");
        let form = request.encoded();
        let length = form.len();
        for (method, begin, end) in [
            (
                Method::Get,
                format!("GET /below{}?{form} HTTP/1.1", request.path),
                "\r\nCache-Control: no-cache, no-store\r\nPragma: no-cache\r\n\r\n".to_owned(),
            ),
            (
                Method::Post,
                format!("POST /below{} HTTP/1.1", request.path),
                format!(
                    "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\
                     \r\n\r\n{form}"
                ),
            ),
        ] {
            let message = message(&request, method, &address, Afterwards::Close, None);
            let mut script = Script::new([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()]);
            exchange(&mut script, &message, LIMIT, late()).unwrap();
            assert_eq!(script.sent, message);
            let text = String::from_utf8(message).unwrap();
            let (line, rest) = text.split_once("\r\n").unwrap();
            assert_eq!(line, begin);
            assert!(rest.starts_with("Host: till.example:81\r\n"), "{rest}");
            assert!(rest.contains("\r\nConnection: close\r\n"), "{rest}");
            assert!(rest.contains("\r\nAccept-Encoding: identity\r\n"), "{rest}");
            assert!(rest.ends_with(&end), "{rest}");
        }
    }

    #[test]
    fn a_request_to_a_proxy_that_reads_it_names_the_whole_address() {
        let address = Address::parse("http://till.example:81/below/").unwrap();
        let request = request::time("1");
        let header = "Proxy-Authorization: Basic dGlsbDo=\r\n";
        let message = message(&request, Method::Get, &address, Afterwards::Keep, Some(header));
        let text = String::from_utf8(message).unwrap();
        let (line, rest) = text.split_once("\r\n").unwrap();
        let form = request.encoded();
        assert_eq!(line, format!("GET http://till.example:81/below{}?{form} HTTP/1.1", request.path));
        assert!(rest.starts_with("Host: till.example:81\r\n") && rest.contains(header), "{rest}");
    }

    #[test]
    fn a_method_that_is_not_allowed_is_named_in_the_reason() {
        let failure = read(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n").unwrap_err();
        assert!(failure.reason.contains("405") && failure.reason.contains("method"), "{}", failure.reason);
    }
}
