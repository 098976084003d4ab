//! The requirements on a DLL before it is shipped.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::lists;
use super::pe::Module;
use interface::face::{self, Face};
use kit::bits::Bits;
use kit::error::Error;
use kit::process;
use kit::say;
use kit::tools;

/// It may be relocated in memory, and its data is never executed.
const MOVABLE: u16 = 0x0040;
const DATA_IS_NO_CODE: u16 = 0x0100;

/// What a manifest has to say, so that Windows redirects nothing that the program writes.
const AS_INVOKER: &[u8] = b"level=\"asInvoker\"";

/// Checks a DLL against everything that its users rely on.
pub fn dll(bits: Bits, file: &Path) -> Result<(), Error> {
    let module = Module::read(file)?;
    let mut wrong = String::new();
    exports(&module, &mut wrong)?;
    imports(&module, lists::WINDOWS_7, &mut wrong)?;
    if bits == Bits::X86 {
        imports(&module, lists::WINDOWS_XP, &mut wrong)?;
        returns(file, &module, &face::read()?, &mut wrong)?;
    }
    header(bits, &module, &mut wrong);
    if !wrong.is_empty() {
        return Err(Error::Check(format!("{}/wsy.dll:{wrong}", bits.folder())));
    }
    let size = file.metadata().map_err(Error::file("read", file))?.len();
    let (exports, imports) = (module.exports.len(), module.imports.len());
    say::line(format_args!("{}/wsy.dll: {size} bytes, {exports} exports, {imports} imports", bits.folder()));
    Ok(())
}

/// Checks a program against its users' Windows.
pub fn program(file: &Path) -> Result<(), Error> {
    let (module, mut wrong) = (Module::read(file)?, String::new());
    imports(&module, lists::WINDOWS_7, &mut wrong)?;
    has_version(&module, &mut wrong);
    if !module.resources.windows(AS_INVOKER.len()).any(|window| window == AS_INVOKER) {
        note(&mut wrong, "its manifest does not say asInvoker");
    }
    if module.subsystem != (6, 1) {
        note(&mut wrong, format_args!("it is for Windows {:?}, not 7", module.subsystem));
    }
    let name = file.file_name().unwrap_or_default().display();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Check(format!("{name}:{wrong}"))) }
}

fn note(wrong: &mut String, what: impl std::fmt::Display) {
    // Writing to a String does not fail.
    let _ = write!(wrong, "\n  {what}");
}

fn exports(module: &Module, wrong: &mut String) -> Result<(), Error> {
    let stdcall = lists::read(lists::STDCALL)?;
    let listed: BTreeSet<String> = lists::c_abi()?.union(&stdcall).cloned().collect();
    let exported: BTreeSet<String> = module.names().map(str::to_owned).collect();
    for name in exported.difference(&listed) {
        note(wrong, format_args!("it exports {name}, which is in no list"));
    }
    for name in listed.difference(&exported) {
        note(wrong, format_args!("it does not export {name}"));
    }
    Ok(())
}

fn imports(module: &Module, list: &str, wrong: &mut String) -> Result<(), Error> {
    let allowed = lists::read(list)?;
    for import in module.imports.iter().filter(|import| !allowed.contains(*import)) {
        note(wrong, format_args!("it imports {import}, which is not in windows/{list}"));
    }
    Ok(())
}

fn header(bits: Bits, module: &Module, wrong: &mut String) {
    if module.bits != bits {
        note(wrong, "it is for another processor");
    }
    let wanted = if bits == Bits::X86 { (5, 1) } else { (6, 1) };
    if module.subsystem != wanted {
        note(wrong, format_args!("it is for Windows {:?}, not {wanted:?}", module.subsystem));
    }
    if module.characteristics & (MOVABLE | DATA_IS_NO_CODE) != MOVABLE | DATA_IS_NO_CODE {
        note(wrong, "it cannot be moved in memory, or its data can be run");
    }
    // Before Windows Vista, a DLL that is loaded by a running program gets no such data. MinGW marks its
    // start with one word that nobody reads.
    if bits == Bits::X86 && module.thread_data > 4 {
        note(
            wrong,
            format_args!(
                "it has {} bytes of thread data, which Windows XP does not give it",
                module.thread_data
            ),
        );
    }
    if !module.stripped {
        note(wrong, "it is not stripped");
    }
    has_version(module, wrong);
}

fn has_version(module: &Module, wrong: &mut String) {
    let version: Vec<u8> = "VS_VERSION_INFO".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if !module.resources.windows(version.len()).any(|window| window == version) {
        note(wrong, "it has no VERSIONINFO");
    }
}

/// A stdcall function takes its arguments off the stack itself: four bytes for each.
fn returns(file: &Path, module: &Module, face: &Face, wrong: &mut String) -> Result<(), Error> {
    for function in &face.functions {
        let Some((name, address)) = module.exports.iter().find(|(name, _)| *name == function.name) else {
            continue;
        };
        let expected = 4 * function.params.len();
        let found = first_return(file, *address)?;
        if found != Some(expected) {
            note(wrong, format_args!("{name} ends in ret {found:?}, not ret {expected}"));
        }
    }
    Ok(())
}

/// The number of bytes that the first `ret` from an address on takes off the stack. A function that only
/// jumps returns where the other one does: without arguments, both faces of the library have the same body.
fn first_return(file: &Path, address: u64) -> Result<Option<usize>, Error> {
    let listing = disassembled(file, address)?;
    match jump(&listing) {
        Some(address) => Ok(bytes_of_return(&disassembled(file, address)?)),
        None => Ok(bytes_of_return(&listing)),
    }
}

fn disassembled(file: &Path, address: u64) -> Result<String, Error> {
    let objdump = tools::mingw(Bits::X86, "objdump")?;
    let mut command = objdump.command();
    command.arg("--disassemble").arg("--no-show-raw-insn");
    command.arg(format!("--start-address={address}")).arg(format!("--stop-address={}", address + 4096));
    process::output(command.arg(file))
}

/// Where a function jumps to that does nothing else but set its frame up and take it down.
fn jump(listing: &str) -> Option<u64> {
    let mut instructions =
        listing.lines().filter_map(|line| line.split_once(":\t")).map(|(_, code)| code.trim());
    let is_frame = |code: &str| {
        ["push ", "mov ", "pop "].iter().any(|word| code.starts_with(word)) && code.contains("%ebp")
    };
    let first = instructions.find(|code| !is_frame(code))?;
    let target = first.strip_prefix("jmp")?.trim().split(' ').next()?;
    u64::from_str_radix(target.strip_prefix("0x").unwrap_or(target), 16).ok()
}

fn bytes_of_return(listing: &str) -> Option<usize> {
    let line =
        listing.lines().find_map(|line| line.split('\t').find_map(|part| part.trim().strip_prefix("ret")))?;
    match line.trim().strip_prefix("$0x") {
        Some(hex) => usize::from_str_radix(hex, 16).ok(),
        None => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes_of_return, jump};

    #[test]
    fn the_first_return_counts() {
        let listing = "  10001000:\tpush   %ebp\n  10001001:\tret    $0x14\n  10001004:\tret\n";
        assert_eq!(bytes_of_return(listing), Some(20));
        assert_eq!(bytes_of_return("  10001004:\tret    \n"), Some(0));
        assert_eq!(bytes_of_return("  10001004:\tnop\n"), None);
    }

    #[test]
    fn a_jump_is_followed_only_where_nothing_comes_before_it() {
        assert_eq!(jump("wsy.dll: file format\n\n  10001000:\tjmp    0x10002f40\n"), Some(0x1000_2f40));
        let frame = "  10001000:\tpush   %ebp\n  10001001:\tmov    %esp,%ebp\n  10001003:\tpop    %ebp\n";
        assert_eq!(jump(&format!("{frame}  10001004:\tjmp    10002f40 <f>\n")), Some(0x1000_2f40));
        assert_eq!(jump(&format!("{frame}  10001004:\tpush   %eax\n  10001005:\tjmp    0x10002f40\n")), None);
    }
}
