//! `cargo xtask fuzz`: coverage-guided fuzzing of everything that takes bytes from outside, of the money
//! rules and of the C ABI.
//!
//! The targets are in `fuzz/`, a separate package, which is built with libFuzzer, with counters in every
//! branch and with AddressSanitizer. What a run finds stays below `target/fuzz`; only `--keep` changes the
//! corpora in `fuzz/corpus`.
//!
//! This does not use cargo-fuzz, which takes longer to install than it saves and wants a nightly compiler;
//! libFuzzer does the work anyway.

mod build;
mod corpus;
mod session;

use std::path::Path;

use kit::artifacts::Artifacts;
use kit::counts::Counts;
use kit::error::Error;
use kit::{pool, say};

use build::Fuzzers;
pub use corpus::keep;

/// The targets, with each one's share of the time: a slow target needs more of it to get anywhere.
const TARGETS: [(&str, u32); 9] = [
    ("responses", 2),
    ("receipts", 1),
    ("fonts", 1),
    ("texts", 1),
    ("numbers", 1),
    ("charges", 2),
    ("refunds", 2),
    ("ledgers", 2),
    ("calls", 3),
];

/// How long a run of the tests fuzzes, in seconds.
const SECONDS_IN_TESTS: u64 = 60;

/// One trial of a target; returns a line for the person who watches.
type Check = fn(&Fuzzers, &str) -> Result<String, Error>;

/// Fuzzes for this many seconds in all, on every processor.
pub fn fuzz(seconds: &str) -> Result<(), Error> {
    let seconds = seconds
        .parse()
        .ok()
        .filter(|seconds| (1..=31_536_000).contains(seconds))
        .ok_or_else(|| Error::Usage("--seconds takes a number, 1 or more".to_owned()))?;
    match session::fuzz(&Fuzzers::build()?, seconds)? {
        0 => Ok(()),
        _ => Err(Error::Said),
    }
}

/// Tries one input once, and prints everything about it.
pub fn replay(target: &str, file: &str) -> Result<(), Error> {
    let names = TARGETS.map(|(name, _)| name);
    if !names.contains(&target) {
        let names = names.join(", ");
        return Err(Error::Usage(format!("there is no target \"{target}\"; there are: {names}")));
    }
    session::replay(&Fuzzers::build()?, target, Path::new(file))
}

/// Builds the library with AddressSanitizer, including its C code.
pub fn library() -> Result<Artifacts, Error> {
    build::build()
}

/// The part of a test run: every input of the corpora once, a planted mistake that each target has to find,
/// and a minute of fuzzing.
pub fn short() -> Result<Counts, Error> {
    let fuzzers = Fuzzers::build()?;
    let mut counts = Counts::default();
    let checks: [Check; 2] = [session::hold, session::find_planted];
    let all: Vec<_> =
        TARGETS.iter().rev().flat_map(|(target, _)| checks.map(|check| (target, check))).collect();
    for result in pool::each(session::workers(), &all, |(target, check)| check(&fuzzers, target)) {
        match result {
            Ok(what) => {
                say::line(what);
                counts.passed += 1;
            }
            Err(Error::Check(why)) => {
                say::line(why);
                counts.failed += 1;
            }
            Err(error) => return Err(error),
        }
    }
    let failed = session::fuzz(&fuzzers, SECONDS_IN_TESTS)?;
    counts.add(Counts { passed: TARGETS.len() - failed, failed, skipped: 0 });
    Ok(counts)
}
