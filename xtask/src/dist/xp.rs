//! What the 32-bit library brings along for Windows XP, and the test of it.

use std::path::PathBuf;

use super::{Bits, folder};
use crate::error::Error;
use crate::process;
use crate::say;
use crate::test::counts::Counts;
use crate::tools;
use crate::wine;
use crate::workspace;

const FLAGS: [&str; 5] = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"];

fn source(name: &str) -> PathBuf {
    workspace::root().join("windows").join("xp").join(name)
}

/// Compiles it.
pub fn object() -> Result<PathBuf, Error> {
    let object = folder().join("xp.o");
    let mut command = tools::mingw(Bits::X86, "gcc")?.command();
    // Its whole point is to define what the headers say is imported.
    command.args(FLAGS).arg("-Wno-attributes").arg("-c").arg(source("xp.c")).arg("-o").arg(&object);
    std::fs::create_dir_all(folder()).map_err(Error::file("make the folder", &folder()))?;
    process::output(&mut command)?;
    Ok(object)
}

/// Runs the second half of it, which is used where the system lacks a function, with many threads.
pub fn fallbacks() -> Result<Counts, Error> {
    let scratch = workspace::scratch("xp")?;
    let program = scratch.path().join("fallbacks.exe");
    let mut command = tools::mingw(Bits::X86, "gcc")?.command();
    command.args(FLAGS).args(["-Wno-attributes", "-DWSY_XP_FALLBACK"]);
    command.args([source("xp.c"), source("fallbacks.c")]).arg("-o").arg(&program);
    command.args(["-static-libgcc", "-ladvapi32", "-lntdll"]);
    process::output(&mut command)?;
    let mut counts = Counts::default();
    process::lines(&mut wine::command(Bits::X86, &program)?, |line| {
        say::line(line);
        match line.split(' ').next() {
            Some("ok") => counts.passed += 1,
            Some("FAILED") => counts.failed += 1,
            _ => {}
        }
    })
    .or_else(|error| if counts.failed > 0 { Ok(()) } else { Err(error) })?;
    if counts == Counts::default() {
        return Err(Error::Check("the fallbacks for Windows XP were not tried".to_owned()));
    }
    Ok(counts)
}
