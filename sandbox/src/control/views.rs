//! The book, as the control API shows it.

use serde::Serialize;

use crate::{
    book::{Bill, BillState, Device, Overrides, Refund, RefundedBy},
    dm_id::DmId,
    money::Fen,
};

/// The platform's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookView {
    /// The devices that are not deleted, by number.
    pub devices: Vec<DeviceView>,
    /// All bills, by number.
    pub bills: Vec<BillView>,
}

/// A device. Its key is returned only once, when it is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceView {
    /// Its id.
    pub device_id: String,
    /// Its name.
    pub client_name: String,
    /// The overrides of its config.
    pub overrides: Overrides,
}

/// The state of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BillStateWord {
    /// Still being paid.
    Paying,
    /// The wallet was charged.
    Paid,
    /// The wallet was not charged.
    Failed,
}

/// A bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BillView {
    /// Its number.
    pub dm_id: DmId,
    /// The code that was charged.
    pub auth_code: String,
    /// The device that charged it.
    pub device_id: String,
    /// The id of the wallet behind the code.
    pub wallet_id: i64,
    /// The payment method.
    pub paytype: String,
    /// The amount.
    pub total_fen: Fen,
    /// Its state.
    pub state: BillStateWord,
    /// The channel's number of the payment, once it is paid.
    pub pay_id: Option<String>,
    /// When it was paid, by the platform's clock, in Beijing time.
    pub pay_time: Option<String>,
    /// Why it failed.
    pub info: Option<String>,
    /// Its refunds, in order.
    pub refunds: Vec<RefundView>,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundView {
    /// The amount, positive.
    pub refund_fen: Fen,
    /// The platform's number of the refund.
    pub pay_id: String,
    /// When it was made, by the platform's clock, in Beijing time.
    pub time: String,
    /// Who made it.
    pub by: RefundedBy,
}

impl BillView {
    pub(crate) fn new(bill: Bill, refunds: Vec<Refund>) -> Self {
        let (state, payment, info) = match bill.state {
            BillState::Paying { .. } => (BillStateWord::Paying, None, None),
            BillState::Paid(payment) => (BillStateWord::Paid, Some(payment), None),
            BillState::Failed { info } => (BillStateWord::Failed, None, Some(info)),
        };
        Self {
            dm_id: bill.dm_id,
            auth_code: bill.auth_code,
            device_id: bill.device_id,
            wallet_id: bill.wallet_id,
            paytype: bill.channel.paytype,
            total_fen: bill.total,
            state,
            pay_time: payment.as_ref().map(|payment| payment.at.text()),
            pay_id: payment.map(|payment| payment.pay_id),
            info,
            refunds: refunds.into_iter().map(RefundView::from).collect(),
        }
    }
}

impl From<Device> for DeviceView {
    fn from(device: Device) -> Self {
        Self { device_id: device.device_id, client_name: device.client_name, overrides: device.overrides }
    }
}

impl From<Refund> for RefundView {
    fn from(refund: Refund) -> Self {
        Self { refund_fen: refund.amount, pay_id: refund.pay_id, time: refund.at.text(), by: refund.by }
    }
}
