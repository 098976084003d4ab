//! Platform orders that this till has dealt with.

use rusqlite::OptionalExtension;

use super::archive::By;
use super::{Ledger, LedgerError};

impl Ledger {
    /// Whether a charge or a refund of this till belongs to this order.
    pub fn knows_order(&self, dm_id: &str) -> Result<bool, LedgerError> {
        self.recall(By::Order(dm_id))?;
        let sql = "SELECT EXISTS (SELECT 1 FROM charge WHERE dm_id = ?1 AND tie >= 3) \
                   OR EXISTS (SELECT 1 FROM refund WHERE dm_id = ?1)";
        Ok(self.lock()?.prepare_cached(sql)?.query_row([dm_id], |row| row.get(0))?)
    }

    /// The order that a channel's transaction paid, as customers' receipts show it (`pay_id`); `None` if
    /// several orders have it. A query that people make has no index: it scans all rows.
    pub fn order_of_channel(&self, pay_id: &str) -> Result<Option<String>, LedgerError> {
        self.recall(By::Channel(pay_id))?;
        let sql = "SELECT dm_id, COUNT(*) OVER () AS orders FROM ( \
                   SELECT dm_id FROM charge WHERE pay_id = ?1 AND pay_id <> '' AND tie >= 3 \
                   UNION SELECT dm_id FROM refund WHERE pay_id = ?1 AND pay_id <> '')";
        let connection = self.lock()?;
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement
            .query_row([pay_id], |row| Ok((row.get("dm_id")?, row.get::<_, i64>("orders")?)))
            .optional()?;
        Ok(found.filter(|(_, orders)| *orders == 1).map(|(dm_id, _)| dm_id))
    }
}
