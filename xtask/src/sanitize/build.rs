//! Libraries built with a sanitizer, including their C code.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::fuzz;
use kit::artifacts;
use kit::error::{Error, Missing};
use kit::{process, rust_web, say, workspace};

/// The only target for which the sanitizer runtimes are looked for.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// A sanitizer of the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sanitizer {
    /// Invalid memory accesses.
    Address,
    /// Data races.
    Thread,
}

impl Sanitizer {
    /// The name that the compilers use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Thread => "thread",
        }
    }

    /// The runtime that each program needs, which comes with the Rust compiler.
    pub fn runtime(self) -> Result<PathBuf, Error> {
        let end = match self {
            Self::Address => "_rt.asan.a",
            Self::Thread => "_rt.tsan.a",
        };
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut command = Command::new(rustc);
        command.current_dir(workspace::root()).args(["--print", "target-libdir", "--target", TARGET]);
        let folder = PathBuf::from(process::output(&mut command)?.trim());
        let files = fs::read_dir(&folder).map_err(Error::file("read", &folder))?;
        let mut files = files.filter_map(|file| Some(file.ok()?.path()));
        let missing = || {
            let sanitizer = format!("the {} sanitizer", self.word());
            Missing::because(&sanitizer, "this Rust compiler lacks its runtime").into()
        };
        files.find(|file| file.to_string_lossy().ends_with(end)).ok_or_else(missing)
    }

    /// Builds the shared library with it.
    pub fn library(self) -> Result<PathBuf, Error> {
        let built = match self {
            // The build of the fuzzers, so that nothing is built twice.
            Self::Address => fuzz::library()?,
            Self::Thread => with_thread_sanitizer()?,
        };
        built.file("libwsy.so")
    }
}

/// This sanitizer reports code it does not instrument as races, so the standard library has to be built with
/// it too. The compiler that can do that has no runtime.
fn with_thread_sanitizer() -> Result<artifacts::Artifacts, Error> {
    say::line("building libwsy.so with the thread sanitizer; this takes some minutes the first time");
    let mut command = rust_web::cargo()?;
    command.args(["rustc", "--package", "wsy", "--lib", "--crate-type", "cdylib", "--target", TARGET]);
    command.arg("-Zbuild-std=std,panic_unwind");
    command.arg("--target-dir").arg(workspace::root().join("target/sanitize/thread"));
    command.env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-Zsanitizer=thread -Zexternal-clangrt");
    command.env("CFLAGS_x86_64_unknown_linux_gnu", "-fsanitize=thread -g1");
    artifacts::build(&mut command)
}

/// Builds the sandbox.
pub fn sandbox() -> Result<PathBuf, Error> {
    let mut command = workspace::cargo();
    command.args(["build", "--package", "wsy-sandbox", "--bin", "wsy-sandbox"]);
    artifacts::build(&mut command)?.program("wsy-sandbox")
}
