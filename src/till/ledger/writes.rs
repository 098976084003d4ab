//! Writing charges and refunds, each within a numbered transaction.

use rusqlite::{Connection, OptionalExtension, params};

use super::{days, rows};
use crate::non_empty::{NonEmpty, or_empty};
use crate::payment::bill::ChargeState;
use crate::payment::decision::Verdict;
use crate::payment::evidence::{Evidence, Tie};
use crate::payment::reconciliation::{AlarmKind, NewAlarm};
use crate::payment::refund::Known;
use crate::payment::row::{ChargeRow, Moment, NewCharge, NewRefund, RefundRow};
use crate::payment::{Cause, LedgerError, PersistError};

/// Why a row was not written; includes SQLite's errors.
pub struct Refusal(pub PersistError);

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        Self(PersistError::Storage(error))
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        LedgerError::from(error).into()
    }
}

/// Refuses a number that was used before and whose bill has not been brought back.
fn not_archived(connection: &Connection, sql: &str, number: &str) -> Result<(), LedgerError> {
    if connection.prepare_cached(sql)?.exists([number])? {
        return Err(LedgerError::Archive(Cause::new(format!("it has the number {number}"))));
    }
    Ok(())
}

/// Writes the intent of a charge and returns its row.
pub fn begin_charge(
    connection: &Connection,
    number: i64,
    new: &NewCharge<'_>,
) -> Result<ChargeRow, LedgerError> {
    not_archived(connection, "SELECT 1 FROM archived_bill WHERE out_trade_no = ?1", new.out_trade_no)?;
    let attempt = connection
        .prepare_cached("SELECT COALESCE(MAX(attempt), 0) + 1 FROM charge WHERE out_trade_no = ?1")?
        .query_row([new.out_trade_no], |row| row.get(0))?;
    let row = ChargeRow::begun(new, 0, attempt);
    insert!(connection, "INSERT INTO charge", {
        out_trade_no: row.out_trade_no,
        attempt: row.attempt,
        device_id: row.device_id,
        total_fen: row.total_fen,
        paytype: row.wallet.paytype,
        code_masked: row.code_masked,
        code_print: row.code_print,
        auth_code: row.auth_code,
        state: row.state.word(),
        started_ms: row.started_ms,
        day: row.day,
        server: or_empty(&row.server),
        operator_id: row.operator_id,
        changed: number,
        placeholders: row.placeholders.to_text(),
        pay_type: or_empty(&row.wallet.pay_type),
        pay_name: or_empty(&row.wallet.pay_name),
    })?;
    Ok(ChargeRow { id: connection.last_insert_rowid(), ..row })
}

/// Writes a charge and returns the day of its outcome, if it has one.
pub fn write_charge(
    connection: &Connection,
    number: i64,
    row: &ChargeRow,
) -> Result<Option<NonEmpty>, Refusal> {
    if let Some(dm_id) = row.order() {
        bind_order(connection, number, row, dm_id)?;
    }
    let day = ended_day(connection, row.ended_day.as_ref())?;
    let Evidence { said, tie, declined, ended, quiet, denials, first_failure, .. } = &row.evidence;
    let told_in = row.told_ms.map_or(0, |_| number);
    // If the bill is to be voided, the caller gets that as the outcome, and the sale is not unfinished.
    let changed = update!(connection, "charge", {
        state: row.state.word(),
        auth_code: row.auth_code,
        ended_ms: row.ended_ms,
        dm_id: or_empty(&row.dm_id),
        pay_id: row.pay_id,
        pay_time: or_empty(&row.pay_time),
        openid: row.openid,
        reason: row.reason,
        printinfo: or_empty(&row.printinfo),
        needs_person: or_empty(&row.needs_person),
        said: said.word(),
        tie: tie.number(),
        declined: declined,
        ended: ended,
        quiet_ms: stored(*quiet),
        denials: denials,
        failed_at: first_failure.as_ref().map(|first| stored(first.at)),
        failed_dm_id: first_failure.as_ref().map_or("", |first| or_empty(&first.dm_id)),
        ended_day: or_empty(&day),
        told_ms = "CASE to_void WHEN 0 THEN ? END": row.told_ms,
        told_in = "CASE to_void WHEN 0 THEN ? ELSE 0 END": told_in,
        unfinished = "CASE to_void WHEN 0 THEN ? ELSE 0 END": row.is_unfinished,
        changed: number,
        pay_type: or_empty(&row.wallet.pay_type),
        pay_name: or_empty(&row.wallet.pay_name),
    }, "WHERE id = ? AND state = 'open'", [row.id])?;
    if changed == 1 { Ok(day) } else { Err(Refusal(PersistError::Closed)) }
}

/// Records that a charge was reported as paid; or, without a time, that nobody received the report.
pub fn set_told(
    connection: &Connection,
    number: i64,
    charge: i64,
    told_ms: Option<i64>,
) -> rusqlite::Result<()> {
    update!(connection, "charge", {
        told_ms: told_ms,
        told_in: told_ms.map_or(0, |_| number),
        unfinished: told_ms.is_none(),
        changed: number,
    }, "WHERE id = ?", [charge])?;
    Ok(())
}

/// Writes a charge as a person decided it, and returns the day of its outcome. A charge that turned out to be
/// paid after all is paid by its alarm, and stays as it was reported. One that already had an outcome keeps
/// its day, which may be closed.
pub fn decide_charge(
    connection: &Connection,
    number: i64,
    row: &ChargeRow,
    verdict: Verdict,
) -> rusqlite::Result<Option<NonEmpty>> {
    let (state, kept_day): (String, String) = connection
        .prepare_cached("SELECT state, ended_day FROM charge WHERE id = ?1")?
        .query_row([row.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let is_open = state == ChargeState::Open.word();
    let (state, day) = if is_open {
        (row.state.word(), ended_day(connection, row.ended_day.as_ref())?)
    } else {
        (state.as_str(), NonEmpty::of(kept_day))
    };
    update!(connection, "charge", {
        state: state,
        ended_ms: row.ended_ms,
        ended_day: or_empty(&day),
        needs_person: or_empty(&row.needs_person),
        told_ms: row.told_ms,
        // The person who decides that it is paid has received that report.
        told_in = "CASE WHEN ? THEN 0 ELSE told_in END": verdict == Verdict::Paid,
        unfinished: row.is_unfinished,
        changed: number,
    }, "WHERE id = ?", [row.id])?;
    Ok(day)
}

/// Writes the intent of a refund and returns its row. The number of a refund that was never sent can be
/// reused.
pub fn begin_refund(
    connection: &Connection,
    number: i64,
    new: &NewRefund<'_>,
) -> Result<RefundRow, LedgerError> {
    not_archived(connection, "SELECT 1 FROM archived_refund WHERE out_refund_no = ?1", new.out_refund_no)?;
    connection
        .prepare_cached("DELETE FROM refund WHERE out_refund_no = ?1 AND state = 'not_sent'")?
        .execute([new.out_refund_no])?;
    let row = RefundRow::begun(new, 0);
    insert!(connection, "INSERT INTO refund", {
        out_refund_no: row.out_refund_no,
        out_trade_no: or_empty(&row.out_trade_no),
        dm_id: row.dm_id,
        device_id: row.device_id,
        refund_fen: row.refund_fen,
        state: row.state.word(),
        before: row.before.to_text(),
        started_ms: row.started_ms,
        day: row.day,
        server: or_empty(&row.server),
        sent_time: row.known.sent_time,
        changed: number,
        operator_id: row.operator_id,
        paytype: row.wallet.paytype,
        pay_type: or_empty(&row.wallet.pay_type),
        pay_name: or_empty(&row.wallet.pay_name),
    })?;
    Ok(RefundRow { id: connection.last_insert_rowid(), ..row })
}

/// Writes a refund and returns the day of its outcome, if it has one.
pub fn write_refund(
    connection: &Connection,
    number: i64,
    row: &RefundRow,
) -> Result<Option<NonEmpty>, Refusal> {
    let day = ended_day(connection, row.ended_day.as_ref())?;
    let Known { said, quiet, unseen, .. } = &row.known;
    let changed = update!(connection, "refund", {
        state: row.state.word(),
        ended_ms: row.ended_ms,
        pay_id: row.pay_id,
        pay_time: or_empty(&row.pay_time),
        reason: row.reason,
        printinfo: or_empty(&row.printinfo),
        said: said.word(),
        said_time: said.time(),
        quiet_ms: stored(*quiet),
        unseen: unseen,
        lines: row.lines.to_text(),
        ended_day: or_empty(&day),
        changed: number,
        refund_id: row.refund_id,
        pay_type: or_empty(&row.wallet.pay_type),
        pay_name: or_empty(&row.wallet.pay_name),
    }, "WHERE id = ? AND state = 'open'", [row.id])?;
    if changed == 1 { Ok(day) } else { Err(Refusal(PersistError::Closed)) }
}

/// Writes a refund as a person decided it, and returns the day of its outcome.
pub fn decide_refund(
    connection: &Connection,
    number: i64,
    row: &RefundRow,
) -> rusqlite::Result<Option<NonEmpty>> {
    let (state, kept_day): (String, String) = connection
        .prepare_cached("SELECT state, ended_day FROM refund WHERE id = ?1")?
        .query_row([row.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let day = if state == row.state.word() {
        NonEmpty::of(kept_day)
    } else {
        ended_day(connection, row.ended_day.as_ref())?
    };
    update!(connection, "refund", {
        state: row.state.word(),
        ended_ms: row.ended_ms,
        ended_day: or_empty(&day),
        changed: number,
    }, "WHERE id = ?", [row.id])?;
    Ok(day)
}

/// Raises an alarm unless it was raised before. The first alarm that a charge was paid after all sets its
/// late day.
pub fn raise(connection: &Connection, number: i64, alarm: &NewAlarm, now: &Moment) -> rusqlite::Result<()> {
    let raised = insert!(connection, "INSERT OR IGNORE INTO alarm", {
        kind: alarm.kind.word(),
        out_trade_no: or_empty(&alarm.out_trade_no),
        dm_id: or_empty(&alarm.dm_id),
        here_fen: alarm.here_fen,
        there_fen: alarm.there_fen,
        raised_ms: now.ms,
        changed: number,
        charge: alarm.charge,
    })?;
    if raised == 1 && alarm.kind == AlarmKind::PaidThere {
        let day = days::of_outcome(connection, &now.day)?;
        update!(connection, "charge", { late_day: day, changed: number },
            "WHERE id = ? AND late_day = ''", [alarm.charge])?;
    }
    Ok(())
}

/// Sets the request to void a bill.
pub fn begin_wish(connection: &Connection, number: i64, out_trade_no: &str) -> rusqlite::Result<()> {
    update!(connection, "charge", { to_void: true, changed: number },
        "WHERE out_trade_no = ?", [out_trade_no])?;
    Ok(())
}

/// Withdraws the request to void a bill. A payment of it that was never reported then becomes an unfinished
/// sale.
pub fn end_wish(connection: &Connection, number: i64, out_trade_no: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE charge SET to_void = 0, changed = ?2, unfinished = \
        CASE WHEN state = 'paid' AND told_ms IS NULL THEN 1 ELSE unfinished END \
        WHERE out_trade_no = ?1 AND to_void = 1";
    connection.prepare_cached(sql)?.execute(params![out_trade_no, number])?;
    Ok(())
}

/// Ties an order to a charge: refused if another bill has it by an equally strong tie, or by an alarm; a
/// charge that has it by a weaker tie loses it.
fn bind_order(connection: &Connection, number: i64, row: &ChargeRow, dm_id: &str) -> Result<(), Refusal> {
    const RIVAL: &str = "SELECT NULL AS id, out_trade_no, NULL AS tie FROM alarm \
         WHERE dm_id = ?1 AND kind = 'paid_there' AND out_trade_no <> ?2 \
         UNION ALL SELECT id, out_trade_no, tie FROM charge WHERE dm_id = ?1 AND tie >= 3 AND id <> ?3 \
         LIMIT 1";
    let rival = connection
        .prepare_cached(RIVAL)?
        .query_row(params![dm_id, row.out_trade_no, row.id], |rival| {
            let (id, tie): (Option<i64>, Option<i64>) = (rival.get("id")?, rival.get("tie")?);
            Ok((id, rival.get("out_trade_no")?, tie))
        })
        .optional()?;
    match rival {
        None => Ok(()),
        Some((Some(id), _, Some(tie))) if tie < row.evidence.tie.number() => {
            let other = rows::charge_by_id(connection, id)?.without_order(&row.out_trade_no);
            update!(connection, "charge", {
                dm_id: or_empty(&other.dm_id),
                tie: other.evidence.tie.number(),
                needs_person: or_empty(&other.needs_person),
                changed: number,
            }, "WHERE id = ?", [id])?;
            Ok(())
        }
        Some((_, owner, _)) => Err(Refusal(PersistError::OrderTaken(owner))),
    }
}

/// The bill of another charge that owns an order by at least this tie, or by an alarm: a late success is paid
/// by our own record.
pub fn owner(connection: &Connection, id: i64, dm_id: &str, tie: Tie) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(
            "SELECT out_trade_no FROM charge WHERE dm_id = ?1 AND tie >= 3 AND tie >= ?3 AND id <> ?2 \
             UNION ALL \
             SELECT out_trade_no FROM alarm WHERE dm_id = ?1 AND kind = 'paid_there' AND \
             out_trade_no <> (SELECT out_trade_no FROM charge WHERE id = ?2) LIMIT 1",
        )?
        .query_row(params![dm_id, id, tie.number()], |row| row.get(0))
        .optional()
}

/// The day to which an outcome on this day belongs, see [`days::of_outcome`]; `None` without an outcome.
fn ended_day(connection: &Connection, day: Option<&NonEmpty>) -> rusqlite::Result<Option<NonEmpty>> {
    let day = day.map(|day| days::of_outcome(connection, day)).transpose()?;
    Ok(day.and_then(NonEmpty::of))
}

/// SQLite has no unsigned numbers.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
