//! `reconcile [DAY]`: a day of the ledger against the platform.

use pico_args::Arguments;
use serde_json::json;
use wsy::non_empty::or_empty;
use wsy::protocol::amount::yuan;
use wsy::till::{clock, sentences};

use crate::args::{self, Common};
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::{progress, wording};

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let day = day(args.opt_free_from_str()?)?;
    args::finish(args)?;
    let till = desk::open(common, Talk::Platform)?;
    let (token, language) = (till.cancellation_token(), common.language);
    let found = progress::shown(&token, language, || till.reconcile(&day, &token))?;
    let (asked, unanswered, differ) = (found.asked, found.unanswered.len(), found.differences.len());
    let paying = found.paying.len();
    let exit = match (unanswered, differ + paying) {
        (0, 0) => Exit::Good,
        (_, 0) => Exit::Error,
        _ => Exit::Attention,
    };
    let mut report = Report::new(exit).line(wording::pick(
        language,
        format!("{day}：已核对 {asked} 笔，顾客还在支付 {paying} 笔，未得到答复 {unanswered} 笔，不一致 {differ} 处。"),
        format!("{day}: {asked} checked, {paying} still being paid, {unanswered} without a response, {differ} differences."),
    ));
    let mut differences = Vec::new();
    for one in &found.differences {
        let meaning = wording::difference(one.kind, language);
        let (here, there) = (yuan(one.here_fen), yuan(one.there_fen));
        let amounts = wording::pick(
            language,
            format!("本机 {here} 元，平台 {there} 元"),
            format!("here {here}, there {there} yuan"),
        );
        report = report
            .line(format!("{} {}  {amounts}", or_empty(&one.out_trade_no), or_empty(&one.dm_id)))
            .line(format!("  {meaning}"));
        differences.push(json!({
            "kind": one.kind.word(),
            "out_trade_no": or_empty(&one.out_trade_no),
            "out_refund_no": or_empty(&one.out_refund_no),
            "dm_id": or_empty(&one.dm_id),
            "here_fen": one.here_fen,
            "there_fen": one.there_fen,
            "message": meaning,
            "hint": sentences::hint(one.kind, language),
        }));
    }
    if found.ended_early {
        report = report.line(wording::pick(
            language,
            "平台一直没有答复，对账提前结束，其余的没有核对。",
            "The platform did not answer several queries in a row: ended early, the rest was not checked.",
        ));
    }
    for (name, said) in &found.paying {
        let still = wording::pick(
            language,
            "平台说顾客还在支付，不要另外收款，稍后再对一次账",
            "still being paid, as the platform says: do not charge it again, reconcile again later",
        );
        report = report.line(format!("{name}  {still}: {said}"));
    }
    for (name, reason) in &found.unanswered {
        report = report.line(format!("{name}  {reason}"));
    }
    let named = |(name, reason): &(String, String)| json!({"number": name, "reason": reason});
    let paying: Vec<_> = found.paying.iter().map(named).collect();
    let unanswered: Vec<_> = found.unanswered.iter().map(named).collect();
    Ok(report
        .field("day", day)
        .field("asked", asked)
        .field("paying", paying)
        .field("unanswered", unanswered)
        .field("ended_early", found.ended_early)
        .field("differences", differences))
}

/// A calendar day; today in Beijing if none is given.
pub fn day(given: Option<String>) -> Result<String, Failure> {
    let day = given.unwrap_or_else(|| clock::day(clock::wall()));
    if clock::is_day(&day) { Ok(day) } else { Err(Failure::Usage(format!("{day}: YYYY-MM-DD"))) }
}
