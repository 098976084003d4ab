//! Receipts and bytes on a printer: all of them, or a code that says why not, and never at the expense of a
//! payment.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use socket2::{Domain, Type};

use crate::codes;
use crate::printer::{Printer, QUESTIONS};
use crate::shop::{Setup, Shop};
use crate::till::{NONE, Page};

/// A till with a receipt of the bill B1 in its slot 0.
fn shop_with_receipt() -> (Shop, Vec<u8>) {
    let shop = Shop::open_utf8();
    shop.sell("B1", 1234);
    let receipt = shop.till.find_receipt("B1", NONE, 0).is(codes::OK).receipt.unwrap();
    (shop, receipt)
}

#[test]
fn a_printer_gets_the_receipt_to_the_byte_whether_or_not_it_tells_its_state() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        let sold = shop.sell("B1", 1234).receipt.unwrap();
        shop.till.find_receipt("B1", NONE, 0).is(codes::OK);
        // Ready; silent; something that is not a status; paper that is about to run out.
        for responses in [&[0x12, 0x12][..], &[], b"ok", &[0x12, 0x1e]] {
            let printer = Printer::saying(responses);
            let reply = shop.till.print_receipt(0, &printer.name(), 0).is(codes::OK);
            assert_eq!(reply.text("money"), "not_moved");
            assert_eq!(printer.paper(), sold, "{responses:x?}");
        }
    }
}

#[test]
fn bytes_are_printed_as_they_are() {
    let shop = Shop::open_utf8();
    for bytes in [b"\x1bp\0\x19\xfa".to_vec(), (0..=255).cycle().take(300_000).collect()] {
        let printer = Printer::ready();
        shop.till.print_bytes(&bytes, &printer.name(), 0).is(codes::OK);
        assert!(printer.paper() == bytes);
    }
}

#[test]
fn a_printer_without_paper_or_with_an_open_cover_says_so_and_gets_nothing() {
    let (shop, _) = shop_with_receipt();
    for (responses, code, why) in [
        (&[0x12, 0x72][..], codes::ERR_NO_PAPER, "paper"),
        (&[0x32, 0x12], codes::ERR_NO_PAPER, "paper"),
        (&[0x16, 0x12], codes::ERR_PRINTER_OFFLINE, "cover"),
        (&[0x52, 0x12], codes::ERR_PRINTER_OFFLINE, "error"),
    ] {
        let printer = Printer::saying(responses);
        let reply = shop.till.print_receipt(0, &printer.name(), 0).is(code);
        assert!(reply.text("detail").contains(why), "{}", reply.text("detail"));
        assert!(printer.paper().is_empty());
    }
}

#[test]
fn a_printer_that_is_not_there_is_told_from_one_that_is_off() {
    let (shop, _) = shop_with_receipt();
    for (name, code) in [
        ("tcp:127.0.0.1:1", codes::ERR_PRINTER_OFFLINE),
        ("tcp:the printer", codes::ERR_NO_PRINTER),
        ("queue:no such queue", codes::ERR_NO_PRINTER),
        ("device:/dev/no such printer", codes::ERR_NO_PRINTER),
        ("device:COM250", codes::ERR_NO_PRINTER),
        ("192.168.1.50", codes::ERR_NO_PRINTER),
        ("usb:1", codes::ERR_NO_PRINTER),
        ("tcp:127.0.0.1:0", codes::ERR_NO_PRINTER),
        ("tcp:127.0.0.1:65536", codes::ERR_NO_PRINTER),
        ("tcp:::1:9100:x", codes::ERR_NO_PRINTER),
        ("device:", codes::ERR_NO_PRINTER),
        ("打印机", codes::ERR_NO_PRINTER),
    ] {
        let reply = shop.till.print_receipt(0, name, 2000);
        assert_eq!(codes::name(reply.code), codes::name(code), "{name}: {}", reply.text("detail"));
        assert!(!reply.text("detail").is_empty(), "{name}");
    }
}

/// A printer that takes nothing: the system accepts connections and buffers little, and nobody reads.
pub fn stuck() -> (socket2::Socket, String) {
    let stuck = socket2::Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    stuck.set_recv_buffer_size(4096).unwrap();
    stuck.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    stuck.listen(1).unwrap();
    let name = format!("tcp:{}", stuck.local_addr().unwrap().as_socket().unwrap());
    (stuck, name)
}

/// More than a system buffers for a printer that does not read.
pub fn much() -> Vec<u8> {
    vec![b'x'; 4 << 20]
}

#[test]
fn a_printer_that_takes_nothing_holds_a_till_no_longer_than_it_was_told_to_wait() {
    let shop = Shop::open_utf8();
    let (_stuck, name) = stuck();
    let begun = Instant::now();
    shop.till.print_bytes(&much(), &name, 700).is(codes::ERR_PRINTER_OFFLINE);
    // Nor does it give up earlier; without the limit, it would never end.
    assert!(begun.elapsed() >= Duration::from_millis(600), "{:?}", begun.elapsed());
}

#[test]
fn a_payment_does_not_wait_for_a_printer() {
    let shop = Shop::open_utf8();
    let (stuck, name) = stuck();
    // The second waits for the first to end, or for its own time limit.
    let printing = [(); 2].map(|()| shop.till.print_bytes_aside(&much(), &name, 120_000));
    let (line, _) = stuck.accept().unwrap();
    shop.sell("B1", 100);
    assert!(printing.iter().all(|print| !print.has_ended()));
    // It is switched off.
    drop((stuck, line));
    for print in printing {
        let code = print.end().code;
        assert!(
            [codes::ERR_NOT_PRINTED, codes::ERR_PRINTER_OFFLINE].contains(&code),
            "{}",
            codes::name(code)
        );
    }
    shop.agree();
}

#[test]
fn what_is_no_receipt_is_not_printed() {
    let shop = Shop::open_utf8();
    shop.till.print_receipt(0, "tcp:127.0.0.1:1", 0).is(codes::ERR_HANDLE);
    shop.till.find_receipt("B9", NONE, 0).is(codes::ERR_NO_BILL);
    shop.till.print_receipt(0, "tcp:127.0.0.1:1", 0).is(codes::ERR_NO_FIELD);
    shop.till.free_receipt(0).is(codes::OK);
    shop.till.print_receipt(0, "tcp:127.0.0.1:1", 0).is(codes::ERR_HANDLE);
}

/// Not the 20 KB that the system takes off the till's hands.
const SOME: usize = 20_000;

#[test]
fn a_printer_that_gives_up_in_the_middle_has_not_printed() {
    let shop = Shop::open_utf8();
    let printer = TcpListener::bind("127.0.0.1:0").unwrap();
    let name = format!("tcp:{}", printer.local_addr().unwrap());
    let paper = std::thread::spawn(move || {
        let (mut line, _) = printer.accept().unwrap();
        let mut begun = [0; 2048];
        line.read_exact(&mut begun).unwrap();
        // Once everything has arrived, so that no write of the till can fail.
        let mut all = vec![0; QUESTIONS.len() + SOME - begun.len()];
        while line.peek(&mut all).unwrap() < all.len() {
            std::thread::yield_now();
        }
        // With bytes unread, this resets the connection.
        drop(line);
    });
    let reply = shop.till.print_bytes(&vec![b'x'; SOME], &name, 0).is(codes::ERR_NOT_PRINTED);
    assert!(!reply.text("detail").is_empty());
    paper.join().unwrap();
}

#[test]
fn a_printer_that_stops_taking_bytes_has_not_printed_although_the_system_buffers_them() {
    let shop = Shop::open_utf8();
    let (_stuck, name) = stuck();
    shop.till.print_bytes(&vec![b'x'; SOME], &name, 1500).is(codes::ERR_PRINTER_OFFLINE);
}

/// A printer that never says anything and leaves every connection open.
fn mute() -> (String, Arc<Mutex<Vec<TcpStream>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let name = format!("tcp:{}", listener.local_addr().unwrap());
    let lines = Arc::<Mutex<Vec<TcpStream>>>::default();
    let kept = lines.clone();
    std::thread::spawn(move || {
        for line in listener.incoming() {
            kept.lock().unwrap().push(line.unwrap());
        }
    });
    (name, lines)
}

#[test]
fn a_silent_printer_costs_time_only_until_it_is_known() {
    let shop = Shop::open_utf8();
    let (name, lines) = mute();
    let print = || {
        let begun = Instant::now();
        shop.till.print_bytes(b"receipt", &name, 0).is(codes::OK);
        begun.elapsed()
    };
    print();
    // Each cost 0.8 s. This machine may be busy, so the fastest of some counts.
    let fastest = (0..10).map(|_| print()).min().unwrap();
    assert!(fastest < Duration::from_millis(300), "{fastest:?}");
    // It still gets all of it.
    for line in lines.lock().unwrap().iter_mut() {
        let mut paper = Vec::new();
        line.read_to_end(&mut paper).unwrap();
        assert_eq!(paper, [&QUESTIONS[..], b"receipt"].concat());
    }
}

#[test]
fn a_printer_that_speaks_late_is_heard() {
    let shop = Shop::open_utf8();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let name = format!("tcp:{}", listener.local_addr().unwrap());
    let printer = std::thread::spawn(move || {
        let print = |responses: &[u8]| {
            let (mut line, _) = listener.accept().unwrap();
            let mut paper = Vec::new();
            line.read_to_end(&mut paper).unwrap();
            line.write_all(responses).unwrap();
        };
        print(b"");
        print(&[0x12, 0x72]);
    });
    shop.till.print_bytes(b"1", &name, 0).is(codes::OK);
    shop.till.print_bytes(b"2", &name, 0).is(codes::ERR_NO_PAPER);
    printer.join().unwrap();
}

#[test]
fn a_device_that_goes_away_in_the_middle_ends_the_print_and_not_the_program() {
    let shop = Shop::open_utf8();
    let device = shop.home().join("printer");
    assert!(std::process::Command::new("mkfifo").arg(&device).status().unwrap().success());
    let from = device.clone();
    let reader = std::thread::spawn(move || {
        let mut begun = [0; 2048];
        std::fs::File::open(from).unwrap().read_exact(&mut begun).unwrap();
    });
    // More than a pipe buffers. Writing to a pipe that nobody reads raises SIGPIPE.
    let name = format!("device:{}", device.display());
    shop.till.print_bytes(&vec![b'x'; 300_000], &name, 0).is(codes::ERR_NOT_PRINTED);
    reader.join().unwrap();
    shop.sell("B1", 100);
}

/// A device file: here a named pipe, which is not a plain file either.
#[test]
fn a_device_file_gets_the_bytes_and_a_plain_file_is_left_alone() {
    let (shop, receipt) = shop_with_receipt();
    let device = shop.home().join("printer");
    assert!(std::process::Command::new("mkfifo").arg(&device).status().unwrap().success());
    let from = device.clone();
    let paper = std::thread::spawn(move || std::fs::read(from).unwrap());
    shop.till.print_receipt(0, &format!("device:{}", device.display()), 0).is(codes::OK);
    assert_eq!(paper.join().unwrap(), receipt);

    let file = shop.home().join("file");
    std::fs::write(&file, "precious").unwrap();
    shop.till.print_receipt(0, &format!("device:{}", file.display()), 0).is(codes::ERR_NO_PRINTER);
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");

    // Nobody reads from the pipe: opening it blocks forever, but not the till.
    shop.till.print_receipt(0, &format!("device:{}", device.display()), 300).is(codes::ERR_PRINTER_OFFLINE);
}
