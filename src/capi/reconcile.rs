//! The ledger against the platform, and the alarms that come of it.

use std::ffi::c_char;
use std::sync::Arc;

use crate::capi::client::{answer, wsy_client};
use crate::capi::fields::{Fields, named};
use crate::capi::guard::guard;
use crate::capi::ledger::day_of;
use crate::capi::names;
use crate::capi::payment::{Started, Work, start, wsy_payment};
use crate::capi::reply::{Draft, wsy_reply};
use crate::protocol::amount::yuan;
use crate::till::code::{Code, Language};
use crate::till::ledger::{Alarm, AlarmKind};
use crate::till::ticket::Ticket;
use crate::till::{Difference, DifferenceKind, Error, Reconciled, Till, clock};

/// Walks a day of the ledger, asks the platform about each charge and refund, and tells where the two differ. Nothing that
/// was told before is changed. Where a verdict turns out to be wrong (a bill that was reported as not paid was paid
/// later), an alarm is raised that stays until it is acknowledged, see wsy_alarms.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// reply: NULL, or receives a reply with day; asked: how many bills the platform was asked about; unanswered: how many it
///        gave no usable answer about; differences, alarms: how many there are; the list "unanswered" with out_trade_no
///        (or the dm_id of a bill that is not of this till) and reason; and the list "difference" with
///   kind           "paid_there" (reported as not paid, but the platform has the money), "paid_not_there" (reported as paid, but the
///                  platform has no such payment), "amount_differs", "refund_not_there" (reported as refunded, but the bill
///                  shows less), "maybe_paid_there" (reported as not paid, and the customer's code has paid an order of which the
///                  platform does not say whose it is), "refunded_elsewhere" (the back office or another till refunded),
///                  "undecided"
///   out_trade_no, out_refund_no, dm_id
///   here_fen, here, there_fen, there   the amounts on record and at the platform, in fen and in yuan
///   message_zh, message_en             what it means and what to do
///
/// Threads: any. Blocks for up to connect_ms and twice answer_ms for each bill, and for three times that and twice poll_ms for one
/// that an alarm is raised about; use wsy_reconcile_start to show progress.
/// Returns WSY_OK (also with differences: read their number); WSY_ERR_NO_ANSWER (some bills got no answer; the reply holds
/// what the others came to); WSY_ERR_REFUSED, WSY_ERR_NOT_ACTIVATED, WSY_ERR_LEDGER, WSY_ERR_CANCELLED (the client was
/// closed), WSY_ERR_ARGUMENT (not a day), WSY_ERR_TEXT, WSY_ERR_HANDLE.
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Compares a day of the ledger with the platform, and tells where the two differ.
/// 对账：逐笔向平台核对某一天的收款和退款，列出不一致之处。
/// Empty for none: day
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reconcile(
    client: *mut wsy_client,
    day: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let day = day_of(client, day)?;
                Ok(reconcile(&client.till, &day, &client.till.ticket()))
            })
        }
    })
}

/// Starts what wsy_reconcile does and returns at once. wsy_payment_text tells how far it is, wsy_payment_poll and
/// wsy_payment_wait when it has ended (they then return what wsy_reconcile would have), wsy_payment_cancel ends it before
/// the next bill.
///
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
///
/// Threads: any. Returns WSY_PENDING (started) or an error.
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Begins a reconciliation that is polled, so that the screen can show how far it is.
/// 开始对账，不等待；用 WsyPaymentText 显示进度，用 WsyPaymentPoll 取结果。
/// Empty for none: day
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reconcile_start(
    client: *mut wsy_client,
    day: *const c_char,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            start(client, payment, reply, |running, ticket| {
                let day = day_of(running, day)?;
                let (till, ticket) = (running.till.clone(), ticket.clone());
                let job = move || reconcile(&till, &day, &ticket);
                Ok(Ok(Started {
                    out_trade_no: None,
                    on_panic: Code::Internal,
                    work: Work::Job(Box::new(job)),
                }))
            })
        }
    })
}

/// Reads the alarms that nobody has acknowledged; nothing is sent. An alarm says that a verdict was wrong: the till told
/// one thing, and the platform has since done another.
///
/// reply: NULL, or receives a reply with alarms: how many there are; and the list "alarm", the oldest first, with id, raised
///        (Beijing time), and kind, out_trade_no, dm_id, here_fen, here, there_fen, there, message_zh and message_en as
///        for a difference of wsy_reconcile.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_LEDGER or WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// The alarms that nobody has acknowledged: verdicts that turned out to be wrong.
/// 尚未确认的警报：事后发现与平台不符的结果。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_alarms(client: *mut wsy_client, reply: *mut *mut wsy_reply) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let alarms = client.till.ledger().alarms().map_err(Error::from);
                Ok(alarms.map(|alarms| {
                    Draft::new(Code::Ok)
                        .field(names::ALARMS, alarms.len())
                        .list(names::LIST_ALARM, alarms.iter().map(alarm_fields).collect())
                }))
            })
        }
    })
}

/// Acknowledges an alarm: a person has seen it and has done what there is to do. It is then not told any more; the ledger
/// keeps it, with the time and who it was.
///
/// alarm_id: the id of wsy_alarms.
/// by:       who, such as a cashier's name or number; may not be empty.
///
/// Threads: any. Returns WSY_OK, WSY_ERR_NO_ALARM, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
///
/// # Safety
/// `by` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Acknowledges an alarm: a person has seen it.
/// 确认一条警报：已有人处理。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_acknowledge(
    client: *mut wsy_client,
    alarm_id: i32,
    by: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    guard(|| {
        // SAFETY: the contract is the same.
        unsafe {
            answer(client, reply, |client| {
                let by = client.required(by)?;
                if by.trim().is_empty() {
                    return Err(Code::Argument);
                }
                Ok(client.till.acknowledge(i64::from(alarm_id), &by).map(|()| Draft::new(Code::Ok)))
            })
        }
    })
}

fn reconcile(till: &Arc<Till>, day: &str, ticket: &Arc<Ticket>) -> Result<Draft, Error> {
    let Reconciled { asked, unanswered, differences } = till.reconcile(day, ticket)?;
    let alarms = differences.iter().filter(|difference| matches!(difference.kind, DifferenceKind::Alarm(_)));
    let code = if unanswered.is_empty() { Code::Ok } else { Code::NoAnswer };
    let without_answer = |(bill, reason): &(String, String)| {
        named([(names::OUT_TRADE_NO, bill.clone()), (names::REASON, reason.clone())])
    };
    Ok(Draft::new(code)
        .field(names::DAY, day)
        .field(names::ASKED, asked)
        .field(names::UNANSWERED, unanswered.len())
        .field(names::DIFFERENCES, differences.len())
        .field(names::ALARMS, alarms.count())
        .list(names::LIST_UNANSWERED, unanswered.iter().map(without_answer).collect())
        .list(names::LIST_DIFFERENCE, differences.iter().map(difference_fields).collect()))
}

fn difference_fields(difference: &Difference) -> Fields {
    let mut fields = named([(names::KIND, difference.kind.word().to_owned())]);
    fields.extend(named([
        (names::OUT_TRADE_NO, difference.out_trade_no.clone()),
        (names::OUT_REFUND_NO, difference.out_refund_no.clone()),
        (names::DM_ID, difference.dm_id.clone()),
    ]));
    fields.extend(amounts(difference.here_fen, difference.there_fen));
    fields.extend(messages(difference.kind));
    fields
}

fn alarm_fields(alarm: &Alarm) -> Fields {
    let about = &alarm.about;
    let mut fields = named([
        (names::ID, alarm.id.to_string()),
        (names::RAISED, clock::stamp(alarm.raised_ms)),
        (names::KIND, about.kind.word().to_owned()),
        (names::OUT_TRADE_NO, about.out_trade_no.clone()),
        (names::DM_ID, about.dm_id.clone()),
    ]);
    fields.extend(amounts(about.here_fen, about.there_fen));
    fields.extend(messages(DifferenceKind::Alarm(about.kind)));
    fields
}

fn amounts(here_fen: i64, there_fen: i64) -> Fields {
    named([
        (names::HERE_FEN, here_fen.to_string()),
        (names::HERE, yuan(here_fen)),
        (names::THERE_FEN, there_fen.to_string()),
        (names::THERE, yuan(there_fen)),
    ])
}

fn messages(kind: DifferenceKind) -> Fields {
    named([
        (names::MESSAGE_ZH, sentence(kind, Language::Zh).to_owned()),
        (names::MESSAGE_EN, sentence(kind, Language::En).to_owned()),
    ])
}

/// What a difference means and what to do.
pub const fn sentence(kind: DifferenceKind, language: Language) -> &'static str {
    use DifferenceKind::{Alarm, RefundedElsewhere, Undecided};
    match (kind, language) {
        (Alarm(AlarmKind::PaidThere), Language::Zh) => {
            "本机告知“未付款”，但平台后来收到了这笔款。若商品未交付，请按平台订单号退款给顾客。"
        }
        (Alarm(AlarmKind::PaidThere), Language::En) => {
            "Reported as not paid, but the platform has the money. If the goods were not handed over, refund the customer by dm_id."
        }
        (Alarm(AlarmKind::PaidNotThere), Language::Zh) => {
            "本机告知“已付款”，但平台没有这笔款。请到商户后台核对，并联系平台。"
        }
        (Alarm(AlarmKind::PaidNotThere), Language::En) => {
            "Reported as paid, but the platform has no such payment. Check in the back office and call the platform."
        }
        (Alarm(AlarmKind::AmountDiffers), Language::Zh) => "平台收到的金额与本机记录不同。请到商户后台核对。",
        (Alarm(AlarmKind::AmountDiffers), Language::En) => {
            "The platform took another amount than the one on record. Check in the back office."
        }
        (Alarm(AlarmKind::RefundNotThere), Language::Zh) => {
            "本机告知“已退款”，但平台账单上的退款较少。请到商户后台核对，不要直接再退。"
        }
        (Alarm(AlarmKind::RefundNotThere), Language::En) => {
            "Reported as refunded, but the platform's bill shows less. Check in the back office; do not just refund again."
        }
        (Alarm(AlarmKind::MaybePaidThere), Language::Zh) => {
            "本机告知“未付款”，但顾客的付款码付了一笔同样金额的单，平台没说明是哪台收银机的。请到商户后台核对是否为本单。"
        }
        (Alarm(AlarmKind::MaybePaidThere), Language::En) => {
            "Reported as not paid, but the customer's code has paid an order of this amount, and the platform does not say at which \
             till. Check in the back office whether it is this bill."
        }
        (RefundedElsewhere, Language::Zh) => "后台或其他收银机对这笔单退过款。无需处理，请知悉。",
        (RefundedElsewhere, Language::En) => {
            "The back office or another till has refunded this bill. Nothing to do, for your information."
        }
        (Undecided, Language::Zh) => "这笔单还没有查清。请调用 wsy_recover；仍查不清的由人工到后台核对。",
        (Undecided, Language::En) => {
            "Not decided yet. Call wsy_recover; what stays undecided a person has to check in the back office."
        }
    }
}
