//! Sets the SONAME of the shared library, which a plain cdylib lacks, and keeps the library loaded.
//!
//! A program linked with `-lwsy` then loads `libwsy.so.0` at its start, so a later library with another ABI
//! can be installed next to this one and is never loaded in its place.

use std::env;

fn main() -> Result<(), env::VarError> {
    println!("cargo::rerun-if-changed=build.rs");

    let elf = ["linux", "android", "freebsd", "netbsd", "openbsd", "dragonfly"];
    if elf.contains(&env::var("CARGO_CFG_TARGET_OS")?.as_str()) {
        // The version of the ABI is the major version of the crate.
        let abi = env::var("CARGO_PKG_VERSION_MAJOR")?;
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libwsy.so.{abi}");
        // Its threads may still be asking about a payment when the host unloads it.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    Ok(())
}
