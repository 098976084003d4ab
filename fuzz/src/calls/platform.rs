//! A platform on the loopback that answers immediately: first the responses that the fuzzer wrote, then those
//! of a good platform. It keeps a book of its requests and responses.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use percent_encoding::percent_decode_str;
use wsy::protocol::bill::{self, Bill, BillResponse};
use wsy::protocol::response::{self, Order, PayResponse};

use crate::bodies::{self, ORDERS};
use crate::responses;

/// A response that the fuzzer wrote.
#[derive(Debug)]
pub enum Scripted {
    /// This one.
    Body(Vec<u8>),
    /// Paid as requested, with one of these orders.
    Paid(usize),
    /// The customer is still paying.
    Paying,
    /// The connection is closed without a response.
    Silence,
    /// The connection is closed in the middle.
    Part(Vec<u8>),
    /// Another status.
    Status(u16),
    /// Not HTTP.
    Raw(Vec<u8>),
}

/// Amounts that programs use here, so that responses can be about them.
pub const AMOUNTS: [i32; 4] = [1, 1250, 1251, 100_000_000];

impl Scripted {
    pub fn any(u: &mut Unstructured<'_>) -> Result<Self> {
        let asked = *u.choose(&AMOUNTS)?;
        Ok(match u.int_in_range(0..=9u8)? {
            0 => Self::Silence,
            1 => Self::Part(bodies::any(u, asked)?),
            2 => Self::Status(*u.choose(&[301, 302, 404, 500, 502, 504])?),
            3 => {
                let length = u.int_in_range(0..=48usize)?.min(u.len());
                Self::Raw(u.bytes(length)?.to_vec())
            }
            4 => Self::Paying,
            5 => Self::Paid(u.int_in_range(0..=ORDERS.len() - 1)?),
            _ => Self::Body(bodies::any(u, asked)?),
        })
    }
}

/// The requests and responses of the platform in one play.
#[derive(Default)]
struct Book {
    script: VecDeque<Scripted>,
    charges: Vec<String>,
    refunds: usize,
    said: Vec<Vec<u8>>,
    orders: usize,
}

pub struct Platform {
    address: SocketAddr,
    book: Mutex<Book>,
}

impl Platform {
    /// The platform of this process, with a new book.
    pub fn begin(script: Vec<Scripted>) -> &'static Self {
        static PLATFORM: OnceLock<Platform> = OnceLock::new();
        let platform = PLATFORM.get_or_init(|| {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = listener.local_addr().expect("an address");
            thread::spawn(move || serve(&listener, PLATFORM.wait()));
            Self { address, book: Mutex::default() }
        });
        *platform.book() = Book { script: script.into(), ..Book::default() };
        platform
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many charges and refunds have arrived.
    pub fn moved(&self) -> (usize, usize) {
        let book = self.book();
        (book.charges.len(), book.refunds)
    }

    /// Whether a response said that this order was paid with this amount.
    pub fn said_paid(&self, dm_id: &str, fen: i64) -> bool {
        self.book().said.iter().any(|body| {
            let ours = |order: &Order| order.dm_id == dm_id && order.total_fen == Some(fen);
            matches!(response::pay(body), Ok(PayResponse::Done(order)) if ours(&order))
                // The rows of a bill are statements of the platform too.
                || matches!(bill::read(body), Ok(BillResponse::Found(bill)) if bill.pay_total_fen == fen)
        })
    }

    /// Whether a response said that nothing was paid, or that there is no such order.
    pub fn said_not_paid(&self) -> bool {
        self.book().said.iter().any(|body| {
            matches!(response::pay(body), Ok(PayResponse::Failed(_)))
                // The same code at another till, after a decline.
                || matches!(
                    response::pay(body),
                    Ok(PayResponse::Done(order) | PayResponse::Paying(order)) if !order.device_id.is_empty()
                )
        })
    }

    /// Whether a bill showed a refund of this amount.
    pub fn showed_refund(&self, fen: i64) -> bool {
        self.book().said.iter().any(|body| {
            let shown = |bill: &Bill| bill.lines.iter().any(|line| line.total_fen == -fen);
            matches!(bill::read(body), Ok(BillResponse::Found(bill)) if shown(&bill))
        })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(listener: &TcpListener, platform: &'static Platform) {
    for stream in listener.incoming().flatten() {
        // One that is prepared says nothing for a while. A client that has gone away does not matter to the
        // platform.
        thread::spawn(move || platform.answer(stream));
    }
}

impl Platform {
    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let form = read(&stream)?;
        let value =
            |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let action = value("action").unwrap_or_default();
        let total = value("total").unwrap_or_default();
        let mut book = self.book();
        match action {
            "micropay" => book.charges.push(value("authcode").unwrap_or_default().to_owned()),
            "refund" => book.refunds += 1,
            _ => {}
        }
        let scripted = if action.is_empty() { None } else { book.script.pop_front() };
        let body = match scripted {
            Some(Scripted::Silence) => return Ok(()),
            Some(Scripted::Raw(bytes)) => return stream.write_all(&bytes),
            Some(Scripted::Status(status)) => {
                return write!(
                    stream,
                    "HTTP/1.1 {status} x\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
            }
            Some(Scripted::Part(body)) => {
                let length = body.len() + 1;
                return send(&mut stream, &body, length);
            }
            Some(Scripted::Body(body)) => body,
            Some(Scripted::Paid(order)) => paid(ORDERS[order], total),
            Some(Scripted::Paying) => {
                b"<dm ok=\"-1\" info=\"\xe6\x94\xaf\xe4\xbb\x98\xe4\xb8\xad\"></dm>".to_vec()
            }
            None if action == "micropay" => {
                book.orders += 1;
                paid(&format!("dm{}", 9000 + book.orders), total)
            }
            None => {
                b"<dm ok=\"0\" info=\"\xe8\xae\xa2\xe5\x8d\x95\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8\"></dm>"
                    .to_vec()
            }
        };
        book.said.push(body.clone());
        drop(book);
        let length = body.len();
        send(&mut stream, &body, length)
    }
}

fn paid(order: &str, total: &str) -> Vec<u8> {
    assert!(responses::fen(total).is_some_and(|fen| fen > 0) || total.is_empty(), "asked for {total}");
    format!("<dm ok=\"1\" info=\"\" dm_id=\"{order}\" total=\"{total}\" pay_type=\"4\"></dm>").into_bytes()
}

fn send(stream: &mut TcpStream, body: &[u8], length: usize) -> std::io::Result<()> {
    let mut all =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").into_bytes();
    all.extend_from_slice(body);
    stream.write_all(&all)
}

/// Reads one request; returns its parameters.
fn read(stream: &TcpStream) -> std::io::Result<Vec<(String, String)>> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    let mut query = String::new();
    for at in 0.. {
        let mut line = String::new();
        let length_of_line = reader.read_line(&mut line)?;
        if at == 0 && length_of_line == 0 {
            // It was prepared, and never used.
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if line.trim().is_empty() {
            break;
        }
        if at == 0 {
            query = line.split(['?', ' ']).nth(2).unwrap_or_default().to_owned();
        }
        if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let form = if body.is_empty() { query } else { String::from_utf8_lossy(&body).into_owned() };
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    Ok(pairs.map(|(name, value)| (decode(name), decode(value))).collect())
}
