//! Tests of the simulator itself: that it is deterministic, reaches most faults, and shrinks failures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use wsy_sim::cli;
use wsy_sim::day::{Kind, day};
use wsy_sim::faults::Fault;
use wsy_sim::plan::Plan;
use wsy_sim::platform::Wording;
use wsy_sim::premises::PREMISES;
use wsy_sim::runner::{self, Until};
use wsy_sim::shrink::shrink;
use wsy_sim::world::{Played, play};

fn crashes_and_does_not_know(played: &Played) -> bool {
    played.counts.crashes > 0 && played.counts.unknown > 0
}

#[test]
fn the_same_seed_is_the_same_world() {
    for seed in 0..40 {
        let (one, other) = (play(&Plan::of(seed), false), play(&Plan::of(seed), true));
        assert_eq!(one.hash, other.hash, "seed {seed}");
        assert_eq!(one.counts, other.counts, "seed {seed}");
        assert_eq!(one.fired, other.fired, "seed {seed}");
    }
    let hashes: BTreeSet<u64> = (0..40).map(|seed| play(&Plan::of(seed), false).hash).collect();
    assert_eq!(hashes.len(), 40, "different seeds must give different worlds");
}

#[test]
fn no_world_breaks_a_rule_and_every_kind_of_end_is_seen() {
    let sum = runner::run(1_000_000, Until::Seeds(300), 2);
    assert_eq!(sum.broken, []);
    let counts = sum.counts;
    assert!(counts.payments > 3_000, "{counts:?}");
    for (what, n) in [
        ("paid", counts.paid),
        ("not paid", counts.not_paid),
        ("unknown", counts.unknown),
        ("refunds", counts.refunds),
        ("refused", counts.refused),
        ("crashes", counts.crashes),
    ] {
        assert!(n > 100, "{what} is rare: {counts:?}");
    }
}

#[test]
fn a_quiet_world_is_quiet() {
    let quiet = |seed: &u64| Fault::ALL.iter().all(|fault| Plan::of(*seed).rates.get(*fault) == 0);
    let seeds: Vec<u64> = (0..200).filter(quiet).collect();
    assert!(seeds.len() > 10, "{seeds:?}");
    for seed in seeds {
        let played = play(&Plan::of(seed), false);
        assert_eq!(
            (played.violation, played.counts.crashes, played.fired.len()),
            (None, 0, 0),
            "seed {seed}"
        );
    }
}

#[test]
fn every_fault_fires_somewhere() {
    let mut sum = runner::run(0, Until::Seeds(600), 2);
    // Faults that break the premises fire in few worlds.
    let breaking = (0..).map(Plan::of).filter(|plan| plan.breaks).take(40);
    breaking.for_each(|plan| sum.coverage.add(&play(&plan, false).coverage));
    let never: BTreeSet<&str> = sum.coverage.never().into_iter().map(|(fault, _)| fault.word()).collect();
    let always_missed = Fault::ALL.iter().filter(|fault| {
        let points = wsy_sim::faults::FailPoint::ALL.iter().filter(|point| fault.hits(**point)).count();
        sum.coverage.never().iter().filter(|(missed, _)| missed == *fault).count() == points
    });
    assert_eq!(always_missed.collect::<Vec<_>>(), Vec::<&Fault>::new(), "{never:?}");
}

#[test]
fn a_world_is_made_small() {
    let fails = |plan: &Plan| crashes_and_does_not_know(&play(plan, false));
    let seed = (0..).find(|seed| Plan::of(*seed).tasks.len() > 20 && fails(&Plan::of(*seed))).unwrap();
    let small = shrink(&Plan::of(seed), fails);
    assert!(fails(&small), "the shrunk plan must still fail");
    assert!(small.tasks.len() <= 2, "{:?}", small.tasks);
    let fired = play(&small, false).fired.len();
    assert!(small.incidents.len() + fired <= 5, "{:?}, {fired} faults", small.incidents);
}

#[test]
fn worlds_that_break_the_premises_have_wrong_verdicts_that_are_counted() {
    let breaking: Vec<u64> = (0..4_000).filter(|seed| Plan::of(*seed).breaks).collect();
    assert!((75..200).contains(&breaking.len()), "{}", breaking.len());
    let played: Vec<Played> = breaking.iter().map(|seed| play(&Plan::of(*seed), false)).collect();
    assert!(played.iter().all(|played| played.violation.is_none()));
    let wrong: u64 = played.iter().map(|played| played.counts.wrong).sum();
    assert!(wrong > 3, "{wrong} wrong verdicts");
    let sound = (0..200).filter(|seed| !Plan::of(*seed).breaks);
    assert_eq!(sound.map(|seed| play(&Plan::of(seed), false).counts.wrong).sum::<u64>(), 0);
}

#[test]
fn an_ordinary_day_costs_its_cashiers_what_was_promised() {
    let [document, tables, unlisted] = [Wording::Document, Wording::Tables, Wording::Unlisted].map(day);
    for day in [&document, &tables, &unlisted] {
        assert_eq!(day.broken, None);
        assert!(day.each(Kind::Paid) < 100, "{}", day.summary());
        assert!(day.each(Kind::ResponseLost) < 2_000, "{}", day.summary());
        assert!(day.each(Kind::Refund) < 1_000, "{}", day.summary());
        assert!((120_000..140_000).contains(&day.each(Kind::RequestLost)), "{}", day.summary());
    }
    // A bare 支付失败 of an order that was begun has to be received twice, half a minute apart.
    assert!(document.each(Kind::Declined) < 2_000 && document.each(Kind::DeadCode) < 2_000);
    assert!((30_000..35_000).contains(&document.each(Kind::Cancelled)));
    assert!(tables.each(Kind::Declined) < 2_000);
    assert!((1_000..4_000).contains(&tables.each(Kind::Cancelled)));
    assert!((5_000..8_000).contains(&tables.each(Kind::DeadCode)));
    assert!(unlisted.each(Kind::Declined) < 80_000 && unlisted.each(Kind::DeadCode) < 80_000);
    assert_eq!([document.whole().1, tables.whole().1], [0, 0], "an ordinary day must need no person");
    // Sentences in no table cannot show that an order failed.
    assert_eq!(unlisted.whole().1, 4, "{}", unlisted.summary());
}

#[test]
fn the_premises_stand_in_the_documents() {
    for premise in PREMISES {
        for (text, line) in [
            (include_str!("../../docs/reliability.md"), premise.en),
            (include_str!("../../docs/reliability.zh-CN.md"), premise.zh),
        ] {
            assert!(text.contains(&format!("\n- {line}\n")), "{line}");
        }
    }
}

#[test]
fn seeds_are_read_as_they_are_printed() {
    assert_eq!(cli::number("0x1f"), Some(31));
    assert_eq!(cli::number("31"), Some(31));
    assert_eq!(cli::number("31x"), None);
}
