//! The tests of the Windows DLLs, from the unpacked zip, under Wine.

mod bench;
mod capi;
mod face;
mod platform;
mod programs;

use crate::dist::{self, Bits, Unpacked};
use crate::error::Error;
use crate::test::counts::Counts;
use crate::wine::{self, CodePage};
use bench::Bench;
use programs::Run;

/// The C ABI against the sandbox, in 32 and 64 bit.
pub fn c_abi() -> Result<Counts, Error> {
    c_abi_of(dist::unpacked()?)
}

fn c_abi_of(packages: &'static Unpacked) -> Result<Counts, Error> {
    programs::every_function_has_an_odd_host()?;
    let mut counts = Counts { passed: 1, ..Counts::default() };
    for bits in Bits::BOTH {
        let bench = Bench::new(packages, bits)?;
        counts.add(capi::suite(&bench)?);
        for name in ["unload", "fpu", "secrets", "loop", "folders"] {
            let program = bench.compile(name, &[])?;
            counts.add(Run::of(&bench, &program).on_linux()?);
            if name == "folders" {
                counts.add(Run::of(&bench, &program).in_code_page(CodePage::Western).on_linux()?);
            }
            if name == "loop" {
                counts.add(Run::of(&bench, &program).on_windows()?);
            }
        }
    }
    wine::wait_until_gone();
    Ok(counts)
}

/// The C ABI once more in 32 bit, with a DLL that does not find what Windows XP lacks.
pub fn c_abi_as_on_xp() -> Result<Counts, Error> {
    let bench = Bench::new(dist::unpacked()?, Bits::X86)?;
    dist::xp::take_away_what_xp_lacks(&bench.place("wsy.dll"))?;
    let counts = capi::suite(&bench)?;
    wine::wait_until_gone();
    Ok(counts)
}

/// The stdcall face as VB6 and its like load it.
pub fn stdcall() -> Result<Counts, Error> {
    stdcall_of(dist::unpacked()?)
}

fn stdcall_of(packages: &'static Unpacked) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    for bits in Bits::BOTH {
        let bench = Bench::new(packages, bits)?;
        let program = bench.compile("stdcall", &[("face.h", &face::header()?)])?;
        for page in [CodePage::Chinese, CodePage::Western] {
            counts.add(Run::of(&bench, &program).in_code_page(page).on_linux()?);
        }
    }
    wine::wait_until_gone();
    Ok(counts)
}

#[cfg(test)]
mod tests {
    #[test]
    #[ignore = "dev"]
    fn try_it() {
        let pkg = std::path::Path::new("/tmp/winelab/pkg");
        let packages: &'static crate::dist::Unpacked = Box::leak(Box::new(crate::dist::Unpacked {
            windows: pkg.join("windows"),
            linux: pkg.join("linux"),
        }));
        match std::env::var("TRY").as_deref() {
            Ok("stdcall") => println!("{:?}", super::stdcall_of(packages).map_err(|e| e.to_string())),
            _ => println!("{:?}", super::c_abi_of(packages).map_err(|e| e.to_string())),
        }
    }
}
