use std::collections::BTreeMap;

use wsy_sandbox::{
    Behaviour, BillOutcome, BillStateWord, DeviceChange, DmCode, Fen, NewAuthCode, NewDevice, Overrides,
    Settings,
};

use crate::{
    http,
    till::{ALIPAY, Till, WECHAT, assert_refused, attr, eventually, fresh_code, micropay},
};

const VECTOR: &str = "action=micropay&authcode=287662437041841781&paytype=alipay\
    &infoaddo=%5B%E8%A2%AB%E6%89%AB%E6%94%AF%E4%BB%98%5D%E6%8E%88%E6%9D%83%E7%A0%81%3A287662437041841781\
    %0D%0A--------------------%0D%0AGS1%3A6900138600889%0D%0AGS1%3A6900138600889%0D%0A\
    &operator_id=xiaow&dic_amount=0.01&info=GS&total=0.01&device_id=57206\
    &sign=9B7266337715E102A5DD3516F03A77AEB7BC4AE8";

#[test]
fn the_documents_request_is_paid() {
    let till = Till::new();
    let alipay = DmCode { code: "alipay".into(), ..DmCode::alipay() };
    let device = NewDevice {
        device_id: Some("57206".into()),
        key: Some("8df7975ac2c8eca932a0d2802b27945f5757494b".into()),
        overrides: Overrides { dm_codes: Some(vec![alipay]), ..Overrides::default() },
        ..NewDevice::default()
    };
    till.control.add_device(device).unwrap();
    let response = till.get(&format!("/o2o-dm/op.php?{VECTOR}")).text();
    assert_eq!(attr(&response, "ok"), Some("1"), "{response}");
    let sent = till.last_request();
    assert_eq!(sent.params.get("authcode"), Some("287662437041841781"));
    assert_eq!(sent.params.iter().next(), Some(("action", "micropay")));
}

#[test]
fn paid_at_once() {
    let till = Till::new();
    let code =
        till.code(&NewAuthCode { balance_fen: Some(Fen(150)), ..NewAuthCode::wechat(Behaviour::Pays) });
    let response = till.micropay(&code, WECHAT, "1.5");
    for (name, value) in [
        ("ok", "1"),
        ("info", "支付成功"),
        ("dm_id", "dm2032288236"),
        ("total", "1.50"),
        ("pay_type", "4"),
        ("no", ""),
    ] {
        assert_eq!(attr(&response, name), Some(value), "{name}");
    }
    let pay_id = attr(&response, "pay_id").unwrap();
    assert!(pay_id.len() == 28 && pay_id.starts_with("4200"), "{pay_id}");
    assert!(attr(&response, "openid").is_some());
    assert!(response.contains("<total_fee>150</total_fee>"));
    assert!(response.contains(r"<printinfo>\x1b\x40\x1c\x26"));
    assert!(response.contains("<Canvas Height=\"200\""));
    assert!(response.ends_with("</dm>"));

    let bill = till.bills().remove(0);
    assert_eq!((bill.state, bill.total_fen), (BillStateWord::Paid, Fen(150)));
    assert_eq!(bill.pay_id.as_deref(), Some(pay_id));
    assert_eq!(till.control.wallet(bill.wallet_id).unwrap().balance_fen, Fen(0));
}

#[test]
fn noremind_leaves_the_slip_out() {
    let till = Till::new();
    let code = fresh_code();
    let mut pairs = micropay(&code, WECHAT, "0.01").to_vec();
    pairs.push(("noremind", ""));
    let response = till.op(&pairs);
    assert_eq!(attr(&response, "ok"), Some("1"));
    assert!(!response.contains("<paylist>") && !response.contains("<Canvas"));
    assert!(response.ends_with(">\n</dm>"));
}

#[test]
fn closing_tags_are_a_setting() {
    let till = Till::new();
    let mut settings = Settings::default();
    settings.close_tags.micropay = false;
    till.control.set_settings(settings);
    let response = till.micropay(&fresh_code(), WECHAT, "0.01");
    assert!(response.contains("</Canvas>") && !response.contains("</dm>"));
}

#[test]
fn a_code_is_charged_once() {
    let till = Till::new();
    let code = fresh_code();
    till.micropay(&code, WECHAT, "1");
    assert_refused(&till.micropay(&code, WECHAT, "1"), "授权码已使用");
    assert_eq!(till.bills().len(), 1);
    till.control.set_settings(Settings { allow_code_reuse: true, ..Settings::default() });
    assert_eq!(attr(&till.micropay(&code, WECHAT, "1"), "ok"), Some("1"));
    assert_eq!(till.bills().len(), 2);
}

#[test]
fn the_request_is_checked() {
    let till = Till::new();
    for (code, paytype, total, info) in [
        ("", WECHAT, "1", "缺少参数: authcode"),
        ("130000000000000001", "", "1", "缺少参数: paytype"),
        ("130000000000000001", WECHAT, "", "缺少参数: total"),
        ("130000000000000001", "bitcoin", "1", "支付类型错误"),
        ("130000000000000001", ALIPAY, "1", "授权码与支付类型不符"),
        ("160000000000000001", WECHAT, "1", "授权码与支付类型不符"),
        ("130000000000000001", WECHAT, "0", "金额错误"),
        ("130000000000000001", WECHAT, "-1", "金额错误"),
        ("130000000000000001", WECHAT, "0.001", "金额错误"),
    ] {
        assert_refused(&till.micropay(code, paytype, total), info);
    }
    assert!(till.bills().is_empty());
}

#[test]
fn the_sign_is_checked() {
    let till = Till::new();
    let signed = till.signed(&micropay("130000000000000001", WECHAT, "1.00"));
    let send = |body: &str| http::form(till.sandbox.addr(), "/o2o-dm/op.php", body).response().text();
    assert_refused(&send(&signed.replace("1.00", "2.00")), "签名错误");
    assert_refused(&send(&format!("{signed}&extra=")), "签名错误");
    assert_refused(&send(&format!("{signed}&total=1.00")), "参数重复: total");
    assert_refused(&send(&signed.replace(&till.device.device_id, "999")), "设备不存在");
    assert_refused(&send("action=micropay"), "缺少参数: device_id");
    assert_refused(&send("action=bake&device_id=1"), "操作标识错误");
    assert_refused(&send("action=%FF"), "参数编码错误");
    assert!(till.bills().is_empty());
    assert_eq!(attr(&send(&signed), "ok"), Some("1"));
}

#[test]
fn a_post_is_a_form() {
    let till = Till::new();
    let signed = till.signed(&micropay(&fresh_code(), WECHAT, "1"));
    let json = http::request("POST", "/o2o-dm/op.php", "application/json", &signed);
    let response = http::receive(http::send(till.sandbox.addr(), &json)).response();
    assert_refused(&response.text(), "请求格式错误");
    let put = http::request("PUT", "/o2o-dm/op.php", "application/x-www-form-urlencoded", &signed);
    let response = http::receive(http::send(till.sandbox.addr(), &put)).response();
    assert_refused(&response.text(), "请求方式错误");
    let get = till.get(&format!("/o2o-dm/op.php?{signed}")).text();
    assert_eq!(attr(&get, "ok"), Some("1"));
}

#[test]
fn a_device_may_be_restricted() {
    let till = Till::new();
    let set = |name, value| till.control.set_config(&till.device.device_id, name, value).unwrap();
    set("license_micropay", Some("0"));
    assert_refused(&till.micropay(&fresh_code(), WECHAT, "1"), "设备未授权收款");
    set("license_micropay", Some("1"));
    set("micropay_total_regex", Some(r"^\d+\.00$"));
    assert_refused(&till.micropay(&fresh_code(), WECHAT, "1.50"), "金额错误");
    assert_eq!(attr(&till.micropay(&fresh_code(), WECHAT, "1.00"), "ok"), Some("1"));
    till.control.delete_device(&till.device.device_id).unwrap();
    assert_refused(&till.micropay(&fresh_code(), WECHAT, "1.00"), "设备不存在");
}

#[test]
fn a_password_takes_its_time() {
    let till = Till::new();
    let code = till.code(&NewAuthCode::alipay(Behaviour::AsksPassword { ms: 100 }));
    let first = till.micropay(&code, ALIPAY, "0.02");
    assert_eq!((attr(&first, "ok"), attr(&first, "total")), (Some("-1"), None));
    let dm_id = attr(&first, "dm_id").unwrap().to_owned();
    let response = eventually("payment", || {
        Some(till.query(&dm_id)).filter(|response| attr(response, "ok") == Some("1"))
    });
    assert_eq!(attr(&response, "total"), Some("0.02"));
    assert_eq!(attr(&response, "info"), Some("支付成功【支付金额:0.02元】"));
    assert_eq!(attr(&response, "remark"), attr(&response, "pay_id"));
    assert_eq!(attr(&response, "pay_type"), Some("30"));
    assert!(response.contains("支付宝支付凭证"));
    assert!(response.contains("<opentime></opentime>"));
    assert!(response.contains("<Canvas Height=\"170\""));
}

#[test]
fn a_password_may_be_cancelled() {
    let till = Till::new();
    let code = till.code(&NewAuthCode::wechat(Behaviour::CancelsPassword { ms: 50 }));
    let first = till.micropay(&code, WECHAT, "1");
    assert_eq!(attr(&first, "ok"), Some("-1"));
    let dm_id = attr(&first, "dm_id").unwrap().to_owned();
    let response = eventually("failure", || {
        Some(till.query(&dm_id)).filter(|response| attr(response, "ok") == Some("0"))
    });
    assert_eq!(attr(&response, "dm_id"), Some(dm_id.as_str()));
}

#[test]
fn an_unanswered_password_waits_or_times_out() {
    let till = Till::new();
    let silent = NewAuthCode::wechat(Behaviour::NeverAnswers);
    let first = till.micropay(&till.code(&silent), WECHAT, "1");
    let dm_id = attr(&first, "dm_id").unwrap().to_owned();
    assert_eq!(attr(&till.query(&dm_id), "ok"), Some("-1"));
    assert_eq!(attr(&till.read(&dm_id), "ok"), Some("-1"));
    till.control.set_bill_outcome(dm_id.parse().unwrap(), &BillOutcome::Paid).unwrap();
    assert_eq!(attr(&till.query(&dm_id), "ok"), Some("1"));

    till.control.set_settings(Settings { bill_timeout_ms: Some(0), ..Settings::default() });
    let second = till.micropay(&till.code(&silent), WECHAT, "1");
    assert_eq!(attr(&second, "info"), Some("支付失败:订单超时未支付"));
}

#[test]
fn failures_are_bills() {
    let till = Till::new();
    let reason = "卡已冻结".to_owned();
    let poor = NewAuthCode { balance_fen: Some(Fen(99)), ..NewAuthCode::wechat(Behaviour::Pays) };
    for (customer, info) in [
        (NewAuthCode::wechat(Behaviour::Declines { reason }), "支付失败:卡已冻结"),
        (NewAuthCode::wechat(Behaviour::NoMoney), "余额不足"),
        (poor, "余额不足"),
    ] {
        let code = till.code(&customer);
        let response = till.micropay(&code, WECHAT, "1");
        assert_eq!((attr(&response, "ok"), attr(&response, "info")), (Some("0"), Some(info)));
        let dm_id = attr(&response, "dm_id").unwrap();
        assert_eq!(till.query(dm_id), response);
        assert_eq!(till.read(dm_id), response);
        assert_refused(&till.refund(dm_id, "0.01"), "订单未支付");
    }
    assert!(till.bills().iter().all(|bill| bill.state == BillStateWord::Failed));
}

#[test]
fn codes_expire_and_strangers_may_be_refused() {
    let till = Till::new();
    let stale = NewAuthCode { expires_in_ms: Some(0), ..NewAuthCode::wechat(Behaviour::Pays) };
    assert_refused(&till.micropay(&till.code(&stale), WECHAT, "1"), "授权码已过期");
    till.control.set_settings(Settings { strict_wallets: true, ..Settings::default() });
    assert_refused(&till.micropay(&fresh_code(), WECHAT, "1"), "授权码无效");
}

#[test]
fn queries_find_by_code_and_by_number() {
    let till = Till::new();
    let code = fresh_code();
    let by_code = |code: &str| till.op(&[("action", "query"), ("authcode", code), ("paytype", WECHAT)]);
    assert_refused(&by_code(&code), "订单不存在");
    till.micropay(&code, WECHAT, "1");
    let response = by_code(&code);
    assert_eq!(attr(&response, "ok"), Some("1"));
    assert_eq!(till.query(attr(&response, "dm_id").unwrap()), response);
    for dm_id in ["dm1", "2032288236", "x"] {
        assert_refused(&till.query(dm_id), "订单不存在");
    }
    assert_refused(&till.op(&[("action", "query")]), "缺少参数: authcode");
}

#[test]
fn other_devices_see_the_merchants_bills() {
    let mut till = Till::new();
    let dm_id = till.paid("1");
    till.device = till.control.add_device(NewDevice::default()).unwrap();
    assert_eq!(attr(&till.query(&dm_id), "ok"), Some("1"));
}

#[test]
fn bad_overrides_are_refused() {
    let till = Till::new();
    let change = |overrides| {
        let change = DeviceChange { overrides: Some(overrides), ..DeviceChange::default() };
        till.control.update_device(&till.device.device_id, change)
    };
    let broken = DmCode { coderegex: "(".into(), ..DmCode::wechat() };
    assert!(change(Overrides { dm_codes: Some(vec![broken]), ..Overrides::default() }).is_err());
    for name in ["", "ok", "a b", "1a"] {
        let config = BTreeMap::from([(name.to_owned(), None)]);
        assert!(change(Overrides { config, dm_codes: None }).is_err(), "{name:?}");
    }
}
