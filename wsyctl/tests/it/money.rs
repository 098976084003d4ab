//! Verdicts and their exit codes.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault};

use crate::desk::{Desk, Ran};

#[test]
fn a_payment_is_paid_once_and_zero_says_so() {
    let desk = Desk::activated();
    let code = desk.customer(Behaviour::Pays);
    let first = desk.json(&["pay", "B1", "12.50", &code]).exits(0).json();
    assert_eq!((&first["verdict"], &first["charge"]["total_fen"]), (&"paid".into(), &1250.into()));
    assert_eq!(first["recorded"], false);
    assert_eq!(desk.json(&["open"]).exits(0).json()["unfinished"], serde_json::json!([]));
    let again = desk.json(&["pay", "B1", "12.50", &code]).exits(6).json();
    assert_eq!((&again["verdict"], &again["first_told"]), (&"paid_earlier".into(), &first["charge"]["told"]));
    assert_eq!(desk.json(&["settle", "B1"]).exits(6).json()["code"], -5);
    assert_eq!(desk.control.book().unwrap().bills.len(), 1);
    let zh = desk.zh(&["pay", "B1", "12.50", &code]).exits(6);
    assert!(zh.out.starts_with("已付过款，不要再收款。"), "{}", zh.out);
    assert!(zh.out.contains("首次报告已支付：20"), "{}", zh.out);
    let en = desk.en(&["pay", "B1", "12.50", &code]).exits(6);
    assert!(en.out.contains("First reported as paid: 20"), "{}", en.out);
    let differs = desk.json(&["pay", "B1", "13", &code]).exits(4).json();
    assert_eq!((&differs["code"], &differs["money"]), (&(-147).into(), &"not_moved".into()));
}

#[test]
fn a_customer_without_money_is_not_paid_and_one_says_so() {
    let desk = Desk::activated();
    let code = desk.control.new_auth_code(&wsy_sandbox::NewAuthCode {
        balance_fen: Some(wsy_sandbox::Fen(1)),
        ..wsy_sandbox::NewAuthCode::wechat(Behaviour::Pays)
    });
    let code = code.unwrap().auth_code;
    let ran = desk.en(&["pay", "B1", "12.50", &code]).exits(1);
    assert!(ran.out.starts_with("Not paid: no money was taken."), "{}", ran.out);
}

#[test]
fn a_code_can_be_scanned_instead_and_is_not_shown_again() {
    let desk = Desk::activated();
    let code = desk.customer(Behaviour::Pays);
    let mut child = desk
        .command(&["--json", "pay", "B1", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{code}").unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).exits(0);
    assert!(!ran.out.contains(&code) && !ran.err.contains(&code), "{} {}", ran.out, ran.err);
}

#[test]
fn a_lost_response_is_unknown_then_open_then_settled() {
    let desk = Desk::activated();
    let lost = desk.lose("B1", "8").exits(3).json();
    assert_eq!((&lost["verdict"], &lost["money"]), (&"unknown".into(), &"may_have_moved".into()));
    let open = desk.en(&["open"]).exits(5);
    assert!(open.out.contains("NOT DECIDED") && open.out.contains("wsyctl settle"), "{}", open.out);
    assert!(desk.zh(&["open"]).exits(5).out.contains("未查清"));
    let settled = desk.json(&["settle"]).exits(5).json();
    assert_eq!(settled["charges"][0]["state"], "paid");
    assert_eq!(settled["unfinished"][0]["out_trade_no"], "B1");
    for name in ["open", "unresolved"] {
        assert_eq!(desk.json(&[name]).exits(5).json()["unfinished"][0]["out_trade_no"], "B1");
    }
    assert!(
        desk.en(&["doctor"]).exits(5).out.contains("paid, and nobody is known to have handed over the goods")
    );
    assert!(desk.zh(&["doctor"]).exits(5).out.contains("[注意] 未了结"));
    let en = desk.en(&["open"]).exits(5);
    assert!(en.out.starts_with("These bills are paid, and nobody is known to have heard it."), "{}", en.out);
    assert!(desk.zh(&["open"]).exits(5).out.contains("先弄清商品是否已交付"));
    assert_eq!(desk.json(&["settle", "B1"]).exits(0).json()["verdict"], "paid");
    desk.json(&["open"]).exits(0);
    assert_eq!(desk.json(&["settle", "B1"]).exits(6).json()["verdict"], "paid_earlier");
}

#[test]
fn a_payment_that_came_late_is_not_handed_over_without_asking() {
    let desk = Desk::activated();
    let code = desk.customer(Behaviour::NoMoney);
    desk.json(&["pay", "B1", "8", &code]).exits(1);
    let dm_id = desk.control.book().unwrap().bills[0].dm_id;
    desk.control.set_bill_outcome(dm_id, &BillOutcome::Paid).unwrap();
    desk.json(&["reconcile"]).exits(5);
    let settled = desk.en(&["settle", "B1"]).exits(0);
    for words in ["reported as not paid before", "paid in another way"] {
        assert!(settled.out.contains(words), "{words}: {}", settled.out);
    }
    assert!(!settled.out.contains("wsyctl settle NUMBER"), "{}", settled.out);
}

#[test]
fn a_person_decides_what_stays_undecided() {
    let desk = Desk::activated();
    desk.lose("B1", "8").exits(3);
    desk.json(&["decide", "B1", "not_paid", "--by", "Li"]).exits(2);
    desk.json(&["decide", "B1", "refunded", "--by", "Li", "--why", "cash"]).exits(2);
    desk.json(&["decide", "B2", "not_paid", "--by", "Li", "--why", "cash"]).exits(4);
    let until = Instant::now() + Duration::from_secs(60);
    desk.always(Call::Query, Fault::RequestLost);
    let decided = loop {
        desk.json(&["--option", "deadline_ms=1000", "settle", "B1"]).exits(3);
        let ran = desk.json(&["decide", "B1", "not_paid", "--by", "Li", "--why", "cash"]);
        if ran.exit == 0 {
            break ran.json();
        }
        assert_eq!(ran.exits(4).json()["code"], -158);
        assert!(Instant::now() < until, "it can never be decided");
    };
    desk.control.clear_faults();
    assert_eq!(decided["charge"]["state"], "decided_not_paid");
    desk.json(&["open"]).exits(0);
    let settled = desk.json(&["settle", "B1"]).exits(7).json();
    assert_eq!((&settled["verdict"], &settled["money"]), (&"decided".into(), &"decided".into()));
    assert!(desk.zh(&["settle", "B1"]).exits(7).out.contains("人工认定未支付"));
    assert_eq!(
        desk.json(&["decide", "B1", "paid", "--by", "Li", "--why", "x"]).exits(4).json()["code"],
        -157
    );
    desk.json(&["decide-refund", "R9", "keep", "--by", "Li", "--why", "x"]).exits(4);
    desk.json(&["decide-refund", "R9", "paid", "--by", "Li", "--why", "x"]).exits(2);
}

#[test]
fn a_day_is_closed_once() {
    let desk = Desk::activated();
    desk.sell("B1", "10");
    desk.json(&["refund", "B1", "4", "--refund-no", "R1"]).exits(0);
    desk.json(&["close-day"]).exits(2);
    assert_eq!(desk.json(&["close-day", "2999-01-01", "--by", "Li"]).exits(4).json()["code"], -159);
    let closed = desk.json(&["close-day", "--by", "Li"]).exits(0).json();
    assert_eq!((&closed["paid_fen"], &closed["refunded_fen"]), (&1000.into(), &400.into()));
    desk.sell("B2", "3");
    let again = desk.json(&["close-day", "--by", "Wang"]).exits(0).json();
    assert_eq!((&again["paid_fen"], &again["closed_by"]), (&1000.into(), &"Li".into()));
    assert!(
        desk.zh(&["close-day", "--by", "Wang"]).exits(0).out.contains("已日结：收款 10.00 元，退款 4.00 元")
    );
}

#[test]
fn only_old_bills_are_archived() {
    let desk = Desk::activated();
    desk.sell("B1", "10");
    desk.json(&["archive", "yesterday"]).exits(2);
    assert_eq!(desk.json(&["archive"]).exits(4).json()["code"], -175);
    desk.json(&["close-day", "--by", "Li"]).exits(0);
    let archived = desk.json(&["archive"]).exits(0).json();
    assert_eq!((&archived["archived"], &archived["stayed"]), (&0.into(), &0.into()));
    assert!(archived["ledger_bytes"].as_i64().is_some_and(|bytes| bytes > 0));
    assert!(desk.zh(&["archive"]).exits(0).out.contains("0 单移到归档文件"));
}

#[test]
fn a_refund_is_made_once_under_its_number() {
    let desk = Desk::activated();
    desk.sell("B1", "10");
    let refund = ["refund", "B1", "4", "--refund-no", "R1"];
    assert_eq!(desk.json(&refund).exits(0).json()["verdict"], "refunded");
    assert_eq!(desk.json(&refund).exits(0).json()["recorded"], true);
    let bill = desk.json(&["bill", "B1"]).exits(0).json();
    assert_eq!((&bill["bill"]["refunded_fen"], &bill["bill"]["refundable_fen"]), (&400.into(), &600.into()));
    let much = desk.zh(&["refund", "B1", "7", "--refund-no", "R2"]).exits(4);
    assert!(much.out.contains("退款金额超过还能退的金额"), "{}", much.out);
}

#[test]
fn a_refund_that_needs_a_person_says_what_to_look_at() {
    let desk = Desk::activated();
    desk.sell("B1", "10");
    let body = "<dm ok=\"0\" info=\"超过退款期限\"/>".to_owned();
    desk.once(Call::Refund, Fault::ResponseAfter { body });
    let told = desk.json(&["refund", "B1", "4", "--refund-no", "R1"]).exits(3).json();
    let open = desk.json(&["open"]).exits(5).json();
    for refund in [&told["refund"], &open["refunds"][0]] {
        assert!(refund["needs_person"].as_str().unwrap().contains("超过退款期限"), "{refund}");
    }
    assert!(desk.en(&["open"]).exits(5).out.contains("超过退款期限"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_a_customer_types_says_that_money_may_have_moved() {
    let desk = Desk::activated();
    let code = desk.customer(Behaviour::AsksPassword { ms: 600_000 });
    let child = desk
        .command(&["--lang", "en", "pay", "B1", "5", &code])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while desk.control.book().unwrap().bills.is_empty() {
        assert!(Instant::now() < until, "the charge did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let ran = Ran::from(child.wait_with_output().unwrap()).exits(3);
    assert!(ran.err.contains("MONEY MAY HAVE MOVED") && ran.err.contains("wsyctl settle"), "{}", ran.err);
    assert!(ran.out.contains("Unknown: the customer may have been charged."), "{}", ran.out);
    desk.json(&["open"]).exits(5);
}
