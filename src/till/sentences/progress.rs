//! Progress of a running call, for the waiting cashier.

use crate::driver::{Progress, Purpose};
use crate::payment::{Millis, Stage};
use crate::till::clock;
use crate::till::code::Language;

/// A receipt is being printed.
pub const PRINTING: [&str; 2] = ["正在打印", "Printing"];
/// A receipt is being fetched from the platform again.
pub const FETCHING_RECEIPT: [&str; 2] = ["正在向平台取小票", "Fetching the receipt"];

/// A short text for the cashier while a call runs: its progress, and how long it may still take.
pub fn progress(progress: Progress, language: Language) -> String {
    let with_time = |what: &str, deadline: Millis| {
        let left = deadline.saturating_sub(clock::monotonic()).div_ceil(1000);
        match language {
            Language::Zh => format!("{what}，还剩 {left} 秒"),
            Language::En => format!("{what}, {left} s left"),
        }
    };
    match progress {
        Progress::Payment { stage: Stage::Ended, .. } => doing(Stage::Ended, None, language),
        Progress::Payment { stage, deadline, said } => {
            with_time(&doing(stage, said.as_deref(), language), deadline)
        }
        Progress::Rows { purpose, done, all, deadline } => {
            let what = match (purpose, language) {
                (Purpose::Recovering, Language::Zh) => format!("正在查清上次未完成的单，{done}/{all}"),
                (Purpose::Recovering, Language::En) => {
                    format!("Checking what was left open, {done} of {all}")
                }
                (Purpose::Reconciling, Language::Zh) => format!("正在对账，{done}/{all}"),
                (Purpose::Reconciling, Language::En) => format!("Reconciling, {done} of {all}"),
            };
            match deadline {
                Some(deadline) => with_time(&what, deadline),
                None => what,
            }
        }
    }
}

/// The current stage, with the platform's latest message.
pub fn doing(stage: Stage, said: Option<&str>, language: Language) -> String {
    let [zh, en] = match stage {
        Stage::Sending => ["正在收款", "Charging"],
        Stage::CustomerPaying => ["等待顾客输入密码", "Waiting for the customer's password"],
        Stage::Asking => ["正在查询支付结果", "Checking whether the payment went through"],
        Stage::Refunding => ["正在退款", "Refunding"],
        Stage::Ended => ["正在结束", "Finishing"],
    };
    match (said, language) {
        (Some(said), Language::Zh) if stage != Stage::Ended => format!("{zh}（平台：{said}）"),
        (Some(said), Language::En) if stage != Stage::Ended => format!("{en} (platform: {said})"),
        (_, Language::Zh) => zh.to_owned(),
        (_, Language::En) => en.to_owned(),
    }
}
