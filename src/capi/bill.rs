//! The platform's bills: which one a call is about, and its contents.

use std::ffi::c_char;

use crate::capi::call::{Call, answer};
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::fields::Fields;
use crate::capi::names;
use crate::capi::params::{self, wrong, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::payment::row::Wallet;
use crate::protocol::amount::yuan;
use crate::protocol::bill::{Bill, Line};
use crate::protocol::request::Extra;
use crate::till::code::Code;
use crate::till::{Error, Which, flag};

/// Reads a bill with all its lines from the platform (section 3.4).
///
/// out_trade_no, dm_id: which bill, as for wsy_refund.
/// params:              NULL, or a list: any_number, as for wsy_refund; any other parameter is signed and
///                      sent.
/// reply:               NULL, or receives a reply with dm_id, pay_total_fen (paid), refunded_fen,
///                      refundable_fen, adds_up, pay_total and refund_total (in yuan; refund_total is
///                      negative, as in the document), paytype, pay_type (a number) and pay_name (the
///                      pay_type at the top of the response), pay_time, pay_id (the channel's transaction,
///                      from the top or from the payment's line) and no; the list "response", whose one item
///                      has all attributes of the top under their own names; and the list "pay" of all
///                      payments and refunds: pay_type, pay_name, pay_total_fen (negative for a refund),
///                      pay_total, pay_time, pay_id (of a refund: the platform's number of it, which
///                      wsy_find_refund calls refund_id) and the line's other attributes.
///
/// Threads: any. Blocks for at most connect_ms plus twice response_ms.
///
/// Returns WSY_OK, WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_DM_ID, WSY_ERR_REFUSED, WSY_ERR_NOT_SENT,
/// WSY_ERR_NO_RESPONSE, WSY_ERR_BAD_RESPONSE, WSY_ERR_NOT_ACTIVATED, WSY_ERR_SERVER_NOT_ALLOWED,
/// WSY_ERR_PARAM, WSY_ERR_OPTIONS, WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reads a bill with its payments and refunds from the platform.
/// 向平台读取账单及其支付、退款明细。
/// Empty for none: out_trade_no, dm_id
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_read_bill(
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
        let (which, extra) = reading(which, &params::pairs(params)?)?;
        let bill = client.till.read_bill(&which, &extra)?;
        Ok(bill_draft(&bill, client.till.wallet_of(&which, &bill)?))
    })
}

/// Applies the list that says how to read a bill.
fn reading(which: Which, pairs: &[(String, String)]) -> Result<(Which, Extra), Error> {
    let (mut extra, mut any_number) = (Extra::default(), false);
    for (name, value) in pairs {
        match name.as_str() {
            ANY_NUMBER => any_number = flag(name, value)?,
            _ => extra.set(name, value)?,
        }
    }
    Ok((taking(which, any_number)?, extra))
}

/// The bill that a call is about.
pub(super) fn which(client: &Call, out_trade_no: CText<'_>, dm_id: CText<'_>) -> Result<Which, Code> {
    let out_trade_no = client.optional(out_trade_no)?.filter(|number| !number.is_empty());
    let dm_id = client.optional(dm_id)?.filter(|number| !number.is_empty());
    Ok(Which { out_trade_no, dm_id, any_number: false })
}

/// The parameter that accepts a `dm_id` as it is.
pub(super) const ANY_NUMBER: &str = "any_number";

/// The same bill, accepting any form of its number if the caller insists.
pub(super) fn taking(which: Which, any_number: bool) -> Result<Which, Error> {
    if any_number && which.dm_id.is_none() {
        return Err(wrong(ANY_NUMBER, "needs a dm_id"));
    }
    Ok(Which { any_number, ..which })
}

fn bill_draft(bill: &Bill, wallet: Wallet) -> Draft {
    money_fields(Draft::new(Code::Ok).field(names::DM_ID, &bill.dm_id), bill)
        .fields(wallet_fields(wallet))
        .field(names::PAY_TIME, &bill.pay_time)
        .field(names::PAY_ID, &bill.pay_id)
        .field(names::NO, &bill.no)
        .list(names::LIST_RESPONSE, [Fields::as_named(&bill.attributes)])
        .list(names::LIST_PAY, bill.lines.iter().map(line_fields))
}

/// Adds the amounts paid and refunded.
pub(super) fn money_fields(draft: Draft, bill: &Bill) -> Draft {
    draft
        .field(names::PAY_TOTAL_FEN, bill.pay_total_fen)
        .field(names::REFUNDED_FEN, bill.refunded_fen)
        .field(names::REFUNDABLE_FEN, bill.refundable_fen())
        .field(names::ADDS_UP, bill.adds_up())
        .field(names::PAY_TOTAL, yuan(bill.pay_total_fen))
        .field(names::REFUND_TOTAL, yuan(-bill.refunded_fen))
}

/// The payment type of a bill.
pub(super) fn wallet_fields(wallet: Wallet) -> Fields {
    let Wallet { paytype, pay_type, pay_name } = wallet;
    Fields::default()
        .with(names::PAYTYPE, paytype)
        .with(names::PAY_TYPE, pay_type.as_ref())
        .with(names::PAY_NAME, pay_name.as_ref())
}

/// The fields of a payment or refund of a bill.
pub(super) fn line_fields(line: &Line) -> Fields {
    Fields::default()
        .with(names::PAY_TYPE, &line.pay_type)
        .with(names::PAY_NAME, &line.pay_name)
        .with(names::PAY_TOTAL_FEN, line.total_fen)
        .with(names::PAY_TOTAL, yuan(line.total_fen))
        .with(names::PAY_TIME, &line.pay_time)
        .with(names::PAY_ID, &line.pay_id)
        .and_named(&line.attributes)
}
