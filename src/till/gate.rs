//! Lets bills move to the archive only while no other call is in progress. A call reads a bill in several
//! steps; it would miss what moved between two of them, and take a refund that was made for one that was not.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex};
use crate::sys::process::Home;

/// How often it is seen whether the others have left. To announce it would cost each call a system call.
const LOOK: Duration = Duration::from_millis(2);

/// The calls in progress.
#[derive(Default)]
pub struct Gate {
    state: Mutex<State>,
    opened: Condvar,
    home: Home,
}

#[derive(Default)]
struct State {
    inside: usize,
    is_shut: bool,
}

/// A call in progress, until it is dropped.
pub struct Inside(Arc<Gate>);

/// Opens the gate when it is dropped.
struct Shut<'a>(&'a Gate);

impl Gate {
    /// Begins a call; waits while bills move.
    pub fn enter(self: &Arc<Self>) -> Inside {
        let mut state = self.state.lock();
        while state.is_shut {
            state = self.opened.wait_timeout(state, LOOK);
        }
        state.inside += 1;
        Inside(self.clone())
    }

    /// Does the work of a call while no other one is in progress, and none can begin. `None` if others were
    /// in progress until the limit.
    pub fn alone<T>(&self, limit: Duration, work: impl FnOnce() -> T) -> Option<T> {
        let until = Instant::now() + limit;
        let shut = loop {
            if let Some(shut) = self.shut() {
                break shut;
            }
            if Instant::now() >= until {
                return None;
            }
            thread::sleep(LOOK);
        };
        let done = work();
        drop(shut);
        Some(done)
    }

    fn shut(&self) -> Option<Shut<'_>> {
        let mut state = self.state.lock();
        if state.is_shut || state.inside > 1 {
            return None;
        }
        state.is_shut = true;
        Some(Shut(self))
    }
}

impl Drop for Inside {
    /// In a child that was forked in the middle of the call, nobody waits for it; and the lock may be held by
    /// a thread that the child does not have.
    fn drop(&mut self) {
        if self.0.home.is_here() {
            self.0.state.lock().inside -= 1;
        }
    }
}

impl Drop for Shut<'_> {
    fn drop(&mut self) {
        if self.0.home.is_here() {
            self.0.state.lock().is_shut = false;
            self.0.opened.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_alone_only_while_the_others_are_outside() {
        let gate = Arc::new(Gate::default());
        let own = gate.enter();
        let other = gate.enter();
        assert_eq!(gate.alone(Duration::ZERO, || 1), None);
        drop(other);
        thread::scope(|scope| {
            let done = gate.alone(Duration::ZERO, || {
                let late = scope.spawn(|| drop(gate.enter()));
                assert!(gate.alone(Duration::ZERO, || ()).is_none());
                thread::yield_now();
                assert!(!late.is_finished());
                2
            });
            assert_eq!(done, Some(2));
        });
        drop(own);
        assert_eq!(gate.alone(Duration::ZERO, || 3), Some(3));
    }
}
