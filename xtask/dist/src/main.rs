//! Makes the packages, and runs the tests of what is in them.

use std::process::ExitCode;

use dist::{packages, windows};
use kit::command::tell;
use kit::error::Error;

fn main() -> ExitCode {
    kit::command::run(|arguments| match arguments {
        ["packages"] => packages::dist(),
        ["write-lists"] => packages::write_lists(),
        ["xp-fallbacks"] => tell(packages::xp::fallbacks()?),
        ["c-abi"] => tell(windows::c_abi()?),
        ["c-abi-as-on-xp"] => tell(windows::c_abi_as_on_xp()?),
        ["stdcall"] => tell(windows::stdcall()?),
        ["wsyctl"] => tell(windows::wsyctl()?),
        _ => Err(Error::Usage("see cargo xtask help".to_owned())),
    })
}
