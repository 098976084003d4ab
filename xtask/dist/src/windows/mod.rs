//! The tests of the Windows DLLs, from the unpacked zip, under Wine.

mod bench;
mod capi;
mod desk;
mod face;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::packages;
use crate::wine::{self, CodePage};
use bench::Bench;
use kit::bits::Bits;
use kit::counts::Counts;
use kit::error::Error;
use kit::platform::Platform;
use kit::pool;
use kit::process;
use kit::tools;
use kit::workspace;

/// Tests of features that only Windows has, or that only a till on Windows uses: programs of `tests/windows`.
const PROGRAMS: [&str; 7] = ["unload", "fpu", "secrets", "queue", "loop", "folders", "ended"];

/// The C ABI against the sandbox, in 32 and 64 bit.
pub fn c_abi() -> Result<Counts, Error> {
    every_function_has_an_odd_host()?;
    let excluded = capi::excluded()?;
    let counts = on_both(|bench| {
        let mut counts = capi::suite(bench, &excluded)?;
        for name in PROGRAMS {
            let program = bench.compile(name)?;
            counts.add(bench.run(&program, CodePage::Chinese)?);
            match name {
                "folders" => counts.add(bench.run(&program, CodePage::Western)?),
                "loop" => counts.add(bench.run_on_windows(&program)?),
                _ => {}
            }
        }
        if bench.bits == Bits::X86 {
            counts.add(unwinding(bench)?);
        }
        Ok(counts)
    });
    counts.map(|mut counts| {
        counts.add(Counts::ONE);
        counts
    })
}

/// A panic in a host that has loaded the compiler's unwinder as a DLL of its own. Only 32-bit programs have
/// one.
fn unwinding(bench: &Bench) -> Result<Counts, Error> {
    let panics = packages::panicking(bench.bits)?;
    let gcc = tools::mingw(bench.bits, "gcc")?;
    let name = "libgcc_s_dw2-1.dll";
    let unwinder = process::output(gcc.command().arg(format!("-print-file-name={name}")))?;
    for (from, to) in [(panics.as_path(), "panics.dll"), (Path::new(unwinder.trim()), name)] {
        fs::copy(from, bench.place(to)).map_err(Error::file("copy", from))?;
    }
    bench.run(&bench.compile("unwinding")?, CodePage::Chinese)
}

/// The C ABI again in 32 bit, with a DLL that does not find the functions that Windows XP lacks.
pub fn c_abi_as_on_xp() -> Result<Counts, Error> {
    let bench = Bench::new(Bits::X86)?;
    packages::xp::take_away_what_xp_lacks(&bench.place("wsy.dll"))?;
    let counts = capi::suite(&bench, &capi::excluded()?)?;
    wine::wait_until_gone();
    Ok(counts)
}

/// The support desk's tool.
pub fn wsyctl() -> Result<Counts, Error> {
    let platform = Platform::start_with_customers(Command::new(packages::sandbox()?))?;
    let counts = desk::day(&packages::windows()?.join("tools/wsyctl.exe"), &platform)?;
    wine::wait_until_gone();
    Ok(counts)
}

/// The stdcall face as VB6 and its like load it.
pub fn stdcall() -> Result<Counts, Error> {
    let header = face::header()?;
    on_both(|bench| {
        workspace::write(&bench.place("face.h"), &header)?;
        let program = bench.compile("stdcall")?;
        let mut counts = bench.run(&program, CodePage::Chinese)?;
        counts.add(bench.run(&program, CodePage::Western)?);
        Ok(counts)
    })
}

/// 32-bit and 64-bit programs in parallel: they mostly wait.
fn on_both(test: impl Fn(&Bench) -> Result<Counts, Error> + Sync) -> Result<Counts, Error> {
    packages::windows()?;
    packages::sandbox()?;
    let mut counts = Counts::default();
    for result in pool::each(2, &Bits::BOTH, |bits| test(&Bench::new(*bits)?)) {
        counts.add(result?);
    }
    wine::wait_until_gone();
    Ok(counts)
}

/// Whether the program `fpu` makes every call of the library as a host with an odd floating-point unit.
fn every_function_has_an_odd_host() -> Result<(), Error> {
    let source = workspace::read(&workspace::root().join("tests/windows/fpu.c"))?;
    let all = workspace::read(&workspace::root().join("include/exports.txt"))?;
    match all.lines().find(|name| !source.contains(&format!("HOSTED({name}("))) {
        None => Ok(()),
        Some(name) => Err(Error::Check(format!("tests/windows/fpu.c does not call {name} with HOSTED"))),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_odd_host_leaves_no_function_out() {
        super::every_function_has_an_odd_host().unwrap();
    }
}
