//! The sentences of the library for people, in Chinese and in English, where the ones of a code do not do
//! (see [`code`](crate::till::code)): for a cashier what happened and what to do next, for the programmer
//! which call comes next.

mod difference;
mod doubt;
mod left;
mod progress;
#[cfg(test)]
mod readers;

use std::borrow::Cow;

use crate::payment::refund;
use crate::till::code::{Code, Language};
use crate::till::ledger::RefundState;
use crate::till::{ChargeReport, ChargeVerdict, RefundReport, RefundVerdict};

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

/// What is said of a payment that was reported as not paid before, and is told as paid now.
const PAID_LATE: Own = Own {
    message: [
        "支付成功，款已收到；但这一单以前报告过未支付。",
        "Paid: the money was taken. But this bill was reported as not paid before.",
    ],
    advice: [
        "先问清顾客后来有没有用别的方式付过：付过的，把这笔款退给顾客，商品不要重复交付；没有付过的，可以交付商品。",
        "Ask first whether the customer has paid in another way since. If so, refund this payment and do not hand over the goods twice; if not, hand over the goods.",
    ],
    hint: [
        "字段 paid_late 为 1：报告未支付之后，对账时查到这笔款。顾客另外付过的，调用 wsy_void 或 wsy_refund 退掉这一笔。",
        "paid_late is 1: reconciling found this payment after it was reported as not paid. If the customer has paid in another way, call wsy_void or wsy_refund.",
    ],
};

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
        "字段 state 为 conflict：只能由人工处理，要核对的事见字段 needs_person。",
        "The field state is conflict: only a person can decide it. needs_person says what to look at.",
    ],
};

/// What is said of a bill that is to be undone, and whose money the platform did not give back.
const VOID_NOT_REFUNDED: Own = Own {
    message: [
        "撤销未成功，款没有退给顾客；这一单仍待撤销。",
        "The bill is not undone: no money went back to the customer. It is still to be undone.",
    ],
    advice: [
        "看看原因，再撤销一次；几次都不成功的，请店长到商户后台处理。",
        "See the reason and undo the bill once more. If that fails again and again, ask the manager to see to it in the back office.",
    ],
    hint: [
        "原因见字段 reason。再调用一次 wsy_void，会用新的退款单号重试；不再撤销的，用 wsy_decide 认定为 keep 或 paid。在此之前这一单列在 wsy_unresolved 中，wsy_micropay 和 wsy_settle 返回 WSY_ERR_REFUND_OPEN。",
        "The field reason says why. wsy_void tries again with a refund of its own; if the bill shall be kept, wsy_decide with keep or paid. Until then wsy_unresolved lists it, and wsy_micropay and wsy_settle return WSY_ERR_REFUND_OPEN.",
    ],
};

/// What is said of a bill whose void nobody waits for any more.
pub const VOID_CANCELLED: Own = Own {
    message: [
        "已停止等待；这一单还没有撤销，款还没有退给顾客。",
        "The waiting was stopped. The bill is not undone yet, and no money went back to the customer.",
    ],
    advice: [
        "不要交付商品；请再撤销一次，不要另外退款。",
        "Do not hand over goods. Undo the bill once more; do not refund it in another way.",
    ],
    hint: [
        "取消只停止等待，撤销的要求仍在账本里：再调用 wsy_payment_void 或 wsy_void。",
        "A cancel only stops the waiting; that the bill is to be undone stays on record. Call wsy_payment_void or wsy_void again.",
    ],
};

/// What is said of a bill that is undone in part.
pub const VOID_PARTLY: Own = Own {
    message: [
        "这一单还没有撤销完，款可能只退了一部分。",
        "The bill is not undone yet; only a part of the money may have gone back.",
    ],
    advice: ["请再撤销一次；不要另外退款。", "Undo the bill once more; do not refund it in another way."],
    hint: ["再调用一次 wsy_void；原因见 detail。", "Call wsy_void again; detail says what is missing."],
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
const OWN: [&Own; 8] = [
    &PAID_LATE,
    &REFUND_UNKNOWN,
    &REFUND_ACCEPTED,
    &REFUND_CONFLICT,
    &VOID_NOT_REFUNDED,
    &VOID_CANCELLED,
    &VOID_PARTLY,
    &WAS_REFUNDED,
];

/// What is said of a charge in place of the code's own sentences.
pub fn own_of_charge(report: &ChargeReport) -> Option<&'static Own> {
    (report.verdict == ChargeVerdict::Paid && report.row.is_paid_late()).then_some(&PAID_LATE)
}

/// What is said of a refund in place of the code's own sentences, which are about charges.
pub fn own_of_refund(report: &RefundReport) -> Option<&'static Own> {
    match (report.verdict, report.row.state, &report.doubt) {
        (RefundVerdict::Unknown, RefundState::Conflict, _) => Some(&REFUND_CONFLICT),
        (RefundVerdict::Unknown, _, Some(refund::Doubt::Accepted)) => Some(&REFUND_ACCEPTED),
        (RefundVerdict::Unknown, ..) => Some(&REFUND_UNKNOWN),
        (RefundVerdict::Refunded | RefundVerdict::NotRefunded | RefundVerdict::Decided, ..) => None,
    }
}

/// What is said of the refund of a void in place of its own sentences.
pub fn own_of_void(report: &RefundReport) -> Option<&'static Own> {
    (report.verdict == RefundVerdict::NotRefunded).then_some(&VOID_NOT_REFUNDED)
}
