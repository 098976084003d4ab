//! The tests of the Windows DLLs, from the unpacked zip, under Wine.

mod bench;
mod capi;
mod desk;
mod face;
mod programs;

use std::process::Command;

use crate::packages;
use crate::wine::{self, CodePage};
use bench::Bench;
use kit::bits::Bits;
use kit::counts::Counts;
use kit::error::Error;
use kit::platform::Platform;
use programs::Run;

/// The C ABI against the sandbox, in 32 and 64 bit.
pub fn c_abi() -> Result<Counts, Error> {
    programs::every_function_has_an_odd_host()?;
    let packages = packages::unpacked()?;
    let mut counts = Counts { passed: 1, ..Counts::default() };
    for bits in Bits::BOTH {
        let bench = Bench::new(packages, bits)?;
        counts.add(capi::suite(&bench)?);
        for name in ["unload", "fpu", "secrets", "queue", "loop", "folders"] {
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
    let bench = Bench::new(packages::unpacked()?, Bits::X86)?;
    packages::xp::take_away_what_xp_lacks(&bench.place("wsy.dll"))?;
    let counts = capi::suite(&bench)?;
    wine::wait_until_gone();
    Ok(counts)
}

/// The support desk's tool.
pub fn wsyctl() -> Result<Counts, Error> {
    let packages = packages::unpacked()?;
    let platform = Platform::start_with_customers(Command::new(packages.sandbox()))?;
    let counts = desk::day(&packages.windows.join("tools").join("wsyctl.exe"), &platform)?;
    wine::wait_until_gone();
    Ok(counts)
}

/// The stdcall face as VB6 and its like load it.
pub fn stdcall() -> Result<Counts, Error> {
    let packages = packages::unpacked()?;
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
