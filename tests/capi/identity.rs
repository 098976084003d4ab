//! A ledger that is not the one that this till wrote last is reported as such and not used.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::codes;
use crate::driver::Driver;
use crate::shop::Shop;
use crate::till::{NONE, Page, Till};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

const ACCEPT: (&str, &str) = ("accept_ledger", "1");

#[test]
fn a_data_folder_that_was_copied_to_a_second_till_is_not_used() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    let second = shop.home().join("第二台");
    copy(&shop.folder(), &second);
    let till = Till::new(Driver::spawn(), 0, Page::Utf8);
    let base = shop.sandbox.base();
    let options = [("base", base.as_str())];
    let refused = shop.silent(|| till.open(&second, &options).is(codes::ERR_LEDGER_COPIED));
    assert!(refused.text("detail").contains("数据"), "{}", refused.text("detail"));
    // The first one is unchanged.
    shop.open(&shop.till).is(codes::OK);
}

#[test]
fn a_folder_that_was_moved_on_its_disk_is_the_same_one() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    let moved = shop.home().join("新");
    fs::rename(shop.folder(), &moved).unwrap();
    let base = shop.sandbox.base();
    shop.till.open(&moved, &[("base", &base)]).is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    shop.till.close().is(codes::OK);
    // A copy in the old place is not the till's own any more.
    copy(&moved, &shop.folder());
    shop.silent(|| shop.open(&shop.till).is(codes::ERR_LEDGER_COPIED));
    shop.till.open(&moved, &[("base", &base)]).is(codes::OK);
}

/// Changes what a closed ledger has recorded about its machine. Says whether that
/// has hardware to tell it by: a container may have none.
fn change_host(shop: &Shop, change: impl Fn(&str, &str) -> String) -> bool {
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    let host: String = ledger.query_row("SELECT host FROM ledger", [], |row| row.get(0)).unwrap();
    let (id, hardware) = host.strip_prefix("2 ").unwrap().split_once(' ').unwrap();
    ledger.execute("UPDATE ledger SET host = ?1", [change(id, hardware)]).unwrap();
    !hardware.is_empty()
}

#[test]
fn a_machine_whose_identifier_was_replaced_is_the_same_one() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    let has_hardware = change_host(&shop, |_, hardware| format!("2 0000 {hardware}"));
    shop.open(&shop.till).is(if has_hardware { codes::OK } else { codes::ERR_LEDGER_COPIED });
}

#[test]
fn a_cloned_disk_in_another_machine_is_not_used_and_says_why() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    if !change_host(&shop, |id, _| format!("2 {id} 0000")) {
        return;
    }
    let refused = shop.silent(|| shop.open(&shop.till).is(codes::ERR_LEDGER_COPIED));
    assert!(refused.text("detail").contains("the disk was cloned"), "{}", refused.text("detail"));
    shop.open_with(&shop.till, &[ACCEPT]).is(codes::OK);
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
}

#[test]
fn a_folder_that_was_moved_to_another_disk_is_used_once_a_person_says_so() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    let moved = shop.home().join("新");
    copy(&shop.folder(), &moved);
    fs::remove_dir_all(shop.folder()).unwrap();
    let base = shop.sandbox.base();
    shop.till.open(&moved, &[("base", &base)]).is(codes::ERR_LEDGER_COPIED);
    shop.till.open(&moved, &[("base", &base), ACCEPT]).is(codes::OK);
    shop.till.close().is(codes::OK);
    shop.till.open(&moved, &[("base", &base)]).is(codes::OK);
    assert_eq!(shop.till.find("B1").is(codes::OK).list("charge").len(), 1);
}

#[test]
fn a_backup_of_the_ledger_that_was_put_back_is_not_used() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    let (ledger, backup) = (shop.folder().join("ledger.db"), shop.home().join("backup"));
    fs::copy(&ledger, &backup).unwrap();
    shop.open(&shop.till).is(codes::OK);
    shop.sell("B2", 100);
    shop.till.close().is(codes::OK);
    let newest = fs::read(&ledger).unwrap();
    fs::copy(&backup, &ledger).unwrap();
    let refused = shop.silent(|| shop.open(&shop.till).is(codes::ERR_LEDGER_RESTORED));
    assert!(refused.text("detail").contains("lacks the last 3 of"), "{}", refused.text("detail"));

    fs::write(&ledger, newest).unwrap();
    shop.open(&shop.till).is(codes::OK);
    shop.till.close().is(codes::OK);
    fs::copy(&backup, &ledger).unwrap();
    shop.open_with(&shop.till, &[ACCEPT]).is(codes::OK);
    shop.till.find("B2").is(codes::ERR_NO_BILL);
}

#[test]
fn a_ledger_that_was_deleted_is_missed() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    fs::remove_file(shop.folder().join("ledger.db")).unwrap();
    shop.open(&shop.till).is(codes::ERR_LEDGER_RESTORED);
    // Nor does trying again make it valid.
    shop.open(&shop.till).is(codes::ERR_LEDGER_RESTORED);
    shop.open_with(&shop.till, &[ACCEPT]).is(codes::OK);
}

#[test]
fn a_mark_that_is_gone_or_unreadable_proves_nothing() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    let mark = shop.folder().join("ledger.mark");
    for broken in [None, Some(""), Some("\0\0\0\0"), Some("x y")] {
        shop.till.close().is(codes::OK);
        match broken {
            None => fs::remove_file(&mark).unwrap(),
            Some(text) => fs::write(&mark, text).unwrap(),
        }
        assert_eq!(shop.open(&shop.till).is(codes::OK).text("folder_doubt"), "no_mark");
        assert!(fs::read_to_string(shop.folder().join("wsy.log")).unwrap().contains("folder.doubt no_mark"));
    }
    shop.till.close().is(codes::OK);
    assert_eq!(shop.open(&shop.till).is(codes::OK).text("folder_doubt"), "");
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
}

#[test]
fn a_folder_that_another_program_keeps_the_same_on_several_machines_is_said_to_be_so() {
    let shop = Shop::setup().without_device().open();
    let base = shop.sandbox.base();
    for (name, doubt) in [("OneDrive - 小店", "synced"), ("坚果云", "synced"), ("收银", "")] {
        let till = Till::new(Driver::spawn(), 0, Page::Utf8);
        let opened = till.open(&shop.home().join(name).join("wsy"), &[("base", &base)]).is(codes::OK);
        assert_eq!(opened.text("folder_doubt"), doubt, "{name}");
    }
}

#[test]
fn a_damaged_page_is_found_at_open() {
    let shop = Shop::open_utf8();
    for n in 0..60 {
        shop.sell(&format!("B{n}"), 100);
    }
    shop.till.close().is(codes::OK);
    let ledger = shop.folder().join("ledger.db");
    let whole = fs::read(&ledger).unwrap();
    assert!(whole.len() > 8 * 4096, "{}", whole.len());
    let mut damaged = whole.clone();
    for page in 4..8 {
        damaged[page * 4096..][..64].fill(0xa5);
    }
    fs::write(&ledger, damaged).unwrap();
    shop.silent(|| shop.open(&shop.till).is(codes::ERR_LEDGER_DAMAGED));
    fs::write(&ledger, whole).unwrap();
    shop.open(&shop.till).is(codes::OK);
}
