//! The binding for Delphi and Free Pascal: `bindings/delphi`, tested as the packages have it.

mod free_pascal;
mod printer;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bench::{Bench, Target};
use crate::till::Till;
use dist::wine;
use free_pascal::{FreePascal, Strings};
use kit::bits::Bits;
use kit::counts::{self, Counts};
use kit::error::Error;
use kit::platform::Platform;
use kit::process;
use kit::workspace::{self, VERSION};

/// Its tests against the library for Linux.
pub fn linux() -> Result<Counts, Error> {
    Delphi::new(Bench::linux()?)?.tests("936")
}

/// Its tests as 32-bit and 64-bit Windows programs.
pub fn windows() -> Result<Counts, Error> {
    let mut counts = Counts::default();
    for bits in Bits::BOTH {
        counts.add(Delphi::new(Bench::windows(bits)?)?.tests("65001")?);
    }
    wine::wait_until_gone();
    Ok(counts)
}

/// A compiler, and the package whose unit its programs use.
struct Delphi {
    bench: Bench,
    pascal: FreePascal,
}

impl Delphi {
    fn new(bench: Bench) -> Result<Self, Error> {
        Ok(Self { pascal: FreePascal::ready(bench.target)?, bench })
    }

    /// Everything, with a till of Delphi 7, one that holds its texts in another code page than its system,
    /// and one of Delphi 12. A `WsyCodePage` of 0 is what the unit chooses.
    fn tests(&self, other_page: &str) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for strings in Strings::BOTH {
            counts.add(counts::of_check(self.compile_unit(strings))?);
        }
        let source = workspace::root().join("bindings/delphi/tests/Tests.lpr");
        // With line numbers, for error messages.
        let compile = |strings| self.compile(&source, strings, &["-gl"]);
        let (ansi, unicode) = (compile(Strings::Ansi)?, compile(Strings::Unicode)?);
        counts.add(self.run(&[(ansi.clone(), Some("0")), (ansi, Some(other_page)), (unicode, Some("0"))])?);
        for strings in Strings::BOTH {
            counts.add(counts::of_check(self.till_plays(strings))?);
            // It is for Windows.
            if self.bench.target != Target::Linux {
                counts.add(counts::of_check(self.quick_start(strings))?);
            }
        }
        Ok(counts)
    }

    fn run(&self, programs: &[(PathBuf, Option<&str>)]) -> Result<Counts, Error> {
        self.bench.run_tests(programs, |command, folder| {
            let paper = folder.join("paper.bin");
            command.env("WSY_PRINTER", printer::start(paper.clone())?);
            command.env("WSY_VERSION", VERSION).env("WSY_PAPER", self.bench.path(&paper));
            command.env("WSY_LIBRARY", self.bench.path(&self.bench.library()));
            command.env("WSY_UNIT", self.bench.path(&self.unit()));
            Ok(())
        })
    }

    fn unit(&self) -> PathBuf {
        self.bench.package.join("bindings/delphi/Wsy.pas")
    }

    /// The folder of what is compiled with these strings.
    fn output(&self, strings: Strings) -> Result<PathBuf, Error> {
        let output = self.bench.scratch.path().join(format!("{strings:?} strings"));
        fs::create_dir_all(&output).map_err(Error::file("make the folder", &output))?;
        Ok(output)
    }

    fn compiler(&self, strings: Strings) -> Result<Command, Error> {
        self.pascal.command(strings, &self.bench.package.join("bindings/delphi"), &self.output(strings)?)
    }

    /// Compiles the unit without any remark from the compiler.
    fn compile_unit(&self, strings: Strings) -> Result<(), Error> {
        let mut command = self.compiler(strings)?;
        process::output(command.args(["-vewnh", "-Sewnh"]).arg(self.unit())).map(drop)
    }

    /// Compiles a program that uses the unit of the package.
    fn compile(&self, source: &Path, strings: Strings, options: &[&str]) -> Result<PathBuf, Error> {
        process::output(self.compiler(strings)?.args(options).arg(source))?;
        let program = self.output(strings)?.join(source.file_stem().unwrap_or_default());
        Ok(if self.bench.target == Target::Linux { program } else { program.with_extension("exe") })
    }

    /// Compiles a program that people copy without any warning from the compiler, and puts the library beside
    /// it.
    fn compile_example(&self, source: &Path, strings: Strings) -> Result<PathBuf, Error> {
        self.bench.put_library(&self.output(strings)?)?;
        self.compile(source, strings, &["-vew", "-Sew"])
    }

    /// The small till.
    fn till_plays(&self, strings: Strings) -> Result<(), Error> {
        let source = "examples/delphi/Till.dpr";
        Till {
            bench: &self.bench,
            source,
            program: self.compile_example(&self.bench.package.join(source), strings)?,
            own: &[
                ("pay B0 1 130000000000000001", &["FAILED (-130)"]),
                ("pay B3 1.234 280000000000000001", &["没有完成 FAILED (-142)"]),
                ("ledger", &["已收款 paid: 12.50", "已退款 refunded: 12.50", "未查清 open: 0"]),
                ("pay", &["没有这个命令"]),
            ],
        }
        .plays()
    }

    /// The first payment of the quick start, as it is printed there but for where the platform and the data
    /// are.
    fn quick_start(&self, strings: Strings) -> Result<(), Error> {
        let document = self.bench.package.join("快速开始.md");
        let text = workspace::read(&document)?;
        let program = text.split_once("```pascal").and_then(|(_, rest)| rest.split_once("```"));
        let Some((program, _)) = program else {
            return Err(Error::Check(format!("{} has no program in Pascal", document.display())));
        };
        let scratch = workspace::scratch("delphi start")?;
        let platform = Platform::start_with_customers(Command::new(&self.bench.sandbox))?;
        let folder = self.bench.path(scratch.path());
        let program = program
            .replace("http://127.0.0.1:8080", platform.base())
            .replace(r"C:\wsy-try", &folder.to_string_lossy());
        let source = scratch.path().join("First.dpr");
        workspace::write(&source, &program)?;
        let mut command = self.bench.command(&self.compile_example(&source, strings)?)?;
        let not_started = |source| Error::Start { program: "First.dpr".to_owned(), source };
        command.args(["B1", "130000000000000001"]).stdin(Stdio::null());
        let stdout = command.output().map_err(not_started)?.stdout;
        let printed = self.bench.encoding().decode_without_bom_handling(&stdout).0;
        if printed.starts_with("1 支付成功") {
            return Ok(());
        }
        Err(Error::Check(format!("the program of {} says: {}", document.display(), printed.trim_end())))
    }
}
