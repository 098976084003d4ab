//! The main function of a command: passes it its arguments, prints its error and counts its tests.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use crate::counts::Counts;
use crate::error::Error;
use crate::say;

/// Runs a command with the arguments of this process. If it fails, prints why.
pub fn run(command: impl FnOnce(&[&str]) -> Result<(), Error>) -> ExitCode {
    let run = |arguments: Vec<String>| command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    match arguments().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Said) => ExitCode::FAILURE,
        // A part of the tests that cannot run here says so in its last line, just as one that ran does.
        Err(Error::Missing(missing)) => {
            say::line(format_args!("{}{missing}", crate::counts::DID_NOT_RUN));
            ExitCode::FAILURE
        }
        Err(error) => {
            say::error(error);
            ExitCode::FAILURE
        }
    }
}

/// Prints in the last line how many tests passed, and fails if any did not.
pub fn tell(counts: Counts) -> Result<(), Error> {
    say::line(counts);
    if counts.failed == 0 { Ok(()) } else { Err(Error::Said) }
}

fn arguments() -> Result<Vec<String>, Error> {
    let not_text = |text: OsString| Error::Usage(format!("{} is not UTF-8", text.display()));
    env::args_os().skip(1).map(|text| text.into_string().map_err(not_text)).collect()
}
