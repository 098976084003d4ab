//! Runs the C program: calls go in as lines, and their results come out as lines.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::build;

/// Longer than any call of these tests takes.
const PATIENCE: Duration = Duration::from_secs(180);

pub struct Driver {
    child: Mutex<Child>,
    stdin: Mutex<Option<ChildStdin>>,
    inbox: Arc<Inbox>,
    calls: AtomicU64,
}

#[derive(Default)]
struct Inbox {
    mail: Mutex<Mail>,
    changed: Condvar,
}

#[derive(Default)]
struct Mail {
    responses: HashMap<String, String>,
    log: Vec<(i32, Vec<u8>)>,
    inside: Vec<Vec<i32>>,
    ended: bool,
}

/// A call that has begun.
pub struct Begun {
    inbox: Arc<Inbox>,
    tag: String,
    line: String,
}

impl Driver {
    pub fn spawn() -> Arc<Self> {
        Self::start_as(&mut Command::new(build::driver()))
    }

    /// Preloads a library before the system's.
    pub fn preloaded(library: &Path) -> Arc<Self> {
        Self::start_as(Command::new(build::driver()).env("LD_PRELOAD", library))
    }

    /// Kills it at a point that `tests/c/points.c` knows, such as `sync 3 after`.
    pub fn killed_at(point: &str) -> Arc<Self> {
        Self::start_as(
            Command::new(build::driver()).env("LD_PRELOAD", build::points()).env("WSY_POINT", point),
        )
    }

    /// Refuses it the renaming of files, such as `5 device.key`, while a
    /// file exists, and lists what it renames in another.
    pub fn refused(what: &str, gate: &Path, list: &Path) -> Arc<Self> {
        let refused = build::refused();
        Self::start_as(
            Command::new(build::driver())
                .env("LD_PRELOAD", refused)
                .env("WSY_REFUSED", what)
                .env("WSY_REFUSED_WHILE", gate)
                .env("WSY_REFUSED_FILE", list),
        )
    }

    fn start_as(command: &mut Command) -> Arc<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // The library must not use a proxy of the machine; this also tests that it does not.
            .env("http_proxy", "http://127.0.0.1:1")
            .env("HTTP_PROXY", "http://127.0.0.1:1")
            .env("ALL_PROXY", "http://127.0.0.1:1")
            .spawn()
            .unwrap();
        let inbox = Arc::<Inbox>::default();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let reader = inbox.clone();
        std::thread::spawn(move || reader.fill(stdout));
        Arc::new(Self {
            child: Mutex::new(child),
            stdin: Mutex::new(stdin),
            inbox,
            calls: AtomicU64::default(),
        })
    }

    /// Makes a call and waits for its result.
    pub fn call(&self, words: &[String]) -> String {
        self.begin("", words).end()
    }

    /// Starts a call on its own thread.
    pub fn start(&self, words: &[String]) -> Begun {
        self.begin("&", words)
    }

    fn begin(&self, mark: &str, words: &[String]) -> Begun {
        let tag = format!("{mark}{}", self.calls.fetch_add(1, Ordering::Relaxed));
        let line = format!("{tag} {}\n", words.join(" "));
        let mut stdin = self.stdin.lock().unwrap();
        // If the program has ended, the caller that waits for the result notices.
        let _ = stdin.as_mut().unwrap().write_all(line.as_bytes());
        Begun { inbox: self.inbox.clone(), tag, line }
    }

    /// The lines that the log callback has received so far.
    pub fn log(&self) -> Vec<(i32, Vec<u8>)> {
        self.inbox.mail.lock().unwrap().log.clone()
    }

    /// The codes of the calls made inside the callback so far.
    pub fn inside(&self) -> Vec<Vec<i32>> {
        self.inbox.mail.lock().unwrap().inside.clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.lock().unwrap().id()
    }

    /// `kill -9`.
    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Ends the program like one that forgot to close anything.
    pub fn leave(&self) {
        *self.stdin.lock().unwrap() = None;
        let status = self.child.lock().unwrap().wait().unwrap();
        assert!(status.success(), "the C program ended with {status}");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap();
        let early = child.try_wait().unwrap();
        let _ = child.kill();
        let _ = child.wait();
        // A killed program has no exit code.
        let failed = early.and_then(|status| status.code()).is_some_and(|code| code != 0);
        assert!(std::thread::panicking() || !failed, "the C program ended early: {early:?}");
    }
}

impl Inbox {
    fn fill(&self, stdout: ChildStdout) {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let (first, rest) = line.split_once(' ').unwrap();
            let mut mail = self.mail.lock().unwrap();
            match first {
                "log" => {
                    let (level, text) = rest.split_once(" =").unwrap();
                    mail.log.push((level.parse().unwrap(), hex::decode(text).unwrap()));
                }
                "inside" => {
                    mail.inside.push(rest.split(' ').map(|code| code.parse().unwrap()).collect());
                }
                _ => drop(mail.responses.insert(first.to_owned(), rest.to_owned())),
            }
            self.changed.notify_all();
        }
        self.mail.lock().unwrap().ended = true;
        self.changed.notify_all();
    }
}

impl Begun {
    pub fn has_ended(&self) -> bool {
        self.inbox.mail.lock().unwrap().responses.contains_key(&self.tag)
    }

    /// Waits for its result.
    pub fn end(self) -> String {
        let mail = self.inbox.mail.lock().unwrap();
        let waiting = |mail: &mut Mail| !mail.responses.contains_key(&self.tag) && !mail.ended;
        let (mut mail, _) = self.inbox.changed.wait_timeout_while(mail, PATIENCE, waiting).unwrap();
        mail.responses.remove(&self.tag).unwrap_or_else(|| panic!("no answer to: {}", self.line))
    }
}
