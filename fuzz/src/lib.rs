//! The inputs of the fuzz targets, and the rules for the outcome. A target is one function that takes any
//! bytes; a broken rule is a panic, and so is every panic of the library, even one that the guard of the C
//! ABI has caught.
//!
//! No target checks only for "no crash": each compares with a second way to compute the result, or with a
//! promise to the caller.

pub mod responses;
pub mod bodies;
pub mod calls;
pub mod charges;
pub mod fonts;
pub mod ledgers;
pub mod numbers;
pub mod receipts;
pub mod refunds;
pub mod texts;

use std::sync::OnceLock;

/// Whether this run has a mistake planted: each target then treats the library's results as a library with
/// that mistake would return them, and has to find it. A target that finds nothing then would never find
/// anything.
pub fn planted() -> bool {
    static PLANTED: OnceLock<bool> = OnceLock::new();
    *PLANTED.get_or_init(|| std::env::var_os("WSY_FUZZ_PLANTED").is_some())
}
