//! Commands that move no money.

use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault, Says};

use crate::desk::Desk;

#[test]
fn a_healthy_till_is_good_in_both_languages() {
    let desk = Desk::activated();
    let en = desk.en(&["doctor"]).exits(0);
    assert_eq!(en.out.lines().filter(|line| line.starts_with("[good]")).count(), 11, "{}", en.out);
    let zh = desk.zh(&["doctor"]).exits(0);
    assert_eq!(zh.out.lines().filter(|line| line.starts_with("[正常]")).count(), 11, "{}", zh.out);
    assert_eq!(desk.json(&["doctor"]).exits(0).json()["good"], true);
}

#[test]
fn the_doctor_shows_both_addresses_and_says_what_plain_http_means() {
    let desk = Desk::activated();
    let base = desk.sandbox.base();
    let en = desk.en(&["doctor"]).exits(0).out;
    let zh = desk.zh(&["doctor"]).exits(0).out;
    for (out, words) in [
        (
            &en,
            [
                "the config is read at",
                "charges are sent to",
                "anybody on the shop's network can forge \"paid\"",
            ],
        ),
        (&zh, ["支付配置向", "收款发往", "店里网络上的任何人都能伪造“已支付”"]),
    ] {
        assert_eq!(out.matches(&base).count(), 3, "{out}");
        assert!(words.iter().all(|word| out.contains(word)), "{out}");
    }
}

#[test]
fn the_doctor_lists_the_sentences_that_no_table_knows() {
    let desk = Desk::activated();
    let clean = desk.json(&["doctor"]).exits(0).json();
    assert_eq!(clean["unlisted"].as_array().unwrap().len(), 0);
    assert!(desk.en(&["doctor"]).exits(0).out.contains("every sentence of the platform is known (log of 20"));

    let says = |call, sentence: &str| {
        desk.once(call, Fault::Says(Says::failed(sentence).acting_after(0)));
    };
    says(Call::Micropay, "本店今日不收此卡");
    says(Call::Query, "本店今日不收此卡");
    desk.sell("B1", "3");
    says(Call::Micropay, "网络超时，请稍后查询支付结果");
    desk.sell("B2", "3");
    for (refund, sentence) in [("R1", "老板不在"), ("R2", "退款申请已提交"), ("R3", "退款金额超出")]
    {
        says(Call::Refund, sentence);
        desk.json(&["refund", "B1", "1", "--refund-no", refund]).exits(0);
    }

    let found = desk.json(&["doctor"]).exits(0).json();
    let seen: Vec<_> = found["unlisted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            assert!(one["last"].as_str() >= found["log_from"].as_str(), "{one}");
            (
                one["sentence"].as_str().unwrap(),
                one["about"].as_str().unwrap(),
                one["times"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(seen, [("老板不在", "refund", 1), ("本店今日不收此卡", "charge", 2)]);
    assert_eq!(found["log_to"].as_str().map(str::len), Some("2026-11-22".len()));

    let en = desk.en(&["doctor"]).exits(0).out;
    let zh = desk.zh(&["doctor"]).exits(0).out;
    for (out, wanted) in [
        (&en, ["charge, 2 x, last 20", "本店今日不收此卡", "final_sentences", "send them to the support"]),
        (&zh, ["收款 2 次，最近 20", "老板不在", "absent_sentences", "拿不准的不要加"]),
    ] {
        wanted.into_iter().for_each(|wanted| assert!(out.contains(wanted), "{wanted}: {out}"));
    }
    let taught = ["--option", "final_sentences=本店今日不收此卡", "doctor"];
    let en = desk.en(&taught).exits(0).out;
    assert!(!en.contains("本店今日不收此卡") && en.contains("老板不在"), "{en}");
}

#[test]
fn a_day_that_agrees_is_good_and_one_that_does_not_raises_an_alarm_until_it_is_acknowledged() {
    let desk = Desk::activated();
    let sold = desk.sell("B1", "3");
    assert_eq!(desk.json(&["reconcile"]).exits(0).json()["asked"], 1);
    let dm_id = sold["charge"]["dm_id"].as_str().unwrap().parse().unwrap();
    desk.control.set_bill_outcome(dm_id, &BillOutcome::Failed { info: "订单不存在".into() }).unwrap();
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
