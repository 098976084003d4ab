//! Computes a request's sign step by step, and diagnoses a wrong one.

use encoding_rs::GBK;
use serde::Serialize;

use crate::{
    call::Call,
    platform::{Params, sign},
    trace::Trace,
};

/// How the platform checked a sign. The key is masked.
#[derive(Debug, Serialize)]
pub(super) struct SignSteps {
    /// The text that is hashed, with `***` for the key.
    text: String,
    /// Its SHA-1; `None` without a key.
    expected: Option<String>,
    /// The sign in the request.
    sent: String,
    right: bool,
    mistake: Option<Mistake>,
}

/// The mistake behind a wrong sign, if it can be determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mistake {
    /// There is no sign.
    Missing,
    /// No device has this number, so the key is unknown.
    NoDevice,
    /// It is not a SHA-1 hash (40 hex digits).
    NotSha1,
    /// Correct except for the order of the parameters.
    NotSorted,
    /// The values were URL-encoded before they were signed.
    UrlEncoded,
    /// The values were signed in GBK.
    Gbk,
    /// Empty parameters were left out.
    EmptyLeftOut,
    /// The key was left out.
    NoKey,
    /// The key was appended without `key=`.
    BareKey,
    /// It was signed with the key of another device.
    OtherDevice,
    /// None of these: most likely another key.
    Other,
}

const MASK: &str = "***";

/// `None` for calls without a sign. `keys` are the keys of all devices.
pub(super) fn steps(trace: &Trace, keys: &[String]) -> Option<SignSteps> {
    let text = |key: &str| text(trace, key);
    let shown = text(MASK)?;
    let sent = trace.params.get("sign").unwrap_or_default().to_owned();
    let key = trace.key.as_deref().or_else(|| (trace.call == Call::Time).then_some(MASK));
    let expected = key.and_then(text).map(|text| sign::hash(text.as_bytes()));
    let right = expected.as_ref().is_some_and(|expected| expected.eq_ignore_ascii_case(&sent));
    let mistake = (!right).then(|| mistake(trace, key, keys, &sent));
    Some(SignSteps { text: shown, expected, sent, right, mistake })
}

fn text(trace: &Trace, key: &str) -> Option<String> {
    let params = &trace.params;
    let param = |name| params.get(name).unwrap_or_default();
    match trace.call {
        Call::Config => Some(sign::config_text(key, param("device_id"), param("ver"))),
        Call::Time => Some(sign::time_text(param("device_id"))),
        Call::Micropay | Call::Query | Call::Refund | Call::Read => {
            Some(sign::payment_text(params, key, trace.empty_values))
        }
        Call::Activate | Call::Reprint | Call::Unknown => None,
    }
}

fn mistake(trace: &Trace, key: Option<&str>, keys: &[String], sent: &str) -> Mistake {
    let Some(key) = key else {
        return Mistake::NoDevice;
    };
    if sent.is_empty() {
        return Mistake::Missing;
    }
    if sent.len() != 40 || !sent.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Mistake::NotSha1;
    }
    let fits = |text: &[u8]| sign::hash(text).eq_ignore_ascii_case(sent);
    let others = keys.iter().filter(|other| other.as_str() != key);
    if others.filter_map(|other| text(trace, other)).any(|text| fits(text.as_bytes())) {
        return Mistake::OtherDevice;
    }
    let guesses = if trace.call == Call::Config { Vec::new() } else { guesses(&trace.params, key) };
    guesses.into_iter().find(|(_, text)| fits(text)).map_or(Mistake::Other, |(mistake, _)| mistake)
}

/// Mistakes that tills have been seen to make, and the text that each of them hashes.
fn guesses(params: &Params, key: &str) -> Vec<(Mistake, Vec<u8>)> {
    let came: Vec<_> = params.iter().filter(|(name, _)| *name != "sign").collect();
    let mut sorted = came.clone();
    sorted.sort_unstable();
    let plain = |value: &str| value.to_owned();
    let filled: Vec<_> = sorted.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
    let right = joined(&sorted, plain);
    let with_key = |text: String| format!("{text}&key={key}").into_bytes();
    vec![
        (Mistake::NotSorted, with_key(joined(&came, plain))),
        (Mistake::EmptyLeftOut, with_key(joined(&filled, plain))),
        (Mistake::UrlEncoded, with_key(joined(&sorted, |value| encoded(value, "%20", true)))),
        (Mistake::UrlEncoded, with_key(joined(&sorted, |value| encoded(value, "+", true)))),
        (Mistake::UrlEncoded, with_key(joined(&sorted, |value| encoded(value, "%20", false)))),
        (Mistake::UrlEncoded, with_key(joined(&sorted, |value| encoded(value, "+", false)))),
        (Mistake::Gbk, GBK.encode(&format!("{right}&key={key}")).0.into_owned()),
        (Mistake::BareKey, format!("{right}&{key}").into_bytes()),
        (Mistake::BareKey, format!("{right}{key}").into_bytes()),
        (Mistake::NoKey, right.into_bytes()),
    ]
}

fn joined(pairs: &[(&str, &str)], value: impl Fn(&str) -> String) -> String {
    let pairs = pairs.iter().map(|(name, text)| format!("{name}={}", value(text)));
    pairs.collect::<Vec<_>>().join("&")
}

fn encoded(text: &str, blank: &str, upper: bool) -> String {
    let encode = |byte: u8| match byte {
        b' ' => blank.to_owned(),
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => char::from(byte).to_string(),
        byte if upper => format!("%{byte:02X}"),
        byte => format!("%{byte:02x}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::testing::trace;

    const KEY: &str = "8df7975ac2c8eca932a0d2802b27945f5757494b";
    const REQUEST: &str = "paytype=x&action=micropay&info=%E5%BE%AE+1&noremind=&device_id=57206";

    fn steps_of(sign: &str) -> SignSteps {
        let mut trace = trace(1, Call::Micropay, &format!("{REQUEST}&sign={sign}"));
        trace.key = Some(KEY.into());
        steps(&trace, &[KEY.into(), "other".into()]).unwrap()
    }

    fn mistake_in(text: &[u8]) -> Option<Mistake> {
        steps_of(&sign::hash(text)).mistake
    }

    #[test]
    fn a_right_sign_is_shown_without_the_key() {
        let text = format!("action=micropay&device_id=57206&info=微 1&noremind=&paytype=x&key={KEY}");
        let steps = steps_of(&sign::hash(text.as_bytes()).to_uppercase());
        assert!(steps.right && steps.mistake.is_none());
        assert_eq!(steps.text, "action=micropay&device_id=57206&info=微 1&noremind=&paytype=x&key=***");
    }

    #[test]
    fn mistakes_are_diagnosed() {
        let right = "action=micropay&device_id=57206&info=微 1&noremind=&paytype=x";
        let gbk = GBK.encode(&format!("{right}&key={KEY}")).0.into_owned();
        let cases: [(Mistake, Vec<u8>); 8] = [
            (
                Mistake::NotSorted,
                format!("paytype=x&action=micropay&info=微 1&noremind=&device_id=57206&key={KEY}").into(),
            ),
            (
                Mistake::EmptyLeftOut,
                format!("action=micropay&device_id=57206&info=微 1&paytype=x&key={KEY}").into(),
            ),
            (
                Mistake::UrlEncoded,
                format!("action=micropay&device_id=57206&info=%e5%be%ae+1&noremind=&paytype=x&key={KEY}")
                    .into(),
            ),
            (Mistake::Gbk, gbk),
            (Mistake::NoKey, right.into()),
            (Mistake::BareKey, format!("{right}&{KEY}").into()),
            (Mistake::OtherDevice, format!("{right}&key=other").into()),
            (Mistake::Other, b"something else".into()),
        ];
        for (mistake, text) in cases {
            assert_eq!(mistake_in(&text), Some(mistake));
        }
        assert_eq!(steps_of("").mistake, Some(Mistake::Missing));
        assert_eq!(steps_of("0123456789abcdef0123456789abcdef").mistake, Some(Mistake::NotSha1));
    }

    #[test]
    fn without_a_device_there_is_no_key_to_check_with() {
        let steps = steps(&trace(1, Call::Read, "device_id=1&sign=x"), &[]).unwrap();
        assert_eq!((steps.mistake, steps.expected), (Some(Mistake::NoDevice), None));
    }

    #[test]
    fn calls_without_a_sign_have_no_steps() {
        assert!(steps(&trace(1, Call::Reprint, "reprint=&dm_id=1"), &[]).is_none());
    }
}
