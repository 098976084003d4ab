//! Free Pascal for Linux and for Windows, kept below `target/tools`.
//!
//! Debian has no Free Pascal for Windows, but its compilers can make Windows programs: the one for i386
//! 32-bit programs, the one for amd64 64-bit ones. What those programs need of the run-time library and of
//! the packages is compiled from Debian's `fpc-source`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::Target;
use kit::bits::Bits;
use kit::error::Error;
use kit::process::{self, with};
use kit::{debian, kept, say, tools, workspace};

/// The units that the programs use beyond the run-time library.
const USED: &str = "program used;\n\
    uses uuchar, SyncObjs, process, fpjson, jsonparser, fphttpclient, fpcunit, testregistry;\n\
    begin\nend.\n";

/// Where the sources of those units are, below the folder of the packages.
const PACKAGES: &str = "fcl-base/src fcl-base/src/win fcl-fpcunit/src fcl-json/src fcl-net/src fcl-net/src/win \
    fcl-process/src fcl-process/src/win fcl-web/src/base hash/src openssl/src rtl-extra/src/inc rtl-extra/src/win \
    rtl-objpas/src/inc rtl-objpas/src/win winunits-base/src";

/// Where the sources of the run-time library are, besides the folders of the target and of the processor.
const RUN_TIME: &str = "win win/wininc inc objpas objpas/sysutils objpas/classes charmaps";

/// The meaning of `string` in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strings {
    /// Bytes in a code page, as in Delphi 7 to 2007.
    Ansi,
    /// UTF-16, as in Delphi 2009 and later.
    Unicode,
}

impl Strings {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Ansi, Self::Unicode];
}

/// How the compiler and Debian name the things of a target.
struct Names {
    target: &'static str,
    processor: &'static str,
    compiler: &'static str,
    architecture: &'static str,
}

const fn names(target: Target) -> Names {
    let [target, processor, compiler, architecture] = match target {
        Target::Linux => ["linux", "x86_64", "ppcx64", "amd64"],
        Target::Windows(Bits::X86) => ["win32", "i386", "ppc386", "i386"],
        Target::Windows(Bits::X64) => ["win64", "x86_64", "ppcx64", "amd64"],
    };
    Names { target, processor, compiler, architecture }
}

/// The compiler for a target, and its units.
pub struct FreePascal {
    target: Target,
    folder: PathBuf,
}

impl FreePascal {
    /// Makes sure that it is installed. The first time takes a minute.
    pub fn ready(target: Target) -> Result<Self, Error> {
        let name = format!("free-pascal-{}", names(target).target);
        let make = |folder: &Path| Self { target, folder: folder.to_owned() }.make();
        Ok(Self { target, folder: kept::folder(&name, include_str!("free_pascal.rs"), make)? })
    }

    fn make(&self) -> Result<(), Error> {
        let architecture = names(self.target).architecture;
        if self.target == Target::Linux {
            let packages = ["fp-compiler", "fp-units-base", "fp-units-fcl"];
            return debian::unpack(architecture, &packages, &self.folder);
        }
        debian::unpack(architecture, &["fp-compiler", "fpc-source"], &self.folder)?;
        self.make_windows_units()?;
        let sources = self.folder.join("usr/share/fpcsrc");
        fs::remove_dir_all(&sources).map_err(Error::file("remove", &sources))
    }

    /// The units for Windows: `system`, which can be compiled only by itself, the rest of the run-time
    /// library, and what the programs use of the packages.
    fn make_windows_units(&self) -> Result<(), Error> {
        let (names, units) = (names(self.target), self.units()?);
        say::line(format_args!("compiling the units of Free Pascal for {}, once", names.target));
        fs::create_dir_all(&units).map_err(Error::file("make the folder", &units))?;
        let scratch = workspace::scratch("units")?;
        let sources = only(&self.folder.join("usr/share/fpcsrc"))?;
        let (rtl, packages) = (sources.join("rtl"), sources.join("packages"));
        let system = rtl.join(names.target);
        let mut folders = vec![system.clone(), rtl.join(names.processor)];
        folders.extend(RUN_TIME.split_whitespace().map(|folder| rtl.join(folder)));
        folders.extend(PACKAGES.split_whitespace().map(|folder| packages.join(folder)));
        let compile = |file: &Path, options: &[&str]| {
            let mut command = self.compiler()?;
            command.arg("-Sg").args(options).arg(with("-FU", &units)).arg(with("-FE", scratch.path()));
            for folder in &folders {
                command.arg(with("-Fi", folder)).arg(with("-Fu", folder));
            }
            process::output(command.arg(file)).map(drop)
        };
        compile(&system.join("system.pp"), &["-Us"])?;
        compile(&system.join("buildrtl.pp"), &[])?;
        let used = scratch.path().join("used.pas");
        workspace::write(&used, USED)?;
        // With line numbers for error messages.
        compile(&used, &["-gl"])
    }

    /// A command line that compiles, and looks for units in this folder too. What it makes goes into
    /// `output`.
    pub fn command(&self, strings: Strings, units: &Path, output: &Path) -> Result<Command, Error> {
        let mut command = self.compiler()?;
        command.arg(match strings {
            Strings::Ansi => "-Mdelphi",
            Strings::Unicode => "-Mdelphiunicode",
        });
        command.arg(with("-Fu", &self.units()?)).arg(with("-Fu", units));
        if self.target == Target::Linux {
            command.arg(with("-Fl", &start_files()?));
        }
        command.arg(with("-FU", output)).arg(with("-FE", output));
        Ok(command)
    }

    /// The compiler, without the settings that this machine may have for one of its own.
    fn compiler(&self) -> Result<Command, Error> {
        let names = names(self.target);
        let mut command = Command::new(self.version()?.join(names.compiler));
        command.env("LC_ALL", "C.UTF-8").env_remove("PPC_CONFIG_PATH");
        command.args(["-n", "-l-"]).arg(format!("-T{}", names.target));
        Ok(command)
    }

    /// Where the units are; the compiler takes `*` for every folder.
    fn units(&self) -> Result<PathBuf, Error> {
        match self.target {
            Target::Linux => Ok(self.version()?.join("units/x86_64-linux/*")),
            Target::Windows(_) => Ok(self.folder.join("units")),
        }
    }

    fn version(&self) -> Result<PathBuf, Error> {
        only(&self.folder.join(format!("usr/lib/{}-linux-gnu/fpc", names(self.target).processor)))
    }
}

/// The folder of what a C compiler puts before and behind each program; it comes with the linker.
fn start_files() -> Result<PathBuf, Error> {
    let file = process::output(tools::c_compiler()?.command().arg("-print-file-name=crtbegin.o"))?;
    let file = PathBuf::from(file.trim_end());
    Ok(file.parent().map_or_else(PathBuf::new, Path::to_path_buf))
}

/// The folder of the only version that is in a folder.
fn only(folder: &Path) -> Result<PathBuf, Error> {
    let mut entries = fs::read_dir(folder).map_err(Error::file("read", folder))?.flatten();
    match (entries.next(), entries.next()) {
        (Some(version), None) => Ok(version.path()),
        _ => Err(Error::Check(format!("{} should have one version of Free Pascal", folder.display()))),
    }
}
