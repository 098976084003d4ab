//! Builds the fuzz targets.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools;
use kit::workspace;

/// What makes libFuzzer see which branches an input takes and what it is compared with.
const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The targets, ready to run.
pub struct Fuzzers {
    programs: PathBuf,
    /// Where the targets make their temporary folders; gone with this.
    scratch: TempDir,
}

/// Builds the targets, where anything has changed since the last time.
pub fn fuzzers() -> Result<Fuzzers, Error> {
    tools::cpp_compiler()?;
    let host = host()?;
    let folder = workspace::root().join("target/fuzz");
    say::line("building the fuzz targets");
    let mut cargo = workspace::cargo();
    // With --target, the flags are for the targets alone and not for build scripts.
    cargo.args([
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "--target",
        &host,
    ]);
    cargo.arg("--target-dir").arg(&folder).env("RUSTFLAGS", FLAGS).env_remove("CARGO_ENCODED_RUSTFLAGS");
    process::run(&mut cargo)?;
    Ok(Fuzzers { programs: folder.join(host).join("release"), scratch: scratch()? })
}

impl Fuzzers {
    /// A command line of a target.
    pub fn command(&self, target: &str) -> Command {
        let mut command = Command::new(self.programs.join(target));
        command.env("TMPDIR", self.scratch.path()).env("RUST_BACKTRACE", "0").env_remove("WSY_FUZZ_PLANTED");
        command
    }

    /// The same with a path from the folder of the workspace on, in which it runs.
    pub fn command_from_root(&self, target: &str) -> Command {
        let root = workspace::root();
        let programs = self.programs.strip_prefix(&root).unwrap_or(&self.programs);
        let mut command = Command::new(programs.join(target));
        command.env("TMPDIR", self.scratch.path()).current_dir(root);
        command
    }

    /// A folder that is removed at the end of the run.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }
}

/// In memory where there is such a place: a ledger on a disk would be tried a hundred times a second, not a thousand.
fn scratch() -> Result<TempDir, Error> {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
    tempfile::Builder::new()
        .prefix("wsy fuzz ")
        .tempdir_in(&place)
        .map_err(Error::file("make a folder in", &place))
}

/// The name that the compiler has for this machine.
fn host() -> Result<String, Error> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = process::output(Command::new(rustc).arg("-vV"))?;
    said.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Error::Check("rustc does not say for which machine it compiles".to_owned()))
}
