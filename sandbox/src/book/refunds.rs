//! Refunds.

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::{Book, Result, from_json, to_json};
use crate::{dm_id::DmId, moment::Moment, money::Fen};

/// Who made the refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundedBy {
    /// A till, through the terminal API.
    Till,
    /// Somebody in the merchant's back office, without the tills knowing.
    BackOffice,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refund {
    pub pay_id: String,
    pub amount: Fen,
    /// By the platform's clock.
    pub at: Moment,
    pub by: RefundedBy,
}

impl Book {
    pub(crate) fn add_refund(&self, dm_id: DmId, refund: &Refund) -> Result<()> {
        self.connection.execute(
            "INSERT INTO refunds (pay_id, number, refund_fen, refunded_ms, made_by) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                refund.pay_id,
                dm_id.number(),
                refund.amount.0,
                refund.at.unix_ms(),
                to_json(&refund.by)?
            ],
        )?;
        Ok(())
    }

    /// In order of creation.
    pub(crate) fn refunds(&self, dm_id: DmId) -> Result<Vec<Refund>> {
        let mut statement =
            self.connection.prepare("SELECT * FROM refunds WHERE number = ?1 ORDER BY rowid")?;
        let refunds = statement.query_map([dm_id.number()], refund)?.collect::<rusqlite::Result<_>>()?;
        Ok(refunds)
    }

    /// The bill's number and the time, as the platform writes it. A second refund in one second takes the
    /// next free number.
    pub(crate) fn next_refund_pay_id(&self, dm_id: DmId, at: Moment) -> Result<String> {
        let taken: Vec<String> = self.refunds(dm_id)?.into_iter().map(|refund| refund.pay_id).collect();
        let mut second = at.unix_seconds();
        loop {
            let pay_id = format!("{dm_id}{second}");
            if !taken.contains(&pay_id) {
                return Ok(pay_id);
            }
            second += 1;
        }
    }
}

fn refund(row: &rusqlite::Row<'_>) -> rusqlite::Result<Refund> {
    Ok(Refund {
        pay_id: row.get("pay_id")?,
        amount: Fen(row.get("refund_fen")?),
        at: Moment::from_unix_ms(row.get("refunded_ms")?),
        by: from_json(row, "made_by")?,
    })
}
