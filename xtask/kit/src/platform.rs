//! A platform for programs to talk to: a private sandbox.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::error::Error;

const ANY_FREE_PORT: &str = "127.0.0.1:0";

/// The process of a sandbox. Dropping it ends the process.
pub struct Platform {
    child: Child,
    base: String,
}

impl Platform {
    /// Starts the sandbox with this command line and an empty book.
    pub fn start(sandbox: Command) -> Result<Self, Error> {
        Self::serve(sandbox, ANY_FREE_PORT, &[])
    }

    /// Does the same at this address.
    pub fn start_at(sandbox: Command, listen: &str) -> Result<Self, Error> {
        Self::serve(sandbox, listen, &[])
    }

    /// Does the same with the customers and the activation code of the demo.
    pub fn start_with_customers(sandbox: Command) -> Result<Self, Error> {
        Self::serve(sandbox, ANY_FREE_PORT, &["--seed-demo"])
    }

    fn serve(mut sandbox: Command, listen: &str, how: &[&str]) -> Result<Self, Error> {
        let not_started = |source| Error::Start { program: "wsy-sandbox".to_owned(), source };
        sandbox.args(["serve", "--listen", listen]).args(how);
        sandbox.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut platform = Self { child: sandbox.spawn().map_err(not_started)?, base: String::new() };
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

    /// Its address, `http://host:port`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it, which frees its address.
    pub fn stop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.stop();
    }
}
