//! The calls of the terminal API, and where they arrive.

use axum::http::Method;
use serde::{Deserialize, Serialize};

/// The platform's endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Register,
    App,
    Time,
    Op,
    PrintInfo,
}

impl Endpoint {
    pub(crate) fn from_path(path: &str) -> Option<Self> {
        match path {
            "/o2o_dmprinter/app_device_register.php" => Some(Self::Register),
            "/o2o_dmprinter/app.php" => Some(Self::App),
            "/o2o_dmprinter/time.php" => Some(Self::Time),
            "/o2o-dm/op.php" => Some(Self::Op),
            "/o2o-dm/pay_printinfo.php" => Some(Self::PrintInfo),
            _ => None,
        }
    }

    pub(crate) fn allows(self, method: &Method) -> bool {
        match self {
            Self::Register | Self::App | Self::PrintInfo => method == Method::GET,
            Self::Time | Self::Op => method == Method::GET || method == Method::POST,
        }
    }
}

/// The call that a request makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Activate the till as a device.
    Activate,
    /// Read the pay config.
    Config,
    /// Ask for the time.
    Time,
    /// Charge an auth code.
    Micropay,
    /// Query a charge, by auth code or by bill number.
    Query,
    /// Make a refund.
    Refund,
    /// Read a bill.
    Read,
    /// Reprint a receipt.
    Reprint,
    /// None of these: an unknown address or action.
    Unknown,
}

impl Call {
    pub(crate) fn of(endpoint: Endpoint, action: Option<&str>) -> Self {
        match (endpoint, action) {
            (Endpoint::Register, _) => Self::Activate,
            (Endpoint::App, _) => Self::Config,
            (Endpoint::Time, _) => Self::Time,
            (Endpoint::PrintInfo, _) => Self::Reprint,
            (Endpoint::Op, Some("micropay")) => Self::Micropay,
            (Endpoint::Op, Some("query")) => Self::Query,
            (Endpoint::Op, Some("refund")) => Self::Refund,
            (Endpoint::Op, Some("read")) => Self::Read,
            (Endpoint::Op, _) => Self::Unknown,
        }
    }
}
