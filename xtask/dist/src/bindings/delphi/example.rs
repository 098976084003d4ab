//! The programs in Pascal that people copy, as they compile them: the small till, and the first payment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use encoding_rs::{Encoding, GBK, UTF_8};

use super::Bench;
use super::free_pascal::{Strings, Target};
use crate::bindings::till::{self, Program};
use kit::error::Error;
use kit::platform::Platform;
use kit::workspace;

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
    let compiled = compile(bench, &bench.package.join("examples/delphi/Till.dpr"), strings)?;
    let program = Program {
        source: "examples/delphi/Till.dpr",
        command: &|| bench.command(&compiled),
        folder: bench.path(&scratch.path().join("till data 数据")),
        encoding: encoding(bench),
    };
    till::plays(&program, &DAY, &bench.sandbox)
}

/// The first payment of the quick start, as it is printed there but for where the platform and the data are.
pub fn quick_start(bench: &Bench, strings: Strings) -> Result<(), Error> {
    let document = bench.package.join("快速开始.md");
    let text = workspace::read(&document)?;
    let program = text.split_once("```pascal").and_then(|(_, rest)| rest.split_once("```"));
    let Some((program, _)) = program else {
        return Err(Error::Check(format!("{} has no program in Pascal", document.display())));
    };
    let scratch = workspace::scratch("delphi start")?;
    let platform = Platform::start_with_customers(Command::new(&bench.sandbox))?;
    let folder = bench.path(scratch.path());
    let program = program
        .replace("http://127.0.0.1:8080", platform.base())
        .replace(r"C:\wsy-try", &folder.to_string_lossy());
    let source = scratch.path().join("First.dpr");
    workspace::write(&source, &program)?;
    let mut command = bench.command(&compile(bench, &source, strings)?)?;
    let not_started = |source| Error::Start { program: "First.dpr".to_owned(), source };
    command.args(["B1", "130000000000000001"]).stdin(Stdio::null());
    let stdout = command.output().map_err(not_started)?.stdout;
    let printed = encoding(bench).decode_without_bom_handling(&stdout).0;
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

/// What a program prints in: UTF-8 on Linux, and the code page of a Chinese Windows.
fn encoding(bench: &Bench) -> &'static Encoding {
    if bench.target == Target::Linux { UTF_8 } else { GBK }
}
