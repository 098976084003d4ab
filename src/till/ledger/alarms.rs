//! Alarms: what the platform did against what was told. Each stays until a person acknowledges it.

use rusqlite::{Row, params};

use super::{Ledger, LedgerError};
use crate::till::clock;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// Told as not paid, and paid at the platform after all.
    PaidThere,
    /// Told as paid, and not paid at the platform.
    PaidNotThere,
    /// Paid, but not the amount that was told.
    AmountDiffers,
    /// Told as refunded, and not refunded at the platform.
    RefundNotThere,
}

impl AlarmKind {
    const ALL: [Self; 4] = [Self::PaidThere, Self::PaidNotThere, Self::AmountDiffers, Self::RefundNotThere];

    /// The word for it, in the ledger and in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::PaidThere => "paid_there",
            Self::PaidNotThere => "paid_not_there",
            Self::AmountDiffers => "amount_differs",
            Self::RefundNotThere => "refund_not_there",
        }
    }
}

/// An alarm to raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlarm {
    /// What is wrong.
    pub kind: AlarmKind,
    /// The caller's number of the bill; empty for one that is not of this ledger.
    pub out_trade_no: String,
    /// The platform's order.
    pub dm_id: String,
    /// The amount on record, in fen.
    pub here_fen: i64,
    /// The amount that the platform names, in fen.
    pub there_fen: i64,
}

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
    /// Raises an alarm; one that was raised before, acknowledged or not, stays as it is. Durable when this returns.
    pub fn raise(&self, alarm: &NewAlarm) -> Result<(), LedgerError> {
        self.write(|tx, number| {
            tx.execute(
                "INSERT OR IGNORE INTO alarm (kind, out_trade_no, dm_id, here_fen, there_fen, raised_ms, changed) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    alarm.kind.word(),
                    alarm.out_trade_no,
                    alarm.dm_id,
                    alarm.here_fen,
                    alarm.there_fen,
                    clock::wall(),
                    number
                ],
            )?;
            Ok(())
        })
    }

    /// The alarms that nobody has acknowledged, the oldest first.
    pub fn alarms(&self) -> Result<Vec<Alarm>, LedgerError> {
        let connection = self.lock();
        let mut statement = connection.prepare(
            "SELECT id, kind, out_trade_no, dm_id, here_fen, there_fen, raised_ms FROM alarm \
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
    let kind = AlarmKind::ALL.into_iter().find(|kind| kind.word() == word);
    Ok(Alarm {
        id: row.get("id")?,
        raised_ms: row.get("raised_ms")?,
        about: NewAlarm {
            kind: kind.ok_or_else(|| super::unknown_state(&word))?,
            out_trade_no: row.get("out_trade_no")?,
            dm_id: row.get("dm_id")?,
            here_fen: row.get("here_fen")?,
            there_fen: row.get("there_fen")?,
        },
    })
}
