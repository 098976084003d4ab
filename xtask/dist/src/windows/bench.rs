//! Where Windows programs are made and run: a folder with the DLL beside them, as on a till.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::packages::Unpacked;
use kit::bits::Bits;
use kit::error::Error;
use kit::process;
use kit::tools;
use kit::workspace;

const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-pedantic", "-Werror"];

/// A folder with the DLL of one kind, from the package.
pub struct Bench {
    /// The kind of the programs.
    pub bits: Bits,
    /// The packages that all of it is from.
    pub packages: &'static Unpacked,
    folder: TempDir,
}

impl Bench {
    /// Puts the DLL into a new folder.
    pub fn new(packages: &'static Unpacked, bits: Bits) -> Result<Self, Error> {
        let bench = Self { bits, packages, folder: workspace::scratch("windows programs")? };
        let (from, to) = (bench.package().join("wsy.dll"), bench.place("wsy.dll"));
        fs::copy(&from, &to).map_err(Error::file("copy", &from))?;
        Ok(bench)
    }

    /// A path in the folder.
    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Compiles a program of `tests/windows`, which finds these texts as headers.
    pub fn compile(&self, name: &str, headers: &[(&str, &str)]) -> Result<PathBuf, Error> {
        for (header, text) in headers {
            workspace::write(&self.place(header), text)?;
        }
        let folder = workspace::root().join("tests/windows");
        let sources = [folder.join(format!("{name}.c")), folder.join("test.c")];
        self.compile_as(name, &sources, &["-std=gnu99", "-O1", "-msse2"])
    }

    /// Compiles a program and links it with the import library of the package.
    pub fn compile_as(&self, name: &str, sources: &[PathBuf], options: &[&str]) -> Result<PathBuf, Error> {
        let program = self.place(&format!("{name}.exe"));
        let mut command = tools::mingw(self.bits, "gcc")?.command();
        command.args(options).args(STRICT);
        command.arg("-I").arg(self.packages.windows.join("include")).arg("-I").arg(self.folder.path());
        command.args(sources).arg(self.package().join("libwsy.dll.a"));
        // No DLL of the compiler beside it.
        command.args(["-static", "-lws2_32", "-lwinspool"]).arg("-o").arg(&program);
        process::output(&mut command)?;
        Ok(program)
    }

    /// The folder of this kind in the package.
    fn package(&self) -> PathBuf {
        self.packages.windows.join(self.bits.folder())
    }

    /// The folder that the programs are in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}
