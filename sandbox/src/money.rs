//! Amounts: whole fen internally, decimal yuan on the wire.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An amount in fen (1/100 yuan). Negative for refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// The text is not an amount that a till may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a positive amount in yuan with at most two decimals")]
pub struct AmountError;

/// Longer than any amount that a till can mean, and short enough to add up without overflow.
const MAX_YUAN_DIGITS: usize = 9;

impl FromStr for Fen {
    type Err = AmountError;

    /// Parses an amount from a till: positive yuan with at most two decimals.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (yuan, cents) = match text.split_once('.') {
            Some((yuan, cents)) => (yuan, two_digits(cents)?),
            None => (text, 0),
        };
        if yuan.len() > MAX_YUAN_DIGITS {
            return Err(AmountError);
        }
        match digits(yuan)? * 100 + cents {
            0 => Err(AmountError),
            fen => Ok(Self(fen)),
        }
    }
}

fn two_digits(text: &str) -> Result<i64, AmountError> {
    match text.len() {
        1 => Ok(digits(text)? * 10),
        2 => digits(text),
        _ => Err(AmountError),
    }
}

fn digits(text: &str) -> Result<i64, AmountError> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError);
    }
    text.parse().map_err(|_| AmountError)
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

impl std::ops::Neg for Fen {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl std::ops::Sub for Fen {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::iter::Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.map(|fen| fen.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_yuan_with_up_to_two_decimals() {
        for (text, fen) in
            [("0.01", 1), ("1", 100), ("1.5", 150), ("12.34", 1234), ("999999999.99", 99_999_999_999)]
        {
            assert_eq!(text.parse(), Ok(Fen(fen)), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in ["", "0", "0.00", "-1", "+1", "1.", ".5", "1.234", "1,5", "1e3", " 1", "１", "1234567890"]
        {
            assert_eq!(text.parse::<Fen>(), Err(AmountError), "{text:?}");
        }
    }

    #[test]
    fn shows_yuan() {
        assert_eq!(Fen(1).to_string(), "0.01");
        assert_eq!(Fen(-110).to_string(), "-1.10");
        assert_eq!(Fen(0).to_string(), "0.00");
    }
}
