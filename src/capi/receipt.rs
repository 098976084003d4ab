//! Receipts from the ledger.

use std::ffi::c_char;

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::params::{self, unknown, wrong, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::till::code::Code;
use crate::till::{Error, Given, Slip, flag};

/// Reads the receipt of a paid bill from the ledger. Sends nothing.
///
/// If the platform sent no receipt (noremind), it is made from the template of the pay config, or in a plain
/// layout if there is no template. To ask the platform, call wsy_reprint.
///
/// out_trade_no: the number of the bill.
/// params:       NULL, or a list of named values; the caller keeps it:
///   copy         1: marked as a reprint
///   kind         receipt (the default), popup (a few lines for a window, from payremind_template_popup),
///                invitation (from qrcode_template) or red_packet (from redpack_template)
///   tableno, table, staff
///                for the placeholders of a template, instead of the values given to the charge
///   qrcode, qrcode_logo, qrcode_image
///                picture files for the placeholders of a template, instead of those given to wsy_open: PNG,
///                at most 576 dots wide and high, not interlaced. Dark parts are printed as black dots, in
///                printinfo as the command GS v 0; a picture that is not given is left out. Nothing is
///                fetched from the addresses that the config has under these names
/// reply:        NULL, or receives a reply with printinfo and receipt, as from wsy_reprint.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_OPTIONS (a value of params, or a picture
/// that cannot be read; detail says which), WSY_ERR_PARAM (a control character), WSY_ERR_NO_RECEIPT
/// (red_packet, and the config has no redpack_template), WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reads the receipt of a paid bill from the till's own ledger; sends nothing.
/// 从本地账本取小票，不联网；平台没有给的按模板生成。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_find_receipt(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `out_trade_no` is NULL or a string, as this function asks.
    let out_trade_no = unsafe { CText::new(out_trade_no) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let out_trade_no = client.required(out_trade_no)?;
        let Wish { kind, copy, given } = wish(&params::pairs(params)?)?;
        let printinfo = client.till.slip_with(&out_trade_no, kind, copy, &given)?;
        Ok(Draft::new(Code::Ok).receipt(&printinfo))
    })
}

/// Reads the receipt of a completed refund from the ledger. Sends nothing.
///
/// If the platform sent no receipt, it has a plain layout.
///
/// out_refund_no: the number of the refund.
/// params:        NULL, or a list: copy (1: marked as a reprint).
/// reply:         as for wsy_find_receipt.
///
/// Threads: any.
///
/// Returns as wsy_find_receipt, and WSY_ERR_NO_BILL if no refund was made under this number.
///
/// # Safety
/// `out_refund_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reads the receipt of a refund from the till's own ledger; sends nothing.
/// 从本地账本取退款小票，不联网。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_find_refund_receipt(
    client: *mut wsy_client,
    out_refund_no: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `out_refund_no` is NULL or a string, as this function asks.
    let out_refund_no = unsafe { CText::new(out_refund_no) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let out_refund_no = client.required(out_refund_no)?;
        let copy = wish(&params::pairs(params)?)?.of_refund()?;
        Ok(Draft::new(Code::Ok).receipt(&client.till.refund_slip(&out_refund_no, copy)?))
    })
}

/// The kind and contents of a receipt that the caller asks for.
struct Wish {
    kind: Slip,
    copy: bool,
    given: Given,
}

impl Wish {
    fn of_refund(self) -> Result<bool, Error> {
        match self.kind {
            Slip::Receipt if self.given == Given::default() => Ok(self.copy),
            Slip::Receipt => Err(wrong("params", "there is no template for refunds to fill")),
            Slip::Popup | Slip::Invitation | Slip::RedPacket => {
                Err(wrong("kind", "a refund has a receipt only"))
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
            ("kind", _) => return Err(wrong(name, "is not receipt, popup, invitation or red_packet")),
            _ if wish.given.placeholders.set(name, value)? || wish.given.pictures.set(name, value) => {}
            _ => return Err(unknown(name)),
        }
    }
    Ok(wish)
}
