//! The till's peer: a server that cannot prove to be the platform does not get a byte of a request, and that
//! is reported as "nothing was sent".

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, date_time_ymd};
use rustls::version::{TLS12, TLS13};
use wsy_sandbox::Call;

use crate::authority::{Authority, Identity, TlsServer, between};
use crate::codes;
use crate::impostor::{head, whole};
use crate::shop::{SOON, Setup, Shop};
use crate::till::{NONE, Pairs, Reply};

/// Reports immediately if the first try cannot be sent.
const ONCE: Pairs<'static> = &[("deadline_ms", "1")];
const HERE: [&str; 2] = ["127.0.0.1", "localhost"];

fn authority() -> Authority {
    Authority::new("an example's authority")
}

/// A shop that trusts an authority and has sold something.
fn shop(authority: &Authority) -> Shop {
    let shop = Setup::default().option("ca_file", authority.ca_file().to_str().unwrap()).open();
    shop.sell("B0", 500);
    shop.control.clear_requests();
    shop
}

fn move_to(shop: &Shop, server: &str) {
    shop.control.set_config(&shop.device.device_id, "server", Some(server)).unwrap();
    shop.till.config(1).is(codes::OK);
}

/// Checks that no call gets through to this server, and each reports that; with a good server everything
/// works as before.
fn nothing_is_sent_to(shop: &Shop, server: &str) {
    move_to(shop, server);
    shop.control.clear_requests();
    let code = shop.wechat();
    let reply = shop.till.micropay("B1", &code, 100, ONCE).is(codes::ERR_NOT_SENT);
    assert_eq!(reply.text("money"), "not_moved");
    assert!(!reply.text("detail").is_empty() && !reply.text("advice_zh").is_empty());
    assert_eq!(shop.till.find("B1").is(codes::OK).text("state"), "not_sent");
    shop.till.query_auth_code(&code, 100, NONE).is(codes::ERR_NOT_SENT);
    // An order of another till; an order of this till is asked about at the server that charged it.
    shop.till.read_bill("", "dm1").is(codes::ERR_NOT_SENT);
    shop.till.time().is(codes::ERR_NOT_SENT);
    let refund = shop.till.refund_order("R1", "", "dm1", 100);
    assert!(
        [codes::ERR_NOT_SENT, codes::ERR_NO_RESPONSE].contains(&refund.code),
        "{}",
        codes::name(refund.code)
    );
    assert_eq!(refund.text("money"), "not_moved");
    assert!(shop.control.requests().requests.is_empty());

    // The same for requests to the base.
    shop.till.close().is(codes::OK);
    let opened = shop.open_with(&shop.till, &[("base", server)]).is(codes::OK);
    assert_eq!(opened.text("config_source"), "file");
    shop.till.config(1).is(codes::ERR_NOT_SENT);
    let initkey = shop.control.activation_code(None).unwrap();
    shop.till.activate(&initkey, "").is(codes::ERR_NOT_SENT);
    assert!(shop.control.requests().requests.is_empty());

    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    move_to(shop, &shop.sandbox.base());
    shop.verify(&shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID), &code, 100);
    shop.till.refund("R1", "B0", 100, NONE).is(codes::REFUNDED);
    shop.agree();
}

fn is_refused(identity: impl FnOnce(&Authority) -> Identity) -> Reply {
    let authority = authority();
    let shop = shop(&authority);
    let server = TlsServer::start(shop.sandbox.addr(), identity(&authority));
    nothing_is_sent_to(&shop, &server.base());
    assert_eq!(server.read(), 0);
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, &[("base", &server.base())]).is(codes::OK);
    shop.till.config(1).is(codes::ERR_NOT_SENT)
}

fn names_the_clock(reply: &Reply) -> bool {
    let words = [
        ("message_en", "clock is wrong"),
        ("message_zh", "时间不对"),
        ("advice_zh", "时间调准"),
        ("detail", "clock, which says 2"),
    ];
    let found = words.map(|(name, words)| reply.text(name).contains(words));
    assert!(found == [found[0]; 4], "{reply:?}");
    found[0]
}

macro_rules! refused {
    ($($name:ident, $is_about_the_clock:literal: $identity:expr;)*) => {
        mod a_certificate_is_refused {
            use super::*;
            $(#[test] fn $name() {
                assert_eq!(names_the_clock(&is_refused($identity)), $is_about_the_clock);
            })*
        }
    };
}

refused! {
    of_an_authority_that_nobody_trusts, false: |_| Authority::new("an example's authority").certify(&HERE);
    that_nobody_signed, false: |_| Identity::self_signed(&HERE);
    for_another_host, false: |authority| authority.certify(&["pay.example", "127.0.0.2", "1.0.0.127"]);
    for_a_name_that_reads_like_the_address, false: |authority| authority.certify(&["127.0.0.1.pay.example"]);
    for_no_host_at_all, false: |authority| authority.certify_with(&[], called_like_the_address);
    that_has_expired, true: |authority| {
        authority.certify_with(&HERE, |params| params.not_after = date_time_ymd(2020, 1, 1))
    };
    that_is_not_valid_yet, true: |authority| {
        authority.certify_with(&HERE, |params| params.not_before = date_time_ymd(3000, 1, 1))
    };
    that_is_for_clients, false: |authority| {
        authority.certify_with(&HERE, |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        })
    };
    that_a_server_signed, false: |authority| authority.certify_by_a_server(&HERE);
    that_is_the_authoritys_own, false: Authority::itself;
}

fn called_like_the_address(params: &mut CertificateParams) {
    params.distinguished_name.push(DnType::CommonName, "127.0.0.1");
}

#[test]
fn the_certificate_of_an_authority_of_ones_own_is_refused_where_none_was_named() {
    let authority = authority();
    let shop = Shop::open_utf8();
    shop.sell("B0", 500);
    let server = TlsServer::start(shop.sandbox.addr(), authority.certify(&HERE));
    nothing_is_sent_to(&shop, &server.base());
    assert_eq!(server.read(), 0);
}

/// A server that sends these bytes to every client, and then nothing.
fn says(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut till in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                // The till hangs up when it has read enough.
                let _ = till.read(&mut [0; 4096]);
                let _ = till.write_all(bytes);
                let _ = till.read_to_end(&mut Vec::new());
            });
        }
    });
    base
}

#[test]
fn a_server_that_speaks_no_tls_or_an_old_one_gets_nothing() {
    const TLS_1_1: &[u8] = b"\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02\
        0123456789abcdef0123456789abcdef\x00\xc0\x13\x00";
    const SSL_3: &[u8] = b"\x15\x03\x00\x00\x02\x02\x28";
    let authority = authority();
    let shop = shop(&authority);
    for response in [
        TLS_1_1,
        SSL_3,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"\x16\x03\x03\xff\xff",
        b"SSH-2.0-example\r\n",
    ] {
        move_to(&shop, &says(response));
        shop.till.micropay("B1", &shop.wechat(), 100, ONCE).is(codes::ERR_NOT_SENT);
    }
    nothing_is_sent_to(&shop, &shop.sandbox.base().replace("http:", "https:"));
}

#[test]
fn a_handshake_that_is_cut_off_anywhere_is_not_sent() {
    let authority = authority();
    let shop = shop(&authority);
    let server = TlsServer::start(shop.sandbox.addr(), authority.certify(&HERE));
    for cut in [0, 1, 5, 6, 100, 300, 500] {
        let base =
            between(server.addr(), move |server, till| std::io::copy(&mut server.take(cut), till).map(drop));
        move_to(&shop, &base);
        let code = shop.wechat();
        for reply in [shop.till.micropay("B1", &code, 100, ONCE), shop.till.query_auth_code(&code, 100, NONE)]
        {
            let name = codes::name(reply.code);
            assert_eq!(name, codes::name(codes::ERR_NOT_SENT), "after {cut} bytes");
        }
    }
    assert_eq!(server.read(), 0);
}

#[test]
fn a_handshake_that_trickles_or_stalls_ends_with_the_time_for_connecting() {
    let authority = authority();
    let shop = shop(&authority);
    let server = TlsServer::start(shop.sandbox.addr(), authority.certify(&HERE));
    let trickling = between(server.addr(), |server, till| {
        till.set_nodelay(true)?;
        let mut byte = [0];
        loop {
            server.read_exact(&mut byte)?;
            till.write_all(&byte)?;
            thread::sleep(Duration::from_millis(20));
        }
    });
    for base in [trickling, says(b"")] {
        shop.open_again_with(&[("connect_ms", "20000")]);
        move_to(&shop, &base);
        shop.open_again_with(&[("connect_ms", "400")]);
        let (begun, code) = (Instant::now(), shop.wechat());
        shop.till.query_auth_code(&code, 100, NONE).is(codes::ERR_NOT_SENT);
        shop.till.micropay("B1", &code, 100, ONCE).is(codes::ERR_NOT_SENT);
        // Without the limit, it would never end.
        assert!(begun.elapsed() < Duration::from_secs(60), "it took {:?}", begun.elapsed());
    }
    assert_eq!(server.read(), 0);
}

#[test]
fn a_connection_that_ends_after_the_request_was_encrypted_leaves_it_open() {
    let authority = authority();
    let shop = shop(&authority);
    // The server has the platform's certificate, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere: SocketAddr = silent.local_addr().unwrap();
    thread::spawn(move || {
        for mut platform in silent.incoming().map_while(Result::ok) {
            let _ = platform.read(&mut [0; 4096]);
        }
    });
    let server = TlsServer::start(nowhere, authority.certify(&HERE));
    move_to(&shop, &server.base());
    shop.till.micropay("B1", &shop.wechat(), 100, SOON).is(codes::UNKNOWN);
    assert!(server.read() > 0);
    move_to(&shop, &shop.sandbox.base());
    // Another server than the one that charged cannot know.
    shop.till.settle("B1", SOON).is(codes::UNKNOWN);
}

#[test]
fn with_a_good_certificate_everything_goes_encrypted() {
    for version in [&TLS12, &TLS13] {
        let authority = authority();
        let shop = shop(&authority);
        let server = TlsServer::start_with(shop.sandbox.addr(), authority.certify(&HERE), &[version]);
        let port = server.addr().port();
        for host in HERE {
            let base = format!("https://{host}:{port}");
            shop.control.set_config(&shop.device.device_id, "server", Some(&base)).unwrap();
            shop.till.close().is(codes::OK);
            let opened = shop.open_with(&shop.till, &[("base", &base), ("https_only", "1")]).is(codes::OK);
            assert_eq!((opened.text("config_source"), opened.text("server")), ("platform", base.as_str()));
            let (bill, refund) = (format!("B-{host}"), format!("R-{host}"));
            let before = server.read();
            shop.sell(&bill, 1000);
            shop.till.refund(&refund, &bill, 300, NONE).is(codes::REFUNDED);
            shop.till.read_bill(&bill, "").is(codes::OK);
            shop.till.reprint(&bill, "").is(codes::OK);
            shop.till.time().is(codes::OK);
            assert!(server.read() > before);
        }
        // From an encrypted address, no config leads to an unencrypted one.
        shop.control.set_config(&shop.device.device_id, "server", Some(&shop.sandbox.base())).unwrap();
        shop.till.config(1).is(codes::ERR_SERVER_NOT_ALLOWED);
        let initkey = shop.control.activation_code(None).unwrap();
        shop.control.set_config(&shop.device.device_id, "server", Some(&server.base())).unwrap();
        shop.till.activate(&initkey, "").is(codes::OK);
        shop.agree();
        assert_eq!(shop.sent(Call::Micropay).len(), HERE.len());
    }
}

#[test]
fn what_goes_encrypted_cannot_be_read_on_the_way() {
    let authority = authority();
    let shop = shop(&authority);
    let server = TlsServer::start(shop.sandbox.addr(), authority.certify(&HERE));
    let (tap, heard) = std::sync::mpsc::channel();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let there = server.addr();
    thread::spawn(move || {
        for mut till in listener.incoming().map_while(Result::ok) {
            let (mut server, tap) = (TcpStream::connect(there).unwrap(), tap.clone());
            let (mut back, mut to_till) = (server.try_clone().unwrap(), till.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut back, &mut to_till));
            thread::spawn(move || {
                let mut part = [0; 4096];
                while let Ok(read @ 1..) = till.read(&mut part) {
                    tap.send(part[..read].to_vec()).unwrap();
                    server.write_all(&part[..read]).unwrap();
                }
            });
        }
    });
    move_to(&shop, &base);
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    let heard: Vec<u8> = heard.try_iter().flatten().collect();
    assert!(heard.len() > 500);
    for secret in [code.as_str(), "authcode", "micropay", "op.php"] {
        assert!(!heard.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
    }
    shop.agree();
}

#[test]
fn from_an_encrypted_base_no_config_leads_to_plain_http_unless_that_is_allowed() {
    let authority = authority();
    let shop = shop(&authority);
    let server = TlsServer::start(shop.sandbox.addr(), authority.certify(&HERE));
    let (base, plain) = (("base", &*server.base()), ("plain_server", "1"));
    shop.control.set_config(&shop.device.device_id, "server", Some(&shop.sandbox.base())).unwrap();
    shop.till.close().is(codes::OK);
    // The saved config names a server without encryption, and so does the platform's.
    let opened = shop.open_with(&shop.till, &[base]).is(codes::OK);
    assert_eq!((opened.text("config_source"), opened.text("config_refusal")), ("none", "server"));
    let refused = shop.till.config(1).is(codes::ERR_SERVER_NOT_ALLOWED);
    assert!(refused.text("detail").contains("is not encrypted"), "{}", refused.text("detail"));
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::ERR_SERVER_NOT_ALLOWED);
    assert!(shop.sent(Call::Micropay).is_empty());
    shop.till.close().is(codes::OK);
    let opened = shop.open_with(&shop.till, &[base, plain]).is(codes::OK);
    assert_eq!(opened.text("server"), shop.sandbox.base());
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    // Once the config names one with encryption, that is where charges go.
    shop.control.set_config(&shop.device.device_id, "server", Some(&server.base())).unwrap();
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, &[base]).is(codes::OK);
    shop.sell("B2", 100);
    // A server that was used before is not asked without encryption either.
    shop.till.read_bill("B1", "").is(codes::ERR_SERVER_NOT_ALLOWED);
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, &[base, plain]).is(codes::OK);
    shop.agree();
}

#[test]
fn a_second_response_that_is_decrypted_already_is_nobodys() {
    const FALSE_TIME: &str = "20010101000000";
    /// As much as the till takes out of a connection at once.
    const AT_ONCE: usize = 8 * 1024;
    let authority = authority();
    let shop = shop(&authority);
    let extra = whole(&format!("<dm ok=\"1\" time=\"{FALSE_TIME}\"/>"));
    let server = TlsServer::start_saying(shop.sandbox.addr(), authority.certify(&HERE), move |response| {
        let (_, body) = response.split_once("\r\n\r\n").unwrap();
        let length = AT_ONCE - head("Content-Length: 1234").len();
        let padded = format!(
            "{}{body}{}",
            head(&format!("Content-Length: {length}")),
            " ".repeat(length - body.len())
        );
        assert_eq!(padded.len(), AT_ONCE);
        padded + &extra
    });
    move_to(&shop, &server.base());
    for _ in 0..3 {
        let time = shop.till.time().is(codes::OK);
        assert!(!time.text("time").contains("2001"), "{}", time.text("time"));
    }
    shop.sell("B1", 100);
    shop.agree();
}
