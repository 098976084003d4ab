//! The library and the programs for Windows, built here for Windows 7 and later, and the 32-bit library for
//! Windows XP besides.
//!
//! Rust's ordinary Windows targets need Windows 10. The targets for Windows 7 come without a standard
//! library, so it is built, too, which takes an unstable option, and a compiler of its own (see
//! `kit::rust_web`). The library and the programs of a target share it, and every other crate.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::{check, folder, xp};
use kit::artifacts::{self, Artifacts};
use kit::bits::Bits;
use kit::error::Error;
use kit::library::{self, OPTIMISED_AS_A_WHOLE};
use kit::process;
use kit::rust_web;
use kit::say;
use kit::tools;
use kit::workspace::{self, VERSION};

/// What Explorer says a program is, in Chinese and in English.
const DESCRIPTIONS: [(&str, &str, &str); 2] = [
    ("wsyctl", "wsy 收银支付：技术支持用的命令行工具", "wsy: the support desk's command line"),
    ("wsy-sandbox", "wsy 收银支付：本机测试平台（沙箱）", "wsy: a platform to test against"),
];

/// The programs that come with the library, and their places in the packages.
pub const PROGRAMS: [(&str, &str); 2] = [("wsyctl", "tools"), ("wsy-sandbox", "sandbox")];

/// Builds the library, and says where it is.
pub fn dll(bits: Bits) -> Result<PathBuf, Error> {
    cargo_rustc(bits, "wsy", &["--lib", "--crate-type", "cdylib"], &link_arguments(bits)?)?.file("wsy.dll")
}

/// Builds the library and holds it to everything that a till on an old Windows needs of it.
pub fn checked_dll(bits: Bits) -> Result<PathBuf, Error> {
    let dll = dll(bits)?;
    check::dll(bits, &dll)?;
    Ok(dll)
}

/// Builds a program, 32-bit, so that it runs on both kinds of Windows.
pub fn program(name: &str) -> Result<PathBuf, Error> {
    cargo_rustc(Bits::X86, name, &["--bin", name], &program_arguments(name)?)?.program(name)
}

/// Builds a program and holds it to what its users' Windows has.
pub fn checked_program(name: &str) -> Result<PathBuf, Error> {
    let program = program(name)?;
    check::program(&program)?;
    Ok(program)
}

fn cargo_rustc(
    bits: Bits,
    package: &str,
    what: &[&str],
    link_arguments: &[String],
) -> Result<Artifacts, Error> {
    let target = format!("{}-win7-windows-gnu", bits.processor());
    let mut command = rust_web::cargo()?;
    command.args(["rustc", "--release", "--target", &target, "--package", package]).args(what);
    command.arg("-Zbuild-std=std,panic_unwind");
    // Without what reads debug information, for there is none in it: a tenth of the library.
    command.arg("-Zbuild-std-features=panic-unwind");
    // The paths of this machine are nobody's business, and would make other bytes of it on every machine.
    command.arg("-Ztrim-paths").env("CARGO_PROFILE_RELEASE_TRIM_PATHS", "all");
    command.arg("--target-dir").arg(folder().join("build"));
    let (compiler, target) = (tools::mingw(bits, "gcc")?, target.replace('-', "_"));
    command.env(format!("CC_{target}"), compiler.path());
    command.env(format!("AR_{target}"), tools::mingw(bits, "ar")?.path());
    command.env(format!("CARGO_TARGET_{}_LINKER", target.to_uppercase()), compiler.path());
    if bits == Bits::X86 {
        // No exception passes through C here, and 32-bit Windows finds its handlers without these tables.
        command.env(format!("CFLAGS_{target}"), "-fno-asynchronous-unwind-tables");
    }
    library::shares_crates(&mut command);
    // All of them, the sandbox too: a program imports what it might call, and old Windows lacks some of that.
    let options: Vec<&str> = ALONE_AND_THE_SAME
        .into_iter()
        .chain([OPTIMISED_AS_A_WHOLE])
        .chain(link_arguments.iter().map(String::as_str))
        .collect();
    say::timed(format_args!("{package} for {} Windows", bits.folder()), || {
        artifacts::rustc(&mut command, &options)
    })
}

/// No libgcc beside the program, and no time in it, which would make other bytes of it every time.
const ALONE_AND_THE_SAME: [&str; 2] = ["-Clink-arg=-static-libgcc", "-Clink-arg=-Wl,--no-insert-timestamp"];

fn link_arguments(bits: Bits) -> Result<Vec<String>, Error> {
    // Windows XP loads nothing that says it is for a later one.
    let (major, minor) = if bits == Bits::X86 { (5, 1) } else { (6, 1) };
    let mut arguments = vec![
        // Stdcall functions without the @N that their callers do not write.
        "-Clink-arg=-Wl,--kill-at".to_owned(),
        format!("-Clink-arg={}", version_resource(bits)?.display()),
        format!("-Clink-arg={}", own_name()?.display()),
        format!("-Clink-arg=-Wl,--major-os-version,{major},--minor-os-version,{minor}"),
        format!("-Clink-arg=-Wl,--major-subsystem-version,{major},--minor-subsystem-version,{minor}"),
    ];
    if bits == Bits::X86 {
        // First on the line: later, its names clash with those of the import libraries.
        arguments.push(format!("-Zpre-link-args={}", xp::object()?.display()));
    }
    Ok(arguments)
}

/// What the library says is its name; cargo's has a number in it.
fn own_name() -> Result<PathBuf, Error> {
    let text = "LIBRARY wsy.dll\n";
    object("name.def", text, |file| workspace::write(file, text))
}

/// A program imports what Windows XP lacks. XP then says that it is not for this Windows, and not that some
/// function is missing.
fn program_arguments(name: &str) -> Result<Vec<String>, Error> {
    let (_, chinese, english) = DESCRIPTIONS
        .iter()
        .find(|(known, ..)| *known == name)
        .ok_or_else(|| Error::Check(format!("{name} has no description")))?;
    let template = workspace::read(&workspace::root().join("windows/program.rc.in"))?;
    let text = template.replace("@NAME@", name).replace("@CHINESE@", chinese).replace("@ENGLISH@", english);
    let resource = resource(Bits::X86, &format!("{name}.o"), &text)?;
    Ok(vec![
        format!("-Clink-arg={}", resource.display()),
        "-Clink-arg=-Wl,--major-os-version,6,--minor-os-version,1".to_owned(),
        "-Clink-arg=-Wl,--major-subsystem-version,6,--minor-subsystem-version,1".to_owned(),
    ])
}

/// Builds the library whose only function panics, with everything that the library for this Windows is built
/// with.
pub fn panicking(bits: Bits) -> Result<PathBuf, Error> {
    cargo_rustc(bits, "panics", &["--lib"], &link_arguments(bits)?)?.file("panics.dll")
}

/// Compiles what Explorer shows of the file.
fn version_resource(bits: Bits) -> Result<PathBuf, Error> {
    let template = workspace::read(&workspace::root().join("windows/wsy.rc.in"))?;
    resource(bits, &format!("version-{}.o", bits.folder()), &template)
}

/// Compiles a resource, with this version filled in.
fn resource(bits: Bits, name: &str, template: &str) -> Result<PathBuf, Error> {
    let numbers = format!("{},0", VERSION.replace('.', ","));
    let text = template.replace("@VERSION@", VERSION).replace("@NUMBERS@", &numbers);
    object(name, &text, |object| {
        let script = object.with_extension("rc");
        workspace::write(&script, &text)?;
        let mut command = tools::mingw(bits, "windres")?.command();
        command.args(["--codepage", "65001", "--output-format", "coff"]).arg(&script).arg(object);
        process::output(&mut command).map(drop)
    })
}

/// Makes a file for the linker, if it has not been made of the same. Its path says what it was made of, since
/// that is all by which cargo knows whether to link again.
pub fn object(
    name: &str,
    made_of: impl Hash,
    make: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let mut hasher = DefaultHasher::new();
    made_of.hash(&mut hasher);
    let objects = folder().join(format!("objects/{:016x}", hasher.finish()));
    let (object, unfinished) = (objects.join(name), objects.join(format!("unfinished-{name}")));
    if !object.exists() {
        fs::create_dir_all(&objects).map_err(Error::file("create the directory", &objects))?;
        make(&unfinished)?;
        fs::rename(&unfinished, &object).map_err(Error::file("write", &object))?;
    }
    Ok(object)
}
