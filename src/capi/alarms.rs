//! The alarms that a reconciliation raises.

use std::ffi::c_char;

use crate::capi::call::answer;
use crate::capi::client::wsy_client;
use crate::capi::draft::Draft;
use crate::capi::fields::Fields;
use crate::capi::names;
use crate::capi::pointers::{CText, Out};
use crate::capi::reply::wsy_reply;
use crate::protocol::amount::yuan;
use crate::till::code::{Code, Language};
use crate::till::ledger::Alarm;
use crate::till::sentences::{Left, hint, sentence};
use crate::till::{DifferenceKind, clock};

/// Reads the alarms that nobody has acknowledged. Sends nothing.
///
/// An alarm means that a verdict was wrong: the till reported one thing, and the platform has since done
/// another.
///
/// reply: NULL, or receives a reply with alarms: how many there are; and the list "alarm", oldest first, with
///        id, raised (Beijing time), and kind, out_trade_no, dm_id, here_fen, here, there_fen, there,
///        message_zh, message_en, hint_zh and hint_en as in a difference of wsy_reconcile.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_LEDGER or WSY_ERR_HANDLE.
///
/// # Safety
/// `reply` is NULL or points to a pointer.
///
/// # Stdcall
/// Lists the alarms that nobody has acknowledged: verdicts that turned out to be wrong.
/// 尚未确认的警报：事后发现与平台不符的结果。
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsy_alarms(client: *mut wsy_client, reply: *mut *mut wsy_reply) -> i32 {
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let alarms = client.till.ledger().alarms()?;
        Ok(Draft::new(Code::Ok)
            .left(&Left { alarms: alarms.len(), ..Left::default() })
            .field(names::ALARMS, alarms.len())
            .list(names::LIST_ALARM, alarms.iter().map(alarm_fields)))
    })
}

/// Acknowledges an alarm: a person has seen it and has done what was necessary.
///
/// It is not listed again. The ledger keeps it, with the time and the person.
///
/// alarm_id: the alarm's id from wsy_alarms.
/// by:       the person, such as a cashier's name or number; must not be empty.
/// reply:    NULL, or receives a reply.
///
/// Threads: any.
///
/// Returns WSY_OK, WSY_ERR_NO_ALARM, WSY_ERR_LEDGER, WSY_ERR_TEXT, WSY_ERR_ARGUMENT or WSY_ERR_HANDLE.
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
    // SAFETY: `by` is NULL or a string, as this function asks.
    let by = unsafe { CText::new(by) };
    // SAFETY: `reply` is NULL or points to a pointer, as this function asks.
    let reply = unsafe { Out::new(reply) };
    answer(client, &reply, |client| {
        let by = client.filled(by)?;
        client.till.acknowledge(i64::from(alarm_id), &by)?;
        Ok(Draft::new(Code::Ok))
    })
}

fn alarm_fields(alarm: &Alarm) -> Fields {
    let row = &alarm.about;
    let fields = Fields::default()
        .with(names::ID, alarm.id)
        .with(names::RAISED, clock::stamp(alarm.raised_ms))
        .with(names::KIND, row.kind.word())
        .with(names::OUT_TRADE_NO, row.out_trade_no.as_ref())
        .with(names::DM_ID, row.dm_id.as_ref());
    about(fields, DifferenceKind::Alarm(row.kind), row.here_fen, row.there_fen)
}

/// Adds the amounts on both sides and the meaning of the difference.
pub(super) fn about(fields: Fields, kind: DifferenceKind, here_fen: i64, there_fen: i64) -> Fields {
    fields
        .with(names::HERE_FEN, here_fen)
        .with(names::HERE, yuan(here_fen))
        .with(names::THERE_FEN, there_fen)
        .with(names::THERE, yuan(there_fen))
        .with(names::MESSAGE_ZH, sentence(kind, Language::Zh))
        .with(names::MESSAGE_EN, sentence(kind, Language::En))
        .with(names::HINT_ZH, hint(kind, Language::Zh))
        .with(names::HINT_EN, hint(kind, Language::En))
}
