//! Libraries that watch themselves: built with a sanitizer, the C code in them too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::dist::rust;
use crate::error::Error;
use crate::process;
use crate::say;
use crate::tools::Missing;
use crate::workspace;

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
            Self::Thread => (rust::cargo()?, " -Zexternal-clangrt"),
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
        artifact(&mut command, "libwsy.so")
    }
}

/// Builds the sandbox.
pub fn sandbox() -> Result<PathBuf, Error> {
    let mut command = workspace::cargo();
    command.args(["build", "--package", "wsy-sandbox", "--bin", "wsy-sandbox"]);
    artifact(&mut command, "wsy-sandbox")
}

/// Lets cargo build, and gives the path of the file with this name.
fn artifact(command: &mut Command, name: &str) -> Result<PathBuf, Error> {
    command.arg("--message-format=json-render-diagnostics");
    let mut found = None;
    process::lines(command, |line| found = found.take().or_else(|| file_of(line, name)))?;
    found.ok_or_else(|| Error::Check(format!("the build made no {name}")))
}

/// The path of the file with this name, if this message of cargo is about it.
fn file_of(message: &str, name: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let mut files = message["filenames"].as_array()?.iter().filter_map(Value::as_str).map(PathBuf::from);
    files.find(|file| file.file_name() == Path::new(name).file_name())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::file_of;

    #[test]
    fn a_file_is_found_in_the_messages_of_cargo() {
        let message = r#"{"reason":"compiler-artifact","filenames":["/t/libwsy.rlib","/t/libwsy.so"]}"#;
        assert_eq!(file_of(message, "libwsy.so"), Some(PathBuf::from("/t/libwsy.so")));
        assert_eq!(file_of(message, "wsy-sandbox"), None);
        assert_eq!(file_of("warning", "libwsy.so"), None);
    }
}
