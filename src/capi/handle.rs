//! Handles: numbers that look like pointers. They are looked up, never dereferenced, so a stale, forged or
//! doubly closed handle gives an error code.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard};

use crate::sync::Mutex;
use crate::till::code::Code;

/// All kinds share one sequence of numbers, so that a handle of one kind is never valid as another. The first
/// number and the step keep handles apart from small integers that a program may pass by mistake.
static NEXT: AtomicUsize = AtomicUsize::new(FIRST);
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
    live: Mutex<Option<HashMap<usize, Arc<T>>>>,
    of: PhantomData<fn(H)>,
}

impl<H, T> Registry<H, T> {
    /// An empty registry.
    pub const fn new() -> Self {
        Self { live: Mutex::new(None), of: PhantomData }
    }

    fn live(&self) -> MutexGuard<'_, Option<HashMap<usize, Arc<T>>>> {
        self.live.lock()
    }

    /// Registers an object and returns its handle.
    pub fn add(&self, value: Arc<T>) -> *mut H {
        let mut live = self.live();
        let live = live.get_or_insert_default();
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

    /// The object behind a handle.
    pub fn get(&self, handle: impl Into<Handle<H>>) -> Result<Arc<T>, Code> {
        self.live().as_ref().and_then(|live| live.get(&handle.into().0)).cloned().ok_or(Code::Handle)
    }

    /// All objects that have a handle.
    pub fn all(&self) -> Vec<Arc<T>> {
        self.live().iter().flat_map(HashMap::values).cloned().collect()
    }

    /// Invalidates all handles, and returns their objects.
    pub fn remove_all(&self) -> Vec<Arc<T>> {
        self.live().take().into_iter().flat_map(HashMap::into_values).collect()
    }

    /// Invalidates a handle; its object lives until the last call on it ends.
    pub fn remove(&self, handle: impl Into<Handle<H>>) -> Result<Arc<T>, Code> {
        self.live().as_mut().and_then(|live| live.remove(&handle.into().0)).ok_or(Code::Handle)
    }
}
