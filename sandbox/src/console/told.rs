//! What a till was told, as far as the wire lets us know.

use super::decode;
use crate::{fault::Fault, trace::Trace};

/// How much of an answer a till can make use of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It came, and says what the platform meant.
    Whole,
    /// Something came that says something else, or too late, or in pieces.
    Spoilt,
    /// The connection was closed without a byte.
    Nothing,
}

/// What an answer says at its top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
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
        Some(Fault::AnswerLost | Fault::RequestLost | Fault::Late { .. }) => Reach::Nothing,
        Some(_) => Reach::Spoilt,
    }
}

/// What the till was told in so many words; `None` if nothing whole reached it.
pub(super) fn told(trace: &Trace) -> Option<Told> {
    if reach(trace.fault.as_ref()) != Reach::Whole {
        return None;
    }
    said(&trace.answer.as_ref()?.body)
}

/// What this answer says.
pub(super) fn said(body: &str) -> Option<Told> {
    let dm = decode::elements(body).into_iter().find(|element| element.name == "dm")?;
    Some(Told {
        ok: dm.attribute("ok")?.to_owned(),
        info: dm.attribute("info").unwrap_or_default().to_owned(),
        dm_id: dm.attribute("dm_id").map(str::to_owned),
    })
}

impl Told {
    pub(super) fn paid(&self) -> bool {
        self.ok == "1"
    }

    pub(super) fn paying(&self) -> bool {
        self.ok == "-1" && self.dm_id.is_some()
    }

    /// A bill that failed; a refusal of the request names no bill.
    pub(super) fn failed(&self) -> bool {
        self.ok == "0" && self.dm_id.is_some()
    }

    pub(super) fn decided(&self) -> bool {
        self.paid() || self.failed()
    }
}
