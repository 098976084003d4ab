//! Reading a bill with everything that was given back.

use super::{Params, Platform, Stop};
use crate::{
    answer::{Answer, Brief, Statement},
    book::BillState,
};

impl Platform {
    pub(super) fn read(&self, params: &Params) -> Result<Answer, Stop> {
        self.signing_device(params)?;
        let bill = self.named_bill(params)?;
        Ok(match &bill.state {
            BillState::Paying { .. } => Answer::Brief(Brief::still_paying(Some(bill.dm_id.to_string()))),
            BillState::Failed { info } => Answer::Brief(Brief::failed(bill.dm_id, info)),
            BillState::Paid(payment) => Answer::Statement(Box::new(Statement {
                shown_dm_id: bill.dm_id.to_string(),
                shown_total: bill.total.to_string(),
                payment: payment.clone(),
                refunds: self.book.refunds(bill.dm_id)?,
                close_tag: self.settings.close_tags.read,
                bill,
            })),
        })
    }
}
