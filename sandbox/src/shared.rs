//! The state that the terminal API and the control API share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::{fault::FaultQueue, journal::Journal, platform::Platform, trace::Traces, wire::Traffic};

/// Each part has its own lock. No lock is held while another is taken, nor across an await.
#[derive(Debug)]
pub(crate) struct Shared {
    platform: Mutex<Platform>,
    queue: Mutex<FaultQueue>,
    journal: Mutex<Journal>,
    traces: Mutex<Traces>,
    pulse: watch::Sender<()>,
    pub traffic: Arc<Traffic>,
}

impl Shared {
    pub(crate) fn new(platform: Platform) -> Self {
        Self {
            platform: Mutex::new(platform),
            queue: Mutex::default(),
            journal: Mutex::default(),
            traces: Mutex::default(),
            pulse: watch::Sender::default(),
            traffic: Arc::default(),
        }
    }

    pub(crate) fn platform(&self) -> MutexGuard<'_, Platform> {
        held(&self.platform)
    }

    pub(crate) fn queue(&self) -> MutexGuard<'_, FaultQueue> {
        held(&self.queue)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        held(&self.journal)
    }

    pub(crate) fn traces(&self) -> MutexGuard<'_, Traces> {
        held(&self.traces)
    }

    /// Notifies watchers that something may have changed.
    pub(crate) fn beat(&self) {
        self.pulse.send_replace(());
    }

    pub(crate) fn pulse(&self) -> watch::Receiver<()> {
        self.pulse.subscribe()
    }
}

/// A panic leaves the data consistent: the book rolls back, and the rest changes in single steps.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
