//! The platform that the programs talk to.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::error::Error;

/// A sandbox of one's own, which ends when it is dropped.
pub struct Platform {
    child: Child,
    base: String,
}

impl Platform {
    /// Starts the sandbox that this command line runs, on a free port.
    pub fn start(sandbox: Command) -> Result<Self, Error> {
        Self::serve(sandbox, &[])
    }

    /// The same with the book of the demo.
    pub fn start_with_customers(sandbox: Command) -> Result<Self, Error> {
        Self::serve(sandbox, &["--seed-demo"])
    }

    fn serve(mut sandbox: Command, how: &[&str]) -> Result<Self, Error> {
        let not_started = |source| Error::Start { program: "wsy-sandbox".to_owned(), source };
        sandbox.args(["serve", "--listen", "127.0.0.1:0"]).args(how);
        sandbox.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = sandbox.spawn().map_err(not_started)?;
        let mut platform = Self { child, base: String::new() };
        let mut line = String::new();
        if let Some(stdout) = platform.child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(not_started)?;
        }
        match line.trim_end().rsplit_once(" on ") {
            Some((_, base)) => platform.base = base.to_owned(),
            None => return Err(Error::Check(format!("wsy-sandbox says \"{}\"", line.trim_end()))),
        }
        Ok(platform)
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
