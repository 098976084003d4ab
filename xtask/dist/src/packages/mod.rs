//! `cargo xtask dist`: what is handed out, one zip for Windows and one tarball for Linux.

mod archive;
mod build;
mod check;
mod contents;
mod declared;
mod import_library;
mod lists;
mod pe;

pub mod xp;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use kit::bits::Bits;
use kit::error::Error;
use kit::say;
use kit::workspace;

/// Makes both packages, and says where they are.
pub fn dist() -> Result<(), Error> {
    for (package, _) in [(contents::LINUX, linux()?), (contents::WINDOWS, windows()?)] {
        let file = folder().join(package.file());
        let size = file.metadata().map_err(Error::file("read", &file))?.len();
        say::line(format_args!("target/dist/{}: {:.1} MB", package.file(), size as f64 / 1e6));
    }
    Ok(())
}

/// The folder that the tarball for Linux unpacks to. The tarball is made if it is not current, without anything for Windows.
pub fn linux() -> Result<&'static Path, Error> {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    once(&FOLDER, "linux.lock", || archive::tarball(&contents::LINUX, &contents::linux()?))
}

/// The folder that the zip for Windows unpacks to. The zip is made if it is not current.
pub fn windows() -> Result<&'static Path, Error> {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    once(&FOLDER, "windows.lock", || {
        declared::check()?;
        archive::zip(&contents::WINDOWS, &contents::windows()?)
    })
}

/// The sandbox of the package for Linux, to which the programs for Windows talk, too.
pub fn sandbox() -> Result<PathBuf, Error> {
    Ok(linux()?.join("sandbox/wsy-sandbox"))
}

/// Both packages as their users have them: unpacked.
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

/// Makes both packages if they are not current, and unpacks them.
pub fn unpacked() -> Result<&'static Unpacked, Error> {
    static UNPACKED: OnceLock<Unpacked> = OnceLock::new();
    let both = Unpacked { windows: windows()?.to_owned(), linux: linux()?.to_owned() };
    Ok(UNPACKED.get_or_init(|| both))
}

/// Writes the lists of what the DLLs export by stdcall and import, to be looked over and committed.
pub fn write_lists() -> Result<(), Error> {
    for bits in Bits::BOTH {
        let dll = build::dll(bits)?;
        lists::write(bits, &pe::Module::read(&dll)?)?;
    }
    for name in build::PROGRAMS {
        lists::write_program(&pe::Module::read(&build::program(name)?)?)?;
    }
    Ok(())
}

/// Makes a package once in a run, while no other process makes the same.
fn once(
    folder_of_it: &'static OnceLock<PathBuf>,
    lock: &str,
    make: impl FnOnce() -> Result<PathBuf, Error>,
) -> Result<&'static Path, Error> {
    if let Some(made) = folder_of_it.get() {
        return Ok(made);
    }
    let lock = folder().join(lock);
    workspace::write(&lock, "")?;
    let file = File::open(&lock).map_err(Error::file("open", &lock))?;
    file.lock().map_err(Error::file("lock", &lock))?;
    let made = make()?;
    Ok(folder_of_it.get_or_init(|| made))
}

/// Where the packages and what they are made of lie.
fn folder() -> PathBuf {
    workspace::root().join("target").join("dist")
}
