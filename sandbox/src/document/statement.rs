//! The response to `read`: a paid bill with all of its refunds.

use super::xml::{Tag, dm_end};
use crate::{
    book::{Bill, Payment, Refund},
    moment::Moment,
    money::Fen,
    readings::BillLines,
};

#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub bill: Bill,
    pub payment: Payment,
    pub refunds: Vec<Refund>,
    pub shown_dm_id: String,
    pub shown_total: String,
    pub with_pay_id: bool,
    pub close_tag: bool,
    pub lines: BillLines,
}

impl Statement {
    pub(super) fn xml(&self) -> String {
        let mut lines =
            vec![self.head().open(), self.pay(&self.shown_of_line(), self.payment.at, &self.payment.pay_id)];
        lines.extend(self.refunds.iter().map(|refund| {
            let total = (-self.of_line(refund.amount)).to_string();
            self.pay(&total, refund.at, &refund.pay_id)
        }));
        format!("{}\n{}", lines.join("\n"), dm_end(self.close_tag))
    }

    /// The amount in the payment's line, which a fault may have changed.
    fn shown_of_line(&self) -> String {
        match self.lines {
            BillLines::Whole => self.shown_total.clone(),
            BillLines::Discounted => self.of_line(self.bill.total).to_string(),
        }
    }

    fn of_line(&self, amount: Fen) -> Fen {
        match self.lines {
            BillLines::Whole => amount,
            BillLines::Discounted => Fen(amount.0 - amount.0 / 10),
        }
    }

    fn head(&self) -> Tag {
        let tag = Tag::new("dm")
            .attr("ok", "1")
            .attr("dm_id", &self.shown_dm_id)
            .attr("pay_type", &self.bill.channel.name)
            .attr("pay_total", &self.shown_total)
            .attr("pay_time", &self.payment.at.text())
            .attr("no", "");
        let tag = if self.with_pay_id { tag.attr("pay_id", &self.payment.pay_id) } else { tag };
        if self.refunds.is_empty() {
            return tag;
        }
        let refunded: Fen = self.refunds.iter().map(|refund| refund.amount).sum();
        tag.attr("refund_total", &(-refunded).to_string())
    }

    fn pay(&self, total: &str, at: Moment, pay_id: &str) -> String {
        Tag::new("pay")
            .attr("pay_type", &self.bill.channel.type_no.to_string())
            .attr("pay_name", &self.bill.channel.name)
            .attr("pay_total", total)
            .attr("pay_time", &at.text())
            .attr("pay_id", pay_id)
            .empty()
    }
}
