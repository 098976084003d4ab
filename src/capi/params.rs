//! Named values: the options of `wsy_open`, and what a call takes beyond its arguments.

use std::ffi::c_char;
use std::sync::{Arc, Mutex, PoisonError};

use crate::capi::guard::guard;
use crate::capi::handle::Registry;
use crate::capi::text::{charset, give_handle, required};
use crate::protocol::text::Charset;
use crate::till::code::Code;

/// A list of named values. Made by wsy_params_new, given to calls, freed by wsy_params_free. A call copies what it
/// needs, so a list can be used again, changed or freed as soon as the call has returned.
pub struct wsy_params {
    _private: (),
}

/// What is behind a `wsy_params`.
pub struct Params {
    charset: Charset,
    pairs: Mutex<Vec<(String, String)>>,
}

static PARAMS: Registry<Params> = Registry::new();

/// The values of a list; none for NULL.
pub(super) fn pairs(params: *const wsy_params) -> Result<Vec<(String, String)>, Code> {
    if params.is_null() {
        return Ok(Vec::new());
    }
    let params = PARAMS.get(params)?;
    Ok(params.pairs.lock().unwrap_or_else(PoisonError::into_inner).clone())
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
    guard(|| {
        if params.is_null() {
            return Err(Code::Argument);
        }
        let list = Params { charset: charset(code_page)?, pairs: Mutex::default() };
        let handle = PARAMS.add(Arc::new(list))?;
        // SAFETY: not null.
        unsafe { give_handle(handle, params) };
        Ok(Code::Ok)
    })
}

/// Sets a named value; a second value for the same name replaces the first. Which names there are is said at wsy_open,
/// wsy_micropay, wsy_refund and the others that take a list. Whether a value is good is said by the call that gets it.
///
/// name, value: text in the list's code page; copied. An empty value is a value.
///
/// Threads: any, also on one list at once. Returns WSY_OK, WSY_ERR_HANDLE, WSY_ERR_ARGUMENT (NULL) or WSY_ERR_TEXT.
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
    guard(|| {
        let params = PARAMS.get(params)?;
        // SAFETY: the contract is the same.
        let (name, value) = unsafe { (required(name, params.charset)?, required(value, params.charset)?) };
        let mut pairs = params.pairs.lock().unwrap_or_else(PoisonError::into_inner);
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
    guard(|| PARAMS.remove(params).map(|_| Code::Ok))
}
