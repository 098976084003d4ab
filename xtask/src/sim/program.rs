//! The simulator and the library's pure part in one small program, with every planted bug.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bugs;
use kit::artifacts;
use kit::error::Error;
use kit::workspace;

/// The modules of the library that have no effects, each a file or a folder.
const PURE: [&str; 5] = ["chain", "driver", "non_empty", "payment", "protocol"];
/// Their dependencies, as in the library's own manifest.
const DEPENDENCIES: [&str; 7] =
    ["encoding_rs", "hex", "percent-encoding", "quick-xml", "regex-lite", "sha1", "thiserror"];
/// The variable with the number of the bug that is on; 0 means none.
const BUG: &str = "WSY_SIM_BUG";

/// The program.
pub struct Simulator {
    program: PathBuf,
    /// The names of the planted bugs; the first has the number 1.
    pub bugs: Vec<String>,
}

impl Simulator {
    /// Builds it in a separate workspace. Only files that differ are written, so that nothing is rebuilt
    /// without need.
    pub fn build() -> Result<Self, Error> {
        let bugs = bugs::all()?;
        let root = workspace::root();
        let folder = root.join("target/sim/simulator");
        settle(&folder.join("Cargo.toml"), &manifest(&workspace::read(&root.join("Cargo.toml"))?)?)?;
        if !folder.join("Cargo.lock").exists() {
            // The versions that the library is built with.
            settle(&folder.join("Cargo.lock"), &workspace::read(&root.join("Cargo.lock"))?)?;
        }
        settle_sources(&folder.join("src"), &bugs::plant(&bugs, sources()?)?)?;
        let mut cargo = workspace::cargo();
        cargo.args(["build", "--release", "--quiet", "--manifest-path"]).arg(folder.join("Cargo.toml"));
        // Flags for the project's own build would rebuild every dependency.
        cargo.env_remove("RUSTFLAGS").env("CARGO_TARGET_DIR", root.join("target/sim/build"));
        let program = artifacts::build(&mut cargo)?.program("simulator")?;
        Ok(Self { program, bugs: bugs.into_iter().map(|bug| bug.name).collect() })
    }

    /// A command line of the program with a bug on, or with none.
    pub fn command(&self, bug: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.env(BUG, bug.to_string());
        command
    }
}

/// The library's pure modules and the simulator's, by path.
fn sources() -> Result<BTreeMap<PathBuf, String>, Error> {
    let root = workspace::root();
    let mut sources = BTreeMap::new();
    for room in PURE {
        let (folder, file) = (root.join("src").join(room), format!("{room}.rs"));
        if folder.is_dir() {
            collect(&folder, Path::new(room), &mut sources)?;
        } else {
            sources.insert(PathBuf::from(&file), workspace::read(&root.join("src").join(&file))?);
        }
    }
    collect(&root.join("sim/src"), Path::new(""), &mut sources)?;
    let rooms = sources.remove(Path::new("lib.rs")).unwrap_or_default();
    sources.insert(PathBuf::from("main.rs"), main_file(&rooms));
    Ok(sources)
}

/// Joins the modules of simulator and library into one program. The simulator uses the library by its name,
/// which is now this program itself.
fn main_file(rooms: &str) -> String {
    let pure: String = PURE.iter().map(|room| format!("pub mod {room};\n")).collect();
    format!(
        "#![allow(warnings)]\n{rooms}\n{pure}extern crate self as wsy;\n\n\
         static BUG: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {{\n    \
         std::env::var({BUG:?}).ok().and_then(|number| number.parse().ok()).unwrap_or(0)\n}});\n\n\
         pub fn planted() -> u32 {{\n    *BUG\n}}\n\n\
         fn main() -> std::process::ExitCode {{\n    cli::main()\n}}\n"
    )
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

fn manifest(library: &str) -> Result<String, Error> {
    let line = |name: &&str| {
        let found =
            library.lines().find(|line| line.split_once(" =").is_some_and(|(first, _)| first == *name));
        found.ok_or_else(|| {
            Error::Check(format!("Cargo.toml has no line for {name}, which the simulator needs"))
        })
    };
    let dependencies = DEPENDENCIES.iter().map(line).collect::<Result<Vec<_>, _>>()?.join("\n");
    // An overflow is a panic, and a panic is a violation.
    Ok(format!(
        "[package]\nname = \"simulator\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n{dependencies}\n\n[profile.release]\noverflow-checks = true\n\n[workspace]\n"
    ))
}

/// Writes the sources, and removes those that no longer exist.
fn settle_sources(folder: &Path, sources: &BTreeMap<PathBuf, String>) -> Result<(), Error> {
    let mut stale = BTreeMap::new();
    if folder.exists() {
        collect(folder, Path::new(""), &mut stale)?;
    }
    for name in stale.keys().filter(|name| !sources.contains_key(*name)) {
        let stale = folder.join(name);
        fs::remove_file(&stale).map_err(Error::file("remove", &stale))?;
    }
    sources.iter().try_for_each(|(name, text)| settle(&folder.join(name), text))
}

/// Writes a file if it is missing or has another text.
fn settle(path: &Path, text: &str) -> Result<(), Error> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        Ok(())
    } else {
        workspace::write(path, text)
    }
}
