//! Builds the nine requests: address, method, parameters and sign.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::protocol::amount::Fen;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::dialect::{Dialect, Gs1List, QueryPayType, ReprintNumber, SignCase};
use crate::protocol::sign;

const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Names that an extra parameter may not have: the library sets them, or they belong to the key.
const RESERVED: [&str; 13] = [
    "action",
    "authcode",
    "device_id",
    "dm_id",
    "info",
    "infoaddo",
    "key",
    "noremind",
    "paytype",
    "pay_type",
    "refund",
    "sign",
    "total",
];

/// Names of parameters that calls of the library take for themselves and do not send. An extra parameter has
/// one only if it is marked.
const OWN: [&str; 9] =
    ["any_code", "any_number", "custom_series", "deadline_ms", "gs1", "insist", "staff", "table", "tableno"];

/// Names of arguments of the library's calls. What is meant by one is sent under the platform's name, and a
/// second value beside it could only contradict it.
const ARGUMENTS: [&str; 4] = ["out_refund_no", "out_trade_no", "refund_fen", "total_fen"];

/// Names that other payment platforms have for these.
const ELSEWHERE: [(&str, &str); 3] =
    [("amount", "total_fen"), ("refund_amount", "refund_fen"), ("total_amount", "total_fen")];

/// Names of the document's appendix.
const OF_THE_APPENDIX: [&str; 2] = ["dic_amount", "operator_id"];

/// The mark of an extra parameter whose name is like one of these, and is meant.
const MARK: &str = "extra:";

const OP: &str = "/o2o-dm/op.php";

/// A device of the platform: its number and the key that signs its requests.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// `device_id`.
    pub id: String,
    /// The secret.
    pub key: String,
    /// The choices of its platform where the document leaves them open.
    pub dialect: Dialect,
}

impl Device {
    /// Creates a device whose platform follows the most likely reading of the document.
    pub fn new(id: impl Into<String>, key: impl Into<String>) -> Self {
        Self { id: id.into(), key: key.into(), dialect: Dialect::default() }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Parameters in the address.
    Get,
    /// Parameters as a form in the body, where no proxy logs them.
    Post,
}

/// The call that a request makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Register this till as a device.
    Activate,
    /// The pay config.
    Config,
    /// The platform's time.
    Time,
    /// Charge a customer.
    Micropay,
    /// Query a charge, by auth code or by order.
    Query,
    /// Refund.
    Refund,
    /// A bill.
    Read,
    /// Print a receipt again.
    Reprint,
}

/// The methods of the calls for which the document allows both: "GET或POST" (sections 3 and 4). Some
/// platforms accept only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Methods {
    /// For the time.
    pub time: Method,
    /// For a charge.
    pub micropay: Method,
    /// For both queries.
    pub query: Method,
    /// For a refund.
    pub refund: Method,
    /// For a bill.
    pub read: Method,
}

impl Default for Methods {
    /// Requests that contain an auth code or move money use the method that no proxy logs or repeats.
    fn default() -> Self {
        Self {
            time: Method::Get,
            micropay: Method::Post,
            query: Method::Post,
            refund: Method::Post,
            read: Method::Post,
        }
    }
}

impl Methods {
    /// Returns the method of a call. For calls without a choice, the document allows only GET.
    pub const fn of(&self, call: Call) -> Method {
        match call {
            Call::Time => self.time,
            Call::Micropay => self.micropay,
            Call::Query => self.query,
            Call::Refund => self.refund,
            Call::Read => self.read,
            Call::Activate | Call::Config | Call::Reprint => Method::Get,
        }
    }
}

/// The host that a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// The fixed address of activation and config.
    Base,
    /// The `server` that the config names.
    Server,
}

/// A request, ready to send.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The host that it goes to.
    pub host: Host,
    /// The call, which determines the method.
    pub call: Call,
    /// The path, with a leading slash.
    pub path: &'static str,
    params: Vec<(String, String)>,
}

impl Request {
    /// Returns the parameters with names and values percent-encoded, joined by `&`.
    pub fn encoded(&self) -> String {
        let mut out = String::with_capacity(256);
        for (name, value) in &self.params {
            if !out.is_empty() {
                out.push('&');
            }
            out.extend(utf8_percent_encode(name, FORM));
            out.push('=');
            out.extend(utf8_percent_encode(value, FORM));
        }
        out
    }

    /// Returns the raw parameters.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.params().map(|(name, _)| name).collect();
        write!(f, "{:?} {} {names:?}", self.call, self.path)
    }
}

/// Why a caller's parameter cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// Names consist of letters, digits and `_`, and do not begin with a digit: PHP would sort such names as
    /// numbers.
    #[error("`{0}` is not a parameter name: letters, digits and _, no digit first")]
    Name(String),
    /// The library itself sets this parameter.
    #[error("`{0}` is set by the library and cannot be an extra parameter")]
    Reserved(String),
    /// It is none of the call's parameters, but is called or almost called like one of the library's, or like
    /// an argument of its calls.
    #[error("`{given}` is not sent: did you mean `{known}`? If not, name it `{MARK}{given}`")]
    Similar {
        /// The name.
        given: String,
        /// The name that it is like.
        known: &'static str,
    },
    /// The text is not a list of bar codes.
    #[error("`{0}` is not a list of bar codes: letters and digits, separated by commas")]
    Barcode(String),
    /// It contains a control character, which only the goods detail may have (tab and line ends).
    #[error("`{0}` contains a control character")]
    Control(String),
}

/// Parameters beyond the tables, such as `operator_id`; they are signed and sent (appendix).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra(Vec<(String, String)>);

impl Extra {
    /// Adds a parameter; a second value for the same name replaces the first. Leaves out a parameter without
    /// a value, because the appendix does not say whether it is part of the sign.
    ///
    /// A name that is almost one of the library's is a slip, and the platform would ignore it: `noremnid`. So
    /// is one for what the call has as an argument, which the platform might not ignore: `total_fee`. It is
    /// sent only if it is marked: `extra:noremnid`.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ParamError> {
        let (name, is_marked) = match name.strip_prefix(MARK) {
            Some(name) => (name, true),
            None => (name, false),
        };
        let begins_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins_well || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(ParamError::Name(name.to_owned()));
        }
        if RESERVED.contains(&name) {
            return Err(ParamError::Reserved(name.to_owned()));
        }
        if let Some(known) = similar(name).filter(|_| !is_marked) {
            return Err(ParamError::Similar { given: name.to_owned(), known });
        }
        if value.chars().any(char::is_control) {
            return Err(ParamError::Control(name.to_owned()));
        }
        self.0.retain(|(n, _)| n != name);
        if !value.is_empty() {
            self.0.push((name.to_owned(), value.to_owned()));
        }
        Ok(())
    }

    /// Returns a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Returns the parameters in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

/// Returns the known name that a name is like: the same, the same but for case and `_`, or one slip of a
/// finger away (two in a long name). `None` for those of the appendix.
fn similar(name: &str) -> Option<&'static str> {
    if OF_THE_APPENDIX.contains(&name) {
        return None;
    }
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase().into_bytes();
    let given = plain(name);
    let is_like = |known: &str| {
        let known = plain(known);
        slips(&given, &known) <= (known.len() / 4).clamp(1, 2)
    };
    let mut known = OWN.iter().chain(&RESERVED).chain(&OF_THE_APPENDIX).chain(&ARGUMENTS).copied();
    let elsewhere = || ELSEWHERE.into_iter().find(|(name, _)| is_like(name)).map(|(_, here)| here);
    known.find(|known| is_like(known)).or_else(elsewhere)
}

/// Returns how many letters are missing, added, replaced or swapped with their neighbour between two names:
/// at least that many, if it is more than two.
fn slips(one: &[u8], other: &[u8]) -> usize {
    if one.len().abs_diff(other.len()) > 2 {
        return 3;
    }
    // Rows of the table of distances between the beginnings of the names.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

/// The goods detail of a payment, in one of the two forms of section 3.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Goods {
    /// None.
    #[default]
    None,
    /// Form 1: the caller's own text, sent byte for byte; `info` is the caller's mark.
    Text {
        /// `info`, empty for none.
        info: String,
        /// `infoaddo`, empty for none.
        infoaddo: String,
    },
    /// Form 2: a list of GS1 bar codes; `info` is `GS`.
    Gs1(Vec<String>),
}

impl Goods {
    /// Creates form 1. Keeps line ends and tabs exactly; rejects other control characters.
    pub fn text(info: &str, infoaddo: &str) -> Result<Self, ParamError> {
        for (name, value) in [("info", info), ("infoaddo", infoaddo)] {
            if value.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t')) {
                return Err(ParamError::Control(name.to_owned()));
            }
        }
        Ok(Self::Text { info: info.to_owned(), infoaddo: infoaddo.to_owned() })
    }

    /// Creates form 2 from bar codes separated by commas or blanks; without any there is no goods detail.
    pub fn gs1(codes: &str) -> Result<Self, ParamError> {
        let codes: Vec<String> =
            codes.split([',', ' ']).filter(|code| !code.is_empty()).map(str::to_owned).collect();
        if codes.iter().any(|code| !code.bytes().all(|b| b.is_ascii_alphanumeric())) {
            return Err(ParamError::Barcode(codes.join(",")));
        }
        Ok(if codes.is_empty() { Self::None } else { Self::Gs1(codes) })
    }

    fn params(&self, code: &AuthCode, form: Gs1List) -> Vec<(&'static str, String)> {
        match self {
            Self::None => Vec::new(),
            Self::Text { info, infoaddo } => [("info", info), ("infoaddo", infoaddo)]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name, value.clone()))
                .collect(),
            Self::Gs1(codes) => {
                let (rule, end) = match form {
                    Gs1List::Appendix => ("--------------------", "\r\n"),
                    Gs1List::Section => ("", ""),
                };
                let codes: Vec<String> = codes.iter().map(|code| format!("GS1:{code}")).collect();
                let head = format!("[被扫支付]授权码:{}\r\n{rule}\r\n", code.reveal());
                vec![("info", "GS".to_owned()), ("infoaddo", format!("{head}{}{end}", codes.join("\r\n")))]
            }
        }
    }
}

/// The content of a payment request (section 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Micropay {
    /// The code on the customer's phone.
    pub auth_code: AuthCode,
    /// `paytype`.
    pub paytype: String,
    /// The amount.
    pub total: Fen,
    /// The goods detail.
    pub goods: Goods,
    /// Whether to ask for a response without a receipt.
    pub noremind: bool,
    /// Further parameters.
    pub extra: Extra,
}

/// Activates a device with a one-time code (section 1). `hostid` is already Base64.
pub fn activate(hostid: &str, initkey: &str) -> Request {
    plain(
        Host::Base,
        Call::Activate,
        "/o2o_dmprinter/app_device_register.php",
        &[("hostid", hostid), ("initkey", initkey), ("retkey", "1")],
    )
}

/// Reads the pay config (section 2).
pub fn config(device: &Device, ver: &str) -> Request {
    let sign = sign::config(&device.id, ver, &device.key);
    let params: [(&str, &str); 3] = [("device_id", &device.id), ("ver", ver), ("sign", &sign)];
    plain(Host::Base, Call::Config, "/o2o_dmprinter/app.php", &params)
}

/// Reads the platform's time (section 3).
pub fn time(device_id: &str) -> Request {
    let sign = sign::time(device_id);
    let params = [("device_id", device_id), ("sign", &sign)];
    plain(Host::Server, Call::Time, "/o2o_dmprinter/time.php", &params)
}

/// Charges the customer (section 3.1).
pub fn micropay(device: &Device, pay: &Micropay) -> Request {
    let total = pay.total.to_yuan();
    let goods = pay.goods.params(&pay.auth_code, device.dialect.gs1_list);
    let mut params = vec![("authcode", pay.auth_code.reveal()), ("paytype", &pay.paytype), ("total", &total)];
    params.extend(goods.iter().map(|(name, value)| (*name, value.as_str())));
    op(device, (Call::Micropay, "micropay"), params, pay.noremind, &pay.extra)
}

/// Queries an order by the auth code it was charged with (section 3.2.1).
pub fn query_by_auth_code(
    device: &Device,
    code: &AuthCode,
    paytype: &str,
    noremind: bool,
    extra: &Extra,
) -> Request {
    let mut params = vec![("authcode", code.reveal())];
    params.extend(paytype_of_query(device, paytype));
    op(device, (Call::Query, "query"), params, noremind, extra)
}

/// Queries an order by the platform's number (section 3.2.2).
pub fn query_by_order(device: &Device, dm_id: &str, paytype: &str, noremind: bool, extra: &Extra) -> Request {
    let mut params = vec![("dm_id", dm_id)];
    params.extend(paytype_of_query(device, paytype));
    op(device, (Call::Query, "query"), params, noremind, extra)
}

/// Refunds a part or all of an order (section 3.3).
pub fn refund(device: &Device, dm_id: &str, refund: Fen, paytype: &str, extra: &Extra) -> Request {
    let refund = refund.to_yuan();
    let mut params = vec![("dm_id", dm_id), ("refund", &*refund)];
    params.extend(named(paytype, "paytype"));
    op(device, (Call::Refund, "refund"), params, false, extra)
}

/// Reads a bill (section 3.4).
pub fn read(device: &Device, dm_id: &str, extra: &Extra) -> Request {
    op(device, (Call::Read, "read"), vec![("dm_id", dm_id)], false, extra)
}

/// Builds a query with exactly these parameters, signed like any other, to find out how a platform reads what
/// the document leaves open.
pub fn probe<'a>(device: &'a Device, params: &[(&'a str, &'a str)]) -> Request {
    op(device, (Call::Query, "query"), params.to_vec(), false, &Extra::default())
}

/// Requests a receipt again (section 3.5): without device and sign, and normally with the number without its
/// `dm` (note 10). The document does not explain `custom_series` except that it is 0 by default.
pub fn reprint(dm_id: &str, number: ReprintNumber, custom_series: u32) -> Request {
    let number = match number {
        ReprintNumber::Bare => dm_id.strip_prefix("dm").unwrap_or(dm_id),
        ReprintNumber::Whole => dm_id,
    };
    let custom_series = custom_series.to_string();
    plain(
        Host::Server,
        Call::Reprint,
        "/o2o-dm/pay_printinfo.php",
        &[("reprint", ""), ("dm_id", number), ("custom_series", &custom_series)],
    )
}

/// The query tables say `pay_type`, the samples send `paytype` (note 6).
fn paytype_of_query<'a>(device: &Device, paytype: &'a str) -> Option<(&'static str, &'a str)> {
    match device.dialect.query_pay_type {
        QueryPayType::Paytype => named(paytype, "paytype"),
        QueryPayType::PayType => named(paytype, "pay_type"),
        QueryPayType::None => None,
    }
}

fn named<'a>(value: &'a str, name: &'static str) -> Option<(&'static str, &'a str)> {
    (!value.is_empty()).then_some((name, value))
}

fn op<'a>(
    device: &'a Device,
    (call, action): (Call, &'a str),
    mut params: Vec<(&'a str, &'a str)>,
    noremind: bool,
    extra: &'a Extra,
) -> Request {
    params.push(("action", action));
    params.push(("device_id", &device.id));
    if noremind {
        // Its value does not matter (section 3.1). Some platforms might leave the sample's empty value out of
        // the sign.
        params.push(("noremind", "1"));
    }
    params.extend(extra.iter());
    let sign = sign::payment(params.iter().copied(), &device.key);
    let sign = match device.dialect.sign_case {
        SignCase::Upper => sign,
        SignCase::Lower => sign.to_ascii_lowercase(),
    };
    let mut params: Vec<(&str, &str)> = params;
    params.push(("sign", &sign));
    Request { host: Host::Server, call, path: OP, params: owned(&params) }
}

fn plain(host: Host, call: Call, path: &'static str, params: &[(&str, &str)]) -> Request {
    Request { host, call, path, params: owned(params) }
}

fn owned(params: &[(&str, &str)]) -> Vec<(String, String)> {
    params.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}
