//! Builds what the demo needs, with a sign of life in place of cargo's own lines.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Instant;

use serde_json::Value;

use crate::error::Error;
use crate::say;
use crate::workspace;

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
    command.args(["build", "--package", "wsy", "--package", "wsy-sandbox", "--lib", "--bins"]);
    command.arg("--message-format=json-render-diagnostics");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|source| Error::Start { program: "cargo".to_owned(), source })?;
    let built = watch(child)?;
    say::line(format_args!("Built in {:.0} s.", start.elapsed().as_secs_f32()));
    Ok(built)
}

fn watch(mut child: Child) -> Result<Built, Error> {
    let mut errors = child.stderr.take();
    let errors = thread::spawn(move || {
        let mut text = Vec::new();
        // What could not be read cannot be shown; how cargo ended is what counts.
        let _ = errors.as_mut().map(|errors| errors.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    });
    let (mut library, mut sandbox) = (None, None);
    let mut progress = Progress::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let Some(artifact) = Artifact::read(&line) else { continue };
            progress.tick(&artifact.name);
            library = library.or(artifact.library);
            sandbox = sandbox.or(artifact.sandbox);
        }
    }
    progress.clear();
    let status = child.wait().map_err(|source| Error::Start { program: "cargo".to_owned(), source })?;
    let printed = errors.join().unwrap_or_default();
    match (status.success(), library, sandbox) {
        (true, Some(library), Some(sandbox)) => Ok(Built { library, sandbox }),
        (true, ..) => {
            Err(Error::Check("the build made no libwsy.so; the demo is for Linux and its like".into()))
        }
        (false, ..) => {
            let output = format!("\n{}", printed.trim_end());
            Err(Error::Failed { command: "cargo build".to_owned(), status, output })
        }
    }
}

/// A finished part of the build, as cargo tells it.
#[derive(Debug, PartialEq, Eq)]
struct Artifact {
    name: String,
    library: Option<PathBuf>,
    sandbox: Option<PathBuf>,
}

impl Artifact {
    fn read(message: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(message).ok()?;
        if message["reason"] != "compiler-artifact" {
            return None;
        }
        let name = message["target"]["name"].as_str()?.to_owned();
        let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
        let library = files.filter(|file| name == "wsy" && file.ends_with(".so")).map(PathBuf::from).next();
        let sandbox = message["executable"].as_str().filter(|_| name == "wsy-sandbox").map(PathBuf::from);
        Some(Self { name, library, sandbox })
    }
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Artifact;

    #[test]
    fn the_library_and_the_sandbox_are_found_in_the_messages_of_cargo() {
        let of = |name: &str, file: &str, executable: &str| {
            Artifact::read(&format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"{name}"}},"filenames":["/t/x.rlib","{file}"],
                "executable":{executable}}}"#
            ))
        };
        let artifact = |name: &str, library: Option<&str>, sandbox: Option<&str>| {
            let (library, sandbox) = (library.map(PathBuf::from), sandbox.map(PathBuf::from));
            Some(Artifact { name: name.to_owned(), library, sandbox })
        };
        assert_eq!(of("wsy", "/t/libwsy.so", "null"), artifact("wsy", Some("/t/libwsy.so"), None));
        assert_eq!(of("wsy-sandbox", "/t/s", "\"/t/s\""), artifact("wsy-sandbox", None, Some("/t/s")));
        assert_eq!(of("ring", "/t/libring.so", "null"), artifact("ring", None, None));
        assert_eq!(Artifact::read("not json"), None);
        assert_eq!(Artifact::read(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
