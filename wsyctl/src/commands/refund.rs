//! `refund NUMBER YUAN --refund-no NO`: gives money back.

use pico_args::Arguments;
use wsy::protocol::request::Extra;
use wsy::till::{RefundRequest, Which};

use crate::args::{self, Common};
use crate::commands::{pay, verdict};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::Report;
use crate::{interrupt, progress};

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let out_refund_no = args.value_from_str("--refund-no")?;
    let bill = which(&mut args)?;
    let refund = pay::amount(&args.free_from_str::<String>()?)?;
    args::finish(args)?;
    let till = desk::open(common, Talk::Platform)?;
    let request = RefundRequest {
        out_refund_no,
        bill,
        refund,
        paytype: None,
        extra: Extra::default(),
        deadline_ms: None,
    };
    let token = till.cancellation_token();
    interrupt::stops(&token, common.language);
    let report = progress::shown(&token, common.language, || till.refund(request, &token))?;
    Ok(verdict::refund(&report, common.language))
}

/// A bill of this till by its number, or any bill by the platform's order.
pub fn which(args: &mut Arguments) -> Result<Which, Failure> {
    let dm_id: Option<String> = args.opt_value_from_str("--dm-id")?;
    let any_number = args.contains("--any-number");
    if any_number && dm_id.is_none() {
        return Err(Failure::Usage("--any-number: --dm-id ORDER".to_owned()));
    }
    let out_trade_no = if dm_id.is_none() { Some(args.free_from_str()?) } else { None };
    Ok(Which { out_trade_no, dm_id, any_number })
}
