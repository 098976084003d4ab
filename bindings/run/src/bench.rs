//! The test bench for a binding: a package as its users have it, or the checkout in its place; and how
//! programs run there.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use encoding_rs::{Encoding, GBK, UTF_8};
use tempfile::TempDir;

use dist::{packages, wine};
use kit::bits::Bits;
use kit::counts::{self, Counts};
use kit::error::Error;
use kit::platform::Platform;
use kit::workspace::{self, ABI};
use kit::{artifacts, pool};

/// The tests wait most of the time, so each program is run in this many parts at once.
const SHARES: usize = 4;

/// How many parts are run at once.
const RUNNING: usize = 12;

/// The timeout of a part in seconds.
const LIMIT: &str = "300";

/// Where the programs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// On 64-bit Linux.
    Linux,
    /// On Windows.
    Windows(Bits),
}

/// A package, and a folder for the programs that use it.
pub struct Bench {
    /// The operating system.
    pub target: Target,
    /// The folder that the package unpacks to.
    pub package: PathBuf,
    /// The platform's program, for Linux whatever the target is.
    pub sandbox: PathBuf,
    /// A temporary folder, removed on drop.
    pub scratch: TempDir,
}

impl Bench {
    /// With the package for Linux.
    pub fn linux() -> Result<Self, Error> {
        Self::new(Target::Linux, packages::linux()?)
    }

    /// With the package for Windows.
    pub fn windows(bits: Bits) -> Result<Self, Error> {
        Self::new(Target::Windows(bits), packages::windows()?)
    }

    fn new(target: Target, package: &Path) -> Result<Self, Error> {
        let scratch = workspace::scratch("bindings")?;
        Ok(Self { target, package: package.to_owned(), sandbox: packages::sandbox()?, scratch })
    }

    /// With the checkout and a development build, in the places of the package for Linux.
    pub fn checkout() -> Result<Self, Error> {
        let built = artifacts::development()?;
        let (library, root) = (built.file("libwsy.so")?, workspace::root());
        let scratch = workspace::scratch("bindings")?;
        let package = scratch.path().join("package");
        for (from, to) in [
            (library.clone(), format!("lib/libwsy.so.{ABI}")),
            (library, "lib/libwsy.so".to_owned()),
            (root.join("include/wsy.h"), "include/wsy.h".to_owned()),
            (root.join("bindings/cpp/include/wsy.hpp"), "include/wsy.hpp".to_owned()),
            (root.join("examples"), "examples".to_owned()),
        ] {
            let to = package.join(to);
            let folder = to.parent().unwrap_or(&package);
            fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
            symlink(from, &to).map_err(Error::file("make the link", &to))?;
        }
        Ok(Self { target: Target::Linux, package, sandbox: built.program("wsy-sandbox")?, scratch })
    }

    /// The library of the package.
    pub fn library(&self) -> PathBuf {
        match self.target {
            Target::Linux => self.package.join("lib/libwsy.so"),
            Target::Windows(bits) => self.package.join(bits.folder()).join("wsy.dll"),
        }
    }

    /// Copies the library into a folder, beside a program that looks for it there.
    pub fn put_library(&self, folder: &Path) -> Result<(), Error> {
        let library = self.library();
        let to = folder.join(library.file_name().unwrap_or_default());
        fs::copy(&library, &to).map(drop).map_err(Error::file("write", &to))
    }

    /// A command line that runs a program that was compiled here.
    pub fn command(&self, program: &Path) -> Result<Command, Error> {
        let mut command = match self.target {
            Target::Linux => Command::new(program),
            Target::Windows(bits) => wine::command(bits, program)?,
        };
        as_anywhere(&mut command);
        Ok(command)
    }

    /// Runs test programs, each with its own argument and in several parts. Every part has its own platform
    /// and folder; `more` adds the variables that only this language's tests need.
    pub fn run_tests(
        &self,
        programs: &[(PathBuf, Option<&str>)],
        more: impl Fn(&mut Command, &Path) -> Result<(), Error> + Sync,
    ) -> Result<Counts, Error> {
        let shares: Vec<_> =
            programs.iter().flat_map(|program| (0..SHARES).map(move |share| (program, share))).collect();
        let ended = pool::each(RUNNING, &shares, |((program, argument), share)| {
            let scratch = workspace::scratch("share")?;
            let platform = Platform::start_with_customers(Command::new(&self.sandbox))?;
            let plain = self.command(program)?;
            let mut command = Command::new("timeout");
            command.args(["--kill-after=5", LIMIT]).arg(plain.get_program()).args(plain.get_args());
            as_anywhere(&mut command);
            command.args(*argument).args([share.to_string(), SHARES.to_string()]);
            command.env("WSY_SANDBOX_BASE", platform.base());
            let include = self.package.join("include");
            for (name, path) in [
                ("WSY_TEST_FOLDER", scratch.path()),
                ("WSY_HEADERS", &include),
                ("WSY_HEADER", &include.join("wsy.h")),
                ("WSY_FONT", &font()),
            ] {
                command.env(name, self.path(path));
            }
            more(&mut command, scratch.path())?;
            counts::of_program(&mut command)
        });
        let mut counts = Counts::default();
        for ended in ended {
            counts.add(ended?);
        }
        Ok(counts)
    }

    /// A path as the programs see it.
    pub fn path(&self, path: &Path) -> OsString {
        match self.target {
            Target::Linux => path.into(),
            Target::Windows(_) => wine::path(path).into(),
        }
    }

    /// The encoding of the programs' output: Windows is a Chinese one.
    pub fn encoding(&self) -> &'static Encoding {
        match self.target {
            Target::Linux => UTF_8,
            Target::Windows(_) => GBK,
        }
    }
}

/// The font of the tests, which the packages do not have.
pub fn font() -> PathBuf {
    workspace::root().join("tests/vectors/receipt-font.ttf")
}

/// Texts are UTF-8, and no library is found through cargo's environment, where one of an earlier build may
/// be.
fn as_anywhere(command: &mut Command) {
    command.env("LC_ALL", "C.UTF-8").env_remove("LD_LIBRARY_PATH");
}
