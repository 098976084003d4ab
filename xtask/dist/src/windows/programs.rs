//! The test programs of `tests/windows`: what only Windows has, or what only a Windows till does.

use std::path::Path;
use std::process::Command;

use super::bench::Bench;
use crate::wine::{self, CodePage};
use kit::bits::Bits;
use kit::counts::Counts;
use kit::error::Error;
use kit::platform::Platform;
use kit::process;
use kit::say;
use kit::workspace;

/// Much longer than any of them takes, in seconds.
const PATIENCE: &str = "180";

/// A run of a program.
pub struct Run<'a> {
    bench: &'a Bench,
    program: &'a Path,
    page: CodePage,
}

impl<'a> Run<'a> {
    /// Of this program, on a Chinese Windows.
    pub fn of(bench: &'a Bench, program: &'a Path) -> Self {
        Self { bench, program, page: CodePage::Chinese }
    }

    /// On a Windows with this code page.
    pub fn in_code_page(self, page: CodePage) -> Self {
        Self { page, ..self }
    }

    /// With the sandbox of the package for Linux.
    pub fn on_linux(&self) -> Result<Counts, Error> {
        self.with(Command::new(self.bench.packages.sandbox()))
    }

    /// With the sandbox of the package for Windows, which is a Windows program too.
    pub fn on_windows(&self) -> Result<Counts, Error> {
        let sandbox = self.bench.packages.windows.join("sandbox/wsy-sandbox.exe");
        self.with(wine::command(Bits::X86, &sandbox)?)
    }

    /// Nothing that it prints is shown if all is well.
    fn with(&self, sandbox: Command) -> Result<Counts, Error> {
        let platform = Platform::start(sandbox)?;
        let scratch = workspace::scratch("windows test")?;
        let mut command = Command::new("timeout");
        command.args(["--kill-after=5", PATIENCE]).arg(wine::runner(self.bench.bits, self.page)?);
        command.arg(self.program).arg(wine::path(scratch.path()));
        let font = workspace::root().join("tests/vectors/receipt-font.ttf");
        command.env("WSY_FONT", wine::path(&font));
        command.env("WSY_SANDBOX_BASE", platform.base()).env("WSY_CODE_PAGE", number(self.page));
        let mut printed = Vec::new();
        let result = process::lines(&mut command, |line| printed.push(line.to_owned()));
        let counts = printed.last().and_then(|line| Counts::of_last_line(line));
        let name = self.program.file_stem().unwrap_or_default().to_string_lossy();
        let what = format!("{name}.exe, {}, code page {}", self.bench.bits.folder(), number(self.page));
        match (result, counts) {
            (Ok(()), Some(counts)) if counts.failed == 0 && counts.passed > 0 => {
                say::line(format_args!("{what}: {counts}"));
                Ok(counts)
            }
            (Ok(()) | Err(Error::Failed { .. }), counts) => {
                printed.iter().for_each(say::line);
                let counts = counts.filter(|counts| counts.failed > 0);
                // It ended in the middle.
                let counts = counts.unwrap_or(Counts { failed: 1, ..Counts::default() });
                say::line(format_args!("{what}: {counts}"));
                Ok(counts)
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// The code page as Windows numbers it.
fn number(page: CodePage) -> &'static str {
    match page {
        CodePage::Chinese => "936",
        CodePage::Western => "1252",
    }
}

/// Whether the program `fpu` makes every call of the library as a host with an odd floating-point unit.
pub fn every_function_has_an_odd_host() -> Result<(), Error> {
    let root = workspace::root();
    let source = workspace::read(&root.join("tests/windows/fpu.c"))?;
    let all = workspace::read(&root.join("include/exports.txt"))?;
    match all.lines().find(|name| !source.contains(&format!("HOSTED({name}("))) {
        None => Ok(()),
        Some(name) => Err(Error::Check(format!("tests/windows/fpu.c does not call {name} with HOSTED"))),
    }
}
