//! The threads inside something that has to wait until they have left, such as the calls on a client. A
//! thread that the host has ended meanwhile will never leave, and is not waited for.

use std::sync::MutexGuard;
use std::thread;
use std::time::Duration;

use crate::sync::Mutex;
use crate::sys::process::Home;
use crate::sys::threads::Thread;

/// How often a thread that is waited for is looked at: nobody announces that it was ended, and to announce
/// that it has left would cost each call a system call.
const LOOK: Duration = Duration::from_millis(2);

/// Who is inside.
#[derive(Default)]
pub struct Presence {
    inside: Mutex<Inside>,
    home: Home,
}

#[derive(Default)]
struct Inside {
    next: u64,
    /// Each entry with its thread; without one that is still to be started.
    threads: Vec<(u64, Option<Thread>)>,
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
    /// The list; `None` if a thread was ended while it held it.
    fn inside(&self) -> Option<MutexGuard<'_, Inside>> {
        self.inside.lock_patiently()
    }

    /// Notes that the calling thread is inside; `None` once it is shut.
    pub fn enter(&self) -> Option<u64> {
        self.add(Some(Thread::current()))
    }

    /// Notes that a thread will be inside that is about to be started, and will say that it
    /// [is](Self::move_here). Whoever starts it may end before.
    pub fn expect(&self) -> Option<u64> {
        self.add(None)
    }

    fn add(&self, thread: Option<Thread>) -> Option<u64> {
        let mut inside = self.inside()?;
        if inside.is_shut {
            return None;
        }
        let entry = inside.next;
        inside.next += 1;
        inside.threads.push((entry, thread));
        Some(entry)
    }

    /// Notes that the holder of an entry is now the calling thread.
    pub fn move_here(&self, entry: u64) {
        let here = Thread::current();
        if let Some(mut inside) = self.inside()
            && let Some((_, thread)) = inside.threads.iter_mut().find(|(known, _)| *known == entry)
        {
            *thread = Some(here);
        }
    }

    /// Notes that the holder of an entry has left. In a child that was forked inside, nobody waits for it.
    pub fn leave(&self, entry: u64) {
        if !self.home.is_here() {
            return;
        }
        if let Some(mut inside) = self.inside() {
            inside.threads.retain(|(known, _)| *known != entry);
        }
    }

    /// Lets nobody enter any more.
    pub fn shut(&self) {
        if let Some(mut inside) = self.inside() {
            inside.is_shut = true;
        }
    }

    /// Returns who is inside now.
    pub fn state(&self) -> State {
        let Some(inside) = self.inside() else { return State::OnlyEnded };
        match inside.threads.as_slice() {
            [] => State::Empty,
            threads if threads.iter().any(|(_, thread)| is_alive(thread.as_ref())) => State::Busy,
            _ => State::OnlyEnded,
        }
    }

    /// Waits a moment.
    pub fn wait_a_moment() {
        thread::sleep(LOOK);
    }

    /// Waits until nobody who will leave is inside.
    pub fn wait(&self) {
        while self.state() == State::Busy {
            Self::wait_a_moment();
        }
    }
}

fn is_alive(thread: Option<&Thread>) -> bool {
    thread.is_none_or(Thread::is_alive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_expected_is_waited_for() {
        let here = Presence::default();
        let entry = std::thread::scope(|scope| scope.spawn(|| here.expect().unwrap()).join().unwrap());
        assert_eq!(here.state(), State::Busy);
        here.move_here(entry);
        assert_eq!(here.state(), State::Busy);
        here.leave(entry);
        assert_eq!(here.state(), State::Empty);
    }

    #[test]
    fn who_was_ended_inside_is_not_waited_for() {
        let here = Presence::default();
        let entry = std::thread::scope(|scope| scope.spawn(|| here.enter().unwrap()).join().unwrap());
        // The thread has not left, and is gone.
        while cfg!(target_os = "linux") && here.state() == State::Busy {
            Presence::wait_a_moment();
        }
        here.move_here(entry);
        assert_eq!(here.state(), State::Busy);
        here.shut();
        assert_eq!(here.enter(), None);
        here.leave(entry);
        assert_eq!(here.state(), State::Empty);
        here.wait();
    }

    #[test]
    fn who_was_ended_while_it_entered_holds_up_nobody_for_good() {
        let here = Presence::default();
        std::mem::forget(here.inside.lock());
        assert_eq!(here.state(), State::OnlyEnded);
        here.wait();
        Presence::wait_a_moment();
        assert_eq!(here.enter(), None);
    }
}
