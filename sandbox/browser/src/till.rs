//! The till of `examples/c`, typed at as its cashier does.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use kit::error::Error;

const PROMPT: &str = "till> ";
const PATIENCE: Duration = Duration::from_secs(30);

/// A till that runs. Dropped, it is ended at once, as by a power cut.
pub struct Till {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Receiver<Vec<u8>>,
    heard: String,
}

impl Till {
    /// Starts a till, and waits for its first prompt.
    pub fn start(mut command: Command) -> Result<(Self, String), Error> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(not_started)?;
        let stdin = child.stdin.take();
        let mut stdout = child.stdout.take();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Some(Ok(size @ 1..)) = stdout.as_mut().map(|stdout| stdout.read(&mut chunk)) {
                if sender.send(chunk[..size].to_vec()).is_err() {
                    return;
                }
            }
        });
        let mut till = Self { child, stdin, stdout: receiver, heard: String::new() };
        let greeting = till.answer()?;
        Ok((till, greeting))
    }

    /// Types a command, without waiting for what comes of it.
    pub fn begin(&mut self, command: &str) -> Result<(), Error> {
        let gone = || Error::Check("the till does not listen any more".to_owned());
        let stdin = self.stdin.as_mut().ok_or_else(gone)?;
        writeln!(stdin, "{command}").and_then(|()| stdin.flush()).map_err(|_| gone())
    }

    /// All that it prints until it takes the next command.
    pub fn answer(&mut self) -> Result<String, Error> {
        self.hear(PROMPT)
    }

    /// Types a command, and gives all that it prints.
    pub fn type_line(&mut self, command: &str) -> Result<String, Error> {
        self.begin(command)?;
        self.answer()
    }

    /// All that it prints up to this text.
    pub fn hear(&mut self, text: &str) -> Result<String, Error> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.heard.find(text) {
                let rest = self.heard.split_off(at + text.len());
                return Ok(std::mem::replace(&mut self.heard, rest));
            }
            let left = end.saturating_duration_since(Instant::now());
            let chunk = self.stdout.recv_timeout(left).map_err(|_| {
                Error::Check(format!("the till did not say \"{text}\" but: {}", self.heard.trim_end()))
            })?;
            self.heard.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn not_started(source: std::io::Error) -> Error {
    Error::Start { program: "the till".to_owned(), source }
}
