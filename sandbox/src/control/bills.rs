//! The merchant's back office, and the book for tests to check against.

use super::{BillView, BookView, Control, ControlError, ControlResult, DeviceView, RefundView};
use crate::{
    book::{Bill, BillState, RefundedBy},
    dm_id::DmId,
    moment::Moment,
    money::Fen,
    platform::{BillOutcome, PhoneAnswer, Platform, make_refund, set_outcome},
};

impl Control {
    /// The platform's state: all devices that are not deleted, and all bills.
    pub fn book(&self) -> ControlResult<BookView> {
        let platform = self.shared.platform();
        platform.settle_due(Moment::now())?;
        let devices = platform.book.devices()?.into_iter().map(DeviceView::from).collect();
        let bills = platform.book.bills()?;
        let bills = bills.into_iter().map(|bill| view(&platform, bill)).collect::<Result<_, _>>()?;
        Ok(BookView { devices, bills })
    }

    /// One bill, as the platform knows it.
    pub fn bill(&self, dm_id: DmId) -> ControlResult<BillView> {
        let platform = self.shared.platform();
        platform.settle_due(Moment::now())?;
        let bill = known(&platform, dm_id)?;
        view(&platform, bill)
    }

    /// Refunds a bill in the back office, without the tills knowing.
    pub fn refund_bill(&self, dm_id: DmId, refund_fen: Fen) -> ControlResult<RefundView> {
        if refund_fen <= Fen(0) {
            return Err(ControlError::Invalid("a refund must be more than zero".into()));
        }
        let platform = self.shared.platform();
        platform.book.atomically(|| {
            let now = Moment::now();
            platform.settle_due(now)?;
            let bill = known(&platform, dm_id)?;
            let (_, refund) = make_refund(&platform, &bill, refund_fen, RefundedBy::BackOffice, now)?;
            Ok(refund.into())
        })
    }

    /// Confirms or cancels a bill that is being paid, as the customer does on the phone.
    pub fn answer_on_phone(&self, dm_id: DmId, answer: PhoneAnswer) -> ControlResult<()> {
        let platform = self.shared.platform();
        platform.book.atomically(|| {
            let now = Moment::now();
            platform.settle_due(now)?;
            let bill = known(&platform, dm_id)?;
            match bill.state {
                BillState::Paying { .. } => Ok(platform.answer_on_phone(&bill, answer, now)?),
                _ => Err(ControlError::Refused("the bill is no longer waiting for a password".into())),
            }
        })
    }

    /// Sets the outcome of a bill, or opens it again. A bill with refunds stays paid.
    pub fn set_bill_outcome(&self, dm_id: DmId, outcome: &BillOutcome) -> ControlResult<()> {
        let platform = self.shared.platform();
        platform.book.atomically(|| {
            let now = Moment::now();
            platform.settle_due(now)?;
            let bill = known(&platform, dm_id)?;
            if !platform.book.refunds(dm_id)?.is_empty() {
                return Err(ControlError::Invalid(format!("{dm_id} has refunds")));
            }
            Ok(set_outcome(&platform, &bill, outcome, now)?)
        })
    }
}

fn known(platform: &Platform, dm_id: DmId) -> ControlResult<Bill> {
    platform.book.bill(dm_id)?.ok_or(ControlError::NoSuchBill(dm_id))
}

fn view(platform: &Platform, bill: Bill) -> ControlResult<BillView> {
    let refunds = platform.book.refunds(bill.dm_id)?;
    Ok(BillView::new(bill, refunds))
}
