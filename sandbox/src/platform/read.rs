//! Reading a bill with all of its refunds.

use super::micropay::paytype;
use super::{Params, Platform, Stop, query::seen_at};
use crate::{
    book::BillState,
    document::{Brief, Document, Statement},
    moment::Moment,
};

impl Platform {
    pub(super) fn read(&self, params: &Params, seen: Option<Moment>) -> Result<Document, Stop> {
        let device = self.signing_device(params)?;
        paytype(&device, params.get("paytype"))?;
        let bill = seen_at(self.named_bill(params, &device)?, seen)?;
        let was_there = |at: Moment| seen.is_none_or(|then| at <= then);
        Ok(match &bill.state {
            BillState::Paying { .. } => Document::Brief(Brief::still_paying(Some(bill.dm_id.to_string()))),
            BillState::Failed { info } => Document::Brief(Brief::failed(bill.dm_id, info)),
            BillState::Paid(payment) => Document::Statement(Box::new(Statement {
                shown_dm_id: bill.dm_id.to_string(),
                shown_total: bill.total.to_string(),
                payment: payment.clone(),
                refunds: {
                    let mut refunds = self.book.refunds(bill.dm_id)?;
                    refunds.retain(|refund| was_there(refund.at));
                    refunds
                },
                with_pay_id: self.settings.bill_pay_id,
                close_tag: self.settings.close_tags.read,
                lines: self.settings.readings.bill_lines,
                bill,
            })),
        })
    }
}
