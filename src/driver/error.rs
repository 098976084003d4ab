//! Why the driver does not do what it was asked to. Every one of these
//! guarantees that nothing that moves money was sent.

use crate::payment::{Cause, LedgerError, PersistError};
use crate::protocol::amount::yuan;

/// The refusal of a wish.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// No device id and key.
    #[error("this till has no device id and key")]
    NotActivated,
    /// Not a merchant order number.
    #[error("the bill number `{0}` is not 1 to 64 visible ASCII characters")]
    OutTradeNo(String),
    /// Not a merchant refund number.
    #[error("the refund number `{0}` is not 1 to 64 visible ASCII characters, or begins with void-")]
    OutRefundNo(String),
    /// Neither the ledger nor the platform knows it.
    #[error(transparent)]
    NoBill(#[from] NoBill),
    /// The number was used with another amount.
    #[error("the bill {out_trade_no} has {} yuan", yuan(i64::from(*.recorded_fen)))]
    AmountDiffers {
        /// The number.
        out_trade_no: String,
        /// The amount that it was used with.
        recorded_fen: i32,
    },
    /// An earlier charge of the bill is not decided.
    #[error("attempt {attempt} on the bill {out_trade_no} is open")]
    StillOpen {
        /// The number.
        out_trade_no: String,
        /// The attempt that is open.
        attempt: i64,
    },
    /// Another refund of the bill is not decided.
    #[error("the refund {0} of this bill is open")]
    RefundOpen(String),
    /// The bill is to be undone, and is not yet.
    #[error("the void of the bill {0} is not finished")]
    VoidOpen(String),
    /// The bill was paid and refunded in full.
    #[error("the bill {0} was refunded in full")]
    AlreadyRefunded(String),
    /// The code belongs to another bill.
    #[error("the auth code was used for the bill {out_trade_no}")]
    AuthCodeUsed {
        /// That bill.
        out_trade_no: String,
    },
    /// The refund number was used for something else.
    #[error("the refund {out_refund_no} is of {} yuan on the order {dm_id}", yuan(i64::from(*.recorded_fen)))]
    RefundDiffers {
        /// The number.
        out_refund_no: String,
        /// The amount that it was used with.
        recorded_fen: i32,
        /// The order that it was used with.
        dm_id: String,
    },
    /// More than can be refunded.
    #[error("only {} yuan can still be refunded", yuan(*.refundable_fen))]
    RefundTooMuch {
        /// What can be.
        refundable_fen: i64,
    },
    /// A person cannot decide it: it is decided, or the verdict does not fit it. With the number.
    #[error("there is nothing to decide about {0}")]
    NotOpen(String),
    /// A person may decide it only later.
    #[error("the library may still find out; a person can decide it in {} s", left_ms.div_ceil(1000))]
    TooEarly {
        /// How long its quiet time still lasts.
        left_ms: u64,
    },
    /// The day lies in the future. With the day.
    #[error("the day {0} lies in the future")]
    DayNotOver(String),
    /// The bill lacks a refund that is known, or shows it as another one.
    #[error("the bill lacks a refund that is known, or shows it with another number and time")]
    BillLacksRefund,
    /// The server that the order was charged at may not be used any more. With that server.
    #[error("the order was charged at {0}, which is not allowed")]
    ServerNotAllowed(String),
    /// The bill is not paid.
    #[error("the bill {0} is not paid")]
    BillNotPaid(String),
    /// The same number is being worked on. With its kind and number.
    #[error("another call is working on the {0}")]
    Busy(String),
    /// The task has ended.
    #[error("the call has ended")]
    Ended,
    /// Nothing was sent. With the reason.
    #[error("no request was sent: {0}")]
    NotSent(String),
    /// A question without answer. With the reason.
    #[error("the platform gave no complete answer: {0}")]
    NoAnswer(String),
    /// The other orders of a bill could not be refunded in time.
    #[error("no time is left for the other orders of the bill")]
    NoTime,
    /// The platform refused the request. With its sentence.
    #[error("the platform refused the request: {0}")]
    Refused(String),
    /// Cancelled before anything was sent.
    #[error("the caller cancelled before anything was sent")]
    Cancelled,
}

impl From<PersistError> for Error {
    fn from(error: PersistError) -> Self {
        match error {
            PersistError::Storage(error) => Self::Ledger(error),
            PersistError::OrderTaken(_) | PersistError::Closed => {
                Self::Ledger(LedgerError::Storage(Cause::new(error)))
            }
        }
    }
}

/// Why a bill is not found.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NoBill {
    /// The ledger has none with this number.
    #[error("the ledger has no bill {0}")]
    Bill(String),
    /// The ledger has no refund with this number.
    #[error("the ledger has no refund {0}")]
    Refund(String),
    /// The ledger has no refund with this number that was made.
    #[error("no refund {0} was made")]
    NotMade(String),
    /// Not a number of the platform.
    #[error("`{0}` is not an order number")]
    NotANumber(String),
    /// The caller named none.
    #[error("neither out_trade_no nor dm_id is given")]
    NotNamed,
    /// The bill and the order that the caller named do not belong together.
    #[error("the bill {out_trade_no} was not paid by the order {dm_id}")]
    OtherOrder {
        /// The bill.
        out_trade_no: String,
        /// The order.
        dm_id: String,
    },
    /// The platform has none. With its sentence.
    #[error("the platform has no such bill: {0}")]
    NotThere(String),
    /// The platform gave another one. With its order.
    #[error("the platform answered about the order {0}")]
    Other(String),
}
