//! One connection: requests in, responses out, until the client ends it.

use std::io::{self, ErrorKind, Read, Write};

use crate::counts::Counts;
use crate::responses::{Shop, field, form};

/// Answers every request of a connection.
pub fn serve(mut stream: impl Read + Write, shop: &Shop, counts: &Counts) -> io::Result<()> {
    let mut received = Vec::with_capacity(8192);
    let mut is_paying = false;
    loop {
        let length = loop {
            if let Some(length) = length(&received) {
                break length;
            }
            let mut part = [0; 8192];
            match stream.read(&mut part)? {
                0 => return Ok(()),
                read => received.extend_from_slice(&part[..read]),
            }
        };
        let request = String::from_utf8_lossy(&received[..length]).into_owned();
        received.drain(..length);
        let form = form(&request);
        if field(form, "action") == "micropay" {
            counts.payment(field(form, "authcode"));
            if !std::mem::replace(&mut is_paying, true) {
                counts.paying_connection();
            }
        }
        let response = message(&shop.answer(&request));
        counts.exchange(length, response.len());
        stream.write_all(&response)?;
    }
}

/// The length of the first request, once it is complete.
fn length(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&received[..head]).to_ascii_lowercase();
    let body = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(Ok(0), |value| value.trim().parse::<usize>().map_err(|_| ErrorKind::InvalidData))
        .ok()?;
    (received.len() >= head + body).then_some(head + body)
}

fn message(body: &str) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: keep-alive\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}
