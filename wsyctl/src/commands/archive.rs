//! `archive [DAY]`: moves old bills that are done with out of the ledger. Queries the platform's time.

use pico_args::Arguments;
use wsy::till::clock;

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording;

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let day: Option<String> = args.opt_free_from_str()?;
    args::finish(args)?;
    if day.as_deref().is_some_and(|day| !clock::is_day(day)) {
        return Err(Failure::Usage(day.unwrap_or_default()));
    }
    let (till, language) = (desk::open(common, Talk::LedgerOnly)?, common.language);
    let day = day.unwrap_or_else(|| till.last_day_to_archive());
    let archived = till.archive(&day)?;
    let mut report = Report::new(Exit::Good).line(wording::pick(
        language,
        format!("已把 {day} 及以前的 {} 单移到归档文件。", archived.bills),
        format!("{} bills up to {day} were moved to the archive.", archived.bills),
    ));
    if archived.stayed > 0 {
        report = report.line(wording::pick(
            language,
            format!("{} 单留在账本里：没有查清、须人工处理、没有对过账，或之后又有变动。", archived.stayed),
            format!(
                "{} stay: undecided, waiting for a person, not reconciled, or changed since.",
                archived.stayed
            ),
        ));
    }
    Ok(report
        .field("day", day)
        .field("archived", archived.bills)
        .field("stayed", archived.stayed)
        .field("ledger_bytes", archived.ledger_bytes))
}
