//! An error with its causes, on one line. No error repeats its cause, so whoever logs or reports one formats
//! it here, once.

use std::error::Error;
use std::fmt::Write;

/// `could not read the ledger: disk I/O error (10)`.
pub fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a `String` does not fail.
        let _ = write!(line, ": {error}");
        cause = error.source();
    }
    line
}
