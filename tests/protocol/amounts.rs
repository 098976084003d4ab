use proptest::prelude::*;
use wsy::protocol::amount::{AmountError, Fen, MAX_FEN, parse_yuan, yuan};

use crate::support::cases;

#[test]
fn an_amount_is_above_zero_and_at_most_a_million_yuan() {
    assert_eq!(Fen::new(0), Err(AmountError::NotPositive));
    assert_eq!(Fen::new(-1), Err(AmountError::NotPositive));
    assert_eq!(Fen::new(i32::MIN), Err(AmountError::NotPositive));
    assert_eq!(Fen::new(1).unwrap().get(), 1);
    assert_eq!(Fen::new(100_000_000).unwrap().get(), 100_000_000);
    assert_eq!(Fen::new(100_000_001), Err(AmountError::TooLarge));
    assert_eq!(Fen::new(i32::MAX), Err(AmountError::TooLarge));
}

#[test]
fn an_amount_is_written_in_yuan_with_two_places() {
    for (fen, text) in [(1, "0.01"), (10, "0.10"), (100, "1.00"), (1230, "12.30")] {
        assert_eq!(Fen::new(fen).unwrap().to_yuan(), text);
    }
    assert_eq!(Fen::new(MAX_FEN).unwrap().to_yuan(), "1000000.00");
}

#[test]
fn a_negative_amount_keeps_its_sign_below_one_yuan() {
    assert_eq!(yuan(-1), "-0.01");
    assert_eq!(yuan(-100), "-1.00");
    assert_eq!(yuan(0), "0.00");
    assert_eq!(yuan(i64::MIN), "-92233720368547758.08");
}

#[test]
fn the_limit_is_named_in_the_error() {
    assert!(AmountError::TooLarge.to_string().contains("1000000.00 yuan"));
}

#[test]
fn yuan_are_read_with_none_to_two_places() {
    for (text, fen) in [
        ("0.01", 1),
        ("-0.01", -1),
        ("12", 1200),
        ("12.3", 1230),
        ("12.30", 1230),
        ("12.3000", 1230),
        ("007.05", 705),
        (" 0.02 ", 2),
        ("0", 0),
        ("-0.00", 0),
    ] {
        assert_eq!(parse_yuan(text), Ok(fen), "{text:?}");
    }
}

#[test]
fn yuan_are_read_as_databases_and_programs_write_them() {
    for (text, fen) in [
        (".5", 50),
        (".50", 50),
        ("-.5", -50),
        ("1,000", 100_000),
        ("1,234.50", 123_450),
        ("-12,345,678.9", -1_234_567_890),
        ("0.01元", 1),
        ("1,234 元", 123_400),
        (" .50元 ", 50),
    ] {
        assert_eq!(parse_yuan(text), Ok(fen), "{text:?}");
    }
    for text in [
        "1,23",
        "12,34.50",
        "1,2345",
        ",123",
        "1,,000",
        "1234,567",
        "1,000,",
        "1.000,50",
        "元",
        ".元",
        "1元元",
        ".,",
        "0,001",
        "-0,001.00",
        "00,100",
        "001,000",
    ] {
        assert_eq!(parse_yuan(text), Err(AmountError::NotDecimal), "{text:?}");
    }
}

#[test]
fn what_is_no_exact_amount_is_not_read() {
    for text in [
        "", " ", "-", ".", "1.", "--1", "+1", "1.005", "1.2.3", "1e3", "0x10", "￥1", "１", "- 1", "1 0",
        "NaN", "inf",
    ] {
        assert_eq!(parse_yuan(text), Err(AmountError::NotDecimal), "{text:?}");
    }
}

#[test]
fn amounts_beyond_any_bill_are_too_large() {
    assert_eq!(parse_yuan("100000000.00"), Ok(10_000_000_000));
    assert_eq!(parse_yuan("-100000000.00"), Ok(-10_000_000_000));
    for text in [
        "100000000.01",
        "-100000000.01",
        "92233720368547758.08",
        "9223372036854775807",
        "99999999999999999999999999",
    ] {
        assert_eq!(parse_yuan(text), Err(AmountError::TooLarge), "{text}");
    }
}

/// Reads yuan as a fraction of two integers: digits over a power of ten.
fn oracle(text: &str) -> Option<i128> {
    let text = text.trim_matches(' ');
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let mut digits = 0i128;
    let mut scale = 1i128;
    let mut dot = false;
    let mut last_is_digit = false;
    for c in unsigned.chars() {
        last_is_digit = c.is_ascii_digit();
        match c {
            '0'..='9' => {
                digits = digits * 10 + i128::from(u32::from(c) - u32::from('0'));
                scale *= if dot { 10 } else { 1 };
            }
            '.' if !dot => dot = true,
            _ => return None,
        }
    }
    let fen = digits * 100;
    if !last_is_digit || fen % scale != 0 || fen / scale > 10_000_000_000 {
        return None;
    }
    let sign = if unsigned.len() < text.len() { -1 } else { 1 };
    Some(sign * fen / scale)
}

proptest! {
    #![proptest_config(cases(30_000))]

    #[test]
    fn every_amount_survives_the_wire(fen in 1..=MAX_FEN) {
        let text = Fen::new(fen).unwrap().to_yuan();
        prop_assert_eq!(parse_yuan(&text), Ok(i64::from(fen)));
    }

    #[test]
    fn every_refund_line_survives_the_wire(fen in -10_000_000_000i64..=10_000_000_000) {
        prop_assert_eq!(parse_yuan(&yuan(fen)), Ok(fen));
    }

    #[test]
    fn any_number_can_be_written(fen in any::<i64>()) {
        let digits: String = yuan(fen).chars().filter(|c| *c != '.').collect();
        prop_assert_eq!(digits.parse::<i64>().unwrap(), fen);
    }

    #[test]
    fn reading_agrees_with_integer_arithmetic(text in "[-]?[0-9]{0,9}[.]?[0-9]{0,4}0{0,3}") {
        prop_assert_eq!(parse_yuan(&text).ok().map(i128::from), oracle(&text));
    }

    #[test]
    fn reading_agrees_with_integer_arithmetic_on_noise(text in "[-+. 0-9]{0,24}") {
        prop_assert_eq!(parse_yuan(&text).ok().map(i128::from), oracle(&text));
    }

    #[test]
    fn reading_never_panics_nor_leaves_the_limit(text in any::<String>()) {
        if let Ok(fen) = parse_yuan(&text) {
            prop_assert!(fen.abs() <= 10_000_000_000);
        }
    }
}
