use std::{
    io::Write,
    time::{Duration, Instant},
};

use encoding_rs::GBK;
use wsy_sandbox::{Call, Fault, FaultOrder, FaultTarget, RequestEntry, Settings};

use crate::{
    http::{self, Received},
    till::{Till, WECHAT, assert_refused, attr, eventually, fresh_code, micropay},
};

/// A charge under a fault, and the platform's state afterwards.
struct Hit {
    till: Till,
    received: Received,
    request: RequestEntry,
    bills: usize,
}

fn hit(fault: Fault) -> Hit {
    let till = Till::new();
    let name = fault.name();
    till.fault(Call::Micropay, fault);
    let received = till.send(&micropay(&fresh_code(), WECHAT, "1.00"));
    let request = till.last_request();
    assert_eq!(request.fault, Some(name));
    assert!(till.control.faults().is_empty(), "used up");
    let bills = till.bills().len();
    assert_eq!(request.acted, bills > 0);
    Hit { till, received, request, bills }
}

fn assert_silent(received: &Received) {
    assert!(received.bytes.is_empty(), "{received:?}");
    assert!(received.end.is_ok(), "an orderly close: {received:?}");
}

#[test]
fn response_lost() {
    let hit = hit(Fault::ResponseLost);
    assert_silent(&hit.received);
    assert_eq!((hit.bills, hit.request.status), (1, None));
}

#[test]
fn request_lost() {
    let hit = hit(Fault::RequestLost);
    assert_silent(&hit.received);
    assert_eq!((hit.bills, hit.request.status), (0, None));
}

#[test]
fn delay() {
    let start = Instant::now();
    let hit = hit(Fault::Delay { ms: 80 });
    assert!(start.elapsed() >= Duration::from_millis(80));
    assert_eq!((hit.received.response().status, hit.bills), (200, 1));
}

#[test]
fn delay_acts_before_it_waits() {
    let till = Till::new();
    till.fault(Call::Micropay, Fault::Delay { ms: 600_000 });
    let signed = till.signed(&micropay(&fresh_code(), WECHAT, "1"));
    let request = http::request("GET", &format!("/o2o-dm/op.php?{signed}"), "", "");
    let _open = http::send(till.sandbox.addr(), &request);
    eventually("a bill", || (till.bills().len() == 1).then_some(()));
    assert_eq!(till.last_request().status, None);
}

#[test]
fn delay_before_acts_though_the_till_hung_up() {
    let till = Till::new();
    till.fault(Call::Micropay, Fault::DelayBefore { ms: 100 });
    let signed = till.signed(&micropay(&fresh_code(), WECHAT, "1"));
    let request = http::request("GET", &format!("/o2o-dm/op.php?{signed}"), "", "");
    let open = http::send(till.sandbox.addr(), &request);
    eventually("arrival", || till.control.requests().requests.pop());
    drop(open);
    eventually("a bill", || (till.bills().len() == 1).then_some(()));
}

/// A charge whose connection closes at once, and which the platform processes later.
fn late_by(ms: u64) -> (Till, String) {
    let till = Till::new();
    till.fault(Call::Micropay, Fault::Late { ms });
    let code = fresh_code();
    assert_silent(&till.send(&micropay(&code, WECHAT, "1")));
    (till, code)
}

#[test]
fn what_is_late_is_not_there_before() {
    let (till, code) = late_by(600_000);
    assert_refused(&till.op(&[("action", "query"), ("authcode", &code)]), "订单不存在");
    assert!(!till.control.requests().requests[0].acted);
}

#[test]
fn late() {
    let (till, code) = late_by(20);
    eventually("a late bill", || (till.bills().len() == 1).then_some(()));
    eventually("the log", || till.control.requests().requests[0].acted.then_some(()));
    assert_eq!(attr(&till.op(&[("action", "query"), ("authcode", &code)]), "ok"), Some("1"));
}

#[test]
fn held_acts_and_responses_once_it_is_let_go() {
    let let_go: [fn(&Till); 2] = [
        |till| till.control.clear_faults(),
        |till| till.control.remove_faults(Call::Micropay.into(), "held"),
    ];
    for let_go in let_go {
        let till = Till::new();
        till.control.add_fault(FaultOrder::always(Call::Micropay, Fault::Held));
        let code = fresh_code();
        let signed = till.signed(&micropay(&code, WECHAT, "1"));
        let request = http::request("GET", &format!("/o2o-dm/op.php?{signed}"), "", "");
        let held = http::send(till.sandbox.addr(), &request);
        eventually("a bill", || (till.bills().len() == 1).then_some(()));
        // Nothing else waits, and removing faults of other kinds releases nothing.
        assert_eq!(attr(&till.op(&[("action", "query"), ("authcode", &code)]), "ok"), Some("1"));
        till.control.remove_faults(Call::Micropay.into(), "delay");
        assert_eq!(till.control.requests().requests[0].status, None);
        let_go(&till);
        assert_eq!(attr(&http::receive(held).response().text(), "ok"), Some("1"));
        assert_eq!(attr(&till.micropay(&fresh_code(), WECHAT, "1"), "ok"), Some("1"));
    }
}

#[test]
fn delivered_twice() {
    let second = hit(Fault::DeliveredTwice { first: false, ms: 0 });
    assert_refused(&second.received.response().text(), "授权码已使用");
    let first = hit(Fault::DeliveredTwice { first: true, ms: 0 });
    assert_eq!(attr(&first.received.response().text(), "ok"), Some("1"));
    assert_eq!((first.bills, second.bills), (1, 1));
}

#[test]
fn a_refund_delivered_twice_pays_twice() {
    let till = Till::new();
    let dm_id = till.paid("1");
    till.fault(Call::Refund, Fault::DeliveredTwice { first: true, ms: 0 });
    till.refund(&dm_id, "0.40");
    assert_eq!(attr(&till.read(&dm_id), "refund_total"), Some("-0.80"));
}

#[test]
fn reset_after() {
    for bytes in [0, 1, 40] {
        let hit = hit(Fault::ResetAfter { bytes });
        assert_eq!(hit.received.bytes.len() as u64, bytes);
        assert!(hit.received.was_reset(), "{:?}", hit.received.end);
        assert_eq!(hit.bills, 1);
    }
}

#[test]
fn a_response_shorter_than_the_cut_is_whole() {
    let hit = hit(Fault::ResetAfter { bytes: 1 << 20 });
    assert_eq!(attr(&hit.received.response().text(), "ok"), Some("1"));
}

#[test]
fn truncated() {
    for bytes in [0, 25] {
        let hit = hit(Fault::Truncated { bytes });
        let response = hit.received.response();
        let announced: u64 = response.header("content-length").unwrap().parse().unwrap();
        assert!(announced > 100);
        assert_eq!(response.body.len() as u64, bytes);
        assert!(hit.received.end.is_ok());
        assert_eq!(hit.bills, 1);
    }
}

#[test]
fn trickle() {
    let till = Till::new();
    till.fault(Call::Micropay, Fault::Trickle { ms_per_byte: 1 });
    let code = fresh_code();
    let mut pairs = micropay(&code, WECHAT, "1").to_vec();
    pairs.push(("noremind", ""));
    let start = Instant::now();
    let received = till.send(&pairs);
    assert_eq!(attr(&received.response().text(), "ok"), Some("1"));
    assert!(start.elapsed() >= Duration::from_millis(received.bytes.len() as u64 - 1));
}

#[test]
fn status() {
    for code in [500, 502, 503, 504] {
        for before in [true, false] {
            let hit = hit(Fault::Status { code: code.try_into().unwrap(), before });
            let response = hit.received.response();
            assert_eq!((response.status, hit.request.status), (code, Some(code)));
            assert!(response.text().starts_with("<html>"));
            assert_eq!(hit.bills, usize::from(!before));
        }
    }
}

#[test]
fn garbage_is_the_same_for_the_same_seed() {
    let bodies = [7, 7, 8].map(|seed| hit(Fault::Garbage { seed, bytes: 300 }).received.response().body);
    assert_eq!(bodies[0].len(), 300);
    assert_eq!(bodies[0], bodies[1]);
    assert_ne!(bodies[0], bodies[2]);
}

#[test]
fn html() {
    let (before, after) = (hit(Fault::Html), hit(Fault::HtmlAfter));
    for page in [&before, &after] {
        let response = page.received.response();
        assert_eq!(response.status, 200);
        assert!(response.text().contains("WiFi"));
    }
    assert_eq!((before.bills, after.bills), (0, 1));
}

#[test]
fn gbk() {
    let hit = hit(Fault::Gbk);
    let response = hit.received.response();
    assert_eq!(response.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(String::from_utf8(response.body.clone()).is_err());
    let (text, _, broken) = GBK.decode(&response.body);
    assert!(!broken && text.contains("支付成功"));
}

#[test]
fn redirect() {
    let hit = hit(Fault::Redirect { location: "http://elsewhere.test/".into() });
    let response = hit.received.response();
    assert_eq!((response.status, hit.bills), (302, 0));
    assert_eq!(response.header("location"), Some("http://elsewhere.test/"));
}

#[test]
fn huge() {
    let hit = hit(Fault::Huge { bytes: 3_000_000 });
    let response = hit.received.response();
    assert!(response.body.len() > 3_000_000);
    assert_eq!(attr(&response.text(), "ok"), Some("1"));
}

#[test]
fn verbatim() {
    let body = "<dm ok=\"1\"".to_owned();
    let (before, after) =
        (hit(Fault::Response { body: body.clone() }), hit(Fault::ResponseAfter { body: body.clone() }));
    assert_eq!(before.received.response().text(), body);
    assert_eq!(after.received.response().text(), body);
    assert_eq!((before.bills, after.bills), (0, 1));
}

#[test]
fn wrong_total_and_order() {
    let total = hit(Fault::WrongTotal { total: "9.99".into() });
    assert_eq!(attr(&total.received.response().text(), "total"), Some("9.99"));
    assert_eq!(total.till.bills()[0].total_fen.0, 100);
    let order = hit(Fault::WrongOrder { dm_id: "dm7".into() });
    assert_eq!(attr(&order.received.response().text(), "dm_id"), Some("dm7"));
}

#[test]
fn still_paying() {
    let hit = hit(Fault::StillPaying);
    let response = hit.received.response().text();
    assert_eq!(attr(&response, "ok"), Some("-1"));
    assert_eq!(attr(&hit.till.query(attr(&response, "dm_id").unwrap()), "ok"), Some("1"));
}

#[test]
fn refusals() {
    for (fault, info, bills) in [
        (Fault::NotFound, "订单不存在", 0),
        (Fault::SignError, "签名错误", 0),
        (Fault::SignErrorAfter, "签名错误", 1),
        (Fault::DeviceError, "设备不存在", 0),
    ] {
        let hit = hit(fault);
        assert_refused(&hit.received.response().text(), info);
        assert_eq!(hit.bills, bills);
    }
}

#[test]
fn a_config_says_it_in_its_own_words() {
    let till = Till::new();
    till.fault(Call::Config, Fault::DeviceError);
    let response = till.get("/o2o_dmprinter/app.php").text();
    assert_eq!(response, r#"<dm ok="-1" info="设备密钥错误" />"#);
}

#[test]
fn a_receipt_not_found_is_the_one_never_paid() {
    let till = Till::new();
    till.fault(Call::Reprint, Fault::NotFound);
    let receipt = till.get("/o2o-dm/pay_printinfo.php?reprint&dm_id=5&custom_series").text();
    assert!(receipt.contains("1970-01-01 08:00:00") && receipt.contains("凭 证 号: 5\n"));
}

#[test]
fn every_call_can_be_hit() {
    let till = Till::new();
    for (call, target) in [
        (Call::Activate, "/o2o_dmprinter/app_device_register.php"),
        (Call::Config, "/o2o_dmprinter/app.php"),
        (Call::Time, "/o2o_dmprinter/time.php"),
        (Call::Micropay, "/o2o-dm/op.php?action=micropay"),
        (Call::Query, "/o2o-dm/op.php?action=query"),
        (Call::Refund, "/o2o-dm/op.php?action=refund"),
        (Call::Read, "/o2o-dm/op.php?action=read"),
        (Call::Reprint, "/o2o-dm/pay_printinfo.php"),
    ] {
        let status = Fault::Status { code: 503.try_into().unwrap(), before: true };
        till.control.add_fault(FaultOrder::once(call, status.clone()).after(1));
        till.control.add_fault(FaultOrder::once(FaultTarget::Any, Fault::Html));
        let statuses = [(); 3].map(|()| till.get(target).status);
        assert_eq!(statuses, [200, 503, 200], "{call:?}");
        assert_eq!(till.last_request().action, call);
        assert!(till.control.faults().is_empty());
    }
}

#[test]
fn faults_leave_the_next_response_on_the_connection_alone() {
    let till = Till::new();
    till.fault(Call::Time, Fault::Trickle { ms_per_byte: 1 });
    let mut stream = http::connect(till.sandbox.addr());
    let ask = |close: &str| format!("GET /o2o_dmprinter/time.php HTTP/1.1\r\nHost: x\r\n{close}\r\n");
    stream.write_all(ask("").as_bytes()).unwrap();
    stream.write_all(ask("Connection: close\r\n").as_bytes()).unwrap();
    let received = http::receive(stream);
    let text = String::from_utf8(received.bytes).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2);
    let requests = till.control.requests();
    assert_eq!(requests.connections, 1);
    assert_eq!(requests.requests[0].connection, requests.requests[1].connection);
    assert_eq!(requests.bytes_sent, text.len() as u64);
}

#[test]
fn the_till_may_be_told_the_wrong_time() {
    let till = Till::new();
    till.control.set_settings(Settings { clock_skew_s: 86_400 * 365 * 20, ..Settings::default() });
    till.paid("1");
    let paid = till.bills()[0].pay_time.clone().unwrap();
    assert!(paid.as_str() > "2040", "{paid}");
}
