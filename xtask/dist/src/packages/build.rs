//! The programs for Windows, built here for Windows 7 and later, and the 32-bit library for Windows XP besides.
//!
//! Rust's ordinary Windows targets need Windows 10. The targets for Windows 7 come without a standard library, so it is
//! built, too, which takes an unstable option, and a compiler of its own (see `rust`).

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{check, folder, xp};
use kit::bits::Bits;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools::{self, Tool};
use kit::workspace::{self, VERSION};

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

/// The programs that come with the library.
pub const PROGRAMS: [&str; 2] = ["wsy-sandbox", "wsyctl"];

/// Builds a program, 32-bit, so that it runs on both kinds of Windows.
pub fn program(name: &str) -> Result<PathBuf, Error> {
    let bits = Bits::X86;
    let file = format!("{name}.exe");
    let mut command = cargo(bits, &tools::mingw(bits, "gcc")?)?;
    command.args(["rustc", "--package", name, "--bin", name]);
    command.args(profile(bits)).arg("--").args(ALONE_AND_THE_SAME);
    build(&mut command, &file)?;
    Ok(built(bits, &file))
}

/// Builds a program and holds it to what its users' Windows has.
pub fn checked_program(name: &str) -> Result<PathBuf, Error> {
    let program = program(name)?;
    check::program(&program)?;
    Ok(program)
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

fn profile(bits: Bits) -> [String; 6] {
    let standard_library = "-Zbuild-std=std,panic_unwind".to_owned();
    // Without what reads debug information, for there is none in it: a tenth of the library.
    let features = "-Zbuild-std-features=panic-unwind".to_owned();
    // The paths of this machine are nobody's business, and would make other bytes of it on every machine.
    let no_paths = "-Ztrim-paths".to_owned();
    ["--release".to_owned(), "--target".to_owned(), target(bits), standard_library, features, no_paths]
}

/// Cargo for a target.
fn cargo(bits: Bits, compiler: &Tool) -> Result<Command, Error> {
    let target = target(bits).replace('-', "_");
    let mut command = kit::rust_web::cargo()?;
    command.env("CARGO_TARGET_DIR", build_folder()).env("CARGO_PROFILE_RELEASE_TRIM_PATHS", "all");
    command.env(format!("CC_{target}"), compiler.path());
    if bits == Bits::X86 {
        // No exception passes through C here, and 32-bit Windows finds its handlers without these tables.
        command.env(format!("CFLAGS_{target}"), "-fno-asynchronous-unwind-tables");
    }
    command.env(format!("AR_{target}"), tools::mingw(bits, "ar")?.path());
    command.env(format!("CARGO_TARGET_{}_LINKER", target.to_uppercase()), compiler.path());
    Ok(command)
}

/// No libgcc beside the program, and no time in it, which would make other bytes of it every time.
const ALONE_AND_THE_SAME: [&str; 2] = ["-Clink-arg=-static-libgcc", "-Clink-arg=-Wl,--no-insert-timestamp"];

fn link_arguments(bits: Bits) -> Result<Vec<String>, Error> {
    let mut arguments = ALONE_AND_THE_SAME.map(str::to_owned).to_vec();
    // Stdcall functions without the @N that their callers do not write.
    arguments.push("-Clink-arg=-Wl,--kill-at".to_owned());
    arguments.push(format!("-Clink-arg={}", version_resource(bits)?.display()));
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
    object(&format!("version-{}", bits.folder()), &text, |object| {
        let script = object.with_extension("rc");
        workspace::write(&script, &text)?;
        let mut command = tools::mingw(bits, "windres")?.command();
        command.args(["--codepage", "65001", "--output-format", "coff"]).arg(&script).arg(object);
        process::output(&mut command).map(drop)
    })
}

/// Makes an object for the linker, if it has not been made of the same. Its name says what it was made of, since that is all
/// by which cargo knows whether to link again.
pub fn object(
    name: &str,
    made_of: impl Hash,
    make: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let mut hasher = DefaultHasher::new();
    made_of.hash(&mut hasher);
    let objects = folder().join("objects");
    let object = objects.join(format!("{name}-{:016x}.o", hasher.finish()));
    if !object.exists() {
        fs::create_dir_all(&objects).map_err(Error::file("make the folder", &objects))?;
        let unfinished = object.with_extension("unfinished");
        make(&unfinished)?;
        fs::rename(&unfinished, &object).map_err(Error::file("write", &object))?;
    }
    Ok(object)
}
