//! The calls that move money, each of which waits for its verdict; and the settling of what is open.

use std::ffi::c_char;

use crate::capi::client::{Running, answer, answer_telling, wsy_client};
use crate::capi::fields::Fields;
use crate::capi::guard::{guard, guard_money};
use crate::capi::ledger::{self, charge_fields, left_of, refund_fields};
use crate::capi::left::Left;
use crate::capi::names;
use crate::capi::own;
use crate::capi::params::{self, wsy_params};
use crate::capi::payment::{Started, start, wsy_payment};
use crate::capi::reply::{Draft, Own, wsy_reply};
use crate::chain::chain;
use crate::driver;
use crate::driver::RowId;
use crate::payment::{charge, refund};
use crate::protocol::amount::Fen;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::receipt::Placeholders;
use crate::protocol::request::{Extra, Goods};
use crate::till::code::Code;
use crate::till::ledger::RefundState;
use crate::till::{
    ChargeReport, ChargeRequest, ChargeVerdict, Error, Insist, PayTypeChoice, Recovered, RefundReport,
    RefundRequest, RefundVerdict, Till, VoidReport, Which, clock, deadline, flag,
};

/// Charges the customer and waits for the verdict (section 3.1): writes the intent to the ledger, sends the payment once,
/// asks on while the customer types a password or after a lost answer, and writes the outcome down before it returns.
///
/// out_trade_no: your number of the bill, 1 to 64 visible ASCII characters, kept for ever: the same number with the same
///               amount is charged at most once. Called again, it returns what is on record, or goes on asking about
///               what is open. After WSY_NOT_PAID it can be charged again with a new code.
/// auth_code:    the code from the customer's phone, as the scanner gives it.
/// total_fen:    the amount in fen (1/100 yuan), 1 to 100000000.
/// params:       NULL, or a list of named values; the caller keeps it:
///   paytype      a code of the config's dm_code, whose coderegex has to take the auth code; by default the one that does
///   any_code     1: with paytype, whatever its coderegex says
///   info         a mark of yours for the goods detail; "GS" for form 2 of the document
///   infoaddo     the goods detail, sent byte for byte, with CRLF line ends
///   gs1          bar codes separated by commas: makes info and infoaddo of form 2
///   noremind     1: ask the platform for no receipt; one comes all the same if it has to be asked what became of it
///   tableno, table, staff
///                for the placeholders {tableno}, {table} and {staff} of the config's templates: kept with the charge for its
///                receipts (wsy_find_receipt), and not sent. One name for the table is enough; staff is operator_id if not given
///   deadline_ms  instead of the client's, 1 to 3600000
///   insist       "may_charge_twice": charge a new code although an earlier charge of this bill is not decided
///   any other    is signed and sent as it is, such as operator_id (which names the cashier and is kept in the ledger)
///                or dic_amount
/// reply:        NULL, or receives a reply with the fields of a charge, see wsy_find.
///
/// Threads: any; blocks until the verdict, at the latest 3 s after deadline_ms. Where no config is known yet, reading it comes
/// before: connect_ms and twice answer_ms. To show progress meanwhile, use wsy_micropay_start. Returns
///   WSY_PAID      the money was taken: this amount, this order. Hand over the goods. It is returned once for a bill, also
///                 where an earlier call took the money and nobody was told. With paid_late = 1 it was reported as not paid before:
///                 if the customer has paid in another way since, refund this payment, and do not hand over the goods twice.
///   WSY_PAID_EARLIER  the bill was paid and reported as paid before (first_told says when), or it was paid with another code.
///                 This call charged nobody. Do not hand over the goods again. An empty first_told says that nobody has been
///                 told of that payment yet: see the list unfinished of wsy_unresolved, and call wsy_settle.
///   WSY_NOT_PAID  no money was taken, and will not be.
///   WSY_UNKNOWN   it may have been taken, by this charge or by an earlier one of the bill. Do not hand over goods; do not
///                 charge again. wsy_settle or wsy_recover finds out.
///   WSY_DECIDED   a person decided what became of the bill (wsy_decide), and this call charged nobody.
/// or an error, after which nothing was sent: WSY_ERR_NOT_SENT, WSY_ERR_AUTH_CODE, WSY_ERR_AUTH_CODE_USED,
/// WSY_ERR_AMOUNT, WSY_ERR_AMOUNT_NOT_ALLOWED, WSY_ERR_AMOUNT_DIFFERS, WSY_ERR_OUT_TRADE_NO, WSY_ERR_STILL_OPEN,
/// WSY_ERR_ALREADY_REFUNDED, WSY_ERR_REFUND_OPEN, WSY_ERR_PAY_TYPE, WSY_ERR_NOT_LICENSED, WSY_ERR_NOT_ACTIVATED, WSY_ERR_ACTIVATE_AGAIN,
/// WSY_ERR_NO_CONFIG, WSY_ERR_PARAM, WSY_ERR_OPTIONS, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_CANCELLED, WSY_ERR_TEXT,
/// WSY_ERR_ARGUMENT, WSY_ERR_HANDLE.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Charges the customer and waits for the verdict; only 1 is paid.
/// 扫码收款并等到结果；只有返回 1 才是已收款。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_micropay(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    auth_code: *const c_char,
    total_fen: i32,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard_money(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer_telling(client, reply, |client| {
                let texts = (client.required(out_trade_no)?, client.required(auth_code)?);
                let pairs = params::pairs(params)?;
                let outcome = charge_request(texts, total_fen, &pairs)
                    .and_then(|request| client.till.charge(request, &client.till.cancellation_token()))
                    .map(|report| charged(&client.till, &report));
                Ok(outcome)
            })
        }
    })
}

/// Refunds a part or all of a bill and waits for the verdict (section 3.3): reads the bill, writes the intent to the
/// ledger, sends the refund once, and reads the bill again as the only proof. The platform has no way to ask about a
/// refund, and no key that would keep it from refunding twice.
///
/// out_refund_no: your number of the refund, 1 to 64 visible ASCII characters, not beginning with void-, kept for ever:
///                sent at most once. Called again with the same bill and amount, it returns what is on record, or goes
///                on reading.
/// out_trade_no:  the bill, if it is of this till; else NULL.
/// dm_id:         the platform's order; NULL to take that of out_trade_no. If both are given they have to belong
///                together. It may be written as people type it: with its "dm" or without, as receipts print it, in capitals,
///                with blanks around it; or be the channel's transaction (pay_id), as customers' receipts show it, of a
///                payment of this till. An order of this till is always taken; any other number has to fit a cancelregex of
///                the config, else it is WSY_ERR_DM_ID. While no config is known, or it has a cancelregex that is empty or
///                cannot be read here, none is refused for its form.
/// refund_fen:    the amount in fen, 1 to 100000000.
/// params:        NULL, or a list: deadline_ms; paytype, a code of the config's dm_code, which is sent only if it is given, as in
///                the document's sample (section 3.3); any_number (1: dm_id is taken as it is, whatever cancelregex says); and
///                any further parameters, which are signed and sent.
/// reply:         NULL, or receives a reply with the fields of a refund, see wsy_find_refund; and the lists "answer" and "paylist"
///                and canvas, see wsy_find: what the platform answered to the refund itself, such as type_id and total.
///
/// Threads: any; blocks until the verdict, at the latest 5 s after deadline_ms. Returns
///   WSY_REFUNDED      the bill shows the refund.
///   WSY_NOT_REFUNDED  the bill does not show it, and will not. To try again, use a new number. A refund that the platform
///                     has accepted never ends so; one that it neither accepted nor declined for good does after
///                     refund_quiet_ms.
///   WSY_UNKNOWN       it may have been made. Call again with the same number, or wsy_recover. If the reply's state is
///                     "conflict", the bill cannot tell (another refund of the same amount); a person has to look.
///   WSY_DECIDED       a person decided what became of it (wsy_decide_refund).
/// or an error, after which no refund was sent: WSY_ERR_NOT_SENT, WSY_ERR_OUT_REFUND_NO, WSY_ERR_AMOUNT,
/// WSY_ERR_DM_ID, WSY_ERR_REFUND_TOO_MUCH (see refundable_fen; where all that was charged has been refunded elsewhere, the bill counts as
/// refunded from then on), WSY_ERR_REFUND_DIFFERS, WSY_ERR_REFUND_OPEN, WSY_ERR_NO_BILL,
/// WSY_ERR_BILL_LACKS_REFUND (the bill does not show a refund that is known here),
/// WSY_ERR_BILL_NOT_PAID (also where dm_id is of a bill of this till that is open), WSY_ERR_NO_ANSWER, WSY_ERR_REFUSED,
/// WSY_ERR_NOT_ACTIVATED, WSY_ERR_PAY_TYPE (paytype), WSY_ERR_PARAM, WSY_ERR_OPTIONS,
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
    guard_money(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let out_refund_no = client.required(out_refund_no)?;
                let bill = which(client, out_trade_no, dm_id)?;
                let pairs = params::pairs(params)?;
                let outcome = refund_request(out_refund_no, bill, refund_fen, &pairs)
                    .and_then(|request| client.till.refund(request, &client.till.cancellation_token()))
                    .map(|report| refunded(&client.till, &report));
                Ok(outcome)
            })
        }
    })
}

/// Undoes a bill of this till: settles it, and refunds what is left of every order of it that turns out to be paid. May be
/// repeated until it is decided; it refunds once. That the bill is to be undone is on record until it is or a person decides
/// otherwise (wsy_decide, wsy_decide_refund), also over a power cut and after WSY_NOT_REFUNDED: meanwhile wsy_micropay and wsy_settle return WSY_ERR_REFUND_OPEN for it, and wsy_unresolved lists it.
///
/// params: NULL, or a list with deadline_ms: the time for settling, and again for refunding.
/// reply:  NULL, or receives a reply with the fields of the refund (wsy_find_refund), or of the charge (wsy_find) where
///         there was nothing to refund.
///
/// Threads: any; blocks until the verdict, at the latest 5 s after twice deadline_ms. Returns
///   WSY_REFUNDED      the bill was paid, and the money of all its orders went back.
///   WSY_NOT_PAID      the bill was not paid; there is nothing to undo.
///   WSY_NOT_REFUNDED  the bill was paid, and the platform did not refund it: the money is still taken. The bill is still to be
///                     undone, and wsy_unresolved lists it: call again, which tries another refund, or wsy_decide with "keep" or
///                     "paid" to leave it as it is.
///   WSY_UNKNOWN       not decided; call again later.
///   WSY_DECIDED       a person decided what became of the bill; nothing is undone.
/// or an error of wsy_settle or wsy_refund, after which no refund was sent: where one order of several was refunded and
/// another could not be, that is WSY_UNKNOWN with the refund that was made. WSY_ERR_ALREADY_REFUNDED: nothing is left to
/// refund.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Settles a bill, and refunds it if it turns out to be paid.
/// 撤销：查清这一单，若已收款则全额退款。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_void(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard_money(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let out_trade_no = client.required(out_trade_no)?;
                let pairs = params::pairs(params)?;
                let outcome = deadline_of(&pairs)
                    .and_then(|limit| {
                        client.till.void(&out_trade_no, limit, &client.till.cancellation_token())
                    })
                    .map_or_else(|error| not_voided(&error), |report| voided(&client.till, &report));
                Ok(Ok(outcome))
            })
        }
    })
}

/// Starts what wsy_void does and returns at once; poll or wait for the verdict, and show wsy_payment_text meanwhile. The wish
/// to undo the bill is on record when this returns; a cancel only stops the waiting.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The rest is as for wsy_void.
///
/// Threads: any. Returns WSY_PENDING (started) or an error of wsy_void, after which nothing was sent.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Begins to undo a bill; polled like a charge.
/// 开始撤销一单，不等待；用 WsyPaymentPoll 取结果。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_void_start(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    params: *const wsy_params,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            start(client, payment, reply, |running, token| {
                let out_trade_no = running.required(out_trade_no)?;
                let pairs = params::pairs(params)?;
                let till = running.till.clone();
                let run = deadline_of(&pairs).and_then(|limit| till.begin_void(&out_trade_no, limit, token));
                Ok(run.map(|run| {
                    Started::job(Code::Unknown, move || {
                        Ok(run
                            .finish()
                            .map_or_else(|error| not_voided(&error), |report| voided(&till, &report)))
                    })
                }))
            })
        }
    })
}

/// Finds out what became of a bill of this till, by asking the platform and never by charging. A bill that is decided
/// already is told from the ledger with nothing sent.
///
/// params: NULL, or a list with deadline_ms.
/// reply:  NULL, or receives a reply with the fields of a charge, see wsy_find.
///
/// Threads: any; blocks until the verdict, at the latest 3 s after deadline_ms. Returns WSY_PAID, WSY_PAID_EARLIER, WSY_NOT_PAID,
/// WSY_UNKNOWN or WSY_DECIDED as wsy_micropay (see there about paid_late); or WSY_ERR_NO_BILL, WSY_ERR_ALREADY_REFUNDED (paid, and then refunded in full by this
/// till, or elsewhere as wsy_refund or wsy_void found), WSY_ERR_REFUND_OPEN (a refund or a void of it is not decided), WSY_ERR_NOT_ACTIVATED, WSY_ERR_OPTIONS, WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT,
/// WSY_ERR_HANDLE.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Finds out what became of a bill that is unknown.
/// 查清一单“结果未知”的收款。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_settle(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard_money(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer_telling(client, reply, |client| {
                let out_trade_no = client.required(out_trade_no)?;
                let pairs = params::pairs(params)?;
                let outcome = deadline_of(&pairs)
                    .and_then(|limit| {
                        client.till.settle(&out_trade_no, limit, &client.till.cancellation_token())
                    })
                    .map(|report| charged(&client.till, &report));
                Ok(outcome)
            })
        }
    })
}

/// Starts what wsy_settle does and returns at once; poll or wait for the verdict, and show wsy_payment_text meanwhile. A
/// cancel only stops the waiting. wsy_payment_void undoes the bill, as it does for a charge.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The rest is as for wsy_settle.
///
/// Threads: any. Returns WSY_PENDING (started, or on record already: the verdict comes from wsy_payment_poll) or an error of
/// wsy_settle.
///
/// # Safety
/// `out_trade_no` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Begins to find out what became of a bill; polled like a charge.
/// 开始查清一单，不等待；用 WsyPaymentPoll 取结果。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_settle_start(
    client: *mut wsy_client,
    out_trade_no: *const c_char,
    params: *const wsy_params,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            start(client, payment, reply, |running, token| {
                let out_trade_no = running.required(out_trade_no)?;
                let pairs = params::pairs(params)?;
                let till = running.till.clone();
                let run =
                    deadline_of(&pairs).and_then(|limit| till.begin_settle(&out_trade_no, limit, token));
                Ok(run.map(|run| {
                    let job = move || run.finish().map(|report| charged(&till, &report));
                    Started { out_trade_no: Some(out_trade_no), ..Started::job(Code::Unknown, job) }
                }))
            })
        }
    })
}

/// Settles every charge and refund that is open, such as after a crash or a power cut. It sends questions only, never a charge
/// or a refund, and may be repeated. A charge that was cut short by a crash needs twice quiet_ms and a little more; the time is
/// summed over calls and starts. A till that opens its shop does not wait so long: it calls wsy_recover_start. It does not
/// finish a wsy_void that was cut short, which sends a refund: wsy_unresolved lists that bill, and wsy_void ends it.
///
/// params: NULL, or a list with deadline_ms: the time for all of them together.
/// reply:  NULL, or receives a reply with the lists "charge" and "refund" (the fields of wsy_find and wsy_find_refund)
///         of all that was open, as it stands now; settled and open: how many of them are decided and are not; and the list
///         "unfinished" (see wsy_unresolved), with its count.
///
/// Threads: any; blocks until all are decided, at the latest 3 s after deadline_ms. Returns WSY_OK (also if some
/// are still open: see open), WSY_ERR_NOT_ACTIVATED, WSY_ERR_OPTIONS, WSY_ERR_LEDGER, WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Settles what a crash or a power cut left open, after each start.
/// 每次启动后调用：查清上次断电或死机留下的单。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_recover(
    client: *mut wsy_client,
    params: *const wsy_params,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let pairs = params::pairs(params)?;
                let outcome = deadline_of(&pairs)
                    .and_then(|limit| client.till.recover(limit, &client.till.cancellation_token()))
                    .map(|found| recovered(&client.till, &found));
                Ok(outcome)
            })
        }
    })
}

/// Starts what wsy_recover does and returns at once, so that a bill that takes its time to settle does not hold up the
/// shop: call it after each wsy_open, and go on selling. wsy_payment_text shows how far it is, wsy_payment_poll and
/// wsy_payment_wait give the reply of wsy_recover once it has ended. A cancel ends it with what is settled by then.
///
/// While it works on a bill, wsy_micropay, wsy_settle and wsy_void of that very bill return WSY_ERR_BUSY, and so does
/// wsy_refund of that order; all other bills are charged and refunded as ever.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
/// The rest is as for wsy_recover.
///
/// Threads: any. Returns WSY_PENDING (started) or an error of wsy_recover.
///
/// # Safety
/// `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Begins to settle what a crash or a power cut left open, after each start; selling goes on meanwhile.
/// 每次启动后调用，不等待：在后台查清上次断电或死机留下的单，期间照常收款。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_recover_start(
    client: *mut wsy_client,
    params: *const wsy_params,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            start(client, payment, reply, |running, token| {
                let pairs = params::pairs(params)?;
                let run = deadline_of(&pairs).and_then(|limit| running.till.begin_recovery(limit, token));
                let till = running.till.clone();
                Ok(run.map(|run| {
                    Started::job(Code::Internal, move || run.finish().map(|found| recovered(&till, &found)))
                }))
            })
        }
    })
}

/// Puts a charge together from the caller's arguments.
pub(super) fn charge_request(
    (out_trade_no, auth_code): (String, String),
    total_fen: i32,
    pairs: &[(String, String)],
) -> Result<ChargeRequest, Error> {
    let mut request = ChargeRequest {
        out_trade_no,
        auth_code: AuthCode::parse(&auth_code)?,
        total: Fen::new(total_fen)?,
        paytype: PayTypeChoice::ByCode,
        goods: Goods::None,
        noremind: false,
        extra: Extra::default(),
        placeholders: Placeholders::default(),
        insist: Insist::No,
        deadline_ms: None,
    };
    let (mut paytype, mut is_for_any_code) = (None, false);
    let (mut info, mut infoaddo) = ("", "");
    for (name, value) in pairs {
        match name.as_str() {
            "paytype" => paytype = Some(value.clone()),
            "any_code" => is_for_any_code = flag(name, value)?,
            "info" => info = value,
            "infoaddo" => infoaddo = value,
            "gs1" => request.goods = Goods::gs1(value)?,
            "noremind" => request.noremind = flag(name, value)?,
            "deadline_ms" => request.deadline_ms = Some(deadline(value)?),
            "insist" => request.insist = insist(value)?,
            _ if request.placeholders.set(name, value)? => {}
            _ => request.extra.set(name, value)?,
        }
    }
    request.paytype = match paytype {
        None if is_for_any_code => return Err(option("any_code", "needs a paytype")),
        None => PayTypeChoice::ByCode,
        Some(code) if is_for_any_code => PayTypeChoice::ForAnyCode(code),
        Some(code) => PayTypeChoice::Named(code),
    };
    if !info.is_empty() || !infoaddo.is_empty() {
        if request.goods != Goods::None {
            return Err(option("gs1", "cannot be given together with info or infoaddo"));
        }
        request.goods = Goods::text(info, infoaddo)?;
    }
    Ok(request)
}

fn insist(value: &str) -> Result<Insist, Error> {
    match value {
        "may_charge_twice" => Ok(Insist::MayChargeTwice),
        _ => Err(option("insist", "has to be may_charge_twice")),
    }
}

pub(super) fn option(name: &str, reason: &str) -> Error {
    Error::Option { name: name.to_owned(), reason: reason.to_owned() }
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

/// A list that may hold a deadline and nothing else.
pub(super) fn deadline_of(pairs: &[(String, String)]) -> Result<Option<u64>, Error> {
    let mut limit = None;
    for (name, value) in pairs {
        match name.as_str() {
            "deadline_ms" => limit = Some(deadline(value)?),
            _ => return Err(option(name, "is not known")),
        }
    }
    Ok(limit)
}

/// Which bill a call is about.
///
/// # Safety
/// The texts are NULL or NUL-terminated strings.
pub(super) unsafe fn which(
    client: &Running,
    out_trade_no: *const c_char,
    dm_id: *const c_char,
) -> Result<Which, Code> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    // SAFETY: the contract is the same.
    unsafe {
        Ok(Which {
            out_trade_no: given(client.optional(out_trade_no)?),
            dm_id: given(client.optional(dm_id)?),
            any_number: false,
        })
    }
}

/// The parameter that takes a `dm_id` as it is.
pub(super) const ANY_NUMBER: &str = "any_number";

/// The same bill, whatever its number looks like if the caller insists.
pub(super) fn taking(which: Which, any_number: bool) -> Result<Which, Error> {
    if any_number && which.dm_id.is_none() {
        return Err(option(ANY_NUMBER, "needs a dm_id"));
    }
    Ok(Which { any_number, ..which })
}

/// The reply to a charge.
pub(super) fn charged(till: &Till, report: &ChargeReport) -> Draft {
    let code = match report.verdict {
        ChargeVerdict::Paid => Code::Paid,
        ChargeVerdict::PaidEarlier => Code::PaidEarlier,
        ChargeVerdict::Decided => Code::Decided,
        ChargeVerdict::NotPaid => Code::NotPaid,
        ChargeVerdict::Unknown => Code::Unknown,
    };
    let detail = match &report.doubt {
        Some(doubt) => charge_doubt(doubt),
        None => report.row.reason.clone(),
    };
    Draft::new(code)
        .says_if(own::of_charge(report))
        .detail(detail)
        .fields(decision_fields(till, RowId::Charge(report.row.id), code))
        .field(names::FIRST_TOLD, report.first_told_ms.map(clock::stamp).unwrap_or_default())
        .fields(charge_fields(&report.row))
        .field(names::REFUNDED_FEN, till.refunded_fen(report).unwrap_or_default())
        .field(names::PAID_ATTEMPTS, till.paid_attempts(report))
        .field(names::RECORDED, i32::from(report.recorded))
        .content(report.content.as_deref())
}

/// What a person decided about a row, where that is what the code says.
fn decision_fields(till: &Till, row: RowId, code: Code) -> Fields {
    if code != Code::Decided {
        return Fields::new();
    }
    let mut decisions = till.ledger().decisions(row).unwrap_or_default();
    decisions.pop().map(|decided| ledger::decision_fields(&decided)).unwrap_or_default()
}

/// What is said of a refund that is not decided.
const REFUND_UNKNOWN: Own = Own {
    message: ["结果未知，款可能已退给顾客。", "Unknown: the money may have gone back to the customer."],
    advice: [
        "不要再次退款，也不要另付现金；稍候再查这笔退款。",
        "Do not refund again, and do not pay it out in cash; check this refund again in a moment.",
    ],
    hint: [
        "用同一个 out_refund_no 再调用 wsy_refund（撤销则再调用 wsy_void），或调用 wsy_recover。",
        "Call wsy_refund again with the same out_refund_no (wsy_void where the bill is to be undone), or wsy_recover.",
    ],
};

/// What is said of a refund that the platform has accepted and that its bill does not show yet.
const REFUND_ACCEPTED: Own = Own {
    message: [
        "平台已受理退款，尚未到账。",
        "The platform has accepted the refund; it has not gone through yet.",
    ],
    ..REFUND_UNKNOWN
};

/// What is said of a refund that only a person can decide.
const REFUND_CONFLICT: Own = Own {
    message: [
        "不能确定这笔退款退了没有，须人工核对。",
        "Whether this refund was made cannot be told; a person has to check.",
    ],
    advice: [
        "请店长到商户后台核对；核对之前不要再次退款，也不要另付现金。",
        "Ask the manager to check in the back office. Until then, do not refund again, and do not pay it out in cash.",
    ],
    hint: [
        "字段 state 为 conflict：只能由人工认定，要核对的事见字段 needs_person。",
        "The field state is conflict: only a person can decide it. needs_person says what to look at.",
    ],
};

/// All of them.
#[cfg(test)]
pub(super) const OWN: [&Own; 4] =
    [&REFUND_UNKNOWN, &REFUND_ACCEPTED, &REFUND_CONFLICT, &crate::capi::call::WAS_REFUNDED];

/// What is said of a refund in place of the code's own sentences, which are about charges.
pub fn own_of_refund(report: &RefundReport) -> Option<&'static Own> {
    match (report.verdict, report.row.state, &report.doubt) {
        (RefundVerdict::Unknown, RefundState::Conflict, _) => Some(&REFUND_CONFLICT),
        (RefundVerdict::Unknown, _, Some(refund::Doubt::Accepted)) => Some(&REFUND_ACCEPTED),
        (RefundVerdict::Unknown, ..) => Some(&REFUND_UNKNOWN),
        (RefundVerdict::Refunded | RefundVerdict::NotRefunded | RefundVerdict::Decided, ..) => None,
    }
}

/// The reply to a refund.
pub(super) fn refunded(till: &Till, report: &RefundReport) -> Draft {
    let code = match report.verdict {
        RefundVerdict::Decided => Code::Decided,
        RefundVerdict::Refunded => Code::Refunded,
        RefundVerdict::NotRefunded => Code::NotRefunded,
        RefundVerdict::Unknown => Code::Unknown,
    };
    let detail = match &report.doubt {
        Some(doubt) => refund_doubt(doubt),
        None => report.row.reason.clone(),
    };
    let draft = refund_reply(code, report).detail(detail).fields(decision_fields(
        till,
        RowId::Refund(report.row.id),
        code,
    ));
    draft.says_if(own_of_refund(report))
}

fn refund_reply(code: Code, report: &RefundReport) -> Draft {
    Draft::new(code)
        .fields(refund_fields(&report.row))
        .field(names::RECORDED, i32::from(report.recorded))
        .content(report.content.as_deref())
}

/// The reply to a void.
pub(super) fn voided(till: &Till, report: &VoidReport) -> Draft {
    let draft = match report {
        VoidReport::Nothing(report) | VoidReport::Unknown(report) => charged(till, report),
        VoidReport::Refund(report) => refunded(till, report),
        VoidReport::Partly(report, error) => {
            let detail = format!("not all of the bill is undone yet: {}", chain(error));
            refund_reply(Code::Unknown, report).detail(detail)
        }
    };
    draft.says_if(own::of_void(report))
}

/// The reply to a void that has ended with an error.
pub(super) fn not_voided(error: &Error) -> Draft {
    Draft::from(error).says_if(own::of_void_error(error))
}

/// What a charge's handle says after a void: a positive code would be taken for a payment, and an error of a charge says that
/// nothing of it was sent.
pub(super) fn undone(till: &Till, end: Result<VoidReport, Error>) -> Draft {
    match end {
        Ok(report) => {
            let draft = voided(till, &report);
            match draft.code {
                Code::Refunded => Draft { code: Code::Voided, ..draft },
                _ => draft,
            }
        }
        Err(Error::Driver(driver::Error::Cancelled)) => Draft::new(Code::Unknown)
            .says(&own::VOID_CANCELLED)
            .detail("the waiting was cancelled before the refund was sent; the bill is still to be undone"),
        Err(error) => not_voided(&error),
    }
}

/// The reply to a recovery.
fn recovered(till: &Till, found: &Recovered) -> Draft {
    let left = left_of(&found.charges, &found.refunds);
    let open = left.charges + left.refunds;
    let all = found.charges.len() + found.refunds.len();
    let alarms = till.ledger().alarms().map_or(0, |alarms| alarms.len());
    Draft::new(Code::Ok)
        .left(&Left { alarms, unfinished: found.unfinished.len(), ..left })
        .field(names::SETTLED, all - open)
        .field(names::OPEN, open)
        .field(names::UNFINISHED, found.unfinished.len())
        .list(names::LIST_CHARGE, found.charges.iter().map(charge_fields).collect())
        .list(names::LIST_REFUND, found.refunds.iter().map(refund_fields).collect())
        .list(names::LIST_UNFINISHED, found.unfinished.iter().map(charge_fields).collect())
}

/// Why a charge is unknown, in a sentence.
pub fn charge_doubt(doubt: &charge::Doubt) -> String {
    use charge::Doubt;
    match doubt {
        Doubt::Lost(reason) => format!("no answer decided it: {reason}"),
        Doubt::Paying => "the customer had not finished paying".to_owned(),
        Doubt::Declined(info) => format!("declined, but no second answer confirmed it: {info}"),
        Doubt::Refused(info) => format!("the platform refuses our requests: {info}"),
        Doubt::Mismatch(difference) => format!("the answer is about another payment: {difference}"),
        Doubt::Cancelled => "the waiting was cancelled".to_owned(),
        Doubt::NotRecorded(reason) => format!("the outcome could not be written down: {reason}"),
    }
}

/// Why a refund is unknown, in a sentence.
pub fn refund_doubt(doubt: &refund::Doubt) -> String {
    use refund::Doubt;
    match doubt {
        Doubt::Accepted => {
            "the platform has accepted it (已受理，尚未到账); the bill does not show it yet".to_owned()
        }
        Doubt::NotShown(reason) => format!("the bill does not show it yet: {reason}"),
        Doubt::Conflict(shown) => format!("the bill cannot tell: {shown}"),
        Doubt::Cancelled => "the waiting was cancelled".to_owned(),
        Doubt::NotRecorded(reason) => format!("the outcome could not be written down: {reason}"),
    }
}
