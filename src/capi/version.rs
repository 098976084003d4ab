//! The library's version.

use std::ffi::c_char;

use crate::capi::guard::guard;
use crate::capi::pointers::Buffer;
use crate::protocol::text::Charset;

/// Reads the library's version, such as "0.1.0".
///
/// buffer, size, needed: see wsy_reply_text; always ASCII.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (size is negative).
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads the library's version.
/// 本库的版本号。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_version(buffer: *mut c_char, size: i32, needed: *mut i32) -> i32 {
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| buffer.give_text(env!("CARGO_PKG_VERSION"), Charset::Utf8))
}
