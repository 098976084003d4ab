//! Asking the platform for a receipt again.

use std::ffi::c_char;
use std::sync::Arc;

use crate::capi::bill::{ANY_NUMBER, taking, which};
use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::params::{self, unknown, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::started::{Started, start, wsy_payment};
use crate::till::code::Code;
use crate::till::sentences::FETCHING_RECEIPT;
use crate::till::{Error, Till, Which, custom_series, flag};

/// Asks the platform again for the receipt of a bill (section 3.5).
///
/// out_trade_no, dm_id: which bill, as for wsy_refund.
/// params:              NULL, or a list: any_number, as for wsy_refund; custom_series, a number that the
///                      document calls the series and does not explain, 0 to 2147483647 (default 0).
/// reply:               NULL, or receives a reply with printinfo and receipt (as bytes:
///                      wsy_reply_receipt_bytes).
///
/// Threads: any. Blocks for at most connect_ms plus twice response_ms.
///
/// Returns WSY_OK; WSY_ERR_NO_RECEIPT if the platform has none or cannot be reached (printinfo and receipt
/// are then those that the ledger stored, if any); WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_DM_ID,
/// WSY_ERR_NOT_SENT, WSY_ERR_NO_RESPONSE, WSY_ERR_SERVER_NOT_ALLOWED, WSY_ERR_OPTIONS, WSY_ERR_LEDGER,
/// WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Asks the platform for a receipt again.
/// 补打小票。
/// Empty for none: out_trade_no, dm_id
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reprint(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    dm_id: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [out_trade_no, dm_id] = unsafe { CText::each([out_trade_no, dm_id]) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let which = which(client, out_trade_no, dm_id)?;
        let wish = reprinting(which, &params::pairs(params)?)?;
        Ok(reprint(&client.till, wish)?)
    })
}

/// Starts what wsy_reprint does, and returns at once.
///
/// Poll or wait for the reply. A cancel ends it at once as WSY_ERR_CANCELLED.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The other parameters are as for wsy_reprint.
///
/// Threads: any.
///
/// Returns WSY_PENDING (started), WSY_ERR_OPTIONS, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Starts asking the platform for a receipt again; polled like a charge.
/// 开始补打，不等待；用 WsyPaymentPoll 取小票。
/// Empty for none: out_trade_no, dm_id
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reprint_start(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    dm_id: *const c_char,
    params: *const wsy_params,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [out_trade_no, dm_id] = unsafe { CText::each([out_trade_no, dm_id]) };
    // SAFETY: `payment` is NULL or points to a pointer, as this function asks.
    let payment = unsafe { Out::new(payment) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    start(client, &payment, &reply, |client, _| {
        let which = which(client, out_trade_no, dm_id)?;
        let wish = reprinting(which, &params::pairs(params)?)?;
        let started = Started::job(Code::Internal, &client.till, wish, reprint);
        Ok(started.unseen(FETCHING_RECEIPT, Code::Cancelled))
    })
}

/// Applies the list that says how to fetch a receipt again.
fn reprinting(which: Which, pairs: &[(String, String)]) -> Result<(Which, u32), Error> {
    let (mut series, mut any_number) = (0, false);
    for (name, value) in pairs {
        match name.as_str() {
            ANY_NUMBER => any_number = flag(name, value)?,
            "custom_series" => series = custom_series(value)?,
            _ => return Err(unknown(name)),
        }
    }
    Ok((taking(which, any_number)?, series))
}

fn reprint(till: &Arc<Till>, (which, series): (Which, u32)) -> Result<Draft, Error> {
    Ok(Draft::new(Code::Ok).receipt(&till.reprint(&which, series)?))
}
