//! Plays many worlds, one at a time on each thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::faults::Coverage;
use crate::oracle::Violation;
use crate::plan::Plan;
use crate::world::{Counts, Played, play};

/// How many worlds to play.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// This many.
    Seeds(u64),
    /// Until this many charges have begun.
    Payments(u64),
    /// Until a rule is broken, but no more than this many.
    Broken(u64),
}

/// The totals of many worlds.
#[derive(Clone, Debug, Default)]
pub struct Sum {
    /// How much happened.
    pub counts: Counts,
    /// Which faults were seen at which points.
    pub coverage: Coverage,
    /// The seeds that broke a rule.
    pub broken: Vec<(u64, Violation)>,
}

/// Plays a seed. A panic is a violation like any other.
pub fn play_seed(seed: u64) -> Played {
    let played = catch_unwind(AssertUnwindSafe(|| play(&Plan::of(seed), false)));
    played.unwrap_or_else(|_| Played {
        counts: Counts::default(),
        hash: 0,
        violation: Some(Violation { rule: 10, text: "a panic; see above".to_owned() }),
        fired: Vec::new(),
        coverage: Coverage::default(),
        waits: Vec::new(),
        persons: Vec::new(),
        trace: Vec::new(),
    })
}

/// Plays seeds starting at `first`.
pub fn run(first: u64, until: Until, threads: usize) -> Sum {
    let (next, payments, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let sum = Mutex::new(Sum::default());
    let work = || {
        let mut mine = Sum::default();
        while !done.load(Ordering::Relaxed) {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if matches!(until, Until::Seeds(seeds) | Until::Broken(seeds) if n >= seeds) {
                break;
            }
            let seed = first.wrapping_add(n);
            let played = play_seed(seed);
            mine.counts.add(&played.counts);
            mine.coverage.add(&played.coverage);
            if let Some(violation) = played.violation {
                mine.broken.push((seed, violation));
                done.fetch_or(matches!(until, Until::Broken(_)), Ordering::Relaxed);
            }
            let so_far = payments.fetch_add(played.counts.payments, Ordering::Relaxed);
            done.fetch_or(matches!(until, Until::Payments(enough) if so_far >= enough), Ordering::Relaxed);
        }
        if let Ok(mut sum) = sum.lock() {
            sum.counts.add(&mine.counts);
            sum.coverage.add(&mine.coverage);
            sum.broken.append(&mut mine.broken);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let mut sum = sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    sum.broken.sort_by_key(|(seed, _)| *seed);
    sum
}
