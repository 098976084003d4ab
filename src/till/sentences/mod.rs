//! Texts for people, in Chinese and in English, where those of a code ([`code`](crate::till::code)) do not
//! fit: for the cashier what happened and what to do next, for the programmer which call comes next.

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

/// Texts that replace those of a code, each in Chinese and in English.
#[derive(Debug)]
pub struct Own {
    /// For the cashier: what happened, and whether money may have moved.
    pub message: [&'static str; 2],
    /// For the cashier: what to do next.
    pub advice: [&'static str; 2],
    /// Which call, field or option comes next: for the programmer.
    pub hint: [&'static str; 2],
}

impl Own {
    /// The texts in one language.
    pub fn words(&self, language: Language) -> Words {
        let [message, advice, hint] =
            [self.message, self.advice, self.hint].map(|texts| Cow::Borrowed(language.of(texts)));
        Words { message, advice, hint }
    }
}

/// A message with its advice and hint, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// For the cashier: what happened and whether money may have moved, or how much is left to do.
    pub message: Cow<'static, str>,
    /// For the cashier: what to do next.
    pub advice: Cow<'static, str>,
    /// Which calls come next: for the programmer.
    pub hint: Cow<'static, str>,
}

impl Words {
    /// The texts of a code.
    pub const fn of_code(code: Code, language: Language) -> Self {
        Self {
            message: Cow::Borrowed(code.sentence(language)),
            advice: Cow::Borrowed(code.advice(language)),
            hint: Cow::Borrowed(code.hint(language)),
        }
    }
}

/// A refund without a verdict.
const REFUND_UNKNOWN: Own = Own {
    message: ["结果未知，款可能已退给顾客。", "Unknown: the money may have gone back to the customer."],
    advice: [
        "不要再次退款，也不要另付现金；稍候再查这笔退款。",
        "Do not refund again, and do not pay the customer in cash; check this refund again in a moment.",
    ],
    hint: [
        "用同一个 out_refund_no 再调用 wsy_refund（如果是撤销，再调用 wsy_void），或调用 wsy_recover。",
        "Call wsy_refund again with the same out_refund_no (for a void: wsy_void), or call wsy_recover.",
    ],
};

/// A refund that the platform has accepted and that its bill does not show yet.
const REFUND_ACCEPTED: Own = Own {
    message: [
        "平台已受理退款，尚未到账。",
        "The platform has accepted the refund; it has not gone through yet.",
    ],
    ..REFUND_UNKNOWN
};

/// A refund that only a person can decide.
const REFUND_CONFLICT: Own = Own {
    message: [
        "无法确定这笔退款是否成功，需要人工核对。",
        "It is not clear whether this refund was made; a person has to check.",
    ],
    advice: [
        "请店长到商户后台核对；核对之前不要再次退款，也不要另付现金。",
        "Ask the manager to check in the back office. Until then, do not refund again, and do not pay the customer in cash.",
    ],
    hint: [
        "字段 state 为 conflict：只能由人工认定，要核对的内容见字段 needs_person。",
        "The field state is conflict: only a person can decide this refund. needs_person says what to check.",
    ],
};

/// A payment that has been refunded since.
pub const WAS_REFUNDED: Own = Own {
    message: ["这一单付过款，之后又退过款。", "This bill was paid and then refunded, at least in part."],
    advice: [
        "不要凭这次查询结果交付商品，也不要再退款；先看账单里退了多少。",
        "Do not hand over goods because of this result, and do not refund again; first look at how much was refunded.",
    ],
    hint: [
        "退款金额见字段 refunded_fen，明细见列表 pay；没有这些字段，说明没有读到账单（原因见 detail），请再调用 wsy_read_bill。",
        "refunded_fen says how much was refunded, and the list pay has the details. If they are missing, the bill could not be read (detail says why): call wsy_read_bill.",
    ],
};

/// All texts of this file.
#[cfg(test)]
const OWN: [&Own; 4] = [&REFUND_UNKNOWN, &REFUND_ACCEPTED, &REFUND_CONFLICT, &WAS_REFUNDED];

/// Returns the texts for a refund where those of the code, which are about charges, do not fit.
pub fn own_of_refund(report: &RefundReport) -> Option<&'static Own> {
    match (report.verdict, report.row.state, &report.doubt) {
        (RefundVerdict::Unknown, RefundState::Conflict, _) => Some(&REFUND_CONFLICT),
        (RefundVerdict::Unknown, _, Some(refund::Doubt::Accepted)) => Some(&REFUND_ACCEPTED),
        (RefundVerdict::Unknown, ..) => Some(&REFUND_UNKNOWN),
        (RefundVerdict::Refunded | RefundVerdict::NotRefunded | RefundVerdict::Decided, ..) => None,
    }
}
