//! The tests of the Windows DLLs, from the unpacked zip, under Wine.

use crate::error::Error;
use crate::test::counts::Counts;

/// The C ABI against the sandbox, in 32 and 64 bit.
pub fn c_abi() -> Result<Counts, Error> {
    Err(Error::Check("not there yet".to_owned()))
}

/// The stdcall face as VB6 and its like load it.
pub fn stdcall() -> Result<Counts, Error> {
    Err(Error::Check("not there yet".to_owned()))
}
