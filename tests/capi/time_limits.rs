//! How long each call takes at most, as the header promises, on the worst possible line.
//!
//! The limits are short. If a call has its own limit, the ones that it must not depend on are long.

use std::thread;
use std::time::{Duration, Instant};

use wsy_sandbox::{Behaviour, BillOutcome, BillStateWord, Call, Fault};

use crate::codes;
use crate::front::{Front, Mood};
use crate::printing::{much, stuck};
use crate::shop::{Setup, Shop, eventually};
use crate::till::{NONE, Pairs, Pending, Reply, Till};

/// The extra time allowed for a busy machine.
const MACHINE: Duration = Duration::from_secs(6);
/// Both limits of an exchange that nothing else ends.
const SHORT: Pairs = &[("connect_ms", "300"), ("response_ms", "400"), ("deadline_ms", "600")];
/// One exchange with these: connect_ms and twice response_ms.
const EXCHANGE: Duration = Duration::from_millis(300 + 2 * 400);
/// A response may take longer than any call that has a deadline, and no charge is watched for so long that it
/// needs a person: recoveries ask only briefly about those.
const PATIENT: Pairs =
    &[("connect_ms", "1000"), ("response_ms", "30000"), ("deadline_ms", "600"), ("quiet_ms", "5000")];
const DEADLINE: Duration = Duration::from_millis(600);
/// For customers who should stay undecided.
const AT_ONCE: Pairs = &[("deadline_ms", "1")];
const CONNECT: Duration = Duration::from_secs(1);
/// A started operation returns immediately.
const NO_TIME: Duration = Duration::ZERO;

const BAD: [Mood; 4] = [Mood::Silent, Mood::Slow, Mood::Trickling, Mood::Deaf];
/// The number of open rows.
const OPEN: usize = 30;

/// A call in progress, and its time limit in the header.
struct Case {
    name: &'static str,
    limit: Duration,
    call: Pending,
}

/// Waits for all of them, which run at the same time, and reports those that took longer than they may.
#[track_caller]
fn within_limits(mood: Mood, begun: Instant, cases: Vec<Case>) -> Vec<(&'static str, Reply)> {
    let wait = |case: Case| {
        let reply = case.call.end();
        (case.name, case.limit, begun.elapsed(), reply)
    };
    let ended: Vec<_> = thread::scope(|scope| {
        let waiting: Vec<_> = cases.into_iter().map(|case| scope.spawn(move || wait(case))).collect();
        waiting.into_iter().map(|case| case.join().unwrap()).collect()
    });
    for (name, limit, took, reply) in &ended {
        let (took, limit) = (took.as_millis(), limit.as_millis());
        println!("{mood:?} {name}: {took} ms of {limit}: {}", codes::name(reply.code));
    }
    let late: Vec<_> =
        ended.iter().filter(|(_, limit, took, _)| *took > *limit + MACHINE).map(|case| case.0).collect();
    assert!(late.is_empty(), "{mood:?}: {late:?} took longer than they may");
    ended.into_iter().map(|(name, _, _, reply)| (name, reply)).collect()
}

/// One call alone.
#[track_caller]
fn alone(mood: Mood, till: &Till, name: &'static str, rest: &[String], limit: Duration) -> Reply {
    let begun = Instant::now();
    let case = Case { name, limit, call: till.start(name, rest) };
    within_limits(mood, begun, vec![case]).remove(0).1
}

/// The same with each kind of bad line at once.
fn with_each(moods: &[Mood], check: impl Fn(Mood) + Sync) {
    let failed: Vec<_> = thread::scope(|scope| {
        let check = &check;
        let named = |mood: &Mood| {
            let mood = *mood;
            (mood, scope.spawn(move || check(mood)))
        };
        let running: Vec<_> = moods.iter().map(named).collect();
        running.into_iter().filter_map(|(mood, case)| case.join().err().map(|_| mood)).collect()
    });
    assert!(failed.is_empty(), "{failed:?}");
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Customers who are asked for a password and do nothing: this many bills of one charge each, or one of this
/// many.
fn leave_open(shop: &Shop, bills: impl Iterator<Item = String>, pairs: Pairs) {
    for bill in bills {
        let code = shop.customer(Behaviour::NeverAnswers);
        shop.till.micropay(&bill, &code, 100, pairs).is(codes::UNKNOWN);
    }
}

fn all_paid(shop: &Shop) {
    for bill in shop.bills().into_iter().filter(|bill| bill.state != BillStateWord::Paid) {
        shop.control.set_bill_outcome(bill.dm_id, &BillOutcome::Paid).unwrap();
    }
}

#[test]
fn a_question_ends_after_one_exchange() {
    with_each(&BAD, |mood| {
        let shop = Shop::open_utf8();
        let front = Front::before(&shop, NONE);
        let code = shop.wechat();
        let sold = shop.till.micropay("B1", &code, 100, NONE).is(codes::PAID);
        let base = front.base();
        let mut options = SHORT.to_vec();
        options.push(("base", &base));
        shop.open_again_with(&options);
        let dm_id = shop.till.arg(sold.text("dm_id"));
        let (bill, code) = (shop.till.arg("B1"), shop.till.arg(&code));
        front.behave(mood);
        let begun = Instant::now();
        let case =
            |name, rest: &[&str]| Case { name, limit: EXCHANGE, call: shop.till.start(name, &words(rest)) };
        let ended = within_limits(
            mood,
            begun,
            vec![
                case("time", &[]),
                case("config", &["1"]),
                case("query_auth_code", &[&code, "100", "-"]),
                case("query_order", &[&dm_id, "100", "-"]),
                case("read_bill", &[&bill, "-", "-"]),
                case("reprint", &[&bill, "-", "-"]),
            ],
        );
        for (name, reply) in ended.iter().filter(|_| mood != Mood::Slow) {
            // A kept connection is silent rather than deaf.
            let expected = [codes::ERR_NO_RECEIPT, codes::ERR_NO_RESPONSE, codes::ERR_NOT_SENT];
            assert!(expected.contains(&reply.code), "{name}: {}", codes::name(reply.code));
        }
        // One bill and its order.
        alone(mood, &shop.till, "reconcile", &words(&["-"]), EXCHANGE);
        // A server that cannot be connected to does not block a start for longer either.
        let folder = shop.till.arg(shop.folder().to_str().unwrap());
        let closed = alone(mood, &shop.till, "close", &[], Duration::from_secs(2));
        closed.is(codes::OK);
        let rest = [folder, codes::UTF8.to_string(), shop.till.list(&options)];
        let opened = alone(mood, &shop.till, "open", &rest, EXCHANGE).is(codes::OK);
        if mood != Mood::Slow {
            assert_eq!(opened.text("config_source"), "file");
        }
    });
}

#[test]
fn an_activation_ends_after_two_exchanges_and_a_device_that_is_named_after_one() {
    let all = [&BAD[..], &[Mood::TricklingTls, Mood::TricklingProxy]].concat();
    with_each(&all, |mood| {
        let shop = Setup::default().without_device().open();
        let front = Front::before(&shop, NONE);
        let proxy = front.base();
        let base = match mood {
            Mood::TricklingTls => front.base().replace("http", "https"),
            _ => front.base(),
        };
        let mut options = SHORT.to_vec();
        options.push(("base", &base));
        if mood == Mood::TricklingProxy {
            options.push(("proxy", &proxy));
        }
        shop.open_again_with(&options);
        let code = shop.control.activation_code(None).unwrap();
        let (id, key) = (shop.till.arg(&shop.device.device_id), shop.till.arg(&shop.device.key));
        let code = shop.till.arg(&code);
        front.behave(mood);
        alone(mood, &shop.till, "activate", &[code, "-".to_owned(), "-".to_owned()], 2 * EXCHANGE);
        alone(mood, &shop.till, "set_device", &[id, key], EXCHANGE).is(codes::OK);
        alone(mood, &shop.till, "time", &[], EXCHANGE);
        // Without a config, that is read first.
        let pay = ["B1", "130000000000000001"].map(|text| shop.till.arg(text));
        let rest = [pay[0].clone(), pay[1].clone(), "100".to_owned(), "-".to_owned()];
        let limit = EXCHANGE + DEADLINE + Duration::from_secs(3);
        alone(mood, &shop.till, "micropay", &rest, limit);
        let mut options = options.clone();
        options.extend(PATIENT);
        shop.open_again_with(&options);
        let mut rest = rest.to_vec();
        rest.push("1".to_owned());
        alone(mood, &shop.till, "micropay_start", &rest, NO_TIME).is(codes::PENDING);
        // A payment type is looked up in the config.
        let refund = ["R1", "dm1"].map(|text| shop.till.arg(text));
        let pairs = shop.till.list(&[("paytype", "o2o_dm_code_wxpaysub"), ("any_number", "1")]);
        let rest =
            [refund[0].clone(), "-".to_owned(), refund[1].clone(), "100".to_owned(), pairs, "2".to_owned()];
        alone(mood, &shop.till, "refund_start", &rest, NO_TIME).is(codes::PENDING);
        alone(mood, &shop.till, "close", &[], Duration::from_secs(2) + CONNECT).is(codes::OK);
    });
}

#[test]
fn a_call_that_waits_for_a_verdict_ends_soon_after_its_deadline_however_much_is_open() {
    with_each(&BAD, |mood| {
        let shop = Shop::open_utf8();
        let front = Front::before(&shop, PATIENT);
        let long = &[("deadline_ms", "60000")];
        for bill in ["P1", "P2", "P3"] {
            shop.till.micropay(bill, &shop.wechat(), 500, long).is(codes::PAID);
        }
        let insists = &[("insist", "may_charge_twice"), ("deadline_ms", "1")];
        let again = |bill: &'static str| (0..OPEN).map(move |_| bill.to_owned());
        leave_open(&shop, again("S1"), insists);
        leave_open(&shop, again("V1"), insists);
        let code = shop.till.arg(&shop.wechat());
        let text = |text: &str| shop.till.arg(text);
        let verdict = DEADLINE + Duration::from_secs(3);
        let refund = DEADLINE + Duration::from_secs(5);
        let undoing = 2 * DEADLINE + Duration::from_secs(5);
        front.behave(mood);
        let begun = Instant::now();
        let case =
            |name, limit, rest: &[&str]| Case { name, limit, call: shop.till.start(name, &words(rest)) };
        let ended = within_limits(
            mood,
            begun,
            vec![
                case("micropay", verdict, &[&text("M1"), &code, "100", "-"]),
                case("refund", refund, &[&text("R1"), &text("P1"), "-", "200", "-"]),
                case("settle", verdict, &[&text("S1"), "-"]),
                case("void", undoing, &[&text("V1"), "-"]),
                case("void", undoing, &[&text("P2"), "-"]),
            ],
        );
        for (name, reply) in ended.iter().filter(|_| mood != Mood::Slow) {
            assert!(reply.code < 0, "{name}: {}", codes::name(reply.code));
        }
        front.behave(Mood::Honest);
        all_paid(&shop);
        shop.till.settle("S1", long).is(codes::PAID);
        shop.till.void("V1", long).is(codes::REFUNDED);
        shop.till.void("P2", long).is(codes::REFUNDED);
        eventually("all is settled", || shop.till.recover(long).is(codes::OK).number("open") == 0);
        shop.agree();
    });
}

#[test]
fn a_recovery_keeps_to_its_budget_however_much_is_open() {
    with_each(&BAD, |mood| {
        let shop = Shop::open_utf8();
        let front = Front::before(&shop, PATIENT);
        let long = &[("deadline_ms", "60000")];
        leave_open(&shop, (5..OPEN).map(|n| format!("B{n}")), AT_ONCE);
        shop.always(Call::Refund, Fault::RequestLost);
        for n in 0..5 {
            shop.till.micropay(&format!("P{n}"), &shop.wechat(), 500, long).is(codes::PAID);
            shop.till.refund(&format!("R{n}"), &format!("P{n}"), 200, AT_ONCE).is(codes::UNKNOWN);
        }
        shop.control.clear_faults();
        for bill in ["Q1", "Q2", "Q3"] {
            shop.till.micropay(bill, &shop.wechat(), 500, long).is(codes::PAID);
        }
        front.behave(mood);
        let till = &shop.till;
        let limit = DEADLINE + Duration::from_secs(3);
        let reply = alone(mood, till, "recover", &words(&["-"]), limit).is(codes::OK);
        assert_eq!(reply.list("charge").len() + reply.list("refund").len(), OPEN);
        assert_eq!(reply.number("settled") + reply.number("open"), i64::try_from(OPEN).unwrap());

        // A started operation returns immediately, even if a response would take half a minute.
        let minute = till.list(&[("deadline_ms", "60000")]);
        let [paid, another, third] = ["Q1", "Q2", "Q3"].map(|bill| till.arg(bill));
        till.find_receipt("Q1", NONE, 0).is(codes::OK);
        let (_stuck, printer) = stuck();
        let printer = till.arg(&printer);
        for (name, rest) in [
            ("recover_start", words(&[&minute, "1"])),
            ("reprint_start", words(&[&paid, "-", "-", "2"])),
            ("print_receipt_start", words(&["0", &printer, "500", "3"])),
            ("micropay_start", words(&[&till.arg("M2"), &till.arg(&shop.wechat()), "100", &minute, "4"])),
            ("refund_start", words(&[&till.arg("R9"), &paid, "-", "100", &minute, "5"])),
            ("settle_start", words(&[&another, &minute, "6"])),
            ("void_start", words(&[&third, &minute, "7"])),
            ("reconcile_start", words(&["-", "8"])),
        ] {
            let reply = alone(mood, till, name, &rest, NO_TIME);
            reply.is(codes::PENDING);
        }
        let slots: Vec<_> = (1..=8).map(|slot: usize| slot.to_string()).collect();
        for slot in &slots {
            let polled = Instant::now();
            till.raw(&["payment_poll", slot]);
            till.raw(&["payment_wait", slot, "1"]);
            till.raw(&["payment_text", slot, &codes::ZH.to_string()]);
            till.raw(&["payment_cancel", slot]);
            assert!(polled.elapsed() < MACHINE, "{mood:?}: {:?}", polled.elapsed());
        }
        // A till is closed while all of it is in progress.
        let closing = Duration::from_secs(2) + if mood == Mood::Deaf { CONNECT } else { NO_TIME };
        alone(mood, till, "close", &[], closing).is(codes::OK);
        front.behave(Mood::Honest);
        let base = front.base();
        let mut options = PATIENT.to_vec();
        options.push(("base", &base));
        shop.open_with(till, &options).is(codes::OK);
        all_paid(&shop);
        eventually("all is settled", || till.recover(long).is(codes::OK).number("open") == 0);
    });
}

#[test]
fn a_print_ends_after_the_time_that_it_is_given() {
    const TIME: Duration = Duration::from_millis(500);
    let shop = Shop::open_utf8();
    shop.sell("B1", 100);
    shop.till.find_receipt("B1", NONE, 0).is(codes::OK);
    let (_stuck, takes_nothing) = stuck();
    let much = crate::till::hex_arg(&much());
    let size = (4 << 20).to_string();
    let printers = [(Mood::Deaf, Front::before(&shop, NONE)), (Mood::Trickling, Front::before(&shop, NONE))];
    let mut cases = Vec::new();
    for (mood, front) in &printers {
        front.behave(if *mood == Mood::Deaf { Mood::Deaf } else { Mood::TricklingProxy });
    }
    let begun = Instant::now();
    let printer = shop.till.arg(&takes_nothing);
    cases.push(Case {
        name: "print_bytes",
        limit: TIME,
        call: shop.till.start("print_bytes", &words(&[&much, &size, &printer, "500"])),
    });
    for (_, front) in &printers {
        let printer = shop.till.arg(&format!("tcp:{}", front.addr()));
        let call = shop.till.start("print_receipt", &words(&["0", &printer, "500"]));
        cases.push(Case { name: "print_receipt", limit: TIME, call });
    }
    within_limits(Mood::Silent, begun, cases);
}
