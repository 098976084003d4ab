//! `cargo xtask coverage`: which lines and branches of the money rules are reached by their tests and the simulator.
//!
//! The pure rooms of the library are built alone, in a workspace of their own under `target/coverage`: without SQLite, HTTP
//! and TLS that takes seconds.

mod build;
mod report;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools::{self, Missing, Tool};
use kit::workspace;
use report::Report;

/// So many worlds of the simulator are played.
const WORLDS: &str = "300";

/// Measures it, and prints a table and the lines that are never reached, of which there may be none.
pub fn coverage() -> Result<(), Error> {
    let (merger, reporter) = (tool("llvm-profdata")?, tool("llvm-cov")?);
    let built = build::build()?;
    let raw = workspace::scratch("coverage")?;
    for test in &built.tests {
        process::output(measured(test, raw.path()).current_dir(&built.folder))?;
    }
    process::output(measured(&built.simulator, raw.path()).args(["seeds", WORLDS]))?;
    let merged = raw.path().join("merged.profdata");
    let mut command = merger.command();
    command.args(["merge", "-sparse", "-o"]).arg(&merged).args(files(raw.path())?);
    process::output(&mut command)?;
    let mut command = reporter.command();
    command.args(["export", "-format=lcov", "-instr-profile"]).arg(&merged).arg(&built.simulator);
    command.args(built.tests.iter().flat_map(|test| ["-object".as_ref(), test.as_os_str()]));
    let report = Report::read(&process::output(&mut command)?);
    tell(&report)
}

/// The tools of the LLVM that the Rust compiler is made with: another version does not read what it writes.
fn tool(name: &str) -> Result<Tool, Error> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = process::output(Command::new(rustc).current_dir(workspace::root()).arg("-vV"))?;
    let version = said.lines().find_map(|line| line.strip_prefix("LLVM version: "));
    match version.and_then(|version| version.split('.').next()) {
        Some(major) => Ok(tools::need(&format!("{name}-{major}"), &format!("llvm-{major}"))?),
        None => {
            Err(Missing::because(name, "the Rust compiler does not say which LLVM it is made with").into())
        }
    }
}

/// A program that leaves a file there of what it reached.
fn measured(program: &Path, raw: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("LLVM_PROFILE_FILE", raw.join("%p-%m.profraw"));
    command
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let files = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    Ok(files.filter_map(Result::ok).map(|file| file.path()).collect())
}

fn tell(report: &Report) -> Result<(), Error> {
    say::line(format_args!("{:<30} {:>16} {:>16}", "file", "lines", "branches"));
    for file in &report.files {
        say::line(format_args!("{:<30} {:>16} {:>16}", file.name, file.lines(), file.branches()));
    }
    let sum = report.sum();
    say::line(format_args!("{:<30} {:>16} {:>16}", sum.name, sum.lines(), sum.branches()));
    let mut never = 0;
    for file in &report.files {
        let text = workspace::read(&workspace::root().join(&file.name))?;
        let lines: Vec<&str> = text.lines().collect();
        let shown = |line: &usize| lines.get(line.saturating_sub(1)).map_or("", |text| text.trim());
        for line in file.lines_never_reached() {
            never += 1;
            say::line(format_args!("never reached: {}:{line}: {}", file.name, shown(&line)));
        }
        for line in file.branches_never_taken() {
            say::line(format_args!("a branch never taken: {}:{line}: {}", file.name, shown(&line)));
        }
    }
    if report.files.is_empty() {
        return Err(Error::Check("nothing was measured".to_owned()));
    }
    if never == 0 {
        Ok(())
    } else {
        Err(Error::Check(format!("{never} lines are never reached: test them, or remove them")))
    }
}
