//! `cargo xtask test`: every part of the tests, one after the other, and a sum that a person and a machine can read.

mod cargo;
pub mod counts;

use std::env;
use std::time::Instant;

use crate::bench;
use crate::bindings;
use crate::console;
use crate::coverage;
use crate::declarations;
use crate::demo;
use crate::dist;
use crate::error::Error;
use crate::exports;
use crate::fuzz;
use crate::header;
use crate::install;
use crate::sanitize;
use crate::say;
use crate::sim;
use crate::tools;
use crate::windows;
use counts::Counts;

/// One part of the tests.
struct Part {
    name: &'static str,
    work: Work,
}

enum Work {
    /// Right or wrong: counts as one test.
    Check(fn() -> Result<(), Error>),
    /// Many tests, which are counted one by one.
    Tests(fn() -> Result<Counts, Error>),
}

/// Quick ones first, so that a slip is told soon; what needs much else to be right comes last.
const PARTS: &[Part] = &[
    Part { name: "formatting", work: Work::Check(cargo::formatting) },
    Part { name: "lints", work: Work::Check(cargo::lints) },
    Part { name: "documentation", work: Work::Check(cargo::documentation) },
    Part { name: "header is current", work: Work::Check(header::check) },
    Part { name: "header as C99 and C11", work: Work::Check(header::compile::as_c) },
    Part { name: "header as C++98 and C++17", work: Work::Check(header::compile::as_cpp) },
    Part { name: "exports", work: Work::Check(exports::check) },
    Part { name: "install", work: Work::Check(install::check::check) },
    Part { name: "tests", work: Work::Tests(cargo::tests) },
    Part { name: "receipts in a system's font", work: Work::Tests(cargo::system_font) },
    Part { name: "declarations are current", work: Work::Check(declarations::check) },
    Part { name: "simulator", work: Work::Tests(sim::short) },
    Part { name: "fuzzing", work: Work::Tests(fuzz::short) },
    Part { name: "AddressSanitizer", work: Work::Tests(sanitize::address) },
    Part { name: "valgrind", work: Work::Tests(sanitize::valgrind) },
    Part { name: "coverage", work: Work::Check(coverage::coverage) },
    Part { name: "packages", work: Work::Check(dist::dist) },
    Part { name: "benchmark, short", work: Work::Check(bench::short) },
    Part { name: "fallbacks for Windows XP", work: Work::Tests(dist::xp::fallbacks) },
    Part { name: "C ABI on Windows", work: Work::Tests(windows::c_abi) },
    Part { name: "C ABI as on Windows XP", work: Work::Tests(windows::c_abi_as_on_xp) },
    Part { name: "stdcall face on Windows", work: Work::Tests(windows::stdcall) },
    Part { name: "wsyctl on Windows", work: Work::Tests(windows::wsyctl) },
    Part { name: "C++ on Linux", work: Work::Tests(bindings::cpp::linux) },
    Part { name: "C++ on Windows", work: Work::Tests(bindings::cpp::windows) },
    Part { name: "Python on Linux", work: Work::Tests(bindings::python::linux) },
    Part { name: "C# under Mono", work: Work::Tests(bindings::csharp::mono) },
    Part { name: "C# under .NET Core", work: Work::Tests(bindings::csharp::dotnet) },
    Part { name: "Delphi on Linux", work: Work::Tests(bindings::delphi::linux) },
    Part { name: "Delphi on Windows", work: Work::Tests(bindings::delphi::windows) },
    Part { name: "console in a browser", work: Work::Tests(console::browser) },
    Part { name: "demo", work: Work::Check(whole_demo) },
];

/// What takes long for what it can find; `test --part` runs it.
const APART: &[Part] = &[Part { name: "ThreadSanitizer", work: Work::Tests(sanitize::threads) }];

/// The demo leaves its Python till out where there is no Python. Its other till has to work all the same, but that is not
/// the whole demo.
fn whole_demo() -> Result<(), Error> {
    demo::run()?;
    tools::ensure("python3", "python3")?;
    Ok(())
}

/// How the parts ended.
#[derive(Default)]
struct Sum {
    counts: Counts,
    failed: Vec<&'static str>,
    did_not_run: Vec<String>,
}

/// Whether this machine is one on which nothing may be left out.
pub fn required_by_environment() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Runs every part, also after one that failed. With `require_all`, a part that cannot run here is a failure.
///
/// The last line is always `N passed, M failed`, with `, K skipped` if there are any.
pub fn run(require_all: bool) -> Result<(), Error> {
    run_parts(PARTS.iter(), require_all)
}

/// Runs the parts whose names have this text in them.
pub fn run_some(text: &str) -> Result<(), Error> {
    let wanted: Vec<&Part> = PARTS.iter().chain(APART).filter(|part| part.name.contains(text)).collect();
    if wanted.is_empty() {
        let names: Vec<&str> = PARTS.iter().chain(APART).map(|part| part.name).collect();
        return Err(Error::Usage(format!("no part is called so; there are: {}", names.join(", "))));
    }
    run_parts(wanted.into_iter(), false)
}

fn run_parts<'a>(parts: impl Iterator<Item = &'a Part>, require_all: bool) -> Result<(), Error> {
    let mut sum = Sum::default();
    for part in parts {
        sum.run(part);
    }
    sum.tell(require_all)
}

impl Sum {
    fn run(&mut self, part: &Part) {
        let name = part.name;
        say::line(format_args!("\n{name} ..."));
        let start = Instant::now();
        let result = match part.work {
            Work::Check(check) => check().map(|()| Counts { passed: 1, ..Counts::default() }),
            Work::Tests(tests) => tests(),
        };
        let seconds = start.elapsed().as_secs_f32();
        match result {
            Ok(counts) if counts.failed == 0 => {
                say::line(format_args!("{name}: ok, {seconds:.1} s"));
                self.counts.add(counts);
            }
            Ok(counts) => {
                say::line(format_args!("{name}: {} FAILED, {seconds:.1} s", counts.failed));
                self.counts.add(counts);
                self.failed.push(name);
            }
            Err(Error::Missing(missing)) => {
                say::line(format_args!("{name}: did not run, {missing}"));
                self.did_not_run.push(format!("{name} ({missing})"));
            }
            Err(error) => {
                say::line(format_args!("{error}\n{name}: FAILED, {seconds:.1} s"));
                self.counts.failed += 1;
                self.failed.push(name);
            }
        }
    }

    fn tell(mut self, require_all: bool) -> Result<(), Error> {
        say::line("");
        if !self.failed.is_empty() {
            say::line(format_args!("Failed: {}.", self.failed.join(", ")));
        }
        if self.did_not_run.is_empty() {
            say::line("Every part ran.");
        } else {
            let but = if require_all { ", though every part is required here" } else { "" };
            say::line(format_args!("Did not run{but}: {}.", self.did_not_run.join("; ")));
        }

        let left_out = self.did_not_run.len();
        if require_all {
            self.counts.failed += left_out;
        } else {
            self.counts.skipped += left_out;
        }
        say::line(self.counts);
        if self.counts.failed == 0 { Ok(()) } else { Err(Error::Said) }
    }
}
