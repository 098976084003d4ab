//! What C hands over: texts, bytes, and places to write to. Each is typed once, at the top of its function,
//! where the pointer's promise is taken; what is done with it from there on is safe.

use std::ffi::{CStr, c_char};
use std::{ptr, slice};

use crate::capi::failure::Failure;
use crate::protocol::text::Charset;
use crate::till::code::Code;

/// A text argument: NULL, or a string whose code page is known once its client is.
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

    /// Several of them.
    ///
    /// # Safety
    /// As for [`CText::new`], of each.
    pub unsafe fn each<const N: usize>(texts: [*const c_char; N]) -> [Self; N] {
        // SAFETY: the caller has promised it of each.
        texts.map(|text| unsafe { Self::new(text) })
    }

    /// Its bytes, not decoded.
    pub fn bytes(self) -> Option<&'a [u8]> {
        self.0.map(CStr::to_bytes)
    }

    /// The text, where it may be NULL.
    pub fn optional(self, charset: Charset) -> Result<Option<String>, Code> {
        self.bytes().map(|bytes| charset.decode(bytes)).transpose().map_err(|_| Code::Text)
    }

    /// The text, where it may not be NULL.
    pub fn required(self, charset: Charset) -> Result<String, Code> {
        self.optional(charset)?.ok_or(Code::Argument)
    }
}

/// Bytes that go in.
#[derive(Clone, Copy)]
pub struct CBytes<'a>(Option<&'a [u8]>);

impl<'a> CBytes<'a> {
    /// # Safety
    /// `bytes` is NULL or has `size` bytes that stay as they are during the call.
    pub unsafe fn new(bytes: *const c_char, size: i32) -> Self {
        match usize::try_from(size) {
            // SAFETY: it is not NULL, so its caller has promised so many bytes.
            Ok(size) if !bytes.is_null() => Self(Some(unsafe { slice::from_raw_parts(bytes.cast(), size) })),
            _ => Self(None),
        }
    }

    /// The bytes, of which there has to be one and may be so many.
    pub fn at_most(self, most: usize) -> Result<&'a [u8], Code> {
        self.0.filter(|bytes| (1..=most).contains(&bytes.len())).ok_or(Code::Argument)
    }
}

/// Where the caller wants something written: nowhere where it is NULL. It need not be aligned.
pub struct Out<T>(*mut T);

impl<T> Out<T> {
    /// # Safety
    /// `to` is NULL or may be written to during the call.
    pub const unsafe fn new(to: *mut T) -> Self {
        Self(to)
    }

    /// Whether nobody wants it.
    pub const fn is_null(&self) -> bool {
        self.0.is_null()
    }

    /// The same where it may not be NULL.
    pub fn required(self) -> Result<Self, Code> {
        if self.is_null() { Err(Code::Argument) } else { Ok(self) }
    }

    /// Writes it, where somebody wants it.
    pub fn write(&self, value: T) {
        if !self.is_null() {
            // SAFETY: it is not NULL, so whoever made this has promised that it may be written to.
            unsafe { self.0.write_unaligned(value) };
        }
    }
}

/// The caller's buffer for what comes out, and where the caller wants the size that it needs.
pub struct Buffer {
    start: *mut c_char,
    size: i32,
    needed: Out<i32>,
}

impl Buffer {
    /// # Safety
    /// `start` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
    pub const unsafe fn new(start: *mut c_char, size: i32, needed: *mut i32) -> Self {
        // SAFETY: the caller has promised it of `needed`.
        let needed = unsafe { Out::new(needed) };
        Self { start, size, needed }
    }

    /// How many bytes it holds, after it is said how many it needs.
    fn room(&self, needed: usize) -> Result<usize, Code> {
        let needed = i32::try_from(needed).map_err(|_| Code::Buffer)?;
        let size = usize::try_from(self.size).map_err(|_| Code::Argument)?;
        self.needed.write(needed);
        Ok(if self.start.is_null() { 0 } else { size })
    }

    /// Writes bytes of which [`Buffer::room`] has said that they fit, from an offset on.
    fn write(&self, at: usize, bytes: &[u8]) {
        // SAFETY: the offset lies in the buffer.
        let start = unsafe { self.start.add(at) };
        // SAFETY: the bytes fit into the buffer, which is not NULL then, and a buffer of the caller is none
        // of ours.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), start.cast(), bytes.len()) };
    }

    /// Writes a text, always terminated and never cut inside a character; it needs its bytes and the
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

    /// Writes bytes, all or none, without terminator.
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
