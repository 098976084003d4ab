//! `cargo xtask dist`: what is handed out, one zip for Windows and one tarball for Linux.

mod archive;
mod check;
mod contents;
mod declared;
mod import_library;
mod lists;
mod pe;
mod windows;
pub mod xp;

use std::fs::File;
use std::path::PathBuf;
use std::sync::OnceLock;

use kit::bits::Bits;
use kit::error::Error;
use kit::say;
use kit::workspace;

/// The packages as their users have them: unpacked.
pub struct Unpacked {
    /// The folder that the zip unpacks to.
    pub windows: PathBuf,
    /// The folder that the tarball unpacks to.
    pub linux: PathBuf,
}

impl Unpacked {
    /// The sandbox of the package for Linux.
    pub fn sandbox(&self) -> PathBuf {
        self.linux.join("sandbox/wsy-sandbox")
    }
}

/// Makes both packages, and says where they are.
pub fn dist() -> Result<(), Error> {
    unpacked()?;
    for package in [contents::WINDOWS, contents::LINUX] {
        let file = folder().join(package.file());
        let size = file.metadata().map_err(Error::file("read", &file))?.len();
        say::line(format_args!("target/dist/{}: {:.1} MB", package.file(), size as f64 / 1e6));
    }
    Ok(())
}

/// Makes both packages if they are not current, and unpacks them, once in a run.
pub fn unpacked() -> Result<&'static Unpacked, Error> {
    static UNPACKED: OnceLock<Unpacked> = OnceLock::new();
    if let Some(unpacked) = UNPACKED.get() {
        return Ok(unpacked);
    }
    let made = make()?;
    Ok(UNPACKED.get_or_init(|| made))
}

/// Writes the lists of what the DLLs import, to be looked over and committed.
pub fn write_lists() -> Result<(), Error> {
    for bits in Bits::BOTH {
        let dll = windows::dll(bits)?;
        lists::write(bits, &pe::Module::read(&dll)?)?;
    }
    for name in windows::PROGRAMS {
        lists::write_program(&pe::Module::read(&windows::program(name)?)?)?;
    }
    Ok(())
}

fn make() -> Result<Unpacked, Error> {
    let lock = folder().join("lock");
    workspace::write(&lock, "")?;
    let file = File::open(&lock).map_err(Error::file("open", &lock))?;
    // Another run may be at it.
    file.lock().map_err(Error::file("lock", &lock))?;
    declared::check()?;
    let linux = contents::linux()?;
    let windows = contents::windows()?;
    Ok(Unpacked {
        windows: archive::zip(&contents::WINDOWS, &windows)?,
        linux: archive::tarball(&contents::LINUX, &linux)?,
    })
}

/// Where the packages and what they are made of lie.
fn folder() -> PathBuf {
    workspace::root().join("target").join("dist")
}
