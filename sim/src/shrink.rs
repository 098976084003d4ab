//! Shrinks a failing world: leaves out tasks, incidents and faults as long as it still fails.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::faults::Fired;
use crate::plan::Plan;
use crate::world::play;

/// The most worlds that are tried.
const TRIES: u32 = 4_000;

struct Shrinker<F> {
    plan: Plan,
    fails: F,
    tries: u32,
}

/// Returns the smallest plan found that breaks the same rule as this one; `None` if it breaks none.
pub fn smallest(plan: &Plan) -> Option<Plan> {
    let rule = play(plan, false).violation?.rule;
    Some(shrink(plan, |plan| play(plan, false).violation.is_some_and(|violation| violation.rule == rule)))
}

/// Returns the smallest plan found that fails as well.
pub fn shrink(plan: &Plan, fails: impl Fn(&Plan) -> bool) -> Plan {
    let mut shrinker = Shrinker { plan: plan.clone(), fails, tries: 0 };
    loop {
        let before = size(&shrinker.plan);
        shrinker.leave_out(|plan| plan.tasks.len(), |plan, range| drop(plan.tasks.drain(range)));
        shrinker.leave_out(|plan| plan.incidents.len(), |plan, range| drop(plan.incidents.drain(range)));
        shrinker.mute();
        if size(&shrinker.plan) == before || shrinker.tries >= TRIES {
            return shrinker.plan;
        }
    }
}

fn size(plan: &Plan) -> (usize, usize, usize) {
    (plan.tasks.len(), plan.incidents.len(), plan.muted.len())
}

impl<F: Fn(&Plan) -> bool> Shrinker<F> {
    /// Accepts a smaller plan if it still fails.
    fn takes(&mut self, smaller: Plan) -> bool {
        self.tries += 1;
        let fails = (self.fails)(&smaller);
        if fails {
            self.plan = smaller;
        }
        fails
    }

    /// Leaves out halves, quarters, ... and finally single items of a list.
    fn leave_out(&mut self, length: impl Fn(&Plan) -> usize, cut: impl Fn(&mut Plan, Range<usize>)) {
        let mut chunk = length(&self.plan).div_ceil(2);
        while chunk > 0 {
            let mut at = 0;
            while at < length(&self.plan) && self.tries < TRIES {
                let mut smaller = self.plan.clone();
                cut(&mut smaller, at..(at + chunk).min(length(&self.plan)));
                if !self.takes(smaller) {
                    at += chunk;
                }
            }
            chunk /= 2;
        }
    }

    /// Does the same with the faults that fire.
    fn mute(&mut self) {
        let mut fired = self.fired();
        let mut chunk = fired.len().div_ceil(2);
        while chunk > 0 {
            let mut at = 0;
            while at < fired.len() && self.tries < TRIES {
                let mut smaller = self.plan.clone();
                smaller.muted.extend(&fired[at..(at + chunk).min(fired.len())]);
                if self.takes(smaller) {
                    fired = self.fired();
                } else {
                    at += chunk;
                }
            }
            chunk /= 2;
        }
    }

    /// Returns the faults that fire, in the order of time.
    fn fired(&self) -> Vec<Fired> {
        let mut seen = BTreeSet::new();
        play(&self.plan, false).fired.into_iter().filter(|fired| seen.insert(*fired)).collect()
    }
}
