//! An exchange of money that ends without a response ends with a reset: bytes that have not left by then
//! never will, and the quiet time begins.

use std::io::{self, ErrorKind, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use wsy_sandbox::{Call, Fault};

use crate::authority::{Authority, TlsServer};
use crate::codes;
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{NONE, Pairs};

/// A twentieth of the default times: the quiet time of a reset is over before the deadline, that of a crash
/// is not.
const SCALED: Pairs<'static> =
    &[("poll_ms", "250"), ("first_query_ms", "50"), ("quiet_ms", "3000"), ("deadline_ms", "6000")];

fn move_to(shop: &Shop, server: &str) {
    shop.control.set_config(&shop.device.device_id, "server", Some(server)).unwrap();
    shop.till.config(1).is(codes::OK);
}

/// The bytes that a till sent over one connection, and how it ended.
struct Ended {
    sent: Vec<u8>,
    how: io::Result<()>,
    till: TcpStream,
}

impl Ended {
    #[track_caller]
    fn in_order(&self) {
        assert!(self.how.is_ok(), "{:?}", self.how);
    }

    /// A till that is closed first shuts its connections down, which the other end may notice before the
    /// reset.
    #[track_caller]
    fn with_a_reset(&self) {
        match &self.how {
            Ok(()) => eventually("the reset arrives", || self.till.take_error().unwrap().is_some()),
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
    }
}

/// A gateway that reports for each connection how the till ended it.
struct Gateway {
    addr: SocketAddr,
    ended: Receiver<Ended>,
}

impl Gateway {
    fn to(platform: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (tell, ended) = mpsc::channel();
        thread::spawn(move || {
            for till in listener.incoming().map_while(Result::ok) {
                let tell = tell.clone();
                // A test that has seen enough stops listening.
                thread::spawn(move || tell.send(pass(till, platform)));
            }
        });
        Self { addr, ended }
    }

    fn base(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The end of the connection over which this was sent.
    #[track_caller]
    fn end_of(&self, what: &str) -> Ended {
        loop {
            let ended = self.ended.recv_timeout(Duration::from_secs(60)).unwrap();
            if String::from_utf8_lossy(&ended.sent).contains(what) {
                return ended;
            }
        }
    }
}

fn pass(till: TcpStream, platform: SocketAddr) -> Ended {
    let platform = TcpStream::connect(platform).unwrap();
    let (mut back, mut to_till) = (platform.try_clone().unwrap(), till.try_clone().unwrap());
    // How the platform ends it says nothing about the till.
    thread::spawn(move || io::copy(&mut back, &mut to_till));
    let mut sent = Vec::new();
    let how = read(&till, &mut sent, |bytes| {
        // The platform may have hung up.
        let _ = io::Write::write_all(&mut &platform, bytes);
    });
    Ended { sent, how, till }
}

/// Reads to the end.
fn read(mut from: &TcpStream, sent: &mut Vec<u8>, mut pass: impl FnMut(&[u8])) -> io::Result<()> {
    let mut part = [0; 4096];
    loop {
        match from.read(&mut part)? {
            0 => return Ok(()),
            length => {
                sent.extend_from_slice(&part[..length]);
                pass(&part[..length]);
            }
        }
    }
}

/// A shop whose payments go through a gateway.
fn shop(setup: Setup) -> (Shop, Gateway) {
    let shop = setup.open();
    let gateway = Gateway::to(shop.sandbox.addr());
    move_to(&shop, &gateway.base());
    (shop, gateway)
}

#[test]
fn a_lost_response_is_not_paid_before_the_deadline_by_the_default_times() {
    let mut setup = Setup::default();
    for (name, value) in SCALED {
        setup = setup.option(name, value);
    }
    let shop = setup.open();
    shop.once(Call::Micropay, Fault::RequestLost);
    let (begun, code) = (Instant::now(), shop.wechat());
    shop.verify(&shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID), &code, 100);
    assert!(begun.elapsed() >= Duration::from_millis(3_000), "{:?}", begun.elapsed());
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
    shop.sell("B1", 100);
    shop.agree_on_one_capture("B1");
}

#[test]
fn a_whole_response_ends_in_order_and_none_with_a_reset() {
    let (shop, gateway) = shop(Setup::default());
    shop.sell("B1", 100);
    gateway.end_of("micropay").in_order();
    shop.till.refund("R1", "B1", 40, NONE).is(codes::REFUNDED);
    gateway.end_of("refund").in_order();

    // A response that comes too late does not count, nor does a page of a server in between.
    shop.open_again_with(&[("response_ms", "1000"), ("quiet_ms", "500"), ("poll_ms", "50")]);
    shop.once(Call::Micropay, Fault::Held);
    shop.once(Call::Refund, Fault::Status { code: 502.try_into().unwrap(), before: false });
    let code = shop.wechat();
    shop.verify(&shop.till.micropay("B2", &code, 100, NONE).is(codes::PAID), &code, 100);
    gateway.end_of("micropay").with_a_reset();
    shop.till.refund("R2", "B2", 40, NONE).is(codes::REFUNDED);
    gateway.end_of("refund").with_a_reset();
}

#[test]
fn whoever_ends_an_exchange_ends_it_with_a_reset() {
    let (mut shop, gateway) = shop(Setup::default());
    shop.always(Call::Micropay, Fault::Held);
    for (bill, end) in ["close", "kill", "leave"].into_iter().enumerate() {
        let arrived = shop.sent(Call::Micropay).len();
        let charging = shop.till.micropay_aside(&format!("B{bill}"), &shop.wechat(), 100, NONE);
        eventually("the charge arrives", || shop.sent(Call::Micropay).len() > arrived);
        match end {
            "close" => {
                shop.till.close().is(codes::OK);
                charging.end().is(codes::UNKNOWN);
            }
            "kill" => shop.till.driver.kill(),
            _ => shop.till.driver.leave(),
        }
        gateway.end_of("micropay").with_a_reset();
        if end == "close" {
            shop.open(&shop.till).is(codes::OK);
        } else {
            shop.start_again().is(codes::OK);
        }
    }
}

#[test]
fn what_goes_encrypted_is_reset_as_well() {
    let authority = Authority::new("an example's authority");
    let shop = Setup::default().option("ca_file", authority.ca_file().to_str().unwrap()).open();
    let server = TlsServer::start(shop.sandbox.addr(), authority.certify(&["127.0.0.1"]));
    let gateway = Gateway::to(server.addr());
    move_to(&shop, &gateway.base().replace("http:", "https:"));
    shop.open_again_with(&[("response_ms", "1000"), ("quiet_ms", "500")]);
    shop.once(Call::Micropay, Fault::Held);
    shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    gateway.end_of("").with_a_reset();
}

/// A server with room for little more than a head, which reads on only on request.
struct SlowReader {
    base: String,
    begun: Receiver<()>,
    go_on: Sender<()>,
    ended: Receiver<Ended>,
}

impl SlowReader {
    fn start() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.set_recv_buffer_size(1).unwrap();
        listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        listener.listen(8).unwrap();
        let listener = TcpListener::from(listener);
        let base = format!("http://{}", listener.local_addr().unwrap());
        let ((begin, begun), (go_on, wait), (tell, ended)) =
            (mpsc::channel(), mpsc::channel(), mpsc::channel());
        thread::spawn(move || {
            let (till, _) = listener.accept().unwrap();
            till.peek(&mut [0]).unwrap();
            begin.send(()).unwrap();
            wait.recv().unwrap();
            let mut sent = Vec::new();
            let how = read(&till, &mut sent, |_| ());
            tell.send(Ended { sent, how, till }).unwrap();
        });
        Self { base, begun, go_on, ended }
    }
}

#[test]
fn what_a_server_had_no_room_for_never_arrives() {
    for is_closed in [false, true] {
        let shop = Shop::open_utf8();
        let server = SlowReader::start();
        move_to(&shop, &server.base);
        let (limit, deadline) = if is_closed { ("30000", "60000") } else { ("1000", "200") };
        shop.open_again_with(&[("response_ms", limit)]);
        let goods = "one more line of goods\r\n".repeat(10_000);
        let much = [("info", "x"), ("infoaddo", goods.as_str()), ("deadline_ms", deadline)];
        let charging = shop.till.micropay_aside("B1", &shop.wechat(), 100, &much);
        server.begun.recv_timeout(Duration::from_secs(60)).unwrap();
        if is_closed {
            shop.till.close().is(codes::OK);
        }
        charging.end().is(codes::UNKNOWN);
        // After an ordinary close, the system would go on sending now.
        server.go_on.send(()).unwrap();
        let ended = server.ended.recv_timeout(Duration::from_secs(60)).unwrap();
        ended.with_a_reset();
        let came = ended.sent.len();
        assert!(came > 0 && came < goods.len(), "{came} bytes came");
    }
}
