//! Totals of the outcomes of a day: overall, by wallet, by cashier and by state.

use std::collections::BTreeMap;

use crate::payment::bill::{ChargeState, RefundState};
use crate::payment::row::{ChargeRow, RefundRow};

/// The state under which the totals list a charge that was paid after it was reported as not paid.
pub const PAID_LATE: &str = "paid_late";

/// A number of outcomes and their money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The number of outcomes.
    pub count: usize,
    /// The sum that was paid, in fen.
    pub paid_fen: i64,
    /// The sum that was refunded, in fen.
    pub refunded_fen: i64,
}

impl Sums {
    fn add(&mut self, (paid_fen, refunded_fen): (i64, i64)) {
        self.count += 1;
        self.paid_fen += paid_fen;
        self.refunded_fen += refunded_fen;
    }
}

/// The totals of a day. Each list adds up to the same sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All outcomes of the day.
    pub all: Sums,
    /// By the `paytype` of the charge.
    pub wallets: BTreeMap<String, Sums>,
    /// By the cashier.
    pub operators: BTreeMap<String, Sums>,
    /// By the state.
    pub states: BTreeMap<&'static str, Sums>,
}

impl Totals {
    /// Adds up the outcomes of a day. Charges that were never sent are not counted, nor are those whose
    /// outcome nobody knows, such as a refund in conflict; once a person has decided one, it counts for the
    /// day of the decision. A charge that was paid after it was reported as not paid counts as a separate
    /// outcome, because the day of the first one may be closed and already reported.
    pub fn of(day: &str, charges: &[ChargeRow], refunds: &[RefundRow]) -> Self {
        let mut totals = Self::default();
        let is_outcome = |row: &&ChargeRow| !matches!(row.state, ChargeState::Open | ChargeState::NotSent);
        for row in charges.iter().filter(is_outcome).filter(|row| row.ended_day.as_deref() == Some(day)) {
            let money = (if row.state.is_paid() { i64::from(row.total_fen) } else { 0 }, 0);
            totals.add(&row.wallet.paytype, &row.operator_id, row.state.word(), money);
        }
        for row in charges.iter().filter(|row| row.late_day.as_deref() == Some(day)) {
            totals.add(&row.wallet.paytype, &row.operator_id, PAID_LATE, (i64::from(row.total_fen), 0));
        }
        let is_outcome = |row: &&RefundRow| !row.state.is_undecided() && row.state != RefundState::NotSent;
        for row in refunds.iter().filter(is_outcome).filter(|row| row.ended_day.as_deref() == Some(day)) {
            let money = (0, if row.state.is_made() { i64::from(row.refund_fen) } else { 0 });
            totals.add(&row.wallet.paytype, &row.operator_id, row.state.word(), money);
        }
        totals
    }

    fn add(&mut self, wallet: &str, operator: &str, state: &'static str, money: (i64, i64)) {
        self.all.add(money);
        self.wallets.entry(wallet.to_owned()).or_default().add(money);
        self.operators.entry(operator.to_owned()).or_default().add(money);
        self.states.entry(state).or_default().add(money);
    }
}

/// Returns the day of a platform time such as `2026-11-22 10:00:00`.
pub fn of_time(time: &str) -> Option<&str> {
    time.trim().get(..10).filter(|day| day.bytes().filter(|byte| *byte == b'-').count() == 2)
}
