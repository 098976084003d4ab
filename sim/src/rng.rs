//! Random numbers from a seed, in two forms: a sequence of draws for making a plan, and draws that belong to
//! a named occasion, so that leaving one thing out does not change all the others.

use crate::hash::mix;

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sequence of draws.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// Starts the sequence of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(mix(seed ^ STEP))
    }

    /// Draws a number below `n`, which must not be zero.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        scale(mix(self.0), n)
    }

    /// Draws a number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// Returns true with a probability of `percent`.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Picks one of several.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() {
            return None;
        }
        let at = self.below(from.len() as u64);
        usize::try_from(at).ok().and_then(|at| from.get(at)).copied()
    }
}

/// Draws a number below `n` for an occasion.
pub const fn draw(seed: u64, occasion: u64, n: u64) -> u64 {
    scale(mix(mix(seed ^ STEP).wrapping_add(occasion.wrapping_mul(STEP))), n)
}

const fn scale(random: u64, n: u64) -> u64 {
    ((random as u128 * n as u128) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_are_even_and_belong_to_their_occasion() {
        let mut rng = Rng::new(7);
        let mut seen = [0; 6];
        for _ in 0..6_000 {
            seen[rng.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|n| (900..1_100).contains(n)), "{seen:?}");
        assert_eq!(draw(1, 2, 100), draw(1, 2, 100));
        assert!((0..50).any(|occasion| draw(1, occasion, 100) != draw(2, occasion, 100)));
    }
}
