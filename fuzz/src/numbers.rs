//! Amounts, auth codes and the parameters of a request with their sign.

use percent_encoding::percent_decode_str;
use sha1::{Digest, Sha1};
use wsy::protocol::amount::{Fen, MAX_FEN, parse_yuan, yuan};
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::request::{self, Device, Extra, Goods, Micropay, Request};

use crate::{planted, responses};

/// One line of text each: an amount, an auth code, the device, its key, names and values by turns.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut words = text.split('\n');
    let mut next = || words.next().unwrap_or_default();
    amount(next());
    code(next());
    let device = Device::new(next(), next());
    let goods = Goods::text(next(), next()).or_else(|_| Goods::gs1(next())).unwrap_or_default();
    let mut extra = Extra::default();
    let mut wanted: Vec<(String, String)> = Vec::new();
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        if extra.set(name, value).is_ok() {
            wanted.retain(|(known, _)| known != name);
            // One without a value is left out.
            if !value.is_empty() {
                wanted.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    requests(&device, goods, &extra, &wanted);
}

fn amount(text: &str) {
    let read = parse(text);
    assert_eq!(read, responses::fen(text), "{text:?}");
    let Some(fen) = read else { return };
    assert_eq!(parse(&yuan(fen)), Some(fen));
    if let Ok(exact) = i32::try_from(fen)
        && let Ok(amount) = Fen::new(exact)
    {
        assert!((1..=MAX_FEN).contains(&amount.get()));
        assert_eq!(amount.to_yuan(), yuan(fen));
    }
}

fn parse(text: &str) -> Option<i64> {
    // One decimal place read as two.
    let text = match text.split_once('.') {
        Some((whole, tenth)) if planted() && tenth.len() == 1 => format!("{whole}.0{tenth}"),
        _ => text.to_owned(),
    };
    parse_yuan(&text).ok()
}

fn code(text: &str) {
    let trimmed = text.trim();
    let good = (10..=32).contains(&trimmed.len()) && trimmed.chars().all(|c| c.is_ascii_digit());
    let code = AuthCode::parse(text);
    assert!(code.is_ok() || !good, "{text:?}");
    let Ok(code) = code else { return };
    if good {
        assert_eq!(code.reveal(), trimmed);
    }
    // The wrapping of a scanner is taken off.
    let trimmed = code.reveal();
    assert!((10..=32).contains(&trimmed.len()) && trimmed.bytes().all(|byte| byte.is_ascii_digit()));
    let masked = code.masked();
    assert_eq!(masked.len(), trimmed.len());
    assert!(masked[2..masked.len() - 4].bytes().all(|byte| byte == b'*'), "{masked}");
    assert!(!format!("{code:?}").contains(trimmed));
    assert_eq!(code.fingerprint(), hex(trimmed.as_bytes()));
}

fn requests(device: &Device, goods: Goods, extra: &Extra, wanted: &[(String, String)]) {
    let (Ok(auth_code), Ok(total)) = (AuthCode::parse("134567890123456789"), Fen::new(1250)) else { return };
    let pay = Micropay {
        auth_code: auth_code.clone(),
        paytype: "o2o_dm_code_wxpaysub".to_owned(),
        total,
        goods,
        noremind: device.id.len().is_multiple_of(2),
        extra: extra.clone(),
    };
    for request in [
        request::micropay(device, &pay),
        request::query_by_auth_code(device, &auth_code, "", true, extra),
        request::query_by_order(device, "dm2032288236", "", false, extra),
        request::refund(device, "dm2032288236", total, "", extra),
        request::read(device, "dm2032288236", extra),
    ] {
        as_the_platform_sees_it(&request, device, wanted);
        // The names of parameters are shown, and one may look like a code.
        let shown = format!("{request:?}").contains(auth_code.reveal());
        assert!(!shown || wanted.iter().any(|(name, _)| name.contains(auth_code.reveal())));
    }
}

/// Decodes the form as PHP does, and signs its parameters as the appendix says.
fn as_the_platform_sees_it(request: &Request, device: &Device, wanted: &[(String, String)]) {
    let encoded = request.encoded();
    assert!(encoded.bytes().all(|byte| byte.is_ascii_graphic()), "{encoded}");
    let decode = |text: &str| percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned();
    let mut form: Vec<(String, String)> = encoded
        .split('&')
        .map(|pair| pair.split_once('=').expect("a name and a value"))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    for pair in wanted {
        assert!(form.contains(pair), "{pair:?} is missing");
    }
    let sign = form.iter().position(|(name, _)| name == "sign").map(|at| form.swap_remove(at).1);
    form.sort();
    assert!(form.windows(2).all(|two| two[0].0 != two[1].0), "a name occurs twice: {form:?}");
    let text: String = form.iter().map(|(name, value)| format!("{name}={value}&")).collect();
    assert_eq!(sign, Some(hex(format!("{text}key={}", device.key).as_bytes()).to_uppercase()));
}

fn hex(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
