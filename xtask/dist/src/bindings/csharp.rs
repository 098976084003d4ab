//! The binding for C#: packed for NuGet, and tested under Mono, which stands for .NET Framework, and under .NET Core.

mod debian;
mod nuget;
mod running;
mod sdk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages;
use kit::counts::Counts;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools;
use kit::workspace;
use running::run_tests;
use sdk::{Sdk, Target, with};

pub use nuget::package;

/// The libraries that the NuGet package holds.
pub struct Libraries<'a> {
    /// For 32-bit Windows.
    pub win_x86: &'a Path,
    /// For 64-bit Windows.
    pub win_x64: &'a Path,
    /// For 64-bit Linux.
    pub linux_x64: &'a Path,
}

/// What is tested: parts of the packages as their users have them.
struct Bench {
    /// The NuGet package.
    package: PathBuf,
    /// The sources of the binding, for those who add them to their till.
    sources: Vec<PathBuf>,
    /// The folder of the example.
    example: PathBuf,
    library: PathBuf,
    /// The libraries for Windows that the package should hold, 32-bit first.
    windows: [PathBuf; 2],
    sandbox: PathBuf,
    header: PathBuf,
    /// The font of the tests, which the packages do not have.
    font: PathBuf,
}

impl Bench {
    fn new(unpacked: &packages::Unpacked) -> Result<Self, Error> {
        let packages::Unpacked { windows, linux } = unpacked;
        Ok(Self {
            package: windows.join("bindings/csharp").join(nuget::file_name()),
            sources: files(&linux.join("bindings/csharp/Wsy"), "cs")?,
            example: linux.join("examples/csharp"),
            library: linux.join("lib/libwsy.so"),
            windows: ["x86/wsy.dll", "x64/wsy.dll"].map(|name| windows.join(name)),
            sandbox: unpacked.sandbox(),
            header: linux.join("include/wsy.h"),
            font: workspace::root().join("tests/vectors/receipt-font.ttf"),
        })
    }

    /// Tells a test program what it needs to know.
    fn tell(&self, command: &mut Command, till: &Path, temporary: &Path) {
        command.env("WSY_SANDBOX", &self.sandbox).env("WSY_HEADER", &self.header).env("WSY_TILL", till);
        command.env("WSY_FONT", &self.font);
        // Whatever a runtime leaves in the temporary folder goes away with this one.
        command.env("TMPDIR", temporary).env("LC_ALL", "C.UTF-8").env_remove("MONO_PATH");
    }

    /// The file of the package, without its folder.
    fn part(&self, name: &str, folder: &Path) -> Result<PathBuf, Error> {
        let broken = |error: zip::result::ZipError| {
            Error::Check(format!("{}: {name}: {error}", self.package.display()))
        };
        let archive = fs::File::open(&self.package).map_err(Error::file("read", &self.package))?;
        let mut archive = zip::ZipArchive::new(archive).map_err(broken)?;
        let mut entry = archive.by_name(name).map_err(broken)?;
        let path = folder.join(Path::new(name).file_name().unwrap_or_default());
        let mut file = fs::File::create(&path).map_err(Error::file("write", &path))?;
        std::io::copy(&mut entry, &mut file).map_err(Error::file("write", &path))?;
        Ok(path)
    }
}

/// The folder of the binding.
fn folder() -> PathBuf {
    workspace::root().join("bindings/csharp")
}

/// The sources of the binding.
fn sources() -> Result<Vec<PathBuf>, Error> {
    files(&folder().join("Wsy"), "cs")
}

/// The sources of the tests.
fn tests() -> Result<Vec<PathBuf>, Error> {
    files(&folder().join("tests"), "cs")
}

/// The files of a folder with this extension, in an order that no file system decides.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = file.map_err(Error::file("read", folder))?.path();
        files.extend(Some(path).filter(|path| path.extension().is_some_and(|is| is == extension)));
    }
    files.sort();
    Ok(files)
}

fn copy(file: &Path, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    let to = folder.join(file.file_name().unwrap_or_default());
    fs::copy(file, &to).map_err(Error::file("write", &to)).map(drop)
}

/// Its tests under Mono: with the sources added to the program, and with the assembly for .NET Framework 4.0 of the
/// package.
pub fn mono() -> Result<Counts, Error> {
    let bench = Bench::new(packages::unpacked()?)?;
    let mut counts = Counts::default();
    for with_assembly in [false, true] {
        counts.add(under_mono(&bench, with_assembly)?);
    }
    Ok(counts)
}

fn under_mono(bench: &Bench, with_assembly: bool) -> Result<Counts, Error> {
    let mcs = tools::need("mcs", "mono-mcs")?;
    let mono = tools::need("mono", "mono-runtime")?;
    let scratch = workspace::scratch("mono")?;
    let binding = if with_assembly {
        let name = format!("lib/net40/{}.dll", nuget::ASSEMBLY);
        vec![with("-reference:", &bench.part(&name, scratch.path())?)]
    } else {
        bench.sources.iter().map(|path| path.clone().into_os_string()).collect()
    };
    let compile = |name: &str, sources: &[PathBuf]| {
        let program = scratch.path().join(name);
        let mut command = mcs.command();
        // What a compiler of .NET Framework 4.0 reads.
        command.args(["-langversion:4", "-warnaserror", "-debug"]).arg(with("-out:", &program));
        process::output(command.args(&binding).args(sources)).map(|_| program)
    };
    let tests = compile("Wsy.Tests.exe", &tests()?)?;
    let till = compile("Till.exe", &files(&bench.example, "cs")?)?;
    copy(&bench.library, scratch.path())?;

    let mut command = mono.command();
    command.arg("--debug").arg(tests);
    bench.tell(&mut command, &till, scratch.path());
    run_tests(&mut command)
}

/// Its tests under .NET Core, from projects that use the package as anybody's does; and the package itself.
pub fn dotnet() -> Result<Counts, Error> {
    let bench = Bench::new(packages::unpacked()?)?;
    let sdk = sdk::ready()?;
    let scratch = workspace::scratch("dotnet")?;
    let mut counts = under_core(&bench, &sdk, scratch.path())?;
    counts.add(check(framework_project(&bench, &sdk, scratch.path())));
    counts.add(check(members(&bench, &sdk, scratch.path())));
    counts.add(check(same_again(&bench, scratch.path())));
    Ok(counts)
}

/// One check that is counted like a test.
fn check(result: Result<(), Error>) -> Counts {
    match result {
        Ok(()) => Counts { passed: 1, ..Counts::default() },
        Err(error) => {
            say::line(error);
            Counts { failed: 1, ..Counts::default() }
        }
    }
}

fn under_core(bench: &Bench, sdk: &Sdk, scratch: &Path) -> Result<Counts, Error> {
    let (tests_project, till_project) = (scratch.join("tests"), scratch.join("till"));
    for file in tests()?.into_iter().chain([folder().join("tests/Wsy.Tests.csproj")]) {
        copy(&file, &tests_project)?;
    }
    copy_example(bench, &till_project)?;
    for project in [&tests_project, &till_project] {
        build(bench, sdk, project, &["-p:TargetFramework=netcoreapp3.1", "-p:UseAppHost=false"])?;
    }
    let built = "bin/Debug/netcoreapp3.1";
    let mut command = sdk.command();
    command.arg(tests_project.join(built).join("Wsy.Tests.dll"));
    bench.tell(&mut command, &till_project.join(built).join("Till.dll"), scratch);
    run_tests(&mut command)
}

/// The example without its nuget.config, which leads to the folder of an unpacked zip and to the network.
fn copy_example(bench: &Bench, to: &Path) -> Result<(), Error> {
    for extension in ["cs", "csproj"] {
        for file in files(&bench.example, extension)? {
            copy(&file, to)?;
        }
    }
    Ok(())
}

/// Builds a project. The only source of packages is the folder of ours, and what is restored from it goes beside the
/// project: another package of the same version may have been restored before.
fn build(bench: &Bench, sdk: &Sdk, project: &Path, properties: &[&str]) -> Result<(), Error> {
    let feed = bench.package.parent().unwrap_or(&bench.package);
    let mut command = sdk.command();
    command.current_dir(project).arg("build").args(["-nologo", "-nodeReuse:false"]);
    command.arg("-p:UseSharedCompilation=false").arg(with("-p:RestoreSources=", feed)).args(properties);
    command.env("NUGET_PACKAGES", project.join("packages")).env("TMPDIR", project);
    process::output(&mut command).map(drop)
}

/// A project for .NET Framework 4.0 gets both libraries for Windows into its output, and the assembly made for it.
fn framework_project(bench: &Bench, sdk: &Sdk, scratch: &Path) -> Result<(), Error> {
    let project = scratch.join("framework");
    copy_example(bench, &project)?;
    let libraries = format!("-p:FrameworkPathOverride={}", sdk::framework()?.display());
    build(bench, sdk, &project, &["-p:TargetFramework=net40", &libraries])?;
    let built = project.join("bin/Debug/net40");
    let [x86, x64] = &bench.windows;
    let assembly = bench.part(&format!("lib/net40/{}.dll", nuget::ASSEMBLY), &project)?;
    for (name, expected) in [
        ("x86/wsy.dll", x86),
        ("x64/wsy.dll", x64),
        ("libwsy.so", &bench.library),
        (&format!("{}.dll", nuget::ASSEMBLY), &assembly),
    ] {
        same(&built.join(name), expected)?;
    }
    Ok(())
}

/// The assembly for .NET Framework 4.0 asks for nothing that is not on the list, which a person has compared with what
/// 4.0 has: the libraries that it is compiled with have more.
fn members(bench: &Bench, sdk: &Sdk, scratch: &Path) -> Result<(), Error> {
    let folder = folder().join("tests/members");
    let program = scratch.join("Members.dll");
    let mut command = sdk.compiler(&Target::Core)?;
    command.arg(with("-out:", &program)).args(files(&folder, "cs")?);
    process::output(&mut command)?;
    workspace::write(
        &program.with_extension("runtimeconfig.json"),
        r#"{"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"}}}"#,
    )?;
    let assembly = bench.part(&format!("lib/net40/{}.dll", nuget::ASSEMBLY), scratch)?;
    let asked = process::output(sdk.command().arg(&program).arg(&assembly))?;
    let list = folder.join("net40.txt");
    let known = workspace::read(&list)?;
    let unknown: Vec<&str> =
        asked.lines().filter(|line| !known.lines().any(|known| known == *line)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Error::Check(format!(
        "{} asks for what is not in {}; see whether .NET Framework 4.0 has it: {}",
        assembly.display(),
        list.display(),
        unknown.join(", ")
    )))
}

/// The package made once more, elsewhere, is the same.
fn same_again(bench: &Bench, scratch: &Path) -> Result<(), Error> {
    let [win_x86, win_x64] = &bench.windows;
    let libraries = Libraries { win_x86, win_x64, linux_x64: &bench.library };
    same(&package(&libraries, &scratch.join("again"))?, &bench.package)
}

fn same(file: &Path, expected: &Path) -> Result<(), Error> {
    let bytes = |path: &Path| fs::read(path).map_err(Error::file("read", path));
    if bytes(file)? == bytes(expected)? {
        return Ok(());
    }
    Err(Error::Check(format!("{} is not the same as {}", file.display(), expected.display())))
}
