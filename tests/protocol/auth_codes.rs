use proptest::prelude::*;
use wsy::protocol::auth_code::{AuthCode, AuthCodeError};

use crate::support::cases;

#[test]
fn a_scanner_s_line_end_is_dropped() {
    let code = AuthCode::parse(" 288924276181755765\r\n").unwrap();
    assert_eq!(code.reveal(), "288924276181755765");
}

#[test]
fn nothing_scanned_is_its_own_error() {
    assert_eq!(AuthCode::parse(""), Err(AuthCodeError::Empty));
    assert_eq!(AuthCode::parse("\r\n"), Err(AuthCodeError::Empty));
}

#[test]
fn only_ascii_digits_are_taken() {
    for text in [
        "28892427618175576X",
        "2889 2427 6181 7557",
        "２８８９２４２７６１８１",
        "-28892427618175576",
        "https://example.test",
        "288924276181\0",
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
            prop_assert_eq!(code.reveal(), scanned.trim());
        }
    }
}
