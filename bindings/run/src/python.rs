//! The binding for Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::{Bench, font};
use dist::packages;
use kit::counts::{self, Counts};
use kit::error::{Error, Missing};
use kit::tools::{self, Tool};
use kit::{kept, process, say, workspace};

/// The last mypy that supports Python 3.8 and its standard library.
const MYPY: &str = "mypy==1.14.1";

/// All sources must be valid in Python 3.8; the compiler of a newer version can check that.
const SYNTAX: &str = "\
import ast, sys
for path in sys.argv[1:]:
    with open(path, encoding='utf-8') as file:
        ast.parse(file.read(), path, feature_version=(3, 8))
";

/// The folder of the binding.
fn package() -> PathBuf {
    workspace::root().join("bindings/python")
}

/// Its tests from the checkout.
pub fn quick() -> Result<Counts, Error> {
    let (bench, python) = (Bench::checkout()?, python()?);
    let mut counts = syntax(&python)?;
    let mut command = python.command();
    command.env("PYTHONPATH", package()).env("WSY_LIBRARY", bench.library());
    counts.add(tests(command.env("PYTHONDONTWRITEBYTECODE", "1"), &bench)?);
    Ok(counts)
}

/// Its tests from the installed wheel of the package for Linux, its types, and that wheel's contents.
pub fn linux() -> Result<Counts, Error> {
    let (bench, python) = (Bench::linux()?, python()?);
    let mut counts = wheels(&python, &bench.package)?;
    counts.add(syntax(&python)?);
    let [wheel] = &workspace::files(&bench.package.join("bindings/python"), "whl")?[..] else {
        return Err(Error::Check("the package for Linux should have one wheel".to_owned()));
    };
    for (at, python) in pythons(python)?.iter().enumerate() {
        let environment = bench.scratch.path().join(at.to_string());
        let installed = install(python, wheel, &environment)?;
        let mut command = installed.command();
        if at == 0 {
            counts.add(types(python, &installed, &environment)?);
        }
        // The library must be found inside the wheel.
        counts.add(tests(command.arg("-I").env_remove("WSY_LIBRARY"), &bench)?);
    }
    Ok(counts)
}

/// The contents of the wheels for Windows.
pub fn windows() -> Result<Counts, Error> {
    wheels(&python()?, packages::windows()?)
}

fn python() -> Result<Tool, Error> {
    Ok(tools::need("python3", "python3")?)
}

/// The wheels of a package as someone else's program reads them.
fn wheels(python: &Tool, of: &Path) -> Result<Counts, Error> {
    let wheels = workspace::files(&of.join("bindings/python"), "whl")?;
    counts::of_program(python.command().arg(package().join("tests/check_wheels.py")).args(wheels))
}

fn syntax(python: &Tool) -> Result<Counts, Error> {
    let mut files = vec![workspace::root().join("examples/python/till.py")];
    for folder in ["wsy", "tests"] {
        files.extend(workspace::files(&package().join(folder), "py")?);
    }
    counts::of_check(process::output(python.command().args(["-c", SYNTAX]).args(files)).map(drop))
}

/// `python3`, and every other version from 3.8 to 3.14 that is on the search path.
fn pythons(first: Tool) -> Result<Vec<Tool>, Error> {
    let mut versions = vec![version(&first)?];
    let mut pythons = vec![first];
    for python in (8..=14).filter_map(|minor| tools::find(&format!("python3.{minor}"))) {
        // A name on the path may refer to a version that is not installed.
        if let Ok(version) = version(&python)
            && !versions.contains(&version)
        {
            versions.push(version);
            pythons.push(python);
        }
    }
    say::line(format_args!("testing with Python {}", versions.join(", ")));
    if !versions.iter().any(|version| version == "3.8") {
        say::line("Python 3.8 is not here: what is written for it is checked by the parser and by mypy");
    }
    Ok(pythons)
}

fn version(python: &Tool) -> Result<String, Error> {
    let program = "import sys; print('%d.%d' % sys.version_info[:2])";
    Ok(process::output(python.command().args(["-c", program]))?.trim().to_owned())
}

/// Makes an environment and installs the wheel there; gives the environment's Python. Debian keeps what an
/// environment gets its own pip from in a package apart; without it a pip from outside does the work.
fn install(python: &Tool, wheel: &Path, environment: &Path) -> Result<Tool, Error> {
    let installed = Tool::at(environment.join("bin/python"));
    let has_pip = process::output(python.command().args(["-c", "import ensurepip"])).is_ok();
    let mut make = python.command();
    make.args(["-m", "venv"]).args((!has_pip).then_some("--without-pip"));
    process::output(make.arg(environment))?;
    let mut install = if has_pip { installed.command() } else { pip_for(&installed)? };
    install.args(has_pip.then_some(["-m", "pip"]).into_iter().flatten());
    process::output(install.args(["--quiet", "install", "--no-index", "--no-deps"]).arg(wheel))?;
    Ok(installed)
}

/// The machine's pip, running for this Python.
fn pip_for(python: &Tool) -> Result<Command, Error> {
    let mut command = tools::need("pip3", "python3-pip")?.command();
    command.arg("--python").arg(python.path());
    Ok(command)
}

fn tests(command: &mut Command, bench: &Bench) -> Result<Counts, Error> {
    command.arg("-B").arg(package().join("tests")).current_dir(bench.scratch.path());
    command.env("WSY_SANDBOX", &bench.sandbox).env("WSY_HEADER", bench.package.join("include/wsy.h"));
    command.env("WSY_FONT", font()).env_remove("WSY_SANDBOX_BASE");
    counts::of_program(command)
}

/// Checks the type hints of the installed package, and the example's use of them, with mypy.
fn types(python: &Tool, installed: &Tool, scratch: &Path) -> Result<Counts, Error> {
    let mypy = kept::folder("mypy", (MYPY, version(python)?), |folder| {
        say::line(format_args!("installing {MYPY}"));
        let mut install = pip_for(python)?;
        let installed = process::output(install.args(["--quiet", "install", MYPY, "--target"]).arg(folder));
        installed.map(drop).map_err(Missing::download(MYPY))
    })?;
    let mut counts = Counts::default();
    // The files of the wheel are those of the checkout, and mypy says nothing about a package that is
    // installed.
    for what in ["bindings/python/wsy", "examples/python/till.py"] {
        let mut command = python.command();
        command.env("PYTHONPATH", &mypy).args(["-m", "mypy", "--strict", "--python-version", "3.8"]);
        command.arg("--python-executable").arg(installed.path());
        command.arg("--cache-dir").arg(scratch.join("mypy")).arg(what);
        let checked = process::output(command.current_dir(workspace::root()));
        counts.add(counts::of_check(checked.map(drop))?);
    }
    Ok(counts)
}
