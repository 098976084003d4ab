//! The calls that move money, each of which waits for its verdict; and the settling of what is open.

use std::ffi::c_char;

use crate::capi::client::{Running, answer, wsy_client};
use crate::capi::guard::{guard, guard_money};
use crate::capi::ledger::{charge_fields, refund_fields};
use crate::capi::names;
use crate::capi::params::{self, wsy_params};
use crate::capi::reply::{Draft, wsy_reply};
use crate::payment::{charge, refund};
use crate::protocol::amount::Fen;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::request::{Extra, Goods};
use crate::till::code::Code;
use crate::till::{
    ChargeReport, ChargeRequest, ChargeVerdict, Error, Insist, RefundReport, RefundRequest, RefundVerdict,
    Till, VoidReport, Which, deadline, flag,
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
///   paytype      a code of the config's dm_code; by default the one whose coderegex takes the auth code
///   info         a mark of yours for the goods detail; "GS" for form 2 of the document
///   infoaddo     the goods detail, sent to the byte, with CRLF line ends
///   gs1          bar codes separated by commas: makes info and infoaddo of form 2
///   noremind     1: ask the platform for no receipt; one comes all the same if it has to be asked what became of it
///   deadline_ms  instead of the client's, 1 to 3600000
///   insist       "may_charge_twice": charge a new code although an earlier charge of this bill is not decided
///   any other    is signed and sent as it is, such as operator_id (which names the cashier and is kept in the ledger)
///                or dic_amount
/// reply:        NULL, or receives a reply with the fields of a charge, see wsy_find.
///
/// Threads: any; blocks until the verdict, at the latest a little after deadline_ms. To show progress meanwhile, use
/// wsy_micropay_start. Returns
///   WSY_PAID      the money was taken: this amount, this order. Hand over the goods, unless the reply's recorded is 1: then
///                 it was taken by an earlier call under this number, and this call charged nobody.
///   WSY_NOT_PAID  no money was taken, and will not be.
///   WSY_UNKNOWN   it may have been taken, by this charge or by an earlier one of the bill. Hand over nothing, charge nothing;
///                 wsy_settle or wsy_recover finds out.
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
            answer(client, reply, |client| {
                let texts = (client.required(out_trade_no)?, client.required(auth_code)?);
                let pairs = params::pairs(params)?;
                let outcome = charge_request(texts, total_fen, &pairs)
                    .and_then(|request| client.till.charge(request, &client.till.ticket()))
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
///                together.
/// refund_fen:    the amount in fen, 1 to 100000000.
/// params:        NULL, or a list: deadline_ms, and any further parameters, which are signed and sent.
/// reply:         NULL, or receives a reply with the fields of a refund, see wsy_find_refund.
///
/// Threads: any; blocks until the verdict. Returns
///   WSY_REFUNDED      the bill shows the refund.
///   WSY_NOT_REFUNDED  the bill does not show it, and will not. To try again, use a new number. A refund that the platform
///                     has accepted never ends so; one that it neither accepted nor declined for good does after
///                     refund_quiet_ms.
///   WSY_UNKNOWN       it may have been made. Call again with the same number, or wsy_recover. If the reply's state is
///                     "conflict", the bill cannot tell (another refund of the same amount); a person has to look.
/// or an error, after which no refund was sent: WSY_ERR_NOT_SENT, WSY_ERR_OUT_REFUND_NO, WSY_ERR_AMOUNT,
/// WSY_ERR_REFUND_TOO_MUCH (see refundable_fen; where all that was charged has been refunded elsewhere, the bill counts as
/// refunded from then on), WSY_ERR_REFUND_DIFFERS, WSY_ERR_REFUND_OPEN, WSY_ERR_NO_BILL,
/// WSY_ERR_BILL_NOT_PAID (also where dm_id is of a bill of this till that is open), WSY_ERR_NO_ANSWER, WSY_ERR_REFUSED, WSY_ERR_NOT_ACTIVATED, WSY_ERR_PARAM, WSY_ERR_OPTIONS,
/// WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_CANCELLED, WSY_ERR_TEXT, WSY_ERR_ARGUMENT, WSY_ERR_HANDLE.
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
                    .and_then(|request| client.till.refund(request, &client.till.ticket()))
                    .map(|report| refunded(&report));
                Ok(outcome)
            })
        }
    })
}

/// Undoes a bill of this till: settles it, and refunds what is left of every order of it that turns out to be paid. May be
/// repeated until it is decided; it refunds once. That the bill is to be undone is on record until it is, also over a power
/// cut: meanwhile wsy_micropay and wsy_settle return WSY_ERR_REFUND_OPEN for it, and wsy_unresolved lists it.
///
/// params: NULL, or a list with deadline_ms.
/// reply:  NULL, or receives a reply with the fields of the refund (wsy_find_refund), or of the charge (wsy_find) where
///         there was nothing to refund.
///
/// Threads: any; blocks until the verdict. Returns
///   WSY_REFUNDED      the bill was paid, and the money of all its orders went back.
///   WSY_NOT_PAID      the bill was not paid; there is nothing to undo.
///   WSY_NOT_REFUNDED  the bill was paid, and the platform did not refund it: the money is still taken.
///   WSY_UNKNOWN       not decided; call again later.
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
                    .and_then(|limit| client.till.void(&out_trade_no, limit, &client.till.ticket()))
                    .map(|report| voided(&client.till, &report));
                Ok(outcome)
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
/// Threads: any; blocks until the verdict, at the latest a little after deadline_ms. Returns WSY_PAID, WSY_NOT_PAID or
/// WSY_UNKNOWN as wsy_micropay; or WSY_ERR_NO_BILL, WSY_ERR_ALREADY_REFUNDED (paid, and then refunded in full by this
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
            answer(client, reply, |client| {
                let out_trade_no = client.required(out_trade_no)?;
                let pairs = params::pairs(params)?;
                let outcome = deadline_of(&pairs)
                    .and_then(|limit| client.till.settle(&out_trade_no, limit, &client.till.ticket()))
                    .map(|report| charged(&client.till, &report));
                Ok(outcome)
            })
        }
    })
}

/// Settles every charge and refund that is open, such as after a crash or a power cut. Call it after each start. It sends
/// questions only, never a charge or a refund, and may be repeated. A charge that was cut short by a crash needs twice quiet_ms
/// and a little more; the time is summed over calls and starts.
///
/// params: NULL, or a list with deadline_ms.
/// reply:  NULL, or receives a reply with the lists "charge" and "refund" (the fields of wsy_find and wsy_find_refund)
///         of all that was open, as it stands now; settled and open: how many of them are decided and are not.
///
/// Threads: any; blocks until all are decided, at the latest a little after deadline_ms. Returns WSY_OK (also if some
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
                    .and_then(|limit| client.till.recover(limit, &client.till.ticket()))
                    .map(|recovered| {
                        use crate::till::ledger::{ChargeState, RefundState};
                        let charges = recovered.charges.iter().filter(|row| row.state == ChargeState::Open);
                        let refunds = recovered.refunds.iter().filter(|row| row.state == RefundState::Open);
                        let open = charges.count() + refunds.count();
                        let all = recovered.charges.len() + recovered.refunds.len();
                        Draft::new(Code::Ok)
                            .field(names::SETTLED, all - open)
                            .field(names::OPEN, open)
                            .list(names::LIST_CHARGE, recovered.charges.iter().map(charge_fields).collect())
                            .list(names::LIST_REFUND, recovered.refunds.iter().map(refund_fields).collect())
                    });
                Ok(outcome)
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
        pay_type: None,
        goods: Goods::None,
        noremind: false,
        extra: Extra::default(),
        insist: Insist::No,
        deadline_ms: None,
    };
    let (mut info, mut infoaddo) = ("", "");
    for (name, value) in pairs {
        match name.as_str() {
            "paytype" => request.pay_type = Some(value.clone()),
            "info" => info = value,
            "infoaddo" => infoaddo = value,
            "gs1" => request.goods = Goods::gs1(value)?,
            "noremind" => request.noremind = flag(name, value)?,
            "deadline_ms" => request.deadline_ms = Some(deadline(value)?),
            "insist" => request.insist = insist(value)?,
            _ => request.extra.set(name, value)?,
        }
    }
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

fn option(name: &str, reason: &str) -> Error {
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
    let mut deadline_ms = None;
    for (name, value) in pairs {
        match name.as_str() {
            "deadline_ms" => deadline_ms = Some(deadline(value)?),
            _ => extra.set(name, value)?,
        }
    }
    Ok(RefundRequest { out_refund_no, bill, refund, extra, deadline_ms })
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
        })
    }
}

/// The reply to a charge.
pub(super) fn charged(till: &Till, report: &ChargeReport) -> Draft {
    let code = match report.verdict {
        ChargeVerdict::Paid => Code::Paid,
        ChargeVerdict::NotPaid => Code::NotPaid,
        ChargeVerdict::Unknown => Code::Unknown,
    };
    let detail = match &report.doubt {
        Some(doubt) => charge_doubt(doubt),
        None => report.row.reason.clone(),
    };
    let draft = match (code, report.recorded) {
        (Code::Paid, true) => Draft::new(code).advice(
            "这是以前的收款记录，这次没有扣款；商品如已交付，不要再次交付。",
            "This is on record from before; nothing was charged now. Hand over the goods only if that was not done then.",
        ),
        _ => Draft::new(code),
    };
    draft
        .detail(detail)
        .fields(charge_fields(&report.row))
        .field(names::REFUNDED_FEN, till.refunded_fen(&report.row).unwrap_or_default())
        .field(names::PAID_ATTEMPTS, till.paid_attempts(&report.row.out_trade_no))
        .field(names::RECORDED, i32::from(report.recorded))
}

/// The reply to a refund.
pub(super) fn refunded(report: &RefundReport) -> Draft {
    let code = match report.verdict {
        RefundVerdict::Refunded => Code::Refunded,
        RefundVerdict::NotRefunded => Code::NotRefunded,
        RefundVerdict::Unknown => Code::Unknown,
    };
    let detail = match &report.doubt {
        Some(doubt) => refund_doubt(doubt),
        None => report.row.reason.clone(),
    };
    refund_reply(code, report).detail(detail)
}

fn refund_reply(code: Code, report: &RefundReport) -> Draft {
    Draft::new(code).fields(refund_fields(&report.row)).field(names::RECORDED, i32::from(report.recorded))
}

/// The reply to a void.
pub(super) fn voided(till: &Till, report: &VoidReport) -> Draft {
    match report {
        VoidReport::NotPaid(report) | VoidReport::Unknown(report) => charged(till, report),
        VoidReport::Refund(report) => refunded(report),
        VoidReport::Partly(report, error) => {
            refund_reply(Code::Unknown, report).detail(format!("not all of the bill is undone yet: {error}"))
        }
    }
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
