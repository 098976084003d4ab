//! Whether an old Windows has the functions of a list, as far as the headers of MinGW know when they were
//! introduced.

use std::collections::BTreeSet;

use super::lists;
use kit::bits::Bits;
use kit::error::Error;
use kit::process;
use kit::tools;
use kit::workspace;

const DATED: &str =
    "advapi32.dll bcrypt.dll crypt32.dll iphlpapi.dll kernel32.dll userenv.dll winspool.drv ws2_32.dll";
/// Of these no header says it; the heads of the lists say where else it was looked up.
const UNDATED: [&str; 2] = ["msvcrt.dll", "ntdll.dll"];

const HEADERS: &str = "winsock2.h ws2tcpip.h windows.h bcrypt.h ntsecapi.h tlhelp32.h userenv.h wincrypt.h sddl.h winspool.h iphlpapi.h";

/// Checks both lists against the headers.
pub fn check() -> Result<(), Error> {
    // The 64-bit headers, since some functions for Windows 7 are only there; for XP there is only the 32-bit
    // DLL.
    check_list(lists::WINDOWS_7, Bits::X64, "0x0601")?;
    check_list(lists::WINDOWS_XP, Bits::X86, "0x0501")
}

fn check_list(list: &str, bits: Bits, windows: &str) -> Result<(), Error> {
    let program = program(list, &lists::read(list)?, windows)?;
    let scratch = workspace::scratch("headers")?;
    let file = scratch.path().join("list.c");
    workspace::write(&file, &program)?;
    let mut command = tools::mingw(bits, "gcc")?.command();
    process::output(command.arg("-fsyntax-only").arg(&file)).map(drop).map_err(|error| match error {
        Error::Failed { output, .. } => Error::Check(format!(
            "windows/{list} has functions that MinGW's headers do not declare for that Windows ({windows}):{output}"
        )),
        other => other,
    })
}

/// A C program that names every function of the list.
fn program(list: &str, imports: &BTreeSet<String>, windows: &str) -> Result<String, Error> {
    let mut program = format!("#define WINVER {windows}\n#define _WIN32_WINNT {windows}\n");
    program.extend(HEADERS.split(' ').map(|header| format!("#include <{header}>\n")));
    program.push_str("void *const functions[] = {\n");
    for import in imports {
        match import.split_once('!') {
            Some((dll, function)) if DATED.split(' ').any(|dated| dated == dll) => {
                program.push_str(&format!("    (void *)&{function},\n"));
            }
            Some((dll, _)) if UNDATED.contains(&dll) => {}
            _ => return Err(Error::Check(format!("windows/{list}: {import} is of no DLL that Windows has"))),
        }
    }
    program.push_str("    0\n};\n");
    Ok(program)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::program;

    #[test]
    fn the_functions_of_the_system_are_named_and_no_others_allowed() {
        let imports = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let good = program("a list", &imports(&["kernel32.dll!Sleep", "msvcrt.dll!abort"]), "0x0501");
        let good = good.unwrap_or_default();
        assert!(good.contains("WINVER 0x0501\n") && good.contains("&Sleep,\n") && !good.contains("abort"));
        assert!(program("a list", &imports(&["libgcc_s_dw2-1.dll!x"]), "0x0501").is_err());
    }
}
