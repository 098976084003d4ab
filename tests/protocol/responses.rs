use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::bill;
use wsy::protocol::popup;
use wsy::protocol::response::{self, Activation, Order, PayResponse, ResponseError, TotalFee};
use wsy::protocol::sentences::Class;
use wsy::protocol::xml::XmlError;

use crate::support::{bytes, cases};
use proptest::prelude::*;

fn done(name: &str) -> Order {
    match response::pay(&bytes(name)) {
        Ok(PayResponse::Done(order)) => order,
        other => panic!("{name}: {other:?}"),
    }
}

fn attribute<'a>(order: &'a Order, name: &str) -> &'a str {
    let found = order.content.attributes.iter().find(|(n, _)| n == name);
    &found.unwrap_or_else(|| panic!("no {name}")).1
}

struct Expected {
    name: &'static str,
    info: &'static str,
    dm_id: &'static str,
    total_fen: i64,
    pay_time: &'static str,
    pay_id: &'static str,
    openid: &'static str,
    attributes: usize,
    receipt: Option<(&'static str, &'static str)>,
}

const SAMPLES: [Expected; 7] = [
    Expected {
        name: "micropay-paid-noremind.xml",
        info: "支付成功",
        dm_id: "dm2034340137",
        total_fen: 1,
        pay_time: "2018-04-22 10:15:38",
        pay_id: "4200000063201804223337652055",
        openid: "o01mvsyv8t9tkTYgaAewu8HrM-w",
        attributes: 9,
        receipt: None,
    },
    Expected {
        name: "micropay-paid.xml",
        info: "支付成功",
        dm_id: "dm2032288236",
        total_fen: 1,
        pay_time: "2018-04-21 18:58:01",
        pay_id: "4200000067201804213236197646",
        openid: "o01mvsyv8t9tkTYgaAewu8HrM-w",
        attributes: 9,
        receipt: Some((r"\x1b\x40\x1c\x26", "\\x0d\\x0a\n\\x1B\\x69")),
    },
    Expected {
        name: "query-auth-code-paid-noremind.xml",
        info: "支付成功【支付金额:0.01元】",
        dm_id: "dm2034159025",
        total_fen: 1,
        pay_time: "2018-04-22 09:43:40",
        pay_id: "4200000075201804223264255306",
        openid: "o01mvsyv8t9tkTYYgaAewu8HrM-w",
        attributes: 10,
        receipt: None,
    },
    Expected {
        name: "query-auth-code-paid.xml",
        info: "支付成功【支付金额:0.01元】",
        dm_id: "dm2034159025",
        total_fen: 1,
        pay_time: "2018-04-22 09:43:40",
        pay_id: "4200000075201804223264255306",
        openid: "o01mvsyv8t9tkTYYgaAewu8HrM-w",
        attributes: 10,
        receipt: Some((r"\x1b\x40\x1D\x21\x11\x1b\x4d\x02微信支付凭证", "客户签字:\n\n\\x1B\\x69")),
    },
    Expected {
        name: "query-order-paid-noremind.xml",
        info: "支付成功【支付金额:0.01元】",
        dm_id: "dm2034085636",
        total_fen: 1,
        pay_time: "2018-04-22 09:29:39",
        pay_id: "4200000067201804223595471958",
        openid: "o01mvsyv8t9tkTYYgaAewu8HrM-w",
        attributes: 10,
        receipt: None,
    },
    Expected {
        name: "query-order-paid.xml",
        info: "支付成功【支付金额:0.01元】",
        dm_id: "dm2032288236",
        total_fen: 1,
        pay_time: "2018-04-21 18:58:01",
        pay_id: "4200000067201804213236197646",
        openid: "o01mvsyv8t9tkTYYgaAewu8HrM-w",
        attributes: 10,
        receipt: Some((r"\x1b\x40\x1D\x21\x11\x1b\x4d\x02微信支付凭证", "客户签字:\n\n\\x1B\\x69")),
    },
    Expected {
        name: "refund-done.xml",
        info: "退款成功",
        dm_id: "dm2032288236",
        total_fen: -1,
        pay_time: "2018-04-21 19:47:15",
        pay_id: "4200000067201804213236197646",
        openid: "",
        attributes: 9,
        receipt: Some((r"\x1b\x40\x1c\x26", "\\x0d\\x0a\n\\x0d\\x0a\n\\x1B\\x69")),
    },
];

#[test]
fn every_good_sample_is_read_field_by_field() {
    for want in SAMPLES {
        let order = done(want.name);
        assert_eq!(order.info, want.info, "{}", want.name);
        assert_eq!(order.dm_id, want.dm_id, "{}", want.name);
        assert_eq!(order.total_fen, Some(want.total_fen), "{}", want.name);
        assert_eq!(order.pay_type, "4", "{}", want.name);
        assert_eq!(order.pay_time, want.pay_time, "{}", want.name);
        assert_eq!(order.pay_id, want.pay_id, "{}", want.name);
        assert_eq!(order.openid, want.openid, "{}", want.name);
        assert_eq!(order.content.attributes.len(), want.attributes, "{}", want.name);
        match want.receipt {
            None => assert_eq!(order.printinfo, "", "{}", want.name),
            Some((start, end)) => {
                assert!(order.printinfo.starts_with(start), "{}", want.name);
                assert!(order.printinfo.ends_with(end), "{}", want.name);
            }
        }
    }
}

#[test]
fn attributes_without_a_field_are_kept() {
    let query = done("query-auth-code-paid.xml");
    assert_eq!(attribute(&query, "remark"), "4200000075201804223264255306");
    assert_eq!(attribute(&query, "no"), "");
    assert_eq!(attribute(&done("refund-done.xml"), "type_id"), "2");
}

#[test]
fn the_list_of_payments_is_kept_under_the_platform_s_names() {
    let order = done("micropay-paid.xml");
    let [pay] = order.content.paylist.as_slice() else { panic!("{:?}", order.content.paylist) };
    let expected = [
        ("id", "2032288236"),
        ("device_id", "215117"),
        ("no", ""),
        ("tabno", ""),
        ("company", "测试读取配置文件接口"),
        ("opentime", "2018-04-21 18:58:00"),
        ("paymode", "微信"),
        ("user", ""),
        ("total_fee", "1"),
        ("time", "2018-04-21 18:58:01"),
    ];
    let kept: Vec<_> = pay.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(kept, expected);
    assert_eq!((order.pay_name.as_str(), order.total_fee), ("微信", TotalFee::Fen(1)));
    assert!(done("micropay-paid-noremind.xml").content.paylist.is_empty());
}

#[test]
fn total_fee_is_a_whole_number_of_fen() {
    for (inner, said) in [
        ("", TotalFee::None),
        ("<pay/>", TotalFee::None),
        ("<pay><total_fee> </total_fee></pay>", TotalFee::None),
        ("<pay><total_fee> 100 </total_fee></pay>", TotalFee::Fen(100)),
        ("<pay><total_fee>30</total_fee></pay><pay><total_fee>70</total_fee></pay>", TotalFee::Fen(100)),
        ("<pay><total_fee>1.00</total_fee></pay>", TotalFee::Unreadable),
        ("<pay><total_fee>1</total_fee></pay><pay><total_fee>x</total_fee></pay>", TotalFee::Unreadable),
        ("<pay><total_fee>x</total_fee></pay><pay><total_fee>1</total_fee></pay>", TotalFee::Unreadable),
        ("<pay><total_fee>99999999999999999999</total_fee></pay>", TotalFee::Unreadable),
    ] {
        let body = format!("<dm ok=\"1\" dm_id=\"dm1\" total=\"1.00\"><paylist>{inner}</paylist></dm>");
        let Ok(PayResponse::Done(order)) = response::pay(body.as_bytes()) else { panic!("{inner}") };
        assert_eq!(order.total_fee, said, "{inner}");
    }
}

#[test]
fn the_pop_up_is_kept_as_it_came() {
    for (name, height, last) in [
        ("micropay-paid.xml", 200, "支付金额: 0.01"),
        ("query-auth-code-paid.xml", 170, "消费金额: 0.01"),
        ("query-order-paid.xml", 170, "消费金额: 0.01"),
        ("refund-done.xml", 215, "退款金额: -0.01"),
    ] {
        let canvas = done(name).content.canvas.clone();
        assert!(canvas.starts_with("<Canvas ") && canvas.ends_with("</Canvas>"), "{name}");
        let popup = popup::parse(&canvas).unwrap();
        assert_eq!((popup.width, popup.height), (246, height), "{name}");
        assert!(popup.lines().ends_with(last), "{name}: {}", popup.lines());
    }
    assert_eq!(done("micropay-paid-noremind.xml").content.canvas, "");
    let text = popup::parse(&done("micropay-paid.xml").content.canvas).unwrap().lines();
    assert_eq!(text, "微信\n单号: 2032288236\n时间: 2018-04-21 18:58:01\n支付金额: 0.01");
}

#[test]
fn a_refused_request_is_about_no_payment_and_has_no_content() {
    let Ok(refused) = response::pay(&bytes("made-up-micropay-sign-error.xml")) else { panic!() };
    assert_eq!(refused.content(), None);
}

#[test]
fn a_refund_s_receipt_shows_both_amounts() {
    let printinfo = done("refund-done.xml").printinfo;
    assert!(printinfo.contains("支付金额: 0.01\n"));
    assert!(printinfo.contains("退款金额: \\x1D\\x21\\x01¥ -0.01\n"));
}

#[test]
fn a_receipt_in_an_attribute_is_taken_where_no_paylist_has_one() {
    let body = r#"<dm ok="1" dm_id="dm1" total="1" printinfo="\x1b\x40小票"/>"#;
    let Ok(PayResponse::Done(order)) = response::pay(body.as_bytes()) else { panic!() };
    assert_eq!(order.printinfo, r"\x1b\x40小票");
}

#[test]
fn an_empty_receipt_in_the_paylist_leaves_that_of_the_attribute() {
    let body = r#"<dm ok="1" dm_id="dm1" total="1" printinfo="小票">
<paylist><pay><printinfo></printinfo></pay></paylist></dm>"#;
    let Ok(PayResponse::Done(order)) = response::pay(body.as_bytes()) else { panic!() };
    assert_eq!(order.printinfo, "小票");
}

#[test]
fn gbk_under_a_utf8_label_is_read() {
    let order = done("made-up-micropay-paid-gbk.xml");
    assert_eq!(order.info, "支付成功");
    assert_eq!(order.total_fen, Some(1230));
    assert_eq!(order.dm_id, "dm2034340140");
    assert_eq!(order.pay_type, "30");
    assert_eq!(order.printinfo, r"\x1b\x40△消费金额: ￥12.30\x0d\x0a");
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Paying,
    Failed,
    Refused,
}

#[test]
fn a_refused_request_is_no_failed_payment_and_a_decline_is_no_refused_request() {
    for (name, kind, info, dm_id) in [
        ("made-up-micropay-declined.xml", Kind::Failed, "支付失败：余额不足", "dm2034340138"),
        ("made-up-micropay-declined-gbk.xml", Kind::Failed, "支付失败：余额不足", "dm2034340138"),
        ("made-up-micropay-customer-paying.xml", Kind::Paying, "用户支付中，需要输入密码", "dm2034340139"),
        ("made-up-micropay-sign-error.xml", Kind::Refused, "签名错误", ""),
        ("made-up-micropay-sign-error-gbk.xml", Kind::Refused, "签名错误", ""),
        ("made-up-micropay-device-error.xml", Kind::Refused, "设备密钥错误", ""),
        ("made-up-query-key-error.xml", Kind::Refused, "秘钥不正确", ""),
        ("made-up-query-not-found.xml", Kind::Failed, "订单不存在", ""),
        ("made-up-query-failed.xml", Kind::Failed, "支付失败：用户已取消", "dm2034340139"),
        ("made-up-query-customer-paying.xml", Kind::Paying, "等待用户输入密码", "dm2034340139"),
        ("made-up-refund-failed.xml", Kind::Failed, "退款失败：可退金额不足", "dm2032288236"),
        ("made-up-refund-sign-error.xml", Kind::Refused, "签名错误", ""),
    ] {
        let read = match response::pay(&bytes(name)).unwrap() {
            PayResponse::Paying(order) => (Kind::Paying, order.info, order.dm_id),
            PayResponse::Failed(order) => (Kind::Failed, order.info, order.dm_id),
            PayResponse::Refused(info) => (Kind::Refused, info, String::new()),
            done @ PayResponse::Done(_) => panic!("{name}: {done:?}"),
        };
        assert_eq!(read, (kind, info.to_owned(), dm_id.to_owned()), "{name}");
    }
}

fn pay_with(ok: &str, info: &str) -> Result<PayResponse, ResponseError> {
    response::pay(format!(r#"<dm ok="{ok}" info="{info}" dm_id="dm1" total="0.01"/>"#).as_bytes())
}

/// The same without an order.
fn pay_without_order(ok: &str, info: &str) -> Result<PayResponse, ResponseError> {
    response::pay(format!(r#"<dm ok="{ok}" info="{info}"/>"#).as_bytes())
}

#[test]
fn refusals_are_told_by_their_words_in_either_spelling_and_case() {
    for info in [
        "签名错误",
        "设备密钥错误",
        "设备秘钥错误",
        "秘钥错误",
        "设备不存在",
        "终端已删除",
        "缺少参数:total",
        "参数错误",
        "sign error",
        "Sign Error",
        "invalid SIGN",
    ] {
        for ok in ["0", "-1"] {
            assert_eq!(pay_without_order(ok, info), Ok(PayResponse::Refused(info.to_owned())), "{ok} {info}");
        }
        // Facts outrank words: a response that names an order is about that order.
        let Ok(PayResponse::Failed(order)) = pay_with("0", info) else { panic!("{info}") };
        assert_eq!(order.class, Class::Unlisted, "{info}");
        assert!(matches!(pay_with("-1", info), Ok(PayResponse::Paying(_))), "{info}");
    }
}

#[test]
fn what_a_wallet_says_is_no_refusal_of_the_request() {
    for info in [
        "余额不足",
        "付款码已过期，请刷新再试",
        "授权码无效",
        "交易已撤销",
        "银行卡可用余额不足",
        "超出单笔限额",
        "",
    ] {
        assert!(matches!(pay_with("0", info), Ok(PayResponse::Failed(_))), "{info}");
        assert!(matches!(pay_with("-1", info), Ok(PayResponse::Paying(_))), "{info}");
    }
}

#[test]
fn a_paid_response_is_paid_whatever_its_sentence() {
    assert!(matches!(pay_with("1", "设备签名"), Ok(PayResponse::Done(_))));
}

#[test]
fn the_upper_case_ok_of_the_table_is_read_too() {
    let body = br#"<dm OK="1" dm_id="dm1" total="0.01"/>"#;
    assert!(matches!(response::pay(body), Ok(PayResponse::Done(_))));
}

#[test]
fn a_paid_response_without_order_or_amount_is_still_one_that_speaks_of_a_payment() {
    for (body, dm_id, total_fen) in [
        (r#"<dm ok="1" total="0.01"/>"#, "", Some(1)),
        (r#"<dm ok="1" dm_id="" total="0.01"/>"#, "", Some(1)),
        (r#"<dm ok="1" dm_id="dm1"/>"#, "dm1", None),
        (r#"<dm ok="1" dm_id="dm1" total=""/>"#, "dm1", None),
        (r#"<dm ok="1" dm_id="dm1" total="0.001"/>"#, "dm1", None),
        (r#"<dm ok="1" dm_id="dm1" total="￥0.01"/>"#, "dm1", None),
    ] {
        let Ok(PayResponse::Done(order)) = response::pay(body.as_bytes()) else { panic!("{body}") };
        assert_eq!((order.dm_id.as_str(), order.total_fen), (dm_id, total_fen), "{body}");
    }
}

/// It confirms a payment, and says nothing else.
fn may_be_paid(body: &[u8]) {
    let Ok(PayResponse::Paying(order)) = response::pay(body) else {
        panic!("{}", String::from_utf8_lossy(body))
    };
    assert_eq!((order.class, order.dm_id.as_str(), order.total_fen), (Class::Paying, "", None));
}

#[test]
fn two_spellings_of_ok_that_contradict_each_other_may_mean_that_money_was_taken() {
    let body = br#"<dm ok="1" OK="0" dm_id="dm1" total="0.01"/>"#;
    may_be_paid(body);
    let body = br#"<dm ok="1" OK=" 1 " dm_id="dm1" total="0.01"/>"#;
    assert!(matches!(response::pay(body), Ok(PayResponse::Done(_))));
}

#[test]
fn an_ok_attribute_and_an_element_that_contradict_each_other_may_mean_that_money_was_taken() {
    for (attribute, element) in [("1", "0"), ("0", "1"), ("-1", "1"), ("1", "yes")] {
        let body = format!(r#"<dm ok="{attribute}" dm_id="dm1" total="0.01"><ok>{element}</ok></dm>"#);
        may_be_paid(body.as_bytes());
    }
    let body = br#"<dm ok="0" OK="2" dm_id="dm1" total="0.01"/>"#;
    assert_eq!(response::pay(body), Err(ResponseError::Incomplete("ok")));
    for element in ["<ok>1</ok>", "<ok> 1\n</ok>", "<ok></ok>", "<ok/>"] {
        let body = format!(r#"<dm ok="1" dm_id="dm1" total="0.01">{element}</dm>"#);
        assert!(matches!(response::pay(body.as_bytes()), Ok(PayResponse::Done(_))), "{body}");
    }
}

#[test]
fn two_responses_in_one_may_mean_that_money_was_taken_and_say_nothing_else() {
    for body in [
        r#"<dm ok="1" dm_id="dm1" total="0.01"/><dm ok="0" info="订单不存在"/>"#,
        r#"<dm ok="0" info="订单不存在"></dm> <dm ok="1" dm_id="dm1" total="0.01"></dm>"#,
        r#"<dm ok="0" info="余额不足" dm_id="dm1"><dm ok="1" dm_id="dm1" total="0.01"></dm></dm>"#,
    ] {
        may_be_paid(body.as_bytes());
        assert_eq!(bill::read(body.as_bytes()), Err(ResponseError::Several));
        assert_eq!(response::time(body.as_bytes()), Err(ResponseError::Several));
    }
    let body = "<dm ok=\"1\" dm_id=\"dm1\" total=\"0.01\"/>\n<!-- 12 ms --><br/>";
    assert!(matches!(response::pay(body.as_bytes()), Ok(PayResponse::Done(_))));
}

#[test]
fn an_order_of_blanks_is_none() {
    let Ok(PayResponse::Done(order)) = response::pay(br#"<dm ok="1" dm_id=" " total="0.01"/>"#) else {
        panic!("paid");
    };
    assert_eq!(order.dm_id, "");
}

#[test]
fn an_unknown_ok_is_never_taken_for_a_known_one() {
    for ok in ["", "2", "-2", "true", "01", "1.0", "+1"] {
        let body = format!(
            r#"<dm ok="{ok}" info="签名" dm_id="dm1" total="0.01" device_id="1" key="2" time="20180710164245"/>"#
        );
        let body = body.as_bytes();
        assert_eq!(response::pay(body), Err(ResponseError::Incomplete("ok")), "{ok:?}");
        assert_eq!(response::activation(body), Err(ResponseError::Incomplete("ok")), "{ok:?}");
        assert_eq!(response::time(body), Err(ResponseError::Incomplete("ok")), "{ok:?}");
    }
}

#[test]
fn what_is_not_the_platform_s_is_an_error() {
    assert_eq!(response::pay(&bytes("made-up-login-page.html")), Err(ResponseError::NotThePlatform));
    assert_eq!(response::pay(b"<dm/>"), Err(ResponseError::NotThePlatform));
    assert_eq!(response::pay(b""), Err(ResponseError::Xml(XmlError::Empty)));
    assert_eq!(response::pay(b"502 Bad Gateway"), Err(ResponseError::Xml(XmlError::Empty)));
    assert_eq!(response::pay(b"<dm ok=\"0\" info=\"\xff\xff\"/>"), Err(ResponseError::NotText));
}

#[test]
fn an_activation_gives_the_device_and_its_key() {
    let Ok(Activation::Done(device)) = response::activation(&bytes("activation-done.xml")) else { panic!() };
    assert_eq!((device.id.as_str(), device.key.as_str()), ("123", "12345"));
}

#[test]
fn a_refused_activation_gives_the_reason() {
    assert_eq!(
        response::activation(&bytes("activation-refused.xml")),
        Ok(Activation::Refused("初始密钥不存在!".to_owned()))
    );
}

#[test]
fn an_activation_without_number_or_key_is_incomplete() {
    for (body, lacks) in [
        (r#"<dm ok="1" key="12345"/>"#, "device_id"),
        (r#"<dm ok="1" device_id="" key="12345"/>"#, "device_id"),
        (r#"<dm ok="1" device_id="123"/>"#, "key"),
        (r#"<dm ok="1" device_id="123" key=""/>"#, "key"),
    ] {
        assert_eq!(response::activation(body.as_bytes()), Err(ResponseError::Incomplete(lacks)), "{body}");
    }
}

#[test]
fn the_time_is_fourteen_digits_or_the_platform_s_refusal() {
    assert_eq!(response::time(&bytes("time.xml")), Ok(Ok("20180710164245".to_owned())));
    assert_eq!(response::time(&bytes("time-refused.xml")), Ok(Err("签名错误".to_owned())));
    for body in [
        r#"<dm ok="1"/>"#,
        r#"<dm ok="1" time=""/>"#,
        r#"<dm ok="1" time="2018-07-10 164"/>"#,
        r#"<dm ok="1" time="201807101642451"/>"#,
    ] {
        assert_eq!(response::time(body.as_bytes()), Err(ResponseError::Incomplete("time")), "{body}");
    }
}

#[test]
fn a_platform_in_trouble_says_nothing_about_a_payment_or_a_bill() {
    for info in ["系统维护中", "系统繁忙,请稍后再试", "银行系统异常", "系统错误", "查询失败:请求超时"]
    {
        let body = format!("<dm ok=\"0\" info=\"{info}\" />");
        let trouble = ResponseError::Trouble(info.to_owned());
        let Ok(PayResponse::Failed(order)) = response::pay(body.as_bytes()) else { panic!("{info}") };
        assert_eq!(order.class, Class::Trouble, "{info}");
        assert_eq!(bill::read(body.as_bytes()), Err(trouble), "{info}");
    }
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn a_paid_response_says_what_was_written_into_it(
        fen in 1i64..=100_000_000,
        number in "dm[0-9]{1,12}",
        info in "[^\\p{C}<>&\"]{0,12}",
    ) {
        let body = format!(
            "<dm ok=\"1\" info=\"{info}\" dm_id=\"{number}\" total=\"{}.{:02}\"/>",
            fen / 100,
            fen % 100
        );
        match response::pay(body.as_bytes()) {
            Ok(PayResponse::Done(order)) => {
                prop_assert_eq!(order.total_fen, Some(fen));
                prop_assert_eq!(order.dm_id, number);
                prop_assert_eq!(order.info, info);
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

#[test]
fn a_response_that_repeats_the_auth_code_has_it_masked() {
    const CODE: &str = "134604005619969099";
    let code = AuthCode::parse(CODE).unwrap();
    let refusal = |code: &str| format!("<dm ok=\"0\" info=\"付款码{code}无效\"/>");
    let read = response::pay_about(&code, refusal(CODE).as_bytes());
    assert!(!format!("{read:?}").contains(CODE), "{read:?}");
    assert_eq!(read, response::pay(refusal(&code.masked()).as_bytes()));
    let of_another = refusal("289900000000000001");
    assert_eq!(response::pay_about(&code, of_another.as_bytes()), response::pay(of_another.as_bytes()));
    assert_eq!(response::pay_about(&code, b"\xff"), response::pay(b"\xff"));
}

#[test]
fn what_comes_before_a_whole_response_is_passed_over() {
    const DM: &str = "<dm ok=\"1\" info=\"支付成功\" dm_id=\"dm1\" total=\"0.01\"></dm>";
    for before in [
        "<br />\n<b>Warning</b>: x in <b>/op.php</b> on line <b>3</b><br />\n",
        "Notice: x & y < z\n",
        "<p>",
        "</p>",
        "<br/>\u{feff}<?xml version=\"1.0\"?>",
        "<a b='",
    ] {
        let order = response::pay(format!("{before}{DM} \r\n").as_bytes());
        assert!(
            matches!(&order, Ok(PayResponse::Done(order)) if order.dm_id == "dm1"),
            "{before}: {order:?}"
        );
    }
}

#[test]
fn what_is_not_whole_and_alone_after_something_else_is_no_response() {
    const DM: &str = "<dm ok=\"1\" dm_id=\"dm1\" total=\"0.01\"></dm>";
    let cut = DM.strip_suffix("</dm>").unwrap();
    for (body, error) in [
        (format!("<br/>{cut}"), ResponseError::NotThePlatform),
        (format!("<br/>{DM}x"), ResponseError::NotThePlatform),
        (format!("<html>{DM}</html>"), ResponseError::NotThePlatform),
        (format!("<br/><dmx>{DM}</dmx>"), ResponseError::NotThePlatform),
        (format!("<br/><!-- {DM}"), ResponseError::NotThePlatform),
        (format!("<![CDATA[{DM}]]>"), ResponseError::Xml(XmlError::Empty)),
        (format!("<!DOCTYPE html>{DM}"), ResponseError::Xml(XmlError::Forbidden)),
        (format!("<br/>{}", "<dm".repeat(2)), ResponseError::NotThePlatform),
        (format!("{}{DM}", "<br/>".repeat(250_000)), ResponseError::Xml(XmlError::TooLarge)),
        ("<br/>".to_owned(), ResponseError::NotThePlatform),
        (String::new(), ResponseError::Xml(XmlError::Empty)),
    ] {
        assert_eq!(response::pay(body.as_bytes()), Err(error), "{}", &body[..body.len().min(80)]);
    }
    // As everywhere, one inside another may mean that money was taken.
    let nested = response::pay(format!("<br/><dm ok=\"1\">{DM}</dm>").as_bytes());
    assert!(matches!(nested, Ok(PayResponse::Paying(order)) if order.dm_id.is_empty()));
}
