//! The data folder and the process: one till at a time, whatever a host does with the files, with a second
//! copy of the library, or with fork().

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wsy_sandbox::{Behaviour, BillOutcome, Call, NewDevice};

use crate::codes;
use crate::driver::Driver;
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{NONE, Page, Till};

/// Another program.
fn second() -> Till {
    Till::new(Driver::spawn(), 0, Page::Utf8)
}

/// A command of the C program about a file.
fn about(shop: &Shop, command: &str, path: &Path) -> i32 {
    shop.till.raw(&[command, &shop.till.arg(path.to_str().unwrap())]).code
}

/// A copy of the library, as a program that was installed twice has it.
fn copy_of_library(to: &Path) -> PathBuf {
    let there = |name: &str| crate::build::driver().with_file_name(name);
    let library = ["libwsy.so", "wsy.dll"].map(there).into_iter().find(|path| path.exists()).unwrap();
    let copy = to.join("wsy-copy.dll");
    fs::copy(library, &copy).unwrap();
    copy
}

#[test]
fn a_host_that_copies_the_ledger_does_not_release_the_folder() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    for file in ["ledger.db", "ledger.db-wal", "ledger.mark"] {
        assert_eq!(about(&shop, "read_file", &shop.folder().join(file)), 0);
    }
    shop.open(&second()).is(codes::ERR_FOLDER_IN_USE);
    shop.sell("B2", 100);
    shop.till.close().is(codes::OK);
    let after = second();
    shop.open(&after).is(codes::OK);
    for bill in ["B1", "B2"] {
        after.settle(bill, NONE).is(codes::PAID_EARLIER);
    }
}

#[test]
fn a_folder_belongs_to_one_till_also_on_a_linux_without_locks_of_open_files() {
    let shop = Setup::default().open();
    shop.till.close().is(codes::OK);
    let old = || Till::new(Driver::preloaded(crate::build::old_locks()), 0, Page::Utf8);
    let till = old();
    shop.open(&till).is(codes::OK);
    till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    let ledger = till.arg(shop.folder().join("ledger.db").to_str().unwrap());
    // There, reading the ledger ends SQLite's own lock on it, but not the folder's.
    assert_eq!(till.raw(&["read_file", &ledger]).code, 0);
    for next in [old(), second()] {
        shop.open(&next).is(codes::ERR_FOLDER_IN_USE);
    }
    till.close().is(codes::OK);
    shop.open(&old()).is(codes::OK);
}

#[test]
fn another_sqlite_in_the_same_program_finds_the_ledger_locked() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    // It would take the ledger for one that nobody uses, and delete the journal when it closes.
    assert_eq!(about(&shop, "read_database", &shop.folder().join("ledger.db")), 1);
    shop.open(&second()).is(codes::ERR_FOLDER_IN_USE);
    shop.till.close().is(codes::OK);
    assert_eq!(about(&shop, "read_database", &shop.folder().join("ledger.db")), 0);
}

#[test]
fn a_second_copy_of_the_library_in_the_same_program_finds_the_folder_in_use() {
    let shop = Shop::open_utf8();
    let copy = copy_of_library(shop.home());
    let words = [
        "open_with_copy",
        &shop.till.arg(copy.to_str().unwrap()),
        &shop.till.arg(shop.folder().to_str().unwrap()),
    ];
    shop.till.raw(&words).is(codes::ERR_FOLDER_IN_USE);
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    // It is not the folder that it cannot open. It finds the saved device, and no platform at the default
    // address.
    assert_eq!(fs::remove_file(shop.folder().join("device.key")).ok(), Some(()));
    shop.till.raw(&words).is(codes::OK);
}

#[test]
fn a_child_finds_the_folder_in_use_and_its_end_does_not_release_it() {
    let shop = Shop::open_utf8();
    let folder = shop.till.arg(shop.folder().to_str().unwrap());
    for _ in 0..2 {
        shop.till.raw(&["in_child", "open", "1", &folder, "65001", "-"]).is(codes::ERR_FOLDER_IN_USE);
        shop.open(&second()).is(codes::ERR_FOLDER_IN_USE);
    }
    shop.sell("B1", 100);
}

#[test]
fn a_child_that_lives_on_does_not_keep_the_folder() {
    let shop = Shop::open_utf8();
    let child = shop.till.raw(&["leave_child", "-", "-"]).value.unwrap();
    shop.sell("B1", 100);
    shop.till.driver.kill();
    let next = second();
    shop.open(&next).is(codes::OK);
    next.settle("B1", NONE).is(codes::PAID_EARLIER);
    assert!(Command::new("kill").args(["-9", &child.to_string()]).status().unwrap().success());
}

#[test]
fn a_child_can_take_over_the_folder_of_a_parent_that_has_died() {
    let shop = Setup::default().without_device().open();
    let told = shop.home().join("told");
    let [folder, file] = [shop.folder(), told.clone()].map(|path| shop.till.arg(path.to_str().unwrap()));
    shop.till.raw(&["leave_child", &folder, &file]);
    shop.till.driver.kill();
    let mut said = String::new();
    eventually("the child has opened the folder", || {
        said = fs::read_to_string(&told).unwrap_or_default();
        said.ends_with('.')
    });
    assert_eq!(said, format!("{}.", codes::OK));
}

#[test]
fn a_handle_is_refused_in_a_child_and_stays_valid_in_the_parent() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    let code = shop.wechat();
    shop.till.micropay_start(2, "B2", &code, 100, NONE).is(codes::PENDING);
    let list = shop.till.list(&[("deadline_ms", "1000")]);
    let before = fs::metadata(shop.folder().join("ledger.db-wal")).unwrap().len();
    let [bill, other] = ["B1", "B9"].map(|text| shop.till.arg(text));
    let code = shop.till.arg(&shop.wechat());
    let refused: &[&[&str]] = &[
        &["find", "0", &bill],
        &["micropay", "0", &other, &code, "100", "-"],
        &["settle", "0", &bill, "-"],
        &["recover", "0", "-"],
        &["unresolved", "0"],
        &["on_log", "0", "off"],
        &["payment_poll", "2"],
        &["payment_cancel", "2"],
        &["payment_void", "2"],
        &["payment_free", "2"],
        &["params_set", &list, &bill, &bill],
        &["params_free", &list],
        &["close", "0"],
    ];
    for words in refused {
        let all: Vec<&str> = ["in_child"].iter().chain(*words).copied().collect();
        let reply = shop.till.raw(&all);
        assert_eq!((reply.code, reply.given), (codes::ERR_FORKED, false), "{words:?}");
    }
    // A number that was never a handle is just no handle.
    shop.till.raw(&["in_child", "find", "#16", &bill]).is(codes::ERR_HANDLE);
    shop.till.raw(&["in_child", "find", "-", &bill]).is(codes::ERR_HANDLE);
    assert!(fs::metadata(shop.folder().join("ledger.db-wal")).unwrap().len() >= before);
    shop.till.wait(2).is(codes::PAID);
    shop.till.find("B1").is(codes::OK);
    assert_eq!(shop.sent(Call::Micropay).len(), 2);
    shop.agree();
}

#[test]
fn a_child_never_hangs_and_can_open_a_till_of_its_own() {
    let shop = Setup::default().without_device().open();
    let [child, own] = ["child", "own"].map(|name| shop.till.arg(shop.home().join(name).to_str().unwrap()));
    let storm = shop.till.raw(&["fork_often", "100", &child, &own]);
    assert_eq!(storm.value, Some(0), "children hung or found something wrong");
    shop.till.find("B1").is(codes::ERR_NO_BILL);
}

#[test]
fn a_folder_that_is_named_relatively_stays_where_it_was_when_it_was_opened() {
    let shop = Setup::default().without_device().open();
    let (one, two) = (shop.home().join("一"), shop.home().join("二"));
    for place in [&one, &two] {
        fs::create_dir_all(place.join("wsy")).unwrap();
        fs::write(place.join("wsy/device.key"), "device_id=other\nkey=other\n").unwrap();
    }
    fs::remove_file(one.join("wsy/device.key")).unwrap();
    let till = Till::new(shop.till.driver.clone(), 1, Page::Utf8);
    let moved = |to: &Path| till.raw(&["change_folder", &till.arg(to.to_str().unwrap())]).is(codes::OK);
    let base = shop.sandbox.base();
    moved(&one);
    till.open(Path::new("wsy"), &[("base", &base)]).is(codes::OK);
    moved(&two);
    till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    till.close().is(codes::OK);
    assert_eq!(fs::read_to_string(two.join("wsy/device.key")).unwrap(), "device_id=other\nkey=other\n");
    assert_eq!(fs::read_dir(two.join("wsy")).unwrap().count(), 1);
    assert!(fs::read_to_string(one.join("wsy/device.key")).unwrap().contains(&shop.device.device_id));
    moved(&one);
    till.open(Path::new("wsy"), &[("base", &base)]).is(codes::OK);
    till.settle("B1", NONE).is(codes::PAID_EARLIER);
}

/// A program whose renaming of files is refused for a while.
pub fn hindered(shop: &Shop, what: &str) -> Till {
    let gate = shop.home().join("hindered");
    fs::write(&gate, "").unwrap();
    Till::new(Driver::refused(what, &gate, &shop.home().join("renamed")), 0, Page::Utf8)
}

/// Ends it.
pub fn unhinder(shop: &Shop) {
    fs::remove_file(shop.home().join("hindered")).unwrap();
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn what_a_virus_scanner_refuses_for_a_moment_is_tried_again() {
    for file in ["device.key", "config.xml", "ledger.mark"] {
        let shop = Setup::default().without_device().open();
        shop.till.close().is(codes::OK);
        fs::remove_file(shop.folder().join("ledger.mark")).unwrap();
        let till = hindered(&shop, &format!("5 {file}"));
        shop.open(&till).is(codes::OK);
        till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
        till.close().is(codes::OK);
        assert_eq!(
            shop.silent(|| shop.open_with(&shop.till, &[("refresh_config", "0")]))
                .is(codes::OK)
                .text("config_source"),
            "file"
        );
        assert!(
            fs::read_to_string(shop.folder().join("device.key")).unwrap().contains(&shop.device.device_id)
        );
        let left: Vec<_> = names(&shop.folder()).into_iter().filter(|name| name.ends_with(".new")).collect();
        assert_eq!(left, [""; 0]);
    }
}

#[test]
fn a_start_renames_nothing() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    let till = hindered(&shop, "1000000 *");
    assert_eq!(shop.open(&till).is(codes::OK).text("config_source"), "platform");
    till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::PAID);
    till.close().is(codes::OK);
    assert_eq!(fs::read_to_string(shop.home().join("renamed")).unwrap_or_default(), "");
}

#[test]
fn what_an_earlier_process_was_writing_is_removed_by_the_next_start() {
    let shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    for left in ["device.new", "device.7b-0.new"] {
        fs::write(shop.folder().join(left), "key=secret").unwrap();
    }
    shop.open(&shop.till).is(codes::OK);
    assert!(names(&shop.folder()).iter().all(|name| !name.ends_with(".new")));
}

/// Puts an identical copy in the place of a file, as programs do that write beside it and rename.
fn replace_by_copy(file: &Path) {
    let copy = file.with_extension("copy");
    fs::copy(file, &copy).unwrap();
    fs::rename(&copy, file).unwrap();
}

fn log_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("wsy.log")).unwrap()
}

#[test]
fn a_ledger_that_was_replaced_while_open_takes_no_new_payment_and_loses_none() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    // Begun before, and decided afterwards: its outcome is still written.
    let asked = shop.customer(Behaviour::AsksPhone { ms: 600_000 });
    shop.till.micropay("B2", &asked, 100, SOON).is(codes::UNKNOWN);
    replace_by_copy(&shop.folder().join("ledger.db"));
    shop.silent(|| {
        let code = shop.wechat();
        let refused = shop.till.micropay("B3", &code, 100, NONE).is(codes::ERR_LEDGER);
        assert!(refused.text("detail").contains("moved or replaced"), "{}", refused.text("detail"));
        shop.till.find("B1").is(codes::OK);
    });
    shop.till.refund("R1", "B1", 30, NONE).is(codes::ERR_LEDGER);
    shop.till.void("B1", NONE).is(codes::ERR_LEDGER);
    assert_eq!((shop.sent(Call::Micropay).len(), shop.sent(Call::Refund).len()), (2, 0));
    let unpaid = shop.bills().into_iter().find(|bill| bill.auth_code == asked).unwrap();
    shop.control.set_bill_outcome(unpaid.dm_id, &BillOutcome::Paid).unwrap();
    shop.till.settle("B2", NONE).is(codes::PAID);
    shop.till.close().is(codes::OK);
    assert_eq!(log_of(&shop.folder()).matches("ledger.moved").count(), 1);
    // The copy has whatever was written, by its journal; a person has to say that it is the right one.
    shop.open_with(&shop.till, &[("accept_ledger", "1")]).is(codes::OK);
    for bill in ["B1", "B2"] {
        shop.till.settle(bill, NONE).is(codes::PAID_EARLIER);
    }
    shop.sell("B3", 100);
    shop.agree();
}

#[test]
fn a_till_whose_folder_was_moved_away_removes_nothing_of_the_next_one() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    let moved = shop.home().join("moved");
    fs::rename(shop.folder(), &moved).unwrap();
    let next = second();
    shop.open(&next).is(codes::OK);
    let other = shop.control.add_device(NewDevice::default()).unwrap();
    next.set_device(&other.device_id, &other.key).is(codes::OK);
    for bill in ["N1", "N2"] {
        next.micropay(bill, &shop.wechat(), 100, NONE).is(codes::PAID);
    }
    shop.till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::ERR_LEDGER);
    let journal = shop.folder().join("ledger.db-wal");
    let before = fs::metadata(&journal).unwrap().len();
    shop.till.close().is(codes::OK);
    assert_eq!(fs::metadata(&journal).unwrap().len(), before);
    next.driver.kill();
    let again = second();
    shop.open(&again).is(codes::OK);
    for bill in ["N1", "N2"] {
        again.settle(bill, NONE).is(codes::PAID_EARLIER);
    }
    // Nor is anything lost in the folder that was moved.
    let base = shop.sandbox.base();
    shop.till.open(&moved, &[("base", &base)]).is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
}

#[test]
fn a_ledger_whose_journal_was_deleted_while_open_is_whole_after_the_close() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    fs::remove_file(shop.folder().join("ledger.db-wal")).unwrap();
    shop.till.micropay("B2", &shop.wechat(), 100, NONE).is(codes::ERR_LEDGER);
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    shop.sell("B2", 100);
    shop.agree();
}

#[test]
fn what_a_host_without_standard_output_prints_gets_into_no_file_of_the_till() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.close().is(codes::OK);
    let folder = shop.till.arg(shop.folder().to_str().unwrap());
    assert_eq!(shop.till.raw(&["print_without_stdio", &folder]).value, Some(0));
    shop.open(&shop.till).is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    for file in ["ledger.lock", "ledger.mark", "wsy.log", "ledger.db", "ledger.db-wal"] {
        let bytes = fs::read(shop.folder().join(file)).unwrap();
        assert!(!bytes.windows(7).any(|part| part == b"printed"), "{file}");
    }
}

#[test]
fn a_child_that_could_not_let_go_of_the_folder_does_not_keep_it_after_the_close() {
    for how in ["full", "bare"] {
        let shop = Shop::open_utf8();
        shop.sell("B1", 100);
        let child = shop.till.raw(&["leave_strange_child", how]).value.unwrap();
        shop.till.close().is(codes::OK);
        let next = second();
        shop.open(&next).is(codes::OK);
        next.settle("B1", NONE).is(codes::PAID_EARLIER);
        assert!(Command::new("kill").args(["-9", &child.to_string()]).status().unwrap().success());
    }
}

#[test]
fn a_fork_at_any_moment_of_an_open_or_a_close_does_not_keep_the_folder() {
    let shop = Setup::default().without_device().open();
    let folder = shop.till.arg(shop.home().join("other").to_str().unwrap());
    assert_eq!(shop.till.raw(&["fork_while_opening", "100", &folder]).value, Some(0));
}

#[cfg(unix)]
#[test]
fn a_till_writes_no_key_into_another_folder_that_a_link_leads_to_later() {
    let shop = Setup::default().without_device().open();
    let [one, two, link] = ["one", "two", "current"].map(|name| shop.home().join(name));
    fs::create_dir_all(&one).unwrap();
    std::os::unix::fs::symlink(&one, &link).unwrap();
    let base = shop.sandbox.base();
    let [first, next] = [second(), second()];
    first.open(&link, &[("base", &base)]).is(codes::OK);
    fs::remove_file(&link).unwrap();
    fs::create_dir_all(&two).unwrap();
    std::os::unix::fs::symlink(&two, &link).unwrap();
    next.open(&link, &[("base", &base)]).is(codes::OK);
    let other = shop.control.add_device(NewDevice::default()).unwrap();
    next.set_device(&other.device_id, &other.key).is(codes::OK);
    first.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    let key = |folder: &Path| fs::read_to_string(folder.join("device.key")).unwrap();
    assert!(key(&one).contains(&shop.device.device_id) && key(&two).contains(&other.device_id));
    first.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
}

#[test]
fn a_till_whose_folder_was_replaced_writes_no_file_into_the_next_one() {
    let shop = Setup::default().without_device().open();
    fs::rename(shop.folder(), shop.home().join("moved")).unwrap();
    let next = second();
    shop.open(&next).is(codes::OK);
    next.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    let there = || {
        let names = ["device.key", "config.xml", "ledger.mark"];
        names.map(|name| fs::read_to_string(shop.folder().join(name)).unwrap())
    };
    let before = there();
    let other = shop.control.add_device(NewDevice::default()).unwrap();
    let refused = shop.till.set_device(&other.device_id, &other.key).is(codes::ERR_FOLDER);
    assert!(refused.text("detail").contains("moved or replaced"), "{}", refused.text("detail"));
    // The one-time code is not used up.
    let code = shop.control.activation_code(None).unwrap();
    shop.silent(|| shop.till.activate(&code, "").is(codes::ERR_FOLDER));
    shop.till.close().is(codes::OK);
    assert_eq!(there(), before);
    assert_eq!(shop.open(&shop.till).code, codes::ERR_FOLDER_IN_USE);
}
