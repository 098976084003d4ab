//! The `{:?}` of values that hold a secret: it ends up in logs and panic messages.

use wsy::payment::row::{Moment, Wallet};
use wsy::protocol::amount::Fen;
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::receipt::Placeholders;
use wsy::protocol::request::{self, Device, Extra, Goods, Micropay};
use wsy::protocol::response;
use wsy::till::ledger::{ChargeRow, NewCharge};
use wsy::till::{ChargeRequest, HttpOptions, Insist, Options};

const CODE: &str = "134604005619969099";
const KEY: &str = "PlantedKeyOfThisDevice";

#[track_caller]
fn shows_none(value: &impl std::fmt::Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        for secret in [CODE, KEY] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

fn device() -> Device {
    Device::new("7", KEY)
}

fn code() -> AuthCode {
    AuthCode::parse(CODE).unwrap()
}

fn total() -> Fen {
    Fen::new(100).unwrap()
}

#[test]
fn a_device_an_auth_code_and_the_requests_made_of_them_keep_their_secrets() {
    shows_none(&device());
    shows_none(&code());
    let goods = Goods::gs1("6901234567892").unwrap();
    let (paytype, extra) = ("sd1".to_owned(), Extra::default());
    let micropay =
        Micropay { auth_code: code(), paytype, total: total(), goods, noremind: false, extra: extra.clone() };
    shows_none(&micropay);
    shows_none(&request::micropay(&device(), &micropay));
    shows_none(&request::query_by_auth_code(&device(), &code(), "", false, &extra));
    shows_none(&request::config(&device(), KEY));
    shows_none(&request::activate(KEY, KEY));
    shows_none(&ChargeRequest {
        out_trade_no: "B1".to_owned(),
        auth_code: code(),
        total: total(),
        paytype: wsy::till::PayTypeChoice::ByCode,
        goods: Goods::None,
        noremind: false,
        extra,
        placeholders: Placeholders::default(),
        insist: Insist::No,
        deadline_ms: None,
    });
}

#[test]
fn an_activation_keeps_its_secret_also_where_it_cannot_be_read() {
    for response in [
        format!("<dm ok=\"1\" device_id=\"7\" key=\"{KEY}\"/>"),
        format!("<dm ok=\"1\" device_id=\"\" key=\"{KEY}\"/>"),
        format!("<dm ok=\"1\" device_id=\"7\" key=\"{KEY}"),
        format!("<dm ok=\"1\" device_id=\"7\" key=\"{KEY}\" key=\"{KEY}\"/>"),
        format!("<dm ok=\"1\" device_id=\"7\" key=\"{KEY}\" x=\"&y;\"/>"),
        format!("<dm ok=\"1\" device_id=\"7\" key={KEY}/>"),
    ] {
        shows_none(&response::activation(response.as_bytes()));
    }
}

#[test]
fn the_options_keep_the_password_of_a_proxy() {
    let http = HttpOptions {
        proxy: Some(format!("http://till:{KEY}@proxy.example:8080")),
        ..Options::default().http
    };
    assert!(format!("{http:?}").contains("proxy.example:8080"));
    shows_none(&http);
    shows_none(&Options { http, ..Options::default() });
}

#[test]
fn a_row_of_the_ledger_keeps_the_auth_code() {
    let (code, started) = (code(), Moment { ms: 0, day: "2026-11-22".to_owned() });
    let new = NewCharge {
        out_trade_no: "B1",
        device_id: "7",
        server: "",
        total_fen: 100,
        wallet: &Wallet { paytype: "sd1".to_owned(), ..Wallet::default() },
        auth_code: &code,
        sealed_code: CODE,
        code_print: "print",
        operator_id: "",
        placeholders: &Placeholders::default(),
        started: &started,
    };
    shows_none(&new);
    shows_none(&ChargeRow::begun(&new, 1, 1));
}
