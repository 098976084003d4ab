//! `decide` and `decide-refund`: a person's decision about a payment or refund that stays undecided. Sends
//! nothing.

use pico_args::Arguments;
use wsy::driver;
use wsy::payment::decision::{Decision, Verdict};
use wsy::till::Error;

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::{rows, wording};

/// `decide NUMBER paid|not_paid|keep --by WHO --why WHY [--attempt N]`.
pub fn charge(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let attempt: Option<i64> = args.opt_value_from_str("--attempt")?;
    let (number, decision) = words(args, &[Verdict::Paid, Verdict::NotPaid, Verdict::Keep])?;
    let till = desk::open(common, Talk::LedgerOnly)?;
    let row = driver::decide_charge(till.as_ref(), &number, attempt, &decision).map_err(Error::from)?;
    Ok(noted(common).line(rows::charge_line(&row, common.language)).field("charge", rows::charge(&row)))
}

/// `decide-refund NO refunded|not_refunded|keep --by WHO --why WHY`.
pub fn refund(args: Arguments, common: &Common) -> Result<Report, Failure> {
    let (number, decision) = words(args, &[Verdict::Refunded, Verdict::NotRefunded, Verdict::Keep])?;
    let till = desk::open(common, Talk::LedgerOnly)?;
    let row = driver::decide_refund(till.as_ref(), &number, &decision).map_err(Error::from)?;
    Ok(noted(common).line(rows::refund_line(&row, common.language)).field("refund", rows::refund(&row)))
}

/// The number and the decision, which is one of these.
fn words(mut args: Arguments, known: &[Verdict]) -> Result<(String, Decision), Failure> {
    let (by, why): (String, String) = (args.value_from_str("--by")?, args.value_from_str("--why")?);
    let number = args.free_from_str()?;
    let word: String = args.free_from_str()?;
    args::finish(args)?;
    for (name, text) in [("--by", &by), ("--why", &why)] {
        if text.trim().is_empty() {
            return Err(Failure::Usage(name.to_owned()));
        }
    }
    let verdict = Verdict::read(&word).filter(|verdict| known.contains(verdict));
    let verdict = verdict.ok_or_else(|| {
        let known: Vec<_> = known.iter().map(|verdict| verdict.word()).collect();
        Failure::Usage(format!("{word}: {}", known.join(" | ")))
    })?;
    Ok((number, Decision { verdict, by, why }))
}

fn noted(common: &Common) -> Report {
    Report::new(Exit::Good).line(wording::pick(
        common.language,
        "已记下。平台如有不同的说法，对账时会报警。",
        "Written down. Reconciling raises an alarm if the platform says otherwise.",
    ))
}
