//! That a bill is told as paid, and that it was not after all.

use crate::driver::{Context, Error, Store};
use crate::payment::row::ChargeRow;

/// It is told now; on record when this returns.
pub(super) fn tell<C: Context>(context: &C, charge: i64, told_ms: i64) -> Result<(), Error> {
    context.store().set_told(charge, Some(told_ms))?;
    context.keep_untold(charge, false);
    Ok(())
}

/// Nobody hears it. Where that cannot be written down, this process knows it
/// all the same: the bill would count as told for ever.
pub(super) fn untell<C: Context>(context: &C, charge: i64) -> Result<(), Error> {
    let taken_back = context.store().set_told(charge, None);
    context.keep_untold(charge, taken_back.is_err());
    Ok(taken_back?)
}

/// A row of the ledger as this process knows it.
pub(super) fn as_told<C: Context>(context: &C, row: ChargeRow) -> ChargeRow {
    if context.untold().contains(&row.id) {
        ChargeRow { told_ms: None, is_unfinished: true, ..row }
    } else {
        row
    }
}
