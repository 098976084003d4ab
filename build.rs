//! Gives the shared library the SONAME that a plain cdylib lacks, and keeps it loaded.
//!
//! A program that is linked with `-lwsy` then asks for `libwsy.so.0` at its start, so a later library with another
//! ABI can be installed beside this one, and is never loaded in its place.

use std::env;

fn main() -> Result<(), env::VarError> {
    println!("cargo::rerun-if-changed=build.rs");

    let elf = ["linux", "android", "freebsd", "netbsd", "openbsd", "dragonfly"];
    if elf.contains(&env::var("CARGO_CFG_TARGET_OS")?.as_str()) {
        // The version of the ABI is the major version of the crate.
        let abi = env::var("CARGO_PKG_VERSION_MAJOR")?;
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libwsy.so.{abi}");
        // Its threads may still ask about a payment when the host unloads it.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    Ok(())
}
