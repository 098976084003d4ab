//! The parts that the 32-bit library brings along for Windows XP, and their test.

use std::fs;
use std::path::{Path, PathBuf};

use super::build;
use crate::wine;
use kit::bits::Bits;
use kit::counts::{self, Counts};
use kit::error::Error;
use kit::process;
use kit::tools;
use kit::workspace;

/// Its whole point is to define what the headers say is imported, hence the last.
const FLAGS: [&str; 6] = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-Wno-attributes"];

fn source(name: &str) -> PathBuf {
    workspace::root().join("windows").join("xp").join(name)
}

/// Compiles it.
pub fn object() -> Result<PathBuf, Error> {
    let source = source("xp.c");
    build::object("xp.o", (workspace::read(&source)?, FLAGS), |object| {
        let mut command = tools::mingw(Bits::X86, "gcc")?.command();
        process::output(command.args(FLAGS).arg("-c").arg(&source).arg("-o").arg(object)).map(drop)
    })
}

/// Runs the second half of it, which is used where the system lacks a function, with many threads.
pub fn fallbacks() -> Result<Counts, Error> {
    let scratch = workspace::scratch("xp")?;
    let program = scratch.path().join("fallbacks.exe");
    let mut command = tools::mingw(Bits::X86, "gcc")?.command();
    command.args(FLAGS).arg("-DWSY_XP_FALLBACK");
    command.args([source("xp.c"), source("fallbacks.c")]).arg("-o").arg(&program);
    command.args(["-static-libgcc", "-ladvapi32", "-lntdll"]);
    process::output(&mut command)?;
    counts::of_program(wine::command(Bits::X86, &program)?.current_dir(scratch.path()))
}

/// Makes a copy of the 32-bit library take the Windows that it is on for XP: what XP lacks it then looks up
/// under names that no Windows has.
pub fn take_away_what_xp_lacks(dll: &Path) -> Result<(), Error> {
    let mut bytes = fs::read(dll).map_err(Error::file("read", dll))?;
    for name in looked_up(&workspace::read(&source("xp.c"))?) {
        if spoil(&mut bytes, &name) == 0 {
            return Err(Error::Check(format!("{} does not look up {name}, as xp.c says", dll.display())));
        }
    }
    fs::write(dll, bytes).map_err(Error::file("write", dll))
}

/// The functions that xp.c looks up.
fn looked_up(source: &str) -> Vec<String> {
    let calls = source.lines().filter_map(|line| line.trim().strip_prefix("LOOK_UP(")?.strip_suffix(");"));
    calls.map(str::to_owned).collect()
}

/// Changes a name wherever it stands alone, and says how often it did.
fn spoil(bytes: &mut [u8], name: &str) -> usize {
    let text = format!("\0{name}\0");
    let mut times = 0;
    while let Some(at) = bytes.windows(text.len()).position(|window| window == text.as_bytes()) {
        bytes[at + 1] = b'?';
        times += 1;
    }
    times
}

#[cfg(test)]
mod tests {
    use super::{looked_up, spoil};

    #[test]
    fn what_is_looked_up_is_found() {
        let source = "#define LOOK_UP(name) x\n    LOOK_UP(One);\n        LOOK_UP(Two);\n";
        assert_eq!(looked_up(source), ["One", "Two"]);
        assert!(looked_up(include_str!("../../../../windows/xp/xp.c")).len() > 10);
    }

    #[test]
    fn only_whole_names_are_spoilt() {
        let mut bytes = *b"a\0Sleep\0SleepEx\0Sleep\0";
        assert_eq!(spoil(&mut bytes, "Sleep"), 2);
        assert_eq!(&bytes, b"a\0?leep\0SleepEx\0?leep\0");
    }
}
