//! The small till in C++, as its users compile it.

use std::fs;
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, GBK, UTF_8};

use super::bench::Bench;
use crate::bindings::till::{self, Program};
use kit::error::Error;
use kit::workspace;

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
    let compiled = bench.compile("till", &[source], &["-std=c++98"])?;
    let program = Program {
        source: "examples/cpp/till.cpp",
        command: &|| bench.command(&compiled),
        folder: bench.path(&scratch.path().join("till data 数据")),
        encoding: page.encoding(),
    };
    till::plays(&program, &DAY, bench.sandbox())
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
