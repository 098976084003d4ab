//! A workspace of the library's pure part and the simulator, once as they are and once for each planted bug.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::bugs::Bug;
use crate::error::Error;
use crate::process;
use crate::say;
use crate::workspace;

/// The rooms of the library that have no effects.
const PURE: [&str; 2] = ["payment", "protocol"];
/// What these rooms use; as the library's own manifest has it.
const DEPENDENCIES: [&str; 7] =
    ["encoding_rs", "hex", "percent-encoding", "quick-xml", "regex-lite", "sha1", "thiserror"];
/// The member without a bug.
const SOUND: &str = "sound";

/// Builds the simulator of the code as it is.
pub fn simulator() -> Result<PathBuf, Error> {
    prepare(&[])?;
    build(&["--package", SOUND])?;
    Ok(program(SOUND))
}

/// Builds a simulator with each bug, and gives the programs in the same order.
pub fn simulators(bugs: &[Bug]) -> Result<Vec<PathBuf>, Error> {
    prepare(bugs)?;
    say::line(format_args!("building the simulator with each of {} bugs ...", bugs.len()));
    build(&["--workspace"])?;
    Ok(bugs.iter().map(|bug| program(&member(bug))).collect())
}

fn folder() -> PathBuf {
    workspace::root().join("target/sim")
}

fn member(bug: &Bug) -> String {
    format!("bug-{}", bug.name)
}

fn program(member: &str) -> PathBuf {
    folder().join("build/release").join(format!("{member}{}", std::env::consts::EXE_SUFFIX))
}

fn build(which: &[&str]) -> Result<(), Error> {
    let folder = folder();
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--release", "--quiet", "--manifest-path"]).arg(folder.join("Cargo.toml")).args(which);
    // Flags for the project's own build would build every dependency anew.
    cargo.env_remove("RUSTFLAGS").env("CARGO_TARGET_DIR", folder.join("build"));
    process::run(&mut cargo)
}

/// Writes what differs from what is there, so that nothing is built without need.
fn prepare(bugs: &[Bug]) -> Result<(), Error> {
    let (root, folder, sources) = (workspace::root(), folder(), sources()?);
    let known: BTreeSet<String> = bugs.iter().map(member).chain([SOUND.to_owned()]).collect();
    let manifest = workspace::read(&root.join("Cargo.toml"))?;
    let dependencies = dependencies(&manifest)?;
    let mut members: BTreeSet<String> = known.clone();
    members.extend(there(&folder).into_iter().filter(|member| bugs.is_empty() && member.starts_with("bug-")));
    settle(&folder.join("Cargo.toml"), &workspace_manifest(&members))?;
    if !folder.join("Cargo.lock").exists() {
        settle(&folder.join("Cargo.lock"), &workspace::read(&root.join("Cargo.lock"))?)?;
    }
    settle_member(&folder.join(SOUND), SOUND, &dependencies, &sources)?;
    for bug in bugs {
        let mut planted = sources.clone();
        for file in bug.files() {
            let missing = || Error::Check(format!("the planted bug {} is in {file}, which is not there", bug.name));
            let text = sources.get(Path::new(file)).ok_or_else(missing)?;
            planted.insert(PathBuf::from(file), bug.plant(file, text)?);
        }
        settle_member(&folder.join(member(bug)), &member(bug), &dependencies, &planted)?;
    }
    for stale in there(&folder).into_iter().filter(|member| !members.contains(member)) {
        let stale = folder.join(stale);
        fs::remove_dir_all(&stale).map_err(Error::file("remove", &stale))?;
    }
    Ok(())
}

/// The members that an earlier run has written.
fn there(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name == SOUND || name.starts_with("bug-")).collect()
}

/// The sources of a member: the library's pure rooms beside the simulator's, by their paths.
fn sources() -> Result<BTreeMap<PathBuf, String>, Error> {
    let root = workspace::root();
    let mut sources = BTreeMap::new();
    for room in PURE {
        collect(&root.join("src").join(room), Path::new(room), &mut sources)?;
    }
    collect(&root.join("sim/src"), Path::new(""), &mut sources)?;
    let library = sources.remove(Path::new("lib.rs")).unwrap_or_default();
    let rooms: String = PURE.iter().map(|room| format!("pub mod {room};\n")).collect();
    // The simulator knows the library by its name, and here it is the library.
    let main = format!(
        "#![allow(warnings)]\n{library}\nextern crate self as wsy;\n{rooms}\n\
         fn main() -> std::process::ExitCode {{ cli::main() }}\n"
    );
    sources.insert(PathBuf::from("main.rs"), main);
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

fn dependencies(manifest: &str) -> Result<String, Error> {
    let line = |name: &&str| {
        let found = manifest.lines().find(|line| line.split_once(" =").is_some_and(|(first, _)| first == *name));
        found.ok_or_else(|| Error::Check(format!("Cargo.toml has no line for {name}, which the simulator builds with")))
    };
    Ok(DEPENDENCIES.iter().map(line).collect::<Result<Vec<_>, _>>()?.join("\n"))
}

fn workspace_manifest(members: &BTreeSet<String>) -> String {
    let listed: Vec<_> = members.iter().map(|member| format!("{member:?}")).collect();
    let mut text = format!("[workspace]\nmembers = [{}]\nresolver = \"3\"\n", listed.join(", "));
    // A sum that overflows is a panic, and a panic is a violation.
    text.push_str("\n[profile.release]\noverflow-checks = true\n");
    for bug in members.iter().filter(|member| *member != SOUND) {
        // Quick to build; a bug is found in seconds.
        text.push_str(&format!("[profile.release.package.{bug}]\nopt-level = 1\n"));
    }
    text
}

fn settle_member(
    folder: &Path,
    name: &str,
    dependencies: &str,
    sources: &BTreeMap<PathBuf, String>,
) -> Result<(), Error> {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n{dependencies}\n"
    );
    settle(&folder.join("Cargo.toml"), &manifest)?;
    let kept = folder.join("src");
    let mut stale = BTreeMap::new();
    if kept.exists() {
        collect(&kept, Path::new(""), &mut stale)?;
    }
    for name in stale.keys().filter(|name| !sources.contains_key(*name)) {
        let stale = kept.join(name);
        fs::remove_file(&stale).map_err(Error::file("remove", &stale))?;
    }
    sources.iter().try_for_each(|(name, text)| settle(&kept.join(name), text))
}

/// Writes a file if it is not there, or has another text.
fn settle(path: &Path, text: &str) -> Result<(), Error> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) { Ok(()) } else { workspace::write(path, text) }
}
