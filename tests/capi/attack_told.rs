//! Attacks on what is reported only once, on decisions and voids, and on the totals of days.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wsy_sandbox::{Behaviour, BillOutcome, BillStateWord, Call, DmId, Fault, FaultOrder, Fen};

use crate::codes;
use crate::decisions::in_time;
use crate::driver::Driver;
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{Fields, NONE, Page, Reply, Till, beijing_day};

const INSIST: [(&str, &str); 2] = [("insist", "may_charge_twice"), SOON[0]];

/// A bill whose outcome nobody knows; returns its code.
fn open(shop: &Shop, bill: &str) -> String {
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay(bill, &code, 100, SOON).is(codes::UNKNOWN);
    code
}

fn order(shop: &Shop, code: &str) -> DmId {
    let mut found = None;
    // A charge that has arrived is in the book a moment later.
    eventually("the order is in the book", || {
        found = shop.bills().into_iter().find(|bill| bill.auth_code == code);
        found.is_some()
    });
    found.unwrap().dm_id
}

fn pays(shop: &Shop, code: &str) {
    shop.control.set_bill_outcome(order(shop, code), &BillOutcome::Paid).unwrap();
}

/// Waits by reading the ledger: the text of a payment changes while it is read.
fn paid_on_record(shop: &Shop) {
    eventually("it is paid", || {
        let found = shop.till.find("B1");
        found.code == codes::OK && found.text("state") == "paid"
    });
}

/// The money that the platform still has from the orders of all bills.
fn captured(shop: &Shop) -> i64 {
    let paid = shop.bills().into_iter().filter(|bill| bill.state == BillStateWord::Paid);
    paid.map(|bill| bill.total_fen.0 - bill.refunds.iter().map(|refund| refund.refund_fen.0).sum::<i64>())
        .sum()
}

#[test]
fn a_payment_that_is_freed_while_another_thread_waits_for_it_tells_paid_once() {
    let shop = Shop::open_utf8();
    // A thread that comes too late finds no handle; then try again.
    for round in 1..=20 {
        let bill = format!("B{round}");
        let code = shop.customer(Behaviour::NeverAnswers);
        shop.till.micropay_start(round, &bill, &code, 100, NONE).is(codes::PENDING);
        eventually("the charge arrives", || shop.acted(Call::Micropay) == round);
        let slot = round.to_string();
        let waiting = shop.till.start_raw(&["payment_wait", &slot, "120000"]);
        shop.till.find(&bill);
        shop.till.free_payment(round).is(codes::OK);
        pays(&shop, &code);
        let waited = waiting.end();
        if waited.code == codes::ERR_HANDLE {
            shop.till.settle(&bill, NONE);
            continue;
        }
        let mut told = vec![waited.code];
        eventually("the charge ends", || {
            told.push(shop.till.settle(&bill, NONE).code);
            *told.last().unwrap() != codes::ERR_BUSY
        });
        let paid = told.iter().filter(|code| **code == codes::PAID).count();
        assert_eq!(paid, 1, "{:?}", told.into_iter().map(codes::name).collect::<Vec<_>>());
        return;
    }
    panic!("no thread ever had to wait");
}

#[test]
fn a_bill_that_is_told_as_paid_late_is_counted_on_a_day() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
    shop.till.close_day("", "店长").is(codes::OK);
    pays(&shop, &code);
    shop.till.reconcile("").is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    let sums = |name| {
        let days = [beijing_day(0), beijing_day(24 * 3600)];
        days.iter().map(|day| shop.till.day(day).is(codes::OK).number(name)).sum::<i64>()
    };
    assert_eq!((sums("paid_fen"), sums("refunded_fen")), (100, 100));
}

#[test]
fn what_an_earlier_version_found_paid_late_is_counted_on_the_day_of_its_alarm() {
    let mut shop = Shop::open_utf8();
    shop.till.close().is(codes::OK);
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ledgers/version-3.db");
    for file in ["ledger.db-wal", "ledger.mark"] {
        let _ = std::fs::remove_file(shop.folder().join(file));
    }
    std::fs::copy(old, shop.folder().join("ledger.db")).unwrap();
    shop.start_again().is(codes::OK);
    let alarm = shop.till.alarms().is(codes::OK).list("alarm")[0].clone();
    assert_eq!((alarm.text("kind"), alarm.text("out_trade_no")), ("paid_there", "not-found"));
    let (day, _) = alarm.text("raised").split_once(' ').unwrap();
    let totals = totals(&shop.till.day(day).is(codes::OK));
    // This one, and one whose alarm was acknowledged.
    assert!(totals.contains(&"state `paid_late` 2 200 0".to_owned()), "{totals:#?}");
    assert_eq!(shop.till.find("not-found").is(codes::OK).number("paid_late"), 1);
}

#[test]
fn a_void_is_not_over_while_a_late_payment_of_the_bill_is_still_taken() {
    let shop = Shop::open_utf8();
    let first = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &first, 100, NONE).is(codes::NOT_PAID);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    pays(&shop, &first);
    shop.once(Call::Refund, Fault::Held);
    shop.till.void_start(1, "B1", NONE).is(codes::PENDING);
    eventually("the refund arrives", || shop.sent(Call::Refund).len() == 1);
    // Meanwhile the late payment is found.
    let found = shop.till.reconcile("").is(codes::OK);
    assert!(found.list("difference").iter().any(|found| found.text("kind") == "paid_there"));
    shop.control.clear_faults();
    let voided = shop.till.wait(1);
    let listed = shop.till.unresolved().is(codes::OK).number("open");
    assert!(
        captured(&shop) == 0 || (voided.code != codes::REFUNDED && listed > 0),
        "{} with {} fen still taken, {listed} listed",
        codes::name(voided.code),
        captured(&shop)
    );
}

/// The lists of a day's totals.
fn totals(day: &Reply) -> Vec<String> {
    let lists = [("wallet", "paytype"), ("operator", "operator_id"), ("state", "state")];
    let item = |item: &Fields, key| {
        let [count, paid, refunded] = ["count", "paid_fen", "refunded_fen"].map(|name| item.number(name));
        format!("{key} `{}` {count} {paid} {refunded}", item.text(key))
    };
    lists.iter().flat_map(|(list, key)| day.list(list).iter().map(move |i| item(i, key))).collect()
}

#[test]
fn a_refund_of_a_closed_day_keeps_its_wallet() {
    let shop = Shop::open_utf8();
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, Fault::RequestLost);
    let code = shop.wechat();
    shop.till.micropay("B1", &code, 100, SOON).is(codes::UNKNOWN);
    // The cashier refunds a part by the number on the customer's phone.
    let dm_id = shop.bill().dm_id.to_string();
    shop.till.refund_order("R1", "", &dm_id, 40).is(codes::REFUNDED);
    let closed = shop.till.close_day("", "店长").is(codes::OK);
    shop.control.clear_faults();
    shop.till.settle("B1", NONE).is(codes::PAID);
    assert_eq!(totals(&shop.till.day("").is(codes::OK)), totals(&closed));
}

#[test]
fn a_refund_counts_for_the_wallet_that_paid() {
    let shop = Shop::open_utf8();
    shop.till.micropay("B1", &shop.customer(Behaviour::NoMoney), 100, NONE).is(codes::NOT_PAID);
    // The charge of the second code is lost, and a person decides that it was not paid; then it is found to
    // be paid.
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, Fault::RequestLost);
    shop.till.micropay("B1", &shop.alipay(), 100, SOON).is(codes::UNKNOWN);
    let paytype = shop.till.find("B1").is(codes::OK).list("charge")[1].text("paytype").to_owned();
    in_time(|| shop.till.decide("B1", 2, "not_paid")).is(codes::OK);
    shop.control.clear_faults();
    shop.till.reconcile("").is(codes::OK);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    let day = shop.till.day("").is(codes::OK);
    let refunded: Vec<_> =
        day.list("wallet").iter().filter(|wallet| wallet.number("refunded_fen") > 0).collect();
    assert_eq!(refunded.len(), 1);
    assert_eq!(refunded[0].text("paytype"), paytype);
}

#[test]
fn the_wish_to_undo_a_payment_is_on_record_before_its_intent_is() {
    let mut shop = Setup::default().without_device().open();
    shop.always(Call::Config, Fault::RequestLost);
    shop.till.set_device(&shop.device.device_id, &shop.device.key).is(codes::OK);
    shop.control.clear_faults();
    // The config has to be read first.
    shop.once(Call::Config, Fault::Held);
    let asked = shop.sent(Call::Config).len();
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the config is asked for", || shop.sent(Call::Config).len() > asked);
    shop.till.void_payment(1).is(codes::OK);
    shop.control.clear_faults();
    eventually("it ends or is charged", || {
        shop.till.poll(1).code != codes::PENDING || !shop.bills().is_empty()
    });
    shop.till.driver.kill();
    if shop.bills().is_empty() {
        return;
    }
    pays(&shop, &code);
    shop.start_again().is(codes::OK);
    shop.till.recover(NONE).is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
}

#[test]
fn a_decision_about_one_order_of_a_void_leaves_the_others_to_be_undone() {
    let shop = Shop::open_utf8();
    let first = open(&shop, "B1");
    let second = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B1", &second, 100, &INSIST).is(codes::UNKNOWN);
    pays(&shop, &first);
    pays(&shop, &second);
    // The refund of the first order is lost, and its bill can no longer be read; that of the second has not
    // begun.
    shop.once(Call::Refund, Fault::RequestLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    shop.till.void("B1", SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    let unresolved = shop.till.unresolved().is(codes::OK);
    let refunds = unresolved.list("refund").to_vec();
    assert_eq!(refunds.len(), 1, "{unresolved:#?}");
    let dm_id = refunds[0].text("dm_id");
    let refunded = if dm_id == order(&shop, &first).to_string() { &first } else { &second };
    shop.control.refund_bill(order(&shop, refunded), Fen(100)).unwrap();
    in_time(|| shop.till.decide_refund(refunds[0].text("out_refund_no"), "refunded")).is(codes::OK);
    assert_eq!(captured(&shop), 100);
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
}

#[test]
fn a_bill_that_a_person_decided_as_paid_counts_what_is_refunded_by_its_order() {
    let shop = Shop::open_utf8();
    let code = open(&shop, "B1");
    in_time(|| shop.till.decide("B1", 0, "paid")).is(codes::OK);
    pays(&shop, &code);
    let dm_id = order(&shop, &code).to_string();
    assert_eq!(shop.till.find("B1").is(codes::OK).text("dm_id"), dm_id);
    shop.till.refund_order("R1", "", &dm_id, 100).is(codes::REFUNDED);
    assert_eq!(captured(&shop), 0);
    let refund = shop.till.find_refund("R1").is(codes::OK);
    assert_eq!(refund.text("out_trade_no"), "B1");
}

#[test]
fn a_decision_during_a_walk_is_judged_by_a_later_one() {
    let shop = Shop::open_utf8();
    let mut orders: Vec<_> =
        ["B1", "B2"].map(|bill| (shop.sell(bill, 100).text("dm_id").to_owned(), bill)).into();
    orders.sort();
    // The platform never receives the refund of the order that the walk asks about first.
    shop.once(Call::Refund, Fault::RequestLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    shop.till.refund("R1", orders[0].1, 40, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    let read = shop.sent(Call::Read).len();
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::Held).after(1));
    shop.till.reconcile_start(1, "").is(codes::PENDING);
    eventually("the walk asks about the second", || shop.sent(Call::Read).len() == read + 2);
    in_time(|| shop.till.decide_refund("R1", "refunded")).is(codes::OK);
    shop.control.clear_faults();
    shop.till.wait(1).is(codes::OK);
    // No walk has compared the decision with the platform: the next one does, whatever its day.
    let next = shop.till.reconcile("2020-02-29").is(codes::OK);
    let kinds: Vec<_> = next.list("difference").iter().map(|found| found.text("kind")).collect();
    assert_eq!(kinds, ["refund_not_there"]);
}

#[test]
fn a_void_that_is_asked_for_twice_ends_as_voided() {
    let shop = Shop::open_utf8();
    shop.till.micropay_start(1, "B1", &shop.wechat(), 100, NONE).is(codes::PENDING);
    shop.till.wait(1).is(codes::PAID);
    shop.once(Call::Refund, Fault::Held);
    shop.till.void_payment(1).is(codes::OK);
    eventually("the refund arrives", || shop.sent(Call::Refund).len() == 1);
    shop.till.void_payment(1).is(codes::OK);
    shop.control.clear_faults();
    shop.till.wait(1).is(codes::VOIDED);
    assert_eq!((captured(&shop), shop.sent(Call::Refund).len()), (0, 1));
}

#[test]
fn a_payment_that_outlives_its_client_tells_paid_once() {
    for polls_first in [true, false] {
        let shop = Shop::open_utf8();
        shop.till.micropay_start(1, "B1", &shop.wechat(), 100, NONE).is(codes::PENDING);
        paid_on_record(&shop);
        shop.till.close().is(codes::OK);
        let mut told = Vec::new();
        if polls_first {
            told.push(shop.till.poll(1).code);
        }
        shop.open(&shop.till).is(codes::OK);
        assert_eq!(shop.till.unfinished(), ["B1"]);
        told.push(shop.till.settle("B1", NONE).code);
        told.push(shop.till.poll(1).code);
        let paid = told.iter().filter(|code| **code == codes::PAID).count();
        // Nobody had heard it when the client was closed: the next client on the folder reports it, and the
        // handle never does.
        assert_eq!((paid, told[told.len() - 2]), (1, codes::PAID), "{told:?}");
        shop.till.free_payment(1).is(codes::OK);
        shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
    }
}

#[test]
fn a_late_payment_that_the_back_office_refunded_is_not_told_as_paid() {
    // Found by a recovery, or by a walk after it was reported as not paid.
    for is_late in [false, true] {
        let shop = Shop::open_utf8();
        let code = if is_late { shop.customer(Behaviour::NoMoney) } else { open(&shop, "B1") };
        if is_late {
            shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
        }
        pays(&shop, &code);
        shop.till.recover(NONE).is(codes::OK);
        shop.till.reconcile("").is(codes::OK);
        shop.control.refund_bill(order(&shop, &code), Fen(100)).unwrap();
        shop.till.reconcile("").is(codes::OK);
        assert_eq!(captured(&shop), 0);
        let told = shop.till.settle("B1", NONE).code;
        assert_eq!(codes::name(told), codes::name(codes::ERR_ALREADY_REFUNDED), "late: {is_late}");
    }
}

#[test]
fn a_decided_bill_is_refunded_by_its_order_no_further_than_it_was_charged() {
    let shop = Shop::open_utf8();
    let code = open(&shop, "B1");
    in_time(|| shop.till.decide("B1", 0, "paid")).is(codes::OK);
    pays(&shop, &code);
    let dm_id = order(&shop, &code).to_string();
    shop.till.refund_order("R1", "", &dm_id, 101).is(codes::ERR_REFUND_TOO_MUCH);
    shop.till.refund_order("R2", "", &dm_id, 60).is(codes::REFUNDED);
    shop.till.refund_order("R3", "", &dm_id, 41).is(codes::ERR_REFUND_TOO_MUCH);
    shop.till.refund_order("R4", "", &dm_id, 40).is(codes::REFUNDED);
    assert_eq!(captured(&shop), 0);
}

#[test]
fn what_a_person_decided_as_refunded_counts_as_refunded() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.once(Call::Refund, Fault::ResponseLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    shop.till.refund("R1", "B1", 40, SOON).is(codes::UNKNOWN);
    in_time(|| shop.till.decide_refund("R1", "refunded")).is(codes::OK);
    shop.control.clear_faults();
    assert_eq!(shop.till.settle("B1", NONE).is(codes::PAID_EARLIER).number("refunded_fen"), 40);
}

#[test]
fn a_void_that_finds_a_late_payment_gives_it_back_as_well() {
    let shop = Shop::open_utf8();
    let first = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &first, 100, NONE).is(codes::NOT_PAID);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    pays(&shop, &first);
    shop.till.reconcile("").is(codes::OK);
    shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(captured(&shop), 0);
    shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
}

#[test]
fn a_refund_that_was_decided_as_not_made_and_was_made_is_not_made_again_beyond_the_payment() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.once(Call::Refund, Fault::ResponseLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    shop.till.refund("R1", "B1", 70, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
    in_time(|| shop.till.decide_refund("R1", "not_refunded")).is(codes::OK);
    assert_eq!(captured(&shop), 30);
    shop.till.refund("R2", "B1", 70, NONE).is(codes::ERR_REFUND_TOO_MUCH);
    let found = shop.till.reconcile("").is(codes::OK);
    assert!(found.list("difference").iter().any(|found| found.text("kind") == "refund_there"));
    assert_eq!(shop.till.void("B1", NONE).is(codes::REFUNDED).number("refund_fen"), 30);
    assert_eq!(captured(&shop), 0);
}

#[test]
fn a_decision_about_the_refund_of_a_void_is_made_whole_or_not_at_all() {
    let mut shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.once(Call::Refund, Fault::RequestLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    let void = shop.till.void("B1", SOON).is(codes::UNKNOWN).text("out_refund_no").to_owned();
    shop.control.clear_faults();
    // The program dies after each write to the disk in turn, until the decision has been written.
    for number in 1.. {
        shop.till.driver.kill();
        shop.till = Till::new(Driver::killed_at(&format!("sync {number} after")), 0, Page::Utf8);
        let decides = || {
            shop.open(&shop.till).is(codes::OK);
            in_time(|| shop.till.decide_refund(&void, "refunded")).is(codes::OK);
        };
        let has_died = catch_unwind(AssertUnwindSafe(decides)).is_err();
        shop.start_again().is(codes::OK);
        let is_open = shop.till.find_refund(&void).is(codes::OK).text("state") == "open";
        let listed = shop.till.unresolved().is(codes::OK).list("charge").len();
        assert_eq!(listed, usize::from(is_open), "killed after {number} syncs");
        if !is_open {
            return;
        }
        assert!(has_died);
    }
}

/// A payment that two threads poll and void at once.
#[test]
fn a_payment_that_threads_poll_and_void_at_once_is_told_or_undone() {
    let shop = Shop::open_utf8();
    for slot in 1..=8 {
        let bill = format!("B{slot}");
        shop.till.micropay_start(slot, &bill, &shop.wechat(), 100, NONE).is(codes::PENDING);
        let name = slot.to_string();
        let threads = ["payment_void", "payment_poll"].map(|call| shop.till.start_raw(&[call, &name]));
        let [_, polled] = threads.map(|thread| thread.end().code);
        let mut told = vec![polled, shop.till.wait(slot).code];
        shop.till.free_payment(slot).is(codes::OK);
        told.push(shop.till.settle(&bill, NONE).code);
        assert!(told.iter().filter(|code| **code == codes::PAID).count() <= 1, "{told:?}");
        // A void before the charge is sent leaves nothing to refund.
        let is_undone = matches!(told.last(), Some(&(codes::ERR_ALREADY_REFUNDED | codes::NOT_PAID)));
        assert!(is_undone, "{told:?}");
    }
    assert_eq!(captured(&shop), 0);
}

#[test]
fn a_bill_that_two_codes_paid_is_told_once_and_says_that_it_was_paid_twice() {
    let shop = Shop::open_utf8();
    let first = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &first, 100, NONE).is(codes::NOT_PAID);
    let second = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay_start(1, "B1", &second, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 2);
    pays(&shop, &first);
    shop.till.reconcile("").is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::ERR_BUSY);
    shop.till.cancel(1).is(codes::OK);
    // The first has paid; that is reported once, by the one or by the other.
    let waited = shop.till.wait(1).code;
    pays(&shop, &second);
    let settled = shop.till.settle("B1", NONE);
    let told = [waited, settled.code];
    assert_eq!(told.iter().filter(|code| **code == codes::PAID).count(), 1, "{told:?}");
    assert_eq!(settled.number("paid_attempts"), 2);
}

#[test]
fn a_late_payment_is_that_of_the_code_that_paid() {
    let shop = Shop::open_utf8();
    shop.once(Call::Micropay, Fault::ResponseLost);
    shop.always(Call::Query, Fault::RequestLost);
    let first = shop.alipay();
    shop.till.micropay("B1", &first, 100, SOON).is(codes::UNKNOWN);
    in_time(|| shop.till.decide("B1", 0, "not_paid")).is(codes::OK);
    shop.control.clear_faults();
    let second = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &second, 100, NONE).is(codes::NOT_PAID);
    shop.till.reconcile("").is(codes::OK);
    assert_eq!(captured(&shop), 100);
    let (declined, paid) =
        (shop.till.micropay("B1", &second, 100, NONE).code, shop.till.micropay("B1", &first, 100, NONE).code);
    let told = [declined, paid].map(codes::name);
    assert_eq!(told, [codes::PAID_EARLIER, codes::PAID].map(codes::name));
}

#[test]
fn a_late_payment_that_was_told_just_before_the_program_ended_is_listed() {
    let mut shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::NoMoney);
    shop.till.micropay("B1", &code, 100, NONE).is(codes::NOT_PAID);
    pays(&shop, &code);
    shop.till.reconcile("").is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID);
    shop.till.driver.kill();
    shop.start_again().is(codes::OK);
    assert_eq!(shop.till.unfinished(), ["B1"]);
}

#[test]
fn a_bill_that_a_person_decided_as_paid_says_how_often_it_was_paid() {
    let shop = Shop::open_utf8();
    open(&shop, "B1");
    let second = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B1", &second, 100, &INSIST).is(codes::UNKNOWN);
    in_time(|| shop.till.decide("B1", 1, "paid")).is(codes::OK);
    pays(&shop, &second);
    shop.till.recover(NONE).is(codes::OK);
    assert_eq!(shop.till.settle("B1", NONE).is(codes::PAID_EARLIER).number("paid_attempts"), 2);
}

#[test]
fn a_payment_that_nobody_polled_is_not_told_as_paid_after_its_money_went_back() {
    let ways: [fn(&Shop) -> i32; 2] =
        [|shop| shop.till.void("B1", NONE).code, |shop| shop.till.refund("R1", "B1", 100, NONE).code];
    for gives_back in ways {
        let shop = Shop::open_utf8();
        shop.till.micropay_start(1, "B1", &shop.wechat(), 100, NONE).is(codes::PENDING);
        paid_on_record(&shop);
        // The payment releases its bill just after that.
        let mut given_back = codes::ERR_BUSY;
        eventually("it is given back", || {
            given_back = gives_back(&shop);
            given_back != codes::ERR_BUSY
        });
        assert_eq!(codes::name(given_back), codes::name(codes::REFUNDED));
        assert_eq!(captured(&shop), 0);
        let polled = shop.till.poll(1).code;
        assert_ne!(codes::name(polled), codes::name(codes::PAID));
    }
}

#[test]
fn a_void_that_goes_on_when_its_payment_is_freed_gives_the_money_back() {
    let shop = Shop::open_utf8();
    let code = shop.customer(Behaviour::AsksPassword { ms: 100 });
    shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
    eventually("the charge arrives", || shop.acted(Call::Micropay) == 1);
    shop.till.void_payment(1).is(codes::OK);
    shop.till.free_payment(1).is(codes::OK);
    eventually("it is undone", || shop.till.unresolved().is(codes::OK).number("open") == 0);
    assert_eq!(captured(&shop), 0);
    assert!(shop.till.unfinished().is_empty());
    shop.settle_when_free("B1").is(codes::ERR_ALREADY_REFUNDED);
}

#[test]
fn a_decision_ends_the_wish_to_undo_a_bill_only_for_what_it_is_about() {
    let shop = Shop::open_utf8();
    open(&shop, "B1");
    let second = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay("B1", &second, 100, &INSIST).is(codes::UNKNOWN);
    shop.till.void("B1", SOON).is(codes::UNKNOWN);
    in_time(|| shop.till.decide("B1", 1, "not_paid")).is(codes::OK);
    pays(&shop, &second);
    // The other attempt is still to be voided, or at least is not reported as paid.
    let told = shop.till.settle("B1", NONE).code;
    assert_ne!(codes::name(told), codes::name(codes::PAID));
}

#[test]
fn a_payment_that_outlives_its_client_is_not_told_as_paid_after_a_person_has_handed_over_the_goods() {
    let shop = Shop::open_utf8();
    shop.till.micropay_start(1, "B1", &shop.wechat(), 100, NONE).is(codes::PENDING);
    paid_on_record(&shop);
    shop.till.close().is(codes::OK);
    shop.open(&shop.till).is(codes::OK);
    shop.till.decide("B1", 0, "paid").is(codes::OK);
    let polled = shop.till.poll(1).code;
    assert_ne!(codes::name(polled), codes::name(codes::PAID));
}
