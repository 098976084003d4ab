//! Amounts between yuan as text and fen as a number.

use std::ffi::{CStr, c_char};

use crate::capi::guard::guard;
use crate::capi::text::{give_number, give_text};
use crate::protocol::amount::{Fen, parse_yuan, yuan};
use crate::protocol::text::Charset;
use crate::till::code::Code;

/// Reads an amount in yuan, such as "12.50", into fen.
///
/// yuan: ASCII digits with at most two decimal places, above zero and at most 1000000.00.
/// fen: receives the amount; untouched on an error.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_ARGUMENT (a pointer is NULL) or WSY_ERR_AMOUNT.
///
/// # Safety
/// `yuan` is NULL or a NUL-terminated string; `fen` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads an amount in yuan, such as 12.50, into fen.
/// 元（如 12.50）换成分。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_yuan_to_fen(yuan: *const c_char, fen: *mut i32) -> i32 {
    guard(|| {
        if yuan.is_null() || fen.is_null() {
            return Err(Code::Argument);
        }
        // SAFETY: not null, and terminated by this function's contract.
        let text = unsafe { CStr::from_ptr(yuan) }.to_str().map_err(|_| Code::Amount)?;
        let amount = parse_yuan(text).map_err(|_| Code::Amount)?;
        let amount = i32::try_from(amount).map_err(|_| Code::Amount)?;
        let amount = Fen::new(amount).map_err(|_| Code::Amount)?;
        // SAFETY: not null.
        unsafe { give_number(amount.get(), fen) };
        Ok(Code::Ok)
    })
}

/// Writes an amount in fen as yuan with two places, such as "12.50". Negative amounts are written with a sign.
///
/// buffer, size, needed: see wsy_reply_text. 13 bytes are always enough.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (negative size).
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Writes an amount in fen as yuan.
/// 分换成元。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_fen_to_yuan(fen: i32, buffer: *mut c_char, size: i32, needed: *mut i32) -> i32 {
    // SAFETY: the contract is the same.
    guard(|| unsafe { give_text(&yuan(i64::from(fen)), Charset::Utf8, buffer, size, needed) })
}
