//! The programs that the commands need besides Rust: found, or installed if that is possible here.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::dist::Bits;
use crate::error::Error;
use crate::process;
use crate::say;
use crate::workspace;

/// A program that is there.
#[derive(Debug, Clone)]
pub struct Tool {
    path: PathBuf,
}

/// A program that is not there, and why it could not be installed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{tool} is not there, and {why}")]
pub struct Missing {
    tool: String,
    why: String,
}

impl Missing {
    /// Something that cannot be had here.
    pub fn because(what: &str, why: &str) -> Self {
        Self { tool: what.to_owned(), why: why.to_owned() }
    }

    /// For `map_err` of a download, whose failure is that of the network and not of what is tested.
    pub fn download(what: &str) -> impl FnOnce(Error) -> Error {
        move |error| {
            Self { tool: what.to_owned(), why: format!("it could not be downloaded: {error}") }.into()
        }
    }
}

impl Tool {
    /// A program at a known place.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A command line of this program. Its messages will be in English, since some are read by the checks.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.env("LC_ALL", "C.UTF-8");
        command
    }
}

/// Finds a program on the search path.
pub fn find(tool: &str) -> Option<Tool> {
    let file = format!("{tool}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| is_program(path))
        .map(|path| Tool { path })
}

/// Finds a program, or installs the Debian package that has it.
pub fn ensure(tool: &str, package: &str) -> Result<Tool, Missing> {
    if let Some(found) = find(tool) {
        return Ok(found);
    }
    let missing = |why: String| Missing { tool: tool.to_owned(), why };
    install(package).map_err(missing)?;
    find(tool).ok_or_else(|| missing(format!("the package {package} did not bring it")))
}

/// A tool of the compiler for Windows programs: `gcc`, `g++`, `ar`, `windres`, `objdump`.
pub fn mingw(bits: Bits, tool: &str) -> Result<Tool, Missing> {
    let processor = bits.processor();
    let debian = processor.replace('_', "-");
    let package = match tool {
        "gcc" => format!("gcc-mingw-w64-{debian}-win32"),
        "g++" => format!("g++-mingw-w64-{debian}-win32"),
        _ => format!("binutils-mingw-w64-{debian}"),
    };
    ensure(&format!("{processor}-w64-mingw32-{tool}"), &package)
}

/// The C compiler.
pub fn c_compiler() -> Result<Tool, Missing> {
    ensure("cc", "build-essential")
}

/// The C++ compiler.
pub fn cpp_compiler() -> Result<Tool, Missing> {
    ensure("c++", "g++")
}

/// Sees that a part of the Rust toolchain (`rustfmt`, `clippy`) is there, or adds it with rustup.
pub fn ensure_component(subcommand: &str, component: &str) -> Result<(), Missing> {
    let works = || process::output(workspace::cargo().args([subcommand, "--version"])).is_ok();
    if works() {
        return Ok(());
    }
    let missing = |why: &str| Missing { tool: component.to_owned(), why: why.to_owned() };
    let rustup = find("rustup").ok_or_else(|| missing("there is no rustup to add it with"))?;
    say::line(format_args!("adding {component} with rustup"));
    if process::run(rustup.command().args(["component", "add", component])).is_ok() && works() {
        Ok(())
    } else {
        Err(missing("rustup could not add it"))
    }
}

/// Sees that a C library can be compiled against, or installs the Debian package that has its header.
pub fn ensure_header(header: &str, package: &str) -> Result<(), Missing> {
    let folders = ["/usr/include".to_owned(), format!("/usr/include/{}-linux-gnu", env::consts::ARCH)];
    let is_there = || folders.iter().any(|folder| Path::new(folder).join(header).is_file());
    let missing = |why: String| Missing { tool: header.to_owned(), why };
    if !is_there() {
        install(package).map_err(missing)?;
    }
    if is_there() { Ok(()) } else { Err(missing(format!("the package {package} did not bring it"))) }
}

/// Debian's Python with a module that Debian has.
pub fn python_with(module: &str, package: &str) -> Result<Tool, Missing> {
    let python = Tool::at(PathBuf::from("/usr/bin/python3"));
    let works = || process::output(python.command().args(["-c", &format!("import {module}")])).is_ok();
    let missing = |why: String| Missing { tool: format!("the Python module {module}"), why };
    if !works() {
        install(package).map_err(missing)?;
    }
    if works() { Ok(python) } else { Err(missing(format!("the package {package} did not bring it"))) }
}

/// Installs a package with apt-get, which takes root. The error says why that was not possible.
fn install(package: &str) -> Result<(), String> {
    let apt = find("apt-get").ok_or("there is no apt-get to install it with")?;
    if !is_root() {
        return Err(format!("only root can install it: apt-get install {package}"));
    }
    static UPDATED: OnceLock<bool> = OnceLock::new();
    say::line(format_args!("installing {package} with apt-get"));
    let quiet = |arguments: &[&str]| {
        let mut command = apt.command();
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq").args(arguments);
        process::output(&mut command).is_ok()
    };
    if !*UPDATED.get_or_init(|| quiet(&["update"])) {
        return Err("apt-get update failed".to_owned());
    }
    if quiet(&["install", "-y", "--no-install-recommends", package]) {
        Ok(())
    } else {
        Err(format!("apt-get install {package} failed"))
    }
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}
