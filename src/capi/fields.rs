//! The named values of a reply.

use std::borrow::Cow;

use crate::capi::names::{self, Name};
use crate::protocol::receipt;
use crate::till::code::Code;

/// Named values in order.
pub type Fields = Vec<(Cow<'static, str>, Value)>;

/// A value, as far as it is worked out before somebody reads it.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text.
    Text(Cow<'static, str>),
    /// The plain lines of a receipt, with its escapes: most tills print it and never show it.
    Receipt(String),
}

impl Value {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Receipt(printinfo) => Cow::Owned(receipt::screen(printinfo)),
        }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// Fields by their names.
pub fn named<const N: usize>(fields: [(Name, String); N]) -> Fields {
    fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}

/// Fields as the platform named them.
pub fn as_named(attributes: impl IntoIterator<Item = (String, String)>) -> Fields {
    attributes.into_iter().map(|(name, value)| (Cow::Owned(name), value.into())).collect()
}

/// A receipt as it came, and as plain lines.
pub fn of_receipt(printinfo: &str) -> [(Cow<'static, str>, Value); 2] {
    let printinfo = printinfo.to_owned();
    [(names::PRINTINFO.into(), printinfo.clone().into()), (names::RECEIPT.into(), Value::Receipt(printinfo))]
}

/// The value of a name.
pub fn field<'a>(fields: &'a Fields, name: &str) -> Result<Cow<'a, str>, Code> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.text()).ok_or(Code::NoField)
}
