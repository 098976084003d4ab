//! The small till in C++ at work: a day with every command, and one that was pulled the plug on.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use encoding_rs::{Encoding, GBK, UTF_8};

use super::bench::Bench;
use super::platform::Platform;
use crate::error::Error;
use crate::workspace;

/// The code page that the till is saved and run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// As it is in the repository.
    Utf8,
    /// As its first comment says, for a Chinese Windows.
    Gbk,
}

impl Page {
    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Gbk => GBK,
        }
    }

    fn decode(self, bytes: &[u8]) -> String {
        self.encoding().decode_without_bom_handling(bytes).0.into_owned()
    }
}

/// What is typed on a day, and what the till has to say to it, in this order. A customer's code is in the demo's book.
const DAY: [(&str, &[&str]); 18] = [
    ("help", &["尚未激活 not activated yet", "pay NUMBER YUAN [AUTHCODE]", "quit"]),
    ("pay B0 1 130000000000000001", &["NOTHING SENT"]),
    ("activate 24901320180424", &["已激活 ACTIVATED", "设备 device:", "商户 shop:", "支付方式 pay type:"]),
    ("config", &["商户 shop:"]),
    ("time", &["平台时间 platform: 20"]),
    (
        "pay B1 12.50\n130000000000000001",
        &["请扫付款码 scan:", "正在收款", "已收款  PAID", "金额 yuan: 12.50", "订单总额: 12.50"],
    ),
    ("pay B1 12.50 280000000000000001", &["已收款  PAID", "paid before, the goods may be gone"]),
    ("pay B2 8.80 130000000000000004", &["没有收款  NOT PAID", "银行卡交易受限"]),
    ("pay B3 1.234 280000000000000001", &["没有发出  NOTHING SENT"]),
    ("refund R1 B1 2.50", &["已退款  REFUNDED", "金额 yuan: 2.50"]),
    ("bill B1", &["12.50", "2.50", "10.00", "-2.50"]),
    ("reprint B1", &["￥12.50"]),
    ("void B1", &["已退款  REFUNDED", "金额 yuan: 10.00"]),
    ("settle B2", &["没有收款  NOT PAID"]),
    ("unresolved", &["没有未查清的单"]),
    (
        "ledger",
        &["charge", "B1", "paid", "refund", "R1", "收款 paid 12.50   退款 refunded 12.50   未查清 open 0"],
    ),
    ("nonsense", &["没有这个命令"]),
    ("pay", &["用法 usage: pay NUMBER YUAN [AUTHCODE]"]),
];

/// Compiles the till as its users would and sees it through both.
pub fn plays(bench: &Bench, page: Page) -> Result<(), Error> {
    let scratch = workspace::scratch("cpp till")?;
    let source = save(&bench.till(), page, scratch.path())?;
    let till = Till {
        bench,
        page,
        program: bench.compile("till", &[source], &["-std=c++98"])?,
        folder: bench.path(&scratch.path().join("till data 数据")),
        platform: Platform::start(bench.sandbox())?,
    };
    till.day()?;
    till.plug()
}

/// The source as it is in a program of this code page.
fn save(source: &Path, page: Page, folder: &Path) -> Result<PathBuf, Error> {
    let mut text = workspace::read(source)?;
    if page == Page::Gbk {
        text = text.replace("CODE_PAGE = wsy::utf8", "CODE_PAGE = wsy::gbk");
    }
    let (bytes, _, some_cannot_be_written) = page.encoding().encode(&text);
    if some_cannot_be_written {
        return Err(Error::Check(format!("{} cannot be saved in GBK", source.display())));
    }
    let saved = folder.join("till.cpp");
    fs::write(&saved, bytes).map_err(Error::file("write", &saved))?;
    Ok(saved)
}

struct Till<'a> {
    bench: &'a Bench,
    page: Page,
    program: PathBuf,
    folder: OsString,
    platform: Platform,
}

impl Till<'_> {
    fn day(&self) -> Result<(), Error> {
        let typed: String = DAY.iter().map(|(line, _)| format!("{line}\n")).collect();
        let printed = self.run(&format!("{typed}\nquit\n"))?;
        let mut rest = printed.as_str();
        for text in DAY.iter().flat_map(|(_, texts)| *texts) {
            rest = after(rest, text, &printed)?;
        }
        Ok(())
    }

    /// The program is killed while the customer types the password; the next one finds out what became of it.
    fn plug(&self) -> Result<(), Error> {
        let customer = ["wallet", "set", "130000000000000009", "wechat", "asks_password", "ms:=1500"];
        self.platform.control(&customer)?;
        let mut child = self.start()?;
        write(&mut child, "pay B9 1.00 130000000000000009\n")?;
        let heard = self.hears(&mut child, "等待顾客输入密码");
        // It may be gone already.
        let _ = child.kill();
        let _ = child.wait();
        heard?;
        let printed = self.run("settle B9\nunresolved\n")?;
        let mut rest = printed.as_str();
        for text in [
            "上次有未查清的单",
            "B9",
            "open",
            "查询之后 after asking:",
            "B9",
            "paid",
            "已收款  PAID",
            "没有未查清的单",
        ] {
            rest = after(rest, text, &printed)?;
        }
        Ok(())
    }

    fn start(&self) -> Result<Child, Error> {
        let mut command: Command = self.bench.command(&self.program)?;
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
        let printed = self.page.decode(&ended.stdout);
        match (written, ended.status.success()) {
            (Ok(()), true) => Ok(printed),
            _ => {
                let output = format!("\n{}", printed.trim_end());
                Err(Error::Failed { command: "till".to_owned(), status: ended.status, output })
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
                let line = self.page.decode(&line);
                if line.contains(text) {
                    return Ok(());
                }
                printed += &line;
                printed.push('\n');
            }
        }
        Err(never_said(text, &printed))
    }
}

fn not_started(source: std::io::Error) -> Error {
    Error::Start { program: "till".to_owned(), source }
}

/// A till that ended early is found out by what it did not say.
fn write(child: &mut Child, typed: &str) -> Result<(), Error> {
    match child.stdin.as_mut() {
        Some(stdin) => stdin.write_all(typed.as_bytes()).map_err(not_started),
        None => Ok(()),
    }
}

/// What comes after a text.
fn after<'a>(rest: &'a str, text: &str, printed: &str) -> Result<&'a str, Error> {
    rest.split_once(text).map(|(_, rest)| rest).ok_or_else(|| never_said(text, printed))
}

fn never_said(text: &str, printed: &str) -> Error {
    Error::Check(format!(
        "examples/cpp/till.cpp did not say \"{text}\" where it should:\n{}",
        printed.trim_end()
    ))
}
