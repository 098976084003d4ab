//! Days: what belongs to which day, what closing fixes, and that reconciling misses nothing whatever the
//! clock said.

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault, FaultOrder};

use crate::driver::Driver;
use crate::shop::{SOON, Shop};
use crate::till::{Fields, NONE, Page, Reply, Till, beijing_day};
use crate::{build, codes};

const DAY_S: i64 = 24 * 3600;

fn today() -> String {
    beijing_day(0)
}

fn tomorrow() -> String {
    beijing_day(DAY_S)
}

fn yesterday() -> String {
    beijing_day(-DAY_S)
}

/// Changes the ledger as if another time had written it, and opens it again.
fn rewrite(shop: &Shop, sql: &str) {
    shop.till.close().is(codes::OK);
    {
        let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
        ledger.execute_batch("PRAGMA locking_mode = EXCLUSIVE").unwrap();
        ledger.execute_batch(sql).unwrap();
    }
    shop.open(&shop.till).is(codes::OK);
}

fn sums(item: &Fields) -> (i64, i64, i64) {
    (item.number("count"), item.number("paid_fen"), item.number("refunded_fen"))
}

fn keyed(reply: &Reply, list: &str, key: &str) -> Vec<(String, (i64, i64, i64))> {
    reply.list(list).iter().map(|item| (item.text(key).to_owned(), sums(item))).collect()
}

/// The totals that a closing fixes.
fn fixed(reply: &Reply) -> Vec<String> {
    let fields = ["paid_fen", "refunded_fen", "closed", "closed_by"].map(|name| reply.text(name).to_owned());
    let lists = [("wallet", "paytype"), ("operator", "operator_id"), ("state", "state")];
    let lists = lists.map(|(list, key)| format!("{:?}", keyed(reply, list, key)));
    fields.into_iter().chain(lists).collect()
}

fn numbers(reply: &Reply, list: &str) -> Vec<String> {
    let name = if list == "charge" { "out_trade_no" } else { "out_refund_no" };
    reply.list(list).iter().map(|row| row.text(name).to_owned()).collect()
}

#[test]
fn a_day_that_is_closed_stays_as_it_was() {
    for page in Page::BOTH {
        let mut shop = Shop::setup().page(page).open();
        shop.till.micropay("B1", &shop.wechat(), 100, &[("operator_id", "小王")]).is(codes::PAID);
        shop.till.micropay("B2", &shop.alipay(), 200, &[("operator_id", "小李")]).is(codes::PAID);
        shop.till.micropay("B3", &shop.customer(Behaviour::NoMoney), 300, NONE).is(codes::NOT_PAID);
        let refunded = shop.till.refund("R1", "B1", 40, &[("operator_id", "小李")]).is(codes::REFUNDED);
        assert_eq!(refunded.text("operator_id"), "小李");
        let day = shop.till.day("").is(codes::OK);
        assert_eq!((day.text("closed"), day.text("closed_by")), ("", ""));

        let closed = shop.silent(|| shop.till.close_day("", "店长").is(codes::OK));
        assert_eq!(closed.text("day"), today());
        assert_eq!((closed.number("paid_fen"), closed.number("refunded_fen")), (300, 40));
        assert_eq!((closed.text("closed_by"), closed.text("closed").len()), ("店长", 19));
        let by_operator = keyed(&closed, "operator", "operator_id");
        assert!(by_operator.contains(&("小王".to_owned(), (1, 100, 0))), "{by_operator:?}");
        assert!(by_operator.contains(&("小李".to_owned(), (2, 200, 40))), "{by_operator:?}");
        assert!(by_operator.contains(&(String::new(), (1, 0, 0))), "{by_operator:?}");
        let mut states = keyed(&closed, "state", "state");
        states.sort();
        let expected = [("not_paid", (1, 0, 0)), ("paid", (2, 300, 0)), ("refunded", (1, 0, 40))];
        assert_eq!(states, expected.map(|(state, sums)| (state.to_owned(), sums)));
        let wallets = keyed(&closed, "wallet", "paytype");
        assert_eq!(wallets.iter().map(|(_, (_, _, refunded))| refunded).sum::<i64>(), 40);
        assert_eq!(wallets.len(), 2);

        // Payments go on; their outcomes are the next day's.
        let paid = shop.sell("B4", 1000);
        assert_eq!((paid.text("day"), paid.text("ended_day")), (&*today(), &*tomorrow()));
        let refunded = shop.till.refund("R2", "B2", 50, NONE).is(codes::REFUNDED);
        assert_eq!((refunded.text("day"), refunded.text("ended_day")), (&*today(), &*tomorrow()));
        assert_eq!(shop.till.find("B4").is(codes::OK).text("ended_day"), tomorrow());
        assert_eq!(fixed(&shop.till.close_day(&today(), "别人").is(codes::OK)), fixed(&closed));
        shop.till.driver.kill();
        shop.start_again().is(codes::OK);
        let again = shop.till.day(&today()).is(codes::OK);
        assert_eq!(fixed(&again), fixed(&closed));
        assert_eq!(numbers(&again, "charge"), ["B1", "B2", "B3", "B4"]);
        let next = shop.till.day(&tomorrow()).is(codes::OK);
        assert_eq!((next.number("paid_fen"), next.number("refunded_fen")), (1000, 50));
        assert_eq!(
            (numbers(&next, "charge"), numbers(&next, "refund")),
            (vec!["B4".into()], vec!["R2".into()])
        );
        assert_eq!(next.text("closed"), "");
    }
}

#[test]
fn an_outcome_that_comes_after_the_closing_is_the_next_days() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    let closed = shop.till.close_day("", "店长").is(codes::OK);
    assert_eq!((closed.number("open"), closed.number("paid_fen")), (1, 0));
    shop.set_outcome(&BillOutcome::Paid);
    let recovered = shop.till.recover(NONE).is(codes::OK);
    assert_eq!(recovered.list("charge")[0].text("ended_day"), tomorrow());
    // So does a refund elsewhere that reconciling finds.
    shop.control.refund_bill(shop.bill().dm_id, wsy_sandbox::Fen(30)).unwrap();
    shop.till.reconcile("").is(codes::OK);
    assert_eq!(fixed(&shop.till.close_day("", "店长").is(codes::OK)), fixed(&closed));
    let next = shop.till.day(&tomorrow()).is(codes::OK);
    assert_eq!((next.number("paid_fen"), next.number("refunded_fen")), (100, 30));
}

#[test]
fn a_sale_over_midnight_counts_for_the_day_of_its_outcome() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    rewrite(&shop, &format!("UPDATE charge SET day = '{}'", yesterday()));
    let before = shop.till.day(&yesterday()).is(codes::OK);
    assert_eq!((numbers(&before, "charge"), before.number("open")), (vec!["B1".to_owned()], 1));
    shop.set_outcome(&BillOutcome::Paid);
    let paid = shop.till.settle("B1", NONE).is(codes::PAID);
    assert_eq!((paid.text("day"), paid.text("ended_day")), (&*yesterday(), &*today()));
    for (day, fen) in [(yesterday(), 0), (today(), 100)] {
        let found = shop.till.day(&day).is(codes::OK);
        assert_eq!((numbers(&found, "charge"), found.number("paid_fen")), (vec!["B1".to_owned()], fen));
        assert_eq!(found.number("open"), 0);
    }
}

#[test]
fn days_before_are_closed_with_a_day_and_none_that_is_to_come() {
    let shop = Shop::open_utf8();
    shop.silent(|| {
        shop.till.close_day(&tomorrow(), "店长").is(codes::ERR_DAY_NOT_OVER);
        shop.till.close_day("2026-02-30", "店长").is(codes::ERR_ARGUMENT);
        shop.till.close_day("", " ").is(codes::ERR_ARGUMENT);
        assert_eq!(shop.till.day("").is(codes::OK).text("closed"), "");
    });
    let old = shop.till.close_day(&beijing_day(-5 * DAY_S), "甲").is(codes::OK);
    assert_eq!(shop.till.day(&yesterday()).is(codes::OK).text("closed"), "");
    // The till of a closed day goes on selling into a later one.
    assert_eq!(shop.sell("B1", 100).text("ended_day"), today());
    shop.till.close_day("", "乙").is(codes::OK);
    for (day, by) in [(beijing_day(-6 * DAY_S), "甲"), (yesterday(), "乙"), (today(), "乙")] {
        let closed = shop.till.close_day(&day, "丙").is(codes::OK);
        assert_eq!(closed.text("closed_by"), by, "{day}");
        if by == "甲" {
            assert_eq!(closed.text("closed"), old.text("closed"));
        }
    }
}

#[test]
fn a_clock_that_is_days_ahead_moves_no_outcome_and_hides_none() {
    let mut shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    shop.till = Till::new(Driver::preloaded(build::ahead()), 0, Page::Utf8);
    // The platform has answered since the program began: its clock is known.
    shop.open(&shop.till).is(codes::OK);
    let paid = shop.sell("B1", 100);
    assert_eq!((paid.text("day"), paid.text("ended_day")), (&*today(), &*today()));
    assert!(paid.text("started").starts_with(&beijing_day(3 * DAY_S)), "{}", paid.text("started"));
    assert_eq!(shop.till.day("").is(codes::OK).text("day"), today());
    shop.till.close_day(&tomorrow(), "店长").is(codes::ERR_DAY_NOT_OVER);

    // It has not: the intent belongs to the day of the local clock. Reconciling today asks about it anyway.
    shop.till.close().is(codes::OK);
    shop.open_with(&shop.till, &[("refresh_config", "0")]).is(codes::OK);
    let wrong = shop.till.micropay("B2", &shop.customer(Behaviour::NoMoney), 200, NONE).is(codes::NOT_PAID);
    assert_eq!((wrong.text("day"), wrong.text("ended_day")), (&*beijing_day(3 * DAY_S), &*today()));
    assert_eq!(shop.till.reconcile(&today()).is(codes::OK).number("asked"), 2);
}

#[test]
fn reconciling_takes_what_was_never_reconciled_and_what_the_platform_has_on_the_day() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.sell("B2", 200);
    shop.till.micropay("B3", &shop.customer(Behaviour::NoMoney), 300, NONE).is(codes::NOT_PAID);
    shop.till.refund("R1", "B2", 50, NONE).is(codes::REFUNDED);
    // Of the first two the platform's times are known; B1 is not reconciled either.
    let set = "day = '2031-01-01', ended_day = '2031-01-01'";
    rewrite(
        &shop,
        &format!(
            "UPDATE charge SET {set}; UPDATE refund SET {set}, pay_time = ''; \
             UPDATE charge SET pay_time = '' WHERE out_trade_no = 'B1'"
        ),
    );
    let found = shop.till.reconcile(&today()).is(codes::OK);
    assert_eq!((found.number("asked"), found.number("differences")), (3, 0));
    assert_eq!((found.number("paid_fen"), found.number("refunded_fen")), (200, 0));
    // Asked about again: the one of the day by the platform's time.
    assert_eq!(shop.till.reconcile(&today()).is(codes::OK).number("asked"), 1);
    assert_eq!(shop.till.reconcile("2031-01-01").is(codes::OK).number("asked"), 3);
    assert_eq!(shop.till.reconcile("2020-02-29").is(codes::OK).number("asked"), 0);
}

#[test]
fn what_was_not_answered_is_asked_about_again_whatever_the_day() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.once(Call::Read, Fault::Html);
    shop.till.reconcile("").is(codes::ERR_NO_RESPONSE);
    assert_eq!(shop.till.reconcile("2020-02-29").is(codes::OK).number("asked"), 1);
    assert_eq!(shop.till.reconcile("2020-02-29").is(codes::OK).number("asked"), 0);
}

fn sell_bills(shop: &Shop, count: usize) {
    (1..=count).for_each(|n| drop(shop.sell(&format!("B{n:02}"), 100)));
}

#[test]
fn refusals_and_silence_of_some_bills_are_theirs_alone() {
    for fault in [Fault::SignError, Fault::Html] {
        let shop = Shop::open_utf8();
        sell_bills(&shop, 7);
        shop.control.add_fault(FaultOrder::once(Call::Read, fault).after(1).times(5));
        let found = shop.till.reconcile("").is(codes::ERR_NO_RESPONSE);
        assert_eq!((found.number("asked"), found.number("unanswered")), (2, 5));
        assert_eq!(found.number("ended_early"), 0);
    }
}

#[test]
fn silence_about_everything_ends_the_walk_early_and_says_so() {
    for (fault, code) in [
        (Fault::SignError, codes::ERR_REFUSED),
        (Fault::Html, codes::ERR_NO_RESPONSE),
        (Fault::RequestLost, codes::ERR_NO_RESPONSE),
    ] {
        let shop = Shop::open_utf8();
        sell_bills(&shop, 5);
        shop.always(Call::Read, fault);
        let found = shop.till.reconcile("").is(code);
        assert_eq!((found.number("asked"), found.number("unanswered")), (0, 5));
        assert_eq!((found.number("ended_early"), found.list("unanswered").len()), (1, 5));
        assert!(found.text("detail").starts_with("ended early"), "{}", found.text("detail"));
        assert!(found.list("unanswered")[4].text("reason").starts_with("not asked"));
        let sent = shop.sent(Call::Read).len();
        assert!((3..=6).contains(&sent), "{sent}");
        shop.control.clear_faults();
        assert_eq!(shop.till.reconcile("").is(codes::OK).number("asked"), 5);
    }
}

#[test]
fn a_platform_that_falls_silent_later_ends_the_walk_after_ten() {
    let shop = Shop::open_utf8();
    sell_bills(&shop, 13);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::SignError).after(1));
    let found = shop.till.reconcile("").is(codes::ERR_REFUSED);
    assert_eq!((found.number("asked"), found.number("unanswered")), (1, 12));
    assert_eq!((found.number("ended_early"), shop.sent(Call::Read).len()), (1, 11));
}

fn kinds(reply: &Reply) -> Vec<String> {
    reply.list("difference").iter().map(|difference| difference.text("kind").to_owned()).collect()
}

#[test]
fn reconciling_judges_what_people_decided() {
    // Decided as not paid, and paid; as paid, and paid; as paid, and not paid.
    let cases = [
        ("decided_not_paid", BillOutcome::Paid, vec!["paid_there"]),
        ("decided_paid", BillOutcome::Paid, vec![]),
        ("decided_paid", BillOutcome::Failed { info: "订单已关闭".into() }, vec!["paid_not_there"]),
    ];
    for (state, outcome, expected) in cases {
        let shop = Shop::open_utf8();
        shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
        let day = today();
        rewrite(
            &shop,
            &format!("UPDATE charge SET state = '{state}', ended_ms = started_ms, ended_day = '{day}'"),
        );
        shop.set_outcome(&outcome);
        assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), expected, "{state} {outcome:?}");
        let alarms = shop.till.alarms().is(codes::OK);
        assert_eq!(alarms.list("alarm").len(), expected.len());
    }
}

#[test]
fn reconciling_judges_refunds_that_people_decided() {
    let cases = [
        ("decided_refunded", 40, vec![]),
        ("decided_refunded", 0, vec!["refund_not_there"]),
        ("decided_not_refunded", 0, vec![]),
        ("decided_not_refunded", 40, vec!["refunded_elsewhere", "refund_there"]),
    ];
    for (state, fen, expected) in cases {
        let shop = Shop::open_utf8();
        shop.sell("B1", 100);
        shop.till.refund("R1", "B1", 30, NONE).is(codes::REFUNDED);
        shop.once(Call::Refund, Fault::RequestLost);
        shop.till.refund("R2", "B1", 40, SOON);
        rewrite(
            &shop,
            &format!(
                "UPDATE refund SET state = '{state}', ended_ms = started_ms, ended_day = '{}' \
                 WHERE out_refund_no = 'R2'",
                today()
            ),
        );
        if fen > 0 {
            shop.control.refund_bill(shop.bill().dm_id, wsy_sandbox::Fen(fen)).unwrap();
        }
        assert_eq!(kinds(&shop.till.reconcile("").is(codes::OK)), expected, "{state} {fen}");
    }
}
