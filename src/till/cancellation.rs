//! A running call as other threads see it: whether it was cancelled, and its progress.

use std::time::Duration;

use crate::driver::Progress;
use crate::payment::{Millis, Stage};
use crate::sync::{Condvar, Mutex};
use crate::till::clock;

/// Shared by the thread that runs the call and those that watch it.
#[derive(Debug)]
pub struct CancellationToken {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    cancelled: bool,
    progress: Progress,
}

impl Default for CancellationToken {
    fn default() -> Self {
        let progress = Progress::Payment { stage: Stage::Sending, deadline: clock::monotonic(), said: None };
        Self { state: Mutex::new(State { cancelled: false, progress }), changed: Condvar::new() }
    }
}

impl CancellationToken {
    /// Asks the call to stop waiting.
    pub fn cancel(&self) {
        self.state.lock().cancelled = true;
        self.changed.notify_all();
    }

    /// Returns whether the call was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.state.lock().cancelled
    }

    /// Returns the call's progress.
    pub fn progress(&self) -> Progress {
        self.state.lock().progress.clone()
    }

    /// Publishes the call's progress.
    pub fn publish(&self, progress: Progress) {
        self.state.lock().progress = progress;
    }

    /// Sleeps until `until`, or until the call is cancelled.
    pub fn sleep_until(&self, until: Millis) {
        let mut state = self.state.lock();
        while !state.cancelled {
            let left = until.saturating_sub(clock::monotonic());
            if left == 0 {
                return;
            }
            state = self.changed.wait_timeout(state, Duration::from_millis(left));
        }
    }
}
