//! The platform's bill numbers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The number of a bill, written `dm2032288236`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DmId(i64);

/// The text is not a bill number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bill number is \"dm\" and digits")]
pub struct DmIdError;

impl DmId {
    /// The number of the first bill in a new book.
    pub(crate) const FIRST: Self = Self(2_032_288_236);

    pub(crate) const fn from_number(number: i64) -> Self {
        Self(number)
    }

    pub(crate) const fn number(self) -> i64 {
        self.0
    }

    /// Parses the number without its `dm`, the way a reprint request carries it.
    pub(crate) fn from_bare(text: &str) -> Result<Self, DmIdError> {
        let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        match text.parse() {
            Ok(number) if canonical => Ok(Self(number)),
            _ => Err(DmIdError),
        }
    }
}

impl FromStr for DmId {
    type Err = DmIdError;

    fn from_str(text: &str) -> Result<Self, DmIdError> {
        Self::from_bare(text.strip_prefix("dm").ok_or(DmIdError)?)
    }
}

impl fmt::Display for DmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dm{}", self.0)
    }
}

impl From<DmId> for String {
    fn from(id: DmId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for DmId {
    type Error = DmIdError;

    fn try_from(text: String) -> Result<Self, DmIdError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_itself() {
        assert_eq!("dm2032288236".parse(), Ok(DmId::FIRST));
        assert_eq!(DmId::FIRST.to_string(), "dm2032288236");
    }

    #[test]
    fn refuses_other_text() {
        for text in ["", "dm", "2032288236", "dm01", "dm1x", "DM1", "dm-1", "dm99999999999999999999"] {
            assert_eq!(text.parse::<DmId>(), Err(DmIdError), "{text:?}");
        }
    }
}
