use wsy::protocol::amount::Fen;
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::config::{self, Config, ConfigResponse};
use wsy::protocol::response::ResponseError;

use crate::support::bytes;

fn good(body: &[u8]) -> Config {
    match config::parse(body) {
        Ok(ConfigResponse::Good(config)) => *config,
        other => panic!("{other:?}"),
    }
}

fn code(digits: &str) -> AuthCode {
    AuthCode::parse(digits).unwrap()
}

fn fen(fen: i32) -> Fen {
    Fen::new(fen).unwrap()
}

fn with(attributes: &str, children: &str) -> Config {
    good(format!(r#"<dm ok="1" server="http://a.test" {attributes}>{children}</dm>"#).as_bytes())
}

#[test]
fn the_sample_is_read_field_by_field() {
    let config = good(&bytes("config.xml"));
    assert_eq!(config.server, "http://dct.semoor.cn");
    assert_eq!(config.device_id, "215117");
    assert_eq!(config.client_name, "测试读取配置文件接口 - 001");
    for (name, value) in [
        ("ok", "1"),
        ("client_id", "156326"),
        ("refund_timelimit", "0"),
        ("qrcode_logo", "201503/31002052/logo150.png"),
        ("qrcode_image", "201503/31002052/wx72.png"),
        ("redpack_template", ""),
        ("micropay_total_regex", ""),
        ("license_micropay", "1"),
        ("license_printer", "1"),
        ("license_com", "1"),
        ("license_network", "1"),
        ("license_wxpayremind", "1"),
        ("wxpayremind_print_count", "1"),
    ] {
        assert_eq!(config.attribute(name), Some(value), "{name}");
    }
    assert_eq!(config.attributes.len(), 19);
    assert_eq!(config.attribute("unheard_of"), None);
    let types: Vec<_> = config
        .pay_types
        .iter()
        .map(|t| [&t.number, &t.code, &t.name, &t.coderegex, &t.cancelregex].map(String::as_str))
        .collect();
    assert_eq!(
        types,
        [
            ["4", "o2o_dm_code_wxpaysub", "微信", r"^1[0-5]\d{16}$", r"^dm\d+$"],
            ["30", "o2o_dm_code_alipay_isv_beta", "支付宝", r"^28\d{15,16}$", r"^dm\d+$"],
        ]
    );
    assert_eq!(config.pay_types[0].attributes.len(), 5);
    assert!(config.may_charge());
    assert!(config.allows(fen(1)));
}

#[test]
fn templates_keep_their_line_breaks_and_the_blank_that_is_missing_after_one_does_no_harm() {
    let config = good(&bytes("config.xml"));
    assert_eq!(
        config.attribute("payremind_template_popup"),
        Some("时间:{paytime}单号:{no}桌号:{tableno}金额:\n{total}")
    );
    let remind = config.attribute("payremind_template").unwrap();
    assert!(remind.starts_with("\\x1b\\x40\\x1D\\x21\\x11\\x1b\\x4d\\x02微信支付凭证\n\\x1D\\x21\\x00 "));
    assert!(remind.ends_with(r"客户签字: \x1B\x69"));
    let qrcode = config.attribute("qrcode_template").unwrap();
    assert!(qrcode.starts_with(r"\r\n\x1b\x7b\x01\x1b\x61\x01△ △ △ △ △ △ △"));
    assert!(qrcode.ends_with("账单编号:{no} 就餐桌号:{table} 消费时间:{time}"));
}

#[test]
fn a_device_error_means_to_activate_again() {
    assert_eq!(
        config::parse(&bytes("config-device-error.xml")),
        Ok(ConfigResponse::ActivateAgain("设备密钥错误".to_owned()))
    );
}

#[test]
fn an_error_that_does_not_name_the_device_leaves_it_as_it_is() {
    for ok in ["0", "-1"] {
        let body = format!(r#"<dm ok="{ok}" info="系统繁忙"/>"#);
        let refused = Ok(ConfigResponse::Refused("系统繁忙".to_owned()));
        assert_eq!(config::parse(body.as_bytes()), refused, "{ok}");
    }
}

#[test]
fn an_unknown_ok_does_not_throw_the_device_away() {
    for ok in ["", "2", "busy"] {
        let body = format!(r#"<dm ok="{ok}" server="http://a.test" info="设备"/>"#);
        assert_eq!(config::parse(body.as_bytes()), Err(ResponseError::Incomplete("ok")), "{ok:?}");
    }
}

#[test]
fn a_config_without_a_usable_server_is_incomplete() {
    for server in ["", "dct.semoor.cn", "ftp://dct.semoor.cn", "http://", "javascript:x"] {
        let body = format!(r#"<dm ok="1" server="{server}"/>"#);
        assert_eq!(config::parse(body.as_bytes()), Err(ResponseError::Incomplete("server")), "{server}");
    }
    assert_eq!(config::parse(br#"<dm ok="1"/>"#), Err(ResponseError::Incomplete("server")));
}

#[test]
fn the_server_has_no_slash_at_its_end() {
    assert_eq!(good(br#"<dm ok="1" server=" https://a.test:8443// "/>"#).server, "https://a.test:8443");
}

#[test]
fn the_code_chooses_the_payment_type_of_the_sample() {
    let config = good(&bytes("config.xml"));
    for (digits, pay_type) in [
        ("134604005619969099", Some("o2o_dm_code_wxpaysub")),
        ("100000000000000000", Some("o2o_dm_code_wxpaysub")),
        ("160000000000000000", None),
        ("1346040056199690990", None),
        ("13460400561996909", None),
        ("288924276181755765", Some("o2o_dm_code_alipay_isv_beta")),
        ("28892427618175576", Some("o2o_dm_code_alipay_isv_beta")),
        ("2889242761817557", None),
        ("2889242761817557651", None),
        ("628924276181755765", None),
    ] {
        let chosen = config.pay_type_for(&code(digits)).map(|t| t.code.as_str());
        assert_eq!(chosen, pay_type, "{digits}");
    }
}

#[test]
fn the_first_payment_type_that_takes_a_code_wins_and_patterns_that_cannot_be_read_take_none() {
    let config = good(&bytes("made-up-config-restricted.xml"));
    let chosen = config.pay_type_for(&code("134604005619969099")).unwrap();
    assert_eq!((chosen.code.as_str(), chosen.coderegex.as_str()), ("wx", r"^1[0-5]\d{16}\$"));
    assert!(config.pay_type_for(&code("288924276181755765")).is_none());
    assert_eq!(config.pay_types.len(), 4);
    assert_eq!(config.server, "https://pay.example.test");
}

#[test]
fn a_payment_type_is_found_by_its_exact_code() {
    let config = good(&bytes("config.xml"));
    assert_eq!(config.pay_type_named("o2o_dm_code_wxpaysub").unwrap().number, "4");
    assert!(config.pay_type_named("wxpaysub").is_none());
    assert!(config.pay_type_named("").is_none());
    assert_eq!(config.pay_type_numbered("30").unwrap().name, "支付宝");
    assert!(config.pay_type_numbered("5").is_none() && config.pay_type_numbered("").is_none());
}

#[test]
fn only_a_licence_of_one_or_none_at_all_lets_a_device_charge() {
    assert!(with("", "").may_charge());
    assert!(with(r#"license_micropay="1""#, "").may_charge());
    for licence in ["0", "", "2", "11", "yes"] {
        assert!(!with(&format!(r#"license_micropay="{licence}""#), "").may_charge(), "{licence:?}");
    }
    assert!(!good(&bytes("made-up-config-restricted.xml")).may_charge());
}

#[test]
fn the_amount_pattern_sees_the_amount_as_it_is_sent() {
    let config = good(&bytes("made-up-config-restricted.xml"));
    assert!(config.allows(fen(1)));
    assert!(config.allows(fen(9_999)));
    assert!(!config.allows(fen(10_000)));
}

#[test]
fn an_amount_pattern_with_the_table_s_end_anchor_works() {
    let config = with(r#"micropay_total_regex="^\d\.00\$""#, "");
    assert!(config.allows(fen(100)));
    assert!(!config.allows(fen(101)));
}

#[test]
fn a_blank_amount_pattern_allows_all_and_one_that_cannot_be_read_none() {
    assert!(with(r#"micropay_total_regex=" ""#, "").allows(fen(1)));
    assert!(!with(r#"micropay_total_regex="(""#, "").allows(fen(1)));
    let ahead = with(r#"micropay_total_regex="^(?!0\.)""#, "");
    assert!(ahead.allows(fen(100)) && !ahead.allows(fen(99)));
}

#[test]
fn the_patterns_that_cannot_be_read_are_named() {
    let wallet = r#"<dm_code code="wx" coderegex="^(?>1)$" cancelregex="(1)\1"/><dm_code coderegex="^1$"/>"#;
    let config = with(r#"micropay_total_regex="(""#, wallet);
    let unread: Vec<_> = config.unread_patterns().collect();
    assert_eq!(unread, [("micropay_total_regex", "("), ("coderegex", "^(?>1)$"), ("cancelregex", r"(1)\1")]);
    let [first, second] = &config.pay_types[..] else { panic!("{config:?}") };
    assert_eq!((first.unread_coderegex(), second.unread_coderegex()), (Some("^(?>1)$"), None));
    assert_eq!(with("", "").unread_patterns().count(), 0);
}

#[test]
fn an_address_with_a_bare_ampersand_does_not_cost_the_config() {
    let config = with(r#"logo="http://a.test/i?x=1&y=2&amp;z=3""#, "");
    assert_eq!(config.attribute("logo"), Some("http://a.test/i?x=1&y=2&z=3"));
}

#[test]
fn a_payment_type_is_readable_if_both_of_its_patterns_are() {
    let is_readable = |code: &str, cancel: &str| {
        let body = format!(
            "<dm ok=\"1\" server=\"http://a\" device_id=\"1\"><dm_code coderegex=\"{code}\" cancelregex=\"{cancel}\"/></dm>"
        );
        let Ok(ConfigResponse::Good(config)) = config::parse(body.as_bytes()) else { panic!("{body}") };
        config.pay_types[0].is_readable()
    };
    assert!(is_readable("^1\\d+$", "^dm\\d+$") && is_readable("^1\\d+$", ""));
    assert!(
        !is_readable("^1(?=1)\\d+$", "^dm\\d+$") && !is_readable("", "") && !is_readable("^1$", "^d(?=m)")
    );
}
