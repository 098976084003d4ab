//! Wine: runs Windows programs of both kinds here as on Windows.
//!
//! Wine and its dependencies are unpacked into a folder under `target/tools`, separately for 32-bit and
//! 64-bit, so that nothing is installed on the machine. The programs see the machine's files on drive Z:, and
//! its network.

mod install;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use kit::bits::Bits;
use kit::error::Error;

/// The "ANSI" code page: how Windows reads the texts of a program that does not use Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePage {
    /// 936, GBK: a Chinese Windows.
    Chinese,
    /// 1252: a western Windows, where a till's own texts mean something else.
    Western,
}

impl CodePage {
    /// Its Windows number.
    pub fn number(self) -> &'static str {
        match self {
            Self::Chinese => "936",
            Self::Western => "1252",
        }
    }
}

/// A command line that runs a Windows program on a Chinese Windows. First makes sure that Wine is ready.
///
/// The process it starts is the Windows process: killing one kills the other. Programs that start within two
/// seconds of each other share Wine's services, which end by themselves after the last one.
pub fn command(bits: Bits, program: &Path) -> Result<Command, Error> {
    let mut command = Command::new(runner(bits, CodePage::Chinese)?);
    command.arg(program);
    Ok(command)
}

/// The program that runs a Windows program, whose path and arguments are its own arguments. For callers that
/// start Windows programs themselves.
pub fn runner(bits: Bits, page: CodePage) -> Result<PathBuf, Error> {
    Ok(used(bits)?.folder.join(install::script(page)))
}

/// Wine of one kind, which this process uses.
struct Used {
    folder: PathBuf,
    /// Holds a shared lock as long as this process lives or until it waits.
    users: File,
}

static USED: [OnceLock<Used>; 2] = [OnceLock::new(), OnceLock::new()];

fn used(bits: Bits) -> Result<&'static Used, Error> {
    let cell = &USED[usize::from(bits == Bits::X64)];
    if let Some(used) = cell.get() {
        return Ok(used);
    }
    let folder = install::ready(bits)?;
    let path = folder.join("users");
    let users = File::create(&path).map_err(Error::file("make", &path))?;
    users.lock_shared().map_err(Error::file("lock", &path))?;
    Ok(cell.get_or_init(|| Used { folder, users }))
}

/// Writes a script that runs a Windows program as if it were a native one, for callers that can only start a
/// program by its path. Its process, too, is the Windows process.
pub fn script(bits: Bits, program: &Path, script: &Path) -> Result<(), Error> {
    let (runner, program) = (runner(bits, CodePage::Chinese)?, std::path::absolute(program));
    let program = program.map_err(Error::file("find", script))?;
    let text = format!("#!/bin/sh\nexec {} {} \"$@\"\n", install::quoted(&runner), install::quoted(&program));
    install::program(script, &text)
}

/// Waits until nothing of Wine is running, which is about two seconds after the last program; or leaves that
/// to another process of this project that still uses Wine. To be called when this process no longer does.
pub fn wait_until_gone() {
    for Used { folder, users } in USED.iter().filter_map(OnceLock::get) {
        if users.unlock().is_ok() && users.try_lock().is_ok() {
            install::wait_for_services(folder);
            // Nothing can be done about it, and the end of this process does it, too.
            let _ = users.unlock();
        }
    }
}

/// The path under which a Windows program sees a file of this machine, such as `Z:\tmp\a folder`.
pub fn path(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    format!("Z:{}", absolute.to_string_lossy().replace('/', "\\"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn windows_sees_the_root_as_drive_z() {
        assert_eq!(super::path(Path::new("/tmp/数据 1/till.exe")), "Z:\\tmp\\数据 1\\till.exe");
    }
}
