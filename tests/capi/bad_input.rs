//! Callers' mistakes: each has its own code, and nothing is sent.

use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, Call};

use crate::codes;
use crate::driver::Driver;
use crate::shop::{NOBODY, Setup, Shop};
use crate::till::{NONE, Page, Pairs, Till, hex_arg};

#[test]
fn a_charge_with_a_wrong_argument_is_refused_with_a_code_of_its_own() {
    let shop = Shop::open_utf8();
    let good = shop.wechat();
    let long = "1".repeat(65);
    let cases: &[(&str, &str, i32, Pairs, i32)] = &[
        ("B", "", 100, NONE, codes::ERR_AUTH_CODE),
        ("B", "13abc45678901234567", 100, NONE, codes::ERR_AUTH_CODE),
        ("B", "130000000", 100, NONE, codes::ERR_AUTH_CODE),
        ("B", "130000000000000000000000000000000", 100, NONE, codes::ERR_AUTH_CODE),
        ("B", "1300000000000000 01", 100, NONE, codes::ERR_AUTH_CODE),
        ("B", "１３０００００００００００００００Ｘ", 100, NONE, codes::ERR_AUTH_CODE),
        ("B", &good, 0, NONE, codes::ERR_AMOUNT),
        ("B", &good, -1, NONE, codes::ERR_AMOUNT),
        ("B", &good, i32::MIN, NONE, codes::ERR_AMOUNT),
        ("B", &good, i32::MAX, NONE, codes::ERR_AMOUNT),
        ("B", &good, 100_000_001, NONE, codes::ERR_AMOUNT),
        ("", &good, 100, NONE, codes::ERR_OUT_TRADE_NO),
        (&long, &good, 100, NONE, codes::ERR_OUT_TRADE_NO),
        ("B 1", &good, 100, NONE, codes::ERR_OUT_TRADE_NO),
        ("单1", &good, 100, NONE, codes::ERR_OUT_TRADE_NO),
        ("B\n", &good, 100, NONE, codes::ERR_OUT_TRADE_NO),
        ("B", &good, 100, &[("paytype", "cash")], codes::ERR_PAY_TYPE),
        ("B", "990000000000000001", 100, NONE, codes::ERR_PAY_TYPE),
        ("B", &good, 100, &[("deadline_ms", "0")], codes::ERR_OPTIONS),
        ("B", &good, 100, &[("deadline_ms", "soon")], codes::ERR_OPTIONS),
        ("B", &good, 100, &[("deadline_ms", "3600001")], codes::ERR_OPTIONS),
        ("B", &good, 100, &[("noremind", "yes")], codes::ERR_OPTIONS),
        ("B", &good, 100, &[("gs1", "690"), ("info", "x")], codes::ERR_OPTIONS),
        ("B", &good, 100, &[("operator_id", "a\u{1}b")], codes::ERR_PARAM),
        ("B", &good, 100, &[("operator_id", "a\nb")], codes::ERR_PARAM),
        ("B", &good, 100, &[("sign", "x")], codes::ERR_PARAM),
        ("B", &good, 100, &[("key", "x")], codes::ERR_PARAM),
        ("B", &good, 100, &[("total", "0.01")], codes::ERR_PARAM),
        ("B", &good, 100, &[("authcode", "1")], codes::ERR_PARAM),
        ("B", &good, 100, &[("device_id", "1")], codes::ERR_PARAM),
        ("B", &good, 100, &[("action", "refund")], codes::ERR_PARAM),
        ("B", &good, 100, &[("", "x")], codes::ERR_PARAM),
        ("B", &good, 100, &[("操作员", "x")], codes::ERR_PARAM),
        ("B", &good, 100, &[("a b", "x")], codes::ERR_PARAM),
        ("B", &good, 100, &[("infoaddo", "a\u{7}")], codes::ERR_PARAM),
        ("B", &good, 100, &[("gs1", "69,x\u{1}")], codes::ERR_PARAM),
    ];
    shop.silent(|| {
        for (bill, code, fen, params, error) in cases {
            for reply in [
                shop.till.micropay(bill, code, *fen, params),
                shop.till.micropay_start(1, bill, code, *fen, params),
            ] {
                let case = format!("{bill:?} {code:?} {fen} {params:?}");
                assert_eq!(codes::name(reply.code), codes::name(*error), "{case}");
                assert_eq!(reply.text("money"), "not_moved");
                assert!(!reply.text("advice_zh").is_empty() && !reply.text("advice_en").is_empty());
                assert!(!reply.text("hint_zh").is_empty() && !reply.text("hint_en").is_empty());
            }
        }
    });
    // They leave no trace.
    assert!(shop.till.day("").is(codes::OK).list("charge").is_empty());
    shop.till.raw(&["payment_poll", "1"]).is(codes::ERR_HANDLE);
}

#[test]
fn a_refund_with_a_wrong_argument_is_refused_with_a_code_of_its_own() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 500);
    let long = "1".repeat(65);
    let cases: &[(&str, &str, i32, Pairs, i32)] = &[
        ("", "B1", 100, NONE, codes::ERR_OUT_REFUND_NO),
        (&long, "B1", 100, NONE, codes::ERR_OUT_REFUND_NO),
        ("退1", "B1", 100, NONE, codes::ERR_OUT_REFUND_NO),
        ("void-1", "B1", 100, NONE, codes::ERR_OUT_REFUND_NO),
        ("R1", "B1", 0, NONE, codes::ERR_AMOUNT),
        ("R1", "B1", -100, NONE, codes::ERR_AMOUNT),
        ("R1", "B1", i32::MAX, NONE, codes::ERR_AMOUNT),
        ("R1", "B2", 100, NONE, codes::ERR_NO_BILL),
        ("R1", "", 100, NONE, codes::ERR_NO_BILL),
        ("R1", "B1", 100, &[("deadline_ms", "-1")], codes::ERR_OPTIONS),
        ("R1", "B1", 100, &[("refund", "0.01")], codes::ERR_PARAM),
        ("R1", "B1", 100, &[("x", "\u{7f}")], codes::ERR_PARAM),
    ];
    shop.silent(|| {
        for (refund, bill, fen, params, error) in cases {
            for reply in [
                shop.till.refund(refund, bill, *fen, params),
                shop.till.refund_start(1, refund, bill, *fen, params),
            ] {
                let case = format!("{refund:?} {bill:?} {fen} {params:?}");
                assert_eq!(codes::name(reply.code), codes::name(*error), "{case}");
            }
        }
    });
    shop.agree();
}

#[test]
fn text_that_is_not_in_the_code_page_is_an_error_and_not_mojibake() {
    let cases: [(Page, &[&[u8]]); 2] = [
        (Page::Utf8, &[b"\xd6\xd0", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe4\xb8"]),
        (Page::Gbk, &[b"\xd6", b"\xff\xff", b"\xd6\x20", b"\x81\x7f"]),
    ];
    for (page, wrong) in cases {
        let shop = Setup::default().page(page).open();
        let code = shop.wechat();
        let (good, code) = (shop.till.arg("B1"), shop.till.arg(&code));
        shop.till.raw(&["params_new", "9", &page.number().to_string()]).is(codes::OK);
        shop.silent(|| {
            for bytes in wrong {
                let bad = hex_arg(bytes);
                for words in [
                    vec!["micropay", "0", &bad, &code, "100", "-"],
                    vec!["micropay", "0", &good, &bad, "100", "-"],
                    vec!["micropay_start", "0", &bad, &code, "100", "-", "1"],
                    vec!["refund", "0", &bad, &good, "-", "100", "-"],
                    vec!["refund", "0", &good, &bad, "-", "100", "-"],
                    vec!["refund", "0", &good, "-", &bad, "100", "-"],
                    vec!["void", "0", &bad, "-"],
                    vec!["settle", "0", &bad, "-"],
                    vec!["query_auth_code", "0", &bad, "100", "-"],
                    vec!["query_order", "0", &bad, "100", "-"],
                    vec!["read_bill", "0", &bad, "-", "-"],
                    vec!["reprint", "0", "-", &bad, "-"],
                    vec!["find", "0", &bad],
                    vec!["find_refund", "0", &bad],
                    vec!["day", "0", &bad],
                    vec!["activate", "0", &bad, "-", "-"],
                    vec!["activate", "0", &good, &bad, "-"],
                    vec!["set_device", "0", &good, &bad],
                    vec!["params_set", "9", &bad, &good],
                    vec!["params_set", "9", &good, &bad],
                ] {
                    let reply = shop.till.raw(&words);
                    assert_eq!(codes::name(reply.code), "WSY_ERR_TEXT", "{words:?}");
                    assert!(!reply.given);
                }
            }
        });
    }
}

#[test]
fn an_argument_that_is_missing_is_an_error() {
    let shop = Shop::open_utf8();
    let (bill, code) = (shop.till.arg("B1"), shop.till.arg(&shop.wechat()));
    shop.till.raw(&["params_new", "9", "65001"]).is(codes::OK);
    shop.silent(|| {
        for words in [
            vec!["micropay", "0", "-", &code, "100", "-"],
            vec!["micropay", "0", &bill, "-", "100", "-"],
            vec!["refund", "0", "-", &bill, "-", "100", "-"],
            vec!["void", "0", "-", "-"],
            vec!["settle", "0", "-", "-"],
            vec!["query_auth_code", "0", "-", "100", "-"],
            vec!["query_order", "0", "-", "100", "-"],
            vec!["find", "0", "-"],
            vec!["find_refund", "0", "-"],
            vec!["activate", "0", "-", "-", "-"],
            vec!["set_device", "0", "-", &bill],
            vec!["set_device", "0", &bill, "-"],
            vec!["params_set", "9", "-", &bill],
            vec!["params_set", "9", &bill, "-"],
            vec!["params_new", "8", "1252"],
            vec!["open", "5", "-", "65001", "-"],
            vec!["open", "5", "=", "65001", "-"],
            vec!["open", "5", &bill, "1252", "-"],
            vec!["yuan_to_fen", "-"],
        ] {
            let code = shop.till.raw(&words).code;
            assert_eq!(codes::name(code), "WSY_ERR_ARGUMENT", "{words:?}");
        }
    });
}

#[test]
fn a_device_without_license_or_with_a_rule_for_amounts_is_refused_before_anything_is_sent() {
    let shop = Setup::default().config("license_micropay", "0").open();
    let code = shop.wechat();
    shop.silent(|| shop.till.micropay("B1", &code, 100, NONE).is(codes::ERR_NOT_LICENSED));
    shop.control.set_config(&shop.device.device_id, "license_micropay", Some("1")).unwrap();
    shop.till.config(1).is(codes::OK);
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);

    let shop = Setup::default().config("micropay_total_regex", r"^\d+\.00$").open();
    let code = shop.wechat();
    shop.silent(|| shop.till.micropay("B1", &code, 101, NONE).is(codes::ERR_AMOUNT_NOT_ALLOWED));
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
}

#[test]
fn an_option_that_is_not_known_or_out_of_range_is_an_error_of_open() {
    let shop = Shop::open_utf8();
    let till = Till::new(Driver::spawn(), 0, Page::Utf8);
    let folder = shop.home().join("other");
    let ca = shop.home().join("ca.pem");
    std::fs::write(&ca, "no certificate").unwrap();
    // Valid armour around an invalid certificate.
    let hollow = shop.home().join("hollow.pem");
    let armour = ["-----BEGIN CERTIFICATE-----", "bm8gY2VydGlmaWNhdGU=", "-----END CERTIFICATE-----", ""];
    std::fs::write(&hollow, armour.join("\n")).unwrap();
    let missing = shop.home().join("missing.pem");
    let cases = [
        ("colour", "red", codes::ERR_OPTIONS),
        ("Base", "http://127.0.0.1:1", codes::ERR_OPTIONS),
        ("poll_ms", "49", codes::ERR_OPTIONS),
        ("poll_ms", "60001", codes::ERR_OPTIONS),
        ("quiet_ms", "99", codes::ERR_OPTIONS),
        ("deadline_ms", "0", codes::ERR_OPTIONS),
        ("first_query_ms", "", codes::ERR_OPTIONS),
        ("connect_ms", "1e3", codes::ERR_OPTIONS),
        ("response_ms", "99999999999999999999", codes::ERR_OPTIONS),
        ("prepare", "2", codes::ERR_OPTIONS),
        ("prepare_ms", "0", codes::ERR_OPTIONS),
        ("prepare_ms", "3600001", codes::ERR_OPTIONS),
        ("prepare_age_ms", "99", codes::ERR_OPTIONS),
        ("prepare_age_ms", "60001", codes::ERR_OPTIONS),
        ("refresh_config", "true", codes::ERR_OPTIONS),
        ("base", "", codes::ERR_BASE),
        ("base", "dct.semoor.cn", codes::ERR_BASE),
        ("base", "ftp://127.0.0.1", codes::ERR_BASE),
        ("base", "http://", codes::ERR_BASE),
        ("base", "http://a b", codes::ERR_BASE),
        ("base", "http://127.0.0.1/?x=1", codes::ERR_BASE),
        ("proxy", "::", codes::ERR_BASE),
        ("ca_file", missing.to_str().unwrap(), codes::ERR_CA_FILE),
        ("ca_file", ca.to_str().unwrap(), codes::ERR_CA_FILE),
        ("ca_file", hollow.to_str().unwrap(), codes::ERR_CA_FILE),
    ];
    for (name, value, error) in cases {
        let reply = till.open(&folder, &[(name, value)]);
        assert_eq!(codes::name(reply.code), codes::name(error), "{name}={value}");
        assert!(reply.given && !reply.text("detail").is_empty());
        till.close().is(codes::ERR_HANDLE);
    }
    assert!(!folder.exists(), "an open that failed left a folder");
}

#[test]
fn a_folder_that_cannot_be_a_data_folder_is_an_error_of_open() {
    let shop = Shop::open_utf8();
    let till = Till::new(Driver::spawn(), 0, Page::Utf8);
    let file = shop.home().join("file");
    std::fs::write(&file, "").unwrap();
    till.open(&file, NONE).is(codes::ERR_FOLDER);
    till.open(&file.join("below"), NONE).is(codes::ERR_FOLDER);
    let locked = shop.home().join("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o500)).unwrap();
    // Locks do not stop root.
    if std::fs::write(locked.join("probe"), "").is_err() {
        till.open(&locked, NONE).is(codes::ERR_FOLDER);
    }
}

#[test]
fn a_folder_is_open_once() {
    let shop = Shop::open_utf8();
    let same_program = Till::new(shop.till.driver.clone(), 1, Page::Gbk);
    let other_program = Till::new(Driver::spawn(), 0, Page::Utf8);
    for (till, code) in [(&same_program, codes::ERR_ALREADY_OPEN), (&other_program, codes::ERR_FOLDER_IN_USE)]
    {
        shop.silent(|| shop.open(till).is(code));
        till.close().is(codes::ERR_HANDLE);
    }
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    shop.open(&other_program).is(codes::OK);
    other_program.find("B1").is(codes::OK);
    other_program.driver.leave();
    shop.open(&same_program).is(codes::OK);
}

#[test]
fn a_ledger_that_is_damaged_or_none_is_kept_and_refused() {
    let mut shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    let file = shop.folder().join("ledger.db");
    let good = std::fs::read(&file).unwrap();
    let mut no_header = good.clone();
    no_header[..16].fill(0);
    let foreign = |name: &str, sql: &str| {
        let path = shop.home().join(name);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        std::fs::read(path).unwrap()
    };
    let (versioned, plain) = (
        foreign("versioned.db", "CREATE TABLE t (x); PRAGMA user_version = 7;"),
        foreign("plain.db", "CREATE TABLE t (x);"),
    );
    for (what, bytes) in [
        ("garbage", b"this is no ledger, and it is long enough to be looked at as one".repeat(40)),
        ("no header", no_header),
        ("a database of another program", versioned),
        ("a database of another program without version", plain),
    ] {
        std::fs::write(&file, &bytes).unwrap();
        let reply = shop.start_again();
        assert_eq!(codes::name(reply.code), "WSY_ERR_LEDGER_DAMAGED", "{what}: {}", reply.text("detail"));
        assert!(std::fs::read(&file).unwrap() == bytes, "{what} was changed");
    }
    std::fs::write(&file, good).unwrap();
    shop.start_again().is(codes::OK);
}

#[test]
fn a_ledger_of_a_newer_version_is_refused_and_left_alone() {
    let mut shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    let folder = shop.folder();
    // Returns the version that it had.
    let set_version = |version: i32| -> i32 {
        let ledger = Connection::open(folder.join("ledger.db")).unwrap();
        let before = ledger.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        ledger.pragma_update(None, "user_version", version).unwrap();
        before
    };
    let version = set_version(99);
    shop.start_again().is(codes::ERR_LEDGER_NEWER);
    set_version(version);
    shop.start_again().is(codes::OK);
    assert_eq!(shop.till.find("B1").is(codes::OK).text("state"), "paid");
    shop.agree();
}

#[test]
fn queries_are_refused_before_anything_is_sent_when_their_arguments_are_wrong() {
    let shop = Shop::open_utf8();
    shop.silent(|| {
        shop.till.query_auth_code("12", 100, NONE).is(codes::ERR_AUTH_CODE);
        shop.till.query_auth_code("130000000000000001", 0, NONE).is(codes::ERR_AMOUNT);
        shop.till.query_order("dm1", -5, NONE).is(codes::ERR_AMOUNT);
        shop.till.query_order("dm1", 5, &[("sign", "1")]).is(codes::ERR_PARAM);
        shop.till.query_order("dm1", 5, &[("noremind", "2")]).is(codes::ERR_OPTIONS);
        shop.till.settle("B9", NONE).is(codes::ERR_NO_BILL);
        shop.till.find("B9").is(codes::ERR_NO_BILL);
        shop.till.settle("B9", &[("x", "1")]).is(codes::ERR_OPTIONS);
        shop.till.recover(&[("x", "1")]).is(codes::ERR_OPTIONS);
        shop.till.config(2).is(codes::ERR_ARGUMENT);
    });
}

#[test]
fn a_till_without_device_sends_nothing_but_an_activation() {
    let shop = Setup::default().without_device().open();
    shop.silent(|| {
        shop.till.micropay("B1", "130000000000000001", 100, NONE).is(codes::ERR_NOT_ACTIVATED);
        shop.till.micropay_start(1, "B1", "130000000000000001", 100, NONE).is(codes::ERR_NOT_ACTIVATED);
        shop.till.refund_order("R1", "", "dm1", 100).is(codes::ERR_NOT_ACTIVATED);
        shop.till.query_auth_code("130000000000000001", 100, NONE).is(codes::ERR_NOT_ACTIVATED);
        shop.till.query_order("dm1", 100, NONE).is(codes::ERR_NOT_ACTIVATED);
        shop.till.read_bill("", "dm1").is(codes::ERR_NOT_ACTIVATED);
        shop.till.time().is(codes::ERR_NOT_ACTIVATED);
        shop.till.config(1).is(codes::ERR_NOT_ACTIVATED);
    });
    assert!(shop.till.day("").is(codes::OK).list("charge").is_empty());
}

#[test]
fn the_environments_proxy_is_not_used_and_a_proxy_of_the_options_is() {
    // The programs of these tests all have a proxy in their environment where nobody listens.
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::Pays);
    let till = Till::new(Driver::spawn(), 0, Page::Utf8);
    let proxy = [("proxy", NOBODY), ("base", &shop.sandbox.base())];
    till.open(&shop.home().join("other"), &proxy).is(codes::OK);
    till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    till.config(1).is(codes::ERR_NOT_SENT);
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
}

#[test]
fn amounts_are_read_and_written_to_the_fen() {
    let till = Till::new(Driver::spawn(), 0, Page::Utf8);
    for (yuan, fen) in [
        ("12.50", 1250),
        ("0.01", 1),
        ("1", 100),
        ("0.1", 10),
        ("1000000.00", 100_000_000),
        (".5", 50),
        ("1,234.50", 123_450),
        ("1,000,000.00", 100_000_000),
        (" 1.00元 ", 100),
        (" 1", 100),
        ("1\r\n", 100),
    ] {
        for page in Page::BOTH {
            let reply = till.raw(&["yuan_to_fen", &hex_arg(&page.encode(yuan))]).is(codes::OK);
            assert_eq!(reply.value, Some(fen), "{yuan}");
        }
    }
    for yuan in [
        "",
        "0",
        "0.00",
        "-1",
        "+1",
        "1.234",
        "1.",
        ".",
        "1,23",
        "1,2345",
        ",123",
        "1,234,",
        "1.234,50",
        "0,001",
        "00,100",
        "001,000.00",
        "1 2",
        "1元1",
        "1e2",
        "１",
        "1000000.01",
        "1,000,000.01",
        "99999999999",
    ] {
        let reply = till.raw(&["yuan_to_fen", &till.arg(yuan)]).is(codes::ERR_AMOUNT);
        assert_eq!(reply.value, Some(-7), "{yuan} was read");
    }
    for (fen, yuan) in [
        (1250, "12.50"),
        (1, "0.01"),
        (0, "0.00"),
        (-5, "-0.05"),
        (i32::MIN, "-21474836.48"),
        (i32::MAX, "21474836.47"),
    ] {
        let reply = till.raw(&["fen_to_yuan", &fen.to_string()]).is(codes::OK);
        assert_eq!(reply.said.as_deref(), Some(yuan));
    }
}
