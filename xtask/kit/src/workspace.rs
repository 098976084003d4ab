//! Where the project is, and the cargo that builds it.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::error::Error;
use crate::process;

/// The version of every package of the workspace, this one included.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of the ABI, as in the name that programs load: `libwsy.so.0`.
pub const ABI: &str = env!("CARGO_PKG_VERSION_MAJOR");

/// The workspace folder, whichever folder in it the command was called from.
pub fn root() -> PathBuf {
    // Cargo sets the path of the running package at each start; the compiled-in path is for a start without
    // cargo.
    let package =
        env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| OsString::from(env!("CARGO_MANIFEST_DIR")));
    let package = PathBuf::from(package);
    let is_root = |folder: &&Path| folder.join(".cargo/config.toml").is_file();
    package.ancestors().find(is_root).unwrap_or(&package).to_path_buf()
}

/// The cargo that started this program, in the folder of the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(root());
    forget_package(&mut command);
    command
}

/// Removes the variables that the cargo which started this program set for this package. Some build scripts
/// run again when they change, and they are missing when this program is started by hand.
pub fn forget_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
}

/// A line of what the Rust compiler reports about itself: its host, its LLVM.
pub fn compiler(what: &str) -> Result<String, Error> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = process::output(Command::new(rustc).current_dir(root()).arg("-vV"))?;
    let line = said.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(": "));
    line.map(str::to_owned).ok_or_else(|| Error::Check(format!("rustc -vV does not report its {what}")))
}

/// The major version of the LLVM inside the Rust compiler.
pub fn llvm_version() -> Result<String, Error> {
    let version = compiler("LLVM version")?;
    Ok(version.split('.').next().unwrap_or_default().to_owned())
}

/// Reads a text file.
pub fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::file("read", path))
}

/// Writes a text file and creates its parent directories.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create the directory", folder))?;
    }
    fs::write(path, text).map_err(Error::file("write", path))
}

/// Removes a file, or a folder with everything in it, if it exists.
pub fn remove(path: &Path) -> Result<(), Error> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Waits until no other process holds this lock, and holds it as long as the file is open.
pub fn lock(path: &Path) -> Result<File, Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create the directory", folder))?;
    }
    let file = File::create(path).map_err(Error::file("make", path))?;
    file.lock().map_err(Error::file("lock", path))?;
    Ok(file)
}

/// The files of the project below a path: those that are committed, and those that would be, since this also
/// runs before a commit.
pub fn tracked(below: &str) -> Result<Vec<String>, Error> {
    let mut command = Command::new("git");
    command.current_dir(root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]);
    let listed = process::output(command.arg(below))?;
    let files = listed.split_terminator('\0').filter(|path| root().join(path).is_file());
    Ok(files.map(str::to_owned).collect())
}

/// The files of a folder with this extension, sorted.
pub fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = file.map_err(Error::file("read", folder))?.path();
        files.extend(Some(path).filter(|path| path.extension().is_some_and(|is| is == extension)));
    }
    files.sort();
    Ok(files)
}

/// A folder that is removed when its owner drops it. There is a space in its path, so that nothing works by
/// luck.
pub fn scratch(purpose: &str) -> Result<TempDir, Error> {
    tempfile::Builder::new()
        .prefix(&format!("wsy {purpose} "))
        .tempdir()
        .map_err(Error::file("create a directory in", &env::temp_dir()))
}
