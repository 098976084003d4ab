//! The ledger's rows, as lines for people and as objects for scripts. No auth code is in either but masked.

use serde_json::{Value, json};
use wsy::protocol::amount::yuan;
use wsy::till::clock;
use wsy::till::code::Language;
use wsy::till::ledger::{ChargeRow, RefundRow};

use crate::wording::{pick, state};

pub fn charge_line(row: &ChargeRow, language: Language) -> String {
    let (bill, unit) = pick(language, ("收款", "元"), ("charge", "yuan"));
    let about = about(&row.needs_person, &row.reason);
    format!(
        "{bill} {} #{}  {} {unit}  {}  {}  {about}",
        row.out_trade_no,
        row.attempt,
        yuan(row.total_fen.into()),
        state(row.state.word(), language),
        clock::stamp(row.started_ms),
    )
    .trim_end()
    .to_owned()
}

pub fn refund_line(row: &RefundRow, language: Language) -> String {
    let (refund, unit) = pick(language, ("退款", "元"), ("refund", "yuan"));
    let about = about(row.needs_person(), &row.reason);
    format!(
        "{refund} {}  {} {unit}  {}  {}  {about}",
        row.out_refund_no,
        yuan(row.refund_fen.into()),
        state(row.state.word(), language),
        clock::stamp(row.started_ms),
    )
    .trim_end()
    .to_owned()
}

/// What a person has to look at comes before why it ended so.
const fn about<'a>(needs_person: &'a str, reason: &'a str) -> &'a str {
    if needs_person.is_empty() { reason } else { needs_person }
}

pub fn charge(row: &ChargeRow) -> Value {
    json!({
        "out_trade_no": row.out_trade_no,
        "attempt": row.attempt,
        "state": row.state.word(),
        "total_fen": row.total_fen,
        "total": yuan(row.total_fen.into()),
        "paytype": row.wallet.paytype,
        "pay_type": row.wallet.pay_type,
        "pay_name": row.wallet.pay_name,
        "auth_code": row.code_masked,
        "dm_id": row.dm_id,
        "pay_id": row.pay_id,
        "pay_time": row.pay_time,
        "reason": row.reason,
        "needs_person": row.needs_person,
        "started": clock::stamp(row.started_ms),
        "ended": row.ended_ms.map(clock::stamp).unwrap_or_default(),
        "told": row.told_ms.map(clock::stamp).unwrap_or_default(),
        "paid_late": row.is_paid_late(),
        "operator_id": row.operator_id,
        "device_id": row.device_id,
    })
}

pub fn refund(row: &RefundRow) -> Value {
    json!({
        "out_refund_no": row.out_refund_no,
        "out_trade_no": row.out_trade_no,
        "state": row.state.word(),
        "refund_fen": row.refund_fen,
        "refund": yuan(row.refund_fen.into()),
        "dm_id": row.dm_id,
        "paytype": row.wallet.paytype,
        "pay_type": row.wallet.pay_type,
        "pay_name": row.wallet.pay_name,
        "pay_id": row.pay_id,
        "refund_id": row.refund_id,
        "pay_time": row.pay_time,
        "reason": row.reason,
        "needs_person": row.needs_person(),
        "started": clock::stamp(row.started_ms),
        "ended": row.ended_ms.map(clock::stamp).unwrap_or_default(),
        "device_id": row.device_id,
    })
}
