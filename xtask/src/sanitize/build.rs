//! Libraries that watch themselves: built with a sanitizer, the C code in them too.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use kit::artifacts;
use kit::error::Error;
use kit::process;
use kit::rust_web;
use kit::say;
use kit::tools::Missing;
use kit::workspace;

/// The only machine for which the runtimes of the sanitizers are looked for.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// A sanitizer of the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sanitizer {
    /// Memory that is not one's own, or not any more.
    Address,
    /// Threads that get in each other's way.
    Thread,
}

impl Sanitizer {
    /// As the compilers call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Thread => "thread",
        }
    }

    /// What has to be in each program, and comes with the Rust compiler.
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
        let mut files = files.filter_map(Result::ok).map(|file| file.path());
        files.find(|file| file.to_string_lossy().ends_with(end)).ok_or_else(|| self.missing())
    }

    fn missing(self) -> Error {
        let sanitizer = format!("the {} sanitizer", self.word());
        Missing::because(&sanitizer, "this Rust compiler comes without its runtime").into()
    }

    /// Builds the shared library with it.
    pub fn library(self) -> Result<PathBuf, Error> {
        let word = self.word();
        say::line(format_args!(
            "building libwsy.so with the {word} sanitizer; from nothing it takes some minutes"
        ));
        let (mut command, more) = match self {
            Self::Address => (workspace::cargo(), ""),
            // It takes what it was not told of for a race, so that the standard library too has to be built with it. The
            // compiler that can do that has no runtime.
            Self::Thread => (rust_web::cargo()?, " -Zexternal-clangrt"),
        };
        command.args(["rustc", "--package", "wsy", "--lib", "--crate-type", "cdylib", "--target", TARGET]);
        if self == Self::Thread {
            command.arg("-Zbuild-std=std,panic_unwind");
        }
        command.arg("--target-dir").arg(workspace::root().join("target/sanitize").join(word));
        // The flags for the project's own build would count in the place of these.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        // The option of the sanitizers is not stable yet.
        command.env("RUSTC_BOOTSTRAP", "1");
        command.env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", format!("-Zsanitizer={word}{more}"));
        command.env("CFLAGS_x86_64_unknown_linux_gnu", format!("-fsanitize={word} -g1"));
        artifacts::build(&mut command)?.file("libwsy.so")
    }
}

/// Builds the sandbox.
pub fn sandbox() -> Result<PathBuf, Error> {
    let mut command = workspace::cargo();
    command.args(["build", "--package", "wsy-sandbox", "--bin", "wsy-sandbox"]);
    artifacts::build(&mut command)?.program("wsy-sandbox")
}
