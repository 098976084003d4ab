//! Named values: the options of `wsy_open`, and the optional parameters of other calls.

use std::ffi::c_char;
use std::sync::{Arc, MutexGuard};

use crate::capi::guard::guard;
use crate::capi::handle::Registry;
use crate::capi::pointers::{CText, Out};
use crate::protocol::text::Charset;
use crate::sync::Mutex;
use crate::till::code::Code;
use crate::till::{Error, deadline};

/// A list of named values. wsy_params_new creates it, calls take it, and wsy_params_free frees it. A call
/// copies what it needs: once it has returned, the list can be used again, changed or freed.
pub struct wsy_params {
    _private: (),
}

/// The state behind a `wsy_params`.
struct Params {
    charset: Charset,
    set: Mutex<Set>,
}

#[derive(Default)]
struct Set {
    pairs: Vec<(String, String)>,
    /// The values that were refused, with their codes; a name that cannot be read is none. A program that
    /// does not look at the code of wsy_params_set would otherwise make a call without them.
    refused: Vec<(Option<String>, Code)>,
}

impl Set {
    /// Makes room for a new value of this name, and forgets the earlier ones.
    fn forget(&mut self, name: &str) {
        self.pairs.retain(|(known, _)| known != name);
        self.refused.retain(|(known, _)| known.as_deref() != Some(name));
    }
}

impl Params {
    fn set(&self) -> MutexGuard<'_, Set> {
        self.set.lock()
    }
}

static PARAMS: Registry<wsy_params, Params> = Registry::new();

/// The values of a list; none for NULL. An error if one of them was refused.
pub(super) fn pairs(params: *const wsy_params) -> Result<Vec<(String, String)>, Code> {
    if params.is_null() {
        return Ok(Vec::new());
    }
    let params = PARAMS.get(params)?;
    let set = params.set();
    match set.refused.first() {
        Some((_, code)) => Err(*code),
        None => Ok(set.pairs.clone()),
    }
}

/// The error for a value that a call does not accept.
pub(super) fn wrong(name: &str, reason: &str) -> Error {
    Error::Option { name: name.to_owned(), reason: reason.to_owned() }
}

/// The error for a name that a call does not know.
pub(super) fn unknown(name: &str) -> Error {
    wrong(name, "is not known")
}

/// Creates an empty list of named values.
///
/// code_page: WSY_UTF8 or WSY_GBK: the code page of the texts that will be set.
/// params:    receives the list; the caller frees it with wsy_params_free.
///
/// Threads: any.
///
/// Returns WSY_OK or WSY_ERR_ARGUMENT (params is NULL, or another code page).
///
/// # Safety
/// `params` is NULL or points to a pointer.
///
/// # Stdcall
/// Creates an empty list of named values.
/// 新建一个参数表。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_params_new(code_page: i32, params: *mut *mut wsy_params) -> i32 {
    // SAFETY: `params` is NULL or points to a pointer, as this function asks.
    let params = unsafe { Out::new(params) };
    guard(|| {
        let params = params.required()?;
        let charset = Charset::from_code_page(code_page).ok_or(Code::Argument)?;
        params.write(PARAMS.add(Arc::new(Params { charset, set: Mutex::default() })));
        Ok(Code::Ok)
    })
}

/// Sets a named value; replaces an earlier value of the same name.
///
/// The calls that take a list, such as wsy_open, wsy_micropay and wsy_refund, say which names they accept.
/// The call that gets the list checks its names and values.
///
/// The list remembers a value that is refused here: every call that gets the list then fails with the same
/// code, and sends nothing, until a value of the same name is set. If the name itself was refused, free the
/// list.
///
/// name, value: text in the list's code page; copied. An empty value counts as a value.
///
/// Threads: any, also several on the same list.
///
/// Returns WSY_OK, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT (name or value is NULL) or WSY_ERR_TEXT.
///
/// # Safety
/// `name` and `value` are NULL or NUL-terminated strings.
///
/// # Stdcall
/// Sets a named value.
/// 设置一个参数。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_params_set(
    params: *mut wsy_params,
    name: *const c_char,
    value: *const c_char,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [name, value] = unsafe { CText::each([name, value]) };
    guard(|| {
        let params = PARAMS.get(params)?;
        let (name, value) = (name.required(params.charset), value.required(params.charset));
        let mut set = params.set();
        let name = name.inspect_err(|code| set.refused.push((None, *code)))?;
        set.forget(&name);
        match value {
            Ok(value) => set.pairs.push((name, value)),
            Err(code) => {
                set.refused.push((Some(name), code));
                return Err(code.into());
            }
        }
        Ok(Code::Ok)
    })
}

/// Frees a list of named values.
///
/// Threads: any.
///
/// Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed list.
///
/// # Stdcall
/// Frees a list of named values.
/// 释放参数表。
#[unsafe(no_mangle)]
pub extern "C" fn wsy_params_free(params: *mut wsy_params) -> i32 {
    guard(|| {
        PARAMS.remove(params)?;
        Ok(Code::Ok)
    })
}

/// The deadline of a list that may hold nothing else.
pub(super) fn deadline_of(pairs: &[(String, String)]) -> Result<Option<u64>, Error> {
    let mut limit = None;
    for (name, value) in pairs {
        match name.as_str() {
            "deadline_ms" => limit = Some(deadline(value)?),
            _ => return Err(unknown(name)),
        }
    }
    Ok(limit)
}
