//! A reply's receipt and pop-up as text and as pictures.

use std::ffi::c_char;
use std::fs;
use std::path::PathBuf;

use crate::capi::failure::Failure;
use crate::capi::guard::guard;
use crate::capi::pointers::{Buffer, CText};
use crate::capi::reply::{Reply, wsy_reply};
use crate::protocol::popup;
use crate::protocol::receipt::{Paper, laid_out, plain, rows};
use crate::protocol::text::Charset;
use crate::till::code::Code;
use crate::till::{popup_png, receipt_png};

/// Reads the reply's receipt as plain text in the columns of the paper.
///
/// Lines are broken and placed as on paper, all in single size.
///
/// width_mm:             58 (32 columns) or 80 (48 columns).
/// buffer, size, needed: see wsy_reply_text. Lines end with "\n".
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt), WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads the receipt as text in the columns of 58 or 80 mm paper.
/// 按 58 或 80 毫米纸宽排好的小票文字。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_receipt_text(
    reply: *const wsy_reply,
    width_mm: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| {
        let reply = Reply::of(reply)?;
        let printinfo = reply.printinfo()?;
        let paper = Paper::of_mm(width_mm).ok_or(Code::Argument)?;
        buffer.give_text(&plain(&laid_out(rows(&printinfo), paper), paper), reply.charset)
    })
}

/// Draws the reply's receipt as a printer would print it: a greyscale PNG.
///
/// The picture has 8 dots for each mm of paper. The library contains no font.
///
/// width_mm:             58 or 80.
/// font:                 NULL or "": a system font that has all characters of the receipt (SimSun, SimHei,
///                       WenQuanYi, Noto CJK and others). Otherwise a font file (.ttf, .otf, or the first
///                       font of a .ttc), in the client's code page.
/// buffer, size, needed: see wsy_reply_receipt_bytes. 64 KB is enough for most receipts.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt), WSY_ERR_NO_FONT, WSY_ERR_PICTURE (longer than
/// 2.5 m), WSY_ERR_BUFFER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `font` is NULL or a NUL-terminated string; `buffer` is NULL or has room for `size` bytes; `needed` is NULL
/// or points to an `int32_t`.
///
/// # Stdcall
/// Draws the receipt as a picture (PNG).
/// 小票图片（PNG）的字节。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_receipt_png(
    reply: *const wsy_reply,
    width_mm: i32,
    font: *const c_char,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `font` is NULL or a string, as this function asks.
    let font = unsafe { CText::new(font) };
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| buffer.give_bytes(&receipt_picture(&*Reply::of(reply)?, width_mm, font)?))
}

/// Writes the picture of wsy_reply_receipt_png to a file, replacing an existing one.
///
/// width_mm, font: as for wsy_reply_receipt_png.
/// path:           the file, such as "C:/till/receipt.png", in the client's code page.
///
/// Threads: any.
///
/// Returns as wsy_reply_receipt_png, and WSY_ERR_PICTURE also if the file cannot be written.
///
/// # Safety
/// `font` and `path` are NULL or NUL-terminated strings.
///
/// # Stdcall
/// Writes the receipt as a picture (PNG) to a file.
/// 小票图片（PNG）存成文件。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_receipt_png_file(
    reply: *const wsy_reply,
    width_mm: i32,
    font: *const c_char,
    path: *const c_char,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [font, path] = unsafe { CText::each([font, path]) };
    guard(|| {
        let reply = Reply::of(reply)?;
        write(&receipt_picture(&reply, width_mm, font)?, path, reply.charset)
    })
}

/// Reads the texts of the platform's pop-up (the field canvas) as plain lines, from top to bottom.
///
/// buffer, size, needed: see wsy_reply_text. Lines end with "\n".
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no pop-up), WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// Reads the platform's pop-up as plain lines.
/// 平台弹窗的文字。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_canvas_text(
    reply: *const wsy_reply,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| {
        let reply = Reply::of(reply)?;
        let popup = popup::parse(&reply.canvas()?).ok_or(Code::NoField)?;
        buffer.give_text(&popup.lines(), reply.charset)
    })
}

/// Draws the platform's pop-up (the field canvas): a PNG in colour.
///
/// The picture has one dot for each 1/96 inch of the window. The pop-up's images exist only in the platform's
/// own client, and are left out.
///
/// font, buffer, size, needed: see wsy_reply_receipt_png.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no pop-up), WSY_ERR_NO_FONT, WSY_ERR_PICTURE (larger than
/// 2048 dots), WSY_ERR_BUFFER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `font` is NULL or a NUL-terminated string; `buffer` is NULL or has room for `size` bytes; `needed` is NULL
/// or points to an `int32_t`.
///
/// # Stdcall
/// Draws the platform's pop-up as a picture (PNG).
/// 平台弹窗图片（PNG）的字节。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_canvas_png(
    reply: *const wsy_reply,
    font: *const c_char,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    // SAFETY: `font` is NULL or a string, as this function asks.
    let font = unsafe { CText::new(font) };
    // SAFETY: `buffer` has `size` bytes and `needed` is a number, or they are NULL, as this function asks.
    let buffer = unsafe { Buffer::new(buffer, size, needed) };
    guard(|| buffer.give_bytes(&popup_picture(&*Reply::of(reply)?, font)?))
}

/// Writes the picture of wsy_reply_canvas_png to a file, replacing an existing one.
///
/// font: as for wsy_reply_receipt_png.
/// path: the file, such as "C:/till/popup.png", in the client's code page.
///
/// Threads: any.
///
/// Returns as wsy_reply_canvas_png, and WSY_ERR_PICTURE also if the file cannot be written.
///
/// # Safety
/// `font` and `path` are NULL or NUL-terminated strings.
///
/// # Stdcall
/// Writes the platform's pop-up as a picture (PNG) to a file.
/// 平台弹窗图片（PNG）存成文件。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_canvas_png_file(
    reply: *const wsy_reply,
    font: *const c_char,
    path: *const c_char,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [font, path] = unsafe { CText::each([font, path]) };
    guard(|| {
        let reply = Reply::of(reply)?;
        write(&popup_picture(&reply, font)?, path, reply.charset)
    })
}

fn receipt_picture(reply: &Reply, width_mm: i32, font: CText<'_>) -> Result<Vec<u8>, Failure> {
    let printinfo = reply.printinfo()?;
    let paper = Paper::of_mm(width_mm).ok_or(Code::Argument)?;
    Ok(receipt_png(&printinfo, paper, file_of(font, reply.charset)?.as_deref())?)
}

fn popup_picture(reply: &Reply, font: CText<'_>) -> Result<Vec<u8>, Failure> {
    let canvas = reply.canvas()?;
    let picture = popup_png(&canvas, file_of(font, reply.charset)?.as_deref())?;
    Ok(picture.ok_or(Code::NoField)?)
}

/// The font file that the caller names, if any.
fn file_of(font: CText<'_>, charset: Charset) -> Result<Option<PathBuf>, Code> {
    Ok(font.optional(charset)?.filter(|font| !font.is_empty()).map(PathBuf::from))
}

fn write(picture: &[u8], path: CText<'_>, charset: Charset) -> Result<Code, Failure> {
    let path = path.required(charset)?;
    if path.is_empty() {
        return Err(Code::Argument.into());
    }
    fs::write(path, picture).map_err(|_| Code::Picture)?;
    Ok(Code::Ok)
}
