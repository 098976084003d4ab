//! The ledger's interface to the driver.

use crate::driver::RowId;
use crate::payment::bill::LatePayment;
use crate::payment::decision::Decision;
use crate::payment::evidence::Tie;
use crate::payment::reconciliation::NewAlarm;
use crate::payment::row::{ChargeRow, Moment, NewCharge, NewRefund, RefundRow};
use crate::payment::{LedgerError, PersistError};

/// A ledger. What it writes is durable when the call returns.
pub trait Store {
    /// Every attempt on a bill, the first one first.
    fn charges(&self, out_trade_no: &str) -> Result<Vec<ChargeRow>, LedgerError>;
    /// The charge with this row id.
    fn charge(&self, id: i64) -> Result<ChargeRow, LedgerError>;
    /// Every charge that an auth code was used for, by what
    /// [`Context::print`](crate::driver::Context::print) makes of it.
    fn charges_with_code(&self, code_print: &str) -> Result<Vec<ChargeRow>, LedgerError>;
    /// Undecided charges, the oldest first.
    fn open_charges(&self) -> Result<Vec<ChargeRow>, LedgerError>;
    /// The charge of a platform order that is paid, or that a person decided as paid.
    fn charge_of_order(&self, dm_id: &str) -> Result<Option<ChargeRow>, LedgerError>;
    /// Whether a person has decided that a charge of this bill is paid.
    fn is_decided_paid(&self, out_trade_no: &str) -> Result<bool, LedgerError>;
    /// The bill of another charge that owns a platform order by a tie at least as strong as `tie`.
    fn other_owner(&self, id: i64, dm_id: &str, tie: Tie) -> Result<Option<String>, LedgerError>;
    /// Payments of a bill that were found after it was reported as not paid, in the order in which they were
    /// found.
    fn paid_there(&self, out_trade_no: &str) -> Result<Vec<LatePayment>, LedgerError>;
    /// The bill that a platform order was later found to have paid.
    fn bill_paid_there(&self, dm_id: &str) -> Result<Option<String>, LedgerError>;
    /// The refund with this number of the caller.
    fn refund(&self, out_refund_no: &str) -> Result<Option<RefundRow>, LedgerError>;
    /// The refunds of a platform order.
    fn refunds_of_order(&self, dm_id: &str) -> Result<Vec<RefundRow>, LedgerError>;
    /// Undecided refunds, the oldest first.
    fn open_refunds(&self) -> Result<Vec<RefundRow>, LedgerError>;
    /// Writes the intent of a charge.
    fn begin_charge(&self, new: &NewCharge<'_>) -> Result<ChargeRow, LedgerError>;
    /// Overwrites an open charge, except for the request to void: where there is one, `told_ms` stays empty,
    /// since the caller gets the void as the outcome and the sale is not unfinished. Fails with
    /// [`PersistError::OrderTaken`] where another bill owns its order by an equally strong tie, and with
    /// [`PersistError::Closed`] where the charge is no longer open. Another charge that owns the order by a
    /// weaker tie loses it in the same write, see [`ChargeRow::without_order`]. Returns the day of the
    /// outcome as written, which is later than any closed day; empty for a charge that stays open.
    fn write_charge(&self, row: &ChargeRow) -> Result<String, PersistError>;
    /// Writes the intent of a refund. The number of a refund that was never sent can be reused.
    fn begin_refund(&self, new: &NewRefund<'_>) -> Result<RefundRow, LedgerError>;
    /// Records a refund that was made elsewhere, without a line of its own, in one write.
    fn note_refund(&self, new: &NewRefund<'_>) -> Result<(), PersistError>;
    /// Overwrites an open refund. Fails with [`PersistError::Closed`] where it is no longer open. Returns the
    /// day of the outcome as [`Store::write_charge`] does.
    fn write_refund(&self, row: &RefundRow) -> Result<String, PersistError>;
    /// Charges that began or ended on a day, `2026-11-22`, were found on it to be paid after all, or were
    /// paid on it by the platform's time; and decided charges of any day that were never reconciled.
    fn charges_to_reconcile(&self, day: &str) -> Result<Vec<ChargeRow>, LedgerError>;
    /// The same for refunds.
    fn refunds_to_reconcile(&self, day: &str) -> Result<Vec<RefundRow>, LedgerError>;
    /// Marks rows that the platform has responded about; skips undecided ones.
    fn set_reconciled(&self, rows: &[RowId]) -> Result<(), LedgerError>;
    /// Raises an alarm; one that was raised before, acknowledged or not, stays as it is. The first alarm that
    /// a charge was paid after all sets the day on which that was found, see [`ChargeRow::late_day`].
    fn raise(&self, alarm: &NewAlarm, now: &Moment) -> Result<(), LedgerError>;
    /// Records that a charge is reported as paid at this time, which finishes the sale; `None` records that
    /// nobody received the report.
    fn set_told(&self, charge: i64, told_ms: Option<i64>) -> Result<(), LedgerError>;
    /// Paid charges whose report is not known to have been received, the oldest first.
    fn unfinished(&self) -> Result<Vec<ChargeRow>, LedgerError>;
    /// Writes a person's decision and the resulting charge in one write; where it `ends_wish`, the bill's
    /// request to void is withdrawn as well. Returns the day of the outcome as [`Store::write_charge`] does.
    fn decide_charge(
        &self,
        row: &ChargeRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Moment,
    ) -> Result<String, LedgerError>;
    /// The same for a refund.
    fn decide_refund(
        &self,
        row: &RefundRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Moment,
    ) -> Result<String, LedgerError>;
    /// Sets or withdraws the request to void a bill.
    fn wish_void(&self, out_trade_no: &str, wish: bool) -> Result<(), LedgerError>;
}
