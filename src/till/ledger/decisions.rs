//! People's decisions about rows that the platform's responses left undecided. A decision is added and never
//! changed.

use rusqlite::{Connection, Row, params};

use super::archive::{By, archived_part};
use super::{Ledger, LedgerError, days};
use crate::driver::RowId;
use crate::payment::decision::{Decision, Verdict};
use crate::payment::row::Moment;

/// A recorded decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Wall time, ms since 1970.
    pub ms: i64,
    /// The decision.
    pub decision: Decision,
}

impl Ledger {
    /// The decisions about a row, the oldest first.
    pub fn decisions(&self, row: RowId) -> Result<Vec<Decided>, LedgerError> {
        let (kind, row_id) = kind_and_id(row);
        let connection = self.lock()?;
        let mut statement = connection.prepare_cached(
            "SELECT word, decided_by, why, decided_ms FROM decision WHERE kind = ?1 AND row_id = ?2 \
             ORDER BY id",
        )?;
        let rows = statement.query_map(params![kind, row_id], decided)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A decision with the numbers of its bill or refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The caller's number of the bill; empty for a bill that is not in this ledger.
    pub out_trade_no: String,
    /// The attempt on the bill; `None` for a refund.
    pub attempt: Option<i64>,
    /// The caller's number of the refund; empty for a charge.
    pub out_refund_no: String,
    /// The decision.
    pub decided: Decided,
}

/// The decisions of the ledger (`main`) or of the archive (`archive`).
macro_rules! listed {
    ($of:literal) => {
        concat!(
            "SELECT out_trade_no, attempt, '' AS out_refund_no, word, decided_by, why, decided_ms, \
             d.day AS day, d.id AS id FROM ",
            $of,
            ".decision AS d \
             JOIN ",
            $of,
            ".charge AS c ON d.kind = 'charge' AND c.id = d.row_id \
             UNION ALL SELECT out_trade_no, NULL, out_refund_no, word, decided_by, why, decided_ms, \
             d.day, d.id FROM ",
            $of,
            ".decision AS d \
             JOIN ",
            $of,
            ".refund AS r ON d.kind = 'refund' AND r.id = d.row_id"
        )
    };
}

impl Ledger {
    /// The decisions about a bill and its refunds, the oldest first.
    pub fn decisions_of_bill(&self, out_trade_no: &str) -> Result<Vec<Listed>, LedgerError> {
        self.recall(By::Bill(out_trade_no))?;
        Ok(without_ids(listed(&*self.lock()?, listed!("main"), "WHERE out_trade_no = ?1", out_trade_no)?))
    }

    /// The decisions of a day, `2026-11-22`; one made on a day already closed belongs to the first open day.
    pub fn decisions_of_day(&self, day: &str) -> Result<Vec<Listed>, LedgerError> {
        let reads = self.reads_archive(day)?;
        let connection = self.lock()?;
        let mut decisions = listed(&connection, listed!("main"), "WHERE day = ?1", day)?;
        if reads {
            let of_day = "SELECT id FROM archive.decision WHERE day = ?1";
            let condition = archived_part("decision", of_day);
            decisions.extend(listed(&connection, listed!("archive"), &condition, day)?);
        }
        decisions.sort_by_key(|(id, _)| *id);
        Ok(without_ids(decisions))
    }
}

fn listed(
    connection: &Connection,
    all: &str,
    condition: &str,
    value: &str,
) -> Result<Vec<(i64, Listed)>, LedgerError> {
    let sql = format!("SELECT * FROM ({all}) {condition} ORDER BY id");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([value], |row| {
        let listed = Listed {
            out_trade_no: row.get("out_trade_no")?,
            attempt: row.get("attempt")?,
            out_refund_no: row.get("out_refund_no")?,
            decided: decided(row)?,
        };
        Ok((row.get("id")?, listed))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn without_ids(listed: Vec<(i64, Listed)>) -> Vec<Listed> {
    listed.into_iter().map(|(_, listed)| listed).collect()
}

/// Whether a person has decided that a charge of this bill is paid.
pub(super) fn is_decided_paid(connection: &Connection, out_trade_no: &str) -> Result<bool, LedgerError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM charge AS c JOIN decision AS d \
        ON d.kind = 'charge' AND d.row_id = c.id \
        WHERE c.out_trade_no = ?1 AND d.word = ?2)";
    let values = [out_trade_no, Verdict::Paid.word()];
    Ok(connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// Adds a decision about a row.
pub(super) fn add(
    connection: &Connection,
    number: i64,
    row: RowId,
    decision: &Decision,
    now: &Moment,
) -> Result<(), LedgerError> {
    let (kind, row_id) = kind_and_id(row);
    let Decision { verdict, by, why } = decision;
    let day = days::of_outcome(connection, &now.day)?;
    connection
        .prepare_cached(
            "INSERT INTO decision (kind, row_id, word, decided_by, why, decided_ms, changed, day) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![kind, row_id, verdict.word(), by, why, now.ms, number, day])?;
    Ok(())
}

const fn kind_and_id(row: RowId) -> (&'static str, i64) {
    match row {
        RowId::Charge(id) => ("charge", id),
        RowId::Refund(id) => ("refund", id),
    }
}

fn decided(row: &Row<'_>) -> rusqlite::Result<Decided> {
    let word: String = row.get("word")?;
    let verdict = Verdict::read(&word).ok_or_else(|| super::rows::unknown_word(&word))?;
    let decision = Decision { verdict, by: row.get("decided_by")?, why: row.get("why")? };
    Ok(Decided { ms: row.get("decided_ms")?, decision })
}
