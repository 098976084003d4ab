//! The response to a charge that was paid, and to a query for one.

use super::{
    canvas::{Line, canvas},
    pay_element::{PayElement, RULE, till_name},
    receipt::Receipt,
    xml::{Tag, dm_end},
};
use crate::{
    book::{Bill, Device, Payment, WalletKind},
    money::Fen,
};

/// The call that it responds to: the slips differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    Charge,
    Query,
}

#[derive(Debug, Clone)]
pub(crate) struct PaidDocument {
    pub slip: Slip,
    pub bill: Bill,
    pub payment: Payment,
    pub device: Device,
    pub shown_dm_id: String,
    pub shown_total: String,
    pub with_print: bool,
    pub close_tag: bool,
}

impl PaidDocument {
    pub(super) fn xml(&self) -> String {
        let open = match self.slip {
            Slip::Charge => self.charge_tag(),
            Slip::Query => self.query_tag(),
        };
        let content = if self.with_print { self.print() } else { String::new() };
        format!("{}\n{content}{}", open.open(), dm_end(self.close_tag))
    }

    fn charge_tag(&self) -> Tag {
        Tag::new("dm")
            .attr("ok", "1")
            .attr("info", "支付成功")
            .attr("dm_id", &self.shown_dm_id)
            .attr("total", &self.shown_total)
            .attr("pay_type", &self.bill.channel.type_no.to_string())
            .attr("pay_time", &self.payment.at.text())
            .attr("pay_id", &self.payment.pay_id)
            .attr("openid", &openid(&self.bill))
            .attr("no", "")
    }

    fn query_tag(&self) -> Tag {
        Tag::new("dm")
            .attr("ok", "1")
            .attr("total", &self.shown_total)
            .attr("pay_type", &self.bill.channel.type_no.to_string())
            .attr("pay_time", &self.payment.at.text())
            .attr("info", &format!("支付成功【支付金额:{}元】", self.shown_total))
            .attr("dm_id", &self.shown_dm_id)
            .attr("remark", &self.payment.pay_id)
            .attr("openid", &openid(&self.bill))
            .attr("pay_id", &self.payment.pay_id)
            .attr("no", "")
    }

    fn print(&self) -> String {
        let (opened, print_text, canvas) = match self.slip {
            Slip::Charge => (Some(self.bill.opened), self.charge_text(), self.charge_canvas()),
            Slip::Query => (None, self.query_text(), self.query_canvas()),
        };
        let total = self.shown_total.parse::<Fen>();
        let pay = PayElement {
            bill: &self.bill,
            device: &self.device,
            payment: &self.payment,
            opened,
            print_text,
            total_fee: total.map(|fen| fen.0.to_string()).unwrap_or_default(),
        };
        format!("{}\n{canvas}\n", pay.xml())
    }

    fn charge_text(&self) -> String {
        let (bill, total) = (&self.bill, self.bill.total);
        [
            r"\x1b\x40\x1c\x26",
            "",
            r"\x1b\x74\x00",
            r"\x1b\x61\x01\x1D\x21\x10付款回执",
            &format!(r"\x1b\x40商户名称: {}", self.device.merchant()),
            &format!("交易时间: {}", self.payment.at.text()),
            &format!("订单号: {}", bill.dm_id),
            &format!("付款方式: {}", bill.channel.name),
            &format!("设备信息: {}", till_name(&self.device)),
            &format!("流水号: {}", self.payment.pay_id),
            RULE,
            &format!("订单总额: {total}"),
            &format!(r"\x1D\x21\x01用户实付: {total}"),
            &format!(r"\x1b\x40{RULE}"),
            "签名:",
            r"\x0d\x0a",
            RULE,
            r"\x1b\x61\x01QWX服务热线: 400-087-0987",
            r"\x1b\x61\x01Powerd by : QWX . 微收银",
            r"\x1b\x40",
            r"\x0d\x0a",
            r"\x1B\x69",
        ]
        .join("\n")
    }

    fn query_text(&self) -> String {
        let receipt = Receipt {
            channel_name: self.bill.channel.name.clone(),
            number: self.bill.dm_id.number().to_string(),
            paid_at: self.payment.at,
            total: self.bill.total,
        };
        receipt.text()
    }

    fn charge_canvas(&self) -> String {
        let lines = [
            Line::title(&self.bill.channel.name),
            Line::detail(36, 70, 16, format!("单号: {}", self.bill.dm_id.number())),
            Line::detail(36, 100, 16, format!("时间: {}", self.payment.at.text())),
            Line::amount(36, 140, format!("支付金额: {}", self.bill.total)),
        ];
        canvas(200, &lines)
    }

    fn query_canvas(&self) -> String {
        let lines = [
            Line::title("支付提示"),
            Line::detail(36, 59, 16, "桌台: ".into()),
            Line::detail(36, 79, 16, "单号: ".into()),
            Line::detail(36, 99, 16, format!("时间: {}", self.payment.at.text())),
            Line::amount(36, 125, format!("消费金额: {}", self.bill.total)),
        ];
        canvas(170, &lines)
    }
}

/// The customer's id at the channel: the same for every bill of a wallet.
fn openid(bill: &Bill) -> String {
    let wallet_id = bill.wallet_id;
    match bill.channel.kind {
        WalletKind::Wechat => format!("o01mvsyv8t9tkTYYgaAe{wallet_id:08}"),
        WalletKind::Alipay => format!("2088{wallet_id:012}"),
    }
}
