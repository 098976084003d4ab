//! `alarms`: verdicts that turned out to be wrong and that nobody has acknowledged. Sends nothing.

use pico_args::Arguments;
use serde_json::json;
use wsy::non_empty::or_empty;
use wsy::protocol::amount::yuan;
use wsy::till::{DifferenceKind, Error, clock, sentences};

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording;

pub fn run(args: Arguments, common: &Common) -> Result<Report, Failure> {
    args::finish(args)?;
    let till = desk::open(common, Talk::LedgerOnly)?;
    let alarms = till.ledger().alarms().map_err(Error::from)?;
    let language = common.language;
    let mut report = if alarms.is_empty() {
        Report::new(Exit::Good).line(wording::pick(language, "没有警报。", "There are no alarms."))
    } else {
        Report::new(Exit::Attention)
    };
    let mut list = Vec::new();
    for alarm in &alarms {
        let about = &alarm.about;
        let meaning = wording::difference(DifferenceKind::Alarm(about.kind), language);
        let (here, there, raised) =
            (yuan(about.here_fen), yuan(about.there_fen), clock::stamp(alarm.raised_ms));
        report = report
            .line(wording::pick(
                language,
                format!(
                    "警报 {}  {}  {}  本机 {here} 元，平台 {there} 元  {raised}",
                    alarm.id,
                    or_empty(&about.out_trade_no),
                    or_empty(&about.dm_id)
                ),
                format!(
                    "alarm {}  {}  {}  here {here}, there {there} yuan  {raised}",
                    alarm.id,
                    or_empty(&about.out_trade_no),
                    or_empty(&about.dm_id)
                ),
            ))
            .line(format!("  {meaning}"));
        list.push(json!({
            "id": alarm.id,
            "kind": about.kind.word(),
            "out_trade_no": or_empty(&about.out_trade_no),
            "dm_id": or_empty(&about.dm_id),
            "here_fen": about.here_fen,
            "there_fen": about.there_fen,
            "raised": raised,
            "message": meaning,
            "hint": sentences::hint(DifferenceKind::Alarm(about.kind), language),
        }));
    }
    Ok(report.field("alarms", list))
}
