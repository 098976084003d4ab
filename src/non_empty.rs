//! A text that is never empty. Where a text may be missing, an `Option` of it says so, and nothing else does.

use std::fmt;
use std::ops::Deref;

/// A text of at least one character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NonEmpty(String);

impl NonEmpty {
    /// Takes a text; `None` if it is empty.
    pub fn of(text: impl Into<String>) -> Option<Self> {
        Some(text.into()).filter(|text| !text.is_empty()).map(Self)
    }
}

/// Returns a text, or an empty one if it is missing, for what has no other form: a column, a line, a receipt.
pub fn or_empty(text: &Option<NonEmpty>) -> &str {
    text.as_deref().unwrap_or_default()
}

impl Deref for NonEmpty {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<NonEmpty> for String {
    fn from(text: NonEmpty) -> Self {
        text.0
    }
}

impl fmt::Display for NonEmpty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_is_none() {
        assert_eq!((NonEmpty::of(""), or_empty(&None), or_empty(&NonEmpty::of("dm1"))), (None, "", "dm1"));
        let text = NonEmpty::of("dm1").unwrap();
        assert_eq!(
            (&*text, text.to_string(), String::from(text.clone())),
            ("dm1", "dm1".into(), "dm1".into())
        );
    }
}
