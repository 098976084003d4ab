//! Builds what the demo needs, with a sign of life in place of cargo's own lines.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Instant;

use kit::artifacts;
use kit::error::Error;
use kit::say;
use kit::workspace;

/// What was built.
pub struct Built {
    /// The shared library.
    pub library: PathBuf,
    /// The platform.
    pub sandbox: PathBuf,
}

/// Builds the library and the sandbox.
pub fn build() -> Result<Built, Error> {
    say::line("Building the library and the sandbox platform; the first time this takes a few minutes.");
    let start = Instant::now();
    let mut command = workspace::cargo();
    command.args(["build", "--quiet", "--package", "wsy", "--package", "wsy-sandbox", "--lib", "--bins"]);
    let mut progress = Progress::new();
    let made = artifacts::watched(&mut command, |artifact| progress.tick(&artifact.name));
    progress.clear();
    let made = made?;
    say::line(format_args!("Built in {:.0} s.", start.elapsed().as_secs_f32()));
    Ok(Built { library: made.file("libwsy.so")?, sandbox: made.program("wsy-sandbox")? })
}

/// A counter in place on a terminal; nothing elsewhere.
struct Progress {
    done: usize,
    shown: bool,
}

impl Progress {
    fn new() -> Self {
        Self { done: 0, shown: std::io::stdout().is_terminal() }
    }

    fn tick(&mut self, name: &str) {
        self.done += 1;
        self.show(&format!("  {} parts done, {name}", self.done));
    }

    fn clear(&self) {
        self.show("");
    }

    fn show(&self, text: &str) {
        if self.shown {
            let mut out = std::io::stdout().lock();
            // Only a sign of life.
            let _ = write!(out, "\r\x1b[K{text}").and_then(|()| out.flush());
        }
    }
}
