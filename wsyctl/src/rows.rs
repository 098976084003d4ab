//! The ledger's rows, as lines for people and as objects for scripts. Auth codes are masked in both.

use serde_json::{Value, json};
use wsy::non_empty::or_empty;
use wsy::protocol::amount::yuan;
use wsy::till::clock;
use wsy::till::code::Language;
use wsy::till::ledger::{ChargeRow, RefundRow};

use crate::wording::{pick, state};

pub fn charge_line(row: &ChargeRow, language: Language) -> String {
    let (bill, unit) = pick(language, ("收款", "元"), ("charge", "yuan"));
    // Work for a person takes precedence over the reason of the outcome.
    let about = row.needs_person.as_deref().unwrap_or(&row.reason);
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
    let about = row.needs_person().unwrap_or(&row.reason);
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

pub fn charge(row: &ChargeRow) -> Value {
    json!({
        "out_trade_no": row.out_trade_no,
        "attempt": row.attempt,
        "state": row.state.word(),
        "total_fen": row.total_fen,
        "total": yuan(row.total_fen.into()),
        "paytype": row.wallet.paytype,
        "pay_type": or_empty(&row.wallet.pay_type),
        "pay_name": or_empty(&row.wallet.pay_name),
        "auth_code": row.code_masked,
        "dm_id": or_empty(&row.dm_id),
        "pay_id": row.pay_id,
        "pay_time": or_empty(&row.pay_time),
        "reason": row.reason,
        "needs_person": or_empty(&row.needs_person),
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
        "out_trade_no": or_empty(&row.out_trade_no),
        "state": row.state.word(),
        "refund_fen": row.refund_fen,
        "refund": yuan(row.refund_fen.into()),
        "dm_id": row.dm_id,
        "paytype": row.wallet.paytype,
        "pay_type": or_empty(&row.wallet.pay_type),
        "pay_name": or_empty(&row.wallet.pay_name),
        "pay_id": row.pay_id,
        "refund_id": row.refund_id,
        "pay_time": or_empty(&row.pay_time),
        "reason": row.reason,
        "needs_person": row.needs_person().unwrap_or_default(),
        "started": clock::stamp(row.started_ms),
        "ended": row.ended_ms.map(clock::stamp).unwrap_or_default(),
        "device_id": row.device_id,
    })
}
