//! Bills as the ledger knows them: rows on the one hand, what they come to on the other.

use crate::payment::bill::{Attempt, Bill, Refunded};
use crate::till::Till;
use crate::till::error::Error;
use crate::till::ledger::{ChargeRow, ChargeState, RefundRow};

/// A bill with its rows.
pub(super) struct Account {
    /// The attempts, the first one first; one that turned out to be paid after all counts as paid.
    pub rows: Vec<ChargeRow>,
    /// What they come to.
    pub bill: Bill,
}

impl Till {
    /// A bill by the caller's number.
    pub(super) fn account(&self, out_trade_no: &str) -> Result<Account, Error> {
        let mut rows = self.ledger.charges(out_trade_no)?;
        if !rows.is_empty() {
            for (dm_id, fen) in self.ledger.paid_there(out_trade_no)? {
                pay_late(&mut rows, &dm_id, fen);
            }
        }
        let mut refunds = Vec::new();
        for row in rows.iter().filter(|row| row.state == ChargeState::Paid) {
            refunds.extend(self.ledger.refunds_of_order(&row.dm_id)?.iter().map(refunded));
        }
        let bill = Bill {
            attempts: rows.iter().map(attempt).collect(),
            refunds,
            to_void: rows.iter().any(|row| row.to_void),
        };
        Ok(Account { rows, bill })
    }
}

/// A later look at the platform has found an order of an attempt that was reported as not paid: by our own record it is paid.
fn pay_late(rows: &mut [ChargeRow], dm_id: &str, fen: i64) {
    let is_known = rows.iter().any(|row| row.state == ChargeState::Paid && row.dm_id == dm_id);
    let fits = |row: &&mut ChargeRow| {
        row.state == ChargeState::NotPaid && i64::from(row.total_fen) == fen && !is_known
    };
    if let Some(row) = rows.iter_mut().rev().find(fits) {
        row.state = ChargeState::Paid;
        dm_id.clone_into(&mut row.dm_id);
    }
}

fn attempt(row: &ChargeRow) -> Attempt {
    Attempt {
        state: row.state,
        fen: i64::from(row.total_fen),
        order: row.dm_id.clone(),
        code: row.code_print.clone(),
    }
}

fn refunded(row: &RefundRow) -> Refunded {
    Refunded {
        number: row.out_refund_no.clone(),
        state: row.state,
        fen: i64::from(row.refund_fen),
        order: row.dm_id.clone(),
    }
}
