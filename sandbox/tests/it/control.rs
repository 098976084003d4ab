//! The control API over HTTP, as README.md describes it.

use serde_json::{Value, json};

use crate::{
    http,
    till::{Till, WECHAT, attr},
};

fn call(till: &Till, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let response = http::json(till.sandbox.addr(), method, &format!("/_sandbox/{path}"), &body.to_string());
    (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
}

pub fn ok(till: &Till, method: &str, path: &str, body: &Value) -> Value {
    let (status, response) = call(till, method, path, body);
    assert!((200..300).contains(&status), "{method} {path}: {status} {response}");
    response
}

#[test]
fn activation_codes_and_devices() {
    let till = Till::new();
    assert_eq!(ok(&till, "POST", "activation-codes", &json!({"code": "123"})), json!({"code": "123"}));
    assert!(ok(&till, "POST", "activation-codes", &json!({}))["code"].is_string());
    let device =
        ok(&till, "POST", "devices", &json!({"device_id": "7", "key": "k", "client_name": "店 - 2"}));
    assert_eq!(device, json!({"device_id": "7", "key": "k"}));
    let overrides = json!({"config": {"license_micropay": "0", "redpack_template": null}});
    ok(&till, "PUT", "devices/7", &json!({"key": "k2", "overrides": overrides}));
    let book = ok(&till, "GET", "book", &Value::Null);
    assert_eq!(book["devices"][0]["client_name"], "店 - 2");
    assert_eq!(book["devices"][0]["overrides"]["config"]["license_micropay"], "0");
    assert!(!book.to_string().contains("k2"), "keys are not shown");
    ok(&till, "DELETE", "devices/7", &Value::Null);
    assert_eq!(call(&till, "DELETE", "devices/7", &Value::Null).0, 404);
    assert_eq!(call(&till, "POST", "devices", &json!({"device_id": "x"})).0, 422);
    assert_eq!(call(&till, "POST", "devices", &json!({"devise_id": "1"})).0, 422);
    let next = ok(&till, "POST", "devices", &json!({}));
    assert_ne!(next["device_id"], till.device.device_id.as_str());
}

#[test]
fn deleted_numbers_are_not_given_out_again() {
    let till = Till::new();
    till.control.delete_device(&till.device.device_id).unwrap();
    let next = ok(&till, "POST", "devices", &json!({}));
    assert_ne!(next["device_id"], till.device.device_id.as_str());
}

#[test]
fn auth_codes_and_wallets() {
    let till = Till::new();
    let behaviour = json!({"kind": "asks_password", "ms": 600_000});
    let new = json!({"kind": "alipay", "behaviour": behaviour, "balance_fen": 500});
    let issued = ok(&till, "POST", "auth-codes", &new);
    let code = issued["auth_code"].as_str().unwrap();
    assert!(code.len() == 18 && code.starts_with("28"), "{code}");
    let again = json!({"kind": "alipay", "wallet_id": issued["wallet_id"]});
    assert_eq!(ok(&till, "PUT", "auth-codes/280000000000000009", &again)["wallet_id"], issued["wallet_id"]);
    let wallets = ok(&till, "GET", "wallets", &Value::Null);
    assert_eq!(wallets.as_array().map(Vec::len), Some(1));
    assert_eq!(wallets[0]["balance_fen"], 500);
    assert_eq!(wallets[0]["behaviour"]["kind"], "pays");

    assert_eq!(call(&till, "PUT", "auth-codes/12x", &json!({"kind": "wechat"})).0, 422);
    assert_eq!(call(&till, "POST", "auth-codes", &json!({"kind": "wechat", "wallet_id": 99})).0, 404);
    assert_eq!(call(&till, "POST", "auth-codes", &json!({"kind": "wechat", "wallet_id": 1})).0, 422);
}

#[test]
fn a_chosen_code_behaves_as_told() {
    let till = Till::new();
    let declines = json!({"kind": "wechat", "behaviour": {"kind": "declines"}});
    ok(&till, "PUT", "auth-codes/130000000000000007", &declines);
    let response = till.micropay("130000000000000007", WECHAT, "1");
    assert_eq!(attr(&response, "info"), Some("支付失败:银行卡交易受限"));
}

#[test]
fn faults() {
    let till = Till::new();
    let order = json!({"on": "time", "times": 2, "skip": 1, "fault": {"kind": "html"}});
    ok(&till, "POST", "faults", &order);
    assert_eq!(ok(&till, "GET", "faults", &Value::Null), json!([order]));
    ok(&till, "DELETE", "faults", &Value::Null);
    assert_eq!(ok(&till, "GET", "faults", &Value::Null), json!([]));
    assert_eq!(call(&till, "POST", "faults", &json!({"on": "time", "fault": {"kind": "x"}})).0, 422);
}

#[test]
fn control_works_while_everything_else_fails() {
    let till = Till::new();
    let order = json!({"on": "any", "times": null, "skip": 0, "fault": {"kind": "request_lost"}});
    ok(&till, "POST", "faults", &order);
    assert!(http::get(till.sandbox.addr(), "/o2o_dmprinter/time.php").bytes.is_empty());
    assert_eq!(ok(&till, "GET", "faults", &Value::Null), json!([order]));
}

#[test]
fn requests() {
    let till = Till::new();
    let dm_id = till.paid("1");
    till.get("/nowhere?a=1");
    let log = ok(&till, "GET", "requests", &Value::Null);
    assert_eq!(log["connections"], 2, "control connections do not count");
    assert!(log["bytes_received"].as_u64() > Some(100) && log["bytes_sent"].as_u64() > Some(100));
    let requests = log["requests"].as_array().unwrap();
    let first = &requests[0];
    assert_eq!((&first["n"], &first["connection"]), (&json!(1), &json!(1)));
    assert_eq!((&first["endpoint"], &first["action"]), (&json!("/o2o-dm/op.php"), &json!("micropay")));
    assert_eq!(
        (&first["acted"], &first["status"], &first["fault"]),
        (&json!(true), &json!(200), &Value::Null)
    );
    assert_eq!((&first["method"], &first["params"]["total"]), (&json!("POST"), &json!("1")));
    let second = &requests[1];
    assert_eq!((&second["action"], &second["status"]), (&json!("unknown"), &json!(404)));
    assert_eq!((&second["acted"], &second["params"]["a"]), (&json!(false), &json!("1")));
    ok(&till, "DELETE", "requests", &Value::Null);
    till.read(&dm_id);
    let log = ok(&till, "GET", "requests", &Value::Null);
    assert_eq!((log["requests"].as_array().unwrap().len(), &log["requests"][0]["n"]), (1, &json!(3)));
}

#[test]
fn bills() {
    let till = Till::new();
    let dm_id = till.paid("1");
    let refund = ok(&till, "POST", &format!("bills/{dm_id}/refund"), &json!({"refund_fen": 30}));
    assert_eq!((&refund["refund_fen"], &refund["by"]), (&json!(30), &json!("back_office")));
    assert_eq!(call(&till, "POST", &format!("bills/{dm_id}/refund"), &json!({"refund_fen": 71})).0, 409);
    assert_eq!(call(&till, "POST", "bills/dm5/refund", &json!({"refund_fen": 1})).0, 404);
    assert_eq!(call(&till, "POST", &format!("bills/{dm_id}/state"), &json!({"state": "failed"})).0, 422);

    let other = till.paid("2");
    for state in ["failed", "paying", "paid"] {
        ok(&till, "POST", &format!("bills/{other}/state"), &json!({ "state": state }));
        assert_eq!(ok(&till, "GET", &format!("bills/{other}"), &Value::Null)["state"], state);
    }
    let book = ok(&till, "GET", "book", &Value::Null);
    assert_eq!(book["bills"][0]["refunds"][0]["refund_fen"], 30);
    assert_eq!((&book["bills"][1]["total_fen"], &book["bills"][1]["dm_id"]), (&json!(200), &json!(other)));
}

#[test]
fn settings_change_one_by_one() {
    let till = Till::new();
    let changed =
        ok(&till, "PUT", "settings", &json!({"strict_wallets": true, "close_tags": {"read": true}}));
    assert_eq!((&changed["strict_wallets"], &changed["close_tags"]["read"]), (&json!(true), &json!(true)));
    assert_eq!(changed["close_tags"]["query"], true);
    let dropped = ok(&till, "PUT", "settings", &json!({"strict_wallets": false, "bill_timeout_ms": 5}));
    assert_eq!((&dropped["bill_timeout_ms"], &dropped["close_tags"]["read"]), (&json!(5), &json!(true)));
    for nonsense in [json!({"strict": true}), json!({"clock_skew_s": "x"}), json!({"clock_skew_s": {"a": 1}})]
    {
        assert_eq!(call(&till, "PUT", "settings", &nonsense).0, 422, "{nonsense}");
    }
    assert_eq!(ok(&till, "GET", "settings", &Value::Null), dropped);
}

#[test]
fn there_is_no_other_call() {
    let till = Till::new();
    assert_eq!(call(&till, "GET", "secrets", &Value::Null).0, 404);
    assert!(till.control.requests().requests.is_empty());
}
