use wsy_sandbox::{Behaviour, NewAuthCode};

use crate::till::{Till, WECHAT, assert_refused, attr};

pub fn reprint(till: &Till, dm_id: &str) -> String {
    let response = till.get(&format!("/o2o-dm/pay_printinfo.php?reprint&dm_id={dm_id}&custom_series"));
    assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
    response.text()
}

#[test]
fn a_paid_bill_is_printed_again() {
    let till = Till::new();
    let dm_id = till.paid("12.30");
    let receipt = reprint(&till, dm_id.strip_prefix("dm").unwrap());
    assert!(receipt.starts_with(r"\x1b\x40\x1D\x21\x11\x1b\x4d\x02微信支付凭证"));
    assert!(receipt.contains("￥12.30") && !receipt.contains("1970-01-01"));
    assert!(receipt.contains(&till.bills()[0].pay_time.clone().unwrap()));
}

#[test]
fn anything_else_prints_the_epoch() {
    let till = Till::new();
    let dm_id = till.paid("1");
    let silent = till.code(&NewAuthCode::wechat(Behaviour::NeverAnswers));
    let paying = till.micropay(&silent, WECHAT, "1");
    let paying = attr(&paying, "dm_id").unwrap().strip_prefix("dm").unwrap();
    for number in [dm_id.as_str(), "1", "abc", paying] {
        let receipt = reprint(&till, number);
        assert!(receipt.contains("付款时间: 1970-01-01 08:00:00"), "{receipt}");
        assert!(receipt.contains("0.00") && receipt.contains(&format!("凭 证 号: {number}\n")));
    }
}

#[test]
fn the_request_is_checked() {
    let till = Till::new();
    let path = "/o2o-dm/pay_printinfo.php";
    assert_refused(&till.get(&format!("{path}?dm_id=1&custom_series")).text(), "缺少参数: reprint");
    assert_refused(&till.get(&format!("{path}?reprint&dm_id=1")).text(), "缺少参数: custom_series");
    assert_refused(&till.get(&format!("{path}?reprint&custom_series=0")).text(), "缺少参数: dm_id");
    let post = crate::http::form(till.sandbox.addr(), path, "reprint&dm_id=1&custom_series").response();
    assert_refused(&post.text(), "请求方式错误");
}
