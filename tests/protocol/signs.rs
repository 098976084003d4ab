use proptest::prelude::*;
use wsy::protocol::sign;

use crate::support::{cases, decode_form, text};

const APPENDIX_KEY: &str = "8df7975ac2c8eca932a0d2802b27945f5757494b";
const APPENDIX_SIGN: &str = "9B7266337715E102A5DD3516F03A77AEB7BC4AE8";

#[test]
fn sha1_is_that_of_the_standard() {
    assert_eq!(sign::sha1_hex(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(sign::sha1_hex(b""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

#[test]
fn the_signed_text_of_the_appendix_has_the_sign_of_the_appendix() {
    let signed = text("sign-appendix.txt");
    assert_eq!(sign::sha1_hex(signed.as_bytes()).to_uppercase(), APPENDIX_SIGN);
}

#[test]
fn the_request_of_the_appendix_is_signed_as_printed() {
    let request = text("request-appendix.txt");
    let form = request.trim_end().strip_prefix("op.php?").unwrap();
    let (sent, params): (Vec<_>, Vec<_>) =
        decode_form(form).into_iter().partition(|(name, _)| name == "sign");
    assert_eq!(sent, [("sign".to_owned(), APPENDIX_SIGN.to_owned())]);
    let params = params.iter().map(|(n, v)| (n.as_str(), v.as_str()));
    assert_eq!(sign::payment(params, APPENDIX_KEY), APPENDIX_SIGN);
}

#[test]
fn a_payment_without_parameters_signs_the_key_alone() {
    assert_eq!(sign::payment([], "abc"), sign::sha1_hex(b"key=abc").to_uppercase());
}

#[test]
fn an_empty_parameter_is_signed_with_its_name() {
    assert_eq!(
        sign::payment([("total", "0.01"), ("noremind", "")], "k"),
        sign::sha1_hex(b"noremind=&total=0.01&key=k").to_uppercase()
    );
}

#[test]
fn names_are_sorted_as_bytes_and_a_longer_name_follows_its_start() {
    assert_eq!(
        sign::payment([("infoaddo", "2"), ("info", "1"), ("dm_id", "0")], "k"),
        sign::sha1_hex(b"dm_id=0&info=1&infoaddo=2&key=k").to_uppercase()
    );
}

#[test]
fn the_config_sign_is_that_of_the_notes() {
    assert_eq!(sign::config("123", "V1.01", "12345"), "f6b537644430d76327fc0fc6dda2c4e1330f24ab");
}

#[test]
fn the_time_sign_uses_the_published_constant() {
    assert_eq!(sign::time("23"), sign::sha1_hex(b"device_id=23&key=jdakjfakjfiariuq54n9fkjak9q9j4ro0o"));
}

type Params = Vec<(String, String)>;

fn shuffled() -> impl Strategy<Value = (Params, Params)> {
    proptest::collection::btree_map("[a-zA-Z0-9_]{1,8}", ".{0,8}", 1..8)
        .prop_map(|params| params.into_iter().collect::<Vec<_>>())
        .prop_flat_map(|params| (Just(params.clone()), Just(params).prop_shuffle()))
}

fn sign_of(params: &[(String, String)], key: &str) -> String {
    sign::payment(params.iter().map(|(n, v)| (n.as_str(), v.as_str())), key)
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn the_order_of_parameters_does_not_matter_to_the_sign(
        (one, other) in shuffled(),
        key in "[0-9a-f]{8}",
    ) {
        prop_assert_eq!(sign_of(&one, &key), sign_of(&other, &key));
    }

    #[test]
    fn every_value_matters_to_the_sign((params, _) in shuffled(), at in any::<prop::sample::Index>()) {
        let mut changed = params.clone();
        changed[at.index(params.len())].1.push('x');
        prop_assert_ne!(sign_of(&params, "k"), sign_of(&changed, "k"));
    }
}
