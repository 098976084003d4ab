//! What cargo's own tools say of the code.

use kit::error::Error;
use kit::{process, tools, workspace};

/// The code is formatted.
pub fn formatting() -> Result<(), Error> {
    tools::need_component("fmt", "rustfmt")?;
    process::run(workspace::cargo().args(["fmt", "--all", "--check"]))
}

/// The code has no warnings.
pub fn lints() -> Result<(), Error> {
    tools::need_component("clippy", "clippy")?;
    let mut command = workspace::cargo();
    process::run(command.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    // Looked at and not built: libFuzzer would want a C++ compiler.
    let mut fuzzing = workspace::cargo();
    fuzzing.args(["clippy", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target-dir"]);
    fuzzing.arg(workspace::root().join("target/fuzz-lints"));
    fuzzing.env("CUSTOM_LIBFUZZER_PATH", workspace::root().join("none.a"));
    process::run(fuzzing.args(["--", "-D", "warnings"]))
}

/// The documentation has no warnings, such as links that lead nowhere, and its examples work.
pub fn documentation() -> Result<(), Error> {
    let mut command = workspace::cargo();
    process::run(command.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    process::run(workspace::cargo().args(["test", "--quiet", "--workspace", "--doc"]))
}
