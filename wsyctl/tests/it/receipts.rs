//! `receipt`: shown, as a picture, printed, from the ledger.

use std::io::{Read, Write};
use std::net::TcpListener;

use wsy_sandbox::{Call, Fault};

use crate::desk::Desk;

const FONT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/receipt-font.ttf");

#[test]
fn a_receipt_is_shown_as_text_in_the_columns_of_the_paper() {
    let desk = Desk::activated();
    desk.sell("B1", "6.66");
    let ran = desk.en(&["receipt", "B1"]).exits(0);
    assert!(ran.out.contains("6.66") && !ran.out.contains('\u{1b}'), "{}", ran.out);
    assert_eq!(desk.json(&["receipt", "B1"]).exits(0).json()["source"], "platform");
    assert_eq!(desk.json(&["receipt", "NONE"]).exits(4).json()["code"], -151);

    let columns = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let narrow = desk.en(&["receipt", "B1", "--mm", "58", "--copy"]).exits(0).out;
    assert!(narrow.lines().all(|line| columns(line) <= 32), "{narrow}");
    assert_eq!(narrow.lines().next().unwrap().trim(), "补打");
    desk.en(&["receipt", "B1", "--mm", "60"]).exits(2);
}

#[test]
fn a_receipt_becomes_a_picture() {
    let desk = Desk::activated();
    desk.sell("B1", "6.66");
    let file = desk.home().join("小票.png");
    let file = file.to_str().unwrap();
    let ran = desk.json(&["receipt", "B1", "--png", file, "--font", FONT]).exits(0).json();
    assert_eq!(ran["png"], file);
    assert!(std::fs::read(file).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));

    let nowhere = desk.home().join("nowhere/receipt.png");
    desk.en(&["receipt", "B1", "--png", nowhere.to_str().unwrap(), "--font", FONT]).exits(4);
    assert_eq!(desk.json(&["receipt", "B1", "--png", file, "--font", file]).exits(4).json()["code"], -167);
    desk.en(&["receipt", "B1", "--font", FONT]).exits(2);
}

#[test]
fn a_receipt_is_printed_on_a_network_printer() {
    let desk = Desk::activated();
    desk.sell("B1", "6.66");
    let printer = TcpListener::bind("127.0.0.1:0").unwrap();
    let name = format!("tcp:{}", printer.local_addr().unwrap());
    let paper = std::thread::spawn(move || {
        let (mut line, _) = printer.accept().unwrap();
        let mut asked = [0; 6];
        line.read_exact(&mut asked).unwrap();
        line.write_all(&[0x12, 0x12]).unwrap();
        let mut paper = Vec::new();
        line.read_to_end(&mut paper).unwrap();
        paper
    });
    let ran = desk.json(&["receipt", "B1", "--printer", &name]).exits(0).json();
    let printinfo = ran["printinfo"].as_str().unwrap();
    assert_eq!(paper.join().unwrap(), wsy::protocol::receipt::escpos(printinfo));

    assert_eq!(desk.json(&["receipt", "B1", "--printer", "tcp:127.0.0.1:1"]).exits(4).json()["code"], -171);
    assert_eq!(desk.json(&["receipt", "B1", "--printer", "the printer"]).exits(4).json()["code"], -170);
}

#[test]
fn the_ledger_has_the_receipt_where_the_platform_has_none_and_those_of_refunds() {
    let desk = Desk::activated();
    desk.sell("B1", "6.66");
    let refund = ["refund", "B1", "1", "--refund-no", "R1"];
    desk.en(&refund).exits(0);
    let ran = desk.json(&["receipt", "--refund-no", "R1"]).exits(0).json();
    assert_eq!(ran["source"], "ledger");
    assert!(ran["receipt"].as_str().unwrap().contains("1.00"), "{ran}");
    assert_eq!(desk.json(&["receipt", "--refund-no", "R2"]).exits(4).json()["code"], -151);

    desk.always(Call::Reprint, Fault::RequestLost);
    let ran = desk.json(&["receipt", "B1", "--copy"]).exits(0).json();
    assert_eq!(ran["source"], "ledger");
    let receipt = ran["receipt"].as_str().unwrap();
    assert!(receipt.starts_with("补打") && receipt.contains("6.66"), "{receipt}");
}

#[test]
fn an_order_is_named_as_a_receipt_prints_it_and_the_series_as_it_is_given() {
    let desk = Desk::activated();
    desk.sell("B1", "6.66");
    let bill = desk.json(&["bill", "B1"]).exits(0).json();
    let dm_id = bill["bill"]["dm_id"].as_str().unwrap();
    for number in [&dm_id[2..], &dm_id.to_uppercase(), bill["bill"]["lines"][0]["pay_id"].as_str().unwrap()] {
        let named = desk.json(&["bill", "--dm-id", number]).exits(0).json();
        assert_eq!(named["bill"]["dm_id"], dm_id, "{number}");
        desk.en(&["receipt", "--dm-id", number, "--custom-series", "3"]).exits(0);
    }
    assert_eq!(desk.json(&["bill", "--dm-id", "abc"]).exits(4).json()["code"], -174);
    assert_eq!(desk.json(&["bill", "--dm-id", "abc", "--any-number"]).exits(4).json()["code"], -151);
    desk.en(&["bill", "B1", "--any-number"]).exits(2);
    desk.en(&["receipt", "B1", "--custom-series", "x"]).exits(2);
}
