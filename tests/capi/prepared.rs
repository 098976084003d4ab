//! A connection that is opened before its payment: what a payment saves by it, and that money moves once all
//! the same, whatever the other end does with it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;
use wsy_sandbox::Call;

use crate::authority::Authority;
use crate::codes;
use crate::front::{Front, Mood};
use crate::impostor::whole;
use crate::relay::{action, peek_action, read_message};
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{NONE, Pairs};

/// A time after which a test would have failed elsewhere.
const LONG: Duration = Duration::from_secs(60);

/// A gateway to the platform that sees each connection, and ends it at any moment it is told to.
struct Line {
    addr: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    platform: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    connections: Vec<Seen>,
    /// When a connection that carries a payment ends.
    end: End,
    /// The bytes that each new connection is greeted with, and whether it ends then.
    greeting: Option<(Vec<u8>, bool)>,
    /// How many got it.
    greeted: usize,
    /// Each new connection ends after a random while of at most this many ms without a request.
    ends_within_ms: Option<u64>,
    /// The next bill is read only once another connection has been opened.
    reads_wait: bool,
}

/// A connection as the server sees it.
struct Seen {
    /// `None` once it has ended.
    socket: Option<TcpStream>,
    requests: Vec<String>,
    /// Whether TLS resumed an earlier session; `None` until it can carry a request.
    is_resumed: Option<bool>,
}

impl Seen {
    fn has_ended(&self) -> bool {
        self.socket.is_none()
    }

    fn is_idle(&self) -> bool {
        !self.has_ended() && self.is_resumed.is_some() && self.requests.is_empty()
    }
}

/// When the connection of a payment ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    /// After the response.
    #[default]
    Late,
    /// After one byte of the request.
    AfterAByte,
    /// After the request, which the platform does not get.
    AfterTheRequest,
    /// After the platform has acted on it.
    AfterTheDeed,
}

trait Duplex: Read + Write {}
impl<T: Read + Write> Duplex for T {}

impl Line {
    fn to(platform: SocketAddr, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let state = Mutex::default();
        let shared = Arc::new(Shared { platform, tls, state, changed: Condvar::new() });
        let line = Self { addr, shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.serve(socket));
            }
        });
        line
    }

    /// A shop whose payments go over a line of its own.
    fn of(shop: &Shop, options: Pairs) -> Self {
        let line = Self::to(shop.sandbox.addr(), None);
        line.lead(shop, options);
        line
    }

    /// The same, encrypted.
    fn encrypted(
        version: &'static rustls::SupportedProtocolVersion,
        greeting: Option<(Vec<u8>, bool)>,
        options: Pairs,
    ) -> (Shop, Self) {
        let authority = Authority::new("an example's authority");
        let shop = Setup::default().option("ca_file", authority.ca_file().to_str().unwrap()).open();
        let settings = authority.certify(&["127.0.0.1"]).settings(&[version]);
        let line = Self::to(shop.sandbox.addr(), Some(settings));
        line.state(|state| state.greeting = greeting);
        line.lead(&shop, options);
        (shop, line)
    }

    /// Has the shop's payments go over this line. The config is read elsewhere.
    fn lead(&self, shop: &Shop, options: Pairs) {
        let scheme = if self.shared.tls.is_some() { "https" } else { "http" };
        let base = format!("{scheme}://{}", self.addr);
        shop.control.set_config(&shop.device.device_id, "server", Some(&base)).unwrap();
        shop.till.close().is(codes::OK);
        assert_eq!(shop.open_with(&shop.till, options).is(codes::OK).text("server"), base);
    }

    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.shared.state.lock().unwrap());
        self.shared.changed.notify_all();
        changed
    }

    fn count(&self) -> usize {
        self.state(|state| state.connections.len())
    }

    /// The open connections without a request.
    fn idle(&self) -> Vec<usize> {
        self.which(Seen::is_idle)
    }

    /// The connections over which a request of this action came.
    fn carriers(&self, action: &str) -> Vec<usize> {
        self.which(|seen| seen.requests.iter().any(|request| request == action))
    }

    fn which(&self, is_one: impl Fn(&Seen) -> bool) -> Vec<usize> {
        self.state(|state| {
            let all = state.connections.iter().enumerate();
            all.filter(|(_, seen)| is_one(seen)).map(|(at, _)| at).collect()
        })
    }

    /// Waits for the connection that is prepared.
    #[track_caller]
    fn prepared(&self) -> usize {
        eventually("a connection is prepared", || self.idle().len() == 1);
        self.idle()[0]
    }

    /// Does something to every open connection without a request.
    fn to_idle(&self, act: impl FnMut(&mut TcpStream)) {
        self.state(|state| {
            let idle = state.connections.iter_mut().filter(|seen| seen.is_idle());
            idle.filter_map(|seen| seen.socket.as_mut()).for_each(act);
        });
    }
}

impl Shared {
    fn serve(&self, socket: TcpStream) {
        // Each piece leaves at once.
        socket.set_nodelay(true).unwrap();
        let n = {
            let mut state = self.state.lock().unwrap();
            let socket = Some(socket.try_clone().unwrap());
            state.connections.push(Seen { socket, requests: Vec::new(), is_resumed: None });
            self.changed.notify_all();
            state.connections.len() - 1
        };
        // The till may hang up at any moment.
        let _ = self.talk(n, &socket);
        drop(socket);
        self.state.lock().unwrap().connections[n].socket = None;
    }

    fn talk(&self, n: usize, socket: &TcpStream) -> io::Result<()> {
        let mut stream = self.accepted(n, socket)?;
        let (greeting, ends_within_ms) = {
            let state = self.state.lock().unwrap();
            (state.greeting.clone(), state.ends_within_ms)
        };
        if let Some((bytes, ends)) = greeting {
            stream.write_all(&bytes)?;
            stream.flush()?;
            if ends {
                socket.shutdown(Shutdown::Both)?;
            }
            self.state.lock().unwrap().greeted += 1;
        }
        if let Some(most) = ends_within_ms {
            // A different while for each, the same in each run.
            let while_ms = (n as u64 * 7919) % most;
            socket.set_read_timeout(Some(Duration::from_millis(while_ms + 1)))?;
        }
        loop {
            let mut first = [0];
            stream.read_exact(&mut first)?;
            let end = self.state.lock().unwrap().end;
            if end == End::AfterAByte && peek_action(socket) == "micropay" {
                self.state.lock().unwrap().connections[n].requests.push("micropay".to_owned());
                return Ok(());
            }
            let request = read_message(&mut first.chain(&mut stream)).ok_or(io::ErrorKind::UnexpectedEof)?;
            let action = action(&request);
            {
                let mut state = self.state.lock().unwrap();
                state.connections[n].requests.push(action.clone());
                if action == "read" && std::mem::take(&mut state.reads_wait) {
                    let before = state.connections.len();
                    let alone = |state: &mut State| state.connections.len() == before;
                    drop(self.changed.wait_timeout_while(state, LONG, alone).unwrap());
                }
            }
            if end == End::AfterTheRequest && action == "micropay" {
                return Ok(());
            }
            let mut platform = TcpStream::connect(self.platform)?;
            platform.write_all(&request)?;
            let response = read_message(&mut platform).ok_or(io::ErrorKind::UnexpectedEof)?;
            if end == End::AfterTheDeed && action == "micropay" {
                return Ok(());
            }
            stream.write_all(&response)?;
            stream.flush()?;
        }
    }

    fn accepted(&self, n: usize, socket: &TcpStream) -> io::Result<Box<dyn Duplex>> {
        let mut socket = socket.try_clone()?;
        let Some(tls) = &self.tls else {
            self.state.lock().unwrap().connections[n].is_resumed = Some(false);
            return Ok(Box::new(socket));
        };
        let mut connection = ServerConnection::new(Arc::clone(tls)).unwrap();
        while connection.is_handshaking() || connection.wants_write() {
            connection.complete_io(&mut socket)?;
        }
        let is_resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
        self.state.lock().unwrap().connections[n].is_resumed = Some(is_resumed);
        Ok(Box::new(StreamOwned::new(connection, socket)))
    }
}

#[test]
fn a_prepared_payment_makes_no_connection_after_the_scan() {
    let shop = Shop::open_utf8();
    let line = Line::of(&shop, NONE);
    for bill in ["B1", "B2", "B3"] {
        // The first was opened with the till, and each other after a payment.
        let prepared = line.prepared();
        shop.sell(bill, 100);
        assert_eq!(line.carriers("micropay").last(), Some(&prepared));
    }
    assert_eq!(line.carriers("micropay").len(), 3);
    shop.agree();
}

#[test]
fn an_encrypted_one_was_greeted_too_and_its_session_goes_on() {
    for version in [&TLS12, &TLS13] {
        let (shop, line) = Line::encrypted(version, None, NONE);
        for bill in ["B1", "B2", "B3"] {
            let prepared = line.prepared();
            shop.sell(bill, 100);
            assert_eq!(line.carriers("micropay").last(), Some(&prepared));
        }
        assert_eq!(line.which(|seen| seen.is_resumed == Some(false)), [0], "{version:?}");
        shop.agree();
    }
}

#[test]
fn the_tickets_of_connections_that_nobody_used_are_used() {
    let (shop, line) = Line::encrypted(&TLS13, None, &[("prepare_age_ms", "200")]);
    // A server gives two tickets for each, which each serve once.
    eventually("some were replaced", || line.count() > 5);
    assert_eq!(line.which(|seen| seen.is_resumed == Some(false) && seen.has_ended()), [0]);
    shop.sell("B1", 100);
}

type Act = fn(&mut TcpStream);

/// Everything that a server may do to a connection before it is used.
const BEFORE: [(&str, Act); 5] = [
    ("an end", |socket| socket.shutdown(Shutdown::Both).unwrap()),
    ("half an end", |socket| socket.shutdown(Shutdown::Write).unwrap()),
    ("a reset", |socket| {
        SockRef::from(&*socket).set_linger(Some(Duration::ZERO)).unwrap();
        // The serving thread closes it.
        socket.shutdown(Shutdown::Read).unwrap();
    }),
    ("a timeout", |socket| {
        socket.write_all(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n").unwrap();
        socket.shutdown(Shutdown::Both).unwrap();
    }),
    ("a lie", |socket| {
        let paid = "<dm ok=\"1\" info=\"交易成功\" dm_id=\"dm1\" total=\"1.00\"></dm>";
        socket.write_all(whole(paid).as_bytes()).unwrap();
    }),
];

#[test]
fn one_that_ended_or_spoke_before_it_was_used_is_replaced_and_nothing_was_sent() {
    let shop = Shop::open_utf8();
    let line = Line::of(&shop, NONE);
    for (at, (what, act)) in BEFORE.into_iter().enumerate() {
        let prepared = line.prepared();
        line.to_idle(act);
        eventually("it has ended", || what != "a reset" || line.idle().is_empty());
        let (bill, code) = (format!("B{at}"), shop.wechat());
        shop.verify(&shop.till.micropay(&bill, &code, 100, NONE).is(codes::PAID), &code, 100);
        let carriers = line.carriers("micropay");
        assert_eq!(carriers.len(), at + 1, "{what}");
        assert!(!carriers.contains(&prepared), "{what}");
    }
    assert_eq!(shop.sent(Call::Micropay).len(), BEFORE.len());
    shop.agree();
}

#[test]
fn an_encrypted_one_that_ended_or_spoke_is_replaced_as_well() {
    let lie = || whole("<dm ok=\"1\" info=\"x\" dm_id=\"dm1\" total=\"1.00\"></dm>").into_bytes();
    for version in [&TLS12, &TLS13] {
        for greeting in [(lie(), false), (lie(), true), (Vec::new(), true)] {
            let (shop, line) = Line::encrypted(version, Some(greeting), NONE);
            eventually("it was greeted", || line.state(|state| state.greeted == 1));
            line.state(|state| state.greeting = None);
            let code = shop.wechat();
            shop.verify(&shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID), &code, 100);
            assert_ne!(line.carriers("micropay"), [0]);
            assert_eq!(shop.sent(Call::Micropay).len(), 1);
            shop.agree();
        }
    }
}

#[test]
fn whenever_its_server_ends_it_a_payment_is_delivered_once() {
    const ENDS: [(End, i32, i32); 3] = [
        (End::AfterAByte, codes::UNKNOWN, codes::NOT_PAID),
        (End::AfterTheRequest, codes::UNKNOWN, codes::NOT_PAID),
        (End::AfterTheDeed, codes::PAID, codes::PAID_EARLIER),
    ];
    for prepare in ["1", "0"] {
        let shop = Shop::open_utf8();
        let line = Line::of(&shop, &[("prepare", prepare)]);
        for (at, (end, at_first, at_last)) in ENDS.into_iter().enumerate() {
            let prepared = (prepare == "1").then(|| line.prepared());
            line.state(|state| state.end = end);
            let (bill, code) = (format!("B{at}"), shop.wechat());
            let limit = if at_first == codes::PAID { NONE } else { SOON };
            shop.verify(&shop.till.micropay(&bill, &code, 100, limit).is(at_first), &code, 100);
            line.state(|state| state.end = End::Late);
            shop.verify(&shop.till.settle(&bill, NONE).is(at_last), &code, 100);
            let carriers = line.carriers("micropay");
            assert_eq!(carriers.len(), at + 1, "{end:?}");
            assert!(prepared.is_none() || carriers.last() == prepared.as_ref(), "{end:?}");
        }
        assert_eq!(shop.sent(Call::Micropay).len(), 1);
        shop.agree();
    }
}

#[test]
fn a_server_that_ends_connections_at_random_leaves_no_more_unknown_than_without() {
    const BILLS: usize = 60;
    const WITHIN_MS: u64 = 12;
    let unknowns = ["0", "1"].map(|prepare| {
        let shop = Shop::open_utf8();
        let line = Line::of(&shop, &[("prepare", prepare), ("prepare_age_ms", "60000")]);
        shop.sell("B", 100);
        line.state(|state| state.ends_within_ms = Some(WITHIN_MS));
        line.to_idle(|socket| drop(socket.shutdown(Shutdown::Both)));
        let unknown = (0..BILLS).filter(|at| {
            let (bill, code) = (format!("B{at}"), shop.wechat());
            if prepare == "1" {
                let is_newest = |state: &mut State| state.connections.last().unwrap().requests.is_empty();
                eventually("one was prepared", || line.state(is_newest));
            }
            // The customer comes at any moment of its life, or after that.
            let scanned = Instant::now() + Duration::from_millis(*at as u64 % (WITHIN_MS + 3));
            while Instant::now() < scanned {
                thread::yield_now();
            }
            let sent = shop.sent(Call::Micropay).len();
            let reply = shop.till.micropay(&bill, &code, 100, SOON);
            shop.verify(&reply, &code, 100);
            assert!(shop.sent(Call::Micropay).len() <= sent + 1);
            reply.code == codes::UNKNOWN
        });
        unknown.count()
    });
    // Chance has its share in both.
    assert!(unknowns[1] <= unknowns[0] + BILLS / 10, "without and with: {unknowns:?}");
}

#[test]
fn one_is_replaced_when_it_is_old_and_none_is_kept_for_ever() {
    let shop = Shop::open_utf8();
    let line = Line::of(&shop, &[("prepare_age_ms", "300"), ("prepare_ms", "3000")]);
    let mut most = 0;
    eventually("some were replaced", || {
        most = most.max(line.idle().len());
        line.count() >= 3
    });
    eventually("the last one is closed", || line.idle().is_empty() && line.count() >= 4);
    // Opening them takes time as well.
    assert!(line.count() <= 11, "{}", line.count());
    // The server may notice a new one before the end of the last.
    assert!(most <= 2, "{most}");
    let (old, code) = (line.count(), shop.wechat());
    shop.verify(&shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID), &code, 100);
    assert!(line.carriers("micropay")[0] >= old);
    // The next occasion is this payment.
    line.prepared();
}

#[test]
fn without_the_option_none_is_opened() {
    let shop = Shop::open_utf8();
    let line = Line::of(&shop, &[("prepare", "0")]);
    shop.till.prepare().is(codes::OK);
    shop.sell("B1", 100);
    shop.till.refund("R1", "B1", 40, NONE).is(codes::REFUNDED);
    shop.till.prepare().is(codes::OK);
    shop.sell("B2", 100);
    assert_eq!(line.which(|seen| seen.requests.is_empty()), [0; 0]);
    shop.agree();
}

#[test]
fn one_at_most_is_prepared_however_often_it_is_asked_for() {
    let shop = Shop::open_utf8();
    let line = Line::of(&shop, NONE);
    let prepared = line.prepared();
    let asked: Vec<_> = (0..40).map(|_| shop.till.start("prepare", &[])).collect();
    for asked in asked {
        asked.end().is(codes::OK);
    }
    assert_eq!((line.idle(), line.count()), (vec![prepared], 1));
    // Two payments at once: one takes it, and the other opens its own.
    let aside = shop.till.micropay_aside("B1", &shop.wechat(), 100, NONE);
    shop.sell("B2", 100);
    aside.end().is(codes::PAID);
    assert_eq!(line.carriers("micropay").len(), 2);
    line.prepared();
    shop.agree();
}

#[test]
fn a_refund_connects_while_the_bill_is_read() {
    let shop = Shop::open_utf8();
    let line = Line::of(&shop, &[("prepare_ms", "1000")]);
    shop.sell("B1", 100);
    eventually("none is kept any more", || line.idle().is_empty() && line.count() == 2);
    line.state(|state| state.reads_wait = true);
    shop.till.refund("R1", "B1", 40, NONE).is(codes::REFUNDED);
    let (read, refund) = (line.carriers("read"), line.carriers("refund"));
    assert!(refund.len() == 1 && !read.contains(&refund[0]), "{read:?} {refund:?}");
    // So does a void.
    eventually("none is kept any more", || line.idle().is_empty());
    line.state(|state| state.reads_wait = true);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(line.carriers("refund").len(), 2);
    shop.agree();
}

#[test]
fn a_config_that_names_another_server_discards_it() {
    let shop = Shop::open_utf8();
    let (line, other) = (Line::of(&shop, NONE), Line::to(shop.sandbox.addr(), None));
    line.prepared();
    let base = format!("http://{}", other.addr);
    shop.control.set_config(&shop.device.device_id, "server", Some(&base)).unwrap();
    shop.till.config(1).is(codes::OK);
    eventually("it is closed", || line.idle().is_empty());
    shop.sell("B1", 100);
    assert_eq!((line.count(), other.carriers("micropay").len()), (1, 1));
    other.prepared();
}

#[test]
fn a_network_that_is_down_is_tried_once() {
    // A greeting without a certificate: each attempt ends at once.
    let (shop, line) = Line::encrypted(&TLS13, None, NONE);
    line.prepared();
    line.to_idle(|socket| socket.shutdown(Shutdown::Both).unwrap());
    let plain = Line::to(shop.sandbox.addr(), None);
    plain.state(|state| state.greeting = Some((b"HTTP/1.1 500 x\r\n\r\n".to_vec(), true)));
    let base = format!("https://{}", plain.addr);
    shop.control.set_config(&shop.device.device_id, "server", Some(&base)).unwrap();
    shop.till.config(1).is(codes::OK);
    for _ in 0..10 {
        shop.till.prepare().is(codes::OK);
        shop.till.time().is(codes::ERR_NOT_SENT);
    }
    // Those of the queries, and one.
    eventually("it was tried", || plain.count() >= 11);
    let once = [("deadline_ms", "1")];
    shop.till.micropay("B1", &shop.wechat(), 100, &once).is(codes::ERR_NOT_SENT);
    assert_eq!(plain.count(), 12);
}

#[test]
fn a_close_ends_it_at_once_even_while_it_is_being_opened() {
    let shop = Shop::open_utf8();
    let line = Line::of(&shop, NONE);
    line.prepared();
    shop.till.close().is(codes::OK);
    eventually("it is closed", || line.idle().is_empty());
    assert_eq!(line.count(), 1);
    // Nobody answers.
    let front = Front::before(&shop, &[("connect_ms", "60000")]);
    front.behave(Mood::Deaf);
    let begun = Instant::now();
    shop.till.prepare().is(codes::OK);
    shop.till.close_all().is(codes::OK);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    front.behave(Mood::Honest);
}

#[test]
fn a_child_has_no_part_in_it() {
    let shop = Shop::open_utf8();
    let line = Line::of(&shop, NONE);
    let prepared = line.prepared();
    shop.till.raw(&["in_child", "prepare", "0"]).is(codes::ERR_FORKED);
    shop.sell("B1", 100);
    assert_eq!(line.carriers("micropay"), [prepared]);
    // It would keep the connection open.
    line.prepared();
    let child = shop.till.raw(&["leave_child", "-", "-"]).is(codes::OK).value.unwrap();
    shop.till.driver.kill();
    eventually("it is closed", || line.idle().is_empty());
    assert!(Command::new("kill").args(["-9", &child.to_string()]).status().unwrap().success());
}

#[test]
fn a_till_that_is_not_activated_prepares_nothing() {
    let shop = Setup::default().without_device().open();
    let before = shop.control.requests().connections;
    shop.till.prepare().is(codes::OK);
    shop.till.close().is(codes::OK);
    assert_eq!(shop.control.requests().connections, before);
    shop.till.prepare().is(codes::ERR_HANDLE);
}
