//! The binding for C#, tested under Mono, in place of .NET Framework, and under .NET Core.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::{Bench, font};
use dist::nuget::{self, ASSEMBLY};
use dist::packages;
use dist::sdk::{self, Sdk, Target};
use kit::counts::{self, Counts};
use kit::error::Error;
use kit::process::{self, with};
use kit::{tools, workspace};

/// Its tests under Mono: with the sources added to the program, and with the package's assembly for .NET
/// Framework.
pub fn mono() -> Result<Counts, Error> {
    let tested = CSharp::new()?;
    let sources = workspace::files(&tested.bench.package.join("bindings/csharp/Wsy"), "cs")?;
    let mut counts = tested.under_mono(sources.into_iter().map(PathBuf::into_os_string).collect())?;
    copy([tested.assembly()], tested.bench.scratch.path())?;
    counts.add(tested.under_mono(vec![with("-reference:", &tested.assembly())])?);
    Ok(counts)
}

/// Its tests under .NET Core, from projects that use the package as anybody's does; and the package itself.
pub fn dotnet() -> Result<Counts, Error> {
    let (tested, sdk) = (CSharp::new()?, sdk::ready()?);
    let mut counts = tested.under_core(&sdk)?;
    counts.add(counts::of_check(tested.framework_project(&sdk))?);
    counts.add(counts::of_check(tested.members(&sdk))?);
    counts.add(counts::of_check(tested.same_again())?);
    Ok(counts)
}

/// The folder of the binding.
fn folder() -> PathBuf {
    workspace::root().join("bindings/csharp")
}

/// The parts of the packages under test, as their users have them.
struct CSharp {
    bench: Bench,
    windows: &'static Path,
    package: PathBuf,
}

impl CSharp {
    fn new() -> Result<Self, Error> {
        let (bench, windows) = (Bench::linux()?, packages::windows()?);
        let package = windows.join("bindings/csharp").join(nuget::file_name());
        let broken = |error| Error::Check(format!("{}: {error}", package.display()));
        let file = File::open(&package).map_err(Error::file("read", &package))?;
        let mut archive = zip::ZipArchive::new(file).map_err(broken)?;
        archive.extract(bench.scratch.path().join("nuget")).map_err(broken)?;
        Ok(Self { bench, windows, package })
    }

    /// The assembly for .NET Framework 4.0 of the package.
    fn assembly(&self) -> PathBuf {
        self.bench.scratch.path().join(format!("nuget/lib/net40/{ASSEMBLY}.dll"))
    }

    /// Runs the test program that this command line starts, which also tests this till.
    fn run(&self, started: &Command, till: &Path) -> Result<Counts, Error> {
        let mut command = leaving_nothing(started);
        command.env("WSY_SANDBOX", &self.bench.sandbox).env("WSY_TILL", till).env("WSY_FONT", font());
        command.env("WSY_HEADER", self.bench.package.join("include/wsy.h"));
        // Removes whatever a runtime leaves in the temporary folder.
        command.env("TMPDIR", self.bench.scratch.path());
        counts::of_program(&mut command)
    }

    fn under_mono(&self, binding: Vec<std::ffi::OsString>) -> Result<Counts, Error> {
        let (mcs, mono) = (tools::need("mcs", "mono-mcs")?, tools::need("mono", "mono-runtime")?);
        let scratch = self.bench.scratch.path();
        let compile = |name: &str, sources: &Path| {
            let (program, sources) = (scratch.join(name), workspace::files(sources, "cs")?);
            let mut command = mcs.command();
            // The C# version of .NET Framework 4.0.
            command.args(["-langversion:4", "-warnaserror", "-debug"]).arg(with("-out:", &program));
            process::output(command.args(&binding).args(sources)).map(|_| program)
        };
        let tests = compile("Wsy.Tests.exe", &folder().join("tests"))?;
        let till = compile("Till.exe", &self.bench.package.join("examples/csharp"))?;
        self.bench.put_library(scratch)?;
        self.run(mono.command().arg("--debug").arg(tests), &till)
    }

    fn under_core(&self, sdk: &Sdk) -> Result<Counts, Error> {
        let scratch = self.bench.scratch.path();
        let project = scratch.join("tests");
        copy(workspace::files(&folder().join("tests"), "cs")?, &project)?;
        copy([folder().join("tests/Wsy.Tests.csproj")], &project)?;
        let built = |project: &Path, name: &str| {
            self.build(sdk, project, &["-p:TargetFramework=netcoreapp3.1", "-p:UseAppHost=false"])?;
            Ok::<_, Error>(project.join("bin/Debug/netcoreapp3.1").join(name))
        };
        let tests = built(&project, "Wsy.Tests.dll")?;
        let till = built(&self.copy_example(&scratch.join("till"))?, "Till.dll")?;
        self.run(sdk.command().arg(tests), &till)
    }

    /// The example without its nuget.config, which refers to the folder of an unpacked zip and to the
    /// network.
    fn copy_example(&self, to: &Path) -> Result<PathBuf, Error> {
        let example = self.bench.package.join("examples/csharp");
        copy(workspace::files(&example, "cs")?, to)?;
        copy([example.join("Till.csproj")], to)?;
        Ok(to.to_owned())
    }

    /// Builds a project. The only source of packages is the folder of ours, and what is restored from it goes
    /// beside the project: another package of the same version may have been restored before.
    fn build(&self, sdk: &Sdk, project: &Path, properties: &[&str]) -> Result<(), Error> {
        let feed = self.package.parent().unwrap_or(&self.package);
        let mut command = sdk.command();
        command.current_dir(project).arg("build").args(["-nologo", "-nodeReuse:false"]);
        command.arg("-p:UseSharedCompilation=false").arg(with("-p:RestoreSources=", feed)).args(properties);
        command.env("NUGET_PACKAGES", project.join("packages")).env("TMPDIR", project);
        process::output(&mut command).map(drop)
    }

    /// The libraries for Windows that the package should hold, 32-bit first.
    fn windows_libraries(&self) -> [PathBuf; 2] {
        ["x86/wsy.dll", "x64/wsy.dll"].map(|name| self.windows.join(name))
    }

    /// A project for .NET Framework 4.0 gets both libraries for Windows into its output, and the assembly
    /// made for it.
    fn framework_project(&self, sdk: &Sdk) -> Result<(), Error> {
        let project = self.copy_example(&self.bench.scratch.path().join("framework"))?;
        let libraries = format!("-p:FrameworkPathOverride={}", sdk::framework()?.display());
        self.build(sdk, &project, &["-p:TargetFramework=net40", &libraries])?;
        let built = project.join("bin/Debug/net40");
        let [x86, x64] = self.windows_libraries();
        for (name, expected) in
            [("x86/wsy.dll", x86), ("x64/wsy.dll", x64), ("libwsy.so", self.bench.library())]
        {
            same(&built.join(name), &expected)?;
        }
        same(&built.join(format!("{ASSEMBLY}.dll")), &self.assembly())
    }

    /// The assembly for .NET Framework 4.0 asks only for what is on the list, which a person has compared
    /// with what 4.0 has: the libraries that it is compiled with have more.
    fn members(&self, sdk: &Sdk) -> Result<(), Error> {
        let (folder, scratch) = (folder().join("tests/members"), self.bench.scratch.path());
        let program = scratch.join("Members.dll");
        let mut command = sdk.compiler(&Target::Core)?;
        command.arg(with("-out:", &program)).args(workspace::files(&folder, "cs")?);
        process::output(&mut command)?;
        workspace::write(
            &program.with_extension("runtimeconfig.json"),
            r#"{"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"}}}"#,
        )?;
        let asked = process::output(sdk.command().arg(&program).arg(self.assembly()))?;
        let list = folder.join("net40.txt");
        let known = workspace::read(&list)?;
        let unknown: Vec<&str> =
            asked.lines().filter(|line| !known.lines().any(|known| known == *line)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(Error::Check(format!(
            "{ASSEMBLY} asks for what is not in {}; see whether .NET Framework 4.0 has it: {}",
            list.display(),
            unknown.join(", ")
        )))
    }

    /// Checks that the package is reproducible: built again elsewhere, it is identical.
    fn same_again(&self) -> Result<(), Error> {
        let ([win_x86, win_x64], linux_x64) = (&self.windows_libraries(), &self.bench.library());
        let libraries = nuget::Libraries { win_x86, win_x64, linux_x64 };
        same(&nuget::package(&libraries, &self.bench.scratch.path().join("again"))?, &self.package)
    }
}

/// The same command line, ending whatever the program started that is left after it: a runtime that breaks
/// down cannot stop its platforms. They are a group of processes, of which a shell is the first.
fn leaving_nothing(started: &Command) -> Command {
    let script = r#""$@"; ended=$?; trap '' TERM; kill -s TERM 0; exit $ended"#;
    let mut command = Command::new("sh");
    command.process_group(0).args(["-c", script, "sh"]);
    command.arg(started.get_program()).args(started.get_args());
    command.env_remove("MONO_PATH").env_remove("LD_LIBRARY_PATH");
    command.envs(started.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

fn copy(files: impl IntoIterator<Item = PathBuf>, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
    for file in files {
        let to = folder.join(file.file_name().unwrap_or_default());
        fs::copy(file, &to).map_err(Error::file("write", &to))?;
    }
    Ok(())
}

fn same(file: &Path, expected: &Path) -> Result<(), Error> {
    let bytes = |path: &Path| fs::read(path).map_err(Error::file("read", path));
    if bytes(file)? == bytes(expected)? {
        return Ok(());
    }
    Err(Error::Check(format!("{} is not the same as {}", file.display(), expected.display())))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::leaving_nothing;
    use kit::counts::{Counts, of_program};

    #[test]
    fn nothing_that_a_program_started_is_left() {
        // Its output stays open as long as anything that it started is running.
        let run = |script: &str| of_program(&mut leaving_nothing(Command::new("sh").args(["-c", script])));
        assert_eq!(run("sleep 600 & echo 1 passed, 0 failed").unwrap(), Counts::ONE);
        assert!(run("sleep 600 & echo 3 passed, 0 failed; exit 1").is_err());
    }
}
