//! `cargo xtask declarations`: the declarations of the stdcall face for VB6, PowerBuilder, 易语言 and Visual FoxPro, all
//! from one description, `src/capi/stdcall.rs`.

use crate::error::Error;

/// Writes the declarations.
pub fn write() -> Result<(), Error> {
    Err(Error::Check("not there yet".to_owned()))
}

/// Says whether the committed declarations are what the description says.
pub fn check() -> Result<(), Error> {
    Err(Error::Check("not there yet".to_owned()))
}
