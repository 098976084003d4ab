//! Querying the outcome of a charge.

use super::micropay::paytype;
use super::{Arrival, Params, Platform, Refusal, Stop};
use crate::{
    book::{Bill, BookError, Device},
    dm_id::DmId,
    document::{Document, Slip},
    moment::Moment,
    readings::QueryPayType,
};

impl Platform {
    pub(super) fn query(&self, params: &Params, seen: Option<Moment>) -> Result<Document, Stop> {
        let device = self.signing_device(params)?;
        let (name, other) = match self.settings.readings.query_pay_type {
            QueryPayType::Paytype => ("paytype", "pay_type"),
            QueryPayType::PayType => ("pay_type", "paytype"),
        };
        if params.get(other).is_some() {
            return Err(Refusal::Bad(other).into());
        }
        paytype(&device, params.get(name))?;
        if params.get("dm_id").is_none() {
            params.required("authcode")?;
        }
        let bill = self.bill_for(&device, self.named(params)?)?;
        self.bill_document(&seen_at(bill, seen)?, Slip::Query, params)
    }

    /// The bill that `dm_id` names, if this device may see it.
    pub(super) fn named_bill(&self, params: &Params, device: &Device) -> Result<Bill, Stop> {
        self.bill_for(device, params.required("dm_id")?.parse().ok())
    }

    /// A number that no bill can have gets the same response as one that no bill has.
    fn bill_for(&self, device: &Device, dm_id: Option<DmId>) -> Result<Bill, Stop> {
        let bill = self.book.bill(dm_id.ok_or(Refusal::NoSuchBill)?)?.ok_or(Refusal::NoSuchBill)?;
        if self.settings.own_device_only && bill.device_id != device.device_id {
            return Err(Refusal::NoSuchBill.into());
        }
        Ok(bill)
    }

    /// The bill number in the parameters, or the newest bill of the auth code in them.
    fn named(&self, params: &Params) -> Result<Option<DmId>, BookError> {
        match (params.get("dm_id"), params.get("authcode")) {
            (Some(text), _) => Ok(text.parse().ok()),
            (None, Some(code)) => self.book.latest_bill_of(code),
            (None, None) => Ok(None),
        }
    }

    /// The bill that a request is about, if it exists.
    pub(crate) fn asked_for(&self, arrival: &Arrival) -> Result<Option<DmId>, BookError> {
        match &arrival.params {
            Ok(params) => self.named(params),
            Err(_) => Ok(None),
        }
    }

    /// The device whose name is printed on the bill's slips, even if it was deleted since.
    pub(super) fn device_of(&self, bill: &Bill) -> Result<Device, Stop> {
        Ok(self.book.device_even_deleted(&bill.device_id)?.ok_or(Refusal::UnknownDevice)?)
    }
}

/// The bill as it was at that time, if it existed then.
pub(super) fn seen_at(bill: Bill, seen: Option<Moment>) -> Result<Bill, Refusal> {
    match seen {
        None => Ok(bill),
        Some(then) => bill.seen_at(then).ok_or(Refusal::NoSuchBill),
    }
}
