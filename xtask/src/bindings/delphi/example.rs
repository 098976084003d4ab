//! The small till in Pascal at work: a day with every command, and one that was pulled the plug on.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use encoding_rs::{GBK, UTF_8};

use super::Bench;
use super::free_pascal::{Strings, Target};
use super::platform::Platform;
use crate::error::Error;
use crate::workspace;

/// What is typed on a day, and what the till has to say to it, in this order. A customer's code is in the demo's book.
const DAY: [(&str, &[&str]); 18] = [
    ("help", &["尚未激活 not activated yet", "pay NUMBER YUAN [AUTHCODE]", "quit"]),
    ("pay B0 1 130000000000000001", &["FAILED (-130)"]),
    ("activate 24901320180424", &["已激活 ACTIVATED", "设备 device:", "商户 shop:", "支付方式 pay type:"]),
    ("config", &["商户 shop:"]),
    ("time", &["平台时间 platform: 20", "本机快"]),
    (
        "pay B1 12.50\n130000000000000001",
        &["请扫付款码 scan:", "正在收款", "已收款  PAID", "金额 yuan: 12.50", "订单总额: 12.50"],
    ),
    ("pay B1 12.50 280000000000000001", &["已收款  PAID", "paid before, the goods may be gone"]),
    ("pay B2 8.80 130000000000000004", &["没有收款  NOT PAID", "银行卡交易受限"]),
    ("pay B3 1.234 280000000000000001", &["没有完成 FAILED (-142)"]),
    ("refund R1 B1 2.50", &["已退款  REFUNDED", "金额 yuan: 2.50"]),
    ("bill B1", &["12.50", "2.50", "10.00", "-2.50"]),
    ("reprint B1", &["￥12.50"]),
    ("void B1", &["已退款  REFUNDED", "金额 yuan: 10.00"]),
    ("settle B2", &["没有收款  NOT PAID"]),
    ("unresolved", &["没有未查清的单"]),
    (
        "ledger",
        &[
            "charge",
            "B1",
            "paid",
            "refund",
            "R1",
            "已收款 paid: 12.50",
            "已退款 refunded: 12.50",
            "未查清 open: 0",
        ],
    ),
    ("nonsense", &["没有这个命令"]),
    ("pay", &["没有这个命令"]),
];

/// Compiles the till as its users would and sees it through both.
pub fn plays(bench: &Bench, strings: Strings) -> Result<(), Error> {
    let scratch = workspace::scratch("delphi till")?;
    let till = Till {
        bench,
        program: compile(bench, &bench.package.join("examples/delphi/Till.dpr"), strings)?,
        folder: bench.path(&scratch.path().join("till data 数据")),
        platform: Platform::start(&bench.sandbox)?,
    };
    till.day()?;
    till.plug()
}

/// The first payment of the quick start, as it is printed there but for where the platform and the data are.
pub fn quick_start(bench: &Bench, strings: Strings) -> Result<(), Error> {
    let document = bench.package.join("快速开始.md");
    let text = workspace::read(&document)?;
    let program = text.split_once("```pascal").and_then(|(_, rest)| rest.split_once("```"));
    let Some((program, _)) = program else {
        return Err(Error::Check(format!("{} has no program in Pascal", document.display())));
    };
    let (scratch, platform) = (workspace::scratch("delphi start")?, Platform::start(&bench.sandbox)?);
    let folder = bench.path(scratch.path());
    let program = program
        .replace("http://127.0.0.1:8080", platform.base())
        .replace(r"C:\wsy-try", &folder.to_string_lossy());
    let source = scratch.path().join("First.dpr");
    workspace::write(&source, &program)?;
    let mut command = bench.command(&compile(bench, &source, strings)?)?;
    let output = command.args(["B1", "130000000000000001"]).stdin(Stdio::null()).output();
    let printed = decode(bench, &output.map_err(not_started)?.stdout);
    if printed.starts_with("1 支付成功") {
        return Ok(());
    }
    Err(Error::Check(format!("the program of {} says: {}", document.display(), printed.trim_end())))
}

/// Compiles a program, about which the compiler has nothing to warn of, and puts the library beside it.
fn compile(bench: &Bench, source: &Path, strings: Strings) -> Result<PathBuf, Error> {
    let program = bench.compile(source, strings, &["-vew", "-Sew"])?;
    if let (Some(folder), Some(name)) = (program.parent(), bench.library.file_name()) {
        fs::copy(&bench.library, folder.join(name)).map_err(Error::file("copy", &bench.library))?;
    }
    Ok(program)
}

/// What a program printed: in UTF-8 on Linux, and in the code page of a Chinese Windows.
fn decode(bench: &Bench, bytes: &[u8]) -> String {
    let encoding = if bench.target == Target::Linux { UTF_8 } else { GBK };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

struct Till<'a> {
    bench: &'a Bench,
    program: PathBuf,
    folder: OsString,
    platform: Platform,
}

impl Till<'_> {
    fn day(&self) -> Result<(), Error> {
        let typed: String = DAY.iter().map(|(line, _)| format!("{line}\n")).collect();
        let printed = self.run(&format!("{typed}\nquit\n"))?;
        says(&printed, DAY.iter().flat_map(|(_, texts)| *texts))
    }

    /// The program is killed while the customer types the password; the next one finds out what became of it.
    fn plug(&self) -> Result<(), Error> {
        let customer = ["wallet", "set", "130000000000000009", "wechat", "asks_password", "ms:=1500"];
        self.platform.control(&customer)?;
        let mut child = self.start()?;
        let heard = write(&mut child, "pay B9 1.00 130000000000000009\n")
            .and_then(|()| self.hears(&mut child, "等待顾客输入密码"));
        // It may be gone already.
        let _ = child.kill();
        let _ = child.wait();
        heard?;
        let printed = self.run("settle B9\nunresolved\n")?;
        let texts = [
            "上次有未查清的单",
            "B9",
            "open",
            "查询之后 after asking:",
            "B9",
            "paid",
            "已收款  PAID",
            "没有未查清的单",
        ];
        says(&printed, texts.iter())
    }

    fn start(&self) -> Result<Child, Error> {
        let mut command = self.bench.command(&self.program)?;
        command.arg(&self.folder).arg(self.platform.base());
        for option in ["poll_ms=200", "first_query_ms=100", "quiet_ms=1000", "deadline_ms=20000"] {
            command.args(["--set", option]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(not_started)
    }

    /// Runs it to its end, and gives what it printed.
    fn run(&self, typed: &str) -> Result<String, Error> {
        let mut child = self.start()?;
        let written = write(&mut child, typed);
        drop(child.stdin.take());
        let ended = child.wait_with_output().map_err(not_started)?;
        let printed = decode(self.bench, &ended.stdout);
        match (written, ended.status.success()) {
            (Ok(()), true) => Ok(printed),
            _ => {
                let output = format!("\n{}", printed.trim_end());
                Err(Error::Failed { command: "Till".to_owned(), status: ended.status, output })
            }
        }
    }

    /// Reads what it prints until a line has this text.
    fn hears(&self, child: &mut Child, text: &str) -> Result<(), Error> {
        let mut printed = String::new();
        // At the end of its input it ends, and so does what it prints.
        drop(child.stdin.take());
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                printed += &decode(self.bench, &line);
                if printed.contains(text) {
                    return Ok(());
                }
                printed.push('\n');
            }
        }
        Err(never_said(text, &printed))
    }
}

fn not_started(source: std::io::Error) -> Error {
    Error::Start { program: "Till".to_owned(), source }
}

fn write(child: &mut Child, typed: &str) -> Result<(), Error> {
    match child.stdin.as_mut() {
        Some(stdin) => stdin.write_all(typed.as_bytes()).map_err(not_started),
        None => Ok(()),
    }
}

/// Sees that these texts were printed, in this order.
fn says<'a>(printed: &str, texts: impl Iterator<Item = &'a &'a str>) -> Result<(), Error> {
    let mut rest = printed;
    for text in texts {
        rest = rest.split_once(text).map(|(_, rest)| rest).ok_or_else(|| never_said(text, printed))?;
    }
    Ok(())
}

fn never_said(text: &str, printed: &str) -> Error {
    Error::Check(format!(
        "examples/delphi/Till.dpr did not say \"{text}\" where it should:\n{}",
        printed.trim_end()
    ))
}
