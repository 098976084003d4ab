//! The binding for C++: `bindings/cpp`, tested with the packages as their users have them.

mod bench;
mod example;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages;
use bench::{Bench, each};
use kit::bits::Bits;
use kit::counts::Counts;
use kit::error::Error;
use kit::platform::Platform;
use kit::process;
use kit::say;
use kit::tools;
use kit::workspace;

/// A way to compile the tests.
type Dialect = &'static [&'static str];

/// The language as it was, without what some tills do without, and as it is.
const LINUX: [Dialect; 3] =
    [&["-std=c++98", "-fno-exceptions", "-fno-rtti"], &["-std=c++11"], &["-std=c++17"]];

/// The compilers of Windows are mostly old.
const WINDOWS: [Dialect; 1] = [&["-std=c++98"]];

/// The tests wait most of the time, so each program is run in so many parts.
const SHARES: usize = 4;

/// How many parts are run at once.
const RUNNING: usize = 12;

/// How many compilers are at work at once.
const COMPILING: usize = 3;

/// What a test program has to say, and what it printed besides.
struct Ended {
    counts: Counts,
    printed: Vec<String>,
}

/// Its tests against the library for Linux.
pub fn linux() -> Result<Counts, Error> {
    let bench = Bench::linux(packages::unpacked()?)?;
    let programs = each(&LINUX, COMPILING, |dialect| bench.compile("tests", &sources()?, dialect))?;
    let mut counts = run(&bench, &programs)?;
    counts.add(check(refusals(&bench))?);
    counts.add(check(programs.first().map_or(Ok(()), |program| every_function_is_called(program)))?);
    counts.add(check(example::plays(&bench, example::Page::Utf8))?);
    Ok(counts)
}

/// Its tests as Windows programs.
pub fn windows() -> Result<Counts, Error> {
    let mut counts = Counts::default();
    for bits in [Bits::X86, Bits::X64] {
        let bench = Bench::windows(packages::unpacked()?, bits)?;
        let programs = each(&WINDOWS, COMPILING, |dialect| bench.compile("tests", &sources()?, dialect))?;
        counts.add(run(&bench, &programs)?);
        counts.add(check(example::plays(&bench, example::Page::Gbk))?);
    }
    Ok(counts)
}

/// One check that is counted like a test.
fn check(result: Result<(), Error>) -> Result<Counts, Error> {
    match result {
        Ok(()) => Ok(Counts { passed: 1, ..Counts::default() }),
        Err(Error::Missing(missing)) => Err(Error::Missing(missing)),
        Err(error) => {
            say::line(error);
            Ok(Counts { failed: 1, ..Counts::default() })
        }
    }
}

fn folder() -> PathBuf {
    workspace::root().join("bindings/cpp/tests")
}

/// The source files of the test program.
fn sources() -> Result<Vec<PathBuf>, Error> {
    let folder = folder();
    let mut sources = Vec::new();
    for entry in folder.read_dir().map_err(Error::file("read", &folder))? {
        let path = entry.map_err(Error::file("read", &folder))?.path();
        if path.extension().is_some_and(|extension| extension == "cpp") {
            sources.push(path);
        }
    }
    sources.sort();
    Ok(sources)
}

/// Runs every share of every program at once, and shows what the failing ones printed.
fn run(bench: &Bench, programs: &[PathBuf]) -> Result<Counts, Error> {
    let shares: Vec<(&PathBuf, usize)> =
        programs.iter().flat_map(|program| (0..SHARES).map(move |share| (program, share))).collect();
    let mut counts = Counts::default();
    for ended in each(&shares, RUNNING, |(program, share)| run_share(bench, program, *share))? {
        counts.add(ended.counts);
        ended.printed.iter().for_each(say::line);
    }
    Ok(counts)
}

/// Runs one share with a platform and a folder of its own. Nothing that it printed is shown if all is well.
fn run_share(bench: &Bench, program: &Path, share: usize) -> Result<Ended, Error> {
    let scratch = workspace::scratch("cpp")?;
    let platform = Platform::start_with_customers(Command::new(bench.sandbox()))?;
    let mut command = bench.command(program)?;
    command.arg(share.to_string()).arg(SHARES.to_string());
    command.env("WSY_SANDBOX_BASE", platform.base());
    command.env("WSY_TEST_FOLDER", bench.path(scratch.path()));
    command.env("WSY_HEADERS", bench.path(bench.include()));
    command.env("WSY_FONT", bench.path(&workspace::root().join("tests/vectors/receipt-font.ttf")));
    let mut printed = Vec::new();
    let result = process::lines(&mut command, |line| printed.push(line.to_owned()));
    let counts = printed.pop().and_then(|line| Counts::of_last_line(&line));
    match (result, counts) {
        (Ok(()), Some(counts)) => Ok(Ended { counts, printed: Vec::new() }),
        (Err(Error::Failed { .. }), Some(counts)) if counts.failed > 0 => Ok(Ended { counts, printed }),
        (Err(error), _) => {
            printed.iter().for_each(say::line);
            Err(error)
        }
        (Ok(()), None) => Err(Error::Check("the tests did not say how many there were".to_owned())),
    }
}

/// What must not compile does not, and is refused for nothing but that.
fn refusals(bench: &Bench) -> Result<(), Error> {
    let file = folder().join("must_not_compile/cases.cpp");
    let cases = workspace::read(&file)?.matches("CASE == ").count();
    for standard in ["-std=c++98", "-std=c++17"] {
        bench.syntax(&file, &[standard, "-DCASE=0"])?;
        let numbers: Vec<usize> = (1..cases).collect();
        let compiled = each(&numbers, COMPILING, |case| {
            Ok(bench.syntax(&file, &[standard, &format!("-DCASE={case}")]).is_ok().then_some(*case))
        })?;
        if let Some(case) = compiled.into_iter().flatten().next() {
            return Err(Error::Check(format!("{}: case {case} compiles as {standard}", file.display())));
        }
    }
    Ok(())
}

/// The tests call all that the library has: a function of the header that nobody calls is not in the program.
fn every_function_is_called(program: &Path) -> Result<(), Error> {
    let nm = tools::need("nm", "binutils")?;
    let table = process::output(nm.command().args(["--undefined-only", "--format=posix"]).arg(program))?;
    let called: Vec<&str> = table.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let all = workspace::read(&workspace::root().join("include/exports.txt"))?;
    match all.lines().find(|name| !called.contains(name)) {
        None => Ok(()),
        Some(name) => Err(Error::Check(format!("bindings/cpp/tests: no test calls {name}"))),
    }
}
