//! Runs work that the system may block indefinitely, and waits for it no longer than a limit.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::sys::threads;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The work is still running, but the caller has stopped waiting.
    #[error("the work took too long")]
    Late,
    /// The work ended without a result.
    #[error("the work ended without a result")]
    BrokenOff,
    /// The work was not started.
    #[error("could not start a thread: {0}")]
    NoThread(io::Error),
}

/// Runs the work on a separate thread with this name, and waits for at most `limit`.
pub fn within<T: Send + 'static>(
    limit: Duration,
    thread: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unfinished> {
    let (done, outcome) = mpsc::sync_channel(1);
    let work = move || {
        // Fails if the caller has stopped waiting.
        let _ = done.send(work());
    };
    apart(thread, work).map_err(Unfinished::NoThread)?;
    outcome.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => Unfinished::Late,
        RecvTimeoutError::Disconnected => Unfinished::BrokenOff,
    })
}

/// Runs the work on a separate thread with this name.
pub fn apart(thread: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    threads::spawn(thread, work).map(drop)
}

/// The time that is left. Never zero: sockets treat zero as no limit, and ureq as a whole second.
pub fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn work_has_a_result_or_a_reason_why_there_is_none() {
        assert_eq!(within(LONG, "quick", || 7).unwrap(), 7);
        let (end, ended) = mpsc::channel::<()>();
        let late = within(Duration::from_millis(1), "slow", move || ended.recv());
        assert!(matches!(late, Err(Unfinished::Late)));
        drop(end);
        let broken = within(LONG, "broken", || std::panic::resume_unwind(Box::new("broken")));
        assert!(matches!(broken, Err::<(), _>(Unfinished::BrokenOff)));
    }

    #[test]
    fn a_limit_that_is_over_is_not_none_at_all() {
        let now = Instant::now();
        assert_eq!(left(now), Duration::from_millis(1));
        assert!(left(now + LONG) > LONG / 2);
    }
}
