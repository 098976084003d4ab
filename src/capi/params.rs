//! Named values: the options of `wsy_open`, and what a call takes beyond its arguments.

use std::ffi::c_char;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::capi::guard::guard;
use crate::capi::handle::Registry;
use crate::capi::pointers::{CText, Out};
use crate::protocol::text::Charset;
use crate::till::code::Code;
use crate::till::{Error, deadline};

/// A list of named values. Made by wsy_params_new, given to calls, freed by wsy_params_free. A call copies
/// what it needs, so a list can be used again, changed or freed as soon as the call has returned.
pub struct wsy_params {
    _private: (),
}

/// What is behind a `wsy_params`.
struct Params {
    charset: Charset,
    pairs: Mutex<Vec<(String, String)>>,
}

impl Params {
    fn pairs(&self) -> MutexGuard<'_, Vec<(String, String)>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

static PARAMS: Registry<wsy_params, Params> = Registry::new();

/// The values of a list; none for NULL.
pub(super) fn pairs(params: *const wsy_params) -> Result<Vec<(String, String)>, Code> {
    if params.is_null() { Ok(Vec::new()) } else { Ok(PARAMS.get(params)?.pairs().clone()) }
}

/// A value that a call does not take.
pub(super) fn wrong(name: &str, reason: &str) -> Error {
    Error::Option { name: name.to_owned(), reason: reason.to_owned() }
}

/// A name that a call does not know.
pub(super) fn unknown(name: &str) -> Error {
    wrong(name, "is not known")
}

/// Makes an empty list of named values.
///
/// code_page: WSY_UTF8 or WSY_GBK, for the texts that will be set.
/// params: receives the list; the caller frees it with wsy_params_free.
///
/// Threads: any. Returns WSY_OK or WSY_ERR_ARGUMENT (params is NULL, or another code page).
///
/// # Safety
/// `params` is NULL or points to a pointer.
///
/// # Stdcall
/// Makes an empty list of named values.
/// 新建一个参数表。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_params_new(code_page: i32, params: *mut *mut wsy_params) -> i32 {
    // SAFETY: `params` is NULL or points to a pointer, as this function asks.
    let params = unsafe { Out::new(params) };
    guard(|| {
        let params = params.required()?;
        let charset = Charset::from_code_page(code_page).ok_or(Code::Argument)?;
        params.write(PARAMS.add(Arc::new(Params { charset, pairs: Mutex::default() })));
        Ok(Code::Ok)
    })
}

/// Sets a named value; a second value for the same name replaces the first. Which names there are is said at
/// wsy_open, wsy_micropay, wsy_refund and the others that take a list. Whether a value is good is said by the
/// call that gets it.
///
/// name, value: text in the list's code page; copied. An empty value is a value.
///
/// Threads: any, also on one list at once. Returns WSY_OK, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT (NULL) or
/// WSY_ERR_TEXT.
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
        let (name, value) = (name.required(params.charset)?, value.required(params.charset)?);
        let mut pairs = params.pairs();
        pairs.retain(|(known, _)| *known != name);
        pairs.push((name, value));
        Ok(Code::Ok)
    })
}

/// Frees a list of named values.
///
/// Threads: any. Returns WSY_OK, or WSY_ERR_HANDLE for an unknown or freed list.
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

/// A list that may hold a deadline and nothing else.
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
