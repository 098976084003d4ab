//! The errors of calls. Each of them guarantees that the call sent nothing that moves money.

use std::io;

use crate::driver::{self, NoBill};
use crate::payment::LedgerError;
use crate::picture::PictureError;
use crate::protocol::amount::AmountError;
use crate::protocol::auth_code::AuthCodeError;
use crate::protocol::request::ParamError;
use crate::protocol::response::ResponseError;
use crate::till::code::Code;
use crate::till::fonts::NoFont;
use crate::till::http::HttpError;
use crate::till::printing::PrintError;

/// The error of a call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An option of `open` or a parameter of a call is not known or has a bad value.
    #[error("option {name}: {reason}")]
    Option {
        /// The name.
        name: String,
        /// The reason why it cannot be used.
        reason: String,
    },
    /// The data folder cannot be used.
    #[error("could not use the data folder")]
    Folder(#[source] io::Error),
    /// The driver of the money rules refused.
    #[error(transparent)]
    Driver(#[from] driver::Error),
    /// An address or a certificate file cannot be used.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The platform refused the activation code. With its message.
    #[error("the platform refused the activation code: {0}")]
    ActivationRefused(String),
    /// An input for the activation cannot be used. With its name.
    #[error("the {0} is empty or contains control characters")]
    ActivationInput(&'static str),
    /// The activation was sent, but no complete response came. With the reason.
    #[error("the outcome of the activation is unknown")]
    ActivationLost(#[source] Box<Self>),
    /// The till is activated, and its device could not be saved. With the reason.
    #[error("the till is activated; its device could not be saved")]
    DeviceNotSaved(#[source] io::Error),
    /// The platform does not accept the device. With its message.
    #[error("the platform does not accept the device: {0}")]
    ActivateAgain(String),
    /// Another till of this process is activated as this device.
    #[error("another client of this program is activated as device {0}")]
    DeviceInUse(String),
    /// Another folder took the place of the data folder.
    #[error("the data folder was moved or replaced while the till was open")]
    FolderMoved,
    /// Another client of this process has the data folder open.
    #[error("this process has the data folder open already")]
    AlreadyOpen,
    /// There is no config from the platform and no saved one. With the reason, if the platform was asked.
    #[error("there is no pay config")]
    NoConfig(#[source] Option<Box<Self>>),
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
    /// A pattern of the config cannot be read, so it is not known what it allows.
    #[error("could not read the {name} of the config: {pattern}")]
    Pattern {
        /// Its name: `micropay_total_regex` or `coderegex`.
        name: &'static str,
        /// The pattern.
        pattern: String,
    },
    /// No payment type of the config accepts the auth code.
    #[error("no payment type of the config accepts this auth code")]
    NoPayType,
    /// The config has no such payment type.
    #[error("the config has no payment type `{0}`")]
    UnknownPayType(String),
    /// The named payment type does not accept the auth code.
    #[error("the payment type `{0}` does not accept this auth code")]
    OtherPayType(String),
    /// Neither an order number (section 2) nor a channel's transaction that this till knows.
    #[error("`{0}` neither matches the config's cancelregex nor is the pay_id of an order of this till")]
    OrderNumber(String),
    /// The config does not allow this device to charge.
    #[error("the config's license_micropay is not 1")]
    NotLicensed,
    /// An extra parameter cannot be sent.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// A response that is not the platform's.
    #[error(transparent)]
    BadResponse(#[from] ResponseError),
    /// The platform has no such receipt. With the one stored in the ledger.
    #[error("the platform has no such receipt")]
    NoReceipt {
        /// The ledger's receipt, as text with escapes.
        stored: Option<String>,
    },
    /// The alarm does not exist or is already acknowledged.
    #[error("there is no unacknowledged alarm {0}")]
    NoAlarm(i64),
    /// No font can draw the receipt.
    #[error(transparent)]
    NoFont(#[from] NoFont),
    /// The receipt cannot be drawn.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The printer did not print.
    #[error(transparent)]
    Print(#[from] PrintError),
    /// The config names a server that is not allowed. With the reason.
    #[error("could not use the server of the config: {0}")]
    ServerNotAllowed(String),
}

impl Error {
    /// The code of this error.
    pub fn code(&self) -> Code {
        match self {
            Self::Option { .. } => Code::Options,
            Self::Folder(_) | Self::FolderMoved => Code::Folder,
            Self::AlreadyOpen => Code::AlreadyOpen,
            Self::Driver(error) => driver_code(error),
            Self::Http(HttpError::Base(_) | HttpError::Proxy(_)) => Code::Base,
            Self::Http(HttpError::CaFile { .. } | HttpError::CaPem(_) | HttpError::NoCa) => Code::CaFile,
            Self::ActivationRefused(_) | Self::ActivationInput(_) => Code::ActivationRefused,
            Self::ActivationLost(_) => Code::ActivationLost,
            Self::DeviceNotSaved(_) => Code::DeviceNotSaved,
            Self::ActivateAgain(_) => Code::ActivateAgain,
            Self::DeviceInUse(_) => Code::DeviceInUse,
            Self::NoConfig(_) => Code::NoConfig,
            Self::AuthCode(_) => Code::AuthCode,
            Self::Amount(_) => Code::Amount,
            Self::AmountNotAllowed { .. } | Self::Pattern { name: "micropay_total_regex", .. } => {
                Code::AmountNotAllowed
            }
            Self::Pattern { .. } => Code::PayType,
            Self::NoPayType | Self::UnknownPayType(_) | Self::OtherPayType(_) => Code::PayType,
            Self::OrderNumber(_) => Code::DmId,
            Self::NotLicensed => Code::NotLicensed,
            Self::Param(_) => Code::Param,
            Self::BadResponse(_) => Code::BadResponse,
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

impl From<NoBill> for Error {
    fn from(error: NoBill) -> Self {
        Self::Driver(error.into())
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
        Error::Ledger(error) => ledger_code(error),
        Error::NotActivated => Code::NotActivated,
        Error::DeviceUnreadable(_) => Code::DeviceUnreadable,
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
        Error::DayNotArchivable(_) => Code::DayNotArchivable,
        Error::RefundDiffers { .. } => Code::RefundDiffers,
        Error::RefundOpen(_) | Error::VoidOpen(_) => Code::RefundOpen,
        Error::RefundTooMuch { .. } => Code::RefundTooMuch,
        Error::BillLacksRefund => Code::BillLacksRefund,
        Error::ServerNotAllowed(_) => Code::ServerNotAllowed,
        Error::Busy(_) | Error::Ended => Code::Busy,
        Error::NotSent(_) => Code::NotSent,
        Error::NoResponse(_) | Error::NoTime => Code::NoResponse,
        Error::Refused(_) => Code::Refused,
        Error::Cancelled => Code::Cancelled,
    }
}

/// The code depends on the remedy: a folder that cannot be written to,
/// a full disk and a damaged ledger are different things.
const fn ledger_code(error: &LedgerError) -> Code {
    match error {
        LedgerError::InUse => Code::FolderInUse,
        LedgerError::Forked => Code::Forked,
        LedgerError::Damaged(_) => Code::LedgerDamaged,
        LedgerError::Newer(_) => Code::LedgerNewer,
        LedgerError::OtherMachine
        | LedgerError::OtherHardware
        | LedgerError::OtherFolder(_)
        | LedgerError::OtherFile => Code::LedgerCopied,
        LedgerError::OtherLedger | LedgerError::Missing | LedgerError::Behind { .. } => Code::LedgerRestored,
        LedgerError::Archive(_) => Code::Archive,
        LedgerError::ReadOnly(_) | LedgerError::CannotOpen(_) => Code::Folder,
        LedgerError::Moved | LedgerError::Full(_) | LedgerError::Disk(_) | LedgerError::Storage(_) => {
            Code::Ledger
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::chain::chain;
    use crate::driver::Error as DriverError;
    use crate::payment::{Cause, PersistError};
    use crate::picture::FontError;
    use crate::protocol::xml::XmlError;
    use crate::till::limited::Unfinished;

    fn text() -> String {
        "x1".to_owned()
    }

    fn cause() -> Cause {
        Cause::new(io::Error::other("disk I/O error"))
    }

    fn of_ledger() -> Vec<LedgerError> {
        vec![
            LedgerError::InUse,
            LedgerError::Forked,
            LedgerError::Damaged(cause()),
            LedgerError::Newer(9),
            LedgerError::OtherMachine,
            LedgerError::OtherHardware,
            LedgerError::OtherFolder(text()),
            LedgerError::OtherFile,
            LedgerError::OtherLedger,
            LedgerError::Missing,
            LedgerError::Behind { missing: 2, writes: 9 },
            LedgerError::Moved,
            LedgerError::Archive(cause()),
            LedgerError::Full(cause()),
            LedgerError::ReadOnly(cause()),
            LedgerError::CannotOpen(cause()),
            LedgerError::Disk(cause()),
            LedgerError::Storage(cause()),
        ]
    }

    fn of_bills() -> Vec<NoBill> {
        vec![
            NoBill::Bill(text()),
            NoBill::Refund(text()),
            NoBill::NotMade(text()),
            NoBill::NotANumber(text()),
            NoBill::NotNamed,
            NoBill::OtherOrder { out_trade_no: text(), dm_id: "dm1".to_owned() },
            NoBill::NotThere(text()),
            NoBill::Other(text()),
        ]
    }

    fn of_driver() -> Vec<DriverError> {
        let mut all = vec![
            DriverError::NotActivated,
            DriverError::DeviceUnreadable(text()),
            DriverError::OutTradeNo(text()),
            DriverError::OutRefundNo(text()),
            DriverError::AmountDiffers { out_trade_no: text(), recorded_fen: 1 },
            DriverError::StillOpen { out_trade_no: text(), attempt: 1 },
            DriverError::RefundOpen(text()),
            DriverError::VoidOpen(text()),
            DriverError::AlreadyRefunded(text()),
            DriverError::AuthCodeUsed { out_trade_no: text() },
            DriverError::RefundDiffers { out_refund_no: text(), recorded_fen: 1, dm_id: "dm1".to_owned() },
            DriverError::RefundTooMuch { refundable_fen: 1 },
            DriverError::NotOpen(text()),
            DriverError::TooEarly { left_ms: 1 },
            DriverError::DayNotOver(text()),
            DriverError::DayNotArchivable(text()),
            DriverError::BillLacksRefund,
            DriverError::ServerNotAllowed(text()),
            DriverError::BillNotPaid(text()),
            DriverError::Busy(text()),
            DriverError::Ended,
            DriverError::NotSent(text()),
            DriverError::NoResponse(text()),
            DriverError::NoTime,
            DriverError::Refused(text()),
            DriverError::Cancelled,
            PersistError::Closed.into(),
            PersistError::OrderTaken(text()).into(),
        ];
        all.extend(of_bills().into_iter().map(DriverError::from));
        all.extend(of_ledger().into_iter().map(DriverError::from));
        all.extend(of_ledger().into_iter().map(|error| PersistError::from(error).into()));
        all
    }

    fn of_the_protocol() -> Vec<Error> {
        let xml = [XmlError::Malformed(text()), XmlError::Forbidden, XmlError::TooLarge, XmlError::Empty];
        let mut responses = vec![
            ResponseError::NotText,
            ResponseError::NotThePlatform,
            ResponseError::CutOff,
            ResponseError::Trouble(text()),
            ResponseError::Several,
            ResponseError::OfDevice(text()),
            ResponseError::Incomplete("total"),
        ];
        responses.extend(xml.map(ResponseError::from));
        let mut all: Vec<Error> = responses.into_iter().map(Error::from).collect();
        all.extend(
            [AuthCodeError::Empty, AuthCodeError::NotDigits, AuthCodeError::Length(9)].map(Error::from),
        );
        all.extend(
            [AmountError::NotPositive, AmountError::TooLarge, AmountError::NotDecimal].map(Error::from),
        );
        let params = [
            ParamError::Name(text()),
            ParamError::Reserved(text()),
            ParamError::Similar { given: text(), known: "noremind" },
            ParamError::Barcode(text()),
            ParamError::Control(text()),
        ];
        all.extend(params.map(Error::from));
        all
    }

    fn of_files() -> Vec<Error> {
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let font = || PathBuf::from("font.ttf");
        let fonts = [
            NoFont::NotInstalled,
            NoFont::File(font(), denied()),
            NoFont::Font(font(), FontError),
            NoFont::Lacks(font(), PictureError::Lacks('豈')),
        ];
        let http = [
            HttpError::Base(text()),
            HttpError::Proxy(text()),
            HttpError::CaFile { path: font(), error: denied() },
            HttpError::CaPem(ureq::Error::HostNotFound),
            HttpError::NoCa,
        ];
        let printing = [
            PrintError::Address(text()),
            PrintError::NotFound(text()),
            PrintError::Offline(text()),
            PrintError::NoPaper,
            PrintError::Failed(text()),
        ];
        let mut all = vec![Error::Folder(denied()), Error::DeviceNotSaved(denied())];
        all.extend(fonts.map(Error::from));
        all.extend(http.map(Error::from));
        all.extend(printing.map(Error::from));
        all.extend([PictureError::Lacks('豈'), PictureError::TooLong].map(Error::from));
        all
    }

    /// Every error that a call can return.
    fn every_one() -> Vec<Error> {
        let lost = || Box::new(Error::from(DriverError::NoResponse(text())));
        let mut all = vec![
            Error::Option { name: "poll_ms".to_owned(), reason: "is not known".to_owned() },
            Error::ActivationRefused(text()),
            Error::ActivationInput("device id"),
            Error::ActivationLost(lost()),
            Error::ActivateAgain(text()),
            Error::DeviceInUse(text()),
            Error::AlreadyOpen,
            Error::NoConfig(Some(lost())),
            Error::NoConfig(None),
            Error::AmountNotAllowed { rule: "^1$".to_owned(), yuan: "0.02".to_owned() },
            Error::Pattern { name: "coderegex", pattern: "(?<=1)".to_owned() },
            Error::NoPayType,
            Error::UnknownPayType(text()),
            Error::OtherPayType(text()),
            Error::OrderNumber(text()),
            Error::NotLicensed,
            Error::NoReceipt { stored: None },
            Error::NoAlarm(1),
            Error::ServerNotAllowed(text()),
        ];
        all.extend(of_driver().into_iter().map(Error::from));
        all.extend(of_the_protocol());
        all.extend(of_files());
        all
    }

    fn is_fragment(line: &str) -> bool {
        let begins = line.starts_with(|first: char| first.is_lowercase() || first == '`');
        let of_debug = ["Some(", "None", "Error {", "Os {", "\"", "kind:"];
        begins && !line.ends_with('.') && !of_debug.iter().any(|debug| line.contains(debug))
    }

    #[test]
    fn every_error_is_a_fragment_that_says_each_thing_once() {
        for error in every_one() {
            let (own, line) = (error.to_string(), chain(&error));
            assert!(is_fragment(&own) && is_fragment(&line), "{line}");
            assert_eq!(line.matches(&own).count(), 1, "{line}");
            let parts: Vec<_> = line.split(": ").collect();
            let repeated = parts.iter().enumerate().find(|(at, part)| parts[..*at].contains(part));
            assert_eq!(repeated, None, "{line}");
        }
        for work in [Unfinished::Late, Unfinished::BrokenOff, Unfinished::NoThread(io::Error::other("full"))]
        {
            assert!(is_fragment(&chain(&work)), "{work}");
        }
    }

    #[test]
    fn damage_is_reported_as_damage_and_a_full_disk_as_that() {
        let code = |error: PersistError| Error::from(DriverError::from(error)).code();
        assert_eq!(code(LedgerError::Damaged(cause()).into()), Code::LedgerDamaged);
        assert_eq!(code(LedgerError::Full(cause()).into()), Code::Ledger);
        assert_eq!(code(LedgerError::ReadOnly(cause()).into()), Code::Folder);
        assert_eq!(code(LedgerError::InUse.into()), Code::FolderInUse);
        let full =
            Error::from(DriverError::from(LedgerError::Full(Cause::new("database or disk is full (13)"))));
        assert_eq!(chain(&full), "no space is left for the ledger: database or disk is full (13)");
    }
}
