//! Handles: numbers that look like pointers. They are looked up, never dereferenced, so a stale, forged or
//! doubly closed handle gives an error code.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard};

use crate::sync::Mutex;
use crate::sys::process::PerProcess;
use crate::till::code::Code;

/// All kinds share one sequence of numbers, so that a handle of one kind is never valid as another. The first
/// number and the step keep handles apart from small integers that a program may pass by mistake.
static NEXT: AtomicUsize = AtomicUsize::new(FIRST);
/// The first number of this process; those before it are its parent's.
static FLOOR: PerProcess<usize> = PerProcess::new(|| NEXT.load(Ordering::Relaxed));
const FIRST: usize = 0x1_0010;
const STEP: usize = 0x10;
/// So that a handle in a VB6 Long or a Delphi Integer is never negative.
const LAST: usize = 0x7fff_fff0;

/// A handle as a number.
pub struct Handle<H>(usize, PhantomData<fn(H)>);

impl<H> From<*const H> for Handle<H> {
    fn from(handle: *const H) -> Self {
        Self(handle.addr(), PhantomData)
    }
}

impl<H> From<*mut H> for Handle<H> {
    fn from(handle: *mut H) -> Self {
        Self(handle.addr(), PhantomData)
    }
}

impl<H> From<&Self> for Handle<H> {
    fn from(handle: &Self) -> Self {
        Self(handle.0, PhantomData)
    }
}

/// The live objects behind the handles of one kind.
pub struct Registry<H, T> {
    live: PerProcess<Live<T>>,
    of: PhantomData<fn(H)>,
}

type Live<T> = Mutex<HashMap<usize, Arc<T>>>;

impl<H, T: Send + Sync> Registry<H, T> {
    /// An empty registry.
    pub const fn new() -> Self {
        Self { live: PerProcess::new(Mutex::default), of: PhantomData }
    }

    fn live(&'static self) -> MutexGuard<'static, HashMap<usize, Arc<T>>> {
        // Before this process has a handle of its own.
        FLOOR.get();
        self.live.get().lock()
    }

    /// Registers an object and returns its handle.
    pub fn add(&'static self, value: Arc<T>) -> *mut H {
        let mut live = self.live();
        // The numbers wrap around only after a hundred million handles; one that is still in use is skipped.
        loop {
            let number = NEXT.fetch_add(STEP, Ordering::Relaxed);
            if number > LAST {
                NEXT.store(FIRST, Ordering::Relaxed);
                continue;
            }
            if let Entry::Vacant(free) = live.entry(number) {
                free.insert(value);
                return std::ptr::without_provenance_mut(number);
            }
        }
    }

    /// The same for who has to go on although a thread may have been ended while it held the lock.
    fn live_within(&'static self) -> Result<MutexGuard<'static, HashMap<usize, Arc<T>>>, Code> {
        FLOOR.get();
        self.live.get().lock_patiently().ok_or(Code::Internal)
    }

    /// The object behind a handle.
    pub fn get(&'static self, handle: impl Into<Handle<H>>) -> Result<Arc<T>, Code> {
        let number = handle.into().0;
        self.live_within()?.get(&number).cloned().ok_or_else(|| missing(number))
    }

    /// All objects that have a handle.
    pub fn all(&'static self) -> Vec<Arc<T>> {
        self.live_within().map_or_else(|_| Vec::new(), |live| live.values().cloned().collect())
    }

    /// Invalidates all handles, and returns their objects.
    pub fn remove_all(&'static self) -> Vec<Arc<T>> {
        std::mem::take(&mut *self.live()).into_values().collect()
    }

    /// Invalidates a handle; its object lives until the last call on it ends.
    pub fn remove(&'static self, handle: impl Into<Handle<H>>) -> Result<Arc<T>, Code> {
        let number = handle.into().0;
        self.live_within()?.remove(&number).ok_or_else(|| missing(number))
    }
}

/// Why a handle means nothing in this process.
fn missing(number: usize) -> Code {
    if (FIRST..*FLOOR.get()).contains(&number) { Code::Forked } else { Code::Handle }
}
