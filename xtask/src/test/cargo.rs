//! The parts that cargo does.

use std::process::Command;

use super::counts::Counts;
use crate::error::Error;
use crate::fonts;
use crate::process;
use crate::say;
use crate::tools;
use crate::workspace;

/// The code is formatted.
pub fn formatting() -> Result<(), Error> {
    tools::ensure_component("fmt", "rustfmt")?;
    process::run(workspace::cargo().args(["fmt", "--all", "--check"]))
}

/// The code has no warnings.
pub fn lints() -> Result<(), Error> {
    tools::ensure_component("clippy", "clippy")?;
    let mut command = workspace::cargo();
    process::run(command.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// The documentation has no warnings, such as links that lead nowhere.
pub fn documentation() -> Result<(), Error> {
    let mut command = workspace::cargo();
    process::run(command.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// The tests of every package.
pub fn tests() -> Result<Counts, Error> {
    let mut command = workspace::cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]);
    // Most of the tests wait for a platform that is slow on purpose, and keep no processor busy meanwhile.
    command.env("RUST_TEST_THREADS", "8");
    counted(&mut command)
}

/// A receipt as a picture, in a font that the system has.
pub fn system_font() -> Result<Counts, Error> {
    fonts::ensure()?;
    counted(workspace::cargo().args(["test", "--package", "wsy", "--test", "system_font"]))
}

fn counted(command: &mut Command) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    let result = process::lines(command, |line| {
        say::line(line);
        if let Some(more) = Counts::of_result_line(line) {
            counts.add(more);
        }
    });
    match result {
        Ok(()) if counts == Counts::default() => {
            Err(Error::Check("cargo test ran no test at all".to_owned()))
        }
        // It did not compile, or a test program ended in the middle: no line counts that.
        Err(error) if counts.failed == 0 => {
            say::line(error);
            counts.failed = 1;
            Ok(counts)
        }
        Ok(()) | Err(_) => Ok(counts),
    }
}
