//! The cases for which a support desk is called.

use std::fs;

use wsy::till::{Options, Till};
use wsy_sandbox::{Call, Fault, Settings};

use crate::desk::Desk;

#[test]
fn a_ledger_that_the_till_holds_is_said_plainly() {
    let desk = Desk::activated();
    let mut options = Options::default();
    options.set("refresh_config", "0").unwrap();
    let till = Till::open(
        &desk.folder(),
        options,
        wsy::till::secret_store::of_this_system(wsy::till::secret_store::Scope::User),
    )
    .unwrap();
    let en = desk.en(&["open"]).exits(4);
    assert!(en.out.contains("The till's program is running on this folder."), "{}", en.out);
    assert!(desk.zh(&["open"]).exits(4).out.contains("先退出收银程序"));
    let doctor = desk.json(&["doctor"]).exits(5).json();
    assert_eq!(doctor["checks"][0]["good"], false);
    drop(till);
    desk.json(&["open"]).exits(0);
}

#[test]
fn a_damaged_ledger_is_found_and_left_as_it_is() {
    let desk = Desk::activated();
    let ledger = desk.folder().join("ledger.db");
    fs::write(&ledger, b"this is no ledger, and long enough to be taken for a file").unwrap();
    let before = fs::read(&ledger).unwrap();
    let doctor = desk.en(&["doctor"]).exits(5);
    assert!(doctor.out.contains("Do not delete any file"), "{}", doctor.out);
    assert_eq!(desk.json(&["open"]).exits(4).json()["code"], -123);
    assert_eq!(fs::read(&ledger).unwrap(), before);
}

#[test]
fn a_mistyped_folder_gets_no_ledger() {
    let desk = Desk::bare();
    let ran = desk.en(&["open"]).exits(4);
    assert!(ran.out.contains("There is no ledger in this folder"), "{}", ran.out);
    assert!(!desk.folder().exists());
    desk.json(&["doctor"]).exits(5);
    assert!(!desk.folder().exists());
}

#[test]
fn a_clock_that_is_wrong_is_told() {
    let desk = Desk::activated();
    desk.control.set_settings(Settings { clock_skew_s: 7200, ..Settings::default() });
    let doctor = desk.json(&["doctor"]).exits(5).json();
    let clock = doctor["checks"].as_array().unwrap().iter().find(|check| check["name"] == "clock").unwrap();
    assert_eq!(clock["good"], false);
    assert!(clock["message"].as_str().unwrap().contains("behind"), "{clock}");
}

#[test]
fn a_platform_that_cannot_be_reached_costs_nobody_money() {
    let desk = Desk::activated();
    fs::remove_file(desk.folder().join("config.xml")).unwrap();
    // The last address given does not count twice: a folder and a command of its own.
    let run = |words: &[&str]| -> crate::desk::Ran {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wsyctl"));
        command
            .args(["--json", "--base", "http://127.0.0.1:1"])
            .arg("--folder")
            .arg(desk.folder())
            .args(words);
        command.output().unwrap().into()
    };
    let paid = run(&["pay", "B1", "1", "134567890123456789"]).exits(4).json();
    assert_eq!(paid["money"], "not_moved");
    let doctor = run(&["doctor"]).exits(5).json();
    let bad: Vec<_> = doctor["checks"].as_array().unwrap().iter().filter(|c| c["good"] == false).collect();
    assert_eq!(bad[0]["name"], "connection", "{doctor}");
}

#[test]
fn a_device_that_is_not_accepted_is_told_and_its_key_is_not() {
    let desk = Desk::activated();
    desk.always(Call::Config, Fault::DeviceError);
    let doctor = desk.en(&["doctor"]).exits(5);
    assert!(doctor.out.contains("[LOOK] config"), "{}", doctor.out);
    let key = fs::read_to_string(desk.folder().join("device.key")).unwrap();
    let key = key.lines().find_map(|line| line.strip_prefix("key=")).unwrap();
    assert!(!doctor.out.contains(key) && !doctor.err.contains(key));
}
