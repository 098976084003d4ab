//! The console's routes: the page's files, the data it gets, and who has access.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wsy_sandbox::{Behaviour, Call, Fault, NewAuthCode, Options, PhoneAnswer, Sandbox};

use crate::{
    http::{self, Response},
    till::{Till, WECHAT, attr, eventually, fresh_code, micropay},
};

const CONSOLE: &str = "/_sandbox/console/";

fn get(till: &Till, path: &str) -> Response {
    http::json(till.sandbox.addr(), "GET", &format!("{CONSOLE}{path}"), "")
}

fn look(till: &Till, path: &str) -> Value {
    let response = get(till, &format!("api/{path}"));
    assert_eq!(response.status, 200, "{path}: {}", response.text());
    serde_json::from_slice(&response.body).unwrap()
}

fn state(till: &Till) -> Value {
    look(till, "state")["state"].take()
}

fn tell(till: &Till, method: &str, path: &str, body: &Value) -> u16 {
    http::json(till.sandbox.addr(), method, &format!("/_sandbox/{path}"), &body.to_string()).status
}

fn on_phone(ms: u64) -> NewAuthCode {
    NewAuthCode::wechat(Behaviour::AsksPhone { ms })
}

#[test]
fn everything_that_the_page_names_is_there() {
    let till = Till::new();
    let mut waiting = vec![String::new()];
    let mut seen = Vec::new();
    while let Some(name) = waiting.pop() {
        let response = get(&till, &name);
        assert_eq!(response.status, 200, "{name}");
        let text = response.text();
        assert!(
            !text.contains("http://") || name.ends_with(".svg") || name == "trouble.js",
            "{name} names another host"
        );
        let quoted = text.split(['"', '\'']).filter_map(|part| part.strip_prefix("./").or(Some(part)));
        let files = quoted.filter(|part| [".js", ".css", ".svg"].iter().any(|end| part.ends_with(end)));
        let files = files
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)));
        for file in files.map(str::to_owned).filter(|file| !file.starts_with('.')) {
            if !seen.contains(&file) {
                seen.push(file.clone());
                waiting.push(file);
            }
        }
        seen.push(name);
    }
    assert!(seen.len() > 15, "{seen:?}");
    assert_eq!(get(&till, "missing.js").status, 404);
}

#[test]
fn the_page_may_only_run_what_it_brought() {
    let till = Till::new();
    let page = get(&till, "");
    let policy = page.header("content-security-policy").unwrap();
    for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let text = page.text();
    assert!(!text.contains("<script>") && !text.contains(" on") && !text.contains("style="), "{text}");
}

#[test]
fn another_name_for_this_machine_is_refused() {
    let till = Till::new();
    let addr = till.sandbox.addr();
    let port = addr.port();
    for (path, method) in
        [("console/", "GET"), ("console/api/state", "GET"), ("faults", "DELETE"), ("book", "GET")]
    {
        let path = format!("/_sandbox/{path}");
        let evil = http::with_headers(addr, method, &path, &[&format!("Host: evil.example:{port}")], "");
        assert_eq!(evil.status, 403, "{path}");
        let ours = http::with_headers(addr, method, &path, &[&format!("Host: localhost:{port}")], "");
        assert!(ours.status < 300, "{path}");
        let origin = [format!("Host: 127.0.0.1:{port}"), "Origin: http://evil.example".to_owned()];
        let origin: Vec<&str> = origin.iter().map(String::as_str).collect();
        assert_eq!(http::with_headers(addr, method, &path, &origin, "").status, 403, "{path}");
    }
    // Tills may call the platform by any name.
    assert_ne!(till.get("/o2o_dmprinter/time.php").status, 403);
}

#[test]
fn the_network_has_to_know_the_token() {
    let options = Options { listen: "0.0.0.0:0".parse().unwrap(), allow_network: true, ..Options::default() };
    let sandbox = Sandbox::start(options).unwrap();
    let addr = (std::net::Ipv4Addr::LOCALHOST, sandbox.addr().port()).into();
    let token = sandbox.token().unwrap().to_owned();
    assert!(token.len() >= 32 && sandbox.console().ends_with(&format!("?token={token}")));
    let call = |path: &str, headers: &[&str]| {
        let all: Vec<_> = std::iter::once("Host: sandbox.test").chain(headers.iter().copied()).collect();
        http::with_headers(addr, "GET", &format!("/_sandbox/{path}"), &all, "")
    };
    for path in ["book", "console/", "console/api/state", "console/main.js"] {
        assert_eq!(call(path, &[]).status, 403, "{path}");
        assert_eq!(call(path, &["Authorization: Bearer 0"]).status, 403, "{path}");
        assert_eq!(call(&format!("{path}?token={}", token.replace(|_| true, "0")), &[]).status, 403);
        assert_eq!(call(path, &[&format!("Authorization: Bearer {token}")]).status, 200, "{path}");
    }
    let asked = call("console/", &["Accept: text/html"]);
    assert_eq!(asked.status, 401);
    assert!(asked.text().contains("name=\"token\""), "a person is asked for it");
    let let_in = call(&format!("console/?token={token}"), &["Accept: text/html"]);
    assert_eq!((let_in.status, let_in.header("location")), (303, Some(CONSOLE)));
    let cookie = let_in.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = format!("Cookie: other=1; {}", cookie.split(';').next().unwrap());
    assert_eq!(call("console/api/state", &[&cookie]).status, 200);
    // Tills need no token.
    assert_eq!(http::get(addr, "/o2o_dmprinter/time.php").response().status, 200);
}

#[test]
fn on_loopback_nobody_needs_a_token() {
    let till = Till::new();
    assert_eq!(till.sandbox.token(), None);
    assert_eq!(till.sandbox.console(), format!("{}{CONSOLE}", till.sandbox.base()));
}

#[test]
fn the_state_waits_until_it_changes() {
    let till = Till::new();
    let first = look(&till, "state");
    let version = first["version"].as_str().unwrap().to_owned();
    std::thread::scope(|scope| {
        let start = Instant::now();
        let waiting = scope.spawn(|| look(&till, &format!("state?version={version}")));
        till.paid("1.23");
        let next = waiting.join().unwrap();
        // Without a notification this would wait for 20 s.
        assert!(start.elapsed() < Duration::from_secs(18));
        assert_ne!(next["version"], first["version"]);
    });
    let seen = eventually("the bill", || {
        let state = state(&till);
        (state["bills"][0]["state"] == "paid" && state["requests"][0]["ok"] == "1").then_some(state)
    });
    assert_eq!(seen["bills"][0]["total_fen"], 123);
    assert_eq!(seen["requests"][0]["dm_id"], seen["bills"][0]["dm_id"]);
    assert_eq!(
        (&seen["requests"][0]["receipt"], &seen["requests"][0]["waiting"]),
        (&json!(true), &json!(false))
    );
}

#[test]
fn what_a_test_orders_from_inside_is_shown_too() {
    let till = Till::new();
    let version = look(&till, "state")["version"].as_str().unwrap().to_owned();
    till.fault(Call::Micropay, Fault::ResponseLost);
    let state = look(&till, &format!("state?version={version}"))["state"].take();
    assert_eq!(state["faults"][0]["fault"]["kind"], "response_lost");
}

#[test]
fn bills_are_found() {
    let till = Till::new();
    let code = fresh_code();
    till.micropay(&code, WECHAT, "7.77");
    let other = till.paid("8");
    let found = |text: &str| {
        let state = look(&till, &format!("state?search={}", http::encode(text)))["state"].take();
        let bills = state["bills"].as_array().unwrap().iter();
        bills.map(|bill| bill["total_fen"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(found(""), [800, 777]);
    assert_eq!(found(&code), [777]);
    assert_eq!(found("7.77"), [777]);
    assert_eq!(found(&other), [800]);
    assert_eq!(found(&till.bills()[0].pay_id.clone().unwrap()), [777]);
    assert_eq!(found("' OR 1=1 --"), [0; 0]);
}

#[test]
fn the_phone_confirms_cancels_or_lets_it_run_out() {
    let till = Till::new();
    let charge = |new: &NewAuthCode| {
        let response = till.micropay(&till.code(new), WECHAT, "2");
        assert_eq!(attr(&response, "ok"), Some("-1"));
        attr(&response, "dm_id").unwrap().to_owned()
    };
    let response = |dm_id: &str, response: &str| {
        tell(&till, "POST", &format!("bills/{dm_id}/phone"), &json!({ "answer": response }))
    };
    let confirmed = charge(&on_phone(600_000));
    let bill = &state(&till)["bills"][0];
    assert_eq!((&bill["shop"], &bill["till"]), (&json!("测试读取配置文件接口"), &json!("001")));
    assert!(bill["due_ms"].as_i64().is_some());
    assert_eq!(response(&confirmed, "confirm"), 204);
    assert_eq!(attr(&till.query(&confirmed), "ok"), Some("1"));
    assert_eq!(response(&confirmed, "cancel"), 409, "nobody is asked any more");

    let cancelled = charge(&on_phone(600_000));
    assert_eq!(response(&cancelled, "cancel"), 204);
    assert_eq!(attr(&till.query(&cancelled), "info"), Some("支付失败:用户取消支付"));

    let run_out = charge(&on_phone(30));
    eventually("the end of the question", || {
        let response = till.query(&run_out);
        (attr(&response, "info") == Some("支付失败:订单超时未支付")).then_some(())
    });

    let poor = charge(&NewAuthCode { balance_fen: Some(wsy_sandbox::Fen(199)), ..on_phone(600_000) });
    till.control.answer_on_phone(poor.parse().unwrap(), PhoneAnswer::Confirm).unwrap();
    assert_eq!(attr(&till.query(&poor), "info"), Some("余额不足"));
    assert_eq!(response("dm5", "confirm"), 404);
    assert_eq!(response(&poor, "maybe"), 422);
}

#[test]
fn activation_codes_are_listed_and_revoked() {
    let till = Till::new();
    till.control.activation_code(Some("a/b c")).unwrap();
    till.control.activation_code(Some("used")).unwrap();
    till.get("/o2o_dmprinter/app_device_register.php?hostid=eA%3D%3D&initkey=used&retkey=1");
    let codes = state(&till)["activation_codes"].take();
    assert_eq!(codes[0], json!({"code": "a/b c", "used_by": null}));
    assert!(codes[1]["used_by"].is_string());
    assert_eq!(tell(&till, "DELETE", "activation-codes/a%2Fb%20c", &Value::Null), 204);
    assert_eq!(tell(&till, "DELETE", "activation-codes/a%2Fb%20c", &Value::Null), 404);
    assert_eq!(state(&till)["activation_codes"].as_array().map(Vec::len), Some(1));
}

#[test]
fn one_fault_is_taken_back_alone() {
    let till = Till::new();
    till.fault(Call::Micropay, Fault::ResponseLost);
    till.fault(Call::Query, Fault::Html);
    assert_eq!(tell(&till, "DELETE", "faults/micropay/response_lost", &Value::Null), 204);
    let faults = state(&till)["faults"].take();
    assert_eq!((faults.as_array().map(Vec::len), &faults[0]["on"]), (Some(1), &json!("query")));
}

/// The page must know every fault in both languages; the list comes from the API itself.
#[test]
fn every_fault_is_a_switch() {
    let till = Till::new();
    let unheard_of = json!({"on": "time", "fault": {"kind": "unheard_of"}}).to_string();
    let refusal = http::json(till.sandbox.addr(), "POST", "/_sandbox/faults", &unheard_of).text();
    let (_, kinds) = refusal.split_once("expected one of ").unwrap();
    let kinds: Vec<_> = kinds.split('`').skip(1).step_by(2).collect();
    assert!(kinds.len() > 20, "{refusal}");
    for kind in kinds {
        assert!(get(&till, "trouble.js").text().contains(&format!("kind: '{kind}'")), "{kind}");
        for language in ["zh.js", "en.js"] {
            assert!(
                get(&till, language).text().contains(&format!("    {kind}: {{ name: '")),
                "{kind}: {language}"
            );
        }
    }
}

#[test]
fn a_bill_shows_every_word_that_made_it() {
    let till = Till::new();
    till.fault(Call::Micropay, Fault::ResponseLost);
    let code = fresh_code();
    assert!(till.send(&micropay(&code, WECHAT, "5")).bytes.is_empty());
    let dm_id = till.bills()[0].dm_id.to_string();
    till.query(&dm_id);
    till.refund(&dm_id, "2");
    till.paid("1");
    let detail = look(&till, &format!("bills/{dm_id}"));
    let requests = detail["requests"].as_array().unwrap();
    let calls: Vec<_> = requests.iter().map(|request| request["call"].as_str().unwrap()).collect();
    assert_eq!(calls, ["micropay", "query", "refund"]);
    let lost = &requests[0];
    assert!(lost["request"]["line"].as_str().unwrap().starts_with("POST /o2o-dm/op.php"));
    assert!(lost["request"]["body"].as_str().unwrap().contains(&code));
    assert_eq!(
        (&lost["response"], &lost["status"], &lost["acted"]),
        (&Value::Null, &Value::Null, &json!(true))
    );
    assert!(lost["meant"].as_str().unwrap().contains("支付成功"));
    let sign = &lost["sign"];
    assert_eq!((&sign["right"], &sign["mistake"]), (&json!(true), &Value::Null));
    assert!(sign["text"].as_str().unwrap().ends_with("&key=***"));
    assert!(!detail.to_string().contains(&till.device.key), "the key is never shown");
    assert_eq!(requests[2]["response"]["elements"][0]["name"], "dm");
}

#[test]
fn a_wrong_sign_is_explained() {
    let till = Till::new();
    let unsorted = format!("paytype=x&action=read&dm_id=dm1&device_id={}", till.device.device_id);
    let sign = crate::till::sha1(&format!("{unsorted}&key={}", till.device.key));
    let response = till.get(&format!("/o2o-dm/op.php?{unsorted}&sign={sign}"));
    assert!(response.text().contains("签名错误"));
    let detail = look(&till, "requests/1");
    assert_eq!((&detail["sign"]["right"], &detail["sign"]["mistake"]), (&json!(false), &json!("not_sorted")));
    assert_eq!(get(&till, "api/requests/9").status, 404);
}

#[test]
fn an_activation_does_not_give_the_key_away() {
    let till = Till::new();
    till.control.activation_code(Some("1")).unwrap();
    let response =
        till.get("/o2o_dmprinter/app_device_register.php?hostid=eA%3D%3D&initkey=1&retkey=1").text();
    let key = attr(&response, "key").unwrap().to_owned();
    let detail = look(&till, "requests/1").to_string();
    assert!(!detail.contains(&key) && detail.contains("***"), "{detail}");
}

#[test]
fn receipts_are_drawn_and_sent_as_bytes() {
    let till = Till::new();
    let dm_id = till.paid("5");
    let picture = |paper: &str| get(&till, &format!("api/requests/1/receipt.svg?paper={paper}"));
    let narrow = picture("58");
    assert_eq!((narrow.status, narrow.header("content-type")), (200, Some("image/svg+xml")));
    assert!(narrow.text().contains("width=\"448\"") && picture("80").text().contains("width=\"640\""));
    assert_eq!(picture("100").status, 400);
    let bytes = get(&till, "api/requests/1/receipt.bin");
    assert!(bytes.body.starts_with(b"\x1b@\x1c&\n\n\x1bt\0\n\x1ba\x01\x1d!\x10"), "{:?}", &bytes.body[..20]);
    assert!(bytes.header("content-disposition").unwrap().contains("receipt-1.bin"));
    let listing = look(&till, "requests/1/receipt");
    assert_eq!(listing["commands"][0], json!({"hex": "1B 40", "command": "initialise"}));
    assert!(get(&till, "api/requests/1/popup.svg").text().contains("支付金额: 5.00"));
    till.read(&dm_id);
    assert_eq!(get(&till, "api/requests/2/receipt.svg").status, 404, "a statement prints nothing");
    till.get(&format!("/o2o-dm/pay_printinfo.php?reprint=&custom_series=&dm_id={}", &dm_id[2..]));
    assert_eq!(get(&till, "api/requests/3/receipt.svg").status, 200);
    assert_eq!(get(&till, "api/requests/3/popup.svg").status, 404);
}

#[test]
fn codes_are_drawn_for_digits_alone() {
    let till = Till::new();
    for symbol in ["barcode", "qr"] {
        let drawn = get(&till, &format!("api/symbols/130000000000000001/{symbol}.svg"));
        assert_eq!((drawn.status, drawn.header("content-type")), (200, Some("image/svg+xml")));
    }
    assert_eq!(get(&till, "api/symbols/12a/barcode.svg").status, 404);
}

#[test]
fn the_checklist_is_marked_started_over_and_told_by_hand() {
    let till = Till::new();
    let verdict = |name: &str| {
        let cases = state(&till)["cases"].take();
        let case = cases.as_array().unwrap().iter().find(|case| case["name"] == name).unwrap().clone();
        case["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("paid"), "open");
    let dm_id = till.paid("3");
    till.refund(&dm_id, "1");
    assert_eq!((verdict("paid").as_str(), verdict("partial_refund").as_str()), ("seen", "seen"));
    let by_hand = json!({"refused_at_till": true});
    assert_eq!(tell(&till, "PUT", "console/api/checklist/second_scan", &by_hand), 204);
    assert_eq!(verdict("second_scan"), "by_hand");
    assert_eq!(tell(&till, "POST", "console/api/checklist/restart", &Value::Null), 204);
    assert_eq!((verdict("paid").as_str(), verdict("second_scan").as_str()), ("open", "open"));
}

#[test]
fn a_response_is_kept_though_the_till_hung_up() {
    let till = Till::new();
    till.fault(Call::Micropay, Fault::Delay { ms: 50 });
    let body = till.signed(&micropay(&fresh_code(), WECHAT, "1"));
    let request = http::request("POST", "/o2o-dm/op.php", "application/x-www-form-urlencoded", &body);
    let hung_up = http::send(till.sandbox.addr(), &request);
    eventually("the request", || till.control.requests().requests.pop());
    drop(hung_up);
    let response = eventually("the response", || {
        let detail = look(&till, "requests/1");
        detail["response"]["body"].as_str().map(str::to_owned)
    });
    assert!(response.contains("支付成功"));
}

#[test]
fn looking_leaves_no_mark() {
    let till = Till::new();
    state(&till);
    get(&till, "");
    assert_eq!(till.control.requests().requests.len(), 0);
    assert_eq!(till.control.requests().connections, 0);
}
