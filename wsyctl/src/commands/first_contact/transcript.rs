//! Every request and response, as it went over the wire except for its secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wsy::payment::Delivery;
use wsy::protocol::auth_code::AuthCode;
use wsy::protocol::request::Request;
use wsy::protocol::text::decode_response;
use wsy::protocol::xml;
use wsy::till::{Till, clock};

const MASK: &str = "***";

/// The requests and responses so far.
#[derive(Clone, Default)]
pub struct Transcript(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    /// For people, masked.
    lines: Vec<String>,
    /// The last response to each action of payment calls, unchanged.
    last: BTreeMap<String, Vec<u8>>,
    /// The actions whose response lacked its end tag.
    without_end: BTreeSet<String>,
}

impl Transcript {
    /// Records this till's requests and responses from now on.
    pub fn follow(&self, till: &Till) {
        let to = self.clone();
        till.watch(Box::new(move |request, delivery| to.hear(request, delivery)));
    }

    pub fn note(&self, line: impl Into<String>) {
        self.heard().lines.push(line.into());
    }

    /// Everything so far, masked.
    pub fn text(&self) -> String {
        self.heard().lines.join("\n")
    }

    /// The last response to an action of payment calls, unchanged.
    pub fn last(&self, action: &str) -> Option<Vec<u8>> {
        self.heard().last.get(action).cloned()
    }

    /// The actions whose response lacked its end tag.
    pub fn without_end(&self) -> Vec<String> {
        self.heard().without_end.iter().cloned().collect()
    }

    fn hear(&self, request: &Request, delivery: &Delivery<Vec<u8>>) {
        self.note(exchange(request, delivery));
        let action = request.params().find(|(name, _)| *name == "action");
        let (Some((_, action)), Delivery::Response(body)) = (action, delivery) else { return };
        let mut heard = self.heard();
        if decode_response(body).is_some_and(|text| xml::parse(&text).is_ok_and(|root| !root.closed)) {
            heard.without_end.insert(action.to_owned());
        }
        heard.last.insert(action.to_owned(), body.clone());
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn exchange(request: &Request, delivery: &Delivery<Vec<u8>>) -> String {
    let codes: Vec<(&str, String)> = request
        .params()
        .filter(|(name, _)| *name == "authcode")
        .map(|(_, code)| (code, AuthCode::parse(code).map_or_else(|_| MASK.to_owned(), |code| code.masked())))
        .collect();
    let without_codes =
        |text: &str| codes.iter().fold(text.to_owned(), |text, (code, masked)| text.replace(code, masked));
    let params = request.params().map(|(name, value)| match name {
        "sign" | "initkey" | "hostid" | "key" => format!("{name}={MASK}"),
        _ => format!("{name}={}", without_codes(value)),
    });
    let params: Vec<String> = params.collect();
    let response = match delivery {
        Delivery::Response(body) => {
            let text = decode_response(body).unwrap_or_default();
            ["key", "openid"].iter().fold(without_codes(&text), |text, name| without_attribute(&text, name))
        }
        Delivery::MaybeSent(why) | Delivery::Reset(why) => format!("(no response: {why})"),
        Delivery::NotSent(why) => format!("(not sent: {why})"),
    };
    format!(
        "\n{} {:?} {}\n  {}\n{response}",
        clock::stamp(clock::wall()),
        request.call,
        request.path,
        params.join("\n  ")
    )
}

/// The text with the values of an attribute masked.
fn without_attribute(text: &str, name: &str) -> String {
    let begin = format!(" {name}=\"");
    let mut parts = text.split(&*begin);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('"').map_or("", |(_, rest)| rest);
        out.extend([&*begin, MASK, "\"", rest]);
    }
    out
}

#[cfg(test)]
mod tests {
    use wsy::protocol::request::{self, Device};

    use super::*;

    #[test]
    fn secrets_are_masked() {
        let device = Device::new("215117", "s3cret");
        let code = "130000000000000001";
        let request = request::probe(&device, &[("authcode", code), ("infoaddo", code)]);
        let body = format!("<dm ok=\"1\" openid=\"o01mv\" key=\"s3cret\" no=\"1\" info=\"{code}\"/>");
        let text = exchange(&request, &Delivery::Response(body.into_bytes()));
        for secret in ["s3cret", "o01mv", code] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(text.contains("sign=***") && text.contains("no=\"1\"") && text.contains("device_id=215117"));
        let lost = exchange(&request, &Delivery::Reset("cut".to_owned()));
        assert!(lost.ends_with("(no response: cut)"));
        assert!(exchange(&request, &Delivery::NotSent("off".to_owned())).ends_with("(not sent: off)"));
        assert_eq!(without_attribute("<a key=\"cut off", "key"), "<a key=\"***\"");
    }
}
