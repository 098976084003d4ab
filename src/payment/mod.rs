//! The money rules as state machines without effects.
//!
//! A machine takes an [event](charge::Event) and the time of a monotonic clock in ms, and says the **one** thing
//! to do next: write this down, send this, wait until then, or reveal the end. Because there is only ever one thing
//! to do, "written before it is sent" and "written before it is told" are the order of the steps and nothing that a
//! driver could get wrong. The machines have no clock, socket, file or random of their own, and know no wall time.

pub mod admission;
pub mod bill;
pub mod charge;
pub mod day;
pub mod decision;
pub mod evidence;
mod ledger_error;
pub mod policy;
pub mod reconciliation;
pub mod refund;
pub mod row;

pub use ledger_error::{Cause, LedgerError};

/// Milliseconds of a monotonic clock; only differences mean anything.
pub type Millis = u64;

/// What became of a request. Only [`Delivery::NotSent`] may be sent again where money moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery<A> {
    /// No byte of the request was offered to a socket: name, connection or TLS failed. With the reason.
    NotSent(String),
    /// A byte or more was offered, no whole answer came, and more of it may still leave. With the reason.
    MaybeSent(String),
    /// The same, but the connection was reset: what has not left by now never will. With the reason.
    Reset(String),
    /// A whole answer, as the protocol read it.
    Answer(A),
}

impl<A> Delivery<A> {
    /// Reads the answer, if there is one.
    pub fn map<B>(self, read: impl FnOnce(A) -> B) -> Delivery<B> {
        match self {
            Self::NotSent(reason) => Delivery::NotSent(reason),
            Self::MaybeSent(reason) => Delivery::MaybeSent(reason),
            Self::Reset(reason) => Delivery::Reset(reason),
            Self::Answer(answer) => Delivery::Answer(read(answer)),
        }
    }
}

/// Why a record could not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersistError {
    /// The platform's order already belongs to another bill of this ledger.
    #[error("this order already belongs to the bill {0}")]
    OrderTaken(String),
    /// The row was decided before.
    #[error("the row is not open any more")]
    Closed,
    /// The ledger cannot be used.
    #[error(transparent)]
    Storage(#[from] LedgerError),
}

/// What a cashier can be told while a charge or refund goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The charge is being written down or sent.
    Sending,
    /// The customer is typing a password.
    CustomerPaying,
    /// The answer was lost or not understood; the platform is being asked.
    Asking,
    /// A refund is being made or settled.
    Refunding,
    /// There is an end.
    Ended,
}
