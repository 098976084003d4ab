//! Runs a small till of the examples: a day with every command, and one with a power cut.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{ChildStdout, Command, Output, Stdio};

use tempfile::TempDir;

use crate::bench::Bench;
use kit::error::Error;
use kit::platform::Platform;
use kit::{process, workspace};

/// Typed lines, each with the expected output, in this order. The customers' codes are in the demo's book.
pub type Dialogue = [(&'static str, &'static [&'static str])];

/// A day, except for texts that differ between the tills.
const DAY: &Dialogue = &[
    ("help", &["尚未激活 not activated yet", "pay NUMBER YUAN [AUTHCODE]", "quit"]),
    ("pay B0 1 130000000000000001", &[]),
    ("activate 24901320180424", &["已激活 ACTIVATED", "设备 device:", "商户 shop:", "支付方式 pay type:"]),
    ("config", &["商户 shop:"]),
    ("time", &["平台时间 platform: 20", "本机快"]),
    (
        "pay B1 12.50\n130000000000000001",
        &["请扫付款码 scan:", "正在收款", "已收款  PAID", "金额 yuan: 12.50", "订单总额: 12.50"],
    ),
    ("pay B1 12.50 280000000000000001", &["已付过款，不要再收款  PAID EARLIER", "first told: 20"]),
    ("pay B2 8.80 130000000000000004", &["没有收款  NOT PAID", "银行卡交易受限"]),
    ("pay B3 1.234 280000000000000001", &[]),
    ("refund R1 B1 2.50", &["已退款  REFUNDED", "金额 yuan: 2.50"]),
    ("bill B1", &["12.50", "2.50", "10.00", "-2.50"]),
    ("reprint B1", &["￥12.50"]),
    ("void B1", &["已退款  REFUNDED", "金额 yuan: 10.00"]),
    ("settle B2", &["没有收款  NOT PAID"]),
    ("unresolved", &["没有未查清的单"]),
    ("wait", &["nothing is being asked about"]),
    ("decide B2 paid me so", &["(-157)"]),
    ("decide_refund R9 keep me so", &["(-151)"]),
    ("ledger", &["charge", "B1", "paid", "refund", "R1"]),
    ("close_day me", &["day closed: 20", "closed by: me"]),
    ("reconcile", &["differences 0"]),
    ("alarms", &["alarms: 0"]),
    ("acknowledge 1 me", &["(-166)"]),
    ("nonsense", &["没有这个命令"]),
    ("pay", &[]),
];

/// The expected output, at the next start, about the payment during which the till was killed.
const AFTERWARDS: &[&str] = &[
    "上次有未查清或未了结的单",
    "B9",
    "open",
    "正在后台查询，可以继续收款",
    "后台查询结束 recovered:",
    "B9",
    "paid",
    "已收款，但不能确认收银员看到过",
    "B9",
    "已收款  PAID",
    "已付过款，不要再收款  PAID EARLIER",
    "没有未查清的单",
];

/// A till that was compiled.
pub struct Till<'a> {
    /// The test bench.
    pub bench: &'a Bench,
    /// Its source, as people know it.
    pub source: &'static str,
    /// The program.
    pub program: PathBuf,
    /// Additional texts that only this till prints.
    pub own: &'static Dialogue,
}

/// A running till.
struct Shop<'a> {
    till: &'a Till<'a>,
    platform: Platform,
    /// The folder of its data.
    folder: TempDir,
}

impl Till<'_> {
    /// Runs both days.
    pub fn plays(&self) -> Result<(), Error> {
        let platform = Platform::start_with_customers(Command::new(&self.bench.sandbox))?;
        let shop = Shop { till: self, platform, folder: workspace::scratch("till")? };
        shop.day()?;
        shop.plug()
    }
}

impl Shop<'_> {
    fn day(&self) -> Result<(), Error> {
        let own = self.till.own;
        if let Some((line, _)) = own.iter().find(|(line, _)| DAY.iter().all(|(typed, _)| typed != line)) {
            return Err(Error::Check(format!("nobody types \"{line}\" on the day of {}", self.till.source)));
        }
        let typed: String = DAY.iter().map(|(line, _)| format!("{line}\n")).collect();
        let printed = self.run(&format!("{typed}\nquit\n"))?;
        let own = |line| own.iter().filter(move |(typed, _)| *typed == line).flat_map(|(_, texts)| *texts);
        self.says(&printed, DAY.iter().flat_map(|(line, texts)| texts.iter().chain(own(*line))))
    }

    /// Kills the program while the customer enters the password; the next one finds out the outcome.
    fn plug(&self) -> Result<(), Error> {
        let mut customer = Command::new(&self.till.bench.sandbox);
        customer.args(["ctl", "--base", self.platform.base(), "wallet", "set", "130000000000000009"]);
        process::output(customer.args(["wechat", "asks_password", "ms:=1500"]))?;
        let mut till = self.command("pay B9 1.00 130000000000000009\n")?;
        let mut till = till.stdout(Stdio::piped()).spawn().map_err(self.not_started())?;
        let heard = till.stdout.take().map_or(Ok(()), |printed| self.hears(printed, "等待顾客输入密码"));
        // It may have exited already.
        let _ = till.kill();
        let _ = till.wait();
        heard?;
        self.says(&self.run("wait\nsettle B9\nsettle B9\nunresolved\n")?, AFTERWARDS)
    }

    /// A command line of the till, whose input is this text and then ends.
    fn command(&self, typed: &str) -> Result<Command, Error> {
        let keyboard = self.folder.path().join("typed");
        workspace::write(&keyboard, typed)?;
        let Till { bench, program, .. } = self.till;
        let mut command = bench.command(program)?;
        command.stdin(File::open(&keyboard).map_err(Error::file("open", &keyboard))?);
        command.arg(bench.path(&self.folder.path().join("till data 数据"))).arg(self.platform.base());
        for option in ["poll_ms=200", "first_query_ms=100", "quiet_ms=1000", "deadline_ms=20000"] {
            command.args(["--set", option]);
        }
        Ok(command)
    }

    /// Runs it until it exits, and returns its output.
    fn run(&self, typed: &str) -> Result<String, Error> {
        let Output { status, stdout, .. } = self.command(typed)?.output().map_err(self.not_started())?;
        let printed = self.decode(&stdout);
        if status.success() {
            return Ok(printed);
        }
        let output = format!("\n{}", printed.trim_end());
        Err(Error::Failed { command: self.till.source.to_owned(), status, output })
    }

    /// Reads what it prints until a line has this text.
    fn hears(&self, stdout: ChildStdout, text: &str) -> Result<(), Error> {
        let mut printed = String::new();
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = self.decode(&line);
            if line.contains(text) {
                return Ok(());
            }
            printed += &line;
            printed.push('\n');
        }
        Err(self.never_said(text, &printed))
    }

    /// Checks that these texts were printed, in this order.
    fn says<'t>(&self, printed: &str, texts: impl IntoIterator<Item = &'t &'t str>) -> Result<(), Error> {
        let mut rest = printed;
        for text in texts {
            (_, rest) = rest.split_once(text).ok_or_else(|| self.never_said(text, printed))?;
        }
        Ok(())
    }

    fn decode(&self, bytes: &[u8]) -> String {
        self.till.bench.encoding().decode_without_bom_handling(bytes).0.into_owned()
    }

    fn not_started(&self) -> impl FnOnce(std::io::Error) -> Error {
        let program = self.till.source.to_owned();
        move |source| Error::Start { program, source }
    }

    fn never_said(&self, text: &str, printed: &str) -> Error {
        let source = self.till.source;
        Error::Check(format!("{source} did not say \"{text}\" where it should:\n{}", printed.trim_end()))
    }
}
