//! The constants that a caller passes. The codes that calls return are in [`crate::till::code`].

use crate::till::code::{Code, Language};

/// The code page of UTF-8 text.
///
/// # Stdcall
/// 代码页：UTF-8。
pub const WSY_UTF8: i32 = 65001;
/// The code page of GBK text.
///
/// # Stdcall
/// 代码页：GBK。
pub const WSY_GBK: i32 = 936;
/// Sentences in Chinese.
///
/// # Stdcall
/// 语言：中文。
pub const WSY_ZH: i32 = 0;
/// Sentences in English.
///
/// # Stdcall
/// 语言：英文。
pub const WSY_EN: i32 = 1;

/// The language with this number.
pub(super) const fn language_of(language: i32) -> Result<Language, Code> {
    match language {
        WSY_ZH => Ok(Language::Zh),
        WSY_EN => Ok(Language::En),
        _ => Err(Code::Argument),
    }
}
