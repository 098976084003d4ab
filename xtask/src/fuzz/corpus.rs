//! The inputs that are kept in `fuzz/corpus`, and those that were found below `target/fuzz`.

use std::fs;
use std::path::{Path, PathBuf};

use super::build::{self, Fuzzers};
use super::{TARGETS, command_to_replay, session};
use kit::error::Error;
use kit::process;
use kit::say;
use kit::workspace;

/// So many inputs of each target are kept at most, besides those with a name.
const KEPT: usize = 50;

/// So long a choice of inputs may take for each target, in seconds.
const MERGE: &str = "-max_total_time=60";

/// The inputs of a target that are in the repository.
pub fn committed(target: &str) -> PathBuf {
    workspace::root().join("fuzz/corpus").join(target)
}

/// The inputs that runs on this machine have found.
pub fn found(target: &str) -> PathBuf {
    workspace::root().join("target/fuzz/found").join(target)
}

/// The folders that a run of a target reads: its corpus, and for some the samples of the tests.
pub fn seeds(target: &str) -> Vec<PathBuf> {
    let mut folders = vec![committed(target)];
    if matches!(target, "answers" | "receipts" | "fonts") {
        folders.push(workspace::root().join("tests/vectors"));
    }
    // Before the first `--keep` there is no corpus.
    folders.retain(|folder| folder.is_dir());
    folders
}

/// Tries every input of the corpus once.
pub fn replay(fuzzers: &Fuzzers, target: &str) -> Result<(), Error> {
    let inputs = files(&committed(target))?.len();
    if inputs == 0 {
        return Err(Error::Check(format!("{target}: the corpus is empty")));
    }
    let crash = fuzzers.scratch().join(format!("replayed-{target}-"));
    let mut command = fuzzers.command(target);
    command.arg("-runs=0").arg(session::artifacts(&crash)).args(seeds(target));
    match process::output(&mut command) {
        Ok(_) => {
            say::line(format_args!("{target}: {inputs} inputs of the corpus hold"));
            Ok(())
        }
        Err(Error::Failed { output, .. }) => Err(Error::Check(broken(fuzzers, target, &output)?)),
        Err(error) => Err(error),
    }
}

/// Which input of the corpus it is that does not hold: each by itself.
fn broken(fuzzers: &Fuzzers, target: &str, output: &str) -> Result<String, Error> {
    let crash = fuzzers.scratch().join(format!("replayed-{target}-"));
    for folder in seeds(target) {
        for file in files(&folder)? {
            let mut command = fuzzers.command(target);
            if process::output(command.arg(session::artifacts(&crash)).arg(&file)).is_err() {
                let why = session::reason(output);
                return Ok(format!("{target}: {why}\n  {}", command_to_replay(target, &file)));
            }
        }
    }
    Ok(format!("{target}: the corpus fails as a whole, and no input alone: {}", session::reason(output)))
}

/// Takes what was found into the corpora of the repository: inputs that
/// each go somewhere new, as many as fit. Inputs with a
/// name of their own stay as they are.
pub fn keep() -> Result<(), Error> {
    let fuzzers = build::fuzzers()?;
    for (target, _) in TARGETS {
        make(&found(target))?;
        make(&committed(target))?;
        let chosen = choose(&fuzzers, target)?;
        let kept = exchange(target, &workspace::root().join(&chosen))?;
        say::line(format_args!("{target}: {kept} inputs"));
    }
    Ok(())
}

/// Chooses among the inputs that were kept and found; gives the folder with the choice. libFuzzer starts itself again for
/// this and puts no quotes around a path with a blank, so every path is one from the folder of the workspace on.
fn choose(fuzzers: &Fuzzers, target: &str) -> Result<String, Error> {
    let chosen = format!("target/fuzz/chosen/{target}");
    let folder = workspace::root().join(&chosen);
    if folder.is_dir() {
        fs::remove_dir_all(&folder).map_err(Error::file("remove", &folder))?;
    }
    make(&folder.join("inputs"))?;
    let mut command = fuzzers.command_from_root(target);
    command.args(["-merge=1", MERGE]);
    command
        .arg(format!("-merge_control_file={chosen}/control"))
        .arg(format!("-artifact_prefix={chosen}/crash-"));
    command.args([
        format!("{chosen}/inputs"),
        format!("fuzz/corpus/{target}"),
        format!("target/fuzz/found/{target}"),
    ]);
    process::output(&mut command)?;
    Ok(format!("{chosen}/inputs"))
}

/// Puts chosen inputs of every size in the place of those that were there.
fn exchange(target: &str, chosen: &Path) -> Result<usize, Error> {
    let mut inputs: Vec<(usize, PathBuf)> = Vec::new();
    for file in files(chosen)? {
        inputs.push((fs::read(&file).map_err(Error::file("read", &file))?.len(), file));
    }
    inputs.sort();
    for old in files(&committed(target))?.iter().filter(|file| !has_a_name(file)) {
        fs::remove_file(old).map_err(Error::file("remove", old))?;
    }
    let step = inputs.len().div_ceil(KEPT).max(1);
    for (_, file) in inputs.iter().step_by(step) {
        let Some(name) = file.file_name() else { continue };
        let to = committed(target).join(name);
        fs::copy(file, &to).map_err(Error::file("write", &to))?;
    }
    Ok(files(&committed(target))?.len())
}

/// Inputs that libFuzzer has found are named by a hash; one with another name was put there by a person.
fn has_a_name(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.len() != 40 || !name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The files of a folder by their names; none where there is no such folder.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(Error::file("read", folder))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

/// Makes a folder, where it is not there.
pub fn make(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))
}
