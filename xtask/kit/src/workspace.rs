//! Where the project is, and the cargo that builds it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::error::Error;
use crate::process;

/// The version of every package of the workspace, this one included.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of the ABI, which is in the name that programs ask for: `libwsy.so.0`.
pub const ABI: &str = env!("CARGO_PKG_VERSION_MAJOR");

/// The folder of the workspace, from wherever in it the command was called.
pub fn root() -> PathBuf {
    // Cargo names the running package at each start; what was compiled in is for a start without cargo.
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

/// Leaves out what the cargo that started this program has said of this package. There are build scripts that run anew when
/// it changes, and it is not there when this program is started by hand.
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

/// What the Rust compiler says of itself: its host, its LLVM.
pub fn compiler(what: &str) -> Result<String, Error> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = process::output(Command::new(rustc).current_dir(root()).arg("-vV"))?;
    let line = said.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(": "));
    line.map(str::to_owned).ok_or_else(|| Error::Check(format!("rustc -vV does not say its {what}")))
}

/// The major version of the LLVM that the Rust compiler is made with.
pub fn llvm_version() -> Result<String, Error> {
    let version = compiler("LLVM version")?;
    Ok(version.split('.').next().unwrap_or_default().to_owned())
}

/// Reads a text file.
pub fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::file("read", path))
}

/// Writes a text file, and the folders that it is in.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    }
    fs::write(path, text).map_err(Error::file("write", path))
}

/// A folder that is removed when its owner drops it. There is a blank in its path, so that nothing works by luck.
pub fn scratch(purpose: &str) -> Result<TempDir, Error> {
    tempfile::Builder::new()
        .prefix(&format!("wsy {purpose} "))
        .tempdir()
        .map_err(Error::file("make a folder in", &env::temp_dir()))
}
