//! The document's three kinds of signs.

use sha1::{Digest, Sha1};

use super::{params::Params, refusal::Refusal};
use crate::readings::{EmptyValues, Readings, SignCase};

/// Published in the document, and the same for every device.
const TIME_KEY: &str = "jdakjfakjfiariuq54n9fkjak9q9j4ro0o";

pub(super) fn check_config(key: &str, device_id: &str, version: &str, sign: &str) -> Result<(), Refusal> {
    compare(&config_text(key, device_id, version), sign)
}

/// The text that is hashed for a config call's sign.
pub(crate) fn config_text(key: &str, device_id: &str, version: &str) -> String {
    format!("{key}?device_id={device_id}&ver={version}")
}

pub(super) fn check_time(device_id: &str, sign: &str) -> Result<(), Refusal> {
    compare(&time_text(device_id), sign)
}

/// The text that is hashed for a time call's sign. It contains no secret.
pub(crate) fn time_text(device_id: &str) -> String {
    format!("device_id={device_id}&key={TIME_KEY}")
}

pub(super) fn check_payment(params: &Params, key: &str, readings: &Readings) -> Result<(), Refusal> {
    let sign = params.required("sign")?;
    let is_in_its_case = match readings.sign_case {
        SignCase::Any => true,
        SignCase::Upper => !sign.contains(|c: char| c.is_ascii_lowercase()),
        SignCase::Lower => !sign.contains(|c: char| c.is_ascii_uppercase()),
    };
    if !is_in_its_case {
        return Err(Refusal::WrongSign);
    }
    compare(&payment_text(params, key, readings.empty_values), sign)
}

/// The text that is hashed for a payment call's sign: every parameter but the sign itself, known to the
/// document or not.
pub(crate) fn payment_text(params: &Params, key: &str, empty: EmptyValues) -> String {
    let is_signed =
        |name: &str, value: &str| name != "sign" && (empty == EmptyValues::Signed || !value.is_empty());
    let mut signed: Vec<_> = params.iter().filter(|(name, value)| is_signed(name, value)).collect();
    signed.sort_unstable();
    let text: String = signed.iter().map(|(name, value)| format!("{name}={value}&")).collect();
    format!("{text}key={key}")
}

fn compare(text: &str, sign: &str) -> Result<(), Refusal> {
    let expected = hash(text.as_bytes());
    if expected.eq_ignore_ascii_case(sign) { Ok(()) } else { Err(Refusal::WrongSign) }
}

pub(crate) fn hash(text: &[u8]) -> String {
    hex::encode(Sha1::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "8df7975ac2c8eca932a0d2802b27945f5757494b";

    fn appendix(sign: &str) -> Params {
        let request = "action=micropay&authcode=287662437041841781&paytype=alipay\
            &infoaddo=%5B%E8%A2%AB%E6%89%AB%E6%94%AF%E4%BB%98%5D%E6%8E%88%E6%9D%83%E7%A0%81%3A287662437041841781\
            %0D%0A--------------------%0D%0AGS1%3A6900138600889%0D%0AGS1%3A6900138600889%0D%0A\
            &operator_id=xiaow&dic_amount=0.01&info=GS&total=0.01&device_id=57206";
        Params::parse(&format!("{request}&sign={sign}")).unwrap()
    }

    #[test]
    fn the_appendix_verifies_in_either_case() {
        for sign in ["9B7266337715E102A5DD3516F03A77AEB7BC4AE8", "9b7266337715e102a5dd3516f03a77aeb7bc4ae8"] {
            assert_eq!(check_payment(&appendix(sign), KEY, &Readings::default()), Ok(()));
        }
    }

    #[test]
    fn another_key_or_sign_does_not() {
        let good = appendix("9B7266337715E102A5DD3516F03A77AEB7BC4AE8");
        assert_eq!(check_payment(&good, "x", &Readings::default()), Err(Refusal::WrongSign));
        let bad = appendix("0B7266337715E102A5DD3516F03A77AEB7BC4AE8");
        assert_eq!(check_payment(&bad, KEY, &Readings::default()), Err(Refusal::WrongSign));
        assert_eq!(check_payment(&appendix(""), KEY, &Readings::default()), Err(Refusal::Missing("sign")));
    }

    #[test]
    fn what_the_document_leaves_open_of_a_sign_can_be_read_either_way() {
        let signed = |text: &str, upper: bool| {
            let hash = hash(format!("{text}key={KEY}").as_bytes());
            if upper { hash.to_uppercase() } else { hash }
        };
        let check = |text: &str, upper: bool, readings: Readings| {
            let params = Params::parse(&format!("a=1&b=&sign={}", signed(text, upper))).unwrap();
            check_payment(&params, KEY, &readings).is_ok()
        };
        let with = "a=1&b=&";
        for (empty_values, text, other) in
            [(EmptyValues::Signed, with, "a=1&"), (EmptyValues::LeftOut, "a=1&", with)]
        {
            let readings = Readings { empty_values, ..Readings::default() };
            assert!(check(text, true, readings) && !check(other, true, readings), "{readings:?}");
        }
        for (sign_case, lower, upper) in
            [(SignCase::Any, true, true), (SignCase::Upper, false, true), (SignCase::Lower, true, false)]
        {
            let readings = Readings { sign_case, ..Readings::default() };
            assert_eq!(
                (check(with, false, readings), check(with, true, readings)),
                (lower, upper),
                "{sign_case:?}"
            );
        }
    }

    #[test]
    fn the_config_sample_verifies() {
        let sign = "f6b537644430d76327fc0fc6dda2c4e1330f24ab";
        assert_eq!(check_config("12345", "123", "V1.01", sign), Ok(()));
        assert_eq!(check_config("12345", "123", "V1.02", sign), Err(Refusal::WrongSign));
    }
}
