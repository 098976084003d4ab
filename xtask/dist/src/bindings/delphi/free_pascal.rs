//! Free Pascal for Linux and for Windows, in a folder of its own below `target/tools`.
//!
//! Debian has no Free Pascal for Windows, but its compilers can make Windows programs: the one for i386 32-bit programs, the
//! one for amd64 64-bit ones. What those programs need of the run-time library and of the packages is compiled from Debian's
//! `fpc-source`.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use kit::bits::Bits;
use kit::debian;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools;
use kit::workspace;

/// What the programs use that is not in the run-time library.
const USED: &str = "program used;\n\
    uses uuchar, SyncObjs, process, fpjson, jsonparser, fphttpclient, fpcunit, testregistry;\n\
    begin\nend.\n";

/// Where the sources of those units are, below the folder of the packages.
const PACKAGES: [&str; 16] = [
    "fcl-base/src",
    "fcl-base/src/win",
    "fcl-fpcunit/src",
    "fcl-json/src",
    "fcl-net/src",
    "fcl-net/src/win",
    "fcl-process/src",
    "fcl-process/src/win",
    "fcl-web/src/base",
    "hash/src",
    "openssl/src",
    "rtl-extra/src/inc",
    "rtl-extra/src/win",
    "rtl-objpas/src/inc",
    "rtl-objpas/src/win",
    "winunits-base/src",
];

/// Where the sources of the run-time library are, besides the folders of the target and of the processor.
const RUN_TIME: [&str; 7] =
    ["win", "win/wininc", "inc", "objpas", "objpas/sysutils", "objpas/classes", "charmaps"];

/// Where a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// On 64-bit Linux.
    Linux,
    /// On Windows.
    Windows(Bits),
}

impl Target {
    /// As the compiler calls it.
    const fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows(Bits::X86) => "win32",
            Self::Windows(Bits::X64) => "win64",
        }
    }

    const fn processor(self) -> &'static str {
        match self {
            Self::Windows(Bits::X86) => "i386",
            Self::Linux | Self::Windows(Bits::X64) => "x86_64",
        }
    }

    const fn compiler(self) -> &'static str {
        match self {
            Self::Windows(Bits::X86) => "ppc386",
            Self::Linux | Self::Windows(Bits::X64) => "ppcx64",
        }
    }
}

/// What a `string` of a program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strings {
    /// Bytes in a code page, as in Delphi 7 to 2007.
    Ansi,
    /// UTF-16, as in Delphi 2009 and later.
    Unicode,
}

impl Strings {
    const fn mode(self) -> &'static str {
        match self {
            Self::Ansi => "-Mdelphi",
            Self::Unicode => "-Mdelphiunicode",
        }
    }
}

/// The compilers and their units.
pub struct FreePascal {
    folder: PathBuf,
    start_files: PathBuf,
}

impl FreePascal {
    /// Sees that it is there. The first time takes a minute.
    pub fn ready() -> Result<Self, Error> {
        let all = workspace::root().join("target/tools/free-pascal");
        let folder = all.join(key());
        fs::create_dir_all(&all).map_err(Error::file("make the folder", &all))?;
        let lock = all.join("lock");
        let file = File::create(&lock).map_err(Error::file("make", &lock))?;
        file.lock().map_err(Error::file("lock", &lock))?;
        if !folder.is_dir() {
            say::line("setting up Free Pascal, once");
            remove_others(&all)?;
            let unfinished = tempfile::tempdir_in(&all).map_err(Error::file("make a folder in", &all))?;
            let made = unfinished.path().join("made");
            make(&made, unfinished.path())?;
            fs::rename(&made, &folder).map_err(Error::file("make the folder", &folder))?;
        }
        Ok(Self { folder, start_files: start_files()? })
    }

    /// A command line that compiles, and looks for units in these folders too. What it makes goes into `output`.
    pub fn command(
        &self,
        target: Target,
        strings: Strings,
        units: &[&Path],
        output: &Path,
    ) -> Result<Command, Error> {
        let mut command = compiler(&self.folder, target);
        command.arg(strings.mode());
        for folder in
            unit_folders(&self.folder, target)?.iter().map(PathBuf::as_path).chain(units.iter().copied())
        {
            command.arg(with("-Fu", folder));
        }
        if target == Target::Linux {
            command.arg(with("-Fl", &self.start_files));
        }
        command.arg(with("-FU", output)).arg(with("-FE", output));
        Ok(command)
    }
}

/// The folder of what a C compiler puts before and behind each program; it comes with the linker.
fn start_files() -> Result<PathBuf, Error> {
    let file = process::output(tools::c_compiler()?.command().arg("-print-file-name=crtbegin.o"))?;
    let file = PathBuf::from(file.trim_end());
    Ok(file.parent().map_or_else(PathBuf::new, Path::to_path_buf))
}

/// Changes whenever what another version of this file has made is not what this one would make.
fn key() -> String {
    let hash = Sha256::digest(include_str!("free_pascal.rs"));
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Removes what other versions of this file have made, and what was not finished.
fn remove_others(all: &Path) -> Result<(), Error> {
    for path in entries(all)? {
        if path.is_dir() {
            fs::remove_dir_all(&path).map_err(Error::file("remove", &path))?;
        }
    }
    Ok(())
}

fn make(made: &Path, scratch: &Path) -> Result<(), Error> {
    let (x64, x86) = (scratch.join("x64"), scratch.join("x86"));
    for folder in [made, &x64, &x86] {
        fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    }
    debian::unpack("amd64", &["fp-compiler", "fp-units-base", "fp-units-fcl", "fpc-source"], &x64)?;
    debian::unpack("i386", &["fp-compiler"], &x86)?;
    let (of_x64, of_x86) = (
        version(&x64.join("usr/lib/x86_64-linux-gnu/fpc"))?,
        version(&x86.join("usr/lib/i386-linux-gnu/fpc"))?,
    );
    for (from, to) in [
        (of_x64.join("ppcx64"), made.join("ppcx64")),
        (of_x86.join("ppc386"), made.join("ppc386")),
        (of_x64.join("units/x86_64-linux"), made.join("linux")),
    ] {
        fs::rename(&from, &to).map_err(Error::file("move", &from))?;
    }
    let sources = version(&x64.join("usr/share/fpcsrc"))?;
    for bits in Bits::BOTH {
        say::line(format_args!("compiling its units for {}", Target::Windows(bits).name()));
        windows_units(made, Target::Windows(bits), &sources, scratch)?;
    }
    Ok(())
}

/// The units of a target for Windows: `system`, which can be compiled only by itself, the rest of the run-time library, and
/// what the programs use of the packages.
fn windows_units(made: &Path, target: Target, sources: &Path, scratch: &Path) -> Result<(), Error> {
    let units = made.join(target.name());
    fs::create_dir_all(&units).map_err(Error::file("make the folder", &units))?;
    let (rtl, packages) = (sources.join("rtl"), sources.join("packages"));
    let system = rtl.join(target.name());
    let folders: Vec<PathBuf> = [system.clone(), rtl.join(target.processor())]
        .into_iter()
        .chain(RUN_TIME.map(|folder| rtl.join(folder)))
        .chain(PACKAGES.map(|folder| packages.join(folder)))
        .collect();
    let compile = |file: &Path, options: &[&str]| {
        let mut command = compiler(made, target);
        command.arg("-Sg").args(options).arg(with("-FU", &units)).arg(with("-FE", scratch));
        for folder in &folders {
            command.arg(with("-Fi", folder)).arg(with("-Fu", folder));
        }
        process::output(command.arg(file)).map(drop)
    };
    compile(&system.join("system.pp"), &["-Us"])?;
    compile(&system.join("buildrtl.pp"), &[])?;
    let used = scratch.join("used.pas");
    workspace::write(&used, USED)?;
    // With what tells the line numbers of an error.
    compile(&used, &["-gl"])
}

/// The compiler for a target, without the settings that this machine may have for one of its own.
fn compiler(folder: &Path, target: Target) -> Command {
    let mut command = Command::new(folder.join(target.compiler()));
    command.env("LC_ALL", "C.UTF-8").env_remove("PPC_CONFIG_PATH");
    command.args(["-n", "-l-"]).arg(format!("-T{}", target.name()));
    command
}

/// The folders that the units of a target are in.
fn unit_folders(folder: &Path, target: Target) -> Result<Vec<PathBuf>, Error> {
    let units = folder.join(target.name());
    match target {
        Target::Linux => entries(&units),
        Target::Windows(_) => Ok(vec![units]),
    }
}

/// The folder of the only version that is in a folder.
fn version(folder: &Path) -> Result<PathBuf, Error> {
    match &entries(folder)?[..] {
        [version] => Ok(version.clone()),
        _ => Err(Error::Check(format!("{} should have one version of Free Pascal", folder.display()))),
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        entries.push(entry.map_err(Error::file("read", folder))?.path());
    }
    entries.sort();
    Ok(entries)
}

/// An option with a path right behind it.
fn with(option: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(path);
    argument
}
