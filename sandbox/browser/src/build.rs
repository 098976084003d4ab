//! Builds the sandbox, the library and the C till.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use kit::artifacts;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools::Tool;
use kit::workspace::{self, ABI};

/// What was built, in a folder that is removed when this is dropped.
pub struct Built {
    /// The platform.
    pub sandbox: PathBuf,
    folder: TempDir,
}

impl Built {
    /// The till in C.
    pub fn till(&self) -> PathBuf {
        self.folder.path().join("till")
    }

    /// Where the library is that the till loads.
    pub fn libraries(&self) -> &Path {
        self.folder.path()
    }
}

/// Builds all three.
pub fn build(compiler: &Tool) -> Result<Built, Error> {
    say::line("building the sandbox, the library and a till");
    let mut command = workspace::cargo();
    command.args(["build", "--package", "wsy", "--package", "wsy-sandbox", "--lib", "--bins"]);
    let made = artifacts::build(&mut command)?;
    let (library, sandbox) = (made.file("libwsy.so")?, made.program("wsy-sandbox")?);
    let built = Built { sandbox, folder: workspace::scratch("console")? };
    // Under the name by which programs that were linked with it ask for it.
    let copy = built.libraries().join(format!("libwsy.so.{ABI}"));
    std::fs::copy(&library, &copy).map_err(Error::file("copy", &library))?;
    let root = workspace::root();
    let mut command = compiler.command();
    command.arg("-std=c99").arg("-I").arg(root.join("include")).arg(root.join("examples/c/till.c"));
    process::output(command.arg(&copy).arg("-o").arg(built.till()))?;
    Ok(built)
}
