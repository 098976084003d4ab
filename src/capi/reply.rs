//! Reading the result of a call.

use std::ffi::c_char;
use std::sync::Arc;

use crate::capi::failure::Failure;
use crate::capi::fields::Fields;
use crate::capi::guard::guard;
use crate::capi::handle::Registry;
use crate::capi::names;
use crate::capi::numbers::language_of;
use crate::capi::pointers::{Buffer, CText, Out};
use crate::protocol::receipt;
use crate::protocol::text::Charset;
use crate::till::code::{Code, Language};

/// The result of a call. Every call that takes a wsy_reply ** returns one, even when it fails; the caller
/// frees it with wsy_reply_free. It never changes: any thread can read its fields, any number of times. If a
/// handle, a text or an argument is invalid there is no reply, and the pointer becomes NULL. Only a call from
/// inside the log callback leaves the pointer untouched.
///
/// Every reply has these fields:
///   code          the number that the call returned
///   money         "moved", "not_moved" or "may_have_moved"; "decided" where a person decided (WSY_DECIDED)
///   message_zh    for the cashier: what happened and whether money may have moved, in Chinese; if work
///                 remains to be done after the call, how much
///   message_en    the same in English
///   advice_zh     for the cashier: what to do next, in Chinese
///   advice_en     the same in English
///   hint_zh       for the programmer: which call, field or option comes next, in Chinese
///   hint_en       the same in English
///   detail        for the programmer's log, not for the cashier: the reason given by the platform, the
///                 network or the disk, or by the library itself, in English; may be empty
/// Each call describes its other fields.
pub struct wsy_reply {
    _private: (),
}

/// The state behind a `wsy_reply`.
pub struct Reply {
    pub(super) charset: Charset,
    pub(super) code: Code,
    pub(super) fields: Fields,
    pub(super) lists: Vec<(&'static str, Vec<Fields>)>,
}

pub(super) static REPLIES: Registry<wsy_reply, Reply> = Registry::new();

impl Reply {
    /// The reply behind a handle.
    pub(super) fn of(handle: *const wsy_reply) -> Result<Arc<Self>, Code> {
        REPLIES.get(handle)
    }

    /// The receipt as it came, with escapes.
    pub(super) fn printinfo(&self) -> Result<String, Code> {
        self.filled(names::PRINTINFO)
    }

    /// The pop-up window, as XML.
    pub(super) fn canvas(&self) -> Result<String, Code> {
        self.filled(names::CANVAS)
    }

    fn filled(&self, name: names::Name) -> Result<String, Code> {
        let text = self.fields.text(name.as_str())?;
        if text.is_empty() { Err(Code::NoField) } else { Ok(text.into_owned()) }
    }

    fn list(&self, name: &str) -> Result<&[Fields], Code> {
        let list = self.lists.iter().find(|(known, _)| *known == name);
        list.map(|(_, items)| items.as_slice()).ok_or(Code::NoField)
    }

    fn item(&self, list: &str, index: i32) -> Result<&Fields, Code> {
        let index = usize::try_from(index).map_err(|_| Code::NoField)?;
        self.list(list)?.get(index).ok_or(Code::NoField)
    }

    fn give(&self, text: &str, buffer: &Buffer) -> Result<Code, Failure> {
        buffer.give_text(text, self.charset)
    }
}

/// Reads the code that the call behind a reply returned.
///
/// Threads: any.
///
/// Returns that code, or WSY_ERR_HANDLE.
///
/// # Stdcall
/// Returns the code of a reply.
/// 回复的返回码。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_reply_code(reply: *const wsy_reply) -> i32 {
    guard(|| Ok(Reply::of(reply)?.code))
}

/// Reads a field as text. All functions that return text work like this one.
///
/// A character that GBK does not have is written as "?".
///
/// name:   the field's name.
/// buffer: receives the text in the client's code page, NUL-terminated and never cut inside a character. May
///         be NULL.
/// size:   the buffer's size in bytes.
/// needed: receives the size in bytes that the whole text needs, including its terminator. May be NULL.
///
/// Threads: any.
///
/// Returns WSY_OK; WSY_ERR_BUFFER if the text was cut (or not written, for lack of a buffer);
/// WSY_ERR_NO_FIELD; WSY_ERR_HANDLE; WSY_ERR_TEXT; or WSY_ERR_ARGUMENT (name is NULL or size is negative).
/// The buffer is written only with WSY_OK and WSY_ERR_BUFFER.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; `buffer` is NULL or has room for `size` bytes; `needed` is NULL
/// or points to an `int32_t`.
///
/// # Stdcall
/// Reads a field of a reply as text.
/// 读回复的一个字段（文本）。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_text(
    reply: *const wsy_reply,
    name: *const c_char,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `name` is NULL or a string, as this function asks.
    let name = unsafe { CText::new(name) };
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| {
        let reply = Reply::of(reply)?;
        let name = name.required(reply.charset)?;
        reply.give(&reply.fields.text(&name)?, &buffer)
    })
}

/// Reads a field as a whole number, such as total_fen.
///
/// name:  the field's name.
/// value: receives the number; untouched on an error.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_FIELD (no such field, or not a number), WSY_ERR_HANDLE, WSY_ERR_TEXT or
/// WSY_ERR_ARGUMENT (name or value is NULL).
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; `value` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads a field of a reply as a number.
/// 读回复的一个字段（整数）。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_int(reply: *const wsy_reply, name: *const c_char, value: *mut i32) -> i32 {
    // SAFETY: `name` is NULL or a string, as this function asks.
    let name = unsafe { CText::new(name) };
    // SAFETY: `value` is NULL or points to a number, as this function asks.
    let value = unsafe { Out::new(value) };
    guard(|| {
        let (reply, value) = (Reply::of(reply)?, value.required()?);
        value.write(reply.fields.number(&name.required(reply.charset)?)?);
        Ok(Code::Ok)
    })
}

/// Reads the name of the field at an index, to list all fields of a reply.
///
/// index:                which field, starting at 0.
/// buffer, size, needed: see wsy_reply_text.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_FIELD (past the last field), WSY_ERR_BUFFER, WSY_ERR_HANDLE or WSY_ERR_ARGUMENT
/// (size is negative).
///
/// # Safety
/// As for wsy_reply_text.
///
/// # Stdcall
/// Reads the name of the field at an index, starting at 0.
/// 第 index 个字段的名字，从 0 开始。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_name(
    reply: *const wsy_reply,
    index: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| {
        let reply = Reply::of(reply)?;
        reply.give(reply.fields.name(index)?, &buffer)
    })
}

/// Reads how many items a list has, such as the list "pay" of a bill.
///
/// list:  the list's name.
/// count: receives the number; untouched on an error.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_FIELD (no such list), WSY_ERR_HANDLE, WSY_ERR_TEXT or WSY_ERR_ARGUMENT.
///
/// # Safety
/// `list` is NULL or a NUL-terminated string; `count` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads how many items a list of a reply has.
/// 回复中一个列表的项数。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_count(
    reply: *const wsy_reply,
    list: *const c_char,
    count: *mut i32,
) -> i32 {
    // SAFETY: `list` is NULL or a string, as this function asks.
    let list = unsafe { CText::new(list) };
    // SAFETY: `count` is NULL or points to a number, as this function asks.
    let count = unsafe { Out::new(count) };
    guard(|| {
        let (reply, count) = (Reply::of(reply)?, count.required()?);
        let list = list.required(reply.charset)?;
        count.write(i32::try_from(reply.list(&list)?.len()).map_err(|_| Code::NoField)?);
        Ok(Code::Ok)
    })
}

/// Reads a field of a list's item as text.
///
/// list:  the list's name.
/// index: which item, starting at 0.
/// The rest is as for wsy_reply_text.
///
/// # Safety
/// As for wsy_reply_text; `list` is NULL or a NUL-terminated string.
///
/// # Stdcall
/// Reads a field of a list's item as text.
/// 读列表中一项的字段（文本）。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_item_text(
    reply: *const wsy_reply,
    list: *const c_char,
    index: i32,
    name: *const c_char,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [list, name] = unsafe { CText::each([list, name]) };
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| {
        let reply = Reply::of(reply)?;
        let (list, name) = (list.required(reply.charset)?, name.required(reply.charset)?);
        reply.give(&reply.item(&list, index)?.text(&name)?, &buffer)
    })
}

/// Reads the name of the field at an index of a list's item, to list all its fields.
///
/// Useful for the list "response", which may have fields that the document does not name.
///
/// list:  the list's name.
/// index: which item, starting at 0.
/// field: which field of it, starting at 0.
/// The rest is as for wsy_reply_name.
///
/// # Safety
/// As for wsy_reply_text; `list` is NULL or a NUL-terminated string.
///
/// # Stdcall
/// Reads the name of a field of a list's item, starting at 0.
/// 列表中一项的第 field 个字段的名字，从 0 开始。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_item_name(
    reply: *const wsy_reply,
    list: *const c_char,
    index: i32,
    field: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `list` is NULL or a string, as this function asks.
    let list = unsafe { CText::new(list) };
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| {
        let reply = Reply::of(reply)?;
        let list = list.required(reply.charset)?;
        reply.give(reply.item(&list, index)?.name(field)?, &buffer)
    })
}

/// Reads a field of a list's item as a whole number.
///
/// list:  the list's name.
/// index: which item, starting at 0.
/// The rest is as for wsy_reply_int.
///
/// # Safety
/// As for wsy_reply_int; `list` is NULL or a NUL-terminated string.
///
/// # Stdcall
/// Reads a field of a list's item as a number.
/// 读列表中一项的字段（整数）。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_item_int(
    reply: *const wsy_reply,
    list: *const c_char,
    index: i32,
    name: *const c_char,
    value: *mut i32,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [list, name] = unsafe { CText::each([list, name]) };
    // SAFETY: `value` is NULL or points to a number, as this function asks.
    let value = unsafe { Out::new(value) };
    guard(|| {
        let (reply, value) = (Reply::of(reply)?, value.required()?);
        let (list, name) = (list.required(reply.charset)?, name.required(reply.charset)?);
        value.write(reply.item(&list, index)?.number(&name)?);
        Ok(Code::Ok)
    })
}

/// Reads the reply's receipt as bytes for an ESC/POS printer.
///
/// The escapes of printinfo become bytes, its text becomes GBK. Send the bytes to the printer unchanged: they
/// have no terminator and may contain zeros.
///
/// buffer: receives the bytes, all or none. May be NULL.
/// size:   the buffer's size in bytes.
/// needed: receives the number of bytes. May be NULL.
///
/// Other forms of the receipt: the fields printinfo (text as it came, with escapes) and receipt (plain lines
/// for a screen), wsy_reply_receipt_text (text in the paper's columns) and wsy_reply_receipt_png (a picture).
/// wsy_print_receipt prints it.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt), WSY_ERR_BUFFER, WSY_ERR_HANDLE or
/// WSY_ERR_ARGUMENT (size is negative).
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads the receipt as bytes for an ESC/POS printer.
/// 小票的 ESC/POS 打印字节。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_receipt_bytes(
    reply: *const wsy_reply,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| buffer.give_bytes(&receipt::escpos(&Reply::of(reply)?.printinfo()?)))
}

/// Frees a reply.
///
/// Threads: any.
///
/// Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed reply.
///
/// # Stdcall
/// Frees a reply.
/// 释放回复。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_reply_free(reply: *mut wsy_reply) -> i32 {
    guard(|| {
        REPLIES.remove(reply)?;
        Ok(Code::Ok)
    })
}

/// Reads what a code means, for the cashier: what happened and what to do next.
///
/// For the programmer's next step see hint_zh and hint_en of a reply, or docs/errors.md for all codes.
///
/// code:                 any number that a function of this library returned.
/// language:             WSY_ZH or WSY_EN.
/// code_page:            WSY_UTF8 or WSY_GBK.
/// buffer, size, needed: see wsy_reply_text.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (no such code, language or code page).
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads what a code means and what to do next.
/// 返回码的说明和处理办法。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_code_text(
    code: i32,
    language: i32,
    code_page: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| {
        let code = Code::from_number(code).ok_or(Code::Argument)?;
        let language = language_of(language)?;
        let space = if language == Language::En { " " } else { "" };
        let text = format!("{}{space}{}", code.sentence(language), code.advice(language));
        buffer.give_text(&text, Charset::from_code_page(code_page).ok_or(Code::Argument)?)
    })
}
