//! The control API: everything that a test may arrange or look up.

mod bills;
mod customers;
mod devices;
pub(crate) mod http;
mod views;

use std::sync::{Arc, atomic::Ordering};

use serde_json::{Map, Value};

use crate::{
    book::BookError,
    dm_id::DmId,
    fault::{FaultOrder, FaultTarget},
    journal::Requests,
    platform::{Refusal, Stop},
    settings::Settings,
    shared::Shared,
};

pub use customers::{IssuedAuthCode, NewAuthCode};
pub use devices::{DeviceChange, DeviceKey, NewDevice};
pub use views::{BillStateWord, BillView, BookView, DeviceView, RefundView};

/// A control call failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The storage failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The device does not exist or was deleted.
    #[error("there is no device {0}")]
    NoSuchDevice(String),
    /// The activation code does not exist.
    #[error("there is no activation code {0}")]
    NoSuchActivationCode(String),
    /// The bill does not exist.
    #[error("there is no bill {0}")]
    NoSuchBill(DmId),
    /// The wallet does not exist.
    #[error("there is no wallet {0}")]
    NoSuchWallet(i64),
    /// The bill does not allow it. The text is the one that a till would get.
    #[error("the bill does not allow it: {0}")]
    Refused(String),
    /// The input is not valid.
    #[error("{0}")]
    Invalid(String),
}

impl From<Stop> for ControlError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(refusal) => refusal.into(),
            Stop::Book(error) => error.into(),
        }
    }
}

impl From<Refusal> for ControlError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.to_string())
    }
}

/// The result of a control call.
pub type ControlResult<T> = Result<T, ControlError>;

/// A handle on a sandbox, with everything that the HTTP control API can do. Clones share the sandbox.
#[derive(Debug, Clone)]
pub struct Control {
    shared: Arc<Shared>,
}

impl Control {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Adds a fault.
    pub fn add_fault(&self, order: FaultOrder) {
        self.shared.queue().add(order);
    }

    /// The faults that are still to come, oldest first, with their remaining `skip` and `times`.
    pub fn faults(&self) -> Vec<FaultOrder> {
        self.shared.queue().orders().to_vec()
    }

    /// Removes the faults of this kind on these requests. Others stay.
    pub fn remove_faults(&self, on: FaultTarget, kind: &str) {
        self.shared.queue().remove(on, kind);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.queue().clear();
    }

    /// Every request that arrived since the log was cleared.
    pub fn requests(&self) -> Requests {
        let traffic = &self.shared.traffic;
        Requests {
            connections: traffic.connections.load(Ordering::Relaxed),
            bytes_received: traffic.received.load(Ordering::Relaxed),
            bytes_sent: traffic.sent.load(Ordering::Relaxed),
            requests: self.shared.journal().entries().to_vec(),
        }
    }

    /// Empties the request log. The totals of connections and bytes are kept.
    pub fn clear_requests(&self) {
        self.shared.journal().clear();
        self.shared.traces().clear();
    }

    /// The platform's settings.
    pub fn settings(&self) -> Settings {
        self.shared.platform().settings.clone()
    }

    /// Replaces the platform's settings.
    pub fn set_settings(&self, settings: Settings) {
        self.shared.platform().settings = settings;
    }

    /// Changes only the named settings, and returns all of them.
    pub(crate) fn change_settings(&self, changes: Map<String, Value>) -> ControlResult<Settings> {
        let mut platform = self.shared.platform();
        let mut all = serde_json::to_value(&platform.settings).map_err(BookError::from)?;
        merge(&mut all, changes.into());
        platform.settings =
            serde_json::from_value(all).map_err(|error| ControlError::Invalid(error.to_string()))?;
        Ok(platform.settings.clone())
    }
}

/// Merges objects field by field; everything else is replaced as a whole.
fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(fields), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(fields.entry(name).or_insert(Value::Null), change);
            }
        }
        (into, change) => *into = change,
    }
}
