//! `cargo xtask setup`: installs the packages that `cargo xtask test --all` needs besides Rust and a C
//! compiler. Nothing else installs anything.

use std::path::Path;
use std::process::Command;

use kit::bits::Bits;
use kit::error::Error;
use kit::{process, say, tools};

/// A Debian package.
struct Package {
    name: &'static str,
    why: &'static str,
    is_there: fn() -> bool,
}

macro_rules! package {
    ($name:literal, $why:literal, $is_there:expr) => {
        Package { name: $name, why: $why, is_there: || $is_there }
    };
}

fn has(program: &str) -> bool {
    tools::find(program).is_some()
}

const PACKAGES: &[Package] = &[
    package!("binutils", "reads what libraries export", has("nm") && has("readelf")),
    package!("g++", "compiles the C++ binding and the fuzzers", has("c++")),
    package!("patchelf", "makes Wine and Rust for Windows 7 run from their folders", has("patchelf")),
    package!(
        "gcc-mingw-w64-i686-win32",
        "compiles for 32-bit Windows",
        tools::mingw(Bits::X86, "gcc").is_ok()
    ),
    package!(
        "gcc-mingw-w64-x86-64-win32",
        "compiles for 64-bit Windows",
        tools::mingw(Bits::X64, "gcc").is_ok()
    ),
    package!(
        "g++-mingw-w64-i686-win32",
        "compiles the C++ binding for 32-bit Windows",
        tools::mingw(Bits::X86, "g++").is_ok()
    ),
    package!(
        "g++-mingw-w64-x86-64-win32",
        "compiles the C++ binding for 64-bit Windows",
        tools::mingw(Bits::X64, "g++").is_ok()
    ),
    package!("valgrind", "watches memory, counts instructions", has("valgrind")),
    package!("strace", "counts system calls and flushes", has("strace")),
    package!("pkg-config", "finds the installed library", has("pkg-config")),
    package!("python3", "runs the Python binding", has("python3")),
    package!("python3-pip", "installs the Python binding and mypy", has("pip3")),
    package!("mono-mcs", "compiles the C# binding", has("mcs")),
    package!("mono-runtime", "runs the C# binding", has("mono")),
    package!("npm", "downloads the .NET SDK", has("npm")),
    package!("chromium", "shows the sandbox's console", has("chromium")),
    package!("chromium-driver", "drives the browser", has("chromedriver")),
    package!("zbar-tools", "scans codes from the screen", has("zbarimg")),
    package!("fontconfig", "finds fonts", has("fc-list")),
    package!("fonts-wqy-zenhei", "draws Chinese receipts", tools::need_chinese_font().is_ok()),
];

/// Installs the missing packages after listing them with their reasons.
pub fn setup() -> Result<(), Error> {
    let llvm = llvm();
    let mut missing: Vec<(&str, &str)> = PACKAGES
        .iter()
        .filter(|package| !(package.is_there)())
        .map(|package| (package.name, package.why))
        .collect();
    if let Some(package) = llvm.as_deref().filter(|package| !has(&package.replace("llvm", "llvm-cov"))) {
        missing.push((package, "says which lines the tests reach"));
    }
    if missing.is_empty() {
        return Ok(());
    }
    say::line("These Debian packages are needed and not installed:");
    for (name, why) in &missing {
        say::line(format_args!("  {name:<28} {why}"));
    }
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        say::line("Only root on Debian can install them here; the parts that need them will not run.");
        return Ok(());
    }
    say::line("Installing them with apt-get ...");
    apt_get(&["update"])?;
    apt_get(&[&["install", "-y", "--no-install-recommends"], names.as_slice()].concat())
}

fn apt_get(arguments: &[&str]) -> Result<(), Error> {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "-o", "Acquire::Retries=3"]);
    process::output(command.args(arguments)).map(drop)
}

/// The package with the tools of the LLVM inside the Rust compiler: another version cannot read its output.
fn llvm() -> Option<String> {
    kit::workspace::llvm_version().ok().map(|version| format!("llvm-{version}"))
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
