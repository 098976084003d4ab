//! `wsy-sandbox ctl`: maps the command line to calls of the control API.

use std::io::{self, Write};

use pico_args::Arguments;
use serde_json::{Map, Value, json};

use crate::{
    Failure,
    args::{UsageError, finish, next_word, optional_word, take_text, take_value},
    client::{self, Call, Method},
};

pub(crate) const COMMANDS: &str = "\
commands of ctl:
  faults add ON KIND [NAME=TEXT | NAME:=JSON]... [--times N | --always] [--skip N]
  faults list | faults clear
  wallet new wechat|alipay [BEHAVIOUR [NAME=TEXT | NAME:=JSON]...] [--balance-fen N] [--wallet N] [--expires-ms N]
  wallet set AUTH_CODE wechat|alipay [...the same]
  wallet list
  activation-code [CODE]
  activation-code list | activation-code revoke CODE
  device add [--id ID] [--key KEY] [--name NAME]
  device set ID [--key KEY] [--name NAME] [--overrides JSON]
  device delete ID
  bill DM_ID [paying | paid | failed | refund FEN | confirm | cancel]
  settings [NAME=TEXT | NAME:=JSON]...
  requests [clear]
  book
examples:
  faults add micropay late ms:=3000
  faults add query wrong_total total=9.99 --times 2
  faults add micropay says info=网络超时，请稍后查询支付结果 acts_ms:=3000
  faults add read stale ms:=600000 --always
  wallet set 130000000000000009 wechat asks_password ms:=5000
  settings strict_wallets:=true";

pub(crate) fn run(mut args: Arguments) -> Result<(), Failure> {
    let base: String = args.value_from_str("--base").map_err(UsageError::from)?;
    let token = take_text(&mut args, "--token")?;
    let response = client::call(&base, token.as_deref(), &command(args)?)?;
    if !response.is_empty() {
        writeln!(io::stdout(), "{response}")?;
    }
    Ok(())
}

fn command(mut args: Arguments) -> Result<Call, UsageError> {
    match next_word(&mut args)?.as_str() {
        "faults" => faults(args),
        "wallet" => wallet(args),
        "activation-code" => activation_code(args),
        "device" => device(args),
        "bill" => bill(args),
        "settings" => settings(args),
        "requests" => requests(args),
        "book" => done(args, Method::Get, "book", None),
        other => Err(unknown(other)),
    }
}

fn faults(mut args: Arguments) -> Result<Call, UsageError> {
    match next_word(&mut args)?.as_str() {
        "add" => add_fault(args),
        "list" => done(args, Method::Get, "faults", None),
        "clear" => done(args, Method::Delete, "faults", None),
        other => Err(unknown(other)),
    }
}

fn add_fault(mut args: Arguments) -> Result<Call, UsageError> {
    let mut order = Map::new();
    put_number(&mut order, "times", &mut args, "--times")?;
    put_number(&mut order, "skip", &mut args, "--skip")?;
    if args.contains("--always") {
        order.insert("times".into(), Value::Null);
    }
    order.insert("on".into(), next_word(&mut args)?.into());
    order.insert("fault".into(), tagged(next_word(&mut args)?, &mut args)?);
    done(args, Method::Post, "faults", Some(order.into()))
}

fn wallet(mut args: Arguments) -> Result<Call, UsageError> {
    match next_word(&mut args)?.as_str() {
        "new" => put_wallet(args, Method::Post, "auth-codes"),
        "set" => {
            let path = format!("auth-codes/{}", path_word(&mut args)?);
            put_wallet(args, Method::Put, &path)
        }
        "list" => done(args, Method::Get, "wallets", None),
        other => Err(unknown(other)),
    }
}

fn put_wallet(mut args: Arguments, method: Method, path: &str) -> Result<Call, UsageError> {
    let mut order = Map::new();
    put_number(&mut order, "balance_fen", &mut args, "--balance-fen")?;
    put_number(&mut order, "wallet_id", &mut args, "--wallet")?;
    put_number(&mut order, "expires_in_ms", &mut args, "--expires-ms")?;
    order.insert("kind".into(), next_word(&mut args)?.into());
    if let Some(kind) = optional_word(&mut args)? {
        order.insert("behaviour".into(), tagged(kind, &mut args)?);
    }
    done(args, method, path, Some(order.into()))
}

fn activation_code(mut args: Arguments) -> Result<Call, UsageError> {
    match optional_word(&mut args)?.as_deref() {
        None => done(args, Method::Post, "activation-codes", Some(json!({}))),
        Some("list") => done(args, Method::Get, "activation-codes", None),
        Some("revoke") => {
            let path = format!("activation-codes/{}", path_word(&mut args)?);
            done(args, Method::Delete, &path, None)
        }
        Some(code) => done(args, Method::Post, "activation-codes", Some(json!({ "code": code }))),
    }
}

fn device(mut args: Arguments) -> Result<Call, UsageError> {
    let mut body = Map::new();
    put_text(&mut body, "device_id", &mut args, "--id")?;
    put_text(&mut body, "key", &mut args, "--key")?;
    put_text(&mut body, "client_name", &mut args, "--name")?;
    if let Some(overrides) = take_value(&mut args, "--overrides", |text| serde_json::from_str::<Value>(text))?
    {
        body.insert("overrides".into(), overrides);
    }
    match next_word(&mut args)?.as_str() {
        "add" => done(args, Method::Post, "devices", Some(body.into())),
        "set" => {
            let path = format!("devices/{}", path_word(&mut args)?);
            done(args, Method::Put, &path, Some(body.into()))
        }
        "delete" => {
            let path = format!("devices/{}", path_word(&mut args)?);
            done(args, Method::Delete, &path, None)
        }
        other => Err(unknown(other)),
    }
}

fn bill(mut args: Arguments) -> Result<Call, UsageError> {
    let path = format!("bills/{}", path_word(&mut args)?);
    match optional_word(&mut args)?.as_deref() {
        None => done(args, Method::Get, &path, None),
        Some(state @ ("paying" | "paid" | "failed")) => {
            done(args, Method::Post, &format!("{path}/state"), Some(json!({ "state": state })))
        }
        Some(response @ ("confirm" | "cancel")) => {
            done(args, Method::Post, &format!("{path}/phone"), Some(json!({ "answer": response })))
        }
        Some("refund") => {
            let fen = next_word(&mut args)?;
            let fen: i64 = fen.parse().map_err(|_| UsageError::BadValue("refund", fen))?;
            done(args, Method::Post, &format!("{path}/refund"), Some(json!({ "refund_fen": fen })))
        }
        Some(other) => Err(unknown(other)),
    }
}

fn settings(mut args: Arguments) -> Result<Call, UsageError> {
    let changes = fields(&mut args)?;
    let method = if changes.is_empty() { Method::Get } else { Method::Put };
    let body = (!changes.is_empty()).then(|| changes.into());
    done(args, method, "settings", body)
}

fn requests(mut args: Arguments) -> Result<Call, UsageError> {
    match optional_word(&mut args)?.as_deref() {
        None => done(args, Method::Get, "requests", None),
        Some("clear") => done(args, Method::Delete, "requests", None),
        Some(other) => Err(unknown(other)),
    }
}

/// The call, if no argument is left over.
fn done(args: Arguments, method: Method, path: &str, body: Option<Value>) -> Result<Call, UsageError> {
    finish(args)?;
    Ok(Call { method, path: path.to_owned(), body })
}

/// A kind and its fields: a fault, or a behaviour.
fn tagged(kind: String, args: &mut Arguments) -> Result<Value, UsageError> {
    let mut fields = fields(args)?;
    fields.insert("kind".into(), kind.into());
    Ok(fields.into())
}

fn fields(args: &mut Arguments) -> Result<Map<String, Value>, UsageError> {
    let mut fields = Map::new();
    while let Some(word) = optional_word(args)? {
        let (name, value) = field(&word).ok_or_else(|| unknown(&word))?;
        fields.insert(name.to_owned(), value);
    }
    Ok(fields)
}

/// `name=text` or `name:=json`
fn field(word: &str) -> Option<(&str, Value)> {
    let (name, value) = word.split_once('=')?;
    match name.strip_suffix(':') {
        Some(name) => Some((name, serde_json::from_str(value).ok()?)),
        None => Some((name, value.into())),
    }
}

fn put_number(
    into: &mut Map<String, Value>,
    name: &str,
    args: &mut Arguments,
    flag: &'static str,
) -> Result<(), UsageError> {
    if let Some(number) = take_value(args, flag, str::parse::<i64>)? {
        into.insert(name.to_owned(), number.into());
    }
    Ok(())
}

fn put_text(
    into: &mut Map<String, Value>,
    name: &str,
    args: &mut Arguments,
    flag: &'static str,
) -> Result<(), UsageError> {
    if let Some(text) = take_text(args, flag)? {
        into.insert(name.to_owned(), text.into());
    }
    Ok(())
}

/// The next word as a path segment. Bill numbers, device ids and auth codes need no escaping.
fn path_word(args: &mut Arguments) -> Result<String, UsageError> {
    let word = next_word(args)?;
    if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(word)
    } else {
        Err(UsageError::UnknownWord(word))
    }
}

fn unknown(word: &str) -> UsageError {
    UsageError::UnknownWord(word.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::args::from_words;

    #[test]
    fn faults_are_spelled_out() {
        let args = ["faults", "add", "micropay", "late", "ms:=5", "--skip", "2", "--always"];
        let call = command(from_words(&args)).unwrap();
        let order =
            json!({ "on": "micropay", "times": null, "skip": 2, "fault": { "kind": "late", "ms": 5 } });
        assert_eq!((call.path.as_str(), call.body), ("faults", Some(order)));
    }

    #[test]
    fn text_stays_text() {
        let call = command(from_words(&["faults", "add", "any", "wrong_total", "total=1.00"])).unwrap();
        assert_eq!(call.body.unwrap()["fault"]["total"], "1.00");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(command(from_words(&["faults", "add", "any", "late", "ms"])).is_err());
        assert!(command(from_words(&["device", "delete", "../book"])).is_err());
        assert!(command(from_words(&["book", "more"])).is_err());
        assert!(command(from_words(&["bill", "dm1", "refund", "x"])).is_err());
    }
}
