//! What the driver needs of a ledger.

use crate::driver::RowId;
use crate::payment::bill::LatePayment;
use crate::payment::decision::Decision;
use crate::payment::evidence::Tie;
use crate::payment::reconciliation::NewAlarm;
use crate::payment::row::{ChargeRow, Moment, NewCharge, NewRefund, RefundRow};
use crate::payment::{LedgerError, PersistError};

/// The ledger, as the driver needs it. What it writes is durable when the call returns.
pub trait Store {
    /// Every attempt on a bill, the first one first.
    fn charges(&self, out_trade_no: &str) -> Result<Vec<ChargeRow>, LedgerError>;
    /// The charge with this row number.
    fn charge(&self, id: i64) -> Result<ChargeRow, LedgerError>;
    /// Every charge that an auth code was used for, by the code's fingerprint.
    fn charges_with_code(&self, code_print: &str) -> Result<Vec<ChargeRow>, LedgerError>;
    /// Charges that are not decided, the oldest first.
    fn open_charges(&self) -> Result<Vec<ChargeRow>, LedgerError>;
    /// The charge of a platform's order that is paid, or that a person decided as paid.
    fn charge_of_order(&self, dm_id: &str) -> Result<Option<ChargeRow>, LedgerError>;
    /// Whether a person has decided that a charge of this bill is paid.
    fn is_decided_paid(&self, out_trade_no: &str) -> Result<bool, LedgerError>;
    /// The bill of a charge other than this one that an order of the platform
    /// belongs to, by a tie that is at least as strong as `tie`.
    fn other_owner(&self, id: i64, dm_id: &str, tie: Tie) -> Result<Option<String>, LedgerError>;
    /// What of a bill turned out to be paid after it was reported as
    /// not paid, in the order in which it was found.
    fn paid_there(&self, out_trade_no: &str) -> Result<Vec<LatePayment>, LedgerError>;
    /// The bill that an order of the platform turned out to have paid.
    fn bill_paid_there(&self, dm_id: &str) -> Result<Option<String>, LedgerError>;
    /// The refund with this number of the caller.
    fn refund(&self, out_refund_no: &str) -> Result<Option<RefundRow>, LedgerError>;
    /// Refunds of a platform's order.
    fn refunds_of_order(&self, dm_id: &str) -> Result<Vec<RefundRow>, LedgerError>;
    /// Refunds that are not decided, the oldest first.
    fn open_refunds(&self) -> Result<Vec<RefundRow>, LedgerError>;
    /// Writes the intent of a charge.
    fn begin_charge(&self, new: &NewCharge<'_>) -> Result<ChargeRow, LedgerError>;
    /// Writes a charge that was open over what is there, but for the wish to void: where there is one,
    /// `told_ms` stays empty, since whoever waits is told that, and it is no unfinished sale. Fails with
    /// [`PersistError::OrderTaken`] where another bill has its order by a tie that is as strong, and with
    /// [`PersistError::Closed`] where it is not open any more. Another charge that has the order by a weaker
    /// tie loses it in the same write, see [`ChargeRow::without_order`]. Returns the day of the outcome as it
    /// was written, which is later than any day that is closed; empty for a charge that stays open.
    fn write_charge(&self, row: &ChargeRow) -> Result<String, PersistError>;
    /// Writes the intent of a refund. A number whose refund was never sent is used again.
    fn begin_refund(&self, new: &NewRefund<'_>) -> Result<RefundRow, LedgerError>;
    /// Writes a refund that was made elsewhere, without a line of its own, in one write.
    fn note_refund(&self, new: &NewRefund<'_>) -> Result<(), PersistError>;
    /// Writes a refund that was open over what is there. Fails with [`PersistError::Closed`] where it is not
    /// open any more. Returns the day of the outcome as [`Store::write_charge`] does.
    fn write_refund(&self, row: &RefundRow) -> Result<String, PersistError>;
    /// Charges that were begun or ended on a day, `2026-11-22`, found on it to be paid after all, or paid on
    /// it by the platform's time; and those of any day that are
    /// decided and were never reconciled.
    fn charges_to_reconcile(&self, day: &str) -> Result<Vec<ChargeRow>, LedgerError>;
    /// The same of refunds.
    fn refunds_to_reconcile(&self, day: &str) -> Result<Vec<RefundRow>, LedgerError>;
    /// The platform has answered about these rows. Those that are not decided are left out.
    fn set_reconciled(&self, rows: &[RowId]) -> Result<(), LedgerError>;
    /// Raises an alarm; one that was raised before, acknowledged or not, stays as it is. By the first one
    /// that its charge was paid after all, the charge has a day of that, see [`ChargeRow::late_day`].
    fn raise(&self, alarm: &NewAlarm, now: &Moment) -> Result<(), LedgerError>;
    /// "Paid" is told of a charge at this time, which finishes the sale; or,
    /// where there is none, it was told and nobody heard it.
    fn set_told(&self, charge: i64, told_ms: Option<i64>) -> Result<(), LedgerError>;
    /// Charges that are paid where nobody is known to have heard that, the oldest first.
    fn unfinished(&self) -> Result<Vec<ChargeRow>, LedgerError>;
    /// Writes what a person decided and the charge that came of it, and where it `ends_wish`, that its bill
    /// is not to be undone any more, in one write. Returns the day of
    /// the outcome as [`Store::write_charge`] does.
    fn decide_charge(
        &self,
        row: &ChargeRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Moment,
    ) -> Result<String, LedgerError>;
    /// The same of a refund.
    fn decide_refund(
        &self,
        row: &RefundRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Moment,
    ) -> Result<String, LedgerError>;
    /// The bill is to be undone, or not any more.
    fn wish_void(&self, out_trade_no: &str, wish: bool) -> Result<(), LedgerError>;
}
