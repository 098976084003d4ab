//! Money: whole fen internally, decimal yuan on the wire (note 5).

use std::borrow::Cow;

/// The largest amount of a single payment or refund: 1,000,000.00 yuan, in fen.
pub const MAX_FEN: i32 = 100_000_000;

/// An amount that can be charged or refunded: 1 to [`MAX_FEN`] fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(i32);

/// Why a number or a text is not a valid amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Zero or less.
    #[error("the amount must be above zero")]
    NotPositive,
    /// More than [`MAX_FEN`].
    #[error("the amount is larger than {} yuan", yuan(MAX_FEN as i64))]
    TooLarge,
    /// Not a decimal number with at most two places.
    #[error("not an amount in yuan with at most two decimal places")]
    NotDecimal,
}

impl Fen {
    /// Creates an amount from fen.
    pub const fn new(fen: i32) -> Result<Self, AmountError> {
        match fen {
            ..=0 => Err(AmountError::NotPositive),
            1..=MAX_FEN => Ok(Self(fen)),
            _ => Err(AmountError::TooLarge),
        }
    }

    /// Returns the amount in fen.
    pub const fn get(self) -> i32 {
        self.0
    }

    /// Formats the amount as the platform expects it: decimal yuan with two places, `0.01`.
    pub fn to_yuan(self) -> String {
        yuan(i64::from(self.0))
    }
}

/// Formats fen, which may be negative (a refund line), as decimal yuan with two places.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let whole = fen.unsigned_abs();
    format!("{sign}{}.{:02}", whole / 100, whole % 100)
}

/// Parses decimal yuan into fen: `0.01`, `12`, `-0.01`, and what databases and programs make of these: `.50`,
/// `1,234.50` and `1.00元`. Commas have to separate thousands, so that none is taken for a decimal point.
/// Accepts further places only if they are zeros: half a fen is not money, and rounding would invent some.
pub fn parse_yuan(text: &str) -> Result<i64, AmountError> {
    let text = text.trim();
    let text = text.strip_suffix('元').map_or(text, str::trim_end);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = ungrouped(whole).ok_or(AmountError::NotDecimal)?;
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(&whole) || !all_digits(places) || digits.is_empty() || digits.ends_with('.') {
        return Err(AmountError::NotDecimal);
    }
    let (cents, rest) = places.split_at(places.len().min(2));
    if rest.bytes().any(|b| b != b'0') {
        return Err(AmountError::NotDecimal);
    }
    let whole: i64 =
        if whole.is_empty() { Ok(0) } else { whole.parse() }.map_err(|_| AmountError::TooLarge)?;
    let cents: i64 = format!("{cents:0<2}").parse().map_err(|_| AmountError::NotDecimal)?;
    let fen = whole
        .checked_mul(100)
        .and_then(|fen| fen.checked_add(cents))
        .filter(|fen| *fen <= 100 * i64::from(MAX_FEN))
        .ok_or(AmountError::TooLarge)?;
    Ok(if negative { -fen } else { fen })
}

/// Takes out the commas that separate thousands. `None` if they stand elsewhere, or after a leading zero: in
/// `0,001` the comma may be a decimal point.
fn ungrouped(whole: &str) -> Option<Cow<'_, str>> {
    if !whole.contains(',') {
        return Some(Cow::Borrowed(whole));
    }
    let mut groups = whole.split(',');
    let begins_well = |first: &str| (1..=3).contains(&first.len()) && !first.starts_with('0');
    let fits = groups.next().is_some_and(begins_well) && groups.all(|group| group.len() == 3);
    fits.then(|| Cow::Owned(whole.replace(',', "")))
}
