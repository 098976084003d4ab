//! Reading charges and refunds.

use rusqlite::{Connection, Params, Row};

use super::LedgerError;
use super::columns::{Column, Reader};
use crate::payment::Millis;
use crate::payment::bill::{ChargeState, RefundState};
use crate::payment::evidence::{Evidence, FirstFailure, Said, Tie};
use crate::payment::refund::{Before, Known, Said as RefundSaid};
use crate::payment::row::{ChargeRow, RefundRow, Wallet};
use crate::protocol::receipt::Placeholders;

columns! {
    /// The columns that are read of a charge.
    Charge of "charge" {
        id, out_trade_no, attempt, device_id, total_fen, paytype, code_masked, code_print, auth_code, state,
        started_ms, ended_ms, dm_id, pay_id, pay_time, openid, reason, printinfo, needs_person, server, said,
        tie, declined, ended, quiet_ms, denials, failed_at, failed_dm_id, to_void, operator_id, told_ms,
        unfinished, ended_day, day, late_day, placeholders, pay_type, pay_name,
    }
}

columns! {
    /// The columns that are read of a refund.
    Refund of "refund" {
        id, out_refund_no, out_trade_no, dm_id, paytype, device_id, refund_fen, state, before, started_ms,
        ended_ms, pay_id, pay_time, reason, printinfo, server, said, said_time, quiet_ms, unseen, sent_time,
        lines, ended_day, day, operator_id, pay_type, pay_name, refund_id,
    }
}

/// Reads the charges that match a condition.
pub fn charges(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<ChargeRow>, LedgerError> {
    all(connection, [Charge::SELECT, condition], values, charge)
}

/// Reads the refunds that match a condition.
pub fn refunds(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<RefundRow>, LedgerError> {
    all(connection, [Refund::SELECT, condition], values, refund)
}

/// Reads the charges of the archive that match a condition.
pub fn archived_charges(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<ChargeRow>, LedgerError> {
    all(connection, [Charge::SELECT_ARCHIVED, condition], values, charge)
}

/// Reads the refunds of the archive that match a condition.
pub fn archived_refunds(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<RefundRow>, LedgerError> {
    all(connection, [Refund::SELECT_ARCHIVED, condition], values, refund)
}

fn all<T>(
    connection: &Connection,
    sql: [&str; 2],
    values: impl Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, LedgerError> {
    let mut statement = connection.prepare_cached(&sql.join(" "))?;
    let rows = statement.query_map(values, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Reads the charge with this row id.
pub fn charge_by_id(connection: &Connection, id: i64) -> rusqlite::Result<ChargeRow> {
    connection.prepare_cached(&[Charge::SELECT, "WHERE id = ?1"].join(" "))?.query_row([id], charge)
}

fn charge(row: &Row<'_>) -> rusqlite::Result<ChargeRow> {
    use Charge as Of;
    let state = word(row, Of::state, ChargeState::read)?;
    let said = word(row, Of::said, Said::read)?;
    let mut read = Reader::of(row);
    let dm_id = read.text(Of::dm_id);
    let failed_at: Option<i64> = read.get(Of::failed_at);
    let failed_dm_id = read.text(Of::failed_dm_id);
    let first_failure = failed_at.map(|at| FirstFailure { dm_id: failed_dm_id, at: millis(at) });
    let charge = ChargeRow {
        id: read.get(Of::id),
        out_trade_no: read.get(Of::out_trade_no),
        attempt: read.get(Of::attempt),
        device_id: read.get(Of::device_id),
        total_fen: read.get(Of::total_fen),
        wallet: Wallet {
            paytype: read.get(Of::paytype),
            pay_type: read.text(Of::pay_type),
            pay_name: read.text(Of::pay_name),
        },
        code_masked: read.get(Of::code_masked),
        code_print: read.get(Of::code_print),
        auth_code: read.get(Of::auth_code),
        state,
        started_ms: read.get(Of::started_ms),
        day: read.get(Of::day),
        ended_ms: read.get(Of::ended_ms),
        pay_id: read.get(Of::pay_id),
        pay_time: read.text(Of::pay_time),
        openid: read.get(Of::openid),
        reason: read.get(Of::reason),
        printinfo: read.text(Of::printinfo),
        needs_person: read.text(Of::needs_person),
        server: read.text(Of::server),
        evidence: Evidence {
            said,
            dm_id: dm_id.clone(),
            tie: Tie::read(read.get(Of::tie)).unwrap_or_default(),
            declined: read.get(Of::declined),
            ended: read.get(Of::ended),
            quiet: millis(read.get(Of::quiet_ms)),
            denials: read.get(Of::denials),
            first_failure,
        },
        dm_id,
        to_void: read.get(Of::to_void),
        operator_id: read.get(Of::operator_id),
        told_ms: read.get(Of::told_ms),
        is_unfinished: read.get(Of::unfinished),
        ended_day: read.text(Of::ended_day),
        late_day: read.text(Of::late_day),
        placeholders: Placeholders::of_text(&read.get::<String>(Of::placeholders)),
    };
    read.end(charge)
}

fn refund(row: &Row<'_>) -> rusqlite::Result<RefundRow> {
    use Refund as Of;
    let state = word(row, Of::state, RefundState::read)?;
    let said_time: String = row.get(Of::said_time.place())?;
    let said = word(row, Of::said, |word| RefundSaid::read(word, said_time.clone()))?;
    let mut read = Reader::of(row);
    let refund = RefundRow {
        id: read.get(Of::id),
        out_refund_no: read.get(Of::out_refund_no),
        out_trade_no: read.text(Of::out_trade_no),
        dm_id: read.get(Of::dm_id),
        wallet: Wallet {
            paytype: read.get(Of::paytype),
            pay_type: read.text(Of::pay_type),
            pay_name: read.text(Of::pay_name),
        },
        device_id: read.get(Of::device_id),
        refund_fen: read.get(Of::refund_fen),
        state,
        before: Before::from_text(&read.get::<String>(Of::before)),
        started_ms: read.get(Of::started_ms),
        day: read.get(Of::day),
        ended_ms: read.get(Of::ended_ms),
        pay_id: read.get(Of::pay_id),
        refund_id: read.get(Of::refund_id),
        pay_time: read.text(Of::pay_time),
        reason: read.get(Of::reason),
        printinfo: read.text(Of::printinfo),
        server: read.text(Of::server),
        known: Known {
            said,
            quiet: millis(read.get(Of::quiet_ms)),
            unseen: read.get(Of::unseen),
            sent_time: read.get(Of::sent_time),
        },
        lines: Before::from_text(&read.get::<String>(Of::lines)),
        ended_day: read.text(Of::ended_day),
        operator_id: read.get(Of::operator_id),
    };
    read.end(refund)
}

fn word<T>(row: &Row<'_>, column: impl Column, read: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let word = row.get_ref(column.place())?.as_str()?;
    read(word).ok_or_else(|| unknown_word(word))
}

/// The error for a word that no version of this library has written.
pub fn unknown_word(word: &str) -> rusqlite::Error {
    let what = format!("the unknown word `{word}`");
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.into())
}

/// Times are never negative; SQLite has no unsigned numbers.
fn millis(stored: i64) -> Millis {
    u64::try_from(stored).unwrap_or_default()
}
