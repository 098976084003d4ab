//! A request as it arrived, before any rule has processed it.

use axum::http::{Method, Request, header};
use serde::{Deserialize, Serialize};

use super::{params::Params, refusal::Refusal};

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

    fn allows(self, method: &Method) -> bool {
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
    fn of(endpoint: Endpoint, action: Option<&str>) -> Self {
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

#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub call: Call,
    pub params: Result<Params, Refusal>,
    /// The `Host` header: the name under which the till knows the platform.
    pub host: Option<String>,
}

impl Arrival {
    pub(crate) fn new<B>(endpoint: Endpoint, request: &Request<B>, body: &[u8]) -> Self {
        let params = params(endpoint, request, body);
        let action = params.as_ref().ok().and_then(|params| params.get("action"));
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        Self { call: Call::of(endpoint, action), host: host.map(str::to_owned), params }
    }
}

fn params<B>(endpoint: Endpoint, request: &Request<B>, body: &[u8]) -> Result<Params, Refusal> {
    if !endpoint.allows(request.method()) {
        return Err(Refusal::WrongMethod);
    }
    let query = request.uri().query().unwrap_or_default();
    if request.method() == Method::GET {
        return Params::parse(query);
    }
    if !query.is_empty() || !is_form(request) {
        return Err(Refusal::NotAForm);
    }
    Params::parse(std::str::from_utf8(body).map_err(|_| Refusal::BadEncoding)?)
}

fn is_form<B>(request: &Request<B>) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
