//! The programs for Windows, built here for Windows 7 and later, and the 32-bit library for Windows XP besides.
//!
//! Rust's ordinary Windows targets need Windows 10. The targets for Windows 7 come without a standard library, so it is
//! built, too, which takes an unstable option; Debian's `rustc-web` is a recent compiler that has its sources beside it.
//! Nothing of it gets into the way of the Rust that the project is otherwise built with.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Bits, check, folder, xp};
use crate::error::Error;
use crate::process;
use crate::say;
use crate::tools;
use crate::workspace::{self, VERSION};

/// The compiler of Debian's package, whatever else the search path has.
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const STANDARD_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";

/// Builds the library, checks it, and says where it is.
pub fn dll(bits: Bits) -> Result<PathBuf, Error> {
    let compiler = tools::mingw(bits, "gcc")?;
    let mut command = cargo(bits, &compiler)?;
    command.args(["rustc", "--package", "wsy", "--lib", "--crate-type", "cdylib"]);
    command.args(profile(bits));
    command.arg("--");
    for argument in link_arguments(bits)? {
        command.arg(argument);
    }
    build(&mut command, &format!("wsy.dll, {}", bits.folder()))?;
    Ok(built(bits, "wsy.dll"))
}

/// Builds the library and holds it to everything that a till on an old Windows needs of it.
pub fn checked_dll(bits: Bits) -> Result<PathBuf, Error> {
    let dll = dll(bits)?;
    check::dll(bits, &dll)?;
    Ok(dll)
}

/// Builds the sandbox, 32-bit, so that it runs on both kinds of Windows.
pub fn sandbox() -> Result<PathBuf, Error> {
    let bits = Bits::X86;
    let mut command = cargo(bits, &tools::mingw(bits, "gcc")?)?;
    command.args(["rustc", "--package", "wsy-sandbox", "--bin", "wsy-sandbox"]);
    command.args(profile(bits)).args(["--", "-Clink-arg=-static-libgcc"]);
    build(&mut command, "wsy-sandbox.exe")?;
    Ok(built(bits, "wsy-sandbox.exe"))
}

fn build(command: &mut Command, what: &str) -> Result<(), Error> {
    say::line(format_args!("building {what}; from nothing it takes some minutes"));
    process::run(command)
}

fn target(bits: Bits) -> String {
    format!("{}-win7-windows-gnu", bits.processor())
}

fn built(bits: Bits, file: &str) -> PathBuf {
    build_folder().join(target(bits)).join("release").join(file)
}

fn build_folder() -> PathBuf {
    folder().join("build")
}

fn profile(bits: Bits) -> [String; 4] {
    let standard_library = "-Zbuild-std=std,panic_unwind".to_owned();
    ["--release".to_owned(), "--target".to_owned(), target(bits), standard_library]
}

/// The cargo of that package, for a target.
fn cargo(bits: Bits, compiler: &tools::Tool) -> Result<Command, Error> {
    for (file, package) in [(RUSTC, "rustc-web"), (CARGO, "cargo-web"), (STANDARD_LIBRARY, "rust-web-src")] {
        tools::ensure_file(Path::new(file), package)?;
    }
    let target = target(bits);
    let (small, large) = (target.replace('-', "_"), target.replace('-', "_").to_uppercase());
    let mut command = Command::new(CARGO);
    command.current_dir(workspace::root()).env("CARGO_TARGET_DIR", build_folder());
    // What another cargo, by which this program was started, says of itself.
    for variable in ["RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        command.env_remove(variable);
    }
    command.env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1");
    command.env(format!("CC_{small}"), compiler.path());
    command.env(format!("AR_{small}"), tools::mingw(bits, "ar")?.path());
    command.env(format!("CARGO_TARGET_{large}_LINKER"), compiler.path());
    Ok(command)
}

fn link_arguments(bits: Bits) -> Result<Vec<String>, Error> {
    let mut arguments = vec![
        // No libgcc beside the DLL, and stdcall functions without the @N that their callers do not write.
        "-Clink-arg=-static-libgcc".to_owned(),
        "-Clink-arg=-Wl,--kill-at".to_owned(),
        format!("-Clink-arg={}", version_resource(bits)?.display()),
    ];
    let (major, minor) = match bits {
        // Windows XP loads nothing that says it is for a later one.
        Bits::X86 => (5, 1),
        Bits::X64 => (6, 1),
    };
    for what in ["os", "subsystem"] {
        arguments
            .push(format!("-Clink-arg=-Wl,--major-{what}-version,{major},--minor-{what}-version,{minor}"));
    }
    if bits == Bits::X86 {
        // First on the line: later, its names clash with those of the import libraries.
        arguments.push(format!("-Zpre-link-args={}", xp::object()?.display()));
    }
    Ok(arguments)
}

/// Compiles what Explorer shows of the file.
fn version_resource(bits: Bits) -> Result<PathBuf, Error> {
    let template = workspace::read(&workspace::root().join("windows").join("wsy.rc.in"))?;
    let numbers = format!("{},0", VERSION.replace('.', ","));
    let text = template.replace("@VERSION@", VERSION).replace("@NUMBERS@", &numbers);
    let script = folder().join("wsy.rc");
    workspace::write(&script, &text)?;
    let object = folder().join(format!("version-{}.o", bits.folder()));
    let mut command = tools::mingw(bits, "windres")?.command();
    command.args(["--codepage", "65001", "--output-format", "coff"]).arg(&script).arg(&object);
    process::output(&mut command)?;
    Ok(object)
}
