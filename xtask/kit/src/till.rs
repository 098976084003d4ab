//! The till of `examples/c`: builds it with its platform, and types at it as a cashier does.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::artifacts;
use crate::error::Error;
use crate::process;
use crate::say;
use crate::tools;
use crate::workspace::{self, ABI};

/// The prompt of a till that is ready for the next command.
pub const PROMPT: &str = "till> ";

/// Strict compiler options that a copy of the example may be built with.
const STRICT: [&str; 5] = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"];

const PATIENCE: Duration = Duration::from_secs(30);

/// The platform, the library and the till in C, in a folder that is removed when this is dropped.
pub struct Shop {
    /// The program of the platform.
    pub sandbox: PathBuf,
    folder: TempDir,
}

impl Shop {
    /// Builds all three. Cargo shows its progress.
    pub fn build() -> Result<Self, Error> {
        let compiler = tools::c_compiler()?;
        let mut command = workspace::cargo();
        command.args(["build", "--package", "wsy", "--package", "wsy-sandbox", "--lib", "--bins"]);
        let made = artifacts::build(&mut command)?;
        let shop = Self { sandbox: made.program("wsy-sandbox")?, folder: workspace::scratch("shop")? };
        let built = made.file("libwsy.so")?;
        fs::copy(&built, shop.library()).map_err(Error::file("copy", &built))?;
        let root = workspace::root();
        let mut command = compiler.command();
        command.args(STRICT).arg("-I").arg(root.join("include")).arg(root.join("examples/c/till.c"));
        process::output(command.arg(shop.library()).arg("-o").arg(shop.program()))?;
        say::line(format_args!("Compiled examples/c/till.c with cc {}.", STRICT.join(" ")));
        Ok(shop)
    }

    /// The folder with all of it; tills may keep their data there.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The library, under the name by which programs linked against it load it.
    pub fn library(&self) -> PathBuf {
        self.folder().join(format!("libwsy.so.{ABI}"))
    }

    /// The till in C.
    pub fn till(&self) -> Command {
        let mut command = Command::new(self.program());
        command.env("LD_LIBRARY_PATH", self.folder());
        command
    }

    /// The program of the till in C.
    pub fn program(&self) -> PathBuf {
        self.folder().join("till")
    }
}

/// A running till. Dropping it kills it at once, as a power cut does.
pub struct Till {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Receiver<Vec<u8>>,
    heard: Vec<u8>,
}

impl Till {
    /// Starts a till with its data in this folder, connected to the platform at this address.
    pub fn start(
        command: &mut Command,
        data: &Path,
        platform: &str,
        settings: &[&str],
    ) -> Result<Self, Error> {
        command.arg(data).arg(platform);
        command.args(settings.iter().flat_map(|setting| ["--set", setting]));
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
        Ok(Self { child, stdin, stdout: receiver, heard: Vec::new() })
    }

    /// Types a line without waiting for the result.
    pub fn write(&mut self, line: &str) -> Result<(), Error> {
        let gone = || Error::Check("the till no longer reads its input".to_owned());
        let stdin = self.stdin.as_mut().ok_or_else(gone)?;
        writeln!(stdin, "{line}").and_then(|()| stdin.flush()).map_err(|_| gone())
    }

    /// Reads its output up to the first of these texts and returns which one; `None` if the till ended first.
    pub fn hear<'t>(&mut self, texts: &[&'t str]) -> Result<(String, Option<&'t str>), Error> {
        loop {
            let place = |text: &'t str| {
                let at = self.heard.windows(text.len()).position(|heard| heard == text.as_bytes())?;
                Some((at + text.len(), text))
            };
            if let Some((end, text)) = texts.iter().filter_map(|text| place(text)).min() {
                let printed: Vec<u8> = self.heard.drain(..end).collect();
                return Ok((String::from_utf8_lossy(&printed).into_owned(), Some(text)));
            }
            match self.stdout.recv_timeout(PATIENCE) {
                Ok(chunk) => self.heard.extend(chunk),
                Err(end) => {
                    let printed = String::from_utf8_lossy(&std::mem::take(&mut self.heard)).into_owned();
                    return match end {
                        RecvTimeoutError::Disconnected => Ok((printed, None)),
                        RecvTimeoutError::Timeout => Err(never_said(texts, &printed)),
                    };
                }
            }
        }
    }

    /// Reads its output up to this text.
    pub fn until(&mut self, text: &str) -> Result<String, Error> {
        match self.hear(&[text])? {
            (printed, Some(_)) => Ok(printed),
            (printed, None) => Err(never_said(&[text], &printed)),
        }
    }

    /// Types a command and returns everything it prints until the next prompt.
    pub fn type_line(&mut self, command: &str) -> Result<String, Error> {
        self.write(command)?;
        self.until(PROMPT)
    }

    /// Waits for it to end and returns its exit status.
    pub fn ended(mut self) -> Result<ExitStatus, Error> {
        self.child.wait().map_err(not_started)
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn not_started(source: std::io::Error) -> Error {
    Error::Start { program: "the till".to_owned(), source }
}

fn never_said(texts: &[&str], printed: &str) -> Error {
    Error::Check(format!("the till did not print \"{}\" but: {}", texts.join("\" or \""), printed.trim_end()))
}
