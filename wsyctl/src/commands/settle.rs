//! `settle [NUMBER]`: finds out the outcome of one bill, or of everything open, by queries alone.

use pico_args::Arguments;
use wsy::till::Recovered;
use wsy::till::code::Language;
use wsy::till::ledger::{ChargeState, RefundState};

use crate::args::{self, Common};
use crate::commands::verdict;
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::{interrupt, progress, rows, wording};

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let number: Option<String> = args.opt_free_from_str()?;
    args::finish(args)?;
    let till = desk::open(common, Talk::Platform)?;
    let token = till.cancellation_token();
    interrupt::stops(&token, common.language);
    let language = common.language;
    match number {
        Some(number) => {
            let report = progress::shown(&token, language, || till.settle(&number, None, &token))?;
            Ok(verdict::charge(&report, language).told_by(till))
        }
        None => Ok(all(&progress::shown(&token, language, || till.recover(None, &token))?, language)),
    }
}

/// Good means that everything is decided, not that everything was paid.
fn all(found: &Recovered, language: Language) -> Report {
    let open = found.charges.iter().any(|row| row.state == ChargeState::Open)
        || found.refunds.iter().any(|row| row.state == RefundState::Open);
    let conflict = found.refunds.iter().any(|row| row.state == RefundState::Conflict);
    let (exit, line) = if open {
        let line = wording::pick(
            language,
            "还有没查清的，款项可能已经变动！稍后再运行 wsyctl settle。",
            "Some are still not decided: MONEY MAY HAVE MOVED. Run wsyctl settle again later.",
        );
        (Exit::Unknown, line)
    } else if conflict {
        let line = wording::pick(
            language,
            "有退款需要人工到商户后台核对。",
            "A refund needs a person: look it up in the back office.",
        );
        (Exit::Attention, line)
    } else if !found.unfinished.is_empty() {
        (Exit::Attention, wording::unfinished(language))
    } else if found.charges.is_empty() && found.refunds.is_empty() {
        (Exit::Good, wording::pick(language, "没有需要查清的。", "Nothing was open."))
    } else {
        let line = wording::pick(
            language,
            "全部查清。请看每一笔的结果：",
            "Everything is decided. See the outcome of each:",
        );
        (Exit::Good, line)
    };
    let mut report = Report::new(exit).line(line);
    for row in &found.charges {
        report = report.line(rows::charge_line(row, language));
    }
    for row in found.unfinished.iter().filter(|row| found.charges.iter().all(|shown| shown.id != row.id)) {
        report = report.line(rows::charge_line(row, language));
    }
    for row in &found.refunds {
        report = report.line(rows::refund_line(row, language));
    }
    report
        .field("charges", found.charges.iter().map(rows::charge).collect::<Vec<_>>())
        .field("refunds", found.refunds.iter().map(rows::refund).collect::<Vec<_>>())
        .field("unfinished", found.unfinished.iter().map(rows::charge).collect::<Vec<_>>())
}
