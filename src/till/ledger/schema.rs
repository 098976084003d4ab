//! The tables of the ledger, and SQLite's settings for them.

use std::fs::OpenOptions;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Transaction};

use super::connection::path_value;
use super::{LedgerError, alarms, of_file};
use crate::payment::Cause;
use crate::till::files;

/// `wsy1` in the file's header.
const APPLICATION_ID: i32 = 0x7773_7931;
/// `wsya`, that of an archive, which can never be taken for a ledger.
pub const ARCHIVE_ID: i32 = 0x7773_7961;
/// The schema version that this library reads and writes.
pub const VERSION: i32 = 6;

const SCHEMA: &str = include_str!("schema/current.sql");
const ARCHIVE: &str = include_str!("schema/archive.sql");

/// The largest file, in pages, that is checked whole at open, which takes a few milliseconds.
const CHECKED_WHOLE: i64 = 512;
/// How many of the newest rows of a larger file are compared at open.
const COMPARED: i64 = 8;

/// Counts the newest charges that an index lacks or shows differently.
const CHARGES_AMISS: &str = "
SELECT COUNT(*) FROM (SELECT * FROM charge NOT INDEXED ORDER BY id DESC LIMIT ?1) AS c WHERE NOT (
    EXISTS (SELECT 1 FROM charge INDEXED BY sqlite_autoindex_charge_1
            WHERE out_trade_no = c.out_trade_no AND attempt = c.attempt AND id = c.id)
    AND EXISTS (SELECT 1 FROM charge INDEXED BY charge_money
                WHERE out_trade_no = c.out_trade_no AND attempt = c.attempt AND total_fen = c.total_fen
                AND state = c.state AND dm_id = c.dm_id AND auth_code IS c.auth_code AND id = c.id)
    AND EXISTS (SELECT 1 FROM charge INDEXED BY charge_code WHERE code_print = c.code_print AND id = c.id)
    AND (c.state = 'open') =
        EXISTS (SELECT 1 FROM charge INDEXED BY charge_open WHERE state = 'open' AND id = c.id)
    AND (c.tie >= 3) =
        EXISTS (SELECT 1 FROM charge INDEXED BY charge_order
                WHERE tie >= 3 AND dm_id = c.dm_id AND id = c.id))";
/// The same for the newest refunds.
const REFUNDS_AMISS: &str = "
SELECT COUNT(*) FROM (SELECT * FROM refund NOT INDEXED ORDER BY id DESC LIMIT ?1) AS r WHERE NOT (
    EXISTS (SELECT 1 FROM refund INDEXED BY sqlite_autoindex_refund_1
            WHERE out_refund_no = r.out_refund_no AND id = r.id)
    AND EXISTS (SELECT 1 FROM refund INDEXED BY refund_money
                WHERE out_refund_no = r.out_refund_no AND out_trade_no = r.out_trade_no AND dm_id = r.dm_id
                AND refund_fen = r.refund_fen AND state = r.state AND before = r.before AND id = r.id)
    AND EXISTS (SELECT 1 FROM refund INDEXED BY refund_order WHERE dm_id = r.dm_id AND id = r.id)
    AND EXISTS (SELECT 1 FROM refund INDEXED BY refund_bill WHERE out_trade_no = r.out_trade_no AND id = r.id)
    AND (r.state = 'open') =
        EXISTS (SELECT 1 FROM refund INDEXED BY refund_open
                WHERE state = 'open' AND dm_id = r.dm_id AND id = r.id))";

/// Looks for damage before anything relies on the file: an index that hides a bill would have it charged
/// again. A small file is checked whole. Of a large one, for which a till cannot wait, the rows written last
/// are compared with every index that money depends on: those are the ones that a power cut or a dying disk
/// damages, and an auth code lives for a minute. A bill of any age is compared when it is read, see
/// [`Ledger::charges`](super::Ledger::charges).
pub fn check(connection: &Connection) -> Result<(), LedgerError> {
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    if pages <= CHECKED_WHOLE {
        return check_whole(connection);
    }
    for (what, amiss) in [("charges", CHARGES_AMISS), ("refunds", REFUNDS_AMISS)] {
        let amiss: i64 = connection.query_row(amiss, [COMPARED], |row| row.get(0))?;
        if amiss > 0 {
            let amiss = format!("{amiss} of the newest {what} differ from their indexes");
            return Err(LedgerError::Damaged(Cause::new(amiss)));
        }
    }
    Ok(())
}

/// Checks the whole file and compares every index with its table, which takes seconds for a million rows.
pub fn check_whole(connection: &Connection) -> Result<(), LedgerError> {
    let found: String = connection.query_row("PRAGMA main.integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(LedgerError::Damaged(Cause::new(found))) }
}

/// Sets how the file is written, and reads the settings back.
pub fn settle_pragmas(connection: &Connection) -> Result<(), LedgerError> {
    let ask = |pragma: &str| -> Result<String, LedgerError> {
        Ok(connection.query_row(&format!("PRAGMA {pragma}"), [], |row| {
            row.get_ref(0).map(|value| match value {
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                ValueRef::Integer(number) => number.to_string(),
                _ => String::new(),
            })
        })?)
    };
    connection
        .execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -512;")?;
    // Read back: a setting that did not take effect would silently break a promise.
    let settled = [
        ("locking_mode = EXCLUSIVE", "exclusive"),
        ("journal_mode = WAL", "wal"),
        ("synchronous", "2"),
        ("secure_delete", "1"),
    ];
    for (pragma, wanted) in settled {
        let got = ask(pragma)?;
        if got != wanted {
            return Err(LedgerError::Storage(Cause::new(format!("PRAGMA {pragma} returned {got}"))));
        }
    }
    Ok(())
}

/// The steps of a migration, starting at version 1. Released steps are never changed.
const STEPS: [&str; 5] = [
    include_str!("schema/to_2.sql"),
    include_str!("schema/to_3.sql"),
    include_str!("schema/to_4.sql"),
    include_str!("schema/to_5.sql"),
    include_str!("schema/to_6.sql"),
];

/// The first version that records the day on which a charge was found to be paid after it was reported as not
/// paid.
const LATE_DAYS: i32 = 4;

/// Creates the tables if there are none, or migrates those of an earlier version: in one transaction, after
/// saving a copy of the file, so that a crash at any point leaves the earlier version or this one.
pub fn make(connection: &mut Connection, folder: &Path) -> Result<(), LedgerError> {
    let found = version(connection)?;
    if let Some(found) = found.filter(|found| *found < VERSION) {
        back_up(connection, folder, found)?;
    }
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)?;
    match found {
        None => make_tables(&tx)?,
        Some(found) => migrate(&tx, found)?,
    }
    Ok(tx.commit()?)
}

fn migrate(tx: &Transaction<'_>, found: i32) -> Result<(), LedgerError> {
    let passed = usize::try_from(found - 1).unwrap_or_default();
    for step in STEPS.iter().skip(passed) {
        tx.execute_batch(step)?;
    }
    if found < LATE_DAYS {
        alarms::fill_in_late_days(tx)?;
    }
    if found < VERSION {
        tx.execute_batch(&format!("PRAGMA user_version = {VERSION}"))?;
    }
    Ok(())
}

/// Saves a complete copy of the ledger as `ledger-v2.db`, or with its own version in the name. The copy is as
/// private as the ledger, and replaces one left by an earlier attempt.
fn back_up(connection: &Connection, folder: &Path, found: i32) -> Result<(), LedgerError> {
    let whole = folder.join(format!("ledger-v{found}.db"));
    let part = folder.join(format!("ledger-v{found}.part"));
    let failed = |error| of_file(&whole, error);
    files::remove(&part).map_err(failed)?;
    let file = files::open_private(&part, OpenOptions::new().write(true).create_new(true)).map_err(failed)?;
    connection.execute("VACUUM INTO ?1", [path_value(&part)])?;
    file.sync_all().map_err(failed)?;
    drop(file);
    files::rename_durably(&part, &whole).map_err(failed)
}

/// The schema version of the file; `None` while it is empty. Anything but a ledger that this library can read
/// is an error.
pub fn version(connection: &Connection) -> Result<Option<i32>, LedgerError> {
    version_of(connection, APPLICATION_ID)
}

/// The same for a file with this number in its header.
pub fn version_of(connection: &Connection, application_id: i32) -> Result<Option<i32>, LedgerError> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i32>(0));
    let (version, application) = (number("PRAGMA user_version")?, number("PRAGMA application_id")?);
    match (version, number("SELECT COUNT(*) FROM sqlite_schema")?) {
        (1..=VERSION, _) if application == application_id => Ok(Some(version)),
        (0, 0) if application == 0 => Ok(None),
        (newer, _) if application == application_id => Err(LedgerError::Newer(newer)),
        _ => Err(LedgerError::Damaged(Cause::new("the file is not a wsy ledger"))),
    }
}

fn make_tables(tx: &Transaction<'_>) -> Result<(), LedgerError> {
    tx.execute_batch(SCHEMA)?;
    number(tx, APPLICATION_ID)
}

/// Creates the tables of an archive.
pub fn make_archive(tx: &Transaction<'_>) -> Result<(), LedgerError> {
    tx.execute_batch(SCHEMA)?;
    tx.execute_batch(ARCHIVE)?;
    number(tx, ARCHIVE_ID)
}

fn number(tx: &Transaction<'_>, application_id: i32) -> Result<(), LedgerError> {
    tx.execute_batch(&format!("PRAGMA user_version = {VERSION}; PRAGMA application_id = {application_id};"))?;
    Ok(())
}
