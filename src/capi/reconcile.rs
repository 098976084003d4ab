//! The ledger against the platform, and the alarms that come of it.

use std::ffi::c_char;
use std::sync::Arc;

use crate::capi::client::{answer, wsy_client};
use crate::capi::fields::{Fields, named};
use crate::capi::guard::guard;
use crate::capi::ledger::day_of;
use crate::capi::left::Left;
use crate::capi::names;
use crate::capi::payment::{Started, start, wsy_payment};
use crate::capi::reply::{Draft, wsy_reply};
use crate::payment::reconciliation::Silence;
use crate::protocol::amount::yuan;
use crate::till::cancellation::CancellationToken;
use crate::till::code::{Code, Language};
use crate::till::ledger::{Alarm, AlarmKind};
use crate::till::{Difference, DifferenceKind, Error, Reconciled, Till, clock};

/// Walks a day of the ledger, asks the platform about each charge and refund, and reports where the two differ. Nothing that was
/// reported before is changed. Where a verdict turns out to be wrong (a bill that was reported as not paid was paid later), or what a
/// person decided, an alarm is raised that stays until it is acknowledged, see wsy_alarms. A bill that was reported as not paid and is
/// found to be paid counts as paid from then on, while its state and the totals of its day stay: wsy_settle returns WSY_PAID for it
/// once. See first how the sale ended. If the customer paid again, in cash or with another code: refund the order in dm_id. If the
/// goods were handed over and nothing else was paid: book it as paid, and acknowledge the alarm. If the goods were not handed over:
/// hand them over, or refund it. wsy_void refunds every payment of the bill.
///
/// The walk takes what was begun or had its outcome on the day, what the platform's own times (pay_time) put there, and whatever
/// the platform was never asked about in a reconciliation, of any day: a till whose clock was wrong misses nothing.
///
/// day:   such as "2026-11-22", in Beijing time; NULL for today.
/// reply: NULL, or receives a reply with day; asked: how many orders and attempts the platform answered about; unanswered:
///        how many bills it gave no usable answer about; paying: of how many it says that the customer is still paying; differences, alarms: how many there are; paid_fen, refunded_fen: what the ledger's payments
///        and refunds of the day come to by the platform's times, to compare with the back office's figures of that day;
///        ended_early: 1 if the platform answered none of the first 3 questions, or none of 10 in a row later on: the walk then
///        ends, and the rest is listed as unanswered; the lists "unanswered" and
///        "paying" with out_trade_no (or the dm_id of a bill that is not of this till) and reason; and the list "difference" with
///   kind           "paid_there" (reported or decided as not paid, but the platform has the money), "paid_not_there" (reported or
///                  decided as paid, but the platform has no such payment), "amount_differs", "refund_not_there" (reported or decided
///                  as refunded, but the bill shows less), "refund_there" (reported or decided as not refunded, but the bill shows
///                  such a refund), "maybe_paid_there" (reported as not paid, and the customer's code has paid an order of which the
///                  platform does not say whose it is, or one of another amount), "refunded_elsewhere" (the back office or another till refunded),
///                  "undecided"
///   out_trade_no, out_refund_no, dm_id
///   here_fen, here, there_fen, there   the amounts on record and at the platform, in fen and in yuan
///   message_zh, message_en             what it means and what to do, for the cashier
///   hint_zh, hint_en                   which call or field comes next, for the programmer
///
/// Threads: any. Blocks for at most connect_ms and twice answer_ms for each bill, twice that for one that was reported as not
/// paid, and three times all that and twice poll_ms for one that an alarm is raised about; use wsy_reconcile_start to show
/// progress.
/// Returns WSY_OK (also with differences: read their number); WSY_ERR_NO_ANSWER (some bills got no answer; the reply holds
/// what the others came to); WSY_ERR_REFUSED (the platform refuses this till: it refused the first questions, or at last 10 in a
/// row; the reply is the same, with info); WSY_ERR_NOT_ACTIVATED, WSY_ERR_LEDGER, WSY_ERR_CANCELLED (the client was
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
                Ok(reconcile(&client.till, &day, &client.till.cancellation_token()))
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
            start(client, payment, reply, |running, token| {
                let day = day_of(running, day)?;
                let (till, token) = (running.till.clone(), token.clone());
                Ok(Ok(Started::job(Code::Internal, move || reconcile(&till, &day, &token))))
            })
        }
    })
}

/// Reads the alarms that nobody has acknowledged; nothing is sent. An alarm says that a verdict was wrong: the till told
/// one thing, and the platform has since done another.
///
/// reply: NULL, or receives a reply with alarms: how many there are; and the list "alarm", the oldest first, with id, raised
///        (Beijing time), and kind, out_trade_no, dm_id, here_fen, here, there_fen, there, message_zh, message_en, hint_zh and
///        hint_en as for a difference of wsy_reconcile.
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
                        .left(&Left { alarms: alarms.len(), ..Left::default() })
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

fn reconcile(till: &Arc<Till>, day: &str, token: &Arc<CancellationToken>) -> Result<Draft, Error> {
    let found = till.reconcile(day, token)?;
    let Reconciled { asked, paying, unanswered, differences, paid_fen, refunded_fen, ended_early, .. } =
        &found;
    let left = Left { paying: paying.len(), unanswered: unanswered.len(), ..left_of(differences) };
    let silence = found.silence.as_ref().filter(|_| *ended_early || !found.has_answers);
    let draft = match silence {
        Some(Silence::Refused(info)) => Draft::new(Code::Refused).field(names::INFO, info),
        _ if unanswered.is_empty() => Draft::new(Code::Ok),
        _ => Draft::new(Code::NoAnswer),
    };
    let draft = match silence {
        Some(Silence::Refused(reason) | Silence::NoAnswer(reason)) if *ended_early => {
            draft.detail(format!("ended early, the platform does not answer: {reason}"))
        }
        Some(Silence::Refused(reason) | Silence::NoAnswer(reason)) => draft.detail(reason),
        Some(Silence::Paying(_)) | None => draft,
    };
    let named_with_reason = |(bill, reason): &(String, String)| {
        named([(names::OUT_TRADE_NO, bill.clone()), (names::REASON, reason.clone())])
    };
    Ok(draft
        .left(&left)
        .field(names::DAY, day)
        .field(names::ASKED, asked)
        .field(names::PAYING, paying.len())
        .field(names::UNANSWERED, unanswered.len())
        .field(names::DIFFERENCES, differences.len())
        .field(names::ALARMS, left.alarms)
        .field(names::PAID_FEN, paid_fen)
        .field(names::REFUNDED_FEN, refunded_fen)
        .field(names::ENDED_EARLY, i32::from(*ended_early))
        .list(names::LIST_PAYING, paying.iter().map(named_with_reason).collect())
        .list(names::LIST_UNANSWERED, unanswered.iter().map(named_with_reason).collect())
        .list(names::LIST_DIFFERENCE, differences.iter().map(difference_fields).collect()))
}

/// What of the differences is left to be done, each counted once.
fn left_of(differences: &[Difference]) -> Left {
    let mut left = Left::default();
    for difference in differences {
        let count = match difference.kind {
            DifferenceKind::Alarm(_) => &mut left.alarms,
            DifferenceKind::RefundedElsewhere => &mut left.differences,
            DifferenceKind::Undecided if difference.out_refund_no.is_empty() => &mut left.charges,
            DifferenceKind::Undecided => &mut left.refunds,
        };
        *count += 1;
    }
    left
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
        (names::HINT_ZH, hint(kind, Language::Zh).to_owned()),
        (names::HINT_EN, hint(kind, Language::En).to_owned()),
    ])
}

/// What a difference means and what to do: for the cashier.
pub const fn sentence(kind: DifferenceKind, language: Language) -> &'static str {
    use DifferenceKind::{Alarm, RefundedElsewhere, Undecided};
    let [zh, en] = match kind {
        Alarm(AlarmKind::PaidThere) => [
            "这一单当时报的是“未支付”，但平台后来收到了这笔款。顾客已付现金或用别的付款码又付过的，把这笔款退给顾客；商品已交付而没有另外收款的，按已支付入账；商品没有交付的，交付商品，或把这笔款退给顾客。",
            "This bill was reported as not paid, but the platform has the money. If the customer paid again, in cash or with another code, refund this payment. If the goods were handed over and nothing else was paid, book it as paid. If the goods were not handed over, hand them over or refund this payment.",
        ],
        Alarm(AlarmKind::PaidNotThere) => [
            "这一单当时报的是“已支付”，但平台没有这笔款。请店长到商户后台核对，并联系平台。",
            "This bill was reported as paid, but the platform has no such payment. Ask the manager to check in the back office and to call the platform.",
        ],
        Alarm(AlarmKind::AmountDiffers) => [
            "平台收到的金额与本机记录的不同。请店长到商户后台核对。",
            "The platform took another amount than the one on record. Ask the manager to check in the back office.",
        ],
        Alarm(AlarmKind::RefundNotThere) => [
            "这一单当时报的是“已退款”，但平台账单上的退款较少。请店长到商户后台核对，不要直接再退。",
            "This bill was reported as refunded, but the platform's bill shows less. Ask the manager to check in the back office; do not just refund again.",
        ],
        Alarm(AlarmKind::RefundThere) => [
            "这一单当时报的是“未退款”，但平台账单上有这样一笔退款。请店长到商户后台核对是不是退了两次。",
            "This bill was reported as not refunded, but the platform's bill shows a refund of this amount. Ask the manager to check in the back office whether it was refunded twice.",
        ],
        Alarm(AlarmKind::MaybePaidThere) => [
            "这一单当时报的是“未支付”，但顾客的付款码付了一笔款，平台没有说明是哪台收银机收的，或者金额不同。请店长到商户后台核对是不是这一单。",
            "This bill was reported as not paid, but the customer's code has paid an order, and the platform does not say at which till, or names another amount. Ask the manager to check in the back office whether it is this bill.",
        ],
        RefundedElsewhere => [
            "商户后台或其他收银机对这一单退过款。请知悉；不要再退一次。",
            "The back office or another till has refunded this bill. For your information; do not refund it a second time.",
        ],
        Undecided => [
            "这一单还没有查清。先不要再收款，也不要再退款，稍候再查；仍查不清的，请店长到商户后台核对。",
            "This bill is not settled yet. Do not charge or refund it again; check it again in a moment. If it stays so, ask the manager to check in the back office.",
        ],
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// Which call or field comes next after a difference: for the programmer.
pub const fn hint(kind: DifferenceKind, language: Language) -> &'static str {
    use DifferenceKind::{Alarm, RefundedElsewhere, Undecided};
    let [zh, en] = match kind {
        Alarm(AlarmKind::PaidThere) => [
            "退这笔款，用字段 dm_id 的单号调用 wsy_refund（wsy_void 会退掉这一单的所有款）；交付商品，调用 wsy_settle，返回 == WSY_PAID 时交付；处理完用 wsy_acknowledge 确认警报。",
            "To refund this payment, call wsy_refund with the order in dm_id (wsy_void refunds every payment of the bill). To hand over the goods, call wsy_settle and do so on == WSY_PAID. Then acknowledge the alarm with wsy_acknowledge.",
        ],
        Alarm(AlarmKind::PaidNotThere | AlarmKind::MaybePaidThere) => [
            "不要自动处理；人工核对之后用 wsy_acknowledge 确认警报。",
            "Do nothing by program; after a person has checked, acknowledge the alarm with wsy_acknowledge.",
        ],
        Alarm(AlarmKind::AmountDiffers | AlarmKind::RefundNotThere | AlarmKind::RefundThere) => [
            "两边的金额见字段 here_fen 和 there_fen；人工核对之后用 wsy_acknowledge 确认警报。",
            "The two amounts are in here_fen and there_fen; after a person has checked, acknowledge the alarm with wsy_acknowledge.",
        ],
        RefundedElsewhere => [
            "平台上的金额见字段 there_fen；明细用 wsy_read_bill 查看。",
            "The platform's amount is in there_fen; wsy_read_bill shows the bill's lines.",
        ],
        Undecided => [
            "调用 wsy_recover，或用它的单号调用 wsy_settle。",
            "Call wsy_recover, or wsy_settle with its number.",
        ],
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}
