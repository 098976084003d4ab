//! Why the driver does not do what it was asked to. Every one of these guarantees that nothing that moves money was sent.

use crate::driver::store::LedgerError;
use crate::payment::PersistError;
use crate::protocol::amount::yuan;

/// The refusal of a wish.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// No device id and key.
    #[error("no device id and key")]
    NotActivated,
    /// Not a merchant order number.
    #[error("`{0}`")]
    OutTradeNo(String),
    /// Not a merchant refund number.
    #[error("`{0}`")]
    OutRefundNo(String),
    /// Neither the ledger nor the platform knows it.
    #[error("{0}")]
    NoBill(String),
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
    #[error("{} yuan can still be refunded", yuan(*.refundable_fen))]
    RefundTooMuch {
        /// What can be.
        refundable_fen: i64,
    },
    /// A person cannot decide it: it is decided, or the verdict does not fit it. With the number.
    #[error("{0} is not open")]
    NotOpen(String),
    /// A person may decide it only later.
    #[error("the library may still find out; a person can decide it in {} s", left_ms.div_ceil(1000))]
    TooEarly {
        /// How long its quiet time still lasts.
        left_ms: u64,
    },
    /// The day lies in the future. With the day.
    #[error("{0} lies in the future")]
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
    /// The same number is being worked on.
    #[error("{0}")]
    Busy(String),
    /// Nothing was sent. With the reason.
    #[error("{0}")]
    NotSent(String),
    /// A question without answer. With the reason.
    #[error("{0}")]
    NoAnswer(String),
    /// The platform refused the request. With its sentence.
    #[error("{0}")]
    Refused(String),
    /// Cancelled before anything was sent.
    #[error("cancelled")]
    Cancelled,
}

impl From<PersistError> for Error {
    fn from(error: PersistError) -> Self {
        Self::Ledger(LedgerError::Storage(error.to_string()))
    }
}
