//! Ctrl-C. A wait that is cut short ends with the verdict "unknown", and says so; it undoes nothing.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use wsy::till::cancellation::CancellationToken;
use wsy::till::code::Language;

use crate::report::Exit;
use crate::wording;

/// Makes a call that moves money stop waiting at the first Ctrl-C, and ends the program at the second.
pub fn stops(token: &Arc<CancellationToken>, language: Language) {
    let waiting = Mutex::new(Some(token.clone()));
    let handler = move || match waiting.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(token) => {
            // First, as the program may end as soon as it no longer waits. Nobody may be there to read it.
            let _ = writeln!(std::io::stderr(), "{}", warning(language));
            token.cancel();
        }
        None => std::process::exit(Exit::Unknown.number().into()),
    };
    // Without a handler Ctrl-C ends the program; the ledger keeps the open rows anyway.
    let _ = ctrlc::set_handler(handler);
}

fn warning(language: Language) -> &'static str {
    wording::pick(
        language,
        "已停止等待。款项可能已经变动！请运行 wsyctl settle 查清；再按一次 Ctrl-C 立即退出。",
        "No longer waiting. MONEY MAY HAVE MOVED: run wsyctl settle to find out. Press Ctrl-C again to exit immediately.",
    )
}
