//! Commands that move no money.

use wsy_sandbox::{Behaviour, BillOutcome};

use crate::desk::Desk;

#[test]
fn a_healthy_till_is_good_in_both_languages() {
    let desk = Desk::activated();
    let en = desk.en(&["doctor"]).exits(0);
    assert_eq!(en.out.lines().filter(|line| line.starts_with("[good]")).count(), 7, "{}", en.out);
    let zh = desk.zh(&["doctor"]).exits(0);
    assert_eq!(zh.out.lines().filter(|line| line.starts_with("[正常]")).count(), 7, "{}", zh.out);
    assert_eq!(desk.json(&["doctor"]).exits(0).json()["good"], true);
}

#[test]
fn a_day_that_agrees_is_good_and_one_that_does_not_raises_an_alarm_until_it_is_acknowledged() {
    let desk = Desk::activated();
    let sold = desk.sell("B1", "3");
    assert_eq!(desk.json(&["reconcile"]).exits(0).json()["asked"], 1);
    let dm_id = sold["charge"]["dm_id"].as_str().unwrap().parse().unwrap();
    desk.control.set_bill_outcome(dm_id, &BillOutcome::Failed { info: "x".into() }).unwrap();
    let found = desk.json(&["reconcile"]).exits(5).json();
    assert_eq!(found["differences"][0]["kind"], "paid_not_there");
    let alarms = desk.json(&["alarms"]).exits(5).json();
    let id = alarms["alarms"][0]["id"].to_string();
    assert!(desk.zh(&["alarms"]).exits(5).out.contains("B1"));
    desk.json(&["doctor"]).exits(5);
    desk.json(&["acknowledge", &id]).exits(2);
    desk.json(&["acknowledge", &id, "--by", "Li"]).exits(0);
    assert_eq!(desk.json(&["acknowledge", &id, "--by", "Li"]).exits(4).json()["code"], -166);
    desk.json(&["alarms"]).exits(0);
}

#[test]
fn the_words_are_checked_before_anything_is_done() {
    let desk = Desk::activated();
    let code = desk.customer(Behaviour::Pays);
    for words in [
        &["pay", "B1"][..],
        &["pay", "B1", "1", code.as_str(), "more"],
        &["refund", "B1", "1"],
        &["reconcile", "2026-02-30"],
        &["export"],
        &["fly"],
        &["--lang", "fr", "open"],
        &["open", "--frist"],
    ] {
        let ran = desk.run(words).exits(2);
        assert!(!ran.out.is_empty(), "{words:?}");
    }
    assert!(desk.control.book().unwrap().bills.is_empty());
}
