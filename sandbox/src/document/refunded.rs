//! The response to a refund.

use super::{
    canvas::{Line, canvas},
    pay_element::{PayElement, RULE, till_name},
    xml::{Tag, dm_end},
};
use crate::book::{Bill, Device, Payment, Refund, WalletKind};

#[derive(Debug, Clone)]
pub(crate) struct RefundedDocument {
    pub bill: Bill,
    pub payment: Payment,
    pub refund: Refund,
    pub device: Device,
    pub shown_dm_id: String,
    pub shown_total: String,
    pub close_tag: bool,
}

impl RefundedDocument {
    pub(super) fn xml(&self) -> String {
        let open = Tag::new("dm")
            .attr("ok", "1")
            .attr("info", "退款成功")
            .attr("dm_id", &self.shown_dm_id)
            .attr("pay_type", &self.bill.channel.type_no.to_string())
            .attr("pay_time", &self.refund.at.text())
            .attr("total", &self.shown_total)
            .attr("pay_id", &self.payment.pay_id)
            .attr("no", "")
            .attr("type_id", self.type_id())
            .open();
        let pay = PayElement {
            bill: &self.bill,
            device: &self.device,
            payment: &self.payment,
            opened: Some(self.bill.opened),
            print_text: self.print_text(),
            total_fee: self.bill.total.0.to_string(),
        };
        format!("{open}\n{}\n{}\n{}", pay.xml(), self.canvas(), dm_end(self.close_tag))
    }

    /// `type_id` has its own numbering. The document shows only WeChat's; Alipay's is a guess.
    fn type_id(&self) -> &'static str {
        match self.bill.channel.kind {
            WalletKind::Wechat => "2",
            WalletKind::Alipay => "1",
        }
    }

    fn print_text(&self) -> String {
        [
            r"\x1b\x40\x1c\x26",
            r"\x1b\x74\x00",
            r"\x1b\x61\x01\x1D\x21\x10退款凭证",
            &format!(r"\x1b\x40商户名称：{}", self.device.merchant()),
            &format!("订单号：{}", self.bill.dm_id),
            &format!("付款方式：{}", self.bill.channel.name),
            &format!("设备信息：{}", till_name(&self.device)),
            &format!("流水号：{}", self.payment.pay_id),
            RULE,
            &format!("付款时间：{}", self.payment.at.text()),
            &format!("支付金额: {}", self.bill.total),
            "",
            &format!("退款时间: {}", self.refund.at.text()),
            &format!(r"退款金额: \x1D\x21\x01¥ {}", -self.refund.amount),
            &format!(r"\x1b\x40{RULE}"),
            "客户签字:",
            r"\x0d\x0a",
            r"\x0d\x0a",
            r"\x1B\x69",
        ]
        .join("\n")
    }

    fn canvas(&self) -> String {
        let lines = [
            Line::title(&self.bill.channel.name),
            Line::detail(28, 65, 15, format!("单号: {}", self.bill.dm_id.number())),
            Line::detail(28, 90, 15, format!("付款时间: {}", self.payment.at.text())),
            Line::detail(28, 115, 15, format!("付款金额: {}", self.bill.total)),
            Line::detail(28, 140, 15, format!("退款时间: {}", self.refund.at.text())),
            Line::amount(28, 165, format!("退款金额: {}", -self.refund.amount)),
        ];
        canvas(215, &lines)
    }
}
