use crate::till::{Till, assert_refused, attr, joined};

const HOST_ID: &str = "PGhvc3QgY3B1PSIxIiBtYWM9IjIiIC8+";

fn register(till: &Till, pairs: &[(&str, &str)]) -> String {
    till.get(&format!("/o2o_dmprinter/app_device_register.php?{}", joined(pairs))).text()
}

#[test]
fn a_code_makes_one_device() {
    let till = Till::new();
    let code = till.control.activation_code(None).unwrap();
    let pairs = [("hostid", HOST_ID), ("initkey", code.as_str()), ("retkey", "1")];
    let response = register(&till, &pairs);
    assert_eq!(attr(&response, "ok"), Some("1"));
    assert_eq!(attr(&response, "info"), Some("设备已成功注册!"));
    let device_id = attr(&response, "device_id").unwrap();
    assert_eq!(attr(&response, "key").unwrap().len(), 40);
    let book = till.control.book().unwrap();
    assert!(book.devices.iter().any(|device| device.device_id == device_id));

    assert_refused(&register(&till, &pairs), "初始密钥不存在!");
    assert_eq!(till.control.book().unwrap().devices.len(), 2);
}

#[test]
fn the_secret_is_not_in_the_log() {
    let till = Till::new();
    till.get("/o2o_dmprinter/time.php?key=secret&device_id=1&sign=x");
    let request = till.last_request();
    assert_eq!(request.params.get("key"), Some("***"));
    assert_eq!(request.params.get("device_id"), Some("1"));
}

#[test]
fn bad_requests_do_not_use_the_code_up() {
    let till = Till::new();
    till.control.activation_code(Some("1123123")).unwrap();
    let code = ("initkey", "1123123");
    for (pairs, info) in [
        (vec![code, ("retkey", "1")], "缺少参数: hostid"),
        (vec![code, ("retkey", "1"), ("hostid", "")], "缺少参数: hostid"),
        (vec![code, ("retkey", "1"), ("hostid", "no base64")], "参数错误: hostid"),
        (vec![("retkey", "1"), ("hostid", HOST_ID)], "缺少参数: initkey"),
        (vec![code, ("hostid", HOST_ID)], "缺少参数: retkey"),
        (vec![code, ("retkey", "2"), ("hostid", HOST_ID)], "参数错误: retkey"),
        (vec![code, code, ("retkey", "1"), ("hostid", HOST_ID)], "参数重复: initkey"),
    ] {
        assert_refused(&register(&till, &pairs), info);
    }
    let response = register(&till, &[code, ("retkey", "1"), ("hostid", HOST_ID)]);
    assert_eq!(attr(&response, "ok"), Some("1"));
}

#[test]
fn it_is_get_only() {
    let till = Till::new();
    let path = "/o2o_dmprinter/app_device_register.php";
    let response = crate::http::form(till.sandbox.addr(), path, "retkey=1").response();
    assert_refused(&response.text(), "请求方式错误");
}
