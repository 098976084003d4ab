//! `open`: the payments and refunds that are not decided. Sends nothing.

use pico_args::Arguments;
use wsy::till::code::Language;
use wsy::till::driver::Store;
use wsy::till::ledger::{ChargeRow, RefundRow};
use wsy::till::{Error, Till};

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::{rows, wording};

pub fn run(args: Arguments, common: &Common) -> Result<Report, Failure> {
    args::finish(args)?;
    let till = desk::open(common, Talk::LedgerOnly)?;
    let (charges, refunds) = unresolved(&till)?;
    Ok(told(&charges, &refunds, common.language))
}

/// What is not decided, and the refunds that need a person.
pub fn unresolved(till: &Till) -> Result<(Vec<ChargeRow>, Vec<RefundRow>), Error> {
    let ledger = till.ledger();
    let mut refunds = ledger.open_refunds()?;
    refunds.extend(ledger.conflicts()?);
    Ok((ledger.open_charges()?, refunds))
}

fn told(charges: &[ChargeRow], refunds: &[RefundRow], language: Language) -> Report {
    let (exit, line) = if charges.is_empty() && refunds.is_empty() {
        (
            Exit::Good,
            wording::pick(language, "没有未查清的收款或退款。", "Every payment and refund is decided."),
        )
    } else {
        let line = wording::pick(
            language,
            "以下收款或退款尚未查清，款项可能已经变动。请运行 wsyctl settle；“需人工核对”的请到商户后台核对。",
            "These are not decided; money may have moved. Run wsyctl settle; look up in the back office what needs a person.",
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
    report
        .field("charges", charges.iter().map(rows::charge).collect::<Vec<_>>())
        .field("refunds", refunds.iter().map(rows::refund).collect::<Vec<_>>())
}
