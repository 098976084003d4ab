//! The binding for Delphi and Free Pascal: `bindings/delphi`, tested as the packages have it.

mod example;
mod free_pascal;
mod printer;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use crate::packages::{self, Unpacked};
use crate::wine;
use free_pascal::{FreePascal, Strings, Target};
use kit::bits::Bits;
use kit::counts::Counts;
use kit::error::Error;
use kit::platform::Platform;
use kit::process;
use kit::say;
use kit::workspace::{self, VERSION};
use printer::Printer;

/// The tests wait most of the time, so each program is run in so many parts at once.
const SHARES: usize = 4;

/// After how many seconds a part is ended that does not end by itself.
const LIMIT: &str = "300";

/// How a test program is compiled and run.
struct Host {
    strings: Strings,
    /// The `WsyCodePage` of the program; 0 for what the unit chooses.
    page: u32,
}

/// A till of Delphi 7, one that holds its texts in another code page than its system, and one of Delphi 12.
const fn hosts(other_page: u32) -> [Host; 3] {
    [
        Host { strings: Strings::Ansi, page: 0 },
        Host { strings: Strings::Ansi, page: other_page },
        Host { strings: Strings::Unicode, page: 0 },
    ]
}

/// Its tests against the library for Linux.
pub fn linux() -> Result<Counts, Error> {
    Bench::linux(packages::unpacked()?)?.run(&hosts(936))
}

/// Its tests as 32-bit and 64-bit Windows programs.
pub fn windows() -> Result<Counts, Error> {
    let mut counts = Counts::default();
    for bits in Bits::BOTH {
        counts.add(Bench::windows(packages::unpacked()?, bits)?.run(&hosts(65001))?);
    }
    wine::wait_until_gone();
    Ok(counts)
}

/// A package, and a compiler for the programs that use it.
struct Bench {
    target: Target,
    pascal: FreePascal,
    package: PathBuf,
    library: PathBuf,
    sandbox: PathBuf,
    scratch: TempDir,
}

impl Bench {
    fn linux(unpacked: &Unpacked) -> Result<Self, Error> {
        Self::new(unpacked, Target::Linux, &unpacked.linux, "lib/libwsy.so")
    }

    /// The platform that the programs talk to is the one for Linux.
    fn windows(unpacked: &Unpacked, bits: Bits) -> Result<Self, Error> {
        Self::new(unpacked, Target::Windows(bits), &unpacked.windows, &format!("{}/wsy.dll", bits.folder()))
    }

    fn new(unpacked: &Unpacked, target: Target, package: &Path, library: &str) -> Result<Self, Error> {
        Ok(Self {
            target,
            pascal: FreePascal::ready()?,
            package: package.to_owned(),
            library: package.join(library),
            sandbox: unpacked.sandbox(),
            scratch: workspace::scratch("delphi programs")?,
        })
    }

    fn run(&self, hosts: &[Host]) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for strings in [Strings::Ansi, Strings::Unicode] {
            counts.add(check(self.compile_unit(strings))?);
            self.compile_tests(strings)?;
        }
        counts.add(self.run_tests(hosts)?);
        for strings in [Strings::Ansi, Strings::Unicode] {
            counts.add(check(example::plays(self, strings))?);
            // It is for Windows.
            if self.target != Target::Linux {
                counts.add(check(example::quick_start(self, strings))?);
            }
        }
        Ok(counts)
    }

    /// The folder of what is compiled with these strings.
    fn output(&self, strings: Strings) -> Result<PathBuf, Error> {
        let output = self.scratch.path().join(format!("{strings:?} strings"));
        std::fs::create_dir_all(&output).map_err(Error::file("make the folder", &output))?;
        Ok(output)
    }

    fn unit(&self) -> PathBuf {
        self.package.join("bindings/delphi/Wsy.pas")
    }

    /// Compiles the unit, about which the compiler has nothing to remark.
    fn compile_unit(&self, strings: Strings) -> Result<(), Error> {
        let mut command = self.pascal.command(self.target, strings, &[], &self.output(strings)?)?;
        process::output(command.args(["-vewnh", "-Sewnh"]).arg(self.unit())).map(drop)
    }

    fn compile_tests(&self, strings: Strings) -> Result<(), Error> {
        let source = workspace::root().join("bindings/delphi/tests/Tests.lpr");
        // With line numbers, for what goes wrong.
        self.compile(&source, strings, &["-gl"]).map(drop)
    }

    /// Compiles a program that uses the unit of the package.
    fn compile(&self, source: &Path, strings: Strings, options: &[&str]) -> Result<PathBuf, Error> {
        let (output, unit) = (self.output(strings)?, self.package.join("bindings/delphi"));
        let mut command = self.pascal.command(self.target, strings, &[&unit], &output)?;
        process::output(command.args(options).arg(source))?;
        self.program(source, strings)
    }

    /// The program that comes of a source.
    fn program(&self, source: &Path, strings: Strings) -> Result<PathBuf, Error> {
        let program = self.output(strings)?.join(source.file_stem().unwrap_or_default());
        Ok(if self.target == Target::Linux { program } else { program.with_extension("exe") })
    }

    /// Runs all shares of all hosts at once.
    fn run_tests(&self, hosts: &[Host]) -> Result<Counts, Error> {
        let ended: Vec<_> = thread::scope(|scope| {
            let running: Vec<_> = hosts
                .iter()
                .flat_map(|host| (0..SHARES).map(move |share| (host, share)))
                .map(|(host, share)| scope.spawn(move || self.run_share(host, share)))
                .collect();
            running.into_iter().map(thread::ScopedJoinHandle::join).collect()
        });
        let mut counts = Counts::default();
        for ended in ended {
            counts.add(ended.unwrap_or_else(|cause| std::panic::resume_unwind(cause))?);
        }
        Ok(counts)
    }

    /// Runs one share with a platform and a folder of its own, and shows what it printed if something failed.
    fn run_share(&self, host: &Host, share: usize) -> Result<Counts, Error> {
        let scratch = workspace::scratch("delphi")?;
        let platform = Platform::start_with_customers(Command::new(&self.sandbox))?;
        let paper = scratch.path().join("paper.bin");
        let printer = Printer::start(&paper)?;
        let mut command = limited(&self.command(&self.program(Path::new("Tests.lpr"), host.strings)?)?);
        command.args([host.page.to_string(), share.to_string(), SHARES.to_string()]);
        command.env("WSY_SANDBOX_BASE", platform.base()).env("WSY_VERSION", VERSION);
        command.env("WSY_PRINTER", printer.name());
        for (name, path) in [
            ("WSY_LIBRARY", self.library.as_path()),
            ("WSY_TEST_FOLDER", scratch.path()),
            ("WSY_HEADER", &self.package.join("include/wsy.h")),
            ("WSY_UNIT", &self.unit()),
            ("WSY_PAPER", &paper),
            ("WSY_FONT", &workspace::root().join("tests/vectors/receipt-font.ttf")),
        ] {
            command.env(name, self.path(path));
        }
        let mut printed = Vec::new();
        let result = process::lines(&mut command, |line| printed.push(line.to_owned()));
        let counts = printed.last().and_then(|line| Counts::of_last_line(line));
        if result.is_err() || counts.is_none() {
            printed.iter().for_each(say::line);
        }
        match (result, counts) {
            (Ok(()), Some(counts)) => Ok(counts),
            (Err(Error::Failed { .. }), Some(counts)) if counts.failed > 0 => Ok(counts),
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(Error::Check("the tests did not say how many there were".to_owned())),
        }
    }

    /// A command line that runs a program that was compiled here.
    fn command(&self, program: &Path) -> Result<Command, Error> {
        match self.target {
            // The texts of an AnsiString are in the code page of the locale.
            Target::Linux => {
                let mut command = Command::new(program);
                command.env("LC_ALL", "C.UTF-8");
                // Cargo's own, in which a library of an earlier build may lie.
                command.env_remove("LD_LIBRARY_PATH");
                Ok(command)
            }
            Target::Windows(bits) => wine::command(bits, program),
        }
    }

    /// A path as the programs see it.
    fn path(&self, path: &Path) -> OsString {
        match self.target {
            Target::Linux => path.into(),
            Target::Windows(_) => wine::path(path).into(),
        }
    }
}

/// The same command line, ended when it takes too long.
fn limited(command: &Command) -> Command {
    let mut limited = Command::new("timeout");
    limited.arg(LIMIT).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited
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
