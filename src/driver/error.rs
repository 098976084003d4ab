//! Why the driver does not do what it was asked to. Each of these guarantees that no request that moves money
//! was sent.

use crate::payment::archive::DAYS_BEFORE_ARCHIVE;
use crate::payment::{Cause, LedgerError, PersistError};
use crate::protocol::amount::yuan;

/// Why a request was rejected.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The till has no device id and key.
    #[error("this till has no device id and key")]
    NotActivated,
    /// The till's device key is saved, and cannot be read. With the reason.
    #[error("the saved device key cannot be read: {0}")]
    DeviceUnreadable(String),
    /// Not a valid merchant order number.
    #[error("the bill number `{0}` is not 1 to 64 visible ASCII characters")]
    OutTradeNo(String),
    /// Not a valid merchant refund number.
    #[error("the refund number `{0}` is not 1 to 64 visible ASCII characters, or begins with void-")]
    OutRefundNo(String),
    /// Neither the ledger nor the platform knows the bill.
    #[error(transparent)]
    NoBill(#[from] NoBill),
    /// The number was used with another amount.
    #[error("the bill {out_trade_no} is for {} yuan", yuan(i64::from(*.recorded_fen)))]
    AmountDiffers {
        /// The number.
        out_trade_no: String,
        /// The amount that it was used with.
        recorded_fen: i32,
    },
    /// An earlier charge of the bill is undecided.
    #[error("attempt {attempt} on the bill {out_trade_no} is open")]
    StillOpen {
        /// The number.
        out_trade_no: String,
        /// The attempt that is open.
        attempt: i64,
    },
    /// Another refund of the bill is undecided.
    #[error("the refund {0} of this bill is open")]
    RefundOpen(String),
    /// The bill is to be voided, and has not been yet.
    #[error("the void of the bill {0} is not finished")]
    VoidOpen(String),
    /// The bill was paid and refunded in full.
    #[error("the bill {0} was refunded in full")]
    AlreadyRefunded(String),
    /// The auth code was used for another bill.
    #[error("the auth code was used for the bill {out_trade_no}")]
    AuthCodeUsed {
        /// That bill.
        out_trade_no: String,
    },
    /// The refund number was used for something else.
    #[error(
        "the refund {out_refund_no} is for {} yuan on the order {dm_id}",
        yuan(i64::from(*.recorded_fen))
    )]
    RefundDiffers {
        /// The number.
        out_refund_no: String,
        /// The amount that it was used with.
        recorded_fen: i32,
        /// The order that it was used with.
        dm_id: String,
    },
    /// More than can still be refunded.
    #[error("only {} yuan can still be refunded", yuan(*.refundable_fen))]
    RefundTooMuch {
        /// The amount that can still be refunded, in fen.
        refundable_fen: i64,
    },
    /// A person cannot decide it: it is already decided, or the verdict does not fit it. With the number.
    #[error("there is nothing to decide about {0}")]
    NotOpen(String),
    /// A person may decide it only later.
    #[error("the library may still find out; a person can decide it in {} s", left_ms.div_ceil(1000))]
    TooEarly {
        /// How much of its quiet time is left, in ms.
        left_ms: u64,
    },
    /// The day lies in the future. With the day.
    #[error("the day {0} lies in the future")]
    DayNotOver(String),
    /// The day is not closed, or not long enough ago to be archived. With the day.
    #[error("the day {0} is not closed, or less than {days} days ago", days = DAYS_BEFORE_ARCHIVE)]
    DayNotArchivable(String),
    /// The platform's bill lacks a known refund, or shows it as a different one.
    #[error("the platform's bill lacks a known refund, or shows it with another number and time")]
    BillLacksRefund,
    /// The server at which the order was charged is no longer allowed. With that server.
    #[error("the order was charged at {0}, which is not allowed")]
    ServerNotAllowed(String),
    /// The bill is not paid.
    #[error("the bill {0} is not paid")]
    BillNotPaid(String),
    /// Another call is working on the same number. With its kind and number.
    #[error("another call is working on the {0}")]
    Busy(String),
    /// The task has ended.
    #[error("the call has ended")]
    Ended,
    /// Nothing was sent. With the reason.
    #[error("no request was sent: {0}")]
    NotSent(String),
    /// A query got no response. With the reason.
    #[error("the platform gave no complete response: {0}")]
    NoResponse(String),
    /// No time was left to refund the other orders of a bill.
    #[error("no time was left for the other orders of the bill")]
    NoTime,
    /// The platform refused the request. With its message.
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
    /// The ledger has no refund with this number that was carried out.
    #[error("no refund {0} was made")]
    NotMade(String),
    /// Not a valid order number of the platform.
    #[error("`{0}` is not an order number")]
    NotANumber(String),
    /// The caller named no bill.
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
    /// The platform has no such bill. With its message.
    #[error("the platform has no such bill: {0}")]
    NotThere(String),
    /// The platform responded about another order. With that order.
    #[error("the platform answered about the order {0}")]
    Other(String),
}
