//! Charges and refunds as they are read.

use rusqlite::{Connection, Params, Row};

use super::LedgerError;
use crate::payment::Millis;
use crate::payment::bill::{ChargeState, RefundState};
use crate::payment::evidence::{Evidence, Said, Tie};
use crate::payment::refund::{Before, Known, Said as RefundSaid};
use crate::payment::row::{ChargeRow, RefundRow, Wallet};
use crate::protocol::receipt::Placeholders;

columns! {
    /// What is read of a charge.
    Charge of "charge" {
        id, out_trade_no, attempt, device_id, total_fen, paytype, code_masked, code_print, auth_code, state,
        started_ms, ended_ms, dm_id, pay_id, pay_time, openid, reason, printinfo, needs_person, server, said,
        tie, declined, ended, quiet_ms, denials, failed_at, to_void, operator_id, told_ms, unfinished, ended_day,
        day, late_day, placeholders, pay_type, pay_name,
    }
}

columns! {
    /// What is read of a refund.
    Refund of "refund" {
        id, out_refund_no, out_trade_no, dm_id, paytype, device_id, refund_fen, state, before, started_ms,
        ended_ms, pay_id, pay_time, reason, printinfo, server, said, said_time, quiet_ms, unseen, sent_time,
        lines, ended_day, day, operator_id, pay_type, pay_name, refund_id,
    }
}

/// The charges that a condition names.
pub fn charges(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<ChargeRow>, LedgerError> {
    let mut statement = connection.prepare_cached(&[Charge::SELECT, condition].join(" "))?;
    let rows = statement.query_map(values, charge)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The refunds that a condition names.
pub fn refunds(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<RefundRow>, LedgerError> {
    let mut statement = connection.prepare_cached(&[Refund::SELECT, condition].join(" "))?;
    let rows = statement.query_map(values, refund)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The charge with this number of the row.
pub fn charge_by_id(connection: &Connection, id: i64) -> rusqlite::Result<ChargeRow> {
    connection.prepare_cached(&[Charge::SELECT, "WHERE id = ?1"].join(" "))?.query_row([id], charge)
}

fn charge(row: &Row<'_>) -> rusqlite::Result<ChargeRow> {
    use Charge as Column;
    let dm_id: String = Column::dm_id.of(row)?;
    Ok(ChargeRow {
        id: Column::id.of(row)?,
        out_trade_no: Column::out_trade_no.of(row)?,
        attempt: Column::attempt.of(row)?,
        device_id: Column::device_id.of(row)?,
        total_fen: Column::total_fen.of(row)?,
        wallet: Wallet {
            paytype: Column::paytype.of(row)?,
            pay_type: Column::pay_type.of(row)?,
            pay_name: Column::pay_name.of(row)?,
        },
        code_masked: Column::code_masked.of(row)?,
        code_print: Column::code_print.of(row)?,
        auth_code: Column::auth_code.of(row)?,
        state: Column::state.word(row, ChargeState::read)?,
        started_ms: Column::started_ms.of(row)?,
        day: Column::day.of(row)?,
        ended_ms: Column::ended_ms.of(row)?,
        pay_id: Column::pay_id.of(row)?,
        pay_time: Column::pay_time.of(row)?,
        openid: Column::openid.of(row)?,
        reason: Column::reason.of(row)?,
        printinfo: Column::printinfo.of(row)?,
        needs_person: Column::needs_person.of(row)?,
        server: Column::server.of(row)?,
        evidence: Evidence {
            said: Column::said.word(row, Said::read)?,
            dm_id: dm_id.clone(),
            tie: Tie::read(Column::tie.of(row)?).unwrap_or_default(),
            declined: Column::declined.of(row)?,
            ended: Column::ended.of(row)?,
            quiet: millis(Column::quiet_ms.of(row)?),
            denials: Column::denials.of(row)?,
            failed_at: Column::failed_at.of::<Option<i64>>(row)?.map(millis),
        },
        dm_id,
        to_void: Column::to_void.of(row)?,
        operator_id: Column::operator_id.of(row)?,
        told_ms: Column::told_ms.of(row)?,
        is_unfinished: Column::unfinished.of(row)?,
        ended_day: Column::ended_day.of(row)?,
        late_day: Column::late_day.of(row)?,
        placeholders: Placeholders::of_text(Column::placeholders.text(row)?),
    })
}

fn refund(row: &Row<'_>) -> rusqlite::Result<RefundRow> {
    use Refund as Column;
    let said_time: String = Column::said_time.of(row)?;
    Ok(RefundRow {
        id: Column::id.of(row)?,
        out_refund_no: Column::out_refund_no.of(row)?,
        out_trade_no: Column::out_trade_no.of(row)?,
        dm_id: Column::dm_id.of(row)?,
        wallet: Wallet {
            paytype: Column::paytype.of(row)?,
            pay_type: Column::pay_type.of(row)?,
            pay_name: Column::pay_name.of(row)?,
        },
        device_id: Column::device_id.of(row)?,
        refund_fen: Column::refund_fen.of(row)?,
        state: Column::state.word(row, RefundState::read)?,
        before: Before::from_text(Column::before.text(row)?),
        started_ms: Column::started_ms.of(row)?,
        day: Column::day.of(row)?,
        ended_ms: Column::ended_ms.of(row)?,
        pay_id: Column::pay_id.of(row)?,
        refund_id: Column::refund_id.of(row)?,
        pay_time: Column::pay_time.of(row)?,
        reason: Column::reason.of(row)?,
        printinfo: Column::printinfo.of(row)?,
        server: Column::server.of(row)?,
        known: Known {
            said: Column::said.word(row, |word| RefundSaid::read(word, said_time.clone()))?,
            quiet: millis(Column::quiet_ms.of(row)?),
            unseen: Column::unseen.of(row)?,
            sent_time: Column::sent_time.of(row)?,
        },
        lines: Before::from_text(Column::lines.text(row)?),
        ended_day: Column::ended_day.of(row)?,
        operator_id: Column::operator_id.of(row)?,
    })
}

/// A word that no version of this library has written.
pub fn unknown_word(word: &str) -> rusqlite::Error {
    let what = format!("it has the word `{word}`, which means nothing");
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.into())
}

/// Times are never negative; SQLite has no unsigned numbers.
fn millis(stored: i64) -> Millis {
    u64::try_from(stored).unwrap_or_default()
}
