//! What a linker needs of a DLL: its `.def` file, and import libraries for MinGW and for Microsoft's tools.

use std::io::Cursor;

use implib::{Flavor, ImportLibrary, MachineType};

use super::{Bits, lists};
use crate::error::Error;

/// The three files, by their names. They name the functions of the C ABI; those of the stdcall face are for languages that
/// have no linker.
pub fn files(bits: Bits) -> Result<[(&'static str, Vec<u8>); 3], Error> {
    let def = def()?;
    Ok([
        ("libwsy.dll.a", library(bits, &def, Flavor::Gnu)?),
        ("wsy.lib", library(bits, &def, Flavor::Msvc)?),
        ("wsy.def", def.replace('\n', "\r\n").into_bytes()),
    ])
}

fn def() -> Result<String, Error> {
    let names: Vec<String> = lists::c_abi()?.into_iter().map(|name| format!("    {name}\n")).collect();
    Ok(format!("LIBRARY wsy.dll\nEXPORTS\n{}", names.concat()))
}

fn library(bits: Bits, def: &str, flavor: Flavor) -> Result<Vec<u8>, Error> {
    let machine = match bits {
        Bits::X86 => MachineType::I386,
        Bits::X64 => MachineType::AMD64,
    };
    let wrong = |error: std::io::Error| Error::Check(format!("the import library cannot be made: {error}"));
    let mut bytes = Cursor::new(Vec::new());
    ImportLibrary::new(def, machine, flavor)
        .and_then(|library| library.write_to(&mut bytes))
        .map_err(wrong)?;
    Ok(bytes.into_inner())
}
