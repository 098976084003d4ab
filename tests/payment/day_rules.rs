//! Which rows belong to a day, and how reconciling compares with people's decisions.

use wsy::non_empty::{NonEmpty, or_empty};
use wsy::payment::bill::{ChargeState, RefundState};
use wsy::payment::day::{Sums, Totals};
use wsy::payment::reconciliation::{
    AlarmKind, Difference, Kind, against_paid, made_elsewhere, order_differences, sums_of_day,
};
use wsy::payment::refund::Before;
use wsy::payment::row::{ChargeRow, RefundRow, Wallet};
use wsy::protocol::bill::{Bill, Line};

use crate::rows::{DAY, charge, refund};

fn ended(state: ChargeState, day: &str) -> ChargeRow {
    ChargeRow { state, ended_day: NonEmpty::of(day), ended_ms: Some(2), ..charge() }
}

/// Reported as not paid on one day, and found to be paid on another.
fn late(ended_day: &str, late_day: &str) -> ChargeRow {
    ChargeRow { late_day: NonEmpty::of(late_day), ..ended(ChargeState::NotPaid, ended_day) }
}

fn made(state: RefundState, day: &str) -> RefundRow {
    RefundRow { state, ended_day: NonEmpty::of(day), ended_ms: Some(2), ..refund() }
}

fn totals(charges: &[ChargeRow], refunds: &[RefundRow]) -> Totals {
    Totals::of(DAY, charges, refunds)
}

#[test]
fn a_day_adds_up_its_outcomes_by_wallet_cashier_and_state() {
    let by = |operator: &str, row: ChargeRow| ChargeRow { operator_id: operator.to_owned(), ..row };
    let wallet = Wallet { paytype: "alipay".to_owned(), ..Wallet::default() };
    let alipay = ChargeRow { wallet, ..ended(ChargeState::Paid, DAY) };
    let charges = [
        by("7", ended(ChargeState::Paid, DAY)),
        by("8", alipay),
        by("7", ended(ChargeState::NotPaid, DAY)),
        by("7", ended(ChargeState::DecidedPaid, DAY)),
        // Neither an open row, nor one that was never sent, nor another day's outcome.
        charge(),
        ended(ChargeState::NotSent, DAY),
        ended(ChargeState::Paid, "2026-11-23"),
        // A payment that was found later counts for both days.
        late("2026-11-21", DAY),
        late(DAY, "2026-11-23"),
    ];
    let refunds = [
        RefundRow { operator_id: "8".to_owned(), ..made(RefundState::Refunded, DAY) },
        made(RefundState::DecidedNotRefunded, DAY),
        made(RefundState::Conflict, DAY),
        refund(),
    ];
    let totals = totals(&charges, &refunds);
    let sums = |count, paid_fen, refunded_fen| Sums { count, paid_fen, refunded_fen };
    assert_eq!(totals.all, sums(8, 400, 40));
    assert_eq!(totals.wallets["weixin"], sums(7, 300, 40));
    assert_eq!(totals.wallets["alipay"], sums(1, 100, 0));
    assert_eq!(totals.operators["7"], sums(3, 200, 0));
    assert_eq!(totals.operators["8"], sums(2, 100, 40));
    assert_eq!(totals.operators[""], sums(3, 100, 0));
    let states: Vec<_> = totals.states.iter().map(|(state, sums)| (*state, sums.count)).collect();
    let expected = [
        ("decided_not_refunded", 1),
        ("decided_paid", 1),
        ("not_paid", 2),
        ("paid", 2),
        ("paid_late", 1),
        ("refunded", 1),
    ];
    assert_eq!(states, expected);
}

#[test]
fn the_platforms_day_is_that_of_its_own_time() {
    let paid = |ended_day, pay_time: &str| ChargeRow {
        pay_time: NonEmpty::of(pay_time),
        ..ended(ChargeState::Paid, ended_day)
    };
    let charges = [
        paid("2026-11-23", "2026-11-22 23:59:58"),
        paid(DAY, "2026-11-23 00:00:01"),
        // Only the till's own day is known.
        paid(DAY, ""),
        paid("2026-11-23", "?"),
        ended(ChargeState::NotPaid, DAY),
    ];
    let refunds = [
        RefundRow {
            pay_time: NonEmpty::of(format!("{DAY} 10:00:00")),
            ..made(RefundState::Refunded, "2031-01-01")
        },
        made(RefundState::NotRefunded, DAY),
    ];
    assert_eq!(sums_of_day(DAY, &charges, &refunds), (200, 40));
}

#[test]
fn a_payment_that_a_person_decided_as_paid_has_to_be_there() {
    let decided = ended(ChargeState::DecidedPaid, DAY);
    let there = |fen| Difference {
        kind: Kind::Alarm(AlarmKind::PaidThere),
        out_trade_no: NonEmpty::of("B1"),
        charge: Some(1),
        out_refund_no: None,
        dm_id: NonEmpty::of("dm1"),
        here_fen: 0,
        there_fen: fen,
    };
    assert_eq!(against_paid(&decided, Some(there(100))), None);
    let other = against_paid(&decided, Some(there(99))).unwrap();
    assert_eq!((other.kind.word(), other.here_fen, other.there_fen), ("amount_differs", 100, 99));
    let none = against_paid(&decided, None).unwrap();
    assert_eq!((none.kind.word(), none.here_fen, none.there_fen), ("paid_not_there", 100, 0));
}

fn bill(refunds: &[i64]) -> Bill {
    let line = |fen: &i64| Line {
        pay_type: "4".to_owned(),
        total_fen: -fen,
        pay_time: "2026-11-22 10:00:00".to_owned(),
        pay_id: format!("r{fen}"),
        ..Line::default()
    };
    Bill {
        dm_id: "dm1".to_owned(),
        pay_total_fen: 200,
        refunded_fen: refunds.iter().sum(),
        lines: refunds.iter().map(line).collect(),
        ..Bill::default()
    }
}

fn found(refunds: &[RefundRow], shown: &[i64]) -> Vec<Difference> {
    let paid = ChargeRow { total_fen: 200, ..ended(ChargeState::Paid, DAY) };
    order_differences("dm1", Some(&paid), refunds, Some(&bill(shown)))
}

fn kinds(refunds: &[RefundRow], shown: &[i64]) -> Vec<(&'static str, i64, i64, String)> {
    let told = |one: Difference| {
        (one.kind.word(), one.here_fen, one.there_fen, or_empty(&one.out_refund_no).to_owned())
    };
    found(refunds, shown).into_iter().map(told).collect()
}

#[test]
fn a_refund_that_a_person_decided_is_compared_with_the_lines_of_the_bill() {
    let ours = RefundRow { lines: Before::of(&bill(&[30])), ..made(RefundState::Refunded, DAY) };
    let ours = RefundRow { refund_fen: 30, ..ours };
    let made_by_word =
        RefundRow { out_refund_no: "R2".to_owned(), ..made(RefundState::DecidedRefunded, DAY) };
    let rows = [ours.clone(), made_by_word.clone()];
    assert_eq!(kinds(&rows, &[30, 40]), []);
    // Split over several lines.
    assert_eq!(kinds(&rows, &[30, 10, 30]), []);
    assert_eq!(kinds(&rows, &[30]), [("refund_not_there", 70, 30, "R2".to_owned())]);
    assert_eq!(kinds(&rows, &[40]), [("refund_not_there", 70, 40, String::new())]);
    // Somebody else's refund of another amount does not replace it.
    let alarmed = kinds(&rows, &[30, 50]);
    assert_eq!(alarmed[0], ("refund_not_there", 70, 30, "R2".to_owned()));
    assert_eq!(alarmed[1].0, "refunded_elsewhere");
    let paid = ended(ChargeState::Paid, DAY);
    assert_eq!(made_elsewhere(&paid, &rows, &found(&rows, &[30, 50])), None);
    // The excess is recorded, and it is not counted twice.
    let kept = made_elsewhere(&paid, &rows, &found(&rows, &[30, 40, 50])).unwrap();
    assert_eq!(kept.fen, 50);
    let elsewhere =
        RefundRow { out_refund_no: kept.number, refund_fen: 50, ..made(RefundState::Refunded, DAY) };
    let rows = [ours.clone(), made_by_word, elsewhere];
    assert_eq!(kinds(&rows, &[30, 40, 50]), []);
    assert_eq!(kinds(&rows, &[30, 50])[0].0, "refund_not_there");

    let not_made = RefundRow { out_refund_no: "R3".to_owned(), ..made(RefundState::DecidedNotRefunded, DAY) };
    let rows = [ours, not_made];
    assert_eq!(kinds(&rows, &[30]), []);
    let words = |found: Vec<(&'static str, _, _, _)>| found.iter().map(|one| one.0).collect::<Vec<_>>();
    assert_eq!(words(kinds(&rows, &[30, 50])), ["refunded_elsewhere"]);
    let alarmed = kinds(&rows, &[30, 40]);
    assert_eq!(words(alarmed.clone()), ["refunded_elsewhere", "refund_there"]);
    assert_eq!(alarmed[1].3, "R3");
    assert_eq!(made_elsewhere(&paid, &rows, &found(&rows, &[30, 40])).unwrap().fen, 40);
}
