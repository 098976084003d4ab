use wsy_sandbox::{DeviceChange, DmCode, Overrides, Settings};

use crate::till::{Till, attr, sha1};

fn target(device_id: &str, key: &str) -> String {
    let sign = sha1(&format!("{key}?device_id={device_id}&ver=V1.01"));
    format!("/o2o_dmprinter/app.php?&device_id={device_id}&ver=V1.01&sign={sign}")
}

pub fn config(till: &Till) -> String {
    till.get(&target(&till.device.device_id, &till.device.key)).text()
}

const WRONG: &str = r#"<dm ok="-1" info="设备密钥错误" />"#;

#[test]
fn it_is_the_documents_sample() {
    let till = Till::new();
    let config = config(&till);
    for (name, value) in [
        ("ok", "1"),
        ("server", "http://till.test"),
        ("device_id", &till.device.device_id),
        ("client_name", "测试读取配置文件接口 - 001"),
        ("refund_timelimit", "0"),
        ("micropay_total_regex", ""),
        ("license_micropay", "1"),
        ("wxpayremind_print_count", "1"),
    ] {
        assert_eq!(attr(&config, name), Some(value), "{name}");
    }
    let template = attr(&config, "payremind_template").unwrap();
    assert!(template.starts_with(r"\x1b\x40\x1D\x21\x11"), "escapes are text");
    assert!(template.contains('\n'), "line breaks are raw");
    assert!(config.contains(
        r#"<dm_code type="4" code="o2o_dm_code_wxpaysub" name="微信" coderegex="^1[0-5]\d{16}$" cancelregex="^dm\d+$" />"#
    ));
    assert!(config.contains(r#"name="支付宝" coderegex="^28\d{15,16}$""#));
    assert!(config.ends_with("</dm>"));
}

#[test]
fn a_wrong_or_unknown_device_is_minus_one() {
    let till = Till::new();
    let id = till.device.device_id.clone();
    assert_eq!(till.get(&target(&id, "wrong")).text(), WRONG);
    assert_eq!(till.get(&target("1", "x")).text(), WRONG);
    let missing = till.get(&format!("/o2o_dmprinter/app.php?device_id={id}&sign=x")).text();
    assert_eq!(missing, r#"<dm ok="-1" info="缺少参数: ver" />"#);
    till.control.delete_device(&id).unwrap();
    assert_eq!(config(&till), WRONG);
}

#[test]
fn a_changed_key_is_wrong_until_it_is_known() {
    let mut till = Till::new();
    let change = DeviceChange { key: Some("new".into()), ..DeviceChange::default() };
    till.control.update_device(&till.device.device_id, change).unwrap();
    assert_eq!(config(&till), WRONG);
    till.device.key = "new".into();
    assert_eq!(attr(&config(&till), "ok"), Some("1"));
}

#[test]
fn devices_may_differ() {
    let till = Till::new();
    let code = DmCode { code: "other".into(), ..DmCode::wechat() };
    let config_overrides = [
        ("license_micropay", Some("0")),
        ("server", Some("http://elsewhere.test")),
        ("qrcode_logo", None),
        ("brand_new", Some("a\"b")),
    ];
    let overrides = Overrides {
        config: config_overrides.map(|(name, value)| (name.into(), value.map(str::to_owned))).into(),
        dm_codes: Some(vec![code]),
    };
    let change = DeviceChange { overrides: Some(overrides), ..DeviceChange::default() };
    till.control.update_device(&till.device.device_id, change).unwrap();
    let config = config(&till);
    assert_eq!(attr(&config, "license_micropay"), Some("0"));
    assert_eq!(attr(&config, "server"), Some("http://elsewhere.test"));
    assert_eq!(attr(&config, "qrcode_logo"), None);
    assert_eq!(attr(&config, "brand_new"), Some("a&quot;b"));
    assert_eq!(config.matches("<dm_code").count(), 1);
    assert!(config.contains(r#"code="other""#));
}

#[test]
fn everybody_may_be_sent_to_another_server() {
    let till = Till::new();
    let server = Some("http://moved.test".to_owned());
    till.control.set_settings(Settings { server, ..Settings::default() });
    assert_eq!(attr(&config(&till), "server"), Some("http://moved.test"));
}
