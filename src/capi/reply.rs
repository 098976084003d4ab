//! What a call found out, as named fields.

use std::borrow::Cow;
use std::ffi::c_char;
use std::sync::Arc;

use crate::capi::fields::{Fields, Value, as_named, field};
use crate::capi::guard::guard;
use crate::capi::handle::Registry;
use crate::capi::left::Left;
use crate::capi::names::{self, Name};
use crate::capi::text::{charset, give_bytes, give_handle, give_number, give_text, required};
use crate::chain::chain;
use crate::driver;
use crate::protocol::answer::{Content, Named};
use crate::protocol::receipt;
use crate::protocol::text::Charset;
use crate::till::Error;
use crate::till::code::{Code, Language};

/// What a call found out. Every call that takes a wsy_reply ** gives one, also when it fails; the caller frees it with
/// wsy_reply_free. It never changes, so its fields can be read again and from any thread. Where there is none, since a
/// handle or an argument was wrong, the pointer becomes NULL; only a call from inside the log callback leaves it alone.
///
/// Every reply has these fields:
///   code          the number that the call returned
///   money         "moved", "not_moved" or "may_have_moved"; "decided" where a person said so (WSY_DECIDED)
///   message_zh    for the cashier: what happened and whether money may have moved, in Chinese; where the call leaves
///                 something to be done, how much
///   message_en    the same in English
///   advice_zh     for the cashier: what to do next, in Chinese
///   advice_en     the same in English
///   hint_zh       for the programmer: which call, field or option comes next, in Chinese
///   hint_en       the same in English
///   detail        for the programmer's log, not for the cashier: the reason as the platform, the network or the disk gave it, or
///                 in the library's own words, which are English; may be empty
/// The others are named at each call.
pub struct wsy_reply {
    _private: (),
}

/// What is behind a `wsy_reply`.
pub struct Reply {
    charset: Charset,
    code: Code,
    fields: Fields,
    lists: Vec<(&'static str, Vec<Fields>)>,
}

static REPLIES: Registry<Reply> = Registry::new();

/// A reply that is being put together.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What the call returns.
    pub code: Code,
    /// The reason in a word of the platform, the network or the disk.
    pub detail: String,
    /// What happened, where the code's own sentence does not fit: in Chinese and in English.
    pub message: Option<[Cow<'static, str>; 2]>,
    /// What to do next, where the code's own advice does not fit.
    pub advice: Option<[Cow<'static, str>; 2]>,
    /// What the programmer does next, where the code's own hint does not fit.
    pub hint: Option<[Cow<'static, str>; 2]>,
    /// Further fields.
    pub fields: Fields,
    /// Lists of items.
    pub lists: Vec<(&'static str, Vec<Fields>)>,
}

/// What is said in place of a code's own sentences, each in Chinese and in English.
#[derive(Debug)]
pub struct Own {
    /// What happened, and whether money may have moved: for the cashier.
    pub message: [&'static str; 2],
    /// What to do next: for the cashier.
    pub advice: [&'static str; 2],
    /// Which call, field or option comes next: for the programmer.
    pub hint: [&'static str; 2],
}

impl Draft {
    /// One with a code alone.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: String::new(),
            message: None,
            advice: None,
            hint: None,
            fields: Vec::new(),
            lists: Vec::new(),
        }
    }

    /// With the reason.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With other advice than the code's.
    pub fn advice(mut self, zh: &'static str, en: &'static str) -> Self {
        self.advice = Some([zh.into(), en.into()]);
        self
    }

    /// With other sentences than the code's.
    pub fn says(mut self, own: &Own) -> Self {
        self.message = Some(own.message.map(Cow::Borrowed));
        self.advice = Some(own.advice.map(Cow::Borrowed));
        self.hint = Some(own.hint.map(Cow::Borrowed));
        self
    }

    /// With other sentences than the code's, where there are any.
    pub fn says_if(self, own: Option<&Own>) -> Self {
        match own {
            Some(own) => self.says(own),
            None => self,
        }
    }

    /// Says what is left to be done, in place of the code's own sentences; as it is where nothing is left.
    pub fn left(mut self, left: &Left) -> Self {
        if let (Some(zh), Some(en)) = (left.words(Language::Zh), left.words(Language::En)) {
            self.message = Some([zh.message.into(), en.message.into()]);
            self.advice = Some([zh.advice.into(), en.advice.into()]);
            self.hint = Some([zh.hint.into(), en.hint.into()]);
        }
        self
    }

    /// What happened, for the cashier.
    pub fn sentence(&self, language: Language) -> &str {
        match (&self.message, language) {
            (Some([zh, _]), Language::Zh) => zh,
            (Some([_, en]), Language::En) => en,
            (None, _) => self.code.sentence(language),
        }
    }

    /// With a field.
    pub fn field(mut self, name: Name, value: impl ToString) -> Self {
        self.fields.push((name.into(), value.to_string().into()));
        self
    }

    /// With further fields.
    pub fn fields(mut self, fields: impl IntoIterator<Item = (Cow<'static, str>, Value)>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// With all that the platform answered, in lists of its own: no name of the platform's takes the place of one of the library's.
    pub fn content(self, content: Option<&Content>) -> Self {
        let named = |named: &Named| as_named(named.iter().cloned());
        let (answer, paylist) = content.map_or_else(Default::default, |content| {
            (vec![named(&content.attributes)], content.paylist.iter().map(named).collect())
        });
        let canvas = content.map(|content| content.canvas.clone()).unwrap_or_default();
        self.field(names::CANVAS, canvas).list(names::LIST_ANSWER, answer).list(names::LIST_PAYLIST, paylist)
    }

    /// With a list.
    pub fn list(mut self, name: Name, items: Vec<Fields>) -> Self {
        self.lists.push((name.as_str(), items));
        self
    }

    /// Makes it a reply, hands it to the caller who asks for one, and returns the call's code.
    ///
    /// # Safety
    /// `to` is NULL or points to a pointer.
    pub unsafe fn give(self, charset: Charset, to: *mut *mut wsy_reply) -> Result<Code, Code> {
        let code = self.code;
        if to.is_null() {
            return Ok(code);
        }
        let own = |of: fn(Code, Language) -> &'static str| {
            [Language::Zh, Language::En].map(|language| Cow::Borrowed(of(code, language)))
        };
        let [message_zh, message_en] = self.message.unwrap_or_else(|| own(Code::sentence));
        let [advice_zh, advice_en] = self.advice.unwrap_or_else(|| own(Code::advice));
        let [hint_zh, hint_en] = self.hint.unwrap_or_else(|| own(Code::hint));
        let mut fields = Fields::with_capacity(9 + self.fields.len());
        fields.extend([
            (names::CODE.into(), code.number().to_string().into()),
            (names::MONEY.into(), code.money().word().into()),
            (names::MESSAGE_ZH.into(), Value::Text(message_zh)),
            (names::MESSAGE_EN.into(), Value::Text(message_en)),
            (names::ADVICE_ZH.into(), Value::Text(advice_zh)),
            (names::ADVICE_EN.into(), Value::Text(advice_en)),
            (names::HINT_ZH.into(), Value::Text(hint_zh)),
            (names::HINT_EN.into(), Value::Text(hint_en)),
            (names::DETAIL.into(), self.detail.into()),
        ]);
        // What comes from the platform may not take the place of what the library says.
        fields.extend(self.fields);
        let reply = Reply { charset, code, fields, lists: self.lists };
        let handle = REPLIES.add(Arc::new(reply))?;
        // SAFETY: the contract is the same.
        unsafe { give_handle(handle, to) };
        Ok(code)
    }
}

impl Draft {
    fn of_driver(self, error: &driver::Error) -> Self {
        use driver::Error;
        match error {
            Error::RefundTooMuch { refundable_fen } => self.field(names::REFUNDABLE_FEN, refundable_fen),
            Error::AmountDiffers { recorded_fen, .. } | Error::RefundDiffers { recorded_fen, .. } => {
                self.field(names::RECORDED_FEN, recorded_fen)
            }
            Error::AuthCodeUsed { out_trade_no } | Error::StillOpen { out_trade_no, .. } => {
                self.field(names::OUT_TRADE_NO, out_trade_no)
            }
            Error::RefundOpen(out_refund_no) => self.field(names::OUT_REFUND_NO, out_refund_no),
            Error::Refused(info) => self.field(names::INFO, info),
            _ => self,
        }
    }
}

impl From<&Error> for Draft {
    fn from(error: &Error) -> Self {
        let draft = Self::new(error.code()).detail(chain(error));
        match error {
            Error::Driver(error) => draft.of_driver(error),
            Error::ActivateAgain(info) | Error::ActivationRefused(info) => draft.field(names::INFO, info),
            Error::NoReceipt { stored: Some(stored) } => draft.field(names::PRINTINFO, stored),
            _ => draft,
        }
    }
}

fn whole(text: &str) -> Result<i32, Code> {
    text.parse().map_err(|_| Code::NoField)
}

impl Reply {
    fn list(&self, name: &str) -> Result<&[Fields], Code> {
        self.lists
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, items)| items.as_slice())
            .ok_or(Code::NoField)
    }

    fn item(&self, list: &str, index: i32) -> Result<&Fields, Code> {
        let index = usize::try_from(index).map_err(|_| Code::NoField)?;
        self.list(list)?.get(index).ok_or(Code::NoField)
    }
}

/// The receipt of a reply as it came, with escapes, and the charset of the client that the reply is from.
pub(super) fn receipt_of(reply: *const wsy_reply) -> Result<(String, Charset), Code> {
    filled(reply, names::PRINTINFO)
}

/// The pop-up window of a reply, as XML, and the charset of the client that the reply is from.
pub(super) fn canvas_of(reply: *const wsy_reply) -> Result<(String, Charset), Code> {
    filled(reply, names::CANVAS)
}

fn filled(reply: *const wsy_reply, name: Name) -> Result<(String, Charset), Code> {
    let reply = REPLIES.get(reply)?;
    let text = field(&reply.fields, name.as_str())?;
    if text.is_empty() { Err(Code::NoField) } else { Ok((text.into_owned(), reply.charset)) }
}

/// The code that the call returned, once more.
///
/// Threads: any. Returns that code, or WSY_ERR_HANDLE.
///
/// # Stdcall
/// The code of a reply once more.
/// 回复的返回码。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_reply_code(reply: *const wsy_reply) -> i32 {
    guard(|| REPLIES.get(reply).map(|reply| reply.code))
}

/// Reads a field as text. All functions that give text work like this one.
///
/// name:   the field's name.
/// buffer: receives the text in the client's code page, NUL-terminated and never cut inside a character. May be NULL.
/// size:   the buffer's size in bytes.
/// needed: receives the size that the whole text needs, with its terminator. May be NULL.
///
/// What GBK cannot hold is written as "?". Threads: any. Returns WSY_OK; WSY_ERR_BUFFER if the text was cut (or
/// nothing was written, for lack of a buffer); WSY_ERR_NO_FIELD; WSY_ERR_HANDLE; WSY_ERR_TEXT; WSY_ERR_ARGUMENT (name
/// is NULL or size negative). Only WSY_OK and WSY_ERR_BUFFER write to buffer.
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points
/// to an `int32_t`.
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
    guard(|| {
        let reply = REPLIES.get(reply)?;
        // SAFETY: the contract is the same.
        unsafe {
            let name = required(name, reply.charset)?;
            give_text(&field(&reply.fields, &name)?, reply.charset, buffer, size, needed)
        }
    })
}

/// Reads a field as a whole number, such as total_fen.
///
/// value: receives the number; untouched on an error.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (no such field, or it is no number), WSY_ERR_HANDLE, WSY_ERR_TEXT or
/// WSY_ERR_ARGUMENT (NULL).
///
/// # Safety
/// `name` is NULL or a NUL-terminated string; `value` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads a field of a reply as a number.
/// 读回复的一个字段（整数）。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_int(reply: *const wsy_reply, name: *const c_char, value: *mut i32) -> i32 {
    guard(|| {
        let reply = REPLIES.get(reply)?;
        if value.is_null() {
            return Err(Code::Argument);
        }
        // SAFETY: the contract is the same.
        unsafe {
            let name = required(name, reply.charset)?;
            give_number(whole(&field(&reply.fields, &name)?)?, value);
        }
        Ok(Code::Ok)
    })
}

/// The name of the field at an index, starting at 0; to list all fields. buffer, size, needed: see wsy_reply_text.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (past the last one), WSY_ERR_BUFFER, WSY_ERR_HANDLE or
/// WSY_ERR_ARGUMENT (size negative).
///
/// # Safety
/// As for wsy_reply_text.
///
/// # Stdcall
/// The name of the field at an index, starting at 0.
/// 第 index 个字段的名字，从 0 开始。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_name(
    reply: *const wsy_reply,
    index: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    guard(|| {
        let reply = REPLIES.get(reply)?;
        let index = usize::try_from(index).map_err(|_| Code::NoField)?;
        let (name, _) = reply.fields.get(index).ok_or(Code::NoField)?;
        // SAFETY: the contract is the same.
        unsafe { give_text(name, reply.charset, buffer, size, needed) }
    })
}

/// How many items a list has, such as the list "pay" of a bill.
///
/// count: receives the number; untouched on an error.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (no such list), WSY_ERR_HANDLE, WSY_ERR_TEXT or WSY_ERR_ARGUMENT.
///
/// # Safety
/// `list` is NULL or a NUL-terminated string; `count` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// How many items a list of a reply has.
/// 回复中一个列表的项数。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_count(
    reply: *const wsy_reply,
    list: *const c_char,
    count: *mut i32,
) -> i32 {
    guard(|| {
        let reply = REPLIES.get(reply)?;
        if count.is_null() {
            return Err(Code::Argument);
        }
        // SAFETY: the contract is the same.
        unsafe {
            let list = required(list, reply.charset)?;
            let items = i32::try_from(reply.list(&list)?.len()).map_err(|_| Code::NoField)?;
            give_number(items, count);
        }
        Ok(Code::Ok)
    })
}

/// Reads a field of an item of a list as text. index counts from 0; the rest is as for wsy_reply_text.
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
    guard(|| {
        let reply = REPLIES.get(reply)?;
        // SAFETY: the contract is the same.
        unsafe {
            let list = required(list, reply.charset)?;
            let name = required(name, reply.charset)?;
            let text = field(reply.item(&list, index)?, &name)?;
            give_text(&text, reply.charset, buffer, size, needed)
        }
    })
}

/// The name of the field at an index of an item of a list; to list all fields, such as those of the list "answer" that the
/// document does not name.
///
/// index: which item, starting at 0.
/// field: which field of it, starting at 0.
/// The rest is as for wsy_reply_name.
///
/// # Safety
/// As for wsy_reply_text; `list` is NULL or a NUL-terminated string.
///
/// # Stdcall
/// The name of a field of a list's item, starting at 0.
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
    guard(|| {
        let reply = REPLIES.get(reply)?;
        // SAFETY: the contract is the same.
        unsafe {
            let list = required(list, reply.charset)?;
            let field = usize::try_from(field).map_err(|_| Code::NoField)?;
            let (name, _) = reply.item(&list, index)?.get(field).ok_or(Code::NoField)?;
            give_text(name, reply.charset, buffer, size, needed)
        }
    })
}

/// Reads a field of an item of a list as a whole number. index counts from 0; the rest is as for wsy_reply_int.
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
    guard(|| {
        let reply = REPLIES.get(reply)?;
        if value.is_null() {
            return Err(Code::Argument);
        }
        // SAFETY: the contract is the same.
        unsafe {
            let list = required(list, reply.charset)?;
            let name = required(name, reply.charset)?;
            give_number(whole(&field(reply.item(&list, index)?, &name)?)?, value);
        }
        Ok(Code::Ok)
    })
}

/// The reply's receipt as bytes for an ESC/POS printer: the escapes of printinfo as bytes, its text in GBK. Send them
/// to the printer as they are; they are not terminated and may hold zeros.
///
/// buffer: receives the bytes, all or none. May be NULL.
/// size:   the buffer's size in bytes.
/// needed: receives how many bytes there are. May be NULL.
///
/// The receipt as text is the field printinfo (as it came, with escapes) and receipt (plain lines for a screen); in a paper's
/// columns: wsy_reply_receipt_text; as a picture: wsy_reply_receipt_png; to have it printed: wsy_print_receipt.
/// Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt), WSY_ERR_BUFFER, WSY_ERR_HANDLE or
/// WSY_ERR_ARGUMENT (size negative).
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// The receipt as bytes for an ESC/POS printer.
/// 小票的 ESC/POS 打印字节。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_receipt_bytes(
    reply: *const wsy_reply,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    guard(|| {
        let (printinfo, _) = receipt_of(reply)?;
        // SAFETY: the contract is the same.
        unsafe { give_bytes(&receipt::escpos(&printinfo), buffer, size, needed) }
    })
}

/// Frees a reply.
///
/// Threads: any. Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed reply.
///
/// # Stdcall
/// Frees a reply.
/// 释放回复。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_reply_free(reply: *mut wsy_reply) -> i32 {
    guard(|| REPLIES.remove(reply).map(|_| Code::Ok))
}

/// What a code means, for the cashier: what happened and what to do next. What the programmer does next is in a reply's
/// hint_zh and hint_en, and for all codes in docs/errors.md.
///
/// code:      any number that a function of this library returned.
/// language:  WSY_ZH or WSY_EN.
/// code_page: WSY_UTF8 or WSY_GBK.
/// buffer, size, needed: see wsy_reply_text.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_BUFFER or WSY_ERR_ARGUMENT (no such code, language or code page).
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// What a code means, with what to do next.
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
    guard(|| {
        let code = Code::from_number(code).ok_or(Code::Argument)?;
        let (language, space) = match language {
            crate::capi::numbers::WSY_ZH => (Language::Zh, ""),
            crate::capi::numbers::WSY_EN => (Language::En, " "),
            _ => return Err(Code::Argument),
        };
        let text = format!("{}{space}{}", code.sentence(language), code.advice(language));
        // SAFETY: the contract is the same.
        unsafe { give_text(&text, charset(code_page)?, buffer, size, needed) }
    })
}
