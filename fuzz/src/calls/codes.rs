//! The numbers that a function may return, from the header that programs are compiled with.

use std::collections::BTreeSet;
use std::sync::OnceLock;

pub const OK: i32 = 0;
pub const PAID: i32 = 1;
pub const REFUNDED: i32 = 2;
pub const NOT_PAID: i32 = -1;
pub const UNKNOWN: i32 = -2;
pub const NOT_REFUNDED: i32 = -3;
pub const PENDING: i32 = -4;
pub const HANDLE: i32 = -101;
pub const ARGUMENT: i32 = -102;
pub const BUFFER: i32 = -104;
pub const NO_FIELD: i32 = -105;
pub const INTERNAL: i32 = -106;
pub const UTF8: i32 = 65001;
pub const GBK: i32 = 936;

/// Whether the header has this number for an error: nothing that moves money was sent.
pub fn is_error(code: i32) -> bool {
    static ERRORS: OnceLock<BTreeSet<i32>> = OnceLock::new();
    let errors = ERRORS.get_or_init(|| {
        let header = include_str!("../../../include/wsy.h");
        let numbers =
            header.lines().filter_map(|line| line.strip_prefix("#define WSY_ERR_")?.split_once(" ("));
        numbers.filter_map(|(_, number)| number.strip_suffix(')')?.parse().ok()).collect()
    });
    assert!(errors.len() > 40, "the header was not read");
    // A panic that was caught would have ended the run already.
    code != INTERNAL && errors.contains(&code)
}

/// Fails unless the code is one of these, or an error of the header.
#[track_caller]
pub fn one_of(code: i32, others: &[i32]) {
    assert!(
        others.contains(&code) || is_error(code),
        "the code {code} is not among {others:?} and the errors"
    );
}
