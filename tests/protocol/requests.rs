use proptest::prelude::*;
use wsy::protocol::amount::Fen;
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::dialect::{Dialect, Gs1List, QueryPayType, ReprintNumber, SignCase};
use wsy::protocol::request::{
    self, Call, Device, Extra, Goods, Host, Method, Methods, Micropay, ParamError, Request,
};
use wsy::protocol::sign;

use crate::support::{cases, decode_form, text};

const OP: &str = "/o2o-dm/op.php";

fn device(id: &str, key: &str) -> Device {
    Device::new(id, key)
}

fn code(digits: &str) -> AuthCode {
    AuthCode::parse(digits).unwrap()
}

fn fen(fen: i32) -> Fen {
    Fen::new(fen).unwrap()
}

fn extra(pairs: &[(&str, &str)]) -> Extra {
    let mut extra = Extra::default();
    for (name, value) in pairs {
        extra.set(name, value).unwrap();
    }
    extra
}

fn charge(digits: &str, paytype: &str) -> Micropay {
    Micropay {
        auth_code: code(digits),
        paytype: paytype.to_owned(),
        total: fen(1),
        goods: Goods::None,
        noremind: false,
        extra: Extra::default(),
    }
}

fn sorted(request: &Request) -> Vec<(String, String)> {
    let mut params: Vec<_> = request.params().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    params.sort();
    params
}

fn sent_but_sign(request: &Request) -> Vec<(String, String)> {
    let mut params = sorted(request);
    params.retain(|(name, _)| name != "sign");
    params
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

fn sign_in(request: &Request) -> String {
    let signs: Vec<_> = request.params().filter(|(n, _)| *n == "sign").collect();
    assert_eq!(signs.len(), 1);
    signs[0].1.to_owned()
}

/// The parameters of a sample of the document except its sign, which was made with an unknown key.
fn sample_but_sign(name: &str) -> Vec<(String, String)> {
    let text = text(name);
    let form = text.trim_end();
    let form = form.split_once('?').map_or(form, |(_, query)| query);
    let mut params: Vec<(String, String)> = form
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .filter(|(name, _)| name != "sign")
        .collect();
    params.sort();
    params
}

fn goes_to(request: &Request, host: Host, method: Method, path: &str) {
    let usual = Methods::default().of(request.call);
    assert_eq!((request.host, usual, request.path), (host, method, path));
}

#[test]
fn the_appendix_payment_is_signed_as_the_platform_signed_it() {
    let pay = Micropay {
        goods: Goods::gs1("6900138600889,6900138600889").unwrap(),
        extra: extra(&[("operator_id", "xiaow"), ("dic_amount", "0.01")]),
        ..charge("287662437041841781", "alipay")
    };
    let device = device("57206", "8df7975ac2c8eca932a0d2802b27945f5757494b");
    let request = request::micropay(&device, &pay);
    assert_eq!(sign_in(&request), "9B7266337715E102A5DD3516F03A77AEB7BC4AE8");
    let sample = text("request-appendix.txt");
    let mut sent = decode_form(sample.trim_end().strip_prefix("op.php?").unwrap());
    sent.sort();
    assert_eq!(sorted(&request), sent);
    let mut encoded: Vec<_> = request.encoded().split('&').map(str::to_owned).collect();
    let mut printed: Vec<_> = sample.trim_end()["op.php?".len()..].split('&').map(str::to_owned).collect();
    encoded.sort();
    printed.sort();
    assert_eq!(encoded, printed);
}

#[test]
fn an_activation_sends_the_one_time_code_and_no_sign() {
    let request = request::activate("PGhvc3QgLz4+/w==", "24901320180424");
    goes_to(&request, Host::Base, Method::Get, "/o2o_dmprinter/app_device_register.php");
    assert_eq!(
        sorted(&request),
        owned(&[("hostid", "PGhvc3QgLz4+/w=="), ("initkey", "24901320180424"), ("retkey", "1")])
    );
    assert!(request.encoded().contains("hostid=PGhvc3QgLz4%2B%2Fw%3D%3D"));
}

#[test]
fn a_config_request_is_that_of_the_sample() {
    let request = request::config(&device("215117", "k"), "V1.01");
    goes_to(&request, Host::Base, Method::Get, "/o2o_dmprinter/app.php");
    assert_eq!(sent_but_sign(&request), sample_but_sign("request-config.txt"));
}

#[test]
fn a_config_request_has_the_config_sign() {
    let request = request::config(&device("123", "12345"), "V1.01");
    assert_eq!(sign_in(&request), "f6b537644430d76327fc0fc6dda2c4e1330f24ab");
}

#[test]
fn a_time_request_names_the_device_and_needs_no_key() {
    let request = request::time("23");
    goes_to(&request, Host::Server, Method::Get, "/o2o_dmprinter/time.php");
    assert_eq!(sent_but_sign(&request), owned(&[("device_id", "23")]));
    assert_eq!(sign_in(&request), "eec064721a4e5ab85d52f0db9aac5d48330573c8");
}

#[test]
fn a_plain_payment_is_that_of_the_sample() {
    let request = request::micropay(&device("215117", "k"), &charge("288924276181755765", "alipay"));
    goes_to(&request, Host::Server, Method::Post, OP);
    assert_eq!(sent_but_sign(&request), sample_but_sign("request-micropay.txt"));
    assert_eq!(
        sign_in(&request),
        sign::sha1_hex(
            b"action=micropay&authcode=288924276181755765&device_id=215117&paytype=alipay&total=0.01&key=k"
        )
        .to_uppercase()
    );
}

#[test]
fn a_payment_with_goods_as_text_is_that_of_the_sample() {
    let infoaddo = "分店:020409012 NO. 2018-04-22 10:50:24\n货号/品名 单价 数量 小计\n".to_owned()
        + &"双汇王中王80克 2.80 1.00 2.80\nGS1:6902890227670\n".repeat(3);
    let pay = Micropay {
        goods: Goods::text("分店", &infoaddo).unwrap(),
        noremind: true,
        ..charge("282322640589195502", "alipay")
    };
    let request = request::micropay(&device("215117", "k"), &pay);
    let mut sample = sample_but_sign("request-micropay-goods-text.txt");
    // "与参数值传什么没关系": the one value in which the samples are not followed.
    let plain = sample.iter_mut().find(|(name, _)| name == "noremind").unwrap();
    assert_eq!(std::mem::replace(&mut plain.1, "1".to_owned()), "");
    assert_eq!(sent_but_sign(&request), sample);
}

#[test]
fn a_payment_with_bar_codes_has_the_parameters_of_the_sample_and_the_layout_of_the_appendix() {
    let pay = Micropay {
        goods: Goods::gs1("6948385003961, 6937588930945").unwrap(),
        ..charge("280240688407987306", "alipay")
    };
    let request = request::micropay(&device("215117", "k"), &pay);
    let but_goods = |mut params: Vec<(String, String)>| {
        params.retain(|(name, _)| name != "infoaddo");
        params
    };
    let sample = sample_but_sign("request-micropay-goods-gs1.txt");
    assert_eq!(but_goods(sent_but_sign(&request)), but_goods(sample.clone()));
    let (_, goods) = request.params().find(|(name, _)| *name == "infoaddo").unwrap();
    assert_eq!(
        goods,
        "[被扫支付]授权码:280240688407987306\r\n--------------------\r\nGS1:6948385003961\r\nGS1:6937588930945\r\n"
    );
    let printed = &sample.iter().find(|(name, _)| name == "infoaddo").unwrap().1;
    assert!(
        goods.lines().filter(|line| !line.starts_with('-')).eq(printed.lines().filter(|l| !l.is_empty()))
    );
}

#[test]
fn goods_that_are_empty_are_not_sent() {
    for goods in
        [Goods::None, Goods::text("", "").unwrap(), Goods::gs1("").unwrap(), Goods::gs1(" , ,").unwrap()]
    {
        let pay = Micropay { goods: goods.clone(), ..charge("288924276181755765", "alipay") };
        let request = request::micropay(&device("1", "k"), &pay);
        assert!(request.params().all(|(name, _)| !name.starts_with("info")), "{goods:?}");
    }
    let pay = Micropay { goods: Goods::text("分店", "").unwrap(), ..charge("288924276181755765", "a") };
    let request = request::micropay(&device("1", "k"), &pay);
    assert!(request.params().any(|pair| pair == ("info", "分店")));
    assert!(request.params().all(|(name, _)| name != "infoaddo"));
}

#[test]
fn a_query_by_auth_code_is_that_of_the_sample() {
    let request = request::query_by_auth_code(
        &device("215117", "k"),
        &code("134604005619969099"),
        "o2o_dm_code_wxpaysub",
        false,
        &Extra::default(),
    );
    goes_to(&request, Host::Server, Method::Post, OP);
    assert_eq!(sent_but_sign(&request), sample_but_sign("request-query-auth-code.txt"));
}

#[test]
fn a_query_by_order_is_that_of_the_sample() {
    let request = request::query_by_order(
        &device("215117", "k"),
        "dm2032288236",
        "o2o_dm_code_wxpaysub",
        false,
        &Extra::default(),
    );
    goes_to(&request, Host::Server, Method::Post, OP);
    assert_eq!(sent_but_sign(&request), sample_but_sign("request-query-order.txt"));
}

#[test]
fn a_refund_is_that_of_the_sample() {
    let request = request::refund(&device("215117", "k"), "dm2032288236", fen(1), "", &Extra::default());
    goes_to(&request, Host::Server, Method::Post, OP);
    assert_eq!(sent_but_sign(&request), sample_but_sign("request-refund.txt"));
}

#[test]
fn a_refund_may_name_its_payment_type() {
    let request = request::refund(&device("1", "k"), "dm2", fen(1230), "wx", &Extra::default());
    assert_eq!(
        sent_but_sign(&request),
        owned(&[
            ("action", "refund"),
            ("device_id", "1"),
            ("dm_id", "dm2"),
            ("paytype", "wx"),
            ("refund", "12.30"),
        ])
    );
}

#[test]
fn a_bill_is_asked_for_as_in_the_sample() {
    let request = request::read(&device("215117", "k"), "dm2032972220", &Extra::default());
    goes_to(&request, Host::Server, Method::Post, OP);
    assert_eq!(sent_but_sign(&request), sample_but_sign("request-read.txt"));
}

#[test]
fn a_reprint_has_no_device_and_no_sign_and_the_number_without_dm() {
    for number in ["dm2032288236", "2032288236"] {
        let request = request::reprint(number, ReprintNumber::Bare, 0);
        goes_to(&request, Host::Server, Method::Get, "/o2o-dm/pay_printinfo.php");
        let sent = owned(&[("custom_series", "0"), ("dm_id", "2032288236"), ("reprint", "")]);
        assert_eq!(sorted(&request), sent);
    }
    assert!(
        request::reprint("dm1", ReprintNumber::Bare, u32::MAX)
            .encoded()
            .ends_with("custom_series=4294967295")
    );
    let names = |params: Vec<(String, String)>| params.into_iter().map(|p| p.0).collect::<Vec<_>>();
    assert_eq!(
        names(sorted(&request::reprint("dm1", ReprintNumber::Bare, 0))),
        names(sample_but_sign("request-reprint.txt"))
    );
}

fn spoken(dialect: Dialect) -> Device {
    Device { dialect, ..device("1", "k") }
}

#[test]
fn what_the_document_leaves_open_is_written_in_either_way() {
    let none = Extra::default();
    let query = |query_pay_type| {
        let device = spoken(Dialect { query_pay_type, ..Dialect::default() });
        let by_order = request::query_by_order(&device, "dm2", "wx", false, &none);
        let by_code = request::query_by_auth_code(&device, &code("130000000000000001"), "wx", false, &none);
        let name = |request: Request| {
            request.params().find(|(_, value)| *value == "wx").map(|(name, _)| name.to_owned())
        };
        assert_eq!(name(by_order.clone()), name(by_code));
        // Every other call uses the usual name.
        assert_eq!(name(request::refund(&device, "dm2", fen(1), "wx", &none)).unwrap(), "paytype");
        name(by_order)
    };
    assert_eq!(query(QueryPayType::Paytype).unwrap(), "paytype");
    assert_eq!(query(QueryPayType::PayType).unwrap(), "pay_type");
    assert_eq!(query(QueryPayType::None), None);

    let sign = |sign_case| {
        let request = request::read(&spoken(Dialect { sign_case, ..Dialect::default() }), "dm2", &none);
        request.params().find(|(name, _)| *name == "sign").unwrap().1.to_owned()
    };
    let (upper, lower) = (sign(SignCase::Upper), sign(SignCase::Lower));
    assert!(upper != lower && upper == lower.to_uppercase() && lower == upper.to_lowercase());

    let goods = |gs1_list| {
        let device = spoken(Dialect { gs1_list, ..Dialect::default() });
        let pay = Micropay { goods: Goods::gs1("69,70").unwrap(), ..charge("130000000000000001", "wx") };
        let request = request::micropay(&device, &pay);
        request.params().find(|(name, _)| *name == "infoaddo").unwrap().1.to_owned()
    };
    let head = "[被扫支付]授权码:130000000000000001\r\n";
    assert_eq!(goods(Gs1List::Appendix), format!("{head}--------------------\r\nGS1:69\r\nGS1:70\r\n"));
    assert_eq!(goods(Gs1List::Section), format!("{head}\r\nGS1:69\r\nGS1:70"));

    let whole = request::reprint("dm2", ReprintNumber::Whole, 0);
    assert!(whole.params().any(|pair| pair == ("dm_id", "dm2")));
}

#[test]
fn a_probe_is_a_query_with_just_the_parameters_that_are_named_and_a_good_sign() {
    let device = device("1", "k");
    let probe = request::probe(&device, &[("dm_id", "dm2"), ("remark", "")]);
    let sent = owned(&[("action", "query"), ("device_id", "1"), ("dm_id", "dm2"), ("remark", "")]);
    assert_eq!(sent_but_sign(&probe), sent);
    let signed = sent.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    assert_eq!(sign_in(&probe), sign::payment(signed, "k"));
}

#[test]
fn a_way_of_writing_is_chosen_by_the_name_of_its_option() {
    let mut dialect = Dialect::default();
    for (name, value) in [
        ("sign_case", "lower"),
        ("query_pay_type", "none"),
        ("reprint_number", "whole"),
        ("gs1_list", "section"),
    ] {
        assert_eq!(dialect.set(name, value), Some(Ok(())), "{name}");
    }
    let all = Dialect {
        sign_case: SignCase::Lower,
        query_pay_type: QueryPayType::None,
        reprint_number: ReprintNumber::Whole,
        gs1_list: Gs1List::Section,
    };
    assert_eq!(dialect, all);
    for name in ["sign_case", "query_pay_type", "reprint_number", "gs1_list"] {
        assert!(matches!(dialect.set(name, "maybe"), Some(Err(_))), "{name}");
    }
    assert_eq!((dialect, dialect.set("sign", "upper")), (all, None));
    dialect.set("query_pay_type", "pay_type").unwrap().unwrap();
    assert_eq!(dialect.query_pay_type, QueryPayType::PayType);
    for (name, value) in [
        ("sign_case", "upper"),
        ("query_pay_type", "paytype"),
        ("reprint_number", "bare"),
        ("gs1_list", "appendix"),
    ] {
        dialect.set(name, value).unwrap().unwrap();
    }
    assert_eq!(dialect, Dialect::default());
}

#[test]
fn noremind_is_sent_with_a_value_which_every_reading_of_the_sign_signs_alike() {
    let device = device("1", "k");
    let none = Extra::default();
    for (request, signed) in [
        (
            request::query_by_order(&device, "dm2", "", true, &none),
            "action=query&device_id=1&dm_id=dm2&noremind=1&key=k",
        ),
        (
            request::query_by_auth_code(&device, &code("1234567890"), "", true, &none),
            "action=query&authcode=1234567890&device_id=1&noremind=1&key=k",
        ),
    ] {
        assert!(request.params().any(|pair| pair == ("noremind", "1")));
        assert_eq!(sign_in(&request), sign::sha1_hex(signed.as_bytes()).to_uppercase());
    }
}

#[test]
fn extra_parameters_go_into_every_signed_order_request() {
    let device = device("1", "k");
    let extra = extra(&[("operator_id", "小王")]);
    for (request, signed) in [
        (
            request::query_by_order(&device, "dm2", "", false, &extra),
            "action=query&device_id=1&dm_id=dm2&operator_id=小王&key=k",
        ),
        (
            request::query_by_auth_code(&device, &code("1234567890"), "wx", false, &extra),
            "action=query&authcode=1234567890&device_id=1&operator_id=小王&paytype=wx&key=k",
        ),
        (
            request::refund(&device, "dm2", fen(5), "", &extra),
            "action=refund&device_id=1&dm_id=dm2&operator_id=小王&refund=0.05&key=k",
        ),
        (request::read(&device, "dm2", &extra), "action=read&device_id=1&dm_id=dm2&operator_id=小王&key=k"),
    ] {
        assert!(request.params().any(|pair| pair == ("operator_id", "小王")));
        assert_eq!(sign_in(&request), sign::sha1_hex(signed.as_bytes()).to_uppercase());
        assert!(request.encoded().contains("operator_id=%E5%B0%8F%E7%8E%8B"));
    }
}

#[test]
fn a_form_is_encoded_as_utf8_with_upper_case_hex() {
    let request = request::activate("a+b/c=d e&f", "[被]\r\n-._~*'");
    assert_eq!(
        request.encoded(),
        "hostid=a%2Bb%2Fc%3Dd%20e%26f&initkey=%5B%E8%A2%AB%5D%0D%0A-._~%2A%27&retkey=1"
    );
}

#[test]
fn a_parameter_of_the_library_s_own_cannot_be_set() {
    for name in [
        "action",
        "authcode",
        "device_id",
        "dm_id",
        "info",
        "infoaddo",
        "key",
        "noremind",
        "paytype",
        "refund",
        "sign",
        "total",
    ] {
        let refused = Extra::default().set(name, "1");
        assert_eq!(refused, Err(ParamError::Reserved(name.to_owned())));
    }
}

#[test]
fn a_parameter_s_name_is_letters_digits_and_underscores() {
    for name in ["", "a b", "a=b", "a&b", "a-b", "操作员", "a\n", "a[]"] {
        let refused = Extra::default().set(name, "1");
        assert_eq!(refused, Err(ParamError::Name(name.to_owned())), "{name:?}");
    }
    assert_eq!(Extra::default().set("Shop_ID2", ""), Ok(()));
}

#[test]
fn a_parameter_that_is_almost_a_known_one_is_sent_only_if_it_is_marked() {
    for (given, known) in [
        ("noremnid", "noremind"),
        ("noremin", "noremind"),
        ("NOREMIND", "noremind"),
        ("no_remind", "noremind"),
        ("deadline", "deadline_ms"),
        ("deadline_ms", "deadline_ms"),
        ("insist", "insist"),
        ("any_coed", "any_code"),
        ("signs", "sign"),
        ("kye", "key"),
        ("gs2", "gs1"),
        ("custom_serie", "custom_series"),
        ("operatorid", "operator_id"),
        ("dic_amuont", "dic_amount"),
        ("total_fee", "total_fen"),
        ("total_fen", "total_fen"),
        ("TotalFee", "total_fen"),
        ("refund_fee", "refund_fen"),
        ("amount", "total_fen"),
        ("total_amount", "total_fen"),
        ("refundAmount", "refund_fen"),
        ("out_trade_no", "out_trade_no"),
        ("out_refund_no", "out_refund_no"),
        ("auth_code", "authcode"),
    ] {
        let mut extra = Extra::default();
        let similar = ParamError::Similar { given: given.to_owned(), known };
        assert_eq!(extra.set(given, "1"), Err(similar), "{given}");
        assert_eq!(extra.set(&format!("extra:{given}"), "1"), Ok(()), "{given}");
        assert_eq!(extra.get(given), Some("1"));
    }
    for other in ["operator_id", "dic_amount", "shop", "id", "infos2", "a", "discount", "store_no", "account"]
    {
        assert_eq!(Extra::default().set(other, "1"), Ok(()), "{other}");
    }
    // The mark lets no name through that the library sets itself, nor one that cannot be sent.
    let mut extra = Extra::default();
    assert_eq!(extra.set("extra:sign", "1"), Err(ParamError::Reserved("sign".to_owned())));
    for bad in ["extra:", "extra:extra:a", "extra: a"] {
        assert!(matches!(extra.set(bad, "1"), Err(ParamError::Name(_))), "{bad}");
    }
}

#[test]
fn a_parameter_holds_no_control_character() {
    for value in ["\n", "a\tb", "\0", "\u{7f}", "\u{85}"] {
        let refused = Extra::default().set("a", value);
        assert_eq!(refused, Err(ParamError::Control("a".to_owned())), "{value:?}");
    }
}

#[test]
fn a_refused_parameter_leaves_the_others_as_they_were() {
    let mut extra = extra(&[("a", "1")]);
    assert!(extra.set("a", "\n").is_err());
    assert!(extra.set("sign", "x").is_err());
    assert_eq!(extra.iter().collect::<Vec<_>>(), [("a", "1")]);
}

#[test]
fn the_last_value_of_a_parameter_counts() {
    let extra = extra(&[("a", "1"), ("b", "2"), ("a", "3")]);
    assert_eq!(extra.iter().collect::<Vec<_>>(), [("b", "2"), ("a", "3")]);
}

#[test]
fn goods_may_have_tabs_and_line_ends_but_no_other_control_character() {
    assert!(Goods::text("a\r\n\tb", "c\r\n\td").is_ok());
    assert_eq!(Goods::text("\u{1b}", ""), Err(ParamError::Control("info".to_owned())));
    assert_eq!(Goods::text("", "\0"), Err(ParamError::Control("infoaddo".to_owned())));
}

#[test]
fn bar_codes_are_letters_and_digits() {
    let codes = Goods::gs1("6900138600889 ABC,,1").unwrap();
    assert_eq!(codes, Goods::Gs1(["6900138600889", "ABC", "1"].map(str::to_owned).to_vec()));
    for bad in ["69001\r\nGS1:1", "１２", "a&b", "690-1"] {
        assert!(Goods::gs1(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn logs_show_neither_key_nor_auth_code_nor_sign() {
    let device = device("57206", "8df7975ac2c8");
    let pay =
        Micropay { goods: Goods::gs1("6900138600889").unwrap(), ..charge("287662437041841781", "alipay") };
    let request = request::micropay(&device, &pay);
    let logged = format!("{device:?} {pay:?} {request:?} {:?}", request::activate("h", "24901320180424"));
    for secret in ["8df7975ac2c8", "287662437041841781", &sign_in(&request), "24901320180424"] {
        assert!(!logged.contains(secret), "{logged}");
    }
    assert!(logged.contains("57206") && logged.contains("28************1781"));
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn an_encoded_form_decodes_to_the_raw_values(
        extras in proptest::collection::btree_map("x[a-zA-Z0-9_]{1,8}", "\\PC{0,12}", 0..5),
        info in "\\PC{1,12}",
        infoaddo in "(\\PC|[\r\n\t]){1,24}",
        paytype in "\\PC{1,8}",
    ) {
        let mut extra = Extra::default();
        for (name, value) in &extras {
            // Not only ASCII controls count as control characters.
            prop_assume!(extra.set(name, value).is_ok());
        }
        let pay = Micropay {
            goods: Goods::text(&info, &infoaddo).unwrap(),
            extra,
            paytype: paytype.clone(),
            ..charge("288924276181755765", "")
        };
        let request = request::micropay(&device("215117", "k"), &pay);
        let form = request.encoded();
        prop_assert!(form.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%=&".contains(&b)));
        let mut sent: Vec<_> =
            decode_form(&form).into_iter().filter(|(name, _)| name != "sign").collect();
        let mut want = owned(&[
            ("action", "micropay"),
            ("authcode", "288924276181755765"),
            ("device_id", "215117"),
            ("info", &info),
            ("infoaddo", &infoaddo),
            ("paytype", &paytype),
            ("total", "0.01"),
        ]);
        want.extend(extras.into_iter().filter(|(_, value)| !value.is_empty()));
        sent.sort();
        want.sort();
        prop_assert_eq!(sent, want);
    }

    #[test]
    fn the_sign_sent_is_that_of_all_else_that_is_sent(
        extras in proptest::collection::btree_map("[a-zA-Z_]{2,8}x", "[ -~]{0,12}", 0..5),
        total in 1i32..100_000_000,
        key in "[0-9a-f]{40}",
    ) {
        let mut extra = Extra::default();
        for (name, value) in &extras {
            extra.set(&format!("extra:{name}"), value).unwrap();
        }
        let request = request::refund(&device("1", &key), "dm1", fen(total), "wx", &extra);
        let sent = decode_form(&request.encoded());
        let signed = sent.iter().filter(|(n, _)| n != "sign").map(|(n, v)| (n.as_str(), v.as_str()));
        prop_assert_eq!(sign_in(&request), sign::payment(signed, &key));
    }
}

/// The document does not say whether an empty value belongs in a sign. The library itself signs none.
#[test]
fn no_signed_request_has_an_empty_value_of_the_librarys_own() {
    let (device, none) = (device("1", "k"), Extra::default());
    let code = code("130000000000000001");
    let plain = charge("130000000000000001", "alipay");
    let goods = Micropay { goods: Goods::text("", "").unwrap(), noremind: true, ..plain.clone() };
    let bars = Micropay { goods: Goods::gs1("6948385003961").unwrap(), noremind: true, ..plain.clone() };
    let signed = [
        request::config(&device, "V1"),
        request::time("1"),
        request::micropay(&device, &plain),
        request::micropay(&device, &goods),
        request::micropay(&device, &bars),
        request::query_by_auth_code(&device, &code, "", true, &none),
        request::query_by_order(&device, "dm2", "", true, &none),
        request::refund(&device, "dm2", plain.total, "", &none),
        request::read(&device, "dm2", &none),
    ];
    for request in &signed {
        assert_eq!(request.params().find(|(_, value)| value.is_empty()), None, "{request:?}");
    }
    // The one empty value: the document says so, and nothing signs it.
    let reprint = request::reprint("dm2", ReprintNumber::Bare, 0);
    let empty: Vec<_> = reprint.params().filter(|(_, value)| value.is_empty()).collect();
    assert_eq!(empty, [("reprint", "")]);
    assert!(reprint.params().all(|(name, _)| name != "sign"));
}

#[test]
fn a_method_is_chosen_for_each_call_that_may_have_both_and_for_no_other() {
    let usual = Methods::default();
    let both = [
        (Call::Micropay, Methods { micropay: Method::Get, ..usual }),
        (Call::Query, Methods { query: Method::Get, ..usual }),
        (Call::Refund, Methods { refund: Method::Get, ..usual }),
        (Call::Read, Methods { read: Method::Get, ..usual }),
        (Call::Time, Methods { time: Method::Post, ..usual }),
    ];
    for (chosen, methods) in both {
        for (call, _) in both {
            assert_eq!(methods.of(call) != usual.of(call), call == chosen, "{call:?} of {methods:?}");
        }
        for call in [Call::Activate, Call::Config, Call::Reprint] {
            assert_eq!(methods.of(call), Method::Get);
        }
    }
}
