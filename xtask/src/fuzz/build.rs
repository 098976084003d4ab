//! Builds the fuzz targets, and with them the library with AddressSanitizer.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use kit::artifacts::{self, Artifacts};
use kit::error::Error;
use kit::{say, tools, workspace};

/// Makes libFuzzer see which branches an input takes and what it is compared with, and turns bad memory
/// accesses into crashes.
const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Zsanitizer=address";

/// The targets, ready to run.
pub struct Fuzzers {
    built: Artifacts,
    /// Where the targets create their temporary folders; removed when this is dropped.
    scratch: TempDir,
}

/// Builds the targets and the library if anything has changed since the last time. The library is built with
/// AddressSanitizer, including its C code.
pub fn build() -> Result<Artifacts, Error> {
    tools::cpp_compiler()?;
    let host = workspace::compiler("host")?;
    say::line(
        "building the fuzz targets and the library with AddressSanitizer; this takes some minutes the first time",
    );
    let mut cargo = workspace::cargo();
    // With --target, the flags apply to the targets alone and not to build scripts.
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
    cargo.arg("--target-dir").arg(workspace::root().join("target/fuzz"));
    cargo.env("RUSTFLAGS", FLAGS).env_remove("CARGO_ENCODED_RUSTFLAGS");
    // The sanitizer option is not stable yet.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo.env(format!("CFLAGS_{}", host.replace('-', "_")), "-fsanitize=address -g1");
    artifacts::build(&mut cargo)
}

impl Fuzzers {
    /// Builds them.
    pub fn build() -> Result<Self, Error> {
        Ok(Self { built: build()?, scratch: scratch()? })
    }

    /// A command line of a target.
    pub fn command(&self, target: &str) -> Result<Command, Error> {
        let mut command = Command::new(self.program(target)?);
        command.env("TMPDIR", self.scratch.path()).env("RUST_BACKTRACE", "0").env_remove("WSY_FUZZ_PLANTED");
        // Memory kept for the whole process is not a leak, and the tests of the C ABI look for the others.
        command.env("ASAN_OPTIONS", "detect_leaks=0");
        Ok(command)
    }

    /// The program of a target.
    pub fn program(&self, target: &str) -> Result<PathBuf, Error> {
        self.built.program(target)
    }

    /// A folder that is removed at the end of the run.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }
}

/// In memory where possible: a ledger on a disk would be tried a hundred times a second instead of a
/// thousand.
fn scratch() -> Result<TempDir, Error> {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
    tempfile::Builder::new()
        .prefix("wsy fuzz ")
        .tempdir_in(&place)
        .map_err(Error::file("create a directory in", &place))
}
