//! A compiler, a package to compile against, and a way to run what came of it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use crate::packages::Unpacked;
use crate::wine;
use kit::bits::Bits;
use kit::error::Error;
use kit::process;
use kit::tools::{self, Tool};
use kit::workspace;

/// As strictly as a copy of the header and of the example may be compiled.
const STRICT: [&str; 5] = ["-Wall", "-Wextra", "-Wshadow", "-pedantic", "-Werror"];

enum System {
    Linux,
    Windows(Bits),
}

/// What the programs are made of, and where they run.
pub struct Bench {
    system: System,
    compiler: Tool,
    include: PathBuf,
    library: PathBuf,
    examples: PathBuf,
    sandbox: PathBuf,
    scratch: TempDir,
}

impl Bench {
    /// With the package for Linux.
    pub fn linux(unpacked: &Unpacked) -> Result<Self, Error> {
        Ok(Self {
            system: System::Linux,
            compiler: tools::cpp_compiler()?,
            include: unpacked.linux.join("include"),
            library: unpacked.linux.join("lib"),
            examples: unpacked.linux.join("examples"),
            sandbox: unpacked.sandbox(),
            scratch: workspace::scratch("cpp programs")?,
        })
    }

    /// With the package for Windows. The programs are made by MinGW and run under Wine; the platform they talk to is the
    /// one for Linux.
    pub fn windows(unpacked: &Unpacked, bits: Bits) -> Result<Self, Error> {
        let (compiler, package, library) = match bits {
            Bits::X86 => ("i686-w64-mingw32-g++", "g++-mingw-w64-i686", "x86"),
            Bits::X64 => ("x86_64-w64-mingw32-g++", "g++-mingw-w64-x86-64", "x64"),
        };
        let bench = Self {
            system: System::Windows(bits),
            compiler: tools::need(compiler, package)?,
            include: unpacked.windows.join("include"),
            library: unpacked.windows.join(library),
            examples: unpacked.windows.join("examples"),
            sandbox: unpacked.sandbox(),
            scratch: workspace::scratch("cpp programs")?,
        };
        let library = bench.library.join("wsy.dll");
        fs::copy(&library, bench.scratch.path().join("wsy.dll")).map_err(Error::file("copy", &library))?;
        Ok(bench)
    }

    /// The folder of the package's headers.
    pub fn include(&self) -> &Path {
        &self.include
    }

    /// The package's small till.
    pub fn till(&self) -> PathBuf {
        self.examples.join("cpp/till.cpp")
    }

    /// The program of the platform.
    pub fn sandbox(&self) -> &Path {
        &self.sandbox
    }

    /// Compiles and links a program. No other one of this name is made with these flags.
    pub fn compile(&self, name: &str, sources: &[PathBuf], flags: &[&str]) -> Result<PathBuf, Error> {
        let program = self.scratch.path().join(format!("{name} {}.exe", flags.concat()));
        let mut command = self.compiler.command();
        command.args(STRICT).args(flags).arg("-I").arg(&self.include).args(sources);
        command.arg("-o").arg(&program);
        match self.system {
            System::Linux => command.arg("-L").arg(&self.library).arg("-lwsy"),
            // With -static, -lwsy would be looked for as a static library.
            System::Windows(_) => {
                command.arg("-static").arg(self.library.join("libwsy.dll.a")).arg("-lws2_32")
            }
        };
        process::output(&mut command).map(|_| program)
    }

    /// Compiles a file without making anything of it.
    pub fn syntax(&self, source: &Path, flags: &[&str]) -> Result<(), Error> {
        let mut command = self.compiler.command();
        command.args(STRICT).args(flags).arg("-fsyntax-only").arg("-I").arg(&self.include).arg(source);
        process::output(&mut command).map(drop)
    }

    /// A command line that runs a program that was compiled here.
    pub fn command(&self, program: &Path) -> Result<Command, Error> {
        match self.system {
            System::Linux => {
                let mut command = Command::new(program);
                command.env("LD_LIBRARY_PATH", &self.library);
                Ok(command)
            }
            System::Windows(bits) => wine::command(bits, program),
        }
    }

    /// A path as the programs see it.
    pub fn path(&self, path: &Path) -> OsString {
        match self.system {
            System::Linux => path.into(),
            System::Windows(_) => wine::path(path).into(),
        }
    }
}

/// Does something for each item, so many at once, and gives the results in their order.
pub fn each<T, R>(
    items: &[T],
    at_once: usize,
    work: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error>
where
    T: Sync,
    R: Send,
{
    let mut results = Vec::with_capacity(items.len());
    for group in items.chunks(at_once) {
        let group: Vec<_> = thread::scope(|scope| {
            let running: Vec<_> = group.iter().map(|item| scope.spawn(|| work(item))).collect();
            running.into_iter().map(thread::ScopedJoinHandle::join).collect()
        });
        for result in group {
            results.push(result.unwrap_or_else(|cause| std::panic::resume_unwind(cause))?);
        }
    }
    Ok(results)
}
