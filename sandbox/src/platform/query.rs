//! Asking how a charge ended.

use super::{Params, Platform, Refusal, Stop};
use crate::{
    answer::{Answer, Slip},
    book::{Bill, Device},
    dm_id::DmId,
};

impl Platform {
    pub(super) fn query(&self, params: &Params) -> Result<Answer, Stop> {
        self.signing_device(params)?;
        let dm_id = match params.get("dm_id") {
            Some(text) => text.parse().ok(),
            None => self.book.latest_bill_of(params.required("authcode")?)?,
        };
        let bill = self.known_bill(dm_id)?;
        self.bill_answer(&bill, Slip::Query, params)
    }

    /// The bill that `dm_id` names. Any device of the merchant may see it.
    pub(super) fn named_bill(&self, params: &Params) -> Result<Bill, Stop> {
        self.known_bill(params.required("dm_id")?.parse().ok())
    }

    /// A number that no bill can have is answered like one that no bill has.
    fn known_bill(&self, dm_id: Option<DmId>) -> Result<Bill, Stop> {
        let dm_id = dm_id.ok_or(Refusal::NoSuchBill)?;
        Ok(self.book.bill(dm_id)?.ok_or(Refusal::NoSuchBill)?)
    }

    /// The device whose name is printed on the bill's slips, deleted since or not.
    pub(super) fn device_of(&self, bill: &Bill) -> Result<Device, Stop> {
        Ok(self.book.device_even_deleted(&bill.device_id)?.ok_or(Refusal::UnknownDevice)?)
    }
}
