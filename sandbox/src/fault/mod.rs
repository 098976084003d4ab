//! What can go wrong between a till and the platform, to order.

mod course;
mod says;
mod queue;

use serde::{Deserialize, Serialize};

use crate::{call::Call, money::Fen};
pub(crate) use course::{Acting, Course, Instead, Reply};
pub(crate) use queue::FaultQueue;
pub use says::{NamedBill, Says};

/// An HTTP status that a fault answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
pub struct FaultStatus(u16);

/// The number is no status that an answer can carry.
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

/// One way in which a request or its answer goes wrong. "Acts" means that the platform does what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Acts, then closes the connection without a byte.
    AnswerLost,
    /// Does not act, and closes the connection without a byte.
    RequestLost,
    /// Acts, waits, and answers.
    Delay {
        /// How long.
        ms: u64,
    },
    /// Waits, acts, and answers.
    DelayBefore {
        /// How long.
        ms: u64,
    },
    /// Acts, and answers once faults of this kind, or all of them, are taken back.
    Held,
    /// Closes the connection at once without a byte, and acts later.
    Late {
        /// How much later.
        ms: u64,
    },
    /// Acts twice, and answers once.
    DeliveredTwice {
        /// Answer what the first delivery got, not what the second got.
        #[serde(default)]
        first: bool,
        /// How much later the second delivery comes. A first answer does not wait for it.
        #[serde(default)]
        ms: u64,
    },
    /// Acts and answers, and leaves another answer on the connection, for the next request that comes over it.
    Leftover {
        /// The whole body of the other answer.
        body: String,
    },
    /// Acts, sends the first bytes of the HTTP answer (head included) and resets the connection.
    ResetAfter {
        /// How many bytes get through.
        bytes: u64,
    },
    /// Acts, announces the full body, sends its first bytes and closes the connection.
    Truncated {
        /// How many bytes of the body get through.
        bytes: u64,
    },
    /// Acts, and sends the answer byte by byte.
    Trickle {
        /// The pause after each byte.
        ms_per_byte: u64,
    },
    /// Answers with an HTTP error and a web server's page.
    Status {
        /// 500, 502, 503, 504, ...
        code: FaultStatus,
        /// The error came before the platform acted.
        #[serde(default)]
        before: bool,
    },
    /// Acts, and answers random bytes.
    Garbage {
        /// The same seed makes the same bytes.
        #[serde(default)]
        seed: u64,
        /// How many bytes, up to 1 GiB.
        #[serde(default = "usual_garbage")]
        bytes: usize,
    },
    /// Does not act: a hotel's login page answers, with status 200.
    Html,
    /// Acts, and the login page answers.
    HtmlAfter,
    /// Acts, and answers in GBK under a UTF-8 label.
    Gbk,
    /// Does not act, and sends the till elsewhere.
    Redirect {
        /// Where to.
        location: String,
    },
    /// Acts, and blows the answer up with blanks.
    Huge {
        /// How many blanks, up to 1 GiB.
        bytes: usize,
    },
    /// Does not act, and answers this.
    Answer {
        /// The whole body.
        body: String,
    },
    /// Acts, and answers this.
    AnswerAfter {
        /// The whole body.
        body: String,
    },
    /// Answers in these words, and acts before, later or never.
    Says(Says),
    /// Shows bills in queries and reads as they stood so long ago.
    Stale {
        /// How long ago.
        ms: u64,
    },
    /// Acts and answers, and the back office refunds the bill that the request is about, if so much of it is left.
    BackOffice {
        /// How much it refunds.
        refund_fen: Fen,
        /// It does so after the platform has acted, not before.
        #[serde(default)]
        after: bool,
    },
    /// Acts, and answers with another amount.
    WrongTotal {
        /// The amount, as text.
        total: String,
    },
    /// Acts, and answers with another bill number.
    WrongOrder {
        /// The bill number, as text.
        dm_id: String,
    },
    /// Acts, and says that the customer is still paying.
    StillPaying,
    /// Does not act, and says that there is no such bill.
    NotFound,
    /// Does not act, and says that the sign is wrong.
    SignError,
    /// Acts, and says that the sign is wrong.
    SignErrorAfter,
    /// Does not act, and says that the device is gone.
    DeviceError,
}

fn usual_garbage() -> usize {
    256
}

/// The name of [`Fault::Held`].
const HELD: &str = "held";

impl Fault {
    /// The name that stands in orders and in the request log.
    pub fn name(&self) -> String {
        let tagged = serde_json::to_value(self).unwrap_or_default();
        tagged["kind"].as_str().unwrap_or_default().to_owned()
    }
}

/// Which requests a fault hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultTarget {
    /// Those of one kind.
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

/// On paper a target is one word: a call's name, or `any`.
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

/// An order for a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultOrder {
    /// Which requests it hits.
    pub on: FaultTarget,
    /// How many of them; `None`: all, until the faults are cleared.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// How many of them pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// What goes wrong.
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

    /// Hits every such request until the faults are cleared.
    pub fn always(on: impl Into<FaultTarget>, fault: Fault) -> Self {
        Self { times: None, ..Self::once(on, fault) }
    }

    /// Lets so many such requests pass first.
    pub fn after(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// Hits so many such requests.
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
        assert_eq!(Fault::AnswerLost.name(), "answer_lost");
        assert_eq!(Fault::Held.name(), HELD);
        assert_eq!(Fault::Trickle { ms_per_byte: 1 }.name(), "trickle");
        assert_eq!(serde_json::to_string(&FaultTarget::Any).unwrap(), "\"any\"");
    }
}
