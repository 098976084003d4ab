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

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;

use sha2::{Digest, Sha256};

use contents::Contents;
use kit::bits::Bits;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools::{self, Tool};
use kit::workspace::{self, VERSION};

/// A package.
struct Package {
    platform: &'static str,
    ending: &'static str,
    compilers: fn() -> Result<Vec<Tool>, Error>,
    contents: fn() -> Result<Contents, Error>,
    pack: fn(&str, &Contents, File) -> Result<(), Error>,
    unpack: fn(File, &Path) -> Result<(), Error>,
}

const WINDOWS: Package = Package {
    platform: "windows",
    ending: "zip",
    compilers: || {
        Ok(vec![tools::c_compiler()?, tools::mingw(Bits::X86, "gcc")?, tools::mingw(Bits::X64, "gcc")?])
    },
    contents: contents::windows,
    pack: archive::zip,
    unpack: archive::unzip,
};
const LINUX: Package = Package {
    platform: "linux-x64",
    ending: "tar.gz",
    compilers: || Ok(vec![tools::c_compiler()?]),
    contents: contents::linux,
    pack: archive::tarball,
    unpack: archive::untar,
};

/// The folder that the tarball for Linux unpacks to. The tarball is made if it is not current, without
/// anything for Windows.
pub fn linux() -> Result<&'static Path, Error> {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    LINUX.once(&FOLDER)
}

/// The folder that the zip for Windows unpacks to. The zip is made if it is not current.
pub fn windows() -> Result<&'static Path, Error> {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    WINDOWS.once(&FOLDER)
}

/// The sandbox of the package for Linux, to which the programs for Windows talk, too.
pub fn sandbox() -> Result<PathBuf, Error> {
    Ok(linux()?.join("sandbox/wsy-sandbox"))
}

/// Builds the library whose only function panics.
pub fn panicking(bits: Bits) -> Result<PathBuf, Error> {
    build::panicking(bits)
}

/// Makes both packages, and says where they are.
pub fn dist() -> Result<(), Error> {
    // The one compiles while the other links, which a single core does.
    thread::scope(|scope| {
        let linux = scope.spawn(linux);
        let windows = windows();
        linux.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)).and(windows)
    })?;
    for package in [LINUX, WINDOWS] {
        let file = package.file();
        let size = file.metadata().map_err(Error::file("read", &file))?.len();
        say::line(format_args!("{}: {:.1} MB", file.display(), size as f64 / 1e6));
    }
    Ok(())
}

/// Writes the lists of what the DLLs import, to be looked over and committed.
pub fn write_lists() -> Result<(), Error> {
    for bits in Bits::BOTH {
        lists::write(bits, &pe::Module::read(&build::dll(bits)?)?)?;
    }
    for (name, _) in build::PROGRAMS {
        lists::write_program(&pe::Module::read(&build::program(name)?)?)?;
    }
    Ok(())
}

impl Package {
    /// The folder that it unpacks to.
    fn name(&self) -> String {
        format!("wsy-{VERSION}-{}", self.platform)
    }

    /// The package itself.
    fn file(&self) -> PathBuf {
        folder().join(format!("{}.{}", self.name(), self.ending))
    }

    /// Looks once in a run.
    fn once(&self, folder: &'static OnceLock<PathBuf>) -> Result<&'static Path, Error> {
        match folder.get() {
            Some(folder) => Ok(folder),
            None => self.unpacked().map(|unpacked| folder.get_or_init(|| unpacked).as_path()),
        }
    }

    /// Makes and unpacks it, unless it has been made of the same.
    fn unpacked(&self) -> Result<PathBuf, Error> {
        let (name, file, all) = (self.name(), self.file(), folder().join("unpacked"));
        let (unpacked, note) = (all.join(&name), all.join(format!("{name}.made-of")));
        let _lock = workspace::lock(&all.join(format!("{name}.lock")))?;
        let made_of = self.made_of()?;
        if fs::read_to_string(&note).is_ok_and(|noted| noted == made_of) && unpacked.is_dir() && file.exists()
        {
            return Ok(unpacked);
        }
        workspace::remove(&note)?;
        workspace::remove(&unpacked)?;
        let contents = (self.contents)()?;
        let fresh = file.with_extension("new");
        (self.pack)(&name, &contents, File::create(&fresh).map_err(Error::file("write", &fresh))?)?;
        fs::rename(&fresh, &file).map_err(Error::file("write", &file))?;
        (self.unpack)(File::open(&file).map_err(Error::file("read", &file))?, &all)?;
        workspace::write(&note, &made_of)?;
        Ok(unpacked)
    }

    /// Changes with every file of the project, and with the compilers.
    fn made_of(&self) -> Result<String, Error> {
        let mut hash = Sha256::new();
        hash.update(workspace::compiler("release")?);
        for compiler in (self.compilers)()? {
            hash.update(process::output(compiler.command().arg("--version"))?);
        }
        for path in workspace::tracked(".")? {
            let file = workspace::root().join(&path);
            let bytes = fs::read(&file).map_err(Error::file("read", &file))?;
            hash.update(format!("{path}\0{}\0", bytes.len()));
            hash.update(bytes);
        }
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Where the packages and what they are made of lie.
fn folder() -> PathBuf {
    workspace::root().join("target").join("dist")
}
