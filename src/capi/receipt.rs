//! Receipts: from the ledger, as text in columns, and as pictures.

use std::ffi::c_char;
use std::fs;
use std::path::{Path, PathBuf};

use crate::capi::client::{answer, wsy_client};
use crate::capi::fields::of_receipt;
use crate::capi::guard::guard;
use crate::capi::params::{self, wsy_params};
use crate::capi::reply::{Draft, canvas_of, receipt_of, wsy_reply};
use crate::capi::text::{give_bytes, give_text, optional, required};
use crate::protocol::popup;
use crate::protocol::receipt::{Paper, laid_out, plain, rows};
use crate::protocol::text::Charset;
use crate::till::code::Code;
use crate::till::{Error, Given, Slip, flag, popup_png, receipt_png};

/// The receipt of a paid bill from the ledger alone; nothing is sent. Where the platform sent none (noremind), it is made
/// after the template of the pay config, or in a plain layout if there is no template. To ask the platform: wsy_reprint.
///
/// params: NULL, or a list of named values; the caller keeps it:
///   copy         1: marked as a reprint
///   kind         receipt (or not set), popup (a few lines for a window, after payremind_template_popup), invitation (after
///                qrcode_template) or red_packet (after redpack_template)
///   tableno, table, staff
///                for the placeholders of a template, instead of those that were given to the charge
///   qrcode, qrcode_logo, qrcode_image
///                picture files for the placeholders of a template, instead of those named at wsy_open: PNG, at most 576 dots
///                wide and high, not interlaced. What is dark is printed as black dots, in printinfo as the command GS v 0; what
///                is not given is left out. Nothing is fetched from the addresses that the config has under these names
/// reply:  NULL, or receives a reply with printinfo and receipt, as from wsy_reprint.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_OPTIONS (a value of params, or a picture that
/// cannot be read; detail says which), WSY_ERR_PARAM (a control character), WSY_ERR_NO_RECEIPT (red_packet, and the config has no
/// redpack_template), WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// The receipt of a paid bill from the till's own ledger; nothing is sent.
/// 从本地账本取小票，不联网；平台没有给的按模板生成。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_find_receipt(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let out_trade_no = client.required(out_trade_no)?;
                let wish = wish(&params::pairs(params)?);
                let text = wish
                    .and_then(|wish| client.till.slip_with(&out_trade_no, wish.kind, wish.copy, &wish.given));
                Ok(text.map(receipt_draft))
            })
        }
    })
}

/// The receipt of a refund that was made, from the ledger alone; nothing is sent. Where the platform sent none, it has a
/// plain layout.
///
/// params: NULL, or a list: copy (1: marked as a reprint).
/// reply:  as for wsy_find_receipt.
///
/// Threads: any. Returns as wsy_find_receipt; WSY_ERR_NO_BILL if no refund was made under this number.
///
/// # Safety
/// `out_refund_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// The receipt of a refund from the till's own ledger; nothing is sent.
/// 从本地账本取退款小票，不联网。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_find_refund_receipt(
    client: *mut wsy_client,
    out_refund_no: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let out_refund_no = client.required(out_refund_no)?;
                let wish = wish(&params::pairs(params)?).and_then(Wish::of_refund);
                let text = wish.and_then(|copy| client.till.refund_slip(&out_refund_no, copy));
                Ok(text.map(receipt_draft))
            })
        }
    })
}

/// The reply's receipt as plain text in the columns of a paper: lines broken and placed as on it, all in single size.
///
/// width_mm: 58 (32 columns) or 80 (48 columns).
/// buffer, size, needed: see wsy_reply_text. Lines end with "\n".
///
/// Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt), WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// The receipt as text in the columns of 58 or 80 mm paper.
/// 按 58 或 80 毫米纸宽排好的小票文字。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_receipt_text(
    reply: *const wsy_reply,
    width_mm: i32,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    guard(|| {
        let (printinfo, charset) = receipt_of(reply)?;
        let paper = Paper::of_mm(width_mm).ok_or(Code::Argument)?;
        let text = plain(&laid_out(rows(&printinfo), paper), paper);
        // SAFETY: the contract is the same.
        unsafe { give_text(&text, charset, buffer, size, needed) }
    })
}

/// The reply's receipt as a picture, as it comes out of a printer: a grey PNG with 8 dots for each mm of the paper.
///
/// width_mm: 58 or 80.
/// font:     NULL or "", for a font of the system that has all characters of the receipt (SimSun, SimHei, WenQuanYi, Noto
///           CJK and others); or a font file (.ttf, .otf, or the first of a .ttc), in the client's code page.
/// buffer, size, needed: see wsy_reply_receipt_bytes. 64 KB is enough for most.
///
/// The library has no font of its own. Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no receipt),
/// WSY_ERR_NO_FONT, WSY_ERR_PICTURE (longer than 2.5 m), WSY_ERR_BUFFER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `font` is NULL or a NUL-terminated string; `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to
/// an `int32_t`.
///
/// # Stdcall
/// The receipt as a picture (PNG).
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            let (picture, _) = picture(reply, width_mm, font)?;
            give_bytes(&picture, buffer, size, needed)
        }
    })
}

/// The same picture into a file, which is overwritten if it is there.
///
/// path: the file, such as "C:/till/receipt.png", in the client's code page.
///
/// Threads: any. Returns as wsy_reply_receipt_png; WSY_ERR_PICTURE also if the file cannot be written.
///
/// # Safety
/// `font` and `path` are NULL or NUL-terminated strings.
///
/// # Stdcall
/// The receipt as a picture (PNG) into a file.
/// 小票图片（PNG）存成文件。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_receipt_png_file(
    reply: *const wsy_reply,
    width_mm: i32,
    font: *const c_char,
    path: *const c_char,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            let (picture, charset) = picture(reply, width_mm, font)?;
            written(&picture, path, charset)
        }
    })
}

/// The pop-up of the platform's own client, the field canvas, as plain lines: its texts from the top to the bottom.
///
/// buffer, size, needed: see wsy_reply_text. Lines end with "\n".
///
/// Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no pop-up), WSY_ERR_BUFFER, WSY_ERR_ARGUMENT or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to an `int32_t`.
///
/// # Stdcall
/// The platform's pop-up as plain lines.
/// 平台弹窗的文字。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_canvas_text(
    reply: *const wsy_reply,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    guard(|| {
        let (canvas, charset) = canvas_of(reply)?;
        let popup = popup::parse(&canvas).ok_or(Code::NoField)?;
        // SAFETY: the contract is the same.
        unsafe { give_text(&popup.lines(), charset, buffer, size, needed) }
    })
}

/// The same pop-up as a picture: a PNG in colours, with a dot for each 1/96 inch of the window. Its images lie in the
/// platform's own client, and are left out.
///
/// font, buffer, size, needed: see wsy_reply_receipt_png.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_NO_FIELD (the reply has no pop-up), WSY_ERR_NO_FONT, WSY_ERR_PICTURE (larger than
/// 2048 dots), WSY_ERR_BUFFER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `font` is NULL or a NUL-terminated string; `buffer` is NULL or has room for `size` bytes; `needed` is NULL or points to
/// an `int32_t`.
///
/// # Stdcall
/// The platform's pop-up as a picture (PNG).
/// 平台弹窗图片（PNG）的字节。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_canvas_png(
    reply: *const wsy_reply,
    font: *const c_char,
    buffer: *mut c_char,
    size: i32,
    needed: *mut i32,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            let (picture, _) = popup_picture(reply, font)?;
            give_bytes(&picture, buffer, size, needed)
        }
    })
}

/// The same picture into a file, which is overwritten if it is there.
///
/// path: the file, such as "C:/till/popup.png", in the client's code page.
///
/// Threads: any. Returns as wsy_reply_canvas_png; WSY_ERR_PICTURE also if the file cannot be written.
///
/// # Safety
/// `font` and `path` are NULL or NUL-terminated strings.
///
/// # Stdcall
/// The platform's pop-up as a picture (PNG) into a file.
/// 平台弹窗图片（PNG）存成文件。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reply_canvas_png_file(
    reply: *const wsy_reply,
    font: *const c_char,
    path: *const c_char,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            let (picture, charset) = popup_picture(reply, font)?;
            written(&picture, path, charset)
        }
    })
}

/// Writes a picture to a file.
///
/// # Safety
/// `path` is NULL or a NUL-terminated string.
unsafe fn written(picture: &[u8], path: *const c_char, charset: Charset) -> Result<Code, Code> {
    // SAFETY: the contract is the same.
    let path = unsafe { required(path, charset) }?;
    if path.is_empty() {
        return Err(Code::Argument);
    }
    fs::write(Path::new(&path), picture).map(|()| Code::Ok).map_err(|_| Code::Picture)
}

/// Draws a reply's pop-up.
///
/// # Safety
/// `font` is NULL or a NUL-terminated string.
unsafe fn popup_picture(reply: *const wsy_reply, font: *const c_char) -> Result<(Vec<u8>, Charset), Code> {
    let (canvas, charset) = canvas_of(reply)?;
    // SAFETY: the contract is the same.
    let font = unsafe { optional(font, charset) }?.filter(|font| !font.is_empty()).map(PathBuf::from);
    let picture = popup_png(&canvas, font.as_deref()).map_err(|error| error.code())?;
    Ok((picture.ok_or(Code::NoField)?, charset))
}

/// Draws a reply's receipt.
///
/// # Safety
/// `font` is NULL or a NUL-terminated string.
unsafe fn picture(
    reply: *const wsy_reply,
    width_mm: i32,
    font: *const c_char,
) -> Result<(Vec<u8>, Charset), Code> {
    let (printinfo, charset) = receipt_of(reply)?;
    let paper = Paper::of_mm(width_mm).ok_or(Code::Argument)?;
    // SAFETY: the contract is the same.
    let font = unsafe { optional(font, charset) }?.filter(|font| !font.is_empty()).map(PathBuf::from);
    let picture = receipt_png(&printinfo, paper, font.as_deref()).map_err(|error| error.code())?;
    Ok((picture, charset))
}

/// What a caller wants of a receipt.
struct Wish {
    kind: Slip,
    copy: bool,
    given: Given,
}

impl Wish {
    fn of_refund(self) -> Result<bool, Error> {
        match self.kind {
            Slip::Receipt if self.given == Given::default() => Ok(self.copy),
            Slip::Receipt => Err(bad("params", "there is no template for refunds to fill")),
            Slip::Popup | Slip::Invitation | Slip::RedPacket => {
                Err(bad("kind", "a refund has a receipt only"))
            }
        }
    }
}

fn wish(pairs: &[(String, String)]) -> Result<Wish, Error> {
    let mut wish = Wish { kind: Slip::Receipt, copy: false, given: Given::default() };
    for (name, value) in pairs {
        match (name.as_str(), value.as_str()) {
            ("copy", _) => wish.copy = flag(name, value)?,
            ("kind", "receipt") => wish.kind = Slip::Receipt,
            ("kind", "popup") => wish.kind = Slip::Popup,
            ("kind", "invitation") => wish.kind = Slip::Invitation,
            ("kind", "red_packet") => wish.kind = Slip::RedPacket,
            ("kind", _) => return Err(bad(name, "is not receipt, popup, invitation or red_packet")),
            _ if wish.given.placeholders.set(name, value)? || wish.given.pictures.set(name, value) => {}
            _ => return Err(bad(name, "is not known")),
        }
    }
    Ok(wish)
}

fn bad(name: &str, reason: &str) -> Error {
    Error::Option { name: name.to_owned(), reason: reason.to_owned() }
}

fn receipt_draft(printinfo: String) -> Draft {
    Draft::new(Code::Ok).fields(of_receipt(&printinfo))
}
