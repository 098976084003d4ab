//! Faults between a till and the platform, on demand.

mod plan;
mod says;
mod queue;

use serde::{Deserialize, Serialize};

use crate::{call::Call, money::Fen};
pub(crate) use plan::{Acting, Plan, Reply, Substitute};
pub(crate) use queue::FaultQueue;
pub use says::{NamedBill, Says};

/// The HTTP status of a fault's response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
pub struct FaultStatus(u16);

/// The number is not a status that a response can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an HTTP status from 200 to 599")]
pub struct FaultStatusError(u16);

impl TryFrom<u16> for FaultStatus {
    type Error = FaultStatusError;

    fn try_from(code: u16) -> Result<Self, FaultStatusError> {
        if (200..600).contains(&code) { Ok(Self(code)) } else { Err(FaultStatusError(code)) }
    }
}

impl From<FaultStatus> for u16 {
    fn from(status: FaultStatus) -> Self {
        status.0
    }
}

/// One way in which a request or its response goes wrong. "Acts" means that the platform processes the
/// request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Acts, then closes the connection without a byte.
    ResponseLost,
    /// Does not act, and closes the connection without a byte.
    RequestLost,
    /// Acts, waits, and responds.
    Delay {
        /// The delay.
        ms: u64,
    },
    /// Waits, acts, and responds.
    DelayBefore {
        /// The delay.
        ms: u64,
    },
    /// Acts, and responds once faults of this kind, or all faults, are removed.
    Held,
    /// Closes the connection at once without a byte, and acts later.
    Late {
        /// The delay.
        ms: u64,
    },
    /// Acts twice, and responds once.
    DeliveredTwice {
        /// Send the response to the first delivery, not the one to the second.
        #[serde(default)]
        first: bool,
        /// The delay of the second delivery. A response to the first one does not wait for it.
        #[serde(default)]
        ms: u64,
    },
    /// Acts and responds, and leaves another response on the connection, for the next request over it.
    Leftover {
        /// The whole body of the other response.
        body: String,
    },
    /// Acts, sends the first bytes of the HTTP response (headers included) and resets the connection.
    ResetAfter {
        /// How many bytes get through.
        bytes: u64,
    },
    /// Acts, announces the full body, sends its first bytes and closes the connection.
    Truncated {
        /// How many bytes of the body get through.
        bytes: u64,
    },
    /// Acts, and sends the response byte by byte.
    Trickle {
        /// The pause after each byte.
        ms_per_byte: u64,
    },
    /// Responds with an HTTP error and a web server's error page.
    Status {
        /// 500, 502, 503, 504, ...
        code: FaultStatus,
        /// The error occurs before the platform acts.
        #[serde(default)]
        before: bool,
    },
    /// Acts, and responds with random bytes.
    Garbage {
        /// The same seed generates the same bytes.
        #[serde(default)]
        seed: u64,
        /// How many bytes, up to 1 GiB.
        #[serde(default = "default_garbage")]
        bytes: usize,
    },
    /// Does not act: a hotel's login page is returned, with status 200.
    Html,
    /// Acts, and the login page is returned.
    HtmlAfter,
    /// Acts, and responds in GBK, labelled as UTF-8.
    Gbk,
    /// Does not act, and redirects the till.
    Redirect {
        /// The `Location` header.
        location: String,
    },
    /// Acts, and pads the response with blanks.
    Huge {
        /// How many blanks, up to 1 GiB.
        bytes: usize,
    },
    /// Does not act, and responds with this body.
    Response {
        /// The whole body.
        body: String,
    },
    /// Acts, and responds with this body.
    ResponseAfter {
        /// The whole body.
        body: String,
    },
    /// Responds in these words, and acts before, later or never.
    Says(Says),
    /// Shows bills in queries and reads as they were this long ago.
    Stale {
        /// The lag.
        ms: u64,
    },
    /// Acts and responds, and the back office refunds the bill that the request is about, if enough of it is
    /// left.
    BackOffice {
        /// The amount of the refund.
        refund_fen: Fen,
        /// The refund is made after the platform has acted, not before.
        #[serde(default)]
        after: bool,
    },
    /// Acts, and responds with another amount.
    WrongTotal {
        /// The amount, as text.
        total: String,
    },
    /// Acts, and responds with another bill number.
    WrongOrder {
        /// The bill number, as text.
        dm_id: String,
    },
    /// Acts, and responds that the customer is still paying.
    StillPaying,
    /// Does not act, and responds that the bill does not exist.
    NotFound,
    /// Does not act, and responds that the sign is wrong.
    SignError,
    /// Acts, and responds that the sign is wrong.
    SignErrorAfter,
    /// Does not act, and responds that the device does not exist.
    DeviceError,
}

fn default_garbage() -> usize {
    256
}

/// The name of [`Fault::Held`].
const HELD: &str = "held";

impl Fault {
    /// The name used in the control API and the request log.
    pub fn name(&self) -> String {
        let tagged = serde_json::to_value(self).unwrap_or_default();
        tagged["kind"].as_str().unwrap_or_default().to_owned()
    }
}

/// Which requests a fault hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultTarget {
    /// Requests of one kind.
    Call(Call),
    /// Every request to the platform.
    Any,
}

impl FaultTarget {
    fn hits(self, call: Call) -> bool {
        match self {
            Self::Call(wanted) => wanted == call,
            Self::Any => true,
        }
    }
}

impl From<Call> for FaultTarget {
    fn from(call: Call) -> Self {
        Self::Call(call)
    }
}

/// Serialized as one word: a call's name, or `any`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum TargetWord {
    Call(Call),
    Any(AnyWord),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AnyWord {
    Any,
}

impl Serialize for FaultTarget {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Call(call) => TargetWord::Call(*call),
            Self::Any => TargetWord::Any(AnyWord::Any),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FaultTarget {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match TargetWord::deserialize(deserializer)? {
            TargetWord::Call(call) => Self::Call(call),
            TargetWord::Any(AnyWord::Any) => Self::Any,
        })
    }
}

/// A fault to inject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultOrder {
    /// Which requests it hits.
    pub on: FaultTarget,
    /// How many of them it hits; `None`: all, until it is removed.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// How many of them pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// The fault.
    pub fault: Fault,
}

fn once() -> Option<u32> {
    Some(1)
}

impl FaultOrder {
    /// Hits the next such request.
    pub fn once(on: impl Into<FaultTarget>, fault: Fault) -> Self {
        Self { on: on.into(), times: Some(1), skip: 0, fault }
    }

    /// Hits every such request until it is removed.
    pub fn always(on: impl Into<FaultTarget>, fault: Fault) -> Self {
        Self { times: None, ..Self::once(on, fault) }
    }

    /// Lets this many such requests pass first.
    pub fn after(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// Hits this many such requests.
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> FaultOrder {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn orders_read_as_documented() {
        let order = read(r#"{"on":"micropay","fault":{"kind":"late","ms":5}}"#);
        assert_eq!(order, FaultOrder::once(Call::Micropay, Fault::Late { ms: 5 }));
        let order = read(r#"{"on":"any","times":null,"skip":2,"fault":{"kind":"status","code":502}}"#);
        let fault = Fault::Status { code: 502.try_into().unwrap(), before: false };
        assert_eq!(order, FaultOrder::always(FaultTarget::Any, fault).after(2));
    }

    #[test]
    fn nonsense_is_refused() {
        for json in [
            r#"{"on":"elsewhere","fault":{"kind":"html"}}"#,
            r#"{"on":"any","fault":{"kind":"unheard_of"}}"#,
            r#"{"on":"any","fault":{"kind":"status","code":99}}"#,
            r#"{"on":"any","fault":{"kind":"delay"}}"#,
            r#"{"on":"any","fault":{"kind":"html"},"tmies":2}"#,
        ] {
            assert!(serde_json::from_str::<FaultOrder>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn names_are_the_tags() {
        assert_eq!(Fault::ResponseLost.name(), "response_lost");
        assert_eq!(Fault::Held.name(), HELD);
        assert_eq!(Fault::Trickle { ms_per_byte: 1 }.name(), "trickle");
        assert_eq!(serde_json::to_string(&FaultTarget::Any).unwrap(), "\"any\"");
    }
}
