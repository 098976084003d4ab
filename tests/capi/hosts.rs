//! Hosts that handle signals, cancel threads, end them inside a call, fork in it, or give them small stacks.

use std::process::{Command, Output};

use wsy_sandbox::{Behaviour, Call};

use crate::authority::{Authority, TlsServer};
use crate::shop::Shop;
use crate::{build, codes};

/// The stack that wsy.h promises to be enough. The library under test is not optimised and needs more than
/// the shipped one.
const PROMISED: usize = 128 << 10;

fn host(shop: &Shop, what: &str, customer: Behaviour) -> Output {
    start(shop, what, customer, &shop.sandbox.base()).output().unwrap()
}

fn start(shop: &Shop, what: &str, customer: Behaviour, base: &str) -> Command {
    // A device belongs to one folder.
    shop.till.close().is(codes::OK);
    let code = shop.customer(customer);
    let mut command = Command::new(build::hosts());
    command.arg(what).arg(shop.home().join(what)).arg(base);
    command.args([&shop.device.device_id, &shop.device.key, &code]);
    command.arg(build::root().join("tests/vectors/receipt-font.ttf"));
    command
}

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    eprint!("{said}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_signal_of_the_host_is_handled_on_a_thread_of_the_host() {
    let shop = Shop::open_utf8();
    assert_eq!(done(&host(&shop, "signals", Behaviour::NeverAnswers)), "done");
}

#[test]
fn a_thread_that_is_cancelled_in_a_payment_ends_after_its_verdict() {
    let shop = Shop::open_utf8();
    assert_eq!(done(&host(&shop, "cancel", Behaviour::AsksPassword { ms: 500 })), "done");
}

#[test]
fn a_log_callback_that_was_removed_is_over() {
    let shop = Shop::open_utf8();
    assert_eq!(done(&host(&shop, "barrier", Behaviour::Pays)), "done");
}

#[test]
fn a_thread_that_was_ended_inside_a_call_holds_neither_the_close_nor_the_folder() {
    let shop = Shop::open_utf8();
    assert_eq!(done(&host(&shop, "ended", Behaviour::Pays)), "done");
}

#[test]
fn a_thread_that_was_ended_before_its_call_had_entered_does_not_hold_the_close() {
    let shop = Shop::open_utf8();
    assert_eq!(done(&host(&shop, "ended early", Behaviour::Pays)), "done");
}

#[test]
fn a_close_waits_for_what_a_thread_has_started_that_ended_at_once() {
    let shop = Shop::open_utf8();
    assert_eq!(done(&host(&shop, "starters", Behaviour::Pays)), "done");
}

#[test]
fn a_child_that_returns_from_the_log_callback_neither_sends_nor_writes() {
    let shop = Shop::open_utf8();
    let said = done(&host(&shop, "forks", Behaviour::Pays));
    let refunds: usize = said.strip_suffix(" done").unwrap().parse().unwrap();
    assert!(refunds > 2, "{said}");
    assert_eq!((shop.sent(Call::Micropay).len(), shop.sent(Call::Refund).len()), (1, refunds));
    assert_eq!(shop.bill().refunds.len(), refunds);
}

#[test]
fn no_call_needs_more_stack_than_the_header_says() {
    let shop = Shop::open_utf8();
    // Encryption needs most.
    let authority = Authority::new("an example's authority");
    let server = TlsServer::start(shop.sandbox.addr(), authority.certify(&["127.0.0.1", "localhost"]));
    shop.control.set_config(&shop.device.device_id, "server", Some(&server.base())).unwrap();
    let mut host = start(&shop, "stack", Behaviour::Pays, &server.base());
    let said = done(&host.arg(authority.ca_file()).output().unwrap());
    assert!(server.read() > 0);
    let (most, call) = said.split_once(' ').unwrap();
    assert!(most.parse::<usize>().unwrap() <= PROMISED, "{call} needs {most}");
    let header = std::fs::read_to_string(build::root().join("include/wsy.h")).unwrap();
    assert!(header.contains(&format!("{} KB of stack", PROMISED >> 10)));
}

#[test]
fn a_serial_port_is_set_up_as_its_name_says() {
    let shop = Shop::open_utf8();
    assert_eq!(done(&host(&shop, "serial", Behaviour::Pays)), "done");
}
