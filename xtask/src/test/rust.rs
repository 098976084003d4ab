//! The Rust tests of every package. Their programs run in parallel: most of them wait for a platform that is
//! slow on purpose, and use no processor meanwhile.

use std::process::Command;

use kit::artifacts::{self, Artifact};
use kit::counts::{self, Counts};
use kit::error::Error;
use kit::{pool, say, tools, workspace};

/// How many test programs run at once, and the number of threads of each.
const PROGRAMS: usize = 3;
const THREADS: &str = "6";

/// The long tests: kills at every point, disk images, races. By test program and name.
const LONG: &[(&str, &str)] =
    &[("capi", "kills::"), ("capi", "races::"), ("disk", "power_loss::"), ("disk", "large::")];

/// Every test but the long ones.
pub fn quick() -> Result<Counts, Error> {
    run(|program| Some(long_of(program).flat_map(|name| ["--skip", name]).collect()))
}

/// The long tests, and those that are ignored because a tool may be missing.
pub fn long() -> Result<Counts, Error> {
    run(|program| {
        let long: Vec<_> = long_of(program).collect();
        Some(if long.is_empty() { vec!["--ignored"] } else { long })
    })
}

/// The long tests of a test program.
fn long_of(program: &Artifact) -> impl Iterator<Item = &'static str> {
    LONG.iter().filter(|(of, _)| *of == program.name).map(|(_, name)| *name)
}

/// The test that draws a receipt in a font of the system.
pub fn system_font() -> Result<Counts, Error> {
    tools::need_chinese_font()?;
    counts::of_rust_tests(workspace::cargo().args(["test", "--package", "wsy", "--test", "system_font"]))
}

/// Builds all test programs, and runs those for which `arguments` returns some.
fn run(arguments: impl Fn(&Artifact) -> Option<Vec<&'static str>>) -> Result<Counts, Error> {
    let built = artifacts::development()?.0;
    let programs: Vec<_> = built
        .iter()
        .filter(|artifact| artifact.is_test)
        .filter_map(|artifact| Some((artifact, artifact.executable.as_ref()?, arguments(artifact)?)))
        .collect();
    let results = pool::each(PROGRAMS, &programs, |(artifact, executable, arguments)| {
        let mut command = Command::new(executable);
        command.args(arguments).current_dir(&artifact.package).env("RUST_TEST_THREADS", THREADS);
        let counts = counts::of_rust_tests(&mut command)?;
        say::line(format_args!("{} of {}: {counts}", artifact.name, artifact.package_name()));
        Ok(counts)
    });
    let mut sum = Counts::default();
    for result in results {
        match result {
            Ok(counts) => sum.add(counts),
            // A test program that was cut short.
            Err(error @ Error::Failed { .. }) => {
                say::line(error);
                sum.failed += 1;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(sum)
}
