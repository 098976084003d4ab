//! Locks that cannot be poisoned. A panic ends only the call in which it happened: whatever a lock here
//! guards is consistent between any two statements, and a till has to keep selling.

use std::sync::{MutexGuard, PoisonError, RwLockReadGuard, RwLockWriteGuard, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait for what is over in a moment, unless its thread was ended in that very moment.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// How often a lock that is waited for with patience is tried.
const MOMENT: Duration = Duration::from_millis(1);

/// [`std::sync::Mutex`] without poison.
#[derive(Debug, Default)]
pub struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// Creates a mutex that guards `value`.
    pub const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    /// Waits for the lock.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the lock, which is never held for more than a moment, with [`PATIENCE`]: the host may have
    /// ended the thread that holds it, which will then never release it.
    pub fn lock_patiently(&self) -> Option<MutexGuard<'_, T>> {
        self.lock_within(PATIENCE)
    }

    fn lock_within(&self, patience: Duration) -> Option<MutexGuard<'_, T>> {
        self.try_lock().or_else(|| {
            let begun = Instant::now();
            while begun.elapsed() < patience {
                thread::sleep(MOMENT);
                let lock = self.try_lock();
                if lock.is_some() {
                    return lock;
                }
            }
            None
        })
    }

    /// Returns the lock unless it is held.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// [`std::sync::RwLock`] without poison.
#[derive(Debug, Default)]
pub struct RwLock<T>(std::sync::RwLock<T>);

impl<T> RwLock<T> {
    /// Creates a lock that guards `value`.
    pub const fn new(value: T) -> Self {
        Self(std::sync::RwLock::new(value))
    }

    /// Waits for the lock and locks it for reading.
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the lock and locks it for writing.
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the lock for writing unless it is held.
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        match self.0.try_write() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// [`std::sync::Condvar`] for a [`Mutex`] of this module.
#[derive(Debug, Default)]
pub struct Condvar(std::sync::Condvar);

impl Condvar {
    /// Creates a condition variable with no waiters.
    pub const fn new() -> Self {
        Self(std::sync::Condvar::new())
    }

    /// Wakes all waiters.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }

    /// Waits for a notification, for at most `limit`; may wake earlier.
    pub fn wait_timeout<'a, T>(&self, guard: MutexGuard<'a, T>, limit: Duration) -> MutexGuard<'a, T> {
        self.0.wait_timeout(guard, limit).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits as long as the condition holds, or for this long.
    pub fn wait_timeout_while<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
        condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T> {
        self.0.wait_timeout_while(guard, limit, condition).unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_goes_on_after_a_panic() {
        let (mutex, lock) = (Mutex::new(1), RwLock::new(1));
        std::thread::scope(|scope| {
            let broken = scope.spawn(|| {
                let _guards = (mutex.lock(), lock.write());
                std::panic::resume_unwind(Box::new("broken"));
            });
            assert!(broken.join().is_err());
        });
        let read = *lock.read();
        assert_eq!((*mutex.lock(), read, *lock.write()), (1, 1, 1));
        assert!(mutex.try_lock().is_some() && lock.try_write().is_some());
        assert!(mutex.lock_within(Duration::ZERO).is_some());
        let _held = (mutex.lock(), lock.write());
        assert!(mutex.try_lock().is_none() && lock.try_write().is_none());
        assert!(mutex.lock_within(2 * MOMENT).is_none());
    }
}
