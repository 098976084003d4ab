//! A person's decision about bills and refunds that nothing else has decided, that are to be voided, or that
//! nobody heard.

use wsy_sandbox::{Behaviour, BillOutcome, Call, Fault, FaultOrder};

use crate::codes;
use crate::shop::{SOON, Setup, Shop, eventually};
use crate::till::{Fields, NONE, Page, Reply};

const WORDS: [&str; 5] = ["paid", "not_paid", "refunded", "not_refunded", "keep"];

/// Decides as soon as the library allows it.
pub fn in_time(decide: impl Fn() -> Reply) -> Reply {
    let mut reply = decide();
    eventually("a person may decide", || {
        if reply.code == codes::ERR_TOO_EARLY {
            reply = decide();
        }
        reply.code != codes::ERR_TOO_EARLY
    });
    reply
}

fn decide(shop: &Shop, bill: &str, word: &str) -> Reply {
    in_time(|| shop.till.decide(bill, 0, word))
}

fn decide_refund(shop: &Shop, refund: &str, word: &str) -> Reply {
    in_time(|| shop.till.decide_refund(refund, word))
}

/// A bill whose outcome nobody knows; returns its code.
fn open(shop: &Shop, bill: &str) -> String {
    let code = shop.customer(Behaviour::NeverAnswers);
    shop.till.micropay(bill, &code, 100, SOON).is(codes::UNKNOWN);
    code
}

/// Lets the customer of a code pay after all.
fn pays(shop: &Shop, code: &str) {
    let bill = shop.bills().into_iter().find(|bill| bill.auth_code == code).unwrap();
    shop.control.set_bill_outcome(bill.dm_id, &BillOutcome::Paid).unwrap();
}

/// A refund whose outcome nobody knows; the platform never received it.
fn open_refund(shop: &Shop, refund: &str, bill: &str) {
    shop.once(Call::Refund, Fault::RequestLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    shop.till.refund(refund, bill, 40, SOON).is(codes::UNKNOWN);
    shop.control.clear_faults();
}

fn state(shop: &Shop, bill: &str) -> String {
    shop.till.find(bill).is(codes::OK).text("state").to_owned()
}

/// Brings a bill into a state.
fn bill_in(shop: &Shop, what: &str, bill: &str) {
    match what {
        "open" => drop(open(shop, bill)),
        "open, to be voided" => {
            open(shop, bill);
            shop.till.void(bill, SOON).is(codes::UNKNOWN);
        }
        "paid" => drop(shop.sell(bill, 100)),
        "paid, unfinished" | "paid, to be voided" => {
            let code = open(shop, bill);
            if what.ends_with("undone") {
                shop.till.void(bill, SOON).is(codes::UNKNOWN);
            }
            pays(shop, &code);
            shop.till.recover(NONE).is(codes::OK);
        }
        "told, to be voided" => {
            shop.sell(bill, 100);
            shop.always(Call::Read, Fault::RequestLost);
            shop.till.void(bill, SOON).is(codes::ERR_NO_RESPONSE);
            shop.control.clear_faults();
        }
        "not_paid" => {
            let code = shop.customer(Behaviour::NoMoney);
            shop.till.micropay(bill, &code, 100, NONE).is(codes::NOT_PAID);
        }
        "not_paid, to be voided" => {
            let code = open(shop, bill);
            shop.till.void(bill, SOON).is(codes::UNKNOWN);
            let order = shop.bills().into_iter().find(|bill| bill.auth_code == code).unwrap().dm_id;
            let failed = BillOutcome::Failed { info: "支付失败:用户取消支付".into() };
            shop.control.set_bill_outcome(order, &failed).unwrap();
            shop.till.recover(NONE).is(codes::OK);
        }
        "decided_paid" | "decided_not_paid" => {
            open(shop, bill);
            decide(shop, bill, what.trim_start_matches("decided_")).is(codes::OK);
        }
        _ => panic!("{what}"),
    }
}

#[test]
fn every_word_about_a_bill_in_every_state() {
    let shop = Shop::open_utf8();
    // The results of "paid", "not_paid" and "keep"; the words about refunds never fit.
    for (at, (what, paid, not_paid, keep)) in [
        ("open", "decided_paid", "decided_not_paid", "open"),
        ("open, to be voided", "decided_paid", "decided_not_paid", "open"),
        ("paid", "", "", ""),
        ("paid, unfinished", "paid", "", "paid"),
        ("paid, to be voided", "paid", "", "paid"),
        ("told, to be voided", "paid", "", "paid"),
        ("not_paid", "", "", ""),
        ("not_paid, to be voided", "", "", "not_paid"),
        ("decided_paid", "", "", ""),
        ("decided_not_paid", "", "", ""),
    ]
    .into_iter()
    .enumerate()
    {
        for (word, wanted) in WORDS.into_iter().zip([paid, not_paid, "", "", keep]) {
            let bill = format!("B{at}-{word}");
            bill_in(&shop, what, &bill);
            let before = shop.till.find(&bill).is(codes::OK);
            let reply = shop.silent(|| decide(&shop, &bill, word));
            let after = shop.till.find(&bill).is(codes::OK);
            if wanted.is_empty() {
                reply.is(codes::ERR_NOT_OPEN);
                assert_eq!(after, before, "{what} {word}");
                continue;
            }
            assert_eq!(reply.is(codes::OK).text("state"), wanted, "{what} {word}");
            assert_eq!(after.text("state"), wanted, "{what} {word}");
            assert_eq!(after.number("decisions"), before.number("decisions") + 1, "{what} {word}");
            // The wish to void it has ended.
            let open: Vec<_> = shop.till.unresolved().is(codes::OK).list("charge").to_vec();
            let listed = open.iter().filter(|charge| charge.text("out_trade_no") == bill);
            assert_eq!(listed.count(), usize::from(wanted == "open"), "{what} {word}");
            let told = match (what, word) {
                (_, "not_paid") => codes::DECIDED,
                ("not_paid, to be voided", _) => codes::NOT_PAID,
                ("told, to be voided", _) => codes::PAID_EARLIER,
                (_, "keep") if wanted == "paid" => codes::PAID,
                (_, "keep") => codes::UNKNOWN,
                (_, _) if wanted == "paid" => codes::PAID_EARLIER,
                _ => codes::DECIDED,
            };
            shop.till.settle(&bill, SOON).is(told);
        }
    }
    shop.till.decide("B-none", 0, "paid").is(codes::ERR_NO_BILL);
    shop.till.decide("B0-keep", 9, "paid").is(codes::ERR_NOT_OPEN);
    for (attempt, word) in [(0, "perhaps"), (0, ""), (-1, "paid"), (70_000, "paid")] {
        shop.till.decide("B0-keep", attempt, word).is(codes::ERR_ARGUMENT);
    }
    for (by, why) in [("", "x"), (" ", "x"), ("x", ""), ("x", " ")] {
        shop.till.decide_by("B0-keep", by, why).is(codes::ERR_ARGUMENT);
    }
    assert_eq!(state(&shop, "B0-keep"), "open");
}

/// Brings a refund into a state.
fn refund_in(shop: &Shop, what: &str, refund: &str, bill: &str) {
    let dm_id = shop.sell(bill, 100).text("dm_id").to_owned();
    match what {
        "open" => open_refund(shop, refund, bill),
        "refunded" => drop(shop.till.refund(refund, bill, 40, NONE).is(codes::REFUNDED)),
        "not_refunded" => {
            shop.once(Call::Refund, Fault::RequestLost);
            shop.till.refund(refund, bill, 40, NONE).is(codes::NOT_REFUNDED);
        }
        "conflict" => {
            // Two lines of the bill, neither of them explained by a response.
            let line = |yuan: &str, id: &str| {
                format!(
                    "<pay pay_type=\"4\" pay_total=\"-{yuan}\" pay_time=\"2099-11-22 11:00:00\" pay_id=\"{id}\"/>"
                )
            };
            let lines = line("0.30", "x") + &line("0.10", "y");
            let body = format!(
                "<dm ok=\"1\" dm_id=\"{dm_id}\" pay_type=\"微信\" pay_total=\"1.00\" \
                 pay_time=\"2026-11-22 10:00:00\" no=\"\" refund_total=\"-0.40\">{lines}</dm>"
            );
            shop.once(Call::Refund, Fault::RequestLost);
            shop.control.add_fault(FaultOrder::always(Call::Read, Fault::Response { body }).after(1));
            let reply = shop.till.refund(refund, bill, 40, NONE).is(codes::UNKNOWN);
            assert_eq!(reply.text("state"), "conflict");
            shop.control.clear_faults();
        }
        "decided_refunded" | "decided_not_refunded" => {
            open_refund(shop, refund, bill);
            decide_refund(shop, refund, what.trim_start_matches("decided_")).is(codes::OK);
        }
        _ => panic!("{what}"),
    }
}

#[test]
fn every_word_about_a_refund_in_every_state() {
    let shop = Shop::open_utf8();
    for (at, (what, refunded, not_refunded, keep)) in [
        ("open", "decided_refunded", "decided_not_refunded", "open"),
        ("conflict", "decided_refunded", "decided_not_refunded", "conflict"),
        ("refunded", "", "", ""),
        ("not_refunded", "", "", ""),
        ("decided_refunded", "", "", ""),
        ("decided_not_refunded", "", "", ""),
    ]
    .into_iter()
    .enumerate()
    {
        for (word, wanted) in WORDS.into_iter().zip(["", "", refunded, not_refunded, keep]) {
            let (bill, refund) = (format!("B{at}-{word}"), format!("R{at}-{word}"));
            refund_in(&shop, what, &refund, &bill);
            let before = shop.till.find_refund(&refund).is(codes::OK);
            let reply = shop.silent(|| decide_refund(&shop, &refund, word));
            let after = shop.till.find_refund(&refund).is(codes::OK);
            if wanted.is_empty() {
                reply.is(codes::ERR_NOT_OPEN);
                assert_eq!(after, before, "{what} {word}");
                continue;
            }
            assert_eq!(reply.is(codes::OK).text("state"), wanted, "{what} {word}");
            assert_eq!(after.text("state"), wanted, "{what} {word}");
            if word == "keep" {
                continue;
            }
            // It stays so, and the bill follows it.
            let again = shop.silent(|| shop.till.refund(&refund, &bill, 40, NONE).is(codes::DECIDED));
            assert_eq!((again.text("decision"), again.text("decided_by")), (word, "店长"));
            shop.till.settle(&bill, NONE).is(codes::PAID_EARLIER);
            let left = if word == "refunded" { 60 } else { 100 };
            shop.silent(|| shop.till.refund("R", &bill, left + 1, NONE).is(codes::ERR_REFUND_TOO_MUCH));
            let second = format!("{refund}-again");
            shop.till.refund(&second, &bill, 40, NONE).is(codes::REFUNDED);
        }
    }
    shop.till.decide_refund("R-none", "refunded").is(codes::ERR_NO_BILL);
    shop.till.decide_refund("R0-keep", "perhaps").is(codes::ERR_ARGUMENT);
}

#[test]
fn nobody_decides_before_the_quiet_time_is_over_but_anybody_may_keep() {
    let shop = Setup::default().option("quiet_ms", "600000").option("refund_quiet_ms", "600000").open();
    open(&shop, "B1");
    shop.sell("B2", 100);
    open_refund(&shop, "R2", "B2");
    for word in ["paid", "not_paid"] {
        let early = shop.till.decide("B1", 0, word).is(codes::ERR_TOO_EARLY);
        assert_eq!(early.text("money"), "not_moved");
    }
    for word in ["refunded", "not_refunded"] {
        shop.till.decide_refund("R2", word).is(codes::ERR_TOO_EARLY);
    }
    shop.till.decide("B1", 0, "keep").is(codes::OK);
    shop.till.decide_refund("R2", "keep").is(codes::OK);
    assert_eq!(state(&shop, "B1"), "open");
    assert_eq!(shop.till.find("B1").is(codes::OK).number("decisions"), 1);
    // The time runs while the till is open, and is summed over program runs.
    let options = [("quiet_ms", "100"), ("refund_quiet_ms", "100"), ("base", &shop.sandbox.base())];
    shop.open_again_with(&options);
    decide(&shop, "B1", "not_paid").is(codes::OK);
    decide_refund(&shop, "R2", "not_refunded").is(codes::OK);
}

#[test]
fn a_decision_that_it_was_paid_is_what_every_call_says_and_nobody_hands_over_the_goods_again() {
    let mut shop = Shop::open_utf8();
    let code = open(&shop, "B1");
    let decided = decide(&shop, "B1", "paid").is(codes::OK);
    assert_eq!((decided.text("state"), decided.text("told")), ("decided_paid", ""));
    let other = shop.wechat();
    for life in 0..2 {
        let insist = [("insist", "may_charge_twice")];
        shop.silent(|| {
            let replies = [
                shop.till.micropay("B1", &code, 100, NONE),
                shop.till.micropay("B1", &other, 100, NONE),
                shop.till.micropay("B1", &other, 100, &insist),
                shop.till.settle("B1", NONE),
                shop.till.void("B1", NONE),
            ];
            for reply in replies {
                let reply = reply.is(codes::DECIDED);
                assert_eq!((reply.text("state"), reply.text("decision")), ("decided_paid", "paid"), "{life}");
                assert_eq!((reply.text("decided_by"), reply.text("why")), ("店长", "商户后台已核对"));
                assert_eq!(reply.text("first_told"), decided.text("ended"));
            }
            shop.till.micropay_start(1, "B1", &code, 100, NONE).is(codes::PENDING);
            shop.till.wait(1).is(codes::DECIDED);
            shop.till.void_payment(1).is(codes::OK);
            shop.till.wait(1).is(codes::DECIDED);
            // The code is used up.
            shop.till.micropay("B2", &code, 100, NONE).is(codes::ERR_AUTH_CODE_USED);
            shop.till.refund("R1", "B1", 40, NONE).is(codes::ERR_BILL_NOT_PAID);
        });
        assert!(shop.till.unfinished().is_empty());
        shop.till.driver.kill();
        shop.start_again().is(codes::OK);
    }
    assert_eq!(shop.sent(Call::Micropay).len(), 1);
}

#[test]
fn a_decision_that_it_was_not_paid_admits_a_new_code() {
    for page in Page::BOTH {
        let mut shop = Setup::default().page(page).open();
        let code = open(&shop, "B1");
        decide(&shop, "B1", "not_paid").is(codes::OK);
        shop.till.driver.kill();
        shop.start_again().is(codes::OK);
        shop.silent(|| {
            assert_eq!(shop.till.settle("B1", NONE).is(codes::DECIDED).text("decision"), "not_paid");
            shop.till.micropay("B1", &code, 100, NONE).is(codes::DECIDED);
            shop.till.void("B1", NONE).is(codes::DECIDED);
            shop.till.micropay("B2", &code, 100, NONE).is(codes::ERR_AUTH_CODE_USED);
        });
        let paid = shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
        assert_eq!((paid.number("attempt"), paid.number("paid_attempts")), (2, 1));
        shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
        // The first code pays after all, which reconciling finds; it is a paid order of the bill.
        pays(&shop, &code);
        shop.till.reconcile("").is(codes::OK);
        assert_eq!(shop.till.alarms().is(codes::OK).list("alarm")[0].text("kind"), "paid_there");
        shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
        shop.till.void("B1", NONE).is(codes::REFUNDED);
        assert_eq!(shop.bills().iter().map(|bill| bill.refunds.len()).collect::<Vec<_>>(), [1, 1]);
    }
}

#[test]
fn a_bill_that_was_decided_as_not_paid_and_is_found_paid_is_told_once() {
    let shop = Shop::open_utf8();
    let code = open(&shop, "B1");
    decide(&shop, "B1", "not_paid").is(codes::OK);
    pays(&shop, &code);
    shop.till.reconcile("").is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::PAID);
    shop.till.settle("B1", NONE).is(codes::PAID_EARLIER);
}

/// Changes the ledger while no program has it open.
fn meanwhile(shop: &mut Shop, sql: &str) {
    shop.till.close().is(codes::OK);
    let ledger = rusqlite::Connection::open(shop.folder().join("ledger.db")).unwrap();
    ledger.execute_batch(&format!("PRAGMA locking_mode = EXCLUSIVE; {sql}")).unwrap();
    drop(ledger);
    shop.start_again().is(codes::OK);
}

#[test]
fn nobody_decides_as_not_paid_what_this_program_has_heard_to_be_paid_and_could_not_write_down() {
    let mut shop = Shop::open_utf8();
    let code = open(&shop, "B1");
    let fails = "CREATE TRIGGER full BEFORE UPDATE ON charge WHEN NEW.state = 'paid' \
                 BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
    meanwhile(&mut shop, fails);
    pays(&shop, &code);
    shop.till.settle("B1", NONE).is(codes::UNKNOWN);
    in_time(|| shop.till.decide("B1", 0, "not_paid")).is(codes::ERR_NOT_OPEN);
    assert_eq!(state(&shop, "B1"), "open");
    // Keeping it open is not refused.
    shop.till.decide("B1", 0, "keep").is(codes::OK);
    meanwhile(&mut shop, "DROP TRIGGER full");
    shop.verify(&shop.till.settle("B1", NONE).is(codes::PAID), &code, 100);
    shop.till.decide("B1", 0, "not_paid").is(codes::ERR_NOT_OPEN);
    shop.agree();
}

/// The decisions of a list.
fn told(decisions: &[Fields]) -> Vec<(&str, &str, &str, &str)> {
    let fields = |d| {
        let field = |name| Fields::text(d, name);
        (field("out_trade_no"), field("attempt"), field("out_refund_no"), field("decision"))
    };
    decisions.iter().map(fields).collect()
}

#[test]
fn decisions_are_kept_with_who_and_why_and_listed_with_the_bill_and_the_day() {
    let mut shop = Shop::open_utf8();
    open(&shop, "B1");
    shop.sell("B2", 100);
    open_refund(&shop, "R2", "B2");
    decide(&shop, "B1", "keep").is(codes::OK);
    decide_refund(&shop, "R2", "not_refunded").is(codes::OK);
    decide(&shop, "B1", "not_paid").is(codes::OK);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::PAID);
    for _ in 0..2 {
        let first = shop.till.find("B1").is(codes::OK);
        assert_eq!(told(first.list("decision")), [("B1", "1", "", "keep"), ("B1", "1", "", "not_paid")]);
        assert_eq!(told(shop.till.find("B2").list("decision")), [("B2", "", "R2", "not_refunded")]);
        let day = shop.till.day("").is(codes::OK);
        assert_eq!(day.number("decisions"), 3);
        assert_eq!(
            told(day.list("decision")),
            [("B1", "1", "", "keep"), ("B2", "", "R2", "not_refunded"), ("B1", "1", "", "not_paid")]
        );
        for decision in day.list("decision") {
            assert_eq!((decision.text("decided_by"), decision.text("why")), ("店长", "商户后台已核对"));
            assert!(decision.text("decided").starts_with(day.text("day")));
        }
        assert_eq!(shop.till.day("2001-01-01").is(codes::OK).number("decisions"), 0);
        shop.till.close().is(codes::OK);
        shop.start_again().is(codes::OK);
    }
}

#[test]
fn keep_ends_the_wish_to_undo_a_bill_and_lets_it_be_asked_about() {
    let shop = Shop::open_utf8();
    let code = open(&shop, "B1");
    shop.till.void("B1", SOON).is(codes::UNKNOWN);
    shop.till.settle("B1", SOON).is(codes::ERR_REFUND_OPEN);
    shop.till.decide("B1", 0, "keep").is(codes::OK);
    pays(&shop, &code);
    shop.verify(&shop.till.settle("B1", NONE).is(codes::PAID), &code, 100);
    assert!(shop.sent(Call::Refund).is_empty());
    shop.agree();
}

#[test]
fn of_several_attempts_that_wait_one_is_named() {
    let shop = Shop::open_utf8();
    open(&shop, "B1");
    let insist = [("insist", "may_charge_twice"), SOON[0]];
    shop.till.micropay("B1", &shop.customer(Behaviour::NeverAnswers), 100, &insist).is(codes::UNKNOWN);
    shop.till.decide("B1", 0, "not_paid").is(codes::ERR_STILL_OPEN);
    in_time(|| shop.till.decide("B1", 2, "not_paid")).is(codes::OK);
    // One is still open, and so is the bill.
    shop.till.settle("B1", SOON).is(codes::UNKNOWN);
    shop.till.micropay("B1", &shop.wechat(), 100, NONE).is(codes::ERR_STILL_OPEN);
    assert_eq!(decide(&shop, "B1", "not_paid").is(codes::OK).number("attempt"), 1);
    shop.till.settle("B1", NONE).is(codes::DECIDED);
}

#[test]
fn what_is_being_settled_is_busy_and_a_decision_is_never_written_over() {
    let shop = Shop::open_utf8();
    let code = open(&shop, "B1");
    shop.sell("B2", 100);
    open_refund(&shop, "R2", "B2");
    let asked = shop.sent(Call::Query).len();
    shop.till.settle_start(1, "B1", NONE).is(codes::PENDING);
    eventually("it asks", || shop.sent(Call::Query).len() > asked);
    for word in WORDS {
        shop.till.decide("B1", 0, word).is(codes::ERR_BUSY);
    }
    shop.always(Call::Read, Fault::Held);
    shop.till.refund_start(2, "R2", "B2", 40, NONE).is(codes::PENDING);
    shop.till.decide_refund("R2", "refunded").is(codes::ERR_BUSY);
    shop.till.cancel(1).is(codes::OK);
    shop.till.cancel(2).is(codes::OK);
    shop.control.clear_faults();
    shop.till.wait(1).is(codes::UNKNOWN);
    shop.till.wait(2).is(codes::UNKNOWN);
    decide(&shop, "B1", "not_paid").is(codes::OK);
    pays(&shop, &code);
    shop.till.recover(NONE).is(codes::OK);
    assert_eq!(state(&shop, "B1"), "decided_not_paid");
    shop.till.settle("B1", NONE).is(codes::DECIDED);
}

/// A void whose refund has an unknown outcome.
fn open_void(shop: &Shop, bill: &str) -> String {
    shop.once(Call::Refund, Fault::RequestLost);
    shop.control.add_fault(FaultOrder::always(Call::Read, Fault::RequestLost).after(1));
    let void = shop.till.void(bill, SOON).is(codes::UNKNOWN).text("out_refund_no").to_owned();
    shop.control.clear_faults();
    void
}

#[test]
fn a_decision_about_the_refund_of_a_void_ends_the_void() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    let void = open_void(&shop, "B1");
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
    decide_refund(&shop, &void, "keep").is(codes::OK);
    shop.till.settle("B1", NONE).is(codes::ERR_REFUND_OPEN);
    decide_refund(&shop, &void, "refunded").is(codes::OK);
    assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 0);
    shop.silent(|| {
        shop.till.settle("B1", NONE).is(codes::ERR_ALREADY_REFUNDED);
        let again = shop.till.void("B1", NONE).is(codes::DECIDED);
        assert_eq!((again.text("out_refund_no"), again.text("state")), (void.as_str(), "decided_refunded"));
    });

    shop.sell("B2", 100);
    let void = open_void(&shop, "B2");
    decide_refund(&shop, &void, "not_refunded").is(codes::OK);
    assert_eq!(shop.till.unresolved().is(codes::OK).number("open"), 0);
    shop.till.settle("B2", NONE).is(codes::PAID_EARLIER);
    // It may be undone again, under a new number.
    let again = shop.till.void("B2", NONE).is(codes::REFUNDED);
    assert_ne!(again.text("out_refund_no"), void);
    assert_eq!(shop.bills().iter().map(|bill| bill.refunds.len()).sum::<usize>(), 1);
}

#[test]
fn a_decided_refund_that_leaves_a_part_is_followed_by_a_void_of_the_rest() {
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    open_refund(&shop, "R1", "B1");
    shop.till.void("B1", NONE).is(codes::ERR_REFUND_OPEN);
    decide_refund(&shop, "R1", "refunded").is(codes::OK);
    // The back office had refunded it, as the person saw.
    let dm_id = shop.bill().dm_id;
    shop.control.refund_bill(dm_id, wsy_sandbox::Fen(40)).unwrap();
    let rest = shop.till.void("B1", NONE).is(codes::REFUNDED);
    assert_eq!(rest.number("refund_fen"), 60);
    assert_eq!(shop.bill().refunds.len(), 2);
}
