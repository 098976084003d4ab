//! What the fuzz targets try and what has to hold of the outcome. A target is one function that takes any bytes; a rule that
//! does not hold is a panic, and so is every panic of the library, also one that the guard of the C ABI has caught.
//!
//! No target asks only for "no crash": each compares with a second way to come to the answer, or with what a caller is
//! promised.

pub mod answers;
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

/// Whether this run has a mistake planted: each target then treats the library's work as a library with that mistake would
/// have done it, and has to find it. What finds nothing then would find nothing ever.
pub fn planted() -> bool {
    static PLANTED: OnceLock<bool> = OnceLock::new();
    *PLANTED.get_or_init(|| std::env::var_os("WSY_FUZZ_PLANTED").is_some())
}
