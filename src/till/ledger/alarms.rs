//! Alarms: where the platform contradicts what was reported. Each stays until a person acknowledges it.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use super::{Ledger, LedgerError, days, rows};
use crate::non_empty::NonEmpty;
use crate::payment::bill::{LatePayment, pay_late};
use crate::till::clock;

pub use crate::payment::reconciliation::{AlarmKind, NewAlarm};

/// An alarm that nobody has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The id of the alarm.
    pub id: i64,
    /// Wall time, ms since 1970.
    pub raised_ms: i64,
    /// The contents of the alarm.
    pub about: NewAlarm,
}

impl Ledger {
    /// Returns the unacknowledged alarms, the oldest first.
    pub fn alarms(&self) -> Result<Vec<Alarm>, LedgerError> {
        let connection = self.lock()?;
        let mut statement = connection.prepare(
            "SELECT id, kind, out_trade_no, charge, dm_id, here_fen, there_fen, raised_ms FROM alarm \
             WHERE acknowledged_ms IS NULL ORDER BY id",
        )?;
        let rows = statement.query_map([], alarm)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records who acknowledged an alarm; `false` if no such alarm is outstanding. Durable when this returns.
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

/// Sets the late day of each charge that an earlier version found to be paid after all to the day of its
/// alarm, so that the money counts on a day. Those versions closed no days.
pub(super) fn fill_in_late_days(connection: &Connection) -> Result<(), LedgerError> {
    let sql =
        "SELECT out_trade_no, charge, dm_id, there_fen, raised_ms FROM alarm WHERE kind = ?1 ORDER BY id";
    let mut statement = connection.prepare(sql)?;
    let alarms = statement.query_map([AlarmKind::PaidThere.word()], |row| {
        let late =
            LatePayment { charge: row.get("charge")?, dm_id: row.get("dm_id")?, fen: row.get("there_fen")? };
        Ok((row.get::<_, String>("out_trade_no")?, late, row.get::<_, i64>("raised_ms")?))
    })?;
    let mut bills = BTreeMap::new();
    for alarm in alarms {
        let (out_trade_no, late, raised_ms) = alarm?;
        if !bills.contains_key(&out_trade_no) {
            let rows =
                rows::charges(connection, "WHERE out_trade_no = ?1 ORDER BY attempt", [&out_trade_no])?;
            bills.insert(out_trade_no.clone(), rows);
        }
        let rows = bills.get_mut(&out_trade_no).map(Vec::as_mut_slice).unwrap_or_default();
        let Some(row) = pay_late(rows, &late).and_then(|at| rows.get(at)) else { continue };
        let day = days::of_outcome(connection, &clock::day(raised_ms))?;
        connection.execute("UPDATE charge SET late_day = ?2 WHERE id = ?1", params![row.id, day])?;
    }
    Ok(())
}

fn alarm(row: &Row<'_>) -> rusqlite::Result<Alarm> {
    let word: String = row.get("kind")?;
    Ok(Alarm {
        id: row.get("id")?,
        raised_ms: row.get("raised_ms")?,
        about: NewAlarm {
            kind: AlarmKind::read(&word).ok_or_else(|| super::rows::unknown_word(&word))?,
            out_trade_no: NonEmpty::of(row.get::<_, String>("out_trade_no")?),
            charge: row.get("charge")?,
            dm_id: NonEmpty::of(row.get::<_, String>("dm_id")?),
            here_fen: row.get("here_fen")?,
            there_fen: row.get("there_fen")?,
        },
    })
}
