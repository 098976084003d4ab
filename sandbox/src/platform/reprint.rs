//! Reprinting a receipt. It needs no device and no sign.

use super::{Params, Platform, Stop};
use crate::{
    book::BillState,
    dm_id::DmId,
    document::{Document, Receipt},
    readings::ReprintNumber,
};

impl Platform {
    pub(super) fn reprint(&self, params: &Params) -> Result<Document, Stop> {
        params.present("reprint")?;
        params.present("custom_series")?;
        let asked = params.required("dm_id")?;
        let dm_id = match self.settings.readings.reprint_number {
            ReprintNumber::Bare => DmId::from_bare(asked),
            ReprintNumber::Whole => asked.parse(),
        };
        let receipt = match dm_id {
            Ok(dm_id) => self.receipt(dm_id)?,
            Err(_) => None,
        };
        Ok(Document::Receipt(receipt.unwrap_or_else(|| Receipt::never_paid(asked))))
    }

    fn receipt(&self, dm_id: DmId) -> Result<Option<Receipt>, Stop> {
        let Some(bill) = self.book.bill(dm_id)? else {
            return Ok(None);
        };
        let BillState::Paid(payment) = bill.state else {
            return Ok(None);
        };
        Ok(Some(Receipt {
            channel_name: bill.channel.name,
            number: dm_id.number().to_string(),
            paid_at: payment.at,
            total: bill.total,
        }))
    }
}
