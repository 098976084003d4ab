//! Hand-made violations, each of which the oracle has to detect.

use wsy::non_empty::NonEmpty;
use wsy::payment::evidence::{Evidence, Tie};
use wsy::payment::refund::{Before, Known};

use super::*;
use crate::platform::{Order, Style, code};
use crate::till::device;

const ABOUT: Origin = Origin { till: 0, number: 1, attempt: 1 };
const REFUND: Origin = Origin { till: 0, number: 9, attempt: 0 };

fn row(state: ChargeState) -> ChargeRow {
    ChargeRow {
        bill: 1,
        attempt: 1,
        device: 0,
        fen: 100,
        code: code(0),
        state,
        dm_id: "dm2034140001".to_owned(),
        evidence: Evidence::default(),
        person: false,
        reported: true,
        listed: false,
        wall: 0,
    }
}

fn refund_row(state: RefundState) -> RefundRow {
    let (dm_id, before) = ("dm2034140001".to_owned(), String::new());
    RefundRow { number: 9, dm_id, fen: 60, state, before, known: Known::default(), lines: Before::default() }
}

fn ledger(state: ChargeState) -> Ledger {
    Ledger { charges: vec![row(state)], refunds: Vec::new() }
}

fn order() -> Order {
    Order {
        device: device(0),
        code: code(0),
        fen: 100,
        origin: ABOUT,
        made: 5,
        end: Some((5, true)),
        first_card: None,
        refused: false,
        refunds: Vec::new(),
    }
}

fn platform(orders: Vec<Order>) -> Platform {
    let mut platform = Platform::new(Vec::new(), Style { closes: true, ..Style::default() });
    platform.orders = orders;
    platform
}

fn report(outcome: Outcome) -> Report {
    Report {
        about: ABOUT,
        fen: 100,
        outcome,
        refund: false,
        is_first: matches!(outcome, Outcome::Paid { .. }),
    }
}

const PAID: Outcome = Outcome::Paid { order: Some(0), fen: 100 };
const CHARGE: Ask = Ask::Micropay { code: code(0), fen: 100, plain: false };

/// Returns the number of the broken rule.
fn rule(checked: Checked) -> u8 {
    checked.unwrap_err().rule
}

#[test]
fn what_is_right_is_let_pass() {
    let mut oracle = Oracle::default();
    let (open, paid) = (ledger(ChargeState::Open), ledger(ChargeState::Paid));
    oracle.offered(ABOUT, CHARGE, false, &open).unwrap();
    let platform = platform(vec![order()]);
    oracle.captured(0, &open, &platform).unwrap();
    let change = Change::Charge(Some(row(ChargeState::Open)), row(ChargeState::Paid));
    oracle.wrote(0, &change, &platform).unwrap();
    oracle.reported(&report(PAID), &paid, &platform, 10).unwrap();
    oracle.at_rest(&[&paid], &platform, 10, 10).unwrap();
}

#[test]
fn a_charge_leaves_after_its_intent_and_once() {
    let mut oracle = Oracle::default();
    assert_eq!(rule(oracle.offered(ABOUT, CHARGE, false, &Ledger::default())), 4);
    let other = Ask::Micropay { code: code(0), fen: 101, plain: false };
    assert_eq!(rule(oracle.offered(ABOUT, other, false, &ledger(ChargeState::Open))), 4);
    oracle.offered(ABOUT, CHARGE, false, &ledger(ChargeState::Open)).unwrap();
    assert_eq!(rule(oracle.offered(ABOUT, CHARGE, false, &ledger(ChargeState::Open))), 2);
    assert_eq!(rule(oracle.offered(ABOUT, CHARGE, true, &ledger(ChargeState::Open))), 6);
}

#[test]
fn a_refund_leaves_after_its_intent_and_once() {
    let mut oracle = Oracle::default();
    let ask = Ask::Refund { dm: 2_034_140_001, fen: 60 };
    let ledger = Ledger { charges: Vec::new(), refunds: vec![refund_row(RefundState::Open)] };
    assert_eq!(rule(oracle.offered(REFUND, ask, false, &Ledger::default())), 4);
    oracle.offered(REFUND, ask, false, &ledger).unwrap();
    assert_eq!(rule(oracle.offered(REFUND, ask, false, &ledger)), 2);
    assert_eq!(rule(oracle.offered(REFUND, ask, true, &ledger)), 6);
}

#[test]
fn paid_has_to_be_true() {
    let mut oracle = Oracle::default();
    let change = Change::Charge(Some(row(ChargeState::Open)), row(ChargeState::Paid));
    let wrong = [
        Order { fen: 101, ..order() },
        Order { device: device(1), ..order() },
        Order { code: code(1), ..order() },
        Order { end: Some((5, false)), ..order() },
        Order { origin: Origin { number: 2, ..ABOUT }, ..order() },
    ];
    for wrong in wrong {
        assert_eq!(rule(oracle.wrote(0, &change, &platform(vec![wrong]))), 3);
    }
    assert_eq!(rule(oracle.wrote(0, &change, &platform(Vec::new()))), 3);
}

#[test]
fn not_paid_stays_true() {
    let mut oracle = Oracle::default();
    let change = Change::Charge(Some(row(ChargeState::Open)), row(ChargeState::NotPaid));
    assert_eq!(rule(oracle.wrote(0, &change, &platform(vec![order()]))), 3);
    assert_eq!(rule(oracle.captured(0, &ledger(ChargeState::NotPaid), &platform(vec![order()]))), 3);
    assert_eq!(rule(oracle.captured(0, &Ledger::default(), &platform(vec![order()]))), 3);
}

#[test]
fn a_bill_is_charged_once_unless_somebody_insists() {
    let mut oracle = Oracle::default();
    let twice = platform(vec![order(), Order { origin: Origin { attempt: 2, ..ABOUT }, ..order() }]);
    assert_eq!(rule(oracle.captured(0, &ledger(ChargeState::Open), &twice)), 2);
    oracle.insists(0, 1);
    oracle.captured(0, &ledger(ChargeState::Open), &twice).unwrap();
}

#[test]
fn ends_are_final_and_told_after_they_are_written() {
    let mut oracle = Oracle::default();
    let back = Change::Charge(Some(row(ChargeState::Paid)), row(ChargeState::NotPaid));
    assert_eq!(rule(oracle.wrote(0, &back, &platform(vec![order()]))), 6);
    let sure = Change::Refund(Some(refund_row(RefundState::NotRefunded)), refund_row(RefundState::Refunded));
    assert_eq!(rule(oracle.wrote(0, &sure, &platform(vec![order()]))), 6);
    let platform = platform(vec![order()]);
    assert_eq!(rule(oracle.reported(&report(PAID), &ledger(ChargeState::Open), &platform, 10)), 4);
    assert_eq!(
        rule(oracle.reported(&report(Outcome::NotPaid), &ledger(ChargeState::Open), &platform, 10)),
        4
    );
    oracle.reported(&report(PAID), &ledger(ChargeState::Paid), &platform, 10).unwrap();
    assert_eq!(
        rule(oracle.reported(&report(Outcome::Unknown), &ledger(ChargeState::Paid), &platform, 10)),
        4
    );
}

#[test]
fn a_payment_that_a_recovery_has_listed_is_unknown_while_a_refund_of_it_is_open() {
    let (mut oracle, platform) = (Oracle::default(), platform(vec![order()]));
    let listed = Report { is_first: false, ..report(PAID) };
    let mut paid = ledger(ChargeState::Paid);
    oracle.reported(&listed, &paid, &platform, 10).unwrap();
    assert_eq!(rule(oracle.reported(&report(Outcome::Unknown), &paid, &platform, 10)), 4);
    paid.refunds.push(refund_row(RefundState::Open));
    oracle.reported(&report(Outcome::Unknown), &paid, &platform, 10).unwrap();
}

#[test]
fn the_amount_that_is_told_is_the_one_that_was_asked_for() {
    let mut oracle = Oracle::default();
    let report = Report { fen: 101, ..report(PAID) };
    assert_eq!(rule(oracle.reported(&report, &ledger(ChargeState::Paid), &platform(vec![order()]), 10)), 5);
}

#[test]
fn what_was_refunded_elsewhere_leaves_nothing_or_was_refunded_by_others() {
    let noted = Change::Refund(None, refund_row(RefundState::Refunded));
    for (fen, broken) in [(100, None), (60, None), (59, Some(3))] {
        let refunds = vec![crate::platform::Line { fen, at: 6, shown: 6, origin: None }];
        let checked = Oracle::default().wrote(0, &noted, &platform(vec![Order { refunds, ..order() }]));
        assert_eq!(checked.err().map(|violation| violation.rule), broken);
    }
    let own = RefundRow { lines: Before::from_text("a||-60"), ..refund_row(RefundState::Refunded) };
    let refunds = vec![crate::platform::Line { fen: 100, at: 6, shown: 6, origin: None }];
    let own =
        Oracle::default().wrote(0, &Change::Refund(None, own), &platform(vec![Order { refunds, ..order() }]));
    assert_eq!(rule(own), 3);
}

#[test]
fn a_refund_is_told_as_it_is() {
    let mut oracle = Oracle::default();
    let made = |state| Change::Refund(Some(refund_row(RefundState::Open)), refund_row(state));
    let line = |fen, origin| crate::platform::Line { fen, at: 6, shown: 6, origin };
    let with = |lines: Vec<crate::platform::Line>| platform(vec![Order { refunds: lines, ..order() }]);
    let ours = || line(60, Some(REFUND));
    oracle.wrote(0, &made(RefundState::Refunded), &with(vec![ours()])).unwrap();
    assert_eq!(rule(oracle.wrote(0, &made(RefundState::Refunded), &with(vec![line(61, None)]))), 3);
    assert_eq!(rule(oracle.wrote(0, &made(RefundState::NotRefunded), &with(vec![ours()]))), 3);
    assert_eq!(rule(oracle.wrote(0, &made(RefundState::Conflict), &with(vec![ours()]))), 7);
    let ledger = Ledger { charges: Vec::new(), refunds: vec![refund_row(RefundState::Open)] };
    assert_eq!(rule(oracle.refunded(0, &ledger, &with(vec![ours(), ours()]))), 2);
}

#[test]
fn at_rest_nothing_is_open_and_the_books_agree() {
    let oracle = Oracle::default();
    let nobody = platform(Vec::new());
    assert_eq!(rule(oracle.at_rest(&[&ledger(ChargeState::Open)], &nobody, 10, 10)), 7);
    let person = ChargeRow { person: true, ..row(ChargeState::Open) };
    let troubled = Ledger { charges: vec![person], refunds: Vec::new() };
    assert_eq!(rule(oracle.at_rest(&[&troubled], &nobody, 10, 10)), 7);
    let open = Ledger { charges: Vec::new(), refunds: vec![refund_row(RefundState::Open)] };
    assert_eq!(rule(oracle.at_rest(&[&open], &nobody, 10, 10)), 7);
    assert_eq!(rule(oracle.at_rest(&[&Ledger::default()], &platform(vec![order()]), 10, 10)), 1);
    let line = crate::platform::Line { fen: 60, at: 6, shown: 6, origin: Some(REFUND) };
    let refunded = platform(vec![Order { refunds: vec![line], ..order() }]);
    assert_eq!(rule(oracle.at_rest(&[&ledger(ChargeState::Paid)], &refunded, 10, 10)), 1);
}

#[test]
fn a_refund_stays_open_where_its_bill_hid_a_line_when_it_was_read_last() {
    let oracle = Oracle::default();
    let open = Ledger { charges: vec![row(ChargeState::Paid)], refunds: vec![refund_row(RefundState::Open)] };
    let line = crate::platform::Line { fen: 40, at: 6, shown: 20, origin: None };
    let hides = platform(vec![Order { refunds: vec![line], ..order() }]);
    oracle.at_rest(&[&open], &hides, 10, 30).unwrap();
    assert_eq!(rule(oracle.at_rest(&[&open], &hides, 20, 30)), 7);
}

#[test]
fn asking_for_ever_is_no_settling() {
    let mut oracle = Oracle::default();
    oracle.heal();
    let mut ask =
        || oracle.offered(ABOUT, Ask::QueryCode { code: code(0) }, true, &ledger(ChargeState::Open));
    assert!((0..MAX_QUESTIONS).all(|_| ask().is_ok()));
    assert_eq!(rule(ask()), 7);
}

const QUERY: Ask = Ask::QueryCode { code: code(0) };

/// An oracle with a charge that the platform has confirmed; the next request leaves after that.
fn spoken_for() -> Oracle {
    let mut oracle = Oracle::default();
    oracle.heard(ABOUT, ParsedRequest { device: device(0), ask: CHARGE }, true);
    oracle.offered(ABOUT, QUERY, false, &ledger(ChargeState::Open)).unwrap();
    oracle
}

fn not_paid() -> Change {
    Change::Charge(Some(row(ChargeState::Open)), row(ChargeState::NotPaid))
}

fn unpaid(end: Option<(Ms, bool)>) -> Platform {
    platform(vec![Order { end, ..order() }])
}

#[test]
fn absence_takes_back_no_word_for_a_payment() {
    assert_eq!(rule(spoken_for().wrote(0, &not_paid(), &unpaid(None))), 12);
    spoken_for().wrote(0, &not_paid(), &unpaid(Some((5, false)))).unwrap();
    // A statement that could not be written, or was lost with the process, cannot be known.
    let mut oracle = Oracle::default();
    oracle.heard(ABOUT, ParsedRequest { device: device(0), ask: CHARGE }, true);
    oracle.crashed(0);
    oracle.offered(ABOUT, QUERY, false, &ledger(ChargeState::Open)).unwrap();
    oracle.wrote(0, &not_paid(), &unpaid(None)).unwrap();
    let mut oracle = Oracle::default();
    oracle.heard(ABOUT, ParsedRequest { device: device(0), ask: CHARGE }, true);
    oracle.not_written(ABOUT, false);
    oracle.ended(&report(Outcome::Unknown));
    oracle.offered(ABOUT, QUERY, false, &ledger(ChargeState::Open)).unwrap();
    oracle.wrote(0, &not_paid(), &unpaid(None)).unwrap();
}

#[test]
fn absence_takes_back_no_acceptance_of_a_refund() {
    let mut oracle = Oracle::default();
    let (ask, read) = (Ask::Refund { dm: 2_034_140_001, fen: 60 }, Ask::Read { dm: 2_034_140_001 });
    oracle.heard(REFUND, ParsedRequest { device: device(0), ask }, true);
    oracle.offered(REFUND, read, false, &Ledger::default()).unwrap();
    let change = Change::Refund(Some(refund_row(RefundState::Open)), refund_row(RefundState::NotRefunded));
    assert_eq!(rule(oracle.wrote(0, &change, &platform(vec![order()]))), 12);
}

#[test]
fn an_order_belongs_to_one_charge_also_while_it_is_open() {
    let mut oracle = Oracle::default();
    let bound = |bill| {
        let evidence =
            Evidence { tie: Tie::Asked, dm_id: NonEmpty::of("dm2034140001"), ..Evidence::default() };
        let row = ChargeRow { bill, evidence, ..row(ChargeState::Open) };
        Change::Charge(Some(ChargeRow { bill, ..row.clone() }), row)
    };
    let platform = platform(vec![order()]);
    oracle.wrote(0, &bound(1), &platform).unwrap();
    oracle.wrote(0, &bound(1), &platform).unwrap();
    assert_eq!(rule(oracle.wrote(0, &bound(2), &platform)), 13);
}

#[test]
fn a_line_belongs_to_one_refund() {
    let mut oracle = Oracle::default();
    let line = |origin| Line { fen: 60, at: 6, shown: 6, origin: Some(origin) };
    let other = Origin { number: 10, ..REFUND };
    let mut platform = platform(vec![Order { refunds: vec![line(REFUND)], ..order() }]);
    let lines = Before::from_text(&mark(2_034_140_001, &line(REFUND)));
    let refunded = |number| {
        let row = RefundRow { number, lines: lines.clone(), ..refund_row(RefundState::Refunded) };
        Change::Refund(Some(RefundRow { state: RefundState::Open, ..row.clone() }), row)
    };
    oracle.wrote(0, &refunded(9), &platform).unwrap();
    // The other refund is made later, and is reported as made by the first one's line.
    platform.orders[0].refunds.push(Line { at: 90_000, ..line(other) });
    assert_eq!(rule(oracle.wrote(0, &refunded(10), &platform)), 13);
}

#[test]
fn a_bill_that_is_refunded_has_nothing_captured() {
    let mut oracle = Oracle::default();
    let line = Line { fen: 100, at: 6, shown: 6, origin: Some(REFUND) };
    let gone = Order { refunds: vec![line], ..order() };
    oracle.already_refunded(0, 1, &platform(vec![gone.clone()])).unwrap();
    let twice = platform(vec![gone, Order { origin: Origin { attempt: 2, ..ABOUT }, ..order() }]);
    assert_eq!(rule(oracle.already_refunded(0, 1, &twice)), 14);
    oracle.breaks(Origin { attempt: 2, ..ABOUT }, CHARGE);
    oracle.already_refunded(0, 1, &twice).unwrap();
}

#[test]
fn paid_is_not_told_while_a_refund_is_undecided() {
    let mut oracle = Oracle::default();
    let mut paid = ledger(ChargeState::Paid);
    paid.refunds.push(refund_row(RefundState::Open));
    assert_eq!(rule(oracle.reported_from_record(&report(PAID), &paid, &platform(vec![order()]), 10)), 14);
}

#[test]
fn another_devices_view_is_no_witness() {
    let asked = |as_device| {
        let mut oracle = Oracle::default();
        oracle.sent_by(ABOUT, ParsedRequest { device: device(0), ask: CHARGE });
        oracle.heard(ABOUT, ParsedRequest { device: as_device, ask: QUERY }, false);
        oracle.wrote(0, &not_paid(), &platform(Vec::new()))
    };
    asked(device(0)).unwrap();
    assert_eq!(rule(asked(device(1))), 16);
}

#[test]
fn a_bill_that_is_paid_by_our_own_record_is_not_charged_again() {
    let mut oracle = Oracle::default();
    let mut ledger = ledger(ChargeState::Paid);
    ledger.charges.push(ChargeRow { attempt: 2, ..row(ChargeState::Open) });
    let again = Origin { attempt: 2, ..ABOUT };
    assert_eq!(rule(oracle.offered(again, CHARGE, false, &ledger)), 17);
}

#[test]
fn a_wrong_verdict_is_counted_where_the_premises_are_broken_and_only_there() {
    let (change, paid) = (not_paid(), platform(vec![order()]));
    assert_eq!(rule(Oracle::default().wrote(0, &change, &paid)), 3);
    let mut oracle = Oracle::default();
    oracle.breaks(ABOUT, CHARGE);
    oracle.wrote(0, &change, &paid).unwrap();
    let wrong = ledger(ChargeState::NotPaid);
    oracle.captured(0, &wrong, &paid).unwrap();
    oracle.at_rest(&[&wrong], &paid, 10, 10).unwrap();
    assert_eq!(oracle.wrong(&[&wrong], &paid), [ABOUT]);
    assert_eq!(oracle.wrong(&[&ledger(ChargeState::Open)], &paid), []);
    let ask = Ask::Refund { dm: 2_034_140_001, fen: 60 };
    oracle.breaks(REFUND, ask);
    let refunds = vec![refund_row(RefundState::NotRefunded)];
    let line = Line { fen: 60, at: 6, shown: 6, origin: Some(REFUND) };
    let made = platform(vec![Order { refunds: vec![line], ..order() }]);
    let refunds = Ledger { charges: Vec::new(), refunds };
    assert_eq!(oracle.wrong(&[&refunds], &made), [REFUND]);
    // The order may be that of a row which is gone.
    oracle.lost(0, &[Lost::Charge(1, code(0)), Lost::Refund(9)]);
    assert_eq!([oracle.wrong(&[&wrong], &paid), oracle.wrong(&[&refunds], &made)], [[], []]);
}

#[test]
fn a_refund_of_the_same_amount_elsewhere_is_counted_apart() {
    let (mut oracle, line) = (Oracle::default(), Line { fen: 60, at: 6, shown: 6, origin: None });
    let of = |lines: &[&Line]| {
        platform(vec![Order { refunds: lines.iter().copied().cloned().collect(), ..order() }])
    };
    let made = |number, before: &str, line: &Line| {
        let lines = Before::from_text(&mark(2_034_140_001, line));
        let row = RefundRow { number, before: before.to_owned(), lines, ..refund_row(RefundState::Refunded) };
        Change::Refund(Some(RefundRow { state: RefundState::Open, ..row.clone() }), row)
    };
    let before = mark(2_034_140_001, &line);
    assert_eq!(
        rule(oracle.wrote(0, &made(9, &before, &line), &of(&[&line]))),
        3,
        "the bill showed it before"
    );
    let other = Line { fen: 61, ..line.clone() };
    assert_eq!(rule(oracle.wrote(0, &made(9, "", &other), &of(&[&other]))), 3);
    assert_eq!(oracle.excused_refunds(), 0);
    oracle.wrote(0, &made(9, "", &line), &of(&[&line])).unwrap();
    assert_eq!(oracle.excused_refunds(), 1);
    // The line of that refund may be taken for the next one's.
    let own = Line { at: 70_000, origin: Some(REFUND), ..line.clone() };
    let (next, both) = (made(10, &before, &own), of(&[&line, &own]));
    assert_eq!(rule(Oracle::default().wrote(0, &next, &both)), 3);
    oracle.wrote(0, &next, &both).unwrap();
    assert_eq!(oracle.excused_refunds(), 2);
}
