//! The rows of the ledger as fields, and the work that they leave.

use crate::capi::draft::Draft;
use crate::capi::fields::Fields;
use crate::capi::names;
use crate::payment::decision::Decision;
use crate::protocol::amount::yuan;
use crate::till::clock;
use crate::till::code::Code;
use crate::till::ledger::{ChargeRow, ChargeState, Decided, Listed, RefundRow, RefundState};
use crate::till::sentences::Left;

/// A reply with these rows.
pub fn rows_of(charges: &[ChargeRow], refunds: &[RefundRow]) -> Draft {
    let left = left_of(charges, refunds);
    Draft::new(Code::Ok)
        .left(&left)
        .field(names::OPEN, left.charges + left.undoing + left.refunds + left.persons)
        .list(names::LIST_CHARGE, charges.iter().map(charge_fields))
        .list(names::LIST_REFUND, refunds.iter().map(refund_fields))
}

/// The work that these rows leave.
pub fn left_of(charges: &[ChargeRow], refunds: &[RefundRow]) -> Left {
    let of_state = |state| refunds.iter().filter(|row| row.state == state).count();
    Left {
        charges: charges.iter().filter(|row| row.state == ChargeState::Open).count(),
        undoing: charges.iter().filter(|row| is_to_be_voided(row)).count(),
        refunds: of_state(RefundState::Open),
        persons: of_state(RefundState::Conflict),
        ..Left::default()
    }
}

/// Returns whether a charge is settled and its bill is still to be voided. It stays on the list until it is
/// voided, even if it was not paid: the wish is still open, and the platform may have taken the money after
/// all.
pub fn is_to_be_voided(row: &ChargeRow) -> bool {
    row.to_void && row.state != ChargeState::Open
}

/// The text about what a person has to check.
fn person(row: &ChargeRow) -> Option<&str> {
    row.needs_person.as_deref().or_else(|| match row.state {
        ChargeState::Paid if row.to_void => Some("paid, and still to be voided"),
        _ if is_to_be_voided(row) => Some("still to be voided"),
        _ => None,
    })
}

/// The fields of a decision.
pub fn decision_fields(decided: &Decided) -> Fields {
    let Decision { verdict, by, why } = &decided.decision;
    Fields::default()
        .with(names::DECISION, verdict.word())
        .with(names::DECIDED_BY, by)
        .with(names::WHY, why)
        .with(names::DECIDED, clock::stamp(decided.ms))
}

/// The same, with the numbers of its bill or refund.
pub fn listed_fields(listed: &Listed) -> Fields {
    Fields::default()
        .with(names::OUT_TRADE_NO, &listed.out_trade_no)
        .with(names::ATTEMPT, listed.attempt)
        .with(names::OUT_REFUND_NO, &listed.out_refund_no)
        .and(decision_fields(&listed.decided))
}

/// The fields of a charge.
pub fn charge_fields(row: &ChargeRow) -> Fields {
    Fields::with_capacity(24)
        .with(names::OUT_TRADE_NO, &row.out_trade_no)
        .with(names::ATTEMPT, row.attempt)
        .with(names::STATE, row.state.word())
        .with(names::TOTAL_FEN, row.total_fen)
        .with(names::TOTAL, yuan(i64::from(row.total_fen)))
        .with(names::PAYTYPE, &row.wallet.paytype)
        .with(names::PAY_TYPE, row.wallet.pay_type.as_ref())
        .with(names::PAY_NAME, row.wallet.pay_name.as_ref())
        .with(names::AUTH_CODE, &row.code_masked)
        .with(names::DM_ID, row.dm_id.as_ref())
        .with(names::PAY_ID, &row.pay_id)
        .with(names::PAY_TIME, row.pay_time.as_ref())
        .with(names::OPENID, &row.openid)
        .with(names::REASON, &row.reason)
        .with(names::STARTED, clock::stamp(row.started_ms))
        .with(names::ENDED, row.ended_ms.map(clock::stamp))
        .with(names::DAY, &row.day)
        .with(names::ENDED_DAY, row.ended_day.as_ref())
        .with(names::TOLD, row.told_ms.map(clock::stamp))
        .with(names::PAID_LATE, row.is_paid_late())
        .with(names::OPERATOR_ID, &row.operator_id)
        .with(names::NEEDS_PERSON, person(row).map(str::to_owned))
        .with(names::DEVICE_ID, &row.device_id)
        .receipt(row.printinfo.as_ref())
}

/// The fields of a refund.
pub fn refund_fields(row: &RefundRow) -> Fields {
    Fields::with_capacity(22)
        .with(names::OUT_REFUND_NO, &row.out_refund_no)
        .with(names::OUT_TRADE_NO, row.out_trade_no.as_ref())
        .with(names::DM_ID, &row.dm_id)
        .with(names::STATE, row.state.word())
        .with(names::REFUND_FEN, row.refund_fen)
        .with(names::REFUND, yuan(i64::from(row.refund_fen)))
        .with(names::PAYTYPE, &row.wallet.paytype)
        .with(names::PAY_TYPE, row.wallet.pay_type.as_ref())
        .with(names::PAY_NAME, row.wallet.pay_name.as_ref())
        .with(names::PAY_ID, &row.pay_id)
        .with(names::REFUND_ID, &row.refund_id)
        .with(names::PAY_TIME, row.pay_time.as_ref())
        .with(names::REASON, &row.reason)
        .with(names::STARTED, clock::stamp(row.started_ms))
        .with(names::ENDED, row.ended_ms.map(clock::stamp))
        .with(names::DAY, &row.day)
        .with(names::ENDED_DAY, row.ended_day.as_ref())
        .with(names::OPERATOR_ID, &row.operator_id)
        .with(names::NEEDS_PERSON, row.needs_person().map(str::to_owned))
        .with(names::DEVICE_ID, &row.device_id)
        .receipt(row.printinfo.as_ref())
}
