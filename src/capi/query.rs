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
use crate::protocol::answer::Order;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::request::Extra;
use crate::till::code::Code;
use crate::till::sentences::WAS_REFUNDED;
use crate::till::{Asked, Error, Till, flag};

/// Asks the platform once what it says about the payment of an auth code (section 3.2.1); the ledger is not
/// written. The answer is for looking, and no verdict: goods are handed over on the word of wsy_micropay or
/// wsy_settle, which ask as often as it takes to be certain, and know what was told and refunded.
///
/// auth_code: the code that was charged.
/// total_fen: the amount in fen that the payment should have.
/// params:    NULL, or a list: paytype, noremind (1: no receipt), and any further parameters, which are
///            signed and sent.
/// reply:     NULL, or receives a reply with state, every attribute of the answer under its own name (ok,
///            info, total, pay_type, pay_time, dm_id, pay_id, ...), paytype, pay_name, total_fen, printinfo
///            and receipt; what has the name of one of the library's own fields is in the list "answer",
///            which has all of them, beside the list "paylist" and canvas: see wsy_find. The state is
///   was_paid   it was paid with this amount; wsy_read_bill says whether it was refunded since
///   was_refunded  it was paid, and the platform says that money went back: its bill is read then (section
///              3.4), which adds pay_total_fen, refunded_fen, refundable_fen, pay_total, refund_total and the
///              list "pay" of wsy_read_bill. Where it cannot be read they are missing, and detail says why
///   paying     the customer is still paying
///   failed     that very order failed (only from wsy_query_order)
///   differs    paid, but with another amount, or it is another order, or said to be refunded and its bill
///              shows no refund, or the answer contradicts itself about the amount (total in yuan, total_fee
///              of paylist in fen); detail says which
///   not_known  failed, not there, or not there yet: one answer cannot tell
///
/// Threads: any. Blocks for at most connect_ms and twice answer_ms, and as long again where a bill is read.
/// Returns WSY_OK (read state), WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_ANSWER, WSY_ERR_BAD_ANSWER,
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

/// Asks the platform once about one of its orders (section 3.2.2); the ledger is not written.
///
/// dm_id:  the platform's order, as a receipt prints it, as for wsy_refund.
/// params: as for wsy_query_auth_code, and any_number, as for wsy_refund.
/// The rest is as for wsy_query_auth_code. Returns also WSY_ERR_DM_ID, as wsy_refund does, and
/// WSY_ERR_LEDGER.
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
    // What the library says comes first: an attribute of such a name does not take its place, and is in the
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
