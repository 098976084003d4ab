//! The money rules as state machines without side effects.
//!
//! A machine takes an [event](charge::Event) and the time of a monotonic clock in ms, and returns the **one**
//! next action: write this, send this, wait until then, or reveal the outcome. Because there is only ever one
//! next action, "written before it is sent" and "written before it is reported" follow from the order of the
//! steps, and no driver can get them wrong. The machines have no clock, socket, file or random numbers of
//! their own, and know no wall time.

pub mod admission;
pub mod archive;
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

/// Milliseconds of a monotonic clock; only differences are meaningful.
pub type Millis = u64;

/// The result of a request. Only [`Delivery::NotSent`] may be sent again where money moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery<A> {
    /// No byte of the request was offered to a socket: name resolution, connection or TLS failed. Carries the
    /// reason.
    NotSent(String),
    /// A byte or more was offered, no whole response came, and more of the request may still leave. Carries
    /// the reason.
    MaybeSent(String),
    /// The same, but the connection was reset: what has not left by now never will. Carries the reason.
    Reset(String),
    /// A whole response, as the protocol read it.
    Response(A),
}

impl<A> Delivery<A> {
    /// Converts the response, if there is one.
    pub fn map<B>(self, read: impl FnOnce(A) -> B) -> Delivery<B> {
        match self {
            Self::NotSent(reason) => Delivery::NotSent(reason),
            Self::MaybeSent(reason) => Delivery::MaybeSent(reason),
            Self::Reset(reason) => Delivery::Reset(reason),
            Self::Response(response) => Delivery::Response(read(response)),
        }
    }
}

/// Why a record could not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersistError {
    /// The platform's order already belongs to another bill of this ledger.
    #[error("this order already belongs to the bill {0}")]
    OrderTaken(String),
    /// The row was already decided.
    #[error("the row is no longer open")]
    Closed,
    /// The ledger cannot be used.
    #[error(transparent)]
    Storage(#[from] LedgerError),
}

/// The progress to show to a cashier while a charge or refund is in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The charge is being written or sent.
    Sending,
    /// The customer is typing a password.
    CustomerPaying,
    /// The response was lost or not understood; the platform is being queried.
    Asking,
    /// A refund is being made or settled.
    Refunding,
    /// The outcome is known.
    Ended,
}
