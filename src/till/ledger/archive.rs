//! The archive: bills that are done with, in a file of their own beside the ledger.
//!
//! The ledger keeps the numbers of these bills and of their refunds, and with them it says which bills are in
//! the archive: whatever else the file holds is ignored. So a bill that is in both files after a crash is the
//! ledger's, and a number that was ever used is known even if the archive is lost. A bill that is looked up
//! is brought back whole, in one write, before any rule sees it; only lists of a day are read in place.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Params, params};

use super::connection::path_value;
use super::folder_lock::Held;
use super::{Ledger, LedgerError, compared, connection, days, rows, schema};
use crate::chain::chain;
use crate::payment::Cause;
use crate::payment::archive::WholeBill;
use crate::sys::file_id::{self, FileId};
use crate::till::files;

/// The tables that a bill has rows in, by which its parts are named.
const TABLES: [&str; 4] = ["charge", "refund", "alarm", "decision"];

/// The archive of an open ledger.
pub(super) struct Archive {
    folder: PathBuf,
    /// The file, while it is attached to the connection.
    attached: Option<Attached>,
    /// Why it cannot be read, although the ledger says that there is one.
    trouble: Option<Cause>,
}

/// An archive that is attached to the connection.
struct Attached {
    id: Option<FileId>,
    _lock: Option<Held>,
}

/// The key that an archived bill is looked up by.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'a> {
    /// The caller's number of the bill.
    Bill(&'a str),
    /// The caller's number of a refund.
    Refund(&'a str),
    /// The keyed print of an auth code.
    Code(&'a str),
    /// A platform order.
    Order(&'a str),
    /// The row of a charge.
    Charge(i64),
    /// A channel's transaction.
    Channel(&'a str),
    /// A day of which each bill is looked up.
    Day(&'a str),
}

/// A row by its table and its number.
type Part = (&'static str, i64);

/// A bill that moves, with the rows that belong to it.
struct Moving {
    out_trade_no: String,
    parts: Vec<Part>,
}

impl Archive {
    pub(super) const fn of(folder: PathBuf) -> Self {
        Self { folder, attached: None, trouble: None }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("archive.db")
    }

    /// Attaches the file; creates it if it is missing and nothing can be in it.
    fn attach(&mut self, connection: &Connection, create: bool) -> Result<(), LedgerError> {
        if self.attached.is_some() {
            return Ok(());
        }
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
        let (id, written) = connection.query_row("SELECT id, archived FROM ledger", [], read)?;
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM archived_bill WHERE parts <> ?1)";
        let is_new = connection.query_row(sql, [GIVEN_UP], |row| row.get(0))?;
        if is_new && !create && !self.path().exists() {
            self.trouble = None;
            return Ok(());
        }
        match self.attach_file(connection, &id, written, is_new) {
            Ok(attached) => {
                (self.attached, self.trouble) = (Some(attached), None);
                Ok(())
            }
            Err(why) => {
                self.trouble = Some(why.clone());
                Err(LedgerError::Archive(why))
            }
        }
    }

    fn attach_file(
        &self,
        connection: &Connection,
        id: &str,
        written: i64,
        is_new: bool,
    ) -> Result<Attached, Cause> {
        let path = self.path();
        if is_new {
            files::create_private(&path).map_err(Cause::new)?;
        } else if !path.exists() {
            return Err(Cause::new(format!("{} is missing", path.display())));
        }
        let (held, file_system) = Held::of_database(&path).map_err(|error| Cause::new(chain(&error)))?;
        prepare(&path, file_system, id, written, is_new).map_err(|error| Cause::new(chain(&error)))?;
        let attach = || {
            connection.execute("ATTACH ?1 AS archive", [path_value(&path)])?;
            // EXTRA: what moved is in the archive for good before the ledger lets go of it.
            connection.execute_batch("PRAGMA archive.synchronous = EXTRA; PRAGMA archive.cache_size = -512;")
        };
        attach().map_err(|error| Cause::new(chain(&LedgerError::from(error))))?;
        Ok(Attached { id: file_id::of(&path), _lock: held })
    }

    /// Refuses to rely on a file that nobody would find again: another one has taken its place.
    fn check_place(&self) -> Result<(), LedgerError> {
        let path = self.path();
        match &self.attached {
            Some(attached) if attached.id == file_id::of(&path) => Ok(()),
            _ => {
                let why = "was moved or replaced while the till was open: close the till and open it again";
                Err(LedgerError::Archive(Cause::new(format!("{} {why}", path.display()))))
            }
        }
    }

    /// Releases the file, whose connection is closed.
    pub(super) fn release(&mut self) {
        self.attached = None;
    }

    /// Notes that it cannot be read.
    fn fails(&mut self, error: LedgerError) -> LedgerError {
        let why = match error {
            LedgerError::Archive(why) => why,
            error => Cause::new(chain(&error)),
        };
        self.trouble = Some(why.clone());
        LedgerError::Archive(why)
    }
}

/// Checks the file by itself, before the ledger relies on it; an empty one becomes an archive of this ledger.
fn prepare(
    path: &Path,
    file_system: Option<&'static std::ffi::CStr>,
    id: &str,
    written: i64,
    is_new: bool,
) -> Result<(), LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut own = connection::open(path, flags, file_system)?;
    own.busy_timeout(std::time::Duration::ZERO)?;
    own.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = EXTRA;")?;
    let foreign = |why: &str| LedgerError::Archive(Cause::new(format!("{}: {why}", path.display())));
    match schema::version_of(&own, schema::ARCHIVE_ID)? {
        // Archives begin with this version. The next one has to migrate them too.
        Some(schema::VERSION) => {}
        Some(_) => return Err(foreign("has another schema version")),
        None if is_new => {
            let tx = own.transaction()?;
            schema::make_archive(&tx)?;
            // It counts on from the one that was given up, which so stays recognised as an old one.
            tx.execute("UPDATE ledger SET id = ?1, writes = ?2", params![id, written])?;
            tx.commit()?;
        }
        None => return Err(foreign("is empty")),
    }
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let (of, writes) = own.query_row("SELECT id, writes FROM ledger", [], read)?;
    if of != id {
        return Err(foreign("is the archive of another ledger"));
    }
    if writes < written {
        return Err(foreign(&format!("lacks the last {} of {written} writes", written - writes)));
    }
    Ok(())
}

impl Ledger {
    /// Attaches the archive, if there is one. A till starts without it. A person may `accept` that it is lost
    /// or an old one; what it lacks stays refused.
    pub(super) fn attach_archive(&self, accept: bool) {
        let Ok(mut connection) = self.lock() else { return };
        let mut archive = self.archive.lock();
        if archive.attach(&connection, false).is_err() && accept {
            let given_up = give_up(&mut connection, &archive.path());
            if given_up.is_ok() {
                let _ = archive.attach(&connection, false);
            }
        }
    }

    /// Why the archive cannot be read, although bills are in it.
    pub fn archive_trouble(&self) -> Option<Cause> {
        self.archive.lock().trouble.clone()
    }

    /// Brings back each archived bill that this finds. Without the archive, a bill or refund that is named is
    /// an error; nothing else recognises it.
    pub(super) fn recall(&self, by: By<'_>) -> Result<(), LedgerError> {
        let bills = self.archived(by)?;
        if bills.is_empty() {
            return Ok(());
        }
        self.need_archive()?;
        let done = self.write(|tx, number| bills.iter().try_for_each(|bill| bring_back(tx, number, bill)));
        done.map_err(|error| match error {
            LedgerError::Damaged(_) | LedgerError::Archive(_) => self.archive.lock().fails(error),
            error => error,
        })
    }

    fn archived(&self, by: By<'_>) -> Result<Vec<String>, LedgerError> {
        let connection = self.lock()?;
        match by {
            By::Bill(number) => numbers(
                &connection,
                "SELECT out_trade_no FROM archived_bill WHERE out_trade_no = ?1",
                [number],
            ),
            By::Refund(number) => numbers(
                &connection,
                "SELECT out_trade_no FROM archived_refund WHERE out_refund_no = ?1",
                [number],
            ),
            By::Day(day) => {
                drop(connection);
                if !self.reads_archive(day)? {
                    return Ok(Vec::new());
                }
                let connection = self.lock()?;
                let (charges, refunds) = (days::of_walk("archive.charge"), days::of_walk("archive.refund"));
                self.asked(found(&connection, &charges, &refunds, [day]))
            }
            _ if self.archive.lock().attached.is_none() => Ok(Vec::new()),
            By::Code(print) => {
                let sql = "SELECT id FROM archive.charge WHERE code_print = ?1";
                Ok(self.asked(found(&connection, sql, NONE, [print])).unwrap_or_default())
            }
            By::Charge(id) => {
                let sql = "SELECT id FROM archive.charge WHERE id = ?1";
                Ok(self.asked(found(&connection, sql, NONE, [id])).unwrap_or_default())
            }
            // An order that a bill of the ledger owns is no archived one's, or that bill cannot come back.
            By::Order(dm_id) if is_owned(&connection, dm_id)? => Ok(Vec::new()),
            By::Order(dm_id) => Ok(self.asked(of_order(&connection, dm_id)).unwrap_or_default()),
            By::Channel(pay_id) => {
                let charges = "SELECT id FROM archive.charge WHERE pay_id = ?1 AND pay_id <> ''";
                let refunds = "SELECT id FROM archive.refund WHERE pay_id = ?1 AND pay_id <> ''";
                Ok(self.asked(found(&connection, charges, refunds, [pay_id])).unwrap_or_default())
            }
        }
    }

    /// Notes a failure to read the archive.
    pub(super) fn asked<T>(&self, read: Result<T, LedgerError>) -> Result<T, LedgerError> {
        read.map_err(|error| self.archive.lock().fails(error))
    }

    /// Attaches the archive, which may have been put back.
    fn need_archive(&self) -> Result<(), LedgerError> {
        let connection = self.lock()?;
        let mut archive = self.archive.lock();
        archive.attach(&connection, false)?;
        let missing = || LedgerError::Archive(Cause::new(format!("{} is missing", archive.path().display())));
        archive.attached.is_some().then_some(()).ok_or_else(missing)
    }

    /// Whether bills of this day may be in the archive.
    fn has_archived(&self, day: &str) -> Result<bool, LedgerError> {
        let sql = "SELECT archived_until >= ?1 FROM ledger";
        Ok(self.lock()?.prepare_cached(sql)?.query_row([day], |row| row.get(0))?)
    }

    /// Whether the archive has to be read for a list of this day; an error if it cannot be.
    pub(super) fn reads_archive(&self, day: &str) -> Result<bool, LedgerError> {
        let reads = self.has_archived(day)?;
        if reads {
            self.need_archive()?;
        }
        Ok(reads)
    }

    /// Bills that began on this day or earlier, in the order of their first charges: at most `limit` of those
    /// after a row.
    pub fn bills_until(&self, day: &str, after: i64, limit: u32) -> Result<Vec<(i64, String)>, LedgerError> {
        let sql = "SELECT id, out_trade_no FROM charge WHERE id > ?1 AND attempt = 1 AND day <= ?2 \
             ORDER BY id LIMIT ?3";
        let connection = self.lock()?;
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![after, day, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Moves those of these bills that may go to the archive, which has them for good before the ledger lets
    /// go of them. No other call may be working on them.
    pub fn archive(&self, bills: &[String], until: &str) -> Result<usize, LedgerError> {
        let mut connection = self.lock()?;
        self.archive.lock().attach(&connection, true)?;
        let newest = newest(&connection)?;
        let mut moving = Vec::new();
        for bill in bills {
            let (whole, parts) = whole(&connection, bill)?;
            // Numbers of rows are given again once the newest row is gone.
            let has_newest = parts.iter().any(|(kind, id)| newest.contains(&(*kind, *id)));
            if whole.stays(until).is_none() && !has_newest {
                moving.push(Moving { out_trade_no: bill.clone(), parts });
            }
        }
        if moving.is_empty() {
            return Ok(0);
        }
        let copied = copy(&mut connection, &moving);
        let mut archive = self.archive.lock();
        let written = copied
            .and_then(|written| archive.check_place().map(|()| written))
            .map_err(|error| archive.fails(error))?;
        drop(archive);
        self.files.check()?;
        self.write_wherever(&mut connection, |tx, number| forget(tx, number, &moving, until, written))?;
        Ok(moving.len())
    }

    /// Gives the room of removed rows back to the disk, if that is much of the file. Returns the size of the
    /// file, in bytes.
    pub fn shrink(&self) -> Result<i64, LedgerError> {
        let connection = self.lock()?;
        let ask = |pragma: &str| connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0));
        let (free, all): (i64, i64) = (ask("main.freelist_count")?, ask("main.page_count")?);
        if free > all / WORTHWHILE {
            // It rebuilds what is left, so it takes time and room for that alone.
            connection.execute_batch("VACUUM main")?;
            self.collect_all(&connection)?;
        }
        Ok(ask("main.page_count")? * ask("main.page_size")?)
    }
}

/// The ledger is rebuilt if more than one page in this many is free.
const WORTHWHILE: i64 = 4;

/// No row of any table.
const NONE: &str = "SELECT id FROM archive.refund WHERE FALSE";

/// The archived bills that rows found in the archive belong to.
fn found(
    connection: &Connection,
    charges: &str,
    refunds: &str,
    values: impl Params,
) -> Result<Vec<String>, LedgerError> {
    let rows = format!(
        "SELECT 'charge' AS kind, id FROM ({charges}) UNION ALL SELECT 'refund', id FROM ({refunds})"
    );
    numbers(connection, &bills_of(&rows), values)
}

/// Whether a bill of the ledger owns an order of the platform.
fn is_owned(connection: &Connection, dm_id: &str) -> Result<bool, LedgerError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM charge WHERE dm_id = ?1 AND tie >= 3)";
    Ok(connection.prepare_cached(sql)?.query_row([dm_id], |row| row.get(0))?)
}

/// The archived bills that have a part in an order of the platform.
fn of_order(connection: &Connection, dm_id: &str) -> Result<Vec<String>, LedgerError> {
    let rows = "SELECT 'charge' AS kind, id FROM archive.charge WHERE dm_id = ?1 AND tie >= 3 \
         UNION ALL SELECT 'refund', id FROM archive.refund WHERE dm_id = ?1 \
         UNION ALL SELECT 'alarm', id FROM archive.alarm WHERE dm_id = ?1";
    numbers(connection, &bills_of(rows), [dm_id])
}

/// The bills of these rows, in the order of the join: the rows are few, the parts are not.
fn bills_of(rows: &str) -> String {
    format!(
        "SELECT DISTINCT out_trade_no FROM ({rows}) AS found \
         CROSS JOIN archive.part ON part.kind = found.kind AND part.row_id = found.id \
         CROSS JOIN archived_bill USING (out_trade_no)"
    )
}

fn numbers(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<String>, LedgerError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The condition for rows of the archive that are among these and belong to a bill that is archived.
pub(super) fn archived_part(kind: &str, ids: &str) -> String {
    format!(
        "WHERE id IN ({ids}) AND EXISTS (SELECT 1 FROM archive.part JOIN archived_bill USING (out_trade_no) \
         WHERE kind = '{kind}' AND row_id = id)"
    )
}

/// The newest row of each table. A refund that was not sent does not count: its row may be removed, see
/// [`writes::begin_refund`](super::writes::begin_refund).
fn newest(connection: &Connection) -> Result<Vec<Part>, LedgerError> {
    let mut newest = Vec::new();
    for kind in TABLES {
        let sql = match kind {
            "refund" => "SELECT id FROM refund \
                 WHERE id >= COALESCE((SELECT MAX(id) FROM refund WHERE state <> 'not_sent'), 0)"
                .to_owned(),
            _ => format!("SELECT id FROM {kind} ORDER BY id DESC LIMIT 1"),
        };
        let mut statement = connection.prepare_cached(&sql)?;
        for id in statement.query_map([], |row| row.get(0))? {
            newest.push((kind, id?));
        }
    }
    Ok(newest)
}

/// Reads a bill with everything that belongs to it, and the rows that these are.
fn whole(connection: &Connection, out_trade_no: &str) -> Result<(WholeBill, Vec<Part>), LedgerError> {
    let charges = compared::charges(connection, out_trade_no)?;
    let mut refunds = rows::refunds(connection, "WHERE out_trade_no = ?1 ORDER BY id", [out_trade_no])?;
    let mut alarms = alarms_where(connection, "out_trade_no = ?1", out_trade_no)?;
    let mut orders: Vec<String> = charges.iter().filter_map(|row| row.order().map(str::to_owned)).collect();
    orders.extend(refunds.iter().map(|row| row.dm_id.clone()));
    orders.extend(alarms.iter().map(|alarm| alarm.dm_id.clone()));
    orders.retain(|order| !order.is_empty());
    orders.sort();
    orders.dedup();
    let mut is_entangled = false;
    for order in &orders {
        let of_others =
            "SELECT EXISTS (SELECT 1 FROM charge WHERE dm_id = ?1 AND tie >= 3 AND out_trade_no <> ?2)";
        is_entangled |= connection
            .prepare_cached(of_others)?
            .query_row([order, out_trade_no], |row| row.get::<_, bool>(0))?;
        for row in rows::refunds(connection, "WHERE dm_id = ?1 ORDER BY id", [order])? {
            match row.out_trade_no.as_deref() {
                Some(bill) => is_entangled |= bill != out_trade_no,
                None => refunds.push(row),
            }
        }
        for alarm in alarms_where(connection, "dm_id = ?1", order)? {
            is_entangled |= !alarm.out_trade_no.is_empty() && alarm.out_trade_no != out_trade_no;
            if alarm.out_trade_no.is_empty() {
                alarms.push(alarm);
            }
        }
    }
    let mut parts: Vec<_> = charges.iter().map(|row| ("charge", row.id)).collect();
    parts.extend(refunds.iter().map(|row| ("refund", row.id)));
    parts.extend(alarms.iter().map(|alarm| ("alarm", alarm.id)));
    let (mut last_day, mut is_compared) = (String::new(), true);
    let mut decisions = Vec::new();
    for (kind, id) in &parts {
        let (day, compared) = connection.prepare_cached(last_day_of(kind))?.query_row([id], |row| {
            Ok((row.get::<_, Option<String>>(0)?.unwrap_or_default(), row.get::<_, bool>(1)?))
        })?;
        last_day = last_day.max(day);
        is_compared &= compared;
        let sql = "SELECT id, MAX(day, date(decided_ms / 1000 + 28800, 'unixepoch')) FROM decision \
             WHERE kind = ?1 AND row_id = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let rows =
            statement.query_map(params![kind, id], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        for row in rows {
            let (decision, day) = row?;
            last_day = last_day.max(day);
            decisions.push(("decision", decision));
        }
    }
    parts.extend(decisions);
    let unheard = "SELECT EXISTS (SELECT 1 FROM charge, ledger WHERE out_trade_no = ?1 AND told_in > heard)";
    let is_unheard: bool = connection.prepare_cached(unheard)?.query_row([out_trade_no], |row| row.get(0))?;
    let has_alarm = alarms.iter().any(|alarm| !alarm.is_acknowledged);
    let bill =
        WholeBill { charges, refunds, last_day, is_compared, is_heard: !is_unheard, has_alarm, is_entangled };
    Ok((bill, parts))
}

/// The last day on which something happened to a row, and whether it was compared with the platform. Times
/// are those of this machine's clock, in Beijing.
fn last_day_of(kind: &str) -> &'static str {
    match kind {
        "charge" => {
            "SELECT MAX(day, ended_day, late_day, \
             COALESCE(date(ended_ms / 1000 + 28800, 'unixepoch'), ''), \
             COALESCE(date(told_ms / 1000 + 28800, 'unixepoch'), '')), \
             reconciled = 1 OR state = 'not_sent' FROM charge WHERE id = ?1"
        }
        "refund" => {
            "SELECT MAX(day, ended_day, COALESCE(date(ended_ms / 1000 + 28800, 'unixepoch'), '')), \
             reconciled = 1 OR state = 'not_sent' FROM refund WHERE id = ?1"
        }
        _ => {
            "SELECT date(MAX(raised_ms, COALESCE(acknowledged_ms, 0)) / 1000 + 28800, 'unixepoch'), 1 \
             FROM alarm WHERE id = ?1"
        }
    }
}

/// An alarm, as far as it matters here.
struct Raised {
    id: i64,
    out_trade_no: String,
    dm_id: String,
    is_acknowledged: bool,
}

fn alarms_where(connection: &Connection, condition: &str, value: &str) -> Result<Vec<Raised>, LedgerError> {
    let sql = format!(
        "SELECT id, out_trade_no, dm_id, acknowledged_ms IS NOT NULL FROM alarm WHERE {condition} ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([value], |row| {
        Ok(Raised {
            id: row.get(0)?,
            out_trade_no: row.get(1)?,
            dm_id: row.get(2)?,
            is_acknowledged: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Copies bills to the archive, in one durable write of that file alone. Returns the number of the write. A
/// row that has the number of one of these is a copy that the ledger has taken back since, and is replaced.
fn copy(connection: &mut Connection, moving: &[Moving]) -> Result<i64, LedgerError> {
    let copies = TABLES.map(|kind| Ok::<_, LedgerError>((kind, copy_sql(connection, kind)?)));
    let copies = copies.into_iter().collect::<Result<Vec<_>, _>>()?;
    let tx = connection.transaction()?;
    for bill in moving {
        tx.prepare_cached("DELETE FROM archive.part WHERE out_trade_no = ?1")?
            .execute([&bill.out_trade_no])?;
        for (kind, id) in &bill.parts {
            tx.prepare_cached("INSERT INTO archive.part (out_trade_no, kind, row_id) VALUES (?1, ?2, ?3)")?
                .execute(params![bill.out_trade_no, kind, id])?;
            if let Some((_, sql)) = copies.iter().find(|(table, _)| table == kind) {
                tx.prepare_cached(sql)?.execute([id])?;
            }
        }
    }
    tx.execute("UPDATE archive.ledger SET writes = MAX(writes, (SELECT archived FROM main.ledger)) + 1", [])?;
    let written = tx.query_row("SELECT writes FROM archive.ledger", [], |row| row.get(0))?;
    tx.commit()?;
    Ok(written)
}

fn copy_sql(connection: &Connection, table: &str) -> rusqlite::Result<String> {
    let columns = columns(connection, table)?.join(", ");
    // Nothing is asked by the code of a bill that is done with.
    let values = columns.replace("auth_code,", "NULL,");
    Ok(format!(
        "INSERT OR REPLACE INTO archive.{table} ({columns}) SELECT {values} FROM main.{table} WHERE id = ?1"
    ))
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    let rows = statement.query_map([table], |row| row.get(0))?;
    rows.collect()
}

/// Removes bills from the ledger, which keeps their numbers.
fn forget(
    connection: &Connection,
    number: i64,
    moving: &[Moving],
    until: &str,
    written: i64,
) -> Result<(), LedgerError> {
    for bill in moving {
        let parts = i64::try_from(bill.parts.len()).unwrap_or(i64::MAX);
        insert!(connection, "INSERT INTO archived_bill", {
            out_trade_no: bill.out_trade_no,
            parts: parts,
            written: written,
            changed: number,
        })?;
        for (kind, id) in &bill.parts {
            if *kind == "refund" {
                let sql = "INSERT INTO archived_refund (out_refund_no, out_trade_no) \
                     SELECT out_refund_no, ?2 FROM refund WHERE id = ?1";
                connection.prepare_cached(sql)?.execute(params![id, bill.out_trade_no])?;
            }
            connection.prepare_cached(&format!("DELETE FROM {kind} WHERE id = ?1"))?.execute([id])?;
        }
    }
    let sql = "UPDATE ledger SET archived = ?1, archived_until = MAX(archived_until, ?2)";
    connection.prepare_cached(sql)?.execute(params![written, until])?;
    Ok(())
}

/// The number of parts of a bill that a person has given up with the archive that had it.
const GIVEN_UP: i64 = -1;

/// Gives up the bills that moved after the last write of the archive at this path; all of them, if there is
/// none that can be read.
fn give_up(connection: &mut Connection, path: &Path) -> Result<(), LedgerError> {
    let id: String = connection.query_row("SELECT id FROM ledger", [], |row| row.get(0))?;
    let read = || -> rusqlite::Result<i64> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let archive = Connection::open_with_flags(path, flags)?;
        archive.query_row("SELECT writes FROM ledger WHERE id = ?1", [&id], |row| row.get(0))
    };
    let has = read().ok();
    let tx = connection.transaction()?;
    tx.execute("UPDATE archived_bill SET parts = ?1 WHERE written > ?2", [GIVEN_UP, has.unwrap_or(0)])?;
    match has {
        Some(writes) => tx.execute("UPDATE ledger SET archived = ?1", [writes])?,
        None => tx.execute("UPDATE ledger SET archived_until = ''", [])?,
    };
    tx.commit()?;
    Ok(())
}

/// Brings a bill back into the ledger. The archive keeps its copy, which no longer counts.
fn bring_back(connection: &Connection, number: i64, out_trade_no: &str) -> Result<(), LedgerError> {
    let sql = "SELECT parts FROM archived_bill WHERE out_trade_no = ?1";
    let parts: Option<i64> =
        connection.prepare_cached(sql)?.query_row([out_trade_no], |row| row.get(0)).optional()?;
    // Another call has just brought it back.
    let Some(parts) = parts else { return Ok(()) };
    if parts == GIVEN_UP {
        let why = format!("the archive that had the bill {out_trade_no} was given up");
        return Err(LedgerError::Archive(Cause::new(why)));
    }
    let mut came = 0_usize;
    for kind in TABLES {
        let columns = columns(connection, kind)?.join(", ");
        let values = columns.replace("changed", "?2");
        let sql = format!(
            "INSERT INTO main.{kind} ({columns}) SELECT {values} FROM archive.{kind} WHERE id IN \
             (SELECT row_id FROM archive.part WHERE out_trade_no = ?1 AND kind = '{kind}')"
        );
        let inserted = connection.prepare_cached(&sql)?.execute(params![out_trade_no, number]);
        came += inserted.map_err(|error| match error.sqlite_error_code() {
            // Its order has paid another bill since, while the archive was not there.
            Some(ErrorCode::ConstraintViolation) => {
                let why =
                    format!("a row of the bill {out_trade_no} does not fit the ledger any more: {error}");
                LedgerError::Archive(Cause::new(why))
            }
            _ => error.into(),
        })?;
    }
    if i64::try_from(came) != Ok(parts) {
        let why = format!("it has {came} of the {parts} parts of the bill {out_trade_no}");
        return Err(LedgerError::Archive(Cause::new(why)));
    }
    let refunds = "DELETE FROM archived_refund WHERE out_refund_no IN \
         (SELECT out_refund_no FROM archive.refund WHERE id IN \
         (SELECT row_id FROM archive.part WHERE out_trade_no = ?1 AND kind = 'refund'))";
    let bill = "DELETE FROM archived_bill WHERE out_trade_no = ?1";
    for sql in [refunds, bill] {
        connection.prepare_cached(sql)?.execute([out_trade_no])?;
    }
    Ok(())
}
