//! A ledger that is not the one that this till wrote last is reported as such and not used.

use std::fs;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use wsy_sandbox::Call;

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

/// Changes what a closed ledger has recorded about its machine, which gets the identifier, the cards and the
/// disks. Returns how many of the two kinds of hardware the machine has: a container may have none.
fn change_host(shop: &Shop, change: impl Fn([&str; 3]) -> String) -> usize {
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    let host: String = ledger.query_row("SELECT host FROM ledger", [], |row| row.get(0)).unwrap();
    let facts = host.strip_prefix("3 ").unwrap().split(' ').collect::<Vec<_>>();
    let [id, cards, disks] = facts.try_into().unwrap();
    ledger.execute("UPDATE ledger SET host = ?1", [change([id, cards, disks])]).unwrap();
    usize::from(!cards.is_empty()) + usize::from(!disks.is_empty())
}

#[test]
fn a_machine_whose_identifier_was_replaced_is_the_same_one() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    let known = change_host(&shop, |[_, cards, disks]| format!("3 0000 {cards} {disks}"));
    shop.open(&shop.till).is(if known > 0 { codes::OK } else { codes::ERR_LEDGER_COPIED });
}

#[test]
fn another_machine_with_a_disk_of_the_same_number_is_another_one() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    // A machine with less than that is told by the rest.
    let known = change_host(&shop, |[_, _, disks]| format!("3 0000 1111 {disks}"));
    if known == 2 {
        shop.silent(|| shop.open(&shop.till).is(codes::ERR_LEDGER_COPIED));
    }
}

#[test]
fn what_an_earlier_version_recorded_of_the_machine_is_read_once_and_replaced() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    change_host(&shop, |[id, cards, disks]| {
        let hardware: Vec<_> = [cards, disks].into_iter().filter(|all| !all.is_empty()).collect();
        format!("2 {id} {}", hardware.join(","))
    });
    shop.open(&shop.till).is(codes::OK);
    shop.till.close().is(codes::OK);
    change_host(&shop, |[id, cards, disks]| format!("3 {id} {cards} {disks}"));
}

#[test]
fn a_cloned_disk_in_another_machine_is_not_used_and_says_why() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    if change_host(&shop, |[id, ..]| format!("3 {id} 0000 0000")) == 0 {
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

/// Leaves what a program that was killed after some sales does: a ledger and its journal.
fn killed(shop: &Shop) {
    for bill in ["B1", "B2"] {
        shop.sell(bill, 100);
    }
    shop.till.driver.kill();
}

#[test]
fn a_ledger_that_was_moved_away_can_be_put_back_whatever_was_opened_in_between() {
    for is_emptied in [false, true] {
        let shop = Shop::open_utf8();
        killed(&shop);
        let (ledger, away) = (shop.folder().join("ledger.db"), shop.home().join("away"));
        let journal = fs::read(shop.folder().join("ledger.db-wal")).unwrap();
        fs::rename(&ledger, &away).unwrap();
        if is_emptied {
            fs::write(&ledger, "").unwrap();
        }
        let next = Till::new(Driver::spawn(), 0, Page::Utf8);
        for mark in ["ledger.mark", "gone"] {
            let refused = shop.silent(|| shop.open(&next).is(codes::ERR_LEDGER_RESTORED));
            assert!(refused.text("detail").contains("missing"), "{}", refused.text("detail"));
            assert_eq!(ledger.exists(), is_emptied);
            assert!(fs::read(shop.folder().join("ledger.db-wal")).unwrap() == journal);
            if mark == "ledger.mark" {
                fs::rename(shop.folder().join(mark), shop.home().join(mark)).unwrap();
            }
        }
        fs::rename(shop.home().join("ledger.mark"), shop.folder().join("ledger.mark")).unwrap();
        fs::rename(&away, &ledger).unwrap();
        shop.open(&next).is(codes::OK);
        for bill in ["B1", "B2"] {
            next.settle(bill, NONE).is(codes::PAID_EARLIER);
        }
    }
}

#[test]
fn a_lost_ledger_that_a_person_gives_up_leaves_its_journal() {
    let shop = Shop::open_utf8();
    killed(&shop);
    fs::remove_file(shop.folder().join("ledger.db")).unwrap();
    let journal = fs::read(shop.folder().join("ledger.db-wal")).unwrap();
    let next = Till::new(Driver::spawn(), 0, Page::Utf8);
    let opened = shop.open_with(&next, &[ACCEPT]).is(codes::OK);
    assert_eq!(opened.text("folder_doubt"), "no_ledger");
    assert!(fs::read(shop.folder().join("ledger-lost.wal")).unwrap() == journal);
    next.micropay("B3", &shop.wechat(), 100, NONE).is(codes::PAID);
    next.close().is(codes::OK);
    assert_eq!(shop.open(&next).is(codes::OK).text("folder_doubt"), "");
}

#[test]
fn a_folder_that_was_used_and_has_no_ledger_says_so() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    for file in ["ledger.db", "ledger.mark"] {
        fs::remove_file(shop.folder().join(file)).unwrap();
    }
    assert_eq!(shop.open(&shop.till).is(codes::OK).text("folder_doubt"), "no_ledger");
    assert!(fs::read_to_string(shop.folder().join("wsy.log")).unwrap().contains("folder.doubt no_ledger"));
    let fresh = Till::new(Driver::spawn(), 0, Page::Utf8);
    let base = shop.sandbox.base();
    let opened = fresh.open(&shop.home().join("new"), &[("base", &base)]).is(codes::OK);
    assert_eq!(opened.text("folder_doubt"), "");
}

#[test]
fn an_old_ledger_under_the_journal_of_a_newer_one_is_not_used() {
    let shop = Shop::open_utf8();
    for n in 0..60 {
        shop.sell(&format!("B{n}"), 100);
    }
    shop.till.close().is(codes::OK);
    let (ledger, backup) = (shop.folder().join("ledger.db"), shop.home().join("backup"));
    fs::copy(&ledger, &backup).unwrap();
    shop.open(&shop.till).is(codes::OK);
    shop.till.refund("R1", "B0", 30, NONE).is(codes::REFUNDED);
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    shop.sell("C1", 100);
    shop.till.driver.kill();
    let newest = fs::read(&ledger).unwrap();
    fs::write(&ledger, fs::read(&backup).unwrap()).unwrap();
    let next = Till::new(Driver::spawn(), 0, Page::Utf8);
    let refused = shop.silent(|| shop.open(&next).is(codes::ERR_LEDGER_RESTORED));
    assert!(refused.text("detail").contains("lacks the last"), "{}", refused.text("detail"));
    // Nothing was lost by the attempt.
    fs::write(&ledger, newest).unwrap();
    shop.open(&next).is(codes::OK);
    next.settle("C1", NONE).is(codes::PAID_EARLIER);
    next.refund("R1", "B0", 30, NONE).is(codes::REFUNDED);
    assert_eq!(shop.sent(Call::Refund).len(), 1);
}

#[test]
fn a_killed_program_leaves_a_ledger_that_opens_however_long_its_journal_is() {
    let shop = Shop::open_utf8();
    let mut till = Till::new(Driver::spawn(), 0, Page::Utf8);
    shop.till.close().is(codes::OK);
    for round in 0..4 {
        shop.open(&till).is(codes::OK);
        for n in 0..70 {
            till.micropay(&format!("B{round}-{n}"), &shop.wechat(), 100, NONE).is(codes::PAID);
        }
        till.driver.kill();
        till = Till::new(Driver::spawn(), 0, Page::Utf8);
    }
    shop.open(&till).is(codes::OK);
    // It was written into the file along the way, and does not grow without end.
    let journal = fs::metadata(shop.folder().join("ledger.db-wal")).unwrap().len();
    assert!(journal < 8 << 20, "{journal}");
    till.settle("B0-0", NONE).is(codes::PAID_EARLIER);
}

/// Whether the file system of the tests keeps the numbers of its files for good.
fn keeps_numbers(folder: &Path) -> bool {
    let told = Command::new("stat").args(["-f", "-c", "%t"]).arg(folder).output().unwrap();
    let kind = String::from_utf8(told.stdout).unwrap();
    ["ef53", "58465342", "9123683e", "f2f52010", "2fc12fc1"].contains(&kind.trim())
}

#[test]
fn a_copy_in_the_place_of_a_folder_that_was_moved_is_not_used() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    if !keeps_numbers(&shop.folder()) {
        return;
    }
    let moved = shop.home().join("moved");
    fs::rename(shop.folder(), &moved).unwrap();
    copy(&moved, &shop.folder());
    let refused = shop.silent(|| shop.open(&shop.till).is(codes::ERR_LEDGER_COPIED));
    assert!(refused.text("detail").contains("copy"), "{}", refused.text("detail"));
    let second = Till::new(Driver::spawn(), 0, Page::Utf8);
    let base = shop.sandbox.base();
    second.open(&moved, &[("base", &base)]).is(codes::OK);
    second.close().is(codes::OK);
    // The legitimate case is a folder that was restored from a backup: a person says so.
    shop.open_with(&shop.till, &[ACCEPT]).is(codes::OK);
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
}

#[test]
fn a_place_as_earlier_versions_recorded_it_is_read_once_and_replaced() {
    let shop = Shop::open_utf8();
    let place = |change: Option<&str>| {
        let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
        if let Some(place) = change {
            ledger.execute("UPDATE ledger SET folder = ?1", [place]).unwrap();
        }
        ledger.query_row("SELECT folder FROM ledger", [], |row| row.get::<_, String>(0)).unwrap()
    };
    shop.till.close().is(codes::OK);
    let now = place(None);
    let path = now.split('\n').nth(1).unwrap();
    for earlier in [path.to_owned(), format!("{path}\n1:2")] {
        place(Some(&earlier));
        shop.open(&shop.till).is(codes::OK);
        shop.till.close().is(codes::OK);
        assert_eq!(place(None), now);
    }
}

#[cfg(unix)]
#[test]
fn folders_whose_names_differ_only_in_what_is_not_unicode_are_different_ones() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let shop = Shop::setup().without_device().open();
    // 甲 and 乙 in GBK.
    let [one, two] = [b"\xbc\xd7", b"\xd2\xd2"].map(|name| shop.home().join(OsStr::from_bytes(name)));
    let base = shop.sandbox.base();
    let go = |till: &Till, to: &Path| {
        let to: String = to.as_os_str().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        till.raw(&["change_folder", &format!("={to}")]).is(codes::OK);
    };
    let open = |till: &Till| till.open(Path::new("wsy"), &[("base", &base)]);
    let [here, there] = [1, 2].map(|slot| Till::new(shop.till.driver.clone(), slot, Page::Utf8));
    for folder in [&one, &two] {
        fs::create_dir_all(folder).unwrap();
    }
    go(&here, &one);
    open(&here).is(codes::OK);
    here.close().is(codes::OK);
    copy(&one.join("wsy"), &two.join("wsy"));
    go(&here, &two);
    open(&there).is(codes::ERR_LEDGER_COPIED);
    fs::remove_dir_all(two.join("wsy")).unwrap();
    // Nor is one of them in the way of the other.
    go(&here, &one);
    open(&here).is(codes::OK);
    go(&here, &two);
    open(&there).is(codes::OK);
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
