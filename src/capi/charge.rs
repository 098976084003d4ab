//! Charging a customer.

use std::ffi::c_char;

use crate::capi::call::answer_telling;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::fields::Fields;
use crate::capi::names;
use crate::capi::params::{self, wrong, wsy_params};
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::rows::{self, charge_fields};
use crate::driver::RowId;
use crate::protocol::amount::Fen;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::receipt::Placeholders;
use crate::protocol::request::{Extra, Goods};
use crate::till::code::Code;
use crate::till::sentences::{charge_doubt, own};
use crate::till::{ChargeReport, ChargeRequest, Error, Insist, PayTypeChoice, Till, clock, deadline, flag};

/// Charges the customer and waits for the verdict (section 3.1).
///
/// Writes the intent to the ledger and sends the payment once. Then queries the platform while the customer
/// types a password, or after a lost response, and writes the outcome to the ledger before it returns. To
/// show progress meanwhile, use wsy_micropay_start.
///
/// out_trade_no: your number of the bill, 1 to 64 visible ASCII characters, kept forever. The same number
///               with the same amount is charged at most once: called again, it returns the recorded outcome,
///               or continues to query if that is open. After WSY_NOT_PAID it can be charged again with a new
///               code.
/// auth_code:    the code from the customer's phone, as the scanner reads it. Ignored: blanks and control
///               characters around it (STX, ETX, GS, EOT, line ends), an AIM identifier of QR or Code 128
///               before it, characters without width. Full-width digits are read as digits.
/// total_fen:    the amount in fen (1/100 yuan), 1 to 100000000.
/// params:       NULL, or a list of named values; the caller keeps it:
///   paytype      a code of the config's dm_code; its coderegex has to match the auth code (default: the one
///                that matches)
///   any_code     1: with paytype, do not check its coderegex
///   info         your own mark for the goods detail; "GS" for form 2 of the document
///   infoaddo     the goods detail, sent byte for byte, with CRLF line ends
///   gs1          bar codes separated by commas: makes info and infoaddo of form 2
///   noremind     1: ask the platform for no receipt; one comes anyway if the outcome has to be queried
///   tableno, table, staff
///                for the placeholders {tableno}, {table} and {staff} of the config's templates: kept with
///                the charge for its receipts (wsy_find_receipt), not sent. One name for the table is enough;
///                staff defaults to operator_id
///   deadline_ms  replaces the client's deadline_ms: 1 to 3600000
///   insist       "may_charge_twice": charge a new code although an earlier charge of this bill is undecided
///   any other    is signed and sent unchanged, such as dic_amount or operator_id (which names the cashier
///                and is kept in the ledger). A name that is almost one of the library's, such as noremnid,
///                or that stands for an argument of the call, such as total_fee, is refused as a slip; if it
///                is meant, write extra:noremnid
/// reply:        NULL, or receives a reply with the fields of a charge, see wsy_find.
///
/// Threads: any. Blocks until the verdict, at most 3 s longer than deadline_ms. If no config is known yet, it
/// first reads one, for at most connect_ms plus twice response_ms.
///
/// Returns
///   WSY_PAID      the money was taken: this amount, this order. Hand over the goods. Returned once per bill,
///                 also where an earlier call took the money and nobody received that verdict. With
///                 paid_late = 1 the bill was reported as not paid before: if the customer has since paid in
///                 another way, refund this payment, and do not hand over the goods twice.
///   WSY_PAID_EARLIER  the bill was already reported as paid (first_told says when), or was paid with another
///                 code. This call charged nobody. Do not hand over the goods again. If first_told is empty,
///                 that payment has not been reported yet: see the list "unfinished" of wsy_unresolved, and
///                 call wsy_settle.
///   WSY_NOT_PAID  no money was taken, and none will be.
///   WSY_UNKNOWN   money may have been taken, by this charge or an earlier one of the bill. Do not hand over
///                 goods; do not charge again. wsy_settle or wsy_recover finds out.
///   WSY_DECIDED   a person decided the outcome (wsy_decide). This call charged nobody.
/// or an error, after which nothing was sent: WSY_ERR_NOT_SENT, WSY_ERR_AUTH_CODE, WSY_ERR_AUTH_CODE_USED,
/// WSY_ERR_AMOUNT, WSY_ERR_AMOUNT_NOT_ALLOWED, WSY_ERR_AMOUNT_DIFFERS, WSY_ERR_OUT_TRADE_NO,
/// WSY_ERR_STILL_OPEN, WSY_ERR_ALREADY_REFUNDED, WSY_ERR_REFUND_OPEN, WSY_ERR_PAY_TYPE, WSY_ERR_NOT_LICENSED,
/// WSY_ERR_NOT_ACTIVATED, WSY_ERR_ACTIVATE_AGAIN, WSY_ERR_NO_CONFIG, WSY_ERR_PARAM, WSY_ERR_OPTIONS,
/// WSY_ERR_BUSY, WSY_ERR_LEDGER, WSY_ERR_CANCELLED, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
    // SAFETY: the texts are NULL or strings, as this function asks.
    let [out_trade_no, auth_code] = unsafe { CText::each([out_trade_no, auth_code]) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer_telling(client, &reply, |client| {
        let (out_trade_no, auth_code) = (client.required(out_trade_no)?, client.required(auth_code)?);
        let request = charge_request(out_trade_no, &auth_code, total_fen, &params::pairs(params)?)?;
        let report = client.till.charge(request, &client.till.cancellation_token())?;
        Ok(charged(&client.till, &report))
    })
}

/// Builds a charge from the caller's arguments.
pub(super) fn charge_request(
    out_trade_no: String,
    auth_code: &str,
    total_fen: i32,
    pairs: &[(String, String)],
) -> Result<ChargeRequest, Error> {
    let mut request = ChargeRequest {
        out_trade_no,
        auth_code: AuthCode::parse(auth_code)?,
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
            "insist" if value == "may_charge_twice" => request.insist = Insist::MayChargeTwice,
            "insist" => return Err(wrong(name, "has to be may_charge_twice")),
            _ if request.placeholders.set(name, value)? => {}
            _ => request.extra.set(name, value)?,
        }
    }
    request.paytype = match paytype {
        None if is_for_any_code => return Err(wrong("any_code", "needs a paytype")),
        None => PayTypeChoice::ByCode,
        Some(code) if is_for_any_code => PayTypeChoice::ForAnyCode(code),
        Some(code) => PayTypeChoice::Named(code),
    };
    if !info.is_empty() || !infoaddo.is_empty() {
        if request.goods != Goods::None {
            return Err(wrong("gs1", "cannot be given together with info or infoaddo"));
        }
        request.goods = Goods::text(info, infoaddo)?;
    }
    Ok(request)
}

/// The reply to a charge.
pub(super) fn charged(till: &Till, report: &ChargeReport) -> Draft {
    let code = report.verdict.into();
    let detail = report.doubt.as_ref().map_or_else(|| report.row.reason.clone(), charge_doubt);
    Draft::new(code)
        .says_if(own::of_charge(report))
        .detail(detail)
        .fields(decision_fields(till, RowId::Charge(report.row.id), code))
        .field(names::FIRST_TOLD, report.first_told_ms.map(clock::stamp))
        .fields(charge_fields(&report.row))
        .field(names::REFUNDED_FEN, till.refunded_fen(report).unwrap_or_default())
        .field(names::PAID_ATTEMPTS, till.paid_attempts(report))
        .field(names::RECORDED, report.recorded)
        .content(report.content.as_deref())
}

/// The fields of a person's decision about a row, if the code is WSY_DECIDED.
pub(super) fn decision_fields(till: &Till, row: RowId, code: Code) -> Fields {
    if code != Code::Decided {
        return Fields::default();
    }
    let last = till.ledger().decisions(row).unwrap_or_default().pop();
    last.map_or_else(Fields::default, |decided| rows::decision_fields(&decided))
}
