//! Parses the responses of `op.php` about a payment or a refund (sections 3.1 to 3.3).

use std::borrow::Cow;
use std::sync::Arc;

use crate::protocol::amount::parse_yuan;
use crate::protocol::auth_code::AuthCode;
use crate::protocol::request::Device;
use crate::protocol::sentences::{self, Class, RefundClass, Taught};
use crate::protocol::text::decode_response;
use crate::protocol::xml::{self, Element, XmlError};

/// Words of a config's sentence about a sign, key or device that the platform rejects. The document spells
/// the key 密钥 and 秘钥.
const DEVICE: [&str; 6] = ["签名", "密钥", "秘钥", "设备", "终端", "sign"];

/// A response that cannot be accepted as the platform's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// Neither UTF-8 nor GBK.
    #[error("the response is not text")]
    NotText,
    /// Not XML.
    #[error("could not parse the response")]
    Xml(#[from] XmlError),
    /// XML, but not from the platform: a login page, or a proxy's error.
    #[error("the response is not the platform's <dm>")]
    NotThePlatform,
    /// Its end is missing. The missing part may have named whose order it is about.
    #[error("the response was cut off")]
    CutOff,
    /// The platform is temporarily out of order. Carries its sentence.
    #[error("the platform is out of order: {0}")]
    Trouble(String),
    /// The body holds several responses, and there is no way to tell which one is ours.
    #[error("the body holds several responses")]
    Several,
    /// It is about another device.
    #[error("the response is about the device `{0}`")]
    OfDevice(String),
    /// The response lacks a required part.
    #[error("the response has no usable {0}")]
    Incomplete(&'static str),
}

/// The state of one order according to the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The platform's order number, `dm…`; empty if it named none.
    pub dm_id: String,
    /// The amount in fen, negative in the response to a refund.
    pub total_fen: Option<i64>,
    /// The amount according to `paylist`.
    pub total_fee: TotalFee,
    /// The platform's number of the payment type, such as `4`.
    pub pay_type: String,
    /// Its name, `paymode` in `paylist`, such as 微信; empty if that is missing.
    pub pay_name: String,
    /// Beijing time, `2018-04-21 18:58:01`.
    pub pay_time: String,
    /// The channel's transaction number.
    pub pay_id: String,
    /// The customer's id in the wallet.
    pub openid: String,
    /// The device that the order belongs to, from the receipt's part of the response; empty if it names none.
    pub device_id: String,
    /// The platform's sentence for a person.
    pub info: String,
    /// The class of that sentence; for an `ok="1"`, only what it says against the payment.
    pub class: Class,
    /// The receipt, as text with escapes; empty if none came.
    pub printinfo: String,
    /// Everything else in the response, for the caller.
    pub content: Arc<Content>,
}

/// Names with their values, in the order of the response.
pub type Named = Vec<(String, String)>;

/// The content of a response, under the platform's names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Every attribute of the response, unchanged.
    pub attributes: Named,
    /// The children of each `pay` in `paylist`, except the receipt of the first, which is
    /// [`Order::printinfo`].
    pub paylist: Vec<Named>,
    /// The pop-up window of the platform's own client, as unchanged XML; empty if none came.
    pub canvas: String,
}

/// The amount according to `total_fee` in `paylist`, in fen (note 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TotalFee {
    /// There is none.
    #[default]
    None,
    /// This amount; for several payments, their sum.
    Fen(i64),
    /// There is one, but it is not a whole number.
    Unreadable,
}

/// The response to micropay, to either query and to refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayResponse {
    /// `ok="1"`. May lack the order's number or the amount.
    Done(Order),
    /// `ok="-1"`: the customer is still paying, if the response names an order or says so.
    Paying(Order),
    /// `ok="0"`: what it proves depends on its sentence.
    Failed(Order),
    /// The request was rejected; says nothing about the payment (note 2).
    Refused(String),
}

impl PayResponse {
    /// Returns the content if the response is about a payment.
    pub fn content(&self) -> Option<Arc<Content>> {
        match self {
            Self::Done(order) | Self::Paying(order) | Self::Failed(order) => Some(order.content.clone()),
            Self::Refused(_) => None,
        }
    }

    /// Classifies the response again with the sentences that the integrator has added.
    pub fn taught(self, taught: &Taught) -> Self {
        match self {
            Self::Failed(order) | Self::Paying(order)
                if order.dm_id.is_empty()
                    && order.class == Class::Unlisted
                    && taught.names_device(&order.info) =>
            {
                Self::Refused(order.info)
            }
            Self::Failed(order) if !taught.is_empty() => {
                let class = refined(taught.class(&order.info), &order.dm_id);
                Self::Failed(Order { class, ..order })
            }
            response => response,
        }
    }
}

/// Reads the response to micropay, query or refund.
pub fn pay(body: &[u8]) -> Result<PayResponse, ResponseError> {
    pay_text(&text(body)?)
}

/// Reads the response to a refund, whose sentences have their own classes.
pub fn refund(body: &[u8]) -> Result<PayResponse, ResponseError> {
    Ok(match pay(body)? {
        PayResponse::Failed(order) => {
            let class = match sentences::refund_class(&order.info) {
                RefundClass::Accepted => Class::Paying,
                RefundClass::Final => Class::Final,
                RefundClass::EarlierUse => Class::EarlierUse,
                RefundClass::Nothing => order.class,
            };
            PayResponse::Failed(Order { class, ..order })
        }
        response => response,
    })
}

/// Reads the response to a request that contained this auth code. If the platform, or a gateway in between,
/// repeats the code, it is masked, because sentences are stored and shown.
pub fn pay_about(code: &AuthCode, body: &[u8]) -> Result<PayResponse, ResponseError> {
    let text = text(body)?;
    if text.contains(code.reveal()) {
        pay_text(&text.replace(code.reveal(), &code.masked()))
    } else {
        pay_text(&text)
    }
}

fn pay_text(text: &str) -> Result<PayResponse, ResponseError> {
    // It may mean that money was taken, but nothing else in it is reliable.
    let may_be_paid = |info, content| {
        PayResponse::Paying(Order { class: Class::Paying, info, content, ..Order::default() })
    };
    let root = match whole_document(text) {
        Err(ResponseError::Several) => return Ok(may_be_paid(String::new(), Arc::default())),
        root => root?,
    };
    let mut order = order(&root);
    if said(&root).any(|said| matches!(said, "1" | "-1")) && ok(&root).is_err() {
        return Ok(may_be_paid(order.info, order.content));
    }
    match ok(&root)? {
        "1" => {
            order.class = sentences::reservation(&order.info).unwrap_or_default();
            return Ok(PayResponse::Done(order));
        }
        "0" | "-1" if sentences::class(&order.info) == Class::Refusal && order.dm_id.is_empty() => {
            return Ok(PayResponse::Refused(order.info));
        }
        "0" | "-1" => order.class = refined(sentences::class(&order.info), &order.dm_id),
        _ => return Err(ResponseError::Incomplete("ok")),
    }
    Ok(if ok(&root)? == "-1" { PayResponse::Paying(order) } else { PayResponse::Failed(order) })
}

/// Words never outrank facts: a response that names an order is about that order, not a rejection of the
/// request.
fn refined(class: Class, dm_id: &str) -> Class {
    if class == Class::Refusal && !dm_id.is_empty() { Class::Unlisted } else { class }
}

/// The response to an activation (section 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activation {
    /// The new device.
    Done(Device),
    /// The platform's reason; the code was not used.
    Refused(String),
}

/// Reads the response to an activation.
pub fn activation(body: &[u8]) -> Result<Activation, ResponseError> {
    let text = text(body)?;
    let root = document(&text)?;
    match ok(&root)? {
        "1" => {}
        "0" | "-1" => return Ok(Activation::Refused(info(&root))),
        _ => return Err(ResponseError::Incomplete("ok")),
    }
    let filled = |name| root.attribute(name).filter(|v| !v.is_empty()).map(str::to_owned);
    let filled = |name| filled(name).ok_or(ResponseError::Incomplete(name));
    Ok(Activation::Done(Device::new(filled("device_id")?, filled("key")?)))
}

/// Reads the response to a time request (section 3): the platform's Beijing time as 14 digits, or its
/// refusal.
pub fn time(body: &[u8]) -> Result<Result<String, String>, ResponseError> {
    let text = text(body)?;
    let root = document(&text)?;
    match ok(&root)? {
        "1" => {}
        "0" | "-1" => return Ok(Err(info(&root))),
        _ => return Err(ResponseError::Incomplete("ok")),
    }
    root.attribute("time")
        .filter(|t| t.len() == 14 && t.bytes().all(|b| b.is_ascii_digit()))
        .map(|t| Ok(t.to_owned()))
        .ok_or(ResponseError::Incomplete("time"))
}

/// Decodes the text of a response.
pub(super) fn text(body: &[u8]) -> Result<Cow<'_, str>, ResponseError> {
    decode_response(body).ok_or(ResponseError::NotText)
}

/// Returns the `<dm>` of a response that always has its end tag: of the samples, only those of a bill lack it
/// (note 8).
pub(super) fn whole_document(text: &str) -> Result<Element<'_>, ResponseError> {
    let root = document(text)?;
    if root.closed { Ok(root) } else { Err(ResponseError::CutOff) }
}

/// Returns the `<dm>` of a response, which may lack its end tag. What PHP or a proxy writes before it, such
/// as a notice in HTML, is passed over if the `<dm>` after it is whole and nothing follows.
pub(super) fn document(text: &str) -> Result<Element<'_>, ResponseError> {
    match xml::parse_first(text) {
        Ok((root, rest)) if root.name == "dm" => alone(root, rest),
        Ok(_) => after_others(text).unwrap_or(Err(ResponseError::NotThePlatform)),
        Err(error) => after_others(text).unwrap_or(Err(error.into())),
    }
}

/// Returns the `<dm>` that ends a text which begins with something else. `None` if there is none, or if it is
/// not certain where it begins: inside a comment, or of what lacks its end.
fn after_others(text: &str) -> Option<Result<Element<'_>, ResponseError>> {
    let (before, from) = text.split_at(text.find("<dm")?);
    if before.contains("<!") || text.len() > xml::MAX_BYTES {
        return None;
    }
    let (root, rest) = xml::parse_first(from).ok()?;
    let is_last = root.name == "dm" && root.closed && rest.trim().is_empty();
    is_last.then(|| alone(root, rest))
}

/// Returns a response if there is no second one after it, nor inside it, where it is if the first one lacks
/// its end tag.
fn alone<'a>(root: Element<'a>, rest: &str) -> Result<Element<'a>, ResponseError> {
    let has_another = rest.contains("<dm") || root.child("dm").is_some();
    if has_another { Err(ResponseError::Several) } else { Ok(root) }
}

/// Returns the `ok` of a response. If several disagree, the response says nothing.
pub(super) fn ok<'a>(root: &'a Element<'_>) -> Result<&'a str, ResponseError> {
    let attribute = root.attribute("ok").or(root.attribute("OK")).map(str::trim);
    let attribute = attribute.ok_or(ResponseError::NotThePlatform)?;
    if said(root).all(|said| said == attribute) {
        Ok(attribute)
    } else {
        Err(ResponseError::Incomplete("ok"))
    }
}

/// Returns every `ok`: the table writes `OK`, and responses with a receipt repeat it in an element (note 1).
fn said<'a>(root: &'a Element<'_>) -> impl Iterator<Item = &'a str> {
    let attributes = ["ok", "OK"].into_iter().filter_map(|name| root.attribute(name)).map(str::trim);
    let element = root.child("ok").map(|element| element.text.trim()).filter(|said| !said.is_empty());
    attributes.chain(element)
}

/// Returns the platform's sentence.
pub(super) fn info(root: &Element<'_>) -> String {
    root.attribute("info").unwrap_or_default().to_owned()
}

/// Returns whether a sentence that rejects a request is about our device, its key or its sign.
pub fn names_device(info: &str) -> bool {
    let info = info.to_ascii_lowercase();
    DEVICE.iter().any(|word| info.contains(word))
}

fn order(root: &Element<'_>) -> Order {
    let text = |name| root.attribute(name).unwrap_or_default().to_owned();
    let pays: Vec<_> = root.child("paylist").into_iter().flat_map(|list| list.children("pay")).collect();
    let inner = |name| pays.first().and_then(|pay| pay.child(name)).map(|element| element.text.to_string());
    Order {
        dm_id: text("dm_id").trim().to_owned(),
        total_fen: root.attribute("total").and_then(|t| parse_yuan(t).ok()),
        total_fee: total_fee(&pays),
        pay_type: text("pay_type"),
        pay_name: inner("paymode").unwrap_or_default(),
        pay_time: text("pay_time"),
        pay_id: text("pay_id"),
        openid: text("openid"),
        device_id: inner("device_id").unwrap_or_default().trim().to_owned(),
        info: text("info"),
        class: Class::default(),
        printinfo: inner("printinfo").filter(|p| !p.is_empty()).unwrap_or_else(|| text("printinfo")),
        content: Arc::new(Content {
            attributes: root.owned_attributes(),
            paylist: pays.iter().enumerate().map(|(at, pay)| children(pay, at == 0)).collect(),
            canvas: root.foreign("Canvas").unwrap_or_default().to_owned(),
        }),
    }
}

fn children(pay: &Element<'_>, without_receipt: bool) -> Named {
    let kept = pay.children.iter().filter(|child| !without_receipt || child.name != "printinfo");
    kept.map(|child| (child.name.to_owned(), child.text.to_string())).collect()
}

fn total_fee(pays: &[&Element<'_>]) -> TotalFee {
    let said = pays.iter().filter_map(|pay| pay.child("total_fee")).map(|fee| fee.text.trim());
    said.filter(|fee| !fee.is_empty()).fold(TotalFee::None, |sum, fee| match (sum, fee.parse::<i64>()) {
        (TotalFee::None, Ok(fen)) => TotalFee::Fen(fen),
        (TotalFee::Fen(sum), Ok(fen)) => TotalFee::Fen(sum.saturating_add(fen)),
        _ => TotalFee::Unreadable,
    })
}
