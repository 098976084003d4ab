//! The tables of the ledger, and how SQLite is to keep them.

use std::fs::OpenOptions;
use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::LedgerError;
use crate::till::files;

/// `wsy1` in the file's header.
const APPLICATION_ID: i32 = 0x7773_7931;
/// Of the schema.
pub const VERSION: i32 = 3;

const SCHEMA: &str = "
CREATE TABLE charge (
    id           INTEGER PRIMARY KEY,
    out_trade_no TEXT NOT NULL,
    attempt      INTEGER NOT NULL,
    device_id    TEXT NOT NULL,
    total_fen    INTEGER NOT NULL CHECK (total_fen > 0),
    pay_type     TEXT NOT NULL,
    code_masked  TEXT NOT NULL,
    code_print   TEXT NOT NULL,
    auth_code    TEXT,
    state        TEXT NOT NULL CHECK (state IN ('open', 'paid', 'not_paid', 'not_sent')),
    started_ms   INTEGER NOT NULL,
    ended_ms     INTEGER,
    day          TEXT NOT NULL,
    dm_id        TEXT NOT NULL DEFAULT '',
    pay_id       TEXT NOT NULL DEFAULT '',
    pay_time     TEXT NOT NULL DEFAULT '',
    openid       TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',
    printinfo    TEXT NOT NULL DEFAULT '',
    needs_person TEXT NOT NULL DEFAULT '',
    server       TEXT NOT NULL DEFAULT '',
    said         TEXT NOT NULL DEFAULT 'nothing',
    tie          INTEGER NOT NULL DEFAULT 0,
    declined     INTEGER NOT NULL DEFAULT 0,
    ended        INTEGER NOT NULL DEFAULT 0,
    quiet_ms     INTEGER NOT NULL DEFAULT 0,
    denials      INTEGER NOT NULL DEFAULT 0,
    to_void      INTEGER NOT NULL DEFAULT 0,
    failed_at    INTEGER,
    operator_id  TEXT NOT NULL DEFAULT '',
    ended_day    TEXT NOT NULL DEFAULT '',
    told_ms      INTEGER,
    changed      INTEGER NOT NULL DEFAULT 0,
    UNIQUE (out_trade_no, attempt),
    CHECK (state IN ('open', 'not_paid') OR auth_code IS NULL)
) STRICT;
CREATE UNIQUE INDEX charge_order ON charge (dm_id) WHERE tie >= 3;
CREATE INDEX charge_to_void ON charge (id) WHERE to_void = 1;
CREATE INDEX charge_open ON charge (id) WHERE state = 'open';
CREATE INDEX charge_day ON charge (day);
CREATE INDEX charge_code ON charge (code_print);
CREATE INDEX charge_changed ON charge (changed);
CREATE INDEX charge_money ON charge (out_trade_no, attempt, total_fen, state, dm_id, auth_code);
CREATE TABLE refund (
    id            INTEGER PRIMARY KEY,
    out_refund_no TEXT NOT NULL UNIQUE,
    out_trade_no  TEXT NOT NULL,
    dm_id         TEXT NOT NULL,
    device_id     TEXT NOT NULL,
    refund_fen    INTEGER NOT NULL CHECK (refund_fen > 0),
    state         TEXT NOT NULL
                  CHECK (state IN ('open', 'refunded', 'not_refunded', 'not_sent', 'conflict')),
    before        TEXT NOT NULL,
    started_ms    INTEGER NOT NULL,
    ended_ms      INTEGER,
    day           TEXT NOT NULL,
    pay_id        TEXT NOT NULL DEFAULT '',
    pay_time      TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL DEFAULT '',
    printinfo     TEXT NOT NULL DEFAULT '',
    server        TEXT NOT NULL DEFAULT '',
    said          TEXT NOT NULL DEFAULT 'nothing',
    said_time     TEXT NOT NULL DEFAULT '',
    quiet_ms      INTEGER NOT NULL DEFAULT 0,
    unseen        INTEGER NOT NULL DEFAULT 0,
    lines         TEXT NOT NULL DEFAULT '',
    ended_day     TEXT NOT NULL DEFAULT '',
    sent_time     TEXT NOT NULL DEFAULT '',
    changed       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX refund_open ON refund (dm_id) WHERE state = 'open';
CREATE INDEX refund_order ON refund (dm_id);
CREATE INDEX refund_day ON refund (day);
CREATE INDEX refund_changed ON refund (changed);
CREATE INDEX refund_money ON refund (out_refund_no, out_trade_no, dm_id, refund_fen, state, before);
CREATE TABLE alarm (
    id              INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL,
    out_trade_no    TEXT NOT NULL,
    dm_id           TEXT NOT NULL,
    here_fen        INTEGER NOT NULL,
    there_fen       INTEGER NOT NULL,
    raised_ms       INTEGER NOT NULL,
    acknowledged_ms INTEGER,
    acknowledged_by TEXT NOT NULL DEFAULT '',
    changed         INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, out_trade_no, dm_id, there_fen)
) STRICT;
CREATE INDEX alarm_raised ON alarm (id) WHERE acknowledged_ms IS NULL;
CREATE INDEX alarm_changed ON alarm (changed);
CREATE TABLE decision (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    row_id     INTEGER NOT NULL,
    word       TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    why        TEXT NOT NULL,
    decided_ms INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    CHECK ((kind = 'charge' AND word IN ('paid', 'not_paid', 'keep'))
        OR (kind = 'refund' AND word IN ('refunded', 'not_refunded', 'keep')))
) STRICT;
CREATE INDEX decision_row ON decision (kind, row_id);
CREATE INDEX decision_changed ON decision (changed);
CREATE TABLE ledger (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    id     TEXT NOT NULL,
    host   TEXT NOT NULL,
    folder TEXT NOT NULL,
    writes INTEGER NOT NULL
) STRICT;
INSERT INTO ledger VALUES (1, lower(hex(randomblob(16))), '', '', 0);
";

/// A file of up to so many pages is looked over whole at open, which takes a few milliseconds.
const LOOKED_OVER_WHOLE: i64 = 512;
/// How many of the newest rows of a larger one are compared at open.
const COMPARED: i64 = 8;

/// How many of the newest charges an index lacks, or knows otherwise.
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
/// The same of the newest refunds.
const REFUNDS_AMISS: &str = "
SELECT COUNT(*) FROM (SELECT * FROM refund NOT INDEXED ORDER BY id DESC LIMIT ?1) AS r WHERE NOT (
    EXISTS (SELECT 1 FROM refund INDEXED BY sqlite_autoindex_refund_1
            WHERE out_refund_no = r.out_refund_no AND id = r.id)
    AND EXISTS (SELECT 1 FROM refund INDEXED BY refund_money
                WHERE out_refund_no = r.out_refund_no AND out_trade_no = r.out_trade_no AND dm_id = r.dm_id
                AND refund_fen = r.refund_fen AND state = r.state AND before = r.before AND id = r.id)
    AND EXISTS (SELECT 1 FROM refund INDEXED BY refund_order WHERE dm_id = r.dm_id AND id = r.id)
    AND (r.state = 'open') =
        EXISTS (SELECT 1 FROM refund INDEXED BY refund_open
                WHERE state = 'open' AND dm_id = r.dm_id AND id = r.id))";

/// Looks for damage before anything is built on it: an index that hides a bill would have it charged again. A small file
/// is looked over whole. Of a large one, for which a till cannot wait, the rows written last are compared with every index
/// that money hangs on: a power cut or a dying disk hurts those, and an auth code lives for a minute. A bill of any age is
/// compared when it is asked for, see [`Ledger::charges`](super::Ledger::charges).
pub fn check(connection: &Connection) -> Result<(), LedgerError> {
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    if pages <= LOOKED_OVER_WHOLE {
        return check_whole(connection);
    }
    for (what, amiss) in [("charges", CHARGES_AMISS), ("refunds", REFUNDS_AMISS)] {
        let amiss: i64 = connection.query_row(amiss, [COMPARED], |row| row.get(0))?;
        if amiss > 0 {
            return Err(LedgerError::Damaged(format!(
                "{amiss} of the newest {what} differ from their indexes"
            )));
        }
    }
    Ok(())
}

/// Looks the whole file over and compares every index with its table, which takes seconds for a million rows.
pub fn check_whole(connection: &Connection) -> Result<(), LedgerError> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(LedgerError::Damaged(found)) }
}

/// Sets how the file is written, and reads it back.
pub fn settle_pragmas(connection: &Connection) -> Result<(), LedgerError> {
    let ask = |pragma: &str| -> Result<String, LedgerError> {
        Ok(connection.query_row(&format!("PRAGMA {pragma}"), [], |row| {
            row.get_ref(0).map(|value| match value {
                rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                _ => String::new(),
            })
        })?)
    };
    connection
        .execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -512;")?;
    // Read back: a setting that did not take would be a silent loss of a promise.
    let settled = [
        ("locking_mode = EXCLUSIVE", "exclusive"),
        ("journal_mode = WAL", "wal"),
        ("synchronous", "2"),
        ("secure_delete", "1"),
    ];
    for (pragma, wanted) in settled {
        let got = ask(pragma)?;
        if got != wanted {
            return Err(LedgerError::Storage(format!("PRAGMA {pragma} gave {got}")));
        }
    }
    Ok(())
}

/// What each step of a migration does, from version 1 on. Steps are never changed once they were released.
const STEPS: [&str; 2] = [
    // An order belongs to one charge for ever. Version 1 let a paid charge take that of an open one, which needs a person.
    // It did not keep what the platform had said of an open refund, which may have been an acceptance.
    "
ALTER TABLE charge ADD COLUMN server TEXT NOT NULL DEFAULT '';
ALTER TABLE charge ADD COLUMN said TEXT NOT NULL DEFAULT 'nothing';
ALTER TABLE charge ADD COLUMN tie INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN declined INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN quiet_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN denials INTEGER NOT NULL DEFAULT 0;
ALTER TABLE charge ADD COLUMN to_void INTEGER NOT NULL DEFAULT 0;
UPDATE charge SET tie = 4, said = 'paid' WHERE state = 'paid';
UPDATE charge SET said = 'paying' WHERE state = 'open' AND dm_id <> '';
UPDATE charge SET tie = 4 WHERE state = 'open' AND dm_id <> '' AND NOT EXISTS
    (SELECT 1 FROM charge AS other WHERE other.dm_id = charge.dm_id AND other.id <> charge.id
     AND (other.state = 'paid' OR (other.state = 'open' AND other.id < charge.id)));
UPDATE charge SET needs_person = 'its order ' || dm_id || ' was reported as the payment of another bill', dm_id = ''
    WHERE state = 'open' AND dm_id <> '' AND tie = 0;
UPDATE charge SET said = 'paid_otherwise' WHERE state = 'open' AND needs_person <> '';
DROP INDEX charge_order;
CREATE UNIQUE INDEX charge_order ON charge (dm_id) WHERE tie >= 3;
CREATE INDEX charge_to_void ON charge (id) WHERE to_void = 1;
ALTER TABLE refund ADD COLUMN server TEXT NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN said TEXT NOT NULL DEFAULT 'nothing';
ALTER TABLE refund ADD COLUMN said_time TEXT NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN quiet_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refund ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refund ADD COLUMN lines TEXT NOT NULL DEFAULT '';
UPDATE refund SET said = 'accepted' WHERE state IN ('refunded', 'open');
UPDATE refund SET lines = pay_id || '|' || pay_time || '|-' || refund_fen WHERE state = 'refunded' AND pay_id <> '';
",
    // Versions 1 and 2 told each paid bill as paid and did not keep when: the outcome is the last moment at which that can have
    // begun, and who reads the ledger for the first time reads every row.
    "
ALTER TABLE charge ADD COLUMN failed_at INTEGER;
ALTER TABLE charge ADD COLUMN operator_id TEXT NOT NULL DEFAULT '';
ALTER TABLE charge ADD COLUMN ended_day TEXT NOT NULL DEFAULT '';
ALTER TABLE charge ADD COLUMN told_ms INTEGER;
ALTER TABLE charge ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
UPDATE charge SET changed = (SELECT writes FROM ledger);
UPDATE charge SET ended_day = date(ended_ms / 1000 + 28800, 'unixepoch') WHERE ended_ms IS NOT NULL;
UPDATE charge SET told_ms = ended_ms WHERE state = 'paid';
CREATE INDEX charge_changed ON charge (changed);
ALTER TABLE refund ADD COLUMN ended_day TEXT NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN sent_time TEXT NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
UPDATE refund SET changed = (SELECT writes FROM ledger);
UPDATE refund SET ended_day = date(ended_ms / 1000 + 28800, 'unixepoch') WHERE ended_ms IS NOT NULL;
CREATE INDEX refund_changed ON refund (changed);
ALTER TABLE alarm ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
UPDATE alarm SET changed = (SELECT writes FROM ledger);
CREATE INDEX alarm_changed ON alarm (changed);
CREATE TABLE decision (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    row_id     INTEGER NOT NULL,
    word       TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    why        TEXT NOT NULL,
    decided_ms INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    CHECK ((kind = 'charge' AND word IN ('paid', 'not_paid', 'keep'))
        OR (kind = 'refund' AND word IN ('refunded', 'not_refunded', 'keep')))
) STRICT;
CREATE INDEX decision_row ON decision (kind, row_id);
CREATE INDEX decision_changed ON decision (changed);
",
];

/// Makes the tables where there are none, and brings those of an earlier version up to this one: after a copy of the file was
/// put aside, in one transaction, so that a crash at any point leaves the earlier version or this one.
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
    if found < VERSION {
        tx.execute_batch(&format!("PRAGMA user_version = {VERSION}"))?;
    }
    Ok(())
}

/// Puts a whole copy of the ledger aside as `ledger-v2.db`, or with the version that it has. It is private as the ledger is, and replaces what an earlier try left.
fn back_up(connection: &Connection, folder: &Path, found: i32) -> Result<(), LedgerError> {
    let whole = folder.join(format!("ledger-v{found}.db"));
    let part = folder.join(format!("ledger-v{found}.part"));
    let failed = |error: std::io::Error| LedgerError::Storage(format!("{}: {error}", whole.display()));
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let file = files::open_private(&part, OpenOptions::new().write(true).create_new(true)).map_err(failed)?;
    connection.execute("VACUUM INTO ?1", [part.to_string_lossy()])?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&part, &whole).map_err(failed)
}

/// The schema version of the file; `None` while it is empty. Anything but a ledger that this library can read is an error.
pub fn version(connection: &Connection) -> Result<Option<i32>, LedgerError> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i32>(0));
    let (version, application) = (number("PRAGMA user_version")?, number("PRAGMA application_id")?);
    match (version, application, number("SELECT COUNT(*) FROM sqlite_schema")?) {
        (1..=VERSION, APPLICATION_ID, _) => Ok(Some(version)),
        (0, 0, 0) => Ok(None),
        (newer, APPLICATION_ID, _) => Err(LedgerError::Newer(newer)),
        _ => Err(LedgerError::Damaged("the file is not a ledger of wsy".to_owned())),
    }
}

fn make_tables(tx: &Transaction<'_>) -> Result<(), LedgerError> {
    tx.execute_batch(SCHEMA)?;
    tx.execute_batch(&format!("PRAGMA user_version = {VERSION}; PRAGMA application_id = {APPLICATION_ID};"))?;
    Ok(())
}
