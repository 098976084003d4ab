//! The files that a linker needs for a DLL: its `.def` file, and import libraries for MinGW and for
//! Microsoft's tools.

use std::fs;
use std::io::Cursor;

use implib::{Flavor, ImportLibrary, MachineType};

use super::lists;
use kit::bits::Bits;
use kit::error::Error;
use kit::process;
use kit::tools;
use kit::workspace;

/// The three files, by their names. They name the functions of the C ABI; those of the stdcall face are for
/// languages that have no linker.
pub fn files(bits: Bits) -> Result<[(&'static str, Vec<u8>); 3], Error> {
    let def = def()?;
    Ok([
        ("libwsy.dll.a", mingws(bits, &def)?),
        ("wsy.lib", microsofts(bits, &def)?),
        ("wsy.def", def.replace('\n', "\r\n").into_bytes()),
    ])
}

fn def() -> Result<String, Error> {
    let names: Vec<String> = lists::c_abi()?.into_iter().map(|name| format!("    {name}\n")).collect();
    Ok(format!("LIBRARY wsy.dll\nEXPORTS\n{}", names.concat()))
}

/// The short kind of archive, which Microsoft's linkers read.
fn microsofts(bits: Bits, def: &str) -> Result<Vec<u8>, Error> {
    let machine = match bits {
        Bits::X86 => MachineType::I386,
        Bits::X64 => MachineType::AMD64,
    };
    let wrong = |error: std::io::Error| Error::Check(format!("the import library cannot be made: {error}"));
    let mut bytes = Cursor::new(Vec::new());
    ImportLibrary::new(def, machine, Flavor::Msvc)
        .and_then(|library| library.write_to(&mut bytes))
        .map_err(wrong)?;
    Ok(bytes.into_inner())
}

/// The long kind, which every MinGW reads; made by its own tool, since `implib` makes 32-bit ones that end
/// after the first function.
fn mingws(bits: Bits, def: &str) -> Result<Vec<u8>, Error> {
    let scratch = workspace::scratch("import library")?;
    workspace::write(&scratch.path().join("wsy.def"), def)?;
    let mut command = tools::mingw(bits, "dlltool")?.command();
    command.current_dir(scratch.path()).args(["--def", "wsy.def", "--output-lib", "libwsy.dll.a"]);
    // Otherwise it writes the names of its temporary files into the library, which differ each time.
    command.args(["--deterministic-libraries", "--temp-prefix", "wsy"]);
    process::output(&mut command)?;
    let library = scratch.path().join("libwsy.dll.a");
    fs::read(&library).map_err(Error::file("read", &library))
}

#[cfg(test)]
mod tests {
    use super::{Bits, microsofts, mingws};

    const DEF: &str = "LIBRARY wsy.dll\nEXPORTS\n    wsy_close\n    wsy_open\n";

    /// Whether a symbol table of the archive has a name.
    fn has(archive: &[u8], name: &str) -> bool {
        let entry = format!("\0{name}\0");
        archive.windows(entry.len()).any(|window| window == entry.as_bytes())
    }

    #[test]
    #[ignore = "needs MinGW: cargo xtask test --all"]
    fn names_are_what_linkers_look_for() {
        for (x86, x64) in [
            (microsofts(Bits::X86, DEF), microsofts(Bits::X64, DEF)),
            (mingws(Bits::X86, DEF), mingws(Bits::X64, DEF)),
        ] {
            let (x86, x64) = (x86.unwrap(), x64.unwrap());
            assert!(has(&x86, "_wsy_open") && has(&x86, "__imp__wsy_open"));
            assert!(has(&x64, "wsy_open") && has(&x64, "__imp_wsy_open"));
        }
    }

    #[test]
    #[ignore = "needs MinGW: cargo xtask test --all"]
    fn the_same_bytes_come_out_each_time() {
        assert_eq!(mingws(Bits::X86, DEF).unwrap(), mingws(Bits::X86, DEF).unwrap());
    }
}
