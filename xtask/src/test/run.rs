//! Runs parts as separate processes, and sums up how they ended.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use kit::artifacts::{self, Artifacts};
use kit::counts::{Counts, DID_NOT_RUN};
use kit::error::Error;
use kit::{say, workspace};

use super::parts::{Part, Work};

const MINUTE: Duration = Duration::from_secs(60);

/// The programs that the parts run.
pub struct Program {
    built: Artifacts,
}

impl Program {
    /// Builds the programs of these parts.
    pub fn build(parts: &[&Part]) -> Result<Self, Error> {
        let mut packages: Vec<&str> = parts.iter().filter_map(|part| part.package()).collect();
        packages.sort_unstable();
        packages.dedup();
        if packages.is_empty() {
            return Ok(Self { built: Artifacts(Vec::new()) });
        }
        let mut command = workspace::cargo();
        command.args(["build", "--quiet", "--bins"]);
        command.args(packages.iter().flat_map(|package| ["--package", package]));
        Ok(Self { built: artifacts::build(&mut command)? })
    }

    /// The command line of a part.
    pub fn of(&self, part: &Part) -> Result<Command, Error> {
        let mut command = match part.work {
            Work::Program(package, arguments) => {
                let mut command = Command::new(self.built.program(package)?);
                command.args(arguments);
                command
            }
            Work::Check(_) | Work::Tests(_) => {
                let this = std::env::current_exe();
                let mut command = Command::new(
                    this.map_err(|source| Error::Start { program: "xtask".to_owned(), source })?,
                );
                command.args(["part", part.name]);
                command
            }
        };
        command.current_dir(workspace::root());
        Ok(command)
    }
}

impl Part {
    fn package(&self) -> Option<&'static str> {
        match self.work {
            Work::Program(package, _) => Some(package),
            Work::Check(_) | Work::Tests(_) => None,
        }
    }
}

/// How a part ended.
enum End {
    Counted(Counts),
    DidNotRun(String),
    /// It ended without counting anything.
    Failed,
}

/// How all of them ended.
#[derive(Default)]
pub struct Sum(BTreeMap<&'static str, (Duration, End)>);

/// Runs all of these, one more at once than there are processors, since many mostly wait.
pub fn all(parts: Vec<&'static Part>) -> Result<Sum, Error> {
    say::line("building the programs of the tests");
    let program = Program::build(&parts)?;
    let queue = Queue { state: Mutex::default(), changed: Condvar::new(), parts };
    let workers = thread::available_parallelism().map_or(1, usize::from) + 1;
    let results: Vec<_> = thread::scope(|scope| {
        scope.spawn(|| queue.tell_progress());
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(|| queue.work(&program))).collect();
        workers.into_iter().map(|worker| worker.join()).collect()
    });
    for result in results {
        result.map_err(|_| Error::Check("a thread of the tests ended early".to_owned()))??;
    }
    let sum = Sum(queue.state.into_inner().unwrap_or_else(PoisonError::into_inner).ended);
    sum.tell();
    Ok(sum)
}

/// The parts that are still to run, and those that have.
struct Queue {
    parts: Vec<&'static Part>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    begun: Vec<&'static str>,
    ended: BTreeMap<&'static str, (Duration, End)>,
    broken: bool,
}

impl Queue {
    fn work(&self, program: &Program) -> Result<(), Error> {
        while let Some(part) = self.next() {
            let start = Instant::now();
            let (end, log) = run(part, program).inspect_err(|_| self.give_up())?;
            let took = start.elapsed();
            say_end(part, took, &end, &log);
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.ended.insert(part.name, (took, end));
            self.changed.notify_all();
        }
        Ok(())
    }

    /// A part could not even be started: nobody waits for it.
    fn give_up(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).broken = true;
        self.changed.notify_all();
    }

    /// Prints once a minute what is running, until everything has ended.
    fn tell_progress(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut said = Instant::now();
        while state.ended.len() < self.parts.len() && !state.broken {
            let left = MINUTE.saturating_sub(said.elapsed());
            (state, _) = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
            if said.elapsed() >= MINUTE {
                let running: Vec<&str> =
                    state.begun.iter().filter(|name| !state.ended.contains_key(*name)).copied().collect();
                say::line(format_args!(
                    "{} of {} parts done; running: {}",
                    state.ended.len(),
                    self.parts.len(),
                    running.join(", ")
                ));
                said = Instant::now();
            }
        }
    }

    /// The first part that may start. Waits if others have to end first; `None` when all have started.
    fn next(&self) -> Option<&'static Part> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.broken {
                return None;
            }
            let mut left = self.parts.iter().filter(|part| !state.begun.contains(&part.name)).peekable();
            left.peek()?;
            let is_chosen = |name: &str| self.parts.iter().any(|part| part.name == name);
            let may_begin = |part: &&&'static Part| {
                part.after.is_none_or(|name| state.ended.contains_key(name) || !is_chosen(name))
            };
            if let Some(part) = left.find(may_begin).copied() {
                state.begun.push(part.name);
                return Some(part);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Runs a part to its end, and returns its output.
fn run(part: &Part, program: &Program) -> Result<(End, String), Error> {
    say::line(format_args!("{} ...", part.name));
    let path = log(part);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create the directory", folder))?;
    }
    let file = File::create(&path).map_err(Error::file("write", &path))?;
    let errors = file.try_clone().map_err(Error::file("write", &path))?;
    let mut command = program.of(part)?;
    command.stdin(Stdio::null()).stdout(file).stderr(errors);
    let status = command.status().map_err(|source| Error::Start { program: part.name.to_owned(), source })?;
    let printed = fs::read(&path).map_err(Error::file("read", &path))?;
    let printed = String::from_utf8_lossy(&printed).into_owned();
    let last = printed.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let end = if let Some(why) = last.strip_prefix(DID_NOT_RUN) {
        End::DidNotRun(why.to_owned())
    } else {
        match (status.success(), Counts::of_last_line(last)) {
            (_, Some(counts)) if status.success() == (counts.failed == 0) => End::Counted(counts),
            (true, None) => End::Counted(Counts::ONE),
            _ => End::Failed,
        }
    };
    Ok((end, printed))
}

/// The file for the output of a part.
fn log(part: &Part) -> PathBuf {
    workspace::root().join("target/test").join(format!("{}.log", part.name.replace(' ', "-")))
}

fn say_end(part: &Part, took: Duration, end: &End, printed: &str) {
    let (name, seconds) = (part.name, took.as_secs_f32());
    match end {
        End::Counted(counts) if counts.failed == 0 => {
            say::line(format_args!("{name}: ok, {counts}, {seconds:.1} s"));
        }
        End::DidNotRun(why) => say::line(format_args!("{name}: did not run, {why}")),
        End::Counted(_) | End::Failed => {
            say::line(format_args!("\n{}\n{name}: FAILED, {seconds:.1} s\n", printed.trim_end()));
        }
    }
}

impl Sum {
    fn failed(&self) -> Vec<&str> {
        let is_bad = |end: &End| match end {
            End::Counted(counts) => counts.failed > 0,
            End::DidNotRun(_) => false,
            End::Failed => true,
        };
        self.0.iter().filter(|(_, (_, end))| is_bad(end)).map(|(name, _)| *name).collect()
    }

    /// How many parts did not run.
    pub fn did_not_run(&self) -> usize {
        self.0.values().filter(|(_, end)| matches!(end, End::DidNotRun(_))).count()
    }

    /// How many tests there were, plus this many skipped and failed ones.
    pub fn counts(&self, skipped: usize, failed: usize) -> Counts {
        let mut sum = Counts { passed: 0, failed, skipped };
        for (_, end) in self.0.values() {
            match end {
                End::Counted(counts) => sum.add(*counts),
                End::Failed => sum.failed += 1,
                End::DidNotRun(_) => {}
            }
        }
        sum
    }

    /// Fails if a part failed, or if one did not run and all are required.
    pub fn ended_well(&self, required: bool) -> Result<(), Error> {
        if self.failed().is_empty() && !(required && self.did_not_run() > 0) {
            Ok(())
        } else {
            Err(Error::Said)
        }
    }

    fn tell(&self) {
        let mut parts: Vec<_> = self.0.iter().map(|(name, (took, _))| (took.as_secs(), *name)).collect();
        parts.sort_unstable_by(|one, other| other.cmp(one));
        let list = |parts: &[(u64, &str)]| {
            let each: Vec<String> =
                parts.iter().map(|(seconds, name)| format!("{name} {seconds} s")).collect();
            each.join(", ")
        };
        let (longest, others) = parts.split_at(parts.len().min(5));
        say::line(format_args!("\nThe longest: {}. The others: {}.", list(longest), list(others)));
        for (name, (_, end)) in &self.0 {
            if let End::DidNotRun(why) = end {
                say::line(format_args!("Did not run: {name} ({why})."));
            }
        }
        let failed = self.failed();
        if !failed.is_empty() {
            say::line(format_args!("Failed: {}.", failed.join(", ")));
        } else if self.did_not_run() == 0 {
            say::line("Every part ran.");
        }
    }
}
