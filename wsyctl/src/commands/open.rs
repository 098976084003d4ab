//! `open`: the payments and refunds that are not decided, and the sales not known to be finished. Sends
//! nothing.

use pico_args::Arguments;
use wsy::driver::{self, Store};
use wsy::till::code::Language;
use wsy::till::ledger::{ChargeRow, ChargeState, RefundRow};
use wsy::till::{Error, Till};

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::{rows, wording};

pub fn run(args: Arguments, common: &Common) -> Result<Report, Failure> {
    args::finish(args)?;
    let till = desk::open(common, Talk::LedgerOnly)?;
    let (mut charges, refunds) = unresolved(&till)?;
    let to_void = till.ledger().to_void().map_err(Error::from)?;
    charges.extend(to_void.into_iter().filter(|row| row.state != ChargeState::Open));
    let unfinished = driver::unfinished(till.as_ref()).map_err(Error::from)?;
    Ok(told(&charges, &refunds, &unfinished, common.language))
}

/// The undecided rows, and the refunds that need a person.
pub fn unresolved(till: &Till) -> Result<(Vec<ChargeRow>, Vec<RefundRow>), Error> {
    let ledger = till.ledger();
    let mut refunds = ledger.open_refunds()?;
    refunds.extend(ledger.conflicts()?);
    Ok((ledger.open_charges()?, refunds))
}

fn told(
    charges: &[ChargeRow],
    refunds: &[RefundRow],
    unfinished: &[ChargeRow],
    language: Language,
) -> Report {
    let (exit, line) = if charges.is_empty() && refunds.is_empty() && !unfinished.is_empty() {
        (Exit::Attention, "")
    } else if charges.is_empty() && refunds.is_empty() {
        (
            Exit::Good,
            wording::pick(language, "没有未查清的收款或退款。", "Every payment and refund is decided."),
        )
    } else {
        let line = wording::pick(
            language,
            "以下收款或退款尚未查清，款项可能已经变动。请运行 wsyctl settle；仍查不清的由人工到商户后台核对，再运行 wsyctl decide 或 decide-refund。",
            "These are not decided; money may have moved. Run wsyctl settle. If one stays undecided, look it up in the back office, then run wsyctl decide or decide-refund.",
        );
        (Exit::Attention, line)
    };
    let mut report = Report::new(exit).line(line);
    for row in charges {
        report = report.line(rows::charge_line(row, language));
    }
    for row in refunds {
        report = report.line(rows::refund_line(row, language));
    }
    if !unfinished.is_empty() {
        report = report.line(wording::unfinished(language));
    }
    for row in unfinished {
        report = report.line(rows::charge_line(row, language));
    }
    report
        .field("charges", charges.iter().map(rows::charge).collect::<Vec<_>>())
        .field("refunds", refunds.iter().map(rows::refund).collect::<Vec<_>>())
        .field("unfinished", unfinished.iter().map(rows::charge).collect::<Vec<_>>())
}
