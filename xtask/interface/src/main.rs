//! Writes what is generated from the library's interface, or checks that it is current.

use std::process::ExitCode;

use interface::{declarations, exports, header};
use kit::error::Error;

fn main() -> ExitCode {
    kit::command::run(|arguments| match arguments {
        ["header"] => header::write(),
        ["header", "--check"] => header::check(),
        ["compile-header"] => header::compile::as_c().and_then(|()| header::compile::as_cpp()),
        ["exports"] => exports::write(),
        ["exports", "--check"] => exports::check(),
        ["declarations"] => declarations::write(),
        ["declarations", "--check"] => declarations::check(),
        _ => Err(Error::Usage("see cargo xtask help".to_owned())),
    })
}
