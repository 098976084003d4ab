//! Text and numbers across the boundary: C strings in, the caller's buffers out.

use std::ffi::{CStr, c_char};

use crate::protocol::text::Charset;
use crate::till::code::Code;

/// The charset of a code page.
pub fn charset(code_page: i32) -> Result<Charset, Code> {
    Charset::from_code_page(code_page).ok_or(Code::Argument)
}

/// A text that may be NULL.
///
/// # Safety
/// `text` is NULL or points to a NUL-terminated string that stays as it is during the call.
pub unsafe fn optional(text: *const c_char, charset: Charset) -> Result<Option<String>, Code> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not null, and terminated by this function's contract.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    charset.decode(bytes).map(Some).map_err(|_| Code::Text)
}

/// A text that may not be NULL.
///
/// # Safety
/// As for [`optional`].
pub unsafe fn required(text: *const c_char, charset: Charset) -> Result<String, Code> {
    // SAFETY: the contract is the same.
    unsafe { optional(text, charset) }?.ok_or(Code::Argument)
}

/// Writes a text into the caller's buffer, always terminated and never cut inside a character, and says how many bytes
/// with the terminator it needs.
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
pub unsafe fn give_text(
    text: &str,
    charset: Charset,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> Result<Code, Code> {
    // A NUL would end the text early for the caller.
    let mut bytes = charset.encode(text);
    if bytes.contains(&0) {
        bytes.retain(|byte| *byte != 0);
    }
    let whole = i32::try_from(bytes.len() + 1).map_err(|_| Code::Buffer)?;
    if size < 0 {
        return Err(Code::Argument);
    }
    // SAFETY: the contract is the same.
    unsafe { give_number(whole, needed) };
    let room = usize::try_from(size).map_err(|_| Code::Argument)?;
    if buffer.is_null() || room == 0 {
        return Err(Code::Buffer);
    }
    let part = charset.cut(&bytes, room - 1);
    // SAFETY: `part` and its terminator fit into `size` bytes, and a buffer of the caller is none of ours.
    unsafe {
        std::ptr::copy_nonoverlapping(part.as_ptr(), buffer.cast(), part.len());
        *buffer.add(part.len()) = 0;
    }
    if part.len() == bytes.len() { Ok(Code::Ok) } else { Err(Code::Buffer) }
}

/// Writes bytes into the caller's buffer, all or none, without terminator.
///
/// # Safety
/// As for [`give_text`].
pub unsafe fn give_bytes(
    bytes: &[u8],
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> Result<Code, Code> {
    let whole = i32::try_from(bytes.len()).map_err(|_| Code::Buffer)?;
    if size < 0 {
        return Err(Code::Argument);
    }
    // SAFETY: the contract is the same.
    unsafe { give_number(whole, needed) };
    if whole > size || (buffer.is_null() && whole > 0) {
        return Err(Code::Buffer);
    }
    if whole > 0 {
        // SAFETY: not null, and `whole` fits into `size`.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), buffer.cast(), bytes.len()) };
    }
    Ok(Code::Ok)
}

/// Writes a number where the caller asks for it.
///
/// # Safety
/// `to` is NULL or points to an `int32_t`.
pub unsafe fn give_number(number: i32, to: *mut i32) {
    if !to.is_null() {
        // SAFETY: not null, and an `int32_t` by this function's contract; alignment is not taken on trust.
        unsafe { to.write_unaligned(number) };
    }
}

/// Writes a handle where the caller asks for it.
///
/// # Safety
/// `to` is NULL or points to a pointer.
pub unsafe fn give_handle<H>(handle: *mut H, to: *mut *mut H) {
    if !to.is_null() {
        // SAFETY: not null, and a pointer by this function's contract; alignment is not taken on trust.
        unsafe { to.write_unaligned(handle) };
    }
}
