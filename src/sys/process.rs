//! The process that the library runs in, which on Unix can fork. A child has a copy of everything but the
//! threads: files that the parent writes, connections that the parent uses, and locks that nobody there will
//! ever release. So the library starts afresh in a child and leaves what it inherited as it is.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

#[cfg(unix)]
pub use unix::{Inside, LetGo, enter, generation};

/// A value of which each process has its own: a child makes a new one. What the parent had is neither used
/// nor freed, for a thread that does not exist in the child may have been about to change it.
pub struct PerProcess<T> {
    made: AtomicPtr<Made<T>>,
    make: fn() -> T,
}

struct Made<T> {
    generation: u32,
    value: T,
}

impl<T: Send + Sync> PerProcess<T> {
    /// A value that is made when it is first used.
    pub const fn new(make: fn() -> T) -> Self {
        Self { made: AtomicPtr::new(ptr::null_mut()), make }
    }

    /// This process's value. Takes no lock, so that it cannot hang in a child.
    pub fn get(&'static self) -> &'static T {
        let generation = generation();
        loop {
            let seen = self.made.load(Ordering::Acquire);
            // SAFETY: a pointer that was stored below is never freed or changed.
            if let Some(made) = unsafe { seen.as_ref() }
                && made.generation == generation
            {
                return &made.value;
            }
            let fresh = Box::into_raw(Box::new(Made { generation, value: (self.make)() }));
            let stored = self.made.compare_exchange(seen, fresh, Ordering::AcqRel, Ordering::Acquire);
            if stored.is_err() {
                // SAFETY: nobody else has seen this one.
                drop(unsafe { Box::from_raw(fresh) });
            }
        }
    }
}

/// The process that something belongs to. A child that was forked in the middle of a call, by a signal
/// handler or the log callback, goes on with that call and has everything that belongs to its parent.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    generation: u32,
}

impl Home {
    /// This process.
    pub fn here() -> Self {
        Self { generation: generation() }
    }

    /// Whether this process is it, and not a child of it.
    pub fn is_here(self) -> bool {
        self.generation == generation()
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::here()
    }
}

/// A value that is freed only in the process that made it. In a child it leaks: freeing it would change files
/// that the parent is using. On Unix, a fork waits until it is freed.
pub struct Owned<T> {
    value: ManuallyDrop<T>,
    home: Home,
}

impl<T> Owned<T> {
    /// A value of this process.
    pub fn new(value: T) -> Self {
        Self { value: ManuallyDrop::new(value), home: Home::here() }
    }

    /// The process that made it.
    pub const fn home(&self) -> Home {
        self.home
    }
}

impl<T> Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if self.home.is_here() {
            let _inside = enter();
            // SAFETY: dropped once, here, and not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}

/// A program of Windows cannot fork.
#[cfg(not(unix))]
pub const fn generation() -> u32 {
    1
}

/// Nothing to wait for.
#[cfg(not(unix))]
pub struct Inside;

/// Nothing to wait for.
#[cfg(not(unix))]
pub const fn enter() -> Inside {
    Inside
}

#[cfg(unix)]
mod unix {
    use std::ffi::c_int;
    use std::os::fd::AsRawFd;
    use std::process;
    use std::ptr;
    use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    /// The generation, and the process that has it.
    static STATE: AtomicU64 = AtomicU64::new(0);

    /// Threads that are inside code with locks of its own.
    static INSIDE: AtomicUsize = AtomicUsize::new(0);
    /// Threads that are about to fork.
    static FORKING: AtomicU32 = AtomicU32::new(0);
    /// How long a fork waits for the threads inside, in ms. The host forks, so it cannot wait for ever.
    const PATIENCE_MS: u32 = 1_000;

    /// The most files that a child lets go; it keeps those beyond until it ends.
    const FILES: usize = 256;
    /// Each file that a child lets go, plus one; 0 for none.
    static LET_GO: [AtomicI32; FILES] = [const { AtomicI32::new(0) }; FILES];

    unsafe extern "C" {
        // The libc crate does not declare it for every system that has it.
        fn pthread_atfork(
            prepare: Option<unsafe extern "C" fn()>,
            parent: Option<unsafe extern "C" fn()>,
            child: Option<unsafe extern "C" fn()>,
        ) -> c_int;
    }

    /// A page that the system empties in each child, however that was made. Whoever finds its own generation
    /// in it is in the process that wrote it, and needs no system call to know. Null before the first call.
    static PAGE: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());

    /// In place of the page on systems that have none: it stays empty.
    static NO_PAGE: AtomicU32 = AtomicU32::new(0);

    /// Counts the forks between the process that loaded the library and this one, starting at 1.
    pub fn generation() -> u32 {
        let (generation, _) = parts(STATE.load(Ordering::Acquire));
        if generation != 0 && marked() == generation {
            return generation;
        }
        let generation = generation_by_id();
        mark(generation);
        generation
    }

    /// The same by the process id, which takes a system call.
    fn generation_by_id() -> u32 {
        let id = process::id();
        loop {
            let state = STATE.load(Ordering::Acquire);
            let (generation, of) = parts(state);
            if of == id && generation != 0 {
                return generation;
            }
            // The first call; or a child that was made without fork(), by a bare system call.
            if STATE
                .compare_exchange(state, whole(generation + 1, id), Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
            {
                watch_forks();
            }
        }
    }

    /// The generation in the page; 0 if there is none.
    fn marked() -> u32 {
        // SAFETY: null, or a page that is never unmapped.
        unsafe { PAGE.load(Ordering::Acquire).as_ref() }.map_or(0, |page| page.load(Ordering::Acquire))
    }

    fn mark(generation: u32) {
        let page = match PAGE.load(Ordering::Acquire) {
            page if page.is_null() => {
                let made = emptied_in_children().unwrap_or((&raw const NO_PAGE).cast_mut());
                // Another thread may have been quicker; its page serves as well, and this one is left.
                let stored = PAGE.compare_exchange(page, made, Ordering::AcqRel, Ordering::Acquire);
                stored.map_or_else(|theirs| theirs, |_| made)
            }
            page => page,
        };
        if !ptr::eq(page, &NO_PAGE) {
            // SAFETY: a page that is never unmapped.
            unsafe { page.as_ref() }.into_iter().for_each(|page| page.store(generation, Ordering::Release));
        }
    }

    /// Linux has such pages since 4.14.
    #[cfg(target_os = "linux")]
    fn emptied_in_children() -> Option<*mut AtomicU32> {
        const SIZE: usize = 4096;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: new memory, at an address that the system chooses.
        let page = unsafe {
            libc::mmap(ptr::null_mut(), SIZE, access, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
        };
        if page == libc::MAP_FAILED {
            return None;
        }
        // SAFETY: the memory is that of the call above.
        let done = unsafe { libc::madvise(page, SIZE, libc::MADV_WIPEONFORK) };
        if done == 0 {
            return Some(page.cast());
        }
        // SAFETY: the memory is that of the call above, and nobody uses it.
        unsafe { libc::munmap(page, SIZE) };
        None
    }

    /// Other systems have none.
    #[cfg(not(target_os = "linux"))]
    const fn emptied_in_children() -> Option<*mut AtomicU32> {
        None
    }

    const fn parts(state: u64) -> (u32, u32) {
        ((state >> 32) as u32, state as u32)
    }

    const fn whole(generation: u32, id: u32) -> u64 {
        (generation as u64) << 32 | id as u64
    }

    fn watch_forks() {
        static WATCHED: AtomicBool = AtomicBool::new(false);
        if !WATCHED.swap(true, Ordering::AcqRel) {
            // SAFETY: the three functions live as long as the process: the library is never unloaded. Without
            // memory for them, a child is noticed by its process id alone.
            unsafe { pthread_atfork(Some(before), Some(after_in_parent), Some(after_in_child)) };
        }
    }

    unsafe extern "C" fn before() {
        FORKING.fetch_add(1, Ordering::SeqCst);
        for _ in 0..PATIENCE_MS {
            if INSIDE.load(Ordering::SeqCst) == 0 {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    unsafe extern "C" fn after_in_parent() {
        FORKING.fetch_sub(1, Ordering::SeqCst);
    }

    /// Only what is allowed between fork() and exec(): no lock, no memory.
    unsafe extern "C" fn after_in_child() {
        let (generation, _) = parts(STATE.load(Ordering::Acquire));
        STATE.store(whole(generation + 1, process::id()), Ordering::Release);
        INSIDE.store(0, Ordering::SeqCst);
        FORKING.store(0, Ordering::SeqCst);
        for slot in &LET_GO {
            let file = slot.swap(0, Ordering::AcqRel) - 1;
            if file >= 0 {
                // SAFETY: an open file that nothing in this child uses or closes, see [`LetGo`]. Its lock
                // then belongs to the parent alone, which may end before this process does.
                unsafe { libc::close(file) };
            }
        }
    }

    /// Has the children of this process let a file go, as long as this lives. It is made and dropped inside
    /// ([`enter`]), together with the opening and the closing of the file, and the file is
    /// [owned](super::Owned), so that a child does not close it again.
    pub struct LetGo {
        slot: Option<&'static AtomicI32>,
        number: c_int,
        generation: u32,
    }

    impl LetGo {
        /// Lets this file go in each child that is made from now on.
        pub fn in_children(file: &impl AsRawFd) -> Self {
            let number = file.as_raw_fd() + 1;
            let is_ours = |slot: &&AtomicI32| {
                slot.compare_exchange(0, number, Ordering::AcqRel, Ordering::Acquire).is_ok()
            };
            Self { generation: generation(), slot: LET_GO.iter().find(is_ours), number }
        }
    }

    impl Drop for LetGo {
        fn drop(&mut self) {
            if let Some(slot) = self.slot
                && self.generation == generation()
            {
                let _ = slot.compare_exchange(self.number, 0, Ordering::AcqRel, Ordering::Acquire);
            }
        }
    }

    /// A thread inside code with locks of its own, such as SQLite: a fork waits until it has left, so that
    /// the child finds those locks free.
    pub struct Inside {
        generation: u32,
    }

    /// Enters such code. Must not be nested: a fork would wait for the outer one.
    pub fn enter() -> Inside {
        let generation = generation();
        loop {
            INSIDE.fetch_add(1, Ordering::SeqCst);
            if FORKING.load(Ordering::SeqCst) == 0 {
                return Inside { generation };
            }
            INSIDE.fetch_sub(1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(1));
        }
    }

    impl Drop for Inside {
        fn drop(&mut self) {
            // In a child, the count began again.
            if self.generation == generation() {
                INSIDE.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_in_a_process() {
        static VALUE: PerProcess<String> = PerProcess::new(|| "made".to_owned());
        let first = VALUE.get();
        assert!(ptr::eq(first, VALUE.get()));
        assert_eq!(first, "made");
    }
    /// Also one that the C library does not know about.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_child_is_another_process_however_it_was_made() {
        let here = generation();
        for _ in 0..2 {
            assert_eq!(generation(), here);
        }
        // SAFETY: a plain fork by its system call; the child only reads, and ends at once.
        let child = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) };
        if child == 0 {
            let seen = [generation(), generation()];
            // SAFETY: it ends the child without running anything of the parent's.
            unsafe { libc::_exit(i32::from(seen != [here + 1; 2])) };
        }
        let mut status = -1;
        // SAFETY: it waits for the child that was made above, and writes to `status`.
        unsafe { libc::waitpid(libc::pid_t::try_from(child).unwrap(), &raw mut status, 0) };
        assert_eq!((status, generation()), (0, here));
    }
}
