//! An attacker between the till and the platform: where payments may go, and over what.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use wsy_sandbox::{Call, Fault};

use crate::authority::{Authority, TlsServer};
use crate::codes;
use crate::relay::read_message;
use crate::shop::{NOBODY, Setup, Shop};
use crate::till::NONE;

fn server(shop: &Shop, server: &str) {
    shop.control.set_config(&shop.device.device_id, "server", Some(server)).unwrap();
}

#[test]
fn a_config_that_sends_payments_to_another_host_is_not_used_and_nothing_is_charged_at_the_old_one() {
    let mut shop = Shop::open_utf8();
    for elsewhere in ["http://evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.2:80"] {
        server(&shop, elsewhere);
        shop.till.config(1).is(codes::ERR_SERVER_NOT_ALLOWED);
        shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_SERVER_NOT_ALLOWED);
    }
    // The refusal is remembered across a start, with and without the platform.
    for away in [false, true] {
        if away {
            shop.always(Call::Config, Fault::RequestLost);
        }
        shop.till.close().is(codes::OK);
        let opened = shop.start_again().is(codes::OK);
        assert_eq!((opened.text("config_source"), opened.text("config_refusal")), ("file", "server"));
        assert!(opened.text("config_refusal_info").contains("127.0.0.2"), "{opened:?}");
        assert!(opened.text("hint_en").contains("keep_server"), "{opened:?}");
        shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_SERVER_NOT_ALLOWED);
    }
    assert!(shop.sent(Call::Micropay).is_empty());
    shop.control.clear_faults();
    server(&shop, &shop.sandbox.base());
    // Each charge reads the config again, so no action is needed once the platform is back.
    shop.sell("B1", 100);
    assert_eq!(shop.till.config(0).is(codes::OK).text("config_refusal"), "");
    shop.agree();
}

#[test]
fn a_server_that_is_no_address_leaves_the_config_as_it_is() {
    let shop = Shop::open_utf8();
    server(&shop, "ftp://127.0.0.1");
    shop.till.config(1).is(codes::ERR_BAD_RESPONSE);
    shop.sell("B1", 100);
}

#[test]
fn who_is_told_to_goes_on_charging_at_the_server_that_the_platform_has_left() {
    let shop = Shop::open_utf8();
    server(&shop, "http://evil.example");
    shop.till.close().is(codes::OK);
    let opened = shop.open_with(&shop.till, &[("keep_server", "1")]).is(codes::OK);
    assert_eq!((opened.text("config_source"), opened.text("config_refusal")), ("file", ""));
    shop.till.config(1).is(codes::ERR_SERVER_NOT_ALLOWED);
    shop.sell("B1", 100);
    shop.agree();
}

#[test]
fn a_till_without_a_config_of_an_allowed_host_charges_nobody() {
    let shop = Setup::default().without_device().open();
    server(&shop, "http://evil.example");
    shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::ERR_SERVER_NOT_ALLOWED);
    assert_eq!(shop.sent(Call::Micropay).len(), 0);
    server(&shop, &shop.sandbox.base());
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
}

#[test]
fn a_host_that_is_allowed_may_be_named() {
    let shop = Setup::default().option("allowed_hosts", "pay.example, localhost").open();
    let port = shop.sandbox.base().rsplit(':').next().unwrap().to_owned();
    server(&shop, &format!("http://localhost:{port}"));
    shop.till.config(1).is(codes::OK);
    shop.sell("B1", 100);
    server(&shop, "http://other.example");
    shop.till.config(1).is(codes::ERR_SERVER_NOT_ALLOWED);
}

#[test]
fn where_only_https_is_wanted_plain_http_is_refused_with_nothing_sent() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    shop.silent(|| shop.open_with(&shop.till, &[("https_only", "1")]).is(codes::ERR_BASE));
    shop.silent(|| shop.open_with(&shop.till, &[("https_only", "yes")]).is(codes::ERR_OPTIONS));
    shop.open_with(&shop.till, &[("https_only", "0")]).is(codes::OK);
}

/// Addresses that look like the platform's, or can be read in two ways.
#[test]
fn a_server_that_only_looks_like_an_allowed_one_is_not_used() {
    let shop = Setup::default().option("allowed_hosts", "pay.example").option("keep_server", "1").open();
    let home = shop.sandbox.addr();
    let before = shop.till.config(0).is(codes::OK).text("server").to_owned();
    let disguised = [
        format!("http://{home}@evil.example"),
        format!("http://evil.example@{home}"),
        format!("http://user:password@{home}"),
        format!("http://@{home}"),
        format!("http://{home}#@evil.example"),
        format!("http://{home}#"),
        format!("http://{home}/#"),
        format!("http://{home}?"),
        format!("http://{home}/?x=@evil.example"),
        format!("http://evil.example#{home}"),
        format!("http://evil.example\\@{home}"),
        format!("http://{home}\\@evil.example"),
        format!("http://{home}\\.evil.example"),
        format!("http:\\\\{home}"),
        format!("http:/{home}"),
        format!("http:///{home}"),
        format!("http:{home}"),
        format!("//{home}"),
        format!("{home}"),
        format!("ftp://{home}"),
        format!("file://{home}/etc/passwd"),
        format!("http://{home}\r\nHost: evil.example"),
        format!("http://{home}\n.evil.example"),
        format!("http://{home}\t.evil.example"),
        format!("http://{home}/ HTTP/1.1\r\nX: "),
        format!("http://{home}, http://evil.example"),
        "http://127.0.0.1%2eevil.example".into(),
        "http://127.0.0.1%00.evil.example".into(),
        "http://127.0.0.1.evil.example".into(),
        "http://127.0.0.1。evil.example".into(),
        "http://127.0.0.1\u{200b}".into(),
        "http://１２７.0.0.1".into(),
        "http://evil.127.0.0.1".into(),
        "http://evil-127.0.0.1".into(),
        "http://2130706433".into(),
        "http://0x7f000001".into(),
        "http://0177.0.0.1".into(),
        "http://127.1".into(),
        "http://[::1]".into(),
        "http://[::ffff:127.0.0.1]".into(),
        "http://[127.0.0.1]".into(),
        "http://127.0.0.1:99999".into(),
        "http://127.0.0.1:-80".into(),
        "http://127.0.0.1:0x50".into(),
        "http://127.0.0.1:80:80".into(),
        "http://".into(),
        "http://.".into(),
        "http://:80".into(),
        "http://evilpay.example".into(),
        "http://pay.example.evil.example".into(),
        "http://pay.example@evil.example".into(),
        "http://p\u{430}y.example".into(),
        "http://pay.example\u{ff0e}evil.example".into(),
        "http://example".into(),
        "http://.pay.example@evil.example".into(),
    ];
    for elsewhere in disguised {
        server(&shop, &elsewhere);
        let refused = shop.till.config(1);
        assert!(
            [codes::ERR_SERVER_NOT_ALLOWED, codes::ERR_BAD_RESPONSE].contains(&refused.code),
            "{elsewhere:?} came to {}",
            codes::name(refused.code)
        );
        assert_eq!(shop.till.config(0).is(codes::OK).text("server"), before);
    }
    shop.sell("B1", 100);
    for good in ["http://PAY.example", "https://a.pay.EXAMPLE:8443", "http://pay.example./o2o"] {
        server(&shop, good);
        shop.till.config(1).is(codes::OK);
    }
}

#[test]
fn an_address_that_hides_where_it_leads_is_refused_at_open_and_no_password_is_repeated() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    let home = shop.sandbox.addr();
    for (option, address) in [
        ("base", format!("http://till:Pa55word@{home}")),
        ("base", format!("http://{home}@evil.example:Pa55word@x")),
        ("base", format!("http://{home}#x")),
        ("base", format!("http://{home}\\x")),
        ("base", format!("http://{home}\r\nX: y")),
        ("base", "http://till:Pa55word@".into()),
        ("proxy", "ftp://till:Pa55word@127.0.0.1".into()),
        ("proxy", "socks5://till:Pa55word@127.0.0.1".into()),
        ("proxy", "http://till:Pa55word@".into()),
    ] {
        let refused = shop.silent(|| shop.open_with(&shop.till, &[(option, &address)]).is(codes::ERR_BASE));
        for (name, value) in refused.fields.iter() {
            assert!(!value.contains("Pa55word"), "{name} of {address}: {value}");
        }
    }
    shop.open(&shop.till).is(codes::OK);
}

/// A proxy's knowledge before it has agreed to anything: the destination, and nothing that is secret or moves
/// money.
#[test]
fn a_proxy_that_refuses_gets_no_request_and_nothing_was_sent() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for mut till in listener.incoming().map_while(Result::ok) {
            let mut asked = vec![0; 65_536];
            let length = till.read(&mut asked).unwrap_or_default();
            tell.send(asked[..length].to_vec()).unwrap();
            // The till may have hung up.
            let _ =
                till.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    // Unencrypted data is visible to the proxy anyway.
    let encrypted = shop.sandbox.base().replace("http:", "https:");
    server(&shop, &encrypted);
    shop.open(&shop.till).is(codes::OK);
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, &[("proxy", &proxy), ("refresh_config", "0")]).is(codes::OK);
    let code = shop.wechat();
    let reply = shop.silent(|| {
        shop.till.query_auth_code(&code, 100, NONE).is(codes::ERR_NOT_SENT);
        shop.till.micropay("B1", &code, 100, &[("deadline_ms", "1")]).is(codes::ERR_NOT_SENT)
    });
    assert_eq!(reply.text("money"), "not_moved");
    let told: Vec<u8> = told.try_iter().flatten().collect();
    let told = String::from_utf8_lossy(&told);
    assert!(told.starts_with("CONNECT "), "{told}");
    for secret in [code.as_str(), "authcode", "sign="] {
        assert!(!told.contains(secret), "{told}");
    }
    shop.till.close().is(codes::OK);
    server(&shop, &shop.sandbox.base());
    shop.open(&shop.till).is(codes::OK);
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    shop.agree();
}

/// A proxy that lets everything through, TLS in tunnels and anything else as it reads it; on request, it
/// hangs up on the first byte of what it is to let through.
struct Tunnel {
    proxy: String,
    cut: Arc<AtomicBool>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    fn to(platform: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let cut = Arc::new(AtomicBool::new(false));
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let tunnel = Self { proxy, cut: cut.clone(), heads: heads.clone() };
        thread::spawn(move || {
            for till in listener.incoming().map_while(Result::ok) {
                let (cut, heads) = (cut.clone(), heads.clone());
                // Either side may have hung up.
                thread::spawn(move || pass(till, platform, &cut, &heads).ok());
            }
        });
        tunnel
    }

    /// The heads of the requests so far, which it forgets.
    fn heads(&self) -> Vec<String> {
        std::mem::take(&mut *self.heads.lock().unwrap())
    }
}

fn read_head(till: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        till.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8(head).unwrap())
}

/// Forwards a request in absolute form, and sends its response back.
fn forward(head: &str, till: &mut TcpStream, platform: SocketAddr) -> io::Result<()> {
    let (method, rest) = head.split_once(' ').unwrap();
    let rest = rest.strip_prefix(&format!("http://{platform}")).expect("the absolute form");
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let mut length =
        lines.filter(|(name, _)| *name == "Content-Length").map(|(_, value)| value.parse().unwrap());
    let mut body = vec![0; length.next().unwrap_or(0)];
    till.read_exact(&mut body)?;
    let mut there = TcpStream::connect(platform)?;
    there.write_all(format!("{method} {rest}").as_bytes())?;
    there.write_all(&body)?;
    till.write_all(&read_message(&mut there).ok_or(io::ErrorKind::UnexpectedEof)?)
}

fn pass(
    mut till: TcpStream,
    platform: SocketAddr,
    cut: &AtomicBool,
    heads: &Mutex<Vec<String>>,
) -> io::Result<()> {
    loop {
        let head = read_head(&mut till)?;
        heads.lock().unwrap().push(head.clone());
        if head.starts_with("CONNECT ") {
            break;
        }
        if cut.load(Ordering::SeqCst) {
            return till.shutdown(Shutdown::Both);
        }
        forward(&head, &mut till, platform)?;
    }
    till.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    if cut.load(Ordering::SeqCst) {
        till.read_exact(&mut [0])?;
        return till.shutdown(Shutdown::Both);
    }
    let mut there = TcpStream::connect(platform)?;
    let (mut back, mut to_till) = (there.try_clone()?, till.try_clone()?);
    thread::spawn(move || io::copy(&mut back, &mut to_till));
    io::copy(&mut till, &mut there).map(drop)
}

#[test]
fn what_goes_through_a_proxy_counts_as_sent_from_its_first_byte_on_and_a_failed_handshake_does_not() {
    let shop = Shop::open_utf8();
    let tunnel = Tunnel::to(shop.sandbox.addr());
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, &[("proxy", &tunnel.proxy)]).is(codes::OK);
    shop.sell("B0", 100);
    tunnel.cut.store(true, Ordering::SeqCst);
    let begun = Instant::now();
    shop.till.micropay("B1", &shop.wechat(), 100, &[("deadline_ms", "1")]).is(codes::UNKNOWN);
    tunnel.cut.store(false, Ordering::SeqCst);
    shop.till.settle("B1", NONE).is(codes::NOT_PAID);
    // A reset stops at the proxy, so the charge is watched for twice the quiet time.
    assert!(begun.elapsed() >= Duration::from_millis(1_000), "{:?}", begun.elapsed());

    server(&shop, &shop.sandbox.base().replace("http:", "https:"));
    shop.till.config(1).is(codes::OK);
    shop.till.micropay("B2", &shop.wechat(), 100, &[("deadline_ms", "1")]).is(codes::ERR_NOT_SENT);
    shop.agree();
}

#[test]
fn plain_http_goes_to_a_proxy_in_absolute_form_and_tls_through_a_tunnel() {
    const AUTHORIZATION: &str = "\r\nProxy-Authorization: Basic dGlsbDphOmI=\r\n";
    let authority = Authority::new("an example's authority");
    let shop = Setup::default().option("ca_file", authority.ca_file().to_str().unwrap()).open();
    let tunnel = Tunnel::to(shop.sandbox.addr());
    let proxy = tunnel.proxy.replace("http://", "http://till:a%3Ab@");
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, &[("proxy", &proxy)]).is(codes::OK);
    let sold = shop.sell("B1", 1000);
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);
    shop.till.query_order(sold.text("dm_id"), 1000, NONE).is(codes::OK);
    shop.till.time().is(codes::OK);
    let heads = tunnel.heads();
    assert!(heads.len() > 5, "{heads:?}");
    for head in &heads {
        assert!(head.contains(&format!(" {}/o2o", shop.sandbox.base())), "{head}");
        assert!(head.contains(AUTHORIZATION) && !head.contains("a%3Ab"), "{head}");
    }

    // Who reads nothing but tunnels of TLS gets no request.
    let server = TlsServer::start(shop.sandbox.addr(), authority.certify(&["127.0.0.1"]));
    let tunnel = Tunnel::to(server.addr());
    let proxy = tunnel.proxy.replace("http://", "http://till:a%3Ab@");
    self::server(&shop, &server.base());
    shop.till.config(1).is(codes::OK);
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, &[("base", &server.base()), ("proxy", &proxy)]).is(codes::OK);
    shop.sell("B2", 1000);
    let heads = tunnel.heads();
    assert!(
        !heads.is_empty() && heads.iter().all(|head| head.starts_with("CONNECT 127.0.0.1:")),
        "{heads:?}"
    );
    assert!(heads.iter().all(|head| head.contains(AUTHORIZATION)), "{heads:?}");
    assert!(server.read() > 0);
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    shop.agree();
}

#[test]
fn a_proxy_that_cannot_be_reached_or_wants_a_password_is_named_and_the_first_one_got_nothing() {
    let shop = Shop::open_utf8();
    shop.open_again_with(&[("proxy", NOBODY)]);
    let code = shop.wechat();
    let once = &[("deadline_ms", "1")];
    shop.silent(|| shop.till.micropay("B1", &code, 100, once).is(codes::ERR_NOT_SENT));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut till in listener.incoming().map_while(Result::ok) {
            let _ = read_head(&mut till);
            let _ = till.write_all(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    shop.open_again_with(&[("proxy", &proxy)]);
    let reply = shop.till.time().is(codes::ERR_NO_RESPONSE);
    assert!(reply.text("detail").contains("proxy needs a name and a password"), "{}", reply.text("detail"));
    // A byte was offered: the proxy may have passed it on.
    shop.till.micropay("B1", &code, 100, once).is(codes::UNKNOWN);
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::NOT_PAID);
    shop.agree();
}
