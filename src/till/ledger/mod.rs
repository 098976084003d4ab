//! The ledger: every charge and refund that this till ever began, in one SQLite file that this process alone holds.
//!
//! WAL with `synchronous=FULL` makes a commit durable with one flush; `locking_mode=EXCLUSIVE` makes a second process
//! on the same folder an error at open and not a surprise later.

mod alarms;
mod compared;
mod identity;
mod schema;

use std::fmt;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Params, Row, params};

use crate::payment::PersistError;
use crate::payment::charge::{NotPaid, Record as ChargeRecord};
use crate::payment::refund::{Before, Record as RefundRecord};
use crate::protocol::auth_code::AuthCode;
use crate::till::clock;
use crate::till::files;

pub use alarms::{Alarm, AlarmKind, NewAlarm};
use identity::Identity;

const CHARGE: &str = "SELECT id, out_trade_no, attempt, device_id, total_fen, pay_type, code_masked, code_print, \
    auth_code, state, started_ms, ended_ms, dm_id, pay_id, pay_time, openid, reason, printinfo, needs_person \
    FROM charge";
const REFUND: &str = "SELECT id, out_refund_no, out_trade_no, dm_id, device_id, refund_fen, state, before, \
    started_ms, ended_ms, pay_id, pay_time, reason, printinfo FROM refund";

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Another process, or another client of this one, holds it.
    #[error("the ledger is held by another program or client")]
    InUse,
    /// Not a ledger, or a damaged one.
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    /// Written by a newer version of the library.
    #[error("the ledger has version {0}; this library knows up to {known}", known = schema::VERSION)]
    Newer(i32),
    /// Made on another machine or in another folder: a copy.
    #[error("the ledger was made elsewhere: {0}")]
    Copied(String),
    /// Not what this till wrote last: an older one was put in its place.
    #[error("the ledger is not the one that was written last: {0}")]
    Restored(String),
    /// Anything else that the disk or SQLite says.
    #[error("the ledger cannot be read or written: {0}")]
    Storage(String),
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Storage(error.to_string()),
        }
    }
}

/// Where a charge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeState {
    /// Sent, or about to be, and not decided.
    Open,
    /// The money was taken.
    Paid,
    /// The money was not taken.
    NotPaid,
    /// Nothing was sent.
    NotSent,
}

impl ChargeState {
    /// The word for it, in the ledger and in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::NotPaid => "not_paid",
            Self::NotSent => "not_sent",
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::Open, Self::Paid, Self::NotPaid, Self::NotSent].into_iter().find(|s| s.word() == word)
    }
}

/// One attempt to charge a bill.
#[derive(Clone, PartialEq, Eq)]
pub struct ChargeRow {
    /// The row's number.
    pub id: i64,
    /// The caller's number of the bill.
    pub out_trade_no: String,
    /// 1 for the first attempt on that number.
    pub attempt: i64,
    /// The device that charged.
    pub device_id: String,
    /// The amount, in fen.
    pub total_fen: i32,
    /// The payment type that was sent.
    pub pay_type: String,
    /// The auth code for people.
    pub code_masked: String,
    /// The auth code's fingerprint.
    pub code_print: String,
    /// The auth code itself, sealed, while the charge is open; and after it was not paid, to ask whether it stayed so.
    pub auth_code: Option<String>,
    /// Where it stands.
    pub state: ChargeState,
    /// Wall time of the intent, ms since 1970.
    pub started_ms: i64,
    /// Wall time of the outcome.
    pub ended_ms: Option<i64>,
    /// The platform's order, empty while it is not known.
    pub dm_id: String,
    /// The channel's transaction.
    pub pay_id: String,
    /// The platform's time of the payment.
    pub pay_time: String,
    /// The customer's id in the wallet.
    pub openid: String,
    /// The platform's sentence, or why it ended so.
    pub reason: String,
    /// The receipt, as text with escapes.
    pub printinfo: String,
    /// What a person has to look at; empty for nothing.
    pub needs_person: String,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// Sent, or about to be, and not decided.
    Open,
    /// Made.
    Refunded,
    /// Not made.
    NotRefunded,
    /// Nothing was sent.
    NotSent,
    /// The bill cannot tell; a person has to look.
    Conflict,
}

impl RefundState {
    /// The word for it, in the ledger and in replies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Refunded => "refunded",
            Self::NotRefunded => "not_refunded",
            Self::NotSent => "not_sent",
            Self::Conflict => "conflict",
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::Open, Self::Refunded, Self::NotRefunded, Self::NotSent, Self::Conflict]
            .into_iter()
            .find(|s| s.word() == word)
    }
}

/// One refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRow {
    /// The row's number.
    pub id: i64,
    /// The caller's number of the refund.
    pub out_refund_no: String,
    /// The caller's number of the bill; empty for a bill that is not of this ledger.
    pub out_trade_no: String,
    /// The platform's order.
    pub dm_id: String,
    /// The device that refunded.
    pub device_id: String,
    /// The amount, in fen.
    pub refund_fen: i32,
    /// Where it stands.
    pub state: RefundState,
    /// The bill's refund lines before.
    pub before: Before,
    /// Wall time of the intent, ms since 1970.
    pub started_ms: i64,
    /// Wall time of the outcome.
    pub ended_ms: Option<i64>,
    /// The platform's number of the refund line.
    pub pay_id: String,
    /// The platform's time of the refund.
    pub pay_time: String,
    /// The platform's sentence, or why it ended so.
    pub reason: String,
    /// The receipt, as text with escapes.
    pub printinfo: String,
}

impl fmt::Debug for ChargeRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChargeRow")
            .field("out_trade_no", &self.out_trade_no)
            .field("attempt", &self.attempt)
            .field("total_fen", &self.total_fen)
            .field("code", &self.code_masked)
            .field("state", &self.state)
            .field("dm_id", &self.dm_id)
            .finish_non_exhaustive()
    }
}

/// What a new charge writes down.
#[derive(Clone)]
pub struct NewCharge<'a> {
    /// The caller's number of the bill.
    pub out_trade_no: &'a str,
    /// The device that charges.
    pub device_id: &'a str,
    /// The amount, in fen.
    pub total_fen: i32,
    /// The payment type that will be sent.
    pub pay_type: &'a str,
    /// The auth code.
    pub auth_code: &'a AuthCode,
    /// The same, sealed.
    pub sealed_code: &'a str,
}

impl fmt::Debug for NewCharge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCharge")
            .field("out_trade_no", &self.out_trade_no)
            .field("total_fen", &self.total_fen)
            .field("code", self.auth_code)
            .finish_non_exhaustive()
    }
}

/// What a new refund writes down.
#[derive(Clone, Debug)]
pub struct NewRefund<'a> {
    /// The caller's number of the refund.
    pub out_refund_no: &'a str,
    /// The caller's number of the bill, or empty.
    pub out_trade_no: &'a str,
    /// The platform's order.
    pub dm_id: &'a str,
    /// The device that refunds.
    pub device_id: &'a str,
    /// The amount, in fen.
    pub refund_fen: i32,
}

/// The ledger of a data folder.
pub struct Ledger {
    connection: Mutex<Connection>,
    identity: Identity,
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
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
        // Before anything is changed: the file may be somebody else's.
        schema::is_there(&connection)?;
        schema::settle_pragmas(&connection)?;
        schema::check(&connection)?;
        schema::make(&mut connection)?;
        let identity = Identity::verify(&connection, folder, accept)?;
        Ok(Self { connection: Mutex::new(connection), identity })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held rolled its transaction back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes in one transaction that is counted; durable when this returns.
    fn write<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let tx = connection.transaction()?;
        let done = work(&tx)?;
        let writes = identity::count(&tx)?;
        tx.commit()?;
        self.identity.mark(writes);
        Ok(done)
    }

    /// Writes the intent of a charge; durable when this returns.
    pub fn begin_charge(&self, new: &NewCharge<'_>) -> Result<ChargeRow, LedgerError> {
        let now = clock::wall();
        self.write(|tx| {
        tx.execute(
            "INSERT INTO charge (out_trade_no, attempt, device_id, total_fen, pay_type, code_masked, code_print, \
             auth_code, state, started_ms, day) VALUES (?1, \
             (SELECT COALESCE(MAX(attempt), 0) + 1 FROM charge WHERE out_trade_no = ?1), \
             ?2, ?3, ?4, ?5, ?6, ?7, 'open', ?8, ?9)",
            params![
                new.out_trade_no,
                new.device_id,
                new.total_fen,
                new.pay_type,
                new.auth_code.masked(),
                new.auth_code.fingerprint(),
                new.sealed_code,
                now,
                clock::day(now)
            ],
        )?;
        Ok(charge_by_id(tx, tx.last_insert_rowid())?)
        })
    }

    /// Writes what became of an open charge; durable when this returns. A charge that is not open stays as it is.
    pub fn note_charge(&self, id: i64, record: &ChargeRecord) -> Result<(), PersistError> {
        if *record == ChargeRecord::Intent {
            return Ok(());
        }
        self.write(|connection| note_charge(connection, id, record)).map_err(|refusal| refusal.0)
    }

    /// Writes the intent of a refund; durable when this returns. A number whose refund was never sent is used again.
    pub fn begin_refund(&self, new: &NewRefund<'_>, before: &Before) -> Result<RefundRow, LedgerError> {
        let now = clock::wall();
        self.write(|tx| {
            tx.execute(
                "DELETE FROM refund WHERE out_refund_no = ?1 AND state = 'not_sent'",
                params![new.out_refund_no],
            )?;
            tx.execute(
            "INSERT INTO refund (out_refund_no, out_trade_no, dm_id, device_id, refund_fen, state, before, \
             started_ms, day) VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7, ?8)",
            params![
                new.out_refund_no,
                new.out_trade_no,
                new.dm_id,
                new.device_id,
                new.refund_fen,
                before.to_text(),
                now,
                clock::day(now)
            ],
        )?;
            Ok(refund_by_id(tx, tx.last_insert_rowid())?)
        })
    }

    /// Writes what became of an open refund; durable when this returns.
    pub fn note_refund(&self, id: i64, record: &RefundRecord, printinfo: &str) -> Result<(), PersistError> {
        let (state, reason, line) = match record {
            RefundRecord::Intent(_) => return Ok(()),
            RefundRecord::Refunded(line) => (RefundState::Refunded, "", Some(line)),
            RefundRecord::NotRefunded(reason) => (RefundState::NotRefunded, reason.as_str(), None),
            RefundRecord::NotSent(reason) => (RefundState::NotSent, reason.as_str(), None),
            RefundRecord::Conflict(shown) => (RefundState::Conflict, shown.as_str(), None),
        };
        let note = |connection: &Connection| {
            let changed = connection.execute(
                "UPDATE refund SET state = ?2, ended_ms = ?3, reason = ?4, pay_id = ?5, pay_time = ?6, \
                 printinfo = ?7 WHERE id = ?1 AND state = 'open'",
                params![
                    id,
                    state.word(),
                    clock::wall(),
                    reason,
                    line.map_or("", |l| l.pay_id.as_str()),
                    line.map_or("", |l| l.pay_time.as_str()),
                    printinfo
                ],
            )?;
            if changed == 1 { Ok(()) } else { Err(Refusal::closed("refund")) }
        };
        self.write(note).map_err(|refusal| refusal.0)
    }

    /// Every attempt on a bill, the first one first, as two indexes know them.
    pub fn charges(&self, out_trade_no: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        compared::charges(&self.lock(), out_trade_no)
    }

    /// Every charge that an auth code was used for.
    pub fn charges_with_code(&self, code_print: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.select_charges("WHERE code_print = ?1 ORDER BY id", [code_print])
    }

    /// The paid charge of a platform's order.
    pub fn charge_of_order(&self, dm_id: &str) -> Result<Option<ChargeRow>, LedgerError> {
        Ok(self.select_charges("WHERE dm_id = ?1 AND state = 'paid'", [dm_id])?.pop())
    }

    /// The charge with this row number.
    pub fn charge(&self, id: i64) -> Result<ChargeRow, LedgerError> {
        Ok(charge_by_id(&self.lock(), id)?)
    }

    /// Charges that are not decided, the oldest first.
    pub fn open_charges(&self) -> Result<Vec<ChargeRow>, LedgerError> {
        self.select_charges("WHERE state = 'open' ORDER BY id", [])
    }

    /// Charges begun on a day, `2026-11-22`.
    pub fn charges_of_day(&self, day: &str) -> Result<Vec<ChargeRow>, LedgerError> {
        self.select_charges("WHERE day = ?1 ORDER BY id", [day])
    }

    /// The refund with this number of the caller, as two indexes know it.
    pub fn refund(&self, out_refund_no: &str) -> Result<Option<RefundRow>, LedgerError> {
        compared::refund(&self.lock(), out_refund_no)
    }

    /// Looks the whole file over, which takes seconds for a million rows.
    pub fn check_whole(&self) -> Result<(), LedgerError> {
        schema::check_whole(&self.lock())
    }

    /// Refunds of a platform's order.
    pub fn refunds_of_order(&self, dm_id: &str) -> Result<Vec<RefundRow>, LedgerError> {
        self.select_refunds("WHERE dm_id = ?1 ORDER BY id", [dm_id])
    }

    /// Refunds that are not decided, or that need a person, the oldest first.
    pub fn open_refunds(&self) -> Result<Vec<RefundRow>, LedgerError> {
        self.select_refunds("WHERE state = 'open' ORDER BY id", [])
    }

    /// Refunds that need a person.
    pub fn conflicts(&self) -> Result<Vec<RefundRow>, LedgerError> {
        self.select_refunds("WHERE state = 'conflict' ORDER BY id", [])
    }

    /// Refunds begun on a day, `2026-11-22`.
    pub fn refunds_of_day(&self, day: &str) -> Result<Vec<RefundRow>, LedgerError> {
        self.select_refunds("WHERE day = ?1 ORDER BY id", [day])
    }

    fn select_charges(&self, condition: &str, values: impl Params) -> Result<Vec<ChargeRow>, LedgerError> {
        select_charges(&self.lock(), condition, values)
    }

    fn select_refunds(&self, condition: &str, values: impl Params) -> Result<Vec<RefundRow>, LedgerError> {
        select_refunds(&self.lock(), condition, values)
    }
}

fn select_charges(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<ChargeRow>, LedgerError> {
    let mut statement = connection.prepare(&format!("{CHARGE} {condition}"))?;
    let rows = statement.query_map(values, charge_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn select_refunds(
    connection: &Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<RefundRow>, LedgerError> {
    let mut statement = connection.prepare(&format!("{REFUND} {condition}"))?;
    let rows = statement.query_map(values, refund_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Why a record was not written, with SQLite's errors among the reasons.
struct Refusal(PersistError);

impl Refusal {
    fn closed(what: &str) -> Self {
        Self(PersistError::Storage(format!("the {what} is not open any more")))
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self(PersistError::Storage(error.to_string()))
    }
}

fn note_charge(connection: &Connection, id: i64, record: &ChargeRecord) -> Result<(), Refusal> {
    if let ChargeRecord::Paid(order) = record {
        let owner: Option<String> = connection
            .query_row(
                "SELECT out_trade_no FROM charge WHERE dm_id = ?1 AND state = 'paid' AND id <> ?2",
                params![order.dm_id, id],
                |row| row.get(0),
            )
            .optional()
            .map_err(Refusal::from)?;
        if let Some(owner) = owner {
            return Err(Refusal(PersistError::OrderTaken(owner)));
        }
    }
    let now = clock::wall();
    let changed = match record {
            ChargeRecord::Intent => return Ok(()),
            ChargeRecord::Named { dm_id } => connection.execute(
                "UPDATE charge SET dm_id = ?2 WHERE id = ?1 AND state = 'open'",
                params![id, dm_id],
            ),
            ChargeRecord::Paid(order) => connection.execute(
                "UPDATE charge SET state = 'paid', auth_code = NULL, needs_person = '', ended_ms = ?2, dm_id = ?3, \
                 pay_id = ?4, pay_time = ?5, openid = ?6, reason = ?7, printinfo = ?8 \
                 WHERE id = ?1 AND state = 'open'",
                params![
                    id,
                    now,
                    order.dm_id,
                    order.pay_id,
                    order.pay_time,
                    order.openid,
                    order.info,
                    order.printinfo
                ],
            ),
            ChargeRecord::NotPaid(why) => {
                let reason = match why {
                    NotPaid::Declined(info) => info.as_str(),
                    NotPaid::NotFound => "not found",
                };
                end_charge(connection, id, ChargeState::NotPaid, now, reason)
            }
            ChargeRecord::NotSent(reason) => {
                end_charge(connection, id, ChargeState::NotSent, now, reason)
            }
            ChargeRecord::NeedsPerson(what) => connection.execute(
                "UPDATE charge SET needs_person = ?2 WHERE id = ?1 AND state = 'open'",
                params![id, what],
            ),
        };
    match changed.map_err(Refusal::from)? {
        1 => Ok(()),
        _ => Err(Refusal::closed("charge")),
    }
}

fn end_charge(
    connection: &Connection,
    id: i64,
    state: ChargeState,
    now: i64,
    reason: &str,
) -> rusqlite::Result<usize> {
    // A code that was not charged is kept: only by it can be found out whether the platform took the money after all.
    connection.execute(
        "UPDATE charge SET state = ?2, auth_code = IIF(?2 = 'not_paid', auth_code, NULL), needs_person = '', ended_ms = ?3, reason = ?4 \
         WHERE id = ?1 AND state = 'open'",
        params![id, state.word(), now, reason],
    )
}

fn charge_by_id(connection: &Connection, id: i64) -> rusqlite::Result<ChargeRow> {
    connection.query_row(&format!("{CHARGE} WHERE id = ?1"), [id], charge_row)
}

fn refund_by_id(connection: &Connection, id: i64) -> rusqlite::Result<RefundRow> {
    connection.query_row(&format!("{REFUND} WHERE id = ?1"), [id], refund_row)
}

fn charge_row(row: &Row<'_>) -> rusqlite::Result<ChargeRow> {
    let state: String = row.get("state")?;
    Ok(ChargeRow {
        id: row.get("id")?,
        out_trade_no: row.get("out_trade_no")?,
        attempt: row.get("attempt")?,
        device_id: row.get("device_id")?,
        total_fen: row.get("total_fen")?,
        pay_type: row.get("pay_type")?,
        code_masked: row.get("code_masked")?,
        code_print: row.get("code_print")?,
        auth_code: row.get("auth_code")?,
        state: ChargeState::read(&state).ok_or_else(|| unknown_state(&state))?,
        started_ms: row.get("started_ms")?,
        ended_ms: row.get("ended_ms")?,
        dm_id: row.get("dm_id")?,
        pay_id: row.get("pay_id")?,
        pay_time: row.get("pay_time")?,
        openid: row.get("openid")?,
        reason: row.get("reason")?,
        printinfo: row.get("printinfo")?,
        needs_person: row.get("needs_person")?,
    })
}

fn refund_row(row: &Row<'_>) -> rusqlite::Result<RefundRow> {
    let state: String = row.get("state")?;
    let before: String = row.get("before")?;
    Ok(RefundRow {
        id: row.get("id")?,
        out_refund_no: row.get("out_refund_no")?,
        out_trade_no: row.get("out_trade_no")?,
        dm_id: row.get("dm_id")?,
        device_id: row.get("device_id")?,
        refund_fen: row.get("refund_fen")?,
        state: RefundState::read(&state).ok_or_else(|| unknown_state(&state))?,
        before: Before::from_text(&before),
        started_ms: row.get("started_ms")?,
        ended_ms: row.get("ended_ms")?,
        pay_id: row.get("pay_id")?,
        pay_time: row.get("pay_time")?,
        reason: row.get("reason")?,
        printinfo: row.get("printinfo")?,
    })
}

fn unknown_state(state: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        0,
        rusqlite::types::Type::Text,
        format!("unknown state {state}").into(),
    )
}
