//! `receipt NUMBER`: the text of a bill's receipt; the ledger's where the platform has none.

use pico_args::Arguments;
use wsy::protocol::receipt::screen;
use wsy::till::Error;

use crate::args::{self, Common};
use crate::commands::refund;
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let which = refund::which(&mut args)?;
    args::finish(args)?;
    let till = desk::open(common, Talk::Platform)?;
    let (source, printinfo) = match till.reprint(&which) {
        Ok(printinfo) => ("platform", printinfo),
        Err(Error::NoReceipt { stored: Some(printinfo) }) => ("ledger", printinfo),
        Err(error) => return Err(error.into()),
    };
    let text = screen(&printinfo);
    Ok(Report::new(Exit::Good)
        .line(text.trim_end())
        .field("source", source)
        .field("receipt", text.as_str())
        .field("printinfo", printinfo))
}
