//! Asking the platform once about a payment.

use std::ffi::c_char;

use crate::capi::bill::{ANY_NUMBER, line_fields, money_fields, wallet_fields};
use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::names;
use crate::capi::params::{self, wrong, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::payment::row::Wallet;
use crate::protocol::amount::Fen;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::request::Extra;
use crate::protocol::response::Order;
use crate::till::code::Code;
use crate::till::sentences::WAS_REFUNDED;
use crate::till::{Asked, Error, Till, flag};

/// Asks the platform once about the payment of an auth code (section 3.2.1). Does not write to the ledger.
///
/// The reply is for information and is not a verdict. Hand over goods only on the result of wsy_micropay or
/// wsy_settle: they query until the outcome is certain, and know what was already reported and refunded.
///
/// auth_code: the code that was charged.
/// total_fen: the amount in fen that the payment should have.
/// params:    NULL, or a list: paytype, noremind (1: no receipt); any other parameter is signed and sent.
/// reply:     NULL, or receives a reply with state, every attribute of the response under its own name (ok,
///            info, total, pay_type, pay_time, dm_id, pay_id, ...), paytype, pay_name, total_fen, printinfo
///            and receipt. An attribute that has the name of one of the library's own fields is only in the
///            list "response", which has all attributes; for that list, the list "paylist" and canvas see
///            wsy_find. The values of state:
///   was_paid      it was paid with this amount; wsy_read_bill says whether it has been refunded since
///   was_refunded  it was paid, and the platform says that money went back. The call then also reads the bill
///                 (section 3.4), which adds pay_total_fen, refunded_fen, refundable_fen, pay_total,
///                 refund_total and the list "pay" of wsy_read_bill. If that fails they are missing, and
///                 detail says why
///   paying        the customer is still paying
///   failed        this very order failed (only from wsy_query_order)
///   differs       the amount or the order is another one; or the platform says that it was refunded, but its
///                 bill shows no refund; or the response contradicts itself about the amount (total in yuan,
///                 total_fee of paylist in fen). detail says which
///   not_known     failed, or not there, or not there yet: one response cannot tell
///
/// Threads: any. Blocks for at most connect_ms plus twice response_ms, and as long again if it reads a bill.
///
/// Returns WSY_OK (read state), WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_RESPONSE, WSY_ERR_BAD_RESPONSE,
/// WSY_ERR_NOT_ACTIVATED, WSY_ERR_AUTH_CODE, WSY_ERR_AMOUNT, WSY_ERR_PARAM, WSY_ERR_OPTIONS, WSY_ERR_TEXT,
/// WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `auth_code` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Asks the platform once about an auth code.
/// 按付款码向平台查询一次。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_query_auth_code(
    client: *mut wsy_client,
    auth_code: *const c_char,
    total_fen: i32,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `auth_code` is NULL or a string, as this function asks.
    let auth_code = unsafe { CText::new(auth_code) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let auth_code = client.required(auth_code)?;
        let Query { paytype, noremind, any_number, extra } = query(&params::pairs(params)?)?;
        let (code, total) = (AuthCode::parse(&auth_code)?, Fen::new(total_fen)?);
        if any_number {
            return Err(wrong(ANY_NUMBER, "is for calls that take a dm_id").into());
        }
        let asked = client.till.query_by_auth_code(&code, total, &paytype, noremind, &extra)?;
        Ok(order_draft(&client.till, paytype, asked))
    })
}

/// Asks the platform once about one of its orders (section 3.2.2). Does not write to the ledger.
///
/// dm_id:  the platform's order, as a receipt prints it, as for wsy_refund.
/// params: as for wsy_query_auth_code, and any_number, as for wsy_refund.
/// The rest is as for wsy_query_auth_code, except that it may also return WSY_ERR_DM_ID, as wsy_refund does,
/// and WSY_ERR_LEDGER, and does not return WSY_ERR_AUTH_CODE.
///
/// # Safety
/// `dm_id` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Asks the platform once about one of its orders.
/// 按平台单号向平台查询一次。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_query_order(
    client: *mut wsy_client,
    dm_id: *const c_char,
    total_fen: i32,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `dm_id` is NULL or a string, as this function asks.
    let dm_id = unsafe { CText::new(dm_id) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let dm_id = client.required(dm_id)?;
        if dm_id.is_empty() {
            return Err(Code::Argument.into());
        }
        let Query { paytype, noremind, any_number, extra } = query(&params::pairs(params)?)?;
        let total = Fen::new(total_fen)?;
        let asked = client.till.query_by_order(&dm_id, any_number, total, &paytype, noremind, &extra)?;
        Ok(order_draft(&client.till, paytype, asked))
    })
}

struct Query {
    paytype: String,
    noremind: bool,
    any_number: bool,
    extra: Extra,
}

fn query(pairs: &[(String, String)]) -> Result<Query, Error> {
    let mut query =
        Query { paytype: String::new(), noremind: false, any_number: false, extra: Extra::default() };
    for (name, value) in pairs {
        match name.as_str() {
            "paytype" => query.paytype.clone_from(value),
            "noremind" => query.noremind = flag(name, value)?,
            ANY_NUMBER => query.any_number = flag(name, value)?,
            _ => query.extra.set(name, value)?,
        }
    }
    Ok(query)
}

fn order_draft(till: &Till, paytype: String, asked: Asked) -> Draft {
    let draft = Draft::new(Code::Ok);
    let (draft, state, order) = match asked {
        Asked::Paid(order) => (draft.detail(&order.info), "was_paid", order),
        Asked::NotPaid(order) => (draft.detail(&order.info), "failed", order),
        Asked::Paying(order) => (draft.detail(&order.info), "paying", order),
        Asked::NotKnown(order) => (draft.detail(&order.info), "not_known", order),
        Asked::Mismatch(order, difference) => (draft.detail(difference), "differs", order),
        Asked::Refunded(order, Ok(bill)) => {
            let draft = money_fields(draft.says(&WAS_REFUNDED).detail(&order.info), &bill)
                .list(names::LIST_PAY, bill.lines.iter().map(line_fields));
            (draft, "was_refunded", order)
        }
        Asked::Refunded(order, Err(reason)) => {
            let detail = format!("{}; its bill could not be read: {reason}", order.info);
            (draft.says(&WAS_REFUNDED).detail(detail), "was_refunded", order)
        }
    };
    let mut wallet = Wallet { paytype, ..Wallet::default() };
    wallet.learn(&order.pay_type, &order.pay_name);
    let draft = draft.fields(wallet_fields(till.completed(wallet)));
    let Order { content, total_fen, printinfo, .. } = order;
    // The library's own fields come first: an attribute of the same name does not replace them, and is in the
    // list.
    let draft = draft.field(names::STATE, state).content(Some(&content));
    let draft = match total_fen {
        Some(fen) => draft.field(names::TOTAL_FEN, fen),
        None => draft,
    };
    let mut draft = draft.receipt(&printinfo);
    draft.fields = draft.fields.and_named(&content.attributes);
    draft
}
