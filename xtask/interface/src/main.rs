//! Writes the files generated from the library's interface, or checks that they are current.

use std::process::ExitCode;

use interface::{exports, header, tables};
use kit::error::Error;
use kit::{artifacts, library};

fn main() -> ExitCode {
    kit::command::run(|arguments| match arguments {
        ["tables"] => tables::write(),
        ["tables", "--check"] => tables::check(),
        ["compile-header"] => header::compile::as_c().and_then(|()| header::compile::as_cpp()),
        ["exports", "--check"] => exports::check(&library::build()?),
        ["exports", "--check", "--development"] => {
            exports::check(&artifacts::development()?.file("libwsy.so")?)
        }
        _ => Err(Error::Usage("see cargo xtask help".to_owned())),
    })
}
