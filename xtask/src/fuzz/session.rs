//! Runs of the targets, and their results.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::build::Fuzzers;
use super::{TARGETS, corpus};
use kit::error::Error;
use kit::{pool, process, say, workspace};

/// The limit above which an input counts as hanging, in seconds.
const HANGS: &str = "-timeout=30";
/// Fixed, so that runs do not differ.
const SEED: &str = "-seed=1";
/// The number of inputs a target may try to find a planted mistake. A number instead of a time, so that a
/// busy machine finds it too.
const PLANTED: &str = "-runs=1000000";

/// Fuzzes all targets for this many seconds in all. Returns how many of them found something.
pub fn fuzz(fuzzers: &Fuzzers, seconds: u64) -> Result<usize, Error> {
    let parts: u32 = TARGETS.iter().map(|(_, part)| part).sum();
    say::line(format_args!("fuzzing {} targets for {seconds} s on {} processors", TARGETS.len(), workers()));
    // The slow ones are last in the list and start first, so that the processors finish at about the same
    // time.
    let targets: Vec<_> = TARGETS.iter().rev().collect();
    let found = pool::each(workers(), &targets, |(target, part)| {
        let share = seconds.saturating_mul(workers() as u64) * u64::from(*part) / u64::from(parts);
        run(fuzzers, target, share.max(1))
    });
    let found = found.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().filter(|found| *found).count();
    say::line(format_args!("{found} targets found something"));
    Ok(found)
}

/// How many targets run at once.
pub fn workers() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Fuzzes a target, prints the result, and returns whether it found something.
fn run(fuzzers: &Fuzzers, target: &str, seconds: u64) -> Result<bool, Error> {
    let found = corpus::found(target);
    let crashes = workspace::root().join("target/fuzz/crashes");
    corpus::make(&found)?;
    corpus::make(&crashes)?;
    let before = corpus::files(&found)?.len();
    let mut command = fuzzers.command(target)?;
    command
        .args([HANGS, "-print_final_stats=1", "-max_len=4096", "-reload=0"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(artifacts(&crashes.join(format!("{target}-"))));
    let words = workspace::root().join("fuzz/dictionaries").join(format!("{target}.dict"));
    if words.is_file() {
        command.arg(prefixed("-dict=", &words));
    }
    let (ended_well, said) = ran(command.arg(&found).args(corpus::seeds(target)))?;
    let executions = word_after(&said, "stat::number_of_executed_units:").unwrap_or("0");
    let per_second = word_after(&said, "stat::average_exec_per_sec:").unwrap_or("0");
    let branches = word_after(&said, "cov:").unwrap_or("0");
    let new = corpus::files(&found)?.len().saturating_sub(before);
    say::line(format_args!(
        "{target:9} {executions:>12} executions {per_second:>8} /s {branches:>7} branches {new:>6} new inputs"
    ));
    if !ended_well {
        say::line(format_args!("{target}: {}", reason(&said)));
        if let Some(file) = input(&said) {
            say::line(command_to_replay(target, &file));
        }
    }
    Ok(!ended_well)
}

/// Tries one input once; its output goes to the screen.
pub fn replay(fuzzers: &Fuzzers, target: &str, file: &Path) -> Result<(), Error> {
    let crash = artifacts(&fuzzers.scratch().join("again-"));
    process::run(fuzzers.command(target)?.env("RUST_BACKTRACE", "1").arg(HANGS).arg(crash).arg(file))
}

/// Tries every input of the corpus once; reports how many pass.
pub fn hold(fuzzers: &Fuzzers, target: &str) -> Result<String, Error> {
    let inputs = corpus::files(&corpus::committed(target))?.len();
    if inputs == 0 {
        return Err(Error::Check(format!("{target}: the corpus is empty")));
    }
    // One by one, so that libFuzzer names the one that fails.
    let mut command = fuzzers.command(target)?;
    command.args([HANGS, "-runs=1"]).arg(artifacts(&fuzzers.scratch().join(format!("replayed-{target}-"))));
    for folder in corpus::seeds(target) {
        command.args(corpus::files(&folder)?);
    }
    let (held, said) = ran(&mut command)?;
    if held {
        return Ok(format!("{target}: {inputs} inputs of the corpus pass"));
    }
    let running = said.lines().filter_map(|line| line.strip_prefix("Running: ")).next_back();
    let again = running.map_or(String::new(), |file| command_to_replay(target, Path::new(file)));
    Err(Error::Check(format!("{target}: {}\n{again}", reason(&said))))
}

/// Plants a mistake, which the target has to find with one of its own rules, not by luck.
pub fn find_planted(fuzzers: &Fuzzers, target: &str) -> Result<String, Error> {
    let found = fuzzers.scratch().join(format!("planted-{target}"));
    corpus::make(&found)?;
    let mut command = fuzzers.command(target)?;
    command.env("WSY_FUZZ_PLANTED", "1").args([HANGS, PLANTED, SEED, "-max_len=4096"]);
    command.arg(artifacts(&found.join("crash-"))).arg(&found).args(corpus::seeds(target));
    let (ended_well, said) = ran(&mut command)?;
    if !ended_well && said.contains(" panicked at src/") {
        return Ok(format!("{target}: found the planted mistake"));
    }
    Err(Error::Check(format!("{target}: did not find the planted mistake ({})", reason(&said))))
}

/// Runs a command to its end. Returns whether it succeeded, and its output.
fn ran(command: &mut Command) -> Result<(bool, String), Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.map_err(|source| Error::Start { program, source })?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// Where libFuzzer writes an input that breaks something.
fn artifacts(prefix: &Path) -> OsString {
    prefixed("-artifact_prefix=", prefix)
}

fn prefixed(option: &str, path: &Path) -> OsString {
    let mut text = OsString::from(option);
    text.push(path);
    text
}

/// The command that tries an input again.
fn command_to_replay(target: &str, file: &Path) -> String {
    format!("  cargo xtask fuzz --replay {target} '{}'", file.display())
}

/// Why a target ended: the broken rule, or the message of libFuzzer or the sanitizer.
fn reason(said: &str) -> String {
    let mut lines = said.lines();
    if lines.any(|line| line.contains(" panicked at ")) {
        let rule: Vec<&str> = lines.take(3).take_while(|line| !line.starts_with("note:")).collect();
        return rule.join(" ").chars().take(600).collect();
    }
    let error = said.lines().find(|line| line.contains("ERROR: "));
    error.or_else(|| said.lines().last()).unwrap_or("no output").to_owned()
}

fn input(said: &str) -> Option<PathBuf> {
    said.lines()
        .find_map(|line| line.split_once("Test unit written to "))
        .map(|(_, file)| PathBuf::from(file))
}

/// The word after the last occurrence of this one, such as the last `cov: 1234` of the progress lines.
fn word_after<'a>(said: &'a str, place: &str) -> Option<&'a str> {
    said.rsplit_once(place)?.1.split_whitespace().next()
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
        assert_eq!(word_after(SAID, "stat::number_of_executed_units:"), Some("415"));
        assert_eq!(word_after(SAID, "stat::average_exec_per_sec:"), Some("7"));
        assert_eq!(word_after(SAID, "cov:"), Some("345"));
        assert_eq!(reason(SAID), "paid with another amount");
        assert_eq!(input(SAID), Some(PathBuf::from("a b/crash-76c8")));
        for error in
            ["libFuzzer: timeout after 30 seconds", "AddressSanitizer: heap-use-after-free on address 0x1"]
        {
            assert_eq!(reason(&format!("#1\n==1==ERROR: {error}\nmore")), format!("==1==ERROR: {error}"));
        }
    }
}
