//! The programs that the commands need besides Rust. They are only found here; `cargo xtask setup` installs
//! them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bits::Bits;
pub use crate::error::Missing;
use crate::process;
use crate::workspace;

/// A program that was found.
#[derive(Debug, Clone)]
pub struct Tool {
    path: PathBuf,
}

impl Tool {
    /// A program at a known path.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A command line of this program. Its messages are in English, since checks read some of them.
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

/// Finds a program that a Debian package provides.
pub fn need(tool: &str, package: &str) -> Result<Tool, Missing> {
    find(tool).ok_or_else(|| Missing::package(tool, package))
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
    need(&format!("{processor}-w64-mingw32-{tool}"), &package)
}

/// The C compiler.
pub fn c_compiler() -> Result<Tool, Missing> {
    need("cc", "build-essential")
}

/// The C++ compiler.
pub fn cpp_compiler() -> Result<Tool, Missing> {
    need("c++", "g++")
}

/// Checks that a component of the Rust toolchain (`rustfmt`, `clippy`) is installed.
pub fn need_component(subcommand: &str, component: &str) -> Result<(), Missing> {
    match process::output(workspace::cargo().args([subcommand, "--version"])) {
        Ok(_) => Ok(()),
        Err(_) => Err(Missing::because(component, &format!("rustup component add {component}"))),
    }
}

/// Checks that a C library can be compiled against.
pub fn need_header(header: &str, package: &str) -> Result<(), Missing> {
    let folders = ["/usr/include".to_owned(), format!("/usr/include/{}-linux-gnu", env::consts::ARCH)];
    if folders.iter().any(|folder| Path::new(folder).join(header).is_file()) {
        Ok(())
    } else {
        Err(Missing::package(header, package))
    }
}

/// Checks that a font with Chinese characters is installed.
pub fn need_chinese_font() -> Result<(), Missing> {
    // Exactly this one: pictures are compared with it.
    let list = need("fc-list", "fontconfig")?;
    match process::output(&mut list.command()) {
        Ok(fonts) if fonts.contains("wqy-zenhei.ttc") => Ok(()),
        _ => Err(Missing::package("a font with Chinese characters", "fonts-wqy-zenhei")),
    }
}

/// Debian's Python, with a module from a Debian package.
pub fn python_with(module: &str, package: &str) -> Result<Tool, Missing> {
    let python = Tool::at(PathBuf::from("/usr/bin/python3"));
    match process::output(python.command().args(["-c", &format!("import {module}")])) {
        Ok(_) => Ok(python),
        Err(_) => Err(Missing::package(&format!("the Python module {module}"), package)),
    }
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
