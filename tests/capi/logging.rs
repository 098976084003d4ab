//! The log: in its file and at the callback.

use std::fs;

use wsy_sandbox::{Call, Fault};

use crate::codes;
use crate::shop::{Setup, Shop};
use crate::till::{NONE, Page};

#[test]
fn every_step_of_a_payment_has_a_line_with_its_number_in_the_file_and_at_the_callback() {
    for page in Page::BOTH {
        let shop = Setup::default().page(page).open();
        shop.till.on_log("on").is(codes::OK);
        shop.once(Call::Micropay, Fault::ResponseLost);
        let paid = shop.sell("B-17", 100);
        shop.till.refund("R-18", "B-17", 30, NONE).is(codes::REFUNDED);
        let heard = shop.till.log();
        let file = fs::read_to_string(shop.folder().join("wsy.log")).unwrap();
        for line in &heard {
            assert!(file.contains(line), "not in the file: {line}");
        }
        for step in ["charge.intent", "micropay", "query_by_auth_code", "charge.paid"] {
            let found = heard.iter().any(|line| line.contains(step) && line.contains("out_trade_no=B-17"));
            assert!(found, "{step}: {heard:#?}");
        }
        for step in ["refund.intent", "refund.refunded"] {
            let found = heard.iter().any(|line| line.contains(step) && line.contains("out_refund_no=R-18"));
            assert!(found, "{step}: {heard:#?}");
        }
        assert!(heard.iter().any(|line| line.contains(paid.text("dm_id"))));
        let lost = shop.till.driver.log();
        assert!(
            lost.iter().any(|(level, line)| *level == 2 && page.decode(line).contains("micropay")),
            "no warning"
        );
        shop.till.on_log("off").is(codes::OK);
        shop.sell("B-19", 100);
        assert!(!shop.till.log().iter().any(|line| line.contains("B-19")));
    }
}

#[test]
fn what_the_platform_says_cannot_begin_a_line_of_its_own() {
    let shop = Shop::open_utf8();
    let body = "<dm ok=\"0\" info=\"余额不足&#10;2026-11-22 08:00:00.000 ERROR forged&#13;\" dm_id=\"dm5\"/>";
    shop.always(Call::Micropay, Fault::Response { body: body.to_owned() });
    shop.always(Call::Query, Fault::Response { body: body.to_owned() });
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::NOT_PAID);
    let file = fs::read_to_string(shop.folder().join("wsy.log")).unwrap();
    assert!(file.contains("forged"));
    assert!(file.lines().all(|line| !line.starts_with("2026-11-22 08:00:00.000 ERROR")), "{file}");
}

#[test]
fn the_log_rotates_and_the_oldest_lines_go() {
    let mut shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    let log = |name: &str| shop.folder().join(name);
    let old = |n: usize| format!("2026-01-01 00:00:00.000 INFO old {n}\n").repeat(30_000);
    fs::write(log("wsy.log"), old(0)).unwrap();
    for n in 1..=4 {
        fs::write(log(&format!("wsy.{n}.log")), old(n).get(..100).unwrap()).unwrap();
    }
    let begins =
        |path: std::path::PathBuf| fs::read_to_string(path).unwrap().lines().next().unwrap().to_owned();
    shop.start_again().is(codes::OK);
    shop.sell("B1", 100);
    let folder = shop.folder();
    assert!(fs::metadata(folder.join("wsy.log")).unwrap().len() < 100_000);
    for n in 1..=4 {
        let line = begins(folder.join(format!("wsy.{n}.log")));
        assert!(line.ends_with(&format!("old {}", n - 1)), "wsy.{n}.log: {line}");
    }
    assert!(!folder.join("wsy.5.log").exists());
    assert!(fs::read_to_string(folder.join("wsy.log")).unwrap().contains("out_trade_no=B1"));
}

#[test]
fn a_log_that_cannot_be_written_fails_no_payment() {
    let mut shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    fs::remove_file(shop.folder().join("wsy.log")).unwrap();
    fs::create_dir(shop.folder().join("wsy.log")).unwrap();
    shop.start_again().is(codes::OK);
    shop.sell("B1", 100);
    shop.agree();
}
