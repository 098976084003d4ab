//! The progress of a call, on standard error if that is a terminal.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use wsy::driver::Progress;
use wsy::payment::Millis;
use wsy::till::cancellation::CancellationToken;
use wsy::till::clock;
use wsy::till::code::Language;
use wsy::till::sentences::doing;

const BAR: usize = 30;

/// Does the work, and meanwhile shows the progress of its token.
pub fn shown<T>(token: &Arc<CancellationToken>, language: Language, work: impl FnOnce() -> T) -> T {
    if !stderr().is_terminal() {
        return work();
    }
    let (done, ended) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(Duration::from_millis(200)) {
                eprint!("\r\x1b[K{}", line(token.progress(), language));
            }
            eprint!("\r\x1b[K");
        });
        let outcome = work();
        drop(done);
        outcome
    })
}

fn line(progress: Progress, language: Language) -> String {
    match progress {
        Progress::Rows { done, all, deadline, .. } => {
            let full = (done * BAR).checked_div(all).unwrap_or(BAR).min(BAR);
            let bar = format!("[{}{}] {done}/{all}", "#".repeat(full), ".".repeat(BAR - full));
            deadline.map_or(bar.clone(), |deadline| with_time(&bar, deadline, language))
        }
        Progress::Payment { stage, deadline, said } => {
            with_time(&doing(stage, said.as_deref(), language), deadline, language)
        }
    }
}

fn with_time(what: &str, deadline: Millis, language: Language) -> String {
    let left = deadline.saturating_sub(clock::monotonic()) / 1000;
    match language {
        Language::Zh => format!("{what}，最多还需 {left} 秒"),
        Language::En => format!("{what}, {left} s at most"),
    }
}

#[cfg(test)]
mod tests {
    use wsy::driver::Purpose;

    use super::*;

    #[test]
    fn the_bar_grows_with_the_walk_and_stands_full_where_there_is_nothing_to_ask() {
        let bar = |done, all| {
            let purpose = Purpose::Reconciling;
            line(Progress::Rows { purpose, done, all, deadline: None }, Language::En)
        };
        assert_eq!(bar(0, 2), format!("[{}] 0/2", ".".repeat(30)));
        assert_eq!(bar(1, 2), format!("[{}{}] 1/2", "#".repeat(15), ".".repeat(15)));
        assert_eq!(bar(0, 0), format!("[{}] 0/0", "#".repeat(30)));
    }
}
