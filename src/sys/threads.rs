//! Threads as a host treats them: it handles signals on its own, cancels threads, or ends them in the middle
//! of a call.

use std::io;
use std::thread::{self, JoinHandle};

/// The stack of the library's own threads, in bytes. Set explicitly: an environment variable of the host can
/// change Rust's default.
const STACK: usize = 1 << 20;

/// Starts a thread of the library's own. It receives no asynchronous signal: the host's handlers run on the
/// host's threads, whose state they know, and writing to a closed pipe is an error, not the end of the host.
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    // The new thread inherits the mask.
    #[cfg(unix)]
    let _blocked = unix::Blocked::begin();
    thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(move || {
        let _uncancellable = Uncancellable::begin();
        work()
    })
}

/// Runs work that needs much stack on a thread of the library's own and waits for it. If there is no thread,
/// the caller's stack has to do.
pub fn on_own_stack<T: Send>(work: impl Fn() -> T + Sync) -> T {
    thread::scope(|scope| {
        let started = {
            #[cfg(unix)]
            let _blocked = unix::Blocked::begin();
            let thread = thread::Builder::new().name("wsy-stack".to_owned()).stack_size(STACK);
            thread.spawn_scoped(scope, &work)
        };
        match started {
            Ok(started) => started.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)),
            Err(_) => work(),
        }
    })
}

#[cfg(target_os = "linux")]
pub use linux::{Thread, Uncancellable};
#[cfg(windows)]
pub use windows::Thread;

/// Only Linux can cancel a thread at a blocking call.
#[cfg(not(target_os = "linux"))]
pub struct Uncancellable;

#[cfg(not(target_os = "linux"))]
impl Uncancellable {
    /// Nothing to defer.
    pub const fn begin() -> Self {
        Self
    }
}

/// A thread, which is taken to live: this system has no way to find out.
#[cfg(not(any(target_os = "linux", windows)))]
pub struct Thread;

#[cfg(not(any(target_os = "linux", windows)))]
impl Thread {
    /// The calling thread.
    pub fn current() -> Self {
        Self
    }

    /// Returns whether it still exists.
    pub fn is_alive(&self) -> bool {
        true
    }
}

#[cfg(unix)]
mod unix {
    use std::mem::MaybeUninit;

    /// Signals that a thread raises by its own fault. Blocking them would end the process without a trace.
    const OWN_FAULTS: [libc::c_int; 6] =
        [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGABRT];

    /// Signals by which a runtime stops a thread that has called back into it: Mono waits for ever for one
    /// that does not take them. Nothing else sends them to a thread of ours.
    #[cfg(target_os = "linux")]
    fn of_runtimes() -> impl Iterator<Item = libc::c_int> {
        (libc::SIGRTMIN()..=libc::SIGRTMAX()).chain([libc::SIGPWR, libc::SIGXCPU])
    }

    /// Other systems stop threads without signals.
    #[cfg(not(target_os = "linux"))]
    fn of_runtimes() -> impl Iterator<Item = libc::c_int> {
        std::iter::empty()
    }

    /// Asynchronous signals are blocked on this thread until it is dropped, but those of runtimes.
    pub struct Blocked(libc::sigset_t);

    impl Blocked {
        pub fn begin() -> Self {
            let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
            // SAFETY: it fills the set, which is ours.
            unsafe { libc::sigfillset(all.as_mut_ptr()) };
            for signal in OWN_FAULTS.into_iter().chain(of_runtimes()) {
                // SAFETY: the set is filled.
                unsafe { libc::sigdelset(all.as_mut_ptr(), signal) };
            }
            // SAFETY: the first set is filled, and the second is ours; a mask can always be set.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
            // SAFETY: the call above has written it.
            Self(unsafe { before.assume_init() })
        }
    }

    impl Drop for Blocked {
        fn drop(&mut self) {
            // SAFETY: the set is the mask from before, which is only read.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, std::ptr::null_mut()) };
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::Cell;
    use std::ffi::c_int;
    use std::fs;

    use crate::sys::process::Home;

    unsafe extern "C" {
        fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }

    const PTHREAD_CANCEL_DISABLE: c_int = 1;

    /// Defers a cancellation of this thread until this is dropped. It would otherwise unwind the thread at
    /// some blocking call, in the middle of a payment, and end the process.
    pub struct Uncancellable(c_int);

    impl Uncancellable {
        /// Defers cancellation from here on.
        pub fn begin() -> Self {
            let mut before = 0;
            // SAFETY: the state is a valid one, and `before` is ours.
            unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &mut before) };
            Self(before)
        }
    }

    impl Drop for Uncancellable {
        fn drop(&mut self) {
            // SAFETY: the state is the one from before; where the old one goes may be null on Linux.
            unsafe { pthread_setcancelstate(self.0, std::ptr::null_mut()) };
        }
    }

    /// A thread of this process.
    #[derive(Clone, Copy)]
    pub struct Thread {
        number: libc::c_long,
        /// When it was started, in ticks since the system was; `None` where the system does not say. The
        /// number alone may be used again.
        started: Option<u64>,
    }

    thread_local! {
        /// This thread, and the process in which it has that number.
        static CURRENT: Cell<Option<(Thread, Home)>> = const { Cell::new(None) };
    }

    impl Thread {
        /// The calling thread.
        pub fn current() -> Self {
            if let Some((thread, home)) = CURRENT.get()
                && home.is_here()
            {
                return thread;
            }
            // SAFETY: it has no arguments and cannot fail.
            let number = unsafe { libc::syscall(libc::SYS_gettid) };
            let thread = Self { number, started: started(number) };
            CURRENT.set(Some((thread, Home::here())));
            thread
        }

        /// Returns whether it still exists.
        pub fn is_alive(&self) -> bool {
            // SAFETY: it has no arguments and cannot fail.
            let process = unsafe { libc::getpid() };
            // SAFETY: the call takes three numbers; signal 0 is only checked and never sent.
            let is_there = unsafe { libc::syscall(libc::SYS_tgkill, process, self.number, 0) == 0 };
            let is_another = || {
                let now = started(self.number);
                self.started.is_some() && now.is_some() && now != self.started
            };
            is_there && !is_another()
        }
    }

    /// When a thread of this process was started.
    fn started(number: libc::c_long) -> Option<u64> {
        let stat = fs::read_to_string(format!("/proc/self/task/{number}/stat")).ok()?;
        of_stat(&stat)
    }

    /// Field 22, counted from behind the name, which may hold blanks and brackets.
    fn of_stat(stat: &str) -> Option<u64> {
        let (_, fields) = stat.rsplit_once(')')?;
        fields.split_ascii_whitespace().nth(19)?.parse().ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_number_that_is_used_again_is_another_thread() {
            let here = Thread::current();
            assert!(here.started.is_some() && here.is_alive());
            let before = here.started.map(|started| started - 1);
            assert!(!Thread { started: before, ..here }.is_alive());
            assert!(Thread { started: None, ..here }.is_alive());
            let stat = "7 (a ) (b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
            assert_eq!(of_stat(stat), Some(4711));
            assert_eq!(of_stat("7 (a) S 1"), None);
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

    use windows_sys::Win32::Foundation::{DUPLICATE_SAME_ACCESS, DuplicateHandle, HANDLE, WAIT_OBJECT_0};
    use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetCurrentThread, WaitForSingleObject};

    /// A thread of this process. `None` inside if Windows gave no handle; it is then taken to live.
    pub struct Thread(Option<OwnedHandle>);

    impl Thread {
        /// The calling thread.
        pub fn current() -> Self {
            // SAFETY: it has no arguments, and returns a constant that stands for this process.
            let process = unsafe { GetCurrentProcess() };
            // SAFETY: it has no arguments, and returns a constant that stands for this thread.
            let this = unsafe { GetCurrentThread() };
            let mut handle = HANDLE::default();
            // SAFETY: the first three stand for this process and thread, and `handle` is ours.
            let done =
                unsafe { DuplicateHandle(process, this, process, &mut handle, 0, 0, DUPLICATE_SAME_ACCESS) };
            // SAFETY: the handle is a new one, which nobody else closes.
            Self((done != 0).then(|| unsafe { OwnedHandle::from_raw_handle(handle) }))
        }

        /// Returns whether it still runs.
        pub fn is_alive(&self) -> bool {
            self.0.as_ref().is_none_or(|handle| {
                // SAFETY: the handle is open; the call returns at once.
                let ended = unsafe { WaitForSingleObject(handle.as_raw_handle(), 0) };
                ended != WAIT_OBJECT_0
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_thread_is_alive_until_it_has_ended() {
        let (tell, told) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let thread = spawn("a thread", move || {
            tell.send(Thread::current()).unwrap();
            let _ = ended.recv();
        });
        let it = told.recv().unwrap();
        assert!(it.is_alive() && Thread::current().is_alive());
        drop(end);
        thread.unwrap().join().unwrap();
        // The system may need a moment after the join.
        while cfg!(any(target_os = "linux", windows)) && it.is_alive() {
            thread::yield_now();
        }
    }

    #[test]
    fn work_on_its_own_stack_returns_its_result() {
        let text = "work".to_owned();
        assert_eq!(on_own_stack(|| text.len()), 4);
    }
}
