//! Reporting a bill as paid, and retracting a report that nobody received.

use crate::driver::{Context, Error, Store};
use crate::payment::row::ChargeRow;

/// Records the charge as reported; durable when this returns.
pub(super) fn report_paid<C: Context>(context: &C, charge: i64, told_ms: i64) -> Result<(), Error> {
    context.store().set_told(charge, Some(told_ms))?;
    context.keep_untold(charge, false);
    Ok(())
}

/// Retracts a report that nobody receives. If the ledger cannot record that, this process remembers it, since
/// the bill would otherwise count as reported forever.
pub(super) fn retract<C: Context>(context: &C, charge: i64) -> Result<(), Error> {
    let taken_back = context.store().set_told(charge, None);
    context.keep_untold(charge, taken_back.is_err());
    Ok(taken_back?)
}

/// Applies to a ledger row what this process knows of its report.
pub(super) fn as_reported<C: Context>(context: &C, row: ChargeRow) -> ChargeRow {
    if context.untold().contains(&row.id) {
        ChargeRow { told_ms: None, is_unfinished: true, ..row }
    } else {
        row
    }
}
