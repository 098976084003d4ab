//! Undoing a bill.

use wsy_sandbox::{Behaviour, Call, Fault, FaultOrder};

use crate::desk::Desk;

#[test]
fn a_paid_bill_is_undone_once() {
    let desk = Desk::activated();
    desk.sell("B1", "10");
    desk.json(&["refund", "B1", "4", "--refund-no", "R1"]).exits(0);
    let void = desk.json(&["void", "B1"]).exits(0).json();
    assert_eq!((&void["verdict"], &void["money"]), (&"refunded".into(), &"moved".into()));
    assert_eq!(void["refund"]["refund_fen"], 600);
    desk.json(&["void", "B1"]).exits(0);
    assert_eq!(desk.control.book().unwrap().bills[0].refunds.len(), 2);
    // An unknown number, no number, and one number too many.
    assert_eq!(desk.json(&["void", "B9"]).exits(4).json()["code"], -151);
    desk.json(&["void"]).exits(2);
    desk.json(&["void", "B1", "B2"]).exits(2);
}

#[test]
fn a_bill_that_is_not_paid_need_not_be_undone() {
    let desk = Desk::activated();
    let code = desk.customer(Behaviour::Declines { reason: "银行卡交易受限".into() });
    desk.json(&["pay", "B1", "10", &code]).exits(1);
    let void = desk.json(&["void", "B1"]).exits(1).json();
    assert_eq!((&void["verdict"], &void["charge"]["out_trade_no"]), (&"not_paid".into(), &"B1".into()));
    assert!(desk.zh(&["void", "B1"]).exits(1).out.starts_with("这一单没有收到款"));
    assert!(desk.en(&["void", "B1"]).exits(1).out.contains("no need to void it again"));
}

#[test]
fn a_bill_that_was_refunded_in_full_need_not_be_undone() {
    let desk = Desk::activated();
    desk.sell("B1", "10");
    desk.json(&["refund", "B1", "10", "--refund-no", "R1"]).exits(0);
    let void = desk.json(&["void", "B1"]).exits(4).json();
    assert_eq!((&void["code"], &void["money"]), (&(-149).into(), &"not_moved".into()));
    assert!(void["message"].as_str().unwrap().contains("no need to void it again"), "{void}");
}

#[test]
fn a_void_that_was_cut_short_is_listed_and_ended_by_another() {
    let desk = Desk::activated();
    desk.sell("B1", "10");
    desk.control.add_fault(FaultOrder::once(Call::Refund, Fault::ResponseLost));
    desk.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    let unknown = desk.json(&["--option", "deadline_ms=300", "void", "B1"]).exits(3).json();
    assert_eq!((&unknown["verdict"], &unknown["money"]), (&"unknown".into(), &"may_have_moved".into()));
    assert!(unknown["advice"].as_str().unwrap().contains("wsyctl void again"), "{unknown}");
    desk.control.clear_faults();
    assert!(desk.en(&["doctor"]).exits(5).out.contains("Run wsyctl void for each."));
    desk.json(&["void", "B1"]).exits(0);
    desk.json(&["open"]).exits(0);
    assert_eq!(desk.control.book().unwrap().bills[0].refunds.len(), 1);
}

#[test]
fn a_void_that_the_platform_does_not_response_says_that_it_is_not_done() {
    let desk = Desk::activated();
    desk.sell("B1", "10");
    desk.always(Call::Read, Fault::RequestLost);
    let silent = desk.json(&["void", "B1"]).exits(4).json();
    assert_eq!((&silent["code"], &silent["money"]), (&(-161).into(), &"not_moved".into()));
    assert!(silent["message"].as_str().unwrap().contains("not voided yet"), "{silent}");
    assert!(desk.zh(&["void", "B1"]).exits(4).out.contains("再运行 wsyctl void"));
    assert!(desk.en(&["open"]).exits(5).out.contains("B1"));
}

#[test]
fn doctor_shows_where_the_config_is_read_and_where_charges_go() {
    let desk = Desk::activated();
    let base = desk.sandbox.base();
    desk.control
        .set_config(&desk.control.book().unwrap().devices[0].device_id, "server", Some(&base))
        .unwrap();
    let doctor = desk.en(&["doctor"]).exits(0);
    let line = doctor.out.lines().find(|line| line.contains("servers")).unwrap();
    assert!(
        line.contains(&format!("read at {base} (--base)")) && line.contains(&format!("sent to {base}")),
        "{line}"
    );
    // The given address does not replace the server of the saved config.
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wsyctl"));
    command.args(["--lang", "en", "--base", "http://127.0.0.1:1", "--option", "allowed_hosts=127.0.0.1"]);
    let ran: crate::desk::Ran =
        command.arg("--folder").arg(desk.folder()).arg("doctor").output().unwrap().into();
    let line = ran.out.lines().find(|line| line.contains("servers")).unwrap_or_else(|| panic!("{}", ran.out));
    assert!(
        line.contains("read at http://127.0.0.1:1 ") && line.contains(&format!("sent to {base}")),
        "{line}"
    );
}
