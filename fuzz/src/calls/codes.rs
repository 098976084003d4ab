//! The codes that a function may return.

use wsy::till::code::Code;

pub const OK: i32 = Code::Ok.number();
pub const PAID: i32 = Code::Paid.number();
pub const REFUNDED: i32 = Code::Refunded.number();
pub const NOT_PAID: i32 = Code::NotPaid.number();
pub const UNKNOWN: i32 = Code::Unknown.number();
pub const NOT_REFUNDED: i32 = Code::NotRefunded.number();
pub const PAID_EARLIER: i32 = Code::PaidEarlier.number();
pub const DECIDED: i32 = Code::Decided.number();
pub const VOIDED: i32 = Code::Voided.number();
pub const PENDING: i32 = Code::Pending.number();
pub const HANDLE: i32 = Code::Handle.number();
pub const ARGUMENT: i32 = Code::Argument.number();
pub const BUFFER: i32 = Code::Buffer.number();
pub const NO_FIELD: i32 = Code::NoField.number();
pub const INTERNAL: i32 = Code::Internal.number();
pub use wsy::capi::numbers::{WSY_GBK as GBK, WSY_UTF8 as UTF8};

/// The final codes of a charge and a settlement.
pub const CHARGED: &[i32] = &[PAID, PAID_EARLIER, NOT_PAID, UNKNOWN, DECIDED];

/// Whether this is an error: nothing that moves money was sent.
pub fn is_error(code: i32) -> bool {
    // A panic that was caught would have ended the run already.
    code < -100 && code != INTERNAL && Code::from_number(code).is_some()
}

/// Fails unless the code is one of these, or an error of the header.
#[track_caller]
pub fn one_of(code: i32, others: &[i32]) {
    assert!(
        others.contains(&code) || is_error(code),
        "the code {code} is not among {others:?} and the errors"
    );
}
