//! Responses that are too large, too long, too slow, or crafted to hurt their reader.
//!
//! The platform has acted each time: the money has moved, and an attacker in between lies about it. A lie
//! decides nothing, costs no more than `response_ms` and a little memory, and once it is over, the truth comes
//! out.

use std::io::{self, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::codes;
use crate::impostor::{Impostor, Lie, head, lie, whole};
use crate::shop::{SOON, Setup, Shop};
use crate::till::NONE;

/// The largest response that is read, in bytes.
const LARGEST: usize = 1024 * 1024;
/// More than any call below may take on a busy machine; the lies that never end take forever.
const LONG: Duration = Duration::from_secs(120);
/// The most memory that the whole C program may ever use, in KB; the largest lies are many times that.
const MOST_MEMORY: u64 = 96 * 1024;

fn shop(response_ms: &str) -> (Shop, Impostor) {
    let shop = Shop::open_utf8();
    let impostor = Impostor::before(&shop);
    shop.open_again_with(&[("response_ms", response_ms), ("base", &impostor.base())]);
    (shop, impostor)
}

#[track_caller]
fn soon<T>(call: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let outcome = call();
    assert!(begun.elapsed() < LONG, "it took {:?}", begun.elapsed());
    outcome
}

/// Checks that no charge, refund, query or config is decided by this response.
fn is_not_believed(lie: &Lie) {
    let (shop, impostor) = shop("800");
    let code = shop.wechat();
    impostor.lie(&["micropay", "query", "config", "time"], lie);
    soon(|| shop.till.micropay("B1", &code, 1234, SOON).is(codes::UNKNOWN));
    soon(|| shop.till.settle("B1", SOON).is(codes::UNKNOWN));
    for reply in [
        soon(|| shop.till.query_auth_code(&code, 1234, NONE)),
        soon(|| shop.till.config(1)),
        soon(|| shop.till.time()),
    ] {
        assert!(
            [codes::ERR_NO_RESPONSE, codes::ERR_BAD_RESPONSE].contains(&reply.code),
            "{}: {:?}",
            codes::name(reply.code),
            reply.fields
        );
    }
    impostor.tell_the_truth();
    shop.verify(&shop.till.settle("B1", NONE).is(codes::PAID), &code, 1234);

    impostor.lie(&["refund"], lie);
    // On a busy machine the reading before it may be too late; then nothing was sent.
    let mut first = soon(|| shop.till.refund("R1", "B1", 300, NONE));
    while first.code == codes::ERR_NO_RESPONSE {
        first = soon(|| shop.till.refund("R1", "B1", 300, NONE));
    }
    assert!([codes::REFUNDED, codes::UNKNOWN].contains(&first.code), "{}", codes::name(first.code));
    impostor.tell_the_truth();
    shop.till.refund("R1", "B1", 300, NONE).is(codes::REFUNDED);

    let sent = |call| shop.sent(call).len();
    assert_eq!((sent(wsy_sandbox::Call::Micropay), sent(wsy_sandbox::Call::Refund)), (1, 1));
    shop.agree_on_one_capture("B1");
}

/// Checks that a charge is paid with this response alone.
fn is_believed(lie: &Lie) {
    let (shop, impostor) = shop("20000");
    let code = shop.wechat();
    impostor.lie(&["micropay"], lie);
    shop.verify(&soon(|| shop.till.micropay("B1", &code, 1234, NONE).is(codes::PAID)), &code, 1234);
    assert!(shop.sent(wsy_sandbox::Call::Query).is_empty());
    shop.agree_on_one_capture("B1");
}

/// Tries all lies of a kind at once, each in its own shop.
fn all(lies: &[(&'static str, Lie)], check: fn(&Lie)) {
    let failed: Vec<&str> = thread::scope(|scope| {
        let try_one = |(name, lie): &(&'static str, Lie)| {
            let (name, lie) = (*name, lie.clone());
            let named = thread::Builder::new().name(name.to_owned());
            (name, named.spawn_scoped(scope, move || check(&lie)).unwrap())
        };
        let running: Vec<_> = lies.iter().map(try_one).collect();
        running.into_iter().filter_map(|(name, lie)| lie.join().err().map(|_| name)).collect()
    });
    assert!(failed.is_empty(), "{failed:?}");
}

macro_rules! lies {
    ($test:ident, $check:ident: $($name:ident: $lie:expr;)*) => {
        #[test]
        fn $test() {
            all(&[$((stringify!($name), $lie)),*], $check);
        }
    };
}

lies! { a_response_within_the_limits_is_taken, is_believed:
    that_is_as_large_as_responses_may_be: lie(|till, body| send(till, &whole(&padded(body, LARGEST))));
    that_is_one_byte_smaller: lie(|till, body| send(till, &whole(&padded(body, LARGEST - 1))));
    in_chunks_that_are_as_large_as_responses_may_be: lie(|till, body| {
        send_chunks(till, &padded(body, LARGEST))
    });
    that_ends_with_its_connection_and_is_as_large: lie(|till, body| {
        send(till, &(head("Connection: close") + &padded(body, LARGEST)))
    });
    in_chunks_of_one_byte: lie(|till, body| {
        let chunk = |byte| [b'1', b'\r', b'\n', byte, b'\r', b'\n'];
        let chunks: Vec<u8> = body.bytes().flat_map(chunk).collect();
        send(till, &head("Transfer-Encoding: chunked"))?;
        till.write_all(&chunks)?;
        send(till, "0\r\n\r\n")
    });
    that_trickles_in_time: lie(|till, body| {
        trickle(till, whole(body).as_bytes(), Duration::from_micros(300))
    });
    with_100_headers: lie(|till, body| {
        let headers: String = (0..100).map(|n| format!("X-{n}: {n}\r\n")).collect();
        send(till, &head(&format!("{headers}Content-Length: {}", body.len())))?;
        send(till, body)
    });
    after_a_few_interim_ones: lie(|till, body| {
        send(till, &"HTTP/1.1 100 Continue\r\n\r\n".repeat(3))?;
        send(till, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")?;
        send(till, &whole(body))
    });
    with_80000_attributes: lie(|till, body| {
        let attributes: String = (0..80_000).map(|n| format!(" a{n}=\"\"")).collect();
        send(till, &whole(&with_attributes(body, &attributes)))
    });
    with_an_attribute_that_fills_it: lie(|till, body| {
        let attribute = format!(" a=\"{}\"", "&amp;".repeat(200_000));
        send(till, &whole(&with_attributes(body, &attribute)))
    });
    with_content_that_no_document_mentions: lie(|till, body| {
        let (start, end) = body.rsplit_once("</").unwrap();
        let unknown = "<new a=\"1\"><newer/>text<![CDATA[<dm ok=\"0\"/>]]></new><!-- <dm ok=\"0\"/> --><?php 1 ?>";
        send(till, &whole(&format!("{start}{unknown}</{end}")))
    });
}

lies! { a_response_of_a_wrong_size_is_not_believed, is_not_believed:
    that_is_one_byte_too_large: lie(|till, body| send(till, &whole(&padded(body, LARGEST + 1))));
    in_chunks_that_are_one_byte_too_large: lie(|till, body| send_chunks(till, &padded(body, LARGEST + 1)));
    that_ends_with_its_connection_and_is_one_byte_too_large: lie(|till, body| {
        send(till, &(head("Connection: close") + &padded(body, LARGEST + 1)))
    });
    that_is_longer_than_it_says: lie(|till, body| with_length(till, body.len() / 2, body));
    that_is_shorter_than_it_says: lie(|till, body| with_length(till, body.len() + 1, body));
    that_says_it_is_larger_than_memory: lie(|till, body| with_length(till, u64::MAX, body));
    that_says_it_is_larger_than_numbers: lie(|till, body| with_length(till, "99999999999999999999", body));
    with_a_negative_length: lie(|till, body| with_length(till, -1, body));
    with_a_length_that_is_no_number: lie(|till, body| with_length(till, "0x10", body));
    with_two_lengths: lie(|till, body| {
        send(till, &head(&format!("Content-Length: {}\r\nContent-Length: 10", body.len())))?;
        send(till, body)
    });
    with_a_chunk_larger_than_numbers: lie(|till, body| {
        send(till, &head("Transfer-Encoding: chunked"))?;
        send(till, &format!("FFFFFFFFFFFFFFFFF\r\n{body}\r\n0\r\n\r\n"))
    });
    with_a_chunk_larger_than_memory: lie(|till, body| {
        send(till, &head("Transfer-Encoding: chunked"))?;
        send(till, &format!("FFFFFFFFFFFFFFFF\r\n{body}\r\n0\r\n\r\n"))
    });
    with_a_chunk_of_no_size: lie(|till, body| {
        send(till, &head("Transfer-Encoding: chunked"))?;
        send(till, &format!("size\r\n{body}\r\n0\r\n\r\n"))
    });
    with_chunks_that_do_not_end: lie(|till, body| {
        send(till, &head("Transfer-Encoding: chunked"))?;
        send(till, &format!("{:x}\r\n{body}\r\n", body.len()))
    });
}

lies! { a_response_with_a_wrong_head_is_not_believed, is_not_believed:
    with_a_header_of_a_megabyte: lie(|till, body| {
        send(till, &head(&format!("X: {}\r\nContent-Length: {}", "x".repeat(1 << 20), body.len())))?;
        send(till, body)
    });
    with_10000_headers: lie(|till, body| {
        let headers: String = (0..10_000).map(|n| format!("X{n}: 1\r\n")).collect();
        send(till, &head(&format!("{headers}Content-Length: {}", body.len())))?;
        send(till, body)
    });
    with_200_headers: lie(|till, body| {
        let headers: String = (0..200).map(|n| format!("X{n}: 1\r\n")).collect();
        send(till, &head(&format!("{headers}Content-Length: {}", body.len())))?;
        send(till, body)
    });
    with_a_header_that_is_none: lie(|till, body| {
        send(till, &head(&format!("this is no header\r\nContent-Length: {}", body.len())))?;
        send(till, body)
    });
    whose_status_is_no_number: lie(|till, body| send(till, &whole(body).replace("200", "2OO")));
    whose_status_line_is_garbage: lie(|till, body| send(till, &whole(body).replace("HTTP/1.1 200 OK", "\u{1}\u{2}ok")));
    without_a_head: lie(send);
    of_another_protocol: lie(|till, _| send(till, "SSH-2.0-OpenSSH_9.2p1\r\n"));
    that_is_empty: lie(|till, _| send(till, &whole("")));
    that_switches_protocols: lie(|till, body| {
        send(till, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: tills\r\n\r\n")?;
        send(till, &whole(body))
    });
    that_speaks_of_part_of_it: lie(|till, body| send(till, &whole(body).replace("200 OK", "206 Partial Content")));
    that_is_a_bomb_in_gzip: lie(|till, _| {
        let bomb = gzip_bomb();
        send(till, &head(&format!("Content-Encoding: gzip\r\nContent-Length: {}", bomb.len())))?;
        till.write_all(&bomb)
    });
}

lies! { a_response_without_end_is_not_believed, is_not_believed:
    that_is_a_head_without_end: lie(|till, _| {
        send(till, "HTTP/1.1 200 OK\r\nX: ")?;
        endless(till, "x".repeat(8192))
    });
    that_has_headers_without_end: lie(|till, _| {
        send(till, "HTTP/1.1 200 OK\r\n")?;
        endless(till, "X: x\r\n".repeat(1000))
    });
    that_is_interim_for_ever: lie(|till, _| endless(till, "HTTP/1.1 100 Continue\r\n\r\n".repeat(300)));
    that_hints_for_ever: lie(|till, _| endless(till, "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(300)));
    that_has_a_body_without_end: lie(|till, body| {
        send(till, &head("Connection: close"))?;
        send(till, body)?;
        endless(till, " ".repeat(8192))
    });
    that_has_chunks_without_end: lie(|till, body| {
        send(till, &head("Transfer-Encoding: chunked"))?;
        send(till, &format!("{:x}\r\n{body}\r\n", body.len()))?;
        endless(till, "1\r\n \r\n".repeat(1000))
    });
    that_has_a_chunk_extension_without_end: lie(|till, _| {
        send(till, &head("Transfer-Encoding: chunked"))?;
        send(till, "1;x=")?;
        endless(till, "x".repeat(8192))
    });
    that_has_a_chunk_size_without_end: lie(|till, _| {
        send(till, &head("Transfer-Encoding: chunked"))?;
        endless(till, "0".repeat(8192))
    });
    that_has_trailers_without_end: lie(|till, body| {
        send(till, &head("Transfer-Encoding: chunked"))?;
        send(till, &format!("{:x}\r\n{body}\r\n0\r\n", body.len()))?;
        endless(till, "X: x\r\n".repeat(1000))
    });
    whose_head_trickles_for_ever: lie(|till, _| {
        send(till, "HTTP/1.1 200 OK\r\nX: ")?;
        trickle_for_ever(till)
    });
    whose_body_trickles_for_ever: lie(|till, body| {
        send(till, &head("Content-Length: 1000000"))?;
        send(till, body)?;
        trickle_for_ever(till)
    });
    whose_interim_responses_trickle_for_ever: lie(|till, _| loop {
        trickle(till, b"HTTP/1.1 102 Processing\r\n\r\n", Duration::from_millis(1))?;
    });
}

lies! { a_response_whose_document_is_made_to_hurt_is_not_believed, is_not_believed:
    that_is_100000_deep: lie(|till, body| send(till, &whole(&inside(body, &"<a>".repeat(100_000)))));
    of_a_hundred_thousand_elements: lie(|till, body| send(till, &whole(&inside(body, &"<a/>".repeat(100_000)))));
    with_entities_of_entities: lie(|till, body| {
        let mut bomb = "<!DOCTYPE dm [<!ENTITY a0 \"ha\">".to_owned();
        for n in 1..30 {
            bomb.push_str(&format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10)));
        }
        send(till, &whole(&with_prolog(&format!("{bomb}]>"), &inside(body, "&a29;"))))
    });
    with_an_external_entity: lie(|till, body| {
        let doctype = "<!DOCTYPE dm [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
        send(till, &whole(&with_prolog(doctype, &inside(body, "&x;"))))
    });
    with_an_external_document_type: lie(|till, body| {
        send(till, &whole(&with_prolog("<!DOCTYPE dm SYSTEM \"http://127.0.0.1:1/dm.dtd\">", body)))
    });
    with_an_entity_that_nobody_defined: lie(|till, body| {
        send(till, &whole(&with_attributes(body, " mark=\"&nobody;\"")))
    });
    with_a_zero_byte: lie(|till, body| send(till, &whole(&with_attributes(body, " mark=\"a\0b\""))));
    with_an_attribute_twice: lie(|till, body| send(till, &whole(&with_attributes(body, " ok=\"-1\""))));
    in_another_encoding: lie(|till, body| {
        let wide: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
        send(till, &head(&format!("Content-Length: {}", wide.len() + 2)))?;
        till.write_all(b"\xff\xfe")?;
        till.write_all(&wide)
    });
}

#[test]
fn no_response_makes_the_program_large() {
    let (shop, impostor) = shop("1000");
    let code = shop.wechat();
    impostor.lie(&["micropay"], &a_response_is_lost());
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    let floods: [Lie; 7] = [
        lie(|till, body| {
            send(till, &head("Connection: close"))?;
            send(till, body)?;
            endless(till, " ".repeat(65_536))
        }),
        lie(|till, _| {
            send(till, "HTTP/1.1 200 OK\r\nX: ")?;
            endless(till, "x".repeat(65_536))
        }),
        lie(|till, _| endless(till, "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(3000))),
        lie(|till, _| {
            send(till, &head("Transfer-Encoding: chunked"))?;
            endless(till, format!("10000\r\n{}\r\n", "x".repeat(65_536)))
        }),
        lie(|till, _| {
            let bomb = gzip_bomb();
            send(till, &head(&format!("Content-Encoding: gzip\r\nContent-Length: {}", bomb.len())))?;
            till.write_all(&bomb)
        }),
        lie(|till, body| with_length(till, u64::MAX, body)),
        lie(|till, body| send(till, &whole(&padded(&inside(body, &"<a b=''/>".repeat(4000)), LARGEST)))),
    ];
    for flood in &floods {
        impostor.lie(&["query"], flood);
        soon(|| shop.till.query_auth_code(&code, 100, NONE));
    }
    let peak = peak_kb(shop.till.driver.pid());
    assert!(peak < MOST_MEMORY, "{peak} KB");
}

/// A config is used for every payment after it, including its patterns, which may be crafted to be slow.
#[test]
fn a_pattern_in_the_config_that_is_made_to_be_slow_or_large_stops_nobody() {
    let shop = Setup::default().config("micropay_total_regex", "THE_PATTERN").open();
    let impostor = Impostor::before(&shop);
    for pattern in [
        "(a*)*b",
        "(\\d+)+x",
        "((\\d{1,900}){1,900}){1,900}",
        "(((((((((\\d*)*)*)*)*)*)*)*)*)x",
        &"(".repeat(100_000),
        &"(x".repeat(100_000),
        &"(x?){0,50}".repeat(20_000),
        "(",
    ] {
        let pattern = pattern.to_owned();
        let config = lie(move |till, body| send(till, &whole(&body.replace("THE_PATTERN", &pattern))));
        impostor.lie(&["config"], &config);
        soon(|| shop.till.config(1).is(codes::OK));
        let code = shop.wechat();
        soon(|| shop.till.micropay("B1", &code, 100_000_000, NONE).is(codes::ERR_AMOUNT_NOT_ALLOWED));
    }
    let peak = peak_kb(shop.till.driver.pid());
    assert!(peak < MOST_MEMORY, "{peak} KB");
    assert!(shop.sent(wsy_sandbox::Call::Micropay).is_empty());
}

fn a_response_is_lost() -> Lie {
    lie(|_, _| Ok(()))
}

/// The most memory that a process ever used.
fn peak_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn send(till: &mut TcpStream, text: &str) -> io::Result<()> {
    till.write_all(text.as_bytes())
}

fn with_length(till: &mut TcpStream, length: impl std::fmt::Display, body: &str) -> io::Result<()> {
    send(till, &head(&format!("Content-Length: {length}")))?;
    send(till, body)
}

fn send_chunks(till: &mut TcpStream, body: &str) -> io::Result<()> {
    send(till, &head("Transfer-Encoding: chunked"))?;
    for chunk in body.as_bytes().chunks(10_000) {
        send(till, &format!("{:X}\r\n", chunk.len()))?;
        till.write_all(chunk)?;
        send(till, "\r\n")?;
    }
    send(till, "0\r\n\r\n")
}

fn endless(till: &mut TcpStream, piece: String) -> io::Result<()> {
    loop {
        send(till, &piece)?;
    }
}

fn trickle(till: &mut TcpStream, bytes: &[u8], pause: Duration) -> io::Result<()> {
    till.set_nodelay(true)?;
    for byte in bytes {
        till.write_all(&[*byte])?;
        thread::sleep(pause);
    }
    Ok(())
}

fn trickle_for_ever(till: &mut TcpStream) -> io::Result<()> {
    loop {
        trickle(till, b" ", Duration::from_millis(20))?;
    }
}

/// A body padded with blanks.
fn padded(body: &str, size: usize) -> String {
    format!("{body}{}", " ".repeat(size - body.len()))
}

/// The start of the outermost element, and the end of its name.
fn outermost(body: &str) -> (usize, usize) {
    let begins = |(at, _): &(usize, &str)| body[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic());
    let (start, _) = body.match_indices('<').find(begins).unwrap();
    let name = body[start + 1..].find([' ', '>', '/']).unwrap();
    (start, start + 1 + name)
}

/// Adds to the inside of the outermost element.
fn inside(body: &str, more: &str) -> String {
    let (_, name) = outermost(body);
    let end = name + body[name..].find('>').unwrap() + 1;
    match body[..end].strip_suffix("/>") {
        Some(start) => format!("{start}>{more}</dm>"),
        None => format!("{}{more}{}", &body[..end], &body[end..]),
    }
}

fn with_attributes(body: &str, attributes: &str) -> String {
    let (_, name) = outermost(body);
    format!("{}{attributes}{}", &body[..name], &body[name..])
}

/// Adds something before the outermost element.
fn with_prolog(prolog: &str, body: &str) -> String {
    let (start, _) = outermost(body);
    format!("{}{prolog}{}", &body[..start], &body[start..])
}

/// Half a megabyte that would unpack to 80: deflate's fixed codes, a byte and then copies of it.
fn gzip_bomb() -> Vec<u8> {
    let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let (mut bits, mut count) = (0u32, 0);
    // Bits come lowest first: the block's header, a blank, and 258 more copies of the byte before.
    let block = [(0b011, 3), (0b0000_1010, 8)];
    let copies = std::iter::repeat_n((0b0_0000_1010_0011, 13), 320_000);
    for (value, width) in block.into_iter().chain(copies) {
        bits |= value << count;
        count += width;
        while count >= 8 {
            bomb.push(bits.to_le_bytes()[0]);
            bits >>= 8;
            count -= 8;
        }
    }
    bomb
}
