//! The book, as the control API shows it.

use serde::Serialize;

use crate::{
    book::{Bill, BillState, Device, Overrides, Refund, RefundedBy},
    dm_id::DmId,
    money::Fen,
};

/// The platform's truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookView {
    /// The devices that are not deleted, by number.
    pub devices: Vec<DeviceView>,
    /// All bills, by number.
    pub bills: Vec<BillView>,
}

/// A device. Its key is shown once, when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceView {
    /// Its number.
    pub device_id: String,
    /// Its name.
    pub client_name: String,
    /// How its config differs.
    pub overrides: Overrides,
}

/// Where a bill stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BillStateWord {
    /// Nobody knows yet.
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
    /// The wallet behind the code.
    pub wallet_id: i64,
    /// The way it was paid.
    pub paytype: String,
    /// The amount.
    pub total_fen: Fen,
    /// Where it stands.
    pub state: BillStateWord,
    /// The channel's number of the payment, once paid.
    pub pay_id: Option<String>,
    /// When it was paid, by the platform's clock, in Beijing.
    pub pay_time: Option<String>,
    /// Why it failed.
    pub info: Option<String>,
    /// What was given back, in order.
    pub refunds: Vec<RefundView>,
}

/// Money that went back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundView {
    /// The amount, positive.
    pub refund_fen: Fen,
    /// The platform's number of the refund.
    pub pay_id: String,
    /// When, by the platform's clock, in Beijing.
    pub time: String,
    /// By whom.
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
