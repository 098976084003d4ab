//! One run of all targets, and what it came to.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::build::Fuzzers;
use super::{TARGETS, command_to_replay, corpus};
use kit::error::Error;
use kit::process;
use kit::say;
use kit::workspace;

/// An input that takes longer than this hangs, in seconds.
const HANGS: &str = "-timeout=30";
/// So long a target may look for a planted mistake, in seconds.
const PLANTED: &str = "-max_total_time=120";

/// What a target came to.
struct Outcome {
    executions: u64,
    per_second: u64,
    coverage: u64,
    new: usize,
    /// Why it ended, and the input that did it, if it did not end by the clock.
    crash: Option<(String, Option<PathBuf>)>,
}

/// Fuzzes all targets for so many seconds in all. Gives how many of them found something.
pub fn fuzz(fuzzers: &Fuzzers, seconds: u64) -> Result<usize, Error> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let parts: u32 = TARGETS.iter().map(|(_, part)| part).sum();
    let processor_seconds = seconds.saturating_mul(workers as u64);
    say::line(format_args!("fuzzing {} targets for {seconds} s on {workers} processors", TARGETS.len()));
    let next = AtomicUsize::new(TARGETS.len());
    let outcomes = Mutex::new(Vec::new());
    let work = || {
        // The slow ones stand last and begin first, so that the processors end at about the same time.
        while let Ok(left) =
            next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
        {
            let Some((target, part)) = left.checked_sub(1).and_then(|at| TARGETS.get(at)) else { return };
            let share = (processor_seconds * u64::from(*part) / u64::from(parts)).max(1);
            let outcome = run(fuzzers, target, share);
            if let Ok(outcome) = &outcome {
                say::line(outcome.line(target));
            }
            outcomes.lock().unwrap_or_else(|broken| broken.into_inner()).push(outcome);
        }
    };
    thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    sum(outcomes.into_inner().unwrap_or_else(|broken| broken.into_inner()))
}

fn sum(outcomes: Vec<Result<Outcome, Error>>) -> Result<usize, Error> {
    let outcomes = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
    let executions: u64 = outcomes.iter().map(|outcome| outcome.executions).sum();
    let failed = outcomes.iter().filter(|outcome| outcome.crash.is_some()).count();
    say::line(format_args!("{executions} executions, {failed} targets found something"));
    Ok(failed)
}

fn run(fuzzers: &Fuzzers, target: &'static str, seconds: u64) -> Result<Outcome, Error> {
    let found = corpus::found(target);
    let crashes = workspace::root().join("target/fuzz/crashes");
    corpus::make(&found)?;
    corpus::make(&crashes)?;
    let before = corpus::files(&found)?.len();
    let mut command = fuzzers.command(target);
    command
        .args([HANGS, "-print_final_stats=1", "-max_len=4096", "-reload=0"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(artifacts(&crashes.join(format!("{target}-"))));
    if let Some(words) = dictionary(target) {
        command.arg(prefixed("-dict=", &words));
    }
    command.arg(&found).args(corpus::seeds(target));
    let (ended_well, said) = ran(&mut command)?;
    Ok(Outcome {
        executions: number(&said, "stat::number_of_executed_units:"),
        per_second: number(&said, "stat::average_exec_per_sec:"),
        coverage: coverage(&said),
        new: corpus::files(&found)?.len().saturating_sub(before),
        crash: (!ended_well).then(|| (reason(&said), input(&said))),
    })
}

impl Outcome {
    fn line(&self, target: &str) -> String {
        let Self { executions, per_second, coverage, new, .. } = self;
        let figures = format!(
            "{target:9} {executions:>12} executions {per_second:>8} /s {coverage:>7} branches {new:>6} new inputs"
        );
        match &self.crash {
            None => figures,
            Some((why, Some(file))) => {
                format!("{figures}\n{target}: {why}\n  {}", command_to_replay(target, file))
            }
            Some((why, None)) => format!("{figures}\n{target}: {why}"),
        }
    }
}

/// Tries one input once; what it prints goes to the screen.
pub fn replay(fuzzers: &Fuzzers, target: &str, file: &Path) -> Result<(), Error> {
    let crash = fuzzers.scratch().join("again-");
    let mut command = fuzzers.command(target);
    process::run(command.env("RUST_BACKTRACE", "1").arg(HANGS).arg(artifacts(&crash)).arg(file))
}

/// Plants a mistake, which the target has to find: by a rule of its own, not by luck.
pub fn find_planted(fuzzers: &Fuzzers, target: &str) -> Result<(), Error> {
    let found = fuzzers.scratch().join(format!("planted-{target}"));
    corpus::make(&found)?;
    let mut command = fuzzers.command(target);
    command
        .env("WSY_FUZZ_PLANTED", "1")
        .args([HANGS, PLANTED, "-seed=1", "-max_len=4096"])
        .arg(artifacts(&found.join("crash-")))
        .arg(&found)
        .args(corpus::seeds(target));
    let (ended_well, said) = ran(&mut command)?;
    if !ended_well && said.contains(" panicked at src/") {
        say::line(format_args!("{target}: finds the mistake that was planted"));
        return Ok(());
    }
    Err(Error::Check(format!("{target}: a mistake was planted and not found ({})", reason(&said))))
}

/// Runs to the end, whatever that is. Gives whether it was a good one, and what was said.
fn ran(command: &mut Command) -> Result<(bool, String), Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|source| Error::Start { program, source })?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// Where an input that breaks something is written.
pub fn artifacts(prefix: &Path) -> OsString {
    prefixed("-artifact_prefix=", prefix)
}

fn prefixed(option: &str, path: &Path) -> OsString {
    let mut text = OsString::from(option);
    text.push(path);
    text
}

fn dictionary(target: &str) -> Option<PathBuf> {
    let file = workspace::root().join("fuzz/dictionaries").join(format!("{target}.dict"));
    file.is_file().then_some(file)
}

/// Why a target ended: the rule that was broken, or what libFuzzer says.
pub fn reason(said: &str) -> String {
    let mut lines = said.lines();
    if lines.any(|line| line.contains(" panicked at ")) {
        let rule: Vec<&str> = lines.take(3).take_while(|line| !line.starts_with("note:")).collect();
        return rule.join(" ").chars().take(600).collect();
    }
    let error = said.lines().find(|line| line.contains("ERROR: libFuzzer:"));
    error.or_else(|| said.lines().last()).unwrap_or("nothing was said").to_owned()
}

fn input(said: &str) -> Option<PathBuf> {
    said.lines()
        .find_map(|line| line.split_once("Test unit written to "))
        .map(|(_, file)| PathBuf::from(file))
}

fn number(said: &str, name: &str) -> u64 {
    let value = said.lines().find_map(|line| line.strip_prefix(name));
    value.and_then(|value| value.trim().parse().ok()).unwrap_or(0)
}

/// The last `cov: 1234` of the progress lines.
fn coverage(said: &str) -> u64 {
    let after = said.rsplit_once("cov: ").map(|(_, rest)| rest);
    after.and_then(|rest| rest.split(' ').next()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "\
#8 INITED cov: 12 ft: 13 corp: 2/3b exec/s: 0 rss: 28Mb
thread '<unnamed>' (3769) panicked at src/texts.rs:12:5:
paid with another amount
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
==3769== ERROR: libFuzzer: deadly signal
artifact_prefix='a b/'; Test unit written to a b/crash-76c8
#99 DONE cov: 345 ft: 13 corp: 2/3b
stat::number_of_executed_units: 415
stat::average_exec_per_sec:     7
";

    #[test]
    fn what_libfuzzer_says_is_read() {
        assert_eq!(number(SAID, "stat::number_of_executed_units:"), 415);
        assert_eq!(number(SAID, "stat::average_exec_per_sec:"), 7);
        assert_eq!(coverage(SAID), 345);
        assert_eq!(reason(SAID), "paid with another amount");
        assert_eq!(input(SAID), Some(PathBuf::from("a b/crash-76c8")));
        assert_eq!(
            reason("==1== ERROR: libFuzzer: timeout after 30 seconds"),
            "==1== ERROR: libFuzzer: timeout after 30 seconds"
        );
    }
}
