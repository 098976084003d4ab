//! The binding for Delphi and Free Pascal.

use crate::error::Error;
use crate::test::counts::Counts;

/// Its tests against the library for Linux.
pub fn linux() -> Result<Counts, Error> {
    Err(Error::Check("not there yet".to_owned()))
}

/// Its tests as Windows programs.
pub fn windows() -> Result<Counts, Error> {
    Err(Error::Check("not there yet".to_owned()))
}
