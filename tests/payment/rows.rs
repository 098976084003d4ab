//! Rows of the ledger, for the stories that need some.

use wsy::non_empty::NonEmpty;
use wsy::payment::bill::{ChargeState, RefundState};
use wsy::payment::evidence::Evidence;
use wsy::payment::refund::{Before, Known};
use wsy::payment::row::{ChargeRow, Moment, RefundRow, Wallet};
use wsy::protocol::receipt::Placeholders;

/// A moment of 2026-11-22.
pub fn at(ms: i64) -> Moment {
    Moment { ms, day: DAY.to_owned() }
}

/// Its day.
pub const DAY: &str = "2026-11-22";

/// A payment type before any response named it.
pub fn wallet() -> Wallet {
    Wallet { paytype: "weixin".to_owned(), ..Wallet::default() }
}

/// An open charge of 1.00 by the device D1.
pub fn charge() -> ChargeRow {
    ChargeRow {
        id: 1,
        out_trade_no: "B1".to_owned(),
        attempt: 1,
        device_id: "D1".to_owned(),
        total_fen: 100,
        wallet: wallet(),
        code_masked: "13****01".to_owned(),
        code_print: "print".to_owned(),
        auth_code: Some("sealed".to_owned()),
        state: ChargeState::Open,
        operator_id: String::new(),
        started_ms: 1,
        day: DAY.to_owned(),
        ended_ms: None,
        told_ms: None,
        dm_id: None,
        pay_id: String::new(),
        pay_time: None,
        openid: String::new(),
        reason: String::new(),
        printinfo: None,
        needs_person: None,
        server: NonEmpty::of("http://platform"),
        evidence: Evidence::default(),
        to_void: false,
        is_unfinished: false,
        ended_day: None,
        late_day: None,
        placeholders: Placeholders::default(),
    }
}

/// An open refund of 0.40 of the order dm1.
pub fn refund() -> RefundRow {
    RefundRow {
        id: 1,
        out_refund_no: "R1".to_owned(),
        out_trade_no: NonEmpty::of("B1"),
        dm_id: "dm1".to_owned(),
        wallet: wallet(),
        device_id: "D1".to_owned(),
        refund_fen: 40,
        state: RefundState::Open,
        before: Before::default(),
        started_ms: 1,
        day: DAY.to_owned(),
        ended_ms: None,
        pay_id: String::new(),
        refund_id: String::new(),
        pay_time: None,
        reason: String::new(),
        printinfo: None,
        server: NonEmpty::of("http://platform"),
        known: Known::default(),
        lines: Before::default(),
        operator_id: String::new(),
        ended_day: None,
    }
}
