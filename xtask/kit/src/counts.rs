//! How many tests passed and failed.

use std::fmt::{self, Display};
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::say;

/// The start of the last line of a part of the tests that cannot run here; the reason follows.
pub const DID_NOT_RUN: &str = "did not run: ";

/// The number of tests that passed, failed and were skipped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that were skipped.
    pub skipped: usize,
}

impl Counts {
    /// Adds other counts.
    pub fn add(&mut self, others: Self) {
        self.passed += others.passed;
        self.failed += others.failed;
        self.skipped += others.skipped;
    }

    /// Reads the line that a Rust test program ends with:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
    /// Returns `None` for other lines.
    pub fn of_result_line(line: &str) -> Option<Self> {
        let (_, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let mut counts = Self::default();
        for part in numbers.split("; ") {
            match part.split_once(' ') {
                Some((number, "passed")) => counts.passed = number.parse().ok()?,
                Some((number, "failed")) => counts.failed = number.parse().ok()?,
                Some((number, "ignored")) => counts.skipped = number.parse().ok()?,
                _ => {}
            }
        }
        Some(counts)
    }

    /// Reads the last line of every other test program and every part of the tests: `12 passed, 0 failed`,
    /// and `, 1 skipped` if any were. Returns `None` for other lines.
    pub fn of_last_line(line: &str) -> Option<Self> {
        let (passed, rest) = line.split_once(" passed, ")?;
        let (failed, skipped) = match rest.split_once(" failed, ") {
            Some((failed, skipped)) => (failed, skipped.strip_suffix(" skipped")?),
            None => (rest.strip_suffix(" failed")?, "0"),
        };
        Some(Self {
            passed: passed.parse().ok()?,
            failed: failed.parse().ok()?,
            skipped: skipped.parse().ok()?,
        })
    }

    /// A single check that passed.
    pub const ONE: Self = Self { passed: 1, failed: 0, skipped: 0 };
}

impl Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// One check that counts as a test; if it fails, the reason is printed. A check that cannot run here is not a
/// failure.
pub fn of_check(result: Result<(), Error>) -> Result<Counts, Error> {
    match result {
        Ok(()) => Ok(Counts::ONE),
        Err(Error::Missing(missing)) => Err(missing.into()),
        Err(error) => {
            say::line(error);
            Ok(Counts { failed: 1, ..Counts::default() })
        }
    }
}

/// Runs a test program that ends with `N passed, M failed`. Shows its output if a test failed.
pub fn of_program(command: &mut Command) -> Result<Counts, Error> {
    of_lines(command, Counts::of_last_line)
}

/// Runs the tests of a Rust test program, or of `cargo test` with a single one. Shows the output if a test
/// failed.
pub fn of_rust_tests(command: &mut Command) -> Result<Counts, Error> {
    of_lines(command, Counts::of_result_line)
}

fn of_lines(command: &mut Command, read: fn(&str) -> Option<Counts>) -> Result<Counts, Error> {
    let (mut printed, mut counts) = (Vec::new(), None);
    let ended = process::lines(command, |line| {
        counts = read(line).or(counts);
        printed.push(line.to_owned());
    });
    if ended.is_err() || counts.is_none() {
        printed.iter().for_each(say::line);
    }
    match (ended, counts) {
        (Ok(()), Some(counts)) => Ok(counts),
        (Err(Error::Failed { .. }), Some(counts)) if counts.failed > 0 => Ok(counts),
        (Err(error), _) => Err(error),
        (Ok(()), None) => Err(Error::Check("the tests did not print a result".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn result_lines_are_read() {
        let line =
            "test result: ok. 13 passed; 0 failed; 2 ignored; 0 measured; 7 filtered out; finished in 0.01s";
        assert_eq!(Counts::of_result_line(line), Some(Counts { passed: 13, failed: 0, skipped: 2 }));
        let line = "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s";
        assert_eq!(Counts::of_result_line(line), Some(Counts { passed: 1, failed: 2, skipped: 0 }));
    }

    #[test]
    fn other_lines_are_not() {
        for line in [
            "",
            "test a ... ok",
            "running 3 tests",
            "the test result: ok. 1 passed; 0 failed",
            "test result: ",
        ] {
            assert_eq!(Counts::of_result_line(line), None, "{line}");
        }
    }

    #[test]
    fn last_lines_are_read() {
        let counts = Counts { passed: 96, failed: 2, skipped: 0 };
        assert_eq!(Counts::of_last_line("96 passed, 2 failed"), Some(counts));
        let counts = Counts { passed: 7, failed: 1, skipped: 2 };
        assert_eq!(Counts::of_last_line(&counts.to_string()), Some(counts));
        for line in ["", "OK", "a sale: ok", "x passed, 1 failed", "1 passed", "1 passed, 2 failed, 1 skippe"]
        {
            assert_eq!(Counts::of_last_line(line), None, "{line}");
        }
    }

    #[test]
    fn the_last_line_has_its_form() {
        let mut counts = Counts { passed: 3, failed: 1, skipped: 0 };
        assert_eq!(counts.to_string(), "3 passed, 1 failed");
        counts.add(Counts { passed: 4, failed: 0, skipped: 2 });
        assert_eq!(counts.to_string(), "7 passed, 1 failed, 2 skipped");
    }
}
