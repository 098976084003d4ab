//! `void NUMBER`: undoes a bill: finds out what became of it, and refunds what of it is paid.

use pico_args::Arguments;

use crate::args::{self, Common};
use crate::commands::verdict;
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::Report;
use crate::{interrupt, progress};

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let out_trade_no: String = args.free_from_str()?;
    args::finish(args)?;
    let till = desk::open(common, Talk::Platform)?;
    let token = till.cancellation_token();
    interrupt::stops(&token, common.language);
    let report = progress::shown(&token, common.language, || till.void(&out_trade_no, None, &token));
    Ok(verdict::void(&report.map_err(Failure::Void)?, common.language))
}
