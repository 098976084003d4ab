//! A ledger too large to be checked completely at each open: damage is found in recent rows when it opens,
//! and in every bill and refund when it is asked for.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;
use wsy::driver::Store;
use wsy::till::ledger::{Ledger, LedgerError};

const PAGE: usize = 4096;
const ROWS: i64 = 2_000;

/// Half of the bills are refunded; no number is a part of another's.
const FILL: &str = "
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
INSERT INTO charge (out_trade_no, attempt, device_id, total_fen, paytype, code_masked, code_print, state, started_ms,
    ended_ms, day, dm_id, printinfo)
SELECT printf('B%07d', n), 1, '215117', n, '4', '13**', printf('print%07d', n), IIF(n % 400 = 0, 'open', 'paid'), n,
    n, '2026-11-22', printf('dm%07d', n), hex(zeroblob(700)) FROM n;
";
const FILL_REFUNDS: &str = "
INSERT INTO refund (out_refund_no, out_trade_no, dm_id, device_id, refund_fen, state, before, started_ms, ended_ms, day)
SELECT 'R' || substr(out_trade_no, 2), out_trade_no, dm_id, device_id, total_fen, 'refunded', '', 1, 1, '2026-11-22'
FROM charge WHERE id % 2 = 1;
";

struct Large {
    folder: TempDir,
    whole: Vec<u8>,
}

impl Large {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("wsy large ").tempdir().unwrap();
        drop(Ledger::open(folder.path(), false).unwrap());
        let db = raw(&folder.path().join("ledger.db"));
        db.execute(FILL, [ROWS]).unwrap();
        db.execute_batch(FILL_REFUNDS).unwrap();
        db.close().unwrap();
        let mut large = Self { folder, whole: Vec::new() };
        large.whole = fs::read(large.file()).unwrap();
        assert!(large.whole.len() > 1024 * PAGE, "not large: {}", large.whole.len());
        large
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    /// Opens it with other bytes at one place.
    fn open_with(&self, at: usize, bytes: &[u8]) -> Result<Ledger, LedgerError> {
        let mut damaged = self.whole.clone();
        damaged[at..at + bytes.len()].copy_from_slice(bytes);
        fs::write(self.file(), damaged).unwrap();
        Ledger::open(self.folder.path(), false)
    }

    /// The places of a text, except for remains of rows that have moved.
    fn places(&self, text: &str) -> Vec<usize> {
        let text = text.as_bytes();
        let lives = |at: &usize| {
            let mut damaged = self.whole.clone();
            damaged[*at] ^= 1;
            fs::write(self.file(), damaged).unwrap();
            let db = raw(&self.file());
            let found: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).unwrap();
            found != "ok"
        };
        let stands = |at: &usize| self.whole[*at..].starts_with(text);
        (0..self.whole.len() - text.len()).filter(stands).filter(lives).collect()
    }
}

/// Opens it without the library. Exclusive, since a file system of these tests has no shared memory.
fn raw(file: &Path) -> Connection {
    let db = Connection::open(file).unwrap();
    db.execute_batch("PRAGMA locking_mode = EXCLUSIVE").unwrap();
    db
}

fn is_damage(error: &LedgerError) -> bool {
    matches!(error, LedgerError::Damaged(_))
}

#[test]
fn a_bill_that_an_index_hides_is_not_taken_for_a_new_one() {
    let large = Large::new();
    let places = large.places("B0000122");
    assert_eq!(places.len(), 3, "its row and two indexes");
    let mut found = 0;
    for at in places {
        // As the next number, and as one with another place in the order.
        for other in ["B0000123", "B9000122", "A0000122"] {
            let ledger = large.open_with(at, other.as_bytes()).unwrap();
            match ledger.charges("B0000122") {
                Ok(rows) => assert_eq!(rows[0].total_fen, 122, "{other} at {at}"),
                Err(error) => {
                    assert!(is_damage(&error), "{other} at {at}: {error}");
                    found += 1;
                }
            }
            assert_eq!(ledger.charges("B0000900").unwrap()[0].total_fen, 900);
        }
    }
    assert_eq!(found, 6, "in each index; the row's own number is read from there");
}

#[test]
fn a_refund_that_an_index_hides_is_not_taken_for_a_new_one() {
    let large = Large::new();
    let places = large.places("R0000123");
    assert_eq!(places.len(), 3, "its row and two indexes");
    let mut found = 0;
    for at in places {
        for other in ["R0000125", "R9000123", "A0000123"] {
            let ledger = large.open_with(at, other.as_bytes()).unwrap();
            match ledger.refund("R0000123") {
                Ok(row) => assert_eq!(row.unwrap().refund_fen, 123, "{other} at {at}"),
                Err(error) => {
                    assert!(is_damage(&error), "{other} at {at}: {error}");
                    found += 1;
                }
            }
        }
    }
    assert_eq!(found, 6, "in each index; the row's own number is read from there");
}

#[test]
fn what_was_written_last_is_compared_at_open() {
    let large = Large::new();
    let newest = ["B0002000", "print0002000", "B0001999", "dm0001999", "R0001999"];
    for text in newest {
        let places = large.places(text);
        assert!(places.len() > 1, "{text}");
        for at in places {
            let mut other = text.as_bytes().to_vec();
            *other.last_mut().unwrap() = b'7';
            match large.open_with(at, &other) {
                Err(error) => assert!(is_damage(&error), "{error}"),
                Ok(_) => panic!("opened, though {text} is another at {at}"),
            }
        }
    }
}

#[test]
fn the_whole_file_is_looked_over_when_asked_for() {
    let large = Large::new();
    let place = large.places("B0000122")[0];
    large.open_with(place, b"B0000122").unwrap().check_whole().unwrap();
    let damaged = large.open_with(place, b"B0000123").unwrap();
    assert!(is_damage(&damaged.check_whole().unwrap_err()));
}
