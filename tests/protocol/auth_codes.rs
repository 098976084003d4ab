use proptest::prelude::*;
use wsy::protocol::auth_code::{AuthCode, AuthCodeError};

use crate::support::cases;

#[test]
fn a_scanner_s_line_end_is_dropped() {
    let code = AuthCode::parse(" 288924276181755765\r\n").unwrap();
    assert_eq!(code.reveal(), "288924276181755765");
}

#[test]
fn what_a_scanner_or_an_input_method_adds_is_dropped() {
    for scanned in [
        "\u{2}288924276181755765\u{3}",
        "\u{1d}288924276181755765\u{4}\r\n",
        "]Q1288924276181755765",
        "\u{2}]Q3 288924276181755765\u{3}",
        "]C0288924276181755765",
        "２８８９２４２７６１８１７５５７６５",
        "\u{feff}2889\u{200b}24276181755765\u{2060}",
    ] {
        assert_eq!(AuthCode::parse(scanned).unwrap().reveal(), "288924276181755765", "{scanned:?}");
    }
}

#[test]
fn the_identifier_of_a_symbology_that_no_wallet_shows_stays() {
    for before in ["]C1", "]C2", "]E0", "]e0", "]d2", "]QX", "]X1", "Q1", "]", "]]Q1"] {
        let scanned = format!("{before}288924276181755765");
        assert_eq!(AuthCode::parse(&scanned), Err(AuthCodeError::NotDigits), "{scanned}");
    }
}

#[test]
fn nothing_scanned_is_its_own_error() {
    assert_eq!(AuthCode::parse(""), Err(AuthCodeError::Empty));
    assert_eq!(AuthCode::parse("\u{2}]Q1\u{3}"), Err(AuthCodeError::Empty));
    assert_eq!(AuthCode::parse("\r\n"), Err(AuthCodeError::Empty));
}

#[test]
fn only_ascii_digits_are_taken() {
    for text in [
        "28892427618175576X",
        "2889 2427 6181 7557",
        "２８８９２４２７６１８Ｘ",
        "-28892427618175576",
        "https://example.test",
        "288924\u{0}276181",
    ] {
        assert_eq!(AuthCode::parse(text), Err(AuthCodeError::NotDigits), "{text:?}");
    }
}

#[test]
fn codes_have_ten_to_thirty_two_digits() {
    for (digits, taken) in [(1, false), (9, false), (10, true), (32, true), (33, false)] {
        let parsed = AuthCode::parse(&"1".repeat(digits));
        if taken {
            assert_eq!(parsed.unwrap().reveal().len(), digits);
        } else {
            assert_eq!(parsed, Err(AuthCodeError::Length(digits)));
        }
    }
}

#[test]
fn people_see_the_first_two_and_the_last_four_digits() {
    let code = AuthCode::parse("288924276181755765").unwrap();
    assert_eq!(code.masked(), "28************5765");
    assert_eq!(format!("{code:?}"), "28************5765");
    assert_eq!(AuthCode::parse("1234567890").unwrap().masked(), "12****7890");
}

#[test]
fn the_fingerprint_is_the_sha1_of_the_digits() {
    let code = AuthCode::parse(" 1234567890\n").unwrap();
    assert_eq!(code.fingerprint(), "01b307acba4f54f55aafc33bb06bbbf6ca803e9a");
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn the_mask_hides_all_but_six_digits(digits in "[0-9]{10,32}") {
        let masked = AuthCode::parse(&digits).unwrap().masked();
        prop_assert_eq!(masked.len(), digits.len());
        prop_assert_eq!(masked.matches('*').count(), digits.len() - 6);
        prop_assert!(digits.starts_with(&masked[..2]));
        prop_assert!(digits.ends_with(&masked[masked.len() - 4..]));
    }

    #[test]
    fn whatever_was_scanned_is_digits_or_an_error(scanned in any::<String>()) {
        if let Ok(code) = AuthCode::parse(&scanned) {
            prop_assert!(code.reveal().bytes().all(|b| b.is_ascii_digit()));
            let same = AuthCode::parse(code.reveal());
            prop_assert_eq!(same.as_ref(), Ok(&code));
        }
    }
}
