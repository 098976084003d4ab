use std::{net::TcpListener, path::Path};

use wsy_sandbox::{
    Behaviour, BillStateWord, Call, Fault, NewAuthCode, Options, Sandbox, StartError, Storage,
};

use crate::{
    http,
    till::{Till, WECHAT, attr, eventually, fresh_code, micropay},
};

fn in_file(path: &Path) -> Options {
    Options { book: Storage::File(path.to_owned()), ..Options::default() }
}

#[test]
fn the_book_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let mut till = Till::with(in_file(&path));
    let code = till.code(&NewAuthCode::wechat(Behaviour::AsksPassword { ms: 1 }));
    let dm_id = till.paid("1");
    till.refund(&dm_id, "0.25");
    till.micropay(&code, WECHAT, "2");
    let before = till.control.book().unwrap();
    till.sandbox.stop();

    till.sandbox = Sandbox::start(in_file(&path)).unwrap();
    till.control = till.sandbox.control();
    assert_eq!(attr(&till.read(&dm_id), "refund_total"), Some("-0.25"));
    let paid = |bill: &wsy_sandbox::BillView| bill.state == BillStateWord::Paid;
    let after = eventually("both paid", || {
        Some(till.control.book().unwrap()).filter(|book| book.bills.iter().all(paid))
    });
    assert_eq!(after.devices, before.devices);
    assert_eq!(after.bills[0], before.bills[0]);
    assert!(till.paid("1") > dm_id);
}

/// On its own address, because other tests take ports as soon as they are free.
#[cfg(target_os = "linux")]
#[test]
fn the_port_is_free_after_a_stop() {
    let till = Till::with(Options { listen: "127.0.0.77:0".parse().unwrap(), ..Options::default() });
    let addr = till.sandbox.addr();
    let idle = http::connect(addr);
    till.fault(Call::Micropay, Fault::Delay { ms: 600_000 });
    let signed = till.signed(&micropay(&fresh_code(), WECHAT, "1"));
    let busy = http::send(addr, &http::request("GET", &format!("/o2o-dm/op.php?{signed}"), "", ""));
    eventually("arrival", || till.control.requests().requests.pop());
    till.sandbox.stop();
    assert!(http::receive(idle).bytes.is_empty());
    assert!(http::receive(busy).bytes.is_empty());
    drop(TcpListener::bind(addr).unwrap());
    let again = Sandbox::start(Options { listen: addr, ..Options::default() }).unwrap();
    assert_eq!(again.base(), format!("http://{addr}"));
}

#[test]
fn other_machines_are_not_let_in_by_accident() {
    let options = Options { listen: "0.0.0.0:0".parse().unwrap(), ..Options::default() };
    assert!(matches!(Sandbox::start(options), Err(StartError::NotLoopback(_))));
}

#[test]
fn a_taken_port_is_an_error() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let options = Options { listen: sandbox.addr(), ..Options::default() };
    assert!(matches!(Sandbox::start(options), Err(StartError::Listen(addr, _)) if addr == sandbox.addr()));
}

#[test]
fn a_file_that_is_no_book_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    std::fs::write(&path, "not a book, and long enough that it cannot be taken for an empty one".repeat(20))
        .unwrap();
    assert!(matches!(Sandbox::start(in_file(&path)), Err(StartError::Book(_))));
}

#[test]
fn tills_at_once() {
    let till = Till::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..5).for_each(|_| drop(till.paid("1"))));
        }
    });
    let mut pay_ids: Vec<_> = till.bills().into_iter().map(|bill| bill.pay_id).collect();
    pay_ids.dedup();
    assert_eq!(pay_ids.len(), 40);
    assert_eq!(till.control.requests().requests.len(), 40);
}

#[test]
fn one_code_at_once_is_charged_once() {
    let till = Till::new();
    let code = fresh_code();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| till.micropay(&code, WECHAT, "1"));
        }
    });
    assert_eq!(till.bills().len(), 1);
}
