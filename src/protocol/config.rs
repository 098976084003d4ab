//! The pay config (section 2): where later calls go, what this till may do, and which codes it accepts.

use crate::protocol::amount::Fen;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::pattern::Pattern;
use crate::protocol::response::{ResponseError, info, names_device, ok, text, whole_document};
use crate::protocol::xml::Element;

/// One `dm_code`: a payment type that the shop has set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayType {
    /// `type`, a number as text.
    pub number: String,
    /// `code`, which a payment sends as `paytype`.
    pub code: String,
    /// A name for people, such as 微信.
    pub name: String,
    /// The pattern of its auth codes.
    pub coderegex: String,
    /// `coderegex`, compiled.
    codes: Pattern,
    /// The pattern of its order numbers.
    pub cancelregex: String,
    /// `cancelregex`, compiled.
    orders: Pattern,
    /// Every attribute, unchanged.
    pub attributes: Vec<(String, String)>,
}

/// The pay config of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where later calls go, without a slash at the end.
    pub server: String,
    /// The device that it belongs to.
    pub device_id: String,
    /// Shop and device, for people.
    pub client_name: String,
    /// Every attribute of the response, unchanged.
    pub attributes: Vec<(String, String)>,
    /// The payment types, in the order of the response.
    pub pay_types: Vec<PayType>,
    /// The pattern of the amounts in `micropay_total_regex`, if there is one.
    totals: Option<Pattern>,
}

/// The response to a config request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigResponse {
    /// The config.
    Good(Box<Config>),
    /// The platform rejects this device or key: activate again (section 2). Carries the platform's sentence.
    ActivateAgain(String),
    /// Another refusal. Carries the platform's sentence.
    Refused(String),
}

/// Parses the response to a config request, or a file with such a response.
pub fn parse(body: &[u8]) -> Result<ConfigResponse, ResponseError> {
    let decoded = text(body)?;
    let root = whole_document(&decoded)?;
    let info = info(&root);
    match ok(&root)? {
        "1" => {}
        "0" | "-1" if names_device(&info) => return Ok(ConfigResponse::ActivateAgain(info)),
        "0" | "-1" => return Ok(ConfigResponse::Refused(info)),
        _ => return Err(ResponseError::Incomplete("ok")),
    }
    let text = |name| root.attribute(name).unwrap_or_default().to_owned();
    let server = text("server").trim().trim_end_matches('/').to_owned();
    if !(server.starts_with("http://") || server.starts_with("https://")) {
        return Err(ResponseError::Incomplete("server"));
    }
    Ok(ConfigResponse::Good(Box::new(Config {
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
    /// Returns whether both of its patterns compile; PHP accepts some that this library does not.
    pub fn is_readable(&self) -> bool {
        self.codes.is_read() && self.orders.unread().is_none()
    }

    /// Returns its `coderegex` if that cannot be read.
    pub fn unread_coderegex(&self) -> Option<&str> {
        self.codes.unread()
    }

    /// Returns whether its `coderegex` matches this auth code.
    pub fn takes(&self, code: &AuthCode) -> bool {
        self.codes.takes(code.reveal())
    }
}

impl Config {
    /// Returns an attribute of the response.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Returns whether this device may charge: `license_micropay`, if given, must be `1` (note 12).
    pub fn may_charge(&self) -> bool {
        self.attribute("license_micropay").is_none_or(|licence| licence.trim() == "1")
    }

    /// Returns the patterns of the config that cannot be read, each with the name of its attribute.
    pub fn unread_patterns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let total = self.totals.iter().map(|totals| ("micropay_total_regex", totals));
        let codes = self.pay_types.iter().map(|pay_type| ("coderegex", &pay_type.codes));
        let orders = self.pay_types.iter().map(|pay_type| ("cancelregex", &pay_type.orders));
        let all = total.chain(codes).chain(orders);
        all.filter_map(|(name, pattern)| Some((name, pattern.unread()?)))
    }

    /// Returns whether `micropay_total_regex` allows this amount (note 12). A pattern that cannot be read
    /// allows none, because what it would forbid is not known.
    pub fn allows(&self, total: Fen) -> bool {
        self.totals.as_ref().is_none_or(|pattern| pattern.takes(&total.to_yuan()))
    }

    /// Returns the first payment type whose `coderegex` matches this auth code.
    pub fn pay_type_for(&self, code: &AuthCode) -> Option<&PayType> {
        self.pay_types.iter().find(|pay_type| pay_type.takes(code))
    }

    /// Returns whether `cancelregex` matches this order number (section 2). `None` if no payment type's rule
    /// matches but one of them is missing or does not compile, since that may be the one that would: the type
    /// by which the order was paid is not known here.
    pub fn takes_order(&self, number: &str) -> Option<bool> {
        let takes = self.pay_types.iter().any(|pay_type| pay_type.orders.takes(number));
        let are_read = !self.pay_types.is_empty() && self.pay_types.iter().all(|t| t.orders.is_read());
        (takes || are_read).then_some(takes)
    }

    /// Returns the first payment type with this number, which responses call `pay_type`.
    pub fn pay_type_numbered(&self, number: &str) -> Option<&PayType> {
        self.pay_types.iter().find(|pay_type| pay_type.number == number && !number.is_empty())
    }

    /// Returns the payment type with this `code`.
    pub fn pay_type_named(&self, code: &str) -> Option<&PayType> {
        self.pay_types.iter().find(|t| t.code == code)
    }
}
