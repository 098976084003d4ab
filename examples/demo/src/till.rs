//! A till at work: what is typed and what it answers, in front of the user's eyes.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use kit::error::Error;
use kit::say;

const PROMPT: &str = "till> ";
const SCAN: &str = "请扫付款码 scan: ";
const PATIENCE: Duration = Duration::from_secs(30);

/// How to start a till, again and again.
pub struct Program(pub Command);

/// A till that runs. Dropped, it is ended at once.
pub struct Till {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Receiver<Vec<u8>>,
    pending: Vec<u8>,
}

/// What the till does next.
enum Heard {
    Line(String),
    Prompt,
    Scan,
    End,
}

impl Till {
    /// Starts a till.
    pub fn start(program: &mut Program) -> Result<Self, Error> {
        let command = &mut program.0;
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
        Ok(Self { child, stdin, stdout: receiver, pending: Vec::new() })
    }

    /// All that it prints until it waits for a command, line by line.
    pub fn listen(&mut self) -> Result<Vec<String>, Error> {
        self.until_prompt(None)
    }

    /// Types a command, and presents a phone if the till asks for one. Gives what it printed.
    pub fn type_line(&mut self, command: &str, phone: Option<&str>) -> Result<Vec<String>, Error> {
        say::line(format_args!("    {PROMPT}{command}"));
        self.write(command)?;
        self.until_prompt(phone)
    }

    /// Types a command, presents a phone, and pulls the plug as soon as a line has this text.
    pub fn type_and_die(mut self, command: &str, phone: &str, text: &str) -> Result<(), Error> {
        say::line(format_args!("    {PROMPT}{command}"));
        self.write(command)?;
        loop {
            match self.hear()? {
                Heard::Line(line) if line.contains(text) => return Ok(()),
                Heard::Line(_) => {}
                Heard::Scan => self.scan(Some(phone))?,
                Heard::Prompt | Heard::End => {
                    return Err(Error::Check(format!("the till never said \"{text}\"")));
                }
            }
        }
    }

    /// Ends it like a cashier does.
    pub fn quit(mut self) -> Result<(), Error> {
        say::line(format_args!("    {PROMPT}quit"));
        self.write("quit")?;
        while !matches!(self.hear()?, Heard::End) {}
        let status = self.child.wait().map_err(not_started)?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::Check(format!("the till did not end well: {status}")))
        }
    }

    fn until_prompt(&mut self, phone: Option<&str>) -> Result<Vec<String>, Error> {
        let mut lines = Vec::new();
        loop {
            match self.hear()? {
                Heard::Line(line) => lines.push(line),
                Heard::Prompt => return Ok(lines),
                Heard::Scan => self.scan(phone)?,
                Heard::End => return Err(Error::Check("the till ended on its own".to_owned())),
            }
        }
    }

    fn scan(&mut self, phone: Option<&str>) -> Result<(), Error> {
        let code =
            phone.ok_or_else(|| Error::Check("the till asks for a phone that nobody has".to_owned()))?;
        say::line(format_args!("    {SCAN}{code}"));
        self.write(code)
    }

    fn write(&mut self, line: &str) -> Result<(), Error> {
        let gone = || Error::Check("the till does not listen any more".to_owned());
        let stdin = self.stdin.as_mut().ok_or_else(gone)?;
        writeln!(stdin, "{line}").and_then(|()| stdin.flush()).map_err(|_| gone())
    }

    fn hear(&mut self) -> Result<Heard, Error> {
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.pending.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                say::line(format_args!("    {line}"));
                return Ok(Heard::Line(line));
            }
            for (prompt, heard) in [(PROMPT, Heard::Prompt), (SCAN, Heard::Scan)] {
                if self.pending == prompt.as_bytes() {
                    self.pending.clear();
                    return Ok(heard);
                }
            }
            match self.stdout.recv_timeout(PATIENCE) {
                Ok(chunk) => self.pending.extend(chunk),
                Err(RecvTimeoutError::Disconnected) => return Ok(Heard::End),
                Err(RecvTimeoutError::Timeout) => {
                    let seconds = PATIENCE.as_secs();
                    return Err(Error::Check(format!("the till said nothing for {seconds} s")));
                }
            }
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
