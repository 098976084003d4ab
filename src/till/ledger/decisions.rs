//! What people decided about rows that the platform's answers did not decide. A decision is added and never changed.

use rusqlite::{Row, params};

use super::{Ledger, LedgerError};
use crate::driver::RowId;
use crate::till::clock;

/// How a person decides a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// The charge was paid.
    Paid,
    /// The charge was not paid.
    NotPaid,
    /// The refund was made.
    Refunded,
    /// The refund was not made.
    NotRefunded,
    /// The row stays as it is.
    Keep,
}

impl Decided {
    const ALL: [Self; 5] = [Self::Paid, Self::NotPaid, Self::Refunded, Self::NotRefunded, Self::Keep];

    /// The word for it in the ledger.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::NotPaid => "not_paid",
            Self::Refunded => "refunded",
            Self::NotRefunded => "not_refunded",
            Self::Keep => "keep",
        }
    }
}

/// A decision to write down. The ledger refuses one that does not fit the kind of its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDecision {
    /// About which row.
    pub row: RowId,
    /// How it is decided.
    pub decided: Decided,
    /// By whom.
    pub by: String,
    /// Why.
    pub why: String,
}

/// A decision that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// Wall time, ms since 1970.
    pub decided_ms: i64,
    /// What was decided.
    pub about: NewDecision,
}

impl Ledger {
    /// Writes down what a person decided. Durable when this returns.
    pub fn decide(&self, decision: &NewDecision) -> Result<(), LedgerError> {
        let (kind, row_id) = kind_and_id(decision.row);
        self.write(|tx, number| {
            tx.execute(
                "INSERT INTO decision (kind, row_id, word, decided_by, why, decided_ms, changed) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    kind,
                    row_id,
                    decision.decided.word(),
                    decision.by,
                    decision.why,
                    clock::wall(),
                    number
                ],
            )?;
            Ok(())
        })
    }

    /// What was decided about a row, the oldest decision first.
    pub fn decisions(&self, row: RowId) -> Result<Vec<Decision>, LedgerError> {
        let (kind, row_id) = kind_and_id(row);
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT id, word, decided_by, why, decided_ms FROM decision \
             WHERE kind = ?1 AND row_id = ?2 ORDER BY id",
        )?;
        let rows = statement.query_map(params![kind, row_id], |found| decision(found, row))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

const fn kind_and_id(row: RowId) -> (&'static str, i64) {
    match row {
        RowId::Charge(id) => ("charge", id),
        RowId::Refund(id) => ("refund", id),
    }
}

fn decision(found: &Row<'_>, row: RowId) -> rusqlite::Result<Decision> {
    let word: String = found.get("word")?;
    let decided = Decided::ALL.into_iter().find(|decided| decided.word() == word);
    Ok(Decision {
        id: found.get("id")?,
        decided_ms: found.get("decided_ms")?,
        about: NewDecision {
            row,
            decided: decided.ok_or_else(|| super::unknown_state(&word))?,
            by: found.get("decided_by")?,
            why: found.get("why")?,
        },
    })
}
