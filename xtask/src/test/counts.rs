//! How many tests passed and failed.

use std::fmt::{self, Display};

/// How many tests passed and failed, and how many were left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that were left out.
    pub skipped: usize,
}

impl Counts {
    /// Takes others in.
    pub fn add(&mut self, others: Self) {
        self.passed += others.passed;
        self.failed += others.failed;
        self.skipped += others.skipped;
    }

    /// Reads the line that a Rust test program ends with:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
    /// Other lines are `None`.
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

    /// Reads the line that the project's other test programs end with: `12 passed, 0 failed`. Other lines are `None`.
    pub fn of_last_line(line: &str) -> Option<Self> {
        let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
        Some(Self { passed: passed.parse().ok()?, failed: failed.parse().ok()?, skipped: 0 })
    }
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
        for line in
            ["", "OK", "a sale: ok", "x passed, 1 failed", "1 passed", "1 passed, 2 failed, 1 skipped"]
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
