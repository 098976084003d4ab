//! Comparing the ledger with the platform.

use std::ffi::c_char;
use std::sync::Arc;

use crate::capi::alarms::about;
use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::day::day_of;
use crate::capi::draft::Draft;
use crate::capi::fields::Fields;
use crate::capi::names;
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::capi::started::{Started, start, wsy_payment};
use crate::payment::reconciliation::Silence;
use crate::till::cancellation::CancellationToken;
use crate::till::code::Code;
use crate::till::sentences::Left;
use crate::till::{Difference, DifferenceKind, Error, Reconciled, Till};

/// Compares a day of the ledger with the platform and reports the differences.
///
/// Asks the platform about each charge and refund of the day. What was reported before does not change. If a
/// verdict turns out to be wrong (such as a bill reported as not paid that was paid later), or a person's
/// decision does, the call raises an alarm, which stays until it is acknowledged; see wsy_alarms.
///
/// A bill that was reported as not paid and is found to be paid counts as paid from then on, but its state
/// and the totals of its day stay; wsy_settle returns WSY_PAID for it once. First check how the sale ended:
///   - The customer paid again, in cash or with another code: refund the order in dm_id.
///   - The goods were handed over and nothing else was paid: book it as paid, and acknowledge the alarm.
///   - The goods were not handed over: hand them over, or refund it.
///
/// wsy_void refunds every payment of the bill.
///
/// The day's charges and refunds are those that started or ended on it, those that the platform's own times
/// (pay_time) put there, and any of any day that no reconciliation has asked the platform about yet. So a
/// till whose clock was wrong misses nothing.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// reply: NULL, or receives a reply with
///   day
///   asked          how many orders and attempts the platform answered about
///   unanswered     how many bills it gave no usable response about
///   paying         how many bills the customer is still paying, according to the platform
///   differences, alarms  how many there are
///   paid_fen, refunded_fen
///                  the sums of the ledger's payments and refunds of the day by the platform's times, to
///                  compare with the back office's figures of that day
///   ended_early    1: the platform answered none of the first 3 queries, or none of 10 in a row later on.
///                  The call then stops and lists the rest as unanswered
///   "unanswered", "paying"
///                  lists with out_trade_no (or the dm_id of a bill that is not of this till) and reason
///   "difference"   a list with
///     kind         "paid_there" (reported or decided as not paid, but the platform has the money),
///                  "paid_not_there" (reported or decided as paid, but the platform has no such payment),
///                  "amount_differs", "refund_not_there" (reported or decided as refunded, but the bill shows
///                  less), "refund_there" (reported or decided as not refunded, but the bill shows such a
///                  refund), "maybe_paid_there" (reported as not paid, but the customer's code has paid an
///                  order that the platform does not attribute to anyone, or one of another amount),
///                  "refunded_elsewhere" (the back office or another till refunded) or "undecided"
///     out_trade_no, out_refund_no, dm_id
///     here_fen, here, there_fen, there
///                  the amounts on record and at the platform, in fen and in yuan
///     message_zh, message_en
///                  for the cashier: what it means and what to do
///     hint_zh, hint_en
///                  for the programmer: which call or field comes next
///
/// Threads: any. Blocks for at most connect_ms plus twice response_ms for each bill; twice that for one that
/// was reported as not paid; and three times all that plus twice poll_ms for one that an alarm is raised
/// about. To show progress, use wsy_reconcile_start.
///
/// Returns WSY_OK (also with differences: read their number); WSY_ERR_NO_RESPONSE (some bills got no
/// response; the reply holds the results of the others); WSY_ERR_REFUSED (the platform refuses this till: it
/// refused the first queries, or the last 10 in a row; the reply is the same, with info);
/// WSY_ERR_NOT_ACTIVATED, WSY_ERR_LEDGER, WSY_ERR_CANCELLED (the client was closed), WSY_ERR_ARGUMENT (not a
/// day), WSY_ERR_TEXT or WSY_ERR_HANDLE.
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Compares a day of the ledger with the platform and reports the differences.
/// 对账：逐笔向平台核对某一天的收款和退款，列出不一致之处。
/// Empty for none: day
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reconcile(
    client: *mut wsy_client,
    day: *const c_char,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `day` is NULL or a string, as this function asks.
    let day = unsafe { CText::new(day) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let day = day_of(client, day)?;
        Ok(reconcile(&client.till, (day, client.till.cancellation_token()))?)
    })
}

/// Starts a reconciliation as wsy_reconcile does, and returns at once.
///
/// wsy_payment_text reports the progress. wsy_payment_poll and wsy_payment_wait return WSY_PENDING until it
/// has ended, and then what wsy_reconcile would have returned. wsy_payment_cancel ends it before the next
/// bill.
///
/// day:     as for wsy_reconcile.
/// payment: receives the handle; untouched on an error. The caller frees it with wsy_payment_free.
/// reply:   NULL, or receives a reply that says why nothing was started.
///
/// Threads: any.
///
/// Returns WSY_PENDING (started) or an error.
///
/// # Safety
/// `day` is NULL or a NUL-terminated string; `payment` and `reply` are NULL or point to a pointer.
///
/// # Stdcall
/// Starts a reconciliation that is polled, so that the screen can show its progress.
/// 开始对账，不等待；用 WsyPaymentText 显示进度，用 WsyPaymentPoll 取结果。
/// Empty for none: day
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_reconcile_start(
    client: *mut wsy_client,
    day: *const c_char,
    payment: *mut *mut wsy_payment,
    reply: *mut *mut wsy_reply,
) -> i32 {
    // SAFETY: `day` is NULL or a string, as this function asks.
    let day = unsafe { CText::new(day) };
    // SAFETY: `payment` is NULL or points to a pointer, as this function asks.
    let payment = unsafe { Out::new(payment) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    start(client, &payment, &reply, |client, token| {
        let day = day_of(client, day)?;
        Ok(Started::job(Code::Internal, &client.till, (day, token.clone()), reconcile))
    })
}

fn reconcile(till: &Arc<Till>, (day, token): (String, Arc<CancellationToken>)) -> Result<Draft, Error> {
    let found = till.reconcile(&day, &token)?;
    let Reconciled { asked, paying, unanswered, differences, paid_fen, refunded_fen, ended_early, .. } =
        &found;
    let left = Left { paying: paying.len(), unanswered: unanswered.len(), ..left_of(differences) };
    let silence = found.silence.as_ref().filter(|_| *ended_early || !found.has_responses);
    let draft = match silence {
        Some(Silence::Refused(info)) => Draft::new(Code::Refused).field(names::INFO, info),
        _ if unanswered.is_empty() => Draft::new(Code::Ok),
        _ => Draft::new(Code::NoResponse),
    };
    let draft = match silence {
        Some(Silence::Refused(reason) | Silence::NoResponse(reason)) if *ended_early => {
            draft.detail(format!("ended early, the platform does not answer: {reason}"))
        }
        Some(Silence::Refused(reason) | Silence::NoResponse(reason)) => draft.detail(reason),
        Some(Silence::Paying(_)) | None => draft,
    };
    Ok(draft
        .left(&left)
        .field(names::DAY, day)
        .field(names::ASKED, *asked)
        .field(names::PAYING, paying.len())
        .field(names::UNANSWERED, unanswered.len())
        .field(names::DIFFERENCES, differences.len())
        .field(names::ALARMS, left.alarms)
        .field(names::PAID_FEN, *paid_fen)
        .field(names::REFUNDED_FEN, *refunded_fen)
        .field(names::ENDED_EARLY, *ended_early)
        .list(names::LIST_PAYING, paying.iter().map(reason_fields))
        .list(names::LIST_UNANSWERED, unanswered.iter().map(reason_fields))
        .list(names::LIST_DIFFERENCE, differences.iter().map(difference_fields)))
}

/// The work that the differences leave, each counted once.
fn left_of(differences: &[Difference]) -> Left {
    let mut left = Left::default();
    for difference in differences {
        let count = match difference.kind {
            DifferenceKind::Alarm(_) => &mut left.alarms,
            DifferenceKind::RefundedElsewhere => &mut left.differences,
            DifferenceKind::Undecided if difference.out_refund_no.is_none() => &mut left.charges,
            DifferenceKind::Undecided => &mut left.refunds,
        };
        *count += 1;
    }
    left
}

fn reason_fields((bill, reason): &(String, String)) -> Fields {
    Fields::default().with(names::OUT_TRADE_NO, bill).with(names::REASON, reason)
}

fn difference_fields(difference: &Difference) -> Fields {
    let fields = Fields::default()
        .with(names::KIND, difference.kind.word())
        .with(names::OUT_TRADE_NO, difference.out_trade_no.as_ref())
        .with(names::OUT_REFUND_NO, difference.out_refund_no.as_ref())
        .with(names::DM_ID, difference.dm_id.as_ref());
    about(fields, difference.kind, difference.here_fen, difference.there_fen)
}
