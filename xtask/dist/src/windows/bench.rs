//! Where Windows programs are built and run: a folder with the DLL next to them, as on a till.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::packages;
use crate::wine::{self, CodePage};
use kit::bits::Bits;
use kit::counts::{self, Counts};
use kit::error::Error;
use kit::platform::Platform;
use kit::process;
use kit::say;
use kit::tools;
use kit::workspace;

const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-pedantic", "-Werror"];
/// The time limit of a program in seconds, much longer than any of them takes.
const PATIENCE: &str = "180";

/// A folder with the DLL of one kind, from the package.
pub struct Bench {
    /// The kind of the programs.
    pub bits: Bits,
    folder: TempDir,
}

impl Bench {
    /// Puts the DLL into a new folder.
    pub fn new(bits: Bits) -> Result<Self, Error> {
        let bench = Self { bits, folder: workspace::scratch("windows programs")? };
        let from = packages::windows()?.join(bits.folder()).join("wsy.dll");
        fs::copy(&from, bench.place("wsy.dll")).map_err(Error::file("copy", &from))?;
        Ok(bench)
    }

    /// The folder with the programs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path in the folder.
    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Compiles a program of `tests/windows`. Headers that it includes may lie in the folder.
    pub fn compile(&self, name: &str) -> Result<PathBuf, Error> {
        let sources = [format!("tests/windows/{name}.c"), "tests/windows/test.c".to_owned()];
        self.compile_as(name, &sources, &["-std=gnu99", "-O1", "-msse2"])
    }

    /// Compiles a program and links it with the import library of the package.
    pub fn compile_as(&self, name: &str, sources: &[String], options: &[&str]) -> Result<PathBuf, Error> {
        let (package, program) = (packages::windows()?, self.place(&format!("{name}.exe")));
        let mut command = tools::mingw(self.bits, "gcc")?.command();
        command.current_dir(workspace::root()).args(options).args(STRICT);
        command.arg("-I").arg(package.join("include")).arg("-I").arg(self.folder());
        command.args(sources).arg(package.join(self.bits.folder()).join("libwsy.dll.a"));
        // No DLL of the compiler is needed next to it.
        command.args(["-static", "-lws2_32", "-lwinspool"]).arg("-o").arg(&program);
        process::output(&mut command)?;
        Ok(program)
    }

    /// Runs a program of `tests/windows` with the sandbox of the package for Linux.
    pub fn run(&self, program: &Path, page: CodePage) -> Result<Counts, Error> {
        self.run_with(Command::new(packages::sandbox()?), program, page)
    }

    /// The same with the sandbox of the package for Windows, which is a Windows program too.
    pub fn run_on_windows(&self, program: &Path) -> Result<Counts, Error> {
        let sandbox = packages::windows()?.join("sandbox/wsy-sandbox.exe");
        self.run_with(wine::command(Bits::X86, &sandbox)?, program, CodePage::Chinese)
    }

    fn run_with(&self, sandbox: Command, program: &Path, page: CodePage) -> Result<Counts, Error> {
        let platform = Platform::start(sandbox)?;
        let scratch = workspace::scratch("windows test")?;
        let mut command = Command::new("timeout");
        command.args(["--kill-after=5", PATIENCE]).arg(wine::runner(self.bits, page)?);
        command.arg(program).arg(wine::path(scratch.path()));
        command.env("WSY_FONT", wine::path(&workspace::root().join("tests/vectors/receipt-font.ttf")));
        command.env("WSY_SANDBOX_BASE", platform.base()).env("WSY_CODE_PAGE", page.number());
        let counts = counts::of_program(&mut command)?;
        let name = program.file_name().unwrap_or_default().display();
        say::line(format_args!("{name}, {}, code page {}: {counts}", self.bits.folder(), page.number()));
        Ok(counts)
    }
}
