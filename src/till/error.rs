//! Why a call did not do what it was asked to. Every one of these guarantees that the call sent nothing that moves
//! money.

use crate::payment::PersistError;
use crate::picture::PictureError;
use crate::protocol::amount::AmountError;
use crate::protocol::answer::AnswerError;
use crate::protocol::auth_code::AuthCodeError;
use crate::protocol::request::ParamError;
use crate::till::code::Code;
use crate::till::http::HttpError;
use crate::till::ledger::LedgerError;
use crate::till::printing::PrintError;

/// The error of a call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An option of `open` is not known or has a bad value.
    #[error("option {name}: {reason}")]
    Option {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The data folder cannot be used.
    #[error("data folder: {0}")]
    Folder(#[source] std::io::Error),
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// An address or a certificate file cannot be used.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// No device id and key.
    #[error("no device id and key")]
    NotActivated,
    /// The platform refused the activation code. With its sentence.
    #[error("{0}")]
    ActivationRefused(String),
    /// The activation was sent, and no whole answer came.
    #[error("{0}")]
    ActivationLost(String),
    /// The platform does not accept the device. With its sentence.
    #[error("{0}")]
    ActivateAgain(String),
    /// No config from the platform, and none saved. With the reason.
    #[error("{0}")]
    NoConfig(String),
    /// Not an auth code.
    #[error(transparent)]
    AuthCode(#[from] AuthCodeError),
    /// The code belongs to another bill.
    #[error("the auth code was used for the bill {out_trade_no}")]
    AuthCodeUsed {
        /// That bill.
        out_trade_no: String,
    },
    /// Not an amount.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// The config's rule forbids the amount.
    #[error("the rule {rule} does not allow {yuan} yuan")]
    AmountNotAllowed {
        /// The rule.
        rule: String,
        /// The amount.
        yuan: String,
    },
    /// No such payment type, or none for the code.
    #[error("{0}")]
    PayType(String),
    /// The config forbids this device to charge.
    #[error("license_micropay is not 1")]
    NotLicensed,
    /// Not a merchant order number.
    #[error("`{0}`")]
    OutTradeNo(String),
    /// Not a merchant refund number.
    #[error("`{0}`")]
    OutRefundNo(String),
    /// The number was used with another amount.
    #[error("the bill {out_trade_no} has {recorded_fen} fen")]
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
    /// The bill was paid and refunded in full.
    #[error("the bill {0} was refunded in full")]
    AlreadyRefunded(String),
    /// A further parameter cannot be sent.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// Neither the ledger nor the platform knows it.
    #[error("{0}")]
    NoBill(String),
    /// The bill is not paid.
    #[error("the bill {0} is not paid")]
    BillNotPaid(String),
    /// The refund number was used for something else.
    #[error("the refund {out_refund_no} is of {recorded_fen} fen on the order {dm_id}")]
    RefundDiffers {
        /// The number.
        out_refund_no: String,
        /// The amount that it was used with.
        recorded_fen: i32,
        /// The order that it was used with.
        dm_id: String,
    },
    /// Another refund of the bill is not decided.
    #[error("the refund {0} of this bill is open")]
    RefundOpen(String),
    /// The bill is to be undone, and is not yet.
    #[error("the void of the bill {0} is not finished")]
    VoidOpen(String),
    /// More than can be refunded.
    #[error("{refundable_fen} fen can still be refunded")]
    RefundTooMuch {
        /// What can be.
        refundable_fen: i64,
    },
    /// The same number is being worked on.
    #[error("{0}")]
    Busy(String),
    /// Nothing was sent. With the reason.
    #[error("{0}")]
    NotSent(String),
    /// A question without answer. With the reason.
    #[error("{0}")]
    NoAnswer(String),
    /// An answer that is not the platform's.
    #[error(transparent)]
    BadAnswer(#[from] AnswerError),
    /// The platform refused the request. With its sentence.
    #[error("{0}")]
    Refused(String),
    /// The platform has no such receipt; what the ledger stored.
    #[error("the platform has no such receipt")]
    NoReceipt {
        /// The ledger's receipt, as text with escapes.
        stored: Option<String>,
    },
    /// Cancelled before anything was sent.
    #[error("cancelled")]
    Cancelled,
    /// No such alarm, or acknowledged already.
    #[error("there is no alarm {0}")]
    NoAlarm(i64),
    /// No font can draw the receipt. With the reason.
    #[error("{0}")]
    NoFont(String),
    /// The receipt cannot be drawn.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The printer did not print.
    #[error(transparent)]
    Print(#[from] PrintError),
    /// The config names a server that is not allowed.
    #[error("{0}")]
    ServerNotAllowed(String),
}

impl Error {
    /// Its code.
    pub fn code(&self) -> Code {
        match self {
            Self::Option { .. } => Code::Options,
            Self::Folder(_) => Code::Folder,
            Self::Ledger(LedgerError::InUse) => Code::FolderInUse,
            Self::Ledger(LedgerError::Damaged(_)) => Code::LedgerDamaged,
            Self::Ledger(LedgerError::Newer(_)) => Code::LedgerNewer,
            Self::Ledger(LedgerError::Copied(_)) => Code::LedgerCopied,
            Self::Ledger(LedgerError::Restored(_)) => Code::LedgerRestored,
            Self::Ledger(LedgerError::Storage(_)) => Code::Ledger,
            Self::Http(HttpError::Base(_) | HttpError::Proxy(_)) => Code::Base,
            Self::Http(HttpError::Ca(_)) => Code::CaFile,
            Self::NotActivated => Code::NotActivated,
            Self::ActivationRefused(_) => Code::ActivationRefused,
            Self::ActivationLost(_) => Code::ActivationLost,
            Self::ActivateAgain(_) => Code::ActivateAgain,
            Self::NoConfig(_) => Code::NoConfig,
            Self::AuthCode(_) => Code::AuthCode,
            Self::AuthCodeUsed { .. } => Code::AuthCodeUsed,
            Self::Amount(_) => Code::Amount,
            Self::AmountNotAllowed { .. } => Code::AmountNotAllowed,
            Self::PayType(_) => Code::PayType,
            Self::NotLicensed => Code::NotLicensed,
            Self::OutTradeNo(_) => Code::OutTradeNo,
            Self::OutRefundNo(_) => Code::OutRefundNo,
            Self::AmountDiffers { .. } => Code::AmountDiffers,
            Self::StillOpen { .. } => Code::StillOpen,
            Self::AlreadyRefunded(_) => Code::AlreadyRefunded,
            Self::Param(_) => Code::Param,
            Self::NoBill(_) => Code::NoBill,
            Self::BillNotPaid(_) => Code::BillNotPaid,
            Self::RefundDiffers { .. } => Code::RefundDiffers,
            Self::RefundOpen(_) | Self::VoidOpen(_) => Code::RefundOpen,
            Self::RefundTooMuch { .. } => Code::RefundTooMuch,
            Self::Busy(_) => Code::Busy,
            Self::NotSent(_) => Code::NotSent,
            Self::NoAnswer(_) => Code::NoAnswer,
            Self::BadAnswer(_) => Code::BadAnswer,
            Self::Refused(_) => Code::Refused,
            Self::NoReceipt { .. } => Code::NoReceipt,
            Self::Cancelled => Code::Cancelled,
            Self::NoAlarm(_) => Code::NoAlarm,
            Self::NoFont(_) | Self::Picture(PictureError::Lacks(_)) => Code::NoFont,
            Self::Picture(PictureError::TooLong) => Code::Picture,
            Self::Print(PrintError::Address(_) | PrintError::NotFound(_)) => Code::NoPrinter,
            Self::Print(PrintError::Offline(_)) => Code::PrinterOffline,
            Self::Print(PrintError::NoPaper) => Code::NoPaper,
            Self::Print(PrintError::Failed(_)) => Code::NotPrinted,
            Self::ServerNotAllowed(_) => Code::ServerNotAllowed,
        }
    }
}

impl From<PersistError> for Error {
    fn from(error: PersistError) -> Self {
        Self::Ledger(LedgerError::Storage(error.to_string()))
    }
}
