//! Lines for the person who watches.
//!
//! A reader that has gone away (`cargo xtask test | head`) is not a reason to stop, so write errors are
//! ignored; `println!` would panic.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::Instant;

/// Prints a line and flushes it, even when the output is not a terminal.
pub fn line(text: impl Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Does something that takes long, and prints how long it took.
pub fn timed<T, E>(what: impl Display, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let start = Instant::now();
    let done = work()?;
    line(format_args!("{what}: {:.0} s", start.elapsed().as_secs_f32()));
    Ok(done)
}

/// Prints why a command failed.
pub fn error(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
