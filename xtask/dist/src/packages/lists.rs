//! The committed lists: the exports of the DLLs, and the imports allowed to them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::pe::Module;
use kit::bits::Bits;
use kit::error::Error;
use kit::say;
use kit::workspace;

fn path(name: &str) -> PathBuf {
    workspace::root().join("windows").join(name)
}

/// The stdcall face, which `cargo xtask tables` writes.
pub const STDCALL: &str = "exports-stdcall.txt";
/// The imports that a DLL may have because Windows 7 has them.
pub const WINDOWS_7: &str = "imports-win7.txt";
/// The imports that the 32-bit DLL may have because Windows XP SP3 has them.
pub const WINDOWS_XP: &str = "imports-xp.txt";

/// The names of a list; lines that begin with `#` are for people.
pub fn read(name: &str) -> Result<BTreeSet<String>, Error> {
    let text = workspace::read(&path(name))?;
    Ok(text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect())
}

/// The functions of the C ABI, `include/exports.txt`.
pub fn c_abi() -> Result<BTreeSet<String>, Error> {
    let text = workspace::read(&workspace::root().join("include").join("exports.txt"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Adds the imports of a DLL to the lists. A person has to find out whether the system has a function; see
/// the heads of the lists.
pub fn write(bits: Bits, module: &Module) -> Result<(), Error> {
    add(WINDOWS_7, &module.imports)?;
    if bits == Bits::X86 {
        add(WINDOWS_XP, &module.imports)?;
    }
    Ok(())
}

/// Adds the imports of a program to the list, as [`write()`] does for a DLL.
pub fn write_program(module: &Module) -> Result<(), Error> {
    add(WINDOWS_7, &module.imports)
}

fn add(name: &str, imports: &[String]) -> Result<(), Error> {
    let mut all = read(name)?;
    let new: Vec<&String> = imports.iter().filter(|import| !all.contains(*import)).collect();
    for import in &new {
        say::line(format_args!("windows/{name}: {import} is new; does that Windows have it?"));
    }
    all.extend(imports.iter().cloned());
    replace(name, &all)
}

fn replace(name: &str, names: &BTreeSet<String>) -> Result<(), Error> {
    let text = workspace::read(&path(name))?;
    let head = text.lines().take_while(|line| line.starts_with('#'));
    let lines: Vec<&str> = head.chain(names.iter().map(String::as_str)).collect();
    workspace::write(&path(name), &(lines.join("\n") + "\n"))
}
