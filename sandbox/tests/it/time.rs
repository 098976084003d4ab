use std::time::{SystemTime, UNIX_EPOCH};

use wsy_sandbox::{Methods, Settings, Taken};

use crate::{
    http,
    till::{Till, assert_refused, attr, sha1},
};

fn params() -> String {
    let sign = sha1("device_id=23&key=jdakjfakjfiariuq54n9fkjak9q9j4ro0o");
    format!("device_id=23&sign={sign}")
}

fn shown(till: &Till) -> String {
    let response = till.get(&format!("/o2o_dmprinter/time.php?{}", params())).text();
    assert_eq!(attr(&response, "ok"), Some("1"));
    attr(&response, "time").unwrap().to_owned()
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
    let response = http::form(till.sandbox.addr(), "/o2o_dmprinter/time.php", &params()).response();
    assert_eq!(attr(&response.text(), "ok"), Some("1"));
}

#[test]
fn a_wrong_sign_is_refused() {
    let till = Till::new();
    let response = till.get("/o2o_dmprinter/time.php?device_id=23&sign=00").text();
    assert_refused(&response, "签名错误");
}

#[test]
fn a_platform_may_take_one_method_only() {
    let till = Till::new();
    let address = till.sandbox.addr();
    let target = format!("/o2o_dmprinter/time.php?{}", params());
    for (time, get, post, allowed) in
        [(Taken::Get, 200, 405, "GET"), (Taken::Post, 405, 200, "POST"), (Taken::Both, 200, 200, "")]
    {
        let methods = Methods { time, ..Methods::default() };
        till.control.set_settings(Settings { methods, ..Settings::default() });
        till.control.clear_requests();
        let responses =
            [till.get(&target), http::form(address, "/o2o_dmprinter/time.php", &params()).response()];
        assert_eq!([responses[0].status, responses[1].status], [get, post]);
        for refused in responses.iter().filter(|response| response.status == 405) {
            assert_eq!(refused.header("allow"), Some(allowed));
        }
        let requests = till.control.requests().requests;
        assert!(
            requests.iter().all(|request| request.acted == (request.status == Some(200))),
            "{requests:#?}"
        );
    }
}
