//! One command per file.

mod acknowledge;
mod activate;
mod alarms;
mod archive;
mod bill;
mod close_day;
mod decide;
mod doctor;
mod export;
mod first_contact;
mod help;
mod open;
mod pay;
mod receipt;
mod reconcile;
mod refund;
mod settle;
mod verdict;
mod void;

use pico_args::Arguments;

use crate::args::Common;
use crate::failure::Failure;
use crate::report::Report;

/// Runs the command with this name.
pub fn run(mut args: Arguments, common: &Common) -> (String, Report) {
    let name = match args.subcommand() {
        Ok(Some(name)) => name,
        Ok(None) => "help".to_owned(),
        Err(error) => return (String::new(), Failure::from(error).report(common.language)),
    };
    let outcome = match name.as_str() {
        "acknowledge" => acknowledge::run(args, common),
        "activate" => activate::run(args, common),
        "alarms" => alarms::run(args, common),
        "archive" => archive::run(args, common),
        "bill" => bill::run(args, common),
        "close-day" => close_day::run(args, common),
        "decide" => decide::charge(args, common),
        "decide-refund" => decide::refund(args, common),
        "doctor" => doctor::run(args, common),
        "export" => export::run(args, common),
        "first-contact" => first_contact::run(args, common),
        "help" => Ok(help::report(common.language)),
        "open" | "unresolved" => open::run(args, common),
        "pay" => pay::run(args, common),
        "receipt" => receipt::run(args, common),
        "reconcile" => reconcile::run(args, common),
        "refund" => refund::run(args, common),
        "settle" => settle::run(args, common),
        "void" => void::run(args, common),
        other => Err(Failure::Usage(other.to_owned())),
    };
    let report = outcome.unwrap_or_else(|failure| failure.report(common.language));
    (name, report)
}
