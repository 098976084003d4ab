//! `export --csv [DAY]`, or `--from DAY --to DAY`: the ledger for a spreadsheet. Sends nothing.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use pico_args::Arguments;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Duration};
use wsy::non_empty::or_empty;
use wsy::protocol::amount::yuan;
use wsy::till::ledger::{ChargeRow, RefundRow};
use wsy::till::{Error, clock};

use crate::args::{self, Common};
use crate::commands::reconcile;
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording::{self, pick};
use wsy::till::code::Language;

const DAY: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");
/// Without it, Excel reads a file in the machine's own code page.
const BOM: &str = "\u{feff}";
/// Excel keeps 15 digits of a number and shows long ones as 4.2E+27.
const LONGEST_NUMBER: usize = 11;

pub fn run(mut args: Arguments, common: &Common) -> Result<Report, Failure> {
    if !args.contains("--csv") {
        return Err(Failure::Usage("export --csv".to_owned()));
    }
    let out: Option<PathBuf> = args.opt_value_from_str("--out")?;
    let (from, to): (Option<String>, Option<String>) =
        (args.opt_value_from_str("--from")?, args.opt_value_from_str("--to")?);
    let days = if from.is_some() || to.is_some() {
        (reconcile::day(from)?, reconcile::day(to)?)
    } else {
        let day = reconcile::day(args.opt_free_from_str()?)?;
        (day.clone(), day)
    };
    args::finish(args)?;
    let till = desk::open(common, Talk::LedgerOnly)?;
    let mut sheet = Sheet::new(common.language);
    for day in range(&days.0, &days.1)? {
        // A row that began on one day and ended on another belongs to the first.
        let (charges, refunds) = (till.ledger().charges_of_day(&day), till.ledger().refunds_of_day(&day));
        charges.map_err(Error::from)?.iter().filter(|row| row.day == day).for_each(|row| sheet.charge(row));
        refunds.map_err(Error::from)?.iter().filter(|row| row.day == day).for_each(|row| sheet.refund(row));
    }
    let rows = sheet.rows.len() - 1;
    let path = out.clone().unwrap_or_else(|| PathBuf::from("stdout"));
    let text = sheet.to_csv().map_err(|error| Failure::File(path.clone(), error))?;
    let report = Report::new(Exit::Good).field("rows", rows);
    match out {
        Some(_) => {
            fs::write(&path, &text).map_err(|error| Failure::File(path.clone(), error))?;
            let line = pick(
                common.language,
                format!("已写入 {} 行：{}", rows, path.display()),
                format!("{rows} rows written to {}", path.display()),
            );
            Ok(report.line(line).field("file", path.display().to_string()))
        }
        None if common.json => Ok(report.field("csv", String::from_utf8_lossy(&text).into_owned())),
        None => {
            std::io::stdout().write_all(&text).map_err(|error| Failure::File(path, error))?;
            Ok(report)
        }
    }
}

struct Sheet {
    rows: Vec<[String; 17]>,
    language: Language,
}

impl Sheet {
    fn new(language: Language) -> Self {
        let zh = [
            "类型",
            "单号",
            "商户订单号",
            "次数",
            "状态",
            "金额（元）",
            "支付方式",
            "支付方式编号",
            "支付方式名称",
            "平台订单号",
            "渠道流水号",
            "平台退款号",
            "支付时间",
            "开始",
            "结束",
            "说明",
            "收银员",
        ];
        let en = [
            "type",
            "number",
            "out_trade_no",
            "attempt",
            "state",
            "amount_yuan",
            "paytype",
            "pay_type",
            "pay_name",
            "dm_id",
            "pay_id",
            "refund_id",
            "pay_time",
            "started",
            "ended",
            "reason",
            "operator_id",
        ];
        Self { rows: vec![pick(language, zh, en).map(str::to_owned)], language }
    }

    fn charge(&mut self, row: &ChargeRow) {
        self.rows.push([
            pick(self.language, "收款", "charge").to_owned(),
            cell(&row.out_trade_no),
            cell(&row.out_trade_no),
            row.attempt.to_string(),
            wording::state(row.state.word(), self.language).to_owned(),
            yuan(row.total_fen.into()),
            cell(&row.wallet.paytype),
            cell(or_empty(&row.wallet.pay_type)),
            cell(or_empty(&row.wallet.pay_name)),
            cell(or_empty(&row.dm_id)),
            cell(&row.pay_id),
            String::new(),
            cell(or_empty(&row.pay_time)),
            clock::stamp(row.started_ms),
            row.ended_ms.map(clock::stamp).unwrap_or_default(),
            cell(&row.reason),
            cell(&row.operator_id),
        ]);
    }

    fn refund(&mut self, row: &RefundRow) {
        self.rows.push([
            pick(self.language, "退款", "refund").to_owned(),
            cell(&row.out_refund_no),
            cell(or_empty(&row.out_trade_no)),
            String::new(),
            wording::state(row.state.word(), self.language).to_owned(),
            yuan(row.refund_fen.into()),
            cell(&row.wallet.paytype),
            cell(or_empty(&row.wallet.pay_type)),
            cell(or_empty(&row.wallet.pay_name)),
            cell(&row.dm_id),
            cell(&row.pay_id),
            cell(&row.refund_id),
            cell(or_empty(&row.pay_time)),
            clock::stamp(row.started_ms),
            row.ended_ms.map(clock::stamp).unwrap_or_default(),
            cell(&row.reason),
            String::new(),
        ]);
    }

    fn to_csv(&self) -> std::io::Result<Vec<u8>> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BOM.as_bytes().to_vec());
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer.into_inner().map_err(|error| error.into_error())
    }
}

/// A text that no spreadsheet takes for a formula, nor for a number whose last digits it drops.
fn cell(text: &str) -> String {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(char::is_control);
    let long = text.len() > LONGEST_NUMBER && text.bytes().all(|b| b.is_ascii_digit());
    if formula || long { format!("'{text}") } else { text.to_owned() }
}

/// The days from one to another, both included.
fn range(from: &str, to: &str) -> Result<Vec<String>, Failure> {
    let bad = || Failure::Usage(format!("{from} .. {to}"));
    let (mut day, last) =
        (Date::parse(from, DAY).map_err(|_| bad())?, Date::parse(to, DAY).map_err(|_| bad())?);
    if last < day || last - day > Duration::days(366) {
        return Err(bad());
    }
    let mut days = Vec::new();
    while day <= last {
        days.push(day.format(DAY).map_err(|_| bad())?);
        day = day.next_day().ok_or_else(bad)?;
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_no_number_loses_digits() {
        for text in ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "＝1", "4200001234567890"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["B1", "20261122", "余额不足"] {
            assert_eq!(cell(text), text);
        }
    }

    #[test]
    fn a_range_has_both_its_ends() {
        let days = range("2024-02-28", "2024-03-01").unwrap();
        assert_eq!(days, ["2024-02-28", "2024-02-29", "2024-03-01"]);
        assert!(range("2024-03-01", "2024-02-28").is_err());
    }
}
