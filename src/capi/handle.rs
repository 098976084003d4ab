//! Handles: numbers in the clothes of pointers. They are looked up and never followed, so a stale, forged or doubly
//! closed handle is an error code.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::till::code::Code;

/// Numbers are shared by all kinds, so that a handle of one kind is never valid as another. The step keeps them apart
/// from small integers that a program may pass by mistake.
static NEXT: AtomicUsize = AtomicUsize::new(0x1_0010);
const STEP: usize = 0x10;
/// A VB6 Long and a Delphi Integer hold a handle without a sign.
const LAST: usize = 0x7fff_fff0;

/// The live handles of one kind.
pub struct Registry<T> {
    live: Mutex<Option<HashMap<usize, Arc<T>>>>,
}

impl<T> Registry<T> {
    /// An empty registry.
    pub const fn new() -> Self {
        Self { live: Mutex::new(None) }
    }

    /// Gives a value a handle.
    pub fn add<H>(&self, value: Arc<T>) -> Result<*mut H, Code> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let live = live.get_or_insert_default();
        // A till would have to make a hundred million handles to come around; one that is still in use is passed over.
        loop {
            let number = NEXT.fetch_add(STEP, Ordering::Relaxed);
            if number > LAST {
                NEXT.store(0x1_0010, Ordering::Relaxed);
                continue;
            }
            if let std::collections::hash_map::Entry::Vacant(free) = live.entry(number) {
                free.insert(value);
                return Ok(std::ptr::without_provenance_mut(number));
            }
        }
    }

    /// The value of a handle.
    pub fn get<H>(&self, handle: *const H) -> Result<Arc<T>, Code> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().and_then(|live| live.get(&handle.addr())).cloned().ok_or(Code::Handle)
    }

    /// All values that have a handle.
    pub fn all(&self) -> Vec<Arc<T>> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.iter().flat_map(HashMap::values).cloned().collect()
    }

    /// Takes a handle away; its value lives until the last call on it ends.
    pub fn remove<H>(&self, handle: *const H) -> Result<Arc<T>, Code> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.as_mut().and_then(|live| live.remove(&handle.addr())).ok_or(Code::Handle)
    }
}
