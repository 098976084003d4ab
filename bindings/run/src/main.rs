//! Runs the tests of the bindings: from the packages, as their users have them, or from the checkout.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bench;
mod cpp;
mod csharp;
mod delphi;
mod python;
mod till;

use std::process::ExitCode;

use kit::command::tell;
use kit::error::Error;

fn main() -> ExitCode {
    kit::command::run(|arguments| match arguments {
        ["cpp-quick"] => tell(cpp::quick()?),
        ["cpp"] => tell(cpp::linux()?),
        ["cpp-windows"] => tell(cpp::windows()?),
        ["python-quick"] => tell(python::quick()?),
        ["python"] => tell(python::linux()?),
        ["python-windows"] => tell(python::windows()?),
        ["mono"] => tell(csharp::mono()?),
        ["dotnet"] => tell(csharp::dotnet()?),
        ["delphi"] => tell(delphi::linux()?),
        ["delphi-windows"] => tell(delphi::windows()?),
        _ => Err(Error::Usage("cargo xtask test --part NAME runs these".to_owned())),
    })
}
