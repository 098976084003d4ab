//! The ledger: every charge and refund that this till ever began, in one SQLite file that this process alone holds.
//!
//! WAL with `synchronous=FULL` makes a commit durable with one flush; `locking_mode=EXCLUSIVE` makes a second process
//! on the same folder an error at open and not a surprise later.

mod alarms;
mod compared;
mod days;
mod decisions;
mod identity;
mod orders;
mod schema;
mod telling;

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::FromSql;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Params, Row, params};

pub use crate::driver::LedgerError;
use crate::driver::{RowId, Store};
use crate::payment::PersistError;
use crate::payment::bill::LatePayment;
use crate::payment::decision::Decision;
use crate::payment::evidence::{Evidence, Said, Tie};
use crate::payment::refund::{Before, Known, Said as RefundSaid};
use crate::protocol::receipt::Placeholders;
use crate::sync::Mutex;
use crate::till::files;

pub use crate::payment::bill::{ChargeState, RefundState};
pub use crate::payment::row::{ChargeRow, Moment, NewCharge, NewRefund, RefundRow, Tells, Wallet};
pub use alarms::{Alarm, AlarmKind, NewAlarm};
pub use days::Closing;
pub use decisions::{Decided, Listed};
use identity::Identity;
pub use telling::{Pending, Telling};

const CHARGE: &str = "SELECT id, out_trade_no, attempt, device_id, total_fen, paytype, code_masked, code_print, \
    auth_code, state, started_ms, ended_ms, dm_id, pay_id, pay_time, openid, reason, printinfo, needs_person, \
    server, said, tie, declined, ended, quiet_ms, denials, failed_at, to_void, operator_id, told_ms, unfinished, \
    ended_day, day, late_day, placeholders, pay_type, pay_name FROM charge";
const REFUND: &str = "SELECT id, out_refund_no, out_trade_no, dm_id, paytype, device_id, refund_fen, state, before, \
    started_ms, ended_ms, pay_id, pay_time, reason, printinfo, server, said, said_time, quiet_ms, unseen, \
    sent_time, lines, ended_day, day, operator_id, pay_type, pay_name, refund_id FROM refund";

const BEGIN_CHARGE: &str = "INSERT INTO charge (out_trade_no, attempt, device_id, total_fen, paytype, code_masked, \
    code_print, auth_code, state, started_ms, day, server, operator_id, changed, placeholders, pay_type, pay_name) VALUES (?1, \
    (SELECT COALESCE(MAX(attempt), 0) + 1 FROM charge WHERE out_trade_no = ?1), \
    ?2, ?3, ?4, ?5, ?6, ?7, 'open', ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
const WRITE_CHARGE: &str = "UPDATE charge SET state = ?2, auth_code = ?3, ended_ms = ?4, dm_id = ?5, pay_id = ?6, \
    pay_time = ?7, openid = ?8, reason = ?9, printinfo = ?10, needs_person = ?11, said = ?12, tie = ?13, \
    declined = ?14, ended = ?15, quiet_ms = ?16, denials = ?17, failed_at = ?18, ended_day = ?19, \
    told_ms = CASE to_void WHEN 0 THEN ?20 END, told_in = CASE WHEN to_void = 0 AND ?20 > 0 THEN ?21 ELSE 0 END, \
    unfinished = CASE to_void WHEN 0 THEN ?22 ELSE 0 END, changed = ?21, pay_type = ?23, pay_name = ?24 \
    WHERE id = ?1 AND state = 'open'";
const BEGIN_REFUND: &str = "INSERT INTO refund (out_refund_no, out_trade_no, dm_id, device_id, refund_fen, state, \
    before, started_ms, day, server, sent_time, changed, operator_id, paytype, pay_type, \
    pay_name) VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
const WRITE_REFUND: &str = "UPDATE refund SET state = ?2, ended_ms = ?3, pay_id = ?4, pay_time = ?5, reason = ?6, \
    printinfo = ?7, said = ?8, said_time = ?9, quiet_ms = ?10, unseen = ?11, lines = ?12, ended_day = ?13, changed = ?14, \
    refund_id = ?15, pay_type = ?16, pay_name = ?17 \
    WHERE id = ?1 AND state = 'open'";
/// Statements are compiled once and kept; there are fewer than this.
const STATEMENTS: usize = 48;

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Storage(error.to_string()),
        }
    }
}

/// The ledger of a data folder.
pub struct Ledger {
    connection: Mutex<Connection>,
    identity: Identity,
    telling: Arc<Telling>,
}

impl Ledger {
    /// Opens or makes `ledger.db` in the data folder. One that is a copy or a backup is refused, unless a person has
    /// decided to `accept` it.
    pub fn open(folder: &Path, accept: bool) -> Result<Self, LedgerError> {
        let path = folder.join("ledger.db");
        // SQLite gives its other files the permissions of this one. A ledger that is there is not even opened: closing
        // a file again gives up every lock that this process has on it, also that of another client.
        match files::open_private(&path, OpenOptions::new().write(true).create_new(true)) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(LedgerError::Storage(error.to_string()));
            }
            _ => {}
        }
        let mut connection = Connection::open(&path)?;
        connection.busy_timeout(Duration::ZERO)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Without it a kept statement is compiled anew for each value that a partial index might be asked for.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
        // Before anything is changed: the file may be somebody else's.
        let is_current = schema::version(&connection)?.is_none_or(|version| version == schema::VERSION);
        schema::settle_pragmas(&connection)?;
        if is_current {
            schema::check(&connection)?;
        } else {
            schema::check_whole(&connection)?;
        }
        schema::make(&mut connection, folder)?;
        let identity = Identity::verify(&connection, folder, accept)?;
        let telling = Arc::new(Telling::of(&connection)?);
        let ledger = Self { connection: Mutex::new(connection), identity, telling };
        ledger.note_unheard()?;
        Ok(ledger)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held rolled its transaction back.
        self.connection.lock()
    }

    /// Writes in one transaction that is counted; durable when this returns. Each row that it changes keeps its number.
    fn write<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection, i64) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        let writes = identity::count(&tx, self.telling.heard())?;
        let done = work(&tx, writes)?;
        tx.commit()?;
        self.identity.mark(writes);
        Ok(done)
    }

    /// Charges of bills that are to be undone and are not.
    pub fn to_void(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.select_charges("WHERE to_void = 1 ORDER BY id", [])
    }

    /// Up to where "paid" was heard.
    pub const fn telling(&self) -> &Arc<Telling> {
        &self.telling
    }

    /// The program calls again, and has heard what it was told; that is written down, unless a write of that call did.
    pub fn note_heard(&self) -> Result<(), LedgerError> {
        if self.telling.is_written() { Ok(()) } else { self.write(|_, _| Ok(())) }
    }

    /// What an earlier process was told and may not have heard is an unfinished sale.
    fn note_unheard(&self) -> Result<(), LedgerError> {
        const UNHEARD: &str = "changed > (SELECT heard FROM ledger) AND told_in > (SELECT heard FROM ledger)";
        let sql = format!("SELECT EXISTS (SELECT 1 FROM charge WHERE {UNHEARD})");
        if self.lock().query_row(&sql, [], |row| row.get::<_, bool>(0))? {
            let unheard =
                self.lock().query_row("SELECT heard FROM ledger", [], |row| row.get::<_, i64>(0))?;
            self.telling.hear();
            self.write(|tx, number| {
                let sql =
                    "UPDATE charge SET unfinished = 1, changed = ?2 WHERE changed > ?1 AND told_in > ?1";
                Ok::<_, LedgerError>(tx.execute(sql, params![unheard, number])?)
            })?;
        }
        Ok(())
    }

    /// Looks the whole file over, which takes seconds for a million rows.
    pub fn check_whole(&self) -> Result<(), LedgerError> {
        schema::check_whole(&self.lock())
    }

    /// Refunds that need a person.
    pub fn conflicts(&self) -> Result<Vec<RefundRow>, LedgerError> {
        self.select_refunds("WHERE state = 'conflict' ORDER BY id", [])
    }

    fn select_charges(&self, condition: &str, values: impl Params) -> Result<Vec<ChargeRow>, LedgerError> {
        select_charges(&self.lock(), condition, values)
    }

    fn select_refunds(&self, condition: &str, values: impl Params) -> Result<Vec<RefundRow>, LedgerError> {
        select_refunds(&self.lock(), condition, values)
    }
}

impl Store for Ledger {
    fn charges(&self, out_trade_no: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        compared::charges(&self.lock(), out_trade_no)
    }

    fn wish_void(&self, out_trade_no: &str, wish: bool) -> Result<(), LedgerError> {
        self.write(|tx, number| {
            if !wish {
                return Ok(end_wish(tx, number, out_trade_no)?);
            }
            let sql = "UPDATE charge SET to_void = 1, changed = ?2 WHERE out_trade_no = ?1";
            tx.prepare_cached(sql)?.execute(params![out_trade_no, number])?;
            Ok(())
        })
    }

    fn paid_there(&self, out_trade_no: &str) -> Result<Vec<LatePayment>, LedgerError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT charge, dm_id, there_fen FROM alarm WHERE kind = 'paid_there' AND out_trade_no = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([out_trade_no], |row| {
            Ok(LatePayment { charge: row.get(0)?, dm_id: row.get(1)?, fen: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn bill_paid_there(&self, dm_id: &str) -> Result<Option<String>, LedgerError> {
        let sql =
            "SELECT out_trade_no FROM alarm WHERE kind = 'paid_there' AND dm_id = ?1 ORDER BY id LIMIT 1";
        Ok(self.lock().prepare_cached(sql)?.query_row([dm_id], |row| row.get(0)).optional()?)
    }

    fn charges_with_code(&self, code_print: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.select_charges("WHERE code_print = ?1 ORDER BY id", [code_print])
    }

    fn other_owner(&self, id: i64, dm_id: &str, tie: Tie) -> Result<Option<String>, LedgerError> {
        Ok(owner(&self.lock(), id, dm_id, tie)?)
    }

    fn charge_of_order(&self, dm_id: &str) -> Result<Option<ChargeRow>, LedgerError> {
        Ok(self
            .select_charges("WHERE dm_id = ?1 AND tie >= 3 AND state IN ('paid', 'decided_paid')", [dm_id])?
            .pop())
    }

    fn charge(&self, id: i64) -> Result<ChargeRow, LedgerError> {
        Ok(charge_by_id(&self.lock(), id)?)
    }

    fn open_charges(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.select_charges("WHERE state = 'open' ORDER BY id", [])
    }

    fn refund(&self, out_refund_no: &str) -> Result<Option<RefundRow>, LedgerError> {
        compared::refund(&self.lock(), out_refund_no)
    }

    fn refunds_of_order(&self, dm_id: &str) -> Result<Vec<RefundRow>, LedgerError> {
        self.select_refunds("WHERE dm_id = ?1 ORDER BY id", [dm_id])
    }

    fn open_refunds(&self) -> Result<Vec<RefundRow>, LedgerError> {
        self.select_refunds("WHERE state = 'open' ORDER BY id", [])
    }

    fn charges_to_reconcile(&self, day: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.select_charges(&days::to_reconcile("charge", "state <> 'open'"), [day])
    }

    fn refunds_to_reconcile(&self, day: &str) -> Result<Vec<RefundRow>, LedgerError> {
        self.select_refunds(&days::to_reconcile("refund", "state NOT IN ('open', 'conflict')"), [day])
    }

    fn set_reconciled(&self, rows: &[RowId]) -> Result<(), LedgerError> {
        self.write(|tx, number| days::set_reconciled(tx, number, rows))
    }

    fn raise(&self, alarm: &NewAlarm, now: &Moment) -> Result<(), LedgerError> {
        self.write(|tx, number| {
            let raised = tx.execute(
                "INSERT OR IGNORE INTO alarm \
                 (kind, out_trade_no, dm_id, here_fen, there_fen, raised_ms, changed, charge) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    alarm.kind.word(),
                    alarm.out_trade_no,
                    alarm.dm_id,
                    alarm.here_fen,
                    alarm.there_fen,
                    now.ms,
                    number,
                    alarm.charge
                ],
            )?;
            if raised == 1 && alarm.kind == AlarmKind::PaidThere {
                let sql = "UPDATE charge SET late_day = ?2, changed = ?3 WHERE id = ?1 AND late_day = ''";
                let day = days::of_outcome(tx, &now.day)?;
                tx.prepare_cached(sql)?.execute(params![alarm.charge, day, number])?;
            }
            Ok(())
        })
    }

    fn begin_charge(&self, new: &NewCharge<'_>) -> Result<ChargeRow, LedgerError> {
        self.write(|tx, number| {
            tx.prepare_cached(BEGIN_CHARGE)?.execute(params![
                new.out_trade_no,
                new.device_id,
                new.total_fen,
                new.wallet.paytype,
                new.auth_code.masked(),
                new.auth_code.fingerprint(),
                new.sealed_code,
                new.started.ms,
                new.started.day,
                new.server,
                new.operator_id,
                number,
                new.placeholders.to_text(),
                new.wallet.pay_type,
                new.wallet.pay_name
            ])?;
            Ok(charge_by_id(tx, tx.last_insert_rowid())?)
        })
    }

    fn write_charge(&self, row: &ChargeRow) -> Result<String, PersistError> {
        let write = |tx: &Connection, number| write_charge(tx, number, row).map(|day| (number, day));
        let (number, day) = self.write(write).map_err(|refusal| refusal.0)?;
        if row.told_ms.is_some() {
            self.telling.told(number);
        }
        Ok(day)
    }

    fn set_told(&self, charge: i64, told_ms: Option<i64>) -> Result<(), LedgerError> {
        let sql = "UPDATE charge SET told_ms = ?2, told_in = CASE WHEN ?2 IS NULL THEN 0 ELSE ?3 END, \
            unfinished = ?2 IS NULL, changed = ?3 WHERE id = ?1";
        let number = self.write(|tx, number| {
            tx.prepare_cached(sql)?.execute(params![charge, told_ms, number])?;
            Ok::<_, LedgerError>(number)
        })?;
        if told_ms.is_some() {
            self.telling.told(number);
        }
        Ok(())
    }

    fn unfinished(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.select_charges("WHERE unfinished = 1 ORDER BY id", [])
    }

    fn decide_charge(
        &self,
        row: &ChargeRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Moment,
    ) -> Result<String, LedgerError> {
        self.write(|tx, number| {
            // A charge that turned out to be paid after all is paid by its alarm, and stays as it was reported. What had its outcome
            // before keeps the day of it, which may be closed.
            let sql = "UPDATE charge SET state = CASE state WHEN 'open' THEN ?2 ELSE state END, ended_ms = ?3, \
                ended_day = CASE state WHEN 'open' THEN ?4 ELSE ended_day END, needs_person = ?5, told_ms = ?6, \
                unfinished = ?7 WHERE id = ?1 RETURNING ended_day";
            let values = params![
                row.id,
                row.state.word(),
                row.ended_ms,
                days::of_outcome(tx, &row.ended_day)?,
                row.needs_person,
                row.told_ms,
                row.is_unfinished
            ];
            let ended_day = tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
            if ends_wish {
                end_wish(tx, number, &row.out_trade_no)?;
            }
            tx.prepare_cached("UPDATE charge SET changed = ?2 WHERE id = ?1")?.execute([row.id, number])?;
            decisions::add(tx, number, RowId::Charge(row.id), decision, now)?;
            Ok(ended_day)
        })
    }

    fn decide_refund(
        &self,
        row: &RefundRow,
        decision: &Decision,
        ends_wish: bool,
        now: &Moment,
    ) -> Result<String, LedgerError> {
        self.write(|tx, number| {
            let sql = "UPDATE refund SET state = ?2, ended_ms = ?3, changed = ?5, \
                ended_day = CASE state WHEN ?2 THEN ended_day ELSE ?4 END WHERE id = ?1 RETURNING ended_day";
            let day = days::of_outcome(tx, &row.ended_day)?;
            let values = params![row.id, row.state.word(), row.ended_ms, day, number];
            let ended_day = tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
            if ends_wish {
                end_wish(tx, number, &row.out_trade_no)?;
            }
            decisions::add(tx, number, RowId::Refund(row.id), decision, now)?;
            Ok(ended_day)
        })
    }

    fn begin_refund(&self, new: &NewRefund<'_>) -> Result<RefundRow, LedgerError> {
        self.write(|tx, number| Ok(begin_refund(tx, number, new)?))
    }

    fn note_refund(&self, new: &NewRefund<'_>) -> Result<(), PersistError> {
        let note = |tx: &Connection, number: i64| {
            let made = begin_refund(tx, number, new)?.made_elsewhere(new.started).map_err(Refusal)?;
            write_refund(tx, number, &made).map(drop)
        };
        self.write(note).map_err(|refusal| refusal.0)
    }

    fn write_refund(&self, row: &RefundRow) -> Result<String, PersistError> {
        self.write(|tx, number| write_refund(tx, number, row)).map_err(|refusal| refusal.0)
    }
}

/// A bill is not to be undone any more. A payment of it that nobody was told of is an unfinished sale then.
fn end_wish(connection: &Connection, number: i64, out_trade_no: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE charge SET to_void = 0, changed = ?2, unfinished = \
        CASE WHEN state = 'paid' AND told_ms IS NULL THEN 1 ELSE unfinished END \
        WHERE out_trade_no = ?1 AND to_void = 1";
    connection.prepare_cached(sql)?.execute(params![out_trade_no, number])?;
    Ok(())
}

fn select_charges(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<ChargeRow>, LedgerError> {
    let mut statement = connection.prepare_cached(&[CHARGE, condition].join(" "))?;
    let rows = statement.query_map(values, charge_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn select_refunds(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<RefundRow>, LedgerError> {
    let mut statement = connection.prepare_cached(&[REFUND, condition].join(" "))?;
    let rows = statement.query_map(values, refund_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Why a row was not written, with SQLite's errors among the reasons.
struct Refusal(PersistError);

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self(PersistError::Storage(error.to_string()))
    }
}

/// Writes a charge and returns the day of its outcome, if it has one.
fn write_charge(connection: &Connection, number: i64, row: &ChargeRow) -> Result<String, Refusal> {
    if let Some(dm_id) = row.order() {
        bind_order(connection, number, row, dm_id)?;
    }
    let day = days::of_outcome(connection, &row.ended_day)?;
    let Evidence { said, tie, declined, ended, quiet, denials, failed_at, .. } = &row.evidence;
    let changed = connection.prepare_cached(WRITE_CHARGE)?.execute(params![
        row.id,
        row.state.word(),
        row.auth_code,
        row.ended_ms,
        row.dm_id,
        row.pay_id,
        row.pay_time,
        row.openid,
        row.reason,
        row.printinfo,
        row.needs_person,
        said.word(),
        tie.number(),
        declined,
        ended,
        i64::try_from(*quiet).unwrap_or(i64::MAX),
        denials,
        failed_at.map(|at| i64::try_from(at).unwrap_or(i64::MAX)),
        day,
        row.told_ms,
        number,
        row.is_unfinished,
        row.wallet.pay_type,
        row.wallet.pay_name
    ])?;
    if changed == 1 { Ok(day) } else { Err(Refusal(PersistError::Closed)) }
}

fn begin_refund(connection: &Connection, number: i64, new: &NewRefund<'_>) -> rusqlite::Result<RefundRow> {
    connection
        .prepare_cached("DELETE FROM refund WHERE out_refund_no = ?1 AND state = 'not_sent'")?
        .execute([new.out_refund_no])?;
    connection.prepare_cached(BEGIN_REFUND)?.execute(params![
        new.out_refund_no,
        new.out_trade_no,
        new.dm_id,
        new.device_id,
        new.refund_fen,
        new.before.to_text(),
        new.started.ms,
        new.started.day,
        new.server,
        new.sent_time,
        number,
        new.operator_id,
        new.wallet.paytype,
        new.wallet.pay_type,
        new.wallet.pay_name
    ])?;
    refund_by_id(connection, connection.last_insert_rowid())
}

/// Writes a refund and returns the day of its outcome, if it has one.
fn write_refund(connection: &Connection, number: i64, row: &RefundRow) -> Result<String, Refusal> {
    let day = days::of_outcome(connection, &row.ended_day)?;
    let Known { said, quiet, unseen, .. } = &row.known;
    let changed = connection.prepare_cached(WRITE_REFUND)?.execute(params![
        row.id,
        row.state.word(),
        row.ended_ms,
        row.pay_id,
        row.pay_time,
        row.reason,
        row.printinfo,
        said.word(),
        said.time(),
        i64::try_from(*quiet).unwrap_or(i64::MAX),
        unseen,
        row.lines.to_text(),
        day,
        number,
        row.refund_id,
        row.wallet.pay_type,
        row.wallet.pay_name
    ])?;
    if changed == 1 { Ok(day) } else { Err(Refusal(PersistError::Closed)) }
}

/// Makes an order a charge's own: refused where another bill has it by a tie that is as strong, also by an alarm; a charge that has
/// it by a weaker one loses it.
fn bind_order(connection: &Connection, number: i64, row: &ChargeRow, dm_id: &str) -> Result<(), Refusal> {
    let rival = connection
        .prepare_cached(
            "SELECT NULL, out_trade_no, NULL FROM alarm WHERE dm_id = ?1 AND kind = 'paid_there' AND out_trade_no <> ?2 \
             UNION ALL SELECT id, out_trade_no, tie FROM charge WHERE dm_id = ?1 AND tie >= 3 AND id <> ?3 LIMIT 1",
        )?
        .query_row(params![dm_id, row.out_trade_no, row.id], |rival| {
            Ok((rival.get::<_, Option<i64>>(0)?, rival.get(1)?, rival.get::<_, Option<i64>>(2)?))
        })
        .optional()?;
    match rival {
        None => Ok(()),
        Some((Some(id), _, Some(tie))) if tie < row.evidence.tie.number() => {
            let other = charge_by_id(connection, id)?.without_order(&row.out_trade_no);
            let sql = "UPDATE charge SET dm_id = ?2, tie = ?3, needs_person = ?4, changed = ?5 WHERE id = ?1";
            let tie = other.evidence.tie.number();
            connection.prepare_cached(sql)?.execute(params![
                id,
                other.dm_id,
                tie,
                other.needs_person,
                number
            ])?;
            Ok(())
        }
        Some((_, owner, _)) => Err(Refusal(PersistError::OrderTaken(owner))),
    }
}

/// The bill of another charge that an order belongs to by such a tie, also by an alarm: a late success is paid by our own record.
fn owner(connection: &Connection, id: i64, dm_id: &str, tie: Tie) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(
            "SELECT out_trade_no FROM charge WHERE dm_id = ?1 AND tie >= 3 AND tie >= ?3 AND id <> ?2 UNION ALL \
             SELECT out_trade_no FROM alarm WHERE dm_id = ?1 AND kind = 'paid_there' AND \
             out_trade_no <> (SELECT out_trade_no FROM charge WHERE id = ?2) LIMIT 1",
        )?
        .query_row(params![dm_id, id, tie.number()], |row| row.get(0))
        .optional()
}

fn charge_by_id(connection: &Connection, id: i64) -> rusqlite::Result<ChargeRow> {
    connection.prepare_cached(&[CHARGE, "WHERE id = ?1"].join(" "))?.query_row([id], charge_row)
}

fn refund_by_id(connection: &Connection, id: i64) -> rusqlite::Result<RefundRow> {
    connection.prepare_cached(&[REFUND, "WHERE id = ?1"].join(" "))?.query_row([id], refund_row)
}

/// The columns of a row in the order in which they were asked for.
struct Columns<'a, 'r> {
    row: &'a Row<'r>,
    next: usize,
}

impl<'a, 'r> Columns<'a, 'r> {
    fn of(row: &'a Row<'r>) -> Self {
        Self { row, next: 0 }
    }

    fn next<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let at = self.next;
        self.next += 1;
        self.row.get(at)
    }

    fn state<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
        let at = self.next;
        self.next += 1;
        let word = self.row.get_ref(at)?.as_str()?;
        read(word).ok_or_else(|| unknown_state(word))
    }
}

/// A row of [`CHARGE`].
fn charge_row(row: &Row<'_>) -> rusqlite::Result<ChargeRow> {
    let mut columns = Columns::of(row);
    let mut found = ChargeRow {
        id: columns.next()?,
        out_trade_no: columns.next()?,
        attempt: columns.next()?,
        device_id: columns.next()?,
        total_fen: columns.next()?,
        wallet: Wallet { paytype: columns.next()?, ..Wallet::default() },
        code_masked: columns.next()?,
        code_print: columns.next()?,
        auth_code: columns.next()?,
        state: columns.state(ChargeState::read)?,
        started_ms: columns.next()?,
        ended_ms: columns.next()?,
        dm_id: columns.next()?,
        pay_id: columns.next()?,
        pay_time: columns.next()?,
        openid: columns.next()?,
        reason: columns.next()?,
        printinfo: columns.next()?,
        needs_person: columns.next()?,
        server: columns.next()?,
        evidence: Evidence {
            said: columns.state(Said::read)?,
            dm_id: String::new(),
            tie: Tie::read(columns.next()?).unwrap_or_default(),
            declined: columns.next()?,
            ended: columns.next()?,
            quiet: u64::try_from(columns.next::<i64>()?).unwrap_or_default(),
            denials: columns.next()?,
            failed_at: columns.next::<Option<i64>>()?.map(|at| u64::try_from(at).unwrap_or_default()),
        },
        to_void: columns.next()?,
        operator_id: columns.next()?,
        told_ms: columns.next()?,
        is_unfinished: columns.next()?,
        ended_day: columns.next()?,
        day: columns.next()?,
        late_day: columns.next()?,
        placeholders: Placeholders::of_text(&columns.next::<String>()?),
    };
    found.evidence.dm_id.clone_from(&found.dm_id);
    found.wallet.pay_type = columns.next()?;
    found.wallet.pay_name = columns.next()?;
    Ok(found)
}

/// A row of [`REFUND`].
fn refund_row(row: &Row<'_>) -> rusqlite::Result<RefundRow> {
    let mut columns = Columns::of(row);
    let mut found = RefundRow {
        id: columns.next()?,
        out_refund_no: columns.next()?,
        out_trade_no: columns.next()?,
        dm_id: columns.next()?,
        wallet: Wallet { paytype: columns.next()?, ..Wallet::default() },
        device_id: columns.next()?,
        refund_fen: columns.next()?,
        state: columns.state(RefundState::read)?,
        before: Before::from_text(&columns.next::<String>()?),
        started_ms: columns.next()?,
        ended_ms: columns.next()?,
        pay_id: columns.next()?,
        refund_id: String::new(),
        pay_time: columns.next()?,
        reason: columns.next()?,
        printinfo: columns.next()?,
        server: columns.next()?,
        known: Known::default(),
        lines: Before::default(),
        ended_day: String::new(),
        day: String::new(),
        operator_id: String::new(),
    };
    let (word, time): (String, String) = (columns.next()?, columns.next()?);
    found.known = Known {
        said: RefundSaid::read(&word, time).ok_or_else(|| unknown_state(&word))?,
        quiet: u64::try_from(columns.next::<i64>()?).unwrap_or_default(),
        unseen: columns.next()?,
        sent_time: columns.next()?,
    };
    found.lines = Before::from_text(&columns.next::<String>()?);
    found.ended_day = columns.next()?;
    found.day = columns.next()?;
    found.operator_id = columns.next()?;
    found.wallet.pay_type = columns.next()?;
    found.wallet.pay_name = columns.next()?;
    found.refund_id = columns.next()?;
    Ok(found)
}

fn unknown_state(state: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        0,
        rusqlite::types::Type::Text,
        format!("unknown state {state}").into(),
    )
}
