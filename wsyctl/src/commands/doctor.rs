//! `doctor`: looks everything over; each line is good, or says what to do. Moves no money.

use pico_args::Arguments;
use serde_json::json;
use wsy::driver;
use wsy::till::code::Language;
use wsy::till::{Error, Till};

use crate::args::{self, Common};
use crate::commands::open;
use crate::desk::{self, Talk};
use crate::failure::Failure;
use crate::report::{Exit, Report};
use crate::wording::{self, pick};

/// A clock that is further off than this makes receipts and days wrong.
const SKEW_S: i64 = 60;

struct Check {
    name: &'static str,
    good: bool,
    told: String,
    advice: String,
}

impl Check {
    fn good(name: &'static str, told: impl Into<String>) -> Self {
        Self { name, good: true, told: told.into(), advice: String::new() }
    }

    fn bad(name: &'static str, told: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, good: false, told: told.into(), advice: advice.into() }
    }

    fn failed(name: &'static str, failure: &Failure, language: Language) -> Self {
        let (message, advice) = failure.sentences(language);
        Self::bad(name, format!("{message} ({failure})"), advice)
    }
}

pub fn run(args: Arguments, common: &Common) -> Result<Report, Failure> {
    args::finish(args)?;
    let language = common.language;
    desk::folder(common)?;
    eprintln!("{}", pick(language, "正在检查账本全文……", "Checking the whole ledger ..."));
    // Opening writes to the folder, and looks over as much of the ledger as a till can wait for.
    let checks = match desk::open(common, Talk::LedgerOnly) {
        Ok(till) => all(&till, language)?,
        Err(failure @ Failure::Till(Error::Folder(_))) => vec![Check::failed("folder", &failure, language)],
        Err(failure) => vec![Check::failed("ledger", &failure, language)],
    };
    Ok(told(&checks, language))
}

fn all(till: &Till, language: Language) -> Result<Vec<Check>, Failure> {
    let mut checks = vec![
        Check::good("folder", pick(language, "可以写入", "can be written")),
        match till.ledger().check_whole() {
            Ok(()) => Check::good("ledger", pick(language, "完整", "whole")),
            Err(error) => Check::failed("ledger", &Error::from(error).into(), language),
        },
    ];
    match till.device_id() {
        Some(id) => {
            checks.push(Check::good("device", id));
            checks.push(clock(till, language));
            checks.push(config(till, language));
        }
        None => {
            checks.push(Check::failed("device", &Error::from(driver::Error::NotActivated).into(), language))
        }
    }
    checks.push(undecided(till, language)?);
    checks.push(alarms(till, language)?);
    Ok(checks)
}

/// The connection and the clock are one question.
fn clock(till: &Till, language: Language) -> Check {
    let time = match till.platform_time() {
        Ok(time) => time,
        Err(error) => return Check::failed("connection", &error.into(), language),
    };
    let ahead = time.ahead_s;
    if ahead.abs() <= SKEW_S {
        return Check::good("clock", pick(language, format!("相差 {ahead} 秒"), format!("{ahead} s ahead")));
    }
    let told = pick(
        language,
        format!("本机时钟比平台快 {ahead} 秒（负数为慢）"),
        format!("this machine is {ahead} s ahead of the platform (negative: behind)"),
    );
    let advice = pick(
        language,
        "校准本机的日期、时间和时区；收款结果不受影响，但日期和小票会错。",
        "Set date, time and time zone; no verdict depends on them, but days and receipts would be wrong.",
    );
    Check::bad("clock", told, advice)
}

fn config(till: &Till, language: Language) -> Check {
    let config = match till.refresh_config() {
        Ok(known) => known.config,
        Err(error) => return Check::failed("config", &error.into(), language),
    };
    if config.may_charge() {
        Check::good("config", format!("{} {}", config.client_name, config.server))
    } else {
        Check::failed("config", &Error::NotLicensed.into(), language)
    }
}

fn undecided(till: &Till, language: Language) -> Result<Check, Failure> {
    let (charges, refunds) = open::unresolved(till)?;
    let count = charges.len() + refunds.len();
    if count == 0 {
        return Ok(Check::good("open", pick(language, "没有未查清的款项", "nothing is undecided")));
    }
    Ok(Check::bad(
        "open",
        pick(
            language,
            format!("{count} 笔未查清，款项可能已经变动"),
            format!("{count} not decided; money may have moved"),
        ),
        pick(language, "运行 wsyctl settle。", "Run wsyctl settle."),
    ))
}

fn alarms(till: &Till, language: Language) -> Result<Check, Failure> {
    let count = till.ledger().alarms().map_err(Error::from)?.len();
    if count == 0 {
        return Ok(Check::good("alarms", pick(language, "没有警报", "none")));
    }
    let advice = pick(language, "用 wsyctl alarms 查看。", "See wsyctl alarms.");
    Ok(Check::bad("alarms", count.to_string(), advice))
}

fn told(checks: &[Check], language: Language) -> Report {
    let good = checks.iter().all(|check| check.good);
    let mut report = Report::new(if good { Exit::Good } else { Exit::Attention });
    for check in checks {
        let mark = if check.good {
            pick(language, "[正常]", "[good]")
        } else {
            pick(language, "[注意]", "[LOOK]")
        };
        report = report.line(format!("{mark} {}: {}", name(check.name, language), check.told));
        if !check.good {
            report = report.line(format!("       {}", check.advice));
        }
    }
    let list = checks.iter().map(|check| {
        json!({"name": check.name, "good": check.good, "message": check.told, "advice": check.advice})
    });
    report.field("good", good).field("checks", list.collect::<Vec<_>>())
}

fn name(name: &'static str, language: Language) -> &'static str {
    let zh = match name {
        "folder" => "数据目录",
        "ledger" => "账本",
        "device" => "设备",
        "connection" => "连接",
        "clock" => "时钟",
        "config" => "支付配置",
        "open" => "未查清",
        "alarms" => "警报",
        other => other,
    };
    wording::pick(language, zh, name)
}
