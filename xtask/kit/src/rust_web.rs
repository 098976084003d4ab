//! The Rust that builds for Windows 7: Debian's `rustc-web`, a recent compiler that has the sources of the standard library
//! beside it.
//!
//! It is unpacked below `target/tools` and not installed. As a package it would take the place of the machine's own `rustc`
//! or `rustup`; and nobody has to be root.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian;
use crate::error::Error;
use crate::process;
use crate::say;
use crate::tools;
use crate::workspace;

const ARCHITECTURE: &str = "amd64";
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const PROGRAMS: [&str; 2] = ["rustc", "cargo"];
/// Where the programs look for their libraries: beside them, whatever C library the machine has.
const LIBRARIES: [&str; 2] = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"];
const LOADER: &str = "lib64/ld-linux-x86-64.so.2";

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
    let programs = ready()?.join("usr/bin");
    let mut command = Command::new(programs.join("cargo"));
    command.current_dir(workspace::root());
    for variable in OF_ANOTHER_CARGO {
        command.env_remove(variable);
    }
    workspace::forget_package(&mut command);
    command.env("RUSTC", programs.join("rustc")).env("RUSTC_BOOTSTRAP", "1");
    Ok(command)
}

/// The folder that it is unpacked to, always the same: where the standard library lies is part of what cargo builds from it.
fn ready() -> Result<PathBuf, Error> {
    let all = workspace::root().join("target/tools");
    let (folder, made_by) = (all.join("rust-web"), all.join("rust-web.made-by"));
    fs::create_dir_all(&all).map_err(Error::file("make the folder", &all))?;
    let lock = all.join("rust-web.lock");
    let file = File::create(&lock).map_err(Error::file("make", &lock))?;
    file.lock().map_err(Error::file("lock", &lock))?;
    let us = format!("{}\n{}", folder.display(), include_str!("rust_web.rs"));
    if !folder.is_dir() || fs::read_to_string(&made_by).ok().as_ref() != Some(&us) {
        make(&folder)?;
        workspace::write(&made_by, &us)?;
    }
    Ok(folder)
}

fn make(folder: &Path) -> Result<(), Error> {
    say::line("setting up Rust for Windows 7, once");
    let unfinished = folder.with_extension("unfinished");
    for old in [folder, &unfinished] {
        match fs::remove_dir_all(old) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::file("remove", old)(error));
            }
            _ => {}
        }
    }
    fs::create_dir_all(&unfinished).map_err(Error::file("make the folder", &unfinished))?;
    debian::unpack(ARCHITECTURE, &PACKAGES, &unfinished)?;
    let patchelf = tools::need("patchelf", "patchelf")?;
    let libraries = LIBRARIES.map(|place| folder.join(place).display().to_string()).join(":");
    for program in PROGRAMS {
        let mut command = patchelf.command();
        command.arg("--set-interpreter").arg(folder.join(LOADER));
        // The old kind, which counts for the libraries of libraries too.
        command.arg("--force-rpath").arg("--set-rpath").arg(&libraries);
        process::output(command.arg(unfinished.join("usr/bin").join(program)))?;
    }
    fs::rename(&unfinished, folder).map_err(Error::file("make the folder", folder))
}
