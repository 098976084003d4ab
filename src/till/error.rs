//! Why a call did not do what it was asked to. Every one of these guarantees that the call sent nothing that moves
//! money.

use crate::driver::{self, LedgerError};
use crate::picture::PictureError;
use crate::protocol::amount::AmountError;
use crate::protocol::answer::AnswerError;
use crate::protocol::auth_code::AuthCodeError;
use crate::protocol::request::ParamError;
use crate::till::code::Code;
use crate::till::http::HttpError;

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
    /// The driver of the money rules has refused.
    #[error(transparent)]
    Driver(#[from] driver::Error),
    /// An address or a certificate file cannot be used.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The platform refused the activation code. With its sentence.
    #[error("{0}")]
    ActivationRefused(String),
    /// The activation was sent, and no whole answer came.
    #[error("{0}")]
    ActivationLost(String),
    /// The platform does not accept the device. With its sentence.
    #[error("{0}")]
    ActivateAgain(String),
    /// Another till of this process is activated as this device.
    #[error("another client of this program is the device {0}")]
    DeviceInUse(String),
    /// No config from the platform, and none saved. With the reason.
    #[error("{0}")]
    NoConfig(String),
    /// Not an auth code.
    #[error(transparent)]
    AuthCode(#[from] AuthCodeError),
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
    /// Not the number of an order (section 2), nor a channel's transaction that this till knows.
    #[error(
        "`{0}` is not an order number that the config's cancelregex takes, nor the pay_id of an order of this till"
    )]
    OrderNumber(String),
    /// The config forbids this device to charge.
    #[error("license_micropay is not 1")]
    NotLicensed,
    /// A further parameter cannot be sent.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// An answer that is not the platform's.
    #[error(transparent)]
    BadAnswer(#[from] AnswerError),
    /// The platform has no such receipt; what the ledger stored.
    #[error("the platform has no such receipt")]
    NoReceipt {
        /// The ledger's receipt, as text with escapes.
        stored: Option<String>,
    },
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
            Self::Driver(error) => driver_code(error),
            Self::Http(HttpError::Base(_) | HttpError::Proxy(_)) => Code::Base,
            Self::Http(HttpError::Ca(_)) => Code::CaFile,
            Self::ActivationRefused(_) => Code::ActivationRefused,
            Self::ActivationLost(_) => Code::ActivationLost,
            Self::ActivateAgain(_) => Code::ActivateAgain,
            Self::DeviceInUse(_) => Code::DeviceInUse,
            Self::NoConfig(_) => Code::NoConfig,
            Self::AuthCode(_) => Code::AuthCode,
            Self::Amount(_) => Code::Amount,
            Self::AmountNotAllowed { .. } => Code::AmountNotAllowed,
            Self::PayType(_) => Code::PayType,
            Self::OrderNumber(_) => Code::DmId,
            Self::NotLicensed => Code::NotLicensed,
            Self::Param(_) => Code::Param,
            Self::BadAnswer(_) => Code::BadAnswer,
            Self::NoReceipt { .. } => Code::NoReceipt,
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

impl From<LedgerError> for Error {
    fn from(error: LedgerError) -> Self {
        Self::Driver(error.into())
    }
}

const fn driver_code(error: &driver::Error) -> Code {
    use driver::Error;
    match error {
        Error::Ledger(LedgerError::InUse) => Code::FolderInUse,
        Error::Ledger(LedgerError::Damaged(_)) => Code::LedgerDamaged,
        Error::Ledger(LedgerError::Newer(_)) => Code::LedgerNewer,
        Error::Ledger(LedgerError::Copied(_)) => Code::LedgerCopied,
        Error::Ledger(LedgerError::Restored(_)) => Code::LedgerRestored,
        Error::Ledger(LedgerError::Storage(_)) => Code::Ledger,
        Error::NotActivated => Code::NotActivated,
        Error::AuthCodeUsed { .. } => Code::AuthCodeUsed,
        Error::OutTradeNo(_) => Code::OutTradeNo,
        Error::OutRefundNo(_) => Code::OutRefundNo,
        Error::AmountDiffers { .. } => Code::AmountDiffers,
        Error::StillOpen { .. } => Code::StillOpen,
        Error::AlreadyRefunded(_) => Code::AlreadyRefunded,
        Error::NoBill(_) => Code::NoBill,
        Error::BillNotPaid(_) => Code::BillNotPaid,
        Error::NotOpen(_) => Code::NotOpen,
        Error::TooEarly { .. } => Code::TooEarly,
        Error::DayNotOver(_) => Code::DayNotOver,
        Error::RefundDiffers { .. } => Code::RefundDiffers,
        Error::RefundOpen(_) | Error::VoidOpen(_) => Code::RefundOpen,
        Error::RefundTooMuch { .. } => Code::RefundTooMuch,
        Error::BillLacksRefund => Code::BillLacksRefund,
        Error::ServerNotAllowed(_) => Code::ServerNotAllowed,
        Error::Busy(_) => Code::Busy,
        Error::NotSent(_) => Code::NotSent,
        Error::NoAnswer(_) => Code::NoAnswer,
        Error::Refused(_) => Code::Refused,
        Error::Cancelled => Code::Cancelled,
    }
}
