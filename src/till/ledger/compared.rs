//! Bills and refunds as two indexes show them. A damaged page on the disk may hide a bill from one of them,
//! or show other money in one of them, but not in both: both are read before money is moved.

use rusqlite::{Connection, Row};

use super::{ChargeRow, LedgerError, RefundRow, rows};
use crate::non_empty::or_empty;
use crate::payment::Cause;

/// Every attempt on a bill, the first one first.
pub fn charges(connection: &Connection, out_trade_no: &str) -> Result<Vec<ChargeRow>, LedgerError> {
    let found = rows::charges(
        connection,
        "INDEXED BY sqlite_autoindex_charge_1 WHERE out_trade_no = ?1 ORDER BY attempt",
        [out_trade_no],
    )?;
    let mut statement = connection.prepare_cached(
        "SELECT id, attempt, total_fen, state, dm_id, auth_code FROM charge INDEXED BY charge_money \
         WHERE out_trade_no = ?1 ORDER BY attempt",
    )?;
    let indexed = statement.query([out_trade_no])?;
    agree(&found, indexed, out_trade_no, |row, indexed| {
        Ok(row.out_trade_no == out_trade_no
            && indexed.get_ref("id")?.as_i64()? == row.id
            && indexed.get_ref("attempt")?.as_i64()? == row.attempt
            && indexed.get_ref("total_fen")?.as_i64()? == i64::from(row.total_fen)
            && indexed.get_ref("state")?.as_str()? == row.state.word()
            && indexed.get_ref("dm_id")?.as_str()? == or_empty(&row.dm_id)
            && indexed.get_ref("auth_code")?.as_str_or_null()? == row.auth_code.as_deref())
    })?;
    Ok(found)
}

/// The refund with this number of the caller.
pub fn refund(connection: &Connection, out_refund_no: &str) -> Result<Option<RefundRow>, LedgerError> {
    let mut found = rows::refunds(
        connection,
        "INDEXED BY sqlite_autoindex_refund_1 WHERE out_refund_no = ?1",
        [out_refund_no],
    )?;
    let mut statement = connection.prepare_cached(
        "SELECT id, out_trade_no, dm_id, refund_fen, state, before FROM refund INDEXED BY refund_money \
         WHERE out_refund_no = ?1",
    )?;
    let indexed = statement.query([out_refund_no])?;
    agree(&found, indexed, out_refund_no, |row, indexed| {
        Ok(row.out_refund_no == out_refund_no
            && indexed.get_ref("id")?.as_i64()? == row.id
            && indexed.get_ref("out_trade_no")?.as_str()? == or_empty(&row.out_trade_no)
            && indexed.get_ref("dm_id")?.as_str()? == row.dm_id
            && indexed.get_ref("refund_fen")?.as_i64()? == i64::from(row.refund_fen)
            && indexed.get_ref("state")?.as_str()? == row.state.word()
            && indexed.get_ref("before")?.as_str()? == row.before.to_text())
    })?;
    Ok(found.pop())
}

fn agree<T>(
    rows: &[T],
    mut indexed: rusqlite::Rows<'_>,
    number: &str,
    same: impl Fn(&T, &Row<'_>) -> rusqlite::Result<bool>,
) -> Result<(), LedgerError> {
    let differs = || LedgerError::Damaged(Cause::new(format!("two indexes differ about {number}")));
    for row in rows {
        match indexed.next()? {
            Some(there) if same(row, there)? => {}
            _ => return Err(differs()),
        }
    }
    if indexed.next()?.is_some() { Err(differs()) } else { Ok(()) }
}
