//! The payment code that the scanner reads from the customer's phone.

use std::fmt;

use crate::protocol::scan;
use crate::protocol::sign::sha1_hex;

const LENGTHS: std::ops::RangeInclusive<usize> = 10..=32;

/// An auth code: digits only. It is a secret while it is valid (about a minute), so it prints masked.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthCode(String);

/// Why a text is not a valid auth code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthCodeError {
    /// Nothing was scanned.
    #[error("the auth code is empty")]
    Empty,
    /// It has a character other than a digit.
    #[error("the auth code has a character that is not a digit")]
    NotDigits,
    /// Too short or too long for any wallet.
    #[error("the auth code has {0} digits; wallets show 10 to 32")]
    Length(usize),
}

impl AuthCode {
    /// Parses the scanner's input. Ignores what the [scanner](scan::unwrapped) adds to the code.
    pub fn parse(text: &str) -> Result<Self, AuthCodeError> {
        let code = scan::unwrapped(text);
        if code.is_empty() {
            return Err(AuthCodeError::Empty);
        }
        if !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AuthCodeError::NotDigits);
        }
        if !LENGTHS.contains(&code.len()) {
            return Err(AuthCodeError::Length(code.len()));
        }
        Ok(Self(code))
    }

    /// Returns the digits, only for the wire and for the ledger of an open payment.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the first two and the last four digits, for people and for logs.
    pub fn masked(&self) -> String {
        let (head, tail) = (&self.0[..2], &self.0[self.0.len() - 4..]);
        format!("{head}{}{tail}", "*".repeat(self.0.len() - 6))
    }

    /// Returns the SHA-1 of the digits. There are few enough codes to search through, so that it is kept in
    /// memory only.
    pub fn fingerprint(&self) -> String {
        sha1_hex(self.0.as_bytes())
    }
}

impl fmt::Debug for AuthCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}
