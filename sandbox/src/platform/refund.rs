//! Refunds.

use super::micropay::paytype;
use super::{Arrival, Params, Platform, Refusal, Stop};
use crate::{
    book::{Bill, BillState, BookError, Payment, Refund, RefundedBy},
    document::{Document, RefundedDocument},
    moment::Moment,
    money::Fen,
};

impl Platform {
    pub(super) fn refund(&self, params: &Params, now: Moment) -> Result<Document, Stop> {
        let device = self.signing_device(params)?;
        paytype(&device, params.get("paytype"))?;
        let amount: Fen = params.required("refund")?.parse().map_err(|_| Refusal::BadAmount)?;
        let bill = self.named_bill(params, &device)?;
        let (payment, refund) = make_refund(self, &bill, amount, RefundedBy::Till, now)?;
        Ok(Document::Refunded(Box::new(RefundedDocument {
            device: self.device_of(&bill)?,
            shown_dm_id: bill.dm_id.to_string(),
            shown_total: (-refund.amount).to_string(),
            close_tag: self.settings.close_tags.refund,
            bill,
            payment,
            refund,
        })))
    }

    /// Makes a back-office refund of the bill that a request is about, if enough of it is left.
    pub(crate) fn back_office_refund(
        &self,
        arrival: &Arrival,
        amount: Fen,
        now: Moment,
    ) -> Result<(), BookError> {
        self.book.atomically(|| {
            let Some(bill) =
                self.asked_for(arrival)?.map(|dm_id| self.book.bill(dm_id)).transpose()?.flatten()
            else {
                return Ok(());
            };
            match make_refund(self, &bill, amount, RefundedBy::BackOffice, now) {
                Ok(_) | Err(Stop::Refused(_)) => Ok(()),
                Err(Stop::Book(error)) => Err(error),
            }
        })
    }

    /// The number of lines in which a bill shows a refund.
    fn lines_of_refund(&self, by: RefundedBy) -> i64 {
        let lines = self.settings.refund_lines.filter(|_| by == RefundedBy::Till);
        lines.map_or(1, |lines| i64::from(lines.get()))
    }
}

/// Returns part of a paid bill to its wallet. The result is one refund, in however many lines it is booked.
pub(crate) fn make_refund(
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
    let whole = Refund { pay_id: book.next_refund_pay_id(bill.dm_id, at)?, amount, at, by };
    for amount in parts(amount, platform.lines_of_refund(by)) {
        let pay_id = book.next_refund_pay_id(bill.dm_id, at)?;
        book.add_refund(bill.dm_id, &Refund { pay_id, amount, ..whole.clone() })?;
    }
    book.credit(bill.wallet_id, amount)?;
    Ok((payment.clone(), whole))
}

/// Splits an amount into equal parts, the first the largest and none of them zero.
fn parts(amount: Fen, count: i64) -> Vec<Fen> {
    let count = count.clamp(1, amount.0.max(1));
    let (each, rest) = (amount.0 / count, amount.0 % count);
    let first = std::iter::once(Fen(each + rest));
    first.chain((1..count).map(|_| Fen(each))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up() {
        assert_eq!(parts(Fen(400), 1), [Fen(400)]);
        assert_eq!(parts(Fen(401), 2), [Fen(201), Fen(200)]);
        assert_eq!(parts(Fen(2), 9), [Fen(1), Fen(1)]);
    }
}
