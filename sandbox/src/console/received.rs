//! The responses that a till received, as far as the wire shows.

use super::decode;
use crate::{fault::Fault, trace::Trace};

/// How much of a response a till can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It arrived, and says what the platform meant.
    Whole,
    /// It arrived changed, late, or in pieces.
    Damaged,
    /// The connection was closed without a byte.
    Nothing,
}

/// The attributes of a response's top element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Received {
    pub ok: String,
    pub info: String,
    pub dm_id: Option<String>,
}

pub(super) fn reach(fault: Option<&Fault>) -> Reach {
    match fault {
        None
        | Some(
            Fault::DeliveredTwice { .. }
            | Fault::Leftover { .. }
            | Fault::Stale { .. }
            | Fault::BackOffice { .. }
            | Fault::StillPaying
            | Fault::NotFound
            | Fault::SignError
            | Fault::DeviceError,
        ) => Reach::Whole,
        Some(Fault::ResponseLost | Fault::RequestLost | Fault::Late { .. }) => Reach::Nothing,
        Some(_) => Reach::Damaged,
    }
}

/// The response as the till received it; `None` if nothing whole reached it.
pub(super) fn received(trace: &Trace) -> Option<Received> {
    if reach(trace.fault.as_ref()) != Reach::Whole {
        return None;
    }
    parse(&trace.response.as_ref()?.body)
}

/// Reads the top element of a response.
pub(super) fn parse(body: &str) -> Option<Received> {
    let dm = decode::elements(body).into_iter().find(|element| element.name == "dm")?;
    Some(Received {
        ok: dm.attribute("ok")?.to_owned(),
        info: dm.attribute("info").unwrap_or_default().to_owned(),
        dm_id: dm.attribute("dm_id").map(str::to_owned),
    })
}

impl Received {
    pub(super) fn paid(&self) -> bool {
        self.ok == "1"
    }

    pub(super) fn paying(&self) -> bool {
        self.ok == "-1" && self.dm_id.is_some()
    }

    /// Whether the bill failed. A refusal of the request names no bill.
    pub(super) fn failed(&self) -> bool {
        self.ok == "0" && self.dm_id.is_some()
    }

    pub(super) fn decided(&self) -> bool {
        self.paid() || self.failed()
    }
}
