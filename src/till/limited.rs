//! Work that the system can hold up for as long as it likes, waited for no longer than a limit.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The work goes on, and nobody waits for it any more.
    #[error("it took too long")]
    Late,
    /// The work ended without a result.
    #[error("it broke off")]
    BrokenOff,
    /// It was not begun.
    #[error("no thread could be started: {0}")]
    NoThread(io::Error),
}

/// Does the work on a thread of its own, with this name, and waits for at most `limit`.
pub fn within<T: Send + 'static>(
    limit: Duration,
    thread: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unfinished> {
    let (done, outcome) = mpsc::sync_channel(1);
    let work = move || {
        // Fails where the caller has stopped waiting.
        let _ = done.send(work());
    };
    thread::Builder::new().name(thread.to_owned()).spawn(work).map_err(Unfinished::NoThread)?;
    outcome.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => Unfinished::Late,
        RecvTimeoutError::Disconnected => Unfinished::BrokenOff,
    })
}
