//! The first contact with a platform, in both readings of everything that its document leaves open.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;
use wsy_sandbox::{
    Behaviour, CloseTags, EmptyValues, Gs1List, Methods, NewDevice, Patterns, QueryPayType, Refusals,
    ReprintNumber, Settings, SignCase, Taken,
};

use crate::desk::{Desk, Ran};

/// The lines that the person types.
fn typed(desk: &Desk, lines: &[&str]) -> Ran {
    let mut command = desk.command(&["--json", "--lang", "en", "first-contact"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().unwrap();
    program.stdin.take().unwrap().write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    program.wait_with_output().unwrap().into()
}

/// Everything there is to try, with customers who pay.
fn everything(desk: &Desk, after_a_code: &[&str]) -> Ran {
    let other = desk.control.add_device(NewDevice::default()).unwrap();
    let codes = [(); 3].map(|()| desk.customer(Behaviour::Pays));
    let device = format!("{} {}", other.device_id, other.key);
    // The last lines are for a second try with bar codes, if the first was refused: then the `y` is not a
    // code, and is asked for again.
    let code = |n: usize| [&[&*codes[n]], after_a_code].concat();
    let (bar_code, second) = (["y", "6900138600889"], [&["y"], &*code(2)].concat());
    typed(desk, &[&*code(0), &[&*device], &bar_code, &code(1), &second, &["y"]].concat())
}

fn outcome<'a>(told: &'a Value, name: &str) -> (&'a str, Option<&'a str>) {
    let findings = told["findings"].as_array().unwrap();
    let found = findings.iter().find(|found| found["name"] == name);
    let found = found.unwrap_or_else(|| panic!("{name} is missing: {told}"));
    (found["outcome"].as_str().unwrap(), found["option"]["value"].as_str())
}

#[test]
fn a_platform_that_reads_as_expected_needs_no_options() {
    let desk = Desk::activated();
    let ran = everything(&desk, &[]).exits(0);
    let told = ran.json();
    for name in [
        "method",
        "time",
        "sign_case",
        "empty_values",
        "query_pay_type",
        "absent_sentences",
        "device_sentences",
        "patterns",
        "total_fee",
        "reprint_number",
        "own_device_only",
        "bill_lines",
        "refund",
        "gs1_list",
        "missing_end_tags",
    ] {
        assert_eq!(outcome(&told, name), ("expected", None), "{name}");
    }
    // Two payments of a fen, both refunded.
    let bills = desk.control.book().unwrap().bills;
    let sums: Vec<_> = bills.iter().map(|bill| (bill.total_fen.0, bill.refunds.len())).collect();
    assert_eq!(sums, [(1, 1), (1, 1)]);
}

#[test]
fn the_record_has_every_exchange_and_no_secret() {
    let desk = Desk::bare();
    let activation = desk.control.activation_code(None).unwrap();
    let code = desk.customer(Behaviour::Pays);
    let told = typed(&desk, &[&activation, &code, "", "y", ""]).exits(0).json();
    let record = std::fs::read_to_string(told["record"].as_str().unwrap()).unwrap();
    for said in
        ["[as expected] sign_case", "action=micropay", "action=refund", "app.php", "info=\"签名错误\""]
    {
        assert!(record.contains(said), "{said}: {record}");
    }
    assert!(record.contains("key=\"***\""));
    for secret in [&*code, &*activation] {
        assert!(!record.contains(secret), "{secret}");
    }
}

#[test]
fn nothing_moves_money_that_nobody_has_agreed_to() {
    let desk = Desk::activated();
    let told = typed(&desk, &[]).exits(0).json();
    assert_eq!(desk.control.book().unwrap().bills.len(), 0);
    assert_eq!(outcome(&told, "query_pay_type"), ("expected", None));
    // A payment that nobody wants back stays.
    let code = desk.customer(Behaviour::Pays);
    typed(&desk, &[&code, "", "", ""]).exits(0);
    let bill = desk.control.book().unwrap().bills.remove(0);
    assert!(bill.pay_id.is_some() && bill.refunds.is_empty());
}

#[test]
fn each_other_reading_is_found_with_the_option_that_mends_it() {
    type Change = fn(&mut Settings);
    let other: [(Change, &str, Option<&str>); 12] = [
        (|all| all.methods = Methods::all(Taken::Get), "refund_method", Some("GET")),
        (|all| all.methods = Methods::all(Taken::Post), "time_method", Some("POST")),
        (|all| all.readings.sign_case = SignCase::Lower, "sign_case", Some("lower")),
        (|all| all.readings.empty_values = EmptyValues::LeftOut, "empty_values", None),
        (|all| all.readings.query_pay_type = QueryPayType::PayType, "query_pay_type", Some("pay_type")),
        (|all| all.readings.reprint_number = ReprintNumber::Whole, "reprint_number", Some("whole")),
        (|all| all.readings.gs1_list = Gs1List::Section, "gs1_list", Some("section")),
        (|all| all.readings.patterns = Patterns::Perl, "patterns", None),
        (|all| all.readings.refusals = Refusals::Other, "absent_sentences", Some("没有相应的流水")),
        (
            |all| all.readings.refusals = Refusals::Other,
            "device_sentences",
            Some("机具号无效\n机具未开通\n验签未通过"),
        ),
        (|all| all.own_device_only = true, "own_device_only", None),
        (
            |all| all.close_tags = CloseTags { micropay: false, query: true, refund: true, read: false },
            "missing_end_tags",
            Some("1"),
        ),
    ];
    for (change, name, option) in other {
        let desk = Desk::activated();
        let mut settings = Settings::default();
        change(&mut settings);
        desk.control.set_settings(settings);
        // The payment type is asked for if no code determines it.
        let after_a_code: &[&str] = if name == "patterns" { &[""] } else { &[] };
        let told = everything(&desk, after_a_code).exits(5).json();
        assert_eq!(outcome(&told, name), ("otherwise", option), "{told}");
    }
}
