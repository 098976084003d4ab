//! The small tills of the examples, and how each is prepared to run against the built library.

use std::ffi::OsString;
use std::fs;
use std::process::Command;

use kit::error::Error;
use kit::process::{self, with};
use kit::till::Shop;
use kit::tools;
use kit::workspace;

/// Builds the command line of a till.
pub type Program = Box<dyn Fn() -> Command>;

/// A till of the examples.
pub struct Till {
    /// Its programming language.
    pub language: &'static str,
    /// Its source.
    pub source: &'static str,
    /// The prefix of its numbers.
    pub letter: &'static str,
    /// Prepares it. An error that is not from the compiler or a check names what is missing.
    pub ready: fn(&Shop) -> Result<Program, Error>,
}

/// All that can run on this kind of machine.
pub const TILLS: [Till; 5] = [
    Till { language: "C", source: "examples/c/till.c", letter: "C", ready: c },
    Till { language: "Python", source: "examples/python/till.py", letter: "P", ready: python },
    Till { language: "C++", source: "examples/cpp/till.cpp", letter: "X", ready: cpp },
    Till { language: "C#", source: "examples/csharp/Till.cs", letter: "S", ready: csharp },
    Till { language: "Delphi", source: "examples/delphi/Till.dpr", letter: "D", ready: delphi },
];

fn c(shop: &Shop) -> Result<Program, Error> {
    Ok(started(&["env"], shop.program().into(), shop))
}

fn python(shop: &Shop) -> Result<Program, Error> {
    let python = tools::need("python3", "python3")?;
    let check = "import ctypes, sys; sys.exit(sys.version_info < (3, 8))";
    if process::output(python.command().args(["-c", check])).is_err() {
        return Err(Error::Usage("python3 is older than 3.8, or has no ctypes".to_owned()));
    }
    let script = workspace::root().join("examples/python/till.py");
    let library = with("WSY_LIBRARY=", &shop.library());
    Ok(Box::new(move || {
        let mut command = Command::new("env");
        command.arg(&library).arg(python.path()).arg(&script);
        command
    }))
}

fn cpp(shop: &Shop) -> Result<Program, Error> {
    let root = workspace::root();
    let program = shop.folder().join("till c++");
    let mut command = tools::cpp_compiler()?.command();
    command.arg("-I").arg(root.join("include")).arg("-I").arg(root.join("bindings/cpp/include"));
    command.arg(root.join("examples/cpp/till.cpp")).arg(shop.library()).arg("-o").arg(&program);
    process::output(&mut command)?;
    Ok(started(&["env"], program.into(), shop))
}

fn csharp(shop: &Shop) -> Result<Program, Error> {
    let (mcs, mono) = (tools::need("mcs", "mono-mcs")?, tools::need("mono", "mono-runtime")?);
    let root = workspace::root();
    let program = beside_the_library(shop)?.join("Till.exe");
    let mut command = mcs.command();
    command.arg("-langversion:4").arg(with("-out:", &program)).arg(root.join("examples/csharp/Till.cs"));
    process::output(command.args(workspace::files(&root.join("bindings/csharp/Wsy"), "cs")?))?;
    let mono = mono.path().to_string_lossy().into_owned();
    Ok(started(&["env", "LC_ALL=C.UTF-8", &mono], program.into(), shop))
}

fn delphi(shop: &Shop) -> Result<Program, Error> {
    let compiler = tools::need("fpc", "fp-compiler")?;
    let root = workspace::root();
    let folder = beside_the_library(shop)?;
    let mut command = compiler.command();
    command.args(["-Mdelphi", "-l-"]).arg(with("-Fu", &root.join("bindings/delphi")));
    command.arg(with("-FE", &folder)).arg(with("-FU", &folder));
    process::output(command.arg(root.join("examples/delphi/Till.dpr")))?;
    Ok(started(&["env", "LC_ALL=C.UTF-8"], folder.join("Till").into(), shop))
}

/// A folder with the library under the name by which a binding loads it.
fn beside_the_library(shop: &Shop) -> Result<std::path::PathBuf, Error> {
    let folder = shop.folder().join("bindings");
    fs::create_dir_all(&folder).map_err(Error::file("make the folder", &folder))?;
    let library = folder.join("libwsy.so");
    fs::copy(shop.library(), &library).map_err(Error::file("write", &library))?;
    Ok(folder)
}

/// A command with these arguments, which finds the library where it was built.
fn started(words: &[&str], program: OsString, shop: &Shop) -> Program {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let folder = shop.folder().to_owned();
    Box::new(move || {
        let mut command = Command::new(words.first().unwrap_or(&program));
        command.args(words.iter().skip(1)).arg(&program).env("LD_LIBRARY_PATH", &folder);
        command
    })
}
