//! The days of the ledger: which rows belong to each, and which days are closed.

use rusqlite::{Connection, OptionalExtension, params};

use super::archive::archived_part;
use super::{ChargeRow, Ledger, LedgerError, RefundRow, rows};
use crate::driver::RowId;

/// The closing of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Wall time, ms since 1970.
    pub ms: i64,
    /// Who closed it.
    pub by: String,
}

impl Ledger {
    /// Charges that began or ended on a day, `2026-11-22`, or were found on it to be paid after all, the
    /// oldest first.
    pub fn charges_of_day(&self, day: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        // One look at both files: a bill may come back between two.
        let (reads, connection) = (self.reads_archive(day)?, self.lock()?);
        let mut charges = rows::charges(&connection, &of_day("charge"), [day])?;
        if reads {
            let condition = archived_part("charge", &ids_of_day("archive.charge"));
            charges.extend(self.asked(rows::archived_charges(&connection, &condition, [day]))?);
            charges.sort_by_key(|row| row.id);
        }
        Ok(charges)
    }

    /// Refunds that began or ended on a day, the oldest first.
    pub fn refunds_of_day(&self, day: &str) -> Result<Vec<RefundRow>, LedgerError> {
        let (reads, connection) = (self.reads_archive(day)?, self.lock()?);
        let mut refunds = rows::refunds(&connection, &of_day("refund"), [day])?;
        if reads {
            let condition = archived_part("refund", &ids_of_day("archive.refund"));
            refunds.extend(self.asked(rows::archived_refunds(&connection, &condition, [day]))?);
            refunds.sort_by_key(|row| row.id);
        }
        Ok(refunds)
    }

    /// How a day was closed, by itself or with a later day; `None` while it is open.
    pub fn closing(&self, day: &str) -> Result<Option<Closing>, LedgerError> {
        closing(&*self.lock()?, day)
    }

    /// Closes a day and all earlier days. Returns how it was closed, which may have been earlier.
    pub fn close_day(&self, day: &str, by: &str, ms: i64) -> Result<Closing, LedgerError> {
        if let Some(closing) = self.closing(day)? {
            return Ok(closing);
        }
        self.write(|tx, number| {
            tx.prepare_cached(
                "INSERT INTO day (day, closed_ms, closed_by, changed) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![day, ms, by, number])?;
            Ok(Closing { ms, by: by.to_owned() })
        })
    }
}

/// Finds the first closing of this day or a later one, which is the one that closed this day.
fn closing(connection: &Connection, day: &str) -> Result<Option<Closing>, LedgerError> {
    let sql = "SELECT closed_ms, closed_by FROM day WHERE day >= ?1 ORDER BY day LIMIT 1";
    let closing = connection
        .prepare_cached(sql)?
        .query_row([day], |row| Ok(Closing { ms: row.get("closed_ms")?, by: row.get("closed_by")? }))
        .optional()?;
    Ok(closing)
}

/// The day to which an outcome on this day belongs: the day after the last closed one, or this one if it is
/// later. Every outcome calls this in the transaction that writes it.
pub(super) fn of_outcome(connection: &Connection, day: &str) -> rusqlite::Result<String> {
    connection
        .prepare_cached("SELECT MAX(?1, COALESCE((SELECT date(MAX(day), '+1 day') FROM day), ''))")?
        .query_row([day], |row| row.get(0))
}

/// The condition for rows of the day `?1`.
fn of_day(table: &str) -> String {
    format!("WHERE id IN ({}) ORDER BY id", ids_of_day(table))
}

/// The rows of the day `?1`, of a table of the ledger or of the archive.
fn ids_of_day(table: &str) -> String {
    let late = match table {
        "charge" | "archive.charge" => {
            format!("UNION SELECT id FROM {table} WHERE late_day = ?1 AND late_day <> ''")
        }
        _ => String::new(),
    };
    format!(
        "SELECT id FROM {table} WHERE day = ?1 \
         UNION SELECT id FROM {table} WHERE ended_day = ?1 AND ended_day <> '' AND ended_day <> day {late}"
    )
}

/// The rows that a walk of the day `?1` covers because of that day. Each part has its own index.
pub(super) fn of_walk(table: &str) -> String {
    format!(
        "{} UNION SELECT id FROM {table} WHERE substr(pay_time, 1, 10) = ?1 AND pay_time <> '' \
         AND substr(pay_time, 1, 10) <> day AND substr(pay_time, 1, 10) <> ended_day",
        ids_of_day(table)
    )
}

/// The condition for rows that a walk of the day `?1` covers; `decided` is the SQL condition for a decided
/// row.
pub(super) fn to_reconcile(table: &str, decided: &str) -> String {
    let of_day = of_walk(table);
    format!(
        "WHERE id IN ({of_day} UNION SELECT id FROM {table} WHERE reconciled = 0 AND {decided}) ORDER BY id"
    )
}

/// Marks the decided rows among these as reconciled.
pub(super) fn set_reconciled(
    connection: &Connection,
    number: i64,
    rows: &[RowId],
) -> Result<(), LedgerError> {
    for row in rows {
        let (sql, id) = match row {
            RowId::Charge(id) => (
                "UPDATE charge SET reconciled = 1, changed = ?2 WHERE id = ?1 AND reconciled = 0 \
                 AND state <> 'open'",
                id,
            ),
            RowId::Refund(id) => (
                "UPDATE refund SET reconciled = 1, changed = ?2 WHERE id = ?1 AND reconciled = 0 \
                 AND state NOT IN ('open', 'conflict')",
                id,
            ),
        };
        connection.prepare_cached(sql)?.execute(params![id, number])?;
    }
    Ok(())
}
