//! The ledger's record of a charge besides its verdict: who took it, and when its caller learned that it is
//! paid.

use rusqlite::Connection;
use wsy_sandbox::{Behaviour, BillOutcome, BillStateWord, Call, Fault};

use crate::codes;
use crate::shop::{SOON, Shop, eventually};
use crate::till::{NONE, Reply};

/// The ledger's record of the only bill: when it was reported, and whether its outcome has a day.
fn on_record(shop: &Shop) -> (Option<i64>, i64, String) {
    shop.till.close().is(codes::OK);
    let ledger = Connection::open(shop.folder().join("ledger.db")).unwrap();
    ledger.execute_batch("PRAGMA locking_mode = EXCLUSIVE").unwrap();
    let sql = "SELECT told_ms, ended_ms, ended_day FROM charge";
    ledger.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
}

#[test]
fn the_call_that_has_the_verdict_tells_it_and_the_moment_is_that_of_the_outcome() {
    let shop = Shop::open_utf8();
    let told = shop.sell("B1", 100).text("told").to_owned();
    assert!(!told.is_empty());
    assert_eq!(shop.till.find("B1").is(codes::OK).text("told"), told);
    // It was reported once, however often it is asked about again.
    let again = shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    assert_eq!((again.text("told"), again.text("first_told")), (told.as_str(), told.as_str()));
    assert_eq!((again.text("ended"), again.number("recorded")), (told.as_str(), 1));
    let (told_ms, ended_ms, day) = on_record(&shop);
    assert_eq!(told_ms, Some(ended_ms));
    assert_eq!(day, told.split(' ').next().unwrap());
}

#[test]
fn a_settling_tells_what_it_finds() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    assert_eq!(shop.till.find("B1").is(codes::OK).text("told"), "");
    shop.set_outcome(&BillOutcome::Paid);
    let settled = shop.till.settle("B1", NONE).is(codes::PAID);
    assert_eq!(settled.text("told"), settled.text("ended"));
    let (told_ms, ended_ms, _) = on_record(&shop);
    assert_eq!(told_ms, Some(ended_ms));
}

#[test]
fn what_a_recovery_finds_is_told_to_nobody() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.set_outcome(&BillOutcome::Paid);
    let recovered = shop.till.recover(NONE).is(codes::OK);
    let charge = &recovered.list("charge")[0];
    assert_eq!((charge.text("state"), charge.text("told")), ("paid", ""));
    assert_eq!(on_record(&shop).0, None);
}

#[test]
fn what_is_undone_was_never_told_as_paid() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(on_record(&shop).0, None);

    // The charge is in progress when the wish comes, and is reported as refunded when it ends.
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::AsksPassword { ms: 300 });
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 1);
    shop.till.void_payment(1).is(codes::OK);
    shop.till.wait(1).is(codes::VOIDED);
    assert_eq!(on_record(&shop).0, None);
}

#[test]
fn what_was_not_paid_has_a_day_and_was_not_told_as_paid() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    let (told_ms, _, day) = on_record(&shop);
    assert_eq!((told_ms, day.len()), (None, "2026-11-22".len()));
}

#[test]
fn the_cashier_of_a_charge_is_kept_whatever_becomes_of_it() {
    let mut shop = Shop::open_utf8();
    let cashier = [("operator_id", "小王 7")];
    shop.till.micropay("B1", &shop.wechat(), 100, &cashier).is(codes::PAID);
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.till
        .micropay("B2", &shop.customer(Behaviour::NeverAnswers), 100, &[cashier[0], SOON[0]])
        .is(codes::UNKNOWN);
    shop.sell("B3", 100);
    shop.till.driver.kill();
    shop.start_again().is(codes::OK);
    for (bill, name) in [("B1", "小王 7"), ("B2", "小王 7"), ("B3", "")] {
        assert_eq!(shop.till.find(bill).is(codes::OK).text("operator_id"), name, "{bill}");
    }
    // The cashier who asks again is not the one who took it.
    let asked =
        shop.till.micropay("B1", &shop.wechat(), 100, &[("operator_id", "8")]).is(codes::PAID_EARLIER);
    assert_eq!(asked.text("operator_id"), "小王 7");
}

/// Checks that every call reports that it was paid earlier, and when that was first reported; nothing is
/// sent.
#[track_caller]
fn was_told(shop: &Shop, code: &str, first_told: &str) {
    let other = shop.wechat();
    let earlier = |reply: Reply| {
        let reply = reply.is(codes::PAID_EARLIER);
        assert_eq!(reply.text("first_told"), first_told);
    };
    shop.silent(|| {
        for code in [code, &other] {
            earlier(shop.till.micropay("B1", code, 100, NONE));
            shop.till.micropay_start(9, "B1", code, 100, NONE).is(codes::PENDING);
            earlier(shop.till.wait(9));
            earlier(shop.till.poll(9));
            shop.till.free_payment(9).is(codes::OK);
        }
        earlier(shop.till.settle("B1", NONE));
        shop.till.settle_start(9, "B1", NONE).is(codes::PENDING);
        earlier(shop.till.wait(9));
        shop.till.free_payment(9).is(codes::OK);
    });
}

/// A paid bill that nobody has heard of: the customer pays while nobody asks.
fn paid_unheard(shop: &Shop) -> String {
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    shop.set_outcome(&BillOutcome::Paid);
    code
}

fn paid_at_once(shop: &Shop) -> (String, Reply) {
    let code = shop.wechat();
    let reply = shop.till.micropay("B1", &code, 100, NONE);
    (code, reply)
}

fn paid_by_handle(shop: &Shop) -> (String, Reply) {
    let code = shop.wechat();
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    let reply = shop.till.wait(1);
    // The handle that reported it repeats it, whoever has asked since.
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    assert_eq!(shop.till.poll(1), reply);
    shop.till.free_payment(1).is(codes::OK);
    (code, reply)
}

fn found_by_settling(shop: &Shop) -> (String, Reply) {
    (paid_unheard(shop), shop.till.settle("B1", NONE))
}

fn found_by_settling_by_handle(shop: &Shop) -> (String, Reply) {
    let code = paid_unheard(shop);
    shop.till.settle_start(1, "B1", NONE).is(codes::PENDING);
    (code, shop.till.wait(1))
}

fn found_by_charging_again(shop: &Shop) -> (String, Reply) {
    let code = paid_unheard(shop);
    let reply = shop.till.micropay("B1", &code, 100, NONE);
    (code, reply)
}

fn recovered_and_settled(shop: &Shop) -> (String, Reply) {
    let code = paid_unheard(shop);
    assert_eq!(shop.till.recover(NONE).is(codes::OK).number("unfinished"), 1);
    assert_eq!(shop.till.unfinished(), ["B1"]);
    // A cashier who scans another code would hand over the goods for it; that does not use up the report.
    let other = shop.silent(|| shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID_EARLIER));
    assert_eq!((other.text("first_told"), other.text("told")), ("", ""));
    assert_eq!(shop.till.unfinished(), ["B1"]);
    (code, shop.silent(|| shop.till.settle("B1", NONE)))
}

fn recovered_and_charged_again(shop: &Shop) -> (String, Reply) {
    let code = paid_unheard(shop);
    shop.till.recover_start(1, NONE).is(codes::PENDING);
    assert_eq!(shop.till.wait(1).is(codes::OK).list("unfinished")[0].text("out_trade_no"), "B1");
    let reply = shop.silent(|| shop.till.micropay("B1", &code, 100, NONE));
    (code, reply)
}

/// The charge's handle is freed while the customer types, so nobody will poll it.
fn freed_while_it_runs(shop: &Shop) -> (String, Reply) {
    let code = shop.customer(Behaviour::AsksPassword { ms: 200 });
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    shop.till.free_payment(1).is(codes::OK);
    eventually("the sale is listed", || shop.till.unresolved().is(codes::OK).number("unfinished") == 1);
    (code, shop.settle_when_free("B1"))
}

fn freed_after_its_end(shop: &Shop) -> (String, Reply) {
    let code = shop.wechat();
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("it has ended", || shop.till.cashier(1, codes::EN).starts_with("Paid"));
    shop.till.free_payment(1).is(codes::OK);
    assert_eq!(shop.till.unfinished(), ["B1"]);
    (code, shop.till.settle("B1", NONE))
}

/// A person decides that a bill which was not undone is kept, and the sale is finished.
fn kept(shop: &Shop) -> Reply {
    assert!(shop.till.unfinished().is_empty());
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
    shop.till.decide("B1", 0, "keep").is(codes::OK);
    assert_eq!(shop.till.unfinished(), ["B1"]);
    shop.till.settle("B1", NONE)
}

/// A bill that a void, which the platform does not carry out, found to be paid.
fn not_undone(shop: &Shop) -> (String, Reply) {
    let code = paid_unheard(shop);
    shop.once(Call::Refund, Fault::RequestLost);
    shop.till.void("B1", NONE).is(codes::NOT_REFUNDED);
    (code, kept(shop))
}

/// The same by the handle of the charge, which has ended as paid before anybody polled.
fn not_undone_by_handle(shop: &Shop) -> (String, Reply) {
    let code = shop.wechat();
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("it has ended", || shop.till.cashier(1, codes::EN).starts_with("Paid"));
    shop.once(Call::Refund, Fault::RequestLost);
    shop.till.void_payment(1).is(codes::OK);
    shop.till.wait(1).is(codes::NOT_REFUNDED);
    (code, kept(shop))
}

/// The same by the handle of a charge that is in progress when the wish comes.
fn not_undone_while_it_runs(shop: &Shop) -> (String, Reply) {
    let code = shop.customer(Behaviour::AsksPassword { ms: 200 });
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 1);
    shop.once(Call::Refund, Fault::RequestLost);
    shop.till.void_payment(1).is(codes::OK);
    shop.till.wait(1).is(codes::NOT_REFUNDED);
    (code, kept(shop))
}

/// A bill that was reported as not paid, and that a later reconciliation finds to be paid.
fn paid_late(shop: &Shop) -> (String, Reply) {
    let code = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.reconcile("").is(codes::OK);
    shop.silent(|| shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID_EARLIER));
    let reply = shop.silent(|| shop.till.micropay("B1", &code, 100, NONE));
    (code, reply)
}

#[test]
fn a_payment_that_was_reported_as_not_paid_before_says_so() {
    let shop = Shop::open_utf8();
    let (_, told) = paid_late(&shop);
    let told = told.is(codes::PAID);
    assert_eq!(told.number("paid_late"), 1);
    for (field, words) in [
        ("message_zh", "之前报过“未支付”"),
        ("message_en", "reported as not paid before"),
        ("advice_zh", "别的方式"),
        ("advice_en", "in another way"),
        ("hint_zh", "paid_late"),
        ("hint_en", "paid_late"),
    ] {
        assert!(told.text(field).contains(words), "{field}: {}", told.text(field));
    }
    // The same by the number alone; other payments do not say so.
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    shop.set_outcome(&BillOutcome::Paid);
    shop.till.reconcile("").is(codes::OK);
    assert_eq!(shop.till.find("B1").is(codes::OK).number("paid_late"), 1);
    let settled = shop.till.settle("B1", NONE).is(codes::PAID);
    assert_eq!((settled.number("paid_late"), settled.text("advice_zh")), (1, told.text("advice_zh")));
    let again = shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    assert!(again.text("message_zh").starts_with("已付过款"));
    let plain = shop.sell("B2", 100);
    assert_eq!((plain.number("paid_late"), plain.text("advice_zh")), (0, "可以交付商品。"));
}

/// The ways in which a bill becomes paid, by name: the code that paid it, and the reply that reports it
/// first.
type Story = (&'static str, fn(&Shop) -> (String, Reply));

#[test]
fn paid_is_told_once_whoever_has_it_first_and_after_a_restart_as_well() {
    let stories: [Story; 13] = [
        ("at once", paid_at_once),
        ("by handle", paid_by_handle),
        ("settling", found_by_settling),
        ("settling by handle", found_by_settling_by_handle),
        ("charging again", found_by_charging_again),
        ("recovered, settled", recovered_and_settled),
        ("recovered, charged again", recovered_and_charged_again),
        ("freed while it runs", freed_while_it_runs),
        ("freed after its end", freed_after_its_end),
        ("not undone", not_undone),
        ("not undone by handle", not_undone_by_handle),
        ("not undone while it runs", not_undone_while_it_runs),
        ("late", paid_late),
    ];
    for (name, story) in stories {
        eprintln!("{name}");
        let mut shop = Shop::open_utf8();
        let (code, first) = story(&shop);
        let first = first.is(codes::PAID);
        let told = first.text("told").to_owned();
        assert_ne!(told, "", "{name}");
        assert_eq!(first.text("first_told"), told, "{name}");
        was_told(&shop, &code, &told);
        assert!(shop.till.unfinished().is_empty(), "{name}");
        shop.till.driver.kill();
        shop.start_again().is(codes::OK);
        assert!(shop.till.unfinished().is_empty(), "{name}");
        was_told(&shop, &code, &told);
    }
}

#[test]
fn a_bill_that_was_paid_by_two_attempts_is_told_once() {
    const INSIST: [(&str, &str); 2] = [("insist", "may_charge_twice"), SOON[0]];
    let twice = |second_is_paid: bool| {
        let shop = Shop::open_utf8();
        shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
        if second_is_paid {
            shop.till.micropay("B1", &shop.wechat(), 100, &INSIST[..1]).is(codes::PAID);
        } else {
            let code = shop.customer(Behaviour::NeverAnswers);
            shop.till.micropay("B1", &code, 100, &INSIST).is(codes::UNKNOWN);
        }
        for bill in shop.bills().into_iter().filter(|bill| bill.state != BillStateWord::Paid) {
            shop.control.set_bill_outcome(bill.dm_id, &BillOutcome::Paid).unwrap();
        }
        shop
    };
    // One was reported; a recovery or a settlement that finds the other reports nothing new.
    let shop = twice(true);
    shop.till.recover(NONE).is(codes::OK);
    assert!(shop.till.unfinished().is_empty());
    assert_eq!(shop.till.settle("B1", NONE).is(codes::PAID_EARLIER).number("paid_attempts"), 2);
    let shop = twice(true);
    assert_eq!(shop.till.settle("B1", NONE).is(codes::PAID_EARLIER).number("recorded"), 1);
    // Neither was: the first call that has both reports it.
    let shop = twice(false);
    assert_eq!(shop.till.settle("B1", NONE).is(codes::PAID).number("paid_attempts"), 2);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    let shop = twice(false);
    shop.till.recover(NONE).is(codes::OK);
    assert_eq!(shop.till.unfinished(), ["B1", "B1"]);
    shop.till.settle("B1", NONE).is(codes::PAID);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    assert!(shop.till.unfinished().is_empty());
}

/// Kills the program, and checks that the next one lists these.
#[track_caller]
fn killed_leaves(shop: &mut Shop, unfinished: &[&str]) {
    shop.till.driver.kill();
    shop.start_again().is(codes::OK);
    assert_eq!(shop.till.unfinished(), unfinished);
}

#[test]
fn a_sale_with_no_later_call_is_unfinished_until_it_is_settled() {
    let mut shop = Shop::open_utf8();
    let told = shop.sell("B1", 100).text("told").to_owned();
    killed_leaves(&mut shop, &["B1"]);
    // It stays so until somebody has handled it, and charging another code does not.
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID_EARLIER);
    killed_leaves(&mut shop, &["B1"]);
    let settled = shop.silent(|| shop.till.settle("B1", NONE).is(codes::PAID_EARLIER));
    assert_eq!(settled.text("first_told"), told);
    assert!(shop.till.unfinished().is_empty());
    killed_leaves(&mut shop, &[]);
}

#[test]
fn any_later_call_says_that_a_sale_was_heard() {
    let calls: [fn(&Shop); 8] = [
        |shop| drop(shop.till.find("B1").is(codes::OK)),
        |shop| drop(shop.till.find("B9").is(codes::ERR_NO_BILL)),
        |shop| drop(shop.till.day("no day").is(codes::ERR_ARGUMENT)),
        |shop| drop(shop.till.unresolved().is(codes::OK)),
        |shop| drop(shop.till.time().is(codes::OK)),
        |shop| drop(shop.till.micropay("B2", "1", 100, NONE).is(codes::ERR_AUTH_CODE)),
        |shop| drop(shop.till.settle_start(2, "B9", NONE).is(codes::ERR_NO_BILL)),
        |shop| drop(shop.till.close().is(codes::OK)),
    ];
    for call in calls {
        let mut shop = Shop::open_utf8();
        shop.sell("B1", 100);
        call(&shop);
        killed_leaves(&mut shop, &[]);
    }
}

#[test]
fn a_handle_has_told_its_sale_once_it_is_polled_and_that_was_heard_with_the_next_call() {
    let mut shop = Shop::open_utf8();
    let start = |shop: &Shop, bill: &str| {
        shop.till.micropay_start(1, bill, &shop.wechat(), 100, NONE).is(codes::PENDING);
        eventually("it is paid", || {
            let reply = shop.till.find(bill);
            reply.code == codes::OK && reply.text("state") == "paid"
        });
    };
    // Nobody has polled: whatever else is called, nobody has heard it. An earlier sale does not matter.
    shop.sell("B0", 100);
    start(&shop, "B1");
    shop.till.find("B1").is(codes::OK);
    let told = shop.till.find("B1").is(codes::OK).text("told").to_owned();
    killed_leaves(&mut shop, &["B1"]);
    assert_eq!(shop.till.settle("B1", NONE).is(codes::PAID_EARLIER).text("first_told"), told);
    start(&shop, "B2");
    shop.till.wait(1).is(codes::PAID);
    killed_leaves(&mut shop, &["B2"]);
    shop.till.settle("B2", NONE).is(codes::PAID_EARLIER);
    for (bill, again) in [("B3", true), ("B4", false)] {
        start(&shop, bill);
        shop.till.wait(1).is(codes::PAID);
        match again {
            true => drop(shop.till.poll(1).is(codes::PAID)),
            false => drop(shop.till.free_payment(1).is(codes::OK)),
        }
        killed_leaves(&mut shop, &[]);
    }
    // It ends unheard, and the till is closed.
    start(&shop, "B5");
    shop.till.close().is(codes::OK);
    killed_leaves(&mut shop, &["B5"]);
}

#[test]
fn what_goes_on_in_the_background_does_not_make_a_sale_unfinished() {
    let mut shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, SOON).is(codes::UNKNOWN);
    shop.till.recover_start(1, NONE).is(codes::PENDING);
    shop.sell("B2", 100);
    shop.till.find("B2").is(codes::OK);
    // Nor does a charge that began later.
    shop.till.micropay_start(2, "B3", &shop.customer(Behaviour::NeverAnswers), 100, NONE).is(codes::PENDING);
    shop.till.find("B2").is(codes::OK);
    killed_leaves(&mut shop, &[]);
}
