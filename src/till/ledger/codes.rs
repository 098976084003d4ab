//! Auth codes that the ledger keeps: how they are recognised, and when they are forgotten.

use std::sync::atomic::Ordering;

use rusqlite::params;

use super::{ChargeState, Ledger, LedgerError, rows};
use crate::payment::archive::{DAYS_OF_CODES, Outcome, may_forget_code};

impl Ledger {
    /// Replaces what recognises the auth codes of earlier versions, which could be searched through, by what
    /// this makes of it: once, in one write.
    pub fn key_codes(&self, keyed: impl Fn(&str) -> String) -> Result<(), LedgerError> {
        let is_keyed = |row: &rusqlite::Row<'_>| row.get::<_, bool>(0);
        if self.lock().query_row("SELECT codes_keyed FROM ledger", [], is_keyed)? {
            return Ok(());
        }
        self.write(|tx, number| {
            // Without the index, which would be rewritten in no order at all, it takes a third of the time.
            tx.execute("DROP INDEX charge_code", [])?;
            let mut prints = tx.prepare("SELECT id, code_print FROM charge NOT INDEXED")?;
            let mut update = tx.prepare("UPDATE charge SET code_print = ?2, changed = ?3 WHERE id = ?1")?;
            let mut rows = prints.query([])?;
            while let Some(row) = rows.next()? {
                let (id, print): (i64, String) = (row.get(0)?, row.get(1)?);
                update.execute(params![id, keyed(&print), number])?;
            }
            tx.execute_batch(
                "CREATE INDEX charge_code ON charge (code_print); UPDATE ledger SET codes_keyed = 1",
            )?;
            Ok::<_, LedgerError>(())
        })?;
        self.has_spent_code.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Forgets the auth codes of charges that ended long ago. Returns how many.
    pub fn forget_codes(&self, today: &str) -> Result<usize, LedgerError> {
        let old = self.codes_to_forget(today)?;
        if old.is_empty() {
            return Ok(0);
        }
        self.write(|tx, number| {
            for id in &old {
                tx.prepare_cached("UPDATE charge SET auth_code = NULL, changed = ?2 WHERE id = ?1")?
                    .execute([*id, number])?;
            }
            Ok::<_, LedgerError>(())
        })?;
        self.has_spent_code.store(true, Ordering::Relaxed);
        Ok(old.len())
    }

    fn codes_to_forget(&self, today: &str) -> Result<Vec<i64>, LedgerError> {
        let connection = self.lock();
        let closed = "SELECT COALESCE(MAX(day), '') FROM day";
        let closed_until: String = connection.query_row(closed, [], |row| row.get(0))?;
        let sql = "SELECT id, state, ended_day, reconciled FROM charge INDEXED BY charge_kept_code \
             WHERE auth_code IS NOT NULL AND state <> 'open' AND ended_day <= ?1";
        let mut statement = connection.prepare_cached(sql)?;
        let mut kept = statement.query([&closed_until])?;
        let mut old = Vec::new();
        while let Some(row) = kept.next()? {
            let (word, ended_day): (String, String) = (row.get("state")?, row.get("ended_day")?);
            let state = ChargeState::read(&word).ok_or_else(|| rows::unknown_word(&word))?;
            let outcome = Outcome { state, ended_day: &ended_day, is_compared: row.get("reconciled")? };
            if may_forget_code(&outcome, &closed_until, today) {
                old.push(row.get("id")?);
            }
        }
        Ok(old)
    }

    /// Whether a row of this device is undecided, was not compared with the platform yet, or may still turn
    /// out otherwise: only that device can ask about it.
    pub fn needs_device(&self, device_id: &str, today: &str) -> Result<bool, LedgerError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM charge WHERE device_id = ?1 AND state = 'open')
             OR EXISTS (SELECT 1 FROM charge WHERE device_id = ?1 AND reconciled = 0)
             OR EXISTS (SELECT 1 FROM charge WHERE device_id = ?1 AND auth_code IS NOT NULL)
             OR EXISTS (SELECT 1 FROM charge WHERE device_id = ?1 AND ended_day > date(?2, ?3))
             OR EXISTS (SELECT 1 FROM refund WHERE device_id = ?1 AND state IN ('open', 'conflict'))
             OR EXISTS (SELECT 1 FROM refund WHERE device_id = ?1 AND reconciled = 0)
             OR EXISTS (SELECT 1 FROM refund WHERE device_id = ?1 AND ended_day > date(?2, ?3))";
        let back = format!("-{DAYS_OF_CODES} days");
        Ok(self.lock().query_row(sql, [device_id, today, &back], |row| row.get(0))?)
    }
}
