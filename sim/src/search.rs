//! Every order of events in small worlds: one till, two charges that share their number, their code, both or
//! neither, a refund of the first, up to two crashes and three network faults. Each world is explored fully:
//! no state is left out.
//!
//! Time is abstracted to ticks. The machines add the times of their policy to the moments at which things
//! happened, and compare. A policy of a few ticks in the order of the real one (try again = ask again < quiet
//! time < deadline), with everything else free to happen in any tick, has every order of deadlines and events
//! that the real times can have. A request is delivered, or lost, before the quiet time after it is over.
//! While no run is in progress, the clock is reset to zero, since only differences between its times matter.
//! The platform's own time stands still: nothing it says depends on more than the order of events.

mod explore;
mod moves;
mod scenario;
mod settle;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use scenario::{Scenario, large, small};

use crate::oracle::Violation;

/// A shortest path to a broken rule.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The small world.
    pub world: String,
    /// The steps to it.
    pub steps: Vec<String>,
    /// The rule that the last step breaks.
    pub violation: Violation,
}

/// The result of a search.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// How many small worlds were explored.
    pub worlds: usize,
    /// How many states they have.
    pub states: u64,
    /// How many transitions they have.
    pub steps: u64,
    /// How many states are at rest.
    pub ends: u64,
    /// The greatest distance of a state from the start.
    pub depth: u32,
    /// A broken rule, if there is one.
    pub counterexample: Option<Counterexample>,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.states += other.states;
        self.steps += other.steps;
        self.ends += other.ends;
        self.depth = self.depth.max(other.depth);
        if self.counterexample.is_none() {
            self.counterexample = other.counterexample;
        }
    }

    /// Describes the result in words.
    pub fn summary(&self) -> String {
        let sum = format!(
            "{} small worlds explored fully: {} states, {} transitions, {} end states, depth {}",
            self.worlds, self.states, self.steps, self.ends, self.depth
        );
        match &self.counterexample {
            None => sum,
            Some(found) => {
                format!("{sum}\n{}\n  {}\n{}", found.world, found.steps.join("\n  "), found.violation)
            }
        }
    }
}

/// Searches worlds on `threads` threads until a rule is broken in one, and reports the result of each.
pub fn run(worlds: &[Scenario], threads: usize, say: impl Fn(&Scenario, &Found) + Sync) -> Found {
    let (next, sum) = (AtomicUsize::new(0), Mutex::new(Found::default()));
    let work = || {
        while let Some(world) = worlds.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = explore::close(world);
            say(world, &found);
            let Ok(mut sum) = sum.lock() else { return };
            sum.add(found);
            if sum.counterexample.is_some() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
