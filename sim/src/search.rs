//! Every order of events in small worlds: one till, two charges that share their number, their code, both or neither, a
//! refund of the first, up to two crashes and three network faults. Each world is closed: no state is left out.
//!
//! Time is abstracted to ticks. The machines add the times of their policy to the moments at which things happened, and
//! compare; a policy of a few ticks in the order of the real one (try again = ask again < quiet time < deadline), with
//! everything else free to happen in any tick, has every order of deadlines and events that the real times can have. A
//! request is delivered, or lost, before the quiet time after it is over. While no run goes on, the clock is put back to
//! zero, since only differences of its times mean anything. The platform's own time stands still: nothing it says depends
//! on more than the order of events.

mod explore;
mod moves;
mod scenario;
mod settle;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use scenario::{Scenario, large, small};

use crate::oracle::Violation;

/// A shortest way to a broken rule.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// In which small world.
    pub world: String,
    /// What happens, step by step.
    pub steps: Vec<String>,
    /// The rule that is broken at last.
    pub violation: Violation,
}

/// What a search has come to.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// How many small worlds were closed.
    pub worlds: usize,
    /// How many states they have.
    pub states: u64,
    /// How many steps lead from one to another.
    pub steps: u64,
    /// Where everything has come to rest.
    pub ends: u64,
    /// The longest of the shortest ways to a state.
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

    /// In words.
    pub fn told(&self) -> String {
        let sum = format!(
            "{} small worlds closed: {} states, {} steps between them, {} ends, no state more than {} steps away",
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

/// Searches worlds on so many threads until a rule is broken in one, and says what each has come to.
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
