//! Giving money back.

use std::ffi::c_char;

use crate::capi::bill::{ANY_NUMBER, taking, which};
use crate::capi::call::response_money;
use crate::capi::charge::decision_fields;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::names;
use crate::capi::params::{self, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::rows::refund_fields;
use crate::driver::RowId;
use crate::protocol::amount::Fen;
use crate::protocol::request::Extra;
use crate::till::code::Code;
use crate::till::sentences::{own_of_refund, refund_doubt};
use crate::till::{Error, RefundReport, RefundRequest, Till, Which, deadline, flag};

/// Refunds all or part of a bill and waits for the verdict (section 3.3).
///
/// Reads the bill, writes the intent to the ledger, sends the refund once, and reads the bill again: that is
/// the only proof. The platform offers no query for a refund, and no key that would keep it from refunding
/// twice.
///
/// out_refund_no: your number of the refund, 1 to 64 visible ASCII characters, not beginning with void-, kept
///                forever; sent at most once. Called again with the same bill and amount, it returns the
///                recorded outcome, or reads the bill again if that is open.
/// out_trade_no:  the bill, if it is of this till; otherwise NULL.
/// dm_id:         the platform's order; NULL for that of out_trade_no. If both are given they must belong
///                together. It may be written as people type it: with or without its "dm", as receipts print
///                it, in capitals, with blanks around it. It may also be the channel's transaction (pay_id)
///                of a payment of this till, as customers' receipts show it. An order of this till is always
///                accepted; any other number has to match a cancelregex of the config, otherwise
///                WSY_ERR_DM_ID. While no config is known, or it has a cancelregex that is empty or cannot be
///                read here, no number is rejected for its form.
/// refund_fen:    the amount in fen, 1 to 100000000.
/// params:        NULL, or a list: deadline_ms; paytype, a code of the config's dm_code, sent only if given,
///                as in the document's sample (section 3.3); any_number (1: accept dm_id as it is, whatever
///                cancelregex says); any other parameter is signed and sent, unless its name looks like a
///                slip, see wsy_micropay.
/// reply:         NULL, or receives a reply with the fields of a refund, see wsy_find_refund; and the lists
///                "response" and "paylist" and canvas, see wsy_find: the platform's response to the refund
///                itself, such as type_id and total.
///
/// Threads: any. Blocks until the verdict, at most 5 s longer than deadline_ms.
///
/// Returns
///   WSY_REFUNDED      the bill shows the refund.
///   WSY_NOT_REFUNDED  the bill does not show it, and will not. To try again, use a new number. A refund that
///                     the platform has accepted never ends this way. One that it neither accepted nor
///                     declined for good does so after refund_quiet_ms.
///   WSY_UNKNOWN       it may have been made. Call again with the same number, or call wsy_recover. If state
///                     is "conflict", the bill cannot tell (another refund has the same amount), and a person
///                     has to check.
///   WSY_DECIDED       a person decided the outcome (wsy_decide_refund).
/// or an error, after which no refund was sent: WSY_ERR_NOT_SENT, WSY_ERR_OUT_REFUND_NO, WSY_ERR_AMOUNT,
/// WSY_ERR_DM_ID, WSY_ERR_REFUND_TOO_MUCH (see refundable_fen; if all that was charged has been refunded
/// elsewhere, the bill counts as refunded from then on), WSY_ERR_REFUND_DIFFERS, WSY_ERR_REFUND_OPEN,
/// WSY_ERR_NO_BILL, WSY_ERR_BILL_LACKS_REFUND (the bill does not show a refund that is known here),
/// WSY_ERR_BILL_NOT_PAID (also if dm_id belongs to an open bill of this till), WSY_ERR_NO_RESPONSE,
/// WSY_ERR_REFUSED, WSY_ERR_NOT_ACTIVATED, WSY_ERR_PAY_TYPE (paytype), WSY_ERR_PARAM, WSY_ERR_OPTIONS,
/// WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_CANCELLED, WSY_ERR_TEXT, WSY_ERR_ARGUMENT, WSY_ERR_HANDLE or
/// WSY_ERR_SERVER_NOT_ALLOWED (the order was charged at a server that is no longer allowed).
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Refunds all or part of a bill and waits for the verdict; only 2 is refunded.
/// 退款并等到结果；只有返回 2 才是已退款。
/// Empty for none: out_trade_no, dm_id
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_refund(
    client: *mut wsy_client,
    out_refund_no: *const c_char,
    out_trade_no: *const c_char,
    dm_id: *const c_char,
    refund_fen: i32,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [out_refund_no, out_trade_no, dm_id] = unsafe { CText::each([out_refund_no, out_trade_no, dm_id]) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    response_money(client, &reply, |client| {
        let out_refund_no = client.required(out_refund_no)?;
        let bill = which(client, out_trade_no, dm_id)?;
        let request = refund_request(out_refund_no, bill, refund_fen, &params::pairs(params)?)?;
        let report = client.till.refund(request, &client.till.cancellation_token())?;
        Ok(refunded(&client.till, &report))
    })
}

/// Builds a refund from the caller's arguments.
pub(super) fn refund_request(
    out_refund_no: String,
    bill: Which,
    refund_fen: i32,
    pairs: &[(String, String)],
) -> Result<RefundRequest, Error> {
    let refund = Fen::new(refund_fen)?;
    let mut extra = Extra::default();
    let (mut deadline_ms, mut paytype, mut any_number) = (None, None, false);
    for (name, value) in pairs {
        match name.as_str() {
            "deadline_ms" => deadline_ms = Some(deadline(value)?),
            "paytype" => paytype = Some(value.clone()),
            ANY_NUMBER => any_number = flag(name, value)?,
            _ => extra.set(name, value)?,
        }
    }
    let bill = taking(bill, any_number)?;
    Ok(RefundRequest { out_refund_no, bill, refund, paytype, extra, deadline_ms })
}

/// The reply to a refund.
pub(super) fn refunded(till: &Till, report: &RefundReport) -> Draft {
    let code = report.verdict.into();
    let detail = report.doubt.as_ref().map_or_else(|| report.row.reason.clone(), refund_doubt);
    let decided = decision_fields(till, RowId::Refund(report.row.id), code);
    refund_reply(code, report).detail(detail).fields(decided).says_if(own_of_refund(report))
}

/// The fields of every reply about a refund.
pub(super) fn refund_reply(code: Code, report: &RefundReport) -> Draft {
    Draft::new(code)
        .fields(refund_fields(&report.row))
        .field(names::RECORDED, report.recorded)
        .content(report.content.as_deref())
}
