//! The platform that the programs talk to.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::error::Error;
use crate::process;

/// A sandbox of one's own, which ends when it is dropped.
pub struct Platform {
    program: PathBuf,
    child: Child,
    base: String,
}

impl Platform {
    /// Starts it on a free port, with the customers of the demo.
    pub fn start(program: &Path) -> Result<Self, Error> {
        let not_started = |source| Error::Start { program: "wsy-sandbox".to_owned(), source };
        let child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--seed-demo"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(not_started)?;
        let mut platform = Self { program: program.to_owned(), child, base: String::new() };
        let mut line = String::new();
        if let Some(stdout) = platform.child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(not_started)?;
        }
        let line = line.trim_end();
        platform.base = match line.rsplit_once(" on ") {
            Some((_, base)) => base.to_owned(),
            None => return Err(Error::Check(format!("wsy-sandbox says \"{line}\""))),
        };
        Ok(platform)
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Makes it do something, in the words of `wsy-sandbox ctl`.
    pub fn control(&self, words: &[&str]) -> Result<(), Error> {
        let mut command = Command::new(&self.program);
        process::output(command.args(["ctl", "--base", &self.base]).args(words)).map(drop)
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
