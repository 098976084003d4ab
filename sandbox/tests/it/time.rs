use std::time::{SystemTime, UNIX_EPOCH};

use wsy_sandbox::Settings;

use crate::{
    http,
    till::{Till, assert_refused, attr, sha1},
};

fn params() -> String {
    let sign = sha1("device_id=23&key=jdakjfakjfiariuq54n9fkjak9q9j4ro0o");
    format!("device_id=23&sign={sign}")
}

fn shown(till: &Till) -> String {
    let answer = till.get(&format!("/o2o_dmprinter/time.php?{}", params())).text();
    assert_eq!(attr(&answer, "ok"), Some("1"));
    attr(&answer, "time").unwrap().to_owned()
}

#[test]
fn it_is_beijing_time() {
    let till = Till::new();
    // The clock is turned back to the epoch, with some hours to spare for a slow machine.
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    till.control.set_settings(Settings { clock_skew_s: -now, ..Settings::default() });
    let time = shown(&till);
    assert!(time.starts_with("1970010108"), "{time}");
    assert_eq!(time.len(), 14);
}

#[test]
fn get_and_post_are_the_same() {
    let till = Till::new();
    let answer = http::form(till.sandbox.addr(), "/o2o_dmprinter/time.php", &params()).answer();
    assert_eq!(attr(&answer.text(), "ok"), Some("1"));
}

#[test]
fn a_wrong_sign_is_refused() {
    let till = Till::new();
    let answer = till.get("/o2o_dmprinter/time.php?device_id=23&sign=00").text();
    assert_refused(&answer, "签名错误");
}
