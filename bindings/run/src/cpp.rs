//! The binding for C++: `bindings/cpp`, tested with the packages as their users have them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::{Bench, Target};
use crate::till::Till;
use kit::bits::Bits;
use kit::counts::{self, Counts};
use kit::error::Error;
use kit::tools::{self, Tool};
use kit::{pool, process, workspace};

/// A way to compile the tests.
type Dialect = &'static [&'static str];

/// The oldest dialect, without features that some tills disable, and the newest one.
const LINUX: [Dialect; 3] =
    [&["-std=c++98", "-fno-exceptions", "-fno-rtti"], &["-std=c++11"], &["-std=c++17"]];

/// As strictly as a copy of the header and of the example may be compiled.
const STRICT: [&str; 5] = ["-Wall", "-Wextra", "-Wshadow", "-pedantic", "-Werror"];

/// How many compilers run at once.
const COMPILING: usize = 3;

/// Its tests against the library for Linux.
pub fn linux() -> Result<Counts, Error> {
    tests(&Cpp::new(Bench::linux()?)?, &LINUX)
}

/// Its tests in the oldest dialect, from the checkout.
pub fn quick() -> Result<Counts, Error> {
    tests(&Cpp::new(Bench::checkout()?)?, &LINUX[..1])
}

/// Its tests as Windows programs.
pub fn windows() -> Result<Counts, Error> {
    let mut counts = Counts::default();
    for bits in Bits::BOTH {
        let cpp = Cpp::new(Bench::windows(bits)?)?;
        cpp.bench.put_library(cpp.bench.scratch.path())?;
        // The compilers of Windows are mostly old.
        let programs = cpp.compile_tests(&[&["-std=c++98"]])?;
        counts.add(cpp.bench.run_tests(&programs, |_, _| Ok(()))?);
        counts.add(counts::of_check(cpp.till_plays())?);
    }
    Ok(counts)
}

fn tests(cpp: &Cpp, dialects: &[Dialect]) -> Result<Counts, Error> {
    let programs = cpp.compile_tests(dialects)?;
    let mut counts = cpp.bench.run_tests(&programs, |_, _| Ok(()))?;
    counts.add(counts::of_check(cpp.refusals(dialects))?);
    let all_called = programs.iter().try_for_each(|(program, _)| every_function_is_called(program));
    counts.add(counts::of_check(all_called)?);
    counts.add(counts::of_check(cpp.till_plays())?);
    Ok(counts)
}

/// The folder of the tests.
fn folder() -> PathBuf {
    workspace::root().join("bindings/cpp/tests")
}

/// A compiler and its header and library.
struct Cpp {
    bench: Bench,
    compiler: Tool,
}

impl Cpp {
    fn new(bench: Bench) -> Result<Self, Error> {
        let compiler = match bench.target {
            Target::Linux => tools::cpp_compiler()?,
            Target::Windows(bits) => tools::mingw(bits, "g++")?,
        };
        Ok(Self { bench, compiler })
    }

    fn compile_tests(&self, dialects: &[Dialect]) -> Result<Vec<(PathBuf, Option<&'static str>)>, Error> {
        let sources = workspace::files(&folder(), "cpp")?;
        pool::each(COMPILING, dialects, |dialect| Ok((self.compile("tests", &sources, dialect)?, None)))
            .into_iter()
            .collect()
    }

    /// Compiles and links a program, whose name is unique among programs with these flags.
    fn compile(&self, name: &str, sources: &[PathBuf], flags: &[&str]) -> Result<PathBuf, Error> {
        let program = self.bench.scratch.path().join(format!("{name} {}.exe", flags.concat()));
        let library = self.bench.library();
        let folder = library.parent().unwrap_or(&library);
        let mut command = self.compiler_for(flags);
        command.args(sources).arg("-o").arg(&program);
        match self.bench.target {
            Target::Linux => {
                command.arg("-L").arg(folder).args(["-lwsy", "-Xlinker", "-rpath", "-Xlinker"]).arg(folder)
            }
            // With -static, -lwsy would be looked for as a static library.
            Target::Windows(_) => command.arg("-static").arg(folder.join("libwsy.dll.a")).arg("-lws2_32"),
        };
        process::output(&mut command).map(|_| program)
    }

    fn compiler_for(&self, flags: &[&str]) -> Command {
        let mut command = self.compiler.command();
        command.args(STRICT).args(flags).arg("-I").arg(self.bench.package.join("include"));
        command
    }

    /// Checks that invalid code does not compile, and for no other reason.
    fn refusals(&self, dialects: &[Dialect]) -> Result<(), Error> {
        let file = folder().join("must_not_compile/cases.cpp");
        let cases: Vec<usize> = (0..workspace::read(&file)?.matches("CASE == ").count()).collect();
        for dialect in dialects {
            let compiles = pool::each(COMPILING, &cases, |case| {
                let mut command = self.compiler_for(dialect);
                command.arg(format!("-DCASE={case}")).arg("-fsyntax-only").arg(&file);
                process::output(&mut command)
            });
            for (case, compiled) in compiles.into_iter().enumerate() {
                match (case, compiled) {
                    // Without any of the cases it compiles.
                    (0, Err(error)) => return Err(error),
                    (1.., Ok(_)) => {
                        let (file, how) = (file.display(), dialect.join(" "));
                        return Err(Error::Check(format!("{file}: case {case} compiles as {how}")));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The small till, as its users compile it: as it is in the repository, and on Windows as its first
    /// comment says for a Chinese one.
    fn till_plays(&self) -> Result<(), Error> {
        let encoding = self.bench.encoding();
        let mut text = workspace::read(&self.bench.package.join("examples/cpp/till.cpp"))?;
        if self.bench.target != Target::Linux {
            text = text.replace("CODE_PAGE = wsy::utf8", "CODE_PAGE = wsy::gbk");
        }
        let (bytes, _, some_cannot_be_written) = encoding.encode(&text);
        if some_cannot_be_written {
            return Err(Error::Check(format!("till.cpp cannot be saved in {}", encoding.name())));
        }
        let saved = self.bench.scratch.path().join("till.cpp");
        fs::write(&saved, bytes).map_err(Error::file("write", &saved))?;
        Till {
            bench: &self.bench,
            source: "examples/cpp/till.cpp",
            program: self.compile("till", &[saved], &["-std=c++98"])?,
            own: &[
                ("pay B0 1 130000000000000001", &["NOTHING SENT"]),
                ("pay B3 1.234 280000000000000001", &["没有发出  NOTHING SENT"]),
                ("ledger", &["收款 paid 12.50   退款 refunded 12.50   未查清 open 0"]),
                ("pay", &["用法 usage: pay NUMBER YUAN [AUTHCODE]"]),
            ],
        }
        .plays()
    }
}

/// The tests must call every function of the library: an uncalled function of the header is not in the
/// program.
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
