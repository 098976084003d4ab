//! `cargo xtask fuzz`: coverage-guided fuzzing of what takes bytes from outside, and of the money rules and the C ABI.
//!
//! The targets are in `fuzz/`, a package of its own, which is built with libFuzzer and with counters in every branch. What a
//! run finds stays below `target/fuzz`; only `--keep` changes the corpora in `fuzz/corpus`.

mod build;
mod corpus;
mod session;

use std::path::Path;

use kit::counts::Counts;
use kit::error::Error;
use kit::say;

pub use corpus::keep;

/// The targets, with the part of the time that each gets: what is slow needs more of it to get anywhere.
const TARGETS: [(&str, u32); 9] = [
    ("answers", 2),
    ("receipts", 1),
    ("fonts", 1),
    ("texts", 1),
    ("numbers", 1),
    ("charges", 2),
    ("refunds", 2),
    ("ledgers", 2),
    ("calls", 3),
];

/// So long a run of the tests fuzzes, in seconds of the clock.
const SECONDS_IN_TESTS: u64 = 60;

/// Fuzzes for so many seconds in all, on every processor.
pub fn fuzz(seconds: &str) -> Result<(), Error> {
    let seconds = seconds
        .parse()
        .ok()
        .filter(|seconds| (1..=31_536_000).contains(seconds))
        .ok_or_else(|| Error::Usage("--seconds takes a number from 1 on".to_owned()))?;
    let fuzzers = build::fuzzers()?;
    let failed = session::fuzz(&fuzzers, seconds)?;
    if failed == 0 { Ok(()) } else { Err(Error::Said) }
}

/// Tries one input once, and prints everything about it.
pub fn replay(target: &str, file: &str) -> Result<(), Error> {
    let fuzzers = build::fuzzers()?;
    let target = known(target)?;
    session::replay(&fuzzers, target, Path::new(file))
}

/// The part of a test run: every input of the corpora once, a planted mistake that each target has to find, and a minute of
/// fuzzing.
pub fn short() -> Result<Counts, Error> {
    let fuzzers = build::fuzzers()?;
    let mut counts = Counts::default();
    for (target, _) in TARGETS {
        count(&mut counts, corpus::replay(&fuzzers, target))?;
        count(&mut counts, session::find_planted(&fuzzers, target))?;
    }
    let failed = session::fuzz(&fuzzers, SECONDS_IN_TESTS)?;
    counts.add(Counts { passed: TARGETS.len() - failed, failed, skipped: 0 });
    Ok(counts)
}

fn count(counts: &mut Counts, result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Ok(()) => counts.passed += 1,
        Err(Error::Check(why)) => {
            say::line(why);
            counts.failed += 1;
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

fn known(target: &str) -> Result<&'static str, Error> {
    let names = TARGETS.map(|(name, _)| name);
    names.into_iter().find(|name| *name == target).ok_or_else(|| {
        Error::Usage(format!("there is no target \"{target}\"; there are: {}", names.join(", ")))
    })
}

/// The command that tries an input again.
fn command_to_replay(target: &str, file: &Path) -> String {
    format!("cargo xtask fuzz --replay {target} '{}'", file.display())
}
