//! Bills that were moved to the archive: every call finds them as before, whatever happens to the file.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, BillStateWord, Call, Fault, FaultOrder, NewDevice};

use crate::codes;
use crate::driver::Driver;
use crate::shop::{SOON, Shop, eventually};
use crate::till::{NONE, Page, Reply, Till, beijing_day};

const DAY_S: i64 = 24 * 3600;
/// How long ago the bills of these tests are.
const AGO: i64 = 100;

fn ago(days: i64) -> String {
    beijing_day(-days * DAY_S)
}

fn database(folder: &Path, file: &str) -> Connection {
    let file = Connection::open(folder.join(file)).unwrap();
    file.execute_batch("PRAGMA locking_mode = EXCLUSIVE").unwrap();
    file
}

/// Makes everything in a closed ledger that many days older.
fn age(shop: &Shop, days: i64) {
    let ms = days * DAY_S * 1_000;
    let day = |name: &str| format!("{name} = IIF({name} = '', '', date({name}, '-{days} days'))");
    let sql = format!(
        "UPDATE charge SET started_ms = started_ms - {ms}, ended_ms = ended_ms - {ms}, \
         told_ms = told_ms - {ms}, \
         {}, {}, {}; \
         UPDATE refund SET started_ms = started_ms - {ms}, ended_ms = ended_ms - {ms}, {}, {}; \
         UPDATE alarm SET raised_ms = raised_ms - {ms}, acknowledged_ms = acknowledged_ms - {ms}; \
         UPDATE decision SET decided_ms = decided_ms - {ms}, {};",
        day("day"),
        day("ended_day"),
        day("late_day"),
        day("day"),
        day("ended_day"),
        day("day"),
    );
    database(&shop.folder(), "ledger.db").execute_batch(&sql).unwrap();
}

/// Bills of every kind from long ago, closed and compared: B1 was paid and refunded in part (R1), B2 was
/// declined, B3 was voided, B4 is open, B5 was paid and sent nothing back. The newest bill and refund of the
/// ledger, which never move, are others.
fn old_shop() -> (Shop, String) {
    let shop = Shop::setup().option("quiet_ms", "600").open();
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, &[("operator_id", "小王")]).is(codes::PAID);
    shop.till.refund("R1", "B1", 40, NONE).is(codes::REFUNDED);
    shop.till.micropay("B2", &shop.customer(Behaviour::NoMoney), 200, NONE).is(codes::NOT_PAID);
    shop.sell("B3", 300);
    shop.till.void("B3", NONE).is(codes::REFUNDED);
    shop.till.micropay("B4", &shop.customer(Behaviour::NeverAnswers), 400, SOON).is(codes::UNKNOWN);
    shop.sell("B5", 500);
    shop.sell("last", 600);
    shop.till.refund("last-refund", "last", 1, NONE).is(codes::REFUNDED);
    let compared = shop.till.reconcile("").is(codes::OK);
    assert_eq!(compared.list("unanswered").len(), 0, "{compared:?}");
    shop.till.close().is(codes::OK);
    age(&shop, AGO);
    shop.open(&shop.till).is(codes::OK);
    shop.till.close_day(&ago(1), "店长").is(codes::OK);
    (shop, code)
}

/// The sum that the platform has taken and not given back, in fen.
fn captured(shop: &Shop) -> i64 {
    let paid = shop.bills().into_iter().filter(|bill| bill.state == BillStateWord::Paid);
    paid.map(|bill| bill.total_fen.0 - bill.refunds.iter().map(|refund| refund.refund_fen.0).sum::<i64>())
        .sum()
}

/// Archives what may go, of which there is this much.
fn archive(shop: &Shop, bills: i64) {
    let archived = shop.silent(|| shop.till.archive("").is(codes::OK));
    assert_eq!(archived.number("archived"), bills);
    assert_eq!(archived.text("day"), ago(90));
}

/// The fields of a reply without those of the call itself.
fn content(reply: &Reply) -> String {
    format!("{reply:?}")
}

#[test]
fn every_call_about_an_archived_bill_answers_as_before() {
    let (shop, code) = old_shop();
    let (till, day) = (&shop.till, ago(AGO));
    let silent = |call: &dyn Fn() -> Reply| shop.silent(call);
    let fresh = shop.wechat();
    type Question<'a> = (&'a str, Box<dyn Fn() -> Reply + 'a>);
    let calls: Vec<Question<'_>> = vec![
        ("charge", Box::new(|| silent(&|| till.micropay("B1", &fresh, 100, NONE).is(codes::PAID_EARLIER)))),
        (
            "amount",
            Box::new(|| silent(&|| till.micropay("B1", &fresh, 99, NONE).is(codes::ERR_AMOUNT_DIFFERS))),
        ),
        (
            "voided",
            Box::new(|| silent(&|| till.micropay("B3", &fresh, 300, NONE).is(codes::ERR_ALREADY_REFUNDED))),
        ),
        (
            "code",
            Box::new(|| silent(&|| till.micropay("new", &code, 100, NONE).is(codes::ERR_AUTH_CODE_USED))),
        ),
        ("settle", Box::new(|| silent(&|| till.settle("B1", NONE).is(codes::PAID_EARLIER)))),
        ("declined", Box::new(|| silent(&|| till.settle("B2", NONE).is(codes::NOT_PAID)))),
        ("refund", Box::new(|| silent(&|| till.refund("R1", "B1", 40, NONE).is(codes::REFUNDED)))),
        (
            "refund differs",
            Box::new(|| silent(&|| till.refund("R1", "B1", 41, NONE).is(codes::ERR_REFUND_DIFFERS))),
        ),
        ("too much", Box::new(|| till.refund("R9", "B1", 61, NONE).is(codes::ERR_REFUND_TOO_MUCH))),
        ("void", Box::new(|| silent(&|| till.void("B3", NONE)))),
        ("find", Box::new(|| silent(&|| till.find("B1").is(codes::OK)))),
        ("find refund", Box::new(|| silent(&|| till.find_refund("R1").is(codes::OK)))),
        ("bill", Box::new(|| till.read_bill("B1", "").is(codes::OK))),
        ("reprint", Box::new(|| till.reprint("B1", "").is(codes::OK))),
        ("day", Box::new(|| silent(&|| till.day(&day).is(codes::OK)))),
        ("decide", Box::new(|| silent(&|| till.decide("B2", 0, "paid").is(codes::ERR_NOT_OPEN)))),
        ("reconcile", Box::new(|| till.reconcile(&day).is(codes::OK))),
    ];
    let before: Vec<_> = calls.iter().map(|(_, call)| content(&call())).collect();
    archive(&shop, 4);
    for ((name, call), before) in calls.iter().zip(before) {
        assert_eq!(content(&call()), before, "{name}");
        // The call has brought back what it is about; only a list of a day leaves everything there.
        let again = shop.till.archive("").is(codes::OK).number("archived");
        assert!((*name == "day") == (again == 0), "{name}: {again}");
    }
    // Money still moves once.
    till.refund("R2", "B1", 60, NONE).is(codes::REFUNDED);
    till.micropay("B1", &fresh, 100, NONE).is(codes::ERR_ALREADY_REFUNDED);
    till.void("B5", NONE).is(codes::REFUNDED);
    // Only the newest bill still has its money.
    assert_eq!(captured(&shop), 599);
}

#[test]
fn a_bill_whose_order_is_named_is_found_in_the_archive() {
    let (shop, _) = old_shop();
    let paid = shop.till.find("B5").is(codes::OK);
    let dm_id = paid.list("charge")[0].text("dm_id").to_owned();
    archive(&shop, 4);
    // Two refunds of one order, of which the ledger knows how much was charged on it.
    shop.till.refund_order("R5", "", &dm_id, 501).is(codes::ERR_REFUND_TOO_MUCH);
    let refunded = shop.till.refund_order("R5", "", &dm_id, 500).is(codes::REFUNDED);
    assert_eq!(refunded.text("out_trade_no"), "B5");
    shop.till.refund_order("R6", "", &dm_id, 1).is(codes::ERR_REFUND_TOO_MUCH);
    assert_eq!(captured(&shop), 100 - 40 + 599);
}

#[test]
fn only_days_that_are_closed_and_long_ago_are_archived() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.silent(|| {
        shop.till.archive("").is(codes::ERR_DAY_NOT_ARCHIVABLE);
        shop.till.archive("2026-02-30").is(codes::ERR_ARGUMENT);
        shop.till.close_day("", "店长").is(codes::OK);
        for recent in [beijing_day(0), ago(89)] {
            shop.till.archive(&recent).is(codes::ERR_DAY_NOT_ARCHIVABLE);
        }
        let nothing = shop.till.archive(&ago(90)).is(codes::OK);
        assert_eq!((nothing.number("archived"), nothing.number("stayed")), (0, 0));
        assert!(nothing.number("ledger_bytes") > 0);
    });
    assert!(!shop.folder().join("archive.db").exists());
}

/// A bill that was never compared may have been paid after all.
#[test]
fn what_was_never_compared_stays_with_its_auth_code() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    shop.sell("last", 100);
    shop.till.close().is(codes::OK);
    age(&shop, AGO);
    shop.open(&shop.till).is(codes::OK);
    shop.till.close_day(&ago(1), "店长").is(codes::OK);
    let stayed = shop.till.archive("").is(codes::OK);
    assert_eq!((stayed.number("archived"), stayed.number("stayed")), (0, 2));
    let compared = shop.till.reconcile(&ago(AGO)).is(codes::OK);
    assert_eq!((compared.number("asked"), compared.list("unanswered").len()), (2, 0));
    archive(&shop, 1);
}

/// Auth codes of unpaid bills are kept while the platform may be asked by them, and then no longer.
#[test]
fn the_auth_code_of_an_unpaid_bill_is_forgotten_in_the_end() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    shop.till.reconcile("").is(codes::OK);
    let codes_of = || {
        shop.till.close().is(codes::OK);
        let sql = "SELECT COUNT(auth_code) FROM charge";
        let count: i64 = database(&shop.folder(), "ledger.db").query_row(sql, [], |row| row.get(0)).unwrap();
        count
    };
    for (days, kept) in [(29, 1), (1, 1)] {
        shop.till.close_day("", "店长").is(codes::OK);
        assert_eq!(codes_of(), kept);
        age(&shop, days);
        shop.open(&shop.till).is(codes::OK);
    }
    // Its day is 30 days ago, and the next closing comes.
    let sql = "DELETE FROM day";
    assert_eq!(codes_of(), 1);
    database(&shop.folder(), "ledger.db").execute_batch(sql).unwrap();
    shop.open(&shop.till).is(codes::OK);
    shop.till.close_day(&ago(31), "店长").is(codes::OK);
    assert_eq!(codes_of(), 1, "its day is open");
    shop.open(&shop.till).is(codes::OK);
    shop.till.close_day("", "店长").is(codes::OK);
    assert_eq!(codes_of(), 0);
    shop.open(&shop.till).is(codes::OK);
    shop.silent(|| shop.till.settle("B1", NONE).is(codes::NOT_PAID));
    shop.till.reconcile(&ago(30)).is(codes::OK);
}

/// The file is put back in the end.
#[test]
fn without_its_archive_a_till_sells_on_and_refuses_what_was_archived() {
    for page in Page::BOTH {
        let (shop, _) = old_shop();
        let till = Till::new(Driver::spawn(), 1, page);
        archive(&shop, 4);
        shop.till.close().is(codes::OK);
        let (file, kept) = (shop.folder().join("archive.db"), shop.home().join("kept.db"));
        fs::rename(&file, &kept).unwrap();
        for damage in [None, Some("not a database, but long enough to be looked at as if it were one")] {
            if let Some(damage) = damage {
                fs::write(&file, damage.repeat(100)).unwrap();
            }
            let opened = shop.open(&till).is(codes::OK);
            assert_eq!(opened.text("folder_doubt"), "archive");
            let code = shop.wechat();
            shop.silent(|| {
                till.micropay("B1", &code, 100, NONE).is(codes::ERR_ARCHIVE);
                till.settle("B1", NONE).is(codes::ERR_ARCHIVE);
                till.find("B1").is(codes::ERR_ARCHIVE);
                till.refund("R1", "B1", 40, NONE).is(codes::ERR_ARCHIVE);
                till.refund("R7", "B5", 10, NONE).is(codes::ERR_ARCHIVE);
                till.void("B5", NONE).is(codes::ERR_ARCHIVE);
                till.day(&ago(AGO)).is(codes::ERR_ARCHIVE);
            });
            let bill = format!("N{}", damage.map_or(0, str::len));
            till.micropay(&bill, &code, 100, NONE).is(codes::PAID);
            till.refund(&format!("R{bill}"), &bill, 10, NONE).is(codes::REFUNDED);
            till.day("").is(codes::OK);
            till.reconcile("").is(codes::OK);
            till.close().is(codes::OK);
        }
        fs::rename(&kept, &file).unwrap();
        assert_eq!(shop.open(&till).is(codes::OK).text("folder_doubt"), "");
        shop.silent(|| till.settle("B1", NONE).is(codes::PAID_EARLIER));
        till.close().is(codes::OK);
    }
}

/// A refund reads its bill, its own row and the refunds of the order in several steps, and none may move in
/// between.
#[test]
fn no_bill_moves_while_another_call_is_in_progress() {
    let (shop, _) = old_shop();
    let before = captured(&shop);
    // A refund of long ago that was never sent, and is tried again now.
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::DelayBefore { ms: 3_000 }));
    let read = shop.sent(Call::Read).len();
    let again = shop.till.refund_aside("R9", "B1", 10, NONE);
    eventually("the bill is read", || shop.sent(Call::Read).len() > read);
    shop.till.archive("").is(codes::ERR_BUSY);
    shop.control.clear_faults();
    again.end().is(codes::REFUNDED);
    shop.silent(|| shop.till.refund("R9", "B1", 10, NONE).is(codes::REFUNDED));
    // B1 has a new refund and stays.
    archive(&shop, 3);
    shop.silent(|| shop.till.find("B1").is(codes::OK));
    assert_eq!(captured(&shop), before - 10);
}

/// Refunds are repeated and days are read while bills move and come back all the time.
#[test]
fn what_is_repeated_while_bills_move_is_answered_as_before() {
    let (shop, _) = old_shop();
    let before = captured(&shop);
    let till = &shop.till;
    let day = till.day(&ago(AGO)).is(codes::OK);
    let totals = |day: &Reply| (day.number("paid_fen"), day.number("refunded_fen"));
    let wanted = totals(&day);
    let refunds = shop.sent(Call::Refund).len();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let moving = scope.spawn(|| {
            let (mut moved, mut tried) = (0, 0);
            while !is_over.load(Ordering::Relaxed) {
                tried += 1;
                let archived = till.archive("");
                if archived.code == codes::OK {
                    moved += archived.number("archived");
                }
            }
            assert!(moved > 0, "{tried}");
        });
        for _ in 0..60 {
            till.refund("R1", "B1", 40, NONE).is(codes::REFUNDED);
            till.find("B5").is(codes::OK);
            till.find_refund("R1").is(codes::OK);
            assert_eq!(totals(&till.day(&ago(AGO)).is(codes::OK)), wanted);
            till.settle("B1", NONE).is(codes::PAID_EARLIER);
        }
        is_over.store(true, Ordering::Relaxed);
        moving.join().unwrap();
    });
    assert_eq!(shop.sent(Call::Refund).len(), refunds);
    assert_eq!(captured(&shop), before);
}

/// The program is killed at each write and each flush of archiving and of bringing back.
#[test]
fn a_till_that_is_killed_while_it_archives_forgets_nothing() {
    let (mut shop, code) = old_shop();
    let day = content(&shop.till.day(&ago(AGO)).is(codes::OK));
    shop.till.close().is(codes::OK);
    let files = ["ledger.db", "ledger.mark"];
    let saved = files.map(|file| fs::read(shop.folder().join(file)).unwrap());
    let (mut deaths, mut survived) = (0, 0);
    for (kind, when) in [("write", "half"), ("sync", "after")] {
        for number in 1.. {
            for file in fs::read_dir(shop.folder()).unwrap().map(|file| file.unwrap().path()) {
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                if name.starts_with("ledger.db-") || name.starts_with("archive.db") {
                    fs::remove_file(&file).unwrap();
                }
            }
            for (file, bytes) in files.iter().zip(&saved) {
                fs::write(shop.folder().join(file), bytes).unwrap();
            }
            let dying = Till::new(Driver::killed_at(&format!("{kind} {number} {when}")), 0, Page::Utf8);
            let work = || {
                shop.open_with(&dying, &[("refresh_config", "0")]).is(codes::OK);
                dying.archive("").is(codes::OK);
                dying.settle("B1", NONE).is(codes::PAID_EARLIER);
                dying.archive("").is(codes::OK);
            };
            let died = catch_unwind(AssertUnwindSafe(work)).is_err();
            dying.driver.kill();
            let place = format!("{kind} {number} {when}");
            shop.till = Till::new(Driver::spawn(), 0, Page::Utf8);
            let opened = shop.open_with(&shop.till, &[("refresh_config", "0")]).is(codes::OK);
            assert_eq!((opened.text("folder_doubt"), opened.number("open_charges")), ("", 1), "{place}");
            assert_eq!(content(&shop.till.day(&ago(AGO)).is(codes::OK)), day, "{place}");
            let fresh = "280000000000000017";
            shop.till.time().is(codes::OK);
            shop.silent(|| {
                shop.till.micropay("B1", fresh, 100, NONE).is(codes::PAID_EARLIER);
                shop.till.micropay("new", &code, 100, NONE).is(codes::ERR_AUTH_CODE_USED);
                shop.till.refund("R1", "B1", 40, NONE).is(codes::REFUNDED);
                shop.till.settle("B2", NONE).is(codes::NOT_PAID);
                shop.till.archive("").is(codes::OK);
                shop.till.settle("B5", NONE).is(codes::PAID_EARLIER);
            });
            shop.till.close().is(codes::OK);
            if !died {
                survived += 1;
                break;
            }
            deaths += 1;
        }
    }
    assert!(deaths > 30 && survived == 2, "{deaths} deaths");
}

/// The print of a code cannot be searched through, also in a ledger of an earlier version.
#[test]
fn what_recognises_an_auth_code_is_keyed() {
    let shop = Shop::open_utf8();
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
    let plain = wsy::protocol::auth_code::AuthCode::parse(&code).unwrap().fingerprint();
    let print = || {
        shop.till.close().is(codes::OK);
        let bytes = fs::read(shop.folder().join("ledger.db")).unwrap();
        assert!(
            !bytes.windows(plain.len()).any(|part| part == plain.as_bytes()),
            "it can be searched through"
        );
        let sql = "SELECT code_print FROM charge WHERE out_trade_no = 'B1'";
        database(&shop.folder(), "ledger.db").query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    let keyed = print();
    let earlier = format!("UPDATE charge SET code_print = '{plain}'; UPDATE ledger SET codes_keyed = 0");
    database(&shop.folder(), "ledger.db").execute_batch(&earlier).unwrap();
    shop.open(&shop.till).is(codes::OK);
    shop.silent(|| shop.till.micropay("B2", &code, 100, NONE).is(codes::ERR_AUTH_CODE_USED));
    assert_eq!(print(), keyed);

    // A key that cannot be read keeps no till from selling. The used code is sent, and is not taken for paid:
    // its order belongs to the first bill.
    fs::write(shop.folder().join("codes.key"), "dpapi:AAAA").unwrap();
    shop.open(&shop.till).is(codes::OK);
    let used = shop.till.micropay("B3", &code, 100, SOON).is(codes::UNKNOWN);
    assert_eq!(used.text("needs_person"), "the order belongs to the bill B1");
    shop.sell("B4", 100);
    shop.silent(|| shop.till.settle("B1", NONE).is(codes::PAID_EARLIER));
    assert!(shop.folder().join("codes-unreadable.key").exists());
    let log = fs::read_to_string(shop.folder().join("wsy.log")).unwrap();
    assert!(log.contains("codes.unreadable"));
}

/// The key of an earlier device is kept for as long as a payment may arrive late, not only until its rows
/// were compared once.
#[test]
fn a_late_payment_of_an_earlier_device_is_found_although_it_was_compared() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    shop.till.reconcile("").is(codes::OK);
    let second = shop.control.add_device(NewDevice::default()).unwrap();
    shop.till.set_device(&second.device_id, &second.key).is(codes::OK);
    let kept = shop.folder().join(format!("device-{}.key", shop.device.device_id));
    assert!(kept.exists(), "the key went too early");
    shop.till.close().is(codes::OK);
    age(&shop, 29);
    shop.open(&shop.till).is(codes::OK);
    assert!(kept.exists());
    shop.till.close_day("", "店长").is(codes::OK);
    shop.till.close().is(codes::OK);
    age(&shop, 2);
    shop.open(&shop.till).is(codes::OK);
    // Its code is there until a day is closed, and with it the reason to ask as that device.
    assert!(kept.exists());
    shop.till.close_day("", "店长").is(codes::OK);
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    assert!(!kept.exists(), "the key is kept for ever");
}
