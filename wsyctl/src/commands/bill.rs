//! `bill NUMBER`: what the platform and the ledger say about a bill.

use pico_args::Arguments;
use serde_json::{Value, json};
use wsy::driver::Store;
use wsy::non_empty::or_empty;
use wsy::payment::row::Wallet;
use wsy::protocol::amount::yuan;
use wsy::protocol::bill::Bill;
use wsy::protocol::request::Extra;
use wsy::protocol::response::Named;
use wsy::till::code::Language;

use crate::args::{self, Common};
use crate::commands::refund;
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::{rows, wording};

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    let which = refund::which(&mut args)?;
    args::finish(args)?;
    let till = desk::open(common, Talk::Platform)?;
    let bill = till.read_bill(&which, &Extra::default())?;
    let wallet = till.wallet_of(&which, &bill)?;
    let charges = match &which.out_trade_no {
        Some(number) => till.ledger().charges(number),
        None => Ok(Vec::new()),
    };
    let charges = charges.map_err(wsy::till::Error::from)?;
    let language = common.language;
    let mut report = Report::new(Exit::Good).line(platform(&bill, language));
    for line in &bill.lines {
        report = report.line(format!(
            "  {}  {}  {}  {}",
            yuan(line.total_fen),
            line.pay_name,
            line.pay_time,
            line.pay_id
        ));
    }
    for row in &charges {
        report = report.line(rows::charge_line(row, language));
    }
    Ok(report
        .field("bill", described(&bill, &wallet))
        .field("charges", charges.iter().map(rows::charge).collect::<Vec<_>>()))
}

fn platform(bill: &Bill, language: Language) -> String {
    let (paid, refunded, left) =
        (yuan(bill.pay_total_fen), yuan(bill.refunded_fen), yuan(bill.refundable_fen()));
    wording::pick(
        language,
        format!("平台订单 {}：已付 {paid} 元，已退 {refunded} 元，可退 {left} 元", bill.dm_id),
        format!("Order {}: paid {paid}, refunded {refunded}, can be refunded {left} yuan", bill.dm_id),
    )
}

/// As the platform named them.
fn attributes(named: &Named) -> Value {
    named.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}

fn described(bill: &Bill, wallet: &Wallet) -> Value {
    let lines = bill.lines.iter().map(|line| {
        json!({
            "pay_type": line.pay_type,
            "pay_name": line.pay_name,
            "total_fen": line.total_fen,
            "pay_time": line.pay_time,
            "pay_id": line.pay_id,
            "attributes": attributes(&line.attributes),
        })
    });
    json!({
        "dm_id": bill.dm_id,
        "paytype": wallet.paytype,
        "pay_type": or_empty(&wallet.pay_type),
        "pay_name": or_empty(&wallet.pay_name),
        "pay_time": bill.pay_time,
        "pay_id": bill.pay_id,
        "no": bill.no,
        "attributes": attributes(&bill.attributes),
        "paid_fen": bill.pay_total_fen,
        "refunded_fen": bill.refunded_fen,
        "refundable_fen": bill.refundable_fen(),
        "lines": lines.collect::<Vec<_>>(),
    })
}
