//! `close-day [DAY] --by WHO`: fixes the outcomes of a day. Sends nothing.

use std::collections::BTreeMap;

use pico_args::Arguments;
use serde_json::{Value, json};
use wsy::driver::Store;
use wsy::payment::day::{Sums, Totals};
use wsy::protocol::amount::yuan;
use wsy::till::{Error, clock};

use crate::args::{self, Common};
use crate::commands::reconcile;
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording;

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let by: String = args.value_from_str("--by")?;
    let day = reconcile::day(args.opt_free_from_str()?)?;
    args::finish(args)?;
    if by.trim().is_empty() {
        return Err(Failure::Usage("--by".to_owned()));
    }
    let (till, language) = (desk::open(common, Talk::LedgerOnly)?, common.language);
    let closing = till.close_day(&day, &by)?;
    let ledger = till.ledger();
    let totals = ledger
        .charges_of_day(&day)
        .and_then(|charges| Ok(Totals::of(&day, &charges, &ledger.refunds_of_day(&day)?)));
    let totals = totals.map_err(Error::from)?;
    let open = ledger.open_charges().and_then(|charges| Ok(charges.len() + ledger.open_refunds()?.len()));
    let open = open.map_err(Error::from)?;
    let closed = clock::stamp(closing.ms);
    let (paid, refunded) = (yuan(totals.all.paid_fen), yuan(totals.all.refunded_fen));
    let mut report = Report::new(Exit::Good).line(wording::pick(
        language,
        format!("{day} 已日结：收款 {paid} 元，退款 {refunded} 元（{}，{closed}）。", closing.by),
        format!("{day} is closed: {paid} paid, {refunded} refunded, in yuan ({}, {closed}).", closing.by),
    ));
    for (wallet, sums) in &totals.wallets {
        let (paid, refunded) = (yuan(sums.paid_fen), yuan(sums.refunded_fen));
        report = report.line(wording::pick(
            language,
            format!("  {wallet}  {} 笔  收款 {paid}  退款 {refunded}", sums.count),
            format!("  {wallet}  {} outcomes  paid {paid}  refunded {refunded}", sums.count),
        ));
    }
    if open > 0 {
        report = report.line(wording::pick(
            language,
            format!("还有 {open} 笔未查清，查清后计入下一天；见 wsyctl open。"),
            format!("{open} are not decided yet and will count for the next day; see wsyctl open."),
        ));
    }
    Ok(report
        .field("day", day)
        .field("closed", closed)
        .field("closed_by", closing.by)
        .field("paid_fen", totals.all.paid_fen)
        .field("refunded_fen", totals.all.refunded_fen)
        .field("open", open)
        .field("wallets", listed("paytype", &totals.wallets))
        .field("operators", listed("operator_id", &totals.operators)))
}

fn listed(name: &str, totals: &BTreeMap<String, Sums>) -> Vec<Value> {
    let one = |(key, sums): (&String, &Sums)| {
        json!({
            name: key,
            "count": sums.count,
            "paid_fen": sums.paid_fen,
            "refunded_fen": sums.refunded_fen,
        })
    };
    totals.iter().map(one).collect()
}
