//! The pointers that C passes: texts, bytes, and places to write to. Each gets its type once, at the top of
//! its function, which relies on the caller's promise about the pointer; every use after that is safe.

use std::ffi::{CStr, c_char};
use std::{ptr, slice};

use crate::capi::failure::Failure;
use crate::protocol::text::Charset;
use crate::till::code::Code;

/// A text argument: NULL, or a string. Its code page is known once its client is.
#[derive(Clone, Copy)]
pub struct CText<'a>(Option<&'a CStr>);

impl<'a> CText<'a> {
    /// # Safety
    /// `text` is NULL or points to a NUL-terminated string that stays as it is during the call.
    pub unsafe fn new(text: *const c_char) -> Self {
        if text.is_null() {
            return Self(None);
        }
        // SAFETY: it is not NULL, so its caller has promised a terminator.
        Self(Some(unsafe { CStr::from_ptr(text) }))
    }

    /// Several text arguments.
    ///
    /// # Safety
    /// As for [`CText::new`], for each.
    pub unsafe fn each<const N: usize>(texts: [*const c_char; N]) -> [Self; N] {
        // SAFETY: the caller has promised it for each.
        texts.map(|text| unsafe { Self::new(text) })
    }

    /// Its bytes, not decoded.
    pub fn bytes(self) -> Option<&'a [u8]> {
        self.0.map(CStr::to_bytes)
    }

    /// The text, if NULL is allowed.
    pub fn optional(self, charset: Charset) -> Result<Option<String>, Code> {
        self.bytes().map(|bytes| charset.decode(bytes)).transpose().map_err(|_| Code::Text)
    }

    /// The text, if NULL is not allowed.
    pub fn required(self, charset: Charset) -> Result<String, Code> {
        self.optional(charset)?.ok_or(Code::Argument)
    }
}

/// An argument of bytes.
#[derive(Clone, Copy)]
pub struct CBytes<'a>(Option<&'a [u8]>);

impl<'a> CBytes<'a> {
    /// # Safety
    /// `bytes` is NULL or has `size` bytes that stay as they are during the call.
    pub unsafe fn new(bytes: *const c_char, size: i32) -> Self {
        match usize::try_from(size) {
            // SAFETY: it is not NULL, so its caller has promised this many bytes.
            Ok(size) if !bytes.is_null() => Self(Some(unsafe { slice::from_raw_parts(bytes.cast(), size) })),
            _ => Self(None),
        }
    }

    /// The bytes: at least one, and at most this many.
    pub fn at_most(self, most: usize) -> Result<&'a [u8], Code> {
        self.0.filter(|bytes| (1..=most).contains(&bytes.len())).ok_or(Code::Argument)
    }
}

/// A place that the caller wants written, or NULL for none. It need not be aligned.
pub struct Out<T>(*mut T);

impl<T> Out<T> {
    /// # Safety
    /// `to` is NULL or may be written to during the call.
    pub const unsafe fn new(to: *mut T) -> Self {
        Self(to)
    }

    /// Returns whether the caller wants nothing written.
    pub const fn is_null(&self) -> bool {
        self.0.is_null()
    }

    /// The same place, if NULL is not allowed.
    pub fn required(self) -> Result<Self, Code> {
        if self.is_null() { Err(Code::Argument) } else { Ok(self) }
    }

    /// Writes the value, if the caller wants it.
    pub fn write(&self, value: T) {
        if !self.is_null() {
            // SAFETY: it is not NULL, so whoever made this has promised that it may be written to.
            unsafe { self.0.write_unaligned(value) };
        }
    }
}

/// The caller's buffer for the output, and the place for the size that the output needs.
pub struct Buffer {
    start: *mut c_char,
    size: i32,
    needed: Out<i32>,
}

impl Buffer {
    /// # Safety
    /// `start` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
    pub const unsafe fn new(start: *mut c_char, size: i32, needed: *mut i32) -> Self {
        // SAFETY: the caller has promised it for `needed`.
        let needed = unsafe { Out::new(needed) };
        Self { start, size, needed }
    }

    /// Reports how many bytes are needed, and returns how many the buffer holds.
    fn room(&self, needed: usize) -> Result<usize, Code> {
        let needed = i32::try_from(needed).map_err(|_| Code::Buffer)?;
        let size = usize::try_from(self.size).map_err(|_| Code::Argument)?;
        self.needed.write(needed);
        Ok(if self.start.is_null() { 0 } else { size })
    }

    /// Writes bytes at an offset; [`Buffer::room`] has checked that they fit.
    fn write(&self, at: usize, bytes: &[u8]) {
        // SAFETY: the offset is inside the buffer.
        let start = unsafe { self.start.add(at) };
        // SAFETY: the bytes fit into the buffer, which is then not NULL, and the caller's buffer does not
        // overlap memory of ours.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), start.cast(), bytes.len()) };
    }

    /// Writes a text, always terminated and never cut inside a character. The size it needs includes the
    /// terminator.
    pub fn give_text(&self, text: &str, charset: Charset) -> Result<Code, Failure> {
        // A NUL would end the text early for the caller.
        let mut bytes = charset.encode(text);
        if bytes.contains(&0) {
            bytes.retain(|byte| *byte != 0);
        }
        let room = self.room(bytes.len() + 1)?.checked_sub(1).ok_or(Code::Buffer)?;
        let part = charset.cut(&bytes, room);
        self.write(0, part);
        self.write(part.len(), b"\0");
        if part.len() == bytes.len() { Ok(Code::Ok) } else { Err(Code::Buffer.into()) }
    }

    /// Writes bytes, all or none, without a terminator.
    pub fn give_bytes(&self, bytes: &[u8]) -> Result<Code, Failure> {
        if bytes.len() > self.room(bytes.len())? {
            return Err(Code::Buffer.into());
        }
        if !bytes.is_empty() {
            self.write(0, bytes);
        }
        Ok(Code::Ok)
    }
}
