//! The calls that ask the platform and move no money.

use std::ffi::c_char;

use crate::capi::client::{answer, wsy_client};
use crate::capi::fields::{Fields, as_named, named, of_receipt};
use crate::capi::guard::guard;
use crate::capi::money::{ANY_NUMBER, option, taking, which};
use crate::capi::names;
use crate::capi::params::{self, wsy_params};
use crate::capi::payment::{Started, start, wsy_payment};
use crate::capi::reply::{Draft, Own, wsy_reply};
use crate::chain::chain;
use crate::payment::row::Wallet;
use crate::protocol::amount::{Fen, yuan};
use crate::protocol::answer::Order;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::bill::{Bill, Line};
use crate::protocol::request::Extra;
use crate::till::code::Code;
use crate::till::{Asked, Error, Till, Which, custom_series, flag};

/// Asks the platform once what it says about the payment of an auth code (section 3.2.1); the ledger is not written. The answer is for looking, and no verdict: goods are handed over on the word of wsy_micropay or wsy_settle, which
/// ask as often as it takes to be certain, and know what was told and refunded.
///
/// auth_code: the code that was charged.
/// total_fen: the amount in fen that the payment should have.
/// params:    NULL, or a list: paytype, noremind (1: no receipt), and any further parameters, which are signed and sent.
/// reply:     NULL, or receives a reply with state, every attribute of the answer under its own name (ok, info, total,
///            pay_type, pay_time, dm_id, pay_id, ...), paytype, pay_name, total_fen, printinfo and receipt; what has the name of
///            one of the library's own fields is in the list "answer", which has all of them, beside the list "paylist" and
///            canvas: see wsy_find. The state is
///   was_paid   it was paid with this amount; wsy_read_bill says whether it was refunded since
///   was_refunded  it was paid, and the platform says that money went back: its bill is read then (section 3.4), which adds
///              pay_total_fen, refunded_fen, refundable_fen, pay_total, refund_total and the list "pay" of wsy_read_bill. Where it
///              cannot be read they are missing, and detail says why
///   paying     the customer is still paying
///   failed     that very order failed (only from wsy_query_order)
///   differs    paid, but with another amount, or it is another order, or said to be refunded and its bill shows no refund, or
///              the answer contradicts itself about the amount (total in yuan, total_fee of paylist in fen); detail says which
///   not_known  failed, not there, or not there yet: one answer cannot tell
///
/// Threads: any. Blocks for at most connect_ms and twice answer_ms, and as long again where a bill is read. Returns WSY_OK (read state), WSY_ERR_REFUSED,
/// WSY_ERR_NOT_SENT, WSY_ERR_NO_ANSWER, WSY_ERR_BAD_ANSWER, WSY_ERR_NOT_ACTIVATED, WSY_ERR_AUTH_CODE, WSY_ERR_AMOUNT,
/// WSY_ERR_PARAM, WSY_ERR_OPTIONS, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let auth_code = client.required(auth_code)?;
                let pairs = params::pairs(params)?;
                let outcome = query(&pairs).and_then(|query| {
                    let (code, total) = (AuthCode::parse(&auth_code)?, Fen::new(total_fen)?);
                    let Query { paytype, noremind, extra, any_number } = query;
                    if any_number {
                        return Err(option(ANY_NUMBER, "is for calls that take a dm_id"));
                    }
                    let answer = client.till.query_by_auth_code(&code, total, &paytype, noremind, &extra)?;
                    Ok(asked(&client.till, &paytype, answer))
                });
                Ok(outcome)
            })
        }
    })
}

/// Asks the platform once about one of its orders (section 3.2.2); the ledger is not written.
///
/// dm_id:  the platform's order, as a receipt prints it, as for wsy_refund.
/// params: as for wsy_query_auth_code, and any_number, as for wsy_refund.
/// The rest is as for wsy_query_auth_code. Returns also WSY_ERR_DM_ID, as wsy_refund does, and WSY_ERR_LEDGER.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let dm_id = client.required(dm_id)?;
                if dm_id.is_empty() {
                    return Err(Code::Argument);
                }
                let pairs = params::pairs(params)?;
                let outcome = query(&pairs).and_then(|query| {
                    let Query { paytype, noremind, extra, any_number } = query;
                    let total = Fen::new(total_fen)?;
                    let answer =
                        client.till.query_by_order(&dm_id, any_number, total, &paytype, noremind, &extra)?;
                    Ok(asked(&client.till, &paytype, answer))
                });
                Ok(outcome)
            })
        }
    })
}

/// Reads a bill with all its lines from the platform (section 3.4).
///
/// out_trade_no, dm_id: which bill, as for wsy_refund.
/// params:              NULL, or a list: any_number, as for wsy_refund, and any further parameters, which are signed and sent.
/// reply:               NULL, or receives a reply with dm_id, pay_total_fen (paid), refunded_fen, refundable_fen, adds_up,
///                      pay_total and refund_total (in yuan; refund_total is negative, as in the document), paytype, pay_type
///                      (a number) and pay_name (the top pay_type of the document), pay_time, pay_id (the channel's transaction,
///                      at the top or in the payment's line) and no; the list "answer", whose one item has all attributes of the
///                      top under their own names; and the list "pay" of all payments and refunds: pay_type, pay_name,
///                      pay_total_fen (negative for a refund), pay_total, pay_time, pay_id (of a refund the platform's number
///                      of it: refund_id of wsy_find_refund) and what other attributes the line has.
///
/// Threads: any. Blocks for at most connect_ms and twice answer_ms. Returns WSY_OK, WSY_ERR_NO_BILL,
/// WSY_ERR_BILL_NOT_PAID, WSY_ERR_DM_ID, WSY_ERR_REFUSED, WSY_ERR_NOT_SENT, WSY_ERR_NO_ANSWER, WSY_ERR_BAD_ANSWER,
/// WSY_ERR_NOT_ACTIVATED, WSY_ERR_SERVER_NOT_ALLOWED, WSY_ERR_PARAM, WSY_ERR_OPTIONS, WSY_ERR_LEDGER, WSY_ERR_TEXT or
/// WSY_ERR_HANDLE.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let which = which(client, out_trade_no, dm_id)?;
                let pairs = params::pairs(params)?;
                let outcome = reading(which, &pairs).and_then(|(which, extra)| {
                    let bill = client.till.read_bill(&which, &extra)?;
                    Ok(bill_draft(&bill, client.till.wallet_of(&which, &bill)?))
                });
                Ok(outcome)
            })
        }
    })
}

/// Asks the platform for the receipt of a bill once more (section 3.5).
///
/// out_trade_no, dm_id: which bill, as for wsy_refund.
/// params:              NULL, or a list: any_number, as for wsy_refund; custom_series, a number that the document calls the
///                      series and does not explain, 0 to 2147483647; 0.
/// reply:               NULL, or receives a reply with printinfo and receipt (bytes: wsy_reply_receipt_bytes).
///
/// Threads: any. Blocks for at most connect_ms and twice answer_ms. Returns WSY_OK; WSY_ERR_NO_RECEIPT if the platform
/// has none, or cannot be reached: printinfo and receipt are then the ones that the ledger stored, if there are any;
/// WSY_ERR_NO_BILL, WSY_ERR_BILL_NOT_PAID, WSY_ERR_DM_ID, WSY_ERR_NOT_SENT, WSY_ERR_NO_ANSWER, WSY_ERR_SERVER_NOT_ALLOWED,
/// WSY_ERR_OPTIONS, WSY_ERR_LEDGER, WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Reads a receipt from the platform again.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let which = which(client, out_trade_no, dm_id)?;
                let pairs = params::pairs(params)?;
                let wish = reprinting(which, &pairs);
                Ok(wish.map(|(which, series)| reprinted(client.till.reprint(&which, series))))
            })
        }
    })
}

/// Starts what wsy_reprint does and returns at once; poll or wait for the reply. A cancel ends it at once as
/// WSY_ERR_CANCELLED.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The rest is as for wsy_reprint.
///
/// Threads: any. Returns WSY_PENDING (started), or WSY_ERR_OPTIONS, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Begins to read a receipt from the platform again; polled like a charge.
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
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            start(client, payment, reply, |running, _| {
                let which = which(running, out_trade_no, dm_id)?;
                let pairs = params::pairs(params)?;
                let till = running.till.clone();
                let cancelled = Draft::new(Code::Cancelled).detail("the waiting was cancelled");
                Ok(reprinting(which, &pairs).map(|(which, series)| Started {
                    text: Some(["正在向平台取小票", "Fetching the receipt"]),
                    on_cancel: Some(cancelled),
                    ..Started::job(Code::Internal, move || Ok(reprinted(till.reprint(&which, series))))
                }))
            })
        }
    })
}

fn reprinted(outcome: Result<String, Error>) -> Draft {
    match outcome {
        Ok(printinfo) => receipt_fields(Draft::new(Code::Ok), &printinfo),
        Err(error) => match &error {
            Error::NoReceipt { stored: Some(stored) } => {
                receipt_fields(Draft::new(error.code()).detail(chain(&error)), stored)
            }
            _ => Draft::from(&error),
        },
    }
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

/// A list that says how a bill is read.
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

/// A list that says how a receipt is fetched again.
fn reprinting(which: Which, pairs: &[(String, String)]) -> Result<(Which, u32), Error> {
    let (mut series, mut any_number) = (0, false);
    for (name, value) in pairs {
        match name.as_str() {
            ANY_NUMBER => any_number = flag(name, value)?,
            "custom_series" => series = custom_series(value)?,
            _ => return Err(option(name, "is not known")),
        }
    }
    Ok((taking(which, any_number)?, series))
}

fn asked(till: &Till, paytype: &str, asked: Asked) -> Draft {
    let of = |draft: Draft, state, order: Order| {
        let mut wallet = Wallet { paytype: paytype.to_owned(), ..Wallet::default() };
        wallet.learn(&order.pay_type, &order.pay_name);
        answer_fields(draft.fields(wallet_fields(till.completed(wallet))), state, order)
    };
    let (state, detail, order) = match asked {
        Asked::Paid(order) => ("was_paid", order.info.clone(), order),
        Asked::NotPaid(order) => ("failed", order.info.clone(), order),
        Asked::Paying(order) => ("paying", order.info.clone(), order),
        Asked::NotKnown(order) => ("not_known", order.info.clone(), order),
        Asked::Mismatch(order, difference) => ("differs", difference, order),
        Asked::Refunded(order, Ok(bill)) => {
            let draft = Draft::new(Code::Ok).says(&WAS_REFUNDED).detail(order.info.clone());
            let draft = money_fields(draft, &bill)
                .list(names::LIST_PAY, bill.lines.iter().map(line_fields).collect());
            return of(draft, WAS_REFUNDED_STATE, order);
        }
        Asked::Refunded(order, Err(reason)) => {
            let detail = format!("{}; its bill could not be read: {reason}", order.info);
            return of(Draft::new(Code::Ok).says(&WAS_REFUNDED).detail(detail), WAS_REFUNDED_STATE, order);
        }
    };
    of(Draft::new(Code::Ok).detail(detail), state, order)
}

const WAS_REFUNDED_STATE: &str = "was_refunded";

/// What is said of a payment that was refunded since.
pub(super) const WAS_REFUNDED: Own = Own {
    message: ["这笔款付过，之后退了款。", "This was paid, and money went back since."],
    advice: [
        "不要凭这次查询交付商品，也不要再退款；先看账单里退了多少。",
        "Do not hand over goods on this word, and do not refund again; look first how much went back.",
    ],
    hint: [
        "退了多少见字段 refunded_fen，明细见列表 pay；没有这些字段，是账单没有读到（原因见 detail），再调用 wsy_read_bill。",
        "refunded_fen says how much went back, the list pay when. Without them the bill could not be read (detail says why): call wsy_read_bill.",
    ],
};

fn answer_fields(draft: Draft, state: &str, order: Order) -> Draft {
    let Order { content, total_fen, printinfo, .. } = order;
    // What the library says comes first: an attribute of such a name does not take its place, and is in the list.
    let draft = draft.field(names::STATE, state).content(Some(&content));
    let draft = match total_fen {
        Some(fen) => draft.field(names::TOTAL_FEN, fen),
        None => draft,
    };
    let draft = receipt_fields(draft, &printinfo);
    let is_taken = |name: &str| draft.fields.iter().any(|(taken, _)| taken == name);
    let attributes = content.attributes.iter().filter(|(name, _)| !is_taken(name)).cloned();
    let attributes = as_named(attributes);
    draft.fields(attributes)
}

fn receipt_fields(draft: Draft, printinfo: &str) -> Draft {
    draft.fields(of_receipt(printinfo))
}

fn bill_draft(bill: &Bill, wallet: Wallet) -> Draft {
    money_fields(Draft::new(Code::Ok).field(names::DM_ID, &bill.dm_id), bill)
        .fields(wallet_fields(wallet))
        .field(names::PAY_TIME, &bill.pay_time)
        .field(names::PAY_ID, &bill.pay_id)
        .field(names::NO, &bill.no)
        .list(names::LIST_ANSWER, vec![as_named(bill.attributes.clone())])
        .list(names::LIST_PAY, bill.lines.iter().map(line_fields).collect())
}

fn money_fields(draft: Draft, bill: &Bill) -> Draft {
    draft
        .field(names::PAY_TOTAL_FEN, bill.pay_total_fen)
        .field(names::REFUNDED_FEN, bill.refunded_fen)
        .field(names::REFUNDABLE_FEN, bill.refundable_fen())
        .field(names::ADDS_UP, i32::from(bill.adds_up()))
        .field(names::PAY_TOTAL, yuan(bill.pay_total_fen))
        .field(names::REFUND_TOTAL, yuan(-bill.refunded_fen))
}

fn wallet_fields(wallet: Wallet) -> Fields {
    let Wallet { paytype, pay_type, pay_name } = wallet;
    named([(names::PAYTYPE, paytype), (names::PAY_TYPE, pay_type), (names::PAY_NAME, pay_name)])
}

fn line_fields(line: &Line) -> Fields {
    let mut fields = named([
        (names::PAY_TYPE, line.pay_type.clone()),
        (names::PAY_NAME, line.pay_name.clone()),
        (names::PAY_TOTAL_FEN, line.total_fen.to_string()),
        (names::PAY_TOTAL, yuan(line.total_fen)),
        (names::PAY_TIME, line.pay_time.clone()),
        (names::PAY_ID, line.pay_id.clone()),
    ]);
    let others = line.attributes.iter().filter(|(name, _)| fields.iter().all(|(known, _)| known != name));
    let others = as_named(others.cloned());
    fields.extend(others);
    fields
}
