//! What has to be there before the tills can be shown: the platform, the library and the C till.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::build::Built;
use super::control::Control;
use super::example;
use super::janitor::Janitor;
use super::till::Program;
use kit::error::Error;
use kit::platform::Platform;
use kit::process;
use kit::say;
use kit::tools::Tool;
use kit::workspace::{self, ABI};

/// The strictness that a copy of the example may be compiled with.
const STRICT: [&str; 5] = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"];

/// So that nobody has to wait for a demo; a real till leaves these alone.
const QUICK: [&str; 2] = ["poll_ms=400", "first_query_ms=200"];

/// Everything that has to be put away again, in this order.
pub struct Stage {
    _janitor: Janitor,
    _platform: Platform,
    folder: TempDir,
    /// The hand on the platform.
    pub control: Control,
}

impl Stage {
    /// Starts the platform and compiles the C till.
    pub fn set(built: &Built, compiler: &Tool) -> Result<Self, Error> {
        let folder = workspace::scratch("demo")?;
        let platform = Platform::start(Command::new(&built.sandbox))?;
        let janitor = Janitor::watch(folder.path(), platform.id());
        let control = Control::new(platform.base());
        let stage = Self { _janitor: janitor, _platform: platform, folder, control };
        fs::copy(&built.library, stage.library()).map_err(Error::file("copy", &built.library))?;
        stage.compile(compiler)?;
        Ok(stage)
    }

    /// The till in C.
    pub fn c_till(&self) -> Program {
        self.program(Command::new(self.compiled()), "c till data")
    }

    /// The till in Python.
    pub fn python_till(&self, python: &Tool) -> Program {
        let mut command = python.command();
        command.arg(example("python/till.py")).env("WSY_LIBRARY", self.library());
        self.program(command, "python till data")
    }

    fn program(&self, mut command: Command, data: &str) -> Program {
        command.arg(self.path(data)).arg(self.control.base());
        for option in QUICK {
            command.args(["--set", option]);
        }
        command.env("LD_LIBRARY_PATH", self.folder.path());
        Program(command)
    }

    fn compile(&self, compiler: &Tool) -> Result<(), Error> {
        let source = example("c/till.c");
        let mut command = compiler.command();
        command.args(STRICT).arg("-I").arg(workspace::root().join("include")).arg(&source);
        command.arg(self.library()).arg("-o").arg(self.compiled());
        process::output(&mut command)?;
        say::line(format_args!("Compiled examples/c/till.c with cc {}.", STRICT.join(" ")));
        Ok(())
    }

    /// Under the name by which programs that were linked with it ask for it.
    fn library(&self) -> PathBuf {
        self.path(&format!("libwsy.so.{ABI}"))
    }

    fn compiled(&self) -> PathBuf {
        self.path("till")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
