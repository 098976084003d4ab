//! Breadth-first search through every state, which finds the first broken rule on a shortest path.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::moves::{Move, State};
use super::scenario::Scenario;
use super::settle::settles;
use super::{Counterexample, Found};
use crate::oracle::Violation;

/// Hashes are used as they are: they need no further hashing.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash << 8) | u64::from(*byte));
    }

    fn write_u128(&mut self, n: u128) {
        self.0 = (n >> 64) as u64 ^ n as u64;
    }
}

type Keys = HashSet<u128, BuildHasherDefault<Same>>;

/// How each state was reached: from which state, and by which move.
struct Ways(Vec<(u32, Move)>);

impl Ways {
    fn steps(&self, mut at: u32) -> Vec<Move> {
        let mut steps = Vec::new();
        while let Some((from, action)) = self.0.get(at as usize) {
            steps.push(*action);
            at = *from;
        }
        steps.reverse();
        steps
    }
}

/// Explores every state of a small world.
pub fn close(scenario: &Scenario) -> Found {
    let start = State::of(scenario);
    let (mut known, mut rests) = (Keys::default(), Keys::default());
    known.insert(start.key());
    let mut ways = Ways(Vec::new());
    let mut found = Found { worlds: 1, states: 1, ..Found::default() };
    let mut edge = vec![(start, u32::MAX)];
    while !edge.is_empty() {
        let mut next = Vec::new();
        for (state, at) in edge {
            if state.is_at_rest() && rests.insert(state.rest_key()) {
                found.ends += 1;
                if let Err(violation) = settles(&state, scenario) {
                    found.counterexample = Some(counterexample(scenario, &ways.steps(at), violation));
                    return found;
                }
            }
            for action in state.moves(scenario) {
                found.steps += 1;
                let mut after = state.clone();
                if let Err(violation) = after.make(scenario, action) {
                    let mut steps = ways.steps(at);
                    steps.push(action);
                    found.counterexample = Some(counterexample(scenario, &steps, violation));
                    return found;
                }
                if known.insert(after.key()) {
                    found.states += 1;
                    ways.0.push((at, action));
                    let way = u32::try_from(ways.0.len() - 1).unwrap_or(u32::MAX);
                    next.push((after, way));
                }
            }
        }
        found.depth += u32::from(!next.is_empty());
        edge = next;
    }
    found
}

/// Replays the steps to describe each of them.
fn counterexample(scenario: &Scenario, steps: &[Move], violation: Violation) -> Counterexample {
    let mut state = State::of(scenario);
    let mut described = Vec::with_capacity(steps.len());
    for action in steps {
        described.push(state.describe(*action));
        if state.make(scenario, *action).is_err() {
            break;
        }
    }
    Counterexample { world: scenario.name.clone(), steps: described, violation }
}
