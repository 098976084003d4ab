//! Requests and responses as hosts and the boxes between a till and the platform really treat them.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use socket2::{Domain, Socket, Type};

use crate::driver::Driver;
use crate::impostor::{Impostor, head, lie};
use crate::shop::{NOBODY, SOON, Setup, Shop};
use crate::till::{NONE, Page, Till};
use crate::{build, codes};

#[test]
fn a_response_after_a_notice_is_read_if_it_is_whole_and_alone() {
    let shop = Shop::open_utf8();
    let impostor = Impostor::before(&shop);
    let says = |before: &'static str, after: &'static str, without_end: bool| {
        let lie = lie(move |till, body| {
            let body = if without_end { body.replace("</dm>", "") } else { body.to_owned() };
            let body = format!("{before}{body}{after}");
            till.write_all(format!("{}{body}", head(&format!("Content-Length: {}", body.len()))).as_bytes())
        });
        impostor.lie(&["micropay", "query"], &lie);
    };
    const NOTICE: &str =
        "<br />\n<b>Notice</b>:  Undefined index: x in <b>/www/op.php</b> on line <b>3</b><br />\n";
    for (at, before) in [
        NOTICE,
        "Notice: Undefined index: x in /www/op.php on line 3\n",
        "<p>维护中 & 请稍候<p>\r\n",
        "\u{feff}\u{feff}",
        "\u{feff}<br>\u{feff}",
    ]
    .into_iter()
    .enumerate()
    {
        says(before, "", false);
        let code = shop.wechat();
        shop.verify(&shop.till.micropay(&format!("B{at}"), &code, 100, NONE).is(codes::PAID), &code, 100);
    }
    // A response that is cut off, or inside of something else, is none.
    for (at, (before, after, without_end)) in [
        (NOTICE, "", true),
        ("<html><body>", "</body></html>", false),
        ("<!-- ", " -->", false),
        (NOTICE, "<dm ok=\"0\" info=\"x\"/>", false),
    ]
    .into_iter()
    .enumerate()
    {
        says(before, after, without_end);
        shop.till.micropay(&format!("C{at}"), &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    }
    impostor.tell_the_truth();
    for at in 0..4 {
        shop.till.settle(&format!("C{at}"), NONE).is(codes::PAID);
    }
    shop.agree();
}

#[test]
fn a_compressed_response_is_read_although_none_was_asked_for() {
    type Encode = fn(&str) -> Vec<u8>;
    let gzip: Encode = |body| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(body.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let zlib: Encode = |body| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(body.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let deflate: Encode = |body| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(body.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let shop = Shop::open_utf8();
    let impostor = Impostor::before(&shop);
    let says = |name: &'static str, encode: Encode, cut: usize, repeat: usize| {
        let lie = lie(move |till, body| {
            let body = encode(&format!("{body}{}", " ".repeat(repeat)));
            let body = &body[..body.len() - cut];
            let head = head(&format!("Content-Encoding: {name}\r\nContent-Length: {}", body.len()));
            till.write_all(&[head.as_bytes(), body].concat())
        });
        impostor.lie(&["micropay", "query"], &lie);
    };
    // A virus scanner decompresses it and leaves the header; a program writes the charset there.
    let plain: Encode = |body| body.as_bytes().to_vec();
    let good = [
        ("gzip", gzip),
        ("X-GZIP", gzip),
        ("deflate", zlib),
        ("deflate", deflate),
        ("gzip", plain),
        ("utf-8", plain),
    ];
    for (at, (name, encode)) in good.into_iter().enumerate() {
        says(name, encode, 0, 0);
        let (code, bill) = (shop.wechat(), format!("B{at}"));
        shop.verify(&shop.till.micropay(&bill, &code, 100, NONE).is(codes::PAID), &code, 100);
    }
    // Damaged, too large, or of an unknown kind.
    for (at, (name, cut, repeat)) in
        [("gzip", 9, 0), ("gzip", 0, 8 << 20), ("br", 0, 0), ("gzip, gzip", 0, 0)].into_iter().enumerate()
    {
        says(name, gzip, cut, repeat);
        let (bill, code) = (format!("C{at}"), shop.wechat());
        shop.till.micropay(&bill, &code, 100, SOON).is(codes::UNKNOWN);
        let asked = shop.till.query_auth_code(&code, 100, NONE).is(codes::ERR_NO_RESPONSE);
        assert!(asked.text("detail").contains("compressed"), "{}", asked.text("detail"));
    }
    impostor.tell_the_truth();
    for at in 0..4 {
        shop.till.settle(&format!("C{at}"), NONE).is(codes::PAID);
    }
    shop.agree();
}

/// An address where connecting neither succeeds nor fails.
struct Deaf {
    _listener: TcpListener,
    /// They fill its queue.
    _crowd: Vec<TcpStream>,
}

impl Deaf {
    fn at(address: SocketAddr) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&address.into()).unwrap();
        socket.listen(1).unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok();
        let crowd = std::iter::from_fn(connect).collect();
        Self { _listener: socket.into(), _crowd: crowd }
    }
}

#[test]
fn addresses_that_are_dead_cost_a_moment_once_and_not_every_sale() {
    const SALES: u32 = 20;
    const DEAD: u32 = 4;
    /// The cost of each of them to a sale if it were not learnt which one answers.
    const HEAD_START: Duration = Duration::from_millis(250);
    let mut shop = Setup::default().option("allowed_hosts", "several.example").open();
    let port = shop.sandbox.addr().port();
    let deaf: Vec<_> = (2..2 + DEAD).map(|last| format!("127.0.0.{last}")).collect();
    let _deaf: Vec<_> = deaf.iter().map(|ip| Deaf::at(SocketAddr::new(ip.parse().unwrap(), port))).collect();
    let server = format!("http://{}-127.0.0.1.several.example:{port}", deaf.join("-"));
    shop.till = Till::new(Driver::preloaded(build::lookups()), 0, Page::Utf8);
    shop.open(&shop.till).is(codes::OK);
    shop.control.set_config(&shop.device.device_id, "server", Some(&server)).unwrap();
    shop.till.config(1).is(codes::OK);
    let begun = Instant::now();
    shop.sell("B0", 100);
    // Half of connect_ms went to the first one, and half of the rest to the second.
    assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
    for at in 1..SALES {
        shop.sell(&format!("B{at}"), 100);
    }
    assert!(begun.elapsed() < HEAD_START * DEAD * SALES / 2, "it took {:?}", begun.elapsed());
    // If all are dead, the time for connecting is the limit of all of them together.
    shop.open_again_with(&[("connect_ms", "500")]);
    let dead = format!("http://{}.several.example:{port}", deaf.join("-"));
    shop.control.set_config(&shop.device.device_id, "server", Some(&dead)).unwrap();
    shop.till.config(1).is(codes::OK);
    let begun = Instant::now();
    shop.till.micropay("C1", &shop.wechat(), 100, &[("deadline_ms", "1")]).is(codes::ERR_NOT_SENT);
    assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
    shop.agree();
}

#[test]
fn the_base_says_where_the_config_is_read_and_the_config_where_charges_go() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    // Another base on the same host: the saved config goes on, for it says where this shop's charges go.
    let opened = shop.open_with(&shop.till, &[("base", NOBODY)]).is(codes::OK);
    assert_eq!(opened.text("config_source"), "file");
    assert_eq!(opened.text("server"), shop.sandbox.base());
    shop.till.config(1).is(codes::ERR_NOT_SENT);
    shop.sell("B2", 100);
    shop.till.close().is(codes::OK);
    // A base on another host is another platform: its charges do not go to the saved server.
    let opened = shop.open_with(&shop.till, &[("base", "http://127.0.0.9:1")]).is(codes::OK);
    assert_eq!(opened.text("config_source"), "none");
    let code = shop.wechat();
    shop.silent(|| shop.till.micropay("B3", &code, 100, NONE).is(codes::ERR_NO_CONFIG));
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    shop.agree();
}
