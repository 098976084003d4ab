//! `cargo xtask install --check`: installs the library in a temporary folder, and compiles, links and runs a
//! small C program with it as a user would.

use std::fs;
use std::path::Path;
use std::process::Command;

use kit::error::Error;
use kit::workspace::{self, ABI, VERSION};
use kit::{library, process, tools};

/// All libraries that ours may load: parts of the C library and of the compiler's run time, which every Linux
/// has.
const SYSTEM: [&str; 7] = ["libc", "libm", "libgcc_s", "libpthread", "libdl", "librt", "ld-linux"];

const PROGRAM: &str = r#"#include <stdio.h>
#include <wsy.h>

int main(void)
{
    char version[16];
    int32_t fen = 0;

    if (wsy_version(version, (int32_t)sizeof version, NULL) != WSY_OK)
        return 1;
    if (wsy_yuan_to_fen("12.50", &fen) != WSY_OK || fen != 1250)
        return 2;
    if (wsy_close(NULL) != WSY_ERR_HANDLE)
        return 3;
    puts(version);
    return 0;
}
"#;

/// Installs, uses and removes the library.
pub fn check() -> Result<(), Error> {
    let compiler = tools::c_compiler()?;
    tools::need("pkg-config", "pkg-config")?;
    let scratch = workspace::scratch("install")?;
    let prefix = scratch.path().join("prefix");
    super::lay_out(&prefix)?;
    // A second time over the first: an update has to work too.
    super::lay_out(&prefix)?;

    let folder = prefix.join("lib");
    links(&folder)?;
    asks_for_little(&folder.join(format!("libwsy.so.{VERSION}")))?;

    let source = scratch.path().join("program.c");
    workspace::write(&source, PROGRAM)?;
    let program = scratch.path().join("program");
    // Through a shell, as in a makefile: the flags quote a path with a space.
    let mut compile = Command::new("sh");
    compile.args(["-c", r#"eval "\"$1\" \"$2\" $(pkg-config --cflags --libs wsy) -o \"$3\"""#, "sh"]);
    compile.arg(compiler.path()).arg(&source).arg(&program);
    process::output(compile.env("PKG_CONFIG_PATH", folder.join("pkgconfig")))?;

    let wanted = format!("libwsy.so.{ABI}");
    if !library::dynamic(&program)?.needed.contains(&wanted) {
        return Err(Error::Check(format!("a program linked with -lwsy does not load {wanted}")));
    }
    let mut run = Command::new(program);
    let printed = process::output(run.env("LD_LIBRARY_PATH", &folder))?;
    if printed.trim() == VERSION {
        Ok(())
    } else {
        Err(Error::Check(format!("the installed library reports version {}, not {VERSION}", printed.trim())))
    }
}

/// Checks that the links lead to the versioned file by relative names: an install can be moved or packaged.
fn links(folder: &Path) -> Result<(), Error> {
    let (file, asked_for) = (format!("libwsy.so.{VERSION}"), format!("libwsy.so.{ABI}"));
    for (name, target) in [("libwsy.so", &asked_for), (asked_for.as_str(), &file)] {
        let link = folder.join(name);
        let found = fs::read_link(&link).map_err(Error::file("read the link", &link))?;
        if found != *target {
            return Err(Error::Check(format!("{name} points to {}, not to {target}", found.display())));
        }
    }
    Ok(())
}

/// Checks that the library has its SONAME and loads nothing that a plain system lacks.
fn asks_for_little(library: &Path) -> Result<(), Error> {
    let dynamic = library::dynamic(library)?;
    let soname = format!("libwsy.so.{ABI}");
    if dynamic.soname.as_deref() != Some(soname.as_str()) {
        let found = dynamic.soname.as_deref().unwrap_or("missing");
        return Err(Error::Check(format!("the SONAME of the library is {found}, not {soname}")));
    }
    match dynamic.needed.iter().find(|needed| !is_of_system(needed)) {
        None => Ok(()),
        Some(other) => Err(Error::Check(format!("the library loads {other}, which not every system has"))),
    }
}

/// Whether a name such as `libc.so.6` or `ld-linux-x86-64.so.2` belongs to a part of every system.
fn is_of_system(needed: &str) -> bool {
    let name = needed.split_once(".so").map_or(needed, |(name, _)| name);
    SYSTEM.contains(&name) || name.starts_with("ld-linux-")
}

#[cfg(test)]
mod tests {
    use super::is_of_system;

    #[test]
    fn only_parts_of_every_system_are_let_through() {
        for name in ["libc.so.6", "libgcc_s.so.1", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux.so.2"] {
            assert!(is_of_system(name), "{name}");
        }
        for name in ["libsqlite3.so.0", "libssl.so.3", "libcrypt.so.1", "libstdc++.so.6", "libmysql.so"] {
            assert!(!is_of_system(name), "{name}");
        }
    }
}
