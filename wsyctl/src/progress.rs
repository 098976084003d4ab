//! How far a call is, on a terminal's standard error; nothing where that is no terminal.

use std::io::{IsTerminal, stderr};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use wsy::driver::Progress;
use wsy::payment::Stage;
use wsy::till::clock;
use wsy::till::code::Language;
use wsy::till::ticket::Ticket;

use crate::wording::pick;

const BAR: usize = 30;

/// Does the work, and shows how far its ticket is meanwhile.
pub fn shown<T>(ticket: &Arc<Ticket>, language: Language, work: impl FnOnce() -> T) -> T {
    if !stderr().is_terminal() {
        return work();
    }
    let (done, ended) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(Duration::from_millis(200)) {
                eprint!("\r\x1b[K{}", line(ticket.progress(), language));
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
        Progress::Reconciling { done, all } => {
            let full = (done * BAR).checked_div(all).unwrap_or(BAR).min(BAR);
            format!("[{}{}] {done}/{all}", "#".repeat(full), ".".repeat(BAR - full))
        }
        Progress::Payment { stage, deadline } => {
            let left = deadline.saturating_sub(clock::monotonic()) / 1000;
            let what = match stage {
                Stage::Sending => pick(language, "正在收款", "Charging"),
                Stage::CustomerPaying => {
                    pick(language, "等待顾客输入密码", "Waiting for the customer's password")
                }
                Stage::Asking => pick(language, "正在查询结果", "Asking what became of it"),
                Stage::Refunding => pick(language, "正在退款", "Refunding"),
                Stage::Ended => pick(language, "正在结束", "Finishing"),
            };
            match language {
                Language::Zh => format!("{what}，最多还需 {left} 秒"),
                Language::En => format!("{what}, {left} s at most"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_grows_with_the_walk_and_stands_full_where_there_is_nothing_to_ask() {
        let bar = |done, all| line(Progress::Reconciling { done, all }, Language::En);
        assert_eq!(bar(0, 2), format!("[{}] 0/2", ".".repeat(30)));
        assert_eq!(bar(1, 2), format!("[{}{}] 1/2", "#".repeat(15), ".".repeat(15)));
        assert_eq!(bar(0, 0), format!("[{}] 0/0", "#".repeat(30)));
    }
}
