//! The inputs kept in `fuzz/corpus`, and those found below `target/fuzz`.

use std::fs;
use std::path::{Path, PathBuf};

use super::TARGETS;
use super::build::Fuzzers;
use kit::error::Error;
use kit::{process, say, workspace};

/// The maximum number of inputs kept for each target, besides those with a name.
const KEPT: usize = 50;

/// The maximum time for choosing the inputs of a target, in seconds.
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
    if matches!(target, "responses" | "receipts" | "fonts") {
        folders.push(workspace::root().join("tests/vectors"));
    }
    // Before the first `--keep` there is no corpus.
    folders.retain(|folder| folder.is_dir());
    folders
}

/// Adds new inputs to the corpora of the repository: as many as fit, each reaching something new. Inputs with
/// a name of their own stay as they are.
pub fn keep() -> Result<(), Error> {
    let fuzzers = Fuzzers::build()?;
    for (target, _) in TARGETS {
        make(&found(target))?;
        make(&committed(target))?;
        let chosen = choose(&fuzzers, target)?;
        let kept = exchange(target, &chosen)?;
        say::line(format_args!("{target}: {kept} inputs"));
    }
    Ok(())
}

/// Chooses among the kept and the new inputs; returns the folder with the choice. libFuzzer restarts itself
/// for this and does not quote paths with spaces, so every path is relative to the workspace folder.
fn choose(fuzzers: &Fuzzers, target: &str) -> Result<PathBuf, Error> {
    let root = workspace::root();
    let chosen = format!("target/fuzz/chosen/{target}");
    let folder = root.join(&chosen);
    if folder.is_dir() {
        fs::remove_dir_all(&folder).map_err(Error::file("remove", &folder))?;
    }
    make(&folder.join("inputs"))?;
    let program = fuzzers.program(target)?;
    let mut command = std::process::Command::new(program.strip_prefix(&root).unwrap_or(&program));
    command.current_dir(&root).env("TMPDIR", fuzzers.scratch()).env("ASAN_OPTIONS", "detect_leaks=0");
    command.args(["-merge=1", MERGE]);
    command.args([
        format!("-merge_control_file={chosen}/control"),
        format!("-artifact_prefix={chosen}/crash-"),
        format!("{chosen}/inputs"),
        format!("fuzz/corpus/{target}"),
        format!("target/fuzz/found/{target}"),
    ]);
    process::output(&mut command)?;
    Ok(folder.join("inputs"))
}

/// Replaces the old inputs with chosen ones of every size.
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
        let to = committed(target).join(file.file_name().unwrap_or_default());
        fs::copy(file, &to).map_err(Error::file("write", &to))?;
    }
    Ok(files(&committed(target))?.len())
}

/// libFuzzer names the inputs it finds by a hash; one with another name was added by a person.
fn has_a_name(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.len() != 40 || !name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The files of a folder by name; empty if the folder does not exist.
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

/// Creates a directory if it does not exist.
pub fn make(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file("create the directory", folder))
}
