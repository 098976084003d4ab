//! The clocks of a till as functions of the world's time.

use crate::Ms;

/// The two clocks of a machine. The monotonic clock restarts with each process, may drift, and stands still
/// while the machine sleeps; the wall clock may show anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clock {
    started: Ms,
    /// Drift in thousandths: how much the clock gains, or loses if negative.
    drift: i64,
    slept: Ms,
    wall: i64,
}

impl Clock {
    /// Starts a clock at a moment of the world.
    pub const fn new(drift: i64) -> Self {
        Self { started: 0, drift, slept: 0, wall: 1_531_212_165_000 }
    }

    /// Restarts the monotonic clock for a new process.
    pub const fn restart(&mut self, now: Ms) {
        self.started = now;
        self.slept = 0;
    }

    /// Suspends the machine for this long.
    pub const fn sleep(&mut self, ms: Ms) {
        self.slept += ms;
    }

    /// Sets the wall clock forward or back.
    pub const fn step_wall(&mut self, by: i64) {
        self.wall = self.wall.saturating_add(by);
    }

    /// Returns what the monotonic clock shows.
    pub fn monotonic(&self, now: Ms) -> Ms {
        let run = now.saturating_sub(self.started).saturating_sub(self.slept);
        run.saturating_add_signed((run as i64).saturating_mul(self.drift) / 1_000)
    }

    /// Returns when the monotonic clock will show a time if the machine does not sleep; never too early.
    pub fn when(&self, monotonic: Ms) -> Ms {
        let run = (monotonic as i128 * 1_000) / (1_000 + self.drift as i128) + 1;
        self.started.saturating_add(self.slept).saturating_add(run as Ms)
    }

    /// Returns what the wall clock shows.
    pub const fn wall(&self, now: Ms) -> i64 {
        self.wall.saturating_add(now as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_reached_when_it_was_said_to_be() {
        for drift in [-40, -1, 0, 1, 40] {
            let mut clock = Clock::new(drift);
            clock.restart(5_000);
            clock.sleep(700);
            for monotonic in [0, 1, 999, 60_000, 7_200_000] {
                let at = clock.when(monotonic);
                assert!((monotonic..=monotonic + 3).contains(&clock.monotonic(at)), "{drift} {monotonic}");
            }
        }
    }
}
