//! Giving money back.

use std::ffi::c_char;

use crate::capi::bill::{ANY_NUMBER, taking, which};
use crate::capi::call::answer_money;
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
use crate::till::{Error, RefundReport, RefundRequest, RefundVerdict, Till, Which, deadline, flag};

/// Refunds a part or all of a bill and waits for the verdict (section 3.3): reads the bill, writes the intent
/// to the ledger, sends the refund once, and reads the bill again as the only proof. The platform has no way
/// to ask about a refund, and no key that would keep it from refunding twice.
///
/// out_refund_no: your number of the refund, 1 to 64 visible ASCII characters, not beginning with void-, kept
///                for ever: sent at most once. Called again with the same bill and amount, it returns what is
///                on record, or goes on reading.
/// out_trade_no:  the bill, if it is of this till; else NULL.
/// dm_id:         the platform's order; NULL to take that of out_trade_no. If both are given they have to
///                belong together. It may be written as people type it: with its "dm" or without, as receipts
///                print it, in capitals, with blanks around it; or be the channel's transaction (pay_id), as
///                customers' receipts show it, of a payment of this till. An order of this till is always
///                taken; any other number has to fit a cancelregex of the config, else it is WSY_ERR_DM_ID.
///                While no config is known, or it has a cancelregex that is empty or cannot be read here,
///                none is refused for its form.
/// refund_fen:    the amount in fen, 1 to 100000000.
/// params:        NULL, or a list: deadline_ms; paytype, a code of the config's dm_code, which is sent only
///                if it is given, as in the document's sample (section 3.3); any_number (1: dm_id is taken as
///                it is, whatever cancelregex says); and any further parameters, which are signed and sent.
/// reply:         NULL, or receives a reply with the fields of a refund, see wsy_find_refund; and the lists
///                "answer" and "paylist" and canvas, see wsy_find: what the platform answered to the refund
///                itself, such as type_id and total.
///
/// Threads: any; blocks until the verdict, at the latest 5 s after deadline_ms. Returns
///   WSY_REFUNDED      the bill shows the refund.
///   WSY_NOT_REFUNDED  the bill does not show it, and will not. To try again, use a new number. A refund that
///                     the platform has accepted never ends so; one that it neither accepted nor declined for
///                     good does after refund_quiet_ms.
///   WSY_UNKNOWN       it may have been made. Call again with the same number, or wsy_recover. If the reply's
///                     state is "conflict", the bill cannot tell (another refund of the same amount); a
///                     person has to look.
///   WSY_DECIDED       a person decided what became of it (wsy_decide_refund).
/// or an error, after which no refund was sent: WSY_ERR_NOT_SENT, WSY_ERR_OUT_REFUND_NO, WSY_ERR_AMOUNT,
/// WSY_ERR_DM_ID, WSY_ERR_REFUND_TOO_MUCH (see refundable_fen; where all that was charged has been refunded
/// elsewhere, the bill counts as refunded from then on), WSY_ERR_REFUND_DIFFERS, WSY_ERR_REFUND_OPEN,
/// WSY_ERR_NO_BILL, WSY_ERR_BILL_LACKS_REFUND (the bill does not show a refund that is known here),
/// WSY_ERR_BILL_NOT_PAID (also where dm_id is of a bill of this till that is open), WSY_ERR_NO_ANSWER,
/// WSY_ERR_REFUSED, WSY_ERR_NOT_ACTIVATED, WSY_ERR_PAY_TYPE (paytype), WSY_ERR_PARAM, WSY_ERR_OPTIONS,
/// WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_CANCELLED, WSY_ERR_TEXT, WSY_ERR_ARGUMENT, WSY_ERR_HANDLE,
/// WSY_ERR_SERVER_NOT_ALLOWED (the order was charged at a server that is not allowed any more).
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Refunds a bill or a part of it and waits; only 2 is refunded.
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
    answer_money(client, &reply, |client| {
        let out_refund_no = client.required(out_refund_no)?;
        let bill = which(client, out_trade_no, dm_id)?;
        let request = refund_request(out_refund_no, bill, refund_fen, &params::pairs(params)?)?;
        let report = client.till.refund(request, &client.till.cancellation_token())?;
        Ok(refunded(&client.till, &report))
    })
}

/// Puts a refund together from the caller's arguments.
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
    let code = match report.verdict {
        RefundVerdict::Decided => Code::Decided,
        RefundVerdict::Refunded => Code::Refunded,
        RefundVerdict::NotRefunded => Code::NotRefunded,
        RefundVerdict::Unknown => Code::Unknown,
    };
    let detail = report.doubt.as_ref().map_or_else(|| report.row.reason.clone(), refund_doubt);
    let decided = decision_fields(till, RowId::Refund(report.row.id), code);
    refund_reply(code, report).detail(detail).fields(decided).says_if(own_of_refund(report))
}

/// What every reply about a refund has.
pub(super) fn refund_reply(code: Code, report: &RefundReport) -> Draft {
    Draft::new(code)
        .fields(refund_fields(&report.row))
        .field(names::RECORDED, report.recorded)
        .content(report.content.as_deref())
}
