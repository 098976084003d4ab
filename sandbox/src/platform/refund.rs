//! Giving money back.

use super::{Params, Platform, Refusal, Stop};
use crate::{
    answer::{Answer, RefundedAnswer},
    book::{Bill, BillState, Payment, Refund, RefundedBy},
    moment::Moment,
    money::Fen,
};

impl Platform {
    pub(super) fn refund(&self, params: &Params, now: Moment) -> Result<Answer, Stop> {
        self.signing_device(params)?;
        let amount: Fen = params.required("refund")?.parse().map_err(|_| Refusal::BadAmount)?;
        let bill = self.named_bill(params)?;
        let (payment, refund) = give_back(self, &bill, amount, RefundedBy::Till, now)?;
        Ok(Answer::Refunded(Box::new(RefundedAnswer {
            device: self.device_of(&bill)?,
            shown_dm_id: bill.dm_id.to_string(),
            shown_total: (-refund.amount).to_string(),
            close_tag: self.settings.close_tags.refund,
            bill,
            payment,
            refund,
        })))
    }
}

/// Gives part of a paid bill back to its wallet.
pub(crate) fn give_back(
    platform: &Platform,
    bill: &Bill,
    amount: Fen,
    by: RefundedBy,
    now: Moment,
) -> Result<(Payment, Refund), Stop> {
    let BillState::Paid(payment) = &bill.state else {
        return Err(Refusal::NotPaid.into());
    };
    let book = &platform.book;
    let refunded: Fen = book.refunds(bill.dm_id)?.iter().map(|refund| refund.amount).sum();
    if amount > bill.total - refunded {
        return Err(Refusal::OverRefund.into());
    }
    let at = platform.shown(now);
    let refund = Refund { pay_id: book.next_refund_pay_id(bill.dm_id, at)?, amount, at, by };
    book.add_refund(bill.dm_id, &refund)?;
    book.credit(bill.wallet_id, amount)?;
    Ok((payment.clone(), refund))
}
