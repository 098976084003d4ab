//! `cargo xtask coverage`: the lines and branches of the money rules that no test reaches, neither their own
//! nor the simulator's.
//!
//! This does not use cargo-llvm-cov, which would rebuild every dependency. Here cargo rebuilds only the
//! project's own packages, through a wrapper around the compiler, next to what the tests have built.

mod reached;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kit::artifacts;
use kit::error::Error;
use kit::{pool, process, say, tools, workspace};
use reached::Reached;

/// The money rules, and the test programs that have to reach all of them.
const RULES: [&str; 2] = ["src/payment", "src/protocol"];
const TESTS: [&str; 3] = ["payment", "protocol", "simulator"];

/// The number of cases tried of each property, always the same ones. The tests themselves try more, and
/// others, but reach no more.
const CASES: [(&str, &str); 2] = [("PROPTEST_CASES", "2000"), ("PROPTEST_RNG_SEED", "1")];

/// Measures the coverage and prints the lines and branches that are never reached. Fails if there is such a
/// line.
pub fn coverage() -> Result<(), Error> {
    let llvm = |tool: &str| {
        let version = workspace::llvm_version()?;
        Ok::<_, Error>(tools::need(&format!("{tool}-{version}"), &format!("llvm-{version}"))?)
    };
    let (merger, reporter) = (llvm("llvm-profdata")?, llvm("llvm-cov")?);
    let raw = workspace::scratch("coverage")?;
    let programs = run(raw.path())?;
    let merged = raw.path().join("merged.profdata");
    let files = fs::read_dir(raw.path()).map_err(Error::file("read", raw.path()))?;
    let files = files.filter_map(|file| Some(file.ok()?.path()));
    process::output(merger.command().args(["merge", "-sparse", "-o"]).arg(&merged).args(files))?;

    let mut command = reporter.command();
    command.args(["export", "-format=lcov", "-instr-profile"]).arg(&merged);
    command.args(programs.iter().flat_map(|program| [OsStr::new("-object"), program.as_os_str()]));
    command.arg("-sources").args(RULES.map(|folder| workspace::root().join(folder)));
    tell(&Reached::read(&process::output(&mut command)?))
}

/// Builds and runs the tests. Each leaves a file in the folder with what it reached.
fn run(raw: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut command = workspace::cargo();
    // The whole workspace, so that the dependencies are the same as for the other tests.
    command.args(["test", "--workspace", "--no-run", "--quiet"]);
    command.args(TESTS.iter().flat_map(|test| ["--test", test]));
    command.env("RUSTC_WORKSPACE_WRAPPER", workspace::root().join("xtask/src/coverage/rustc.sh"));
    let mut tests = artifacts::build(&mut command)?.0;
    tests.retain(|artifact| artifact.is_integration_test);
    let programs = pool::each(2, &tests, |test| {
        let program = test.executable.clone().unwrap_or_default();
        let mut command = Command::new(&program);
        command.current_dir(&test.package).envs(CASES);
        command.env("LLVM_PROFILE_FILE", raw.join("%p-%m.profraw"));
        process::output(&mut command).map(|_| program)
    });
    programs.into_iter().collect()
}

fn tell(reached: &Reached) -> Result<(), Error> {
    let shown = |file: &str, line: usize| {
        let text = workspace::read(Path::new(file)).unwrap_or_default();
        let name = Path::new(file).strip_prefix(workspace::root()).unwrap_or(Path::new(file));
        format!(
            "{}:{line}: {}",
            name.display(),
            text.lines().nth(line.saturating_sub(1)).unwrap_or("").trim()
        )
    };
    let (lines, branches) = (reached.lines_never_reached(), reached.branches_never_taken());
    for (file, line) in &lines {
        say::line(format_args!("never reached: {}", shown(file, *line)));
    }
    for (file, line) in &branches {
        say::line(format_args!("a branch never taken: {}", shown(file, *line)));
    }
    say::line(format_args!("{}: {reached}", RULES.join(" and ")));
    if reached.is_empty() {
        return Err(Error::Check("nothing was measured".to_owned()));
    }
    match lines.len() {
        0 => Ok(()),
        never => Err(Error::Check(format!("{never} lines are never reached: test them, or remove them"))),
    }
}
