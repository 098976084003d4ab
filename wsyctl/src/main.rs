//! `wsyctl`: the support desk's command line over a till's data folder. It uses the library as a till does,
//! so its verdicts about money are the till's verdicts.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod args;
mod commands;
mod desk;
mod failure;
mod interrupt;
mod progress;
mod report;
mod rows;
mod wording;

use std::process::ExitCode;

use args::Common;
use report::Exit;

fn main() -> ExitCode {
    let mut args = pico_args::Arguments::from_env();
    let common = Common::take(&mut args);
    let language = common.as_ref().map_or_else(|_| wording::of_system(), |common| common.language);
    let as_json = common.as_ref().is_ok_and(|common| common.json);
    let (command, report) = match common {
        Ok(common) => {
            let (command, report) = commands::run(args, &common);
            (command, if common.verbose { report.verbose(language) } else { report })
        }
        Err(failure) => (String::new(), failure.report(language)),
    };
    match report.print(&command, as_json) {
        Ok(()) => {
            report.heard();
            ExitCode::from(report.exit.number())
        }
        // The exit code is right even if nobody can read the output.
        Err(_) if report.is_verdict() => ExitCode::from(report.exit.number()),
        Err(_) => ExitCode::from(Exit::Error.number()),
    }
}
