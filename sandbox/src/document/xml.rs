//! Just enough XML to write the elements in the document.

/// An opening tag that is being written.
#[derive(Debug)]
pub(super) struct Tag(String);

impl Tag {
    pub(super) fn new(name: &str) -> Self {
        Self(format!("<{name}"))
    }

    pub(super) fn attr(mut self, name: &str, value: &str) -> Self {
        self.0.push_str(&format!(" {name}=\"{}\"", escape(value)));
        self
    }

    /// `<name ... />`
    pub(super) fn empty(self) -> String {
        self.0 + " />"
    }

    /// `<name ...>`
    pub(super) fn open(self) -> String {
        self.0 + ">"
    }
}

/// `<name>text</name>`
pub(super) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// Line breaks are not escaped, not even in attributes: the platform does the same.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Ends a response that has content, with `</dm>` or without, as the document's samples do.
pub(super) fn dm_end(close_tag: bool) -> &'static str {
    if close_tag { "</dm>" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_markup_and_keeps_line_breaks() {
        let tag = Tag::new("dm").attr("info", "a\n<\"&\">").empty();
        assert_eq!(tag, "<dm info=\"a\n&lt;&quot;&amp;&quot;&gt;\" />");
        assert_eq!(element("no", "1<2"), "<no>1&lt;2</no>");
    }
}
