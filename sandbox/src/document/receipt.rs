//! The customer's receipt: queries print it, and the reprint call returns it as plain text.

use super::pay_element::RULE;
use crate::{moment::Moment, money::Fen};

#[derive(Debug, Clone)]
pub(crate) struct Receipt {
    pub channel_name: String,
    /// The bill's number without its `dm`, as the request gave it.
    pub number: String,
    pub paid_at: Moment,
    pub total: Fen,
}

impl Receipt {
    /// The platform does not report an unknown bill: it prints a receipt for one that was never paid.
    pub(crate) fn never_paid(asked: &str) -> Self {
        Self {
            channel_name: "微信".into(), number: asked.to_owned(), paid_at: Moment::EPOCH, total: Fen(0)
        }
    }

    /// Printer commands are text with escapes, which the till turns into bytes.
    pub(super) fn text(&self) -> String {
        let Self { channel_name, number, paid_at, total } = self;
        let paid_at = paid_at.text();
        [
            &format!(r"\x1b\x40\x1D\x21\x11\x1b\x4d\x02{channel_name}支付凭证"),
            r"\x1D\x21\x00",
            &format!(r"\x1b\x40\x1b\x4d\x02{RULE}"),
            &format!(r"\x1b\x40\x1b\x4d\x02凭 证 号: {number}"),
            r"\x1b\x40",
            &format!(r"\x1b\x40\x1b\x4d\x02付款时间: {paid_at}"),
            r"\x1b\x40",
            r"\x1b\x40",
            &format!(r"\x1b\x40\x1b\x4d\x02消费金额: \x1D\x21\x11￥{total}"),
            &format!(r"\x1b\x40\x1b\x4d\x02{RULE}"),
            r"\x1b\x4d\x02客户签字:",
            "",
            r"\x1B\x69",
        ]
        .join("\n")
    }
}
