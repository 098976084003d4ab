//! `doctor`: checks everything; each line is good, or says what to do. Moves no money.

use std::io;

use pico_args::Arguments;
use serde_json::{Value, json};
use wsy::driver;
use wsy::till::code::Language;
use wsy::till::unlisted::{self, About, Met, Unlisted};
use wsy::till::{Error, FolderDoubt, Till};

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
    /// The findings, one by one.
    lines: Vec<String>,
    advice: String,
}

impl Check {
    fn good(name: &'static str, told: impl Into<String>) -> Self {
        Self { name, good: true, told: told.into(), lines: Vec::new(), advice: String::new() }
    }

    fn bad(name: &'static str, told: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, good: false, told: told.into(), lines: Vec::new(), advice: advice.into() }
    }

    /// Good if the count is zero.
    fn none_of(name: &'static str, count: usize, none: &str, some: String, advice: &str) -> Self {
        if count == 0 { Self::good(name, none) } else { Self::bad(name, some, advice) }
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
    // Opening writes to the folder, and checks as much of the ledger as a till can wait for.
    let mut checks = match desk::open(common, Talk::LedgerOnly) {
        Ok(till) => all(&till, language)?,
        Err(failure @ Failure::Till(Error::Folder(_))) => vec![Check::failed("folder", &failure, language)],
        Err(failure) => vec![Check::failed("ledger", &failure, language)],
    };
    // The log is readable whatever is wrong with the rest.
    let met = unlisted::met(desk::folder(common)?, &common.options.taught);
    checks.push(sentences(met.as_ref(), language));
    Ok(with_sentences(told(&checks, language), &met.unwrap_or_default()))
}

/// The platform's sentences that no table knows. They make no verdict wrong, so this line is good anyway.
fn sentences(met: Result<&Unlisted, &io::Error>, language: Language) -> Check {
    let met = match met {
        Ok(met) => met,
        Err(error) => {
            let told =
                pick(language, format!("日志读不了：{error}"), format!("the log cannot be read: {error}"));
            let advice =
                pick(language, "检查数据文件夹的权限。", "Check the permissions of the data folder.");
            return Check::bad("sentences", told, advice);
        }
    };
    let Some((first, last)) = &met.days else {
        return Check::good("sentences", pick(language, "日志是空的", "the log is empty"));
    };
    if met.sentences.is_empty() {
        let told = pick(
            language,
            format!("平台的原话都认得（日志 {first} 至 {last}）"),
            format!("every sentence of the platform is known (log of {first} to {last})"),
        );
        return Check::good("sentences", told);
    }
    let count = met.sentences.len();
    let told = pick(
        language,
        format!("平台有 {count} 句原话不认得（日志 {first} 至 {last}），结果不会因此出错"),
        format!("{count} not known (log of {first} to {last}); they make no verdict wrong"),
    );
    let lines = met.sentences.iter().map(|met| line(met, language)).collect();
    Check { lines, advice: advice(met, language), ..Check::good("sentences", told) }
}

fn line(met: &Met, language: Language) -> String {
    let sentence =
        if met.sentence.is_empty() { pick(language, "（空）", "(nothing)") } else { &met.sentence };
    let about = match met.about {
        About::Charge => pick(language, "收款", "charge"),
        About::Refund => pick(language, "退款", "refund"),
    };
    let (times, last) = (met.times, &met.last);
    pick(
        language,
        format!("{about} {times} 次，最近 {last}：{sentence}"),
        format!("{about}, {times} x, last {last}: {sentence}"),
    )
}

fn advice(met: &Unlisted, language: Language) -> String {
    let is_about = |about| met.sentences.iter().any(|met| met.about == about);
    let of_charges = pick(
        language,
        "收款时收到这样的原话，要多等一分钟左右才有结果。请向平台问清每一句的意思：表示“这次付款已经失败，不会再扣款”的，把整句话加到\
         收银程序的选项 final_sentences；表示“没有这个订单”的，加到 absent_sentences。拿不准的不要加：加错了会把已付的款当成未付。",
        "A charge that gets one of them waits about a minute longer. Ask the platform what each means: if it means \"this payment \
         has failed for good\", add the whole sentence to the till's option final_sentences; if \
         \"there is no such order\", to absent_sentences. If in doubt, add neither: a wrong entry reports a paid bill as not paid.",
    );
    let of_refunds = pick(
        language,
        "退款的原话没有选项可加，请发给收银软件的技术支持。",
        "There is no option for those of refunds: send them to the support of the till's software.",
    );
    let parts = [(About::Charge, of_charges), (About::Refund, of_refunds)];
    let parts: Vec<_> =
        parts.into_iter().filter(|(about, _)| is_about(*about)).map(|(_, text)| text).collect();
    parts.join(pick(language, "", " "))
}

fn with_sentences(report: Report, met: &Unlisted) -> Report {
    let list = met.sentences.iter().map(|met| {
        let about = match met.about {
            About::Charge => "charge",
            About::Refund => "refund",
        };
        json!({"sentence": met.sentence, "about": about, "times": met.times, "last": met.last})
    });
    let day = |of: fn(&(String, String)) -> &String| {
        met.days.as_ref().map(of).map_or(Value::Null, |day| json!(day))
    };
    report
        .field("unlisted", list.collect::<Vec<_>>())
        .field("log_from", day(|(first, _)| first))
        .field("log_to", day(|(_, last)| last))
}

fn all(till: &Till, language: Language) -> Result<Vec<Check>, Failure> {
    let mut checks = vec![
        Check::good("folder", pick(language, "可以写入", "can be written")),
        match till.ledger().check_whole() {
            Ok(()) => Check::good("ledger", pick(language, "完整", "intact")),
            Err(error) => Check::failed("ledger", &Error::from(error).into(), language),
        },
    ];
    match till.device_id() {
        Some(id) => {
            checks.push(Check::good("device", id));
            checks.push(clock(till, language));
            checks.push(config(till, language));
            checks.push(servers(till, language));
        }
        None => {
            let error = Error::from(driver::Context::no_device(till));
            checks.push(Check::failed("device", &error.into(), language));
        }
    }
    checks.extend(till.folder_doubts().into_iter().map(|doubt| place(doubt, language)));
    checks.push(undecided(till, language)?);
    checks.push(undoing(till, language)?);
    checks.push(unfinished(till, language)?);
    checks.push(alarms(till, language)?);
    Ok(checks)
}

fn place(doubt: FolderDoubt, language: Language) -> Check {
    let (told, advice) = match doubt {
        FolderDoubt::Network => (
            pick(language, "数据文件夹在网络盘上", "it is on a network drive"),
            pick(
                language,
                "把数据文件夹移到本机硬盘：网络盘断开或两台机器同时打开时，收款记录可能丢失。",
                "Move the folder to a local disk: payments may be lost when the network fails or two machines open it.",
            ),
        ),
        FolderDoubt::Synced => (
            pick(language, "数据文件夹在同步盘上", "another program keeps it the same on several machines"),
            pick(
                language,
                "把数据文件夹移出同步盘：同步程序可能用旧文件替换新的收款记录。",
                "Move the folder out of there: such a program may replace the newest payments by old ones.",
            ),
        ),
        FolderDoubt::Archive => (
            pick(language, "归档文件缺失或读不出来", "the archive is missing or cannot be read"),
            pick(
                language,
                "把 archive.db 放回数据文件夹；原因见日志。可以照常收款，归档过的单暂时查不到，也退不了。",
                "Put archive.db back; the log says why it cannot be read. Only archived bills can be neither found nor refunded.",
            ),
        ),
        FolderDoubt::NoLedger => (
            pick(language, "账本没有了，已新建一份", "its ledger was gone, and a new one was made"),
            pick(
                language,
                "以前的收款都不知道了：找回原来的账本，或到商户后台核对，之后用新的单号收款。",
                "Earlier payments are not known: find the ledger, or compare them in the back office and use new bill numbers.",
            ),
        ),
        FolderDoubt::NoMark => (
            pick(language, "缺少 ledger.mark，已重新写入", "ledger.mark was missing; it was written again"),
            pick(
                language,
                "如果恢复过旧备份，请到商户后台核对这期间的收款。",
                "If an old backup was put back, compare the payments since then in the back office.",
            ),
        ),
    };
    Check::bad("folder", told, advice)
}

/// One query checks both the connection and the clock.
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
    let known = match till.refresh_config() {
        Ok(known) => known,
        // An earlier response of the platform says more than the fact that it cannot be reached now.
        Err(error) => {
            let error = till.refusal().map_or(error, |refusal| refusal.error());
            return Check::failed("config", &error.into(), language);
        }
    };
    let config = &known.config;
    if config.may_charge() {
        Check::good("config", format!("{} {}", config.client_name, config.server))
    } else {
        Check::failed("config", &Error::NotLicensed.into(), language)
    }
}

/// `--base` says where the config is read; the config says where the charges go.
fn servers(till: &Till, language: Language) -> Check {
    let (base, server) = (till.base(), till.server());
    let told = pick(
        language,
        format!("支付配置向 {base} 读取（--base），收款发往 {server}（支付配置里的服务器）"),
        format!("the config is read at {base} (--base), charges are sent to {server} (named by the config)"),
    );
    let plain = pick(
        language,
        "http 不加密：店里网络上的任何人都能伪造“已支付”、拿到密钥；平台提供 https 地址的，请改用。",
        "http is not encrypted: anybody on the shop's network can forge \"paid\" and take the key; use https if the platform has it",
    );
    let is_plain = [base, server].iter().any(|address| !address.starts_with("https://"));
    Check { lines: is_plain.then(|| plain.to_owned()).into_iter().collect(), ..Check::good("servers", told) }
}

fn undecided(till: &Till, language: Language) -> Result<Check, Failure> {
    let (charges, refunds) = open::unresolved(till)?;
    let count = charges.len() + refunds.len();
    let none = pick(language, "没有未查清的款项", "nothing is undecided");
    let some = pick(
        language,
        format!("{count} 笔未查清，款项可能已经变动"),
        format!("{count} not decided; money may have moved"),
    );
    let advice = pick(language, "运行 wsyctl settle。", "Run wsyctl settle.");
    Ok(Check::none_of("open", count, none, some, advice))
}

fn undoing(till: &Till, language: Language) -> Result<Check, Failure> {
    let count = till.ledger().to_void().map_err(Error::from)?.len();
    let none = pick(language, "没有要撤销的单", "no bill is to be voided");
    let some = pick(
        language,
        format!("{count} 笔收款要撤销而尚未撤销完，款还没有全部退给顾客"),
        format!("{count} still to be voided; the customers do not have all of their money"),
    );
    let advice = pick(language, "对每一单运行 wsyctl void。", "Run wsyctl void for each.");
    Ok(Check::none_of("undoing", count, none, some, advice))
}

fn unfinished(till: &Till, language: Language) -> Result<Check, Failure> {
    let count = driver::unfinished(till).map_err(Error::from)?.len();
    let none = pick(language, "没有未了结的销售", "every sale is finished");
    let some = pick(
        language,
        format!("{count} 单已收款而商品可能还没有交付"),
        format!("{count} paid, and nobody is known to have handed over the goods"),
    );
    let advice = pick(
        language,
        "用 wsyctl open 查看，核对商品是否已交付，再对每一单运行 wsyctl settle。",
        "See wsyctl open, look whether the goods were handed over, then wsyctl settle for each.",
    );
    Ok(Check::none_of("unfinished", count, none, some, advice))
}

fn alarms(till: &Till, language: Language) -> Result<Check, Failure> {
    let count = till.ledger().alarms().map_err(Error::from)?.len();
    let none = pick(language, "没有警报", "none");
    let advice = pick(language, "用 wsyctl alarms 查看。", "See wsyctl alarms.");
    Ok(Check::none_of("alarms", count, none, count.to_string(), advice))
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
        for line in check.lines.iter().chain([&check.advice]).filter(|line| !line.is_empty()) {
            report = report.line(format!("       {line}"));
        }
    }
    let list = checks.iter().map(|check| {
        json!({"name": check.name, "good": check.good, "message": check.told, "advice": check.advice})
    });
    report.field("good", good).field("checks", list.collect::<Vec<_>>())
}

fn name(name: &'static str, language: Language) -> &'static str {
    let zh = match name {
        "folder" => "数据文件夹",
        "ledger" => "账本",
        "device" => "设备",
        "connection" => "连接",
        "clock" => "时钟",
        "config" => "支付配置",
        "servers" => "服务器",
        "open" => "未查清",
        "undoing" => "撤销",
        "unfinished" => "未了结",
        "alarms" => "警报",
        "sentences" => "平台原话",
        other => other,
    };
    wording::pick(language, zh, name)
}
