//! Alarms: what the platform did against what was told. Each stays until a person acknowledges it.

use rusqlite::{Row, params};

use super::{Ledger, LedgerError};
use crate::till::clock;

pub use crate::payment::reconciliation::{AlarmKind, NewAlarm};

/// An alarm that nobody has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its number.
    pub id: i64,
    /// Wall time, ms since 1970.
    pub raised_ms: i64,
    /// What it is about.
    pub about: NewAlarm,
}

impl Ledger {
    /// The alarms that nobody has acknowledged, the oldest first.
    pub fn alarms(&self) -> Result<Vec<Alarm>, LedgerError> {
        let connection = self.lock();
        let mut statement = connection.prepare(
            "SELECT id, kind, out_trade_no, charge, dm_id, here_fen, there_fen, raised_ms FROM alarm \
             WHERE acknowledged_ms IS NULL ORDER BY id",
        )?;
        let rows = statement.query_map([], alarm)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes down who has seen an alarm; `false` where there is no such alarm any more. Durable when this returns.
    pub fn acknowledge(&self, id: i64, by: &str) -> Result<bool, LedgerError> {
        self.write(|tx, number| {
            let changed = tx.execute(
                "UPDATE alarm SET acknowledged_ms = ?2, acknowledged_by = ?3, changed = ?4 \
                 WHERE id = ?1 AND acknowledged_ms IS NULL",
                params![id, clock::wall(), by, number],
            )?;
            Ok(changed == 1)
        })
    }
}

fn alarm(row: &Row<'_>) -> rusqlite::Result<Alarm> {
    let word: String = row.get("kind")?;
    Ok(Alarm {
        id: row.get("id")?,
        raised_ms: row.get("raised_ms")?,
        about: NewAlarm {
            kind: AlarmKind::read(&word).ok_or_else(|| super::rows::unknown_word(&word))?,
            out_trade_no: row.get("out_trade_no")?,
            charge: row.get("charge")?,
            dm_id: row.get("dm_id")?,
            here_fen: row.get("here_fen")?,
            there_fen: row.get("there_fen")?,
        },
    })
}
