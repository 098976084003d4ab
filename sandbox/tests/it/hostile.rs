//! Platforms that say one thing and do another, and books that lag, split and change without a till's
//! knowledge.

use std::{io::Write, num::NonZeroU32};

use wsy_sandbox::{
    Behaviour, BillStateWord, Call, Control, Fault, FaultOrder, Fen, NewAuthCode, NewDevice, PhoneAnswer,
    Says, Settings,
};

use crate::{
    http,
    till::{Till, WECHAT, assert_refused, attr, eventually, fresh_code},
};

/// Longer than any test.
const AGE_MS: u64 = 3_600_000;

fn says(till: &Till, on: Call, says: Says) {
    till.fault(on, Fault::Says(says));
}

#[test]
fn a_sentence_is_answered_while_the_platform_acts_before_later_or_never() {
    let till = Till::new();
    let sentence = Says::failed("网络超时，请稍后查询支付结果");
    says(&till, Call::Micropay, sentence.clone());
    assert_refused(&till.micropay(&fresh_code(), WECHAT, "1"), "网络超时，请稍后查询支付结果");
    assert!(till.bills().is_empty() && !till.last_request().acted, "never");

    says(&till, Call::Micropay, sentence.clone().acting_after(0));
    assert_refused(&till.micropay(&fresh_code(), WECHAT, "1"), "网络超时，请稍后查询支付结果");
    assert_eq!(till.bills()[0].state, BillStateWord::Paid, "before it answered");

    says(&till, Call::Micropay, sentence.clone().acting_after(AGE_MS));
    till.micropay(&fresh_code(), WECHAT, "1");
    assert_eq!(till.bills().len(), 1, "not yet");

    says(&till, Call::Micropay, sentence.acting_after(10));
    till.micropay(&fresh_code(), WECHAT, "1");
    eventually("a late bill", || (till.bills().len() == 2).then_some(()));
}

#[test]
fn a_response_names_its_own_bill_another_or_none() {
    let till = Till::new();
    let dm_id = till.paid("1");
    let busy = || Says::failed("查询过于频繁");
    for (fault, named) in [(busy(), None), (busy().of_own(), Some(&*dm_id)), (busy().of("dm7"), Some("dm7"))]
    {
        says(&till, Call::Query, fault);
        let response = till.query(&dm_id);
        assert_eq!((attr(&response, "ok"), attr(&response, "dm_id")), (Some("0"), named));
    }
    says(&till, Call::Query, busy().of_own());
    assert_eq!(attr(&till.query("dm5"), "dm_id"), Some("dm5"), "the number asked for, there or not");

    // The bill of a charge exists once the platform has acted.
    let phone = NewAuthCode::wechat(Behaviour::AsksPhone { ms: AGE_MS });
    let code = till.control.new_auth_code(&phone).unwrap().auth_code;
    says(&till, Call::Micropay, Says::failed("支付失败:银行系统异常").of_own().acting_after(0));
    let response = till.micropay(&code, WECHAT, "1");
    let booked = &till.bills()[1];
    assert_eq!(attr(&response, "dm_id"), Some(&*booked.dm_id.to_string()));
    assert_eq!(booked.state, BillStateWord::Paying);
    says(&till, Call::Query, busy().of_own());
    let response = till.op(&[("action", "query"), ("authcode", &code)]);
    assert_eq!(attr(&response, "dm_id"), Some(&*booked.dm_id.to_string()));
    says(&till, Call::Query, busy().of_own());
    assert_eq!(attr(&till.op(&[("action", "query"), ("authcode", &fresh_code())]), "dm_id"), None);
}

#[test]
fn a_response_contradicts_itself() {
    let till = Till::new();
    let says_both = Says::failed("支付成功").ok("-1").with("OK", "1").with("total", "9.99").with_element("0");
    says(&till, Call::Query, says_both);
    assert_eq!(
        till.query("dm5"),
        "<dm ok=\"-1\" info=\"支付成功\" OK=\"1\" total=\"9.99\">\n<ok>0</ok>\n</dm>"
    );
}

#[test]
fn a_refund_is_made_later_than_it_is_said_to_be_in_processing() {
    let till = Till::new();
    let dm_id = till.paid("1");
    says(&till, Call::Refund, Says::failed("退款处理中").of_own().acting_after(10));
    assert_eq!(attr(&till.refund(&dm_id, "0.40"), "dm_id"), Some(&*dm_id));
    eventually("a late refund", || (till.bills()[0].refunds.len() == 1).then_some(()));
    says(&till, Call::Refund, Says::failed("退款处理中"));
    till.refund(&dm_id, "0.40");
    assert_eq!(till.bills()[0].refunds.len(), 1, "never made");
}

#[test]
fn a_stale_reading_shows_what_was_there_then() {
    let till = Till::new();
    let stale = |on| till.fault(on, Fault::Stale { ms: AGE_MS });
    let dm_id = till.paid("1");
    till.refund(&dm_id, "0.40");
    assert_eq!(attr(&till.read(&dm_id), "refund_total"), Some("-0.40"));
    for call in [Call::Read, Call::Query] {
        stale(call);
        let ask = || if call == Call::Read { till.read(&dm_id) } else { till.query(&dm_id) };
        assert_refused(&ask(), "订单不存在");
        assert_eq!(attr(&ask(), "ok"), Some("1"), "it is there again");
    }
    stale(Call::Micropay);
    assert_eq!(attr(&till.micropay(&fresh_code(), WECHAT, "1"), "ok"), Some("1"), "only readings lag");
}

/// A platform whose clock advances after the charge and again after the payment, so that a lag falls in
/// between.
fn at_hour(control: &Control, hour: i64) {
    control.set_settings(Settings { clock_skew_s: 3600 * hour, ..Settings::default() });
}

#[test]
fn a_bill_that_lags_is_first_not_there_then_paying_then_paid_then_refunded() {
    let till = Till::new();
    let phone = NewAuthCode::wechat(Behaviour::AsksPhone { ms: AGE_MS });
    let code = till.control.new_auth_code(&phone).unwrap().auth_code;
    let dm_id = attr(&till.micropay(&code, WECHAT, "1"), "dm_id").unwrap().to_owned();
    at_hour(&till.control, 2);
    till.control.answer_on_phone(dm_id.parse().unwrap(), PhoneAnswer::Confirm).unwrap();
    at_hour(&till.control, 4);
    till.refund(&dm_id, "0.40");
    let shown = |hours_ago: u64| {
        till.fault(Call::Read, Fault::Stale { ms: hours_ago * 3_600_000 });
        let response = till.read(&dm_id);
        (attr(&response, "ok").map(str::to_owned), attr(&response, "refund_total").map(str::to_owned))
    };
    let is = |ok: &str, refunded: Option<&str>| (Some(ok.to_owned()), refunded.map(str::to_owned));
    assert_eq!(shown(5), is("0", None));
    assert_eq!(shown(3), is("-1", None));
    assert_eq!(shown(1), is("1", None));
    assert_eq!(shown(0), is("1", Some("-0.40")));
}

#[test]
fn a_refund_is_booked_in_several_lines() {
    let till = Till::new();
    let refund_lines = NonZeroU32::new(2);
    till.control.set_settings(Settings { refund_lines, ..Settings::default() });
    let dm_id = till.paid("10");
    let wallet = till.bills()[0].wallet_id;
    let before = till.control.wallet(wallet).unwrap().balance_fen;
    assert_eq!(attr(&till.refund(&dm_id, "4.01"), "total"), Some("-4.01"));
    let lines: Vec<_> = till.bills()[0].refunds.iter().map(|line| line.refund_fen).collect();
    assert_eq!(lines, [Fen(201), Fen(200)]);
    assert_eq!(attr(&till.read(&dm_id), "refund_total"), Some("-4.01"));
    assert_eq!(till.control.wallet(wallet).unwrap().balance_fen, Fen(before.0 + 401));
    till.control.refund_bill(dm_id.parse().unwrap(), Fen(100)).unwrap();
    assert_eq!(till.bills()[0].refunds.len(), 3, "the back office's stay whole");
}

#[test]
fn the_back_office_refunds_before_or_after_a_request_is_acted_on() {
    for (after, shown) in [(false, Some("-0.40")), (true, None)] {
        let till = Till::new();
        let dm_id = till.paid("1");
        till.fault(Call::Read, Fault::BackOffice { refund_fen: Fen(40), after });
        assert_eq!(attr(&till.read(&dm_id), "refund_total"), shown);
        assert_eq!(attr(&till.read(&dm_id), "refund_total"), Some("-0.40"));
    }
    let till = Till::new();
    till.fault(Call::Micropay, Fault::BackOffice { refund_fen: Fen(100), after: true });
    let dm_id = till.paid("1");
    assert_eq!(attr(&till.read(&dm_id), "refund_total"), Some("-1.00"));
    till.fault(Call::Read, Fault::BackOffice { refund_fen: Fen(1), after: false });
    assert_eq!(attr(&till.read(&dm_id), "ok"), Some("1"), "no more than is left");
    till.fault(Call::Read, Fault::BackOffice { refund_fen: Fen(1), after: false });
    assert_refused(&till.read("dm5"), "订单不存在");
}

#[test]
fn a_bill_is_shown_to_its_own_device_only() {
    let mut till = Till::new();
    let dm_id = till.paid("1");
    till.device = till.control.add_device(NewDevice::default()).unwrap();
    assert_eq!(attr(&till.read(&dm_id), "ok"), Some("1"));
    till.control.set_settings(Settings { own_device_only: true, ..Settings::default() });
    assert_refused(&till.query(&dm_id), "订单不存在");
    assert_refused(&till.read(&dm_id), "订单不存在");
    assert_refused(&till.refund(&dm_id, "1"), "订单不存在");
    let own = till.paid("1");
    assert_eq!(attr(&till.query(&own), "ok"), Some("1"));
}

#[test]
fn a_second_delivery_comes_later() {
    let till = Till::new();
    let dm_id = till.paid("1");
    till.fault(Call::Refund, Fault::DeliveredTwice { first: true, ms: AGE_MS });
    assert_eq!(attr(&till.refund(&dm_id, "0.40"), "ok"), Some("1"), "the first response does not wait");
    assert_eq!(till.bills()[0].refunds.len(), 1);
    till.fault(Call::Refund, Fault::DeliveredTwice { first: true, ms: 10 });
    till.refund(&dm_id, "0.10");
    eventually("the second delivery", || (till.bills()[0].refunds.len() == 3).then_some(()));
    till.fault(Call::Refund, Fault::DeliveredTwice { first: false, ms: 10 });
    assert_refused(&till.refund(&dm_id, "0.30"), "退款金额超过可退金额");
    assert_eq!(till.bills()[0].refunds.len(), 4, "the first delivery was made");
}

#[test]
fn a_leftover_response_waits_on_the_connection() {
    let till = Till::new();
    let order = FaultOrder::once(Call::Time, Fault::Leftover { body: "<dm ok=\"1\" info=\"旧\" />".into() });
    till.control.add_fault(order);
    let mut stream = http::connect(till.sandbox.addr());
    let ask = |close: &str| format!("GET /o2o_dmprinter/time.php HTTP/1.1\r\nHost: x\r\n{close}\r\n");
    stream.write_all(ask("").as_bytes()).unwrap();
    stream.write_all(ask("Connection: close\r\n").as_bytes()).unwrap();
    let received = http::receive(stream);
    let text = String::from_utf8(received.bytes).unwrap();
    let responses: Vec<_> = text.split("HTTP/1.1 200 OK").skip(1).collect();
    assert_eq!(responses.len(), 3, "{text}");
    assert!(
        responses[1].ends_with("content-length: 24\r\n\r\n<dm ok=\"1\" info=\"旧\" />"),
        "{}",
        responses[1]
    );
    assert_eq!(till.control.requests().bytes_sent, text.len() as u64);
}

#[test]
fn the_new_faults_read_as_documented() {
    let till = Till::new();
    for fault in [
        r#"{"kind":"says","info":"系统繁忙","dm_id":"own","attributes":{"total":"1.00"},"element":"1","acts_ms":0}"#,
        r#"{"kind":"stale","ms":600000}"#,
        r#"{"kind":"leftover","body":"<dm />"}"#,
        r#"{"kind":"back_office","refund_fen":30,"after":true}"#,
        r#"{"kind":"delivered_twice","ms":9}"#,
    ] {
        let order = format!(r#"{{"on":"any","fault":{fault}}}"#);
        let response = http::json(till.sandbox.addr(), "POST", "/_sandbox/faults", &order);
        assert_eq!(response.status, 204, "{fault}: {}", response.text());
    }
    assert_eq!(till.control.faults().len(), 5);
    for nonsense in [r#"{"kind":"says","sentence":"x"}"#, r#"{"kind":"stale"}"#, r#"{"kind":"back_office"}"#]
    {
        let order = format!(r#"{{"on":"any","fault":{nonsense}}}"#);
        assert_eq!(
            http::json(till.sandbox.addr(), "POST", "/_sandbox/faults", &order).status,
            422,
            "{nonsense}"
        );
    }
    for (settings, status) in
        [(r#"{"own_device_only":true,"refund_lines":2}"#, 200), (r#"{"refund_lines":0}"#, 422)]
    {
        let response = http::json(till.sandbox.addr(), "PUT", "/_sandbox/settings", settings);
        assert_eq!(response.status, status, "{settings}");
    }
}
