//! The Rust that builds for Windows 7: Debian's `rustc-web`, a recent compiler
//! that has the sources of the standard library beside it.
//!
//! It is unpacked below `target/tools` and not installed. As a package it would take the place of the
//! machine's own `rustc` or `rustup`; and nobody has to be root.

use std::process::Command;

use crate::debian::{self, AMD64};
use crate::error::Error;
use crate::kept;
use crate::say;
use crate::workspace;

/// What another cargo, by which this program was started, has said of itself and of how it builds.
const OF_ANOTHER_CARGO: [&str; 8] = [
    "RUSTUP_TOOLCHAIN",
    "RUSTDOC",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "LD_LIBRARY_PATH",
    "CARGO",
];

/// Its cargo, in the folder of the workspace. Unstable options may be used.
pub fn cargo() -> Result<Command, Error> {
    let folder = kept::folder("rust-web", include_str!("rust_web.rs"), |folder| {
        say::line("unpacking Rust for Windows 7 below target/tools, once");
        debian::unpack(AMD64.name, &["rustc-web", "cargo-web", "rust-web-src"], folder)?;
        debian::at_home(&AMD64, folder, &["usr/bin/rustc", "usr/bin/cargo"])
    })?;
    let programs = folder.join("usr/bin");
    let mut command = Command::new(programs.join("cargo"));
    command.current_dir(workspace::root());
    for variable in OF_ANOTHER_CARGO {
        command.env_remove(variable);
    }
    workspace::forget_package(&mut command);
    command.env("RUSTC", programs.join("rustc")).env("RUSTC_BOOTSTRAP", "1");
    Ok(command)
}
