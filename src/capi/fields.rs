//! The named values of a reply.

use std::borrow::Cow;

use crate::capi::names;
use crate::non_empty::NonEmpty;
use crate::protocol::receipt;
use crate::till::code::Code;

/// Named values, in order.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(Cow<'static, str>, Value)>);

/// A value. It becomes text only when somebody reads it as text.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text.
    Text(Cow<'static, str>),
    /// A number.
    Number(i64),
    /// The plain lines of the receipt in printinfo. They are made on demand: most tills print the receipt and
    /// never show it.
    Receipt,
}

impl Fields {
    /// No fields, with room for this many.
    pub fn with_capacity(fields: usize) -> Self {
        Self(Vec::with_capacity(fields))
    }

    /// Adds a field.
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// Adds other fields at the end.
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Adds a receipt as it came, and as plain lines.
    pub fn receipt(self, printinfo: impl Into<Value>) -> Self {
        self.with(names::PRINTINFO, printinfo).with(names::RECEIPT, Value::Receipt)
    }

    /// Adds the platform's attributes whose names are not taken.
    pub fn and_named<'a>(mut self, attributes: impl IntoIterator<Item = &'a (String, String)>) -> Self {
        let known = self.0.len();
        for (name, value) in attributes {
            if self.0[..known].iter().all(|(taken, _)| taken != name) {
                self.0.push((Cow::Owned(name.clone()), value.into()));
            }
        }
        self
    }

    /// The platform's attributes under their own names.
    pub fn as_named<'a>(attributes: impl IntoIterator<Item = &'a (String, String)>) -> Self {
        Self::default().and_named(attributes)
    }

    /// Empties the value of a name.
    pub fn emptied(mut self, name: names::Name) -> Self {
        let of_name = self.0.iter_mut().filter(|(known, _)| known == name.as_str());
        of_name.for_each(|(_, value)| *value = "".into());
        self
    }

    fn value(&self, name: &str) -> Result<&Value, Code> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value).ok_or(Code::NoField)
    }

    /// The text of a name.
    pub fn text(&self, name: &str) -> Result<Cow<'_, str>, Code> {
        match self.value(name)? {
            Value::Text(text) => Ok(Cow::Borrowed(text)),
            Value::Number(number) => Ok(Cow::Owned(number.to_string())),
            Value::Receipt => {
                self.text(names::PRINTINFO.as_str()).map(|printinfo| receipt::screen(&printinfo).into())
            }
        }
    }

    /// The number of a name; a text of the platform's is parsed.
    pub fn number(&self, name: &str) -> Result<i32, Code> {
        let number = match self.value(name)? {
            Value::Number(number) => i32::try_from(*number).ok(),
            Value::Text(text) => text.parse().ok(),
            Value::Receipt => None,
        };
        number.ok_or(Code::NoField)
    }

    /// The name at an index.
    pub fn name(&self, index: i32) -> Result<&str, Code> {
        let name = usize::try_from(index).ok().and_then(|index| self.0.get(index));
        name.map(|(name, _)| name.as_ref()).ok_or(Code::NoField)
    }
}

impl From<Cow<'static, str>> for Value {
    fn from(text: Cow<'static, str>) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<&NonEmpty> for Value {
    fn from(text: &NonEmpty) -> Self {
        text.to_string().into()
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

macro_rules! numbers {
    ($( $number:ty ),*) => { $(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Number(number.into())
            }
        }
    )* };
}
numbers!(bool, i32, u32, i64);

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Number(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

/// `None` becomes an empty text.
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(|| "".into(), Into::into)
    }
}
