//! The checks of cargo's own tools.

use kit::error::Error;
use kit::{process, tools, workspace};

use super::lines;

/// Checks that the code is formatted and that no line is too wide.
pub fn formatting() -> Result<(), Error> {
    tools::need_component("fmt", "rustfmt")?;
    process::run(workspace::cargo().args(["fmt", "--all", "--check"]))?;
    lines::check()
}

/// Checks that the code has no warnings.
pub fn lints() -> Result<(), Error> {
    tools::need_component("clippy", "clippy")?;
    let mut command = workspace::cargo();
    process::run(command.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    // Only checked, not built: libFuzzer would need a C++ compiler.
    let mut fuzzing = workspace::cargo();
    fuzzing.args(["clippy", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target-dir"]);
    fuzzing.arg(workspace::root().join("target/fuzz-lints"));
    fuzzing.env("CUSTOM_LIBFUZZER_PATH", workspace::root().join("none.a"));
    process::run(fuzzing.args(["--", "-D", "warnings"]))
}

/// Checks that the documentation has no warnings, such as broken links, and that its examples work.
pub fn documentation() -> Result<(), Error> {
    let mut command = workspace::cargo();
    process::run(command.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    process::run(workspace::cargo().args(["test", "--quiet", "--workspace", "--doc"]))
}
