//! The binding for Python.

mod wheel;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages;
use kit::counts::Counts;
use kit::error::Error;
use kit::process;
use kit::required;
use kit::say;
use kit::tools::{self, Missing, Tool};
use kit::workspace;

pub use wheel::wheel;

/// The last mypy that checks for Python 3.8, and with it against the standard library of 3.8.
const MYPY: &str = "mypy==1.14.1";

/// The versions of Python, besides `python3`, that the tests are run with where they are on the search path.
const OTHERS: [&str; 7] =
    ["python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"];

const VERSION_OF_PYTHON: &str = "import sys; print('%d.%d' % sys.version_info[:2])";

/// All that was written for Python 3.8 has to be read by it; the compiler of a newer one can tell.
const SYNTAX: &str = "\
import ast, sys
for path in sys.argv[1:]:
    with open(path, encoding='utf-8') as file:
        ast.parse(file.read(), path, feature_version=(3, 8))
";

/// What is tested, and with what.
struct Bench {
    wheel: PathBuf,
    sandbox: PathBuf,
    header: PathBuf,
}

/// The folder of the binding.
fn package() -> PathBuf {
    workspace::root().join("bindings/python")
}

/// Its tests from the installed wheel of the package for Linux, its types, and all wheels' contents.
pub fn linux() -> Result<Counts, Error> {
    let unpacked = packages::unpacked()?;
    let mut wheels = wheels_in(&unpacked.linux)?;
    let bench = Bench {
        wheel: only(&wheels, &unpacked.linux)?,
        sandbox: unpacked.sandbox(),
        header: unpacked.linux.join("include/wsy.h"),
    };
    wheels.extend(wheels_in(&unpacked.windows)?);
    check(&bench, &wheels)
}

fn check(bench: &Bench, wheels: &[PathBuf]) -> Result<Counts, Error> {
    let python = tools::need("python3", "python3")?;
    let mut counts = Counts::default();
    counts.add(contents(&python, wheels)?);
    counts.add(syntax(&python)?);
    for python in pythons(python)? {
        let scratch = workspace::scratch("python")?;
        let installed = install(&python, &bench.wheel, scratch.path())?;
        counts.add(tests(&installed, bench, scratch.path())?);
        if python.first {
            counts.add(types(&python, &installed, scratch.path())?);
        }
    }
    Ok(counts)
}

fn wheels_in(unpacked: &Path) -> Result<Vec<PathBuf>, Error> {
    let folder = unpacked.join("bindings/python");
    let mut wheels = Vec::new();
    for file in fs::read_dir(&folder).map_err(Error::file("read", &folder))? {
        let path = file.map_err(Error::file("read", &folder))?.path();
        if path.extension().is_some_and(|extension| extension == "whl") {
            wheels.push(path);
        }
    }
    wheels.sort();
    Ok(wheels)
}

fn only(wheels: &[PathBuf], folder: &Path) -> Result<PathBuf, Error> {
    match wheels {
        [wheel] => Ok(wheel.clone()),
        _ => Err(Error::Check(format!("{} has {} wheels and not one", folder.display(), wheels.len()))),
    }
}

/// The wheels as someone else's program reads them.
fn contents(python: &Tool, wheels: &[PathBuf]) -> Result<Counts, Error> {
    run_tests(python.command().arg(package().join("tests/check_wheels.py")).args(wheels))
}

fn syntax(python: &Tool) -> Result<Counts, Error> {
    let mut files = vec![workspace::root().join("examples/python/till.py")];
    for folder in ["wsy", "tests"].map(|name| package().join(name)) {
        for file in fs::read_dir(&folder).map_err(Error::file("read", &folder))? {
            let path = file.map_err(Error::file("read", &folder))?.path();
            files.extend(
                Some(path).filter(|path| path.extension().is_some_and(|extension| extension == "py")),
            );
        }
    }
    process::output(python.command().args(["-c", SYNTAX]).args(files))?;
    Ok(Counts { passed: 1, ..Counts::default() })
}

/// A Python to test with.
struct Python {
    tool: Tool,
    version: String,
    first: bool,
}

/// `python3`, and every other version that is here.
fn pythons(python: Tool) -> Result<Vec<Python>, Error> {
    let version_of = |tool: &Tool| {
        let version = process::output(tool.command().args(["-c", VERSION_OF_PYTHON]));
        version.map(|version| version.trim().to_owned())
    };
    let version = version_of(&python)?;
    let mut pythons = vec![Python { tool: python, version, first: true }];
    for tool in OTHERS.iter().filter_map(|name| tools::find(name)) {
        // A name on the path may stand for a version that is not installed.
        if let Ok(version) = version_of(&tool)
            && pythons.iter().all(|known| known.version != version)
        {
            pythons.push(Python { tool, version, first: false });
        }
    }
    let found: Vec<&str> = pythons.iter().map(|python| python.version.as_str()).collect();
    say::line(format_args!("testing with Python {}", found.join(", ")));
    if !found.contains(&"3.8") {
        say::line("Python 3.8 is not here: what is written for it is checked by the parser and by mypy");
    }
    Ok(pythons)
}

/// Makes an environment and installs the wheel there; gives the environment's Python. Debian keeps what an environment gets
/// its own pip from in a package apart; without it a pip from outside does the work.
fn install(python: &Python, wheel: &Path, scratch: &Path) -> Result<Tool, Error> {
    let environment = scratch.join("environment");
    let mut make = python.tool.command();
    make.args(["-m", "venv"]).arg(&environment);
    let installed = Tool::at(environment.join("bin/python"));
    let mut pip = installed.command();
    if process::output(python.tool.command().args(["-c", "import ensurepip"])).is_ok() {
        pip.args(["-m", "pip"]);
    } else {
        make.arg("--without-pip");
        pip = tools::need("pip3", "python3-pip")?.command();
        pip.arg("--python").arg(installed.command().get_program());
    }
    process::output(&mut make)?;
    process::output(pip.args(["--quiet", "install", "--no-index", "--no-deps"]).arg(wheel))?;
    Ok(installed)
}

fn tests(python: &Tool, bench: &Bench, scratch: &Path) -> Result<Counts, Error> {
    let mut command = python.command();
    command.args(["-I", "-B"]).arg(package().join("tests")).current_dir(scratch);
    command.env("WSY_SANDBOX", &bench.sandbox).env("WSY_HEADER", &bench.header);
    command.env("WSY_FONT", workspace::root().join("tests/vectors/receipt-font.ttf"));
    // The library is to be found inside the wheel.
    command.env_remove("WSY_LIBRARY").env_remove("PYTHONPATH").env_remove("WSY_SANDBOX_BASE");
    run_tests(&mut command)
}

/// Runs a program whose last line is "N passed, M failed". What it printed is shown if something failed.
fn run_tests(command: &mut Command) -> Result<Counts, Error> {
    let mut printed = Vec::new();
    let ended = process::lines(command, |line| printed.push(line.to_owned()));
    let counts = printed.last().and_then(|line| Counts::of_last_line(line));
    if ended.is_err() || counts.is_none() {
        printed.iter().for_each(say::line);
    }
    match (ended, counts) {
        (Ok(()), Some(counts)) => Ok(counts),
        (Err(Error::Failed { .. }), Some(counts)) if counts.failed > 0 => Ok(counts),
        (Err(error), _) => Err(error),
        (Ok(()), None) => Err(Error::Check("the tests said nothing about how they ended".to_owned())),
    }
}

/// The hints of the installed package, and the example's use of them, as mypy reads them.
fn types(python: &Python, installed: &Tool, scratch: &Path) -> Result<Counts, Error> {
    let mypy = match mypy(python) {
        Ok(mypy) => mypy,
        Err(error) => {
            say::line(format_args!("the type hints were not checked: {MYPY} cannot be installed: {error}"));
            let required = required();
            return Ok(Counts { passed: 0, failed: usize::from(required), skipped: usize::from(!required) });
        }
    };
    // The files of the wheel are those of the checkout, and mypy says nothing about a package that is installed.
    for what in ["bindings/python/wsy", "examples/python/till.py"] {
        let mut command = python.tool.command();
        command.env("PYTHONPATH", &mypy).args(["-m", "mypy", "--strict", "--python-version", "3.8"]);
        command.arg("--python-executable").arg(installed.command().get_program());
        command.arg("--cache-dir").arg(scratch.join("mypy")).arg(what);
        process::output(command.current_dir(workspace::root()))?;
    }
    Ok(Counts { passed: 2, ..Counts::default() })
}

/// The folder with mypy, which is kept below target/tools for each version of Python.
fn mypy(python: &Python) -> Result<PathBuf, Error> {
    let tools = workspace::root().join("target/tools");
    let kept = tools.join(format!("{}-python{}", MYPY.replace("==", "-"), python.version));
    if kept.is_dir() {
        return Ok(kept);
    }
    say::line(format_args!("installing {MYPY}"));
    let pip = tools::need("pip3", "python3-pip")?;
    fs::create_dir_all(&tools).map_err(Error::file("make the folder", &tools))?;
    let unfinished = tempfile::tempdir_in(&tools).map_err(Error::file("make a folder in", &tools))?;
    let fresh = unfinished.path().join("mypy");
    let mut command = pip.command();
    command.arg("--python").arg(python.tool.command().get_program());
    process::output(command.args(["--quiet", "install", MYPY, "--target"]).arg(&fresh))
        .map_err(Missing::download(MYPY))?;
    match fs::rename(&fresh, &kept) {
        // Another run was quicker.
        Err(_) if kept.is_dir() => Ok(kept),
        renamed => renamed.map_err(Error::file("make the folder", &kept)).map(|()| kept),
    }
}
