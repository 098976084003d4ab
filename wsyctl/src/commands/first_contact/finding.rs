//! The finding about one thing that the document leaves open.

use serde_json::{Value, json};
use wsy::till::code::Language;

use crate::wording::pick;

/// One thing that the document leaves open, and how the platform does it. The names are those of
/// `docs/protocol.md`.
pub struct Finding {
    pub name: &'static str,
    outcome: Outcome,
    seen: String,
}

enum Outcome {
    /// As the library expects.
    Expected,
    /// Differently; with the option that fixes it, if one is needed.
    Otherwise(Option<(&'static str, String)>),
    /// It could not be observed.
    NotShown,
}

impl Finding {
    pub fn expected(name: &'static str, seen: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Expected, seen: seen.into() }
    }

    pub fn mended_by(
        name: &'static str,
        seen: impl Into<String>,
        option: &'static str,
        value: impl Into<String>,
    ) -> Self {
        Self { name, outcome: Outcome::Otherwise(Some((option, value.into()))), seen: seen.into() }
    }

    pub fn otherwise(name: &'static str, seen: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Otherwise(None), seen: seen.into() }
    }

    pub fn not_shown(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::NotShown, seen: why.into() }
    }

    /// The option that a till needs for it.
    pub fn option(&self) -> Option<(&'static str, &str)> {
        match &self.outcome {
            Outcome::Otherwise(Some((name, value))) => Some((name, value)),
            _ => None,
        }
    }

    pub fn is_otherwise(&self) -> bool {
        matches!(self.outcome, Outcome::Otherwise(_))
    }

    pub fn line(&self, language: Language) -> String {
        let word = match self.outcome {
            Outcome::Expected => pick(language, "与预期一致", "as expected"),
            Outcome::Otherwise(_) => pick(language, "与预期不同", "otherwise"),
            Outcome::NotShown => pick(language, "没有看出", "not shown"),
        };
        let option = self.option().map(|(name, value)| {
            let value = value.replace('\n', "\\n");
            pick(language, format!("；请设选项 {name}={value}"), format!("; set the option {name}={value}"))
        });
        format!("[{word}] {}: {}{}", self.name, self.seen, option.unwrap_or_default())
    }

    pub fn json(&self) -> Value {
        let outcome = match self.outcome {
            Outcome::Expected => "expected",
            Outcome::Otherwise(_) => "otherwise",
            Outcome::NotShown => "not_shown",
        };
        let option = self.option().map(|(name, value)| json!({ "name": name, "value": value }));
        json!({ "name": self.name, "outcome": outcome, "seen": self.seen, "option": option })
    }
}
