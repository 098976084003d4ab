//! The simulator and the library's pure part in one small program, once as they are and once with every planted bug.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::bugs::{self, Bug};
use kit::error::Error;
use kit::process;
use kit::workspace;

/// The rooms of the library that have no effects.
const PURE: [&str; 2] = ["payment", "protocol"];
/// What these rooms use; as the library's own manifest has it.
const DEPENDENCIES: [&str; 7] =
    ["encoding_rs", "hex", "percent-encoding", "quick-xml", "regex-lite", "sha1", "thiserror"];
/// The program of the code as it is.
const SOUND: &str = "sound";
/// The program with every planted bug, one of which can be switched on.
const PLANTED: &str = "planted";

/// Builds the simulator of the code as it is.
pub fn simulator() -> Result<PathBuf, Error> {
    build(SOUND, &sources()?, "0")
}

/// Builds a simulator with all the bugs. The variable [`BUG`] of its environment switches one on, by its place from 1 on.
pub fn with_bugs(bugs: &[Bug]) -> Result<PathBuf, Error> {
    let mut sources = sources()?;
    for bug in bugs {
        for file in bug.files() {
            if !sources.contains_key(Path::new(file)) {
                let name = &bug.name;
                return Err(Error::Check(format!("the planted bug {name} is in {file}, which is not there")));
            }
        }
    }
    for (path, text) in &mut sources {
        *text = bugs::plant(bugs, &path.to_string_lossy().replace('\\', "/"), text)?;
    }
    build(
        PLANTED,
        &sources,
        &format!("std::env::var({BUG:?}).ok().and_then(|n| n.parse().ok()).unwrap_or(0)"),
    )
}

/// Which bug is on.
pub const BUG: &str = "WSY_SIM_BUG";

/// Builds a program in a workspace of its own, and gives its path. Only what differs from what is there is written, so that
/// nothing is built without need. `bug` is an expression for the number of the bug that is on.
fn build(name: &str, sources: &BTreeMap<PathBuf, String>, bug: &str) -> Result<PathBuf, Error> {
    let root = workspace::root();
    let (folder, target) = (root.join("target/sim").join(name), root.join("target/sim/build"));
    settle(&folder.join("Cargo.toml"), &manifest(name, &workspace::read(&root.join("Cargo.toml"))?)?)?;
    if !folder.join("Cargo.lock").exists() {
        // The versions that the library is built with.
        settle(&folder.join("Cargo.lock"), &workspace::read(&root.join("Cargo.lock"))?)?;
    }
    settle_sources(&folder.join("src"), sources, &main_file(sources, bug))?;
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--release", "--quiet", "--manifest-path"]).arg(folder.join("Cargo.toml"));
    // Flags for the project's own build would build every dependency anew.
    cargo.env_remove("RUSTFLAGS").env("CARGO_TARGET_DIR", &target);
    process::run(&mut cargo)?;
    Ok(target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// The simulator's rooms and the library's in one program. The simulator knows the library by its name, and here it is in it.
fn main_file(sources: &BTreeMap<PathBuf, String>, bug: &str) -> String {
    let rooms = sources.get(Path::new("lib.rs")).map_or("", String::as_str);
    let pure: String = PURE.iter().map(|room| format!("pub mod {room};\n")).collect();
    format!(
        "#![allow(warnings)]\n{rooms}\n{pure}extern crate self as wsy;\n\n\
         static BUG: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {bug});\n\n\
         pub fn planted() -> u32 {{\n    *BUG\n}}\n\n\
         fn main() -> std::process::ExitCode {{\n    cli::main()\n}}\n"
    )
}

/// The library's pure rooms beside the simulator's, by their paths.
fn sources() -> Result<BTreeMap<PathBuf, String>, Error> {
    let root = workspace::root();
    let mut sources = BTreeMap::new();
    for room in PURE {
        collect(&root.join("src").join(room), Path::new(room), &mut sources)?;
    }
    collect(&root.join("sim/src"), Path::new(""), &mut sources)?;
    Ok(sources)
}

fn collect(folder: &Path, under: &Path, sources: &mut BTreeMap<PathBuf, String>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = entry.map_err(Error::file("read", folder))?.path();
        let name = under.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            collect(&path, &name, sources)?;
        } else {
            sources.insert(name, workspace::read(&path)?);
        }
    }
    Ok(())
}

fn manifest(name: &str, library: &str) -> Result<String, Error> {
    let line = |name: &&str| {
        let found =
            library.lines().find(|line| line.split_once(" =").is_some_and(|(first, _)| first == *name));
        found.ok_or_else(|| {
            Error::Check(format!("Cargo.toml has no line for {name}, which the simulator builds with"))
        })
    };
    let dependencies = DEPENDENCIES.iter().map(line).collect::<Result<Vec<_>, _>>()?.join("\n");
    // A sum that overflows is a panic, and a panic is a violation.
    Ok(format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n{dependencies}\n\n[profile.release]\noverflow-checks = true\n\n[workspace]\n"
    ))
}

/// Writes the sources, and removes what is there no more.
fn settle_sources(folder: &Path, sources: &BTreeMap<PathBuf, String>, main: &str) -> Result<(), Error> {
    let mut stale = BTreeMap::new();
    if folder.exists() {
        collect(folder, Path::new(""), &mut stale)?;
    }
    let mut sources = sources.clone();
    sources.remove(Path::new("lib.rs"));
    sources.insert(PathBuf::from("main.rs"), main.to_owned());
    for name in stale.keys().filter(|name| !sources.contains_key(*name)) {
        let stale = folder.join(name);
        fs::remove_file(&stale).map_err(Error::file("remove", &stale))?;
    }
    sources.iter().try_for_each(|(name, text)| settle(&folder.join(name), text))
}

/// Writes a file if it is not there, or has another text.
fn settle(path: &Path, text: &str) -> Result<(), Error> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        Ok(())
    } else {
        workspace::write(path, text)
    }
}
