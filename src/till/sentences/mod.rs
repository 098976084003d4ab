//! The sentences of the library for people, in Chinese and in English, where the ones of a code do not do
//! (see [`code`](crate::till::code)): for a cashier what happened and what to do next, for the programmer
//! which call comes next.

mod difference;
mod doubt;
mod left;
pub mod own;
mod progress;
#[cfg(test)]
mod readers;

use std::borrow::Cow;

use crate::payment::refund;
use crate::till::code::{Code, Language};
use crate::till::ledger::RefundState;
use crate::till::{RefundReport, RefundVerdict};

pub use difference::{hint, sentence};
pub use doubt::{charge_doubt, refund_doubt};
pub use left::Left;
pub use progress::{FETCHING_RECEIPT, PRINTING, doing, progress};

/// What is said in place of a code's own sentences, each in Chinese and in English.
#[derive(Debug)]
pub struct Own {
    /// What happened, and whether money may have moved: for the cashier.
    pub message: [&'static str; 2],
    /// What to do next: for the cashier.
    pub advice: [&'static str; 2],
    /// Which call, field or option comes next: for the programmer.
    pub hint: [&'static str; 2],
}

impl Own {
    /// Those of one language.
    pub fn words(&self, language: Language) -> Words {
        let [message, advice, hint] =
            [self.message, self.advice, self.hint].map(|texts| Cow::Borrowed(language.of(texts)));
        Words { message, advice, hint }
    }
}

/// What is said of something, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened, and whether money may have moved, or how much is left to be done: for the cashier.
    pub message: Cow<'static, str>,
    /// What the cashier does next.
    pub advice: Cow<'static, str>,
    /// Which calls come next: for the programmer.
    pub hint: Cow<'static, str>,
}

impl Words {
    /// A code's own.
    pub const fn of_code(code: Code, language: Language) -> Self {
        Self {
            message: Cow::Borrowed(code.sentence(language)),
            advice: Cow::Borrowed(code.advice(language)),
            hint: Cow::Borrowed(code.hint(language)),
        }
    }
}

/// What is said of a refund that is not decided.
const REFUND_UNKNOWN: Own = Own {
    message: ["结果未知，款可能已退给顾客。", "Unknown: the money may have gone back to the customer."],
    advice: [
        "不要再次退款，也不要另付现金；稍候再查这笔退款。",
        "Do not refund again, and do not pay it out in cash; check this refund again in a moment.",
    ],
    hint: [
        "用同一个 out_refund_no 再调用 wsy_refund（撤销则再调用 wsy_void），或调用 wsy_recover。",
        "Call wsy_refund again with the same out_refund_no (wsy_void where the bill is to be undone), or wsy_recover.",
    ],
};

/// What is said of a refund that the platform has accepted and that its bill does not show yet.
const REFUND_ACCEPTED: Own = Own {
    message: [
        "平台已受理退款，尚未到账。",
        "The platform has accepted the refund; it has not gone through yet.",
    ],
    ..REFUND_UNKNOWN
};

/// What is said of a refund that only a person can decide.
const REFUND_CONFLICT: Own = Own {
    message: [
        "不能确定这笔退款退了没有，须人工核对。",
        "Whether this refund was made cannot be told; a person has to check.",
    ],
    advice: [
        "请店长到商户后台核对；核对之前不要再次退款，也不要另付现金。",
        "Ask the manager to check in the back office. Until then, do not refund again, and do not pay it out in cash.",
    ],
    hint: [
        "字段 state 为 conflict：只能由人工认定，要核对的事见字段 needs_person。",
        "The field state is conflict: only a person can decide it. needs_person says what to look at.",
    ],
};

/// What is said of a payment that was refunded since.
pub const WAS_REFUNDED: Own = Own {
    message: ["这笔款付过，之后退了款。", "This was paid, and money went back since."],
    advice: [
        "不要凭这次查询交付商品，也不要再退款；先看账单里退了多少。",
        "Do not hand over goods on this word, and do not refund again; look first how much went back.",
    ],
    hint: [
        "退了多少见字段 refunded_fen，明细见列表 pay；没有这些字段，是账单没有读到（原因见 detail），再调用 wsy_read_bill。",
        "refunded_fen says how much went back, the list pay when. Without them the bill could not be read (detail says why): call wsy_read_bill.",
    ],
};

/// All of them.
#[cfg(test)]
const OWN: [&Own; 4] = [&REFUND_UNKNOWN, &REFUND_ACCEPTED, &REFUND_CONFLICT, &WAS_REFUNDED];

/// What is said of a refund in place of the code's own sentences, which are about charges.
pub fn own_of_refund(report: &RefundReport) -> Option<&'static Own> {
    match (report.verdict, report.row.state, &report.doubt) {
        (RefundVerdict::Unknown, RefundState::Conflict, _) => Some(&REFUND_CONFLICT),
        (RefundVerdict::Unknown, _, Some(refund::Doubt::Accepted)) => Some(&REFUND_ACCEPTED),
        (RefundVerdict::Unknown, ..) => Some(&REFUND_UNKNOWN),
        (RefundVerdict::Refunded | RefundVerdict::NotRefunded | RefundVerdict::Decided, ..) => None,
    }
}
