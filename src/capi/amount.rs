//! Conversion of amounts between yuan as text and fen as a number.

use std::ffi::c_char;

use crate::capi::guard::guard;
use crate::capi::pointers::{Buffer, CText, Out};
use crate::protocol::amount::{Fen, parse_yuan, yuan};
use crate::protocol::text::Charset;
use crate::till::code::Code;

/// Converts an amount in yuan, such as "12.50", to fen.
///
/// yuan: ASCII digits with at most two decimal places, more than zero and at most 1000000.00. Read as well:
///       ".50"; commas between thousands, "1,234.50", but none after a leading zero; the character for yuan
///       (U+5143) after it, in UTF-8 or GBK. Blanks and line ends around the amount are ignored. Anything
///       else is an error: nothing is rounded or guessed.
/// fen:  receives the amount; untouched on an error.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_ARGUMENT (a pointer is NULL) or WSY_ERR_AMOUNT.
///
/// # Safety
/// `yuan` is NULL or a NUL-terminated string; `fen` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Converts an amount in yuan, such as 12.50, to fen.
/// 元（如 12.50）换成分。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_yuan_to_fen(yuan: *const c_char, fen: *mut i32) -> i32 {
    // SAFETY: `yuan` is NULL or a string, as this function asks.
    let yuan = unsafe { CText::new(yuan) };
    // SAFETY: `fen` is NULL or points to a number, as this function asks.
    let fen = unsafe { Out::new(fen) };
    guard(|| {
        let (yuan, fen) = (yuan.bytes().ok_or(Code::Argument)?, fen.required()?);
        fen.write(read(yuan).ok_or(Code::Amount)?.get());
        Ok(Code::Ok)
    })
}

fn read(yuan: &[u8]) -> Option<Fen> {
    let yuan = yuan.trim_ascii();
    // In UTF-8 it is read with the amount.
    let yuan = yuan.strip_suffix(b"\xd4\xaa").unwrap_or(yuan);
    let fen = parse_yuan(str::from_utf8(yuan).ok()?).ok()?;
    Fen::new(i32::try_from(fen).ok()?).ok()
}

/// Converts an amount in fen to yuan with two decimal places, such as "12.50".
///
/// fen:                  the amount; a negative one is written with a minus sign.
/// buffer, size, needed: see wsy_reply_text. 13 bytes are always enough.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (size is negative).
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Converts an amount in fen to yuan.
/// 分换成元。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_fen_to_yuan(fen: i32, buffer: *mut c_char, size: i32, needed: *mut i32) -> i32 {
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| buffer.give_text(&yuan(i64::from(fen)), Charset::Utf8))
}
