//! The threads inside something that has to wait until they have left, such as the calls on a client. A
//! thread that the host has ended meanwhile will never leave, and is not waited for.

use std::time::Duration;

use crate::sync::{Condvar, Mutex};
use crate::sys::threads::Thread;

/// How often a thread that is waited for is looked at: nobody announces that it was ended.
const LOOK: Duration = Duration::from_millis(5);

/// Who is inside.
#[derive(Default)]
pub struct Presence {
    inside: Mutex<Inside>,
    left: Condvar,
}

#[derive(Default)]
struct Inside {
    next: u64,
    threads: Vec<(u64, Thread)>,
    is_shut: bool,
}

/// The result of [`Presence::state`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody is inside.
    Empty,
    /// Only threads are inside that no longer exist.
    OnlyEnded,
    /// Somebody will leave.
    Busy,
}

impl Presence {
    /// Notes that the calling thread is inside; `None` once it is shut.
    pub fn enter(&self) -> Option<u64> {
        let mut inside = self.inside.lock();
        if inside.is_shut {
            return None;
        }
        let entry = inside.next;
        inside.next += 1;
        inside.threads.push((entry, Thread::current()));
        Some(entry)
    }

    /// Notes that the holder of an entry is now the calling thread.
    pub fn move_here(&self, entry: u64) {
        let mut inside = self.inside.lock();
        if let Some((_, thread)) = inside.threads.iter_mut().find(|(known, _)| *known == entry) {
            *thread = Thread::current();
        }
    }

    /// Notes that the holder of an entry has left.
    pub fn leave(&self, entry: u64) {
        self.inside.lock().threads.retain(|(known, _)| *known != entry);
        self.left.notify_all();
    }

    /// Lets nobody enter any more.
    pub fn shut(&self) {
        self.inside.lock().is_shut = true;
    }

    /// Returns who is inside now.
    pub fn state(&self) -> State {
        let inside = self.inside.lock();
        match inside.threads.as_slice() {
            [] => State::Empty,
            threads if threads.iter().any(|(_, thread)| thread.is_alive()) => State::Busy,
            _ => State::OnlyEnded,
        }
    }

    /// Waits a moment, or until somebody leaves.
    pub fn wait_a_moment(&self) {
        let inside = self.inside.lock();
        drop(self.left.wait_timeout(inside, LOOK));
    }

    /// Waits until nobody who will leave is inside.
    pub fn wait(&self) {
        while self.state() == State::Busy {
            self.wait_a_moment();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_ended_inside_is_not_waited_for() {
        let here = Presence::default();
        let entry = std::thread::scope(|scope| scope.spawn(|| here.enter().unwrap()).join().unwrap());
        // The thread has not left, and is gone; another may have its number already.
        while cfg!(target_os = "linux") && here.state() == State::Busy {
            here.wait_a_moment();
        }
        here.move_here(entry);
        assert_eq!(here.state(), State::Busy);
        here.shut();
        assert_eq!(here.enter(), None);
        here.leave(entry);
        assert_eq!(here.state(), State::Empty);
        here.wait();
    }
}
