//! The pay config (section 2): where later calls go, what this till may do, which codes it takes.

use regex_lite::Regex;

use crate::protocol::amount::Fen;
use crate::protocol::answer::{AnswerError, info, names_device, ok, text, whole_document};
use crate::protocol::auth_code::AuthCode;
use crate::protocol::xml::Element;

/// One `dm_code`: a payment type that the shop has set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayType {
    /// `type`, a number as text.
    pub number: String,
    /// `code`, what a payment sends as `paytype`.
    pub code: String,
    /// A name for people, such as 微信.
    pub name: String,
    /// The pattern of its auth codes.
    pub coderegex: String,
    /// The same, compiled.
    codes: Pattern,
    /// The pattern of its order numbers.
    pub cancelregex: String,
    /// The same, compiled.
    orders: Pattern,
    /// Every attribute, as it came.
    pub attributes: Vec<(String, String)>,
}

/// The pay config of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where later calls go, without a slash at the end.
    pub server: String,
    /// The device that it is for.
    pub device_id: String,
    /// Shop and device, for people.
    pub client_name: String,
    /// Every attribute of the answer, as it came.
    pub attributes: Vec<(String, String)>,
    /// The payment types in the order of the answer.
    pub pay_types: Vec<PayType>,
    /// The pattern of the amounts in `micropay_total_regex`, where it has one.
    totals: Option<Pattern>,
}

/// The answer to a config request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigAnswer {
    /// The config.
    Good(Box<Config>),
    /// The platform does not take this device or key: activate again (section 2). With its sentence.
    ActivateAgain(String),
    /// Another refusal. With its sentence.
    Refused(String),
}

/// Reads the answer to a config request, or the file that such an answer was saved in.
pub fn parse(body: &[u8]) -> Result<ConfigAnswer, AnswerError> {
    let decoded = text(body)?;
    let root = whole_document(&decoded)?;
    let info = info(&root);
    match ok(&root)? {
        "1" => {}
        "0" | "-1" if names_device(&info) => return Ok(ConfigAnswer::ActivateAgain(info)),
        "0" | "-1" => return Ok(ConfigAnswer::Refused(info)),
        _ => return Err(AnswerError::Incomplete("ok")),
    }
    let text = |name| root.attribute(name).unwrap_or_default().to_owned();
    let server = text("server").trim().trim_end_matches('/').to_owned();
    if !(server.starts_with("http://") || server.starts_with("https://")) {
        return Err(AnswerError::Incomplete("server"));
    }
    Ok(ConfigAnswer::Good(Box::new(Config {
        server,
        device_id: text("device_id"),
        client_name: text("client_name"),
        pay_types: root.children("dm_code").map(pay_type).collect(),
        totals: Some(text("micropay_total_regex").trim()).filter(|text| !text.is_empty()).map(Pattern::of),
        attributes: root.owned_attributes(),
    })))
}

fn pay_type(element: &Element<'_>) -> PayType {
    let text = |name| element.attribute(name).unwrap_or_default().to_owned();
    PayType {
        number: text("type"),
        code: text("code"),
        name: text("name"),
        codes: Pattern::of(element.attribute("coderegex").unwrap_or_default()),
        coderegex: text("coderegex"),
        orders: Pattern::of(element.attribute("cancelregex").unwrap_or_default()),
        cancelregex: text("cancelregex"),
        attributes: element.owned_attributes(),
    }
}

impl PayType {
    /// Whether both of its patterns can be read; PHP reads some that this library cannot.
    pub fn is_readable(&self) -> bool {
        let cancel = self.cancelregex.is_empty() || Pattern::of(&self.cancelregex).0.is_some();
        self.codes.0.is_some() && cancel
    }

    /// Whether its `coderegex` takes this auth code.
    pub fn takes(&self, code: &AuthCode) -> bool {
        self.codes.takes(code.reveal())
    }
}

impl Config {
    /// An attribute of the answer.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether this device may charge: `license_micropay`, where it is given, must be `1` (note 12).
    pub fn may_charge(&self) -> bool {
        self.attribute("license_micropay").is_none_or(|licence| licence.trim() == "1")
    }

    /// Whether `micropay_total_regex` lets this amount pass (note 12). A pattern that cannot be read lets
    /// none pass: what it would forbid is not known.
    pub fn allows(&self, total: Fen) -> bool {
        self.totals.as_ref().is_none_or(|pattern| pattern.takes(&total.to_yuan()))
    }

    /// The first payment type whose `coderegex` takes this auth code.
    pub fn pay_type_for(&self, code: &AuthCode) -> Option<&PayType> {
        self.pay_types.iter().find(|pay_type| pay_type.takes(code))
    }

    /// Whether `cancelregex` takes this number of an order (section 2). `None` where no payment type's rule takes it, and one of
    /// them is missing or cannot be read, as it may be the one that would: which type the order was paid by is not known here.
    pub fn takes_order(&self, number: &str) -> Option<bool> {
        let takes = self.pay_types.iter().any(|pay_type| pay_type.orders.takes(number));
        let are_read = !self.pay_types.is_empty() && self.pay_types.iter().all(|t| t.orders.is_read());
        (takes || are_read).then_some(takes)
    }

    /// The first payment type with that number, as answers name it in `pay_type`.
    pub fn pay_type_numbered(&self, number: &str) -> Option<&PayType> {
        self.pay_types.iter().find(|pay_type| pay_type.number == number && !number.is_empty())
    }

    /// The payment type with that `code`.
    pub fn pay_type_named(&self, code: &str) -> Option<&PayType> {
        self.pay_types.iter().find(|t| t.code == code)
    }
}

/// A pattern of the config, compiled once for all charges. One that is empty or cannot be read takes nothing.
#[derive(Clone, Debug)]
struct Pattern(Option<Regex>);

impl Pattern {
    /// Compiles a pattern; the document's table writes `\$` for the end anchor (note 11).
    fn of(text: &str) -> Self {
        let pattern = match text.strip_suffix("\\$") {
            Some(start) => format!("{start}$"),
            None => text.to_owned(),
        };
        Self(if pattern.is_empty() { None } else { Regex::new(&pattern).ok() })
    }

    fn takes(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    const fn is_read(&self) -> bool {
        self.0.is_some()
    }

    fn text(&self) -> Option<&str> {
        self.0.as_ref().map(Regex::as_str)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Pattern {}
