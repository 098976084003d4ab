//! Parses a response for people. It accepts what a platform writes and whatever a fault made of it.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};
use serde::Serialize;

/// An element of a response, in document order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// The text between its tag and the next one.
    pub text: String,
}

/// Both patterns are valid; an invalid one would match nothing.
static PATTERNS: LazyLock<Option<(Regex, Regex)>> = LazyLock::new(|| {
    let tag = r#"<([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+="[^"]*")*)\s*/?>([^<]*)"#;
    Regex::new(tag).ok().zip(Regex::new(r#"([\w.:-]+)="([^"]*)""#).ok())
});

/// All elements, nested or not, closed or not. A text that is not XML has none.
pub(super) fn elements(text: &str) -> Vec<Element> {
    let Some((tag, attribute)) = &*PATTERNS else {
        return Vec::new();
    };
    let element = |found: Captures<'_>| Element {
        name: found[1].to_owned(),
        attributes: attribute
            .captures_iter(&found[2])
            .map(|pair| (pair[1].to_owned(), unescaped(&pair[2])))
            .collect(),
        text: unescaped(&found[3]),
    };
    tag.captures_iter(text).map(element).collect()
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// The text for the printer: from a payment's response, or a reprinted receipt, which is nothing else.
pub(super) fn print_text(content_type: &str, body: &str) -> Option<String> {
    if content_type.starts_with("text/plain") {
        return Some(body.to_owned());
    }
    let info = elements(body).into_iter().find(|element| element.name == "printinfo")?;
    Some(info.text).filter(|text| !text.is_empty())
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_response_without_its_end() {
        let found = elements("<dm ok=\"1\" info=\"a\nb &lt;&amp;lt;\">\n<pay><id>7</id></pay>");
        let names: Vec<_> = found.iter().map(|element| element.name.as_str()).collect();
        assert_eq!(names, ["dm", "pay", "id"]);
        assert_eq!(found[0].attribute("info"), Some("a\nb <&lt;"));
        assert_eq!(found[2].text, "7");
    }

    #[test]
    fn finds_what_is_printed() {
        let xml = "<dm ok=\"1\"><printinfo>\\x1b\\x40a&amp;b</printinfo>";
        assert_eq!(print_text("text/xml", xml).as_deref(), Some("\\x1b\\x40a&b"));
        assert_eq!(print_text("text/plain; charset=utf-8", "abc").as_deref(), Some("abc"));
        assert_eq!(print_text("text/xml", "<dm ok=\"0\" />"), None);
    }

    #[test]
    fn other_text_has_no_elements() {
        for text in ["", "hello", "<", "<<<>>>", "\u{fffd}\u{fffd}<\u{fffd}>"] {
            assert!(elements(text).is_empty(), "{text}");
        }
    }
}
