//! A response in chosen words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A response of a platform, a wallet or a gateway, true or not. The platform may act on the request anyway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Says {
    /// The attribute `ok`.
    pub ok: String,
    /// The sentence.
    pub info: String,
    /// The bill that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dm_id: Option<NamedBill>,
    /// More attributes, such as `total`, or an `OK` that contradicts `ok`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The text of a nested `<ok>`, which may contradict the attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// When the platform acts: before it responds (0), or this long after. `None`: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acts_ms: Option<u64>,
}

/// The bill that a response names: `own` in JSON, or a bill's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum NamedBill {
    /// The one that the request names by number, existing or not; or the newest of its auth code, if there is
    /// one.
    Own,
    /// This one, as text.
    Number(String),
}

const OWN: &str = "own";

impl From<String> for NamedBill {
    fn from(text: String) -> Self {
        if text == OWN { Self::Own } else { Self::Number(text) }
    }
}

impl From<NamedBill> for String {
    fn from(named: NamedBill) -> Self {
        match named {
            NamedBill::Own => OWN.to_owned(),
            NamedBill::Number(text) => text,
        }
    }
}

impl Default for Says {
    fn default() -> Self {
        Self {
            ok: "0".to_owned(),
            info: String::new(),
            dm_id: None,
            attributes: BTreeMap::new(),
            element: None,
            acts_ms: None,
        }
    }
}

impl Says {
    /// `ok="0"` with this text and no bill number, from a platform that never acts.
    pub fn failed(info: &str) -> Self {
        Self { info: info.to_owned(), ..Self::default() }
    }

    /// Sets another `ok`.
    pub fn ok(self, ok: &str) -> Self {
        Self { ok: ok.to_owned(), ..self }
    }

    /// Names the bill that the request is about.
    pub fn of_own(self) -> Self {
        Self { dm_id: Some(NamedBill::Own), ..self }
    }

    /// Names this bill.
    pub fn of(self, dm_id: &str) -> Self {
        Self { dm_id: Some(NamedBill::Number(dm_id.to_owned())), ..self }
    }

    /// Adds an attribute.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.attributes.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Adds a nested `<ok>`.
    pub fn with_element(self, ok: &str) -> Self {
        Self { element: Some(ok.to_owned()), ..self }
    }

    /// Makes the platform act: before it responds (0), or this many milliseconds after.
    pub fn acting_after(self, ms: u64) -> Self {
        Self { acts_ms: Some(ms), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_documented() {
        let json = r#"{"info":"查询失败","dm_id":"own","attributes":{"OK":"1"},"element":"1","acts_ms":5}"#;
        let says = Says::failed("查询失败").of_own().with("OK", "1").with_element("1").acting_after(5);
        assert_eq!(serde_json::from_str::<Says>(json).unwrap(), says);
        assert_eq!(serde_json::from_str::<Says>(r#"{"dm_id":"dm7"}"#).unwrap(), Says::failed("").of("dm7"));
        assert!(serde_json::from_str::<Says>(r#"{"sentence":"x"}"#).is_err());
    }
}
